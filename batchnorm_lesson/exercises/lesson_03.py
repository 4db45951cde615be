"""The exercises of lesson 03: normalize a batch, and repair a function from a forum."""
import inspect

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .shared import EQUAL, EXAMPLE, FOUR, LONG, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, normalized

__all__ = ["normalize", "detective"]

FORUM_BATCH = np.array([43, 77, 12, 23, 85, 75, 64, 62, 84, 22, 13, 81, 34, 80, 24, 63,
                        67, 23, 19, 13, 52, 14, 10, 30, 30, 20, 15, 34, 32, 69, 11, 53], dtype=float)

NORMALIZE = (
    Mistake("divided by the variance", lambda x, mean, var, eps: (x - mean) / (var + eps),
            "You divided by the variance, which is in squared units. Divide by its root, the standard deviation."),
    Mistake("divided by the variance, without eps", lambda x, mean, var, eps: (x - mean) / var,
            "You divided by the variance, which is in squared units. Add eps to it, then divide by the root of that."),
    Mistake("eps outside the root", lambda x, mean, var, eps: (x - mean) / (np.sqrt(var) + eps),
            "You added eps to the standard deviation, after the root. It is added to the variance, inside the root."),
    Mistake("eps forgotten", lambda x, mean, var, eps: (x - mean) / np.sqrt(var),
            "You left eps out. When all the values are equal the variance is 0, and this is 0/0."),
    Mistake("eps added after the division", lambda x, mean, var, eps: (x - mean) / np.sqrt(var) + eps,
            "You added eps to the result, after the division. It shifts every value and protects from nothing: "
            "a division by 0 has happened by then. eps belongs to the variance."),
    Mistake("eps added twice", lambda x, mean, var, eps: (x - mean) / (np.sqrt(var + eps) + eps),
            "You added eps inside the root and once more outside. Inside is enough."),
    Mistake("eps squared", lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps ** 2),
            "You squared eps. It is added to the variance as it is."),
    Mistake("eps subtracted", lambda x, mean, var, eps: (x - mean) / np.sqrt(var - eps),
            "You subtracted eps. A small variance would then turn negative inside the root: add it."),
    Mistake("eps fixed at 1e-5", lambda x, mean, var, eps: (x - mean) / np.sqrt(var + 1e-5),
            "You used 1e-5, a common default, in place of the eps that your function is given."),
    Mistake("mean and var swapped", lambda x, mean, var, eps: (x - var) / np.sqrt(mean + eps),
            "You swapped the mean and the variance. The function is given (x, mean, var, eps), in this order."),
    Mistake("mean not subtracted", lambda x, mean, var, eps: x / np.sqrt(var + eps),
            "You divided without subtracting the mean. The batch is squeezed, but it is not centred at 0."),
    Mistake("only centred", lambda x, mean, var, eps: x - mean,
            "You subtracted the mean and stopped. The batch is centred; its spread is still what it was."),
    Mistake("only the mean was divided", lambda x, mean, var, eps: x - mean / np.sqrt(var + eps),
            "Only the mean was divided: / comes before −. The whole difference is to be divided, so bracket it."),
    Mistake("subtracted the wrong way round", lambda x, mean, var, eps: (mean - x) / np.sqrt(var + eps),
            "The signs are mirrored: you subtracted x from the mean. Values above the mean must come out positive."),
    Mistake("multiplied instead of divided", lambda x, mean, var, eps: (x - mean) * np.sqrt(var + eps),
            "You multiplied by the standard deviation, so a wide batch got wider. Divide by it."),
    Mistake("normalized each example", lambda x, mean, var, eps: (x - x[:, None].mean(axis=1)) / np.sqrt(var + eps),
            "Everything became 0: each example was normalized by itself, and its deviation from itself is 0. "
            "The mean is the batch's."),
    Mistake("statistics computed again", lambda x, mean, var, eps: (x - x.mean()) / np.sqrt(x.var() + eps),
            "You computed the mean and the variance again inside. Use the two that you are given: a trained network "
            "hands in others, from earlier batches."),
)


def _with_statistics(x, eps, **extra):
    return Case((x, x.mean(), x.var(), eps), **extra)


normalize = Exercise(
    name="normalize", call="(x, mean, var, eps)", answer=batchnorm.normalize, catalogue=NORMALIZE,
    task="`x` is a mini-batch of one feature, shape `(m,)`; `mean`, `var` and `eps` are numbers. "
         "Return the normalized values x_hat, shape `(m,)`. Use the mean and the variance that you are given.",
    cases=(_with_statistics(EXAMPLE, 0.0), _with_statistics(PAIR, 0.5), _with_statistics(TRIPLE, 2.0),
           _with_statistics(FOUR, 0.0), _with_statistics(LONG, 3.0), _with_statistics(TINY, 1e-5),
           _with_statistics(EQUAL, 0.5), _with_statistics(WHOLE, 0.5, **WHOLE_NUMBERS),
           Case((FOUR, 4.0, 9.0, 0.5), blames="statistics computed again")),
    hints=("Two moves: shift the batch so that its mean is 0, then squeeze it so that its variance is 1.",
           "Subtract the mean. Divide by the standard deviation: the root of the variance, with eps added before the "
           "root is taken.",
           "The numerator is x − mean, in brackets. The divisor is the root of var + eps."),
    plain="return (x - mean) / np.sqrt(var + eps)",
    gloss="`_mini_batch`, `_statistic` and `_checked_eps` refuse what does not fit. The formula is in the last line.")


def forum_normalize(x, eps):
    mean = x.mean()
    var = x.var(ddof=1)
    return (x - mean) / np.sqrt(var) + eps


def repaired_normalize(x, eps):
    mean = x.mean()
    var = x.var()
    return (x - mean) / np.sqrt(var + eps)


DETECTIVE = (
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
    Mistake("variance corrected twice", lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) - 1) / len(x) + eps),
            "You corrected the variance twice: it is smaller now than 1/m makes it."),
    Mistake("variance turned the wrong way",
            lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) + 1) / len(x) + eps),
            "You multiplied the 1/m variance by (m + 1)/m. It needs no correction at all."),
    Mistake("divided by the variance", lambda x, eps: (x - x.mean()) / (x.var() + eps),
            "The root got lost on the way: you divide by the variance."),
    Mistake("divided by the variance, without eps", lambda x, eps: (x - x.mean()) / x.var(),
            "Root and eps both got lost on the way: you divide by the variance."),
)

detective = Exercise(
    name="detective", call="(x, eps)", stub="my_repair", answer=repaired_normalize,
    catalogue=DETECTIVE,
    task="The forum's function should normalize a mini-batch `x`, shape `(m,)`, by the formula of lesson 3, and has "
         "two bugs. "
         "Return the right x_hat, shape `(m,)`.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((FORUM_BATCH, 1e-5)), Case((EQUAL, 0.5)), Case((WHOLE, 0.5), **WHOLE_NUMBERS)),
    hints=("Write the formula of lesson 3 beside the function, line by line. Which lines say something else?",
           "One bug makes every value about 1.6 % too small for m = 32; the other adds the same number to every value.",
           "ddof=1 divides by m − 1. And in a / b + eps, when is eps added: before the division or after it?"))
detective.forum_code = inspect.getsource(forum_normalize)
detective.forum_normalize = forum_normalize
detective.batch = FORUM_BATCH.copy()
