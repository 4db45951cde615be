"""The exercises of lesson 03: normalize a batch, and repair a function from a forum."""
import inspect

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import WRONG_VARIANCES
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, LARGE_OFFSET, LONG, MIXED, NEAR_1E8, ONE_EXAMPLE, ONE_OUTLIER,
                     OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, of_step, normalized)

__all__ = ["normalize", "detective"]

FORUM_BATCH = np.array([43, 77, 12, 23, 85, 75, 64, 62, 84, 22, 13, 81, 34, 80, 24, 63,
                        67, 23, 19, 13, 52, 14, 10, 30, 30, 20, 15, 34, 32, 69, 11, 53], dtype=float)


def _fixed(eps):
    return Mistake(f"eps fixed at {eps}", lambda var, _: np.sqrt(var + float(eps)),
                   f"You used {eps}, a common default, in place of the eps that your function is given.")


STD = (  # wrong divisors: every exercise in which a batch is normalized has them
    Mistake("divided by the variance", lambda var, eps: var + eps,
            "You divided by the variance, which is in squared units. Divide by its root, the standard deviation."),
    Mistake("divided by the variance, without eps", lambda var, eps: var,
            "You divided by the variance, which is in squared units. Add eps to it, then divide by the root of that."),
    Mistake("eps outside the root", lambda var, eps: np.sqrt(var) + eps,
            "You added eps to the standard deviation, after the root. It is added to the variance, inside the root."),
    Mistake("eps forgotten", lambda var, eps: np.sqrt(var),
            "You left eps out. When all the values are equal the variance is 0, and this is 0/0."),
    Mistake("eps added twice", lambda var, eps: np.sqrt(var + eps) + eps,
            "You added eps inside the root and once more outside. Inside is enough."),
    Mistake("eps squared", lambda var, eps: np.sqrt(var + eps ** 2),
            "You squared eps. It is added to the variance as it is."),
    Mistake("eps subtracted", lambda var, eps: np.sqrt(var - eps),
            "You subtracted eps. A small variance would then turn negative inside the root: add it."),
    Mistake("eps multiplied", lambda var, eps: np.sqrt(var * eps),
            "You multiplied the variance by eps. eps is added to it."),
    *map(_fixed, ("1e-3", "1e-5", "1e-6", "1e-8")),
    Mistake("the larger of var and eps", lambda var, eps: np.sqrt(np.maximum(var, eps)),
            "You took the larger one of the variance and eps. eps is added to the variance, whatever its size."),
    Mistake("the larger of std and eps", lambda var, eps: np.maximum(np.sqrt(var), eps),
            "You took the larger one of the standard deviation and eps. eps is added to the variance, in the root."),
    Mistake("two roots added", lambda var, eps: np.sqrt(var) + np.sqrt(eps),
            "You took two roots and added them. Add eps to the variance first, then take one root."),
    Mistake("root taken twice", lambda var, eps: (var + eps) ** 0.25,
            "You took the root twice: a standard deviation has its root behind it."),
    Mistake("root of std + eps", lambda var, eps: np.sqrt(np.sqrt(var) + eps),
            "You added eps to the standard deviation and took a root again. Add it to the variance, then take one "
            "root."),
    Mistake("square instead of root", lambda var, eps: (var + eps) ** 2,
            "You squared where a root belongs: the standard deviation is the root of the variance."),
    Mistake("variance squared", lambda var, eps: np.sqrt(var ** 2 + eps),
            "You squared the variance inside the root. It is a square already."),
)

X_HAT = (  # what else can go wrong in normalizing, wherever it is a step
    Mistake("eps added after the division", lambda x, mean, var, eps: (x - mean) / np.sqrt(var) + eps,
            "You added eps to the result, after the division. It shifts every value and protects from nothing: "
            "a division by 0 has happened by then. eps belongs to the variance."),
    Mistake("divided by the variance, eps added after it", lambda x, mean, var, eps: (x - mean) / var + eps,
            "You divided by the variance and added eps to the result. Add eps to the variance, take the root, divide."),
    Mistake("mean and var swapped", lambda x, mean, var, eps: (x - var) / np.sqrt(mean + eps),
            "You swapped the mean and the variance. The mean is subtracted; the variance is in the root."),
    Mistake("mean not subtracted", lambda x, mean, var, eps: x / np.sqrt(var + eps),
            "You divided without subtracting the mean. The batch is squeezed, but it is not centred at 0."),
    Mistake("mean added", lambda x, mean, var, eps: (x + mean) / np.sqrt(var + eps),
            "You added the mean. Subtract it: then the batch is centred at 0."),
    Mistake("only centred", lambda x, mean, var, eps: x - mean,
            "You subtracted the mean and stopped. The batch is centred; its spread is still what it was."),
    Mistake("only the mean was divided", lambda x, mean, var, eps: x - mean / np.sqrt(var + eps),
            "Only the mean was divided: / comes before −. The whole difference is to be divided, so bracket it."),
    Mistake("mean subtracted after the division", lambda x, mean, var, eps: x / np.sqrt(var + eps) - mean,
            "You divided first and subtracted the mean afterwards. Subtract it first, with brackets."),
    Mistake("multiplied instead of divided", lambda x, mean, var, eps: (x - mean) * np.sqrt(var + eps),
            "You multiplied by the standard deviation, so a wide batch got wider. Divide by it."),
    Mistake("division turned upside down", lambda x, mean, var, eps: np.sqrt(var + eps) / (x - mean),
            "Your division is upside down. The deviations stand above, the standard deviation below."),
)

NORMALIZE = of_step(STD, lambda std: lambda x, mean, var, eps: (x - mean) / std(var, eps)) + X_HAT + (
    Mistake("subtracted the wrong way round", lambda x, mean, var, eps: (mean - x) / np.sqrt(var + eps),
            "The signs are mirrored: you subtracted x from the mean. Values above the mean must come out positive."),
    Mistake("normalized each example", lambda x, mean, var, eps: 0 * x,
            "Everything became 0: each example was normalized by itself, and its deviation from itself is 0. "
            "The mean is the batch's."),
    Mistake("statistics computed again", lambda x, mean, var, eps: normalized(x, eps),
            "You computed the mean and the variance again inside. Use the two that you are given: a trained network "
            "hands in others, from earlier batches."),
    Mistake("mean computed again", lambda x, mean, var, eps: (x - x.mean()) / np.sqrt(var + eps),
            "You computed the mean again inside. Use the one that you are given: a trained network hands in another."),
    Mistake("variance computed again", lambda x, mean, var, eps: (x - mean) / np.sqrt(x.var() + eps),
            "You computed the variance again inside. Use the one that you are given: a trained network hands in "
            "another."),
    Mistake("squeezed between 0 and 1", lambda x, mean, var, eps: (x - x.min()) / (x.max() - x.min()),
            "You squeezed the batch between 0 and 1. Subtract the mean; divide by the root of the variance and eps."),
    Mistake("statistics of the example", lambda x, mean, var, eps: (x - 10) / 5,
            "You subtracted 10 and divided by 5, as in the example. Use the mean and the variance that you are given."),
    Mistake("returned the batch", lambda x, mean, var, eps: x + 0.0, "Your result is the batch as it was given."),
)


def _with_statistics(x, eps, **extra):
    return Case((x, x.mean(), x.var(), eps), **extra)


normalize = Exercise(
    name="normalize", call="(x, mean, var, eps)", answer=batchnorm.normalize, catalogue=NORMALIZE,
    task="`x` is a mini-batch of one feature, shape `(m,)`; `mean`, `var` and `eps` are numbers. "
         "Return the normalized values x_hat, shape `(m,)`. Use the mean and the variance that you are given.",
    cases=(_with_statistics(EXAMPLE, 0.0), _with_statistics(PAIR, 0.5), _with_statistics(TRIPLE, 2.0),
           _with_statistics(FOUR, 0.0), _with_statistics(LONG, 3.0), _with_statistics(TINY, 1e-5),
           _with_statistics(TINY, 0.5), _with_statistics(MIXED, 0.25), _with_statistics(EQUAL, 0.5),
           Case((FOUR, 4.0, 9.0, 0.5)), _with_statistics(WHOLE, 0.5, **WHOLE_NUMBERS),
           Case((OUTLIER, 0.0, 1.0, 0.5), **ONE_OUTLIER), _with_statistics(ALONE, 0.5, **ONE_EXAMPLE)),
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
    Mistake("only eps repaired", lambda x, eps: (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps),
            "eps is where it belongs. One bug is left: look at what the variance divides by."),
    Mistake("only the variance repaired", lambda x, eps: normalized(x, 0) + eps,
            "The variance is right now. One bug is left: eps is still added to the result."),
    Mistake("eps still outside the root", lambda x, eps: (x - x.mean()) / (x.std() + eps),
            "The variance is right, and eps has moved into the divisor. It has one more step to go: into the root."),
    Mistake("eps moved, outside the root, and 1/(m − 1)", lambda x, eps: (x - x.mean()) / (x.std(ddof=1) + eps),
            "eps has moved into the divisor, and it is still outside the root. The variance still divides by m − 1."),
    Mistake("eps in two places", lambda x, eps: normalized(x, eps) + eps,
            "eps is inside the root now, and the old one is still added at the end. One is enough."),
    Mistake("eps removed", lambda x, eps: normalized(x, 0),
            "The variance is right. You took eps out altogether; put it where it protects the division."),
    Mistake("eps removed and 1/(m − 1)", lambda x, eps: (x - x.mean()) / x.std(ddof=1),
            "You took eps out altogether, and the variance divides by m − 1 as before."),
    Mistake("eps subtracted from the result", lambda x, eps: (x - x.mean()) / x.std(ddof=1) - eps,
            "eps is subtracted from the result now. It belongs inside the root. And look at what the variance divides "
            "by."),
    Mistake("variance corrected twice", lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) - 1) / len(x) + eps),
            "You corrected the variance twice: it is smaller now than 1/m makes it."),
    Mistake("variance turned the wrong way",
            lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) + 1) / len(x) + eps),
            "You multiplied the 1/m variance by (m + 1)/m. It needs no correction at all."),
    Mistake("ddof is 2", lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * len(x) / (len(x) - 2) + eps),
            "Your variance divides by m − 2. ddof is what is taken away from m: how much should that be?"),
    Mistake("divided by the variance", lambda x, eps: (x - x.mean()) / (x.var() + eps),
            "The root got lost on the way: you divide by the variance."),
    Mistake("divided by the variance, without eps", lambda x, eps: (x - x.mean()) / x.var(),
            "Root and eps both got lost on the way: you divide by the variance."),
    Mistake("divided by the variance with 1/(m − 1)", lambda x, eps: (x - x.mean()) / x.var(ddof=1),
            "Root and eps both got lost on the way, and the variance divides by m − 1 as before."),
)

DETECTIVE = FORUM + of_step(
    NORMALIZE, lambda wrong: lambda x, eps: wrong(x, x.mean(), x.var(), eps),
    without=[mistake.name for mistake in FORUM] + [
        "eps outside the root", "eps forgotten", "eps added after the division", "statistics computed again",
        "mean computed again", "variance computed again", "root of std + eps"]) + of_step(
    WRONG_VARIANCES, lambda wrong: lambda x, eps: (x - x.mean()) / np.sqrt(wrong(x) + eps), "variance")

detective = Exercise(
    name="detective", call="(x, eps)", stub="my_repair", answer=repaired_normalize,
    catalogue=DETECTIVE,
    task="The forum's function should normalize a mini-batch `x`, shape `(m,)`, by the formula of lesson 3, and has "
         "two bugs. "
         "Return the right x_hat, shape `(m,)`.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((FORUM_BATCH, 1e-5)), Case((TINY, 1e-5)), Case((TINY, 0.5)), Case((MIXED, 0.25)), Case((EQUAL, 0.5)),
           Case((WHOLE, 0.5), **WHOLE_NUMBERS), Case((OUTLIER, 0.5), **ONE_OUTLIER), Case((ALONE, 0.5), **ONE_EXAMPLE),
           Case((NEAR_1E8, 0.5), **LARGE_OFFSET)),
    hints=("Write the formula of lesson 3 beside the function, line by line. Which lines say something else?",
           "One bug makes every value about 1.6 % too small for m = 32; the other adds the same number to every value.",
           "ddof=1 divides by m − 1. And in a / b + eps, when is eps added: before the division or after it?"))
detective.forum_code = inspect.getsource(forum_normalize)
detective.forum_normalize = forum_normalize
detective.batch = FORUM_BATCH.copy()
