"""How a check judges the learner's function: three outcomes, and the mistake by its name.

The function runs on several mini-batches and is compared with the right one; a wrong answer is looked up by its results
among the known mistakes. Nothing is raised, whatever the function does; an interrupt (KeyboardInterrupt) passes
through.
"""
import dis
import inspect
import types
from dataclasses import dataclass, replace

from ..widgets.access import say
from ..widgets.boxes import LOOKS, box
from .difference import difference, relation
from .explain import explain
from .above import decisive
from .calling import METHOD, close, computed, kind, quiet, run, same, undisturbed

METADATA = "batchnorm_lesson"  # the key of an output's metadata
GENERAL = {
    "result instead of the function": "You gave the check {got}, not a function. Give it the function itself: its "
                                      "name, without parentheses behind it.",
    "wrong arguments": "Your function takes {got}. The check calls it with {call}, in this order.",
    "no return": "Your function returned None{got}. It does its work, but the line that returns the result is missing, "
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
    "wrong number of results": "Your function returned {got}. Return {call}.",
    "wrong shape": "Your {got}, and it should have shape {call}. {note}",
    "empty result": "Your {got} is empty: there is no number in it. y.append(v) puts v into a list. y + v adds v to "
                    "each member of y, and an empty y has none. np.append(y, v) leaves y as it is.",
    "name from a cell above": "Your function reads {got} from a cell above, and its result depends on that. Use what "
                              "the function is given, {call}, and what it computes from that.",
    "hard-coded for the example": "Your answer is the example's result, whatever your function is given. Compute it "
                                  "from what it is given. Does a name in it come from a cell above?",
    "same for every batch": "Your result is the same, whatever your function is given. Compute it from what it is "
                            "given. Does a name in it come from a cell above?",
    "integer result": "Your answer is right for decimals and wrong for whole numbers: there the decimals were cut off. "
                      "An array made like an integer array is an integer array.",
    "gamma = 0 treated as missing": "Your answer is right, but not when gamma is 0. 0 is a value like any other: “if "
                                    "gamma” and “gamma or …” take it for nothing. {got}",
    "outlier clipped or left out": "Your answer is right for ordinary batches, and wrong when one value lies far out. "
                                  "Such a value is part of the batch: it is not held back or left out. {got}",
    "large batch": "Your answer is right for lengths up to {note}, and wrong from {call} on. Does something in it "
                   "depend on the length: a limit, a number of values? {got}",
    "digits lost far from zero": "Your answer is right near zero and wrong far away from it, when {note}. Do you take "
                                 "the mean of the squares minus the square of the mean? That is fine on paper. Here "
                                 "both are huge and have the same digits, as far as digits are kept, and their "
                                 "difference is nonsense. Subtract the mean first, then square. (Was x made float32? "
                                 "It keeps 7 digits.)",
    "exactly 0.97 counted": "Your answer is right, but not when values lie at 0.97 exactly. They are not farther from "
                            "zero than 0.97.",
    "a factor or a constant": "{got}",
    "one kind of input": "Your answer is right for the other inputs, and wrong when {note}. {got}",
}


@dataclass(frozen=True)
class Result:
    """What a check found: status "not attempted", "not right" or "right"; the mistake's name or None; plain text.

    All but the text is metadata of the output as well, which is kept when the notebook is saved: for programs.
    """

    status: str
    mistake: str
    message: str
    exercise: str = ""

    def __repr__(self):
        icon, words, *_ = LOOKS[self.status]
        return f"{icon} {words}. {self.message}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.status != "not attempted":  # Run All would say so of every exercise
            say(repr(self))
        found = {"exercise": self.exercise, "status": self.status, "mistake": self.mistake}
        return {"text/plain": repr(self), "text/html": box(self.status, self.message)}, {METADATA: found}


def found_by_a_check(output):
    """What the metadata of a notebook's output, a dict, say of an exercise: a dict, empty for every other output."""
    found = output.get("metadata", {}).get(METADATA)
    return found if isinstance(found, dict) else {}


def judge(exercise, answer):
    """Judge the learner's function: a Result. What the function shows is shown for the first batch only."""
    return replace(_found(exercise, answer), exercise=exercise.name)


def _found(exercise, answer):
    if answer is None or answer is Ellipsis:
        return _not_attempted(exercise)
    if not callable(answer):
        return _not_right("result instead of the function", kind(answer))
    with undisturbed():
        taken = _wrong_call(answer, len(exercise.cases[0].args))
        if taken:
            return _not_right("wrong arguments", taken, exercise.call)
        first = run(answer, exercise.cases[0], exercise.parts)
        if isinstance(first.error, NotImplementedError) or first.kind == "..." or (
                first.kind == "None" and _is_stub(answer)):
            return _not_attempted(exercise)
        with quiet():
            outcomes = [first] + [run(answer, case, exercise.parts) for case in exercise.cases[1:]]
        return _judged(exercise, answer, outcomes)


def _judged(exercise, answer, outcomes):
    cases = exercise.cases
    failed = [i for i, case in enumerate(cases) if not same(outcomes[i], exercise.right[i], case.tolerance)]
    if any(outcome.changed for outcome in outcomes):
        return _not_right("changed its input")
    if not failed:
        sizes = exercise.sizes.format(min(map(_size, cases)), max(map(_size, cases)))
        return Result("right", None, f"Checked on {len(cases)} inputs, with {sizes}.")
    taken = _wrong_order(answer, exercise.names)
    if taken:
        return _not_right("wrong arguments", taken, exercise.call)
    ordinary = [i for i, case in enumerate(cases) if not case.blames]
    telling = ordinary if set(ordinary) & set(failed) and not _constant(outcomes) else range(len(cases))
    for mistake in exercise.known:
        if _alike(outcomes, exercise, mistake, telling):
            return Result("not right", mistake.name, f"{mistake.says}{_right_parts(exercise, outcomes, telling)}")
    return _by_behaviour(exercise, answer, outcomes, failed, telling)


def _alike(outcomes, exercise, mistake, telling):
    """Whether an answer does what a known mistake does: the same numbers, and an error where that raises one, too."""
    others = {i: exercise.mistaken(mistake, i) for i in telling}
    numbers = [i for i in telling if outcomes[i].error is None or others[i].error is None
               or type(outcomes[i].error) is not type(others[i].error)]
    return numbers and all(same(outcomes[i], others[i], exercise.cases[i].tolerance) for i in numbers)


def _right_parts(exercise, outcomes, telling):
    """Which parts of the result are right, in words, where some are and some are not."""
    compared = [(outcomes[i].parts, exercise.right[i].parts, exercise.cases[i].tolerance) for i in telling]
    right = [name for part, name in enumerate(exercise.parts)
             if all(got and len(got) == len(true) and close(got[part], true[part], tolerance)
                    for got, true, tolerance in compared)]
    verb = "is" if len(right) == 1 else "are"
    return f" {' and '.join(right)} {verb} right." if 0 < len(right) < len(exercise.parts) else ""


def _two_at_once(exercise, outcomes, telling):
    """Two known mistakes that together give these results, or nothing."""
    for one, other in exercise.pairs_like(outcomes):
        wrong = exercise.made_with(one.wrong | other.wrong)
        if all(same(outcomes[i], computed(wrong, exercise.cases[i], exercise.parts), exercise.cases[i].tolerance)
               for i in telling):
            return Result("not right", f"{one.name}, and {other.name}", f"Two things: {one.says} And: {other.says}")
    return None


def _by_behaviour(exercise, answer, outcomes, failed, telling):
    """A mistake that no known wrong function explains: name what can be named, or show it."""
    cases = exercise.cases
    worst = min(failed, key=lambda i: (outcomes[i].error is None, bool(cases[i].blames), cases[i].args[0].size))
    case, outcome, right = cases[worst], outcomes[worst], exercise.right[worst].parts
    if outcome.error is not None:
        return _not_right("raised an error", explain(outcome.error, answer, exercise, case))
    for part, name in enumerate(exercise.parts if outcome.count > 1 and exercise.parts else ["result"]):
        if all(outcomes[i].parts and outcomes[i].parts[part:] and not outcomes[i].parts[part].size for i in failed):
            return _not_right("empty result", name)
    above = "" if case.blames and not _constant(outcomes) else decisive(answer, exercise, case, outcome)
    if above:
        return _not_right("name from a cell above", above, exercise.call)
    if _constant(outcomes):
        return _not_right("same for every batch" if 0 in failed else "hard-coded for the example")
    empty = [cases[i].note for i in failed if outcomes[i].kind == "None"]
    if empty:
        return _not_right("no return", f" when {empty[0]}" if all(empty) else "")
    if outcome.count != len(right) and _several(outcomes, outcome, right):
        return _not_right("wrong number of results", _counted(outcome), _wanted(exercise, right))
    if outcome.parts is None:
        return _not_right("parentheses forgotten" if METHOD in outcome.kind else "not numbers", outcome.kind)
    if len(outcome.parts) != len(right):
        return _not_right("wrong number of results", _counted(outcome), _wanted(exercise, right))
    for part, name in enumerate(exercise.parts or ("result",)):
        if outcome.parts[part].shape != right[part].shape:
            return _misshapen(exercise, outcomes, failed, worst, part, name)
    return _by_numbers(exercise, outcomes, failed, telling, worst)


def _by_numbers(exercise, outcomes, failed, telling, worst):
    """Named by two mistakes, or by the kind of input that alone goes wrong; else shown on the smallest that does."""
    case, right = exercise.cases[worst], exercise.right
    ordinary = [i for i, case in enumerate(exercise.cases) if not case.blames]
    related = relation([(outcomes[i].parts, right[i].parts) for i in ordinary], exercise.parts)
    two = None if "always" in related else _two_at_once(exercise, outcomes, telling)
    if two:
        return two
    shown = difference(exercise, case, outcomes[worst].parts, right[worst].parts, related)
    blamed = {exercise.cases[i].blames for i in failed}
    short, long = ({_size(exercise.cases[i]) for i in range(len(exercise.cases)) if (i in failed) == off}
                   for off in (False, True))
    if 5 <= max(short, default=0) < min(long):
        return _not_right("large batch", shown, note=max(short), call=min(long))
    if len(blamed) == 1 and "" not in blamed:
        return _not_right(case.blames, shown, note=case.note)
    return _not_right("a factor or a constant", shown) if related else Result("not right", None, shown)


def _not_attempted(exercise):
    return Result("not attempted", None, f"Write your own lines into {exercise.stub} and run the cell again. "
                                         f"exercises.{exercise.name}.hint() gives a hint.")


def _not_right(name, got="", call="", note=""):
    return Result("not right", name, GENERAL[name].format(got=got, call=call, note=note).rstrip())


def _constant(outcomes):
    """Whether the result is the same for every batch."""
    return outcomes[0].parts and all(same(outcome, outcomes[0], 0) for outcome in outcomes)


def _several(outcomes, outcome, right):
    """Whether a tuple or a list holds whole results side by side, as many for every batch, not the values of one."""
    if outcome.count < 2 or len({outcome.count for outcome in outcomes}) > 1:
        return False
    if outcome.parts is None:
        return outcome.kind == "a tuple"
    return len(outcome.parts) == len(right) == 1 and outcome.parts[0].shape == (outcome.count,) + right[0].shape


def _counted(outcome):
    """How many results there are, in words."""
    if outcome.count > 1:
        return f"{outcome.count} results"
    return f"one result of shape {outcome.parts[0].shape}" if outcome.parts[0].ndim else "one number"


def _wanted(exercise, right):
    if exercise.parts:
        return f"{', '.join(exercise.parts)}, in this order, with commas between them"
    return f"one, of shape {right[0].shape}" if right[0].ndim else "one number"


def _misshapen(exercise, outcomes, failed, worst, part, name):
    """What a wrong shape of the result, or of the part with this name, comes from: it must fit every batch."""
    got, wanted = outcomes[worst].parts[part], exercise.right[worst].parts[part]
    wrong = [(outcomes[i].parts[part], exercise.right[i].parts[part], exercise.cases[i].args[0]) for i in failed
             if outcomes[i].parts is not None and len(outcomes[i].parts) > part]
    if wanted.ndim == 0 and all(array.shape == given.shape for array, _, given in wrong):
        return _not_right("as many values as given", name)
    if got.size == 1 < wanted.size and all(array.size == 1 for array, _, _ in wrong):
        return _not_right("one value instead of all", name, wanted.shape)
    return _not_right("wrong shape", f"{name} has shape {got.shape}",
                      wanted.shape if wanted.ndim else "(), a single number", _of_axes(wrong))


def _of_axes(arrays):
    """What a wrong shape comes from, if it is so for every batch: arrays holds result, right one and batch of each."""
    shapes = [[array.shape for array in three] for three in arrays]
    for axis, how in enumerate(["the result stands in brackets, [y]", *["each number stands in brackets, [v]"] * 3]):
        if all(got[axis:axis + 1] == (1,) and got[:axis] + got[axis + 1:] == right for got, right, _ in shapes):
            return f"Axis {axis} is one too many. It has length 1: {how}, or an axis was kept."
    if all(given[1:] and right == given[1:2] and got == given[:1] for got, right, given in shapes):
        return "That is one number for each row, and there should be one for each column. The columns are x[:, j]."
    if all(got[1:] and (got[1], got[0], *got[2:]) == right for got, right, _ in shapes):
        return "The first two axes are exchanged: y.swapaxes(0, 1) turns them round, and y.T does it with a table."
    return "Look at where an axis was added, kept or lost."


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


def _wrong_order(answer, wanted):
    """What the function takes, in words, when it has the right names in another order; otherwise nothing."""
    try:
        names = list(inspect.signature(answer).parameters)
    except Exception:
        return ""
    return f"({', '.join(names)})" if names != wanted and sorted(names) == sorted(wanted) else ""


def _size(case):
    return len(case.args[0])
