"""The exercises of lesson 08: a layer with batch norm, a residual one, and how long a training takes."""
import numpy as np

from .exercise import Case, Exercise, Mistake
from .lesson_05 import STEPS
from .lesson_06 import TABLE
from .shared import (GAMMA_ZERO, LONG, MANY, MIXED, ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, TINY,
                     WHOLE_NUMBERS, batch_norm_of, normalized, the_scale)

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


def _relu(z):
    return np.maximum(z, 0)


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _as_it_is(z):
    return z


def _product(h, W):
    return h @ W


def _alone(h, W, a):
    return a


def _layer_of(activation, joined):
    """What makes a layer of its steps: product, batch norm, activation, and how it is joined with its input.

    before and after hold what is done out of place: before batch norm, and after the activation.
    """
    def layer_of(inputs=lambda h, eps: h, product=_product, before=_as_it_is, activation=activation,
                 after=lambda a, gamma, beta: a, joined=joined, **steps):
        def made(h, W, gamma, beta, eps):
            y = batch_norm_of(**steps)(before(product(inputs(h, eps), W)), gamma, beta, eps)
            return joined(h, W, after(activation(y), gamma, beta))
        return made
    return layer_of


def _x(x, mean, std, var, eps):
    return x


def _x_hat(x_hat, gamma, beta):
    return x_hat


def _in_a_layer(name, activation, others):
    """The mistakes of a layer with this activation: order, activation, what is left out, and batch norm for a table."""
    return (
        Mistake("activation forgotten", {"activation": _as_it_is},
                f"The activation is missing: {name} comes after batch norm."),
        Mistake("normalized after the activation", {"before": activation, "activation": _as_it_is},
                f"You applied {name} first, then normalized. Normalize h @ W, then apply {name}."),
        Mistake(f"{name} twice", {"before": activation},
                f"{name} is applied twice, to h @ W as well. Normalize h @ W as it is."),
        Mistake("a plain layer", {"x_hat": _x, "scale": _x_hat},
                f"That is a plain layer, without batch norm. Normalize h @ W before {name}."),
        Mistake("not normalized", {"x_hat": _x},
                f"Nothing is normalized: h @ W goes straight to gamma, beta and {name}."),
        Mistake("only normalized and activated", {"scale": _x_hat},
                f"gamma and beta are missing: scale and shift before {name}."),
        Mistake("scale and shift after the activation", {"scale": _x_hat, "after": the_scale},
                f"gamma and beta come after {name}. They belong to batch norm, before it."),
        Mistake("shift after the activation", {"scale": lambda x_hat, gamma, beta: gamma * x_hat,
                                               "after": lambda a, gamma, beta: a + beta},
                f"beta is added after {name}. It belongs to batch norm, before it."),
        Mistake("scale after the activation", {"scale": lambda x_hat, gamma, beta: x_hat + beta,
                                               "after": lambda a, gamma, beta: gamma * a},
                f"gamma multiplies after {name}. It belongs to batch norm, before it."),
        Mistake("normalized its input", {"inputs": lambda h, eps: np.apply_along_axis(normalized, 0, h, eps),
                                         "x_hat": _x},
                "You normalized the input h. The weights change its spread again: normalize after them, h @ W."),
        *(Mistake(f"another activation: {words}", {"activation": wrong},
                  f"You used {words}. The activation of this layer is {name}.") for words, wrong in others),
        *TABLE)


PRODUCTS = (
    Mistake("* instead of @", lambda h, W: h * W,
            "You multiplied h and W number by number. The product of a layer is h @ W: each unit adds up all inputs."),
    Mistake("product turned round", lambda h, W: W @ h, "The product is turned round: h @ W, with the images first."),
    Mistake("W transposed", lambda h, W: h @ W.T, "You transposed W. Its columns are the units already: h @ W."),
    Mistake("product not added up", lambda h, W: np.outer(h[:, -1], W[-1]),
            "Only the last input counts. A unit adds up its inputs times its weights: += in the loop, or h @ W."),
    Mistake("weights forgotten", lambda h, W: h, "The weights are missing: normalize h @ W."),
)
TANH = _in_a_layer("tanh", np.tanh, (("ReLU", _relu), ("the sigmoid", _sigmoid)))
LAYER = (
    Mistake("one mean for both", lambda h, W, gamma, beta, eps: np.tanh(
        gamma * (h @ W - h.mean()) / np.sqrt((h @ W).var(axis=0) + eps) + beta),
            "You subtracted the mean of h from h @ W. The statistics are those of h @ W, for each of its columns."),
)

JOINS = (
    Mistake("input not added", _alone, "The input h is not added. It takes the short way past the layer: h + …"),
    Mistake("doubled instead of added", lambda h, W, a: a + a,
            "You added the layer's output to itself: was h overwritten on the way? Keep the input in a name of its "
            "own."),
    Mistake("added h @ W", lambda h, W, a: h @ W + a,
            "You added h @ W. What is added is the input h itself, which no weights have touched."),
    Mistake("halved", lambda h, W, a: (h + a) / 2, "You took the average of the two. Add them."),
    Mistake("subtracted", lambda h, W, a: h - a, "You subtracted the layer's output from h. Add it."),
    Mistake("subtracted the input", lambda h, W, a: a - h, "You subtracted h. Add it."),
    Mistake("multiplied", lambda h, W, a: h * a, "You multiplied with h. Add it."),
    Mistake("ReLU of the input, too", lambda h, W, a: _relu(h) + a, "You applied ReLU to h, too. h is added as it is."),
    Mistake("ReLU of the sum, too", lambda h, W, a: _relu(h + a), "You applied ReLU to the sum, too. It is returned as "
                                                                  "it is."),
)


RESIDUAL = _in_a_layer("ReLU", _relu, (
    ("np.minimum", lambda y: np.minimum(y, 0)), ("np.abs", np.abs), ("tanh", np.tanh), ("the sigmoid", _sigmoid))) + (
    Mistake("np.max for np.maximum", {"activation": lambda y: y.max(axis=0)},
            "np.max(y, 0) is the largest value of each column. np.maximum(y, 0) compares each value with 0."),
    Mistake("added before the activation", {"activation": _as_it_is, "joined": lambda h, W, a: _relu(h + a)},
            "You added h before ReLU, which then cuts off what is negative of h, too. Here h is added last."),
    Mistake("added what was normalized", {"activation": lambda y: y + _relu(y), "joined": _alone},
            "You added the normalized values to their ReLU. What is added is the input h itself."),
    Mistake("weights last", {"product": lambda h, W: h, "joined": lambda h, W, a: h + a @ W},
            "The weights come last. They come first here: h @ W, batch norm, ReLU."),
    Mistake("normalized the sum", {"product": lambda h, W: h + h @ W, "joined": _alone},
            "You added h to h @ W and normalized the sum. Normalize h @ W alone; h goes past all of it."),
    Mistake("normalized the whole", {"product": lambda h, W: h + _relu(h @ W), "activation": _as_it_is,
                                     "joined": _alone},
            "You normalized h + relu(h @ W). Then h does not pass untouched: normalize h @ W alone, then ReLU, then "
            "add."),
)


def _one_loss(losses, step, window):
    return losses[step - 1:step]


IGNORED = Mistake("window ignored", {"past": _one_loss, "looked_at": lambda k, window: range(1, k + 1)},
                  "You stopped at the first single loss below the limit. Losses jump from batch to batch: take the "
                  "mean of the last window of them.")
LOSSES = (  # which losses are looked at after so many steps
    IGNORED._replace(wrong=_one_loss),
    Mistake("mean of all losses so far", lambda losses, step, window: losses[:step],
            "You took the mean of all losses so far. The early ones are high for ever: take the last window of them."),
    Mistake("mean of the first losses", lambda losses, step, window: losses[:window],
            "Your window does not move: it holds the first losses in every step."),
    Mistake("window one too long", lambda losses, step, window: losses[max(step - window - 1, 0):step],
            "Your window holds one loss too many."),
    Mistake("window one too short", lambda losses, step, window: losses[step - max(window - 1, 1):step],
            "Your window holds one loss too few."),
    Mistake("the losses that follow", lambda losses, step, window: losses[step:step + window],
            "You look at the losses that follow. After step losses, the last window of them are losses[step − "
            "window:step]."),
)
MEASURES = (  # what of them is compared with the limit
    Mistake("sum instead of mean", lambda past, step, window: np.sum(past),
            "You compared the sum of the window with the limit. Divide it by window."),
    Mistake("all losses of the window", lambda past, step, window: np.max(past),
            "You waited until every loss of the window is below the limit. Compare their mean."),
    Mistake("any loss of the window", lambda past, step, window: np.min(past),
            "You stopped when a single loss of the window was below the limit. Compare their mean."),
    Mistake("median instead of mean", lambda past, step, window: np.median(past),
            "You took the median of the window. Take the mean."),
    Mistake("divided by the steps so far", lambda past, step, window: np.sum(past) / step,
            "You divided the sum of the window by the number of all steps. It holds window losses."),
)
COMPARISONS = (
    Mistake("below or equal", np.less_equal, "A mean that equals the limit is not below it: < and not <=."),
    Mistake("above instead of below", np.greater, "You stopped when the mean was above the limit. It has to fall "
                                                  "below."),
)
LOOKED_AT = (  # after which steps one looks
    Mistake("windows that are not full", lambda k, window: range(1, k + 1),
            "You also used windows that are not full yet, at the beginning. Wait until there are window losses."),
    Mistake("a window longer than the losses", lambda k, window: range(min(window, k), k + 1),
            "When there are fewer losses than window, you took the mean of those there are. No window is full then: "
            "return np.inf."),
    Mistake("last window forgotten", lambda k, window: range(window, k),
            "The window that ends with the last loss is never looked at. range ends one before its end by itself."),
    Mistake("first window forgotten", lambda k, window: range(window + 1, k + 1),
            "The first full window is never looked at: it ends with step window."),
    Mistake("window beyond the end", lambda k, window: range(window, k + window),
            "Your last windows reach beyond the last loss, and hold fewer losses than they should. The last step is "
            "len(losses)."),
    Mistake("windows side by side", lambda k, window: range(window, k + 1, window),
            "Your windows stand side by side. The window moves on by one step at a time."),
)
FOUND = (  # what is returned of the steps that were found; nothing found stays nothing
    Mistake("counted from 0", lambda steps, window: steps[0] - 1,
            "Your steps are counted from 0. After the first loss one step has been taken: count from 1."),
    Mistake("one step too many", lambda steps, window: steps[0] + 1,
            "You are one step too late. losses[step − window:step] are the losses of the steps up to step."),
    Mistake("start of the window", lambda steps, window: steps[0] - window + 1,
            "You returned the first step of the window. Asked is the last one: before it the mean was not known."),
    Mistake("index where the window starts", lambda steps, window: steps[0] - window,
            "You returned the index at which the window starts. Asked is the number of steps when it ends."),
    Mistake("the last step", lambda steps, window: steps[-1],
            "You returned the last step with such a mean. Return the first: leave the loop when you meet it."),
    Mistake("number of such steps", lambda steps, window: len(steps),
            "You counted the steps with such a mean. Return the first of them."),
)
NONE_FOUND = tuple(
    Mistake(f"never: {words}", value, f"When the mean never falls below the limit, you return {words}. Return np.inf, "
                                      "which is later than any step.")
    for words, value in (("the number of losses", lambda losses, window: len(losses)), ("0", lambda *_: 0),
                         ("−1", lambda *_: -1), ("nan", lambda *_: np.nan),
                         ("the first window", lambda losses, window: window),
                         ("one more than the losses", lambda losses, window: len(losses) + 1)))


def _steps_of(past=lambda losses, step, window: losses[max(step - window, 0):step],
              measure=lambda past, step, window: np.mean(past), below=np.less,
              looked_at=lambda k, window: range(window, k + 1), found=lambda steps, window: steps[0],
              never=lambda losses, window: np.inf):
    def made(losses, limit, window):
        steps = [step for step in looked_at(len(losses), window)
                 if len(past(losses, step, window)) and below(measure(past(losses, step, window), step, window), limit)]
        return found(steps, window) if steps else never(losses, window)
    return made


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
    _case(MANY[:, None] * [1, -2], MIX, [0.5, -0.75], [-0.25, 0.5], 0.5),
    _case([[2.5, -1.0]], MIX, [0.5, -1.0], [0.3, 0.5], 0.5, **ONE_EXAMPLE),
    _case([[2.5], [7.0], [-1.0]], -2 * ONE, [0.5], [0.3], 0.5,
          note="there was one unit", blames="one kind of input"),
)

layer = Exercise(
    name="layer", call="(h, W, gamma, beta, eps)", answer=_layer, whole=("h",), made=_layer_of(np.tanh, _alone),
    steps={"": TANH, "product": PRODUCTS, **STEPS}, mistakes=LAYER,
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
    name="residual_layer", call="(h, W, gamma, beta, eps)", answer=_residual_layer, whole=("h",),
    made=_layer_of(_relu, lambda h, W, a: h + a),
    steps={"": RESIDUAL, "joined": JOINS, "product": PRODUCTS, **STEPS},
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
    name="steps_until", call="(losses, limit, window)", answer=_steps_until, sizes="{} to {} losses",
    mistakes=(IGNORED,), made=_steps_of,
    steps={"past": LOSSES, "looked_at": LOOKED_AT, "measure": MEASURES, "found": FOUND, "below": COMPARISONS,
           "never": NONE_FOUND},
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
           Case((SPIKE, 0.6, 4), **ONE_OUTLIER), Case((np.append(SPIKE[:-1], 0.5), 0.6, 4)),
           Case((np.array([0.5]), 1.0, 1), note="there was one loss", blames="one kind of input")),
    hints=("Walk through the steps, and look back from each of them at the last window losses.",
           "After step losses there are the losses losses[:step]; the last window of them are "
           "losses[step - window:step]. The first step with a full window is window.",
           "A loop over range(window, len(losses) + 1): if the mean of the slice is below limit, return step. Behind "
           "the loop, return np.inf."))
