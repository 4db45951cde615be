"""The pictures of lesson 03: a batch shifted and squeezed, what that leaves as it was, and what eps does."""
import numpy as np

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, FAINT, number, numbers, share_number, three_digits

__all__ = ["shift_and_squeeze", "leash", "humps", "knee"]


@drawable(x="m apart", shown="m")
def shift_and_squeeze(x, shown):
    """A batch x ``(m,)`` on its way to x_hat: shown is x, shifted and perhaps squeezed, on the axis where x began.

    The bars keep their counts, because their edges move along. Under them five examples, to be followed one by one.
    """
    limits = style.wide((-17, 23), x, x - x.mean(), shown)
    counts, edges = np.histogram(x, 24)
    tallest = counts.max()
    five = np.argsort(x)[np.linspace(0, len(x) - 1, 5).astype(int)]
    with style.context():
        figure, axes = style.figure(6.4, 3)
        style.frame(axes, " ", "examples", limits, (-0.22 * tallest, 1.3 * tallest))
        axes.set_yticks(range(0, tallest + 1, 10))
        axes.axhline(0, color="#555555", linewidth=0.8)
        axes.stairs(counts, edges, color=COLORS["x"], alpha=0.35, linewidth=1)
        bars = {quantity: style.bars(axes, quantity, edges) for quantity in ("x", "x_hat")}
        dots = {quantity: style.dots(axes, quantity, markersize=8) for quantity in ("x", "x_hat")}
        line, reach = style.vertical(axes, "mean"), style.band(axes)
        beside = [style.label(axes, "std", ha="right", va="top"), style.label(axes, "mean", ha="left", va="top")]
        title = style.label(axes, transform=axes.get_xaxis_transform(), va="top")

    def draw(x, shown):
        mean, std = shown.mean(), shown.std()
        words = _stage(x, shown)
        now = "x_hat" if words.startswith("x̂") else "x"
        for quantity in ("x", "x_hat"):
            bars[quantity].set_visible(quantity == now)
            dots[quantity].set_visible(quantity == now)
        bars[now].set_data(counts, (edges - x.mean()) / x.std() * std + mean)
        style.place(dots[now], shown[five], -0.11 * tallest)
        style.place_line(line, mean)
        style.place_band(reach, mean - std, mean + std)
        style.write(beside[0], mean - std - 0.4, 1.29 * tallest, f"σ = {number(std)}")
        style.write(beside[1], mean + std + 0.4, 1.29 * tallest, f"mean = {number(mean)}")
        style.write(title, np.mean(limits), -0.115, words)
        ends = " to ".join(number(end) for end in bars[now].get_data().edges[[0, -1]])
        outline = " An outline marks where it began." if not np.allclose(shown, x) else ""
        return (f"{words}. The histogram of {counts.sum()} values reaches from {ends}, with a line at the mean, "
                f"{number(line.get_xdata()[0])}, and a band of {number(reach.get_width() / 2)} to each side. Five "
                f"examples stand at {numbers(dots[now].get_xdata())}.{outline}")

    return Picture(figure, draw, x=x, shown=shown)


def _stage(x, shown):
    """What the shown values are, in words, told from where they stand."""
    if np.allclose(shown, x):
        return "x: as it came from the layer"
    centred, squeezed = np.isclose(shown.mean(), 0, atol=1e-9), not np.isclose(shown.std(), x.std())
    if not squeezed:
        return "x − μ: shifted by the mean" if centred else "on the way from x to x − μ"
    arrived = np.isclose(shown.std(), 1)
    return "x̂ = (x − μ) / √(σ² + ε): shifted, then squeezed" if arrived else "on the way from x − μ to x̂"


@drawable(x="m 0..30", x_hat="m -2.1..2.1")
def leash(x, x_hat):
    """A batch ``(m,)`` above, on the scale of x, and x_hat below, on its own, joined by lines; faint, the start."""
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, "x̂ (no unit)", None, (-2.1, 2.1), (-0.42, 1.12))
        axes.set_xticks(range(-2, 3))
        above = axes.secondary_xaxis("top", functions=(_to_x, _to_x_hat))
        above.set_xlabel("x, value of the feature (no unit)", color=COLORS["x"])
        above.spines["top"].set_visible(True)
        above.set_xticks(range(0, 31, 5))
        axes.xaxis.label.set_color(COLORS["x_hat"])
        for value, normalized in zip(x, x_hat):
            axes.plot([_to_x_hat(value), normalized], [1, 0], color=FAINT, linewidth=1, zorder=1)
        axes.plot(_to_x_hat(np.asarray(x)), np.ones(len(x)), "o", color=FAINT, zorder=1)
        axes.plot(x_hat, np.zeros(len(x)), "s", color=FAINT, zorder=1)
        start = np.sort(x)
        began = style.label(axes, color="#606060")
        threads = [axes.plot([], [], color=COLORS["x_hat"], linewidth=1.5, animated=True, zorder=3)[0] for _ in x]
        circles, normal = style.dots(axes, "x", markersize=11), style.dots(axes, "x_hat", markersize=10)

    def draw(x, x_hat):
        for thread, value, normalized in zip(threads, x, x_hat):
            thread.set_data([_to_x_hat(value), normalized], [1, 0])
        style.place(circles, _to_x_hat(np.asarray(x)), 1)
        style.place(normal, x_hat, 0)
        style.write(began, 0, -0.3, "" if np.allclose(np.sort(x), start) else "grey: where it began")
        farthest = np.abs(normal.get_xdata()).max()
        return (f"Circles above, on the scale of x: {numbers(_to_x(circles.get_xdata()))}. Squares below, on the scale "
                f"of x̂: {numbers(normal.get_xdata(), 3)}, joined by lines. The farthest square is "
                f"{number(farthest, 3)} from 0.")

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
