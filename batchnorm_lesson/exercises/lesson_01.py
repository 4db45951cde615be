"""The exercises of lesson 01: the mean of a mini-batch, of one feature and of a table."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .shared import EXAMPLE, FOUR, LONG, PAIR, TRIPLE, WHOLE, WHOLE_NUMBERS

__all__ = ["batch_mean", "batch_mean_table"]

MEAN = (
    Mistake("sum instead of mean", lambda x: x.sum(),
            "You added the values up. The mean is that sum, shared equally among the m examples."),
    Mistake("divided by m − 1", lambda x: x.sum() / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("divided by 4 whatever m is", lambda x: x.sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("averaged each example instead of the batch", lambda x: x[:, None].mean(axis=1),
            "You got one number per example: each example's own average. Average over the batch, across the examples."),
    Mistake("median instead of mean", lambda x: np.median(x),
            "You took the middle value. For 3, 9, 11, 17 it happens to be the mean too; in other batches it is not."),
    Mistake("midpoint instead of mean", lambda x: (x.min() + x.max()) / 2,
            "You took the point halfway between the smallest and the largest value. All the values have a say."),
    Mistake("mean of absolute values", lambda x: np.abs(x).mean(),
            "You lost the signs. Values below zero pull the mean down."),
    Mistake("return inside the loop", lambda x: x[0] / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: x[-1] / len(x),
            "You kept only the last value, divided by m. Add up with +=."),
    Mistake("integer division", lambda x: x.sum() // len(x),
            "You divided with //, which drops the decimals. A mean of whole numbers is seldom whole."),
    Mistake("cut to a whole number", lambda x: int(x.mean()),
            "You cut the mean to a whole number. Keep the decimals."),
)

MEAN_TABLE = (
    Mistake("sum instead of mean", lambda x: x.sum(axis=0),
            "You added up each column. The mean is that sum, shared equally among the m examples."),
    Mistake("wrong axis", lambda x: x.mean(axis=1),
            "You averaged over the features of one example: one number per row. A batch mean belongs to one feature "
            "and averages over the examples: one number per column."),
    Mistake("one mean for the whole table", lambda x: x.mean(),
            "You averaged all the numbers of the table into one. Features measure different things: each has its own "
            "mean."),
    Mistake("divided by the number of features", lambda x: x.sum(axis=0) / x.shape[1],
            "You divided the column sums by C, the number of features. How many values did you add up in a column?"),
    Mistake("divided by m·C", lambda x: x.sum(axis=0) / x.size,
            "You divided by m·C, the size of the whole table. A column holds m values."),
    Mistake("divided by m − 1", lambda x: x.sum(axis=0) / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("return inside the loop", lambda x: x[0] / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: x[-1] / len(x),
            "You kept only the last row, divided by m. Add up with +=."),
    Mistake("kept the axis", lambda x: x.mean(axis=0, keepdims=True),
            "The numbers are right; the shape is (1, C), a table with one row. Return one plain row, shape (C,)."),
    Mistake("only the first feature", lambda x: x[:, 0].mean(),
            "You averaged the first column only. Every feature gets a mean."),
    Mistake("median instead of mean", lambda x: np.median(x, axis=0),
            "You took the middle value of each column, and that is the median."),
    Mistake("integer division", lambda x: x.sum(axis=0) // len(x),
            "You divided with //, which drops the decimals. A mean of whole numbers is seldom whole."),
)

batch_mean = Exercise(
    name="batch_mean", call="(x)", answer=batchnorm.batch_mean, catalogue=MEAN,
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
    name="batch_mean_table", call="(x)", answer=batchnorm.batch_mean, catalogue=MEAN_TABLE,
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
