"""The explorers of lesson 09: a digit beside others, threes among others, how running statistics follow, a fan."""
import copy
from functools import lru_cache, partial

import numpy as np

from .. import figures
from ..reference import BATCH_SIZES, EPS
from ..checks import movable
from ..network import Network, load_digits, standardize, train, training_and_test
from ..figures.style import number, symbol
from .base import Explorer, slider, stops

__all__ = ["mates", "crowd", "running", "fan"]

DRAWS = 20
STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 400)
MOMENTA = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.9, 0.99, 0.999)
OTHERS = (0, 5, 10, 15, 20, 31, 45, 62, 93, 125, 200, 266)
LAYER, UNIT = 2, 0  # the one that is watched, counted from 0


@movable
def mates(image=8, m=4, draw=1):
    """One digit of the test, beside m − 1 others that are drawn at random: what does the network read?"""
    return Explorer("Sliders for the image, the batch size and the draw of the others", figures.one_digit, _mates,
                    {"image": slider("image number", image, 1, 40, 1), "m": stops("m batch size", m, BATCH_SIZES[1:]),
                     "draw": slider("others draw", draw, 1, DRAWS, 1)})


def _mates(image, m, draw):
    image, draw = round(image) - 1, round(draw) - 1
    _, _, (images, labels) = _recorded()
    probabilities = _draws(image, m)
    read = probabilities.argmax(axis=1)
    beside = "1 other" if m == 2 else f"{m - 1} others"
    readout = (f"a {labels[image]}, beside {beside}: read as {symbol('y', read[draw])}, with the probability "
               f"{probabilities[draw].max():.2f}<br>with {DRAWS} draws of the others it is read right "
               f"{(read == labels[image]).sum()} times")
    return {"image": images[image], "probabilities": probabilities[draw], "others": probabilities}, readout


@lru_cache(maxsize=512)
def _draws(image, m):
    """The probabilities ``(draws, 10)`` of a test image in batches of m: the same draws every time."""
    snapshots, _, (images, _) = _recorded()
    rng, rows = np.random.default_rng(image), []
    network = _in_mode(snapshots[STEPS[-1]], training=True)
    for _ in range(DRAWS):
        others = rng.choice(np.delete(np.arange(len(images)), image), m - 1, replace=False)
        rows.append(network.forward(images[[image, *others]])[0])
    return _softmax(np.array(rows))


def _softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@movable
def crowd(others=266, image=1):
    """All 31 threes of the test in one batch, with some other digits: what is each taken for, and how surely?"""
    _, _, (images, labels) = _recorded()
    return Explorer("Sliders for the number of other digits in the batch and for the framed image",
                    partial(figures.taken_for, images[labels == 3], 3), _crowd,
                    {"others": stops("other digits", others, OTHERS),
                     "image": slider("image number", image, 1, 31, 1)})


def _crowd(others, image):
    probabilities = _among(others)
    threes, right = len(probabilities), (probabilities.argmax(axis=1) == 3).sum()
    own = probabilities[round(image) - 1]
    readout = (f"{threes} threes and {others} others: {100 * threes / (threes + others):.0f} % of the batch are threes"
               f"<br>{symbol('y', f'{right} of {threes}')} threes are read right, {100 * right / threes:.0f} %; the "
               f"framed one is read as {own.argmax()}, with the probability {own.max():.2f}")
    return {"probabilities": probabilities, "shown": round(image)}, readout


@lru_cache
def _among(others):
    """The probabilities of the threes of the test in a batch with so many other digits: ``(threes, 10)``."""
    snapshots, _, (images, labels) = _recorded()
    threes, rest = images[labels == 3], images[labels != 3]
    chosen = np.random.default_rng(0).permutation(len(rest))[:others]
    scores = _in_mode(snapshots[STEPS[-1]], training=True).forward(np.concatenate([threes, rest[chosen]]))
    return _softmax(scores[:len(threes)])


@movable
def running(momentum=0.1, step=400):
    """How the running variance of a unit follows its mini-batches, and how many digits are right with it."""
    return Explorer("Sliders for momentum and for the step of training", figures.running, _running,
                    {"momentum": stops("momentum", momentum, MOMENTA), "step": stops("training step", step, STEPS)},
                    drag={"step": [lambda step, now: (step, None), lambda step, now: (step, None, 1)]})


def _running(momentum, step):
    _, (_, variances), _ = _recorded()
    batch, (follows, right) = variances[:, LAYER, UNIT], _followed(momentum)
    now, there = batch[step - 1], STEPS.index(step)
    before = follows[step - 2] if step > 1 else 1.0
    updated = symbol("var", number(follows[step - 1], 3))
    readout = (f"{symbol('var', 'running variance')} = (1 − {momentum:g}) · {number(before, 3)} + {momentum:g} · "
               f"{number(now, 3)} = {updated}<br>after step {step}: {100 * right[there]:.0f} % right with running "
               f"statistics, {100 * _best()[there]:.0f} % with those of the batch")
    return {"batch": batch, "follows": follows, "stops": np.array(STEPS), "right": right, "best": _best(),
            "step": step}, readout


@lru_cache
def _followed(momentum):
    """The running variance of the watched unit after each step, and at each stop the share of right answers."""
    snapshots, statistics, test = _recorded()
    means, variances = (_smoothed(values, momentum, start) for values, start in zip(statistics, (0.0, 1.0)))
    right = [_in_mode(network, False, means[step - 1], variances[step - 1]).accuracy(*test)
             for step, network in snapshots.items()]
    return variances[:, LAYER, UNIT], np.array(right)


@lru_cache
def _best():
    """The share of right answers at each stop when the whole test is one batch, normalized by its own statistics."""
    snapshots, _, test = _recorded()
    return np.array([_in_mode(network, training=True).accuracy(*test) for network in snapshots.values()])


def _smoothed(values, momentum, start):
    """The running values after each step, the shape of values ``(steps, …)``."""
    kept, found = np.full(values.shape[1:], start), []
    for new in values:
        kept = (1 - momentum) * kept + momentum * new
        found.append(kept)
    return np.array(found)


@movable
def fan(m=8, unit=1):
    """What batch norm makes of a unit's values: a straight line, another one for each of 12 batches of m."""
    return Explorer("Sliders for the batch size and the unit", figures.fan, _fan,
                    {"m": stops("m batch size", m, BATCH_SIZES[1:]), "unit": slider("unit number", unit, 1, 64, 1)})


def _fan(m, unit):
    norm, unit = _recorded()[0][STEPS[-1]].norms[0], round(unit) - 1
    means, slopes = _lines(m)
    evaluation = norm.gamma / np.sqrt(norm.running_var + EPS)
    outside = (evaluation < slopes.min(axis=0)) | (evaluation > slopes.max(axis=0))
    slopes, k, beta = slopes[:, unit], evaluation[unit], norm.beta[unit]
    height = beta - k * norm.running_mean[unit]
    readout = (f"evaluation: y = {symbol('y', number(k))} · x {'−' if height < 0 else '+'} {number(abs(height))}, for "
               f"every example<br>batches of {m}: the slope lies between {number(slopes.min())} and "
               f"{number(slopes.max())}; evaluation lies outside in {outside.sum()} of 64 units")
    return {"slopes": slopes, "zeros": means[:, unit] - beta / slopes, "slope": k, "zero": -height / k,
            "outside": outside.astype(float), "unit": unit + 1}, readout


@lru_cache
def _lines(m):
    """The means of 12 batches of m held-out images, and the slopes of batch norm in them: twice ``(12, units)``."""
    snapshots, _, (images, _) = _recorded()
    network, rng = snapshots[STEPS[-1]], np.random.default_rng(0)
    x = images @ network.weights[0]
    batches = [x[rng.choice(len(x), m, replace=False)] for _ in range(12)]
    return (np.array([batch.mean(axis=0) for batch in batches]),
            np.array([network.norms[0].gamma / np.sqrt(batch.var(axis=0) + EPS) for batch in batches]))


def _in_mode(network, training, means=None, variances=None):
    """The network in a mode, with other running statistics ``(layers, units)`` if they are given; the old one stays."""
    network = copy.copy(network)
    network.norms = [copy.copy(norm) for norm in network.norms]
    network.training = training
    for layer, norm in enumerate(network.norms):
        norm.running_mean = (norm.running_mean if means is None else means[layer]).copy()
        norm.running_var = (norm.running_var if variances is None else variances[layer]).copy()
    return network


@lru_cache
def _recorded():
    """The lesson's training: networks at some steps, the statistics of every mini-batch, and the test.

    The statistics are those of the mini-batches, means and variances with 1/(m − 1): ``(steps, layers, units)``.
    """
    images, labels = load_digits()
    learn, test = training_and_test(standardize(images), labels)
    network = Network(5, scale=0.05, batch_norm=True)
    newest = Network(5, scale=0.05, batch_norm=True, momentum=1)  # keeps the statistics of the last mini-batch
    snapshots, means, variances = {}, [], []
    runs = zip(train(network, *learn, steps=STEPS[-1]), train(newest, *learn, steps=STEPS[-1]))
    for step, _ in enumerate(runs, 1):
        means.append([norm.running_mean.copy() for norm in newest.norms])
        variances.append([norm.running_var.copy() for norm in newest.norms])
        if step in STEPS:
            snapshots[step] = copy.deepcopy(network)
    return snapshots, (np.array(means), np.array(variances)), test
