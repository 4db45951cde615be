"""A picture that is drawn once and repainted only where it moves, with the sentence that says what it shows."""
import base64
import struct
import threading
import zlib
from functools import lru_cache
from itertools import groupby

import numpy as np
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.spines import Spine
from matplotlib.text import Text
from PIL import Image, ImageDraw

from . import style

MOST_FIGURES = 6  # so many pictures, the last that were painted, keep their figure; a lesson has one to four explorers
ANCHORS = {"left": "l", "center": "m", "right": "r", "top": "a", "bottom": "d", "baseline": "s"}


def png_file(pixels, level):
    """Pixels of shape (height, width, 3), uint8, as the bytes of a PNG file; level is zlib's, 1 (fast) to 9 (small).

    Pillow tries five filters on every row of pixels, which takes most of its time; large areas of one colour are as
    small without. Source: PNG specification, sections 5 (chunks), 7.2 (a filter byte before each row, 0 for none).
    """
    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels.reshape(height, 3 * width)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in [(b"IHDR", head), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b"")])


def coarser(pixels):
    """The same pixels with 6 bits for a colour instead of 8: none is off by more than 3 of 255, and white stays white.

    A file is a fifth smaller so, since most of it are the soft edges of lines and letters.
    """
    return pixels & 0b11111100 | pixels >> 6


# ipykernel 7 may run an observer beside a cell that draws the same picture. This is the package's only lock: who holds
# it waits for nothing else, so it comes free again.
drawing = threading.RLock()
_with_figure = []
_hex = lru_cache(to_hex)


def _leaves_its_frame(artist):
    """Whether a mark goes further than a pixel of the page, a hundredth of an inch, beyond the frame of its axes."""
    if isinstance(artist, (AxesImage, Spine)) or not artist.get_visible():
        return False
    if isinstance(artist, Quiver):
        tails = artist.get_offsets()
        points = np.vstack([tails, tails + np.column_stack([artist.U, artist.V])])
        transform = artist.axes.transData
    else:
        paths = artist.get_paths() if isinstance(artist, Collection) else [artist.get_path()]
        # What stands at a closing of the outline is no point of it.
        points = np.vstack([path.vertices if path.codes is None else path.vertices[path.codes != Path.CLOSEPOLY]
                            for path in paths] or [np.empty((0, 2))])
        transform = artist.get_transform()
    points, frame, pixel = transform.transform(points), artist.axes.bbox, artist.figure.dpi / style.PAGE
    return bool((points < frame.min - pixel).any() or (points > frame.max + pixel).any())


class Picture:
    """A figure whose moving artists are ``animated``, and the function that moves them.

    ``draw(**quantities)`` sets the moving artists and returns the sentence, worded from what the artists then
    hold. Everything else is drawn a single time and kept as the background: see "Blitting" in the
    documentation of matplotlib. In a notebook the last expression of a cell shows the picture.

    A notebook that is run again and again leaves pictures behind that nobody sees. So only the last few keep their
    figure, which is some megabytes; the others keep their file. When one of those is moved, ``remake(**quantities)``
    makes another picture of the same kind, whose figure it takes over.
    """

    remake = None

    def __init__(self, figure, draw, **quantities):
        self._canvas, self._draw, self.quantities = figure.canvas, draw, tuple(quantities)
        with style.context():
            # Places the axes; left on, the layout engine would move them away from under the background.
            figure.get_layout_engine().execute(figure)
            figure.set_layout_engine("none")
            self._canvas.draw()
        self.size = tuple(side // style.SHARPNESS for side in self._canvas.get_width_height())  # on the page
        # Twice, sharp and soft: True and False.
        self._dpi = {True: figure.dpi, False: figure.dpi / style.SHARPNESS}
        drawn = np.array(self._canvas.buffer_rgba())
        soft = Image.fromarray(drawn).reduce(style.SHARPNESS).crop((0, 0, *self.size))
        self._background = {True: drawn, False: np.asarray(soft)}
        moving = [artist for axes in figure.axes for artist in axes.findobj(lambda part: part.get_animated())]
        frame = [spine for axes in figure.axes for spine in axes.spines.values() if spine.get_visible()]
        self._labels = [artist for artist in moving if isinstance(artist, Text)]
        marks = [artist for artist in moving if not isinstance(artist, Text)]
        self._moving = sorted(marks + frame, key=lambda artist: artist.get_zorder())
        self.update(**quantities)

    def update(self, **quantities):
        """Show other quantities; the sentence follows. Returns the picture itself."""
        with drawing:
            self._need_figure(quantities)
            self.sentence, self._file = self._draw(**quantities), None
            if any(map(_leaves_its_frame, self._moving)):
                self.sentence += " Some of it lies outside the picture."
        return self

    def _need_figure(self, quantities):
        """See that the figure is there, and that only the last few pictures have one."""
        if self._canvas is None:
            fresh = self.remake(**quantities)
            self._canvas, self._draw, self._background = fresh._canvas, fresh._draw, fresh._background
            self._moving, self._labels = fresh._moving, fresh._labels
            _with_figure.remove(fresh)
        if self in _with_figure:
            _with_figure.remove(self)
        _with_figure.append(self)
        for picture in [picture for picture in _with_figure[:-MOST_FIGURES] if picture.remake]:
            picture._drop_figure()

    def _drop_figure(self):
        """Give the figure up, and keep the file, as small as a notebook saves it."""
        with drawing:
            if self in _with_figure:
                self.bundle()
                _with_figure.remove(self)
                self._canvas = self._draw = self._background = self._moving = self._labels = None

    def places(self, x, y, axes=0):
        """Where points ``(n,)`` of some axes are, as shares of the picture from its upper left corner: ``(2, n, 2)``.

        The two are the ends of lines where x or y is a pair, or None for all that the axes have; else they are equal.
        """
        axes, points = self._canvas.figure.axes[axes], np.empty((2, max(np.size(x), np.size(y)), 2))
        for i, (values, limits) in enumerate(((x, axes.get_xlim()), (y, axes.get_ylim()))):
            ends = limits if values is None else values if isinstance(values, tuple) else (values, values)
            points[0, :, i], points[1, :, i] = ends
        shares = axes.transData.transform(points.reshape(-1, 2)) / axes.figure.bbox.size
        return np.abs([0, 1] - shares).reshape(points.shape)

    def png(self, sharp=True):
        """The picture as the bytes of a PNG file, made fast and twice as fine as its size says.

        Until the picture is moved it keeps its file. One that is not sharp, for a fast sequence, has only the pixels of
        its size, which is half the work.
        """
        with drawing:
            if not sharp and self._canvas is not None:
                return png_file(np.asarray(self._paint(sharp=False)), 1)
            if self._file is None:
                self._file = png_file(np.asarray(self._paint()), 1)
            return self._file

    def _paint(self, sharp=True):
        """The picture as an image of Pillow's: the background, and over it what moves."""
        figure, background = self._canvas.figure, self._background[sharp]
        if self._canvas.get_width_height()[::-1] != background.shape[:2]:
            figure.dpi = 1  # an interrupt may have left it half changed: a change to what it says it is would be none
            figure.dpi = self._dpi[sharp]
        pixels = np.asarray(self._canvas.get_renderer().buffer_rgba())
        pixels[:] = background
        for artist in self._moving:
            artist.axes.draw_artist(artist)
        painted = Image.fromarray(pixels).convert("RGB")
        self._write_labels(painted)
        return painted

    def _write_labels(self, painted):
        """Write the moving labels over the picture. Pillow takes a tenth of matplotlib's time for words."""
        pen, dpi = ImageDraw.Draw(painted), self._canvas.figure.dpi
        shown = [label for label in self._labels if label.get_text() and label.get_visible()]
        for _, labels in groupby(shown, lambda label: id(label.get_transform())):
            labels = list(labels)
            # All at once: for a map of 90 labels, single places would take as long as the words.
            places = labels[0].get_transform().transform([label.get_position() for label in labels])
            for label, (x, y) in zip(labels, places):
                look = {"anchor": ANCHORS[label.get_ha()] + ANCHORS[label.get_va()],
                        "font": style.font(label.get_size(), dpi), "fill": _hex(label.get_color())}
                pen.text((x, painted.height - y), label.get_text(), **look)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Jupyter's way to show it. A picture that stands by itself will hardly be moved: it gives its figure up."""
        with drawing:
            bundle = self.bundle()
            if self.remake:
                self._drop_figure()
            return bundle

    def bundle(self):
        """What a notebook shows and saves: ``(data, metadata)``, the picture with its sentence."""
        with drawing:  # a sentence that another thread has moved on would describe another picture
            if self._canvas is not None:  # what a notebook saves is small; the file of a live picture is made fast
                self._file = png_file(coarser(np.asarray(self._paint())), 9)
            data = {"image/png": base64.b64encode(self._file).decode(), "text/plain": self.sentence}
        width, height = self.size
        return data, {"image/png": {"width": width, "height": height, "alt": data["text/plain"]}}

