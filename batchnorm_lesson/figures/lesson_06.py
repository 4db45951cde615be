"""The pictures of lesson 06: who shares one mean and sigma, and the bias that does nothing."""
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Rectangle

from . import style
from ..checks import drawable
from .picture import Picture
from .style import COLORS, number, numbers

__all__ = ["shared_cells", "feature_maps", "large_maps", "dead_bias"]

FRAMES = ("#FFC800", "#2F9BE0", "#8CC63F", "#909090")  # apart from the quantities' colours, and laid on thinly
GAP = 1  # between two feature maps, in pixels of the maps


@drawable(x="m C", x_hat="m C", groups="m C 0..1e9 whole")
def shared_cells(x, x_hat, groups):
    """A table x ``(m, C)`` and its normalized twin x_hat; frames hold the cells that share one mean and sigma.

    groups ``(m, C)`` numbers the frames: cells with the same number share. A group must be a block of the table.
    The first feature of x stays what it is at the start.
    """
    m, C = np.shape(x)
    if not all(_is_block(np.argwhere(groups == group)) for group in np.unique(groups)) or groups.max() >= max(m, C):
        raise ValueError(f"groups must number blocks of the table from 0 to {max(m, C) - 1}, got {groups.tolist()}")
    away = C + 0.9
    with style.context():
        figure, axes = style.figure(6.4, 2.5)
        style.frame(axes, None, None, (-1.5, 2 * C + 1), (m + 0.1, -1.15))
        axes.spines["bottom"].set_visible(False)
        axes.set_xticks([])
        for i in range(m):
            axes.text(-0.2, i + 0.5, f"example {i + 1}", ha="right", va="center")
        for offset, quantity, title in ((0, "x", "x"), (away, "x_hat", "x̂")):
            axes.text(offset + C / 2, -0.85, title, color=COLORS[quantity], ha="center", va="center", weight="bold")
            for j in range(C):
                axes.text(offset + j + 0.5, -0.3, f"feature {j + 1}", ha="center", va="center", color="#555555")
        axes.annotate("", (away - 0.25, m / 2), (C + 0.25, m / 2), arrowprops={"arrowstyle": "->", "color": "#555555"})
        frames = [[axes.add_patch(Rectangle((0, 0), 0, 0, animated=True, zorder=2, linewidth=2, edgecolor="#555555",
                                            facecolor=to_rgba(FRAMES[i % len(FRAMES)], tint)))
                   for i in range(max(m, C))] for tint in (0.22, 0.1)]
        cells = [[[style.label(axes, quantity) for _ in range(C)] for _ in range(m)] for quantity in ("x", "x_hat")]
        for i in range(m):  # text that stays costs no time; black, because the frames' colours lie over it
            style.write(cells[0][i][0], 0.5, i + 0.5, number(x[i][0]))
            cells[0][i][0].set(animated=False, color="black")

    def draw(x, x_hat, groups):
        groups = np.asarray(groups)
        for offset, patches, labels, values in zip((0, away), frames, cells, (x, x_hat)):
            for i, patch in enumerate(patches):
                _frame_group(patch, np.argwhere(groups == i), offset)
            for i, j in np.argwhere([[label.get_animated() for label in row] for row in labels]):
                style.write(labels[i][j], offset + j + 0.5, i + 0.5, number(values[i][j]))
        return _describe_cells(frames[0], cells)

    return Picture(figure, draw, x=x, x_hat=x_hat, groups=groups)


def _is_block(places):
    """Whether cells at these places ``(cells, 2)`` fill a rectangle."""
    return len(places) == np.prod(np.ptp(places, axis=0) + 1)


def _frame_group(patch, places, offset):
    """Put a frame around the block of cells at places ``(cells, 2)``, or out of sight when there are none."""
    patch.set_visible(len(places) > 0)
    if len(places):
        (top, left), (bottom, right) = places.min(axis=0), places.max(axis=0) + 1
        patch.set_bounds(offset + left + 0.07, top + 0.07, right - left - 0.14, bottom - top - 0.14)


def _describe_cells(frames, cells):
    shown = [patch for patch in frames if patch.get_visible()]
    blocks = {f"{patch.get_height() + 0.14:.0f} by {patch.get_width() + 0.14:.0f}" for patch in shown}
    x, x_hat = ("; ".join(_in_words(row) for row in table) for table in cells)
    count = "1 frame holds" if len(shown) == 1 else f"{len(shown)} frames hold"
    return (f"{count} the cells that share one μ and one σ, rows by columns: {', '.join(sorted(blocks))}. "
            f"The rows of x: {x}. The rows of x̂: {x_hat}.")


def _in_words(labels):
    """What the labels of one row of a table say."""
    return ", ".join(label.get_text() for label in labels)


@drawable(x="N C H W", x_hat="N C H W", axes="axes 0..3 whole", cell="4 whole")
def feature_maps(x, x_hat, axes, cell):
    """Feature maps x ``(N, C, H, W)`` and x_hat as pixels; outlined is who shares mean and sigma with one cell.

    axes are the axes that the statistics run over, cell is the index (n, c, h, w).
    """
    shape = np.shape(x)
    if not all(0 <= index < size for index, size in zip(cell, shape)):
        raise ValueError(f"cell must be an index into x, whose shape is {shape}, got {cell.tolist()}")
    with style.context():
        figure, panels = style.figure(6.4, 2.9, 2)
        images = [_maps_panel(panel, quantity, shape, reach) for panel, quantity, reach in
                  zip(panels, ("x", "x_hat"), (16, 2.5))]
        panels[0].set_yticks(_tile_starts(shape[1], shape[2]) + shape[2] / 2, [f"c = {c}" for c in range(shape[1])])
        outlines = [panel.add_collection(PolyCollection([], facecolor=to_rgba(COLORS["mean"], tint), linewidth=2.5,
                                                        edgecolor=COLORS["mean"], animated=True, zorder=3))
                    for panel, tint in zip(panels, (0.1, 0))]
        marks = [style.dots(panel, quantity, markerfacecolor="black", markersize=6)
                 for panel, quantity in zip(panels, ("x", "x_hat"))]

    def draw(x, x_hat, axes, cell):
        corners = _outlined(shape, axes, cell)
        n, c, h, w = cell
        for image, values, outline, mark in zip(images, (x, x_hat), outlines, marks):
            image.set_data(_side_by_side(values))
            outline.set_verts(corners)
            mark.set_data([n * (shape[3] + GAP) + w + 0.5], [c * (shape[2] + GAP) + h + 0.5])
        return _describe_maps(images, outlines[0], marks[0], shape)

    return Picture(figure, draw, x=x, x_hat=x_hat, axes=axes, cell=cell)


@drawable(x_hat="n H W")
def large_maps(x_hat, titles):
    """Normalized feature maps x_hat ``(n, H, W)`` side by side, large enough to compare pixels, with titles."""
    if not (isinstance(titles, (list, tuple)) and [type(title) for title in titles] == [str] * len(x_hat)):
        raise ValueError(f"titles must be a list of {len(x_hat)} words, one for each map, got {titles!r:.60}")
    with style.context():
        figure, panels = style.figure(6.4, 1.75, len(x_hat), squeeze=False)
        images = [_pixels(panel, "x_hat", np.shape(x_hat)[1:], 2.5) for panel in panels.flat]
        for panel, title in zip(panels.flat, titles):
            panel.set_title(title, color=COLORS["x_hat"])

    def draw(x_hat):
        for image, pixels in zip(images, x_hat):
            image.set_data(pixels)
        return f"{len(images)} maps of x̂. " + " ".join(map(_describe_pixels, titles, images))

    return Picture(figure, draw, x_hat=x_hat)


def _describe_pixels(title, image):
    pixels = image.get_array()
    row, column = np.unravel_index(pixels.argmax(), pixels.shape)
    return (f"{title.capitalize()}: from {number(pixels.min())} to {number(pixels.max())}, darkest in row {row}, "
            f"column {column}.")


def _maps_panel(panel, quantity, shape, reach):
    """An empty panel for the maps, its images counted along the top; the darker, the larger, from −reach to reach."""
    N, C, H, W = shape
    panel.set_title({"x": "x", "x_hat": "x̂"}[quantity], color=COLORS[quantity], weight="bold")
    image = _pixels(panel, quantity, (C * (H + GAP) - GAP, N * (W + GAP) - GAP), reach)
    panel.set_xticks(_tile_starts(N, W) + W / 2, [f"n = {n}" for n in range(N)])
    return image


def _pixels(panel, quantity, size, reach):
    """A moving image of size (height, width) in pixels of the maps; the darker, the larger, from −reach to reach."""
    height, width = size
    panel.set(xticks=[], yticks=[])
    panel.tick_params(length=0)
    for spine in panel.spines.values():
        spine.set_visible(False)
    colours = LinearSegmentedColormap.from_list(quantity, ["white", COLORS[quantity]]).with_extremes(bad="white")
    image = panel.imshow(np.full(size, np.nan), cmap=colours, vmin=-reach, vmax=reach, interpolation="nearest",
                         extent=(0, width, height, 0), animated=True, zorder=1)
    panel.set(xlim=(-0.5, width + 0.5), ylim=(height + 0.5, -0.5))
    return image


def _tile_starts(count, side):
    return np.arange(count) * (side + GAP)


def _side_by_side(x):
    """Maps ``(N, C, H, W)`` as one array of pixels: a column for each image, a row for each channel, NaN between."""
    x = np.asarray(x, dtype=float)
    padded = np.pad(x, ((0, 0), (0, 0), (0, GAP), (0, GAP)), constant_values=np.nan)
    N, C, H, W = padded.shape
    return padded.transpose(1, 2, 0, 3).reshape(C * H, N * W)[:-GAP, :-GAP]


def _outlined(shape, axes, cell):
    """The corners of the outlines: around whole maps where the statistics run over pixels, else around one pixel."""
    N, C, H, W = shape
    chosen = [range(size) if axis in axes else [cell[axis]] for axis, size in enumerate(shape)]
    down, across = (0, 0) if 2 in axes else cell[2:]
    height, width = (H, W) if 2 in axes else (1, 1)
    corners = []
    for n in chosen[0]:
        for c in chosen[1]:
            left, top = n * (W + GAP) + across, c * (H + GAP) + down
            corners.append([(left, top), (left + width, top), (left + width, top + height), (left, top + height)])
    return corners


def _describe_maps(images, outline, mark, shape):
    N, C, H, W = shape
    boxes = [path.get_extents() for path in outline.get_paths()]
    cells = sum(box.width * box.height for box in boxes)
    rows, columns = {int(box.y0 // (H + GAP)) for box in boxes}, {int(box.x0 // (W + GAP)) for box in boxes}
    across, down = mark.get_xdata()[0], mark.get_ydata()[0]
    (n, w), (c, h) = divmod(across, W + GAP), divmod(down, H + GAP)
    pixels = images[1].get_array()
    channels = [pixels[c * (H + GAP):c * (H + GAP) + H].compressed() for c in range(C)]
    return (f"The marked cell is image {n:.0f}, channel {c:.0f}, row {h - 0.5:.0f}, column {w - 0.5:.0f}. Outlined "
            f"with it are {cells:.0f} cells (n = {numbers(sorted(columns))}; c = {numbers(sorted(rows))}). x̂ reaches "
            f"from {number(pixels.min())} to {number(pixels.max())}; "
            f"by channel it spreads by {numbers([one.std() for one in channels])}.")


@drawable(x="m", y="m", mean="", beta="")
def dead_bias(x, y, mean, beta):
    """A unit before batch norm, x ``(m,)`` with its mean, and after it, y ``(m,)`` with beta, as two histograms."""
    edges = np.linspace(*style.wide((-26, 42), x, mean), 69), np.linspace(*style.wide((-7, 7), y, beta), 57)
    with style.context():
        figure, panels = style.figure(6.4, 3.1, 2)
        for panel, title, own in zip(panels, ("x = h·w + b, into batch norm", "y, out of batch norm"), edges):
            style.frame(panel, title, None, (own[0], own[-1]), (0, 1.28))
        panels[1].set_xticks(range(-6, 7, 2))
        figure.supxlabel("outlines: before the last move", fontsize=11, color="#606060")
        ghosts = [style.bars(panel, quantity, own, fill=False, alpha=0.35) for panel, quantity, own in
                  zip(panels, ("x", "y"), edges)]
        bars = [style.bars(panel, quantity, own) for panel, quantity, own in zip(panels, ("x", "y"), edges)]
        lines = [style.vertical(panels[0], "mean"), style.vertical(panels[1], "beta")]
        words = [style.label(panels[0], "mean", va="top"), style.label(panels[1], "beta", va="top")]

    def draw(x, y, mean, beta):
        for values, own, ghost, histogram in zip((x, y), edges, ghosts, bars):
            ghost.set_data(histogram.get_data().values)
            counts = np.histogram(values, own)[0]
            histogram.set_data(counts / counts.max())
        for line, text, name, value in zip(lines, words, ("μ", "β"), (mean, beta)):
            style.place_line(line, value, 0.86)
            style.write(text, value, 1.26, f"{name} = {number(value)}")
        before, after = (_reach(histogram) for histogram in bars)
        return (f"Before: a histogram from {before}, its mean marked at {number(lines[0].get_xdata()[0])}. "
                f"After: a histogram from {after}, with β marked at {number(lines[1].get_xdata()[0])}.")

    return Picture(figure, draw, x=x, y=y, mean=mean, beta=beta)


def _reach(histogram):
    """From where to where a histogram has bars, in words."""
    heights, edges, _ = histogram.get_data()
    return f"{number(edges[:-1][heights > 0].min())} to {number(edges[1:][heights > 0].max())}"
