"""Answers to the exercises, a module for each lesson, and what the tests do with them.

Of each exercise stand there the bodies of functions that are right (``RIGHT``, in every style that people write) and
wrong (``WRONG``, each with the name that the check must give, or "" for none), and random arguments (``ARGUMENTS``, for
m examples and C features). The catalogue tries each of its mistakes itself: a wrong answer stands here if it says one
in the words of a person.
"""
import importlib
import math
import statistics
import textwrap

import numpy as np
import pytest

import batchnorm_lesson
from batchnorm_lesson import exercises
from batchnorm_lesson.exercises.exercise import Exercise

ALL = {name: exercise for name, exercise in vars(exercises).items() if isinstance(exercise, Exercise)}
NAMES = {"np": np, "math": math, "statistics": statistics,  # what an answer may use
         **{name: getattr(batchnorm_lesson, name) for name in batchnorm_lesson.__all__}}


def batch(rng, *shape):
    """Values around any middle, one time in five whole numbers."""
    x = rng.normal(rng.normal(0, 5), 3, shape)
    return np.round(x).astype(int) if rng.random() < 0.2 else x


def source(name, body):
    return f"def answer{ALL[name].call}:\n{textwrap.indent(body, '    ')}\n"


def function(text):
    """The function named answer that the source text defines."""
    scope = dict(NAMES)
    exec(compile(text, "<answer>", "exec"), scope)
    return scope["answer"]


def judged(name, body):
    """What the check of an exercise says of a function with that body."""
    return ALL[name].check(function(source(name, body)))


def parts(exercise, result):
    """The parts of a result, each an array; the result itself is the only one unless the exercise names several."""
    return [np.asarray(part) for part in (result if exercise.parts else [result])]


def each_exercise(test):
    return pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)(test)


_LESSONS = [importlib.import_module(f"{__name__}.lesson_{number:02}") for number in range(10)]
RIGHT, WRONG, ARGUMENTS = ({name: value for lesson in _LESSONS for name, value in getattr(lesson, kind).items()}
                           for kind in ("RIGHT", "WRONG", "ARGUMENTS"))
