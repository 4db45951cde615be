"""The pictures of lesson 09: one digit beside others, what threes are taken for, running statistics, a fan of lines."""
import numpy as np
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from . import style
from ..checks import drawable, fitting, one_of
from .picture import Picture
from .style import COLORS, FAINT, number

__all__ = ["one_digit", "taken_for", "running", "fan"]

LONGEST = 400  # steps


@drawable(image="64 -1..2", probabilities="10 0..1", others="draws 10 0..1")
def one_digit(image, probabilities, others=None):
    """A digit ``(64,)`` and what a network makes of it: ten probabilities, and those of other draws ``(draws, 10)``."""
    with style.context():
        figure, (left, right) = style.figure(6.0, 2.7, 2, width_ratios=[2, 5])
        style.frame(left, None, None, (-0.5, 7.5), (7.5, -0.5))
        left.xaxis.set_visible(False)
        left.spines["bottom"].set_visible(False)
        shown = left.imshow(np.zeros((8, 8)), cmap="gray_r", vmin=-0.8, vmax=1.9, animated=True)
        label = "digit" if others is None else f"digit (dots: {len(others)} draws of the others)"
        style.frame(right, label, "probability (no unit)", (-0.6, 9.6), (0, 1.15))
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
        spread = ""
        if len(draws):
            values = dots.get_ydata()[best::10]
            spread = (f" Dots: {len(values)} draws of the others, at {best} from {values.min():.2f} to "
                      f"{values.max():.2f}.")
        return f"A digit, and a bar for each probability: {_row(heights)}. The highest bar is at {best}.{spread}"

    return Picture(figure, draw, image=image, probabilities=probabilities, others=others)


COLUMNS, ROWS = 8, 4  # of small images
ACROSS, DOWN = 10, 14  # from one to the next, in pixels of theirs; below each there is room for a digit
SQUARE = np.array([[-0.5, -0.5], [7.5, -0.5], [7.5, 7.5], [-0.5, 7.5], [-0.5, -0.5]])  # around an image


@drawable(images="images 64 -1..2", truth="0..9 whole", probabilities="images 10 0..1", shown="1..32 whole",
          before="10 0..1")
def taken_for(images, truth, probabilities, shown=1, before=None):
    """Images of one digit ``(images, 64)``, at most 32, each with what it is taken for; the misread ones are darker.

    Beside them the ten probabilities of the image that is shown, counted from 1; before are those that it had.
    """
    fitting("images", len(images), f"{shown}..{COLUMNS * ROWS}", {})
    corners = np.array([(ACROSS * (i % COLUMNS), DOWN * (i // COLUMNS)) for i in range(len(images))])
    tiles = np.full((ROWS * DOWN, COLUMNS * ACROSS), -0.8)
    for (side, top), image in zip(corners, images):
        tiles[top:top + 8, side:side + 8] = image.reshape(8, 8)
    with style.context():
        figure, (left, right) = style.figure(6.2, 2.7, 2, width_ratios=[3, 2])
        style.frame(left, None, None, (-1.5, COLUMNS * ACROSS - 0.5), (ROWS * DOWN - 0.5, -1.5))
        left.xaxis.set_visible(False)
        left.spines["bottom"].set_visible(False)
        left.imshow(tiles, cmap="gray_r", vmin=-0.8, vmax=1.9, interpolation="nearest")
        left.text(0.5, -0.03, "below: taken for; darker: misread", ha="center", va="top",
                  transform=left.transAxes)
        misread = left.add_patch(PathPatch(Path(SQUARE), color=COLORS["x"], alpha=0.3, linewidth=0, animated=True))
        framed = left.plot([], [], color=COLORS["y"], linewidth=2.5, animated=True, zorder=5)[0]
        words = [style.label(left, va="top") for _ in images]
        style.frame(right, "digit", "probability (no unit)", (-0.6, 9.6), (0, 1.3))
        right.set(xticks=range(10), yticks=[0, 0.5, 1])
        edges = np.arange(11) - 0.5
        bars = style.bars(right, "y", edges)
        outline = style.bars(right, "x", edges, fill=False, alpha=1, linewidth=1.5)
        right.text(0.02, 0.98, "bars: the framed image", va="top", color=COLORS["y"], transform=right.transAxes)
        name = style.label(right, ha="left", va="top", transform=right.transAxes)

    def draw(probabilities, shown=1, before=None):
        read = probabilities.argmax(axis=1)
        squares = [Path(corner + SQUARE, closed=True) for corner in corners[read != truth]]
        misread.set_path(Path.make_compound_path(*squares))
        for word, (side, top), digit in zip(words, corners, read):
            style.write(word, side + 3.5, top + 8.2, f"{digit}")
        framed.set_data(*(corners[shown - 1] + 1.1 * (SQUARE - 3.5) + 3.5).T)
        bars.set_data(probabilities[shown - 1], edges)
        outline.set_visible(before is not None)
        outline.set_data(np.zeros(10) if before is None else before, edges)
        style.write(name, 0.02, 0.88, "" if before is None else "outline: the same, before")
        taken = [word.get_text() for word in words]
        rows = "; ".join(" ".join(taken[i:i + COLUMNS]) for i in range(0, len(taken), COLUMNS))
        said = (f"{len(words)} images of a {truth}, taken for {rows}; {len(squares)} are misread and darker. The "
                f"framed one is number {shown}, and its probabilities are {_row(bars.get_data().values)}.")
        return said if before is None else f"{said} Before, they were {_row(outline.get_data().values)}."

    return Picture(figure, draw, probabilities=probabilities, shown=shown, before=before)


def _row(probabilities):
    """A probability for each of the ten digits, in words."""
    return ", ".join(f"{digit}: {probability:.2f}" for digit, probability in enumerate(probabilities))


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


@drawable(slopes="lines 0.1..400", zeros="lines -1.5..1.5", slope="0.1..400", zero="-1.5..1.5",
          outside="64 0..1 whole", unit="1..64 whole")
def fan(slopes, zeros, slope, zero, outside, unit):
    """What batch norm does to a unit: a line y = slope · (x − zero) for each of some batches, and that of evaluation.

    Drawn where x lies between −1.5 and 1.5 and y between −6 and 6; every line crosses y = 0 in there. Beside it the 64
    units: a cross for each one whose evaluation lies outside its batches, 1 in outside; the unit that is drawn has a
    ring.
    """
    with style.context():
        figure, (axes, units) = style.figure(7.0, 2.8, 2, width_ratios=[7, 4])
        style.frame(axes, "x, what arrives at batch norm (no unit)", "y (no unit)", (-1.5, 1.5), (-6, 6))
        axes.axhline(0, color=FAINT, linewidth=1, linestyle=":")
        lines = [axes.plot([], [], color=COLORS["x"], linewidth=1, alpha=0.6, animated=True)[0] for _ in slopes]
        one = axes.plot([], [], color=COLORS["y"], linewidth=3, animated=True, zorder=5)[0]
        axes.text(0.02, 0.97, "thin: one line\nfor each batch", va="top", transform=axes.transAxes)
        axes.text(0.98, 0.05, "thick: evaluation", ha="right", color=COLORS["y"], transform=axes.transAxes)
        style.frame(units, "the 64 units\n× the thick line is steeper\nor flatter than all thin ones", None, (0.3, 8.7),
                    (8.7, 0.3))
        units.set(xticks=[], aspect="equal")
        units.spines["bottom"].set_visible(False)
        among, beyond, ring = [units.plot([], [], mark, color=COLORS[quantity], animated=True, zorder=5, **look)[0]
                               for mark, quantity, look in (
                                   ("o", "y", {"markersize": 5}), ("x", "x", {"markersize": 8, "markeredgewidth": 2}),
                                   ("o", "x", {"markersize": 16, "markerfacecolor": "none"}))]

    def draw(slopes, zeros, slope, zero, outside, unit):
        for line, k, crossing in zip([*lines, one], [*slopes, slope], [*zeros, zero]):
            x = np.clip(crossing + np.array([-6, 6]) / k, -1.5, 1.5)
            line.set_data(x, k * (x - crossing))
        column, row = np.arange(64) % 8 + 1, np.arange(64) // 8 + 1
        for marks, chosen in ((among, outside == 0), (beyond, outside == 1), (ring, np.arange(64) == unit - 1)):
            marks.set_data(column[chosen], row[chosen])
        steep, crossings = [_slope(line) for line in lines], [_zero(line) for line in lines]
        return (f"{len(lines)} thin lines, one for each batch, with slopes from {number(min(steep))} to "
                f"{number(max(steep))}, and a thick one for evaluation with the slope {number(_slope(one))}. It meets "
                f"y = 0 at x = {number(_zero(one))}, the thin ones between {number(min(crossings))} and "
                f"{number(max(crossings))}. Beside them 64 units, number {unit} with a ring: at "
                f"{len(beyond.get_xdata())} a cross, the thick line is steeper or flatter than all thin ones.")

    return Picture(figure, draw, slopes=slopes, zeros=zeros, slope=slope, zero=zero, outside=outside, unit=unit)


def _slope(line):
    (left, right), (low, high) = line.get_data()
    return (high - low) / (right - left)


def _zero(line):
    """Where a line crosses y = 0."""
    return line.get_xdata()[0] - line.get_ydata()[0] / _slope(line)
