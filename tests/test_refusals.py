"""Every public function, class and method, whatever it is handed, works or names the argument that it cannot use."""
import functools
import inspect
import types

import numpy as np
import pytest

from answers import each_exercise
from batchnorm_lesson import batchnorm, network, questions, reference

TABLE = np.array([[3.0, -1.0], [9.0, 0.5], [11.0, 2.0], [17.0, 4.0]])
IMAGES, LABELS = network.load_digits()
RIGHT = {  # one argument that fits, by its name
    "x": TABLE, "x_hat": TABLE, "dy": TABLE, "values": TABLE, "z": TABLE, "mean": [10.0, 1.0], "var": [25.0, 4.0],
    "gamma": [2.0, -1.0], "beta": 0.5, "eps": 0.1, "momentum": 0.2, "num_features": 2,
    "cache": batchnorm.batch_norm_forward(TABLE, 2.0, 1.0)[1], "images": IMAGES[:12], "labels": LABELS[:12], "units": 3,
    "seed": 1, "held_out": 4, "depth": 2, "width": 64, "activation": "relu", "scale": 0.1, "batch_norm": True,
    "residual": False, "dscores": np.eye(12, 10), "scores": np.eye(12, 10), "rate": 0.1, "steps": 2, "batch_size": 4,
    "network": network.Network(1), "name": "balance-point", "lesson": 1, "training": False}
NEVER = [None, "words", {}, object(), 10 ** 400, 1j, np.datetime64("2015-02-11"), b"x", lambda: 1]  # fit nowhere
ODD = [*NEVER, "", ["a", "b"], True, [True], np.nan, [1.0, np.nan], np.inf, -np.inf, -1, 0, 1.5, 3.7, 1e300, 7,
       np.float32(2), np.int64(3), np.array(2.0), [], [5.0], [[1], [2, 3]], [10 ** 400], [None, 1.0], {1}, (),
       np.str_("xavier"), np.zeros((0, 4)), np.zeros((4, 0)), np.arange(4), np.arange(12.0), np.arange(300.0),
       np.ones((4, 3)), np.ones((12, 64)), np.ones((2, 2, 2)), np.ones((1, 1, 1, 1, 2)), np.array([1.0, None]),
       np.array([1j]), TABLE.astype(object), TABLE.T, TABLE.astype(np.float32), [[1e300, -1e300]] * 4,
       np.ma.masked_array(TABLE, TABLE > 9), -LABELS[:12], LABELS[:12] + 0.5]


def layer():
    made = batchnorm.BatchNorm(2)
    made.forward(TABLE)
    return made


def deep():
    made = network.Network(2, batch_norm=True)
    made.forward(IMAGES[:12])
    return made


MADE = {batchnorm.BatchNorm: layer, network.Network: deep}
MODULES = (batchnorm, network, reference)
OTHERS = [("questions.predict", questions.predict, "name"), ("questions.quiz", questions.quiz, "lesson")]


def each_argument():
    """Of each public function, class, method and property that can be set: its name, how it is called, an argument."""
    found = []
    for module in MODULES:
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", "") != module.__name__:
                continue
            if inspect.isfunction(value) or value in MADE:
                found += [(name, value, argument) for argument in inspect.signature(value).parameters]
    for kind, make in MADE.items():
        for name, value in vars(kind).items():
            if name.startswith("_"):
                continue
            if inspect.isfunction(value):
                found += [(f"{kind.__name__}.{name}", functools.partial(method, make, name), argument)
                          for argument in list(inspect.signature(value).parameters)[1:]]
            elif isinstance(value, property) and value.fset:
                found += [(f"{kind.__name__}.{name}", functools.partial(setting, make, name), name)]
    return found + OTHERS


def method(make, name, **given):
    return getattr(make(), name)(**given)


def setting(make, name, **given):
    setattr(make(), name, given[name])


ARGUMENTS = each_argument()


def refusal(call, **given):
    """The words with which a call refuses what it is given, or nothing; any other error fails the test."""
    try:
        result = call(**given)
        if isinstance(result, types.GeneratorType):
            list(result)
    except (ValueError, TypeError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name, call, argument", ARGUMENTS, ids=[f"{each[0]}-{each[2]}" for each in ARGUMENTS])
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_used_is_refused_by_its_name(name, call, argument):
    names = [other for known, _, other in ARGUMENTS if known == name]
    unknown = set(names) - set(RIGHT)
    assert not unknown, f"RIGHT has to learn what {unknown} of {name} may be"
    right = {other: RIGHT[other] for other in names}
    assert refusal(call, **right) == ""
    for value in ODD:
        words = refusal(call, **right | {argument: value})
        assert not words or words.startswith(tuple(f"{other} " for other in names)) or words.startswith(
            "cache, in "), (value, words)
        assert len(words) < 600, words
        assert words.startswith(argument) or not any(value is never for never in NEVER), (value, words)


@each_exercise
def test_a_check_takes_anything(exercise):
    for value in ODD:
        assert exercise.check(value).status in ("not attempted", "not right"), value
