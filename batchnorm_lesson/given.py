"""What is handed to a picture or an explorer is refused by the argument's name if it cannot be shown."""
import functools
import inspect

import numpy as np

from .batchnorm import finite_numbers


def drawable(**shapes):
    """A decorator for a picture's function: what the shapes do not allow raises ValueError or TypeError.

    A shape names an argument's axes: "" is a single number, "m" an array ``(m,)``, "m C" a table; axes of the same name
    have one length throughout. "m 0..30" allows numbers from 0 to 30 only: a picture with a fixed scale shows no more.
    An argument that is None, or has no shape, is passed on as it is.
    """
    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def checked(*args, **given):
            call, sizes = signature.bind(*args, **given), {}
            for name in shapes:
                if call.arguments.get(name) is not None:
                    call.arguments[name] = _fitting(name, call.arguments[name], shapes[name], sizes)
            picture = function(*call.args, **call.kwargs)
            picture.again = functools.partial(function, *call.args, **call.kwargs)
            return picture
        return checked
    return decorate


def _fitting(name, value, shape, sizes):
    """The value as an array of floats, or as a number, if it has that shape; sizes holds the axes met so far."""
    values = finite_numbers(value, name)
    axes = [part for part in shape.split() if ".." not in part]
    if values.ndim != len(axes) or 0 in values.shape:
        wanted = f"an array of shape ({', '.join(axes)}{',' * (len(axes) == 1)})" if axes else "a single number"
        raise ValueError(f"{name} must be {wanted}, and not empty, got the shape {values.shape}")
    for axis, size in zip(axes, values.shape):
        if sizes.setdefault(axis, (size, name))[0] != size:
            raise ValueError(f"{name} must be as long as {sizes[axis][1]}, {sizes[axis][0]}, got {size}")
    for low, high in (map(float, part.split("..")) for part in shape.split() if ".." in part):
        if values.min() < low or values.max() > high:
            worst = values.min() if values.min() < low else values.max()
            raise ValueError(f"{name} must lie between {low:g} and {high:g}, where this picture ends, got {worst:g}")
    return values if axes else value


def movable(make):
    """A decorator for an explorer's function: starting values that its controls cannot show raise ValueError."""
    signature = inspect.signature(make)

    @functools.wraps(make)
    def checked(*args, **given):
        arguments = signature.bind(*args, **given).arguments
        if arguments:
            controls = make().controls
            for name, value in arguments.items():
                _within(name, value, controls)
        return make(**arguments)
    return checked


def _within(name, value, controls):
    """Whether a control, or the row of controls name1, name2, …, can be set to the value."""
    row = [control for other, control in controls.items() if other.rstrip("0123456789") == name]
    if name in controls:
        _allowed(name, value, controls[name])
    elif row:
        values = np.ravel(finite_numbers(value, name))
        if len(values) != len(row):
            raise ValueError(f"{name} must hold {len(row)} numbers, got {len(values)}")
        for number, control in zip(values, row):
            _allowed(name, number, control)


def _allowed(name, value, control):
    if hasattr(control, "options"):
        if value not in control.options:
            raise ValueError(f"{name} must be one of {', '.join(map(str, control.options))}, got {value!r}")
        return
    low, high = (control.base ** end if hasattr(control, "base") else end for end in (control.min, control.max))
    number = finite_numbers(value, name)
    if number.ndim or not low <= number <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}")
