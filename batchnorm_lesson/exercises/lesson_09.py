"""The exercises of lesson 09: update the running statistics, evaluate with them, fold batch norm into the weights."""
from functools import reduce

import numpy as np

from .exercise import Case, Exercise, Mistake
from .lesson_01 import MEANS_INSIDE
from .lesson_02 import VARIANCES_INSIDE
from .lesson_03 import NORMALIZING, OF_A_GIVEN_VARIANCE, X_HATS
from .lesson_04 import SCALES
from .shared import (GAMMA_ZERO, LONG, MANY, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, WHOLE_NUMBERS,
                     in_the, measuring, the_root, the_scale, the_x_hat)

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


def _mixed(old, new, t):
    return (1 - t) * old + t * new


def _running_of(mix=_mixed, mix_mean=None, mix_var=None, divisor=lambda x, m: m - 1, order=tuple, **steps):
    """An update, made of its steps; mix_mean and mix_var where only one of the two is mixed in another way."""
    def made(x, running_mean, running_var, momentum):
        var, mean = map(np.ravel, measuring(divisor=divisor, **steps)(x))
        return order([(mix_mean or mix)(running_mean, mean, momentum), (mix_var or mix)(running_var, var, momentum)])
    return made


MIXES = (
    Mistake("old and new weights exchanged", lambda old, new, t: t * old + (1 - t) * new,
            "Your momentum is the weight of the old value, as in Keras. Here it is the weight of the new one, as in "
            "PyTorch."),
    Mistake("nothing updated", lambda old, new, t: old + 0.0,
            "You returned the running statistics as they were. Mix in those of the batch."),
    Mistake("the batch's own statistics", lambda old, new, t: new,
            "You returned the statistics of this batch alone. The old ones keep the weight 1 − momentum."),
    Mistake("started from nothing", lambda old, new, t: t * new,
            "The old running statistics are missing: they keep the weight 1 − momentum."),
    Mistake("old value kept whole", lambda old, new, t: old + t * new,
            "You added the new to the whole of the old, so it grows with every batch. The old one gets the weight "
            "1 − momentum."),
    Mistake("new value taken whole", lambda old, new, t: (1 - t) * old + new,
            "The new statistics come in whole. They get the weight momentum."),
    Mistake("added up", lambda old, new, t: old + new,
            "You added old and new. The new ones get the weight momentum, the old ones 1 − momentum."),
    Mistake("1 − momentum without brackets", lambda old, new, t: 1 - t * old + t * new,
            "* comes before −: bracket 1 − momentum."),
    Mistake("momentum of the old, all of the new", lambda old, new, t: t * old + new,
            "You added the new ones whole to momentum times the old, as an optimizer does. Here the new ones get the "
            "weight momentum, the old ones 1 − momentum."),
    Mistake("plain average", lambda old, new, t: (old + new) / 2,
            "You took the average of old and new. The new ones get the weight momentum, the old ones 1 − momentum."),
    Mistake("moved away", lambda old, new, t: (1 + t) * old - t * new,
            "Your running statistics move away from those of the batch: a sign is turned."),
    Mistake("1 − momentum for both", lambda old, new, t: (1 - t) * (old + new),
            "Both have the weight 1 − momentum. The new ones get the weight momentum."),
    Mistake("momentum for both", lambda old, new, t: t * (old + new),
            "Both have the weight momentum. The old ones get the weight 1 − momentum."),
)
DIVISORS = (
    Mistake("1/m", lambda x, m: m,
            "The variance of the batch divides by m here, and the running one is to estimate that of all the data: "
            "divide by m − 1."),
    Mistake("(m − 1)/m", lambda x, m: m * m / (m - 1),
            "Your correction is upside down: the variance with 1/m is too small. Multiply it by m/(m − 1)."),
    Mistake("corrected twice", lambda x, m: (m - 1) ** 2 / m,
            "Your variance is corrected twice: ddof=1 has divided by m − 1 already."),
    Mistake("divided by m + 1", lambda x, m: m + 1, "You divided by m + 1. It is 1/(m − 1)."),
    Mistake("m fixed at 4", lambda x, m: m * 3 / 4,
            "Your m is 4, whatever the batch holds. Does it come from a cell above?"),
    Mistake("divided by the number of features", lambda x, m: x.shape[1],
            "Your variance divides by C, the number of features. How many squares did you add up in a column?"),
)


def _around_running_mean(x, running_mean, running_var, momentum, mean):
    return _mixed(running_mean, x.mean(axis=0), momentum), _mixed(
        running_var, ((x - mean) ** 2).sum(axis=0) / (len(x) - 1), momentum)


UPDATING = (
    Mistake("std instead of var", {"var": lambda x, mean, n: np.sqrt(((x - mean) ** 2).sum(axis=0) / n)},
            "You mixed a standard deviation into the running variance. What is kept is the variance; the root belongs "
            "to evaluation."),
    Mistake("statistics in the wrong order", {"order": lambda results: results[::-1]},
            "You returned the variance first. Return running_mean, running_var, in this order."),
    Mistake("root of the running variance", {"mix_var": lambda old, new, t: np.sqrt(_mixed(old, new, t))},
            "You took the root of the running variance. What is kept is the variance; the root belongs to evaluation."),
    *(Mistake("m / m − 1", wrong,
              "* and / come before −, so … * m / m − 1 subtracts 1 at the end. Bracket it: m / (m − 1).")
      for wrong in ({"var": lambda x, mean, n: ((x - mean) ** 2).mean(axis=0) - 1},
                    {"divisor": lambda x, m: m, "mix_var": lambda old, new, t: _mixed(old, new, t) - 1})),
    Mistake("one statistic for the whole table", {"axes": (0, 1)},
            "You took one mean and one variance for the whole table. Each feature has its own: give both an axis."),
    Mistake("wrong axis", {"axes": (1,)},
            "You took the statistics of each example, over axis 1. Those of a feature run over the batch: axis 0."),
    Mistake("started again", {"mix_mean": lambda old, new, t: t * new, "mix_var": lambda old, new, t: 1 - t + t * new},
            "You started from 0 and 1 again. The old running statistics are handed in: use them."),
)
UPDATE_RUNNING = (
    Mistake("variance around the running mean", lambda x, mean, var, momentum: _around_running_mean(
        x, mean, var, momentum, mean),
            "Your variance measures the distances from the running mean. Measure them from the batch's own mean."),
    Mistake("variance around the new running mean", lambda x, mean, var, momentum: _around_running_mean(
        x, mean, var, momentum, _mixed(mean, x.mean(axis=0), momentum)),
            "Your variance measures the distances from the new running mean. Measure them from the batch's own mean: "
            "keep it in a name of its own."),
    Mistake("an update for each example", lambda x, mean, var, momentum: (
        reduce(lambda old, row: _mixed(old, row, momentum), x, mean), _update_running(x, mean, var, momentum)[1]),
            "The running mean moves once for each example. It moves once for the batch, by the batch's mean."),
)


def _evaluating_of(mean=lambda x, running: running, var=lambda x, running, mean: running, root=the_root,
                   x_hat=the_x_hat, scale=the_scale):
    """An evaluation, made of its steps: which mean, which variance, and what is done with them."""
    def made(x, running_mean, running_var, gamma, beta, eps):
        center, spread = mean(x, running_mean), var(x, running_var, running_mean)
        return scale(x_hat(x, center, root(spread, eps), spread, eps), gamma, beta)
    return made


def _own_mean(x, running):
    return x.mean(axis=0)


def _own_variance(x, running, mean):
    return x.var(axis=0)


def _own_from_two_on(x, running, mean=None):
    return running if len(x) < 2 else x.mean(axis=0) if mean is None else x.var(axis=0)


BATCHS_MEAN = (
    Mistake("mean of the batch", _own_mean, "The mean is that of x itself. Use the running one: it is handed in."),
    Mistake("one mean for the whole table", lambda x, running: running.mean(),
            "You averaged the running means over the features. Each feature has its own."),
    Mistake("mean updated", lambda x, running: 0.9 * running + 0.1 * x.mean(axis=0),
            "You updated the running mean first. In evaluation it stands still."),
)
BATCHS_VARIANCE = (
    *(Mistake("variance of the batch", wrong, "The variance is that of x itself. Use the running one: it is handed in.")
      for wrong in (_own_variance, lambda x, running, mean: x.var(axis=0, ddof=1),
                    lambda x, running, mean: ((x - mean) ** 2).mean(axis=0))),
    *(Mistake("variance corrected again", wrong,
              "You corrected the variance with m/(m − 1). That has been done when it was updated, and m of the example "
              "in front of you has no say.")
      for wrong in (lambda x, running, mean: running * len(x) / (len(x) - 1),
                    lambda x, running, mean: running * len(x) / max(len(x) - 1, 1),
                    lambda x, running, mean: running * max(len(x) - 1, 1) / len(x))),
    Mistake("one variance for the whole table", lambda x, running, mean: running.mean(),
            "You averaged the running variances over the features. Each feature has its own."),
    Mistake("variance updated", lambda x, running, mean: 0.9 * running + 0.1 * (
        x.var(axis=0, ddof=1) if len(x) > 1 else running),
            "You updated the running variance first. In evaluation it stands still."),
)
EVALUATING = (
    *(Mistake(f"batch statistics{words}", {"mean": own, "var": wrong},
              "You used the mean and the variance of x itself. In evaluation the running ones are used, which are "
              "handed in: one example may come alone.")
      for words, own, wrong in (("", _own_mean, _own_variance), ("", _own_from_two_on, _own_from_two_on),
                                (", with 1/(m − 1)", _own_mean, lambda x, running, mean: x.var(axis=0, ddof=1)))),
    Mistake("statistics updated", {"mean": BATCHS_MEAN[-1].wrong, "var": BATCHS_VARIANCE[-1].wrong},
            "You updated the running statistics first. In evaluation they stand still: else the examples before this "
            "one would change its output."),
    Mistake("one statistic for the whole table", {
        "mean": lambda x, running: running.mean(), "var": lambda x, running, mean: running.mean()},
            "You averaged the running statistics over the features. Each feature has its own."),
    Mistake("not normalized", {"x_hat": lambda x, mean, std, var, eps: x},
            "You scaled and shifted x itself. Normalize it first, with the running statistics."),
    *NORMALIZING[:3])
EVALUATE = (
    Mistake("returned the batch", lambda x, *_: x + 0.0, "Your result is x as it was given."),
    Mistake("brackets around x − mean missing", lambda x, mean, var, gamma, beta, eps: (
        gamma * x - mean / np.sqrt(var + eps) + beta),
            "Only the mean was divided, and only x was scaled: put the difference x − mean in brackets."),
)


def _fold_of(root=the_root, k=lambda gamma, std: gamma / std, weights=lambda W, k, mean, beta: W * k,
             bias=lambda b, mean, beta, k: (b - mean) * k + beta, order=tuple):
    """Weights and bias of one line, made of the steps: the root, the factor k, and what is done with it."""
    def made(W, b, gamma, beta, mean, var, eps):
        factor = k(gamma, root(var, eps))
        return order([weights(W, factor, mean, beta), bias(b, mean, beta, factor)])
    return made


WEIGHTS = (
    Mistake("rows for columns", lambda W, k, mean, beta: W * k[:, None],
            "The weights of a unit are a column of W, and you multiplied the rows."),
    Mistake("matrix product with k", lambda W, k, mean, beta: (W @ k)[:, None] * np.ones(len(k)),
            "W @ k adds the units up. Each column of W is multiplied by its own k: W * k."),
    Mistake("weights left as they were", lambda W, k, mean, beta: W + 0.0,
            "The weights are as they were. Batch norm stretches them, too: by k."),
    Mistake("weights divided by k", lambda W, k, mean, beta: W / k,
            "You divided the weights by k. They are multiplied by it."),
    Mistake("mean subtracted from the weights", lambda W, k, mean, beta: (W - mean) * k,
            "You subtracted the running mean from the weights. It goes into the bias alone."),
    *(Mistake("beta added to the weights", wrong, "beta stands in the new weights. It goes into the bias alone.")
      for wrong in (lambda W, k, mean, beta: W * k + beta, lambda W, k, mean, beta: (W - mean) * k + beta)),
    Mistake("weights multiplied by every k", lambda W, k, mean, beta: W * np.prod(k),
            "All the weights are multiplied by every k. Each column gets its own: in a loop, W[:, j] * k."),
)
BIAS_FIRST = Mistake("results in the wrong order", lambda results: results[::-1],
                     "You returned the bias first. Return W, b, in this order.")
FACTORS = (
    Mistake("std forgotten", lambda gamma, std: gamma,
            "Your factor is gamma alone. Batch norm divides by the root of running_var + eps as well."),
    Mistake("gamma forgotten", lambda gamma, std: 1 / std, "gamma is missing: k is gamma, divided by the root."),
    Mistake("multiplied by the root", lambda gamma, std: gamma * std,
            "You multiplied by the root. Batch norm divides by it."),
    Mistake("division turned upside down", lambda gamma, std: std / gamma,
            "Your k is upside down: gamma, divided by the root."),
)
BIASES = (
    Mistake("bias left as it was", lambda b, mean, beta, k: b + 0.0,
            "The bias is as it was. It is shifted by the mean, stretched, and beta comes to it."),
    Mistake("mean forgotten", lambda b, mean, beta, k: b * k + beta,
            "The running mean is missing: batch norm subtracts it from what the layer adds up, bias and all."),
    Mistake("bias forgotten", lambda b, mean, beta, k: beta - mean * k,
            "b is missing: the layer's own bias is shifted and scaled, too."),
    Mistake("beta forgotten", lambda b, mean, beta, k: (b - mean) * k, "beta is missing: it is added at the end."),
    Mistake("beta multiplied by k", lambda b, mean, beta, k: (b + beta - mean) * k,
            "beta is multiplied by k, too. It is added after the scaling: as it is."),
    Mistake("beta multiplied by k, bias forgotten", lambda b, mean, beta, k: (beta - mean) * k,
            "(beta − mean) · k is not it: beta is added after the scaling, and b is missing."),
    Mistake("bias not multiplied", lambda b, mean, beta, k: b - mean * k + beta,
            "b goes through batch norm, too: it is multiplied by k."),
    Mistake("mean not multiplied", lambda b, mean, beta, k: b * k - mean + beta,
            "The running mean is subtracted before the scaling: it is multiplied by k, too."),
    Mistake("nothing multiplied", lambda b, mean, beta, k: b - mean + beta,
            "In the new bias nothing is multiplied by k. b − mean goes through the scaling, beta comes after it."),
    Mistake("mean added", lambda b, mean, beta, k: (b + mean) * k + beta,
            "You added the running mean. Batch norm subtracts it."),
    Mistake("only beta", lambda b, mean, beta, k: beta + 0 * k,
            "Your new bias is beta alone. b minus the running mean, times k, belongs to it, too."),
    Mistake("beta subtracted", lambda b, mean, beta, k: (b - mean) * k - beta, "You subtracted beta. It is added."),
    Mistake("subtracted the wrong way round", lambda b, mean, beta, k: (mean - b) * k + beta,
            "The difference is the wrong way round: b minus the running mean."),
)
FOLD = (
    Mistake("statistics of the weights", lambda W, b, gamma, beta, mean, var, eps: _fold(
        W, b, gamma, beta, W.mean(axis=0), W.var(axis=0), eps),
            "You took the mean and the variance of W. The running ones are handed in."),
)


TABLE = np.array([[3.0, 0.0], [9.0, 2.0], [11.0, 2.0], [17.0, 4.0]])
NOT_SQUARE = {"note": "W was not square", "blames": "one kind of input"}


def _case(*args, **extra):
    return Case(tuple(np.array(arg) if np.ndim(arg) else arg for arg in args), **extra)


update_running = Exercise(
    name="update_running", call="(x, running_mean, running_var, momentum)", answer=_update_running,
    mistakes=UPDATE_RUNNING, made=_running_of,
    steps={"": UPDATING, "mix": MIXES, "divisor": DIVISORS, "mix_mean": in_the("running mean", MIXES),
           "mix_var": in_the("running variance", MIXES), "var": in_the("variance", VARIANCES_INSIDE),
           "mean": in_the("mean", MEANS_INSIDE), "center": in_the("mean", MEANS_INSIDE)},
    parts=("running_mean", "running_var"),
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
           _case(MIXED[:6].reshape(3, 2) / 1000, [0.001, 0.002], [3e-6, 1e-6], 0.5),
           _case([[2, 3], [7, 8], [4, 6]], [1.0, 2.0], [3.0, 0.5], 0.2, **WHOLE_NUMBERS),
           _case(OUTLIER[:, None] - [0, 5], [1.0, -2.0], [3.0, 6.0], 0.2, **ONE_OUTLIER),
           _case(MANY[:, None] * [1, -2], [1.0, -2.0], [3.0, 6.0], 0.2)),
    hints=("First the mean and the variance of the mini-batch, one value for each feature: axis 0.",
           "The variance of the batch is multiplied by m / (m − 1), or computed with ddof=1.",
           "new = (1 − momentum) * old + momentum * that of the batch, once for the mean and once for the variance."),
    gloss="`BatchNorm.forward` of the helper package does the same, written as old + momentum * (new − old).")

evaluate = Exercise(
    name="evaluate", call="(x, running_mean, running_var, gamma, beta, eps)", answer=_evaluate, mistakes=EVALUATE,
    made=_evaluating_of,
    steps={"": EVALUATING, "root": OF_A_GIVEN_VARIANCE, "x_hat": X_HATS, "scale": SCALES, "mean": BATCHS_MEAN,
           "var": BATCHS_VARIANCE},
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
           _case(MANY[:, None] * [1, -2], [1.0, -2.0], [3.0, 6.0], [0.5, 1.5], [1.25, 0.5], 0.5),
           _case([[2.5, -1.0]], [1.0, 2.0], [3.0, 0.5], [1.5, 0.5], [0.25, 2.5], 0.5, **ONE_EXAMPLE)),
    hints=("These are steps 3 and 4 of batch norm. Steps 1 and 2 are not needed any more.",
           "The mean and the variance of x itself play no part: x may be a single example.",
           "x_hat is (x − running_mean) divided by the root of running_var + eps. Return gamma * x_hat + beta."),
    gloss="`BatchNorm` of the helper package does this when its `training` is False.")

fold = Exercise(
    name="fold", call="(W, b, gamma, beta, running_mean, running_var, eps)", answer=_fold, mistakes=FOLD, made=_fold_of,
    steps={"bias": BIASES, "weights": WEIGHTS, "k": FACTORS, "root": OF_A_GIVEN_VARIANCE,
           "order": (BIAS_FIRST,)},
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
           _case(LONG[:4].reshape(2, 2), [0.25, -1.5], [2.5, 0.75], [0.5, 3.0], [0.5, 0.25], [2e-5, 2e-8], 1e-3),
           _case(LONG[:4].reshape(2, 2), [0.0, 1.0], [0.0, 2.0], [0.5, 1.5], [1.0, 2.0], [4.0, 2.0], 0.5, **GAMMA_ZERO),
           _case([[2, 3], [7, 8]], [1, 2], [1.5, 0.5], [0.25, 2.5], [1.0, 2.0], [3.0, 0.5], 0.5, **WHOLE_NUMBERS),
           _case(LONG[:6].reshape(3, 2), [1.5, -0.5], [1.5, -2.0], [0.25, 2.0], [1.0, 3.0], [3.0, 0.5], 0.5,
                 **NOT_SQUARE),
           _case(LONG[:5].reshape(5, 1), [1.5], [2.0], [0.25], [1.0], [3.0], 0.5, **NOT_SQUARE),
           _case(LONG[:4].reshape(1, 4), [1.5, 2.0, 0.5, 1.0], [2.0, 0.5, -1.5, 1.0], [0.25, 1.0, 2.0, -1.0],
                 [1.0, 0.5, -2.0, 3.0], [3.0, 2.0, 0.5, 1.0], 0.5, **NOT_SQUARE),
           _case(OUTLIER[:, None] - [0, 5], [1.5, -0.5], [1.5, -2.0], [0.25, 2.0], [1.0, 3.0], [3.0, 0.5], 0.5,
                 **ONE_OUTLIER),
           _case(MANY[:, None] * [1, -2], [1.5, -0.5], [1.5, -2.0], [0.25, 2.0], [1.0, 3.0], [3.0, 0.5], 0.5,
                 **NOT_SQUARE)),
    hints=("Write batch norm in evaluation for z = h @ W + b, with k = gamma divided by the root of running_var + eps: "
           "(z − running_mean) · k + beta.",
           "Sort it: what stands in front of h is the new W, all the rest is the new b.",
           "W * k multiplies each column by its own k; the new b is (b − running_mean) * k + beta."))
