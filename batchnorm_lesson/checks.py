"""Arguments are looked at once, when a function is called: what it cannot use is refused by the argument's name.

Here is what the lessons' names mean (KINDS), what shapes can say of all other arguments, and the messages of both. The
maths, the network, pictures, explorers and questions import from here; this file imports nothing of theirs.
"""
import functools
import inspect
import threading
from numbers import Integral

import numpy as np

LARGEST = 1e150  # the square of 1e155 is infinite in float64
MOST = 1e9  # beyond it the numbers on an axis are no longer told apart
CONDITIONS = {
    "whole": ("whole numbers", lambda values: (values == np.round(values)).all()),
    "growing": ("numbers that grow from one to the next", lambda values: (np.diff(values) > 0).all()),
    "shares": ("shares from 0 to 1, or NaN", lambda values: (np.isnan(values) | (0 <= values) & (values <= 1)).all()),
    "apart": ("numbers that are not all equal", lambda values: np.ptp(values) > 0),
}
_thread = threading.local()  # live training runs in threads, and each looks at its own calls


def checked(function=None, **shapes):
    """A decorator for a function: what does not fit raises ValueError or TypeError, and the message names the argument.

    ``@checked`` alone is for the maths and goes by the lessons' names, KINDS: inside, all numbers are float64; results
    have the dtype of the mini-batch. With shapes, ``@checked(x="m")``, results stay as they are. A shape names an
    argument's axes: "" is a single number, "m" an array ``(m,)``, "m C" a table, "steps 2" a table of two columns, "*"
    any array; axes of the same name have one length throughout. Behind the axes may stand a range, "0..30" (else it is
    −1e9..1e9), the names of CONDITIONS, or "any", which allows NaN and infinity. "each m" is a list of such arrays,
    every one with an m of its own. A tuple in a shape's place lists the values that there are. None is allowed where it
    is the argument's default.

    When a checked function calls another one, that call's arguments are not looked at again.
    """
    if function is None:
        return functools.partial(checked, **shapes)
    signature = inspect.signature(function)
    shapes = shapes or {name: KINDS[name] for name in signature.parameters if name != "self"}

    @functools.wraps(function)
    def call(*args, **given):
        if getattr(_thread, "inside", False):
            return function(*args, **given)
        bound, met = _fitted(signature, shapes, args, given)
        try:
            _thread.inside = True
            result = function(**bound.arguments)
        finally:
            _thread.inside = False
        return _rounded(result, met["the batch"].dtype) if "the batch" in met else result
    return call


def drawable(**shapes):
    """``checked`` for a picture's function, and a picture that can be made anew (``remake``) from other quantities."""
    def decorate(function):
        signature = inspect.signature(function)
        many = {each.name for each in signature.parameters.values() if each.kind is each.VAR_KEYWORD}

        @functools.wraps(function)
        def call(*args, **given):
            bound, _ = _fitted(signature, shapes, args, given)
            picture = function(*bound.args, **bound.kwargs)
            # What is drawn may be megabytes, and is not kept; the rest is options.
            picture.remake = functools.partial(function, **{name: value for name, value in bound.arguments.items()
                                                           if name not in picture.quantities and name not in many})
            return picture
        return call
    return decorate


def _fitted(signature, shapes, args, given):
    """The arguments of a call, each looked at, and what was met: the lengths of axes, by their names, and the batch.

    A function's ``**runs`` are looked at one by one, by their own names.
    """
    bound, met = signature.bind(*args, **given), {}
    for name, value in bound.arguments.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD and name in shapes:
            bound.arguments[name] = {run: fitting(run, one, shapes[name], {}) for run, one in value.items()}
        elif name in shapes and not (value is None and parameter.default is None):
            bound.arguments[name] = fitting(name, value, shapes[name], met)
    return bound, met


def fitting(name, value, shape, met):
    """The value as an array of that shape, or as it is if it is a single one; met holds what came before it."""
    if callable(shape):
        return shape(value, name, met)
    if isinstance(shape, tuple):
        return one_of(name, value, shape)
    if shape.startswith("each "):
        if not isinstance(value, (list, tuple, np.ndarray)) or not len(value):
            raise TypeError(f"{name} must be a list of arrays, and not empty, got {value!r:.60}")
        return [fitting(name, one, shape.removeprefix("each "), {}) for one in value]
    axes, words = _read(shape)
    values = (any_numbers if "any" in words else finite_numbers)(value, name)
    _has_axes(name, values, axes, met)
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


def _has_axes(name, values, axes, met):
    fits = axes == ["*"] or len(axes) == values.ndim and not any(
        axis.isdigit() and int(axis) != size for axis, size in zip(axes, values.shape))
    if not fits or not values.size:
        shape = "" if axes == ["*"] else f" of shape ({', '.join(axes)}{',' * (len(axes) == 1)})"
        raise ValueError(f"{name} must be {f'an array{shape}' if axes else 'a single number'}, and not empty, got the "
                         f"shape {values.shape}")
    for axis, size in zip(axes, values.shape):
        wanted, other = met.setdefault(axis, (size, name))
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
    def call(*args, **given):
        arguments = signature.bind(*args, **given).arguments
        for name in arguments:
            if name in shapes():
                arguments[name] = fitting(name, arguments[name], shapes()[name], {})
        return make(**arguments)
    return call


def _shape_of(row, length):
    """The shape, in the words of ``checked``, of what a row of controls shows; with length "" it is a single one."""
    control = row[0]
    if hasattr(control, "options"):
        return tuple(control.options)
    low, high = (control.base ** end if hasattr(control, "base") else end for end in (control.min, control.max))
    whole = "whole" if isinstance(low, int) else ""
    return f"{length} {low!r}..{high!r} {whole}"


# The lessons' names, for which a kind is a function: the value, its name, and what was met

def _batch(value, name, met):
    """A mini-batch, in float64; its shape and dtype are those that count."""
    met["the batch"] = mini_batch(value, name)
    return met["the batch"].astype(np.float64, copy=False)


def _rounded(result, dtype):
    """The result, or the results, in that dtype; a cache stays in float64."""
    if isinstance(result, tuple):
        return tuple(part if isinstance(part, tuple) else part.astype(dtype, copy=False) for part in result)
    return result.astype(dtype, copy=False)


def mini_batch(x, name, features=None):
    """x as an array ``(m,)``, ``(m, C)``, ``(N, C, L)`` or ``(N, C, H, W)`` of floats, with that number of features."""
    x = any_numbers(x, name)
    if not 1 <= x.ndim <= 4:
        raise ValueError(f"{name} must have shape (m,), (m, C), (N, C, L) or (N, C, H, W), got {x.shape}")
    if x.size == 0:
        raise ValueError(f"{name} is empty, its shape is {x.shape}; a mini-batch needs at least one example")
    if not -LARGEST < float(x.min()) <= float(x.max()) < LARGEST:
        finite_numbers(x, name)
        raise ValueError(f"{name} must lie between -{LARGEST:g} and {LARGEST:g}, so that its squares are numbers too")
    got = x.shape[1] if x.ndim > 1 else 1
    if features not in (None, got):
        raise ValueError(f"{name} must have {features} features, got {got} in the shape {x.shape}")
    return x


def refuse_one_value(x, m):
    """A batch in training has more than one value per feature, of which there are m."""
    if m == 1:
        raise ValueError(f"x has one value per feature, shape {x.shape}: its variance is 0, and every output would be "
                         "beta. In training a batch needs two or more; for a single example set training = False, and "
                         "the running statistics are used")


def refuse_zero_over_zero(var, eps):
    """Values that are all equal are normalized with an eps above 0."""
    if eps == 0 and np.any(var == 0):
        raise ValueError("eps must be above 0 for a feature whose values are all equal: its variance is 0, and 0/0 is "
                         "no number")


def same_shape(dy, x_hat):
    """dy has the shape of y, which is that of x_hat."""
    if dy.shape != x_hat.shape:
        raise ValueError(f"dy must have the shape of y, {x_hat.shape}, got {dy.shape}")


def _statistic(values, name, met):
    """Exactly one value per feature of the mini-batch."""
    values, shape = finite_numbers(values, name), met["the batch"].shape
    if values.shape != shape[1:2]:
        raise ValueError(f"{name} must have one value per feature, shape {shape[1:2]} for x of shape {shape}, "
                         f"got shape {values.shape}")
    return values.astype(np.float64, copy=False)


def _variance(values, name, met):
    """A statistic that is not negative."""
    values = _statistic(values, name, met)
    if (values < 0).any():
        raise ValueError(f"{name} must not be negative, got {values.min():g}; a variance is an average of squares")
    return values


def _parameter(values, name, met):
    """One number for all features, or one per feature."""
    values = finite_numbers(values, name)
    return _statistic(values, name, met) if values.ndim else values.astype(np.float64, copy=False)


def _single(value, name):
    """One finite number."""
    value = finite_numbers(value, name)
    if value.ndim:
        raise ValueError(f"{name} must be a single number, got an array of shape {value.shape}")
    return float(value)


def _eps(value, name, _):
    """A single number that is not negative."""
    value = _single(value, name)
    if value < 0:
        raise ValueError(f"{name} must not be negative, got {value:g}")
    return value


def _momentum(value, name, _):
    """A single number from 0 to 1."""
    value = _single(value, name)
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {value:g}: it is the weight of the new value")
    return value


def _count(value, name, _):
    """A whole number of features."""
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, got {value!r:.60}")
    if not 1 <= value <= MOST:
        raise ValueError(f"{name} must lie between 1 and {MOST:,.0f}, got {value!r:.60}")
    return value


def _cache(cache, name, met):
    """x_hat, gamma and std, if cache is what batch_norm_forward returned for a batch of the shape of dy."""
    if not isinstance(cache, tuple) or len(cache) != 3:
        raise TypeError(f"{name} must be the second result of batch_norm_forward, the tuple (x_hat, gamma, std)")
    x_hat, gamma, std = cache
    x_hat = mini_batch(x_hat, f"{name}, in x_hat,")
    kept = {"the batch": x_hat}
    gamma, std = _parameter(gamma, f"{name}, in gamma,", kept), _statistic(std, f"{name}, in std,", kept)
    same_shape(met["the batch"], x_hat)
    return x_hat, gamma, std


KINDS = {"x": _batch, "x_hat": _batch, "dy": _batch, "mean": _statistic, "var": _variance, "gamma": _parameter,
         "beta": _parameter, "eps": _eps, "cache": _cache, "num_features": _count, "momentum": _momentum}


# Numbers

def finite_numbers(values, name):
    """values as an array of finite floats: float types stay, integers become float64."""
    values = any_numbers(values, name)
    if not np.isfinite(values).all():
        where = tuple(np.argwhere(~np.isfinite(values))[0].tolist())
        value = f"the value at index {where[0] if len(where) == 1 else where}" if where else "it"
        raise ValueError(f"{name} must be finite, but {value} is {values[where]}")
    return values


def any_numbers(values, name):
    """values as an array of floats, NaN and infinity among them: float types stay, integers become float64."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array, got a masked one, whose mask would be ignored")
    try:
        values = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be a regular array, got rows of different lengths") from None
    except (TypeError, RuntimeError) as problem:  # a tensor that belongs to a graph or to another device
        raise TypeError(f"{name} must be an array of numbers, and cannot become one: {problem}") from None
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {values.dtype} values")
    return values if values.dtype.kind == "f" else values.astype(np.float64)
