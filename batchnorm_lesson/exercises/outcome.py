"""What came of a call of the learner's function: it is called, and its result is told in words and in numbers."""
import contextlib
import io
import types
import warnings
from typing import NamedTuple

import numpy as np

KINDS = {"NoneType": "None", "ellipsis": "...", "str": "text", "list": "a list", "tuple": "a tuple",
         "dict": "a dictionary", "generator": "a generator"}

METHOD = "a function that has not been called"
METHODS = (types.BuiltinMethodType, types.MethodType, types.FunctionType, type(np.mean), np.ufunc)


class Outcome(NamedTuple):
    """What came of a call: the result's kind in words, its parts as arrays of numbers, an error, a changed argument."""

    kind: str = ""
    parts: tuple = None
    error: BaseException = None
    changed: bool = False


def run(function, case, names=(), aloud=False):
    """Call the function with fresh copies of a case's arguments, and keep what came of it, whatever it is.

    names are those of the result's parts, if it has several; aloud lets through what the function prints.
    """
    args = [np.array(arg) if np.ndim(arg) else np.float64(arg) for arg in case.args]
    silence = contextlib.nullcontext() if aloud else contextlib.redirect_stdout(io.StringIO())
    try:
        with silence, warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            words, parts = described(function(*args), names)  # the result is dropped here, with its warnings
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: nothing that the learner's function raises may end the lesson
        return Outcome(error=error, changed=changed(args, case))
    return Outcome(words, parts, None, changed(args, case))


def changed(args, case):
    return not all(np.array_equal(arg, given) for arg, given in zip(args, case.args))


def described(result, names):
    """What a result is, in words, and its parts as float arrays of their own, or None when one has no numbers."""
    parts = _parts(result, len(names))
    arrays = tuple(map(as_numbers, parts))
    strange = [i for i, array in enumerate(arrays) if array is None]
    if strange and len(parts) == len(names):
        return f"{kind(parts[strange[0]])} in the place of {names[strange[0]]}", None
    return kind(result), None if strange else arrays


def _parts(result, count):
    """The parts of a result that should have so many; a result that cannot be meant as several is its only part."""
    several = isinstance(result, (list, tuple)) or isinstance(result, np.ndarray) and result.ndim
    if count and several and (len(result) == count or as_numbers(result) is None):
        return list(result)
    return [result]


def as_numbers(result):
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
    """Whether two arrays have the same shape and the same numbers, measured by the largest of them."""
    if got.shape != right.shape:
        return False
    largest = np.abs(right[np.isfinite(right)]).max(initial=0)
    unit = largest if largest > 1e-6 else 1  # nothing but rounding is smaller than 1e-6 in these exercises
    return np.allclose(got, right, rtol=0, atol=tolerance * unit, equal_nan=True)


def kind(value):
    if isinstance(value, METHODS):
        return METHOD
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype.name} values"
    return KINDS.get(type(value).__name__, f"a value of type {type(value).__name__}")


def show(value):
    """Numbers as a person writes them; a long batch only by its size."""
    value = np.asarray(value)
    if value.ndim and len(value) > 8:
        return f"({len(value)} values)"
    if value.ndim:
        return "[" + ", ".join(show(part) for part in value) + "]"
    return f"{float(value) + 0.0:.6g}"
