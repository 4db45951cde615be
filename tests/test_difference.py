"""What is shown of an unknown mistake: never an error, and a clue from which the right result can come."""
import re

import numpy as np
import pytest

from answers import ALL, NAMES, each_exercise, judged, source
from batchnorm_lesson.exercises.difference import clue, difference
from batchnorm_lesson.exercises.calling import strays


def right_parts(exercise, i):
    return [np.array(part) for part in exercise.right[i].parts]


def wrong_in_one_place(exercise):
    """For each case, the right parts and the same with one number off: each number of each part in turn."""
    for i, case in enumerate(exercise.cases):
        for part, values in enumerate(right_parts(exercise, i)):
            for place in range(values.size):
                got = right_parts(exercise, i)
                got[part].reshape(-1)[place] += 1 + abs(got[part]).max() if np.isfinite(got[part]).all() else -np.inf
                yield case, right_parts(exercise, i), got, part


@each_exercise
@pytest.mark.filterwarnings("ignore:invalid value")
def test_the_clue_is_all_that_the_right_result_needs(exercise):
    """Whatever the rest of the arguments is, what is shown of them leads to the right numbers that are shown."""
    rng = np.random.default_rng(8)
    for case, right, got, part in wrong_in_one_place(exercise):
        off = [strays(a, b, case.tolerance) for a, b in zip(got, right)]
        of_args, of_parts = clue(exercise, case, off)
        assert off[part][of_parts[part]].any()
        args = [arg * rng.uniform(0.5, 2, np.shape(arg)) if index else arg for arg, index in zip(case.args, of_args)]
        for arg, given, index in zip(args, case.args, of_args):
            if index:
                arg[index] = given[index]
        again = exercise.answer(*args)
        for new, wanted, index in zip(again if exercise.parts else [again], right, of_parts):
            np.testing.assert_allclose(np.asarray(new)[index], wanted[index], rtol=1e-9, atol=1e-9)
        words = difference(exercise, case, got, right)
        wrong, said = re.search(" your function gave (.*?)(?: at index .*)?, and (.*) is right", words).groups()
        assert wrong != said and len(words) < 650, words


@each_exercise
def test_a_check_names_or_shows_what_is_off_in_one_row_or_one_feature(exercise):
    """Right but for one place along one axis of one part: no check raises an error of its own, or says right."""
    for part, first in enumerate(right_parts(exercise, 0)):
        for axis in range(first.ndim):
            longest = max(right_parts(exercise, i)[part].shape[axis] for i in range(len(exercise.cases)))
            for at in [*range(min(longest, 5)), -1]:
                for by in (0.7, np.nan):
                    result = exercise.check(lambda *args: moved(exercise, args, part, axis, at, by))  # noqa: B023
                    assert result.status == "not right", (part, axis, at)


def moved(exercise, args, part, axis, at, by):
    """The right result, with one place along one axis of one part moved, if there is such a place."""
    result = exercise.answer(*args)
    parts = [np.array(one, dtype=float) for one in (result if exercise.parts else [result])]
    if at < parts[part].shape[axis]:
        np.moveaxis(parts[part], axis, 0)[at] += by
    return parts if exercise.parts else parts[0]


# How a wrong result goes with the right one

RELATED = [
    ("batch_norm", "return 1.5 * batch_norm(x, gamma, beta, eps)",
     "Your result is always 1.5 times the right one: look"),
    ("batch_norm_conv", "return batch_norm(x, gamma, beta, eps) - 1",
     "Your result is always the right one minus 1: look"),
    ("batch_mean_table", "return 1.3 * x.mean(axis=0)", "Your result is always 1.3 times the right one"),
    ("normalize", "return (x - mean) / (var + eps) ** 0.4",
     "In each batch your result is the right one times one number"),
    ("batch_norm_features", "return batch_norm(x, gamma, beta, eps) + x.max(axis=0)",
     "In each column your result is the right one plus one number, which is not the same everywhere"),
    ("batch_norm_features", "return np.zeros(x.shape)", "Your result is always 0: is anything written into it?"),
    ("parameter_gradients", "return (dy * x_hat).sum(), 1.2 * dy.sum()",
     "Your dbeta is always 1.2 times the right one"),
]


@pytest.mark.parametrize("name, body, words", RELATED)
def test_a_factor_or_an_offset_that_is_always_there_is_told(name, body, words):
    message = judged(name, body).message
    assert words in message and len(message) < 300 + 50 * ("[[[" in message), message


@pytest.mark.parametrize("name, body", [
    ("batch_norm", "y = batch_norm(x, gamma, beta, eps)\nreturn 1.5 * y if len(x) > 3 else y + 1"),
    ("batch_norm", "return batch_norm(x, gamma, beta, eps) ** 3 + 1"),
    ("batch_norm_backward", "return dy, (dy * x).sum(), dy.sum()")])
def test_no_factor_is_told_where_there_is_none(name, body):
    assert "right one" not in judged(name, body).message


# Names from cells above

def checked(name, body, **above):
    """What the check says of a function in a notebook whose cells above have made these names."""
    scope = {**NAMES, **above}
    exec(compile(source(name, body), "<answer>", "exec"), scope)
    return ALL[name].check(scope["answer"])


def test_a_number_from_a_cell_above_is_named_where_the_result_depends_on_it():
    for name, body, above, said in [
            ("detective", "return (x - mean) / np.sqrt(var + eps)",
             {"mean": 10, "var": 25.0}, "mean = 10 and var = 25"),
            ("normalize", "return [(v - mean) / np.sqrt(var + eps) for v in batch]",
             {"batch": [3.0, 9.0]}, "batch = [3, 9]"),
            ("normalize", "return batch - mean", {"batch": np.array([3, 9])}, "batch = [3, 9]"),
            ("batch_mean", "return mean", {"mean": np.float64(10)}, "mean = 10")]:
        result = checked(name, body, **above)
        assert result.mistake == "name from a cell above" and f"reads {said} from a cell above" in result.message
    result = checked("batch_mean", "return sum(x[i] for i in range(m)) / m", m=4)
    assert result.mistake == "raised an error" and "reads m = 4 from a cell above: is that meant?" in result.message


def test_nothing_is_said_of_a_name_on_which_the_result_does_not_depend():
    for body, above in [("return x.mean() + x.max()", {"mean": 10, "max": 3}),
                        ("return x.mean() + x.mode", {"mean": 10}), ("return x.max() + 0 * c", {"c": 3}),
                        ("c = 5\nreturn x.max() + c", {"c": 3}), ("return np.random.normal() + c", {"c": 3}),
                        ("return x.max() + len(c)", {"c": "text"}), ("return x.max() + c", {"c": True}),
                        ("global c\nc = c + 1\nreturn c + x.max()", {"c": 3})]:
        assert "cell above" not in checked("batch_mean", body, **above).message, body
    assert checked("batch_mean", "return x.mean() * c", c=1.0).status == "right"


def test_the_names_of_the_learner_stay_as_they_are():
    above = {"c": [1, 2], "d": np.array([1.0])}
    assert checked("batch_mean", "return c[0] + d[0]", **above).mistake == "name from a cell above"
    assert above["c"] == [1, 2] and above["d"] == [1.0]
