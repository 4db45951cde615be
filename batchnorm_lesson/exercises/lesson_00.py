"""The exercise of lesson 00: which share of a layer is saturated."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .shared import LONG, MANY, WHOLE_NUMBERS

__all__ = ["saturated_share"]

def _saturated_share(h):
    """The share of the values ``(m, units)`` of a tanh layer that are farther from zero than 0.97: a number, 0 to 1."""
    return np.mean(np.abs(h) > 0.97)


SIZES = (  # what is compared with 0.97
    Mistake("signs not removed", lambda h: h,
            "You counted the values near 1 only. Those near −1 are saturated too: look at their size, without the "
            "sign."),
    Mistake("only the negative end", lambda h: -h,
            "You counted the values near −1 only. Those near 1 are saturated too."),
    Mistake("the square compared with 0.97", np.square,
            "You compared the squares with 0.97. A square is smaller than the value: 0.98 squared is 0.96."),
    Mistake("rounded first", lambda h: np.abs(np.round(h)),
            "You rounded the values first. That turns 0.6 into 1, and 0.6 is not saturated."),
    Mistake("the slope compared with 0.97", lambda h: 1 - h ** 2,
            "You compared the slopes with 0.97. They are near 1 where an output is near 0."),
)
COMPARISONS = (
    *(Mistake(f"{limit} instead of 0.97", lambda size, limit=limit: size > limit,
              f"You compared with {limit}. Here an output counts as saturated from 0.97 on.")
      for limit in (0.9, 0.95, 0.98, 0.99)),
    Mistake("the share that is not saturated", lambda size: size <= 0.97,
            "You have the share of the values that are not saturated. Turn the comparison round."),
    Mistake("close to zero instead of far", lambda size: size < 0.03,
            "You counted the values that are closer to zero than 0.03. Count those that are farther than 0.97."),
    Mistake("everything but 0", lambda size: size != 0, "You counted all that is not 0. Compare first."),
)
SHARES = (  # of the table that says which values are saturated
    Mistake("count instead of share", np.sum,
            "You counted the saturated values. A share is that count, divided by the number of all values."),
    Mistake("percent instead of share", lambda far: 100 * np.mean(far),
            "You returned percent. A share lies between 0 and 1."),
    Mistake("one share per unit", lambda far: np.mean(far, axis=0),
            "You got one number per unit. That is worth knowing; asked is one number for the whole layer."),
    Mistake("one share per image", lambda far: np.mean(far, axis=1),
            "You got one number per image. Asked is one number for the whole layer."),
    Mistake("divided by the number of images", lambda far: np.sum(far) / len(far),
            "You divided by m, the number of rows. The table holds m values for each unit: how many is that in all?"),
    Mistake("divided by the number of units", lambda far: np.sum(far) / far.shape[1],
            "You divided by the number of columns. Each unit has m values: how many is that in all?"),
    Mistake("saturated against the rest", lambda far: np.sum(far) / np.sum(~far),
            "You divided by the number of the values that are not saturated. A share is a part of all the values."),
    Mistake("share turned upside down", lambda far: far.size / np.sum(far),
            "You divided all by the saturated ones. A share lies between 0 and 1: divide the part by the whole."),
    Mistake("all or nothing", lambda far: float(np.all(far)),
            "You get 1 if all the values are saturated, and 0 if not; // does that, too. How many of them are?"),
    Mistake("any at all", lambda far: float(np.any(far)),
            "You asked whether there is a saturated value at all. How many of them are?"),
    *(Mistake(f"{words} in {one}", lambda far, test=test, axis=axis: np.mean(test(far, axis=axis)),
              f"You have the share of the {many} in which {words} of the values are saturated. Count values, not "
              f"{many}.")
      for axis, one, many in ((1, "an image", "images"), (0, "a unit", "units"))
      for words, test in (("any", np.any), ("all", np.all))),
    Mistake("only the first image", lambda far: np.sum(far[0]) / far.size,
            "You counted in the first row only. Is the return inside the loop? Move it out, under the for."),
    Mistake("only the first image", lambda far: np.mean(far[0]),
            "You counted in the first row only. Is the return inside the loop? Move it out, under the for."),
    Mistake("only the last image", lambda far: np.sum(far[-1]) / far.size,
            "You counted in the last row only. Does the count go back to 0 for each row?"),
    Mistake("length of np.where", lambda far: 2 / far.size,
            "np.where gives one array of positions for each axis, so its length is 2. Count with np.sum."),
    Mistake("always 0", lambda far: 0.0,
            "Your share is 0 whatever the layer. h holds outputs of tanh: is tanh taken once more, or can your "
            "comparison never be true?"),
)
WHOLE_ANSWERS = (
    Mistake("average size instead of a count", lambda h: np.mean(np.abs(h)),
            "You averaged the sizes. Decide for each value whether it is saturated, then count."),
    Mistake("average slope instead of a count", lambda h: np.mean(1 - h ** 2),
            "You averaged the slopes of tanh. Decide for each value whether it is saturated, then count."),
    Mistake("the saturated values themselves", lambda h: h[np.abs(h) > 0.97],
            "You returned the saturated values. Asked is how many they are, as a part of all the values."),
)


def _share_of(size=np.abs, far=lambda size: size > 0.97, share=np.mean):
    return lambda h: share(far(size(h)))


saturated_share = Exercise(
    name="saturated_share", call="(h)", answer=_saturated_share, mistakes=WHOLE_ANSWERS,
    made=_share_of, steps={"size": SIZES, "far": COMPARISONS, "share": SHARES},
    task="`h` holds the outputs of a tanh layer, shape `(m, units)`: a row for each image, a column for each unit. "
         "Call an output saturated when it is farther from zero than 0.97. Return the share of saturated outputs in "
         "the whole table, one number from 0 to 1.",
    cases=(Case((np.array([[0.99, -0.2, 0.5], [-0.98, 1.0, 0.1]]),)),
           Case((np.array([[0.2, -0.98], [0.999, -0.99], [-0.96, 0.3], [0.1, 0.4]]),)),
           Case((np.array([[-0.98, -0.99, -1.0, 0.6, 0.98]]),)), Case((np.tanh(LONG.reshape(8, 4) / 5),)),
           Case((np.tanh(LONG.reshape(4, 8) / 3),)), Case((np.array([[1.0, -1.0], [0.98, -0.99]]),)),
           Case((np.array([[0.92, 0.0, -0.99], [0.965, 0.98, 0.0], [0.972, 0.985, -0.92]]),)),
           Case((np.array([[0.98], [0.2], [-0.975]]),)),
           Case((np.tanh(MANY.reshape(32, 4) / 3),)),
           Case((np.where(np.arange(630).reshape(30, 21) == 400, -0.996, 0.0),)),  # 1/630 shows what is rounded
           Case((np.array([[0.97, 0.99], [-0.97, 0.5]]),), note="values lay at 0.97 exactly",
                blames="exactly 0.97 counted"),
           Case((np.array([[0.5, -0.3, 0.0], [0.1, -0.9, 0.2]]),), note="nothing was saturated",
                blames="one kind of input"),
           Case((np.array([[1, -1, 0], [0, 0, 0]]),), **WHOLE_NUMBERS)),
    hints=("Two questions: which outputs are saturated, and what part of all the outputs are they?",
           "Take the sign away, then compare: that gives True or False for each output.",
           "True counts as 1 and False as 0. What does the mean of such a table say?"))
