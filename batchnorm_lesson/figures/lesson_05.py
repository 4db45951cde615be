"""The picture of lesson 05: one batch through all four steps."""
import numpy as np
from matplotlib.collections import LineCollection

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, number, numbers, subscript

__all__ = ["four_steps"]

# Each step has a number line: its height, both ends, the numbers written on it. x and x − μ share one scale, so that
# the step between them is a shift and nothing else; x̂ and y share another, so that gamma = 2 is seen to stretch.
ROWS = {
    "x": (3, (-7.5, 37.5), (0, 10, 20, 30)),
    "deviations": (2, (-22.5, 22.5), (-20, -10, 0, 10, 20)),
    "x_hat": (1, (-10.5, 10.5), (-10, -5, 0, 5, 10)),
    "y": (0, (-10.5, 10.5), (-10, -5, 0, 5, 10)),
}
NAMES = {"x": "x", "deviations": "x − μ", "x_hat": "x̂", "y": "y"}
SHADES = ("#B4B4B4", "#8E8E8E", "#686868", "#3E3E3E")  # of the threads, one for each example
MOST = len(SHADES)


@drawable(x="m -7.5..37.5", mean="", std="", x_hat="m -2..2", y="m -10.5..10.5", gamma="", beta="")
def four_steps(x, mean, std, x_hat, y, gamma, beta):
    """A batch ``(m,)`` of up to four examples as it goes through the steps, on a thread each: x, x − mean, x_hat, y.

    Marked besides: the mean, one standard deviation to both sides of it, beta, and gamma as an arrow from beta to
    where x_hat = 1 goes.
    """
    if len(x) > MOST:
        raise ValueError(f"x must hold at most {MOST} values, got {len(x)}")
    with style.context():
        figure, axes = style.figure(6.4, 3.6)
        axes.set(xlim=(-0.16, 1.02), ylim=(-0.45, 4.05), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        for row in ROWS:
            _number_line(axes, row)
        starts = np.linspace(0.2, 0.8, MOST)
        names = [style.label(axes, "x") for _ in starts]
        threads = axes.add_collection(LineCollection([], colors=SHADES, linewidth=2, animated=True, zorder=2))
        band = axes.plot([], [], color=COLORS["std"], linewidth=14, alpha=0.25, solid_capstyle="butt", animated=True,
                         zorder=1)[0]
        line = axes.plot([], [], color=COLORS["mean"], linewidth=3, animated=True, zorder=4)[0]
        dashed = axes.plot([], [], color=COLORS["beta"], linewidth=3, linestyle=(0, (2, 1)), animated=True, zorder=4)[0]
        arrow = axes.plot([], [], ">-", color=COLORS["gamma"], linewidth=3, markevery=[1], animated=True, zorder=4)[0]
        marks = {row: style.dots(axes, row if row in COLORS else "x", markersize=8) for row in ROWS}
        for words, height, quantity in (("line: μ", 2.72, "mean"), ("band: σ", 1.72, "std"), ("arrow: γ", 0.3, "gamma"),
                                        ("dashed: β", -0.28, "beta")):
            axes.text(-0.02, height, words, color=COLORS[quantity], ha="right", va="center")

    def draw(x, mean, std, x_hat, y, gamma, beta):
        values = {"x": np.asarray(x), "deviations": x - mean, "x_hat": x_hat, "y": y}
        for row, mark in marks.items():
            style.place(mark, across(row, values[row]), ROWS[row][0])
        for i, (name, start) in enumerate(zip(names, starts), 1):
            style.write(name, start, 3.92, f"x{subscript(i)}" if i <= len(x) else "")
        threads.set_segments(_threads(starts[:len(x)], marks.values()))
        line.set_data(across("x", [mean, mean]), [3, 3.35])
        band.set_data(across("deviations", [-std, std]), [2, 2])
        dashed.set_data(across("y", [beta, beta]), [0, 0.4])
        arrow.set_data(across("y", [beta, beta + gamma]), [0.28, 0.28])
        arrow.set_marker(">" if gamma > 0 else "<" if gamma < 0 else "")
        return _describe_steps(marks, line, band, dashed, arrow)

    return Picture(figure, draw, x=x, mean=mean, std=std, x_hat=x_hat, y=y, gamma=gamma, beta=beta)


def _number_line(axes, row):
    height, ends, ticks = ROWS[row]
    axes.plot([0, 1], [height, height], color=FAINT, linewidth=1, zorder=0)
    axes.text(-0.02, height, NAMES[row], color=COLORS.get(row, COLORS["x"]), ha="right", va="center")
    for tick in ticks:
        place = across(row, tick)
        axes.plot([place, place], [height - 0.07, height], color="#777777", linewidth=1, zorder=0)
        # A label of the moving kind, which is never drawn on again: it is over the threads.
        style.write(style.label(axes, va="top"), place, height - 0.11, number(tick))


def _threads(starts, marks):
    """The way of each example ``(m, 5, 2)``: from below its name through its mark on every number line."""
    stops = [np.column_stack(mark.get_data()) for mark in marks]
    return np.stack([np.column_stack([starts, np.full(len(starts), 3.8)]), *stops], axis=1)


def across(row, values):
    """Where values stand on the number line of a row, 0 at its left end and 1 at its right end."""
    low, high = ROWS[row][1]
    return (np.asarray(values, dtype=float) - low) / (high - low)


def _values(row, across):
    """The other way round: the values that stand at these places of a row."""
    low, high = ROWS[row][1]
    return low + np.asarray(across) * (high - low)


def _describe_steps(marks, line, band, dashed, arrow):
    shown = {row: numbers(_values(row, mark.get_xdata())) for row, mark in marks.items()}
    mean, std = _values("x", line.get_xdata()[0]), _values("deviations", band.get_xdata()[1])
    beta, tip = _values("y", dashed.get_xdata()[0]), _values("y", arrow.get_xdata()[1])
    return (f"Four number lines. x: circles at {shown['x']}, mean μ at {number(mean)}. x − μ: circles at "
            f"{shown['deviations']}, a band of σ = {number(std)} to both sides of 0. x̂: squares at {shown['x_hat']}. "
            f"y: triangles at {shown['y']}, dashed line β at {number(beta)}, arrow γ from there to {number(tip)}.")
