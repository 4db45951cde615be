"""The exercises of lesson 07: the backward pass, in two halves and whole."""
from itertools import permutations

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake, source
from .lesson_01 import WRONG_MEANS
from .lesson_02 import ONE_LESS, WRONG_VARIANCES
from .lesson_03 import STD, X_HAT
from .shared import (ALONE, EXAMPLE, FOUR, GAMMA_ZERO, LARGE_OFFSET, LONG, MIXED, NEAR_1E8, ONE_EXAMPLE, ONE_OUTLIER,
                     OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, of_step, normalized)

__all__ = ["parameter_gradients", "input_gradient", "batch_norm_backward"]

UPSTREAM = np.random.default_rng(7).integers(-20, 30, 32) / 10
# dy, x, gamma, eps: the small dy shows what is rounded.
BATCHES = (
    ([0.5, -2.0], PAIR, -1.5, 2.0, {}), ([1.5, -0.5, 2.0], TRIPLE, 0.5, 2.0, {}),
    ([-1.0, 0.3, 2.2, 0.7], FOUR, 3.0, 0.25, {}), (UPSTREAM, LONG, -2.0, 3.0, {}),
    ([0.4, 1.0, -0.8], TINY, 1.5, 1e-5, {}), (TINY[[1, 2, 0]] / 2, TRIPLE, 1.5, 4.0, {}),
    ([0.0, 1.5, 0.0, -0.25, 1.5, 2.123456, -1.0], MIXED, 0.75, 0.25, {}),
    ([2, -1, 4, 0, 3], WHOLE, 0.5, 0.5, WHOLE_NUMBERS),
    (np.resize(UPSTREAM, 128), OUTLIER, 2.0, 0.5, ONE_OUTLIER), ([1.5], ALONE, 3.0, 0.5, ONE_EXAMPLE),
    ([1.5, -0.5, 2.0], TRIPLE, 0.0, 2.0, GAMMA_ZERO), ([0.5, -2.0, 1.0, 0.0], NEAR_1E8, 2.0, 0.5, LARGE_OFFSET))


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
            "dbeta is right. Your dgamma is the sum of dy, too: x_hat is left out, or added, and then it adds up to 0. "
            "gamma multiplies x_hat, so a change of gamma moves each output by its own x_hat."),
    Mistake("summed before multiplying", lambda dy, x_hat: (dy.sum() * x_hat.sum(), dy.sum()),
            "Your dgamma is 0, because the x_hat add up to 0. Multiply example by example, then sum."),
    Mistake("dgamma not summed", lambda dy, x_hat: (dy * x_hat, dy.sum()),
            "dbeta is right. dgamma has one number for each example: sum over them."),
    Mistake("dbeta not summed", lambda dy, x_hat: ((dy * x_hat).sum(), dy),
            "dgamma is right. dbeta has one number for each example: sum over them."),
    Mistake("not summed", lambda dy, x_hat: (dy * x_hat, dy),
            "You have one number for each example. All examples share one gamma and one beta: sum over them."),
    Mistake("sign of the step", lambda dy, x_hat: (-(dy * x_hat).sum(), -dy.sum()),
            "Both signs are turned. That is the direction of a training step; the gradient points uphill."),
    Mistake("upstream ignored", lambda dy, x_hat: (x_hat.sum(), len(x_hat)),
            "dy does not appear in your result. It says how much the loss cares about each output."),
    Mistake("x_hat in dbeta, too", lambda dy, x_hat: ((dy * x_hat).sum(), (dy * x_hat).sum()),
            "dgamma is right. beta is only added, so x_hat has no part in dbeta."),
    Mistake("x_hat squared", lambda dy, x_hat: ((dy * x_hat ** 2).sum(), dy.sum()),
            "dbeta is right. In dgamma x_hat multiplies once."),
    Mistake("sign of x_hat lost", lambda dy, x_hat: ((dy * np.abs(x_hat)).sum(), dy.sum()),
            "dbeta is right. In dgamma the sign of x_hat is lost: below the mean gamma pulls the other way."),
    Mistake("signs lost before the sum", lambda dy, x_hat: (np.abs(dy * x_hat).sum(), np.abs(dy).sum()),
            "You took the signs away. Examples may pull in opposite directions, and the sum must see that."),
    Mistake("dbeta forgotten", lambda dy, x_hat: ((dy * x_hat).sum(), 0.0),
            "Your dbeta is 0. beta moves every output by 1, and dy says what each of these moves is worth."),
    Mistake("dbeta is m", lambda dy, x_hat: ((dy * x_hat).sum(), len(dy)),
            "Your dbeta counts the examples. Each counts as much as its dy says."),
    Mistake("return inside the loop", lambda dy, x_hat: (dy[0] * x_hat[0], dy[0]),
            "Only the first example counts. Is the return inside the loop? Move it out, under the for."),
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
    cases=tuple(Case((np.asarray(dy), normalized(x, eps)), **extra) for dy, x, _, eps, extra in (
        ([1.0, 0.0, 0.0, 2.0], EXAMPLE, 2.0, 0.0, {}), *BATCHES[:-2])),
    hints=("If beta grows by 1, how far does each output move? And if gamma grows by 1?",
           "beta moves every output by 1, gamma moves each output by its x_hat. dy says what a move is worth.",
           "dgamma is the sum of dy times x_hat, dbeta is the sum of dy. No division."),
    gloss="`batchnorm_lesson.batch_norm_backward` has the same two lines, for every feature at once.")


def _input_gradient(dy, x_hat, gamma, std):
    """dx ``(m,)``, from the upstream gradient dy ``(m,)`` and what the forward pass has kept of one feature."""
    mean_part = dy.mean()
    x_hat_part = x_hat * (dy * x_hat).mean()
    return gamma / std * (dy - mean_part - x_hat_part)


def _roads(front=lambda m, gamma, std: gamma / std, direct=1, by_mean=1, by_x_hat=1):
    """A wrong function: dx with other factors, which may be functions of m, gamma and std.

    front stands before the bracket; the others before dy, its mean, and its part along x_hat. The right ones are 1.
    """
    def wrong(dy, x_hat, gamma, std):
        before, one, two, three = (factor(len(dy), gamma, std) if callable(factor) else factor
                                   for factor in (front, direct, by_mean, by_x_hat))
        return before * (one * dy - two * dy.mean() - three * x_hat * (dy * x_hat).mean())
    return wrong


def _m(m, gamma, std):
    return m


def _std(power):
    return lambda m, gamma, std: std ** power


INPUT_GRADIENT = (
    Mistake("statistics detached", _roads(by_mean=0, by_x_hat=0),
            "You treated the mean and the variance as constants. They are made of this batch: when one x moves, both "
            "move, and so does every output. Two terms are missing."),
    Mistake("mean detached", _roads(by_mean=0), "The road through the mean is missing: take the average of dy away."),
    Mistake("variance detached", _roads(by_x_hat=0),
            "The road through the variance is missing: take the part of dy along x_hat away."),
    Mistake("direct road forgotten", _roads(direct=0),
            "You have the roads through the mean and the variance. The direct one, dy itself, is missing."),
    Mistake("gamma forgotten", _roads(lambda m, gamma, std: 1 / std),
            "gamma is missing. It multiplied in the forward pass, so it multiplies in the backward pass."),
    Mistake("not divided by std", _roads(lambda m, gamma, std: gamma),
            "You stopped at the centred values. They were divided by std in the forward pass: divide here too."),
    Mistake("divided by the variance", _roads(lambda m, gamma, std: gamma / std ** 2),
            "You divided by std squared. Once is enough."),
    Mistake("multiplied by std", _roads(lambda m, gamma, std: gamma * std),
            "You multiplied by std. A wide batch reacts less to a nudge: divide by it."),
    Mistake("divided by the root of std", _roads(lambda m, gamma, std: gamma / np.sqrt(std)),
            "You took the root of std. std has its root behind it: divide by std itself."),
    Mistake("std / gamma in front", _roads(lambda m, gamma, std: std / gamma),
            "The fraction in front is upside down: gamma multiplies, std divides."),
    Mistake("sign of gamma lost", _roads(lambda m, gamma, std: np.abs(gamma) / std),
            "You lost the sign of gamma. A negative gamma mirrors the batch, and the gradient with it."),
    Mistake("gamma squared", _roads(lambda m, gamma, std: gamma ** 2 / std),
            "gamma multiplies twice: inside the bracket, and in front of it. Once is enough."),
    Mistake("sign of dx", _roads(lambda m, gamma, std: -gamma / std),
            "Every sign of dx is turned. That is the direction of a training step; the gradient points uphill."),
    Mistake("sums instead of means", _roads(by_mean=_m, by_x_hat=_m),
            "You took the two sums away whole. Each example answers for one m-th of them: divide both by m."),
    Mistake("sum of dy instead of its mean", _roads(by_mean=_m),
            "You took the sum of dy away whole. Each example answers for one m-th of it: divide by m."),
    Mistake("part along x_hat not divided by m", _roads(by_x_hat=_m),
            "In the part along x_hat you summed dy times x_hat. It is an average: divide by m."),
    Mistake("1/m in front, m forgotten inside", _roads(direct=lambda m, gamma, std: 1 / m),
            "With 1/m in front of the bracket and sums inside it, dy has to be multiplied by m."),
    Mistake("divided by 4 whatever m is", _roads(by_mean=lambda m, *_: m / 4, by_x_hat=lambda m, *_: m / 4),
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds. Does "
            "an m in it come from a cell above?"),
    Mistake("parts added instead of taken away", _roads(by_mean=-1, by_x_hat=-1),
            "You added the two parts. The statistics follow the nudge and work against it: both are taken away."),
    Mistake("mean of dy added", _roads(by_mean=-1),
            "You added the mean of dy. The batch mean follows the nudge and works against it: take it away."),
    Mistake("part along x_hat added", _roads(by_x_hat=-1),
            "You added the part along x_hat. The variance follows the nudge and works against it: take it away."),
    Mistake("part along x_hat halved", _roads(by_x_hat=1 / 2),
            "The part along x_hat is half of what it should be. The slope of a square has a factor 2. Is it there?"),
    Mistake("part along x_hat doubled", _roads(by_x_hat=2),
            "The part along x_hat is twice what it should be. The slope of a root has a factor 1/2. Is it there?"),
    Mistake("−1/2 forgotten", _roads(by_x_hat=-2),
            "The part along x_hat has the wrong sign, and twice its size. The slope of 1/√v has a factor −1/2. Is it "
            "there?"),
    Mistake("gamma once more in the part along x_hat", _roads(by_x_hat=lambda m, gamma, std: gamma),
            "In the part along x_hat gamma stands twice: in front of the bracket, and at x_hat. Once is enough."),
    Mistake("gamma on the direct road only", lambda dy, x_hat, gamma, std: (
        gamma * dy - dy.mean() - x_hat * (dy * x_hat).mean()) / std,
            "gamma multiplies dy and not the two parts that you take away. All three roads lead through gamma."),
    Mistake("gamma / std on dy only", lambda dy, x_hat, gamma, std: (
        gamma / std * dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "gamma / std multiplies dy alone. It belongs in front of all three: put them in brackets."),
    *(Mistake(f"part along x_hat times std ** {power}", _roads(by_x_hat=_std(power)),
              f"The part along x_hat is std ** {power} times what it should be. What is the slope of 1/std, as the "
              "variance moves? And is x_hat taken for x − mean somewhere?") for power in (1, 1.5, 2, -1, -2, -3)),
    Mistake("direct road not divided by std", _roads(direct=_std(1)),
            "dy is not divided by std, the two other parts are. All three roads lead through the division."),
    Mistake("dmean not divided by std", _roads(by_mean=_std(1)),
            "The part through the mean is not divided by std, the two others are."),
    Mistake("direct road divided by the variance", _roads(direct=_std(-1)),
            "dy is divided by std twice, the two other parts once."),
    Mistake("dmean divided by the variance", _roads(by_mean=_std(-1)),
            "The part through the mean is divided by std twice, the two others once."),
    Mistake("gamma forgotten in dmean", _roads(by_mean=lambda m, gamma, std: 1 / gamma),
            "gamma is missing in the part through the mean. All three roads lead through gamma."),
    Mistake("gamma forgotten in dvar", _roads(by_x_hat=lambda m, gamma, std: 1 / gamma),
            "gamma is missing in the part along x_hat. All three roads lead through gamma."),
    Mistake("third term without x_hat", lambda dy, x_hat, gamma, std: gamma / std * (
        dy - dy.mean() - (dy * x_hat).mean()),
            "The average of dy times x_hat is one number for all. Multiply it by each example's own x_hat."),
    Mistake("third term without dy", lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.mean() - x_hat),
            "You took x_hat away whole. First find how much of it is in dy: the average of dy times x_hat."),
    Mistake("third term with the mean of dy alone", lambda dy, x_hat, gamma, std: gamma / std * (
        dy - dy.mean() - x_hat * dy.mean()),
            "In the third term x_hat meets the average of dy. How much of x_hat is in dy says the average of dy times "
            "x_hat."),
    Mistake("third term not averaged", lambda dy, x_hat, gamma, std: gamma / std * (
        dy - dy.mean() - x_hat * dy * x_hat),
            "In the third term dy times x_hat is not averaged. The average is one number for the batch."),
    Mistake("stopped at dx_hat", lambda dy, x_hat, gamma, std: gamma * dy,
            "You went back through gamma and stopped: that is the gradient of x_hat. In the forward pass the mean was "
            "subtracted and std divided: three roads lead back to x."),
    Mistake("returned the batch", lambda dy, x_hat, gamma, std: dy + 0.0, "Your result is dy as it was given."),
)

input_gradient = Exercise(
    name="input_gradient", call="(dy, x_hat, gamma, std)", answer=_input_gradient,
    catalogue=INPUT_GRADIENT,
    task="`dy` is the gradient of the loss with respect to the output y, and `x_hat` the normalized batch, both of "
         "shape `(m,)`; `gamma` and `std` are numbers. `std` is √(variance + eps), eps inside the root. "
         "Return dx, the gradient with respect to the input x, shape `(m,)`.",
    cases=tuple(Case((np.asarray(dy), normalized(x, eps), gamma, np.sqrt(x.var() + eps)), **extra)
                for dy, x, gamma, eps, extra in (([1.0, 0.0, 0.0, 0.0], EXAMPLE, 2.0, 0.0, {}), *BATCHES[:-1])),
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


def _back_with(x_hat=normalized, std=lambda x, eps: np.sqrt(x.var() + eps), dx=_input_gradient):
    """A wrong function: the backward pass with another x_hat, or another std in front of dx."""
    def wrong(dy, x, gamma, eps):
        h = x_hat(x, eps)
        return dx(dy, h, gamma, std(x, eps)), *_parameter_gradients(dy, h)
    return wrong


def _with_divisor(std, mean=np.mean, dx=_input_gradient):
    """The backward pass with this std at both of its places, and with this mean."""
    return _back_with(lambda x, eps: (x - mean(x)) / std(x, eps), std, dx)


def _with_std(std):
    return _with_divisor(lambda x, eps: std(x.var(), eps))


def _with_variance(wrong):
    return _with_divisor(lambda x, eps: np.sqrt(wrong(x) + eps))


def _with_mean(wrong):
    return _with_divisor(lambda x, eps: np.sqrt(((x - wrong(x)) ** 2).mean() + eps), wrong)


def _mean_left_in(dy, x, gamma, eps):
    dx, *others = backward_pass(dy, x, gamma, eps)
    dvar = (gamma * dy * (x - x.mean())).sum() * -0.5 * (x.var() + eps) ** -1.5
    return dx + dvar * 2 * x.mean() / len(x), *others


def _times_gamma(args, in_dgamma, in_dbeta):
    """The right results, with gamma once too often in one of them or in both."""
    dx, dgamma, dbeta = backward_pass(*args)
    gamma = args[2]
    return dx, dgamma * gamma ** in_dgamma, dbeta * gamma ** in_dbeta


def _wrong_dx(mistake):
    """A mistake in dx, made in the whole backward pass."""
    return mistake._replace(wrong=_back_with(dx=mistake.wrong),
                            says=f"dgamma and dbeta are right, dx is not. {mistake.says}")


def _wrong_parameters(mistake):
    """A mistake in dgamma or dbeta, made in the whole backward pass: with the right dx, and with one made from them."""
    def apart(dy, x, gamma, eps):
        dx, _, _ = backward_pass(dy, x, gamma, eps)
        return dx, *mistake.wrong(dy, normalized(x, eps), x)

    def of_step(dy, x, gamma, eps):
        m, x_hat = len(x), normalized(x, eps)
        dgamma, dbeta = mistake.wrong(dy, x_hat, x)
        return gamma / np.sqrt(x.var() + eps) * (dy - dbeta / m - x_hat * dgamma / m), dgamma, dbeta

    return (mistake._replace(wrong=apart, says=f"{mistake.says} dx is right."),
            Mistake(f"{mistake.name}, and in dx", of_step, f"{mistake.says} dx was made from it, and is off as well."))


WRONG_PARAMETERS = tuple(
    mistake._replace(wrong=lambda dy, x_hat, x, alone=mistake.wrong: alone(dy, x_hat))
    for mistake in PARAMETER_GRADIENTS if mistake.name != "return inside the loop") + (
    Mistake("dgamma with x", lambda dy, x_hat, x: ((dy * x).sum(), dy.sum()),
            "For dgamma you multiplied dy by x. gamma multiplies x_hat, so that is what dy meets."),
    Mistake("dgamma with the centred x", lambda dy, x_hat, x: ((dy * (x - x.mean())).sum(), dy.sum()),
            "For dgamma you multiplied dy by x − mean. gamma multiplies x_hat: divide by std first."),
)

RESULTS = ("dx", "dgamma", "dbeta")


def _in_order(order):
    """All three results, right, in an order that was not asked for."""
    return Mistake(f"returned {', '.join(order)}",
                   lambda *args: tuple(dict(zip(RESULTS, backward_pass(*args)))[name] for name in order),
                   f"You returned {order[0]}, then {order[1]}, then {order[2]}. All three are right. Return "
                   f"{', '.join(RESULTS)}, in this order.")


def _missing(name):
    return Mistake(f"{name} missing",
                   lambda *args: [part for part, of in zip(backward_pass(*args), RESULTS) if of != name],
                   f"{name} is missing, the two others are right: return dx, dgamma, dbeta.")


BATCH_NORM_BACKWARD = tuple(map(_wrong_dx, INPUT_GRADIENT)) + tuple(
    whole for mistake in WRONG_PARAMETERS for whole in _wrong_parameters(mistake)) + tuple(
    _in_order(order) for order in permutations(RESULTS) if order[0] != "dx") + of_step(
    STD, _with_std, without=("root of std + eps", "divided by the variance")) + of_step(
    X_HAT, lambda wrong: _back_with(lambda x, eps: wrong(x, x.mean(), x.var(), eps)),
    without=("only centred",)) + of_step(
    WRONG_MEANS, _with_mean, "mean") + of_step(WRONG_VARIANCES, _with_variance, "variance") + of_step(
    (ONE_LESS,), _with_variance) + (
    Mistake("eps forgotten in dx", _back_with(std=lambda x, eps: x.std()),
            "dgamma and dbeta are right. In front of dx, your std has no eps: take the root that divided x_hat."),
    Mistake("eps forgotten in x_hat", _back_with(lambda x, eps: normalized(x, 0)),
            "In front of dx, std is right. Your x_hat was divided by another one, without eps."),
    Mistake("variance in the place of std", _with_std(lambda var, eps: var + eps),
            "Your std is the variance plus eps. Take the root of it."),
    Mistake("mean not subtracted in dx", _mean_left_in,
            "dgamma and dbeta are right. In the road through the variance your dx has x where x − mean belongs."),
    Mistake("x in the place of x_hat", _back_with(lambda x, eps: x),
            "You used x where the formulas have x_hat. Normalize the batch first."),
    Mistake("centred x in the place of x_hat", _back_with(lambda x, eps: x - x.mean()),
            "You used x − mean where the formulas have x_hat. Divide it by std first."),
    Mistake("divided by 4 everywhere", _with_divisor(
        lambda x, eps: np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps), lambda x: x.sum() / 4,
        _roads(by_mean=lambda m, *_: m / 4, by_x_hat=lambda m, *_: m / 4)),
            "You divided by 4 throughout. That is right for a batch of four; let the batch tell how many it holds. "
            "Does an m in it come from a cell above?"),
    Mistake("gamma in dgamma and dbeta", lambda *args: _times_gamma(args, 1, 1),
            "dx is right. For the other two you summed dx_hat, and gamma is in it already: sum dy itself."),
    Mistake("gamma in dgamma", lambda *args: _times_gamma(args, 1, 0),
            "Your dgamma has gamma in it: gamma came with dx_hat. Take dy itself. The rest is right."),
    Mistake("gamma in dbeta", lambda *args: _times_gamma(args, 0, 1),
            "Your dbeta has gamma in it: gamma came with dx_hat. Take dy itself. The rest is right."),
    Mistake("only dx", lambda *args: backward_pass(*args)[0],
            "dx is right, and alone. Return dgamma and dbeta, too: return dx, dgamma, dbeta."),
    *map(_missing, RESULTS),
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
    cases=tuple(Case((np.asarray(dy), x, gamma, eps), **extra) for dy, x, gamma, eps, extra in (
        ([1.0, 0.0, 0.0, 2.0], EXAMPLE, 2.0, 0.0, {}), *BATCHES)),
    hints=("The forward pass comes first: which of its quantities do the formulas of the two exercises above need?",
           "std is √(variance + eps), with eps inside the root; x_hat is x − mean, divided by std. With these two you "
           "can call my_parameter_gradients and my_input_gradient.",
           "Four lines: std, from x and eps; x_hat; dgamma, dbeta = my_parameter_gradients(dy, x_hat); and dx = "
           "my_input_gradient(dy, x_hat, gamma, std). Then return dx, dgamma, dbeta."),
    short_solution="std = np.sqrt(x.var() + eps)\nx_hat = (x - x.mean()) / std\n"
          "dgamma, dbeta = (dy * x_hat).sum(), dy.sum()\n"
          "dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())\nreturn dx, dgamma, dbeta",
    gloss="The cache is x_hat, gamma and std. The backward pass, for every feature at once:\n\n```python\n"
          f"{source(batchnorm.batch_norm_backward)}```")
