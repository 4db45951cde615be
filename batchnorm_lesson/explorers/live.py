"""An explorer with Train and Stop: something is computed step by step, in a thread, and its picture grows with it."""
import asyncio
import html
import sys
import threading
import time

import ipywidgets as widgets

from ..looks import plain
from .base import Explorer

PERIOD = 0.092  # seconds from picture to picture: eleven in a second; the steps lose less than a tenth of their time
THREADS = sys.platform != "emscripten"  # Python in a web page has none


class Live(Explorer):
    """An explorer whose picture shows what the sliders have set up; Train lets it run, for at most so many steps.

    ``race`` makes something that runs from the controls' values. Its ``step()`` takes a step and says whether there is
    another one, and ``state(over)`` gives the picture's quantities, the readout, and how many steps are done.

    The sliders are read once, when the run begins. Whatever is pressed or moved then ends it, and so does another
    explorer of this kind, made or started: there is never more than one run. It has two threads, one for the steps and
    one for the pictures: most of a picture is encoding, which leaves the steps alone where there are two processors.
    Only the picture, the words and the bar are sent from there, to which the page never sends anything back: ipykernel
    7 hands a widget's messages to the thread that last published on its comm. Where there are no threads, steps and
    pictures take turns with the page.
    """

    _running = None  # the explorer that has a run
    _switch = threading.RLock()  # a cell and a button may start or stop at the same time
    _threads, _broken = (), None

    def __init__(self, title, picture, race, controls, steps):
        Live.stop_all()
        self.race, self.steps = race, steps
        self._stopping = threading.Event()
        self._bar = plain(widgets.IntProgress, {"width": "100%"}, {"description_width": "45px"}, max=steps,
                          description="steps")
        train, stop = (plain(widgets.Button, {"width": "auto"}, description=words) for words in ("Train", "Stop"))
        train.on_click(lambda _: self.train())
        stop.on_click(lambda _: self.stop())
        super().__init__(title, picture, lambda **values: race(**values).state(False)[:2], controls,
                         more=(train, stop, self._bar))

    def train(self):
        """Begin anew, with the sliders as they are."""
        with Live._switch:
            Live.stop_all()
            self._stopping, self._ended = threading.Event(), threading.Event()
            self._broken, running = None, self.race(**self.values)
            self._latest, self._bar.value = running.state(False), 0
            self._threads = self._workers(running)
            Live._running = self
            for thread in self._threads:
                thread.start()

    def _workers(self, running):
        """What is to be started for a run and has ended once it is joined: two threads, or what stands in for them."""
        if not THREADS:
            return [Turns(self._take_turns(running))]
        return [threading.Thread(target=self._run, args=[running], name="training", daemon=True),
                threading.Thread(target=self._follow, name="training, pictures", daemon=True)]

    def stop(self):
        """End the run if there is one; the picture then shows its last step. Returns when the thread has ended."""
        with Live._switch:
            self._stopping.set()
            for thread in self._threads:
                thread.join()
            self._threads = ()
            if Live._running is self:
                Live._running = None

    @staticmethod
    def stop_all():
        """End the run of whichever explorer has one."""
        with Live._switch:
            if Live._running:
                Live._running.stop()

    def close(self):
        """End the run, then close as any widget does."""
        self.stop()
        super().close()

    def _refresh(self, change=None):
        if not self._quiet:
            self.stop()
            self._bar.value = 0
        super()._refresh(change)

    def _run(self, running):
        """The thread of the steps; what the other one is to show, it leaves behind."""
        try:
            while running.step() and not self._stopping.is_set():
                self._latest = running.state(False)
            self._latest = running.state(True)
        except Exception as problem:  # an error in a thread would be shown nowhere
            self._broken = problem
        self._ended.set()

    def _follow(self):
        """The thread of the pictures: one now and then, and one when all is over."""
        due = time.monotonic() + PERIOD
        while not self._ended.wait(max(0, due - time.monotonic())):
            self._draw(sharp=False)
            due = max(due + PERIOD, time.monotonic())
        self._draw(sharp=True)

    def _take_turns(self, running):
        """The steps and the pictures, with a pause behind each picture; closed in a pause, it ends the run there."""
        due = time.monotonic() + PERIOD
        try:
            while running.step() and not self._stopping.is_set():
                self._latest = running.state(False)
                if time.monotonic() >= due:
                    self._draw(sharp=False)
                    yield
                    due = time.monotonic() + PERIOD
        except Exception as problem:
            self._broken = problem
        finally:
            if not self._broken:
                self._latest = running.state(True)
            self._draw(sharp=True)

    def _draw(self, sharp):
        try:
            if self._broken:
                raise self._broken
            with self._lock:
                quantities, readout, done = self._latest
                self.picture.update(**quantities)
                self._show(readout, sharp)
                self._bar.value = done
        except Exception as problem:
            self._stopping.set()
            self._words.value = f"<p>⚠ The training broke off: {html.escape(repr(problem))}</p>"


class Turns:
    """A generator in place of a thread: in its pauses the page can do its own work."""

    def __init__(self, work):
        self._work = work

    def start(self):
        """Go on to the next pause, and come back after it, until the work is done."""
        if next(self._work, self) is not self:
            asyncio.get_event_loop().call_later(0.01, self.start)

    def join(self):
        """End the work where it stands."""
        self._work.close()
