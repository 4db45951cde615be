"""The pictures of lesson 00: a deep network, what its layers leave of ten digits, who learns, and drift."""
import numpy as np
from matplotlib.image import AxesImage
from matplotlib.transforms import IdentityTransform

from . import style
from ..checks import drawable, one_of
from ..network import spread_over_batch
from .picture import Picture
from .style import COLORS, FAINT, number, numbers, power

__all__ = ["network", "patterns", "layers", "trainable", "drift"]

DIGITS = tuple("0123456789")
ROWS = 6
SIDE, GAP = 8, 1  # pixels of a square that shows 64 values, and between two squares
NAMES = 17  # room for the names of rows, in the same pixels
EVEN = 0.1  # a row whose values lie closer together has no pattern that one sees
DRAWN = 6  # of a layer's 64 units
PLACES = {1: 38, 2: 58, 20: 78}  # the layers that are drawn, and where they stand from 0 to 100
GUESSING = np.log(10)
RATIOS = 0.4, 50  # the axis of the drift
ROOM = 0.35  # of a line of words on it, in powers of e
LOOKS = ":", "--", "-"
LEARNS = 2.2  # training is chaotic: a loss near the limit would be above it on one machine and below on another


@drawable(images="10 64")
def network(images):
    """Ten images ``(10, 64)``, 20 layers of 64 units, of which three layers and a few units are drawn, ten scores."""
    heights = np.linspace(36, 4, DRAWN)
    with style.context():
        figure, axes = style.figure(7.2, 3.6)
        style.frame(axes, None)
        axes.spines["bottom"].set_visible(False)
        axes.set(xticks=[])
        _draw_layers(axes, heights)
        axes.annotate("", (PLACES[1] - 3, 20), (27, 20), arrowprops={"arrowstyle": "->", "color": "#555555"})
        axes.text(PLACES[1], 39.5, "a unit", ha="center")
        axes.text((PLACES[1] + PLACES[2]) / 2, 39.5, "weights", ha="center")
        for x, words in ((16, "images of\na mini-batch"), *((x, f"layer {layer}") for layer, x in PLACES.items()),
                         (93, "scores")):
            axes.text(x, -1.5, words, ha="center", va="top")
        axes.text(sum(PLACES.values()) / 3, -6, "64 units each", ha="center", va="top", color="#555555")
        squares = _squares(axes, (8, 24, 0, 40))
        axes.set(xlim=(0, 100), ylim=(-10, 43), aspect="equal")

    def draw(images):
        _show(squares, images.reshape(5, 2, 64))
        dark = (_values(squares) > 0).sum()
        return (f"{len(images)} images of {SIDE} × {SIDE} grey values, {dark} of which are darker than the middle. "
                f"An arrow leads to layer 1, lines to layer 2, and later to ten scores, 0 to 9: the weights. Of a "
                f"layer's 64 units {DRAWN} are drawn.")

    return Picture(figure, draw, images=images)


def _draw_layers(axes, heights):
    """The units as circles, the scores as small squares, and the weights as lines between them."""
    for left, right, ends in ((PLACES[1], PLACES[2], heights), (PLACES[20], 93, np.linspace(38, 2, 10))):
        starts, ends = np.meshgrid(heights, ends)
        axes.plot([left, right], [starts.ravel(), ends.ravel()], color=FAINT, linewidth=0.5, antialiased=False)
    for x in PLACES.values():
        axes.plot(np.full(DRAWN, x), heights, "o", color="white", markeredgecolor=COLORS["x"], markersize=11)
    for digit, y in zip(DIGITS, np.linspace(38, 2, 10)):
        axes.plot(93, y, "s", color="white", markeredgecolor=COLORS["x"], markersize=7)
        axes.text(95.5, y, digit, va="center")
    axes.text((PLACES[2] + PLACES[20]) / 2, 20, "· · ·", ha="center", va="center", fontsize=16)


def _squares(axes, extent):
    """A moving image for squares of 8 × 8 values: white is −1 or less, black 1 or more."""
    squares = Greys(axes, extent=extent, animated=True)
    squares.set_data(np.zeros((1, 1, 4), np.uint8))
    return axes.add_image(squares)


class Greys(AxesImage):
    """An image of even squares, RGBA. matplotlib would take four times as long to find the pixels' neighbours."""

    def make_image(self, renderer, magnification=1.0, unsampled=False):
        (left, bottom), (right, top) = self.get_window_extent().get_points().round().astype(int)
        colours = np.ascontiguousarray(self.get_array()).view(np.uint32)[:, :, 0]  # one number for each colour
        rows, columns = (np.arange(size) * count // size
                         for size, count in zip((top - bottom, right - left), colours.shape))
        larger = colours[::-1][:, columns][rows]
        return larger.view(np.uint8).reshape(*larger.shape, 4), left, bottom, IdentityTransform()


def _show(squares, values):
    """Show values ``(rows, columns, 64)`` as squares beside and under each other, white between them."""
    rows, columns, _ = np.shape(values)
    padded = np.pad(np.reshape(values, (rows, columns, SIDE, SIDE)), ((0, 0), (0, 0), (0, GAP), (0, GAP)),
                    constant_values=-1)
    tiled = padded.transpose(0, 2, 1, 3).reshape(rows * (SIDE + GAP), -1)[:-GAP, :-GAP]
    colours = np.full((*tiled.shape, 4), 255, np.uint8)
    colours[:, :, :3] = np.round(127.5 * (1 - tiled.clip(-1, 1)))[:, :, None]
    squares.set_data(colours)


def _values(squares):
    """The values that the greys of an image stand for."""
    return 1 - np.asarray(squares.get_array())[:, :, 0] / 127.5


def _rows_of_squares(axes, names, rows):
    """A frame for rows of squares with the digits' names over them, and the image that shows the squares."""
    step = SIDE + GAP
    width, height = len(names) * step - GAP, rows * step - GAP
    squares = _squares(axes, (0, width, height, 0))
    style.frame(axes, None, None, (-NAMES, width + 0.5), (height + 0.5, -8))
    axes.spines["bottom"].set_visible(False)
    axes.set(xticks=[])
    for column, name in enumerate(names):
        axes.text(column * step + SIDE / 2, -2, name, ha="center")
    return squares


def _reaches(squares, row):
    """What the greys of a row of squares stand for, from the lightest to the darkest, in words."""
    step = SIDE + GAP
    values = _values(squares)[row * step:row * step + SIDE]
    values = values[:, np.arange(values.shape[1]) % step < SIDE]
    if np.ptp(values) < EVEN:
        return f"all {number(values.mean(), 1)}, an even grey"
    return f"from {number(values.min(), 1)} to {number(values.max(), 1)}"


@drawable(rows="m 64")
def patterns(**rows):
    """The 64 values of each of ten digits as a square, white for −1, black for 1: a row for each ``name=(m, 64)``."""
    with style.context():
        figure, axes = style.figure(6.4, 0.35 + 0.55 * len(rows))
        squares = _rows_of_squares(axes, DIGITS, len(rows))
        for row, name in enumerate(rows):
            axes.text(-1, row * (SIDE + GAP) + SIDE / 2, name, ha="right", va="center")

    def draw(**rows):
        _show(squares, [values[:len(DIGITS)] for values in rows.values()])
        described = "; ".join(f"{name} {_reaches(squares, row)}" for row, name in enumerate(rows))
        return f"Ten digits, {len(rows)} rows of squares with 64 values each: {described}."

    return Picture(figure, draw, **rows)


@drawable(activations="each m 64", enlarge=(False, True))
def layers(activations, names=DIGITS, enlarge=False):
    """What layers leave of a mini-batch: six of them as squares with the first images' 64 values, and their spread.

    activations ``(m, 64)`` are the images and every layer's outputs. With enlarge the mean of each unit is taken away
    and what is left divided by its spread. A spread under 1e-17 stands at the edge.
    """
    if not (isinstance(names, (tuple, list)) and names):
        raise ValueError(f"names must be a list with a name for one image or more, not {names!r}")
    with style.context():
        figure, (left, right) = style.figure(7, 3.1, 2, width_ratios=[5, 1.7], sharey=True)
        squares = _rows_of_squares(left, names, ROWS)
        style.frame(right, "spread of a unit", None, (1e-17, 10))
        right.set(xscale="log", xticks=[1e-16, 1e-8, 1], xticklabels=["$10^{-16}$", "$10^{-8}$", "1"])
        right.minorticks_off()
        right.grid(axis="x", color=FAINT, linewidth=0.6)
        rows = np.arange(ROWS) * (SIDE + GAP) + SIDE / 2
        labels = [style.label(left, ha="right") for _ in rows]
        line = right.plot([], [], "o-", color=COLORS["std"], markersize=6, animated=True)[0]

    def draw(activations, names, enlarge):
        depth = len(activations) - 1
        chosen = np.round([0, 1, depth / 6, depth / 3, depth / 1.5, depth]).astype(int)
        for label, layer, y in zip(labels, chosen, rows):
            style.write(label, -1, y, f"layer {layer}" if layer else "images")
        shown = [activations[layer] for layer in chosen]
        line.set_data(np.maximum([spread_over_batch(h) for h in shown], 1e-17), rows)
        _show(squares, [shown[0][:len(names)], *((_enlarged(h) if enlarge else h)[:len(names)] for h in shown[1:])])
        described = "; ".join(f"{label.get_text()} {_reaches(squares, row)}" for row, label in enumerate(labels))
        spreads = ", ".join(map(size, line.get_xdata()))
        return (f"Rows of {len(names)} squares with 64 values each{', enlarged' if enlarge else ''}: {described}. The "
                f"spread beside them: {spreads}.")

    return Picture(figure, draw, activations=activations, names=names, enlarge=enlarge)


def _enlarged(h):
    """A layer's outputs minus each unit's mean, divided by twice its spread: nearly all between −1 and 1."""
    spread = h.std(axis=0)
    return (h - h.mean(axis=0)) / np.where(spread > 0, 2 * spread, 1)


def size(value):
    """A positive number of any size in few digits: "0.25", "10⁻¹²"."""
    return f"{value:.2f}" if value >= 0.01 else power(value, 0)


@drawable(scales="k 1e-9..1e9 growing", final="k any", cured="k any")
def trainable(scales, final, cured=None):
    """The loss at the end of training for each weight scale ``(k,)``, on a log axis; below 2.2 the network learns.

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
        axes.text(scales[0], GUESSING + 0.17, f"pure guessing: ln 10 = {GUESSING:.2f}")
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
    how many times as large as before training its spread is, from the first step to that one.
    """
    one_of("step", step, list(steps))
    edges = np.linspace(-5, 5, 51)
    with style.context():
        figure, (left, right) = style.figure(7.2, 3.5, 2, width_ratios=[3, 2])
        style.frame(left, "sum before tanh (no unit),\ntallest bar = 1", None, (-5, 5), (0.9 - len(layers), 1.2))
        style.frame(right, "training step", "spread / spread at the start", (steps[0], 1.3 * steps[-1]), RATIOS)
        right.set(yscale="log", xticks=steps[[0, len(steps) // 2, -1]], yticks=[1, 3, 10, 30],
                  yticklabels=["1", "3", "10", "30"])
        right.minorticks_off()
        right.axhline(1, color=FAINT, linewidth=1, linestyle=":")
        left.hlines(-np.arange(len(layers)), -5, 5, color=FAINT, linewidth=1)
        for row, layer in enumerate(layers):
            left.text(-4.95, 0.1 - row, f"layer {layer:g}")
        ghosts = [style.bars(left, "x", edges, fill=False, alpha=0.6, zorder=4) for _ in layers]
        histograms = [style.bars(left, "x", edges) for _ in layers]
        lines = [right.plot([], [], color=COLORS["std"], linewidth=2, linestyle=look, animated=True, zorder=4)[0]
                 for look in LOOKS]
        ends = [style.label(right, "std", ha="left") for _ in layers]

    def draw(values, steps, step, layers):
        if not np.ptp(values[0], axis=1).all():
            raise ValueError("values must differ from image to image at the first step: their spread is the measure")
        now = list(steps).index(step)
        rows = []
        for row, (layer, ghost, histogram, line) in enumerate(zip(layers, ghosts, histograms, lines)):
            for stairs, at in ((ghost, 0), (histogram, now)):
                counts = np.histogram(values[at, row].clip(-5, 5), edges)[0]
                stairs.set_data(0.85 * counts / counts.max() - row, edges, -row)
            spread = values[:, row].std(axis=1)
            line.set_data(steps[:now + 1], (spread / spread[0])[:now + 1].clip(*RATIOS))
            rows.append(f"layer {layer:g} from {_ends(histogram)}, at the start from {_ends(ghost)}")
        heights = _apart([line.get_ydata()[-1] for line in lines])
        for end, layer, line, height in zip(ends, layers, lines, heights):
            style.write(end, line.get_xdata()[-1] + 4, height, f"{layer:g}")
        ratios = "; ".join(f"layer {layer:g} {number(line.get_ydata()[-1])}" for layer, line in zip(layers, lines))
        return (f"Filled histograms: now; outlines: before training. Values in {'; '.join(rows)}. Beside them lines "
                f"for the spread as a multiple of the one at the start, from step {number(lines[0].get_xdata()[0])} to "
                f"now, step {number(lines[0].get_xdata()[-1])} of {number(steps[-1])}: {ratios}.")

    return Picture(figure, draw, values=values, steps=steps, step=step, layers=layers)


def _apart(heights):
    """Where the names of lines that end at these heights stand on the log axis, so that none lies over another."""
    order = np.argsort(heights)
    places = np.log(heights)
    for lower, upper in zip(order, order[1:]):
        places[upper] = max(places[upper], places[lower] + ROOM)
    return np.exp(places)


def _ends(stairs):
    heights, edges, base = stairs.get_data()
    return f"{number(edges[:-1][heights > base].min(), 1)} to {number(edges[1:][heights > base].max(), 1)}"
