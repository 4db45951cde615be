"""The pictures of lesson 00: what thirty layers do to a mini-batch, training that stands still, and drift."""
import numpy as np

from . import style
from ..checks import drawable, one_of
from ..network import spread_over_batch
from .picture import Picture
from .style import COLORS, FAINT, number, numbers, power

__all__ = ["layers", "losses", "trainable", "drift"]

ROWS = 6
LOWEST, HIGHEST = 1e-8, 1e8
GUESSING = np.log(10)
LEARNS = 2  # training is chaotic: a loss near the limit would be above it on one machine and below on another
LOOKS = {"color": COLORS["x"]}, {"color": COLORS["std"], "linestyle": "--"}


@drawable(activations="each m width -1e100..1e100")
def layers(activations):
    """What the layers of a network put out, arrays ``(m, width)``: six of them as histograms, and every spread.

    Values outside −1 to 3 are counted in the outermost bars, spreads outside 1e-8 to 1e8 stand at the edge, and the
    sentence says so.
    """
    edges = np.linspace(-1.05, 3.05, 42)
    with style.context():
        figure, (left, right) = style.figure(6.4, 3.9, 2, width_ratios=[3, 2], sharey=True)
        style.frame(left, "output of a unit (no unit), tallest bar = 1", None, (-2.3, 3.15), (0.6 - ROWS, 1.3))
        style.frame(right, "spread, log axis (no unit)", None, (1e-10, 1e10))
        left.set(xticks=[-1, 0, 1, 2, 3], xticklabels=["−1", "0", "1", "2", "3+"])
        right.set(xscale="log", xticks=[1e-8, 1e-4, 1, 1e4, 1e8],
                  xticklabels=[r"$\leq 10^{-8}$", r"$10^{-4}$", "1", r"$10^{4}$", r"$\geq 10^{8}$"])
        right.minorticks_off()
        right.axvline(1, color=FAINT, linewidth=1, linestyle=":")
        right.text(1e-9, 1.3, "vanishes", va="top")
        right.text(1e9, 1.3, "explodes", va="top", ha="right")
        left.hlines(-np.arange(ROWS), -1.05, 3.05, color=FAINT, linewidth=1)
        histograms = [style.bars(left, "x", edges, alpha=0.7) for _ in range(ROWS)]
        for row in range(ROWS):
            left.text(-2.25, -row, "layer", color=COLORS["x"], va="baseline")
        # Only the digits move: drawing six whole words would cost a third of the redraw.
        names = [style.label(left, ha="right", va="baseline") for _ in range(ROWS)]
        line = right.plot([], [], "o-", color=COLORS["std"], markersize=4, animated=True, zorder=4)[0]

    def draw(activations):
        chosen = np.linspace(1, len(activations), ROWS).round().astype(int)
        for row, (layer, histogram, name) in enumerate(zip(chosen, histograms, names)):
            counts = np.histogram(activations[layer - 1].clip(-1, 3), len(edges) - 1, (edges[0], edges[-1]))[0]
            histogram.set_data(0.85 * counts / counts.max() - row, edges, -row)
            style.write(name, -1.15, -row, f"{layer}")
        lowest = [np.min(activations[layer - 1]) for layer in chosen]
        spreads = np.array([spread_over_batch(a) for a in activations])
        line.set_data(spreads.clip(LOWEST, HIGHEST), np.linspace(0, 1 - ROWS, len(spreads)))
        shown = line.get_xdata()
        rows = "; ".join(map(_describe_row, names, histograms, lowest))
        return (f"Histograms: {rows}. Spread of {len(shown)} layers on a log axis: "
                f"{_power(shown[0])} in the first, {_power(shown[-1])} in the last.")

    return Picture(figure, draw, activations=activations)


def _describe_row(name, histogram, lowest):
    heights, edges, base = histogram.get_data()
    heights, middles = heights - base, (edges[:-1] + edges[1:]) / 2
    filled = middles[heights > 0]
    first, last, tallest = (_bar(value, lowest) for value in (filled.min(), filled.max(), middles[heights.argmax()]))
    if first == last:
        return f"layer {name.get_text()} a single bar at {first}"
    return f"layer {name.get_text()} from {first} to {last}, the tallest bar at {tallest}"


def _bar(value, lowest):
    if value > 2.95:
        return "3 or more"
    return "−1 or less" if value < -0.95 and lowest < -1 else number(value, 1)


def _power(value):
    if value <= LOWEST:
        return "10⁻⁸ or less"
    if value >= HIGHEST:
        return "10⁸ or more"
    return number(value) if 0.095 < value < 1000 else power(value, 0)


@drawable(runs="steps any")
def losses(**runs):
    """The loss in each step of one or two trainings: ``name=values``, two are drawn with the loss of pure guessing.

    A loss that is no number is not drawn.
    """
    if not 1 <= len(runs) <= len(LOOKS):
        raise ValueError(f"runs must be one or two, got {len(runs)}")
    steps = max(map(len, runs.values()))
    with style.context():
        figure, axes = style.figure(6.4, 2.8)
        style.frame(axes, "training step", "loss (no unit)", (0, steps), (0, 3))
        if len(runs) > 1:  # the first picture of lesson 00 asks what the number means
            axes.axhline(GUESSING, color="#555555", linewidth=1.5, linestyle=":")
            axes.text(0.01 * steps, GUESSING + 0.1, f"pure guessing: ln 10 = {GUESSING:.2f}")
        lines = [axes.plot([], [], linewidth=1.5, animated=True, **look)[0] for look, _ in zip(LOOKS, runs)]
        names = [style.label(axes, ha="right", va="bottom", color=line.get_color()) for line in lines]

    def draw(**runs):
        for line, name, (words, values) in zip(lines, names, runs.items()):
            values = np.asarray(values)
            line.set_data(np.arange(1, len(values) + 1), values)
            late = values[-steps // 4:]
            height = np.max(late, where=np.isfinite(late), initial=0)
            style.write(name, 0.99 * steps, min(height, 2.7) + 0.05, words)
        described = " ".join(_describe_loss(name, line) for name, line in zip(names, lines))
        return described + (f" Pure guessing costs {GUESSING:.2f}." if len(runs) > 1 else "")

    return Picture(figure, draw, **runs)


def _describe_loss(name, line):
    values = np.asarray(line.get_ydata())
    first, last = (_loss(part.mean()) for part in (values[:1], values[-20:]))
    drawn = np.isfinite(values).sum()
    gaps = f", drawn in the {drawn} in which it is a number" if drawn < len(values) else ""
    return f"Loss of {name.get_text()} over {len(values)} steps{gaps}: {first} at first, {last} at the end."


@drawable(scales="k 1e-9..1e9 growing", final="k any", cured="k any")
def trainable(scales, final, cured=None):
    """The loss at the end of training for each weight scale ``(k,)`` on a log axis; a scale with a loss below 2 learns.

    cured ``(k,)`` is the same with batch norm, if that is shown too. Losses over 3, or that are no number, stand at the
    upper edge.
    """
    with style.context():
        figure, axes = style.figure(6.4, 2.9)
        style.frame(axes, "weight scale (standard deviation)", "loss at the end", (scales[0] / 1.2, scales[-1] * 1.2),
                    (0, 3))
        axes.set(xscale="log", xticks=[0.03, 0.1, 0.3, 1], xticklabels=["0.03", "0.1", "0.3", "1"])
        axes.minorticks_off()
        axes.axhline(GUESSING, color="#555555", linewidth=1.5, linestyle=":")
        axes.text(scales[0], GUESSING + 0.1, f"pure guessing: ln 10 = {GUESSING:.2f}")
        works = style.band(axes, "std")
        line = axes.plot([], [], "o-", color=COLORS["x"], animated=True, markersize=6, zorder=4)[0]
        words = style.label(axes, "std", va="bottom")
        squares = axes.plot([], [], "s-", color=COLORS["x_hat"], animated=True, markersize=6, zorder=5)[0]
        if cured is not None:
            axes.text(scales[-1], 0.75, "with batch norm", color=COLORS["x_hat"], ha="right", va="bottom")

    def draw(scales, final, cured):
        line.set_data(scales, _at_most_the_edge(final))
        good = np.asarray(line.get_xdata())[line.get_ydata() < LEARNS]
        for part in (works, words):
            part.set_visible(len(good) > 0)
        if not len(good):
            return f"Loss at the end for {len(scales)} weight scales: never below {LEARNS}."
        gap = np.sqrt(scales[1] / scales[0])
        style.place_band(works, good[0] / gap, good[-1] * gap)
        style.write(words, np.sqrt(good[0] * good[-1]), 1.6, "it learns")
        first, last = line.get_xdata()[[0, -1]]
        return (f"Loss at the end for {len(scales)} weight scales from {number(first)} to {number(last)}, on a log "
                f"axis: below {LEARNS} only at {numbers(good)}, inside the band from {number(works.get_x())} to "
                f"{number(works.get_x() + works.get_width())}.{_describe_cure(squares, scales, cured)}")

    return Picture(figure, draw, scales=scales, final=final, cured=cured)


def _loss(value):
    if not np.isfinite(value):
        return "no number"
    return f"{value:.2f}" if abs(value) < 1000 else power(value, 0)


def _at_most_the_edge(final):
    return np.nan_to_num(final, nan=np.inf).clip(0, 2.95)


def _describe_cure(squares, scales, cured):
    """Put the squares of the trainings with batch norm, and say how many of them end below {LEARNS}."""
    if cured is None:
        return ""
    squares.set_data(scales, _at_most_the_edge(cured))
    learn = (squares.get_ydata() < LEARNS).sum()
    return f" With batch norm, drawn as squares, {learn} of {len(scales)} end below {LEARNS}."


@drawable(values="steps rows m -5..5", steps="steps growing", step="", layers="rows whole")
def drift(values, steps, step, layers):
    """What a unit in each of a few layers computes for the same mini-batch at each of the steps: ``(steps, rows, m)``.

    On the left a histogram for each layer, at step (one of steps) and, as an outline, before training; on the right
    its mean and a band of its standard deviation, from the first step to that one.
    """
    one_of("step", step, list(steps))
    edges = np.linspace(-5, 5, 51)
    with style.context():
        figure, (left, right) = style.figure(6.4, 3.8, 2, width_ratios=[3, 2], sharey=True)
        style.frame(left, "value before the activation\n(no unit), tallest bar = 1", None, (-5, 5),
                    (0.9 - len(layers), 1.2))
        style.frame(right, "training step", None, (steps[0], steps[-1]))
        left.hlines(-np.arange(len(layers)), -5, 5, color=FAINT, linewidth=1)
        left.axvline(0, color=FAINT, linewidth=1, linestyle=":")
        right.hlines(_height(0, np.arange(len(layers))), *steps[[0, -1]], color=FAINT, linewidth=1, linestyle=":")
        right.text(steps.mean(), 1.2, "mean ± spread", ha="center", va="top")
        for row, layer in enumerate(layers):
            left.text(-4.95, 0.1 - row, f"layer {layer:g}")
        ghosts = [style.bars(left, "x", edges, fill=False, alpha=0.6, zorder=4) for _ in layers]
        histograms = [style.bars(left, "x", edges) for _ in layers]
        bands = [right.fill([0], [0], color=COLORS["std"], alpha=0.25, linewidth=0, animated=True)[0] for _ in layers]
        lines = [right.plot([], [], "o-", color=COLORS["mean"], linewidth=2, markersize=4, markevery=[-1],
                            animated=True, zorder=4)[0] for _ in layers]
        here = right.plot([], [], color="#555555", linewidth=1, animated=True)[0]

    def draw(values, steps, step, layers):
        now = list(steps).index(step)
        here.set_data([step, step], (right.get_ylim()[0], 0.95))
        rows = []
        for row, (layer, ghost, histogram, band, line) in enumerate(zip(layers, ghosts, histograms, bands, lines)):
            for stairs, at in ((ghost, 0), (histogram, now)):
                counts = np.histogram(values[at, row].clip(-5, 5), edges)[0]
                stairs.set_data(0.85 * counts / counts.max() - row, edges, -row)
            past, until_now = steps[:now + 1], values[:now + 1, row]
            mean, std = until_now.mean(axis=1), until_now.std(axis=1)
            line.set_data(past, _height(mean, row))
            sides = np.append(_height(mean - std, row), _height(mean + std, row)[::-1])
            band.set_xy(np.column_stack([np.append(past, past[::-1]), sides]))
            rows.append(f"layer {layer:g} from {_ends(histogram)}, at the start from {_ends(ghost)}")
        return (f"Filled histograms: now; outlines: before training. Values in {'; '.join(rows)}. Beside them a line "
                f"for the mean and a band for the spread, from step {number(line.get_xdata()[0])} to now, step "
                f"{number(here.get_xdata()[0])} of {number(steps[-1])}; the band of layer {layers[-1]:g} is now "
                f"{number(_thickness(bands[-1], now))} high, at the start {number(_thickness(bands[-1], 0))}.")

    return Picture(figure, draw, values=values, steps=steps, step=step, layers=layers)


def _height(value, row):
    """Where a value from −3 to 3 stands in a row on the right; what lies farther out stands at the row's edge."""
    return np.clip(value, -3, 3) * 0.14 + 0.42 - row


def _thickness(band, index):
    """How high a drawn band is at a step, as a value."""
    sides = band.get_xy()[:-1, 1]  # fill closes the outline with its first point
    return (sides[-1 - index] - sides[index]) / 0.14


def _ends(stairs):
    heights, edges, base = stairs.get_data()
    return f"{number(edges[:-1][heights > base].min(), 1)} to {number(edges[1:][heights > base].max(), 1)}"
