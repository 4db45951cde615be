"""The exercise of lesson 00: which share of a layer is saturated."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .shared import LONG, WHOLE_NUMBERS

__all__ = ["saturated_share"]

def _saturated_share(h):
    """The share of the values ``(m, units)`` of a tanh layer that are farther from zero than 0.97: a number, 0 to 1."""
    return np.mean(np.abs(h) > 0.97)


def _far(h):
    return np.abs(h) > 0.97


def _threshold(limit):
    return Mistake(f"{limit} instead of 0.97", lambda h: np.mean(np.abs(h) > limit),
                   f"You compared with {limit}. Here an output counts as saturated from 0.97 on.")


SATURATED = (
    Mistake("signs not removed", lambda h: np.mean(h > 0.97),
            "You counted the values near 1 only. Those near −1 are saturated too: look at their size, without the "
            "sign."),
    Mistake("only the negative end", lambda h: np.mean(h < -0.97),
            "You counted the values near −1 only. Those near 1 are saturated too."),
    Mistake("count instead of share", lambda h: np.sum(_far(h)),
            "You counted the saturated values. A share is that count, divided by the number of all values."),
    Mistake("percent instead of share", lambda h: 100 * np.mean(_far(h)),
            "You returned percent. A share lies between 0 and 1."),
    Mistake("the share that is not saturated", lambda h: np.mean(~_far(h)),
            "You have the share of the values that are not saturated. Turn the comparison round."),
    Mistake("one share per unit", lambda h: np.mean(_far(h), axis=0),
            "You got one number per unit. That is worth knowing; asked is one number for the whole layer."),
    Mistake("one share per image", lambda h: np.mean(_far(h), axis=1),
            "You got one number per image. Asked is one number for the whole layer."),
    Mistake("divided by the number of images", lambda h: np.sum(_far(h)) / len(h),
            "You divided by m, the number of rows. The table holds m values for each unit: how many is that in all?"),
    Mistake("divided by the number of units", lambda h: np.sum(_far(h)) / h.shape[1],
            "You divided by the number of columns. Each unit has m values: how many is that in all?"),
    Mistake("saturated against the rest", lambda h: np.sum(_far(h)) / np.sum(~_far(h)),
            "You divided by the number of the values that are not saturated. A share is a part of all the values."),
    Mistake("share turned upside down", lambda h: h.size / np.sum(_far(h)),
            "You divided all by the saturated ones. A share lies between 0 and 1: divide the part by the whole."),
    Mistake("average size instead of a count", lambda h: np.mean(np.abs(h)),
            "You averaged the sizes. Decide for each value whether it is saturated, then count."),
    Mistake("average slope instead of a count", lambda h: np.mean(1 - h ** 2),
            "You averaged the slopes of tanh. Decide for each value whether it is saturated, then count."),
    Mistake("the saturated values themselves", lambda h: h[_far(h)],
            "You returned the saturated values. Asked is how many they are, as a part of all the values."),
    Mistake("all or nothing", lambda h: float(np.all(_far(h))),
            "You get 1 if all the values are saturated, and 0 if not; // does that, too. How many of them are?"),
    Mistake("any at all", lambda h: float(np.any(_far(h))),
            "You asked whether there is a saturated value at all. How many of them are?"),
    Mistake("any in an image", lambda h: np.mean(np.any(_far(h), axis=1)),
            "You have the share of the images with a saturated value. Count values, not images."),
    Mistake("all in an image", lambda h: np.mean(np.all(_far(h), axis=1)),
            "You have the share of the images in which every value is saturated. Count values, not images."),
    Mistake("any in a unit", lambda h: np.mean(np.any(_far(h), axis=0)),
            "You have the share of the units with a saturated value. Count values, not units."),
    Mistake("all in a unit", lambda h: np.mean(np.all(_far(h), axis=0)),
            "You have the share of the units whose values are all saturated. Count values, not units."),
    Mistake("rounded first", lambda h: np.mean(np.abs(np.round(h)) == 1),
            "You rounded the values first. That turns 0.6 into 1, and 0.6 is not saturated."),
    Mistake("the square compared with 0.97", lambda h: np.mean(h ** 2 > 0.97),
            "You compared the squares with 0.97. A square is smaller than the value: 0.98 squared is 0.96."),
    Mistake("close to zero instead of far", lambda h: np.mean(np.abs(h) < 0.03),
            "You counted the values that are closer to zero than 0.03. Count those that are farther than 0.97."),
    Mistake("only the first image", lambda h: np.sum(_far(h[0])) / h.size,
            "You counted in the first row only. Is the return inside the loop? Move it out, under the for."),
    Mistake("only the last image", lambda h: np.sum(_far(h[-1])) / h.size,
            "You counted in the last row only. Does the count go back to 0 for each row?"),
    Mistake("length of np.where", lambda h: 2 / h.size,
            "np.where gives one array of positions for each axis, so its length is 2. Count with np.sum."),
    Mistake("everything but 0", lambda h: np.mean(h != 0), "You counted all that is not 0. Compare first."),
    Mistake("always 0", lambda h: 0.0,
            "Your share is 0 whatever the layer. h holds outputs of tanh: is tanh taken once more, or can your "
            "comparison never be true?"),
    *map(_threshold, (0.9, 0.95, 0.98, 0.99)),
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
           Case((np.array([[0.92, 0.0, -0.99], [0.965, 0.98, 0.0], [0.972, 0.985, -0.92]]),)),
           Case((np.array([[0.98], [0.2], [-0.975]]),)),
           Case((np.where(np.arange(630).reshape(30, 21) == 400, -0.996, 0.0),)),  # 1/630 shows what is rounded
           Case((np.array([[0.97, 0.99], [-0.97, 0.5]]),), note="values lay at 0.97 exactly",
                blames="exactly 0.97 counted"),
           Case((np.array([[0.5, -0.3, 0.0], [0.1, -0.9, 0.2]]),), note="nothing was saturated",
                blames="one kind of input"),
           Case((np.array([[1, -1, 0], [0, 0, 0]]),), **WHOLE_NUMBERS)),
    hints=("Two questions: which outputs are saturated, and what part of all the outputs are they?",
           "Take the sign away, then compare: that gives True or False for each output.",
           "True counts as 1 and False as 0. What does the mean of such a table say?"))
