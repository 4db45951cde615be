"""The exercise of lesson 05: all four steps for one feature, with the mistakes of each of them, and a few more."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_01 import WRONG_MEANS
from .lesson_02 import ONE_LESS, WRONG_VARIANCES
from .lesson_03 import STD, X_HAT
from .lesson_04 import SCALE
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, GAMMA_ZERO, LARGE_OFFSET, LONG, MIXED, NEAR_1E8, ONE_EXAMPLE,
                     ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, of_step, normalized)

__all__ = ["batch_norm"]


def _with_x_hat(wrong):
    return lambda x, gamma, beta, eps: gamma * wrong(x, x.mean(), x.var(), eps) + beta


def _with_std(std):
    return _with_x_hat(lambda x, mean, var, eps: (x - mean) / std(var, eps))


def _with_variance(wrong):
    return lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(wrong(x) + eps) + beta


def _with_mean(wrong):
    def whole(x, gamma, beta, eps):
        deviations = x - wrong(x)
        return gamma * deviations / np.sqrt((deviations ** 2).mean() + eps) + beta
    return whole


def _with_scale(wrong):
    return lambda x, gamma, beta, eps: wrong(normalized(x, eps), gamma, beta)


ONE_FEATURE = of_step(STD, _with_std, without=("root of std + eps",)) + of_step(X_HAT, _with_x_hat) + of_step(
    WRONG_MEANS, _with_mean, "mean") + of_step(WRONG_VARIANCES, _with_variance, "variance") + of_step(
    SCALE, _with_scale) + of_step((ONE_LESS,), _with_variance) + (
    Mistake("subtracted the wrong way round", lambda x, gamma, beta, eps: -gamma * normalized(x, eps) + beta,
            "Your outputs are mirrored around beta: a minus sign is wrong, in x_hat or before gamma."),
    Mistake("std(ddof=1) + eps", lambda x, gamma, beta, eps: gamma * (x - x.mean()) / (x.std(ddof=1) + eps) + beta,
            "Your standard deviation divides by m − 1, as in R and MATLAB, and eps is added after its root. Inside the "
            "batch it is 1/m, and eps is added before the root."),
    Mistake("std(ddof=1), without eps", lambda x, gamma, beta, eps: gamma * (x - x.mean()) / x.std(ddof=1) + beta,
            "Your standard deviation divides by m − 1, as in R and MATLAB, and eps is left out. Inside the batch it is "
            "1/m, and eps is added before the root."),
    Mistake("gamma and beta forgotten", lambda x, gamma, beta, eps: normalized(x, eps),
            "You stopped after normalizing. The fourth step, scale and shift, is missing."),
    Mistake("gamma on x instead of x_hat", lambda x, gamma, beta, eps: gamma * x + beta,
            "You scaled and shifted x itself. The normalized values are what gamma and beta work on."),
    Mistake("brackets around x − mean missing",
            lambda x, gamma, beta, eps: gamma * x - x.mean() / np.sqrt(x.var() + eps) + beta,
            "Only the mean was divided, and only x was scaled: put the difference x − mean in brackets."),
    Mistake("returned the batch", lambda x, gamma, beta, eps: x + 0.0,
            "Your result is the batch itself. Either nothing was done to it, or it was scaled and shifted by its own "
            "statistics, which undoes normalizing. gamma and beta are learned and handed in: use them."),
    Mistake("divided by 4 whatever m is",
            lambda x, gamma, beta, eps: gamma * (x - x.sum() / 4)
            / np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps) + beta,
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds."),
)

BATCH_NORM = ONE_FEATURE + (
    Mistake("normalized each example", lambda x, gamma, beta, eps: 0 * x + beta,
            "Everything became beta: each example was normalized by itself, and its deviation from itself is 0. "
            "The mean is the batch's."),
)

batch_norm = Exercise(
    name="batch_norm", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm, catalogue=BATCH_NORM,
    task="`x` is a mini-batch of one feature, shape `(m,)`; `gamma`, `beta` and `eps` are numbers. "
         "Return the output y of all four steps, shape `(m,)`.",
    cases=(Case((EXAMPLE, 2.0, 1.0, 0.0)), Case((PAIR, -1.5, 4.0, 0.5)), Case((TRIPLE, 0.5, -3.0, 2.0)),
           Case((FOUR, 3.0, 0.25, 0.0)), Case((LONG, -2.0, 7.0, 3.0)), Case((TINY, 1.5, 0.5, 1e-5)),
           Case((TINY, -1.5, 0.0, 0.5)), Case((MIXED, 0.75, -1.5, 0.25)), Case((EQUAL, 2.0, 3.0, 0.5)),
           Case((TRIPLE, 0.0, 1.5, 0.5), **GAMMA_ZERO), Case((WHOLE, 0.5, 1.25, 0.5), **WHOLE_NUMBERS),
           Case((OUTLIER, 2.0, -0.5, 0.5), **ONE_OUTLIER), Case((ALONE, 3.0, 0.5, 0.5), **ONE_EXAMPLE),
           Case((NEAR_1E8, 2.0, -1.0, 0.5), **LARGE_OFFSET)),
    hints=("Four steps, one line each: mean, variance, normalize, scale and shift.",
           "The variance is the mean of the squared deviations, with 1/m. eps is added to it before the root.",
           "Compute mean and var from x; x_hat from x, mean, var and eps; return gamma times x_hat, plus beta."),
    short_solution="mean = x.mean()\nvar = ((x - mean) ** 2).mean()\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn gamma * x_hat + beta",
    gloss="The four steps are the functions of lessons 01 to 04; each has its own `solution()`.")
