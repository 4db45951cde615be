"""The pictures of lesson 01: a batch, its balance point, and how far the means of small batches scatter."""
import numpy as np

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, FEATURE, number, numbers, subscript

__all__ = ["distribution", "balance", "estimates"]


@drawable(x="m", mean="")
def distribution(x, mean=None):
    """A feature over a mini-batch as a histogram, x ``(m,)``; with its mean as a line, if given."""
    edges = style.edges((-10, 30), 1, x, [] if mean is None else mean)
    limits = edges[[0, -1]]
    with style.context():
        figure, axes = style.figure(6.4, 2.5)
        style.frame(axes, FEATURE, "examples", limits, (0, 1.25 * np.histogram(x, edges)[0].max()))
        histogram, line = style.bars(axes, "x", edges), style.vertical(axes, "mean")
        words = style.label(axes, "mean", ha="left", va="top")

    def draw(x, mean):
        histogram.set_data(np.histogram(x, edges)[0])
        counts = histogram.get_data().values
        tallest = int(counts.argmax())
        sentence = (f"Histogram of {counts.sum():.0f} values between {number(edges[:-1][counts > 0].min())} and "
                    f"{number(edges[1:][counts > 0].max())}. The tallest bar has {counts[tallest]:.0f} examples, "
                    f"from {number(edges[tallest])} to {number(edges[tallest + 1])}.")
        if mean is None:
            return sentence
        style.place_line(line, mean)
        style.write(words, mean + 0.01 * np.ptp(limits), axes.get_ylim()[1], f"mean μ = {number(mean)}")
        return f"{sentence} A line marks the mean at {number(line.get_xdata()[0])}."

    return Picture(figure, draw, x=x, mean=mean)


@drawable(x="m 0..30", pivot=" 0..30", mean=" 0..30")
def balance(x, pivot, mean=None):
    """Values ``(m,)`` as equal coins on a beam held at pivot, and under it an arrow from the pivot to each value.

    The lengths of the arrows and their sum stand in a column on the right: values reach from 0 to 30. The mean is
    marked if it is given.
    """
    rows = -1.7 - 0.7 * np.arange(len(x))
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, FEATURE, None, (-1, 36), (rows[-1] - 1.1, 1.8))
        axes.set_xticks(range(0, 31, 5))
        axes.spines["bottom"].set_bounds(0, 30)
        axes.plot([0, 30], [0, 0], color=FAINT, linewidth=1, linestyle=":")
        beam = axes.plot([], [], color="#555555", linewidth=3, animated=True, zorder=3)[0]
        coins = style.dots(axes, "x", markersize=13)
        support = axes.plot([], [], "^", color="#555555", markersize=18, animated=True, zorder=2)[0]
        line = style.vertical(axes, "mean", zorder=1)
        name = style.label(axes, "mean", va="top", ha="left")
        arrows = axes.quiver(np.zeros(len(x)), rows, np.zeros(len(x)), np.zeros(len(x)), color=COLORS["x"], width=0.004,
                             angles="xy", scale_units="xy", scale=1, animated=True, zorder=3)
        signs = [style.label(axes, "x", ha="right") for _ in range(len(x) + 1)]
        axes.plot([31.5, 35.8], [rows[-1] - 0.35] * 2, color="#555555", linewidth=0.8)

    def draw(x, pivot, mean=None):
        x = np.asarray(x, dtype=float)
        slope = tilt(x, pivot)
        beam.set_data([0, 30], slope * (np.array([0, 30]) - pivot))
        style.place(coins, x, slope * (x - pivot) + 0.28)
        style.place(support, [pivot], -0.55)
        arrows.set_offsets(np.column_stack([np.full(len(x), pivot), rows]))
        arrows.set_UVC(x - pivot, np.zeros(len(x)))
        for i, (sign, value, row) in enumerate(zip(signs, x, rows), 1):
            style.write(sign, 35.8, row, f"x{subscript(i)}: {'+' if value > pivot else ''}{number(value - pivot)}")
        total = number((x - pivot).sum())
        style.write(signs[-1], 35.8, rows[-1] - 0.75, f"sum: {'' if total[0] in '0−' else '+'}{total}")
        line.set_data(*([[], []] if mean is None else [[mean, mean], [0, 1]]))
        style.write(name, (mean or 0) + 0.3, 1.8, "" if mean is None else f"μ = {number(mean)}")
        return _describe_balance(coins.get_xdata(), support.get_xdata()[0], arrows.U, beam.get_ydata(), mean)

    return Picture(figure, draw, x=x, pivot=pivot, mean=mean)


def tilt(x, pivot):
    """The slope of the beam."""
    return -0.045 * np.clip((x - pivot).sum() / 40, -1, 1)


def _describe_balance(x, pivot, deviations, ends, mean):
    tilt = "is level" if abs(ends[0] - ends[1]) < 1e-9 else f"tips to the {'left' if ends[0] < ends[1] else 'right'}"
    sentence = (f"Equal coins at {numbers(x)} on a beam held at {number(pivot)}. The beam {tilt}. "
                f"Arrows from the support to the coins: {numbers(deviations)}, together {number(deviations.sum())}.")
    return sentence if mean is None else f"{sentence} The mean is marked at {number(mean)}."


@drawable(means="n", mean="", std=" 1e-6..1e6", m=" 1..1e9 whole")
def estimates(means, mean, std, m):
    """Many mini-batch means of size m as a histogram beside the data set's mean, and on the right how far they spread.

    std is the spread of all the values: it says how far the axes go. A grey outline and a grey mark keep the batch size
    that the picture began with. The rule is not drawn: it is to be found.
    """
    limits = style.wide((mean - 3 * std, mean + 3 * std), means)
    edges = np.linspace(*limits, 61)
    with style.context():
        figure, (left, right) = style.figure(6.4, 3, 2, width_ratios=[3, 2])
        style.frame(left, "mean of one mini-batch (no unit)", "batches (tallest bar = 1)", limits, (0, 1.3))
        style.frame(right, "batch size m", "spread of the means", (0.65, 400), (std / 30, std * 1.6))
        right.set(xscale="log", yscale="log", xticks=[1, 4, 16, 64, 256], xticklabels=["1", "4", "16", "64", "256"],
                  yticks=[0.5, 1, 2, 5], yticklabels=["0.5", "1", "2", "5"])
        right.minorticks_off()
        left.axvline(mean, color=COLORS["mean"], linewidth=2)
        left.text(mean, 1.29, " all 1,797 digits", color=COLORS["mean"], va="top")
        start = m
        left.stairs(_relative(means, edges), edges, color=COLORS["x"], alpha=0.35, linewidth=1)
        right.plot([m], [np.std(means)], "D", color=FAINT)
        outline = style.label(left, ha="left", va="top", color="#606060")
        histogram, band = style.bars(left, "mean", edges), style.band(left)
        here = right.plot([], [], "D", color=COLORS["mean"], animated=True, zorder=5)[0]

    def draw(means, mean, std, m):
        histogram.set_data(_relative(means, edges))
        style.write(outline, limits[0] + 0.12 * std, 1.29, f"grey: m = {start}" if m != start else "")
        style.place_band(band, mean - np.std(means), mean + np.std(means))
        here.set_data([m], [np.std(means)])
        size, spread = here.get_xdata()[0], here.get_ydata()[0]
        shown = edges[:-1][histogram.get_data().values > 0]
        return (f"Means of {len(means):,} mini-batches of {size} around the data set's mean, {number(mean)}: they "
                f"reach from {number(shown.min())} to {number(shown.max() + edges[1] - edges[0])} and spread by "
                f"{number(spread)}; the band is {number(band.get_width() / 2)} to each side.")

    return Picture(figure, draw, means=means, mean=mean, std=std, m=m)


def _relative(values, edges):
    """The heights of a histogram whose tallest bar is 1."""
    counts = np.histogram(values, edges)[0]
    return counts / counts.max()
