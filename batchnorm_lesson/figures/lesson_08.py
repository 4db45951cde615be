"""The pictures of lesson 08: gradients layer by layer, two trainings side by side, and which of many networks learn."""
import numpy as np
from matplotlib.patches import Rectangle

from . import style
from ..checks import drawable, one_of
from .picture import Picture
from .style import COLORS, FAINT, number, power, three_digits

__all__ = ["gradients", "live", "maps", "ways"]

LOWEST, HIGHEST = 1e-12, 1e6
GUESSING = np.log(10)
ROWS = 5
NAMES = "● without", "■ with batch norm"
INKS = COLORS["x"], COLORS["x_hat"]


@drawable(plain="k 0..1e300", normed="k 0..1e300")
def gradients(plain, normed):
    """The norm of the loss's gradient for the weights of each layer ``(k,)``, without and with batch norm, log axis.

    Norms outside 1e-12 to 1e6 stand at the edge. At most 40 layers.
    """
    with style.context():
        figure, axes = style.figure(6.4, 3.3)
        style.frame(axes, "layer", "norm of the gradient (no unit)", (0, 41), (1e-13, 1e9))
        axes.set(yscale="log", xticks=[1, 10, 20, 30, 40], yticks=[1e-12, 1e-9, 1e-6, 1e-3, 1, 1e3, 1e6],
                 yticklabels=[r"$\leq 10^{-12}$", *(rf"$10^{{{power}}}$" for power in (-9, -6, -3)), "1", r"$10^{3}$",
                              r"$\geq 10^{6}$"])
        axes.minorticks_off()
        axes.axhline(1, color=FAINT, linewidth=1, linestyle=":")
        for place, words, ink in zip((1, 12), NAMES, INKS):
            axes.text(place, 6e7, words, color=ink, va="center")
        lines = [axes.plot([], [], f"{mark}-", color=ink, markersize=5, animated=True, zorder=4)[0]
                 for mark, ink in zip("os", INKS)]

    def draw(plain, normed):
        for line, norms in zip(lines, (plain, normed)):
            line.set_data(np.arange(1, len(norms) + 1), np.clip(norms, LOWEST, HIGHEST))
        ends = [f"{_edge(line.get_ydata()[0])} in layer 1, {_edge(line.get_ydata()[-1])} in layer {len(plain)}"
                for line in lines]
        return (f"Norm of the gradient on a log axis. Without batch norm, circles: {ends[0]}. "
                f"With batch norm, squares: {ends[1]}.")

    return Picture(figure, draw, plain=plain, normed=normed)


def _edge(value):
    if value <= LOWEST:
        return "10⁻¹² or less"
    return "10⁶ or more" if value >= HIGHEST else three_digits(value)


@drawable(layers=f"{ROWS} 1..1000 whole", plain=f"{ROWS} m width any", normed=f"{ROWS} m width any",
          plain_losses="k any", normed_losses="n any", rate="0..1000", steps="1..100000")
def live(layers, plain, normed, plain_losses, normed_losses, rate, steps):
    """Two trainings as far as they have come, without and with batch norm: their losses and what five layers put out.

    layers: the numbers of the five layers ``(5,)``. plain, normed: their outputs ``(5, m, width)``; each unit's output
    is drawn as its distance from the unit's mean. The losses: ``(k,)`` and ``(n,)``, one for each step so far, of at
    most steps. rate: the learning rate. Losses above 3 and distances above 1 stand at the edge.
    """
    edges = np.linspace(-1.05, 1.05, 42)
    with style.context():
        figure, (left, *sides) = style.figure(6.4, 3.3, 3, width_ratios=[1.4, 1, 1])
        style.frame(left, "training step", "loss (no unit)", (0, steps), (0, 3.6))
        left.set(yticks=[0, 1, 2, 3], yticklabels=["0", "1", "2", "3+"])
        left.axhline(GUESSING, color="#555555", linewidth=1.5, linestyle=":")
        left.text(0.97 * steps, GUESSING + 0.08, "guessing", ha="right", va="bottom")
        curves = [left.plot([], [], f"{mark}-", markersize=5, color=ink, linewidth=1.5, animated=True)[0]
                  for mark, ink in zip("os", INKS)]
        speed = style.label(left, ha="left")
        for side, words, ink in zip(sides, NAMES, INKS):
            style.frame(side, "distance", None, (-1.55, 1.1), (0.8 - ROWS, 1.2))
            side.set_xticks([-1, 0, 1], ["−1", "0", "1"])
            side.set_title(words, color=ink)
            side.hlines(-np.arange(ROWS), -1.05, 1.05, color=FAINT, linewidth=1)
        histograms = [[style.bars(side, quantity, edges, alpha=0.7) for _ in range(ROWS)]
                      for side, quantity in zip(sides, ("x", "x_hat"))]
        names = [style.label(side, ha="right", va="baseline") for side in sides for _ in range(ROWS)]

    def draw(layers, plain, normed, plain_losses, normed_losses, rate, steps):
        losses = plain_losses, normed_losses
        style.write(speed, 0.03 * steps, 3.4, f"learning rate {number(rate, 3)}")
        for curve, values in zip(curves, losses):
            # A line of one point would not be seen.
            curve.set_marker("None" if len(values) > 1 else "o" if curve is curves[0] else "s")
            curve.set_data(np.arange(1, len(values) + 1), np.nan_to_num(np.minimum(values, 3), nan=3.0))
        for i, label in enumerate(names):
            style.write(label, -1.15, -(i % ROWS), f"{layers[i % ROWS]}")
        reach = [[_distances(bars, values, row, edges) for row, (values, bars) in enumerate(zip(outputs, column))]
                 for column, outputs in zip(histograms, (plain, normed))]
        done = [f"{_loss(values)} in step {len(values)}" for values in losses]
        return (f"Loss without batch norm {done[0]}, with batch norm {done[1]}, of {steps} steps; "
                f"{speed.get_text()}. Distances of the outputs from their unit's mean, in layer {layers[-1]}: "
                f"without batch norm {reach[0][-1]}, with batch norm {reach[1][-1]}.")

    return Picture(figure, draw, layers=layers, plain=plain, normed=normed, plain_losses=plain_losses,
                   normed_losses=normed_losses, rate=rate, steps=steps)


def _distances(bars, values, row, edges):
    """Draw the values of a layer as distances from their unit's mean; says how far they reach, by the bars."""
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.nan_to_num(values - values.mean(axis=0), nan=0.0).clip(-1, 1)
    counts = np.histogram(away, edges)[0]
    bars.set_data(0.85 * counts / counts.max() - row, edges, -row)
    middles = (edges[:-1] + edges[1:]) / 2
    filled = middles[counts > 0]
    return "all near 0" if len(filled) == 1 else f"from {number(filled.min(), 1)} to {number(filled.max(), 1)}"


def _loss(values):
    last = values[-1]
    return "not a number" if not np.isfinite(last) else number(last) if last < 1000 else power(last, 1)


@drawable(rows="k", depths="n 1..1000 whole", plain="k n any shares", normed="k n any shares", row="", depth="",
          name=("weight scale", "learning rate"))
def maps(rows, depths, plain, normed, row, depth, name="weight scale"):
    """Which networks learn: two tables of accuracies ``(k, n)``, without and with batch norm; one square is marked.

    rows ``(k,)`` are the weight scales, or the learning rates, as name says; depths ``(n,)`` the numbers of layers.
    Accuracies are shares from 0 to 1, or NaN where the loss was no number any more. row and depth are those of the
    marked square, and must be among the others.
    """
    one_of("row", row, tuple(rows)), one_of("depth", depth, tuple(depths))
    with style.context():
        figure, sides = style.figure(6.8, 3.9, 2)
        for side, words, ink in zip(sides, NAMES, INKS):
            style.frame(side, "layers", name, (-0.5, len(depths) - 0.5), (-0.5, len(rows) - 0.5))
            side.set_title(words, color=ink)
            side.set_xticks(range(len(depths)), [str(value) for value in depths])
            side.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
            side.tick_params(length=0)
        tables = [side.imshow(np.zeros((len(rows), len(depths))), cmap="Purples", vmin=0, vmax=1.3, aspect="auto",
                              origin="lower", animated=True, zorder=1) for side in sides]
        squares = [side.add_patch(Rectangle((0, 0), 0.96, 0.94, fill=False, edgecolor=COLORS["mean"], linewidth=3,
                                            animated=True, zorder=5)) for side in sides]
        cells = [[style.label(side) for _ in range(len(rows) * len(depths))] for side in sides]

    def draw(rows, depths, plain, normed, row, depth, name):
        i, j = list(rows).index(row), list(depths).index(depth)
        for table, square, labels, shares in zip(tables, squares, cells, (plain, normed)):
            table.set_data(np.nan_to_num(shares))
            square.set_xy((j - 0.48, i - 0.47))
            for label, (y, x) in zip(labels, np.ndindex(shares.shape)):
                label.set_color("white" if shares[y, x] > 0.7 else COLORS["x"])
                style.write(label, x, y, _percent(shares[y, x]))
        learned = [np.sum(np.nan_to_num(shares) > 0.5) for shares in (plain, normed)]
        marked = [labels[i * len(depths) + j].get_text() for labels in cells]
        return (f"Percent of the held-out digits right for {plain.size} networks, a row for each {name}, a column for "
                f"each depth. More than half are right in {learned[0]} squares without batch norm, in {learned[1]} "
                f"with it. Marked: {name} {row:g}, {depth:g} layers: {marked[0]} without, {marked[1]} with.")

    return Picture(figure, draw, rows=rows, depths=depths, plain=plain, normed=normed, row=row, depth=depth, name=name)


def _percent(share):
    return "nan" if np.isnan(share) else f"{100 * share:.0f}"


@drawable(runs="k any")
def ways(**runs):
    """The losses of up to four networks that were trained alike: ``name=values``, smoothed over 20 steps.

    Values above 3 stand at the edge. A network whose loss was no number before step 20 is only named.
    """
    looks = [("x", "-"), ("x_hat", "--"), ("mean", "-"), ("y", "-")]
    if not 1 <= len(runs) <= len(looks):
        raise TypeError(f"ways takes the losses of 1 to {len(looks)} networks, each by a name, got {len(runs)}")
    steps = max(map(len, runs.values()))
    with style.context():
        figure, axes = style.figure(6.4, 3.2)
        style.frame(axes, "training step", "loss, mean of 20 steps", (0, 1.35 * steps), (0, 3.4))
        axes.set(xticks=np.linspace(0, steps, 4).round(), yticks=[0, 1, 2, 3], yticklabels=["0", "1", "2", "3+"])
        axes.plot([0, steps], [GUESSING, GUESSING], color="#555555", linewidth=1.5, linestyle=":")
        curves = [axes.plot([], [], line, color=COLORS[ink], linewidth=2, animated=True)[0] for ink, line in looks]
        stars = axes.plot([], [], "X", color=COLORS["mean"], markersize=10, animated=True, zorder=5)[0]
        names = [style.label(axes, ha="left", color=COLORS[ink]) for ink, _ in looks]

    def draw(**runs):
        said, taken = [], []
        for curve, name, (words, values) in zip(curves, names, runs.items()):
            smooth = np.convolve(values, np.ones(20) / 20, "valid") if len(values) >= 20 else np.array([])
            curve.set_data(np.arange(20, 20 + len(smooth)), np.minimum(smooth, 3))
            if len(smooth):
                style.write(name, 1.01 * steps, _free(min(smooth[-1], 3), taken), words)
            else:
                stars.set_data([len(values)], [3.25])
                style.write(name, 0.04 * steps, 3.25, f"{words}: no number after {len(values)} steps")
            said.append(f"{words} {_fate(curve.get_ydata(), len(values))}")
        return f"Loss of {len(runs)} networks over {steps} steps: {'; '.join(said)}."

    return Picture(figure, draw, **runs)


def _free(height, taken, apart=0.24):
    """The height nearest to this one that is far enough from those taken, which it joins."""
    offers = [height, *(other + side * apart for other in taken for side in (1, -1))]
    free = [offer for offer in offers if all(abs(offer - other) >= apart - 1e-9 for other in taken)]
    taken.append(min(free, key=lambda offer: abs(offer - height)))
    return taken[-1]


def _fate(smooth, steps):
    """What became of a network, in words that another machine's rounding does not change."""
    if not len(smooth):
        return f"ends at NaN in step {steps}"
    return "ends below 1" if smooth[-1] < 1 else "never falls below 1" if smooth.min() >= 1 else "ends above 1 again"
