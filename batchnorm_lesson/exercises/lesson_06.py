"""The exercises of lesson 06: batch norm of a table, and of feature maps."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_05 import INSIDE
from .shared import LONG, WHOLE_NUMBERS

__all__ = ["batch_norm_features", "batch_norm_conv"]

def _along(values, x):
    """gamma or beta ``(C,)``, shaped so that it lines up with axis 1 of x."""
    return np.reshape(values, (-1,) + (1,) * (x.ndim - 2))


def _over(axes, normalized=lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps), ddof=0):
    """A wrong function: batch norm with the statistics over these axes, or with another way to normalize."""
    def wrong(x, gamma, beta, eps):
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, ddof=ddof, keepdims=True)
        return _along(gamma, x) * normalized(x, mean, var, eps) + _along(beta, x)
    return wrong


def _in_every_feature(axes):
    """The mistakes of one feature, made in every feature; axes are the right ones."""
    def normalized(x, eps):
        return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)

    inside = [mistake for mistake in INSIDE if mistake.name != "normalized each example"]
    return tuple(mistake._replace(wrong=_over(axes, mistake.wrong)) for mistake in inside) + (
        Mistake("gamma and beta swapped",
                lambda x, gamma, beta, eps: _along(beta, x) * normalized(x, eps) + _along(gamma, x),
                "You swapped the two: gamma multiplies, beta is added."),
        Mistake("shift before scale",
                lambda x, gamma, beta, eps: _along(gamma, x) * (normalized(x, eps) + _along(beta, x)),
                "You shifted first, so the shift was stretched too. Scale first: then beta is exactly the mean you "
                "get."),
        Mistake("beta forgotten", lambda x, gamma, beta, eps: _along(gamma, x) * normalized(x, eps),
                "Every feature is normalized and scaled, and not shifted: beta is missing."),
        Mistake("gamma forgotten", lambda x, gamma, beta, eps: normalized(x, eps) + _along(beta, x),
                "Every feature is normalized and shifted, and not scaled: gamma is missing."),
        Mistake("gamma and beta forgotten", lambda x, gamma, beta, eps: normalized(x, eps),
                "You stopped after normalizing. The fourth step, scale and shift, is missing."),
        Mistake("one gamma and beta for all features",
                lambda x, gamma, beta, eps: gamma[0] * normalized(x, eps) + beta[0],
                "You used the first gamma and the first beta for everything. Each feature has a pair of its own."),
    )


BATCH_NORM_FEATURES = _in_every_feature(0) + (
    Mistake("wrong axis", _over(1),
            "You normalized each example by itself, over axis 1. A feature's statistics run over the batch: axis 0."),
    Mistake("one statistic for the whole table", _over((0, 1)),
            "You took one mean and one variance for the whole table. Features measure different things: each has "
            "its own."),
    Mistake("one variance for the whole table",
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(x.var() + eps) + beta,
            "The means are right, one for each feature. The variance is one number for the whole table: give it "
            "an axis, too."),
    Mistake("one mean for the whole table",
            lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var(axis=0) + eps) + beta,
            "The variances are right, one for each feature. The mean is one number for the whole table: give it "
            "an axis, too."),
    Mistake("1/(m − 1)", _over(0, ddof=1),
            "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/m."),
    Mistake("divided by the number of features", lambda x, gamma, beta, eps: gamma * (x - x.sum(axis=0) / x.shape[1])
            / np.sqrt(((x - x.sum(axis=0) / x.shape[1]) ** 2).sum(axis=0) / x.shape[1] + eps) + beta,
            "You divided the column sums by C, the number of features. How many values did you add up in a column?"),
)

BATCH_NORM_CONV = _in_every_feature((0, 2, 3)) + (
    Mistake("per-pixel statistics", _over(0),
            "You took the statistics of every pixel by itself. The same filter made all pixels of a channel: "
            "average over the pixels, too."),
    Mistake("one statistic for the whole tensor", _over((0, 1, 2, 3)),
            "You took one mean and one variance for the whole tensor. Channels measure different things: each has "
            "its own."),
    Mistake("each map by itself", _over((2, 3)),
            "You normalized every map of every image by itself. That is called instance normalization. In batch norm "
            "the images of a batch share their statistics."),
    Mistake("each image by itself", _over((1, 2, 3)),
            "You normalized every image by itself. That is called layer normalization. In batch norm the images of a "
            "batch share their statistics, and the channels do not."),
    Mistake("channels taken to be last", _over((0, 1, 2)),
            "You kept the last axis. The channels are axis 1 here: (N, C, H, W). In Keras they come last."),
    Mistake("columns left out", _over((0, 2)),
            "You averaged over images and rows, and not over columns. A channel's statistics run over all three."),
    Mistake("rows left out", _over((0, 3)),
            "You averaged over images and columns, and not over rows. A channel's statistics run over all three."),
    Mistake("average of the maps' variances",
            _over((0, 2, 3), lambda x, mean, var, eps:
                  (x - mean) / np.sqrt(x.var(axis=(2, 3), keepdims=True).mean(axis=0) + eps)),
            "You averaged the variances of the single maps. They miss how far the maps lie from one another: "
            "measure all deviations from the channel's own mean."),
    Mistake("1/(N·H·W − 1)", _over((0, 2, 3), ddof=1),
            "Your variance divides by N·H·W − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/(N·H·W)."),
)


def _features(x, gamma, beta, eps, **extra):
    return Case((np.array(x), np.array(gamma), np.array(beta), eps), **extra)


batch_norm_features = Exercise(
    name="batch_norm_features", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm,
    catalogue=BATCH_NORM_FEATURES,
    task="`x` is a table of shape `(m, C)`: one row per example, one column per feature. `gamma` and `beta` have shape "
         "`(C,)`, `eps` is a number. Return the output y of all four steps, shape `(m, C)`.",
    cases=(_features([[3.0, 300.0], [9.0, 900.0], [11.0, 1100.0], [17.0, 1700.0]], [2.0, 10.0], [1.0, 50.0], 0.0),
           _features([[2.5, -1.0, 4.0], [7.0, 0.5, 8.5]], [-1.5, 2.0, 0.5], [4.0, -3.0, 0.25], 0.5),
           _features(LONG[:9].reshape(3, 3), [0.5, -1.0, 3.0], [-3.0, 2.0, 1.0], 2.0),
           _features(LONG[:20].reshape(4, 5), [3.0, 1.0, -0.5, 2.0, 1.5], [0.25, -1.0, 4.0, 2.0, -2.0], 0.0),
           _features(LONG.reshape(8, 4), [-2.0, 1.0, 3.0, 0.5], [7.0, -1.0, 2.0, 0.5], 3.0),
           _features([[0.001, 0.02], [0.004, 0.05], [0.007, 0.03]], [1.5, -2.0], [0.5, 1.0], 1e-5),
           _features([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]], [2.0, -1.0], [3.0, 0.5], 0.5),
           _features([[2, 3], [7, 8], [4, 6]], [0.5, 1.5], [1.25, -2.0], 0.5, **WHOLE_NUMBERS)),
    hints=("The same four lines as for one feature. Only the two averages must be told in which direction to walk.",
           "A mean and a variance for each column: axis 0 disappears, and C numbers stay.",
           "x.mean(axis=0) has shape (C,). So have gamma and beta, and NumPy lines all three up with the columns."),
    plain="mean = x.mean(axis=0)\nvar = ((x - mean) ** 2).mean(axis=0)\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn gamma * x_hat + beta",
    gloss="`batch_mean` and `batch_variance` keep axis 1 and average over all others; for `(m, C)` that is axis 0.")

batch_norm_conv = Exercise(
    name="batch_norm_conv", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm,
    catalogue=BATCH_NORM_CONV,
    task="`x` holds the feature maps of N images in C channels, H by W pixels each: shape `(N, C, H, W)`. `gamma` and "
         "`beta` have shape `(C,)`, `eps` is a number. Return the output y of all four steps, shape `(N, C, H, W)`.",
    cases=(_features([[[[3.0, 9.0]], [[30.0, 90.0]]], [[[11.0, 17.0]], [[110.0, 170.0]]]],
                     [2.0, 10.0], [1.0, 50.0], 0.0),
           _features(LONG[:24].reshape(2, 3, 2, 2), [-1.5, 2.0, 0.5], [4.0, -3.0, 0.25], 0.5),
           _features(LONG[:12].reshape(3, 2, 1, 2), [0.5, -1.0], [-3.0, 2.0], 2.0),
           _features(LONG[:18].reshape(1, 3, 2, 3), [3.0, 1.0, -0.5], [0.25, -1.0, 4.0], 0.5),
           _features(LONG.reshape(4, 2, 2, 2), [-2.0, 1.0], [7.0, -1.0], 3.0),
           _features(LONG[:12].reshape(2, 2, 1, 3) / 1000, [1.5, -2.0], [0.5, 1.0], 1e-5),
           _features(np.full((2, 3, 2, 1), 5.0), [2.0, -1.0, 1.0], [3.0, 0.5, -2.0], 0.5),
           _features(np.arange(12).reshape(2, 2, 3, 1) ** 2 % 17, [0.5, 1.5], [1.25, -2.0], 0.5, **WHOLE_NUMBERS)),
    hints=("One channel is one feature: one filter made all its pixels. Which axes hold the values of one channel?",
           "Everything but axis 1: the images, the rows and the columns, axis=(0, 2, 3). C numbers stay.",
           "Keep the axes with keepdims=True, and give gamma and beta the shape (1, C, 1, 1) with "
           "reshape(1, -1, 1, 1): then all of them line up with x."),
    plain="mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = x.var(axis=(0, 2, 3), keepdims=True)\n"
          "x_hat = (x - mean) / np.sqrt(var + eps)\n"
          "return gamma.reshape(1, -1, 1, 1) * x_hat + beta.reshape(1, -1, 1, 1)",
    gloss="`batch_mean` and `batch_variance` average over every axis but axis 1; `_per_feature` lines the C "
          "numbers up again.")
