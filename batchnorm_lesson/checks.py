"""What is handed to a function is refused by the argument's name if the function cannot use it.

For pictures, explorers and the network; the layer and its functions, which are to be read on their own, look at what
they are given themselves.
"""
import functools
import inspect

import numpy as np

from .batchnorm import any_numbers, finite_numbers

MOST = 1e9  # beyond it the numbers on an axis are no longer told apart
CONDITIONS = {
    "whole": ("whole numbers", lambda values: (values == np.round(values)).all()),
    "growing": ("numbers that grow from one to the next", lambda values: (np.diff(values) > 0).all()),
    "shares": ("shares from 0 to 1, or NaN", lambda values: (np.isnan(values) | (0 <= values) & (values <= 1)).all()),
    "apart": ("numbers that are not all equal", lambda values: np.ptp(values) > 0),
}


def checked(**shapes):
    """A decorator for a function: what the shapes do not allow raises ValueError or TypeError.

    A shape names an argument's axes: "" is a single number, "m" an array ``(m,)``, "m C" a table, "steps 2" a table of
    two columns, "*" any array; axes of the same name have one length throughout. Behind the axes may stand a range,
    "0..30" (else it is −1e9..1e9), the names of CONDITIONS, or "any", which allows NaN and infinity. "each m" is a list
    of such arrays, every one with an m of its own. A tuple in a shape's place lists the values that there are. None is
    allowed where it is the argument's default.
    """
    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def call(*args, **given):
            fitted = _fitted(signature, shapes, args, given)
            return function(*fitted.args, **fitted.kwargs)
        return call
    return decorate


def drawable(**shapes):
    """``checked`` for a picture's function, and a picture that can be made ``again`` from other quantities."""
    def decorate(function):
        signature = inspect.signature(function)
        many = {each.name for each in signature.parameters.values() if each.kind is each.VAR_KEYWORD}

        @functools.wraps(function)
        def call(*args, **given):
            fitted = _fitted(signature, shapes, args, given)
            picture = function(*fitted.args, **fitted.kwargs)
            # What is drawn may be megabytes, and is not kept; the rest is options.
            picture.again = functools.partial(function, **{name: value for name, value in fitted.arguments.items()
                                                           if name not in picture.quantities and name not in many})
            return picture
        return call
    return decorate


def _fitted(signature, shapes, args, given):
    """The arguments of a call, each looked at."""
    call, sizes = signature.bind(*args, **given), {}
    for name, value in call.arguments.items():
        call.arguments[name] = _argument(signature.parameters[name], value, shapes.get(name), sizes)
    return call


def _argument(parameter, value, shape, sizes):
    """The value of one argument, looked at; a function's ``**runs`` are looked at one by one, by their own names."""
    if shape is None or value is None and parameter.default is None:
        return value
    if parameter.kind is parameter.VAR_KEYWORD:
        return {name: fitting(name, one, shape, {}) for name, one in value.items()}
    return fitting(parameter.name, value, shape, sizes)


def fitting(name, value, shape, sizes):
    """The value as an array of that shape, or as it is if it is a single one; sizes holds the axes met so far."""
    if isinstance(shape, tuple):
        return one_of(name, value, shape)
    if shape.startswith("each "):
        if not isinstance(value, (list, tuple, np.ndarray)) or not len(value):
            raise TypeError(f"{name} must be a list of arrays, and not empty, got {value!r:.60}")
        return [fitting(name, one, shape.removeprefix("each "), {}) for one in value]
    axes, words = _read(shape)
    values = (any_numbers if "any" in words else finite_numbers)(value, name)
    _has_axes(name, values, axes, sizes)
    _is_within(name, values, words)
    if "whole" in words:
        return values.astype(int) if axes else int(values)
    return values if axes else value


@functools.cache
def _read(shape):
    """The axes that a shape names, and the words behind them."""
    words = shape.split()
    axes = [word for word in words if ".." not in word and word not in (*CONDITIONS, "any")]
    return axes, words[len(axes):]


def _has_axes(name, values, axes, sizes):
    fits = axes == ["*"] or len(axes) == values.ndim and not any(
        axis.isdigit() and int(axis) != size for axis, size in zip(axes, values.shape))
    if not fits or not values.size:
        shape = "" if axes == ["*"] else f" of shape ({', '.join(axes)}{',' * (len(axes) == 1)})"
        raise ValueError(f"{name} must be {f'an array{shape}' if axes else 'a single number'}, and not empty, got the "
                         f"shape {values.shape}")
    for axis, size in zip(axes, values.shape):
        wanted, other = sizes.setdefault(axis, (size, name))
        if wanted != size:
            raise ValueError(f"{name} must be as long as {other}, {wanted}, got {size}")


def _is_within(name, values, words):
    if "any" not in words:
        low, high = next((map(float, word.split("..")) for word in words if ".." in word), (-MOST, MOST))
        worst = values.min() if values.min() < low else values.max()
        if not low <= worst <= high:
            raise ValueError(f"{name} must lie between {low:g} and {high:g}, got {worst:g}")
    for what, holds in (CONDITIONS[word] for word in words if word in CONDITIONS):
        if not holds(values):
            raise ValueError(f"{name} must hold {what}, got {np.ravel(values)[:6].tolist()}")


def one_of(name, value, options):
    """The value, if it is one of the options."""
    if not np.isscalar(value) or value not in options:
        *others, last = (f"{option:g}" if isinstance(option, float) else str(option) for option in options)
        raise ValueError(f"{name} must be one of {', '.join(others)} or {last}, got {value!r:.60}")
    return value


def movable(make):
    """A decorator for an explorer's function: starting values that its controls cannot show raise ValueError."""
    signature = inspect.signature(make)

    @functools.cache
    def shapes():
        """What the controls can show, by the names of the arguments; a row of controls x1, x2, … is one argument."""
        controls, rows = make().controls, {}
        for name, control in controls.items():
            rows.setdefault(name if name in signature.parameters else name.rstrip("0123456789"), []).append(control)
        return {name: _shape_of(row, "" if name in controls else len(row)) for name, row in rows.items()}

    @functools.wraps(make)
    def checked(*args, **given):
        arguments = signature.bind(*args, **given).arguments
        for name in arguments:
            if name in shapes():
                arguments[name] = fitting(name, arguments[name], shapes()[name], {})
        return make(**arguments)
    return checked


def _shape_of(row, length):
    """The shape, in the words of ``drawable``, of what a row of controls shows; with length "" it is a single one."""
    control = row[0]
    if hasattr(control, "options"):
        return tuple(control.options)
    low, high = (control.base ** end if hasattr(control, "base") else end for end in (control.min, control.max))
    whole = "whole" if isinstance(low, int) else ""
    return f"{length} {low!r}..{high!r} {whole}"
