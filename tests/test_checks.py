"""Whatever is handed to a picture or an explorer is shown truly, or it is refused by the name of an argument.

And what a checked function calls is not looked at again, but everything else is.
"""
import functools
import inspect
import types
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.layout_engine import ConstrainedLayoutEngine

from batchnorm_lesson import batch_mean, batch_norm, checks, explorers, figures
from batchnorm_lesson.figures.picture import Picture
from test_explorers import outside

X, BATCH = np.array([3.0, 9.0, 11.0, 17.0]), np.random.default_rng(0).normal(9, 5, 64)
STILL = {  # pictures without an explorer
    "corner": {"deviations": np.linspace(-2.4, 2.4, 97)}, "distribution": {"x": BATCH, "mean": 9.0},
    "humps": {"x": BATCH / 3, "x_hat": (BATCH - 9) / 5}, "large_maps": {"x_hat": np.eye(3)[None], "titles": ["a map"]},
    "harm": {"relu": [[2.3, 0.5, 0.1], [2.3, 1.5, 1.4]], "tanh": [[2.3, 0.5, 0.1], [2.3, 0.5, 0.1]]},
    "roads": {"x": X, "mean": 0.25, "var": -3.5, "x_hat": X, "y": X, "gamma": 0.1, "beta": 0.7, "back": True},
    "network": {"images": np.linspace(-1, 1, 640).reshape(10, 64)}, "patterns": {"one": np.full((3, 64), 0.5)},
    "rows": {"batches": [X, X[:2]], "bands": True}, "spread": {"x": BATCH, "mean": 9.0, "std": 5.0},
    "ways": {"plain": np.full(60, 2.3), "both": np.linspace(2.3, 0.1, 60)},
    "one_layer": {"x": X / 20, "x_hat": (X - 10) / 5, "y": X / 9, "h": X / 20},
    "walks": {"low": np.full((2, 2, 6), 0.5), "high": np.full((2, 2, 6), 1.5), "steps": np.arange(6.0), "split": 3},
    "wandering": {"losses": np.full((3, 30), 2.3), "means": np.zeros((3, 30))},
    "trainable": {"scales": [0.05, 0.1, 0.2], "final": [2.3, 0.5, 0.9], "cured": [0.1, 0.2, 0.3]},
}
ODD = [[], "words", ["a", "b"], {}, object(), None, True, 1j, np.nan, [1.0, np.nan], np.inf, 3.7, -3.0, 0, 1e300,
       [1e300, -1e300, 0.0, 1.0], [5.0], np.arange(300.0), [[1.0, 2.0], [3.0, 4.0]], [[1], [2, 3]], np.zeros((0, 4)),
       np.zeros((1, 1, 1, 1, 2)), np.ma.masked_array(X, [0, 0, 0, 1])]


def drawn_by_explorers():
    """The pictures of the explorers, with the quantities that they begin with, by the names of their functions."""
    for name in explorers.__all__:
        explorer = getattr(explorers, name)()
        make = functools.partial(explorer.make)  # some have a part of it already
        given = inspect.signature(make.func).bind_partial(*make.args, **make.keywords).arguments
        yield make.func.__name__, given | explorer.compute(**explorer.values)[0]


@functools.cache  # not when the tests are collected, which every test process does
def quantities():
    return dict(drawn_by_explorers()) | STILL


def spoiled(value):
    """ODD, and the right value with one number, or all of its numbers, made odd; some of that can be shown."""
    yield from ODD
    try:
        values = np.array(value, dtype=float)
    except (TypeError, ValueError):
        return
    for place, number in ((0, np.nan), (-1, 1e200), (0, -1000.0)):
        one = values.copy()
        one.reshape(-1)[place] = number
        yield one
    yield from (1000 * values, 0 * values + 5)


def refused(call, names):
    """What a call returns, and whether it raises an error that begins with one of the names; no other will do."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return call(), False
        except (ValueError, TypeError) as error:
            assert str(error).startswith(tuple(f"{name} must " for name in names)), repr(error)
            return None, True


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Making room for the labels and painting take most of a picture's time, and change nothing in what it says."""
    with monkeypatch.context() as patches:
        patches.setattr(ConstrainedLayoutEngine, "execute", lambda self, figure: None)
        patches.setattr(FigureCanvasAgg, "draw", FigureCanvasAgg.get_renderer)
        patches.setattr(Picture, "png", lambda self, sharp=True: b"")
        yield patches


def test_every_picture_is_tried():
    assert set(quantities()) == set(figures.__all__)


@pytest.mark.parametrize("name", figures.__all__)
def test_a_picture_shows_truly_or_refuses_by_name(name, quick):
    """Of the odd values of an argument that can be shown, the last but one, the farthest out, is painted as well."""
    right, refusals, shown = quantities()[name], 0, {}
    signature = inspect.signature(getattr(figures, name)).parameters.values()
    others = {other.name: other.default for other in signature if other.kind is not other.VAR_KEYWORD}
    for argument, usual in (others | right).items():
        for value in spoiled(usual):
            picture, no = refused(lambda: getattr(figures, name)(**right | {argument: value}),  # noqa: B023
                                  others | right)
            refusals += no
            if picture:
                shown.setdefault(argument, []).append(value)
                assert "nan" not in picture.sentence and not picture.sentence.count("inf")
                gone = list(outside(types.SimpleNamespace(picture=picture), []))
                assert bool(gone) == ("lies outside the picture" in picture.sentence), (argument, value, gone)
    assert refusals > 5
    quick.undo()
    for argument, values in shown.items():
        picture, _ = refused(lambda: getattr(figures, name)(**right | {argument: values[-2:][0]}), [])  # noqa: B023
        assert picture.png()


@pytest.mark.parametrize("name", explorers.__all__)
def test_an_explorer_shows_its_starting_values_or_refuses_by_name(name):
    make = getattr(explorers, name)
    for argument, parameter in inspect.signature(make).parameters.items():
        for value in spoiled(parameter.default):
            explorer, _ = refused(lambda: make(**{argument: value}), [argument])  # noqa: B023
            if explorer and name != "challenge":
                shown = [number for other, number in explorer.values.items()
                         if other == argument or other.rstrip("0123456789") == argument]
                assert np.ravel(value).tolist() == shown and "could not be drawn" not in explorer._words.value


@pytest.mark.parametrize("name", ["distribution", "spread", "humps", "shift_and_squeeze", "scaled"])
def test_a_histogram_counts_every_value_however_far_out(name):
    right = quantities()[name]
    far = np.append(np.linspace(-300, 40, len(right.get("x", BATCH)) - 1), 9000.0)
    right = {argument: far if np.size(value) > 1 else value for argument, value in right.items()}
    if name == "scaled":
        right = {"x_hat": far / 50, "y": far, "gamma": 50, "beta": 0}
    picture = getattr(figures, name)(**right)
    counted = [part.get_data().values.sum() for part in picture._moving if hasattr(part, "get_data") and
               hasattr(part.get_data(), "values") and part.get_visible()]
    assert counted and set(counted) == {len(far)}


@pytest.mark.parametrize("unit", range(16))
def test_lesson_01_and_02_show_any_unit_whole(unit):
    """Learners change the number of the unit: all its values are counted, in bars of width 1."""
    from batchnorm_lesson.network import load_digits, pre_activations
    x = pre_activations(load_digits()[0])[:256, unit]
    sentence = figures.distribution(x, x.mean()).sentence
    assert sentence.startswith(f"Histogram of 256 values between {np.floor(x.min()):.0f} and ".replace("-", "−"))
    inside = np.mean(np.abs(x - x.mean()) < x.std())
    assert "Histogram of 256 values" in (said := figures.spread(x, x.mean(), x.std()).sentence)
    assert f"holds {inside:.0%} of them" in said


# A checked function that calls others

@checks.checked(values="m")
def calling(values, function):
    return function()


@checks.checked(values="m")
def one_by_one(values):
    yield from values


def words_are_refused():
    return refused(lambda: batch_mean("words"), ["x"]) == (None, True)


def test_what_a_checked_function_calls_is_not_looked_at_again(monkeypatch):
    looked, look = [], checks.mini_batch
    monkeypatch.setattr(checks, "mini_batch", lambda x, name: looked.append(name) or look(x, name))
    batch_norm(X)
    assert looked == ["x"]


def test_after_an_error_the_next_call_is_looked_at():
    assert refused(lambda: batch_norm([5.0, 5.0], eps=0), ["eps"]) == (None, True)
    assert words_are_refused()


def test_while_a_checked_function_runs_other_threads_are_looked_at():
    with ThreadPoolExecutor(1) as pool:
        assert calling(X, lambda: pool.submit(words_are_refused).result())


def test_while_a_checked_generator_waits_other_calls_are_looked_at():
    waiting = one_by_one(X)
    assert next(waiting) == 3 and words_are_refused()
