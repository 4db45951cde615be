"""What an exception in the learner's function means: its line, the exception, and a clue."""
import linecache
import re
import traceback
import types

import numpy as np

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
    (r"Cannot cast ufunc", "An array of whole numbers has no place for decimals: +=, -= and the like fail on it. Make "
                           "a new array with =, or copy the old one with .astype(float)."),
    (r"only integers", "A loop such as for v in x gives the values themselves. A position, as in x[i], comes from "
                       "range(len(x))."),
    (r"int' object is not iterable", "Loop over range(len(x)), or over x itself."),
    (r"name 'my_\w+' is not defined", "A notebook knows only the functions of its own cells. If the function is from "
                                      "another lesson, copy it in; if it is from this one, run its cell first."),
    (r"truth value of an array", "An if needs one True or False, and a whole array has many; so do “and” and “or”: "
                                 "between arrays write & and |, each comparison in brackets. In a loop over a table, "
                                 "each round gives a whole row."),
    (r"keyword argument '(dim|keepdim|unbiased|correction)'|'dim' is an invalid keyword",
     "That is PyTorch's name. In NumPy it is axis=, keepdims=, and ddof=0 for unbiased=False."),
    (r"view\(\) takes|Type must be a sub-type of ndarray|Cannot interpret '.*' as a data type"
     r"|'int' object is not callable|no attribute '(view|permute|unsqueeze|t|sqrt|pow|detach)'|name 'torch'",
     "Is that PyTorch? In NumPy it is x.reshape(…), x.transpose(…), x.shape and np.sqrt(x)."),
    (r"'list' object cannot be interpreted as an integer", "Several axes stand in round brackets: axis=(0, 2, 3)."),
    (r"ufunc 'bitwise_(or|and)' not supported", "| and & come before > and <: put each comparison in brackets, "
                                               "(a > x) | (b < y)."),
    (r"(too many|not enough) values to unpack", "Count the names on the left of = against the axes of x, or against "
                                                "what the function on the right returns."),
    (r"input\(\) has nobody", "The check hands over the numbers as arguments. Nothing has to be typed in."),
    (r"inhomogeneous", "Results of different shapes make no single array. Return them side by side, with commas "
                       "between them."),
    (r"broadcast together", "Two arrays met there whose shapes do not fit together. Was an axis lost, or does a name "
                            "in that line come from a cell above?"),
    (r"NoneType", "Something there is None: is a function called that returns nothing, or that is not written yet?"),
)


def explain(error, answer, note):
    """The learner's line, the exception and what it means, without paths or memory addresses."""
    name = type(error).__name__
    line = _line(error, answer)
    what = f"Your line “{line}” raised {name}" if line else f"Your function raised {name}"
    text = _plain(error)
    where = f" This happened when {note}." if note else ""
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
