"""The exercises of lesson 09: update the running statistics, evaluate with them, fold batch norm into the weights."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .lesson_03 import STD, X_HAT
from .lesson_04 import SCALE
from .shared import GAMMA_ZERO, LONG, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, WHOLE_NUMBERS, of_step

__all__ = ["update_running", "evaluate", "fold"]


def _update_running(x, running_mean, running_var, momentum):
    """The running statistics ``(C,)`` after a mini-batch x ``(m, C)``; momentum is the new's weight."""
    m = len(x)
    mean, var = x.mean(axis=0), x.var(axis=0) * m / (m - 1)
    return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * var


def _evaluate(x, running_mean, running_var, gamma, beta, eps):
    """The outputs of batch norm in evaluation, the shape of x ``(m, C)``: no example depends on another."""
    x_hat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * x_hat + beta


def _fold(W, b, gamma, beta, running_mean, running_var, eps):
    """Weights ``(n, units)`` and a bias ``(units,)`` that do what W, b and the batch norm after them do together."""
    k = gamma / np.sqrt(running_var + eps)
    return W * k, (b - running_mean) * k + beta


def _moved(mean=np.mean, var=lambda x, axis: x.var(axis=axis, ddof=1), old=lambda t: 1 - t, new=lambda t: t):
    """A wrong function: other statistics of the batch, or other weights for the old and the new."""
    def wrong(x, running_mean, running_var, momentum):
        a, b = old(momentum), new(momentum)
        return a * running_mean + b * mean(x, axis=0), a * running_var + b * var(x, axis=0)
    return wrong


def _spoiled(change):
    """A wrong function: what change makes of the right pair and of all that was given."""
    return lambda x, *given: change(*_update_running(x, *given), x, *given)


UPDATE_RUNNING = (
    Mistake("old and new weights exchanged", _moved(old=lambda t: t, new=lambda t: 1 - t),
            "Your momentum is the weight of the old value, as in Keras. Here it is the weight of the new one, as in "
            "PyTorch."),
    Mistake("1/m", _moved(var=np.var),
            "Your mean is right. The variance of the batch divides by m here, and the running one is to estimate that "
            "of all the data: divide by m − 1."),
    Mistake("old and new weights exchanged, and 1/m", _moved(var=np.var, old=lambda t: t, new=lambda t: 1 - t),
            "Two things: momentum is the weight of the new value, as in PyTorch, and the variance divides by m − 1."),
    Mistake("(m − 1)/m", _moved(var=lambda x, axis: x.var(axis=axis) * (len(x) - 1) / len(x)),
            "Your correction is upside down: the variance with 1/m is too small. Multiply it by m/(m − 1)."),
    Mistake("corrected twice", _moved(var=lambda x, axis: x.var(axis=axis, ddof=1) * len(x) / (len(x) - 1)),
            "Your variance is corrected twice: ddof=1 has divided by m − 1 already."),
    Mistake("std instead of var", _moved(var=lambda x, axis: x.std(axis=axis, ddof=1)),
            "You mixed a standard deviation into the running variance. Leave the root for evaluation."),
    Mistake("std instead of var, with 1/m", _moved(var=np.std),
            "You mixed a standard deviation into the running variance. What is kept is the variance, with 1/(m − 1)."),
    Mistake("root of the running variance", _spoiled(lambda mean, var, *_: (mean, np.sqrt(var))),
            "You took the root of the running variance. What is kept is the variance; the root belongs to evaluation."),
    Mistake("only the mean", _spoiled(lambda mean, var, x, running_mean, running_var, momentum: (mean, running_var)),
            "The running mean moves, the running variance does not. Both follow the batch."),
    Mistake("only the variance", _spoiled(lambda mean, var, x, running_mean, *_: (running_mean, var)),
            "The running variance moves, the running mean does not. Both follow the batch."),
    Mistake("nothing updated", lambda x, running_mean, running_var, momentum: (running_mean + 0.0, running_var + 0.0),
            "You returned the running statistics as they were. Mix in those of the batch."),
    Mistake("the batch's own statistics", _moved(old=lambda t: 0, new=lambda t: 1),
            "You returned the statistics of this batch alone. The old ones keep the weight 1 − momentum."),
    Mistake("the batch's own statistics, with 1/m", _moved(var=np.var, old=lambda t: 0, new=lambda t: 1),
            "You returned the statistics of this batch alone, and its variance divides by m. The old ones keep the "
            "weight 1 − momentum."),
    Mistake("started again", lambda x, running_mean, running_var, momentum: _update_running(
        x, np.zeros_like(running_mean), np.ones_like(running_var), momentum),
            "You started from 0 and 1 again. The old running statistics are handed in: use them."),
    Mistake("started from nothing", _moved(old=lambda t: 0),
            "The old running statistics are missing: they keep the weight 1 − momentum."),
    Mistake("old value kept whole", _moved(old=lambda t: 1),
            "You added the new to the whole of the old, so it grows with every batch. The old one gets the weight "
            "1 − momentum."),
    Mistake("new value taken whole", _moved(new=lambda t: 1),
            "The new statistics come in whole. They get the weight momentum."),
    Mistake("plain average", _moved(old=lambda t: 0.5, new=lambda t: 0.5),
            "You took the average of old and new. The new ones get the weight momentum, the old ones 1 − momentum."),
    Mistake("momentum fixed at 0.1", _moved(old=lambda t: 0.9, new=lambda t: 0.1),
            "Your momentum is 0.1, whatever is handed in."),
    Mistake("momentum fixed at 0.9", _moved(old=lambda t: 0.1, new=lambda t: 0.9),
            "Your weight of the new value is 0.9, whatever momentum is handed in."),
    Mistake("moved away", _moved(old=lambda t: 1 + t, new=lambda t: -t),
            "Your running statistics move away from those of the batch: a sign is turned."),
    Mistake("variance around the running mean", lambda x, running_mean, running_var, momentum: (
        _update_running(x, running_mean, running_var, momentum)[0],
        (1 - momentum) * running_var + momentum * ((x - running_mean) ** 2).sum(axis=0) / (len(x) - 1)),
            "Your variance measures the distances from the running mean. Measure them from the batch's own mean."),
    Mistake("variance around the new running mean", lambda x, running_mean, running_var, momentum: (
        _update_running(x, running_mean, running_var, momentum)[0],
        (1 - momentum) * running_var + momentum * ((x - _update_running(
            x, running_mean, running_var, momentum)[0]) ** 2).sum(axis=0) / (len(x) - 1)),
            "Your variance measures the distances from the running mean. Measure them from the batch's own mean: keep "
            "it in a name of its own."),
    Mistake("one statistic for the whole table", _moved(lambda x, axis: x.mean(), lambda x, axis: x.var(ddof=1)),
            "You took one mean and one variance for the whole table. Each feature has its own: give both an axis."),
    Mistake("statistics in the wrong order", _spoiled(lambda mean, var, *_: (var, mean)),
            "You returned the variance first. Return running_mean, running_var, in this order."),
    Mistake("median instead of mean", _moved(mean=np.median),
            "You mixed in the median. The running mean follows the mean."),
)

COLUMNS = of_step(STD, lambda wrong: lambda x, mean, var, gamma, beta, eps: gamma * (x - mean) / wrong(var, eps) + beta)
COLUMNS += of_step(X_HAT, lambda wrong: lambda x, mean, var, gamma, beta, eps: gamma * wrong(x, mean, var, eps) + beta,
                   without=("normalized each example", "statistics computed again", "mean computed again",
                        "variance computed again", "squeezed between 0 and 1", "statistics of the example",
                        "returned the batch"))
COLUMNS += of_step(SCALE, lambda wrong: lambda x, mean, var, gamma, beta, eps: wrong(
    (x - mean) / np.sqrt(var + eps), gamma, beta), without=("the batch's own statistics", "normalized again"))


def _after_an_update(momentum):
    """A wrong function: it evaluates with running statistics that have followed x."""
    def wrong(x, mean, var, gamma, beta, eps):
        own = x.var(axis=0, ddof=1) if len(x) > 1 else var
        return _evaluate(x, (1 - momentum) * mean + momentum * x.mean(axis=0), (1 - momentum) * var + momentum * own,
                         gamma, beta, eps)
    return wrong


EVALUATE = (
    Mistake("batch statistics", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, x.mean(axis=0), x.var(axis=0), gamma, beta, eps),
            "You used the mean and the variance of x itself. In evaluation the running ones are used, which are "
            "handed in: one example may come alone."),
    Mistake("batch statistics, with 1/(m − 1)", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, x.mean(axis=0), x.var(axis=0, ddof=1), gamma, beta, eps),
            "You used the mean and the variance of x itself. In evaluation the running ones are used, which are "
            "handed in."),
    Mistake("mean of the batch", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, x.mean(axis=0), var, gamma, beta, eps), "The variance is the running one, the mean is that of x itself. Use "
                                                   "both as they are handed in."),
    Mistake("variance of the batch", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, mean, x.var(axis=0), gamma, beta, eps), "The mean is the running one, the variance is that of x itself. Use "
                                                   "both as they are handed in."),
    Mistake("statistics updated", _after_an_update(0.1),
            "You updated the running statistics first. In evaluation they stand still: else the examples before this "
            "one would change its output."),
    Mistake("variance corrected again", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, mean, var * len(x) / (len(x) - 1), gamma, beta, eps),
            "You corrected the variance with m/(m − 1). That has been done when it was updated, and m of the example "
            "in front of you has no say."),
    Mistake("one statistic for the whole table", lambda x, mean, var, gamma, beta, eps: _evaluate(
        x, mean.mean(), var.mean(), gamma, beta, eps),
            "You averaged the running statistics over the features. Each feature has its own."),
    Mistake("not normalized", lambda x, mean, var, gamma, beta, eps: gamma * x + beta,
            "You scaled and shifted x itself. Normalize it first, with the running statistics."),
    Mistake("only normalized", lambda x, mean, var, gamma, beta, eps: (x - mean) / np.sqrt(var + eps),
            "You stopped after normalizing. The fourth step, scale and shift, is missing."),
    Mistake("brackets around x − mean missing", lambda x, mean, var, gamma, beta, eps: (
        gamma * x - mean / np.sqrt(var + eps) + beta),
            "Only the mean was divided, and only x was scaled: put the difference x − mean in brackets."),
) + COLUMNS


def _folded(k=lambda gamma, var, eps: gamma / np.sqrt(var + eps), bias=lambda b, mean, beta, k: (b - mean) * k + beta):
    """A wrong function: another factor, or another bias made with it."""
    def wrong(W, b, gamma, beta, mean, var, eps):
        factor = k(gamma, var, eps)
        return W * factor, bias(b, mean, beta, factor)
    return wrong


FOLD = (
    Mistake("rows for columns", lambda W, b, gamma, beta, mean, var, eps: (
        W * (gamma / np.sqrt(var + eps))[:, None], _fold(W, b, gamma, beta, mean, var, eps)[1]),
            "Your bias is right. The weights of a unit are a column of W, and you multiplied the rows."),
    Mistake("matrix product with k", lambda W, b, gamma, beta, mean, var, eps: (
        (W @ (gamma / np.sqrt(var + eps)))[:, None] * np.ones(len(b)), _fold(W, b, gamma, beta, mean, var, eps)[1]),
            "Your bias is right. W @ k adds the units up. Each column of W is multiplied by its own k: W * k."),
    Mistake("weights left as they were", lambda W, b, *rest: (W + 0.0, _fold(W, b, *rest)[1]),
            "Your bias is right, the weights are as they were. Batch norm stretches them, too: by k."),
    Mistake("bias left as it was", lambda W, b, *rest: (_fold(W, b, *rest)[0], b + 0.0),
            "Your weights are right, the bias is as it was. It is shifted by the mean, stretched, and beta comes to "
            "it."),
    Mistake("std forgotten", _folded(lambda gamma, var, eps: gamma),
            "Your factor is gamma alone. Batch norm divides by the root of running_var + eps as well."),
    Mistake("gamma forgotten", _folded(lambda gamma, var, eps: 1 / np.sqrt(var + eps)),
            "gamma is missing: k is gamma, divided by the root."),
    Mistake("divided by the variance", _folded(lambda gamma, var, eps: gamma / (var + eps)),
            "You divided by the variance. The root is missing: k is gamma, divided by the root of running_var + eps."),
    Mistake("divided by the variance, without eps", _folded(lambda gamma, var, eps: gamma / var),
            "You divided by the variance, and eps is missing: k is gamma, divided by the root of running_var + eps."),
    Mistake("eps forgotten", _folded(lambda gamma, var, eps: gamma / np.sqrt(var)),
            "eps is missing: it is added to running_var before the root, as in every batch norm."),
    Mistake("eps outside the root", _folded(lambda gamma, var, eps: gamma / (np.sqrt(var) + eps)),
            "You added eps after the root. It is added to running_var, before the root."),
    Mistake("multiplied by the root", _folded(lambda gamma, var, eps: gamma * np.sqrt(var + eps)),
            "You multiplied by the root. Batch norm divides by it."),
    Mistake("division turned upside down", _folded(lambda gamma, var, eps: np.sqrt(var + eps) / gamma),
            "Your k is upside down: gamma, divided by the root."),
    Mistake("mean forgotten", _folded(bias=lambda b, mean, beta, k: b * k + beta),
            "The running mean is missing: batch norm subtracts it from what the layer adds up, bias and all."),
    Mistake("beta multiplied by k", _folded(bias=lambda b, mean, beta, k: (b + beta - mean) * k),
            "beta is multiplied by k, too. It is added after the scaling: as it is."),
    Mistake("beta multiplied by k, bias forgotten", _folded(bias=lambda b, mean, beta, k: (beta - mean) * k),
            "(beta − mean) · k is not it: beta is added after the scaling, and b is missing."),
    Mistake("bias forgotten", _folded(bias=lambda b, mean, beta, k: beta - mean * k),
            "b is missing: the layer's own bias is shifted and scaled, too."),
    Mistake("bias not multiplied", _folded(bias=lambda b, mean, beta, k: b - mean * k + beta),
            "b goes through batch norm, too: it is multiplied by k."),
    Mistake("mean not multiplied", _folded(bias=lambda b, mean, beta, k: b * k - mean + beta),
            "The running mean is subtracted before the scaling: it is multiplied by k, too."),
    Mistake("nothing multiplied", _folded(bias=lambda b, mean, beta, k: b - mean + beta),
            "In the new bias nothing is multiplied by k. b − mean goes through the scaling, beta comes after it."),
    Mistake("mean added", _folded(bias=lambda b, mean, beta, k: (b + mean) * k + beta),
            "You added the running mean. Batch norm subtracts it."),
    Mistake("beta forgotten", _folded(bias=lambda b, mean, beta, k: (b - mean) * k),
            "beta is missing: it is added at the end."),
    Mistake("only beta", _folded(bias=lambda b, mean, beta, k: beta + 0 * k),
            "Your new bias is beta alone. b minus the running mean, times k, belongs to it, too."),
    Mistake("beta subtracted", _folded(bias=lambda b, mean, beta, k: (b - mean) * k - beta),
            "You subtracted beta. It is added."),
    Mistake("subtracted the wrong way round", _folded(bias=lambda b, mean, beta, k: (mean - b) * k + beta),
            "The difference is the wrong way round: b minus the running mean."),
    Mistake("mean and variance exchanged", lambda W, b, gamma, beta, mean, var, eps: _fold(
        W, b, gamma, beta, var, mean, eps), "The running mean and the running variance are exchanged."),
    Mistake("gamma and beta exchanged", lambda W, b, gamma, beta, mean, var, eps: _fold(
        W, b, beta, gamma, mean, var, eps), "gamma and beta are exchanged: gamma multiplies, beta is added."),
    Mistake("results in the wrong order", lambda *given: _fold(*given)[::-1],
            "You returned the bias first. Return W, b, in this order."),
)


TABLE = np.array([[3.0, 0.0], [9.0, 2.0], [11.0, 2.0], [17.0, 4.0]])
NOT_SQUARE = {"note": "W was not square", "blames": "one kind of input"}


def _case(*args, **extra):
    return Case(tuple(np.array(arg) if np.ndim(arg) else arg for arg in args), **extra)


update_running = Exercise(
    name="update_running", call="(x, running_mean, running_var, momentum)", answer=_update_running,
    catalogue=UPDATE_RUNNING, parts=("running_mean", "running_var"),
    task="`x` is a mini-batch of C features, shape `(m, C)` with m of 2 or more; `running_mean` and `running_var` have "
         "shape `(C,)`, `momentum` is a number. Return both running statistics as they are after this mini-batch, with "
         "PyTorch's conventions: momentum is the weight of the new value, and the variance of the batch counts with "
         "1/(m − 1).",
    cases=(_case(TABLE, [0.0, 0.0], [1.0, 1.0], 0.1),
           _case(LONG[:9].reshape(3, 3), [1.5, -2.0, 0.25], [4.0, 0.5, 9.0], 0.25),
           _case(LONG.reshape(8, 4), [-3.0, 2.0, 5.5, 1.0], [20.0, 3.0, 7.0, 30.0], 0.7),
           _case(LONG[:2].reshape(2, 1), [2.0], [3.0], 0.3),
           _case(LONG[:10].reshape(5, 2), [7.0, -7.0], [2.0, 40.0], 0.9),
           _case(np.stack([MIXED, -1 - MIXED[::-1]], axis=1), [0.5, 0.25], [1.5, 2.5], 0.01),
           _case([[2, 3], [7, 8], [4, 6]], [1.0, 2.0], [3.0, 0.5], 0.2, **WHOLE_NUMBERS),
           _case(OUTLIER[:, None] - [0, 5], [1.0, -2.0], [3.0, 6.0], 0.2, **ONE_OUTLIER)),
    hints=("First the mean and the variance of the mini-batch, one value for each feature: axis 0.",
           "The variance of the batch is multiplied by m / (m − 1), or computed with ddof=1.",
           "new = (1 − momentum) * old + momentum * that of the batch, once for the mean and once for the variance."),
    gloss="`BatchNorm.forward` of the helper package does the same, written as old + momentum * (new − old).")

evaluate = Exercise(
    name="evaluate", call="(x, running_mean, running_var, gamma, beta, eps)", answer=_evaluate, catalogue=EVALUATE,
    task="`x` holds one or more examples, shape `(m, C)`; all the other arrays have shape `(C,)`, `eps` is a number. "
         "Return what batch norm makes of x in evaluation, shape `(m, C)`.",
    cases=(_case([[3.0, 0.0]], [10.0, 2.0], [25.0, 4.0], [2.0, 1.0], [1.0, -1.0], 1e-5),
           _case(LONG[:9].reshape(3, 3), [1.5, -2.0, 0.25], [4.0, 0.5, 9.0], [1.5, -0.5, 2.0], [4.0, -2.0, 0.0], 0.5),
           _case(LONG.reshape(8, 4), [-3.0, 2.0, 5.5, 1.0], [20.0, 0.75, 7.0, 30.0], [0.5, 2.0, -1.0, 3.0],
                 [-3.0, 1.0, 0.25, 2.0], 2.0),
           _case(LONG[:5].reshape(5, 1), [2.0], [3.0], [-1.5], [0.75], 1.0),
           _case(np.stack([MIXED, -1 - MIXED[::-1]], axis=1), [0.5, 0.25], [2e-5, 2.5], [2.5, -1.5], [0.5, 3.0], 1e-5),
           _case(np.stack([MIXED, -1 - MIXED[::-1]], axis=1), [0.5, 0.25], [2e-8, 2e-8], [2.5, -1.5], [0.5, 3.0],
                 1e-3),
           _case([[4.0, 4.0], [4.0, 1.0]], [1.0, 3.0], [0.25, 0.5], [3.0, 0.5], [1.0, 2.0], 0.25),
           _case(LONG[:6].reshape(3, 2), [1.0, 2.0], [4.0, 2.0], [0.0, 2.0], [0.5, 1.5], 0.5, **GAMMA_ZERO),
           _case([[2, 3], [7, 8], [4, 6]], [1.0, 2.0], [3.0, 0.5], [1.5, 0.5], [0.25, 2.5], 0.5, **WHOLE_NUMBERS),
           _case(OUTLIER[:, None] - [0, 5], [1.0, -2.0], [3.0, 6.0], [0.5, 1.5], [1.25, 0.5], 0.5, **ONE_OUTLIER),
           _case([[2.5, -1.0]], [1.0, 2.0], [3.0, 0.5], [1.5, 0.5], [0.25, 2.5], 0.5, **ONE_EXAMPLE)),
    hints=("These are steps 3 and 4 of batch norm. Steps 1 and 2 are not needed any more.",
           "The mean and the variance of x itself play no part: x may be a single example.",
           "x_hat is (x − running_mean) divided by the root of running_var + eps. Return gamma * x_hat + beta."),
    gloss="`BatchNorm` of the helper package does this when its `training` is False.")

fold = Exercise(
    name="fold", call="(W, b, gamma, beta, running_mean, running_var, eps)", answer=_fold, catalogue=FOLD,
    parts=("W", "b"), sizes="weights for {} to {} inputs",
    task="A layer computes `h @ W + b` for inputs of shape `(m, n)`, then batch norm in evaluation. `W` has shape "
         "`(n, units)`; `b`, `gamma`, `beta`, `running_mean` and `running_var` have shape `(units,)`, `eps` is a "
         "number. Return new weights and a new bias, with which one line does the work of both.",
    cases=(_case([[1.0, 2.0], [3.0, 4.0]], [1.0, 0.0], [2.0, 1.0], [1.0, -1.0], [10.0, 2.0], [25.0, 4.0], 0.0),
           _case(LONG[:9].reshape(3, 3), [1.0, -2.0, 0.5], [1.5, -0.5, 2.0], [4.0, -2.0, 0.0], [1.5, -2.0, 0.25],
                 [4.0, 0.5, 9.0], 0.5),
           _case(LONG[:16].reshape(4, 4), [2.0, 0.5, -1.0, 3.0], [0.5, 2.0, -1.0, 3.0], [-3.0, 1.0, 0.25, 2.0],
                 [-3.0, 2.0, 5.5, 1.0], [20.0, 3.0, 7.0, 30.0], 2.0),
           _case([[2.5]], [0.7], [-1.5], [0.75], [2.0], [3.0], 1.0),
           _case([[0.0, 1.234567], [1.234567, -2.718282]], [0.25, -1.5], [2.5, 0.75], [0.5, 3.0], [0.5, 0.25],
                 [1.5, 2.5], 1e-5),
           _case(LONG[:4].reshape(2, 2), [0.0, 1.0], [0.0, 2.0], [0.5, 1.5], [1.0, 2.0], [4.0, 2.0], 0.5, **GAMMA_ZERO),
           _case([[2, 3], [7, 8]], [1, 2], [1.5, 0.5], [0.25, 2.5], [1.0, 2.0], [3.0, 0.5], 0.5, **WHOLE_NUMBERS),
           _case(LONG[:6].reshape(3, 2), [1.5, -0.5], [1.5, -2.0], [0.25, 2.0], [1.0, 3.0], [3.0, 0.5], 0.5,
                 **NOT_SQUARE),
           _case(LONG[:5].reshape(5, 1), [1.5], [2.0], [0.25], [1.0], [3.0], 0.5, **NOT_SQUARE),
           _case(LONG[:4].reshape(1, 4), [1.5, 2.0, 0.5, 1.0], [2.0, 0.5, -1.5, 1.0], [0.25, 1.0, 2.0, -1.0],
                 [1.0, 0.5, -2.0, 3.0], [3.0, 2.0, 0.5, 1.0], 0.5, **NOT_SQUARE),
           _case(OUTLIER[:, None] - [0, 5], [1.5, -0.5], [1.5, -2.0], [0.25, 2.0], [1.0, 3.0], [3.0, 0.5], 0.5,
                 **ONE_OUTLIER)),
    hints=("Write batch norm in evaluation for z = h @ W + b, with k = gamma divided by the root of running_var + eps: "
           "(z − running_mean) · k + beta.",
           "Sort it: what stands in front of h is the new W, all the rest is the new b.",
           "W * k multiplies each column by its own k; the new b is (b − running_mean) * k + beta."))
