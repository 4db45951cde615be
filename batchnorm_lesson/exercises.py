"""The exercises of the lessons: ``exercises.batch_mean.check(my_batch_mean)``, ``.hint()``, ``.solution()``.

Each has a statement (also its display in a notebook), the batches that its check uses, hints, the package's own
function as its answer, and a plain solution where that function does more than is asked. The first case is the worked example. The numbers are chosen so that every mistake of the
catalogue gives other results: several m, a mean below 0, an eps that is not tiny, a gamma below 0.
"""
import inspect

import numpy as np

from . import batchnorm, mistakes
from .checks import Case, Exercise

EXAMPLE = np.array([3.0, 9.0, 11.0, 17.0])
PAIR = np.array([2.5, 7.0])
TRIPLE = np.array([-6.5, 1.0, -2.2])
FOUR = np.array([0.5, -3.0, 4.5, 8.2])
LONG = np.random.default_rng(1502).integers(-60, 140, 32) / 10
WHOLE = np.array([2, 3, 7, 8, 9])
EQUAL = np.array([5.0, 5.0, 5.0])
TINY = np.array([0.001, 0.004, 0.007])
FAR_FROM_ZERO = np.array([9999.9, 10000.1, 10000.15, 9999.85, 10000.0, 10000.05, 9999.95, 10000.1], dtype=np.float32)
FORUM_BATCH = np.array([43, 77, 12, 23, 85, 75, 64, 62, 84, 22, 13, 81, 34, 80, 24, 63,
                        67, 23, 19, 13, 52, 14, 10, 30, 30, 20, 15, 34, 32, 69, 11, 53], dtype=float)
WHOLE_NUMBERS = {"note": "x held whole numbers", "blames": "integer result"}


def _with_statistics(x, eps, **extra):
    return Case((x, x.mean(), x.var(), eps), **extra)


batch_mean = Exercise(
    name="batch_mean", call="(x)", answer=batchnorm.batch_mean, catalogue=mistakes.MEAN,
    task="`x` is a mini-batch of one feature: a NumPy array of m numbers, shape `(m,)`. "
         "Return their mean, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)),
           Case((WHOLE,), **WHOLE_NUMBERS)),
    hints=("The mean is the balance point: what would each example get if the total were shared equally?",
           "Two quantities: the sum of the values, and m, the number of values. m is the length of x.",
           "Return the sum of x, divided with / by the length of x. NumPy arrays also have a method for the whole."),
    plain="return x.sum() / len(x)",
    gloss="`_mini_batch` refuses what is not a batch of finite numbers. For shape `(m,)`, `_batch_axes(x)` is axis 0.")

batch_mean_table = Exercise(
    name="batch_mean_table", call="(x)", answer=batchnorm.batch_mean, catalogue=mistakes.MEAN_TABLE,
    task="`x` is a table of shape `(m, C)`: one row per example, one column per feature. "
         "Return the batch mean of each feature, C numbers, shape `(C,)`.",
    cases=(Case((np.array([[1.0, 100.0], [2.0, 200.0], [3.0, 300.0], [4.0, 400.0]]),)),
           Case((np.array([[2.5, -1.0, 4.0], [7.0, 0.5, 8.5]]),)),
           Case((LONG[:9].reshape(3, 3),)), Case((LONG[:20].reshape(4, 5),)), Case((LONG.reshape(8, 4),)),
           Case((np.array([[2, 3], [7, 8], [4, 6]]),), **WHOLE_NUMBERS)),
    hints=("A batch mean belongs to one feature. Which way through the table do you walk to meet all its values?",
           "Down a column: the examples are counted by axis 0.",
           "The mean method of an array takes axis=…, the axis that disappears. m should disappear and C should stay."),
    plain="return x.sum(axis=0) / len(x)",
    gloss="`_mini_batch` refuses what is not a batch of finite numbers; for `(m, C)`, `_batch_axes(x)` is axis 0.")

batch_variance = Exercise(
    name="batch_variance", call="(x)", answer=batchnorm.batch_variance, catalogue=mistakes.VARIANCE,
    task="`x` is a mini-batch of one feature, shape `(m,)`, float32 or float64. "
         "Return its variance with 1/m, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((EQUAL,)),
           Case((WHOLE,), **WHOLE_NUMBERS),
           Case((FAR_FROM_ZERO,), tolerance=0.05, note="x held float32 numbers near 10,000",
                blames=mistakes.FLOAT32_SQUARES[0])),
    hints=("How far is each value from the mean? Those deviations cancel: what makes them all positive?",
           "Subtract the mean from every value, square, and average the squares.",
           "One line each: the mean; the deviations x − mean; the mean of the squared deviations, which divides by m."),
    plain="mean = x.mean()\nsquares = (x - mean) ** 2\nreturn squares.sum() / len(x)",
    gloss="`_mini_batch` refuses what is not a batch of finite numbers. For shape `(m,)`, `_batch_axes(x)` is axis 0 "
          "and `_per_feature` changes nothing.")

normalize = Exercise(
    name="normalize", call="(x, mean, var, eps)", answer=batchnorm.normalize, catalogue=mistakes.NORMALIZE,
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

scale_and_shift = Exercise(
    name="scale_and_shift", call="(x_hat, gamma, beta)", answer=batchnorm.scale_and_shift,
    catalogue=mistakes.SCALE_AND_SHIFT,
    task="`x_hat` holds m normalized values, shape `(m,)`; `gamma` and `beta` are numbers. "
         "Return the output y, shape `(m,)`.",
    cases=(Case((np.array([-1.4, -0.2, 0.2, 1.4]), 2.0, 1.0)), Case((PAIR, -1.5, 4.0)), Case((TRIPLE, 0.5, -3.0)),
           Case((FOUR, 3.0, 0.25)), Case((LONG, -2.0, 7.0)), Case((WHOLE, 0.5, 1.25), **WHOLE_NUMBERS)),
    hints=("gamma stretches, beta moves. Which one multiplies?",
           "y is a straight line in x_hat: gamma is its slope, and beta its value where x_hat is 0.",
           "Multiply x_hat by gamma first, then add beta to every value."),
    plain="return gamma * x_hat + beta",
    gloss="`_mini_batch` and `_parameter` refuse what does not fit. The formula is in the last line.")

batch_norm = Exercise(
    name="batch_norm", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm, catalogue=mistakes.BATCH_NORM,
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

undo_gamma_beta = Exercise(
    name="undo_gamma_beta", call="(x, eps)", answer=mistakes.undo_gamma_beta, catalogue=mistakes.UNDO,
    parts=("gamma", "beta"),
    task="`x` is a mini-batch of one feature, shape `(m,)`, with values that differ; `eps` is a number. "
         "Return two numbers, gamma and beta, for which batch norm with this eps gives x back.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((WHOLE, 0.5), **WHOLE_NUMBERS)),
    hints=("Normalizing did two things: it subtracted a number, and it divided by another. Undo both.",
           "gamma multiplies: it must be what normalizing divided by, eps and all. beta must be what was subtracted.",
           "gamma is the root of (variance + eps); beta is the mean."))

detective = Exercise(
    name="detective", call="(x, eps)", stub="my_repair", answer=mistakes.repaired_normalize,
    catalogue=mistakes.DETECTIVE,
    task="The forum's function should normalize a mini-batch `x`, shape `(m,)`, by the formula of lesson 3, and has "
         "two bugs. "
         "Return the right x_hat, shape `(m,)`.",
    cases=(Case((EXAMPLE, 0.0)), Case((PAIR, 0.5)), Case((TRIPLE, 2.0)), Case((FOUR, 0.0)), Case((LONG, 3.0)),
           Case((FORUM_BATCH, 1e-5)), Case((EQUAL, 0.5)), Case((WHOLE, 0.5), **WHOLE_NUMBERS)),
    hints=("Write the formula of lesson 3 beside the function, line by line. Which lines say something else?",
           "One bug makes every value about 1.6 % too small for m = 32; the other adds the same number to every value.",
           "ddof=1 divides by m − 1. And in a / b + eps, when is eps added: before the division or after it?"))
detective.forum_code = inspect.getsource(mistakes.forum_normalize)
detective.forum_normalize = mistakes.forum_normalize
detective.batch = FORUM_BATCH.copy()


def _way_back(dy, x, gamma, eps, **extra):
    """The arguments of input_gradient, with x_hat and std of a real batch."""
    std = np.sqrt(x.var() + eps)
    return Case((np.asarray(dy), (x - x.mean()) / std, gamma, std), **extra)


UPSTREAM = np.random.default_rng(7).integers(-20, 30, 32) / 10
WHOLE_UPSTREAM = {"note": "dy held whole numbers", "blames": "integer result"}

parameter_gradients = Exercise(
    name="parameter_gradients", call="(dy, x_hat)", answer=mistakes.parameter_gradients,
    catalogue=mistakes.PARAMETER_GRADIENTS, parts=("dgamma", "dbeta"),
    task="`dy` is the gradient of the loss with respect to the output y, and `x_hat` the normalized batch, both of "
         "shape `(m,)`. Return the gradients with respect to gamma and beta, two numbers, dgamma first.",
    cases=tuple(Case((np.asarray(dy), (x - x.mean()) / np.sqrt(x.var() + eps)), **extra) for dy, x, eps, extra in (
        ([1.0, 0.0, 0.0, 2.0], EXAMPLE, 0.0, {}), ([0.5, -2.0], PAIR, 0.5, {}), ([1.5, -0.5, 2.0], TRIPLE, 2.0, {}),
        ([-1.0, 0.3, 2.2, 0.7], FOUR, 0.0, {}), (UPSTREAM, LONG, 3.0, {}),
        ([2, -1, 4, 0, 3], WHOLE, 0.5, WHOLE_UPSTREAM))),
    hints=("If beta grows by 1, how far does each output move? And if gamma grows by 1?",
           "beta moves every output by 1, gamma moves each output by its x_hat. dy says what a move is worth.",
           "dgamma is the sum of dy times x_hat, dbeta is the sum of dy. No division."),
    gloss="`batchnorm_lesson.batch_norm_backward` has the same two lines, for every feature at once.")

input_gradient = Exercise(
    name="input_gradient", call="(dy, x_hat, gamma, std)", answer=mistakes.input_gradient,
    catalogue=mistakes.INPUT_GRADIENT,
    task="`dy` is the gradient of the loss with respect to the output y, and `x_hat` the normalized batch, both of "
         "shape `(m,)`; `gamma` and `std` are numbers. `std` is √(variance + eps), eps inside the root. "
         "Return dx, the gradient with respect to the input x, shape `(m,)`.",
    cases=(_way_back([1.0, 0.0, 0.0, 0.0], EXAMPLE, 2.0, 0.0), _way_back([0.5, -2.0], PAIR, -1.5, 2.0),
           _way_back([1.5, -0.5, 2.0], TRIPLE, 0.5, 2.0), _way_back([-1.0, 0.3, 2.2, 0.7], FOUR, 3.0, 0.0),
           _way_back(UPSTREAM, LONG, -2.0, 3.0), _way_back([2, -1, 4, 0, 3], WHOLE, 0.5, 0.5, **WHOLE_UPSTREAM)),
    hints=("A nudge of one x reaches the outputs on three roads: directly, through the mean, and through the variance.",
           "The direct road brings dy. The statistics follow the nudge: they take the average of dy away, and the part "
           "of dy along x_hat.",
           "Take from dy its mean, and x_hat times the mean of (dy times x_hat). Multiply what is left by gamma / std."),
    gloss="`batchnorm_lesson.batch_norm_backward` has the same formula, for every feature at once.")

batch_norm_backward = Exercise(
    name="batch_norm_backward", call="(dy, x, gamma, eps)", answer=mistakes.backward_pass,
    catalogue=mistakes.BATCH_NORM_BACKWARD, parts=mistakes.RESULTS,
    task="`dy` is the gradient of the loss with respect to the output y, and `x` the mini-batch of one feature, both "
         "of shape `(m,)`; `gamma` and `eps` are numbers. Return three results: dx, shape `(m,)`, then dgamma and "
         "dbeta, two numbers.",
    cases=(Case((np.array([1.0, 0.0, 0.0, 2.0]), EXAMPLE, 2.0, 0.0)), Case((np.array([0.5, -2.0]), PAIR, -1.5, 2.0)),
           Case((np.array([1.5, -0.5, 2.0]), TRIPLE, 0.5, 2.0)),
           Case((np.array([-1.0, 0.3, 2.2, 0.7]), FOUR, 3.0, 0.25)), Case((UPSTREAM, LONG, -2.0, 3.0)),
           Case((np.array([0.4, 1.0, -0.8]), TINY, 1.5, 1e-5)),
           Case((np.array([2, -1, 4, 0, 3]), WHOLE, 0.5, 0.5), note="dy and x held whole numbers",
                blames="integer result")),
    hints=("The way there comes first: which quantities of the forward pass do the formulas of the two exercises above need?",
           "std is √(variance + eps), with eps inside the root; x_hat is x − mean, divided by std. With these two you can "
           "call my_parameter_gradients and my_input_gradient.",
           "Four lines: std, from x and eps; x_hat; dgamma, dbeta = my_parameter_gradients(dy, x_hat); and dx = "
           "my_input_gradient(dy, x_hat, gamma, std). Then return dx, dgamma, dbeta."),
    plain="std = np.sqrt(x.var() + eps)\nx_hat = (x - x.mean()) / std\n"
          "dgamma, dbeta = (dy * x_hat).sum(), dy.sum()\n"
          "dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())\nreturn dx, dgamma, dbeta",
    gloss="The cache is x_hat, gamma and std. The way back, for every feature at once:\n\n```python\n"
          f"{inspect.getsource(batchnorm.batch_norm_backward)}```")


def _features(x, gamma, beta, eps, **extra):
    return Case((np.array(x), np.array(gamma), np.array(beta), eps), **extra)


batch_norm_features = Exercise(
    name="batch_norm_features", call="(x, gamma, beta, eps)", answer=batchnorm.batch_norm,
    catalogue=mistakes.BATCH_NORM_FEATURES,
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
    catalogue=mistakes.BATCH_NORM_CONV,
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

saturated_share = Exercise(
    name="saturated_share", call="(h)", answer=mistakes.saturated_share, catalogue=mistakes.SATURATED,
    task="`h` holds the outputs of a tanh layer, shape `(m, units)`: a row for each image, a column for each unit. Call "
         "an output saturated when it is farther from zero than 0.97. Return the share of saturated outputs in the "
         "whole table, one number from 0 to 1.",
    cases=(Case((np.array([[0.99, -0.2, 0.5], [-0.98, 1.0, 0.1]]),)),
           Case((np.array([[0.2, -0.98], [0.999, -0.99], [-0.96, 0.3], [0.1, 0.4]]),)),
           Case((np.array([[-0.98, -0.99, -1.0, 0.6, 0.98]]),)), Case((np.tanh(LONG.reshape(8, 4) / 5),)),
           Case((np.tanh(LONG.reshape(4, 8) / 3),)), Case((np.array([[1.0, -1.0], [0.98, -0.99]]),)),
           Case((np.array([[1, -1, 0], [0, 0, 0]]),), **WHOLE_NUMBERS)),
    hints=("Two questions: which outputs are saturated, and what part of all the outputs are they?",
           "Take the sign away, then compare: that gives True or False for each output.",
           "True counts as 1 and False as 0. What does the mean of such a table say?"))
