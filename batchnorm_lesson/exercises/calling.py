"""What came of a call of the learner's function: it is called, and its result is told in words and in numbers."""
import builtins
import contextlib
import io
import re
import sys
import types
import warnings
from typing import NamedTuple

import numpy as np

KINDS = {"NoneType": "None", "ellipsis": "...", "str": "text", "list": "a list", "tuple": "a tuple",
         "dict": "a dictionary", "generator": "a generator", "bool": "True or False", "bool_": "True or False"}

METHOD = "a function that has not been called"
METHODS = (types.BuiltinMethodType, types.MethodType, types.FunctionType, type(np.mean), np.ufunc)
NUMPY = dict(vars(np))
MOST = 10 ** 5  # numbers in a result; the right ones have fewer than a thousand


class Outcome(NamedTuple):
    """What came of a call: the result's kind in words, its parts as arrays of numbers, an error, a changed argument.

    count says how many results stood side by side; one, if it was no tuple and no list.
    """

    kind: str = ""
    parts: tuple = None
    error: BaseException = None
    changed: bool = False
    count: int = 1


def run(function, case, names=()):
    """Call the learner's function with fresh copies of a case's arguments, and keep what came of it, whatever it is.

    names are those of the result's parts, if it has several.
    """
    args = [np.array(arg) if np.ndim(arg) else arg if isinstance(arg, int) else np.float64(arg) for arg in case.args]
    try:
        with _contained():
            words, parts, count = described(function(*args), names)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: nothing that the learner's function raises may end the lesson
        return Outcome(error=error, changed=changed(args, case))
    return Outcome(words, parts, None, changed(args, case), count)


@contextlib.contextmanager
def _contained():
    """What the learner's function does to NumPy's names and settings, and to the warnings, ends with the call."""
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            yield
    finally:
        vars(np).update(NUMPY)


def computed(function, case, names=()):
    """The outcome of a function of our own, the right one or a wrong one, which changes and shows nothing."""
    try:
        parts = _parts(function(*case.args), len(names))
        return Outcome(parts=tuple(np.array(part, dtype=float) for part in parts))
    except Exception as error:  # a wrong function may fit some of the cases only
        return Outcome(error=error)


@contextlib.contextmanager
def quiet():
    """Nothing that is printed, displayed or drawn in here appears."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = set(pyplot.get_fignums()) if pyplot else set()
    if before:
        pyplot.figure()  # takes what would be drawn over the figure of the first batch
    with _captured():
        yield
    for number in set(pyplot.get_fignums()) - before if pyplot else ():
        pyplot.close(number)


@contextlib.contextmanager
def _captured():
    if "IPython" in sys.modules:  # in a notebook, whose display() is not printing
        from IPython.utils.capture import capture_output
        with capture_output():
            yield
    else:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield


@contextlib.contextmanager
def undisturbed():
    """NumPy as it was imported, whatever the learner has put into it; no warnings; and input() asks nobody."""
    theirs = {name: value for name, value in vars(np).items() if NUMPY.get(name) is not value}
    asks = builtins.input
    vars(np).update(NUMPY)
    builtins.input = _refused
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        vars(np).update(theirs)
        builtins.input = asks


def _refused(*_):
    raise RuntimeError("input() has nobody to ask during a check")


def changed(args, case):
    return not all(np.array_equal(arg, given) for arg, given in zip(args, case.args))


def described(result, names):
    """What a result is in words, its parts as float arrays (None when one has no numbers), and how many there are."""
    if too_long(result):
        return f"more than {MOST:,} numbers", None, 1
    parts = _parts(result, len(names))
    arrays = tuple(map(as_numbers, parts))
    count = len(result) if isinstance(result, (list, tuple)) else 1
    strange = [i for i, array in enumerate(arrays) if array is None]
    if strange and len(parts) == len(names):
        return f"{kind(parts[strange[0]])} in the place of {names[strange[0]]}", None, count
    return kind(result), None if strange else arrays, count


def too_long(result, most=MOST):
    """Whether a result has more numbers than any right one; told from the lengths, nothing is converted."""
    if isinstance(result, np.ndarray):
        return result.size > most
    if isinstance(result, (str, bytes)) or not hasattr(type(result), "__len__"):
        return False
    try:
        return len(result) > most or isinstance(result, (list, tuple)) and any(
            too_long(part, most // max(len(result), 1)) for part in result if part is not result)
    except Exception:  # a length that cannot be told, or a list without an end
        return False


def _parts(result, count):
    """The parts of a result that should have so many; a result that cannot be meant as several is its only part."""
    several = isinstance(result, (list, tuple)) or isinstance(result, np.ndarray) and result.ndim
    if count and several and (len(result) == count or as_numbers(result) is None):
        return list(result)
    return [result]


def as_numbers(result):
    """A float array of its own, or None for what is not numbers, such as text, ragged rows, True and False."""
    if isinstance(result, (str, bytes)):
        return None
    try:
        array = np.array(result)
        if array.dtype.kind == "O" and not any(value is None for value in array.flat):  # a None would become nan
            array = array.astype(float)
    except Exception:  # ragged rows, text, an object with conversions of its own
        return None
    return array.astype(float) if array.dtype.kind in "iuf" else None


def same(outcome, other, tolerance):
    """Whether two outcomes agree: the same parts, the same numbers. Plain Python's division by 0 counts as nan."""
    if other.parts is None:
        return False
    got = outcome.parts
    if isinstance(outcome.error, ZeroDivisionError):
        got = [np.full(part.shape, np.nan) for part in other.parts]
    return got is not None and len(got) == len(other.parts) and all(
        close(*pair, tolerance) for pair in zip(got, other.parts))


def close(got, right, tolerance):
    """Whether two arrays have the same shape and the same numbers."""
    return got.shape == right.shape and not strays(got, right, tolerance).any()


def strays(got, right, tolerance):
    """Which numbers of an array are off, measured by the largest of the right ones: True and False in its shape."""
    largest = np.abs(right[np.isfinite(right)]).max(initial=0)
    unit = largest if largest > 1e-9 else 1e-3  # a right result of 0: what float32 has left over is 1e-8 at most
    near = np.abs(got - right) <= tolerance * unit
    return ~(near | (got == right) | np.isnan(got) & np.isnan(right))


def kind(value):
    if isinstance(value, METHODS):
        return METHOD
    if isinstance(value, np.ndarray):
        return f"an array of {'True and False' if value.dtype == bool else f'{value.dtype.name} values'}"
    words = KINDS.get(type(value).__name__, f"a value of type {type(value).__name__}")
    strange = [part for part in value if as_numbers(part) is None] if isinstance(value, (list, tuple)) else []
    if strange and strange[0] is not value:
        return f"{words} with {kind(strange[0])} in it"
    return words if words != "a list" or as_numbers(value) is not None else "a list whose members differ in shape"


def show(value):
    """Numbers as a person writes them; a long batch only by its size."""
    value = np.asarray(value)
    if value.ndim and len(value) > 8:
        return f"({value.size} values)"
    if value.ndim:
        return "[" + ", ".join(show(part) for part in value) + "]"
    return re.sub(r"e([+-])0", r"e\1", f"{float(value) + 0.0:.6g}")  # 1e-5, as it is typed
