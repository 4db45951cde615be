"""What every explorer is made of: sliders, a picture that follows them, a readout and the picture's sentence."""
import html
import re

import ipywidgets as widgets
from traitlets import Unicode

from ..widgets import earlier_runs
from ..widgets.access import mender
from ..widgets.shared import layout, widget, shared
from ..figures.picture import drawing
from ..figures.style import font, number, subscript

earlier_runs.register()

TRACK, READOUT = 150, 84  # pixels: the least length of a slider's track, and its number beside it
# Beside the picture the controls are one column, to which the picture gives way; on a narrow page they stand above.
STYLE = """<style>
.stops .widget-readout { pointer-events: none }
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
WORDS = """<div style="line-height: 1.5; contain: layout style">
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
    """

    def __init__(self, title, picture, compute, controls, buttons=None, more=()):
        self.title, self.make, self.compute, self.controls = title, picture, compute, controls
        self._start = self._before = self.values
        quantities, readout = compute(**self.values)
        self.picture = picture(**quantities)
        self.picture.remake = self._remake
        width, height = self.picture.size
        # The size in pixels keeps the page from jumping while the picture changes; a narrow page shrinks it as a whole.
        self._image = widgets.Image(format="png", width=width, height=height, layout=layout(
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
        super().__init__([top, self._words, rules, *mender()], layout=layout(width="auto", overflow="hidden"))
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
            self._show(readout)

    def _remake(self, **_):
        """Another picture, brought to where this one was before the move; it may show its start and that as ghosts."""
        picture = self.make(**self.compute(**self._start)[0])
        return picture.update(**self.compute(**self._before)[0])

    def _show(self, readout, sharp=True):
        self._readout = readout
        self._image.value = self.picture.png(sharp=sharp)
        self._words.value = WORDS.format(readout=readout, sentence=self.picture.sentence)

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


def batch_sliders(x):
    """One slider for each value of a batch: x1, x2, …"""
    return {f"x{i}": slider(f"x{subscript(i)} value", value, 0, 30, 0.5) for i, value in enumerate(x, 1)}


def terms(x, between=" + "):
    """The values written out for a formula: "3 + 9 + 11 + 17"."""
    return between.join(number(value) for value in x)
