"""The exercises of lesson 06: batch norm of a table, and of feature maps."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_05 import FOUR_STEPS, STEPS
from .shared import (GAMMA_ZERO, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8, ONE_EXAMPLE, ONE_OUTLIER,
                     OUTLIER, TINY, WHOLE_NUMBERS, batch_norm_of)

__all__ = ["batch_norm_features", "batch_norm_conv"]


def _without(feature):
    """A wrong function: batch norm that leaves one feature at 0."""
    def wrong(*args):
        y = batchnorm.batch_norm(*args)
        y[:, feature] = 0
        return y
    return wrong


EVERY_FEATURE = (
    Mistake("one gamma and beta for all features", {
        "scale": lambda x_hat, gamma, beta: np.ravel(gamma)[0] * x_hat + np.ravel(beta)[0]},
            "You used the first gamma and the first beta for everything. Each feature has a pair of its own."),
    Mistake("last feature skipped", _without(-1),
            "The last feature is 0 throughout. range(C) ends at C − 1 by itself."),
    Mistake("first feature skipped", _without(0), "The first feature is 0 throughout. Counting starts at 0."),
    Mistake("statistics of the features so far", lambda x, gamma, beta, eps: np.stack([
        gamma[c] * (x[:, c] - x[:, :c + 1].mean()) / np.sqrt(x[:, :c + 1].var() + eps) + beta[c]
        for c in range(x.shape[1])], axis=1),
            "Each feature has the values of those before it in its statistics. Empty the list, or set the sum back to "
            "0, for every feature."),
    Mistake("returned the batch", lambda x, *_: x + 0.0, "Your result is the batch itself: nothing was done to it."),
)

def _either_mean(name, axes, var_axes, says):
    """The mean over other axes than the variance, which is taken around that mean, or around its own."""
    return tuple(Mistake(name, {"axes": axes, "var_axes": var_axes, "own_mean": own}, says) for own in (True, False))


def _one_for_all(whole, feature, axes, everywhere):
    return (*_either_mean(f"one variance for the whole {whole}", axes, everywhere,
                          f"The variance is one number for the whole {whole}: each {feature} needs its own."),
            *_either_mean(f"one mean for the whole {whole}", everywhere, axes,
                          f"The mean is one number for the whole {whole}: each {feature} needs its own."))


# Over which axes the statistics of a table can be taken, where each feature needs its own.
TABLE = FOUR_STEPS + (
    Mistake("wrong axis", {"axes": (1,)},
            "You normalized each example by itself, over axis 1. A feature's statistics run over the batch: axis 0."),
    Mistake("one statistic for the whole table", {"axes": (0, 1)},
            "You took one mean and one variance for the whole table. Features measure different things: each has "
            "its own."),
    *_one_for_all("table", "feature", (0,), (0, 1)),
    *_either_mean("variances of the rows", (0,), (1,), "The variances are those of the rows, the examples, over axis "
                                                       "1. A feature's run over the batch: axis 0."),
    *_either_mean("means of the rows", (1,), (0,), "The means are those of the rows, the examples, over axis 1. A "
                                                   "feature's run over the batch: axis 0."),
    *(Mistake(f"{what}divided by {words}", {step: count for step in steps},
              f"You divided the sums of the {added} by {words}. How many did you add up in a column?")
      for words, count in (("the number of features", lambda x, m: x.shape[1]), ("m·C", lambda x, m: x.size))
      for what, added, steps in (("", "columns", ("count", "divisor")), ("mean ", "columns", ("count",)),
                                 ("variance ", "squares", ("divisor",)))),
    Mistake("sum of the squares not set back to 0", {
        "var": lambda x, mean, n: ((x - mean) ** 2).sum(axis=0).cumsum() / n},
            "Each variance has the squares of the columns before it in it. Set the sum back to 0 for every column."),
)
ROWS = (
    Mistake("reshaped instead of transposed", lambda x, gamma, beta, eps: gamma * batch_norm_of()(
        x.reshape(x.shape[::-1]).T, 1.0, 0.0, eps).T.reshape(x.shape) + beta,
            "reshape(C, m) cuts the numbers as they stand in memory, and so it mixes the features. The columns are the "
            "rows of x.T."),
    Mistake("walked over the rows", lambda x, gamma, beta, eps: np.array([
        batchnorm.batch_norm(row, g, b, eps) for row, g, b in zip(x, gamma, beta)]),
            "for row in x, and zip(x, …), walk over the rows, the examples. The columns are x[:, c], or the rows of "
            "x.T."),
)


def _flattened(there, back):
    """A wrong function: the maps are turned into a table (there), normalized, and turned into maps again (back)."""
    def wrong(x, gamma, beta, eps):
        return back(batchnorm.batch_norm(there(x), gamma, beta, eps), x)
    return wrong


def _last(x):
    """The maps as a table, a row for each pixel: the channels, moved to the end, are its columns."""
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


MAPS = FOUR_STEPS + (
    Mistake("per-pixel statistics", {"axes": (0,)},
            "You took the statistics of every pixel by itself. The same filter made all pixels of a channel: "
            "average over the pixels, too."),
    Mistake("one statistic for the whole tensor", {"axes": (0, 1, 2, 3)},
            "You took one mean and one variance for the whole tensor. Channels measure different things: each has "
            "its own."),
    *_one_for_all("tensor", "channel", (0, 2, 3), (0, 1, 2, 3)),
    Mistake("each map by itself", {"axes": (2, 3)},
            "You normalized every map of every image by itself. That is called instance normalization. In batch norm "
            "the images of a batch share their statistics."),
    *_either_mean("mean of each map by itself", (2, 3), (0, 2, 3),
                  "You took the mean of every map by itself; the images of a batch share it."),
    Mistake("each image by itself", {"axes": (1, 2, 3)},
            "You normalized every image by itself. That is called layer normalization. In batch norm the images of a "
            "batch share their statistics, and the channels do not."),
    Mistake("statistics over the channels", {"axes": (1,)},
            "You averaged over axis 1, the channels, and kept all the rest. It is the other way round."),
    Mistake("channels taken to be last", {"axes": (0, 1, 2)},
            "You kept the last axis. The channels are axis 1 here: (N, C, H, W). In Keras they come last."),
    Mistake("pixels left out, channels mixed", {"axes": (0, 1)},
            "You averaged over images and channels. A channel's statistics run over images, rows and columns."),
    Mistake("columns left out", {"axes": (0, 2)},
            "You averaged over images and rows, and not over columns. A channel's statistics run over all three."),
    Mistake("rows left out", {"axes": (0, 3)},
            "You averaged over images and columns, and not over rows. A channel's statistics run over all three."),
    Mistake("average of the maps' variances", {"x_hat": lambda x, mean, std, var, eps: (
        (x - mean) / np.sqrt(x.var(axis=(2, 3), keepdims=True).mean(axis=0) + eps))},
            "You averaged the variances of the single maps. They miss how far the maps lie from one another: "
            "measure all deviations from the channel's own mean."),
    *(Mistake(f"{what}divided by {words} only", {step: count for step in steps},
              f"{said} by {words}, {meant}. A channel holds N·H·W values.")
      for words, meant, count in (("N", "the number of images", lambda x, m: len(x)),
                                  ("H·W", "the pixels of one map", lambda x, m: x[0, 0].size))
      for what, said, steps in (("", "Your averages divide", ("count", "divisor")),
                                ("mean ", "Your mean divides", ("count",)),
                                ("variance ", "Your variance divides", ("divisor",)))),
    Mistake("1/(N·H·W − 1)", {"divisor": lambda x, m: m - 1},
            "Your variance divides by N·H·W − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/(N·H·W)."),
)
RESHAPED = (
    Mistake("reshaped without the transpose",
            _flattened(lambda x: x.reshape(-1, x.shape[1]), lambda y, x: y.reshape(x.shape)),
            "reshape(-1, C) cuts the numbers as they stand in memory, and so it mixes the channels. Move axis 1 to the "
            "end first, with transpose."),
    Mistake("not transposed back", _flattened(_last, lambda y, x: y.reshape(x.shape)),
            "The numbers are right, and most of them stand in the wrong place. reshape does not undo a transpose: "
            "reshape to (N, H, W, C), then transpose back."),
    Mistake("channels left last", _flattened(_last, lambda y, x: y.reshape(*x[:, 0].shape, -1)),
            "The numbers are right. The channels are still the last axis: transpose back to (N, C, H, W)."),
    Mistake("not swapped back", _flattened(_last, lambda y, x: y.T.reshape(x.shape)),
            "The numbers are right, and most of them stand in the wrong place. reshape does not undo a transpose: "
            "reshape to (C, N, H, W), then swap the first two axes."),
)


def _features(x, gamma, beta, eps, **extra):
    return Case((np.array(x), np.array(gamma), np.array(beta), eps), **extra)


def _as_maps(*channels):
    """Channels of as many values as there are images, as maps of one pixel each."""
    return np.stack(channels, axis=1)[:, :, None, None]


ONE_FEATURE_ONLY = {"note": "there was one feature", "blames": "one kind of input"}

batch_norm_features = Exercise(
    name="batch_norm_features", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm,
    mistakes=EVERY_FEATURE + ROWS, made=batch_norm_of,
    steps={"": TABLE, **STEPS},
    task="`x` is a table of shape `(m, C)`: one row per example, one column per feature. `gamma` and `beta` have shape "
         "`(C,)`, `eps` is a number. Return the output y of all four steps, shape `(m, C)`.",
    cases=(_features([[3.0, 300.0], [9.0, 900.0], [11.0, 1100.0], [17.0, 1700.0]], [2.0, 10.0], [1.0, 50.0], 0.0),
           _features([[2.5, -1.0, 4.0], [7.0, 0.5, 8.5]], [-1.5, 2.0, 0.5], [4.0, -3.0, 0.25], 0.5),
           _features(LONG[:9].reshape(3, 3), [0.5, -1.0, 3.0], [-3.0, 2.0, 1.0], 2.0),
           _features(LONG[:20].reshape(4, 5), [3.0, 1.0, -0.5, 2.0, 1.5], [0.25, -1.0, 4.0, 2.0, -2.0], 0.0),
           _features(LONG.reshape(8, 4), [-2.0, 1.0, 3.0, 0.5], [7.0, -1.0, 2.0, 0.5], 3.0),
           _features(np.stack([TINY, TINY[::-1] * 3], axis=1), [1.5, -2.0], [0.5, 1.0], 1e-5),
           _features(np.stack([TINY, TINY[::-1] * 3], axis=1), [1.5, -2.0], [0.0, 0.0], 0.5),
           _features(np.stack([MIXED, -1 - MIXED[::-1]], axis=1), [0.75, -3.0], [-1.5, 0.25], 0.25),
           _features([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]], [2.0, -1.0], [3.0, 0.5], 0.5),
           _features([[2.5, -1.0], [7.0, 0.5], [1.0, 3.0]], [0.0, 2.0], [1.5, -1.0], 0.5, **GAMMA_ZERO),
           _features([[2, 3], [7, 8], [4, 6]], [0.5, 1.5], [1.25, -2.0], 0.5, **WHOLE_NUMBERS),
           _features(OUTLIER[:, None] - [0, 5], [2.0, -3.0], [-0.5, 1.0], 0.5, **ONE_OUTLIER),
           _features(MANY[:, None] * [1, -2], [2.0, -3.0], [-0.5, 1.0], 0.5),
           _features([[2.5, -1.0]], [2.0, -1.0], [3.0, 0.5], 0.5, **ONE_EXAMPLE),
           _features([[2.5], [7.0], [-1.0]], [2.0], [3.0], 0.5, **ONE_FEATURE_ONLY),
           _features(np.stack([NEAR_1E8, -NEAR_1E8[::-1]], axis=1), [2.0, 0.5], [-1.0, 3.0], 0.5, **LARGE_OFFSET)),
    hints=("The same four lines as for one feature. Only the two averages must be told in which direction to walk.",
           "A mean and a variance for each column: axis 0 disappears, and C numbers stay.",
           "x.mean(axis=0) has shape (C,). So have gamma and beta, and NumPy lines all three up with the columns."),
    short_solution="mean = x.mean(axis=0)\nvar = ((x - mean) ** 2).mean(axis=0)\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn gamma * x_hat + beta",
    gloss="`batch_mean` and `batch_variance` keep axis 1 and average over all others; for `(m, C)` that is axis 0.")

batch_norm_conv = Exercise(
    name="batch_norm_conv", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm,
    mistakes=EVERY_FEATURE + RESHAPED, made=batch_norm_of,
    steps={"": MAPS, **STEPS},
    task="`x` holds the feature maps of N images in C channels, H by W pixels each: shape `(N, C, H, W)`. `gamma` and "
         "`beta` have shape `(C,)`, `eps` is a number. Return the output y of all four steps, shape `(N, C, H, W)`.",
    cases=(_features([[[[3.0, 9.0]], [[30.0, 90.0]]], [[[11.0, 17.0]], [[110.0, 170.0]]]],
                     [2.0, 10.0], [1.0, 50.0], 0.0),
           _features(LONG[:24].reshape(2, 3, 2, 2), [-1.5, 2.0, 0.5], [4.0, -3.0, 0.25], 0.5),
           _features(LONG[:12].reshape(3, 2, 1, 2), [0.5, -1.0], [-3.0, 2.0], 2.0),
           _features(LONG[:18].reshape(1, 3, 2, 3), [3.0, 1.0, -0.5], [0.25, -1.0, 4.0], 0.5),
           _features(LONG.reshape(4, 2, 2, 2), [-2.0, 1.0], [7.0, -1.0], 3.0),
           _features(np.resize(TINY, 12).reshape(2, 2, 1, 3) + LONG[:12].reshape(2, 2, 1, 3) / 1000,
                     [1.5, -2.0], [0.5, 1.0], 1e-5),
           _features(_as_maps(TINY, TINY[::-1] * 3), [1.5, -2.0], [0.0, 0.0], 0.5),
           _features(_as_maps(MIXED, -1 - MIXED[::-1]), [0.75, -3.0], [-1.5, 0.25], 0.25),
           _features(np.full((2, 3, 2, 1), 5.0), [2.0, -1.0, 1.0], [3.0, 0.5, -2.0], 0.5),
           _features(LONG[:8].reshape(2, 2, 1, 2), [0.0, 2.0], [1.5, -1.0], 0.5, **GAMMA_ZERO),
           _features(np.arange(12).reshape(2, 2, 3, 1) ** 2 % 17, [0.5, 1.5], [1.25, -2.0], 0.5, **WHOLE_NUMBERS),
           _features(_as_maps(OUTLIER, OUTLIER - 5), [2.0, -3.0], [-0.5, 1.0], 0.5, **ONE_OUTLIER),
           _features(_as_maps(MANY, -2 * MANY), [2.0, -3.0], [-0.5, 1.0], 0.5),
           _features([[[[4.5]], [[-2.0]]]], [2.0, -1.0], [3.0, 0.5], 0.5, **ONE_EXAMPLE),
           _features(LONG[:4].reshape(2, 1, 1, 2), [2.0], [3.0], 0.5, **ONE_FEATURE_ONLY),
           _features(_as_maps(NEAR_1E8, -NEAR_1E8[::-1]), [2.0, 0.5], [-1.0, 3.0], 0.5, **LARGE_OFFSET)),
    hints=("One channel is one feature: one filter made all its pixels. Which axes hold the values of one channel?",
           "Everything but axis 1: the images, the rows and the columns, axis=(0, 2, 3). C numbers stay.",
           "Keep the axes with keepdims=True, and give gamma and beta the shape (1, C, 1, 1) with "
           "reshape(1, -1, 1, 1): then all of them line up with x."),
    short_solution="mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = x.var(axis=(0, 2, 3), keepdims=True)\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\n"
          "return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)",
    gloss="`batch_mean` and `batch_variance` average over every axis but axis 1; `normalize` and `scale_and_shift` "
          "line the C numbers up with it again.")
