"""The exercise of lesson 05: all four steps for one feature."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import VARIANCE
from .lesson_03 import NORMALIZE
from .shared import EQUAL, EXAMPLE, FOUR, LONG, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, normalized

__all__ = ["batch_norm"]

# The mistakes of normalizing that can also be made inside the whole of batch norm, where gamma may turn the signs.
INSIDE = tuple(mistake._replace(says="Your outputs are mirrored around beta: a minus sign is wrong, in x_hat or before "
                                     "gamma.") if mistake.name == "subtracted the wrong way round" else mistake
               for mistake in NORMALIZE if mistake.name != "statistics computed again")

IN_THE_VARIANCE = ("standard deviation", "absolute deviations", "mean not subtracted", "deviations not squared",
                   "sum instead of mean", "squared the mean deviation", "squared deviations not averaged",
                   "only the mean was squared", "return inside the loop", "kept only the last",
                   "deviations from the median")


def _through(mistake):
    """A mistake in normalizing, made inside the whole of batch norm."""
    return mistake._replace(
        wrong=lambda x, gamma, beta, eps: gamma * mistake.wrong(x, x.mean(), x.var(), eps) + beta)


def _through_the_variance(mistake):
    """A mistake in the variance, made inside the whole of batch norm."""
    return Mistake(f"variance: {mistake.name}",
                   lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(mistake.wrong(x) + eps) + beta,
                   f"The mistake is in your variance. {mistake.says}")


BATCH_NORM = tuple(map(_through, INSIDE)) + tuple(
    _through_the_variance(mistake) for mistake in VARIANCE if mistake.name in IN_THE_VARIANCE) + (
    Mistake("1/(m − 1)", lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps) + beta,
            "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/m."),
    Mistake("gamma and beta swapped", lambda x, gamma, beta, eps: beta * normalized(x, eps) + gamma,
            "You swapped the two: gamma multiplies, beta is added."),
    Mistake("shift before scale", lambda x, gamma, beta, eps: gamma * (normalized(x, eps) + beta),
            "You shifted first, so the shift was stretched too. Scale first: then beta is exactly the mean you get."),
    Mistake("beta forgotten", lambda x, gamma, beta, eps: gamma * normalized(x, eps),
            "The batch is normalized and scaled, and not shifted: beta is missing."),
    Mistake("gamma forgotten", lambda x, gamma, beta, eps: normalized(x, eps) + beta,
            "The batch is normalized and shifted, and not scaled: gamma is missing."),
    Mistake("gamma and beta forgotten", lambda x, gamma, beta, eps: normalized(x, eps),
            "You stopped after normalizing. The fourth step, scale and shift, is missing."),
    Mistake("gamma on x instead of x_hat", lambda x, gamma, beta, eps: gamma * x + beta,
            "You scaled and shifted x itself. The normalized values are what gamma and beta work on."),
    Mistake("the batch's own statistics",
            lambda x, gamma, beta, eps: np.sqrt(x.var() + eps) * normalized(x, eps) + x.mean(),
            "Your result is the batch itself: you set gamma and beta from the batch's own statistics. They are "
            "learned and handed in: use them."),
    Mistake("divided by 4 whatever m is",
            lambda x, gamma, beta, eps: gamma * (x - x.sum() / 4)
            / np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps) + beta,
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds."),
)

batch_norm = Exercise(
    name="batch_norm", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm, catalogue=BATCH_NORM,
    task="`x` is a mini-batch of one feature, shape `(m,)`; `gamma`, `beta` and `eps` are numbers. "
         "Return the output y of all four steps, shape `(m,)`.",
    cases=(Case((EXAMPLE, 2.0, 1.0, 0.0)), Case((PAIR, -1.5, 4.0, 0.5)), Case((TRIPLE, 0.5, -3.0, 2.0)),
           Case((FOUR, 3.0, 0.25, 0.0)), Case((LONG, -2.0, 7.0, 3.0)), Case((TINY, 1.5, 0.5, 1e-5)),
           Case((EQUAL, 2.0, 3.0, 0.5)), Case((WHOLE, 0.5, 1.25, 0.5), **WHOLE_NUMBERS)),
    hints=("Four steps, one line each: mean, variance, normalize, scale and shift.",
           "The variance is the mean of the squared deviations, with 1/m. eps is added to it before the root.",
           "Compute mean and var from x; x_hat from x, mean, var and eps; return gamma times x_hat, plus beta."),
    plain="mean = x.mean()\nvar = ((x - mean) ** 2).mean()\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn gamma * x_hat + beta",
    gloss="The four steps are the functions of lessons 01 to 04; each has its own `solution()`. `_mini_batch` refuses "
          "what is not a batch of finite numbers, and `astype` keeps float32 batches exact on the way.")
