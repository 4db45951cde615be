"""Nothing waits for ever: an interrupt may come at any instant, and a finalizer in any thread."""
import math
import sys
import threading
import time
from functools import partial

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from test_live import PATIENCE, press, training, wait_until
from traitlets import TraitError

from batchnorm_lesson.explorers.base import Explorer, slider
from batchnorm_lesson.explorers.live import Live
from batchnorm_lesson.figures import picture
from batchnorm_lesson.figures.picture import Picture, drawing

STEPS = 3


class Sheet:
    """A picture that costs nothing, and knows what was drawn last."""

    size, sentence, drawn = (10, 10), "a sheet", None

    def __init__(self, **quantities):
        self.update(**quantities)

    def update(self, **quantities):
        self.drawn = quantities
        return self

    def png(self, sharp=True):
        return repr((self.drawn, sharp)).encode()


class Count:
    """A run of three steps."""

    steps = STEPS

    def __init__(self, **values):
        self.values, self.done = values, 0

    def step(self):
        self.done += 1
        return self.done < self.steps

    def state(self, over):
        return self.values | {"done": self.done, "over": over}, "counting", self.done


class Endless(Count):
    """A run that has to be ended."""

    steps = math.inf

    def step(self):
        time.sleep(0.001)
        return super().step()


def counting(race=Count):
    return Live("Sliders", Sheet, race, {"a": slider("a", 1, 0, 9, 1), "b": slider("b", 2, 0, 9, 1)}, 10**6)


def interrupted(action, instant, file=""):
    """Do it, with KeyboardInterrupt at the n-th of the instants at which Python may raise it: did it come so far?

    Those are the beginning of each Python function and the return from each other one; a loop jumps back between two.
    The return from a lock's ``__enter__`` to a ``with`` is none, except in Python 3.14, whose issue 148874 this is.
    With a file, only what happens in its lines counts.
    """
    count = 0

    def look(frame, event, function):
        nonlocal count
        code = frame.f_code
        other = getattr(function, "__name__", "") == "__enter__" != code.co_name or code is interrupted.__code__
        if event in ("call", "c_return") and not other and file in code.co_filename:
            count += 1
            if count == instant:
                raise KeyboardInterrupt

    sys.setprofile(look)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.setprofile(None)
    return count >= instant


def in_time(action):
    """Do it in another thread, and see that it ends."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it waits for ever"


def works(explorer):
    """It trains to the end, stops and follows its sliders, and no thread has to wait for it."""
    explorer.race = Count
    in_time(lambda: press(explorer, "Train"))
    wait_until(lambda: not explorer._run and not training())
    assert explorer.picture.drawn == explorer.values | {"done": STEPS, "over": True} and explorer._bar.value == STEPS
    explorer.race = Endless
    in_time(lambda: press(explorer, "Train"))
    in_time(lambda: press(explorer, "Stop"))
    wait_until(lambda: not explorer._run and not training())
    assert explorer.picture.drawn["over"] and explorer.picture.drawn["done"] == explorer._bar.value > 0
    in_time(lambda: explorer.set(b=5))
    assert explorer.picture.drawn == explorer.values | {"done": 0, "over": False} and explorer._bar.value == 0
    assert explorer.values["b"] == 5


@pytest.mark.parametrize("name, running", [("train", False), ("train", True), ("set", True), ("stop", True),
                                           ("close", True)])
def test_an_interrupt_at_any_instant_leaves_explorers_that_work(name, running):
    explorer, other, instant, came = counting(), counting(), 0, True
    while came:
        instant += 1
        explorer.race = Endless
        explorer.set(a=0, b=0)
        if running:
            explorer.train()
        came = interrupted(partial(getattr(explorer, name), **{"a": 7, "b": 8} if name == "set" else {}), instant)
        works(explorer if instant % 2 else other)
        works(other if instant % 2 else explorer)
    assert instant > 1


@pytest.mark.parametrize("name", ["stop", "close"])
def test_what_a_finalizer_may_call_waits_neither_for_a_step_nor_for_a_picture(name):
    """The garbage collector may find a closed explorer in any thread, at any instant: ipywidgets closes it again."""
    go_on = threading.Event()

    class Blocked(Count):
        def step(self):
            go_on.wait()

    explorer = counting(Blocked)
    explorer.train()
    wait_until(training)
    try:
        with drawing:
            in_time(getattr(explorer, name))
    finally:
        go_on.set()
    wait_until(lambda: not training())


def test_a_picture_that_fails_ends_the_run(monkeypatch):
    explorer = counting(Endless)
    with monkeypatch.context() as patch:
        patch.setattr(explorer.picture, "update", lambda **_: 1 / 0)
        explorer.train()
        wait_until(lambda: not explorer._run and not training())
    assert "The training broke off: ZeroDivisionError" in explorer._words.value
    works(explorer)


def test_an_interrupt_at_any_instant_of_a_picture_leaves_it_to_other_threads(monkeypatch):
    """One picture is moved whose figure has to be made again, so that the other one gives its own up."""
    def made(value=0):
        figure = Figure(figsize=(0.2, 0.2), layout=PlaceHolderLayoutEngine(True, True))
        small = Picture(FigureCanvasAgg(figure).figure, "value: {value}".format, value=value)
        small.remake = made
        return small

    monkeypatch.setattr(picture, "_with_figure", [])
    monkeypatch.setattr(picture, "MOST_FIGURES", 1)
    one, other, instant, came = made(), made(), 0, True
    while came:
        instant += 1
        other.update(value=1)
        came = interrupted(partial(one.update, value=2), instant, picture.__file__)
        for each in (one, other):
            in_time(partial(each.update, value=3))
            assert each.sentence == "value: 3" and each.png()
    assert instant > 20


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit])
def test_who_interrupts_a_picture_sees_that_of_the_sliders(problem):
    def compute(a, b):
        if problems:
            raise problems.pop()
        return {"a": a, "b": b}, "a readout"

    problems = []
    explorer = Explorer("Sliders", Sheet, compute, counting().controls)
    problems.append(problem)
    with pytest.raises(problem):
        explorer.set(a=7)
    assert explorer.picture.drawn == {"a": 7, "b": 2}
    problems.append(problem)
    with pytest.raises(problem):
        explorer.controls["b"].value = 8
    assert explorer.picture.drawn == {"a": 7, "b": 8}


def test_what_a_slider_refuses_keeps_no_picture_from_following_the_others():
    explorer = counting()
    with pytest.raises(TraitError, match="'eight'"):
        explorer.set(a=7, b="eight")
    assert explorer.picture.drawn == explorer.values | {"done": 0, "over": False} and explorer.values["a"] == 7
