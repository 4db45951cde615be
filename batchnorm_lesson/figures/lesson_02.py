"""The pictures of lesson 02: how far the values of a batch lie from their mean, and two ways to average it."""
import numpy as np
from matplotlib.colors import to_rgba

from . import style
from ..reference import BATCH_SIZES
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, FEATURE, number, numbers

__all__ = ["rows", "squares", "spread", "corner", "divisors"]

ESTIMATES = {"1/m": {"marker": "o", "markersize": 9},
             "1/(m − 1)": {"marker": "D", "markerfacecolor": "white", "markersize": 8}}


@drawable(batches="each n", bands=(False, True))
def rows(batches, bands=False):
    """Several small batches, each ``(m,)``, one above the other, with their means; bands shows mean ± sigma too."""
    heights = -np.arange(len(batches), dtype=float)
    with style.context():
        figure, axes = style.figure(6.4, 0.7 + 0.65 * len(batches))
        limits = style.wide((-1, 31), *batches)
        style.frame(axes, FEATURE, None, limits, (heights[-1] - 0.5, 0.65))
        axes.hlines(heights, *limits, color=FAINT, linewidth=1, linestyle=":")
        circles = [style.dots(axes, "x") for _ in batches]
        lines = [axes.plot([], [], color=COLORS["mean"], linewidth=2, animated=True, zorder=4)[0] for _ in batches]
        spreads = [_square(axes, "std", alpha=0.18) for _ in batches]
        for square in spreads:
            square.set_visible(bands)
        words = [style.label(axes, "std" if bands else "mean", ha="right", va="bottom") for _ in batches]

    def draw(batches):
        for parts in zip(batches, heights, circles, lines, spreads, words):
            _draw_row(*parts, bands)
        return " ".join(f"Row {i}: the values {numbers(dots.get_xdata())}, mean {number(line.get_xdata()[0])}"
                        + (f", a band of σ = {number(spread.get_width() / 2)} to each side." if bands else ".")
                        for i, (dots, line, spread) in enumerate(zip(circles, lines, spreads), 1))

    return Picture(figure, draw, batches=batches)


def _draw_row(x, height, circles, line, spread, words, bands):
    mean, std = x.mean(), x.std()
    style.place(circles, x, height)
    line.set_data([mean, mean], [height - 0.3, height + 0.3])
    name = f"mean μ = {number(mean)}"
    if bands:
        spread.set_bounds(mean - std, height - 0.3, 2 * std, 0.6)
        name = f"σ = {number(std)}"
    style.write(words, line.axes.get_xlim()[1], height + 0.05, name)


@drawable(x="m 0..30", mean=" 0..30", var=" 0..225", top=" 6..100")
def squares(x, mean, var, top=27):
    """A real square on the side |x_i − mean| for each value ``(m,)``, and apart from them the average square, var.

    top is where the picture ends, or further up where a square needs it; 27 leaves room for every batch between 0 and
    30.
    """
    top = max(top, np.ceil(max(np.abs(x - mean).max(), np.sqrt(var))) + 4)
    left, right, bottom, width = -7.6, 54.2, -5.8, 6.4
    with style.context():
        figure, axes = style.figure(width, width * (top - bottom) / (right - left))
        style.frame(axes, None, None, (left, right), (bottom, top))
        axes.set(aspect="equal", xticks=range(0, 31, 5))
        # The layout engine would leave room for tick labels below the axes, and here they are inside.
        figure.set_layout_engine("none")
        axes.set_position((0, 0, 1, 1))
        axes.spines["bottom"].set(position=("data", 0), bounds=(0, 30))
        axes.text(15, -4.6, FEATURE, ha="center", va="center")
        axes.plot([38.8, 53.8], [0, 0], color="#555555", linewidth=0.8)
        axes.text(38.8, -4.6, "the average square", color=COLORS["var"], ha="left", va="center")
        own = [_square(axes, "x", alpha=0.13, linewidth=1) for _ in x]
        average = _square(axes, "var", alpha=0.18, linewidth=2)
        circles = style.dots(axes, "x", clip_on=False)
        line = axes.plot([], [], color=COLORS["mean"], linewidth=2, animated=True, zorder=4)[0]
        areas = [style.label(axes, "x", va="bottom") for _ in x]
        names = [style.label(axes, quantity, ha="left") for quantity in ("mean", "var", "std")]

    def draw(x, mean, var):
        deviations = np.asarray(x, dtype=float) - mean
        std = np.sqrt(var)
        for patch, value, deviation in zip(own, x, deviations):
            patch.set_bounds(min(value, mean), 0, abs(deviation), abs(deviation))
            # Squares on both sides of the mean touch there; two shades keep them apart.
            patch.set_facecolor(to_rgba(COLORS["x"], 0.08 if deviation > 0 else 0.25))
        average.set_bounds(38.8, 0, std, std)
        style.place(circles, x, 0)
        line.set_data([mean, mean], [0, top - 2.2])
        names[0].set_ha("left" if mean < 15 else "right")
        for text, place, words in zip(names, ((mean, top - 0.9), (38.8, std + 1.2), (38.8, -2)),
                                      (f"μ = {number(mean)}", f"σ² = {number(var)}", f"side σ = {number(std)}")):
            style.write(text, *place, words)
        _write_areas(areas, mean, deviations)
        return _describe_squares(line.get_xdata()[0], circles.get_xdata(), own, average)

    return Picture(figure, draw, x=x, mean=mean, var=var)


def _describe_squares(mean, x, own, average):
    sides = [patch.get_width() for patch in own]
    area = average.get_width() * average.get_height()
    return (f"Squares stand between the mean at {number(mean)} and the values {numbers(x)}: sides {numbers(sides)}, "
            f"areas {numbers(np.square(sides))}. The average square beside them has the side "
            f"{number(average.get_width())} and the area {number(area)}.")


def _square(axes, quantity, alpha, linewidth=0):
    """A moving rectangle in the axes' own units, with an opaque border; ``set_bounds`` puts it."""
    patch = style.band(axes, quantity, linewidth=linewidth)
    patch.set(alpha=None, facecolor=to_rgba(COLORS[quantity], alpha), transform=axes.transData)
    return patch


def _write_areas(labels, mean, deviations):
    """Write the areas over the squares, those on each side of the mean as a sum in a column, the largest on top."""
    for label in labels:
        label.set_text("")
    free = iter(labels)
    for side, align in ((-1, "right"), (1, "left")):
        lengths, how_many = np.unique(side * deviations[side * deviations > 0], return_counts=True)
        for row, (length, count) in enumerate(zip(lengths, how_many)):
            label = next(free)
            label.set_ha(align)
            area = ("+ " if length < lengths[-1] else "") + (f"{count}×" if count > 1 else "") + number(length ** 2)
            style.write(label, mean + 0.5 * side, lengths[-1] + 0.2 + 1.5 * row, area)


@drawable(x="m", mean="", std=" 0..1e9")
def spread(x, mean, std):
    """A feature over a mini-batch ``(m,)`` as a histogram, its mean as a line, and a band of std to each side."""
    edges = style.edges((-10, 30), 1, x, mean - std, mean + std)
    limits = edges[[0, -1]]
    with style.context():
        figure, axes = style.figure(6.4, 2.5)
        style.frame(axes, FEATURE, "examples", limits, (0, 1.3 * np.histogram(x, edges)[0].max()))
        histogram, line, reach = style.bars(axes, "x", edges), style.vertical(axes, "mean"), style.band(axes)
        words = [style.label(axes, "mean", ha="left", va="top"), style.label(axes, "std", ha="right", va="top")]

    def draw(x, mean, std):
        histogram.set_data(np.histogram(x, edges)[0])
        style.place_line(line, mean)
        style.place_band(reach, mean - std, mean + std)
        top = 0.98 * axes.get_ylim()[1]
        style.write(words[0], mean + 0.4, top, f"μ = {number(mean)}")
        style.write(words[1], mean - 0.4, top, f"σ = {number(std)}")
        left, right = reach.get_x(), reach.get_x() + reach.get_width()
        inside = np.mean((x > left) & (x < right))
        return (f"Histogram of {histogram.get_data().values.sum():.0f} values with a line at their mean, "
                f"{number(line.get_xdata()[0])}. The band from {number(left)} to {number(right)}, σ = "
                f"{number(reach.get_width() / 2)} to each side, holds {inside:.0%} of them.")

    return Picture(figure, draw, x=x, mean=mean, std=std)


@drawable(deviations="n -1e4..1e4 growing")
def corner(deviations):
    """The absolute value and the square of the deviations ``(n,)``, sorted and around zero, as two curves."""
    if len(deviations) < 3 or not deviations[0] < 0 < deviations[-1]:
        raise ValueError("deviations must be three or more, on both sides of zero, for a slope on either side of it")
    with style.context():
        figure, axes = style.figure(6.4, 2.6)
        style.frame(axes, "deviation x − μ (no unit)", "what it counts", style.wide((-2.6, 2.6), deviations),
                    style.wide((-0.3, 6), np.square(deviations)))
        # It ends above the corner, which it would hide.
        axes.plot([0, 0], [1.5, 6], color=COLORS["mean"], linewidth=2)
        axes.text(0.08, 5.4, "at the mean μ", color=COLORS["mean"])
        axes.text(2.0, 4.6, "square", color=COLORS["var"], ha="right")
        axes.text(2.6, 0.8, "absolute value", color=COLORS["x"], ha="right")
        square = axes.plot([], [], color=COLORS["var"], linewidth=2.5, animated=True)[0]
        absolute = axes.plot([], [], color=COLORS["x"], linewidth=2.5, linestyle="--", animated=True)[0]

    def draw(deviations):
        square.set_data(deviations, np.square(deviations))
        absolute.set_data(deviations, np.abs(deviations))
        slopes = [_slopes_beside_zero(curve) for curve in (absolute, square)]
        (before, after), (left, right) = ([number(slope) for slope in pair] for pair in slopes)
        ends = " to ".join(number(end) for end in square.get_xdata()[[0, -1]])
        return (f"Two curves over the deviations from {ends}. At zero the slope of the absolute value (dashed) jumps "
                f"from {before} to {after}; that of the square passes from {left} to {right}.")

    return Picture(figure, draw, deviations=deviations)


def _slopes_beside_zero(curve):
    """The slope of a drawn curve in the step before zero and in the step after it."""
    across, up = curve.get_data()
    slopes = np.diff(up) / np.diff(across)
    middle = int(np.argmin(np.abs(across)))
    return slopes[middle - 1], slopes[middle]


@drawable(averages="8 2 0..1.75", m=BATCH_SIZES[1:], reach="2 0..1.75")
def divisors(averages, m, reach):
    """The average variance of mini-batches of each size in BATCH_SIZES from 2 on, divided by the data set's variance.

    averages ``(sizes, 2)`` holds it for 1/m and for 1/(m − 1); m is the size looked at, and between the two numbers
    of reach lie eight in ten mini-batches of that size (1/m).
    """
    sizes = np.array(BATCH_SIZES[1:])
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, "batch size m", "variance of a mini-batch ÷\nvariance of all the digits",
                    (1.6, 330), (0, 1.75))
        axes.set(xscale="log", xticks=sizes, xticklabels=sizes)
        axes.minorticks_off()
        axes.axhline(1, color=FAINT, linewidth=1.5)
        fine = np.geomspace(2, 256, 60)
        axes.plot(fine, (fine - 1) / fine, color=COLORS["var"], linewidth=1, linestyle=":")
        for divisor, column in zip(ESTIMATES, np.transpose(averages)):
            axes.plot(sizes, column, linestyle="none", color=COLORS["var"], alpha=0.35, **ESTIMATES[divisor])
        axes.text(330, 0.12, "bar: 8 in 10 mini-batches (1/m)", color=COLORS["var"], ha="right")
        bar = axes.plot([], [], color=COLORS["var"], alpha=0.22, linewidth=16, solid_capstyle="butt", animated=True)[0]
        marks = [axes.plot([], [], linestyle="none", color=COLORS["var"], markeredgewidth=2, zorder=5, animated=True,
                           **look)[0] for look in ESTIMATES.values()]
        words = [style.label(axes, "var", ha="left") for _ in marks]

    def draw(averages, m, reach):
        bar.set_data([m, m], reach)
        pair = averages[list(sizes).index(m)]
        # Beyond the middle of the picture the words stand on the other side of the bar.
        beside, side = (1.25, "left") if m < 32 else (1 / 1.25, "right")
        for mark, text, divisor, value, away in zip(marks, words, ESTIMATES, pair, (-0.2, 0.2)):
            mark.set_data([m], [value])
            text.set_ha(side)
            style.write(text, m * beside, value + away, f"{divisor}: {number(value, 3)}")
        low, high = bar.get_ydata()
        shown = [f"{divisor} gives {number(mark.get_ydata()[0], 3)}" for divisor, mark in zip(ESTIMATES, marks)]
        return (f"Mini-batches of m = {bar.get_xdata()[0]}: on average, as a share of the variance of all the digits, "
                f"{shown[0]} and {shown[1]}. For eight in ten of them 1/m lies between {number(low)} and "
                f"{number(high)}.")

    return Picture(figure, draw, averages=averages, m=m, reach=reach)
