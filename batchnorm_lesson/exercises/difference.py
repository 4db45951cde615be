"""A difference as a person can read it: the smallest part of an input on which an unknown mistake shows, and where."""
import numpy as np

from .calling import close, show, strays

MOST = 8  # numbers that are read at a glance


def difference(exercise, case, got, right, related=""):
    """The part of a case on which a result is wrong, what was given there and what is right, and what that breaks.

    related is what is known of all cases, and said in the place of what only this one shows.
    """
    off = [strays(*pair, case.tolerance) for pair in zip(got, right)]
    of_args, of_parts = clue(exercise, case, off)
    given = {_label(name, index): np.asarray(value)[index]
             for name, value, index in zip(exercise.names, case.args, of_args)}
    got, right, off = ([part[index] for part, index in zip(parts, of_parts)] for parts in (got, right, off))
    where = _place(exercise, case, of_parts[0])
    shown = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
    if right[0].size > MOST and off[0].any():
        at = np.unravel_index(np.argmax(off[0]), off[0].shape)
        index, part = ", ".join(map(str, at)), f"{exercise.parts[0]} = " if exercise.parts else ""
        first, batch = next(iter(given.items()))
        return (f"{where}For {shown} your function gave {part}{show(got[0][at])} at index {index}, where "
                f"{first} is {show(batch[at])}, and {show(right[0][at])} is right. {related}").rstrip()
    broken = "" if related and not exercise.parts else _broken(exercise, got, right, off)
    return " ".join(filter(None, [f"{where}For {shown} your function gave {exercise.shown(got)}, and "
                                  f"{exercise.shown(right)} is right.", broken, related]))


def relation(pairs, names):
    """How a wrong result, or its first part, goes with the right one, if it does so in every pair; or nothing."""
    if not all(got and [*map(np.shape, got)] == [*map(np.shape, right)] for got, right in pairs):
        return ""
    said = (_related(name, [pair for got, right in pairs for pair in zip(_columns(got[i]), _columns(right[i]))],
                     {2: "column", 4: "channel"}.get(pairs[0][1][i].ndim, "batch"))
            for i, name in enumerate(names or ["result"]))
    return next(filter(None, said), "")


def _columns(part):
    return part.swapaxes(0, 1).reshape(part.shape[1], -1) if part.ndim > 1 else part.reshape(1, -1)


def _related(name, columns, unit):
    """The same for one part, told by its columns: each is the right one times, or plus, a number."""
    if not np.isfinite([*map(np.sum, columns)]).all():
        return ""
    for word, look in (("times", "a factor, or at what you divide by"), ("plus", "what is added or subtracted")):
        times = word == "times"
        found = [got @ right / (right @ right or 1) if times else (got - right).mean() for got, right in columns]
        if all(close(got, right * by if times else right + by, 1e-6) for by, (got, right) in zip(found, columns)):
            found = [by for by, (_, right) in zip(found, columns) if right.any() or not times]
            if not found or np.isclose(found, times, atol=1e-6).any():
                return ""  # some of it is right
            if times and not any(got.any() for got, _ in columns):
                return f"Your {name} is always 0: is anything written into it?"
            if np.allclose(found, found[0], rtol=1e-4):
                sign = word if found[0] > 0 or times else "minus"
                by = show(found[0] if times else abs(found[0]))
                how = f"always {by} times the right one" if times else f"always the right one {sign} {by}"
                return f"Your {name} is {how}: look at {look}."
            if max(right.size for _, right in columns) > 3:
                return (f"In each {unit} your {name} is the right one {word} one number, which is not the same "
                        f"everywhere: look at {look}.")
    return ""


def clue(exercise, case, off):
    """What is shown: the index of a piece of each argument, and of each part of the result, the first that is off.

    The pieces belong together: the right answer makes the result's pieces of those of the arguments, whatever the rest
    is. So what every feature of the result needs whole is shown whole.
    """
    c = None
    if case.args[0].ndim > 1 and off[0].ndim:
        c = next(c for c in range(off[0].shape[off[0].ndim > 1]) if any(part[_of(c, part)].any() for part in off))
    return [_of(None if name in exercise.whole else c, arg) for name, arg in zip(exercise.names, case.args)], [
        _of(c, part) for part in off]


def _of(c, value):
    """The index of feature c: an array of shape (C,) has its features along axis 0, any other along axis 1."""
    return () if c is None or not np.ndim(value) else (c,) if np.ndim(value) == 1 else (slice(None), c)


def _label(name, index):
    """How the piece of an argument is written: x, gamma[2] or x[:, 2]."""
    return f"{name}[{', '.join(':' if axis == slice(None) else str(axis) for axis in index)}]" if index else name


def _place(exercise, case, index):
    """Which feature is looked at, in words; nothing if it is the whole result."""
    what = "column" if case.args[0].ndim == 2 else "channel"
    return f"Look at {what} {index[-1]}{' of the result' * bool(exercise.whole)} alone. " if index else ""


def _broken(exercise, got, right, off):
    if not all(np.isfinite(part).all() for part in got):
        regular = all(np.isfinite(part).all() for outcome in exercise.right for part in outcome.parts)
        return "nan and inf come from a division by 0 or from the root of a negative number." if regular else ""
    if exercise.parts:
        return f"Look at {' and '.join(name for name, part in zip(exercise.parts, off) if part.any())}."
    if not right[0].ndim:
        return ""
    for name, statistic in (("mean", np.mean), ("variance", np.var)):
        a, b = statistic(got[0]), statistic(right[0])
        if not np.isclose(a, b, rtol=1e-4, atol=1e-6):
            return f"The {name} of your result is {show(a)}, and it should be {show(np.round(b, 12))}."
    return "The mean and the variance of your result are right; the single values are not."
