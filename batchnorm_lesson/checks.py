"""How an exercise is judged, hinted at and solved; the exercises themselves are in exercises.py.

A check runs the learner's function on several mini-batches, compares it with the package's own function, and looks
a wrong answer up in the catalogue of mistakes. It never raises, whatever the learner's function does, and lets an
interrupt (KeyboardInterrupt) through.
"""
import contextlib
import dis
import inspect
import io
import linecache
import re
import textwrap
import traceback
import types
import warnings
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Callable, NamedTuple

import numpy as np

from .boxes import LOOKS, box
from .mistakes import GENERAL

ERRORS = {  # what an exception in the learner's function usually means
    "NameError": "A name is not known there: a misspelling, or a cell above that has not been run.",
    "UnboundLocalError": "A variable is read there before the function has given it a value.",
    "AttributeError": "That object has no such attribute or method: check the spelling.",
    "TypeError": "An operation or a call got something of a kind that it cannot work with.",
    "ValueError": "The kind is right and the value is not: shapes that do not fit together are the usual reason.",
    "IndexError": "An index reaches past the end: counting starts at 0 and ends at m − 1.",
    "ZeroDivisionError": "Something was divided by 0: what protects the division when all the values are equal?",
    "RecursionError": "The function calls itself without end: is a call inside it meant for another function?",
    "SystemExit": "An exercise should return its result, not stop the program.",
}
CLUES = (  # what the text of an exception says more exactly than its kind
    (r"bitwise_xor|for \^", "In Python a power is **, not ^."),
    (r"'(builtin_function_or_method|method|function|numpy\._ArrayFunctionDispatcher)'",
     "Parentheses are missing: x.mean() computes the mean, x.mean is only the method."),
    (r"(ndarray|float\d*|int\d*)' object is not callable",
     "Round brackets behind a value call it like a function. To multiply, write *."),
    (r"only integers", "A loop such as for v in x gives the values themselves. A position, as in x[i], comes from "
                       "range(len(x))."),
    (r"int' object is not iterable", "Loop over range(len(x)), or over x itself."),
    (r"name 'my_\w+' is not defined", "A notebook knows only the functions of its own cells. If the function is from "
                                      "another lesson, copy it in; if it is from this one, run its cell first."),
    (r"truth value of an array", "An if needs one True or False, and a whole array has many. In a loop over a table, each "
                                 "round gives a whole row."),
    (r"inhomogeneous", "Results of different shapes make no single array. Return them side by side, with commas "
                       "between them."),
    (r"broadcast together", "Two arrays met there whose shapes do not fit together. Was an axis lost, or does a name "
                            "in that line come from a cell above?"),
    (r"NoneType", "Something there is None: is a function called that returns nothing, or that is not written yet?"),
)
KINDS = {"NoneType": "None", "ellipsis": "...", "str": "text", "list": "a list", "tuple": "a tuple",
         "dict": "a dictionary", "generator": "a generator"}
METHOD = "a function that has not been called"
METHODS = (types.BuiltinMethodType, types.MethodType, types.FunctionType, type(np.mean), np.ufunc)
EMPTY_BODY = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "LOAD_COMMON_CONSTANT", "RETURN_CONST", "RETURN_VALUE", "POP_TOP"}


class Case(NamedTuple):
    """One call of the learner's function; blames names the mistake if only this kind of case goes wrong."""

    args: tuple
    tolerance: float = 1e-5
    note: str = ""
    blames: str = ""


class Outcome(NamedTuple):
    """What came of a call: the result's kind in words, its parts as arrays of numbers, an error, a changed argument."""

    kind: str = ""
    parts: tuple = None
    error: BaseException = None
    changed: bool = False


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


class Note(str):
    """A hint or a solution: shown as Markdown in a notebook, as its text elsewhere."""

    __repr__ = str.__str__

    def _repr_markdown_(self):
        return str(self)


@dataclass(repr=False, eq=False)
class Exercise:
    """One exercise. call is how the learner's function is called, answer the function whose source is the solution;
    plain is the body of a solution in a few lines, for an answer that is made for more than this exercise; parts names
    the parts of a result that has several (each is compared by itself), gloss explains the answer's source, stub is the
    learner's function."""

    name: str
    call: str
    task: str
    answer: Callable
    cases: tuple
    catalogue: tuple
    hints: tuple
    plain: str = ""
    parts: tuple = ()
    gloss: str = ""
    stub: str = ""
    _hints_given: int = field(default=0, init=False)

    def __post_init__(self):
        self.stub = self.stub or f"my_{self.name}"

    @property
    def statement(self):
        """Shapes, what to return and one worked example, as Markdown."""
        given = ", ".join(f"`{value}`" for value in self._given(self.cases[0]))
        worked = self._shown(self._run(self.answer, self.cases[0]).parts)
        return f"**Exercise.** Write `{self.stub}{self.call}`. {self.task}\n\nExample: {given} gives `{worked}`."

    def __repr__(self):
        return self.statement

    def _repr_markdown_(self):
        return self.statement

    def hint(self):
        """The next hint, each closer than the one before; after the last, the last again."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        last = ", the last" if self._hints_given == len(self.hints) else ""
        return Note(f"**Hint {self._hints_given} of {len(self.hints)}{last}.** {self.hints[self._hints_given - 1]}")

    def solution(self):
        """A solution in a few lines, and the package's own source, which is what the check compares with."""
        parts = [_code(inspect.getsource(self.answer)), self.gloss]
        if self.plain:
            own = f"def {self.stub}{self.call}:\n{textwrap.indent(self.plain, '    ')}"
            parts = [_code(own), "And in the helper package, for every shape:", *parts]
        return Note("\n\n".join(filter(None, parts)))

    def check(self, answer):
        """Judge the learner's function; what it prints is shown for the first batch only."""
        if answer is None or answer is Ellipsis:
            return self._not_attempted()
        if not callable(answer):
            return _not_right("called the function", _kind(answer))
        wrong_call = _wrong_call(answer, len(self.cases[0].args))
        if wrong_call:
            return _not_right("wrong arguments", wrong_call, self.call)
        first = self._run(answer, self.cases[0], aloud=True)
        if isinstance(first.error, NotImplementedError) or first.kind == "..." or (
                first.kind == "None" and _is_stub(answer)):
            return self._not_attempted()
        return self._judge(answer, [first] + [self._run(answer, case) for case in self.cases[1:]])

    def _given(self, case):
        names = self.call.strip("()").split(", ")
        return [f"{name} = {_show(value)}" for name, value in zip(names, case.args)]

    def _shown(self, parts):
        """A result as a person writes it, its parts by their names where they are not all single numbers."""
        if self.parts and any(part.ndim for part in parts):
            return ", ".join(f"{name} = {_show(part)}" for name, part in zip(self.parts, parts))
        return _show(parts if self.parts else parts[0])

    def _run(self, function, case, aloud=False):
        """Call the function with fresh copies of the arguments, and keep what came of it, whatever it is."""
        args = [np.array(arg) if np.ndim(arg) else np.float64(arg) for arg in case.args]
        silence = contextlib.nullcontext() if aloud else contextlib.redirect_stdout(io.StringIO())
        try:
            with silence, warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                kind, parts = _described(function(*args), self.parts)  # the result is dropped here, with its warnings
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: nothing that the learner's function raises may end the lesson
            return Outcome(error=error, changed=_changed(args, case))
        return Outcome(kind, parts, None, _changed(args, case))

    def _not_attempted(self):
        return Result("not attempted", None, f"Write your own lines into {self.stub} and run the cell again. "
                                             f"exercises.{self.name}.hint() gives a hint.")

    @cached_property
    def _expected(self):
        return [self._run(self.answer, case) for case in self.cases]

    @cache
    def _mistaken(self, mistake, i):
        """What a wrong function of the catalogue gives for one case."""
        return self._run(mistake.wrong, self.cases[i])

    def _made(self, mistake, outcomes):
        """Whether an answer gave what a wrong function gives, on every case that does not blame another mistake."""
        return all(_same(outcomes[i], self._mistaken(mistake, i), case.tolerance)
                   for i, case in enumerate(self.cases) if case.blames in ("", mistake.name))

    def _judge(self, answer, outcomes):
        expected = self._expected
        failed = [i for i, case in enumerate(self.cases) if not _same(outcomes[i], expected[i], case.tolerance)]
        if any(outcome.changed for outcome in outcomes):
            return _not_right("changed its input")
        if not failed:
            return Result("right", None, f"Checked on {len(self.cases)} inputs, with batches of "
                                         f"{min(map(_size, self.cases))} to {max(map(_size, self.cases))} examples.")
        order = _wrong_order(answer, self.call)
        if order:
            return _not_right("wrong arguments", order, self.call)
        for mistake in self.catalogue:
            if self._made(mistake, outcomes):
                return Result("not right", mistake.name, mistake.says)
        return self._by_behaviour(answer, outcomes, expected, failed)

    def _by_behaviour(self, answer, outcomes, expected, failed):
        """A mistake that no wrong function of the catalogue explains: name what can be named, or show it."""
        worst = min(failed, key=lambda i: (outcomes[i].error is None, _size(self.cases[i])))
        case, outcome, right = self.cases[worst], outcomes[worst], expected[worst].parts
        if outcome.error is not None:
            return _not_right("raised an error", _explain(outcome.error, answer, case))
        if failed == list(range(1, len(self.cases))):
            return _not_right("hard-coded for the example")
        if outcome.kind == "None":
            return _not_right("no return")
        if outcome.parts is None:
            return _not_right("parentheses forgotten" if METHOD in outcome.kind else "not numbers", outcome.kind)
        if len(outcome.parts) != len(right):
            return _not_right("wrong number of results", _counted(outcome.parts), ", ".join(self.parts))
        for name, got, wanted in zip(self.parts or ("result",), outcome.parts, right):
            if got.shape != wanted.shape:
                return _misshapen(name, got, wanted, case.args[0].shape)
        blamed = {self.cases[i].blames for i in failed}
        if len(blamed) == 1 and "" not in blamed:
            return self._blame(blamed.pop())
        return Result("not right", None, self._difference(case, outcome.parts, right))

    def _blame(self, name):
        says = {mistake.name: mistake.says for mistake in self.catalogue}
        return Result("not right", name, says[name]) if name in says else _not_right(name)

    def _difference(self, case, got, right):
        """The smallest input on which an unknown mistake shows, and the property that it breaks."""
        return (f"For {', '.join(self._given(case))} your function gave {self._shown(got)}, and {self._shown(right)} "
                f"is right. {self._broken(case, got, right)}").rstrip()

    def _broken(self, case, got, right):
        if not all(np.isfinite(part).all() for part in got):
            return "nan and inf come from a division by 0 or from the root of a negative number."
        if self.parts:
            off = [name for name, *pair in zip(self.parts, got, right) if not _close(*pair, case.tolerance)]
            return f"Look at {' and '.join(off)}."
        if right[0].shape != case.args[0].shape:
            return ""
        for name, statistic in (("mean", np.mean), ("variance", np.var)):
            a, b = statistic(got[0]), statistic(right[0])
            if not np.isclose(a, b, rtol=1e-4, atol=1e-6):
                return f"The {name} of your result is {_show(a)}, and it should be {_show(b)}."
        return "The mean and the variance of your result are right; the single values are not."


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


def _changed(args, case):
    return not all(np.array_equal(arg, given) for arg, given in zip(args, case.args))


def _described(result, names):
    """What a result is, in words, and its parts as float arrays of their own, or None when one has no numbers."""
    parts = _parts(result, len(names))
    arrays = tuple(map(_as_numbers, parts))
    strange = [i for i, array in enumerate(arrays) if array is None]
    if strange and len(parts) == len(names):
        return f"{_kind(parts[strange[0]])} in the place of {names[strange[0]]}", None
    return _kind(result), None if strange else arrays


def _parts(result, count):
    """The parts of a result that should have so many; a result that cannot be meant as several is its only part."""
    several = isinstance(result, (list, tuple)) or isinstance(result, np.ndarray) and result.ndim
    if count and several and (len(result) == count or _as_numbers(result) is None):
        return list(result)
    return [result]


def _as_numbers(result):
    try:
        array = np.array(result)
        if array.dtype.kind == "O" and not any(value is None for value in array.flat):  # a None would become nan
            array = array.astype(float)
    except Exception:  # ragged rows, text, an object with conversions of its own
        return None
    return array.astype(float) if array.dtype.kind in "iuf" else None


def _same(outcome, other, tolerance):
    """Whether two outcomes agree: the same parts, the same numbers. Plain Python's division by 0 counts as nan."""
    if other.parts is None:
        return False
    got = outcome.parts
    if isinstance(outcome.error, ZeroDivisionError):
        got = [np.full(part.shape, np.nan) for part in other.parts]
    return got is not None and len(got) == len(other.parts) and all(
        _close(*pair, tolerance) for pair in zip(got, other.parts))


def _close(got, right, tolerance):
    """Whether two arrays have the same shape and the same numbers, measured by the largest of them."""
    if got.shape != right.shape:
        return False
    largest = np.abs(right[np.isfinite(right)]).max(initial=0)
    unit = largest if largest > 1e-6 else 1  # nothing but rounding is smaller than 1e-6 in these exercises
    return np.allclose(got, right, rtol=0, atol=tolerance * unit, equal_nan=True)


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


def _explain(error, answer, case):
    """The learner's line, the exception and what it means, without paths or memory addresses."""
    name = type(error).__name__
    line = _line(error, answer)
    what = f"Your line “{line}” raised {name}" if line else f"Your function raised {name}"
    text = _plain(error)
    where = f" This happened when {case.note}." if case.note else ""
    return f"{what}{': ' + text if text else ''}. {_meaning(error, text)}{where}".rstrip()


def _meaning(error, text):
    if type(error) is NameError and isinstance(getattr(np, str(error.name), None), np.ufunc):
        return f"Did you mean np.{error.name}?"
    clues = [says for pattern, says in CLUES if re.search(pattern, text)]
    return (clues or [ERRORS.get(type(error).__name__, "")])[0]


def _line(error, answer):
    """The learner's own source line in which the error came up, or nothing when there is no source."""
    if not isinstance(answer, types.FunctionType):
        return ""
    source = answer.__code__.co_filename
    lines = [number for frame, number in traceback.walk_tb(error.__traceback__)
             if frame.f_code.co_filename == source and number]
    return linecache.getline(source, lines[-1]).strip() if lines else ""


def _plain(error):
    try:
        text = (str(error).strip().splitlines() or [""])[0]
    except Exception:
        return ""
    text = re.sub(r" at 0x[0-9A-Fa-f]+", "", text)
    text = re.sub(r"(?<!\w)(?:[A-Za-z]:)?(?:[\\/][\w.+~ -]+){2,}", "…", text)
    return text[:160].rstrip(".")


def _code(source):
    return f"```python\n{source.rstrip()}\n```"


def _kind(value):
    if isinstance(value, METHODS):
        return METHOD
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype.name} values"
    return KINDS.get(type(value).__name__, f"a value of type {type(value).__name__}")


def _size(case):
    return len(case.args[0])


def _show(value):
    """Numbers as a person writes them; a long batch only by its size."""
    value = np.asarray(value)
    if value.ndim and len(value) > 8:
        return f"({len(value)} values)"
    if value.ndim:
        return "[" + ", ".join(_show(part) for part in value) + "]"
    return f"{float(value) + 0.0:.6g}"
