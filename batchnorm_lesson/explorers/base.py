"""What every explorer is made of: sliders, a picture that follows them, a readout and the picture's sentence."""
import base64
import html
import json
import re

import ipywidgets as widgets
import numpy as np
from traitlets import Unicode

from ..widgets import earlier_runs
from ..widgets.access import boxes, mender
from ..widgets.shared import layout, widget, shared
from ..figures.picture import drawing
from ..figures.style import font, number, subscript

earlier_runs.register()

TRACK, READOUT = 150, 84  # pixels: the least length of a slider's track, and its number beside it
# Beside the picture the controls are one column, to which the picture gives way; on a narrow page they stand above.
STYLE = """<style>
.stops .widget-readout { pointer-events: none }
/* The arrow of a drop-down list in the colour of its words: that of ipywidgets is black, also on a dark page. */
.explorer select {
    background: linear-gradient(45deg, transparent 50%, currentcolor 50%) right 13px center / 5px 5px no-repeat,
                linear-gradient(-45deg, transparent 50%, currentcolor 50%) right 8px center / 5px 5px no-repeat,
                var(--jp-widgets-input-background-color) }
/* What is dragged has a border that is seen: its own is nearly white, on a white page. */
.jupyter-widgets .widget-slider .noUi-handle.noUi-handle { border-color: var(--jp-ui-font-color2) }
/* Where access.js is not, a number that is typed and left with Tab would stand there and count for nothing. */
.explorer:not(.mended) .widget-readout[contenteditable=true]:focus { overflow: visible; white-space: nowrap }
.explorer:not(.mended) .widget-readout[contenteditable=true]:focus::after {
    content: " ⏎ Enter"; font-size: 80%; opacity: .8 }
/* Who sees the picture need not read what it shows. A screen reader has the words; so have all without access.js. */
.explorer.mended .explorer-readout + div {
    position: absolute; height: 1px !important; overflow: hidden !important; clip-path: inset(50%) }
.explorer { container-type: inline-size }
.explorer-top { flex-flow: row nowrap }
@container (max-width: 700px) {
    .explorer-top { flex-flow: row wrap }
    .explorer-readout { min-height: 7.5em }  /* five lines, so that none that is wrapped moves the page */
}
</style>"""
WORDS = """<div data-box='{box}' data-grips='{grips}' style="line-height: 1.5; contain: layout style">
  <div class="explorer-readout" style="font-size: 110%">{readout}</div>
  <div role="status" style="height: 4.5em; overflow-y: auto; opacity: .85">In the picture:
    <span class="explorer-sentence">{sentence}</span></div>
</div>"""


class Explorer(widgets.VBox):
    """Controls beside a live picture, and below it the formula with the current numbers and the picture's sentence.

    ``picture`` is a function of ``figures``. ``compute(**values)`` is a pure function from the controls' values to
    the quantities that the picture shows and the readout (HTML). ``controls`` maps argument names to widgets;
    ``buttons`` maps captions to the values that a press sets; ``more`` are widgets
    that stand behind the buttons. ``task`` is the question to answer by moving.

    ``drag`` says which points of the picture can be dragged, by mouse, pen or finger: it maps a slider's name to a
    function of its value and the dictionary ``now`` of all values, which returns where the point stands: ``(x, y)`` in
    the data of the first axes, or ``(x, y, 1)`` in those of the second. In place of y a pair of numbers is a vertical
    line between them, and None one through all the axes; x is the same. So ``{"gamma": lambda gamma, now: (now["beta"]
    + gamma, 50), "beta": lambda beta, now: (beta, None)}`` are the tip of an arrow and a vertical line.

    The function meets arrays of values, too: from it the page knows where the point is at every stop of the slider, be
    the axes logarithmic or the sign negative. Of two points in one place the first is taken. A point that moves two
    sliders, one in each direction, stands under both names: ``("a", "b"): lambda a, b, now: (a, b)``. Several points
    that move the same slider are a list of functions.
    """

    def __init__(self, title, picture, compute, controls, buttons=None, more=(), drag=None):
        self.title, self.make, self.compute, self.controls = title, picture, compute, controls
        self._start = self._before = self.values
        quantities, readout = compute(**self.values)
        self.picture = picture(**quantities)
        self.picture.remake = self._remake
        width, height = self.picture.size
        # The size in pixels keeps the page from jumping while the picture changes; a narrow page shrinks it as a whole.
        self._image = widgets.Image(format="url", width=width, height=height, layout=layout(
            width=f"{width}px", max_width="100%", min_width="0", height="auto", flex="0 1 auto"))
        self._words = widget(widgets.HTML, {"width": "auto", "margin": "0"})
        self._words.add_class("spoken")
        presses = {"Reset": self._start} | (buttons or {})
        label = self._label_width
        room = label + TRACK + READOUT
        row = widgets.HBox([*(self._button(caption, values) for caption, values in presses.items()), *more],
                           layout=layout(flex=f"1 1 {room}px", flex_flow="row wrap", width="auto"))
        column = widgets.HBox([*controls.values(), row], layout=layout(
            flex=f"1 1 {room + 8}px", min_width=f"{room + 8}px", flex_flow="row wrap"))
        top = widgets.HBox([column, self._image], layout=layout(align_items="center", max_width=f"{width + 560}px"))
        top.add_class("explorer-top")
        # On its own: with the words, the whole page would be styled anew for each move.
        rules = shared(widgets.HTML, value=STYLE, layout=layout(display="none"))
        mending = mender()
        self._drag = drag if drag and mending else {}  # without access.js nobody asks
        super().__init__([top, self._words, rules, *mending], layout=layout(width="auto", overflow="hidden"))
        self._id = self.model_id  # which it has no longer when it is closed
        boxes[self._id] = self
        self.add_class("explorer")
        self._show(readout)
        for control in controls.values():
            control.style = shared(type(control.style), description_width=f"{label}px")
            # A share of the column, so that on a wide page the tracks are as long as there is room.
            control.layout = layout(flex=f"1 1 {room}px", width="auto", max_width="560px")
            control.observe(self._refresh, "value")

    @property
    def _label_width(self):
        """Room for the longest label, in pixels: the widgets' letters have 13, and are not wider than the pictures'."""
        letters = font(11)
        longest = max(letters.getlength(control.description) for control in self.controls.values())
        return 4 + round(13 / letters.size * longest)

    @property
    def values(self):
        """The controls' current values by argument name."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Move several controls at once; the picture is drawn a single time."""
        self._quiet = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:  # after an error or an interrupt, too, the picture is that of the controls
            self._quiet = False
            self._refresh()

    _quiet = False

    def _button(self, caption, values):
        button = widget(widgets.Button, {"width": "auto"}, description=caption)
        button.on_click(lambda _: self.set(**(values(**self.values) if callable(values) else values)))
        return button

    def _refresh(self, _=None):
        if self._quiet:
            return
        try:
            self._redraw()
        except Exception as problem:  # an observer's error would be shown nowhere
            self._words.value = f"<p>⚠ The picture could not be drawn: {html.escape(repr(problem))}</p>"
        except BaseException:  # an interrupt: the controls have moved already, so the picture does
            self._redraw()
            raise

    def _redraw(self):
        with drawing:
            quantities, readout = self.compute(**self.values)
            self.picture.update(**quantities)
            self._before = self.values
            self._show(readout, sharp=not self._page_asks)

    _page_asks = False

    def at_rest(self):
        """A page says that nothing moves any more: the picture becomes sharp, and from now on is so at rest only.

        A picture with a quarter of the pixels is there sooner. Where no page ever asks, every picture is sharp.
        """
        with drawing:
            self._page_asks = True
            self._show_picture(sharp=True)

    def _remake(self, **_):
        """Another picture, brought to where this one was before the move; it may show its start and that as ghosts."""
        picture = self.make(**self.compute(**self._start)[0])
        return picture.update(**self.compute(**self._before)[0])

    def _show(self, readout, sharp=True):
        self._readout = readout
        self._show_picture(sharp)
        self._words.value = WORDS.format(readout=readout, sentence=self.picture.sentence, box=self._id,
                                         grips=json.dumps(self._grips(), separators=(",", ":")))

    def _show_picture(self, sharp):
        """Hand the picture to the page, written out in an address: "data:…".

        For bytes ipywidgets would make an address ("blob:…") from which the browser fetches them like a file, through
        another of its processes. That takes three times as long.
        """
        self._image.value = b"data:image/png;base64," + base64.b64encode(self.picture.png(sharp=sharp))

    def _grips(self):
        """Where access.js finds the points that can be dragged, and for each of their sliders where its stops are.

        Places are shares of the picture's width (along 0) and height (along 1), from its upper left corner.
        """
        now, found = self.values, []
        each = [(names, place) for names, places in self._drag.items()
                for place in (places if isinstance(places, list) else [places])]
        for names, place in each:
            names = (names,) if isinstance(names, str) else names
            if any(self.controls[name].disabled for name in names):
                continue
            values, sliders = [now[name] for name in names], []
            for i, (name, value) in enumerate(zip(names, values)):
                stops = np.append(stops_of(self.controls[name]), value)
                low, high = self.picture.places(*place(*values[:i], stops, *values[i + 1:], now)).round(4)
                along = int(np.argmax(np.ptp(low, axis=0)))
                sliders.append({"model": self.controls[name].model_id, "along": along,
                                "track": low[:-1, along].tolist()})
            ends = low[-1], high[-1]
            found.append({"frame": [*np.min(ends, axis=0), *np.max(ends, axis=0)], "sliders": sliders})
        return found

    @property
    def text(self):
        """The explorer in words: its title, the readout and the picture's sentence."""
        readout = html.unescape(re.sub("<[^>]+>", "", self._readout.replace("<br>", "\n")))
        return f"{self.title}\n{readout}\n{self.picture.sentence}"

    # ipywidgets 7 displays itself through this method, which would leave out the picture and the words.
    _ipython_display_ = None

    def _repr_mimebundle_(self, include=None, exclude=None):
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        with drawing:  # as in Picture: the words belong to the picture
            data, metadata = self.picture.bundle()
            return data | {"text/plain": self.text, "application/vnd.jupyter.widget-view+json": view}, metadata


def slider(label, value, low, high, step):
    """A slider with a text box beside it, for a number; with a step of 1, for whole numbers only."""
    if step == 1:
        return widget(widgets.IntSlider, value=value, min=low, max=high, description=label)
    decimals = len(f"{step:g}".partition(".")[2])
    return widget(widgets.FloatSlider, value=value, min=low, max=high, step=step, description=label,
                 readout_format=f".{decimals}f")


class LogSlider(widgets.FloatLogSlider):
    """A slider over powers of ten whose number is as short as it is typed: 1e-5."""

    readout_format = Unicode(".2~e").tag(sync=True)  # the page knows ~, which ipywidgets' own check refuses


def log_slider(label, value, low, high):
    """A slider over powers of ten, from 10**low to 10**high."""
    return widget(LogSlider, value=value, min=low, max=high, step=0.25, description=label)


def stops(label, value, options):
    """A slider that stops at the given options only; its number is for reading: ipywidgets ignores what is typed."""
    control = widget(widgets.SelectionSlider, value=value, options=options, description=label)
    control.add_class("stops")
    return control


def choice(label, value, options):
    """A drop-down list."""
    return widget(widgets.Dropdown, value=value, options=options, description=label)


def stops_of(control):
    """All the values that a slider stops at, from its low to its high end."""
    if hasattr(control, "options"):
        return np.array(control.options)
    values = control.min + control.step * np.arange(round((control.max - control.min) / control.step) + 1)
    return control.base ** values if hasattr(control, "base") else values


def batch_sliders(x):
    """One slider for each value of a batch: x1, x2, …"""
    return {f"x{i}": slider(f"x{subscript(i)} value", value, 0, 30, 0.5) for i, value in enumerate(x, 1)}


def batch_points(x, place):
    """The points of ``batch_sliders(x)`` for an explorer's ``drag``: one function for all of them."""
    return {f"x{i}": place for i, _ in enumerate(x, 1)}


def terms(x, between=" + "):
    """The values written out for a formula: "3 + 9 + 11 + 17"."""
    return between.join(number(value) for value in x)
