"""What can be done to a right result, in any exercise: rounding, a lost sign, a forgotten example.

These are mistakes like those of a catalogue, made from the exercise's own answer. The catalogue, which knows the
exercise, comes first.
"""
from itertools import combinations, permutations
from typing import NamedTuple

import numpy as np

from .calling import show


class Mistake(NamedTuple):
    """One entry of a catalogue: its name, what is wrong, and what to tell who makes it.

    wrong is a function that makes the mistake: a whole answer, or one step of it. A dict holds several steps at once.
    """

    name: str
    wrong: object
    says: str

    def in_step(self, step):
        """The mistake with a dict of what is wrong: the step has a name where it is one alone."""
        return self if isinstance(self.wrong, dict) else self._replace(wrong={step: self.wrong})


def _rounded(decimals):
    how = f"to {decimals} decimal{'s' * (decimals > 1)}" if decimals else "to whole numbers"
    return Mistake("rounded", lambda part, _: np.round(part, decimals),
                   f"Your result is rounded {how}. Return it as it is: it may be an input of the next step.")


ANY_RESULT = (  # of a part of the result, and m
    *map(_rounded, range(8)),
    Mistake("cut to whole numbers", lambda part, _: np.trunc(part),
            "The decimals of your result are cut off. int(…) does that, and an array of integers."),
    Mistake("cut to whole numbers", lambda part, _: np.floor(part),
            "The decimals of your result are cut off. // does that: divide with /."),
    Mistake("every sign turned", lambda part, _: -part, "The sign is turned: plus where minus belongs, and minus "
                                                        "where plus belongs."),
    Mistake("signs lost", lambda part, _: np.abs(part), "The minus signs are lost; the sizes are right."),
    Mistake("squared", lambda part, _: part ** 2, "Your result is squared: a ** 2 too many, or a root missing?"),
    Mistake("root taken", lambda part, _: np.sqrt(part), "Your result is the root of the right one."),
    Mistake("twice as large", lambda part, _: 2 * part, "Your result is twice as large as the right one."),
    Mistake("half as large", lambda part, _: part / 2, "Your result is half as large as the right one."),
    Mistake("m times too large", lambda part, m: part * m,
            "Your result is as many times too large as there are examples: is a sum taken where an average belongs?"),
    Mistake("m times too small", lambda part, m: part / m,
            "Your result is as many times too small as there are examples: is something divided by m twice?"),
)

# Of a result that has a value for each value of the batch.
EACH_VALUE = (
    Mistake("one example too few", lambda part, _: part[:-1],
            "The last example is missing from your result. range(len(x)) ends at m − 1 by itself."),
    Mistake("one example too few", lambda part, _: part[1:],
            "The first example is missing from your result. Counting starts at 0."),
    Mistake("an example left at 0", lambda part, m: np.concatenate([part[:-1], 0 * part[-1:]]),
            "The last example of your result is 0. range(len(x)) ends at m − 1 by itself."),
    Mistake("an example left at 0", lambda part, m: np.concatenate([0 * part[:1], part[1:]]),
            "The first example of your result is 0. Counting starts at 0."),
    Mistake("only the first example", lambda part, m: np.concatenate([part[:1], 0 * part[1:]]),
            "All but the first example of your result is 0. Is the return inside the loop?"),
    Mistake("negative values cut off", lambda part, _: np.maximum(part, 0),
            "Every negative value of your result is 0. They are wanted as they are."),
    Mistake("outlier clipped or left out", lambda part, _: np.clip(part, -1, 1),
            "No value of your result is larger than 1. They are wanted as they are."),
    Mistake("sorted", lambda part, _: np.sort(part, axis=0), "The values of your result are sorted. Keep them in the "
                                                             "order of the batch."),
    Mistake("turned round", lambda part, _: part[::-1], "Your result has its examples in reversed order."),
    Mistake("reshaped instead of transposed", lambda part, _: part.T.reshape(part.shape),
            "The numbers are right and stand in the wrong places: reshape does not turn columns into rows. Transpose "
            "with .T."),
    Mistake("one example for all", lambda part, _: np.broadcast_to(part[-1:], part.shape),
            "Every example of your result is the last one. Is the same list or row put in again and again? Make a new "
            "one in each round."),
    Mistake("transposed", lambda part, _: part.T, "The numbers are right, and rows and columns are exchanged: "
                                                  "transpose your result with .T."),
    Mistake("an axis of length 1 lost", lambda part, _: part.squeeze(),
            "The numbers are right. Where an axis has length 1, your result has lost it: is there a squeeze()?"),
)

# Of what the function is given, where the result does not have an example's place.
EXAMPLES = (
    Mistake("first example skipped", lambda batch: batch[1:], "Your result leaves out the first example. Counting "
                                                              "starts at 0."),
    Mistake("last example skipped", lambda batch: batch[:-1], "Your result leaves out the last example. range(len(x)) "
                                                              "and slices end before their end by themselves."),
)


USUAL = {"eps": (1e-5, 1e-3, 1e-6, 1e-8), "momentum": (0.1, 0.9)}  # what stands in the place of an argument
FROM_ABOVE = "whatever your function is given. Use what is handed in. Is it a default, or a name from a cell above?"


def fixed(names, example):
    """A mistake for each argument but the first: its own value is not used, but a default or that of the example.

    Of several that are single numbers the example's can be used together.
    """
    numbers = [(name, value) for name, value in zip(names[1:], example[1:]) if np.ndim(value) == 0]
    alone = [(name, value) for name, given in numbers
             for value in dict.fromkeys((*USUAL.get(name, ()), given)) if value]
    together = [numbers[:count] for count in range(2, len(numbers) + 1)]
    return tuple(Mistake(f"{name} fixed at {show(value)}", {name: value}, f"Your {name} is {show(value)}, {FROM_ABOVE}")
                 for name, value in alone) + tuple(
        Mistake(f"{words} of the example", dict(some), f"Your {words} are those of the example, {FROM_ABOVE}")
        for some in together for words in [", ".join(dict(some))])


def exchanged(answer, names, example):
    """A mistake for each two arguments of one shape, which stand in each other's place; three can go round."""
    shapes = [np.shape(value) for value in example]
    for places in [*combinations(range(len(names)), 2), *permutations(range(len(names)), 3)]:
        if len({shapes[i] for i in places}) == 1 and (len(places) == 2 or shapes[places[0]] == ()):
            yield Mistake("arguments exchanged", _in_places(answer, places),
                          f"{' and '.join(names[i] for i in sorted(places))} stand in each other's place.")


def _in_places(answer, places):
    def wrong(*args):
        moved = list(args)
        for here, there in zip(places, (*places[1:], places[0])):
            moved[here] = args[there]
        return answer(*moved)
    return wrong


def changes(answer, cases, names):
    """The mistakes that fit an exercise, with its answer, its cases and the names of its result's parts."""
    first, batch = answer(*cases[0].args), np.shape(cases[0].args[0])
    one_for_each = [np.shape(part) == batch for part in (first if names else [first])]
    fitting = ANY_RESULT + EACH_VALUE * (one_for_each == [True])
    found = [change._replace(wrong=_changed(answer, change.wrong, names)) for change in fitting]
    for i, name in enumerate(names):
        found += [_in_part(change, answer, name, i) for change in ANY_RESULT + EACH_VALUE * one_for_each[i]]
    if not any(one_for_each):
        found += [change._replace(wrong=_without_example(answer, change.wrong)) for change in EXAMPLES]
    return tuple(found)


def _changed(answer, change, names):
    def wrong(*args):
        result = answer(*args)
        return [change(part, len(args[0])) for part in result] if names else change(result, len(args[0]))
    return wrong


def _in_part(change, answer, name, i):
    def wrong(*args):
        result = list(answer(*args))
        result[i] = change.wrong(result[i], len(args[0]))
        return result
    return Mistake(f"{name}: {change.name}", wrong, f"Only {name} is off. {change.says}")


def _without_example(answer, skip):
    return lambda *args: answer(*(skip(arg) if np.shape(arg)[:1] == args[0].shape[:1] else arg for arg in args))
