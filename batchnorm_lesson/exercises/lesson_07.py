"""The exercises of lesson 07: the backward pass, in two halves and whole."""
from itertools import permutations

import numpy as np

from .. import batchnorm
from .exercise import Case, Exercise, Mistake, source
from .lesson_02 import STATISTICS
from .lesson_03 import NORMALIZING, ROOTS, X_HATS
from .shared import (ALONE, EXAMPLE, FOUR, GAMMA_ZERO, LARGE_OFFSET, LONG, MANY, MIXED, NEAR_1E8,
                     ONE_EXAMPLE, ONE_OUTLIER, OUTLIER, PAIR, TINY, TRIPLE, WHOLE, WHOLE_NUMBERS, measuring, normalized,
                     the_root, the_x_hat)

__all__ = ["parameter_gradients", "input_gradient", "batch_norm_backward"]

UPSTREAM = np.random.default_rng(7).integers(-20, 30, 32) / 10
# dy, x, gamma, eps: the small dy shows what is rounded.
BATCHES = (
    ([0.5, -2.0], PAIR, -1.5, 2.0, {}), ([1.5, -0.5, 2.0], TRIPLE, 0.5, 2.0, {}),
    ([-1.0, 0.3, 2.2, 0.7], FOUR, 3.0, 0.25, {}), (UPSTREAM, LONG, -2.0, 3.0, {}),
    ([0.4, 1.0, -0.8], TINY, 1.5, 1e-5, {}), (TINY[[1, 2, 0]] / 2, TRIPLE, 1.5, 4.0, {}),
    ([0.0, 1.5, 0.0, -0.25, 1.5, 2.123456, -1.0], MIXED, 0.75, 0.25, {}),
    ([2, -1, 4, 0, 3], WHOLE, 0.5, 0.5, WHOLE_NUMBERS),
    (np.resize(UPSTREAM, 128), OUTLIER, 2.0, 0.5, ONE_OUTLIER),
    (np.resize(UPSTREAM, 128), MANY, 2.0, 0.5, {}), ([1.5], ALONE, 3.0, 0.5, ONE_EXAMPLE),
    ([1.5, -0.5, 2.0], TRIPLE, 0.0, 2.0, GAMMA_ZERO), ([0.5, -2.0, 1.0, 0.0], NEAR_1E8, 2.0, 0.5, LARGE_OFFSET))


def _parameter_gradients(dy, x_hat):
    """dgamma and dbeta, two numbers, from the upstream gradient dy ``(m,)`` and x_hat ``(m,)`` of one feature."""
    dgamma = (dy * x_hat).sum()
    dbeta = dy.sum()
    return dgamma, dbeta


def _dgamma(dy, x_hat):
    return (dy * x_hat).sum()


def _dbeta(dy, x_hat):
    return dy.sum()


DGAMMAS = (
    Mistake("dgamma averaged", lambda dy, x_hat: (dy * x_hat).mean(),
            "dgamma is an average. Every example adds to it: make it a sum."),
    Mistake("x_hat forgotten", lambda dy, x_hat: dy.sum(),
            "Your dgamma is the sum of dy: x_hat is left out, or added, and then it adds up to 0. gamma multiplies "
            "x_hat, so a change of gamma moves each output by its own x_hat."),
    Mistake("summed before multiplying", lambda dy, x_hat: dy.sum() * x_hat.sum(),
            "Your dgamma is 0, because the x_hat add up to 0. Multiply example by example, then sum."),
    Mistake("dgamma not summed", lambda dy, x_hat: dy * x_hat,
            "dgamma has one number for each example: sum over them."),
    Mistake("x_hat squared", lambda dy, x_hat: (dy * x_hat ** 2).sum(), "In dgamma x_hat multiplies once."),
    Mistake("sign of x_hat lost", lambda dy, x_hat: (dy * np.abs(x_hat)).sum(),
            "In dgamma the sign of x_hat is lost: below the mean gamma pulls the other way."),
    Mistake("divided by x_hat", lambda dy, x_hat: (dy / x_hat).sum(),
            "For dgamma you divided by x_hat: it multiplies."),
    Mistake("dgamma of the last", lambda dy, x_hat: dy[-1] * x_hat[-1],
            "Only the last example counts in dgamma. Add up with +=."),
    Mistake("sign of dgamma", lambda dy, x_hat: -(dy * x_hat).sum(),
            "The sign of dgamma is turned."),
)
DBETAS = (
    Mistake("dbeta averaged", lambda dy, x_hat: dy.mean(),
            "dbeta is an average. Every example adds to it: make it a sum."),
    Mistake("dbeta not summed", lambda dy, x_hat: dy, "dbeta has one number for each example: sum over them."),
    Mistake("x_hat in dbeta, too", lambda dy, x_hat: (dy * x_hat).sum(),
            "beta is only added, so x_hat has no part in dbeta."),
    Mistake("dbeta forgotten", lambda dy, x_hat: 0.0,
            "Your dbeta is 0. beta moves every output by 1, and dy says what each of these moves is worth."),
    Mistake("dbeta is m", lambda dy, x_hat: len(dy),
            "Your dbeta counts the examples. Each counts as much as its dy says."),
    Mistake("dbeta of the last", lambda dy, x_hat: dy[-1], "Only the last example counts in dbeta. Add up with +=."),
    Mistake("sign of dbeta", lambda dy, x_hat: -dy.sum(), "The sign of dbeta is turned."),
)
PARAMETERS = (  # both at once, by one slip
    Mistake("dgamma and dbeta swapped", {"dgamma": _dbeta, "dbeta": _dgamma},
            "You have the two numbers, in the wrong order: return dgamma first, then dbeta."),
    Mistake("averaged", {"dgamma": DGAMMAS[0].wrong, "dbeta": DBETAS[0].wrong},
            "You averaged. gamma and beta serve every example, and every example adds to their gradients: sum."),
    Mistake("not summed", {"dgamma": lambda dy, x_hat: dy * x_hat, "dbeta": lambda dy, x_hat: dy},
            "You have one number for each example. All examples share one gamma and one beta: sum over them."),
    Mistake("sign of the step", {"dgamma": lambda dy, x_hat: -_dgamma(dy, x_hat), "dbeta": lambda dy, x_hat: -dy.sum()},
            "Both signs are turned. That is the direction of a training step; the gradient points uphill."),
    Mistake("upstream ignored", {"dgamma": lambda dy, x_hat: x_hat.sum(), "dbeta": lambda dy, x_hat: len(dy)},
            "dy does not appear in your result. It says how much the loss cares about each output."),
    Mistake("signs lost before the sum", {"dgamma": lambda dy, x_hat: np.abs(dy * x_hat).sum(),
                                          "dbeta": lambda dy, x_hat: np.abs(dy).sum()},
            "You took the signs away. Examples may pull in opposite directions, and the sum must see that."),
    Mistake("return inside the loop", {"dgamma": lambda dy, x_hat: dy[0] * x_hat[0], "dbeta": lambda dy, x_hat: dy[0]},
            "Only the first example counts. Is the return inside the loop? Move it out, under the for."),
    Mistake("kept only the last", {"dgamma": lambda dy, x_hat: dy[-1] * x_hat[-1], "dbeta": lambda dy, x_hat: dy[-1]},
            "You kept only the last example. Add up with +=."),
)


def _parameters_of(dgamma=_dgamma, dbeta=_dbeta):
    return lambda dy, x_hat: (dgamma(dy, x_hat), dbeta(dy, x_hat))


parameter_gradients = Exercise(
    name="parameter_gradients", call="(dy, x_hat)", answer=_parameter_gradients,
    made=_parameters_of, steps={"": PARAMETERS, "dgamma": DGAMMAS, "dbeta": DBETAS}, parts=("dgamma", "dbeta"),
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


# dx is made of a factor in front of three roads: direct, and what is taken away by mean and along x_hat.
def _front(gamma, std):
    return gamma / std


def _direct(dy, gamma, std):
    return dy


def _by_mean(dy, gamma, std):
    return dy.mean()


def _by_x_hat(dy, x_hat, gamma, std):
    return x_hat * (dy * x_hat).mean()


def _dx_of(front=_front, direct=_direct, by_mean=_by_mean, by_x_hat=_by_x_hat):
    return lambda dy, x_hat, gamma, std: front(gamma, std) * (
        direct(dy, gamma, std) - by_mean(dy, gamma, std) - by_x_hat(dy, x_hat, gamma, std))


def _x_hat_times(factor):
    """A wrong part along x_hat: a factor too many, a number or a function of m, gamma and std."""
    return lambda dy, x_hat, gamma, std: _by_x_hat(dy, x_hat, gamma, std) * (
        factor(len(dy), gamma, std) if callable(factor) else factor)


FRONTS = (
    Mistake("gamma forgotten", lambda gamma, std: 1 / std,
            "gamma is missing. It multiplied in the forward pass, so it multiplies in the backward pass."),
    Mistake("not divided by std", lambda gamma, std: gamma,
            "You stopped at the centred values. They were divided by std in the forward pass: divide here too."),
    Mistake("divided by std squared", lambda gamma, std: gamma / std ** 2,
            "You divided by std squared. Once is enough."),
    Mistake("front forgotten", lambda gamma, std: 1.0, "gamma / std in front of the bracket is missing."),
    Mistake("multiplied by std", lambda gamma, std: gamma * std,
            "You multiplied by std. A wide batch reacts less to a nudge: divide by it."),
    Mistake("divided by the root of std", lambda gamma, std: gamma / np.sqrt(std),
            "You took the root of std. std has its root behind it: divide by std itself."),
    Mistake("std / gamma in front", lambda gamma, std: std / gamma,
            "The fraction in front is upside down: gamma multiplies, std divides."),
    Mistake("sign of gamma lost", lambda gamma, std: np.abs(gamma) / std,
            "You lost the sign of gamma. A negative gamma mirrors the batch, and the gradient with it."),
    Mistake("gamma squared", lambda gamma, std: gamma ** 2 / std,
            "gamma multiplies twice: inside the bracket, and in front of it. Once is enough."),
    Mistake("sign of dx", lambda gamma, std: -gamma / std,
            "Every sign of dx is turned. That is the direction of a training step; the gradient points uphill."),
)
DIRECTS = (
    Mistake("direct road forgotten", lambda dy, gamma, std: 0 * dy,
            "You have the roads through the mean and the variance. The direct one, dy itself, is missing."),
    Mistake("1/m in front, m forgotten inside", lambda dy, gamma, std: dy / len(dy),
            "With 1/m in front of the bracket and sums inside it, dy has to be multiplied by m."),
    Mistake("direct road not divided by std", lambda dy, gamma, std: dy * std,
            "dy is not divided by std, the two other parts are. All three roads lead through the division."),
    Mistake("direct road divided by the variance", lambda dy, gamma, std: dy / std,
            "dy is divided by std twice, the two other parts once."),
    Mistake("gamma forgotten on the direct road", lambda dy, gamma, std: dy / gamma,
            "gamma is missing at dy. All three roads lead through gamma."),
)
BY_MEANS = (
    Mistake("mean detached", lambda dy, gamma, std: 0.0,
            "The road through the mean is missing: take the average of dy away."),
    Mistake("sum of dy instead of its mean", lambda dy, gamma, std: dy.sum(),
            "You took the sum of dy away whole. Each example answers for one m-th of it: divide by m."),
    Mistake("mean of dy added", lambda dy, gamma, std: -dy.mean(),
            "You added the mean of dy. The batch mean follows the nudge and works against it: take it away."),
    Mistake("dmean not divided by std", lambda dy, gamma, std: dy.mean() * std,
            "The part through the mean is not divided by std, the two others are."),
    Mistake("dmean divided by the variance", lambda dy, gamma, std: dy.mean() / std,
            "The part through the mean is divided by std twice, the two others once."),
    Mistake("gamma forgotten in dmean", lambda dy, gamma, std: dy.mean() / gamma,
            "gamma is missing in the part through the mean. All three roads lead through gamma."),
)
BY_X_HATS = (
    Mistake("variance detached", _x_hat_times(0),
            "The road through the variance is missing: take the part of dy along x_hat away."),
    Mistake("part along x_hat not divided by m", _x_hat_times(lambda m, gamma, std: m),
            "In the part along x_hat you summed dy times x_hat. It is an average: divide by m."),
    Mistake("part along x_hat added", _x_hat_times(-1),
            "You added the part along x_hat. The variance follows the nudge and works against it: take it away."),
    Mistake("third term without x_hat", lambda dy, x_hat, gamma, std: (dy * x_hat).mean(),
            "The average of dy times x_hat is one number for all. Multiply it by each example's own x_hat."),
    Mistake("third term without dy", lambda dy, x_hat, gamma, std: x_hat,
            "You took x_hat away whole. First find how much of it is in dy: the average of dy times x_hat."),
    Mistake("third term with the mean of dy alone", lambda dy, x_hat, gamma, std: x_hat * dy.mean(),
            "In the third term x_hat meets the average of dy. How much of x_hat is in dy says the average of dy times "
            "x_hat."),
    Mistake("third term not averaged", lambda dy, x_hat, gamma, std: x_hat * dy * x_hat,
            "In the third term dy times x_hat is not averaged. The average is one number for the batch."),
    Mistake("third term with dy", lambda dy, x_hat, gamma, std: dy * (dy * x_hat).mean(),
            "The average of dy times x_hat is multiplied by dy. It belongs to x_hat: how much of x_hat is in dy."),
    Mistake("divided by the squares of x_hat", lambda dy, x_hat, gamma, std: (
        x_hat * (dy @ x_hat) / (x_hat @ x_hat or 1)),
            "You divided by the sum of the squares of x_hat. With eps that is less than m: divide by m."),
    Mistake("x_hat inside its own mean", lambda dy, x_hat, gamma, std: (x_hat * dy * x_hat).mean(),
            "x_hat stands inside the mean twice. The average of dy times x_hat is taken first; then it is multiplied "
            "by each x_hat."),
    Mistake("** -3 / 2", lambda dy, x_hat, gamma, std: _by_x_hat(dy, x_hat, gamma, std) * std ** -3 / 2,
            "** comes before /, so ** -3 / 2 is half of a power of −3. Bracket it: ** (-3 / 2), or ** -1.5."),
    Mistake("part along x_hat divided by m − 1", _x_hat_times(lambda m, gamma, std: m / (m - 1)),
            "In the part along x_hat you divided by m − 1. It is an average: divide by m."),
    Mistake("part along x_hat halved", _x_hat_times(1 / 2),
            "The part along x_hat is half of what it should be. The slope of a square has a factor 2. Is it there?"),
    Mistake("part along x_hat doubled", _x_hat_times(2),
            "The part along x_hat is twice what it should be. The slope of a root has a factor 1/2. Is it there?"),
    Mistake("−1/2 forgotten", _x_hat_times(-2),
            "The part along x_hat has the wrong sign, and twice its size. The slope of 1/√v has a factor −1/2. Is it "
            "there?"),
    Mistake("gamma once more in the part along x_hat", _x_hat_times(lambda m, gamma, std: gamma),
            "In the part along x_hat gamma stands twice: in front of the bracket, and at x_hat. Once is enough."),
    Mistake("gamma forgotten in dvar", _x_hat_times(lambda m, gamma, std: 1 / gamma),
            "gamma is missing in the part along x_hat. All three roads lead through gamma."),
    *(Mistake(f"part along x_hat times std ** {power}", _x_hat_times(lambda m, gamma, std, power=power: std ** power),
              f"The part along x_hat is std ** {power} times what it should be. What is the slope of 1/std, as the "
              "variance moves? And is x_hat taken for x − mean somewhere?") for power in (1, 1.5, 2, -1, -2, -3)),
)
DX_STEPS = {"by_mean": BY_MEANS, "by_x_hat": BY_X_HATS, "front": FRONTS, "direct": DIRECTS}


def _twice(name, by_mean, by_x_hat, says):
    """The same slip in both parts that are taken away: what their right values are multiplied by, from m and gamma."""
    return Mistake(name, {"by_mean": lambda dy, gamma, std: by_mean(len(dy), gamma, std) * dy.mean(),
                          "by_x_hat": _x_hat_times(by_x_hat)}, says)


def _same_twice(name, factor, says):
    return _twice(name, factor, factor, says)


BY_FOUR = _same_twice("divided by 4 whatever m is", lambda m, gamma, std: m / 4,
                      "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it "
                      "holds. Does an m in it come from a cell above?")
ROADS = (
    _same_twice("statistics detached", lambda m, gamma, std: 0,
                "You treated the mean and the variance as constants. They are made of this batch: when one x moves, "
                "both move, and so does every output. Two terms are missing."),
    _same_twice("sums instead of means", lambda m, gamma, std: m,
                "You took the two sums away whole. Each example answers for one m-th of them: divide both by m."),
    _same_twice("divided by m − 1", lambda m, gamma, std: m / (m - 1),
                "You divided both sums by m − 1. Each example answers for one m-th of them."),
    _same_twice("sums added", lambda m, gamma, std: -m,
                "You added the two sums whole. Divide both by m, and take them away."),
    Mistake("sums not finished", {"by_mean": lambda dy, gamma, std: dy.cumsum() / len(dy),
                                  "by_x_hat": lambda dy, x_hat, gamma, std: x_hat * (dy * x_hat).cumsum() / len(dy)},
            "The sums are used while they are still being added up. Two loops: the sums first, then dx."),
    BY_FOUR,
    _same_twice("parts added instead of taken away", lambda m, gamma, std: -1,
                "You added the two parts. The statistics follow the nudge and work against it: both are taken away."),
    _same_twice("gamma on the direct road only", lambda m, gamma, std: 1 / gamma,
                "gamma multiplies dy and not the two parts that you take away. All three roads lead through gamma."),
    _same_twice("gamma / std on dy only", lambda m, gamma, std: std / gamma,
                "gamma / std multiplies dy alone. It belongs in front of all three: put them in brackets."),
    Mistake("stopped at dx_hat", {"front": lambda gamma, std: gamma, "by_mean": lambda dy, gamma, std: 0.0,
                                  "by_x_hat": _x_hat_times(0)},
            "You went back through gamma and stopped: that is the gradient of x_hat. In the forward pass the mean was "
            "subtracted and std divided: three roads lead back to x."),
    Mistake("returned dy", {"front": lambda gamma, std: 1.0, "by_mean": lambda dy, gamma, std: 0.0,
                            "by_x_hat": _x_hat_times(0)}, "Your dx is dy as it was given."),
)

input_gradient = Exercise(
    name="input_gradient", call="(dy, x_hat, gamma, std)", answer=_input_gradient,
    made=_dx_of, steps={"": ROADS, **DX_STEPS},
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


def _back_of(root=the_root, root_in_front=None, x_hat=the_x_hat, dgamma=_dgamma, dgamma_of_x=None, dbeta=_dbeta,
             with_these=False, front=_front, direct=_direct, by_mean=_by_mean, by_x_hat=_by_x_hat, **statistics):
    """The backward pass, made of its steps; with_these: dx is made with this dgamma and dbeta."""
    def made(dy, x, gamma, eps):
        var, mean = measuring(**statistics)(x)
        std = root(var, eps)
        h = x_hat(x, mean, std, var, eps)
        results = dgamma_of_x(dy, x, mean) if dgamma_of_x else dgamma(dy, h), dbeta(dy, h)
        if root_in_front:
            std = root_in_front(var, eps)
        taken = (results[1] / len(x) + h * results[0] / len(x) if with_these else
                 by_mean(dy, gamma, std) + by_x_hat(dy, h, gamma, std))
        return front(gamma, std) * (direct(dy, gamma, std) - taken), *results
    return made


def _mean_left_in(dy, x, gamma, eps):
    dx, *others = backward_pass(dy, x, gamma, eps)
    dvar = (gamma * dy * (x - x.mean())).sum() * -0.5 * (x.var() + eps) ** -1.5
    return dx + dvar * 2 * x.mean() / len(x), *others


def _times_gamma(args, in_dgamma, in_dbeta):
    """The right results, with gamma once too often in one of them or in both."""
    dx, dgamma, dbeta = backward_pass(*args)
    gamma = args[2]
    return dx, dgamma * gamma ** in_dgamma, dbeta * gamma ** in_dbeta


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


OF_X = (
    Mistake("dgamma with x", lambda dy, x, mean: (dy * x).sum(),
            "For dgamma you multiplied dy by x. gamma multiplies x_hat, so that is what dy meets."),
    Mistake("dgamma with the centred x", lambda dy, x, mean: (dy * (x - mean)).sum(),
            "For dgamma you multiplied dy by x − mean. gamma multiplies x_hat: divide by std first."),
)
TWO_PLACES = (
    Mistake("eps forgotten in dx", {"root_in_front": lambda var, eps: np.sqrt(var)},
            "In front of dx, your std has no eps: take the root that divided x_hat."),
    Mistake("eps forgotten in x_hat", {"root": lambda var, eps: np.sqrt(var), "root_in_front": the_root},
            "In front of dx, std is right. Your x_hat was divided by another one, without eps."),
    Mistake("x in the place of x_hat", {"x_hat": lambda x, mean, std, var, eps: x},
            "You used x where the formulas have x_hat. Normalize the batch first."),
    Mistake("centred x in the place of x_hat", {"x_hat": lambda x, mean, std, var, eps: x - mean},
            "You used x − mean where the formulas have x_hat. Divide it by std first."),
    Mistake("divided by 4 everywhere", {"count": lambda x, m: 4, "divisor": lambda x, m: 4, **BY_FOUR.wrong},
            "You divided by 4 throughout. That is right for a batch of four; let the batch tell how many it holds. "
            "Does an m in it come from a cell above?"),
)
BACKWARD = tuple(_in_order(order) for order in permutations(RESULTS) if order[0] != "dx") + (
    Mistake("mean not subtracted in dx", _mean_left_in,
            "In the road through the variance your dx has x where x − mean belongs."),
    Mistake("gamma in dgamma and dbeta", lambda *args: _times_gamma(args, 1, 1),
            "For dgamma and dbeta you summed dx_hat, and gamma is in it already: sum dy itself."),
    Mistake("gamma in dgamma", lambda *args: _times_gamma(args, 1, 0),
            "Your dgamma has gamma in it: gamma came with dx_hat. Take dy itself."),
    Mistake("gamma in dbeta", lambda *args: _times_gamma(args, 0, 1),
            "Your dbeta has gamma in it: gamma came with dx_hat. Take dy itself."),
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
WITH_THESE = tuple(
    Mistake(f"{mistake.name}, and in dx", mistake.in_step(step).wrong | {"with_these": True},
            f"{mistake.says} dx was made from it, and is off as well.")
    for step, catalogue in (("", PARAMETERS), ("dgamma", DGAMMAS), ("dgamma_of_x", OF_X), ("dbeta", DBETAS))
    for mistake in catalogue)

batch_norm_backward = Exercise(
    name="batch_norm_backward", call="(dy, x, gamma, eps)", answer=backward_pass,
    mistakes=BACKWARD, made=_back_of, parts=RESULTS,
    steps={"": TWO_PLACES + ROADS + PARAMETERS + WITH_THESE + NORMALIZING[:3], "root": ROOTS, **DX_STEPS,
           "dgamma": DGAMMAS, "dgamma_of_x": OF_X, "dbeta": DBETAS, "x_hat": X_HATS, **STATISTICS},
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
