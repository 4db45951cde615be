"""The pictures of lesson 09: one digit among its mates, threes among others, running statistics, a fan of lines."""
import numpy as np

from . import style
from ..checks import drawable, one_of
from .picture import Picture
from .style import COLORS, FAINT, number

__all__ = ["one_digit", "taken_for", "running", "fan"]

LONGEST = 400  # steps


@drawable(image="64 -1..2", probabilities="10 0..1", others="draws 10 0..1")
def one_digit(image, probabilities, others=None):
    """A digit ``(64,)`` and what a network makes of it: ten probabilities, and those of other draws ``(draws, 10)``."""
    with style.context():
        figure, (left, right) = style.figure(6.4, 2.9, 2, width_ratios=[2, 5])
        style.frame(left, None, None, (-0.5, 7.5), (7.5, -0.5))
        left.xaxis.set_visible(False)
        left.spines["bottom"].set_visible(False)
        shown = left.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=-0.8, vmax=1.9, animated=True)
        style.frame(right, "digit", "probability (no unit)", (-0.6, 9.6), (0, 1.15))
        right.set_xticks(range(10))
        bars = style.bars(right, "y", np.arange(11) - 0.5)
        dots = right.plot([], [], "o", color=COLORS["x"], markersize=4, alpha=0.5, animated=True, zorder=4)[0]
        name = style.label(right, "y", va="bottom")

    def draw(image, probabilities, others=None):
        shown.set_data(image.reshape(8, 8))
        bars.set_data(probabilities, np.arange(11) - 0.5)
        draws = np.empty((0, 10)) if others is None else others
        dots.set_data(np.tile(np.arange(10), len(draws)), draws.ravel())
        heights = bars.get_data().values
        best = heights.argmax()
        style.write(name, best, 1.04, f"a {best}?")
        row = ", ".join(f"{digit}: {height:.2f}" for digit, height in enumerate(heights))
        spread = ""
        if len(draws):
            values = dots.get_ydata()[best::10]
            spread = f" Dots: {len(values)} draws of mates, at {best} from {values.min():.2f} to {values.max():.2f}."
        return f"A digit, and a bar for each probability: {row}. The highest bar is at {best}.{spread}"

    return Picture(figure, draw, image=image, probabilities=probabilities, others=others)


@drawable(counts="10 0..40 whole", truth="0..9 whole")
def taken_for(counts, truth):
    """How many images of one digit are taken for each of the ten digits: counts ``(10,)``; at most 40 in all."""
    with style.context():
        figure, axes = style.figure(6.4, 2.7)
        style.frame(axes, "taken for", "images", (-0.6, 9.6), (0, 40))
        axes.set_xticks(range(10))
        edges = np.arange(11) - 0.5
        wrong, right = style.bars(axes, "x", edges), style.bars(axes, "y", edges)
        words = [style.label(axes, va="bottom") for _ in range(10)]

    def draw(counts, truth):
        here = np.arange(10) == truth
        for bars, chosen in ((wrong, ~here), (right, here)):
            bars.set_data(np.where(chosen, counts, 0), edges)
        heights = wrong.get_data().values + right.get_data().values
        for digit, (word, height) in enumerate(zip(words, heights)):
            style.write(word, digit, height + 0.5, number(height))
        row = ", ".join(f"{digit}: {height:.0f}" for digit, height in enumerate(heights))
        return f"{heights.sum():.0f} images of a {truth:.0f}, by what they are taken for: {row}."

    return Picture(figure, draw, counts=counts, truth=truth)


@drawable(batch="steps 0.02..3", follows="steps 0.02..3", stops="stops 1..400 whole growing", right="stops 0..1",
          best="stops 0..1", step="1..400 whole")
def running(batch, follows, stops, right, best, step):
    """One unit's variance in each mini-batch, the running variance that follows it, ``(400,)``, and what it is worth.

    At some steps ``(stops,)``: the share of right answers with the running statistics, and with those of the batch.
    step, one of the stops, marks how far the training has come; the line of the running variance ends there.
    """
    one_of("step", step, tuple(stops))
    with style.context():
        figure, (left, other) = style.figure(7.0, 3.1, 2)
        for axes in (left, other):
            style.frame(axes, "training step, log axis", "variance of one unit (no unit)", (0.9, LONGEST * 1.2))
            axes.set(xscale="log", xticks=[1, 10, 100, LONGEST], xticklabels=["1", "10", "100", str(LONGEST)])
            axes.minorticks_off()
        left.set(yscale="log", ylim=(0.02, 3), yticks=[0.03, 0.1, 0.3, 1], yticklabels=["0.03", "0.1", "0.3", "1"])
        left.minorticks_off()
        other.set_ylabel("right answers (%)")
        other.set_ylim(0, 109)
        left.text(0.02, 0.99, "dots: mini-batches", va="top", transform=left.transAxes)
        other.text(0.94, 0.2, "batch statistics", ha="right", transform=other.transAxes, color="#666666")
        other.text(0.94, 0.06, "running statistics", ha="right", transform=other.transAxes, color=COLORS["var"])
        dots = left.plot([], [], "o", color=COLORS["x"], markersize=3, alpha=0.35, animated=True)[0]
        # The mark at its end is all there is of the line in step 1.
        line = left.plot([], [], "o-", color=COLORS["var"], linewidth=2.5, markersize=6, markevery=[-1], animated=True,
                         zorder=5)[0]
        whole = other.plot([], [], "-", color="#666666", linewidth=1.5, animated=True)[0]
        curve = other.plot([], [], "o-", color=COLORS["var"], markersize=4, animated=True, zorder=5)[0]
        marks = [axes.axvline(1, color=FAINT, linewidth=1.5, linestyle=":", animated=True) for axes in (left, other)]

    def draw(batch, follows, stops, right, best, step):
        every = np.arange(1, len(batch) + 1)
        dots.set_data(every, batch)
        line.set_data(every[:int(step)], follows[:int(step)])
        whole.set_data(stops, 100 * best)
        curve.set_data(stops, 100 * right)
        for mark in marks:
            mark.set_xdata([step, step])
        here = list(curve.get_xdata()).index(step)
        return (f"Left: the variance of one unit in {len(dots.get_xdata())} mini-batches, from "
                f"{number(dots.get_ydata().min())} to {number(dots.get_ydata().max())}; the line of the running "
                f"variance ends at step {line.get_xdata()[-1]} and {number(line.get_ydata()[-1])}. Right: "
                f"{curve.get_ydata()[here]:.0f} % right with the running statistics at that step, "
                f"{whole.get_ydata()[here]:.0f} % with those of the batch.")

    return Picture(figure, draw, batch=batch, follows=follows, stops=stops, right=right, best=best, step=step)


@drawable(slopes="lines 0.1..400", zeros="lines -1.5..1.5", slope="0.1..400", zero="-1.5..1.5")
def fan(slopes, zeros, slope, zero):
    """What batch norm does to a unit: a line y = slope · (z − zero) for each of some batches, and that of evaluation.

    Drawn where z lies between −1.5 and 1.5 and y between −6 and 6; every line crosses y = 0 in there.
    """
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, "z, what the unit adds up (no unit)", "y (no unit)", (-1.5, 1.5), (-6, 6))
        axes.axhline(0, color=FAINT, linewidth=1, linestyle=":")
        lines = [axes.plot([], [], color=COLORS["x"], linewidth=1, alpha=0.6, animated=True)[0] for _ in slopes]
        one = axes.plot([], [], color=COLORS["y"], linewidth=3, animated=True, zorder=5)[0]
        axes.text(0.02, 0.97, "thin: one line for each batch", va="top", transform=axes.transAxes)
        axes.text(0.98, 0.05, "thick: evaluation", ha="right", color=COLORS["y"], transform=axes.transAxes)

    def draw(slopes, zeros, slope, zero):
        for line, k, crossing in zip([*lines, one], [*slopes, slope], [*zeros, zero]):
            z = np.clip(crossing + np.array([-6, 6]) / k, -1.5, 1.5)
            line.set_data(z, k * (z - crossing))
        steep, crossings = [_slope(line) for line in lines], [_zero(line) for line in lines]
        return (f"{len(lines)} thin lines, one for each batch, with slopes from {number(min(steep))} to "
                f"{number(max(steep))}, and a thick one for evaluation with the slope {number(_slope(one))}. It meets "
                f"y = 0 at z = {number(_zero(one))}, the thin ones between {number(min(crossings))} and "
                f"{number(max(crossings))}.")

    return Picture(figure, draw, slopes=slopes, zeros=zeros, slope=slope, zero=zero)


def _slope(line):
    (left, right), (low, high) = line.get_data()
    return (high - low) / (right - left)


def _zero(line):
    """Where a line crosses y = 0."""
    return line.get_xdata()[0] - line.get_ydata()[0] / _slope(line)
