"""The exercise of lesson 05: all four steps for one feature, with the mistakes of each of them, and a few more."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import STATISTICS, one_less
from .lesson_03 import NORMALIZING, ROOTS, X_HATS
from .lesson_04 import SCALES
from .shared import (ALONE, EQUAL, EXAMPLE, FOUR, GAMMA_ZERO, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8,
                     ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, batch_norm_of)

__all__ = ["batch_norm"]

FOUR_STEPS = NORMALIZING + (  # of batch norm, wherever it is a step of something longer, too
    Mistake("divided by 4 whatever m is", {"count": lambda x, m: 4, "divisor": lambda x, m: 4},
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds. Does "
            "a number come from a cell above?"),
    Mistake("divided by m − 1", {"count": one_less, "divisor": one_less},
            "Your averages divide by m − 1, the mean, too. Inside the batch both divide by m."),
    Mistake("beta inside the division", {"beta_inside": True},
            "beta was divided by the standard deviation, too. It is added at the end, as it is."),
    Mistake("gamma on x instead of x_hat", {"x_hat": lambda x, mean, std, var, eps: x},
            "You scaled and shifted x itself. The normalized values are what gamma and beta work on."),
)
STEPS = {"root": ROOTS, "x_hat": X_HATS, "scale": SCALES, **STATISTICS}
BATCH_NORM = (
    Mistake("returned the batch", lambda x, gamma, beta, eps: x + 0.0,
            "Your result is the batch itself. Either nothing was done to it, or it was scaled and shifted by its own "
            "statistics, which undoes normalizing. gamma and beta are learned and handed in: use them."),
    Mistake("brackets around x − mean missing",
            lambda x, gamma, beta, eps: gamma * x - x.mean() / np.sqrt(x.var() + eps) + beta,
            "Only the mean was divided, and only x was scaled: put the difference x − mean in brackets."),
)

batch_norm = Exercise(
    name="batch_norm", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm, mistakes=BATCH_NORM,
    made=batch_norm_of, steps={"": FOUR_STEPS, **STEPS},
    task="`x` is a mini-batch of one feature, shape `(m,)`; `gamma`, `beta` and `eps` are numbers. "
         "Return the output y of all four steps, shape `(m,)`.",
    cases=(Case((EXAMPLE, 2.0, 1.0, 0.0)), Case((PAIR, -1.5, 4.0, 0.5)), Case((TRIPLE, 0.5, -3.0, 2.0)),
           Case((FOUR, 3.0, 0.25, 0.0)), Case((LONG, -2.0, 7.0, 3.0)), Case((TINY, 1.5, 0.5, 1e-5)),
           Case((TINY, -1.5, 0.0, 0.5)), Case((MIXED, 0.75, -1.5, 0.25)), Case((EQUAL, 2.0, 3.0, 0.5)),
           Case((TRIPLE, 0.0, 1.5, 0.5), **GAMMA_ZERO), Case((WHOLE, 0.5, 1.25, 0.5), **WHOLE_NUMBERS),
           Case((OUTLIER, 2.0, -0.5, 0.5), **ONE_OUTLIER), Case((MANY, 2.0, -0.5, 0.5)),
           Case((ALONE, 3.0, 0.5, 0.5), **ONE_EXAMPLE),
           Case((NEAR_1E8, 2.0, -1.0, 0.5), **LARGE_OFFSET)),
    hints=("Four steps, one line each: mean, variance, normalize, scale and shift.",
           "The variance is the mean of the squared deviations, with 1/m. eps is added to it before the root.",
           "Compute mean and var from x; x_hat from x, mean, var and eps; return gamma times x_hat, plus beta."),
    short_solution="mean = x.mean()\nvar = ((x - mean) ** 2).mean()\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn gamma * x_hat + beta",
    gloss="The four steps are the functions of lessons 01 to 04; each has its own `solution()`.")
