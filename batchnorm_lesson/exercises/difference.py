"""A difference as a person can read it: the smallest part of an input on which an unknown mistake shows, and where."""
import numpy as np

from .outcome import close, show

MOST = 8  # numbers that are read at a glance


def difference(exercise, case, got, right):
    """The part of a case on which a result is wrong, what was given there and what is right, and what that breaks."""
    given, where = dict(zip(exercise.names, case.args)), ""
    if case.args[0].ndim > 1 and right[0].ndim:
        given, got, right, where = _one_feature(given, got, right, case.tolerance)
    batch = next(iter(given.values()))
    shown = ", ".join(f"{name} = {show(value)}" for name, value in given.items())
    if batch.size > MOST and right[0].shape == batch.shape and not close(got[0], right[0], case.tolerance):
        at = np.unravel_index(np.argmax(np.nan_to_num(np.abs(got[0] - right[0]), nan=np.inf)), batch.shape)
        index, part = ", ".join(map(str, at)), f"{exercise.parts[0]} = " if exercise.parts else ""
        return (f"{where}For {shown} your function gave {part}{show(got[0][at])} at index {index}, where "
                f"{next(iter(given))} is {show(batch[at])}, and {show(right[0][at])} is right.")
    return (f"{where}For {shown} your function gave {exercise.shown(got)}, and {exercise.shown(right)} is right. "
            f"{_broken(exercise, case, batch, got, right)}").rstrip()


def _one_feature(given, got, right, tolerance):
    """The first feature that is off, alone: what was given there, the results for it, and its place in words."""
    batch = next(iter(given.values()))
    c = next((i for i in range(right[0].shape[min(1, right[0].ndim - 1)])
              if not all(close(_of(i, part), _of(i, wanted), tolerance) for part, wanted in zip(got, right))), 0)
    of_c = {f"{name}[{c}]" if np.ndim(value) == 1 else f"{name}[:, {c}]" if np.ndim(value) else name: _of(c, value)
            for name, value in given.items()}
    return (of_c, [_of(c, part) for part in got], [_of(c, wanted) for wanted in right],
            f"Look at {'column' if batch.ndim == 2 else 'channel'} {c} alone. ")


def _of(c, value):
    """What belongs to feature c: an array of shape (C,) has its features along axis 0, any other along axis 1."""
    return np.take(value, c, min(1, np.ndim(value) - 1)) if np.ndim(value) else value


def _broken(exercise, case, batch, got, right):
    if not all(np.isfinite(part).all() for part in got):
        return "nan and inf come from a division by 0 or from the root of a negative number."
    if exercise.parts:
        off = [name for name, *pair in zip(exercise.parts, got, right) if not close(*pair, case.tolerance)]
        return f"Look at {' and '.join(off)}."
    if right[0].shape != batch.shape:
        return ""
    for name, statistic in (("mean", np.mean), ("variance", np.var)):
        a, b = statistic(got[0]), statistic(right[0])
        if not np.isclose(a, b, rtol=1e-4, atol=1e-6):
            return f"The {name} of your result is {show(a)}, and it should be {show(b)}."
    return "The mean and the variance of your result are right; the single values are not."
