"""The pictures of lesson 04: what gamma and beta do, undo, prepare for an activation, and how they are learned."""
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, number

__all__ = ["scaled", "undo", "activation", "descent"]

BARS = 24
CIRCLE = np.column_stack([np.cos(np.linspace(0, 2 * np.pi, 73)), np.sin(np.linspace(0, 2 * np.pi, 73))])


@drawable(x_hat="m", y="m", gamma="", beta="")
def scaled(x_hat, y, gamma, beta):
    """A normalized mini-batch ``(m,)`` as a faint histogram, and what scale and shift make of it on the same axis."""
    with style.context():
        figure, axes = style.figure(6.4, 3)
        counts = np.histogram(x_hat, BARS)[0]
        limits = style.wide((-12.5, 12.5), x_hat, y, beta, beta + gamma)
        style.frame(axes, "x̂ and y (no unit)", "examples in a bar", limits, (0, 1.62 * counts.max()))
        ghost = _outline(axes, "x_hat")
        histogram = style.bars(axes, "y", np.arange(BARS + 1.0), linewidth=1)
        line = style.vertical(axes, "beta")
        arrow = axes.quiver([0], [1.18 * counts.max()], [0], [0], color=COLORS["gamma"], width=0.008, angles="xy",
                            scale_units="xy", scale=1, minlength=0, animated=True, zorder=5)
        axes.text(0.01, 0.97, "faint outline: x̂", color=COLORS["x_hat"], transform=axes.transAxes, va="top")
        filled = style.label(axes, "y", va="top", ha="left", transform=axes.transAxes)
        shift, scale = style.label(axes, "beta", va="top", ha="left"), style.label(axes, "gamma")

    def draw(x_hat, y, gamma, beta):
        counts, edges = np.histogram(x_hat, BARS)
        ghost.set_data(counts, edges)
        if gamma:
            histogram.set_data(counts, _carried(edges, x_hat, y))
        else:  # all examples in one place
            histogram.set_data(axes.get_ylim()[1:], [beta - 0.15, beta + 0.15])
        style.write(filled, 0.01, 0.87, "filled: y" if gamma else "filled: y, all in one bar")
        style.place_line(line, beta)
        style.write(shift, beta + 0.25, axes.get_ylim()[1], f"β = {number(beta)}")
        arrow.set_offsets([[beta, 1.18 * counts.max()]])
        arrow.set_UVC([gamma], [0])
        scale.set_ha("left" if gamma >= 0 else "right")
        style.write(scale, beta + gamma + np.copysign(0.25, gamma), 1.18 * counts.max(), f"γ = {number(gamma)}")
        return (f"Histogram of x̂ {_reach(ghost)}. Histogram of y {_reach(histogram)}. A dashed line marks β at "
                f"{number(line.get_xdata()[0])}; from there an arrow γ = {number(arrow.U[0])} reaches to "
                f"{number(arrow.get_offsets()[0][0] + arrow.U[0])}.")

    return Picture(figure, draw, x_hat=x_hat, y=y, gamma=gamma, beta=beta)


def _outline(axes, quantity):
    return style.bars(axes, quantity, np.arange(BARS + 1.0), fill=False, alpha=0.6, linewidth=1.5, zorder=2)


def _carried(edges, x_hat, y):
    """Where the edges of the histogram of x_hat are in y: each bar keeps its examples, so it moves with them."""
    first, last = y[np.argmin(x_hat)], y[np.argmax(x_hat)]
    return first + (last - first) * (edges - edges[0]) / (edges[-1] - edges[0])


def _reach(histogram):
    """Where a histogram begins and ends, and where its tallest bar stands; a mirrored one begins at the right."""
    counts, edges, _ = histogram.get_data()
    if len(counts) == 1:
        middle = number(edges.mean())
        return f"from {middle} to {middle}, all examples in one bar, taller than the picture"
    tallest = np.argmax(counts)
    mirrored = " (mirrored)" if edges[0] > edges[-1] else ""
    return (f"from {number(min(edges[0], edges[-1]))} to {number(max(edges[0], edges[-1]))}{mirrored}, tallest at "
            f"{number((edges[tallest] + edges[tallest + 1]) / 2)}")


@drawable(x="m", y="m")
def undo(x, y):
    """The output y ``(m,)`` over the input x ``(m,)``: on the diagonal y = x nothing has changed."""
    ends = style.wide((-8, 27), x, y)
    with style.context():
        figure, axes = style.figure(6.4, 3.5)
        style.frame(axes, "input x (no unit)", "output y (no unit)", ends, ends)
        axes.plot(ends, ends, color=FAINT, linewidth=1.5)
        axes.text(0.01, 0.98, "one of eight batches, 16 digits\npale: before your last move", color=COLORS["y"],
                  transform=axes.transAxes, va="top")
        axes.text(24, 25.5, "y = x ", color="#666666", ha="right", va="center")
        gaps = axes.add_collection(LineCollection([], colors=COLORS["y"], alpha=0.5, linewidth=1.5, animated=True))
        ghost = style.dots(axes, "y", alpha=0.25, markersize=7, zorder=3)
        triangles = style.dots(axes, "y")

    def draw(x, y):
        ghost.set_data(*triangles.get_data())
        gaps.set_segments(np.stack([np.column_stack([x, x]), np.column_stack([x, y])], axis=1))
        triangles.set_data(x, y)
        across, up = triangles.get_data()
        # Rounded: which of two equal distances is larger by the last bit is the processor's choice.
        furthest = np.argmax(np.round(np.abs(up - across), 6))
        return (f"{len(up)} triangles, inputs from {number(across.min())} to {number(across.max())}, outputs from "
                f"{number(up.min())} to {number(up.max())}. The one furthest from the diagonal y = x is at "
                f"x = {number(across[furthest])}, y = {number(up[furthest])}; "
                f"{(np.abs(up - across) < 0.005).sum()} of {len(up)} lie on it.")

    return Picture(figure, draw, x=x, y=y)


@drawable(y="m", sigmoid="m", relu="m", reach=" 0.1..1e9", quantity=("y", "x_hat"))
def activation(y, sigmoid, relu, reach=11.2, quantity="y"):
    """A mini-batch y ``(m,)`` on the curves of the sigmoid, with the best straight line through it, and of the ReLU.

    The horizontal axes go from −reach to reach. quantity says what goes into the activation: "y", or "x_hat".
    """
    name, marker = {"y": ("y", "triangles"), "x_hat": ("x̂", "squares")}[quantity]
    reach = max(reach, np.ceil(np.abs(y).max()))
    grid = np.linspace(-reach, reach, 225)
    with style.context():
        figure, (left, right) = style.figure(6.4, 3.1, 2)
        style.frame(left, f"{name} (no unit)", f"sigmoid({name})", (-reach, reach), (-0.45, 1.45))
        left.set_yticks([0, 0.5, 1])
        style.frame(right, f"{name} (no unit)", f"ReLU({name})", (-reach, reach), (-0.23 * reach, 1.07 * reach))
        left.plot(grid, (1 + np.tanh(grid / 2)) / 2, color="#777777", linewidth=1.5)
        right.plot(grid, np.maximum(grid, 0), color="#777777", linewidth=1.5)
        straight = left.plot([], [], color=COLORS["x"], linewidth=2, linestyle=(0, (1.2, 2)), animated=True, zorder=6,
                             path_effects=[withStroke(linewidth=4, foreground="white")])[0]
        marks = [style.dots(axes, quantity, markersize=6, alpha=0.4, markeredgewidth=0) for axes in (left, right)]
        left.text(0.98 * reach, -0.4, "dotted: best straight line", color=COLORS["x"], ha="right")

    def draw(y, sigmoid, relu):
        for triangles, outputs in zip(marks, (sigmoid, relu)):
            triangles.set_data(y, outputs)
        straight.set_data(*_line_through(*marks[0].get_data()))
        (across, up), bent = marks[0].get_data(), marks[1].get_ydata()
        away = np.abs(up - np.interp(across, *straight.get_data()))
        return (f"Left: {len(across)} {marker} on the sigmoid, {name} from {number(across.min())} to "
                f"{number(across.max())}, outputs from {number(up.min())} to {number(up.max())}, at most "
                f"{number(away.max(), 3)} away from the dotted straight line. Right: on the ReLU, outputs from "
                f"{number(bent.min())} to {number(bent.max())}, {(bent == 0).sum()} of them 0.")

    return Picture(figure, draw, y=y, sigmoid=sigmoid, relu=relu)


def _line_through(y, outputs):
    """The ends of the straight line with the smallest squared distance to the outputs."""
    deviations = y - y.mean()
    slope = (deviations @ outputs) / max(deviations @ deviations, 1e-12)
    ends = np.array([y.min(), y.max()])
    return ends, outputs.mean() + slope * (ends - y.mean())


@drawable(path="steps 2", goal="2", y="m", target="m", ahead="2")
def descent(path, goal, y, target, ahead=None):
    """Gradient descent on gamma and beta: path ``(steps + 1, 2)`` over circles of equal loss around goal ``(2,)``.

    Beside it the output y ``(m,)`` as a histogram, and that of the target ``(m,)`` it should reach. A hollow mark
    shows where the next step leads, if that is given as ahead ``(2,)``.
    """
    with style.context():
        figure, (plane, side) = style.figure(6.4, 3.4, 2)
        style.frame(plane, "γ gamma", "β beta", (-3.5, 14.5), (-2.5, 19.5))
        plane.set_aspect("equal", adjustable="box")
        style.frame(side, "y and target (no unit)", "examples in a bar", (-8, 37), (0, 44))
        circles = plane.add_collection(LineCollection([], colors=FAINT, linewidth=1.5, animated=True, zorder=1))
        plane.text(-3, 19.2, "circles: loss 1, 4, 16", color="#666666", va="top")
        if ahead is not None:
            plane.text(-3, -2.2, "hollow: next step", color=COLORS["y"], va="bottom")
        trace = plane.plot([], [], ".-", color=COLORS["x"], markersize=7, linewidth=1, animated=True, zorder=4)[0]
        after = plane.plot([], [], "D", color=COLORS["y"], markerfacecolor="none", animated=True, zorder=5)[0]
        here = plane.plot([], [], "D", color=COLORS["y"], markeredgecolor="white", animated=True, zorder=5)[0]
        cross = plane.plot([], [], "+", color=COLORS["x"], markersize=14, markeredgewidth=2, animated=True, zorder=3)[0]
        wanted = _outline(side, "x")
        histogram = style.bars(side, "y", np.arange(BARS + 1.0), linewidth=1)
        side.text(0.02, 0.98, "outline: target", color=COLORS["x"], transform=side.transAxes, va="top")
        side.text(0.02, 0.88, "filled: y", color=COLORS["y"], transform=side.transAxes, va="top")

    def draw(path, goal, y, target, ahead):
        circles.set_segments([goal + radius * CIRCLE for radius in (1, 2, 4)])
        trace.set_data(path[:, 0], path[:, 1])
        here.set_data(path[-1:, 0], path[-1:, 1])
        if ahead is not None:
            after.set_data(ahead[:1], ahead[1:])
        cross.set_data(goal[:1], goal[1:])
        counts, edges = np.histogram(target, BARS)
        wanted.set_data(counts, edges)
        histogram.set_data(counts, _carried(edges, target, y))
        start, end, least = (_pair(*part.get_data()) for part in (trace, here, cross))
        following = f"; the next leads to {_pair(*after.get_data())}" if len(after.get_xdata()) else ""
        steps = len(trace.get_xdata()) - 1
        return (f"Path of {steps} step{'s' * (steps != 1)} from {start} to {end}{following}; the loss is least at "
                f"{least}, and circles around it mark the losses 1, 4 and 16. Histogram of y {_reach(histogram)}; "
                f"target {_reach(wanted)}.")

    return Picture(figure, draw, path=path, goal=goal, y=y, target=target, ahead=ahead)


def _pair(gammas, betas):
    return f"γ = {number(gammas[0], 3)}, β = {number(betas[0], 3)}"
