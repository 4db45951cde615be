"""The pictures of lesson 03: a batch shifted and squeezed, what that leaves as it was, and what eps does."""
import itertools

import numpy as np

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, number, numbers, share_number, three_digits

__all__ = ["shift_and_squeeze", "leash", "humps", "knee"]


@drawable(x="m apart", shown="m")
def shift_and_squeeze(x, shown):
    """A batch x ``(m,)`` on its way to x_hat: shown is x, shifted and perhaps squeezed.

    Above on the axis where x began, below as wide as x was, on an axis that is enlarged as the batch gets narrow. The
    bars keep their counts, because their edges move along. Under them five examples, to be followed one by one.
    """
    limits = style.wide((-17, 23), x, x - x.mean(), shown, x - x.mean() + shown.mean())
    counts, edges = np.histogram(x, 24)
    tallest = counts.max()
    five = np.argsort(x)[np.linspace(0, len(x) - 1, 5).astype(int)]
    with style.context():
        figure, below = style.figure(6.4, 3.6)
        style.frame(below, " \n\n ", "examples", limits, (-0.2 * tallest, 1.9 * tallest))
        below.set(xticks=[], yticks=range(0, tallest + 1, max(1, round(tallest / 30) * 10)))
        below.axhline(0, color="#555555", linewidth=0.8)
        above = below.twinx()  # the same places from left to right, and lower bars
        style.frame(above, None, None, limits, (-4.2 * tallest, 1.05 * tallest))
        above.axhline(0, color="#555555", linewidth=0.8)
        below.secondary_xaxis("top").set_xlabel("above: on the axis of x (no unit)")
        above.stairs(counts, edges, color=COLORS["x"], alpha=0.35, linewidth=1)
        true, large = (style.bars(axes, "x", edges) for axes in (above, below))
        followed, tiny = style.dots(below, "x", markersize=8), style.dots(below, "x", markersize=5)
        line, reach = style.vertical(below, "mean"), style.band(below)
        reach.set(transform=below.transData, height=1.25 * tallest)
        lens = [below.plot([], [], color="#707070", linewidth=1, linestyle=":", animated=True)[0] for _ in range(2)]
        marks = below.plot(limits, [-0.2 * tallest] * 2, "|", color="#555555", clip_on=False, animated=True)[0]
        ticks = [style.label(below, color="#555555", transform=below.get_xaxis_transform(), va="top")
                 for _ in range(12)]
        title = style.label(below, transform=below.get_xaxis_transform(), va="top")
        beside = [style.label(below, "std", ha="right", va="top"), style.label(below, "mean", ha="left", va="top")]

    def draw(x, shown):
        mean, std = shown.mean(), shown.std()
        words = _stage(x, shown)
        enlarged = x.std() / std if std > 1e-9 * x.std() else 1  # of equal values there is nothing to enlarge
        wide = enlarged * std
        places = (edges - x.mean()) / x.std()
        now = "x_hat" if words.startswith("x̂") else "x"
        for histogram, width in ((true, std), (large, wide)):
            histogram.set_data(counts, places * width + mean)
            histogram.set_color(COLORS[now])
        style.place(followed, (shown[five] - mean) * enlarged + mean, -0.1 * tallest)
        style.place(tiny, shown[five], 1.42 * tallest)  # below the upper bars
        for dots in (followed, tiny):
            dots.set(marker=style.MARKS[now], color=COLORS[now])
        # In two pieces: it ends above the dots, and between the two histograms.
        line.set_data([mean, mean, np.nan, mean, mean], [0.095, 0.69, np.nan, 0.8, 1])
        style.place_band(reach, mean - wide, mean + wide)
        for side, edge in zip(lens, places[[0, -1]]):
            side.set_data([edge * std + mean, edge * wide + mean], [1.48 * tallest, 1.3 * tallest])
        _write_ticks(ticks, marks, mean, enlarged)
        style.write(beside[0], mean - wide - 0.4, 1.24 * tallest, f"σ = {number(std)}")
        style.write(beside[1], mean + wide + 0.4, 1.24 * tallest, f"mean = {number(mean)}")
        style.write(title, np.mean(limits), -0.13, words)
        reaches = " to ".join(number(end) for end in true.get_data().edges[[0, -1]])
        outline = " An outline marks where it began." if not np.allclose(shown, x) else ""
        examples = (followed.get_xdata() - mean) / enlarged + mean
        return (f"{words}. The histogram of {counts.sum()} values reaches from {reaches}, with a line at the mean, "
                f"{number(line.get_xdata()[0])}.{outline} Below it is enlarged "
                f"{number(enlarged)} times, with a band of "
                f"{number(reach.get_width() / 2 / enlarged)} to each side. Five examples stand at {numbers(examples)}.")

    return Picture(figure, draw, x=x, shown=shown)


def _write_ticks(labels, marks, middle, enlarged):
    """Write an axis anew whose numbers stand enlarged times as far from the middle as on the axis of the picture."""
    low, high = (middle + (end - middle) / enlarged for end in marks.axes.get_xlim())
    rough = (high - low) / 11
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    room = 0.02 * (high - low)  # for half a label at either end
    values = step * np.arange(np.ceil((low + room) / step), np.floor((high - room) / step) + 1)
    style.place(marks, middle + (values - middle) * enlarged, marks.axes.get_ylim()[0])
    for label, place, value in itertools.zip_longest(labels, marks.get_xdata(), values, fillvalue=None):
        style.write(label, place or 0, -0.035, "" if value is None else number(value))


def _stage(x, shown):
    """What the shown values are, in words, told from where they stand."""
    if np.allclose(shown, x):
        return "x: as it came from the layer"
    centred, squeezed = np.isclose(shown.mean(), 0, atol=1e-9), not np.isclose(shown.std(), x.std())
    if not squeezed:
        return "x − μ: shifted by the mean" if centred else "on the way from x to x − μ"
    arrived = np.isclose(shown.std(), 1)
    return "x̂ = (x − μ) / √(σ² + ε): shifted, then squeezed" if arrived else "on the way from x − μ to x̂"


BELOW = -0.165  # where the name of the lower axis stands: no line goes there


@drawable(x="m 0..30", x_hat="m -2.1..2.1")
def leash(x, x_hat):
    """A batch ``(m,)`` above, on the scale of x, and x_hat below, on its own, joined by lines; faint, the start.

    No x_hat of a batch gets farther than √(m − 1): where one has come so far, it meets a wall.
    """
    farthest = np.sqrt(len(x) - 1)
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, "x̂ (no unit)", None, (-2.1, 2.1), (0, 1))
        axes.set_xticks(range(-2, 3))
        above = axes.secondary_xaxis("top", functions=(_to_x, _to_x_hat))
        above.set_xlabel("x, value of the feature (no unit)", color=COLORS["x"])
        above.spines["top"].set_visible(True)
        above.set_xticks(range(0, 31, 5))
        axes.xaxis.label.set_color(COLORS["x_hat"])
        # The marks stand on their axes: half of each is outside.
        for value, normalized in zip(x, x_hat):
            axes.plot([_to_x_hat(value), normalized], [1, 0], color=FAINT, linewidth=1, zorder=1)
        axes.plot(_to_x_hat(np.asarray(x)), np.ones(len(x)), "o", color=FAINT, zorder=1, clip_on=False)
        axes.plot(x_hat, np.zeros(len(x)), "s", color=FAINT, zorder=1, clip_on=False)
        start = np.sort(x)
        began = style.label(axes, color="#606060", ha="left")
        threads = [axes.plot([], [], color=COLORS["x_hat"], linewidth=1.5, animated=True, zorder=3)[0] for _ in x]
        circles = style.dots(axes, "x", markersize=11, clip_on=False)
        normal = style.dots(axes, "x_hat", markersize=10, clip_on=False)
        style.place(circles, [0], 1)  # somewhere: without a place they would count as far outside
        style.place(normal, [0], 0)
        walls = {side: axes.plot([], [], color="#202020", linewidth=5, solid_capstyle="butt", animated=True,
                                 zorder=4)[0] for side in (-1, 1)}
        limits = {side: style.label(axes, ha="right" if side > 0 else "left") for side in walls}

    def draw(x, x_hat):
        for thread, value, normalized in zip(threads, x, x_hat):
            thread.set_data([_to_x_hat(value), normalized], [1, 0])
        style.place(circles, _to_x_hat(np.asarray(x)), 1)
        style.place(normal, x_hat, 0)
        style.write(began, -2.05, BELOW, "" if np.allclose(np.sort(x), start) else "grey: where it began")
        for side, wall in walls.items():
            touched = np.max(side * normal.get_xdata()) > 0.999 * farthest
            # Behind the square, whose half width is 0.05 on this axis.
            wall.set_data(*([[side * (farthest + 0.07)] * 2, [0, 0.3]] if touched else [[], []]))
            style.write(limits[side], side * (farthest - 0.02), 0.24, f"{number(farthest, 3)}" if touched else "")
        met = [f" It stands at a wall, {words.get_text()} from 0." for words in limits.values() if words.get_text()]
        return (f"Circles above, on the scale of x: {numbers(_to_x(circles.get_xdata()))}. Squares below, on the scale "
                f"of x̂: {numbers(normal.get_xdata(), 3)}, joined by lines. The farthest square is "
                f"{number(np.abs(normal.get_xdata()).max(), 3)} from 0.{''.join(met[:1])}")

    return Picture(figure, draw, x=x, x_hat=x_hat)


def _to_x(place):
    """The value of x that stands above a place on the scale of x_hat: 0 to 30 over −2 to 2."""
    return place * 7.5 + 15


def _to_x_hat(value):
    return (value - 15) / 7.5


@drawable(x="m", x_hat="m")
def humps(x, x_hat):
    """A batch ``(m,)`` before and after normalization, side by side, and beside x_hat the bell curve that it is not."""
    bars = 24
    with style.context():
        figure, (left, right) = style.figure(6.4, 2.7, 2, sharey=True)
        tallest = 1.3 * max(np.histogram(x, bars)[0])
        style.frame(left, "x, before (no unit)", "examples", style.wide((-8, 11), x), (0, tallest))
        style.frame(right, "x̂, after (no unit)", "examples", style.wide((-3, 3), x_hat), (0, tallest))
        right.set_ylabel(None)
        bell = np.linspace(-3, 3, 80)
        area = len(x) * np.ptp(x_hat) / bars
        right.plot(bell, area * np.exp(-bell ** 2 / 2) / np.sqrt(2 * np.pi), color="#707070", linestyle=":", zorder=5)
        right.text(-2.8, 0.93 * tallest, "dotted: bell curve", color="#555555", va="center")
        before = style.bars(left, "x", np.histogram(x, bars)[1])
        after = style.bars(right, "x_hat", np.histogram(x_hat, bars)[1])

    def draw(x, x_hat):
        for histogram, values in ((before, x), (after, x_hat)):
            histogram.set_data(*np.histogram(values, bars))
        return f"Before: {_describe_humps(before)}. After: {_describe_humps(after)}."

    return Picture(figure, draw, x=x, x_hat=x_hat)


def _describe_humps(histogram):
    """The tallest bar of each half of a histogram, and the lowest bar between the two."""
    counts, edges, _ = histogram.get_data()
    centres = (edges[1:] + edges[:-1]) / 2
    half = len(counts) // 2
    first, second = int(counts[:half].argmax()), half + int(counts[half:].argmax())
    valley = first + int(counts[first:second + 1].argmin())
    return (f"humps at {number(centres[first])} and {number(centres[second])} with {counts[first]:.0f} and "
            f"{counts[second]:.0f} examples in their tallest bars, and {counts[valley]:.0f} at "
            f"{number(centres[valley])} between them")


@drawable(eps=" 1e-8..1e4", var=" 1e-6..1e2", out=" 0..1.25")
def knee(eps, var, out):
    """The variance of x_hat, var / (var + eps), for every eps on a logarithmic axis; out is the one at eps."""
    limits = (1e-8, 1e4)
    fine = np.geomspace(*limits, 200)
    with style.context():
        figure, axes = style.figure(6.4, 3)
        style.frame(axes, "eps (logarithmic scale)", "variance of x̂", (3e-9, 3e4), (-0.07, 1.25))
        axes.set(xscale="log", yticks=[0, 0.25, 0.5, 0.75, 1], xticks=10.0 ** np.arange(-8, 5, 2))
        axes.minorticks_off()
        axes.axhline(0.5, color=FAINT, linewidth=1, linestyle=":")
        curve = axes.plot([], [], color=COLORS["x_hat"], linewidth=2.5, animated=True)[0]
        bend = axes.plot([], [], color=COLORS["var"], linewidth=9, alpha=0.3, solid_capstyle="butt", animated=True)[0]
        here = style.dots(axes, "x_hat", markersize=12)
        name = style.label(axes, "var")

    def draw(eps, var, out):
        curve.set_data(fine, var / (var + fine))
        bend.set_data([var, var], [0, 1.08])
        style.write(name, var, 1.16, f"eps = σ² = {three_digits(var)}")
        here.set_data([eps], [out])
        halfway = bend.get_xdata()[0]
        return (f"A falling curve over eps from 10⁻⁸ to 10,000, near 1 on the left, one half where eps = σ² = "
                f"{three_digits(halfway)} (a band). The square stands at eps = {three_digits(here.get_xdata()[0])}, "
                f"variance {share_number(here.get_ydata()[0])}; "
                f"there the curve is at about {number(np.interp(np.log(eps), np.log(fine), curve.get_ydata()), 4)}.")

    return Picture(figure, draw, eps=eps, var=var, out=out)
