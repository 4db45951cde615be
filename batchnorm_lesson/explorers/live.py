"""An explorer with Train and Stop: something is computed step by step, in a thread, and its picture grows with it."""
import _thread
import asyncio
import html
import math
import sys
import threading
import time

import ipywidgets as widgets

from ..widgets.shared import widget
from ..figures.picture import drawing
from .base import Explorer

PERIOD = 0.092  # seconds from picture to picture: eleven in a second; the steps lose less than a tenth of their time
THREADS = sys.platform != "emscripten"  # Python in a web page has none


class Live(Explorer):
    """An explorer whose picture shows what the sliders have set up; Train lets it run, for at most so many steps.

    ``race`` makes something that runs from the controls' values. Its ``step()`` takes a step and says whether there is
    another one, and ``state(over)`` gives the picture's quantities, the readout, and how many steps are done.

    The sliders are read once, when the run begins. Whatever is pressed or moved then ends it, and so does another
    explorer of this kind, made or started: there is never more than one run.
    """

    _running = None  # the explorer that began a run last
    _run = None  # the run that this explorer shows

    def __init__(self, title, picture, race, controls, steps):
        Live._running = None
        self.race, self.steps = race, steps
        self._bar = widget(widgets.IntProgress, {"width": "100%"}, {"description_width": "45px"}, max=steps,
                          description="steps")
        train, stop = (widget(widgets.Button, {"width": "auto"}, description=words) for words in ("Train", "Stop"))
        train.on_click(lambda _: self.train())
        stop.on_click(lambda _: self.stop())
        super().__init__(title, picture, lambda **values: race(**values).state(False)[:2], controls,
                         more=(train, stop, self._bar))

    def train(self):
        """Begin anew, with the sliders as they are."""
        run = Run(self, self.race(**self.values))
        with drawing:  # what is just being drawn is the former run's
            Live._running, self._run, self._bar.value = self, run, 0
        run.start()

    def stop(self):
        """Let the run end if there is one: the step that it is in is the last, and its picture comes after it."""
        run = self._run
        if run:
            run.stopped = True

    def close(self):
        """End the run, then close as any widget does. A finalizer may call this in any thread: it waits for nothing."""
        self._run = None
        super().close()

    def _redraw(self):
        with drawing:
            self._run, self._bar.value = None, 0
            super()._redraw()

    def _show_run(self, run):
        """Show where a run is, or what it broke off with, unless the explorer shows something else by now."""
        with drawing:
            if self._run is not run:
                return
            over = run.ended.is_set()
            try:
                if not run.broken:
                    quantities, readout, done = run.latest
                    self.picture.update(**quantities)
                    self._show(readout, sharp=over)
                    self._bar.value = done
            except BaseException as problem:
                run.broken = problem
            if run.broken:
                self._words.value = f"<p>⚠ The training broke off: {html.escape(repr(run.broken))}</p>"
            if over:
                self._run = None


class Run:
    """A run of an explorer, which is made complete before anything sees it, and ends by itself.

    It goes on while its explorer shows it and began a run last of all, and while it is neither stopped nor broken. Who
    wants it to end changes one of these, which takes no lock, and does not wait for it. So a finalizer may end it in
    any thread, and whatever interrupts a cell leaves nothing half done.

    It has two threads, one for the steps and one for the pictures: most of a picture is encoding, which leaves the
    steps alone where there are two processors. Only the picture, the words and the bar are sent from there, to which
    the page never sends anything back: ipykernel 7 hands a widget's messages to the thread that last published on its
    comm. Where there are no threads, steps and pictures take turns with the page.
    """

    stopped, broken = False, None

    def __init__(self, explorer, running):
        self._explorer, self._running = explorer, running
        self.latest = running.state(False)  # what a picture is to show
        self.ended = threading.Event()

    def start(self):
        """Begin: with the thread of the steps, or with the first turn."""
        if not THREADS:
            return self._go_on()
        # Thread.start waits for the new thread, which would hang if an interrupt came then; here none comes.
        _thread.start_new_thread(threading.Thread(target=self._go_on, name="training", daemon=True).start, ())

    def _go_on(self):
        """Take the steps; where there are no threads those until the next picture, and the others after a pause."""
        due = math.inf
        try:
            if THREADS:
                threading.Thread(target=self._follow, name="training, pictures", daemon=True).start()
            else:
                due = time.monotonic() + PERIOD
            while (more := self._step()) and time.monotonic() < due:
                pass
        except BaseException as problem:  # an error in a thread would be shown nowhere
            self.broken, more = problem, False
        if not more:
            self.ended.set()
        self._explorer._show_run(self)
        if more:
            asyncio.get_event_loop().call_later(0.01, self._go_on)

    def _step(self):
        """Take a step and leave its state behind: is there another one?"""
        more = self._running.step() and self._goes_on()
        self.latest = self._running.state(not more)
        return more

    def _goes_on(self):
        return Live._running is self._explorer and self._explorer._run is self and not (self.stopped or self.broken)

    def _follow(self):
        """The thread of the pictures: one now and then."""
        due = time.monotonic() + PERIOD
        while not self.ended.wait(max(0, due - time.monotonic())):
            self._explorer._show_run(self)
            due = max(due + PERIOD, time.monotonic())
