"""What is shown of an unknown mistake: never an error, and a clue from which the right result can come."""
import re

import numpy as np
import pytest

from answers import each_exercise
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
