"""How a check judges the learner's function: three outcomes, and the mistake by its name.

The function runs on several mini-batches and is compared with the right one; a wrong answer is looked up in the
catalogue of mistakes by its results. Nothing is raised, whatever the function does; an interrupt (KeyboardInterrupt)
passes through.
"""
import dis
import inspect
import types
from dataclasses import dataclass

import numpy as np

from ..boxes import LOOKS, box
from .explain import explain
from .outcome import METHOD, close, kind, run, same, show

GENERAL = {
    "called the function": "You gave the check {got}, not a function. Give it the function itself: its name, "
                           "without parentheses behind it.",
    "wrong arguments": "Your function takes {got}. The check calls it with {call}, in this order.",
    "no return": "Your function returned None. It does its work, but the line that returns the result is missing, "
                 "or is not reached for every batch.",
    "changed its input": "Your function changed the array that it was given. The caller still needs that batch: make "
                         "a new array. An assignment such as x -= 1 or x[i] = 0, or x.sort(), writes into the old one.",
    "raised an error": "{got}",
    "not numbers": "Your function returned {got}. Return plain numbers: one number, an array or a list.",
    "parentheses forgotten": "Your function returned {got}. Parentheses are missing: x.mean() computes the mean, "
                             "x.mean is only the method.",
    "one value instead of all": "Your {got} is one value, and it should have shape {call}: each value needs its own. "
                                "Is the return inside the loop, or was only the last value kept?",
    "as many values as given": "Your {got} has as many values as your function was given. It should be one number: is "
                               "the sum or the average over them missing?",
    "wrong number of results": "Your function returned {got}. Return {call}, in this order, with commas between them.",
    "wrong shape": "Your {got}, and it should have shape {call}. Look at where an axis was added, kept or lost.",
    "integer result": "Your answer is right for a batch of decimals and wrong for a batch of whole numbers: there the "
                      "decimals were cut off. An array made like an integer array is an integer array.",
    "hard-coded for the example": "Your answer fits the batch in the statement and no other. Compute it from what "
                                  "your function is given. Does a name in it come from a cell above?",
}


@dataclass(frozen=True)
class Result:
    """What a check found: status "not attempted", "not right" or "right"; the mistake's name or None; plain text."""

    status: str
    mistake: str
    message: str

    def __repr__(self):
        icon, words, *_ = LOOKS[self.status]
        return f"{icon} {words}. {self.message}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": repr(self), "text/html": box(self.status, self.message)}


def judge(exercise, answer):
    """Judge the learner's function: a Result. What the function prints is shown for the first batch only."""
    cases = exercise.cases
    if answer is None or answer is Ellipsis:
        return _not_attempted(exercise)
    if not callable(answer):
        return _not_right("called the function", kind(answer))
    taken = _wrong_call(answer, len(cases[0].args))
    if taken:
        return _not_right("wrong arguments", taken, exercise.call)
    first = run(answer, cases[0], exercise.parts, aloud=True)
    if isinstance(first.error, NotImplementedError) or first.kind == "..." or (
            first.kind == "None" and _is_stub(answer)):
        return _not_attempted(exercise)
    outcomes = [first] + [run(answer, case, exercise.parts) for case in cases[1:]]
    failed = [i for i, case in enumerate(cases) if not same(outcomes[i], exercise.right[i], case.tolerance)]
    if any(outcome.changed for outcome in outcomes):
        return _not_right("changed its input")
    if not failed:
        return Result("right", None, f"Checked on {len(cases)} inputs, with batches of "
                                     f"{min(map(_size, cases))} to {max(map(_size, cases))} examples.")
    taken = _wrong_order(answer, exercise.call)
    if taken:
        return _not_right("wrong arguments", taken, exercise.call)
    for mistake in exercise.catalogue:
        if _made(exercise, mistake, outcomes):
            return Result("not right", mistake.name, mistake.says)
    return _by_behaviour(exercise, answer, outcomes, failed)


def _made(exercise, mistake, outcomes):
    """Whether an answer gave what a wrong function gives, on every case that does not blame another mistake."""
    return all(same(outcomes[i], exercise.mistaken(mistake, i), case.tolerance)
               for i, case in enumerate(exercise.cases) if case.blames in ("", mistake.name))


def _by_behaviour(exercise, answer, outcomes, failed):
    """A mistake that no wrong function of the catalogue explains: name what can be named, or show it."""
    cases = exercise.cases
    worst = min(failed, key=lambda i: (outcomes[i].error is None, _size(cases[i])))
    case, outcome, right = cases[worst], outcomes[worst], exercise.right[worst].parts
    if outcome.error is not None:
        return _not_right("raised an error", explain(outcome.error, answer, case.note))
    if failed == list(range(1, len(cases))):
        return _not_right("hard-coded for the example")
    if outcome.kind == "None":
        return _not_right("no return")
    if outcome.parts is None:
        return _not_right("parentheses forgotten" if METHOD in outcome.kind else "not numbers", outcome.kind)
    if len(outcome.parts) != len(right):
        return _not_right("wrong number of results", _counted(outcome.parts), ", ".join(exercise.parts))
    for name, got, wanted in zip(exercise.parts or ("result",), outcome.parts, right):
        if got.shape != wanted.shape:
            return _misshapen(name, got, wanted, case.args[0].shape)
    blamed = {cases[i].blames for i in failed}
    if len(blamed) == 1 and "" not in blamed:
        return _blame(exercise, blamed.pop())
    return Result("not right", None, _difference(exercise, case, outcome.parts, right))


def _blame(exercise, name):
    says = {mistake.name: mistake.says for mistake in exercise.catalogue}
    return Result("not right", name, says[name]) if name in says else _not_right(name)


def _difference(exercise, case, got, right):
    """The smallest input on which an unknown mistake shows, and the property that it breaks."""
    return (f"For {', '.join(exercise.given(case))} your function gave {exercise.shown(got)}, and "
            f"{exercise.shown(right)} is right. {_broken(exercise, case, got, right)}").rstrip()


def _broken(exercise, case, got, right):
    if not all(np.isfinite(part).all() for part in got):
        return "nan and inf come from a division by 0 or from the root of a negative number."
    if exercise.parts:
        off = [name for name, *pair in zip(exercise.parts, got, right) if not close(*pair, case.tolerance)]
        return f"Look at {' and '.join(off)}."
    if right[0].shape != case.args[0].shape:
        return ""
    for name, statistic in (("mean", np.mean), ("variance", np.var)):
        a, b = statistic(got[0]), statistic(right[0])
        if not np.isclose(a, b, rtol=1e-4, atol=1e-6):
            return f"The {name} of your result is {show(a)}, and it should be {show(b)}."
    return "The mean and the variance of your result are right; the single values are not."


def _not_attempted(exercise):
    return Result("not attempted", None, f"Write your own lines into {exercise.stub} and run the cell again. "
                                         f"exercises.{exercise.name}.hint() gives a hint.")


def _not_right(name, got="", call=""):
    return Result("not right", name, GENERAL[name].format(got=got, call=call))


def _counted(parts):
    """How many results there are, in words."""
    if len(parts) > 1:
        return f"{len(parts)} results"
    return f"one result of shape {parts[0].shape}" if parts[0].ndim else "one number"


def _misshapen(name, got, wanted, given):
    """What a wrong shape of the result, or of the part with this name, comes from; given is the batch's shape."""
    if wanted.ndim == 0 and got.shape == given:
        return _not_right("as many values as given", name)
    if got.size == 1 < wanted.size:
        return _not_right("one value instead of all", name, wanted.shape)
    return _not_right("wrong shape", f"{name} has shape {got.shape}",
                      wanted.shape if wanted.ndim else "(), a single number")


def _nothing():
    """A body in which nothing has been written yet."""
    ...
    pass
    return None


EMPTY_BODY = {step.opname for step in dis.get_instructions(_nothing)}


def _is_stub(answer):
    """Whether nothing has been written yet: the body holds pass, ..., a docstring or return None, and no more."""
    return isinstance(answer, types.FunctionType) and all(
        step.opname in EMPTY_BODY for step in dis.get_instructions(answer))


def _wrong_call(answer, count):
    """What the function takes, in words, when it cannot be called with so many arguments; otherwise nothing."""
    try:
        signature = inspect.signature(answer)
    except Exception:  # some builtins tell no signature
        return ""
    try:
        signature.bind(*range(count))
    except TypeError:
        return f"({', '.join(signature.parameters)})"
    return ""


def _wrong_order(answer, call):
    """What the function takes, in words, when it has the right names in another order; otherwise nothing."""
    try:
        names = list(inspect.signature(answer).parameters)
    except Exception:
        return ""
    wanted = call.strip("()").split(", ")
    return f"({', '.join(names)})" if names != wanted and sorted(names) == sorted(wanted) else ""


def _size(case):
    return len(case.args[0])
