"""The exercises of lesson 08: a layer with batch norm, a residual one, and how long a training takes."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .lesson_06 import BATCH_NORM_FEATURES
from .shared import GAMMA_ZERO, LONG, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, TINY, WHOLE_NUMBERS, of_step

__all__ = ["layer", "residual_layer", "steps_until"]


def _layer(h, W, gamma, beta, eps):
    """The outputs ``(m, units)`` of a layer with batch norm for its inputs h ``(m, n)``."""
    z = h @ W
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
    return np.tanh(gamma * z_hat + beta)


def _residual_layer(h, W, gamma, beta, eps):
    """What it was given, h ``(m, n)``, plus the outputs of a ReLU layer with batch norm."""
    z = h @ W
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
    return h + np.maximum(gamma * z_hat + beta, 0)


def _steps_until(losses, limit, window):
    """The first step, counted from 1, after which the mean of the last window losses is below limit; or infinity."""
    for step in range(window, len(losses) + 1):
        if np.mean(losses[step - window:step]) < limit:
            return step
    return np.inf


def _columns(z, eps):
    """The columns of a table, each normalized."""
    return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)


def _relu(z):
    return np.maximum(z, 0)


def _normalized_as(wrong, layer):
    """A wrong function: a layer whose batch norm makes a mistake; layer puts the normalized table to its use."""
    return lambda h, W, gamma, beta, eps: layer(h, wrong(h @ W, gamma, beta, eps))


def _carried(layer):
    """The mistakes of batch norm for a table, made inside a layer; three have names of their own there."""
    return of_step(BATCH_NORM_FEATURES, lambda wrong: _normalized_as(wrong, layer), "batch norm",
                   without=("gamma and beta forgotten", "gamma on x instead of x_hat", "returned the batch"))


LAYER = (
    Mistake("activation forgotten", lambda h, W, gamma, beta, eps: gamma * _columns(h @ W, eps) + beta,
            "The activation is missing: apply np.tanh to what you have."),
    Mistake("normalized after the activation",
            lambda h, W, gamma, beta, eps: gamma * _columns(np.tanh(h @ W), eps) + beta,
            "You applied tanh first, then normalized. Normalize h @ W, and let tanh come last."),
    Mistake("tanh twice", lambda h, W, gamma, beta, eps: np.tanh(gamma * _columns(np.tanh(h @ W), eps) + beta),
            "tanh is applied twice, to h @ W as well. Normalize h @ W as it is."),
    Mistake("normalized its input", lambda h, W, gamma, beta, eps: np.tanh(gamma * (_columns(h, eps) @ W) + beta),
            "You normalized the input h. The weights change its spread again: normalize after them, h @ W."),
    Mistake("not normalized", lambda h, W, gamma, beta, eps: np.tanh(gamma * (h @ W) + beta),
            "Nothing is normalized: h @ W goes straight to gamma, beta and tanh."),
    Mistake("a plain layer", lambda h, W, gamma, beta, eps: np.tanh(h @ W),
            "That is the plain layer without batch norm. Normalize h @ W before tanh."),
    Mistake("only normalized and activated", lambda h, W, gamma, beta, eps: np.tanh(_columns(h @ W, eps)),
            "gamma and beta are missing: scale and shift before tanh."),
    Mistake("scale and shift after the activation",
            lambda h, W, gamma, beta, eps: gamma * np.tanh(_columns(h @ W, eps)) + beta,
            "gamma and beta come after tanh. They belong to batch norm, before it."),
    Mistake("shift after the activation", lambda h, W, gamma, beta, eps: np.tanh(gamma * _columns(h @ W, eps)) + beta,
            "beta is added after tanh. It belongs to batch norm, before it."),
    Mistake("scale after the activation", lambda h, W, gamma, beta, eps: gamma * np.tanh(_columns(h @ W, eps) + beta),
            "gamma multiplies after tanh. It belongs to batch norm, before it."),
    Mistake("another activation: relu", lambda h, W, gamma, beta, eps: _relu(gamma * _columns(h @ W, eps) + beta),
            "You used ReLU. The activation of this layer is tanh."),
    Mistake("another activation: sigmoid",
            lambda h, W, gamma, beta, eps: 1 / (1 + np.exp(-gamma * _columns(h @ W, eps) - beta)),
            "You used the sigmoid. The activation of this layer is tanh."),
    Mistake("one mean for both", lambda h, W, gamma, beta, eps: np.tanh(
        gamma * (h @ W - h.mean()) / np.sqrt((h @ W).var(axis=0) + eps) + beta),
            "You subtracted the mean of h from h @ W. The statistics are those of h @ W, for each of its columns."),
    *_carried(lambda h, y: np.tanh(y)),
)

RESIDUAL_LAYER = (
    Mistake("input not added", lambda h, W, gamma, beta, eps: _relu(gamma * _columns(h @ W, eps) + beta),
            "The input h is not added. It takes the short way past the layer: h + …"),
    Mistake("added before the activation",
            lambda h, W, gamma, beta, eps: _relu(h + gamma * _columns(h @ W, eps) + beta),
            "You added h before ReLU, which then cuts off what is negative of h, too. Here h is added last."),
    Mistake("added h @ W", lambda h, W, gamma, beta, eps: h @ W + _relu(gamma * _columns(h @ W, eps) + beta),
            "You added h @ W. What is added is the input h itself, which no weights have touched."),
    Mistake("added what was normalized", lambda h, W, gamma, beta, eps: (
        gamma * _columns(h @ W, eps) + beta + _relu(gamma * _columns(h @ W, eps) + beta)),
            "You added the normalized values to their ReLU. What is added is the input h itself."),
    Mistake("doubled instead of added", lambda h, W, gamma, beta, eps: 2 * _relu(gamma * _columns(h @ W, eps) + beta),
            "You added the layer's output to itself: was h overwritten on the way? Keep the input in a name of its "
            "own."),
    Mistake("normalized the sum", lambda h, W, gamma, beta, eps: _relu(gamma * _columns(h + h @ W, eps) + beta),
            "You added h to h @ W and normalized the sum. Normalize h @ W alone; h goes past all of it."),
    Mistake("normalized the whole", lambda h, W, gamma, beta, eps: gamma * _columns(h + _relu(h @ W), eps) + beta,
            "You normalized h + relu(h @ W). Then h does not pass untouched: normalize h @ W alone, then ReLU, then "
            "add."),
    Mistake("halved", lambda h, W, gamma, beta, eps: (h + _relu(gamma * _columns(h @ W, eps) + beta)) / 2,
            "You took the average of the two. Add them."),
    Mistake("subtracted", lambda h, W, gamma, beta, eps: h - _relu(gamma * _columns(h @ W, eps) + beta),
            "You subtracted the layer's output from h. Add it."),
    Mistake("subtracted the input", lambda h, W, gamma, beta, eps: _relu(gamma * _columns(h @ W, eps) + beta) - h,
            "You subtracted h. Add it."),
    Mistake("multiplied", lambda h, W, gamma, beta, eps: h * _relu(gamma * _columns(h @ W, eps) + beta),
            "You multiplied with h. Add it."),
    Mistake("activation forgotten", lambda h, W, gamma, beta, eps: h + gamma * _columns(h @ W, eps) + beta,
            "ReLU is missing: negative values become 0, then h is added."),
    Mistake("normalized after the activation",
            lambda h, W, gamma, beta, eps: h + gamma * _columns(_relu(h @ W), eps) + beta,
            "You applied ReLU first, then normalized. Normalize h @ W, then ReLU, then add h."),
    Mistake("ReLU twice", lambda h, W, gamma, beta, eps: h + _relu(gamma * _columns(_relu(h @ W), eps) + beta),
            "ReLU is applied twice, to h @ W as well. Normalize h @ W as it is."),
    Mistake("ReLU of the input, too", lambda h, W, gamma, beta, eps: (
        _relu(h) + _relu(gamma * _columns(h @ W, eps) + beta)),
            "You applied ReLU to h, too. h is added as it is."),
    Mistake("not normalized", lambda h, W, gamma, beta, eps: h + _relu(gamma * (h @ W) + beta),
            "Nothing is normalized: h @ W goes straight to gamma, beta and ReLU."),
    Mistake("a plain residual layer", lambda h, W, gamma, beta, eps: h + _relu(h @ W),
            "That is a residual layer without batch norm. Normalize h @ W before ReLU."),
    Mistake("normalized its input", lambda h, W, gamma, beta, eps: (
        h + _relu(gamma * (_columns(h, eps) @ W) + beta)),
            "You normalized the input h. The weights change its spread again: normalize after them, h @ W."),
    Mistake("only normalized and activated", lambda h, W, gamma, beta, eps: h + _relu(_columns(h @ W, eps)),
            "gamma and beta are missing: scale and shift before ReLU."),
    Mistake("scale and shift after the activation",
            lambda h, W, gamma, beta, eps: h + gamma * _relu(_columns(h @ W, eps)) + beta,
            "gamma and beta come after ReLU. They belong to batch norm, before it."),
    Mistake("shift after the activation",
            lambda h, W, gamma, beta, eps: h + _relu(gamma * _columns(h @ W, eps)) + beta,
            "beta is added after ReLU. It belongs to batch norm, before it."),
    Mistake("another activation: tanh", lambda h, W, gamma, beta, eps: h + np.tanh(gamma * _columns(h @ W, eps) + beta),
            "You used tanh. The activation of this layer is ReLU: np.maximum(…, 0)."),
    *_carried(lambda h, y: h + _relu(y)),
)


def _first(met, ends=0):
    """A wrong function: the first step for which met(losses up to it, limit, window)."""
    def wrong(losses, limit, window):
        steps = range(window, len(losses) + 1 - ends)
        return next((step for step in steps if met(losses[:step], limit, window)), np.inf)
    return wrong


def _below(past, limit, window):
    return np.mean(past[-window:]) < limit


def _shifted(by):
    """A wrong function: the right step, off by so many."""
    return lambda losses, limit, window: _steps_until(losses, limit, window) + by(window)


def _or_never(value):
    """A wrong function: the right step, and another value when there is none."""
    return lambda losses, limit, window: min(_steps_until(losses, limit, window), np.inf) if np.isfinite(
        _steps_until(losses, limit, window)) else value(losses, window)


STEPS_UNTIL = (
    Mistake("window ignored", lambda losses, limit, window: _steps_until(losses, limit, 1),
            "You stopped at the first single loss below the limit. Losses jump from batch to batch: take the mean of "
            "the last window of them."),
    Mistake("counted from 0", _shifted(lambda window: -1),
            "Your steps are counted from 0. After the first loss one step has been taken: count from 1."),
    Mistake("one step too many", _shifted(lambda window: 1),
            "You are one step too late. losses[step − window:step] are the losses of the steps up to step."),
    Mistake("start of the window", _shifted(lambda window: 1 - window),
            "You returned the first step of the window. Asked is the last one: before it the mean was not known."),
    Mistake("index where the window starts", _shifted(lambda window: -window),
            "You returned the index at which the window starts. Asked is the number of steps when it ends."),
    Mistake("below or equal", _first(lambda past, limit, window: np.mean(past[-window:]) <= limit),
            "A mean that equals the limit is not below it: < and not <=."),
    Mistake("windows that are not full", lambda losses, limit, window: next(
        (step for step in range(1, len(losses) + 1) if np.mean(losses[max(0, step - window):step]) < limit), np.inf),
            "You also used windows that are not full yet, at the beginning. Wait until there are window losses."),
    Mistake("a window longer than the losses", lambda losses, limit, window: _steps_until(
        losses, limit, min(window, len(losses))),
            "When there are fewer losses than window, you took the mean of those there are. No window is full then: "
            "return np.inf."),
    Mistake("mean of all losses so far", _first(lambda past, limit, window: np.mean(past) < limit),
            "You took the mean of all losses so far. The early ones are high for ever: take the last window of them."),
    Mistake("mean of the first losses", _first(lambda past, limit, window: np.mean(past[:window]) < limit),
            "Your window does not move: it holds the first losses in every step."),
    Mistake("sum instead of mean", _first(lambda past, limit, window: np.sum(past[-window:]) < limit),
            "You compared the sum of the window with the limit. Divide it by window."),
    Mistake("all losses of the window", _first(lambda past, limit, window: np.max(past[-window:]) < limit),
            "You waited until every loss of the window is below the limit. Compare their mean."),
    Mistake("any loss of the window", _first(lambda past, limit, window: np.min(past[-window:]) < limit),
            "You stopped when a single loss of the window was below the limit. Compare their mean."),
    Mistake("median instead of mean", _first(lambda past, limit, window: np.median(past[-window:]) < limit),
            "You took the median of the window. Take the mean."),
    Mistake("above instead of below", _first(lambda past, limit, window: np.mean(past[-window:]) > limit),
            "You stopped when the mean was above the limit. It has to fall below."),
    Mistake("the last step", lambda losses, limit, window: next(
        (step for step in range(len(losses), window - 1, -1) if _below(losses[:step], limit, window)), np.inf),
            "You returned the last step with such a mean. Return the first: leave the loop when you meet it."),
    Mistake("number of such steps", lambda losses, limit, window: sum(
        _below(losses[:step], limit, window) for step in range(window, len(losses) + 1)) or np.inf,
            "You counted the steps with such a mean. Return the first of them."),
    Mistake("last window forgotten", _first(_below, ends=1),
            "The window that ends with the last loss is never looked at. range ends one before its end by itself."),
    Mistake("window beyond the end", lambda losses, limit, window: next(
        (step for step in range(window, len(losses) + window) if np.mean(losses[step - window:step]) < limit), np.inf),
            "Your last windows reach beyond the last loss, and hold fewer losses than they should. The last step is "
            "len(losses)."),
    Mistake("window one too long", _first(lambda past, limit, window: np.mean(past[-window - 1:]) < limit),
            "Your window holds one loss too many."),
    Mistake("window one too short", _first(lambda past, limit, window: np.mean(past[-max(window - 1, 1):]) < limit),
            "Your window holds one loss too few."),
    Mistake("divided by the steps so far", _first(
        lambda past, limit, window: np.sum(past[-window:]) / len(past) < limit),
            "You divided the sum of the window by the number of all steps. It holds window losses."),
    Mistake("windows side by side", lambda losses, limit, window: next(
        (step for step in range(window, len(losses) + 1, window) if _below(losses[:step], limit, window)), np.inf),
            "Your windows stand side by side. The window moves on by one step at a time."),
    Mistake("never: the number of losses", _or_never(lambda losses, window: len(losses)),
            "When the mean never falls below the limit, you return the number of losses, as if the last step had "
            "done it. Return np.inf."),
    Mistake("never: 0", _or_never(lambda losses, window: 0),
            "When the mean never falls below the limit, you return 0: no time at all. Return np.inf."),
    Mistake("never: −1", _or_never(lambda losses, window: -1),
            "When the mean never falls below the limit, you return −1. Return np.inf, which is later than any step."),
    Mistake("never: nan", _or_never(lambda losses, window: np.nan),
            "When the mean never falls below the limit, you return nan. Return np.inf, which is later than any step."),
)


def _case(h, W, gamma, beta, eps, **extra):
    return Case((np.array(h), np.array(W, dtype=float), np.array(gamma), np.array(beta), eps), **extra)


MIX = [[0.5, -1.0], [1.0, 0.25]]
TWO, ONE = np.eye(2), np.ones((1, 1))

# For both layers: two weights at least, whole numbers, one example, one unit, something far out.
LAYERS = (
    _case(LONG[:8].reshape(4, 2), MIX, [0.8, -0.6], [0.1, -0.4], 0.5),
    _case(LONG[:9].reshape(3, 3), LONG[9:18].reshape(3, 3) / 10, [0.5, -1.0, 0.7], [-0.3, 0.2, 1.0], 2.0),
    _case(LONG.reshape(8, 4), np.roll(np.eye(4), 1, axis=0) - MIXED[1], [-0.5, 1.0, 0.3, 0.5], [0.7, -0.1, 0.2, 0.5],
          3.0),
    _case(LONG[:20].reshape(10, 2), MIX, [0.3, -1.2], [0.25, 0.1], 0.0),
    _case(np.stack([TINY, TINY[::-1] * 3], axis=1), TWO, [0.5, -0.75], [0.5, 0.25], 1e-5),
    _case(np.stack([TINY, TINY[::-1] * 3], axis=1), TWO, [0.5, -0.75], [0.0, 0.0], 0.5),
    _case(np.stack([MIXED, -1 - MIXED[::-1]], axis=1), MIX, [0.75, -0.5], [-0.5, 0.25], 0.25),
    _case([[5.0, 1.0], [5.0, 2.0], [5.0, 4.0]], TWO, [0.5, -1.0], [0.3, 0.5], 0.5),
    _case(LONG[:6].reshape(3, 2), MIX, [0.0, 0.5], [0.5, -0.25], 0.5, **GAMMA_ZERO),
    _case([[2, 3], [7, 8], [4, 6]], MIX, [0.5, 0.75], [0.25, -0.5], 0.5, **WHOLE_NUMBERS),
    _case(OUTLIER[:, None] - [0, 5], MIX, [0.5, -0.75], [-0.25, 0.5], 0.5, **ONE_OUTLIER),
    _case([[2.5, -1.0]], MIX, [0.5, -1.0], [0.3, 0.5], 0.5, **ONE_EXAMPLE),
    _case([[2.5], [7.0], [-1.0]], -2 * ONE, [0.5], [0.3], 0.5,
          note="there was one unit", blames="one kind of input"),
)

layer = Exercise(
    name="layer", call="(h, W, gamma, beta, eps)", answer=_layer, catalogue=LAYER, whole=("h",),
    task="`h` holds the inputs of a layer, shape `(m, n)`: a row for each image. `W` are its weights, `(n, units)`; "
         "`gamma` and `beta` have shape `(units,)`, `eps` is a number. Return the outputs of a tanh layer with batch "
         "norm, shape `(m, units)`.",
    cases=(_case([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]], [[1.0, 2.0, 0.0], [1.0, -1.0, 3.0]], [1.0, 0.5, 2.0],
                 [0.0, 0.5, -1.0], 0.0), *LAYERS),
    hints=("Three things happen, in this order: weights, batch norm, activation.",
           "Call z the product h @ W. Batch norm works on its columns: the mean and the variance over axis 0.",
           "z_hat is z minus its mean, divided by the root of variance plus eps. Then np.tanh of gamma times z_hat "
           "plus beta."),
    gloss="`batch_norm(h @ W, gamma, beta, eps)` of the helper package does all but `tanh`.")

residual_layer = Exercise(
    name="residual_layer", call="(h, W, gamma, beta, eps)", answer=_residual_layer, catalogue=RESIDUAL_LAYER,
    whole=("h",),
    task="`h` holds the inputs, shape `(m, n)`; the weights `W` are `(n, n)`, `gamma` and `beta` have shape `(n,)`. "
         "Return the outputs of a residual layer with batch norm and ReLU, shape `(m, n)`: what comes out of the layer "
         "is added to what went in.",
    cases=(_case([[1.0, 0.0], [3.0, 0.0], [0.0, 2.0]], [[1.0, 0.0], [1.0, 3.0]], [1.0, 2.0], [0.0, -1.0], 0.5),
           *LAYERS),
    hints=("Write the layer first: weights, batch norm, ReLU. ReLU is np.maximum(…, 0).",
           "Keep h as it is: at the end it is needed once more.",
           "Return h plus ReLU of (gamma times z_hat plus beta), where z_hat is the normalized h @ W."),
    gloss="`Network(…, batch_norm=True, residual=True)` does the same in every layer.")

SMOOTH = np.array([2.3, 2.1, 1.6, 1.1, 0.7, 0.4, 0.3, 0.2])
JUMPY = np.array([2.3, 0.4, 2.2, 1.9, 0.3, 0.5, 1.2, 0.4, 0.5, 0.3, 0.2, 0.9, 0.25, 0.15])
SPIKE = np.append(0.5 + 2 / np.arange(1, 128), 100.0)
NEVER = {"note": "the mean never fell below the limit"}

steps_until = Exercise(
    name="steps_until", call="(losses, limit, window)", answer=_steps_until, catalogue=STEPS_UNTIL,
    sizes="{} to {} losses",
    task="`losses` holds the losses of k training steps, shape `(k,)`; `limit` and `window` are numbers. Return after "
         "how many steps the mean of the last `window` losses is below `limit` for the first time. Return `np.inf` if "
         "it never is.",
    cases=(Case((np.array([2.0, 1.0, 0.2, 1.2, 0.4, 0.1]), 0.75, 2)),
           Case((SMOOTH, 1.0, 3)), Case((JUMPY, 0.6, 4)), Case((JUMPY, 0.45, 3)), Case((JUMPY, 1.3, 5)),
           Case((JUMPY[::-1], 0.5, 3)), Case((np.array([1.0, 0.5, 1.5, 0.5, 0.5, 0.25, 0.0, 0.0]), 0.5, 2)),
           Case((np.array([3.0, 0.25, 0.0, 2.0, 1.5, 0.5]), 1.25, 3)),
           Case((np.array([2.0, 2.0, 1.5, 1.5, 0.3]), 1.2, 3)), Case((np.array([1.2345678, 0.7654321, 0.9]), 1.0, 1)),
           Case((SMOOTH, 0.1, 3), **NEVER), Case((JUMPY, 0.05, 2), **NEVER), Case((SMOOTH[:3], 1.0, 5), **NEVER),
           Case((SMOOTH[-3:], 0.5, 5), note="the window was longer than the losses"),
           Case((np.array([2.0, 1.5, 1.0, 0.2]), 0.8, 3), **NEVER),
           Case((np.array([3, 1, 2, 0, 1, 0]), 1.0, 2), **WHOLE_NUMBERS),
           Case((np.array([3, 3, 2, 3]), 1.0, 2), **WHOLE_NUMBERS),
           Case((SPIKE, 0.6, 4), **ONE_OUTLIER),
           Case((np.array([0.5]), 1.0, 1), note="there was one loss", blames="one kind of input")),
    hints=("Walk through the steps, and look back from each of them at the last window losses.",
           "After step losses there are the losses losses[:step]; the last window of them are "
           "losses[step - window:step]. The first step with a full window is window.",
           "A loop over range(window, len(losses) + 1): if the mean of the slice is below limit, return step. Behind "
           "the loop, return np.inf."))
