"""The exercise of lesson 02: the variance of a mini-batch."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_01 import WRONG_MEANS
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, LARGE_OFFSET, LONG, MIXED, NEAR_1E8, ONE_EXAMPLE, ONE_OUTLIER,
                     OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, of_step)

__all__ = ["batch_variance"]

FAR_FROM_ZERO = np.array([9999.9, 10000.1, 10000.15, 9999.85, 10000.0, 10000.05, 9999.95, 10000.1], dtype=np.float32)

ONE_LESS = Mistake("1/(m − 1)", lambda x: x.var(ddof=1),
                   "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training "
                   "(lesson 9). Inside the batch it is 1/m.")

STEP = (  # what the calculations that follow can get wrong in their variance, too
    Mistake("standard deviation", lambda x: x.std(),
            "You took the root: that is sigma, the standard deviation. The variance is its square."),
    Mistake("absolute deviations", lambda x: np.abs(x - x.mean()).mean(),
            "You averaged the absolute deviations. The variance averages their squares."),
    Mistake("mean not subtracted", lambda x: (x ** 2).mean(),
            "You averaged the squares of the values themselves. Subtract the mean first: spread is measured from it."),
    Mistake("deviations not squared", lambda x: (x - x.mean()).mean(),
            "It is 0 for every batch: averaged with their signs, deviations always cancel. Square each one first, with "
            "** 2. (* 2 only doubles.)"),
    Mistake("sum instead of mean", lambda x: ((x - x.mean()) ** 2).sum(),
            "You added up the squared deviations. The variance is their average."),
    Mistake("divided by m + 1", lambda x: x.var() * len(x) / (len(x) + 1), "You divided by m + 1. It is 1/m."),
    Mistake("divided by 4 whatever m is", lambda x: ((x - x.mean()) ** 2).sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("squared the mean deviation", lambda x: np.abs(x - x.mean()).mean() ** 2,
            "You averaged first and squared afterwards. Square each deviation, then average."),
    Mistake("squared deviations not averaged", lambda x: (x - x.mean()) ** 2,
            "You got one squared deviation per example. The variance is one number: their average."),
    Mistake("only the mean was squared", lambda x: (x - x.mean() ** 2).mean(),
            "Only the mean was squared: ** comes before −. The whole difference is to be squared, so bracket it."),
    Mistake("only x was squared", lambda x: (x ** 2 - x.mean()).mean(),
            "You squared x and took the mean away afterwards. The whole difference x − mean is to be squared: "
            "bracket it."),
    Mistake("return inside the loop", lambda x: (x[0] - x.mean()) ** 2 / len(x),
            "Only the first square counts. Is the return inside the loop? Move it out, under the for."),
    Mistake("kept only the last", lambda x: (x[-1] - x.mean()) ** 2 / len(x),
            "Only the last square counts. Add up with +=."),
    Mistake("first example skipped", lambda x: x[1:].var(), "The first example is left out. Counting starts at 0."),
    Mistake("last example skipped", lambda x: x[:-1].var(),
            "The last example is left out. range(len(x)) and slices end before their end by themselves."),
    Mistake("first example skipped, divided by m", lambda x: ((x - x.mean()) ** 2)[1:].sum() / len(x),
            "The first square is missing from your sum. Counting starts at 0."),
    Mistake("last example skipped, divided by m", lambda x: ((x - x.mean()) ** 2)[:-1].sum() / len(x),
            "The last square is missing from your sum. range(len(x)) ends at m − 1 by itself."),
)
WRONG_VARIANCES = STEP + (
    Mistake("rounded to 2 decimals", lambda x: np.round(x.var(), 2), "You rounded it. Keep all its decimals."),
    Mistake("cut to a whole number", lambda x: np.trunc(x.var()), "You cut it to a whole number. Keep its decimals."),
)

VARIANCE = STEP + of_step(WRONG_MEANS, lambda wrong: lambda x: ((x - wrong(x)) ** 2).mean(), "mean") + (
    ONE_LESS,
    Mistake("standard deviation with 1/(m − 1)", lambda x: x.std(ddof=1),
            "Two things at once: you took the root, which gives the standard deviation, and you divided by m − 1 "
            "where the batch asks for m."),
    Mistake("range instead of variance", lambda x: x.max() - x.min(),
            "You have the distance from the smallest to the largest value. The variance asks every value."),
    Mistake("differences of neighbours", lambda x: (np.diff(x) ** 2).mean(),
            "You squared the steps from one value to the next. Deviations are measured from the mean."),
    Mistake("duplicates counted once", lambda x: np.unique(x).var(),
            "A value that comes twice counts once in your variance. Every example counts, equal or not."),
    *(Mistake(f"{eps} added", lambda x, eps=float(eps): x.var() + eps,
              f"You added {eps}. eps belongs to the next step, not to the variance.") for eps in ("1e-5", "1e-8")),
)

batch_variance = Exercise(
    name="batch_variance", call="(x)", answer=batchnorm.batch_variance, catalogue=VARIANCE,
    task="`x` is a mini-batch of one feature, shape `(m,)`, float32 or float64. "
         "Return its variance with 1/m, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((EQUAL,)),
           Case((TINY,)), Case((MIXED,)), Case((WHOLE,), **WHOLE_NUMBERS), Case((OUTLIER,), **ONE_OUTLIER),
           Case((ALONE,), **ONE_EXAMPLE), Case((NEAR_1E8,), **LARGE_OFFSET),
           Case((FAR_FROM_ZERO,), 0.05, "x held float32 numbers near 10,000", LARGE_OFFSET["blames"])),
    hints=("How far is each value from the mean? Those deviations cancel: what makes them all positive?",
           "Subtract the mean from every value, square, and average the squares.",
           "One line each: the mean; the deviations x − mean; the mean of the squared deviations, which divides by m."),
    short_solution="mean = x.mean()\nsquares = (x - mean) ** 2\nreturn squares.sum() / len(x)",
    gloss="For shape `(m,)`, `_batch_axes(x)` is axis 0 and `_per_feature` changes nothing.")
