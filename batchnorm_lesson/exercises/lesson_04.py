"""The exercises of lesson 04: scale and shift, and what undoes the normalization."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import STATISTICS
from .lesson_03 import ROOTS
from .shared import (ALONE, EXAMPLE, FOUR, GAMMA_ZERO, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8,
                     ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, measuring, the_root,
                     the_scale)

__all__ = ["scale_and_shift", "undo_gamma_beta"]

SCALES = (  # what every exercise with gamma and beta can get wrong
    Mistake("gamma and beta swapped", lambda x_hat, gamma, beta: beta * x_hat + gamma,
            "You swapped the two: gamma multiplies, beta is added."),
    Mistake("shift before scale", lambda x_hat, gamma, beta: gamma * (x_hat + beta),
            "You shifted first, so the shift was stretched too. Scale first, then add beta."),
    Mistake("beta subtracted before scaling", lambda x_hat, gamma, beta: gamma * (x_hat - beta),
            "You subtracted beta, and before the scaling. Scale first, then add beta."),
    Mistake("beta forgotten", lambda x_hat, gamma, beta: gamma * x_hat,
            "You scaled and did not shift: beta is missing."),
    Mistake("gamma forgotten", lambda x_hat, gamma, beta: x_hat + beta,
            "You shifted and did not scale: gamma is missing."),
    Mistake("beta subtracted", lambda x_hat, gamma, beta: gamma * x_hat - beta,
            "You subtracted beta. It is added."),
    Mistake("beta multiplied", lambda x_hat, gamma, beta: gamma * x_hat * beta,
            "You multiplied by beta. It is added."),
    Mistake("sign of beta lost", lambda x_hat, gamma, beta: gamma * x_hat + np.abs(beta),
            "You lost the sign of beta. A negative beta is allowed: it moves the batch to the left."),
    Mistake("divided by gamma", lambda x_hat, gamma, beta: x_hat / gamma + beta,
            "You divided by gamma. It stretches the batch, so it multiplies."),
    Mistake("gamma added", lambda x_hat, gamma, beta: gamma + x_hat + beta,
            "You added gamma. It stretches the batch, so it multiplies."),
    Mistake("sign of gamma lost", lambda x_hat, gamma, beta: np.abs(gamma) * x_hat + beta,
            "You lost the sign of gamma. A negative gamma is allowed: it mirrors the batch."),
    Mistake("gamma squared", lambda x_hat, gamma, beta: gamma ** 2 * x_hat + beta,
            "You multiplied by gamma squared. The values are multiplied by gamma itself."),
    Mistake("root of gamma", lambda x_hat, gamma, beta: np.sqrt(gamma) * x_hat + beta,
            "You multiplied by the root of gamma. gamma is no variance: multiply by it as it is."),
    Mistake("gamma with the wrong sign", lambda x_hat, gamma, beta: -gamma * x_hat + beta,
            "You multiplied by −gamma. Only a negative gamma mirrors the batch."),
    Mistake("1 + gamma", lambda x_hat, gamma, beta: (1 + gamma) * x_hat + beta,
            "You multiplied by 1 + gamma. Some programs keep gamma − 1; here gamma is the factor itself."),
    Mistake("gamma as a power", lambda x_hat, gamma, beta: x_hat ** gamma + beta,
            "You took x_hat to the power of gamma. ** is the power, * multiplies."),
    Mistake("undone instead of done", lambda x_hat, gamma, beta: (x_hat - beta) / gamma,
            "You subtracted beta and divided by gamma: that undoes this step. Here it is done."),
    Mistake("gamma and beta forgotten", lambda x_hat, gamma, beta: x_hat,
            "You stopped after normalizing. The fourth step, scale and shift, is missing."),
)

SCALE_AND_SHIFT = (
    Mistake("returned the batch", lambda x_hat, gamma, beta: x_hat + 0.0,
            "Your result is x_hat as it was given. Scale it by gamma and shift it by beta."),
    Mistake("the batch's own statistics", lambda x_hat, gamma, beta: x_hat.std() * x_hat + x_hat.mean(),
            "You scaled and shifted by the batch's own statistics. gamma and beta are learned and handed in."),
    Mistake("normalized again", lambda x_hat, gamma, beta: gamma * (x_hat - x_hat.mean()) / x_hat.std() + beta,
            "You normalized the values once more. This step scales and shifts what it is given, and nothing else."),
)

scale_and_shift = Exercise(
    name="scale_and_shift", call="(x_hat, gamma, beta)", answer=batchnorm.scale_and_shift,
    mistakes=SCALE_AND_SHIFT, made=lambda scale=the_scale: scale, steps={"scale": SCALES},
    task="`x_hat` holds m normalized values, shape `(m,)`; `gamma` and `beta` are numbers. "
         "Return the output y, shape `(m,)`.",
    cases=(Case((np.array([-1.4, -0.2, 0.2, 1.4]), 2.0, 1.0)), Case((PAIR, -1.5, 4.0)), Case((TRIPLE, 0.5, -3.0)),
           Case((FOUR, 3.0, 0.25)), Case((LONG, -2.0, 7.0)), Case((TINY, 1.5, 0.0)), Case((MIXED, 0.75, -1.5)),
           Case((TRIPLE, 0.0, 1.5), **GAMMA_ZERO),
           Case((WHOLE, 0.5, 1.25), **WHOLE_NUMBERS), Case((OUTLIER, 2.0, -0.5), **ONE_OUTLIER),
           Case((MANY, 2.0, -0.5)),
           Case((ALONE, 3.0, 0.5), **ONE_EXAMPLE)),
    hints=("gamma stretches, beta moves. Which one multiplies?",
           "y is a straight line in x_hat: gamma is its slope, and beta its value where x_hat is 0.",
           "Multiply x_hat by gamma first, then add beta to every value."),
    short_solution="return gamma * x_hat + beta",
    gloss="For shape `(m,)`, `_per_feature` changes nothing.")


def _undo_gamma_beta(x, eps):
    """gamma and beta that turn the normalized batch ``(m,)`` back into x: two numbers in the unit of x."""
    gamma = np.sqrt(np.var(x) + eps)
    beta = np.mean(x)
    return gamma, beta


def _undo_of(root=the_root, gamma=lambda std, mean: std, beta=lambda std, mean: mean, **steps):
    def made(x, eps):
        var, mean = measuring(**steps)(x)
        std = root(var, eps)
        return gamma(std, mean), beta(std, mean)
    return made


UNDO = (
    Mistake("gamma and beta swapped", {"gamma": lambda std, mean: mean, "beta": lambda std, mean: std},
            "You have the two numbers, in the wrong order: return gamma first, then beta."),
    Mistake("gamma left at 1", {"gamma": lambda std, mean: 1.0},
            "With gamma = 1 the batch is not as wide as it was: multiply by what it was divided by."),
    Mistake("gamma inverted", {"gamma": lambda std, mean: 1 / std},
            "You divided where you should multiply: this gamma squeezes the batch a second time."),
    Mistake("normalized a second time", {"gamma": lambda std, mean: 1 / std, "beta": lambda std, mean: -mean / std},
            "These two numbers normalize a batch. You need the two that turn the normalized batch back into x."),
    Mistake("mean with the wrong sign", {"beta": lambda std, mean: -mean},
            "beta has the wrong sign. Normalizing subtracted the mean, so undoing it adds the mean."),
    Mistake("beta forgotten", {"beta": lambda std, mean: 0.0 * mean},
            "With beta = 0 the batch is still centred at 0: add what normalizing subtracted."),
    Mistake("beta divided by std", {"beta": lambda std, mean: mean / std},
            "beta is added after the scaling, in the unit of x: do not divide it."),
)
UNDONE = (
    Mistake("left at 1 and 0", lambda x, eps: (1.0, 0.0),
            "gamma = 1 and beta = 0 leave the normalized batch as it is. That is where a network starts."),
    Mistake("range and minimum", lambda x, eps: (np.ptp(x), x.min()),
            "These two bring back a batch that was squeezed between 0 and 1. This one was normalized: mean and root."),
    Mistake("returned the batch", lambda x, eps: x + 0.0,
            "You returned the batch itself. Return the two numbers that bring it back: gamma, then beta."),
)

undo_gamma_beta = Exercise(
    name="undo_gamma_beta", call="(x, eps)", answer=_undo_gamma_beta, mistakes=UNDONE, made=_undo_of,
    steps={"": UNDO, "root": ROOTS, **STATISTICS}, parts=("gamma", "beta"),
    task="`x` is a mini-batch of one feature, shape `(m,)`, with values that differ; `eps` is a number. "
         "Return two numbers, gamma and beta, for which batch norm with this eps gives x back.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((TINY, 1e-5)), Case((TINY, 0.5)), Case((MIXED, 0.25)), Case((WHOLE, 0.5), **WHOLE_NUMBERS),
           Case((OUTLIER, 0.5), **ONE_OUTLIER), Case((MANY, 0.5)),
           Case((NEAR_1E8, 0.5), **LARGE_OFFSET)),
    hints=("Normalizing did two things: it subtracted a number, and it divided by another. Undo both.",
           "gamma multiplies: it must be what normalizing divided by, eps and all. beta must be what was subtracted.",
           "gamma is the root of (variance + eps); beta is the mean."))
