"""The exercise of lesson 02: the variance of a mini-batch."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_01 import MEANS_INSIDE
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8, ONE_EXAMPLE,
                     ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, in_the, measuring)

__all__ = ["batch_variance"]

FAR_FROM_ZERO = np.array([9999.9, 10000.1, 10000.15, 9999.85, 10000.0, 10000.05, 9999.95, 10000.1], dtype=np.float32)


def one_less(x, m):
    return m - 1


DIVISORS = (  # what the sum of the squares is divided by, from the batch and the number of values that were added up
    Mistake("1/(m − 1)", one_less, "You divided by m − 1. That is the estimate PyTorch keeps for use after training "
                                   "(lesson 9). Inside the batch it is 1/m."),
    Mistake("divided by m + 1", lambda x, m: m + 1, "You divided by m + 1. It is 1/m."),
    Mistake("divided by 4 whatever m is", lambda x, m: 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds. Does "
            "a number come from a cell above?"),
    Mistake("divided by m − 2", lambda x, m: m - 2, "You divided by m − 2. Inside the batch it is 1/m."),
)

VARIANCES = (  # wrong variances of the values along axis 0, around a mean; n is what the sum is divided by
    Mistake("standard deviation", lambda x, mean, n: np.sqrt(((x - mean) ** 2).sum(axis=0) / n),
            "You took the root: that is sigma, the standard deviation. The variance is its square."),
    Mistake("sum instead of mean", lambda x, mean, n: ((x - mean) ** 2).sum(axis=0),
            "You added up the squared deviations. The variance is their average."),
    Mistake("absolute deviations", lambda x, mean, n: np.abs(x - mean).sum(axis=0) / n,
            "You averaged the absolute deviations. The variance averages their squares."),
    Mistake("mean not subtracted", lambda x, mean, n: (x ** 2).sum(axis=0) / n,
            "You averaged the squares of the values themselves. Subtract the mean first: spread is measured from it."),
    Mistake("deviations not squared", lambda x, mean, n: (x - mean).sum(axis=0) / n,
            "It is 0 for every batch: averaged with their signs, deviations always cancel. Square each one first, with "
            "** 2. (* 2 only doubles, and m / m − 1 is 0.)"),
    Mistake("squared the mean deviation", lambda x, mean, n: (np.abs(x - mean).sum(axis=0) / n) ** 2,
            "You averaged first and squared afterwards. Square each deviation, then average."),
    Mistake("squared deviations not averaged", lambda x, mean, n: (x - mean) ** 2,
            "You got one squared deviation per example. The variance is one number: their average."),
    Mistake("only the mean was squared", lambda x, mean, n: (x - mean ** 2).sum(axis=0) / n,
            "Only the mean was squared: ** comes before −. The whole difference is to be squared, so bracket it."),
    Mistake("only x was squared", lambda x, mean, n: (x ** 2 - mean).sum(axis=0) / n,
            "You squared the values and took the mean away afterwards. The whole difference is to be squared: bracket "
            "it."),
    Mistake("return inside the loop", lambda x, mean, n: (x - mean)[0] ** 2 / n,
            "Only the first square counts. Is the return inside the loop? Move it out, under the for."),
    Mistake("kept only the last", lambda x, mean, n: (x - mean)[-1] ** 2 / n,
            "Only the last square counts. Add up with +=."),
    Mistake("first example skipped", lambda x, mean, n: x[1:].var(axis=0),
            "The first example is left out. Counting starts at 0."),
    Mistake("last example skipped", lambda x, mean, n: x[:-1].var(axis=0),
            "The last example is left out. range(len(x)) and slices end before their end by themselves."),
    Mistake("first example skipped, divided by m", lambda x, mean, n: ((x - mean) ** 2)[1:].sum(axis=0) / n,
            "The first square is missing from your sum. Counting starts at 0."),
    Mistake("last example skipped, divided by m", lambda x, mean, n: ((x - mean) ** 2)[:-1].sum(axis=0) / n,
            "The last square is missing from your sum. range(len(x)) ends at m − 1 by itself."),
    Mistake("m / m − 1", lambda x, mean, n: ((x - mean) ** 2).sum(axis=0) / n - 1,
            "Your variance is 1 too small: * and / come before −, so … / m − 1 subtracts 1 at the end. Bracket what "
            "belongs together."),
    *(Mistake("mean not finished", lambda x, mean, n, count=count: ((x - x.cumsum(axis=0) / count(x, n)) ** 2).sum(
        axis=0) / n,
              "The mean is used while it is still being added up. Two loops: the mean first, then the squares.")
      for count in (lambda x, n: n, lambda x, n: np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1)))),
    Mistake("absolute deviations, added up", lambda x, mean, n: np.abs(x - mean).sum(axis=0),
            "You added up the absolute deviations. The variance is the average of their squares."),
    Mistake("range instead of variance", lambda x, mean, n: np.ptp(x, axis=0),
            "You have the distance from the smallest to the largest value. The variance asks every value."),
    Mistake("differences of neighbours", lambda x, mean, n: (np.diff(x, axis=0) ** 2).mean(axis=0),
            "You squared the steps from one value to the next. Deviations are measured from the mean."),
    *(Mistake(f"{eps} added", lambda x, mean, n, eps=float(eps): ((x - mean) ** 2).sum(axis=0) / n + eps,
              f"You added {eps}. eps belongs to the next step, not to the variance.") for eps in ("1e-5", "1e-8")),
)

VARIANCES_INSIDE = VARIANCES + (
    Mistake("fixed at 25", lambda x, mean, n: 25.0 + 0 * x[0],
            "It is 25 for every batch. Compute it. Does a name come from a cell above?"),
    Mistake("rounded to 2 decimals", lambda x, mean, n: np.round(((x - mean) ** 2).sum(axis=0) / n, 2),
            "You rounded it. Keep all its decimals."),
    Mistake("cut to a whole number", lambda x, mean, n: np.trunc(((x - mean) ** 2).sum(axis=0) / n),
            "You cut it to a whole number. Keep its decimals."),
)
# Where mean and variance are steps of something longer.
STATISTICS = {"var": in_the("variance", VARIANCES_INSIDE), "divisor": in_the("variance", DIVISORS),
              "mean": in_the("mean", MEANS_INSIDE), "center": in_the("mean", MEANS_INSIDE)}


def _variance_of(**steps):
    return lambda x: measuring(**steps)(x)[0]


batch_variance = Exercise(
    name="batch_variance", call="(x)", answer=batchnorm.batch_variance, made=_variance_of,
    steps={"var": VARIANCES, "divisor": DIVISORS, "mean": in_the("mean", MEANS_INSIDE)},
    mistakes=(Mistake("duplicates counted once", lambda x: np.unique(x).var(),
                      "A value that comes twice counts once in your variance. Every example counts, equal or not."),),
    task="`x` is a mini-batch of one feature, shape `(m,)`, float32 or float64. "
         "Return its variance with 1/m, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((EQUAL,)),
           Case((TINY,)), Case((MIXED,)), Case((WHOLE,), **WHOLE_NUMBERS), Case((OUTLIER,), **ONE_OUTLIER),
           Case((MANY,)),
           Case((ALONE,), **ONE_EXAMPLE), Case((NEAR_1E8,), **LARGE_OFFSET),
           Case((FAR_FROM_ZERO,), 0.05, "x held float32 numbers near 10,000", LARGE_OFFSET["blames"])),
    hints=("How far is each value from the mean? Those deviations cancel: what makes them all positive?",
           "Subtract the mean from every value, square, and average the squares.",
           "One line each: the mean; the deviations x − mean; the mean of the squared deviations, which divides by m."),
    short_solution="mean = x.mean()\nsquares = (x - mean) ** 2\nreturn squares.sum() / len(x)",
    gloss="For shape `(m,)`, `_batch_axes(x)` is axis 0 and `_per_feature` changes nothing.")
