"""The exercises of lesson 07: the backward pass, in two halves and whole."""
import inspect
from itertools import permutations

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake
from .lesson_02 import VARIANCE
from .lesson_05 import IN_THE_VARIANCE
from .shared import EXAMPLE, FOUR, LONG, PAIR, TINY, TRIPLE, WHOLE, normalized

__all__ = ["parameter_gradients", "input_gradient", "batch_norm_backward"]

UPSTREAM = np.random.default_rng(7).integers(-20, 30, 32) / 10
WHOLE_UPSTREAM = {"note": "dy held whole numbers", "blames": "integer result"}


def _parameter_gradients(dy, x_hat):
    """dgamma and dbeta, two numbers, from the upstream gradient dy ``(m,)`` and x_hat ``(m,)`` of one feature."""
    dgamma = (dy * x_hat).sum()
    dbeta = dy.sum()
    return dgamma, dbeta


PARAMETER_GRADIENTS = (
    Mistake("dgamma and dbeta swapped", lambda dy, x_hat: (dy.sum(), (dy * x_hat).sum()),
            "You have the two numbers, in the wrong order: return dgamma first, then dbeta."),
    Mistake("averaged", lambda dy, x_hat: ((dy * x_hat).mean(), dy.mean()),
            "You averaged. gamma and beta serve every example, and every example adds to their gradients: sum."),
    Mistake("dgamma averaged", lambda dy, x_hat: ((dy * x_hat).mean(), dy.sum()),
            "dbeta is right. dgamma is an average: make it a sum, too."),
    Mistake("dbeta averaged", lambda dy, x_hat: ((dy * x_hat).sum(), dy.mean()),
            "dgamma is right. dbeta is an average: make it a sum, too."),
    Mistake("x_hat forgotten", lambda dy, x_hat: (dy.sum(), dy.sum()),
            "dbeta is right. gamma multiplies x_hat, so a change of gamma moves each output by its own x_hat."),
    Mistake("summed before multiplying", lambda dy, x_hat: (dy.sum() * x_hat.sum(), dy.sum()),
            "You summed first and multiplied afterwards. Multiply example by example, then sum."),
    Mistake("not summed", lambda dy, x_hat: (dy * x_hat, dy),
            "You have one number for each example. All examples share one gamma and one beta: sum over them."),
    Mistake("sign of the step", lambda dy, x_hat: (-(dy * x_hat).sum(), -dy.sum()),
            "Both signs are turned. That is the direction of a training step; the gradient points uphill."),
    Mistake("upstream ignored", lambda dy, x_hat: (x_hat.sum(), len(x_hat)),
            "dy does not appear in your result. It says how much the loss cares about each output."),
    Mistake("return inside the loop", lambda dy, x_hat: (dy[0] * x_hat[0], dy[0]),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda dy, x_hat: (dy[-1] * x_hat[-1], dy[-1]),
            "You kept only the last example. Add up with +=."),
    Mistake("divided by x_hat", lambda dy, x_hat: ((dy / x_hat).sum(), dy.sum()),
            "dbeta is right. For dgamma you divided by x_hat: it multiplies."),
)

parameter_gradients = Exercise(
    name="parameter_gradients", call="(dy, x_hat)", answer=_parameter_gradients,
    catalogue=PARAMETER_GRADIENTS, parts=("dgamma", "dbeta"),
    task="`dy` is the gradient of the loss with respect to the output y, and `x_hat` the normalized batch, both of "
         "shape `(m,)`. Return the gradients with respect to gamma and beta, two numbers, dgamma first.",
    cases=tuple(Case((np.asarray(dy), (x - x.mean()) / np.sqrt(x.var() + eps)), **extra) for dy, x, eps, extra in (
        ([1.0, 0.0, 0.0, 2.0], EXAMPLE, 0.0, {}), ([0.5, -2.0], PAIR, 0.5, {}), ([1.5, -0.5, 2.0], TRIPLE, 2.0, {}),
        ([-1.0, 0.3, 2.2, 0.7], FOUR, 0.0, {}), (UPSTREAM, LONG, 3.0, {}),
        ([2, -1, 4, 0, 3], WHOLE, 0.5, WHOLE_UPSTREAM))),
    hints=("If beta grows by 1, how far does each output move? And if gamma grows by 1?",
           "beta moves every output by 1, gamma moves each output by its x_hat. dy says what a move is worth.",
           "dgamma is the sum of dy times x_hat, dbeta is the sum of dy. No division."),
    gloss="`batchnorm_lesson.batch_norm_backward` has the same two lines, for every feature at once.")


def _input_gradient(dy, x_hat, gamma, std):
    """dx ``(m,)``, from the upstream gradient dy ``(m,)`` and what the forward pass has kept of one feature."""
    mean_part = dy.mean()
    x_hat_part = x_hat * (dy * x_hat).mean()
    return gamma / std * (dy - mean_part - x_hat_part)


INPUT_GRADIENT = (
    Mistake("statistics detached", lambda dy, x_hat, gamma, std: gamma / std * dy,
            "You treated the mean and the variance as constants. They are made of this batch: when one x moves, both "
            "move, and so does every output. Two terms are missing."),
    Mistake("mean detached", lambda dy, x_hat, gamma, std: gamma / std * (dy - x_hat * (dy * x_hat).mean()),
            "The road through the mean is missing: take the average of dy away."),
    Mistake("variance detached", lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean()),
            "The road through the variance is missing: take the part of dy along x_hat away."),
    Mistake("direct road forgotten",
            lambda dy, x_hat, gamma, std: -gamma / std * (dy.mean() + x_hat * (dy * x_hat).mean()),
            "You have the roads through the mean and the variance. The direct one, dy itself, is missing."),
    Mistake("gamma forgotten",
            lambda dy, x_hat, gamma, std: (dy - dy.mean() - x_hat * (dy * x_hat).mean()) / std,
            "gamma is missing. It multiplied in the forward pass, so it multiplies in the backward pass."),
    Mistake("not divided by std",
            lambda dy, x_hat, gamma, std: gamma * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "You stopped at the centred values. They were divided by std in the forward pass: divide here too."),
    Mistake("divided by the variance",
            lambda dy, x_hat, gamma, std: gamma / std ** 2 * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "You divided by std squared. Once is enough."),
    Mistake("multiplied by std",
            lambda dy, x_hat, gamma, std: gamma * std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "You multiplied by std. A wide batch reacts less to a nudge: divide by it."),
    Mistake("sums instead of means",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.sum() - x_hat * (dy * x_hat).sum()),
            "You took the two sums away whole. Each example answers for one m-th of them: divide both by m."),
    Mistake("1/m forgotten in front",
            lambda dy, x_hat, gamma, std: gamma / std * (len(dy) * dy - dy.sum() - x_hat * (dy * x_hat).sum()),
            "Everything is m times too large. When m multiplies dy inside the bracket, 1/m stands in front of it."),
    Mistake("parts added instead of taken away",
            lambda dy, x_hat, gamma, std: gamma / std * (dy + dy.mean() + x_hat * (dy * x_hat).mean()),
            "You added the two parts. The statistics follow the nudge and work against it: both are taken away."),
    Mistake("third term without x_hat",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - (dy * x_hat).mean()),
            "The average of dy times x_hat is one number for all. Multiply it by each example's own x_hat."),
    Mistake("third term without dy", lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat),
            "You took x_hat away whole. First find how much of it is in dy: the average of dy times x_hat."),
    Mistake("divided by 4 whatever m is",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.sum() / 4 - x_hat * (dy * x_hat).sum() / 4),
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds. Does "
            "an m in it come from a cell above?"),
    Mistake("stopped at dx_hat", lambda dy, x_hat, gamma, std: gamma * dy,
            "You went back through gamma and stopped: that is the gradient of x_hat. In the forward pass the mean was "
            "subtracted and std divided: three roads lead back to x."),
    Mistake("mean of dy added",
            lambda dy, x_hat, gamma, std: gamma / std * (dy + dy.mean() - x_hat * (dy * x_hat).mean()),
            "You added the mean of dy. The batch mean follows the nudge and works against it: take it away."),
    Mistake("part along x_hat added",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() + x_hat * (dy * x_hat).mean()),
            "You added the part along x_hat. The variance follows the nudge and works against it: take it away."),
    Mistake("sum of dy instead of its mean",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.sum() - x_hat * (dy * x_hat).mean()),
            "You took the sum of dy away whole. Each example answers for one m-th of it: divide by m."),
    Mistake("part along x_hat not divided by m",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).sum()),
            "In the part along x_hat you summed dy times x_hat. It is an average: divide by m."),
    Mistake("part along x_hat halved",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean() / 2),
            "The part along x_hat is half of what it should be. The slope of a square has a factor 2. Is it there?"),
    Mistake("part along x_hat doubled",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean() * 2),
            "The part along x_hat is twice what it should be. The slope of a root has a factor 1/2. Is it there?"),
    Mistake("divided by m once too often",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()) / len(dy),
            "Everything is m times too small: you averaged, and then divided by m again."),
    Mistake("gamma once more in the part along x_hat",
            lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - gamma * x_hat * (dy * x_hat).mean()),
            "In the part along x_hat gamma stands twice: in front of the bracket, and at x_hat. Once is enough."),
    Mistake("gamma on the direct road only",
            lambda dy, x_hat, gamma, std: (gamma * dy - dy.mean() - x_hat * (dy * x_hat).mean()) / std,
            "gamma multiplies dy and not the two parts that you take away. All three roads lead through gamma."),
    Mistake("gamma squared",
            lambda dy, x_hat, gamma, std: gamma ** 2 / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "gamma multiplies twice: inside the bracket, and in front of it. Once is enough."),
    Mistake("sign of dx",
            lambda dy, x_hat, gamma, std: -gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "Every sign of dx is turned. That is the direction of a training step; the gradient points uphill."),
)


def _backward_case(dy, x, gamma, eps, **extra):
    """The arguments of input_gradient, with x_hat and std of a real batch."""
    std = np.sqrt(x.var() + eps)
    return Case((np.asarray(dy), (x - x.mean()) / std, gamma, std), **extra)


input_gradient = Exercise(
    name="input_gradient", call="(dy, x_hat, gamma, std)", answer=_input_gradient,
    catalogue=INPUT_GRADIENT,
    task="`dy` is the gradient of the loss with respect to the output y, and `x_hat` the normalized batch, both of "
         "shape `(m,)`; `gamma` and `std` are numbers. `std` is √(variance + eps), eps inside the root. "
         "Return dx, the gradient with respect to the input x, shape `(m,)`.",
    cases=(_backward_case([1.0, 0.0, 0.0, 0.0], EXAMPLE, 2.0, 0.0), _backward_case([0.5, -2.0], PAIR, -1.5, 2.0),
           _backward_case([1.5, -0.5, 2.0], TRIPLE, 0.5, 2.0), _backward_case([-1.0, 0.3, 2.2, 0.7], FOUR, 3.0, 0.0),
           _backward_case(UPSTREAM, LONG, -2.0, 3.0),
           _backward_case([2, -1, 4, 0, 3], WHOLE, 0.5, 0.5, **WHOLE_UPSTREAM)),
    hints=("A nudge of one x reaches the outputs on three roads: directly, through the mean, and through the variance.",
           "The direct road brings dy. The statistics follow the nudge: they take the average of dy away, and the part "
           "of dy along x_hat.",
           "Take from dy its mean, and x_hat times the mean of (dy times x_hat). Multiply what is left by gamma / "
           "std."),
    gloss="`batchnorm_lesson.batch_norm_backward` has the same formula, for every feature at once.")


def backward_pass(dy, x, gamma, eps):
    """dx, dgamma and dbeta, from the upstream gradient dy and the batch x itself, which have one shape."""
    _, cache = batchnorm.batch_norm_forward(x, gamma, 0.0, eps)  # beta moves y, and none of the gradients
    return batchnorm.batch_norm_backward(dy, cache)


def _back_with(std, mean=np.mean, dx=_input_gradient):
    """A wrong function: the backward pass of a batch that was normalized with another std or mean."""
    def wrong(dy, x, gamma, eps):
        x_hat = (x - mean(x)) / std(x, eps)
        return dx(dy, x_hat, gamma, std(x, eps)), *_parameter_gradients(dy, x_hat)
    return wrong


def _wrong_dx(mistake):
    """A mistake in dx, made in the whole backward pass."""
    def wrong(dy, x, gamma, eps):
        _, dgamma, dbeta = backward_pass(dy, x, gamma, eps)
        return mistake.wrong(dy, normalized(x, eps), gamma, np.sqrt(x.var() + eps)), dgamma, dbeta
    return mistake._replace(wrong=wrong, says=f"dgamma and dbeta are right, dx is not. {mistake.says}")


def _wrong_parameters(mistake):
    """A mistake in dgamma or dbeta, made in the whole backward pass: with the right dx, and with one made from them."""
    def apart(dy, x, gamma, eps):
        dx, _, _ = backward_pass(dy, x, gamma, eps)
        return dx, *mistake.wrong(dy, normalized(x, eps), x)

    def carried(dy, x, gamma, eps):
        m, x_hat = len(x), normalized(x, eps)
        dgamma, dbeta = mistake.wrong(dy, x_hat, x)
        return gamma / np.sqrt(x.var() + eps) * (dy - dbeta / m - x_hat * dgamma / m), dgamma, dbeta

    return (mistake._replace(wrong=apart, says=f"{mistake.says} dx is right."),
            Mistake(f"{mistake.name}, and in dx", carried, f"{mistake.says} dx was made from it, and is off as well."))


WRONG_PARAMETERS = tuple(
    mistake._replace(wrong=lambda dy, x_hat, x, alone=mistake.wrong: alone(dy, x_hat))
    for mistake in PARAMETER_GRADIENTS if mistake.name != "return inside the loop") + (
    Mistake("dgamma with x", lambda dy, x_hat, x: ((dy * x).sum(), dy.sum()),
            "For dgamma you multiplied dy by x. gamma multiplies x_hat, so that is what dy meets."),
    Mistake("dgamma with the centred x", lambda dy, x_hat, x: ((dy * (x - x.mean())).sum(), dy.sum()),
            "For dgamma you multiplied dy by x − mean. gamma multiplies x_hat: divide by std first."),
    Mistake("dbeta forgotten", lambda dy, x_hat, x: ((dy * x_hat).sum(), 0.0),
            "Your dbeta is 0. beta moves every output by 1, and dy says what each of these moves is worth."),
)

RESULTS = ("dx", "dgamma", "dbeta")


def _in_order(order):
    """All three results, right, in an order that was not asked for."""
    return Mistake(f"returned {', '.join(order)}",
                   lambda *args: tuple(dict(zip(RESULTS, backward_pass(*args)))[name] for name in order),
                   f"You returned {order[0]}, then {order[1]}, then {order[2]}. All three are right. Return "
                   f"{', '.join(RESULTS)}, in this order.")


BATCH_NORM_BACKWARD = tuple(map(_wrong_dx, INPUT_GRADIENT)) + tuple(
    whole for mistake in WRONG_PARAMETERS for whole in _wrong_parameters(mistake)) + tuple(
    _in_order(order) for order in permutations(RESULTS) if order[0] != "dx") + tuple(
    Mistake(f"variance: {mistake.name}", _back_with(lambda x, eps, var=mistake.wrong: np.sqrt(var(x) + eps)),
            f"The mistake is in your variance. {mistake.says}")
    for mistake in VARIANCE if mistake.name in IN_THE_VARIANCE) + (
    Mistake("1/(m − 1)", _back_with(lambda x, eps: np.sqrt(x.var(ddof=1) + eps)),
            "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/m."),
    Mistake("eps forgotten", _back_with(lambda x, eps: x.std()),
            "You left eps out of std. The backward pass goes through the same root as the forward pass, and eps is in "
            "it."),
    Mistake("eps forgotten in dx", lambda dy, x, gamma, eps: (
        _input_gradient(dy, normalized(x, eps), gamma, x.std()), *_parameter_gradients(dy, normalized(x, eps))),
            "dgamma and dbeta are right. In front of dx, your std has no eps: take the root that divided x_hat."),
    Mistake("eps forgotten in x_hat", lambda dy, x, gamma, eps: (
        _input_gradient(dy, normalized(x, 0), gamma, np.sqrt(x.var() + eps)),
        *_parameter_gradients(dy, normalized(x, 0))),
            "In front of dx, std is right. Your x_hat was divided by another one, without eps."),
    Mistake("eps outside the root", _back_with(lambda x, eps: x.std() + eps),
            "You added eps to the standard deviation, after the root. It is added to the variance, inside the root."),
    Mistake("eps fixed at 1e-5", _back_with(lambda x, eps: np.sqrt(x.var() + 1e-5)),
            "You used 1e-5, a common default, in place of the eps that your function is given."),
    Mistake("eps subtracted", _back_with(lambda x, eps: np.sqrt(x.var() - eps)),
            "You subtracted eps. A small variance would then turn negative inside the root: add it."),
    Mistake("variance in the place of std", _back_with(lambda x, eps: x.var() + eps),
            "Your std is the variance plus eps. Take the root of it."),
    Mistake("mean not subtracted", _back_with(lambda x, eps: np.sqrt(x.var() + eps), mean=lambda x: 0),
            "Your x_hat is x divided by std. Subtract the mean first."),
    Mistake("x in the place of x_hat", lambda dy, x, gamma, eps: (
        _input_gradient(dy, x, gamma, np.sqrt(x.var() + eps)), *_parameter_gradients(dy, x)),
            "You used x where the formulas have x_hat. Normalize the batch first."),
    Mistake("centred x in the place of x_hat", lambda dy, x, gamma, eps: (
        _input_gradient(dy, x - x.mean(), gamma, np.sqrt(x.var() + eps)), *_parameter_gradients(dy, x - x.mean())),
            "You used x − mean where the formulas have x_hat. Divide it by std first."),
    Mistake("divided by 4 everywhere", _back_with(
        lambda x, eps: np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps), lambda x: x.sum() / 4,
        lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.sum() / 4 - x_hat * (dy * x_hat).sum() / 4)),
            "You divided by 4 throughout. That is right for a batch of four; let the batch tell how many it holds. "
            "Does an m in it come from a cell above?"),
    Mistake("gamma in dgamma and dbeta", lambda dy, x, gamma, eps: (
        backward_pass(dy, x, gamma, eps)[0], *_parameter_gradients(gamma * dy, normalized(x, eps))),
            "dx is right. For the other two you summed dx_hat, and gamma is in it already: sum dy itself."),
    Mistake("gamma in dgamma", lambda dy, x, gamma, eps: (
        backward_pass(dy, x, gamma, eps)[0], gamma * (dy * normalized(x, eps)).sum(), dy.sum()),
            "Your dgamma has gamma in it: gamma came with dx_hat. Take dy itself. The rest is right."),
    Mistake("every sign turned", lambda *args: tuple(-part for part in backward_pass(*args)),
            "All the signs are turned. That is the direction of a training step; the gradient points uphill."),
    Mistake("only dx", lambda *args: backward_pass(*args)[0],
            "dx is right, and alone. Return dgamma and dbeta, too: return dx, dgamma, dbeta."),
    Mistake("dx missing", lambda *args: backward_pass(*args)[1:],
            "dgamma and dbeta are right, and dx is missing in front of them: return dx, dgamma, dbeta."),
    Mistake("dgamma missing", lambda *args: backward_pass(*args)[::2],
            "dx and dbeta are right. dgamma is missing between them: return dx, dgamma, dbeta."),
    Mistake("dbeta missing", lambda *args: backward_pass(*args)[:2],
            "dx and dgamma are right. dbeta is missing at the end: return dx, dgamma, dbeta."),
    Mistake("a pair left together",
            lambda *args: (backward_pass(*args)[0], backward_pass(*args)[1:]),
            "All the numbers are right, but dgamma and dbeta are still one pair. Give them names of their own, "
            "dgamma, dbeta = …, then return dx, dgamma, dbeta."),
    Mistake("stacked into one array", lambda *args: np.hstack(backward_pass(*args)),
            "All the numbers are right, in one long array. Return three results with commas between them: return dx, "
            "dgamma, dbeta."),
)

batch_norm_backward = Exercise(
    name="batch_norm_backward", call="(dy, x, gamma, eps)", answer=backward_pass,
    catalogue=BATCH_NORM_BACKWARD, parts=RESULTS,
    task="`dy` is the gradient of the loss with respect to the output y, and `x` the mini-batch of one feature, both "
         "of shape `(m,)`; `gamma` and `eps` are numbers. Return three results: dx, shape `(m,)`, then dgamma and "
         "dbeta, two numbers.",
    cases=(Case((np.array([1.0, 0.0, 0.0, 2.0]), EXAMPLE, 2.0, 0.0)), Case((np.array([0.5, -2.0]), PAIR, -1.5, 2.0)),
           Case((np.array([1.5, -0.5, 2.0]), TRIPLE, 0.5, 2.0)),
           Case((np.array([-1.0, 0.3, 2.2, 0.7]), FOUR, 3.0, 0.25)), Case((UPSTREAM, LONG, -2.0, 3.0)),
           Case((np.array([0.4, 1.0, -0.8]), TINY, 1.5, 1e-5)),
           Case((np.array([2, -1, 4, 0, 3]), WHOLE, 0.5, 0.5), note="dy and x held whole numbers",
                blames="integer result")),
    hints=("The forward pass comes first: which of its quantities do the formulas of the two exercises above need?",
           "std is √(variance + eps), with eps inside the root; x_hat is x − mean, divided by std. With these two you "
           "can call my_parameter_gradients and my_input_gradient.",
           "Four lines: std, from x and eps; x_hat; dgamma, dbeta = my_parameter_gradients(dy, x_hat); and dx = "
           "my_input_gradient(dy, x_hat, gamma, std). Then return dx, dgamma, dbeta."),
    plain="std = np.sqrt(x.var() + eps)\nx_hat = (x - x.mean()) / std\n"
          "dgamma, dbeta = (dy * x_hat).sum(), dy.sum()\n"
          "dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())\nreturn dx, dgamma, dbeta",
    gloss="The cache is x_hat, gamma and std. The backward pass, for every feature at once:\n\n```python\n"
          f"{inspect.getsource(batchnorm.batch_norm_backward)}```")
