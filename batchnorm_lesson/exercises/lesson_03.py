"""The exercises of lesson 03: normalize a batch, and repair a function from a forum."""
import inspect

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import STATISTICS, one_less
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8, ONE_EXAMPLE,
                     ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, normalizing, the_root,
                     the_x_hat)

__all__ = ["normalize", "detective"]

FORUM_BATCH = np.array([43, 77, 12, 23, 85, 75, 64, 62, 84, 22, 13, 81, 34, 80, 24, 63,
                        67, 23, 19, 13, 52, 14, 10, 30, 30, 20, 15, 34, 32, 69, 11, 53], dtype=float)


def without_eps(var, eps):
    return np.sqrt(var)


def eps_outside(var, eps):
    return np.sqrt(var) + eps


ROOTS = (  # wrong roots of the variance: every exercise in which a batch is normalized can have them
    Mistake("eps forgotten", without_eps,
            "You left eps out. It is added to the variance, inside the root, and protects from 0/0."),
    Mistake("divided by the variance", lambda var, eps: var + eps,
            "You took the variance, which is in squared units, where its root belongs, the standard deviation."),
    Mistake("eps outside the root", eps_outside,
            "You added eps to the standard deviation, after the root. It is added to the variance, inside the root."),
    Mistake("divided by the variance, without eps", lambda var, eps: var,
            "You took the variance, which is in squared units, where its root belongs: the root of variance + eps."),
    Mistake("only centred", lambda var, eps: 1.0,
            "You subtracted the mean and stopped: the division by the standard deviation is missing."),
    Mistake("** 1 / 2", lambda var, eps: (var + eps) / 2,
            "** comes before /, so ** 1 / 2 is the half and no root. Bracket the half, ** (1 / 2), or take np.sqrt."),
    Mistake("** 1 / 2", lambda var, eps: (var + eps) * 2,  # of a / b ** 1 / 2
            "** comes before /, so ** 1 / 2 is the half and no root. Bracket the half, ** (1 / 2), or take np.sqrt."),
    Mistake("only eps in the root", lambda var, eps: var + np.sqrt(eps),
            "Only eps is in the root: ** comes before +. Bracket the sum: (var + eps) ** 0.5."),
    Mistake("eps added twice", lambda var, eps: np.sqrt(var + eps) + eps,
            "You added eps inside the root and once more outside. Inside is enough."),
    Mistake("eps squared", lambda var, eps: np.sqrt(var + eps ** 2),
            "You squared eps. It is added to the variance as it is."),
    Mistake("eps subtracted", lambda var, eps: np.sqrt(var - eps),
            "You subtracted eps. A small variance would then turn negative inside the root: add it."),
    Mistake("eps multiplied", lambda var, eps: np.sqrt(var * eps),
            "You multiplied the variance by eps. eps is added to it."),
    Mistake("the larger of var and eps", lambda var, eps: np.sqrt(np.maximum(var, eps)),
            "You took the larger one of the variance and eps. eps is added to the variance, whatever its size."),
    Mistake("the larger of std and eps", lambda var, eps: np.maximum(np.sqrt(var), eps),
            "You took the larger one of the standard deviation and eps. eps is added to the variance, in the root."),
    Mistake("two roots added", lambda var, eps: np.sqrt(var) + np.sqrt(eps),
            "You took two roots and added them. Add eps to the variance first, then take one root."),
    Mistake("root taken twice", lambda var, eps: (var + eps) ** 0.25,
            "You took the root twice: a standard deviation has its root behind it."),
    Mistake("square instead of root", lambda var, eps: (var + eps) ** 2,
            "You squared where a root belongs: the standard deviation is the root of the variance."),
    Mistake("variance squared", lambda var, eps: np.sqrt(var ** 2 + eps),
            "You squared the variance inside the root. It is a square already."),
)

OF_A_GIVEN_VARIANCE = ROOTS + (
    Mistake("root of std + eps", lambda var, eps: np.sqrt(np.sqrt(var) + eps),
            "You added eps to the standard deviation and took a root again. Add it to the variance, then take one "
            "root."),
)


def plus_eps(x, mean, std, var, eps):
    return (x - mean) / std + eps


X_HATS = (  # what else can go wrong in normalizing, wherever it is a step
    Mistake("mean not subtracted", lambda x, mean, std, var, eps: x / std, "You divided without subtracting the mean."),
    Mistake("subtracted the wrong way round", lambda x, mean, std, var, eps: (mean - x) / std,
            "The signs are mirrored: values are subtracted from the mean, or a minus is too many."),
    Mistake("mean added", lambda x, mean, std, var, eps: (x + mean) / std, "You added the mean. Subtract it."),
    Mistake("only the mean was divided", lambda x, mean, std, var, eps: x - mean / std,
            "Only the mean was divided: / comes before −. The whole difference is to be divided, so bracket it."),
    Mistake("mean subtracted after the division", lambda x, mean, std, var, eps: x / std - mean,
            "You divided first and subtracted the mean afterwards. Subtract it first, with brackets."),
    Mistake("multiplied instead of divided", lambda x, mean, std, var, eps: (x - mean) * std,
            "You multiplied by the standard deviation. Divide by it."),
    Mistake("division turned upside down", lambda x, mean, std, var, eps: std / (x - mean),
            "Your division is upside down. The deviations stand above, the standard deviation below."),
    Mistake("eps added to the difference", lambda x, mean, std, var, eps: (x - mean + eps) / std,
            "You added eps to x − mean. It is added to the variance, inside the root, and nowhere else."),
    Mistake("eps added to the result", plus_eps,
            "You added eps to the result as well: it shifts every value. Inside the root is enough."),
)

NORMALIZING = (  # of the whole, or two steps at once that have a sentence of their own
    Mistake("eps added after the division", {"root": without_eps, "x_hat": plus_eps},
            "You added eps to the result, after the division. It shifts every value and protects from nothing: "
            "a division by 0 has happened by then. eps belongs to the variance."),
    Mistake("divided by the variance, eps added after it", {"root": lambda var, eps: var, "x_hat": plus_eps},
            "You divided by the variance and added eps to the result. Add eps to the variance, take the root, divide."),
    Mistake("mean and var swapped", {"x_hat": lambda x, mean, std, var, eps: (x - var) / np.sqrt(mean + eps)},
            "You swapped the mean and the variance. The mean is subtracted; the variance is in the root."),
    Mistake("normalized each example", {"x_hat": lambda x, mean, std, var, eps: 0 * x},
            "Each example was normalized by itself, and its deviation from itself is 0. The mean is the batch's."),
    Mistake("squeezed between 0 and 1", {
        "x_hat": lambda x, mean, std, var, eps: (x - x.min(axis=0)) / np.ptp(x, axis=0)},
            "You squeezed the batch between 0 and 1. Subtract the mean; divide by the root of the variance and eps."),
)


def _given_statistics(root=the_root, x_hat=the_x_hat, choose=lambda x, mean, var: (mean, var)):
    def made(x, mean, var, eps):
        center, spread = choose(x, mean, var)
        return x_hat(x, center, root(spread, eps), spread, eps)
    return made


COMPUTED_AGAIN = (
    Mistake("statistics computed again", lambda x, mean, var: (x.mean(), x.var()),
            "You computed the mean and the variance again inside. Use the two that you are given: a trained network "
            "hands in others, from earlier batches."),
    Mistake("mean computed again", lambda x, mean, var: (x.mean(), var),
            "You computed the mean again inside. Use the one that you are given: a trained network hands in another."),
    *(Mistake("variance computed again", wrong, "You computed the variance again inside. Use the one that you are "
                                                "given: a trained network hands in another.")
      for wrong in (lambda x, mean, var: (mean, x.var()), lambda x, mean, var: (mean, ((x - mean) ** 2).mean()))),
)
NORMALIZE = (
    Mistake("returned the batch", lambda x, mean, var, eps: x + 0.0, "Your result is the batch as it was given."),
)


def _with_statistics(x, eps, **extra):
    return Case((x, x.mean(), x.var(), eps), **extra)


normalize = Exercise(
    name="normalize", call="(x, mean, var, eps)", answer=batchnorm.normalize, made=_given_statistics,
    mistakes=NORMALIZE,
    steps={"root": OF_A_GIVEN_VARIANCE, "x_hat": X_HATS, "": NORMALIZING, "choose": COMPUTED_AGAIN},
    task="`x` is a mini-batch of one feature, shape `(m,)`; `mean`, `var` and `eps` are numbers. "
         "Return the normalized values x_hat, shape `(m,)`. Use the mean and the variance that you are given.",
    cases=(_with_statistics(EXAMPLE, 0.0), _with_statistics(PAIR, 0.5), _with_statistics(TRIPLE, 2.0),
           _with_statistics(FOUR, 0.0), _with_statistics(LONG, 3.0), _with_statistics(TINY, 1e-5),
           _with_statistics(TINY, 0.5), _with_statistics(MIXED, 0.25), _with_statistics(EQUAL, 0.5),
           Case((FOUR, 4.0, 9.0, 0.5)), _with_statistics(WHOLE, 0.5, **WHOLE_NUMBERS),
           Case((OUTLIER, 0.0, 1.0, 0.5), **ONE_OUTLIER), Case((MANY, 4.5, 30.0, 0.5)),
           _with_statistics(ALONE, 0.5, **ONE_EXAMPLE)),
    hints=("Two moves: shift the batch so that its mean is 0, then squeeze it so that its variance is 1.",
           "Subtract the mean. Divide by the standard deviation: the root of the variance, with eps added before the "
           "root is taken.",
           "The numerator is x − mean, in brackets. The divisor is the root of var + eps."),
    short_solution="return (x - mean) / np.sqrt(var + eps)",
    gloss="`refuse_zero_over_zero` raises an error where var and eps are both 0. For shape `(m,)`, `_per_feature` "
          "changes nothing.")


def forum_normalize(x, eps):
    mean = x.mean()
    var = x.var(ddof=1)
    return (x - mean) / np.sqrt(var) + eps


def repaired_normalize(x, eps):
    mean = x.mean()
    var = x.var()
    return (x - mean) / np.sqrt(var + eps)


FORUM = (
    Mistake("nothing repaired", forum_normalize,
            "These are still the forum's numbers. Two things differ from the formula of lesson 3: lay the two side by "
            "side."),
    Mistake("only eps repaired", {"divisor": one_less},
            "eps is where it belongs. One bug is left: look at what the variance divides by."),
    Mistake("only the variance repaired", {"root": without_eps, "x_hat": plus_eps},
            "The variance is right now. One bug is left: eps is still added to the result."),
    Mistake("eps still outside the root", {"root": eps_outside},
            "The variance is right, and eps has moved into the divisor. It has one more step to go: into the root."),
    Mistake("eps removed", {"root": without_eps},
            "The variance is right. You took eps out altogether; put it where it protects the division."),
    Mistake("eps subtracted from the result", lambda x, eps: forum_normalize(x, eps) - 2 * eps,
            "eps is subtracted from the result now. It belongs inside the root. And look at what the variance divides "
            "by."),
    Mistake("variance corrected twice", {"var": lambda x, mean, m: ((x - mean) ** 2).sum() * (m - 1) / m ** 2},
            "You corrected the variance twice: it is smaller now than 1/m makes it."),
    Mistake("variance turned the wrong way", {"var": lambda x, mean, m: ((x - mean) ** 2).sum() * (m + 1) / m ** 2},
            "You multiplied the 1/m variance by (m + 1)/m. It needs no correction at all."),
)

detective = Exercise(
    name="detective", call="(x, eps)", stub="my_repair", answer=repaired_normalize, mistakes=FORUM,
    made=lambda **steps: lambda x, eps: normalizing(**steps)(x, eps)[0],
    steps={"": NORMALIZING, "root": ROOTS, "x_hat": X_HATS, **STATISTICS},
    task="The forum's function should normalize a mini-batch `x`, shape `(m,)`, by the formula of lesson 3, and has "
         "two bugs. "
         "Return the right x_hat, shape `(m,)`.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((FORUM_BATCH, 1e-5)), Case((TINY, 1e-5)), Case((TINY, 0.5)), Case((MIXED, 0.25)), Case((EQUAL, 0.5)),
           Case((WHOLE, 0.5), **WHOLE_NUMBERS), Case((OUTLIER, 0.5), **ONE_OUTLIER), Case((MANY, 0.5)),
           Case((ALONE, 0.5), **ONE_EXAMPLE),
           Case((NEAR_1E8, 0.5), **LARGE_OFFSET)),
    hints=("Write the formula of lesson 3 beside the function, line by line. Which lines say something else?",
           "One bug makes every value about 1.6 % too small for m = 32; the other adds the same number to every value.",
           "ddof=1 divides by m − 1. And in a / b + eps, when is eps added: before the division or after it?"))
detective.forum_code = inspect.getsource(forum_normalize)
detective.forum_normalize = forum_normalize
detective.batch = FORUM_BATCH.copy()
