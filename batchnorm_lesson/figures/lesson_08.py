"""The pictures of lesson 08: gradients layer by layer, two trainings side by side, and which of many networks learn."""
import numpy as np
from matplotlib.patches import Rectangle

from . import style
from ..checks import drawable, one_of
from .picture import Picture
from .style import COLORS, FAINT, number, power, three_digits

__all__ = ["gradients", "live", "maps", "one_layer", "walks", "wandering", "ways"]

LOWEST, HIGHEST = 1e-12, 1e6
GUESSING, LOW = np.log(10), 0.2
NAMES = "● without", "■ with batch norm"
INKS = COLORS["x"], COLORS["x_hat"]


@drawable(plain="k 0..1e300", normed="k 0..1e300")
def gradients(plain, normed):
    """The norm of the loss's gradient for the weights of each layer ``(k,)``, without and with batch norm, log axis.

    Norms outside 1e-12 to 1e6 stand at the edge. At most 40 layers.
    """
    with style.context():
        figure, axes = style.figure(5.6, 2.7)
        style.frame(axes, "layer", "gradient's norm (no unit)", (0, 41), (1e-13, 1e9))
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


@drawable(plain="15 width any", normed="15 width any", plain_losses="k any", normed_losses="n any", rate="0..1000",
          steps="2..100000", layer="1..1000 whole")
def live(plain, normed, plain_losses, normed_losses, rate, steps, layer):
    """Two trainings as far as they have come, without and with batch norm: their losses, and the last layer's outputs.

    plain, normed: what layer number ``layer`` puts out for 15 images ``(15, width)``, three 0s, three 1s, … three 4s,
    without each unit's mean over the mini-batch; the first 64 units are drawn, each image as a square of 8 × 8. The
    losses: ``(k,)`` and ``(n,)``, one for each step so far, of at most steps. rate: the learning rate. Losses above 3
    stand at the edge, outputs farther than 0.5 from their unit's mean are black or white.
    """
    with style.context():
        figure, (left, right) = style.figure(6.4, 3.0, 2, width_ratios=[2.1, 1])
        style.frame(left, "training step, log axis", "loss (no unit)", (0.9, 1.25 * steps), (0, 3.6))
        left.set(xscale="log", yticks=[0, 1, 2, 3], yticklabels=["0", "1", "2", "3+"])
        powers = 10 ** np.arange(np.floor(np.log10(steps)) + 1)
        left.set_xticks(powers, [f"{value:,.0f}" for value in powers])
        left.minorticks_off()
        left.axhline(GUESSING, color="#555555", linewidth=1.5, linestyle=":")
        left.text(1.2 * steps, 0.2 + GUESSING, "guessing", ha="right", va="bottom")
        curves = [left.plot([], [], f"{mark}-", markersize=5, color=ink, linewidth=1.5, animated=True)[0]
                  for mark, ink in zip("os", INKS)]
        speed = style.label(left, ha="left")
        right.set(xlim=(0, 44), ylim=(0, 70), xlabel="output − unit's mean")
        right.tick_params(left=False, labelleft=False, bottom=False, labelbottom=False)
        for spine in right.spines.values():
            spine.set_visible(False)
        for words, ink, height in zip(NAMES, INKS, (65.5, 27)):
            right.text(0, height, words, color=ink, va="bottom")
        for digit in range(5):
            right.text(9 * digit + 4, 60, f"{digit}", ha="center", va="bottom")
        # In colours already: matplotlib would take twice as long to find them.
        image = right.imshow(np.zeros((60, 44, 4), np.uint8), extent=(0, 44, 0, 60), aspect="auto",
                             interpolation="nearest", animated=True)
        number_of_layer = style.label(right, ha="right", va="bottom")

    def draw(plain, normed, plain_losses, normed_losses, rate, steps, layer):
        losses = plain_losses, normed_losses
        style.write(speed, 1.0, 3.4, f"learning rate {number(rate, 3)}")
        style.write(number_of_layer, 44, 65.5, f"layer {layer}")
        for curve, values in zip(curves, losses):
            # A line of one point would not be seen.
            curve.set_marker("None" if len(values) > 1 else "o" if curve is curves[0] else "s")
            curve.set_data(np.arange(1, len(values) + 1), np.nan_to_num(np.minimum(values, 3), nan=3.0))
        image.set_data(np.concatenate([_squares(plain), np.zeros((8, 44, 4), np.uint8), _squares(normed)]))
        reach = [_reach(table) for table in (image.get_array()[:26], image.get_array()[34:])]
        done = [f"{_loss(values)} in step {len(values)}" for values in losses]
        return (f"Loss without batch norm {done[0]}, with batch norm {done[1]}, of {steps} steps; "
                f"{speed.get_text()}. Outputs of {number_of_layer.get_text()} for five digits, three images each, as "
                f"distances from the unit's mean: without batch norm {reach[0]}, with batch norm {reach[1]}.")

    return Picture(figure, draw, plain=plain, normed=normed, plain_losses=plain_losses, normed_losses=normed_losses,
                   rate=rate, steps=steps, layer=layer)


def _squares(outputs):
    """15 images as squares of 8 × 8 units, five columns of three, in a table ``(26, 44, 4)`` of greys."""
    table = np.zeros((26, 44, 4), np.uint8)
    greys = np.full((len(outputs), 64), 127.5)
    greys[:, :outputs.shape[1]] += 255 * np.nan_to_num(outputs[:, :64], nan=0.0).clip(-0.5, 0.5)
    for i, grey in enumerate(greys.reshape(-1, 8, 8, 1)):
        column, row = divmod(i, 3)
        square = table[9 * row:9 * row + 8, 9 * column:9 * column + 8]
        square[..., :3], square[..., 3] = grey, 255
    return table


def _reach(table):
    values = (table[..., 0] / 255 - 0.5)[table[..., 3] > 0]
    low, high = number(values.min(), 1), number(values.max(), 1)
    return "all near 0" if low == high == "0" else f"from {low} to {high}"


def _loss(values):
    last = values[-1]
    return "not a number" if not np.isfinite(last) else number(last) if last < 1000 else power(last, 1)


@drawable(rows="k", depths="n 1..1000 whole", plain="k n any shares", normed="k n any shares", row="", depth="",
          name=("weight scale", "learning rate"))
def maps(rows, depths, plain, normed, row, depth, name="weight scale"):
    """Which networks learn: two tables of accuracies ``(k, n)``, without and with batch norm; one square is marked.

    rows ``(k,)`` are the weight scales, or the learning rates, as name says; depths ``(n,)`` the numbers of layers.
    Accuracies are shares from 0 to 1, or NaN where the loss was no number any more; those below 0.2, hardly more than
    guessing, have no number. row and depth are those of the marked square, and must be among the others.
    """
    one_of("row", row, tuple(rows)), one_of("depth", depth, tuple(depths))
    with style.context():
        figure, sides = style.figure(5.4, 2.8, 2)
        for side, words, ink in zip(sides, NAMES, INKS):
            style.frame(side, "layers", name, (-0.5, len(depths) - 0.5), (-0.5, len(rows) - 0.5))
            side.set_title(words, color=ink)
            side.set_xticks(range(len(depths)), [str(value) for value in depths])
            side.set_yticks(range(len(rows)), [f"{value:g}" for value in rows])
            side.tick_params(length=0)
        # Drawn as squares: an image would be resampled, which takes twenty times as long.
        tables = [side.pcolormesh(np.arange(len(depths) + 1) - 0.5, np.arange(len(rows) + 1) - 0.5,
                                  np.zeros((len(rows), len(depths))), cmap="Purples", vmin=0, vmax=1.3, animated=True,
                                  zorder=1) for side in sides]
        squares = [side.add_patch(Rectangle((0, 0), 0.96, 0.94, fill=False, edgecolor=COLORS["mean"], linewidth=3,
                                            animated=True, zorder=5)) for side in sides]
        cells = [[style.label(side) for _ in range(len(rows) * len(depths))] for side in sides]

    def draw(rows, depths, plain, normed, row, depth, name):
        i, j = list(rows).index(row), list(depths).index(depth)
        for table, square, labels, shares in zip(tables, squares, cells, (plain, normed)):
            table.set_array(np.nan_to_num(shares))
            square.set_xy((j - 0.48, i - 0.47))
            for label, (y, x) in zip(labels, np.ndindex(shares.shape)):
                # Whichever has the greater contrast with the square, at least 4.5.
                label.set_color("white" if shares[y, x] > 0.87 else "black")
                style.write(label, x, y, "" if shares[y, x] < LOW else _percent(shares[y, x]))
        learned = [np.sum(np.nan_to_num(shares) > 0.5) for shares in (plain, normed)]
        marked = [labels[i * len(depths) + j].get_text() or f"below {_percent(LOW)}" for labels in cells]
        return (f"Percent of the held-out digits right for {plain.size} networks, a row for each {name}, a column for "
                f"each depth. More than half are right in {learned[0]} squares without batch norm, in {learned[1]} "
                f"with it. Marked: {name} {row:g}, {depth:g} layers: {marked[0]} without, {marked[1]} with.")

    return Picture(figure, draw, rows=rows, depths=depths, plain=plain, normed=normed, row=row, depth=depth, name=name)


def _percent(share):
    return "nan" if np.isnan(share) else f"{100 * share:.0f}"


@drawable(x="m -1e6..1e6", x_hat="m -100..100", y="m -100..100", h="m -100..100")
def one_layer(x, x_hat, y, h):
    """One unit of a layer with batch norm, for the images of a mini-batch: four stations of its values, ``(m,)`` each.

    x: inputs times weights; x_hat: normalized; y: scaled and shifted; h: behind the activation. Values farther than 3
    from 0 stand at the edge.
    """
    places = 0.2, 3.0, 6.4, 8.7
    stations = ("x", "x"), ("x̂", "x_hat"), ("y", "y"), ("h", "x")
    steps = (-1.05, "· weights"), (1.45, "− mean, ÷ σ"), (4.6, "· gamma + beta"), (7.5, "tanh")
    with style.context():
        figure, axes = style.figure(6.8, 2.3)
        style.frame(axes, "", "one unit's values (no unit)", (-2.0, 9.1), (-3.3, 5.6))
        axes.set(xticks=[], yticks=[-3, 0, 3], yticklabels=["≤ −3", "0", "≥ 3"])
        axes.spines["bottom"].set_visible(False)
        axes.axhline(0, color=FAINT, linewidth=1, linestyle=":")
        for place, (name, ink), (middle, words) in zip(places, stations, steps):
            axes.text(place, 4.7, name, color=COLORS[ink], ha="center", va="center", fontweight="bold")
            axes.text(middle, 4.7, words, ha="center", va="center", color=COLORS[ink],
                      bbox={"boxstyle": "rarrow,pad=0.35", "facecolor": "white", "edgecolor": COLORS[ink]})
        dots = [style.dots(axes, quantity, markersize=4, alpha=0.6, markeredgewidth=0) for _, quantity in stations]

    def draw(x, x_hat, y, h):
        said = []
        for line, place, (name, _), values in zip(dots, places, stations, (x, x_hat, y, h)):
            line.set_data(place + 0.18 * np.cos(2.4 * np.arange(len(values))), np.clip(values, -3, 3))
            shown = line.get_ydata()
            said.append(f"{name} from {number(shown.min())} to {number(shown.max())}")
        return f"One unit's values for {len(x)} images on their way through a layer: {', '.join(said)}."

    return Picture(figure, draw, x=x, x_hat=x_hat, y=y, h=h)


def _grid(width, height, rows, columns, **options):
    """A figure with rows and columns of axes."""
    figure, _ = style.figure(width, height)
    figure.clear()
    return figure, figure.subplots(rows, columns, **options)


@drawable(losses="3 k -1e9..1e9", means="3 k -1e9..1e9")
def wandering(losses, means):
    """Three trainings, plain, with batch norm, and with noise behind it: losses and one unit's means, ``(3, k)``.

    The losses are smoothed over up to 20 steps; means are in spreads. Losses above 3, and means farther than 1 from 0,
    stand at the edge.
    """
    looks = ("plain", "x"), ("batch norm", "x_hat"), ("with noise", "mean")
    steps = losses.shape[1]
    with style.context():
        figure, (upper, lower) = _grid(5.8, 2.7, 2, 3, sharex=True, sharey="row", height_ratios=[1.2, 1])
        for top, bottom, (words, ink) in zip(upper, lower, looks):
            top.set_title(words, color=COLORS[ink])
            top.set(xlim=(0, steps), ylim=(0, 3), yticks=[0, 1, 2, 3])
            bottom.set(ylim=(-1, 1), yticks=[-1, 0, 1], yticklabels=["−1", "0", "1"], xlabel="training step")
            top.axhline(GUESSING, color="#555555", linewidth=1.5, linestyle=":")
            bottom.axhline(0, color=FAINT, linewidth=1, linestyle=":")
        upper[0].set_ylabel("loss (no unit)")
        lower[0].set_ylabel("unit's mean\n(in spreads)")
        # Without soft edges the noise is a file of half the size.
        curves = [[axes.plot([], [], color=COLORS[ink], linewidth=width, antialiased=width > 1, animated=True)[0]
                   for axes, (_, ink) in zip(row, looks)] for row, width in ((upper, 2), (lower, 1))]

    def draw(losses, means):
        window, said = min(20, losses.shape[1]), []
        for (words, _), loss, mean, values, places in zip(looks, *curves, losses, means):
            smooth = np.convolve(values, np.ones(window) / window, "valid").clip(0, 3)
            loss.set_data(np.arange(window, len(values) + 1), smooth)
            mean.set_data(np.arange(1, len(places) + 1), places.clip(-1, 1))
            shown = mean.get_ydata()
            said.append(f"{words}: loss {number(loss.get_ydata()[-1], 1)} at the end, the unit's mean between "
                        f"{number(shown.min(), 1)} and {number(shown.max(), 1)}")
        return f"Three trainings of {len(loss.get_xdata()) + window - 1} steps. {'; '.join(said)}."

    return Picture(figure, draw, losses=losses, means=means)


@drawable(low="2 2 k 0..1e9", high="2 2 k 0..1e9", steps="k 0..1e6", split="0..1e6")
def walks(low, high, steps, split):
    """The least and the greatest loss along the gradient, after some steps of training: four pictures.

    low, high: networks of 10 and of 20 layers × without and with batch norm × steps, ``(2, 2, k)``. steps ``(k,)``; in
    the two pictures on the left are those before ``split``, on the right the others. Losses above 4 stand at the edge.
    """
    parts = steps < split, steps >= split
    for part in parts:
        if not part.any():
            raise ValueError("split must have steps on both of its sides")
    with style.context():
        figure, grid = _grid(5.8, 2.9, 2, 2, sharex="col", sharey="row")
        for row, depth in zip(grid, (10, 20)):
            for axes, part in zip(row, parts):
                axes.set(xlim=(steps[part].min() - 2, steps[part].max() + 4), ylim=(0, 4), yticks=[0, 2, 4])
            row[0].set_ylabel(f"{depth} layers:\nloss (no unit)")
        for axes, words in zip(grid[1], ("early", "later")):
            axes.set_xlabel(f"training step, {words}")
        for place, words, ink in ((0.98, NAMES[0], INKS[0]), (0.6, NAMES[1], INKS[1])):
            grid[0, 1].text(place, 0.95, words.replace("●", "▬").replace("■", "▬"), color=ink, ha="right", va="top",
                            transform=grid[0, 1].transAxes)
        bars = [[[axes.vlines([], [], [], color=ink, linewidth=3, animated=True) for ink in INKS] for axes in row]
                for row in grid]

    def draw(low, high, steps, split):
        said = []
        for depth, row, lows, highs in zip((10, 20), bars, low, high):
            for words, pair, part in zip(("early", "later"), row, parts):
                widths = []
                for bar, beside, least, most in zip(pair, (-0.7, 0.7), lows[:, part], highs[:, part]):
                    ends = np.clip(np.stack([least, most], axis=1), 0, 4)
                    bar.set_segments([[(step + beside, low), (step + beside, high)]
                                      for step, (low, high) in zip(steps[part], ends)])
                    widths.append(number(np.mean(np.abs(ends[:, 1] - ends[:, 0]))))
                said.append(f"{depth} layers, {words}: {widths[0]} without, {widths[1]} with batch norm")
        return f"Mean distance between the least and the greatest loss along the gradient. {'; '.join(said)}."

    return Picture(figure, draw, low=low, high=high, steps=steps, split=split)


@drawable(runs="k -1e9..1e9")
def ways(**runs):
    """The losses of up to four networks: ``name=values``, smoothed over up to 20 steps, on a log axis.

    Values outside 0.01 to 1,000 stand at the edge.
    """
    looks = [("x_hat", "--"), ("mean", "-"), ("x", "--"), ("y", "-")]
    if not 1 <= len(runs) <= len(looks):
        raise TypeError(f"runs must be one to {len(looks)} networks, each with a name, got {len(runs)}")
    steps = max(map(len, runs.values()))
    with style.context():
        figure, axes = style.figure(5.8, 2.5)
        style.frame(axes, "training step", "loss, mean of 20 steps", (0, 1.75 * steps), (0.01, 1000))
        axes.set(yscale="log", xticks=np.linspace(0, steps, 4).round(), yticks=[0.01, 0.1, 1, 10, 100, 1000],
                 yticklabels=["0.01", "0.1", "1", "10", "100", "1,000"])
        axes.minorticks_off()
        axes.plot([0, steps], [GUESSING, GUESSING], color="#555555", linewidth=1.5, linestyle=":")
        curves = [axes.plot([], [], line, color=COLORS[ink], linewidth=2, animated=True)[0] for ink, line in looks]
        names = [style.label(axes, ha="left", color=COLORS[ink]) for ink, _ in looks]

    def draw(**runs):
        said, taken = [], []
        for curve, name, (words, values) in zip(curves, names, runs.items()):
            window = min(20, len(values))
            smooth = np.convolve(values, np.ones(window) / window, "valid").clip(0.01, 1000)
            curve.set_data(np.arange(window, len(values) + 1), smooth)
            style.write(name, 1.01 * steps, 10 ** _free(np.log10(smooth[-1]), taken), words)
            said.append(f"{words} ends at {three_digits(curve.get_ydata()[-1])}")
        return f"Loss of {len(runs)} networks over {steps} steps, mean of 20 steps: {'; '.join(said)}."

    return Picture(figure, draw, **runs)


def _free(height, taken, apart=0.42):
    """The height nearest to this one that is far enough from those taken, which it joins."""
    offers = [height, *(other + side * apart for other in taken for side in (1, -1))]
    free = [offer for offer in offers if all(abs(offer - other) >= apart - 1e-9 for other in taken)]
    taken.append(min(free, key=lambda offer: abs(offer - height)))
    return taken[-1]
