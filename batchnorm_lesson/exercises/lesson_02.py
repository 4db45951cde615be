"""The exercise of lesson 02: the variance of a mini-batch."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .shared import EQUAL, EXAMPLE, FOUR, LONG, PAIR, TRIPLE, WHOLE, WHOLE_NUMBERS

__all__ = ["batch_variance"]

FAR_FROM_ZERO = np.array([9999.9, 10000.1, 10000.15, 9999.85, 10000.0, 10000.05, 9999.95, 10000.1], dtype=np.float32)

FLOAT32_SQUARES = ("E[x²] − E[x]² in float32", "The mean of the squares minus the square of the mean is fine on paper. "
                   "In float32, near 10,000, both are about 100,000,000 and have no decimals left: their difference is "
                   "nonsense. Subtract the mean first, then square.")

VARIANCE = (
    Mistake("1/(m − 1)", lambda x: x.var(ddof=1),
            "You divided by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). Inside the "
            "batch it is 1/m."),
    Mistake("standard deviation", lambda x: x.std(),
            "You took the root: that is sigma, the standard deviation. The variance is its square."),
    Mistake("standard deviation with 1/(m − 1)", lambda x: x.std(ddof=1),
            "Two things at once: you took the root, which gives the standard deviation, and you divided by m − 1 "
            "where the batch asks for m."),
    Mistake("absolute deviations", lambda x: np.abs(x - x.mean()).mean(),
            "You averaged the absolute deviations. The variance averages their squares."),
    Mistake("mean not subtracted", lambda x: (x ** 2).mean(),
            "You averaged the squares of the values themselves. Subtract the mean first: spread is measured from it."),
    Mistake("deviations not squared", lambda x: (x - x.mean()).mean(),
            "You averaged the signed deviations, and they always cancel. Square each one first, with ** 2. "
            "(* 2 only doubles.)"),
    Mistake("sum instead of mean", lambda x: ((x - x.mean()) ** 2).sum(),
            "You added up the squared deviations. The variance is their average."),
    Mistake("squared the mean deviation", lambda x: np.abs(x - x.mean()).mean() ** 2,
            "You averaged first and squared afterwards. Square each deviation, then average."),
    Mistake("squared deviations not averaged", lambda x: (x - x.mean()) ** 2,
            "You got one squared deviation per example. The variance is one number: their average."),
    Mistake("divided by 4 whatever m is", lambda x: ((x - x.mean()) ** 2).sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("only the mean was squared", lambda x: (x - x.mean() ** 2).mean(),
            "Only the mean was squared: ** comes before −. The whole difference is to be squared, so bracket it."),
    Mistake("return inside the loop", lambda x: (x[0] - x.mean()) ** 2 / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: (x[-1] - x.mean()) ** 2 / len(x),
            "You kept only the last square. Add up with +=."),
    Mistake("deviations from the median", lambda x: ((x - np.median(x)) ** 2).mean(),
            "You measured the deviations from the middle value. They are measured from the mean."),
    Mistake("integer division", lambda x: ((x - x.mean()) ** 2).sum() // len(x),
            "You divided with //, which drops the decimals. A variance is seldom whole."),
    Mistake(FLOAT32_SQUARES[0], lambda x: (x ** 2).mean() - x.mean() ** 2, FLOAT32_SQUARES[1]),
)

batch_variance = Exercise(
    name="batch_variance", call="(x)", answer=batchnorm.batch_variance, catalogue=VARIANCE,
    task="`x` is a mini-batch of one feature, shape `(m,)`, float32 or float64. "
         "Return its variance with 1/m, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((EQUAL,)),
           Case((WHOLE,), **WHOLE_NUMBERS),
           Case((FAR_FROM_ZERO,), tolerance=0.05, note="x held float32 numbers near 10,000",
                blames=FLOAT32_SQUARES[0])),
    hints=("How far is each value from the mean? Those deviations cancel: what makes them all positive?",
           "Subtract the mean from every value, square, and average the squares.",
           "One line each: the mean; the deviations x − mean; the mean of the squared deviations, which divides by m."),
    plain="mean = x.mean()\nsquares = (x - mean) ** 2\nreturn squares.sum() / len(x)",
    gloss="`_mini_batch` refuses what is not a batch of finite numbers. For shape `(m,)`, `_batch_axes(x)` is axis 0 "
          "and `_per_feature` changes nothing.")
