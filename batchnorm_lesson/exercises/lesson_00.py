"""The exercise of lesson 00: which share of a layer is saturated."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .shared import LONG, WHOLE_NUMBERS

__all__ = ["saturated_share"]

def _saturated_share(h):
    """The share of the values ``(m, units)`` of a tanh layer that are farther from zero than 0.97: a number, 0 to 1."""
    return np.mean(np.abs(h) > 0.97)


SATURATED = (
    Mistake("signs not removed", lambda h: np.mean(h > 0.97),
            "You counted the values near 1 only. Those near −1 are saturated too: look at their size, without the "
            "sign."),
    Mistake("only the negative end", lambda h: np.mean(h < -0.97),
            "You counted the values near −1 only. Those near 1 are saturated too."),
    Mistake("count instead of share", lambda h: np.sum(np.abs(h) > 0.97),
            "You counted the saturated values. A share is that count, divided by the number of all values."),
    Mistake("percent instead of share", lambda h: 100 * np.mean(np.abs(h) > 0.97),
            "You returned percent. A share lies between 0 and 1."),
    Mistake("the share that is not saturated", lambda h: np.mean(np.abs(h) < 0.97),
            "You have the share of the values that are not saturated. Turn the comparison round."),
    Mistake("one share per unit", lambda h: np.mean(np.abs(h) > 0.97, axis=0),
            "You got one number per unit. That is worth knowing; asked is one number for the whole layer."),
    Mistake("one share per image", lambda h: np.mean(np.abs(h) > 0.97, axis=1),
            "You got one number per image. Asked is one number for the whole layer."),
    Mistake("divided by the number of images", lambda h: np.sum(np.abs(h) > 0.97) / len(h),
            "You divided by m, the number of rows. The table holds m values for each unit: how many is that in all?"),
    Mistake("divided by the number of units", lambda h: np.sum(np.abs(h) > 0.97) / h.shape[1],
            "You divided by the number of columns. Each unit has m values: how many is that in all?"),
    Mistake("average size instead of a count", lambda h: np.mean(np.abs(h)),
            "You averaged the sizes. Decide for each value whether it is saturated, then count."),
    Mistake("average slope instead of a count", lambda h: np.mean(1 - h ** 2),
            "You averaged the slopes of tanh. Decide for each value whether it is saturated, then count."),
    Mistake("all or nothing", lambda h: float(np.all(np.abs(h) > 0.97)),
            "You asked whether all the values are saturated. How many of them are?"),
    Mistake("any at all", lambda h: float(np.any(np.abs(h) > 0.97)),
            "You asked whether there is a saturated value at all. How many of them are?"),
    Mistake("rounded first", lambda h: np.mean(np.abs(np.round(h)) == 1),
            "You rounded the values first. That turns 0.6 into 1, and 0.6 is not saturated."),
)

saturated_share = Exercise(
    name="saturated_share", call="(h)", answer=_saturated_share, catalogue=SATURATED,
    task="`h` holds the outputs of a tanh layer, shape `(m, units)`: a row for each image, a column for each unit. "
         "Call an output saturated when it is farther from zero than 0.97. Return the share of saturated outputs in "
         "the whole table, one number from 0 to 1.",
    cases=(Case((np.array([[0.99, -0.2, 0.5], [-0.98, 1.0, 0.1]]),)),
           Case((np.array([[0.2, -0.98], [0.999, -0.99], [-0.96, 0.3], [0.1, 0.4]]),)),
           Case((np.array([[-0.98, -0.99, -1.0, 0.6, 0.98]]),)), Case((np.tanh(LONG.reshape(8, 4) / 5),)),
           Case((np.tanh(LONG.reshape(4, 8) / 3),)), Case((np.array([[1.0, -1.0], [0.98, -0.99]]),)),
           Case((np.array([[1, -1, 0], [0, 0, 0]]),), **WHOLE_NUMBERS)),
    hints=("Two questions: which outputs are saturated, and what part of all the outputs are they?",
           "Take the sign away, then compare: that gives True or False for each output.",
           "True counts as 1 and False as 0. What does the mean of such a table say?"))
