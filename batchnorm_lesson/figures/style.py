"""The colour language: one colour and one mark per quantity, the same in every picture and formula."""
import math
from functools import lru_cache

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.patches import Rectangle
from PIL import ImageFont

COLORS = {"x": "#3E3E3E", "mean": "#CC4810", "var": "#A24576", "std": "#A24576", "x_hat": "#5E5FFB",
          "y": "#367151", "gamma": "#CF3E62", "beta": "#008099"}
MARKS = {"x": "o", "x_hat": "s", "y": "^"}
FEATURE = "value of the feature (no unit)"
FAINT = "#B8B8B8"
PAGE = 100  # pixels of the page for an inch
SHARPNESS = 2  # pixels of a picture for each pixel of the page: sharp on fine screens and on an enlarged page
PIXELS_PER_INCH = PAGE * SHARPNESS

LOOK = {
    "font.family": ["DejaVu Sans"], "font.size": 11, "mathtext.fontset": "dejavusans",
    "axes.titlesize": 11, "axes.labelsize": 11, "xtick.labelsize": 11, "ytick.labelsize": 11,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True,
    "axes.edgecolor": "#555555", "figure.facecolor": "white", "axes.facecolor": "white", "lines.markersize": 9,
}


def context():
    """The look of every picture, for a ``with`` block: the reader's own matplotlib settings stay as they are."""
    # Reading the back end would start pyplot. Setting only what differs takes a twentieth of the time.
    wanted = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"} | LOOK
    return matplotlib.rc_context({name: value for name, value in wanted.items() if matplotlib.rcParams[name] != value})


def figure(width, height, columns=1, **options):
    """A figure outside pyplot, in inches, and its axes (one, or an array of columns); options go to ``subplots``."""
    # A whole number of pixels of the page, so that the picture stands on the page without being stretched.
    drawing = Figure(figsize=(width, round(PAGE * height) / PAGE), dpi=PIXELS_PER_INCH, layout="constrained")
    FigureCanvasAgg(drawing)
    return drawing, drawing.subplots(1, columns, **options)


def frame(axes, xlabel, ylabel=None, xlim=None, ylim=None):
    """Name the axes and fix their limits; without a ylabel there is no vertical axis."""
    axes.set(xlabel=xlabel, xlim=xlim, ylim=ylim)
    if ylabel:
        axes.set_ylabel(ylabel)
    else:
        axes.spines["left"].set_visible(False)
        axes.yaxis.set_visible(False)


def wide(limits, *values):
    """The limits of an axis, stretched where values lie beyond them: nothing that is drawn is cut away."""
    low, high = min(map(np.min, values)), max(map(np.max, values))
    return (limits[0] if low >= limits[0] else np.floor(low)), (limits[1] if high <= limits[1] else np.ceil(high))


def edges(limits, width, *values):
    """The edges of bars over the limits, stretched as by ``wide``; wider bars where there would be more than 100."""
    low, high = wide(limits, *(part for part in values if np.size(part)))
    bar = width * np.ceil((high - low) / (100 * width))
    return low + bar * np.arange(np.ceil((high - low) / bar) + 1)


def dots(axes, quantity, **look):
    """Moving markers of a quantity; ``place`` puts them."""
    look = {"markeredgecolor": "white", "linestyle": "none", "zorder": 5} | look
    return axes.plot([], [], MARKS[quantity], color=COLORS[quantity], animated=True, **look)[0]


def place(line, values, row):
    """Put markers at values, all at the height row (or each at its own)."""
    line.set_data(values, np.broadcast_to(row, np.shape(values)))


def vertical(axes, quantity, **look):
    """A moving vertical line through the whole picture: solid for the mean, dashed for beta; ``place_line`` puts it."""
    look = {"linewidth": 2, "zorder": 4, "linestyle": "--" if quantity == "beta" else "-"} | look
    return axes.plot([], [], color=COLORS[quantity], transform=axes.get_xaxis_transform(), animated=True, **look)[0]


def place_line(line, value, top=1.0):
    """Put a vertical line at value, up to the fraction top of the axes' height."""
    line.set_data([value, value], [0, top])


def band(axes, quantity="std", **look):
    """A moving vertical band; ``place_band`` puts it."""
    look = {"color": COLORS[quantity], "alpha": 0.18, "zorder": 1, "linewidth": 0} | look
    patch = Rectangle((0, 0), 0, 1, transform=axes.get_xaxis_transform(), animated=True, **look)
    return axes.add_patch(patch)


def place_band(patch, left, right):
    """Stretch a band from left to right."""
    patch.set_x(left)
    patch.set_width(right - left)


def bars(axes, quantity, edges, **look):
    """A moving histogram in the colour of a quantity, set with ``set_data(heights, edges)``."""
    look = {"fill": True, "alpha": 0.45, "zorder": 3} | look
    return axes.stairs(np.zeros(len(edges) - 1), edges, color=COLORS[quantity], animated=True, **look)


def label(axes, quantity=None, ha="center", va="center", color=None, transform=None):
    """A moving text in the colour of a quantity, over all else; ``write`` puts it. Pillow draws it: see Picture."""
    return axes.text(0, 0, "", ha=ha, va=va, color=color or COLORS.get(quantity, COLORS["x"]),
                     transform=transform or axes.transData, animated=True)


def write(text, x, y, words):
    """Put words at (x, y)."""
    text.set_position((x, y))
    text.set_text(words)


@lru_cache
def font(size, dpi=PIXELS_PER_INCH):
    """The font of the pictures for Pillow, which writes the moving labels; size in points, dpi in pixels an inch."""
    return ImageFont.truetype(findfont("DejaVu Sans"), size * dpi / 72)


def number(value, digits=2):
    """A number as it is read: at most so many decimals, no trailing zeros, a real minus sign, no negative zero."""
    words = f"{value:z.{digits}f}"
    if "." in words:
        words = words.rstrip("0").rstrip(".")
    return words.replace("-", "−")


def subscript(i):
    """A number from 0 to 9 as a subscript: "₁"."""
    return chr(0x2080 + i)


def numbers(values, digits=2):
    """Several numbers in a row: "3, 9, 11 and 17"."""
    words = [number(value, digits) for value in values]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def power(value, digits=2):
    """A number as a multiple of a power of ten, as in print: "10⁻⁵", "1.75 · 10⁻⁸"; code has 1e-5 for it."""
    factor, exponent = f"{value:.{digits}e}".split("e")
    ten = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return ten if float(factor) == 1 else f"{number(float(factor), digits)} · {ten}"


def three_digits(value):
    """A positive number of any size in three digits: "25", "0.00316", "10⁻⁵"."""
    words = number(value, 0) if value >= 100 else f"{value:.3g}"
    return power(value) if "e" in words else words


def share_number(value):
    """A number between 0 and 1 in as many digits as keep it from looking like 0 or 1: "0.5", "0.99999", "10⁻¹⁰"."""
    if 0 < value < 0.001:
        return three_digits(value)
    return number(value, 6 if value <= 0.999 or value >= 1 else max(6, 1 - math.floor(math.log10(1 - value))))


def symbol(quantity, words):
    """Words in the colour of a quantity, as HTML for a readout."""
    # No colour has a contrast of 4.5 with white and with JupyterLab's dark page; some of the page's ink gives it both.
    ink = f"color-mix(in srgb, {COLORS[quantity]} 80%, var(--jp-content-font-color0, black))"
    return f'<span style="color:{ink};font-weight:600">{words}</span>'
