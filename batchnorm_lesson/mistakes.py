"""The catalogue of mistakes: for each exercise, named wrong functions and the sentence that leads the learner on.

It is data. A check recognises a mistake by its results: the learner's function gives what the wrong function gives,
on every batch of the exercise. The tests walk through the same entries. GENERAL holds the mistakes that are seen
without a wrong function, by what the answer does. Some functions here belong to exercises of their own: the forum
code of lesson 03, the undo of lesson 04, and the backward pass of lesson 07, in two halves and whole.
"""
from itertools import permutations
from typing import Callable, NamedTuple

import numpy as np

from .batchnorm import batch_norm_backward, batch_norm_forward


class Mistake(NamedTuple):
    """One entry: its name, a function that makes the mistake, and what to tell who makes it."""

    name: str
    wrong: Callable
    says: str


GENERAL = {
    "called the function": "You gave the check {got}, not a function. Give it the function itself: its name, "
                           "without parentheses behind it.",
    "wrong arguments": "Your function takes {got}. The check calls it with {call}, in this order.",
    "no return": "Your function returned None. It does its work, but the line that returns the result is missing, "
                 "or is not reached for every batch.",
    "changed its input": "Your function changed the array that it was given. The caller still needs that batch: make "
                         "a new array. An assignment such as x -= 1 or x[i] = 0, or x.sort(), writes into the old one.",
    "raised an error": "{got}",
    "not numbers": "Your function returned {got}. Return plain numbers: one number, an array or a list.",
    "parentheses forgotten": "Your function returned {got}. Parentheses are missing: x.mean() computes the mean, "
                             "x.mean is only the method.",
    "one value instead of all": "Your {got} is one value, and it should have shape {call}: each value needs its own. "
                                "Is the return inside the loop, or was only the last value kept?",
    "as many values as given": "Your {got} has as many values as your function was given. It should be one number: is "
                               "the sum or the average over them missing?",
    "wrong number of results": "Your function returned {got}. Return {call}, in this order, with commas between them.",
    "wrong shape": "Your {got}, and it should have shape {call}. Look at where an axis was added, kept or lost.",
    "integer result": "Your answer is right for a batch of decimals and wrong for a batch of whole numbers: there the "
                      "decimals were cut off. An array made like an integer array is an integer array.",
    "hard-coded for the example": "Your answer fits the batch in the statement and no other. Compute it from what "
                                  "your function is given. Does a name in it come from a cell above?",
}

FLOAT32_SQUARES = ("E[x²] − E[x]² in float32", "The mean of the squares minus the square of the mean is fine on paper. "
                   "In float32, near 10,000, both are about 100,000,000 and have no decimals left: their difference is "
                   "nonsense. Subtract the mean first, then square.")

MEAN = (
    Mistake("sum instead of mean", lambda x: x.sum(),
            "You added the values up. The mean is that sum, shared equally among the m examples."),
    Mistake("divided by m − 1", lambda x: x.sum() / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("divided by 4 whatever m is", lambda x: x.sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("averaged each example instead of the batch", lambda x: x[:, None].mean(axis=1),
            "You got one number per example: each example's own average. Average over the batch, across the examples."),
    Mistake("median instead of mean", lambda x: np.median(x),
            "You took the middle value. For 3, 9, 11, 17 it happens to be the mean too; in other batches it is not."),
    Mistake("midpoint instead of mean", lambda x: (x.min() + x.max()) / 2,
            "You took the point halfway between the smallest and the largest value. All the values have a say."),
    Mistake("mean of absolute values", lambda x: np.abs(x).mean(),
            "You lost the signs. Values below zero pull the mean down."),
    Mistake("return inside the loop", lambda x: x[0] / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: x[-1] / len(x),
            "You kept only the last value, divided by m. Add up with +=."),
    Mistake("integer division", lambda x: x.sum() // len(x),
            "You divided with //, which drops the decimals. A mean of whole numbers is seldom whole."),
    Mistake("cut to a whole number", lambda x: int(x.mean()),
            "You cut the mean to a whole number. Keep the decimals."),
)

MEAN_TABLE = (
    Mistake("sum instead of mean", lambda x: x.sum(axis=0),
            "You added up each column. The mean is that sum, shared equally among the m examples."),
    Mistake("wrong axis", lambda x: x.mean(axis=1),
            "You averaged over the features of one example: one number per row. A batch mean belongs to one feature "
            "and averages over the examples: one number per column."),
    Mistake("one mean for the whole table", lambda x: x.mean(),
            "You averaged all the numbers of the table into one. Features measure different things: each has its own "
            "mean."),
    Mistake("divided by the number of features", lambda x: x.sum(axis=0) / x.shape[1],
            "You divided the column sums by C, the number of features. How many values did you add up in a column?"),
    Mistake("divided by m·C", lambda x: x.sum(axis=0) / x.size,
            "You divided by m·C, the size of the whole table. A column holds m values."),
    Mistake("divided by m − 1", lambda x: x.sum(axis=0) / (len(x) - 1),
            "You divided by m − 1. That belongs to an estimate of the variance; a mean divides by m."),
    Mistake("return inside the loop", lambda x: x[0] / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: x[-1] / len(x),
            "You kept only the last row, divided by m. Add up with +=."),
    Mistake("kept the axis", lambda x: x.mean(axis=0, keepdims=True),
            "The numbers are right; the shape is (1, C), a table with one row. Return one plain row, shape (C,)."),
    Mistake("only the first feature", lambda x: x[:, 0].mean(),
            "You averaged the first column only. Every feature gets a mean."),
    Mistake("median instead of mean", lambda x: np.median(x, axis=0),
            "You took the middle value of each column, and that is the median."),
    Mistake("integer division", lambda x: x.sum(axis=0) // len(x),
            "You divided with //, which drops the decimals. A mean of whole numbers is seldom whole."),
)

VARIANCE = (
    Mistake("1/(m − 1)", lambda x: x.var(ddof=1),
            "You divided by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). Inside the "
            "batch it is 1/m."),
    Mistake("standard deviation", lambda x: x.std(),
            "You took the root: that is sigma, the standard deviation. The variance is its square."),
    Mistake("standard deviation with 1/(m − 1)", lambda x: x.std(ddof=1),
            "Two things at once: you took the root, which gives the standard deviation, and you divided by m − 1 "
            "where the batch asks for m."),
    Mistake("absolute deviations", lambda x: np.abs(x - x.mean()).mean(),
            "You averaged the absolute deviations. The variance averages their squares."),
    Mistake("mean not subtracted", lambda x: (x ** 2).mean(),
            "You averaged the squares of the values themselves. Subtract the mean first: spread is measured from it."),
    Mistake("deviations not squared", lambda x: (x - x.mean()).mean(),
            "You averaged the signed deviations, and they always cancel. Square each one first, with ** 2. "
            "(* 2 only doubles.)"),
    Mistake("sum instead of mean", lambda x: ((x - x.mean()) ** 2).sum(),
            "You added up the squared deviations. The variance is their average."),
    Mistake("squared the mean deviation", lambda x: np.abs(x - x.mean()).mean() ** 2,
            "You averaged first and squared afterwards. Square each deviation, then average."),
    Mistake("squared deviations not averaged", lambda x: (x - x.mean()) ** 2,
            "You got one squared deviation per example. The variance is one number: their average."),
    Mistake("divided by 4 whatever m is", lambda x: ((x - x.mean()) ** 2).sum() / 4,
            "You divided by 4. That is right for a batch of four; let the batch tell how many examples it holds."),
    Mistake("only the mean was squared", lambda x: (x - x.mean() ** 2).mean(),
            "Only the mean was squared: ** comes before −. The whole difference is to be squared, so bracket it."),
    Mistake("return inside the loop", lambda x: (x[0] - x.mean()) ** 2 / len(x),
            "Your function returned in the first round of the loop. Move the return out, under the for."),
    Mistake("kept only the last", lambda x: (x[-1] - x.mean()) ** 2 / len(x),
            "You kept only the last square. Add up with +=."),
    Mistake("deviations from the median", lambda x: ((x - np.median(x)) ** 2).mean(),
            "You measured the deviations from the middle value. They are measured from the mean."),
    Mistake("integer division", lambda x: ((x - x.mean()) ** 2).sum() // len(x),
            "You divided with //, which drops the decimals. A variance is seldom whole."),
    Mistake(FLOAT32_SQUARES[0], lambda x: (x ** 2).mean() - x.mean() ** 2, FLOAT32_SQUARES[1]),
)

NORMALIZE = (
    Mistake("divided by the variance", lambda x, mean, var, eps: (x - mean) / (var + eps),
            "You divided by the variance, which is in squared units. Divide by its root, the standard deviation."),
    Mistake("divided by the variance, without eps", lambda x, mean, var, eps: (x - mean) / var,
            "You divided by the variance, which is in squared units. Add eps to it, then divide by the root of that."),
    Mistake("eps outside the root", lambda x, mean, var, eps: (x - mean) / (np.sqrt(var) + eps),
            "You added eps to the standard deviation, after the root. It is added to the variance, inside the root."),
    Mistake("eps forgotten", lambda x, mean, var, eps: (x - mean) / np.sqrt(var),
            "You left eps out. When all the values are equal the variance is 0, and this is 0/0."),
    Mistake("eps added after the division", lambda x, mean, var, eps: (x - mean) / np.sqrt(var) + eps,
            "You added eps to the result, after the division. It shifts every value and protects from nothing: "
            "a division by 0 has happened by then. eps belongs to the variance."),
    Mistake("eps added twice", lambda x, mean, var, eps: (x - mean) / (np.sqrt(var + eps) + eps),
            "You added eps inside the root and once more outside. Inside is enough."),
    Mistake("eps squared", lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps ** 2),
            "You squared eps. It is added to the variance as it is."),
    Mistake("eps subtracted", lambda x, mean, var, eps: (x - mean) / np.sqrt(var - eps),
            "You subtracted eps. A small variance would then turn negative inside the root: add it."),
    Mistake("eps fixed at 1e-5", lambda x, mean, var, eps: (x - mean) / np.sqrt(var + 1e-5),
            "You used 1e-5, a common default, in place of the eps that your function is given."),
    Mistake("mean and var swapped", lambda x, mean, var, eps: (x - var) / np.sqrt(mean + eps),
            "You swapped the mean and the variance. The function is given (x, mean, var, eps), in this order."),
    Mistake("mean not subtracted", lambda x, mean, var, eps: x / np.sqrt(var + eps),
            "You divided without subtracting the mean. The batch is squeezed, but it is not centred at 0."),
    Mistake("only centred", lambda x, mean, var, eps: x - mean,
            "You subtracted the mean and stopped. The batch is centred; its spread is still what it was."),
    Mistake("only the mean was divided", lambda x, mean, var, eps: x - mean / np.sqrt(var + eps),
            "Only the mean was divided: / comes before −. The whole difference is to be divided, so bracket it."),
    Mistake("subtracted the wrong way round", lambda x, mean, var, eps: (mean - x) / np.sqrt(var + eps),
            "The signs are mirrored: you subtracted x from the mean. Values above the mean must come out positive."),
    Mistake("multiplied instead of divided", lambda x, mean, var, eps: (x - mean) * np.sqrt(var + eps),
            "You multiplied by the standard deviation, so a wide batch got wider. Divide by it."),
    Mistake("normalized each example", lambda x, mean, var, eps: (x - x[:, None].mean(axis=1)) / np.sqrt(var + eps),
            "Everything became 0: each example was normalized by itself, and its deviation from itself is 0. "
            "The mean is the batch's."),
    Mistake("statistics computed again", lambda x, mean, var, eps: (x - x.mean()) / np.sqrt(x.var() + eps),
            "You computed the mean and the variance again inside. Use the two that you are given: a trained network "
            "hands in others, from earlier batches."),
)

SCALE_AND_SHIFT = (
    Mistake("gamma and beta swapped", lambda x_hat, gamma, beta: beta * x_hat + gamma,
            "You swapped the two: gamma multiplies, beta is added."),
    Mistake("shift before scale", lambda x_hat, gamma, beta: gamma * (x_hat + beta),
            "You shifted first, so the shift was stretched too. Scale first: then beta is exactly the mean you get."),
    Mistake("beta forgotten", lambda x_hat, gamma, beta: gamma * x_hat,
            "You scaled and did not shift: beta is missing."),
    Mistake("gamma forgotten", lambda x_hat, gamma, beta: x_hat + beta,
            "You shifted and did not scale: gamma is missing."),
    Mistake("beta subtracted", lambda x_hat, gamma, beta: gamma * x_hat - beta,
            "You subtracted beta. It is added: beta is where the mean goes."),
    Mistake("divided by gamma", lambda x_hat, gamma, beta: x_hat / gamma + beta,
            "You divided by gamma. It stretches the batch, so it multiplies."),
    Mistake("sign of gamma lost", lambda x_hat, gamma, beta: np.abs(gamma) * x_hat + beta,
            "You lost the sign of gamma. A negative gamma is allowed: it mirrors the batch."),
    Mistake("gamma squared", lambda x_hat, gamma, beta: gamma ** 2 * x_hat + beta,
            "You multiplied by gamma squared. The variance becomes gamma squared; the values are multiplied by gamma."),
    Mistake("the batch's own statistics", lambda x_hat, gamma, beta: x_hat.std() * x_hat + x_hat.mean(),
            "You scaled and shifted by the batch's own statistics. gamma and beta are learned and handed in."),
    Mistake("normalized again", lambda x_hat, gamma, beta: gamma * (x_hat - x_hat.mean()) / x_hat.std() + beta,
            "You normalized the values once more. This step scales and shifts what it is given, and nothing else."),
)


# The mistakes of normalizing that can also be made inside the whole of batch norm, where gamma may turn the signs.
INSIDE = tuple(mistake._replace(says="Your outputs are mirrored around beta: a minus sign is wrong, in x_hat or before "
                                     "gamma.") if mistake.name == "subtracted the wrong way round" else mistake
               for mistake in NORMALIZE if mistake.name != "statistics computed again")
IN_THE_VARIANCE = ("standard deviation", "absolute deviations", "mean not subtracted", "deviations not squared",
                   "sum instead of mean", "squared the mean deviation", "squared deviations not averaged",
                   "only the mean was squared", "return inside the loop", "kept only the last",
                   "deviations from the median")


def _through(mistake):
    """A mistake in normalizing, made inside the whole of batch norm."""
    return mistake._replace(
        wrong=lambda x, gamma, beta, eps: gamma * mistake.wrong(x, x.mean(), x.var(), eps) + beta)


def _through_the_variance(mistake):
    """A mistake in the variance, made inside the whole of batch norm."""
    return Mistake(f"variance: {mistake.name}",
                   lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(mistake.wrong(x) + eps) + beta,
                   f"The mistake is in your variance. {mistake.says}")


BATCH_NORM = tuple(map(_through, INSIDE)) + tuple(
    _through_the_variance(mistake) for mistake in VARIANCE if mistake.name in IN_THE_VARIANCE) + (
    Mistake("1/(m − 1)", lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps) + beta,
            "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/m."),
    Mistake("gamma and beta swapped", lambda x, gamma, beta, eps: beta * _x_hat(x, eps) + gamma,
            "You swapped the two: gamma multiplies, beta is added."),
    Mistake("shift before scale", lambda x, gamma, beta, eps: gamma * (_x_hat(x, eps) + beta),
            "You shifted first, so the shift was stretched too. Scale first: then beta is exactly the mean you get."),
    Mistake("beta forgotten", lambda x, gamma, beta, eps: gamma * _x_hat(x, eps),
            "The batch is normalized and scaled, and not shifted: beta is missing."),
    Mistake("gamma forgotten", lambda x, gamma, beta, eps: _x_hat(x, eps) + beta,
            "The batch is normalized and shifted, and not scaled: gamma is missing."),
    Mistake("gamma and beta forgotten", lambda x, gamma, beta, eps: _x_hat(x, eps),
            "You stopped after normalizing. The fourth step, scale and shift, is missing."),
    Mistake("gamma on x instead of x_hat", lambda x, gamma, beta, eps: gamma * x + beta,
            "You scaled and shifted x itself. The normalized values are what gamma and beta work on."),
    Mistake("the batch's own statistics",
            lambda x, gamma, beta, eps: np.sqrt(x.var() + eps) * _x_hat(x, eps) + x.mean(),
            "Your result is the batch itself: you set gamma and beta from the batch's own statistics. They are "
            "learned and handed in: use them."),
    Mistake("divided by 4 whatever m is",
            lambda x, gamma, beta, eps: gamma * (x - x.sum() / 4)
            / np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps) + beta,
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds."),
)

UNDO = (
    Mistake("eps forgotten", lambda x, eps: (x.std(), x.mean()),
            "gamma is sigma, almost. The batch was divided by a root that has eps in it: undo that same root."),
    Mistake("variance instead of its root", lambda x, eps: (x.var() + eps, x.mean()),
            "gamma is squared: you kept the variance. The batch was divided by a root, so multiply by that root."),
    Mistake("variance instead of its root, without eps", lambda x, eps: (x.var(), x.mean()),
            "gamma is the variance. The batch was divided by a root, with eps in it: multiply by that root."),
    Mistake("eps outside the root", lambda x, eps: (x.std() + eps, x.mean()),
            "You added eps after the root. It went in before the root when the batch was normalized."),
    Mistake("1/(m − 1)", lambda x, eps: (np.sqrt(x.var(ddof=1) + eps), x.mean()),
            "Your variance divides by m − 1. The batch was normalized with 1/m: undo it with the same."),
    Mistake("gamma and beta swapped", lambda x, eps: (x.mean(), np.sqrt(x.var() + eps)),
            "You have the two numbers, in the wrong order: return gamma first, then beta."),
    Mistake("left at 1 and 0", lambda x, eps: (1.0, 0.0),
            "gamma = 1 and beta = 0 leave the normalized batch as it is. That is where a network starts."),
    Mistake("gamma inverted", lambda x, eps: (1 / np.sqrt(x.var() + eps), x.mean()),
            "You divided where you should multiply: this gamma squeezes the batch a second time."),
    Mistake("mean with the wrong sign", lambda x, eps: (np.sqrt(x.var() + eps), -x.mean()),
            "beta has the wrong sign. Normalizing subtracted the mean, so undoing it adds the mean."),
    Mistake("normalized a second time", lambda x, eps: (1 / np.sqrt(x.var() + eps), -x.mean() / np.sqrt(x.var() + eps)),
            "These two numbers normalize a batch. You need the two that turn the normalized batch back into x."),
    Mistake("beta forgotten", lambda x, eps: (np.sqrt(x.var() + eps), 0.0),
            "gamma is right. With beta = 0 the batch is as wide as it was, and still centred at 0."),
    Mistake("gamma left at 1", lambda x, eps: (1.0, x.mean()),
            "beta is right. With gamma = 1 the batch is back in its place, and not as wide as it was."),
    Mistake("returned the batch", lambda x, eps: x + 0.0,
            "You returned the batch itself. Return the two numbers that bring it back: gamma, then beta."),
)


def undo_gamma_beta(x, eps):
    """gamma and beta that turn the normalized batch ``(m,)`` back into x: two numbers in the unit of x."""
    gamma = np.sqrt(np.var(x) + eps)
    beta = np.mean(x)
    return gamma, beta


def forum_normalize(x, eps):
    mean = x.mean()
    var = x.var(ddof=1)
    return (x - mean) / np.sqrt(var) + eps


def repaired_normalize(x, eps):
    mean = x.mean()
    var = x.var()
    return (x - mean) / np.sqrt(var + eps)


DETECTIVE = (
    Mistake("nothing repaired", forum_normalize,
            "These are still the forum's numbers. Two things differ from the formula of lesson 3: lay the two side by "
            "side."),
    Mistake("only eps repaired", lambda x, eps: (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps),
            "eps is where it belongs. One bug is left: look at what the variance divides by."),
    Mistake("only the variance repaired", lambda x, eps: _x_hat(x, 0) + eps,
            "The variance is right now. One bug is left: eps is still added to the result."),
    Mistake("eps still outside the root", lambda x, eps: (x - x.mean()) / (x.std() + eps),
            "The variance is right, and eps has moved into the divisor. It has one more step to go: into the root."),
    Mistake("eps moved, outside the root, and 1/(m − 1)", lambda x, eps: (x - x.mean()) / (x.std(ddof=1) + eps),
            "eps has moved into the divisor, and it is still outside the root. The variance still divides by m − 1."),
    Mistake("eps in two places", lambda x, eps: _x_hat(x, eps) + eps,
            "eps is inside the root now, and the old one is still added at the end. One is enough."),
    Mistake("eps removed", lambda x, eps: _x_hat(x, 0),
            "The variance is right. You took eps out altogether; put it where it protects the division."),
    Mistake("eps removed and 1/(m − 1)", lambda x, eps: (x - x.mean()) / x.std(ddof=1),
            "You took eps out altogether, and the variance divides by m − 1 as before."),
    Mistake("variance corrected twice", lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) - 1) / len(x) + eps),
            "You corrected the variance twice: it is smaller now than 1/m makes it."),
    Mistake("variance turned the wrong way",
            lambda x, eps: (x - x.mean()) / np.sqrt(x.var() * (len(x) + 1) / len(x) + eps),
            "You multiplied the 1/m variance by (m + 1)/m. It needs no correction at all."),
    Mistake("divided by the variance", lambda x, eps: (x - x.mean()) / (x.var() + eps),
            "The root got lost on the way: you divide by the variance."),
    Mistake("divided by the variance, without eps", lambda x, eps: (x - x.mean()) / x.var(),
            "Root and eps both got lost on the way: you divide by the variance."),
)


def _x_hat(x, eps):
    """The normalized batch, which the wrong functions above start from."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)


def input_gradient(dy, x_hat, gamma, std):
    """dx ``(m,)``, from the upstream gradient dy ``(m,)`` and what the forward pass has kept of one feature."""
    mean_part = dy.mean()
    x_hat_part = x_hat * (dy * x_hat).mean()
    return gamma / std * (dy - mean_part - x_hat_part)


def parameter_gradients(dy, x_hat):
    """dgamma and dbeta, two numbers, from the upstream gradient dy ``(m,)`` and x_hat ``(m,)`` of one feature."""
    dgamma = (dy * x_hat).sum()
    dbeta = dy.sum()
    return dgamma, dbeta


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
            "gamma is missing. It multiplied on the way forward, so it multiplies on the way back."),
    Mistake("not divided by std",
            lambda dy, x_hat, gamma, std: gamma * (dy - dy.mean() - x_hat * (dy * x_hat).mean()),
            "You stopped at the centred values. They were divided by std on the way forward: divide here too."),
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
            "Your averages divide by 4. That is right for a batch of four; let the batch tell how many it holds. Does an "
            "m in it come from a cell above?"),
    Mistake("stopped at dx_hat", lambda dy, x_hat, gamma, std: gamma * dy,
            "You went back through gamma and stopped: that is the gradient of x_hat. On the way there the mean was "
            "subtracted and std divided: three roads lead on to x."),
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


def backward_pass(dy, x, gamma, eps):
    """dx, dgamma and dbeta, from the upstream gradient dy and the batch x itself, which have one shape."""
    _, cache = batch_norm_forward(x, gamma, 0.0, eps)  # beta moves y, and none of the gradients
    return batch_norm_backward(dy, cache)


def _back_with(std, mean=np.mean, dx=input_gradient):
    """A wrong function: the backward pass of a batch that was normalized with another std or mean."""
    def wrong(dy, x, gamma, eps):
        x_hat = (x - mean(x)) / std(x, eps)
        return dx(dy, x_hat, gamma, std(x, eps)), *parameter_gradients(dy, x_hat)
    return wrong


def _wrong_dx(mistake):
    """A mistake in dx, made in the whole backward pass."""
    def wrong(dy, x, gamma, eps):
        _, dgamma, dbeta = backward_pass(dy, x, gamma, eps)
        return mistake.wrong(dy, _x_hat(x, eps), gamma, np.sqrt(x.var() + eps)), dgamma, dbeta
    return mistake._replace(wrong=wrong, says=f"dgamma and dbeta are right, dx is not. {mistake.says}")


def _wrong_parameters(mistake):
    """A mistake in dgamma or dbeta, made in the whole backward pass: with the right dx, and with one made from them."""
    def apart(dy, x, gamma, eps):
        dx, _, _ = backward_pass(dy, x, gamma, eps)
        return dx, *mistake.wrong(dy, _x_hat(x, eps), x)

    def carried(dy, x, gamma, eps):
        m, x_hat = len(x), _x_hat(x, eps)
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
            "You left eps out of std. The way back goes through the same root as the way there, and eps is in it."),
    Mistake("eps forgotten in dx", lambda dy, x, gamma, eps: (
        input_gradient(dy, _x_hat(x, eps), gamma, x.std()), *parameter_gradients(dy, _x_hat(x, eps))),
            "dgamma and dbeta are right. In front of dx, your std has no eps: take the root that divided x_hat."),
    Mistake("eps forgotten in x_hat", lambda dy, x, gamma, eps: (
        input_gradient(dy, _x_hat(x, 0), gamma, np.sqrt(x.var() + eps)), *parameter_gradients(dy, _x_hat(x, 0))),
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
        input_gradient(dy, x, gamma, np.sqrt(x.var() + eps)), *parameter_gradients(dy, x)),
            "You used x where the formulas have x_hat. Normalize the batch first."),
    Mistake("centred x in the place of x_hat", lambda dy, x, gamma, eps: (
        input_gradient(dy, x - x.mean(), gamma, np.sqrt(x.var() + eps)), *parameter_gradients(dy, x - x.mean())),
            "You used x − mean where the formulas have x_hat. Divide it by std first."),
    Mistake("divided by 4 everywhere", _back_with(
        lambda x, eps: np.sqrt(((x - x.sum() / 4) ** 2).sum() / 4 + eps), lambda x: x.sum() / 4,
        lambda dy, x_hat, gamma, std: gamma / std * (dy - dy.sum() / 4 - x_hat * (dy * x_hat).sum() / 4)),
            "You divided by 4 throughout. That is right for a batch of four; let the batch tell how many it holds. "
            "Does an m in it come from a cell above?"),
    Mistake("gamma in dgamma and dbeta", lambda dy, x, gamma, eps: (
        backward_pass(dy, x, gamma, eps)[0], *parameter_gradients(gamma * dy, _x_hat(x, eps))),
            "dx is right. For the other two you summed dx_hat, and gamma is in it already: sum dy itself."),
    Mistake("gamma in dgamma", lambda dy, x, gamma, eps: (
        backward_pass(dy, x, gamma, eps)[0], gamma * (dy * _x_hat(x, eps)).sum(), dy.sum()),
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


def _along(values, x):
    """gamma or beta ``(C,)``, shaped so that it lines up with axis 1 of x."""
    return np.reshape(values, (-1,) + (1,) * (x.ndim - 2))


def _over(axes, normalized=lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps), ddof=0):
    """A wrong function: batch norm with the statistics over these axes, or with another way to normalize."""
    def wrong(x, gamma, beta, eps):
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, ddof=ddof, keepdims=True)
        return _along(gamma, x) * normalized(x, mean, var, eps) + _along(beta, x)
    return wrong


def _in_every_feature(axes):
    """The mistakes of one feature, made in every feature; axes are the right ones."""
    def x_hat(x, eps):
        return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)

    inside = [mistake for mistake in INSIDE if mistake.name != "normalized each example"]
    return tuple(mistake._replace(wrong=_over(axes, mistake.wrong)) for mistake in inside) + (
        Mistake("gamma and beta swapped",
                lambda x, gamma, beta, eps: _along(beta, x) * x_hat(x, eps) + _along(gamma, x),
                "You swapped the two: gamma multiplies, beta is added."),
        Mistake("shift before scale", lambda x, gamma, beta, eps: _along(gamma, x) * (x_hat(x, eps) + _along(beta, x)),
                "You shifted first, so the shift was stretched too. Scale first: then beta is exactly the mean you "
                "get."),
        Mistake("beta forgotten", lambda x, gamma, beta, eps: _along(gamma, x) * x_hat(x, eps),
                "Every feature is normalized and scaled, and not shifted: beta is missing."),
        Mistake("gamma forgotten", lambda x, gamma, beta, eps: x_hat(x, eps) + _along(beta, x),
                "Every feature is normalized and shifted, and not scaled: gamma is missing."),
        Mistake("gamma and beta forgotten", lambda x, gamma, beta, eps: x_hat(x, eps),
                "You stopped after normalizing. The fourth step, scale and shift, is missing."),
        Mistake("one gamma and beta for all features", lambda x, gamma, beta, eps: gamma[0] * x_hat(x, eps) + beta[0],
                "You used the first gamma and the first beta for everything. Each feature has a pair of its own."),
    )


BATCH_NORM_FEATURES = _in_every_feature(0) + (
    Mistake("wrong axis", _over(1),
            "You normalized each example by itself, over axis 1. A feature's statistics run over the batch: axis 0."),
    Mistake("one statistic for the whole table", _over((0, 1)),
            "You took one mean and one variance for the whole table. Features measure different things: each has "
            "its own."),
    Mistake("one variance for the whole table",
            lambda x, gamma, beta, eps: gamma * (x - x.mean(axis=0)) / np.sqrt(x.var() + eps) + beta,
            "The means are right, one for each feature. The variance is one number for the whole table: give it "
            "an axis, too."),
    Mistake("one mean for the whole table",
            lambda x, gamma, beta, eps: gamma * (x - x.mean()) / np.sqrt(x.var(axis=0) + eps) + beta,
            "The variances are right, one for each feature. The mean is one number for the whole table: give it "
            "an axis, too."),
    Mistake("1/(m − 1)", _over(0, ddof=1),
            "Your variance divides by m − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/m."),
    Mistake("divided by the number of features", lambda x, gamma, beta, eps: gamma * (x - x.sum(axis=0) / x.shape[1])
            / np.sqrt(((x - x.sum(axis=0) / x.shape[1]) ** 2).sum(axis=0) / x.shape[1] + eps) + beta,
            "You divided the column sums by C, the number of features. How many values did you add up in a column?"),
)

BATCH_NORM_CONV = _in_every_feature((0, 2, 3)) + (
    Mistake("per-pixel statistics", _over(0),
            "You took the statistics of every pixel by itself. The same filter made all pixels of a channel: "
            "average over the pixels, too."),
    Mistake("one statistic for the whole tensor", _over((0, 1, 2, 3)),
            "You took one mean and one variance for the whole tensor. Channels measure different things: each has "
            "its own."),
    Mistake("each map by itself", _over((2, 3)),
            "You normalized every map of every image by itself. That is called instance normalization. In batch norm "
            "the images of a batch share their statistics."),
    Mistake("each image by itself", _over((1, 2, 3)),
            "You normalized every image by itself. That is called layer normalization. In batch norm the images of a "
            "batch share their statistics, and the channels do not."),
    Mistake("channels taken to be last", _over((0, 1, 2)),
            "You kept the last axis. The channels are axis 1 here: (N, C, H, W). In Keras they come last."),
    Mistake("columns left out", _over((0, 2)),
            "You averaged over images and rows, and not over columns. A channel's statistics run over all three."),
    Mistake("rows left out", _over((0, 3)),
            "You averaged over images and columns, and not over rows. A channel's statistics run over all three."),
    Mistake("average of the maps' variances",
            _over((0, 2, 3), lambda x, mean, var, eps:
                  (x - mean) / np.sqrt(x.var(axis=(2, 3), keepdims=True).mean(axis=0) + eps)),
            "You averaged the variances of the single maps. They miss how far the maps lie from one another: "
            "measure all deviations from the channel's own mean."),
    Mistake("1/(N·H·W − 1)", _over((0, 2, 3), ddof=1),
            "Your variance divides by N·H·W − 1. That is the estimate PyTorch keeps for use after training (lesson 9). "
            "Inside the batch it is 1/(N·H·W)."),
)


def saturated_share(h):
    """The share of the values ``(m, units)`` of a tanh layer that are farther from zero than 0.97: a number, 0 to 1."""
    return np.mean(np.abs(h) > 0.97)


SATURATED = (
    Mistake("signs not removed", lambda h: np.mean(h > 0.97),
            "You counted the values near 1 only. Those near −1 are saturated too: look at their size, without the sign."),
    Mistake("only the negative end", lambda h: np.mean(h < -0.97),
            "You counted the values near −1 only. Those near 1 are saturated too."),
    Mistake("count instead of share", lambda h: np.sum(np.abs(h) > 0.97),
            "You counted the saturated values. A share is that count, divided by the number of all values."),
    Mistake("percent instead of share", lambda h: 100 * np.mean(np.abs(h) > 0.97),
            "You returned percent. A share lies between 0 and 1."),
    Mistake("the share that is not saturated", lambda h: np.mean(np.abs(h) < 0.97),
            "You have the share of the values that are not saturated. Turn the comparison round."),
    Mistake("one share per unit", lambda h: np.mean(np.abs(h) > 0.97, axis=0),
            "You got one number per unit. That is worth knowing; asked is one number for the whole layer."),
    Mistake("one share per image", lambda h: np.mean(np.abs(h) > 0.97, axis=1),
            "You got one number per image. Asked is one number for the whole layer."),
    Mistake("divided by the number of images", lambda h: np.sum(np.abs(h) > 0.97) / len(h),
            "You divided by m, the number of rows. The table holds m values for each unit: how many is that in all?"),
    Mistake("divided by the number of units", lambda h: np.sum(np.abs(h) > 0.97) / h.shape[1],
            "You divided by the number of columns. Each unit has m values: how many is that in all?"),
    Mistake("average size instead of a count", lambda h: np.mean(np.abs(h)),
            "You averaged the sizes. Decide for each value whether it is saturated, then count."),
    Mistake("average slope instead of a count", lambda h: np.mean(1 - h ** 2),
            "You averaged the slopes of tanh. Decide for each value whether it is saturated, then count."),
    Mistake("all or nothing", lambda h: float(np.all(np.abs(h) > 0.97)),
            "You asked whether all the values are saturated. How many of them are?"),
    Mistake("any at all", lambda h: float(np.any(np.abs(h) > 0.97)),
            "You asked whether there is a saturated value at all. How many of them are?"),
    Mistake("rounded first", lambda h: np.mean(np.abs(np.round(h)) == 1),
            "You rounded the values first. That turns 0.6 into 1, and 0.6 is not saturated."),
)
