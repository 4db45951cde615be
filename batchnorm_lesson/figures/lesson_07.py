"""The pictures of lesson 07: one value is nudged, an upstream gradient loses two parts, and a wrong gradient."""
import numpy as np
from matplotlib.collections import LineCollection

from . import style
from ..checks import drawable, one_of
from .picture import Picture
from .style import COLORS, FAINT, number, numbers

__all__ = ["nudged", "upstream", "detached"]

ROWS = {"x": 3.1, "y": 1.7, "held": 0.3}
REACH = 17.5


@drawable(x="m", moved="m", y="m", y_moved="m", y_held="m")
def nudged(x, moved, y, y_moved=None, y_held=None, which=None):
    """A batch x ``(m,)`` before and after a nudge, and in rows below it the outputs before and after, all ``(m,)``.

    y_moved are the outputs of the moved batch; y_held those with mean and variance as they were. Without them only
    the outputs before are drawn. The value of number which, from 1, has a ring. The lower axis is placed so that before
    the nudge every y is straight below its x.
    """
    for name, values in (("x", x), ("y", y)):
        if values[0] == values[-1]:
            raise ValueError(f"{name} must end with another value than it begins with, which sets the scale")
    if which is not None:
        one_of("which", which, range(1, len(x) + 1))
    if (y_moved is None) != (y_held is None):
        raise ValueError("y_held must be given together with y_moved, or neither of them")
    slope = (y[-1] - y[0]) / (x[-1] - x[0])
    below = [x[0] + (outputs - y[0]) / slope for outputs in (y, y_moved, y_held) if outputs is not None]
    ends = np.array(style.wide((x.mean() - REACH, x.mean() + REACH), x, moved, *below))
    names = {"x": "x", "y": "y", "held": "y if μ and σ\nstood still"}
    if y_moved is None:
        del names["held"]
    with style.context():
        figure, axes = style.figure(6.4, 3.5)
        style.frame(axes, "output y (no unit)", None, y[0] + slope * (ends - x[0]), (-0.4, 3.8))
        top = axes.twiny()
        style.frame(top, "input x (no unit)", None, ends)
        top.spines["top"].set_visible(True)
        for row, words in names.items():
            quantity, where, values = ("x", top, x) if row == "x" else ("y", axes, y)
            axes.text(0.01, ROWS[row], words, color=COLORS[quantity], va="center", transform=axes.get_yaxis_transform())
            where.plot(values, np.full(len(x), ROWS[row]), style.MARKS[quantity], color=COLORS[quantity], alpha=0.25,
                       markersize=8)
        circles, triangles = style.dots(top, "x"), style.dots(axes, "y")
        ring = style.dots(top, "x", markersize=16, markerfacecolor="none", markeredgecolor=COLORS["x"])
        pushed, pushes = _arrows(top, len(x), "x"), _arrows(axes, 2 * len(x), "y")
        labels, alone = [style.label(axes, "y") for _ in x], style.label(axes, "y")

    def draw(x, moved, y, y_moved, y_held, which):
        _point(pushed, circles, np.full(len(x), ROWS["x"]), x, moved)
        said = f"Input circles move by {numbers(pushed.U)}, to {numbers(circles.get_xdata())}. "
        if which is not None:
            style.place(ring, moved[which - 1:which], ROWS["x"])
            said += f"A ring marks the one at {number(ring.get_xdata()[0])}. "
        if y_moved is None:
            return f"{said}The outputs before are faint triangles at {numbers(y)}; those after are not drawn yet."
        rows = np.repeat([ROWS["y"], ROWS["held"]], len(x))
        _point(pushes, triangles, rows, np.tile(y, 2), np.append(y_moved, y_held))
        real, held = np.split(pushes.U, 2)
        for k, words in enumerate(labels):
            style.write(words, y_moved[k], ROWS["y"] + (-0.42 if k % 2 else 0.55), _signed(real[k]))
        i = int(np.argmax(np.abs(held)))
        style.write(alone, y_held[i], ROWS["held"] - 0.42, _signed(held[i]))
        return (f"{said}Output triangles move by {numbers(real)}, to {numbers(triangles.get_xdata()[:len(x)])}. "
                f"If the mean and σ stood still they would move by {numbers(held)}.")

    return Picture(figure, draw, x=x, moved=moved, y=y, y_moved=y_moved, y_held=y_held, which=which)


def _arrows(axes, count, quantity):
    """Moving horizontal arrows; ``_point`` places them."""
    nothing = np.zeros(count)
    return axes.quiver(nothing, nothing, nothing, nothing, color=COLORS[quantity], width=0.005, angles="xy",
                       scale_units="xy", scale=1, minlength=0, animated=True, zorder=4)


def _point(arrows, marks, rows, before, after):
    """Put marks at after, and above them an arrow from before to after for each."""
    style.place(marks, after, rows)
    arrows.set_offsets(np.column_stack([before, rows + 0.27]))
    arrows.set_UVC(np.asarray(after) - before, np.zeros(len(before)))


def _signed(value):
    return f"{'+' if value > 0.005 else ''}{number(value)}"


@drawable(x_hat="m apart", dy="m", dx="m")
def upstream(x_hat, dy, dx):
    """An upstream gradient dy over x_hat with the best straight line through it; beside it dx, all ``(m,)``.

    The line is the mean of dy plus its part along x_hat; only what is left of dy above and below it reaches dx.
    """
    m = len(x_hat)
    with style.context():
        figure, (left, right) = style.figure(6.4, 3.3, 2, width_ratios=[1, 1.3])
        style.frame(left, "x̂ (no unit)", "upstream gradient dy", (-2, 2), (-3.3, 4.2))
        style.frame(right, "example", "gradient dx", (0.4, m + 0.6), (-1.5, 1.5))
        right.set_xticks(range(1, m + 1))
        left.axhline(0, color=FAINT, linewidth=1)
        right.axhline(0, color=FAINT, linewidth=1)
        left.set_title("arrows: what is left", color=COLORS["x"])
        right.set_title("what reaches x", color=COLORS["x"])
        line = left.plot([], [], color=COLORS["x_hat"], linewidth=2, animated=True, zorder=2)[0]
        middle = left.plot([], [], "D", color=COLORS["beta"], markersize=7, animated=True, zorder=3)[0]
        left.text(-1.9, 3.8, "◆ mean of dy", color=COLORS["beta"], va="center")
        triangles = style.dots(left, "y")
        rests = _upright(left, x_hat)
        reached = _upright(right, np.arange(1, m + 1))
        labels = [style.label(right, "x") for _ in x_hat]

    def draw(x_hat, dy, dx):
        mean, along = np.mean(dy), np.mean(dy * x_hat) / np.mean(x_hat ** 2)
        on_line = mean + along * x_hat
        line.set_data([-1.5, 1.5], [mean - 1.5 * along, mean + 1.5 * along])
        middle.set_data([0], [mean])
        triangles.set_data(x_hat, dy)
        rests.set_offsets(np.column_stack([x_hat, on_line]))
        rests.set_UVC(np.zeros(m), dy - on_line)
        reached.set_offsets(np.column_stack([np.arange(1, m + 1), np.zeros(m)]))
        reached.set_UVC(np.zeros(m), dx)
        for k, words in enumerate(labels):
            style.write(words, k + 1, dx[k] + (0.15 if dx[k] > -0.0005 else -0.15), number(dx[k], 3))
        ends = line.get_ydata()
        return (f"Left: triangles at dy = {numbers(triangles.get_ydata())}, over x̂ = "
                f"{numbers(triangles.get_xdata())}; the line has the height {number(middle.get_ydata()[0])} at x̂ = 0 "
                f"and the slope {number((ends[1] - ends[0]) / 3)}; "
                f"arrows from it to the triangles: {numbers(rests.V)}. Right: dx = {numbers(reached.V, 3)}.")

    return Picture(figure, draw, x_hat=x_hat, dy=dy, dx=dx)


def _upright(axes, places):
    """Moving vertical arrows, one at each place."""
    nothing = np.zeros(len(places))
    return axes.quiver(places, nothing, nothing, nothing, color=COLORS["x"], width=0.012, angles="xy", scale_units="xy",
                       scale=1, minlength=0, animated=True, zorder=4)


@drawable(dx="m", wrong="m")
def detached(dx, wrong):
    """A wrong gradient over the right one, both ``(m,)``: on the diagonal they agree."""
    with style.context():
        figure, axes = style.figure(6.4, 3.5)
        style.frame(axes, "right gradient dx", "with μ and σ as constants", style.wide((-0.75, 0.75), dx),
                    style.wide((-0.75, 1.25), wrong))
        axes.plot([-0.75, 0.75], [-0.75, 0.75], color=FAINT, linewidth=1.5)
        axes.text(0.72, 0.65, "equal", color="#666666", ha="right", va="center", backgroundcolor=(1, 1, 1, 0.8))
        gaps = axes.add_collection(LineCollection([], colors=COLORS["mean"], alpha=0.5, linewidth=1.5, animated=True))
        circles = style.dots(axes, "x", markersize=7, alpha=0.7)

    def draw(dx, wrong):
        gaps.set_segments(np.stack([np.column_stack([dx, dx]), np.column_stack([dx, wrong])], axis=1))
        circles.set_data(dx, wrong)
        across, up = circles.get_data()
        furthest = int(np.argmax(np.abs(up - across)))
        return (f"{len(up)} circles; the right gradient reaches from {number(across.min())} to "
                f"{number(across.max())}, the "
                f"wrong one from {number(up.min())} to {number(up.max())}. The circle furthest from the diagonal is at "
                f"{number(across[furthest])} and {number(up[furthest])}; the average difference is "
                f"{number((up - across).mean())}.")

    return Picture(figure, draw, dx=dx, wrong=wrong)
