"""The exercises of lesson 01: the mean of a mini-batch, of one feature and of a table."""
from functools import reduce

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .shared import (ALONE, EXAMPLE, FOUR, LONG, MANY, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, PAIR,
                     TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, averaging)

__all__ = ["batch_mean", "batch_mean_table"]


def _each(statistic):
    """A statistic of one column at a time, for what NumPy takes of a whole table only."""
    return lambda x, n: np.apply_along_axis(statistic, 0, x)


MEANS = (  # wrong means of the values along axis 0; n is what the sum is divided by
    Mistake("sum instead of mean", lambda x, n: x.sum(axis=0),
            "You added the values up. The mean is that sum, shared equally among the m examples."),
    Mistake("divided by m − 1", lambda x, n: x.sum(axis=0) / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("divided by 4 whatever m is", lambda x, n: x.sum(axis=0) / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds. Does "
            "a number come from a cell above?"),
    Mistake("divided by m + 1", lambda x, n: x.sum(axis=0) / (len(x) + 1),
            "You divided by m + 1. A mean divides by m."),
    Mistake("mean of absolute values", lambda x, n: np.abs(x).sum(axis=0) / n,
            "You lost the signs. Values below zero pull the mean down."),
    Mistake("median instead of mean", lambda x, n: np.median(x, axis=0),
            "You took the middle value. For 3, 9, 11, 17 it happens to be the mean too; in other batches it is not."),
    Mistake("midpoint instead of mean", lambda x, n: (x.min(axis=0) + x.max(axis=0)) / 2,
            "You took the point halfway between the smallest and the largest value. All the values have a say."),
    Mistake("return inside the loop", lambda x, n: x[0] / n,
            "Only the first example counts. Is the return inside the loop? Move it out, under the for."),
    Mistake("kept only the last", lambda x, n: x[-1] / n, "Only the last example counts. Add up with +=."),
    Mistake("first example skipped", lambda x, n: x[1:].mean(axis=0),
            "The first example is left out. Counting starts at 0."),
    Mistake("last example skipped", lambda x, n: x[:-1].mean(axis=0),
            "The last example is left out. range(len(x)) and slices end before their end by themselves."),
    Mistake("first example skipped, divided by m", lambda x, n: x[1:].sum(axis=0) / n,
            "The first example is missing from your sum. Counting starts at 0."),
    Mistake("last example skipped, divided by m", lambda x, n: x[:-1].sum(axis=0) / n,
            "The last example is missing from your sum. range(len(x)) ends at m − 1 by itself."),
    Mistake("mean of the squares", lambda x, n: (x ** 2).sum(axis=0) / n,
            "You averaged the squares. The values themselves count."),
    Mistake("root of the mean square", lambda x, n: np.sqrt((x ** 2).sum(axis=0) / n),
            "You averaged the squares and took the root: that is the root mean square. Average the values themselves."),
    Mistake("first and last only", lambda x, n: (x[0] + x[-1]) / 2,
            "You averaged the first and the last value. All the values have a say."),
    Mistake("first counted twice", lambda x, n: (x.sum(axis=0) + x[0]) / n,
            "The first example counts twice: the sum starts with it, and the loop adds it again. Start with 0."),
    Mistake("average of average and value", _each(lambda x: reduce(lambda mean, v: (mean + v) / 2, x)),
            "You averaged the average so far with the next value: late values weigh more. Add up, then divide."),
    Mistake("m / m − 1", lambda x, n: x.sum(axis=0) / n - 1,
            "Your mean is 1 too small: / comes before −, so sum / m − 1 subtracts 1 from the mean."),
    Mistake("duplicates counted once", _each(lambda x: np.unique(x).mean()),
            "A value that comes twice counts once in your mean. Every example counts, equal or not."),
    Mistake("zeros left out", lambda x, n: x.sum(axis=0) / np.count_nonzero(x, axis=0),
            "You left out the zeros. An example with the value 0 is an example, too."),
    Mistake("only values above 0", _each(lambda x: x[x > 0].mean()),
            "You averaged the values above 0 only. All of them count."),
)

MEANS_INSIDE = MEANS + (  # as a step of a longer calculation it can be inexact, or come from somewhere else
    Mistake("fixed at 10", lambda x, n: 10.0 + 0 * x[0],
            "It is 10 for every batch. Compute it. Does a name come from a cell above?"),
    *(Mistake(f"rounded to {decimals} decimals", lambda x, n, decimals=decimals: np.round(x.sum(axis=0) / n, decimals),
              f"You rounded it to {decimals} decimals. Keep all of them.") for decimals in (2, 1, 0)),
    Mistake("cut to a whole number", lambda x, n: np.trunc(x.sum(axis=0) / n),
            "You cut it to a whole number. Keep its decimals."),
    Mistake("rounded down", lambda x, n: x.sum(axis=0) // n, "// drops the decimals. Divide with /."),
)


def _means_of(**steps):
    return lambda x: np.ravel(averaging(**steps)(x))


TABLE = (
    Mistake("wrong axis", {"axes": (1,)},
            "You averaged over the features of one example: one number per row. A batch mean belongs to one feature "
            "and averages over the examples: one number per column."),
    Mistake("one mean for the whole table", lambda x: x.mean(),
            "You averaged all the numbers of the table into one. Features measure different things: each has its own "
            "mean."),
    Mistake("divided by the number of features", {"count": lambda x, m: x.shape[1]},
            "You divided the column sums by C, the number of features. How many values did you add up in a column?"),
    Mistake("divided by m·C", {"count": lambda x, m: x.size},
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
    Mistake("sum not set back to 0", {"mean": lambda x, n: x.sum(axis=0).cumsum() / n},
            "Each mean has the sums of the columns before it in it. Set the sum back to 0 for every column."),
)

batch_mean = Exercise(
    name="batch_mean", call="(x)", answer=batchnorm.batch_mean, made=averaging, steps={"mean": MEANS},
    mistakes=(Mistake("averaged each example instead of the batch", lambda x: x + 0.0,
                      "You got one number per example: each example's own average. Average over the batch, across the "
                      "examples."),),
    task="`x` is a mini-batch of one feature: a NumPy array of m numbers, shape `(m,)`. "
         "Return their mean, one number.",
    cases=(Case((EXAMPLE,)), Case((PAIR,)), Case((TRIPLE,)), Case((FOUR,)), Case((LONG,)), Case((TINY,)),
           Case((MIXED,)), Case((WHOLE,), **WHOLE_NUMBERS), Case((OUTLIER,), **ONE_OUTLIER),
           Case((MANY,)), Case((ALONE,), **ONE_EXAMPLE)),
    hints=("The mean is the balance point: what would each example get if the total were shared equally?",
           "Two quantities: the sum of the values, and m, the number of values. m is the length of x.",
           "Return the sum of x, divided with / by the length of x. NumPy arrays also have a method for the whole."),
    short_solution="return x.sum() / len(x)",
    gloss="For shape `(m,)`, `_batch_axes(x)` is axis 0.")

batch_mean_table = Exercise(
    name="batch_mean_table", call="(x)", answer=batchnorm.batch_mean, made=_means_of, mistakes=TABLE,
    steps={"mean": MEANS},
    task="`x` is a table of shape `(m, C)`: one row per example, one column per feature. "
         "Return the batch mean of each feature, C numbers, shape `(C,)`.",
    cases=(Case((np.array([[1.0, 100.0], [2.0, 200.0], [3.0, 300.0], [4.0, 400.0]]),)),
           Case((np.array([[2.5, -1.0, 4.0], [7.0, 0.5, 8.5]]),)),
           Case((LONG[:9].reshape(3, 3),)), Case((LONG[:20].reshape(4, 5),)), Case((LONG.reshape(8, 4),)),
           Case((np.stack([TINY, TINY[::-1] / 3], axis=1),)), Case((np.stack([MIXED, MIXED[::-1] + 2], axis=1),)),
           Case((np.array([[2, 3], [7, 8], [4, 6]]),), **WHOLE_NUMBERS),
           Case((OUTLIER[:, None] - [0, 5],), **ONE_OUTLIER), Case((MANY[:, None] - [0, 5],)),
           Case((PAIR[None],), **ONE_EXAMPLE),
           Case((TRIPLE[:, None],), note="there was one feature", blames="one kind of input")),
    hints=("A batch mean belongs to one feature. Which way through the table do you walk to meet all its values?",
           "Down a column: the examples are counted by axis 0.",
           "The mean method of an array takes axis=…, the axis that disappears. m should disappear and C should stay."),
    short_solution="return x.sum(axis=0) / len(x)",
    gloss="For shape `(m, C)`, `_batch_axes(x)` is axis 0.")
