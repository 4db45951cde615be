"""What an exception in the learner's function means: its line, the exception, and a clue."""
import linecache
import re
import traceback
import types

import numpy as np

from .above import named, read_above

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

CLUES = (  # what the text of an exception says more exactly than its kind; \1 is what the first group has found
    (r"bitwise_xor|for \^", "In Python a power is **, not ^."),
    (r"'(builtin_function_or_method|method|function|numpy\._ArrayFunctionDispatcher)'",
     "Parentheses are missing: x.mean() computes the mean, x.mean is only the method."),
    (r"(ndarray|float\d*|int\d*|list|tuple)' object is not callable",
     "Round brackets behind a value call it like a function. To multiply, write *. To take one value, write x[i]."),
    (r"Cannot cast ufunc", "An array of whole numbers has no place for decimals: +=, -= and the like fail on it. Make "
                           "a new array with =, or copy the old one with .astype(float)."),
    (r"only integers|indices must be integers or slices, not (?!tuple)",
     "A loop such as for v in x gives the values themselves. A position, as in x[i], comes from range(len(x))."),
    (r"int' object is not iterable", "Loop over range(len(x)), or over x itself."),
    (r"name 'my_\w+' is not defined", "A notebook knows only the functions of its own cells. If the function is from "
                                      "another lesson, copy it in; if it is from this one, run its cell first."),
    (r"truth value of an array", "An if needs one True or False, and a whole array has many; so do “and” and “or”: "
                                 "between arrays write & and |, each comparison in brackets. In a loop over a table, "
                                 "each round gives a whole row."),
    (r"keyword argument '(dim|keepdim|unbiased|correction)'|'dim' is an invalid keyword",
     "That is PyTorch's name. In NumPy it is axis=, keepdims=, and ddof=0 for unbiased=False."),
    (r"view\(\) takes|Type must be a sub-type of ndarray|Cannot interpret '.*' as a data type"
     r"|no attribute '(view|permute|unsqueeze|t|sqrt|pow|detach)'|name 'torch'",
     "Is that PyTorch? In NumPy it is x.reshape(…), x.transpose(…), x.shape and np.sqrt(x)."),
    (r"'list' object cannot be interpreted as an integer",
     "Several axes stand in round brackets: axis=(0, 2, 3). And range needs a number: range(len(x))."),
    (r"only integer scalar arrays|cannot be interpreted as an integer",
     "One whole number is needed there, as in range(len(x)). / gives decimals, also where nothing is left over."),
    (r"ufunc 'bitwise_(or|and)' not supported", "| and & come before > and <: put each comparison in brackets, "
                                               "(a > x) | (b < y)."),
    (r"(too many|not enough) values to unpack", "Count the names on the left of = against the axes of x, or against "
                                                "what the function on the right returns. In a loop over two arrays "
                                                "side by side: for a, b in zip(x, y)."),
    (r"input\(\) has nobody", "The check hands over the numbers as arguments. Nothing has to be typed in."),
    (r"inhomogeneous", "Results of different shapes make no single array. Return them side by side, with commas "
                       "between them."),
    (r"NoneType", "Something there is None: is a function called that returns nothing, or that is not written yet? "
                  "y.append(v) and x.sort() return None: they change y and x, and stand alone in their line."),
    (r"not supported between.*'(list|tuple)'|can only concatenate (list|tuple)|can't multiply sequence"
     r"|(unsupported|bad) operand type.*'(list|tuple)'",
     "Lists and tuples do not compute with their values: + joins two of them, * repeats one, and they have no −, / or "
     "**, and no > with a number. Make an array first, np.array(…), or go through the values with for."),
    (r"'(list|tuple)' object has no attribute '(mean|sum|var|std|min|max|shape|size|reshape|transpose)'",
     r"A \1 has no .\2, an array has: np.array(…) makes one. np.\2(…) takes a \1 as well."),
    (r"no attribute 'append'", "Only a list has append: write y = [] in front of the loop, and y.append(v) in it."),
    (r"'str'|concatenate str", "Text does not compute. Use the numbers themselves, without quotes, str(…) or f'…'."),
    (r"(float|int)\d*' object (is not iterable|has no attribute '(mean|sum|var)')|'[\w.]*(float|int)\d*' has no len",
     "That is one number, and there is nothing in it to go through, to count or to add up. In “for v in x” each round "
     "gives one v: the sum of all is sum(x), their number len(x)."),
    (r"invalid index to scalar|'(int|float)' object is not subscriptable|too many indices",
     "There are more indices than axes: x[i] of a plain row of numbers is one number, and a number has no places."),
    (r"cannot unpack", "Two names need two values in each round: for i, v in enumerate(x), for a, b in zip(x, y), but "
                       "for v in x. The shape of a table is two numbers: m, C = x.shape."),
    (r"indices must be integers or slices, not tuple", "x[i, j] and x[:, j] are for arrays: np.array(x). A list of "
                                                       "lists takes one index after the other: x[i][j]."),
    (r"list (assignment )?index out of range",
     "That list has no such place: counting starts at 0 and ends at its length − 1. An empty list has no place yet; "
     "y.append(v) makes one. In a list of rows, len(x) counts the rows and len(x[0]) the columns."),
    (r"only (length-1|0-dimensional|size-1) arrays|must be real number, not (list|tuple)",
     "math.sqrt, float and int take one number, and here are several: np.sqrt(…) takes the root of each; np.tanh(…) "
     "and np.abs(…) work on each, too."),
    (r"setting an array element with a sequence", "Several numbers do not fit into the place of one: y[i] is one place "
                                                  "if y has one axis. Take x[i] on the right, or one mean or sum."),
    (r"core dimension|not aligned", "@ is the matrix product: it needs as many columns on its left as rows on its "
                                    "right. The examples are rows and come first: h @ W. * multiplies number by "
                                    "number."),
    (r"must have one value per feature", "The table that went in there has another number of columns. Is it "
                                         "transposed, or a product turned round, W @ h for h @ W?"),
    (r"broadcast", "Two arrays met there whose shapes do not fit together. Was an axis lost, or does a name in that "
                   "line come from a cell above?"),
    (r"variable '(\w+)'", r"\1 has no value yet. If it counts or adds up, give it one in front of the loop: \1 = 0."),
)

PAIRS = "zip(a, b) and enumerate(x) give pairs: take them apart with two names, for a, b in zip(x, y)."
EMPTY = ("An empty list or array has no place yet, and nothing to add to. y.append(v) puts v into a list; "
         "np.zeros(x.shape) makes places.")
COUNTED = ("len() counts {1}s, and {0}.shape[1] counts {2}s. In {0}[i, j] the {1} comes first: {0}[j] is {1} j, and "
           "{0}[:, j] is {2} j. Counting starts at 0.")
ONE_PER_ROW = ("One of them has as many numbers as {0} has rows, one for each example. What belongs to a feature has "
               "one for each column: a mean over axis=0, for example.")
LINED_UP = ("What belongs to a channel has one number for each, and the channels are axis 1 of {0}. Line it up with "
            ".reshape(1, -1, 1, 1), or take means and variances over axis=(0, 2, 3) with keepdims=True.")
TIMES = "*, + and − go number by number, and need tables of one shape. The matrix product is @: h @ W."


def explain(error, answer, exercise, case):
    """The learner's line, the exception and what it means, without paths or memory addresses."""
    name = type(error).__name__
    line = _line(error, answer)
    what = f"Your line “{line}” raised {name}" if line else f"Your function raised {name}"
    text = _plain(error)
    pairs = isinstance(answer, types.FunctionType) and {"zip", "enumerate"} & {*answer.__code__.co_names}
    clue = (PAIRS if pairs and re.search("sequence by|'tuple'", text) else _of_sizes(text, exercise.names, case.args)
            or _meaning(error, text))
    where = f" This happened when {case.note}." if case.note else ""
    above = named(read_above(answer))
    asked = f" Your function reads {above} from a cell above: is that meant?" if above else ""
    return f"{what}{': ' + text if text else ''}. {clue}{where}{asked}".rstrip()


def _of_sizes(text, names, args):
    """A clue from the sizes that the text tells, read beside those of the arguments; or nothing."""
    found = {tuple(map(int, re.findall(r"\d+", shape))) for shape in re.findall(r"\([\d, ]*\)", text)}
    past = re.search(r"index (\d+) is out of bounds .* size (\d+)", text)
    if (0,) in found or past and past[2] == "0":
        return EMPTY
    shape, tables = args[0].shape, [(name, np.shape(arg)) for name, arg in zip(names, args) if np.ndim(arg) > 1]
    if past and tables and int(past[1]) < max(*shape[:2], tables[-1][1][1]) or (
            "into shape" in text and found == {shape[:1], shape[1:]}):
        return COUNTED.format(tables[-1][0], *(("row", "column") if len(shape) == 2 else ("image", "channel")))
    if "operands" not in text or not tables:
        return ""
    if len(shape) == 4 and found & {shape[1:2], shape[:2]}:
        return LINED_UP.format(names[0])
    if shape[:1] in found and shape[0] not in {one[-1] for one in found - {shape[:1]}}:
        return ONE_PER_ROW.format(names[0])
    return TIMES * ("h" in names and {*map(len, found)} == {2})


def _meaning(error, text):
    if type(error) is NameError and isinstance(getattr(np, str(error.name), None), np.ufunc):
        return f"Did you mean np.{error.name}?"
    clues = [match.expand(says) for pattern, says in CLUES if (match := re.search(pattern, text))]
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
    text = re.sub(r" at 0x[0-9A-Fa-f]+|, with gufunc signature \S+", "", text)
    text = re.sub(r"(?<!\w)(?:[A-Za-z]:)?(?:[\\/][\w.+~ -]+){2,}", "…", text)
    return text[:160].rstrip(".")
