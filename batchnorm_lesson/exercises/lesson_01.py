"""The exercises of lesson 01: the mean of a mini-batch, of one feature and of a table."""
import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .shared import (ALONE, EXAMPLE, FOUR, LONG, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE,
                     WHOLE_NUMBERS, of_step)

__all__ = ["batch_mean", "batch_mean_table"]

ONE_MEAN = (  # what a table or a longer calculation can get wrong, too
    Mistake("sum instead of mean", lambda x: x.sum(),
            "You added the values up. The mean is that sum, shared equally among the m examples."),
    Mistake("divided by m − 1", lambda x: x.sum() / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("divided by m + 1", lambda x: x.sum() / (len(x) + 1), "You divided by m + 1. A mean divides by m."),
    Mistake("divided by 4 whatever m is", lambda x: x.sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("median instead of mean", lambda x: np.median(x),
            "You took the middle value. For 3, 9, 11, 17 it happens to be the mean too; in other batches it is not."),
    Mistake("midpoint instead of mean", lambda x: (x.min() + x.max()) / 2,
            "You took the point halfway between the smallest and the largest value. All the values have a say."),
    Mistake("first and last only", lambda x: (x[0] + x[-1]) / 2,
            "You averaged the first and the last value. All the values have a say."),
    Mistake("mean of absolute values", lambda x: np.abs(x).mean(),
            "You lost the signs. Values below zero pull the mean down."),
    Mistake("mean of the squares", lambda x: (x ** 2).mean(), "You averaged the squares. The values themselves count."),
    Mistake("root of the mean square", lambda x: np.sqrt((x ** 2).mean()),
            "You averaged the squares and took the root: that is the root mean square. Average the values themselves."),
    Mistake("return inside the loop", lambda x: x[0] / len(x),
            "Only the first example counts. Is the return inside the loop? Move it out, under the for."),
    Mistake("kept only the last", lambda x: x[-1] / len(x), "Only the last example counts. Add up with +=."),
    Mistake("first example skipped", lambda x: x[1:].mean(), "The first example is left out. Counting starts at 0."),
    Mistake("last example skipped", lambda x: x[:-1].mean(),
            "The last example is left out. range(len(x)) and slices end before their end by themselves."),
    Mistake("first example skipped, divided by m", lambda x: x[1:].sum() / len(x),
            "The first example is missing from your sum. Counting starts at 0."),
    Mistake("last example skipped, divided by m", lambda x: x[:-1].sum() / len(x),
            "The last example is missing from your sum. range(len(x)) ends at m − 1 by itself."),
    Mistake("duplicates counted once", lambda x: np.unique(x).mean(),
            "A value that comes twice counts once in your mean. Every example counts, equal or not."),
    Mistake("zeros left out", lambda x: x.sum() / np.count_nonzero(x),
            "You left out the zeros. An example with the value 0 is an example, too."),
    Mistake("only values above 0", lambda x: x[x > 0].mean(),
            "You averaged the values above 0 only. All of them count."),
)

MEAN = ONE_MEAN + (
    Mistake("averaged each example instead of the batch", lambda x: x + 0.0,
            "You got one number per example: each example's own average. Average over the batch, across the examples."),
)
WRONG_MEANS = ONE_MEAN + (  # as a step of a longer calculation it can be inexact, or come from somewhere else
    Mistake("rounded to 2 decimals", lambda x: np.round(x.mean(), 2), "You rounded it. Keep all its decimals."),
    Mistake("rounded to a whole number", lambda x: np.round(x.mean()), "You rounded it. Keep its decimals."),
    Mistake("cut to a whole number", lambda x: np.trunc(x.mean()), "You cut it to a whole number. Keep its decimals."),
    Mistake("rounded down", lambda x: x.sum() // len(x), "// drops the decimals. Divide with /."),
    Mistake("fixed at 10", lambda x: 10.0,
            "It is 10 for every batch, as in the example. Compute it from x. Does a name come from a cell above?"),
)


def in_each_column(wrong):
    """A wrong function of one feature, for a table: column by column."""
    return lambda x: np.array([wrong(column) for column in x.T])


MEAN_TABLE = of_step(ONE_MEAN, in_each_column) + (
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
    Mistake("summed along the rows", lambda x: x.sum(axis=1) / len(x),
            "You added up each row and divided by m. A batch mean belongs to one feature: add up each column."),
    Mistake("kept the axis", lambda x: x.mean(axis=0, keepdims=True),
            "The numbers are right; the shape is (1, C), a table with one row. Return one plain row, shape (C,)."),
    Mistake("an axis of length 1 lost", lambda x: x.mean(axis=0).squeeze(),
            "The numbers are right. For one feature your result is a number, and it should be a row of one: is there a "
            "squeeze()?"),
    Mistake("only the first feature", lambda x: x[:, 0].mean(),
            "You averaged the first column only. Every feature gets a mean."),
    Mistake("first feature skipped", lambda x: x.mean(axis=0)[1:],
            "The first column is missing. Counting starts at 0."),
    Mistake("last feature skipped", lambda x: x.mean(axis=0)[:-1],
            "The last column is missing. range(C) ends at C − 1 by itself."),
    Mistake("sum not set back to 0", lambda x: x.sum(axis=0).cumsum() / len(x),
            "Each mean has the sums of the columns before it in it. Set the sum back to 0 for every column."),
)

batch_mean = Exercise(
    name="batch_mean", call="(x)", answer=batchnorm.batch_mean, catalogue=MEAN,
    task="`x` is a mini-batch of one feature: a NumPy array of m numbers, shape `(m,)`. "
         "Return their mean, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((TINY,)),
           Case((MIXED,)), Case((WHOLE,), **WHOLE_NUMBERS), Case((OUTLIER,), **ONE_OUTLIER),
           Case((ALONE,), **ONE_EXAMPLE)),
    hints=("The mean is the balance point: what would each example get if the total were shared equally?",
           "Two quantities: the sum of the values, and m, the number of values. m is the length of x.",
           "Return the sum of x, divided with / by the length of x. NumPy arrays also have a method for the whole."),
    short_solution="return x.sum() / len(x)",
    gloss="For shape `(m,)`, `_batch_axes(x)` is axis 0.")

batch_mean_table = Exercise(
    name="batch_mean_table", call="(x)", answer=batchnorm.batch_mean, catalogue=MEAN_TABLE,
    task="`x` is a table of shape `(m, C)`: one row per example, one column per feature. "
         "Return the batch mean of each feature, C numbers, shape `(C,)`.",
    cases=(Case((np.array([[1.0, 100.0], [2.0, 200.0], [3.0, 300.0], [4.0, 400.0]]),)),
           Case((np.array([[2.5, -1.0, 4.0], [7.0, 0.5, 8.5]]),)),
           Case((LONG[:9].reshape(3, 3),)), Case((LONG[:20].reshape(4, 5),)), Case((LONG.reshape(8, 4),)),
           Case((np.stack([TINY, TINY[::-1] / 3], axis=1),)), Case((np.stack([MIXED, MIXED[::-1] + 2], axis=1),)),
           Case((np.array([[2, 3], [7, 8], [4, 6]]),), **WHOLE_NUMBERS),
           Case((OUTLIER[:, None] - [0, 5],), **ONE_OUTLIER), Case((PAIR[None],), **ONE_EXAMPLE),
           Case((TRIPLE[:, None],), note="there was one feature", blames="one kind of input")),
    hints=("A batch mean belongs to one feature. Which way through the table do you walk to meet all its values?",
           "Down a column: the examples are counted by axis 0.",
           "The mean method of an array takes axis=…, the axis that disappears. m should disappear and C should stay."),
    short_solution="return x.sum(axis=0) / len(x)",
    gloss="For shape `(m, C)`, `_batch_axes(x)` is axis 0.")
