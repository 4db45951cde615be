"""The explorers of lesson 04: scale and shift, undo, what an activation sees, gradient descent on gamma and beta."""
from functools import lru_cache

import numpy as np

from .. import batchnorm, figures
from ..batchnorm import batch_mean, batch_norm, batch_variance, normalize
from ..reference import EPS, digit_feature
from ..checks import movable
from ..figures.style import number, symbol
from .base import Explorer, choice, slider, stops

__all__ = ["scale_and_shift", "undo", "activation", "descent"]

BATCHES = tuple(range(1, 9))
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.9)
TARGETS = ("the original x", "halfway to x")


def _sliders(gamma, beta, low, high, far):
    """The two sliders of this lesson, gamma from low to high and beta as far to both sides."""
    return {"gamma": slider("γ gamma", gamma, low, high, 0.25), "beta": slider("β beta", beta, -far, far, 0.25)}


@movable
def scale_and_shift(gamma=1.0, beta=0.0):
    """Scale and shift a normalized mini-batch of digits: beta is where the mean goes, gamma stretches around it."""
    return Explorer("Sliders for scale and shift of a normalized mini-batch", figures.scaled, _scaled,
                    _sliders(gamma, beta, -3, 3, 4),
                    drag={"gamma": lambda gamma, now: (now["beta"] + gamma, 35.4),
                          "beta": lambda beta, now: (beta, None)})


def _scaled(gamma, beta):
    x_hat = batch_norm(digit_feature()[:256])
    y = batchnorm.scale_and_shift(x_hat, gamma, beta)
    readout = (f"{_formula(gamma, beta)}<br>"
               f"mean of {symbol('y', 'y')} = {number(y.mean())} = {symbol('beta', 'β')}; "
               f"standard deviation of {symbol('y', 'y')} = {number(y.std())}")
    return {"x_hat": x_hat, "y": y, "gamma": gamma, "beta": beta}, readout


def _formula(gamma, beta):
    """y = gamma · x_hat + beta with the current numbers."""
    sign = "−" if beta < 0 else "+"
    return (f"{symbol('y', 'y')} = {symbol('gamma', number(gamma))} · {symbol('x_hat', 'x̂')} {sign} "
            f"{symbol('beta', number(abs(beta)))}")


def _pair(gamma, beta, digits):
    return f"{symbol('gamma', f'γ = {number(gamma, digits)}')}, {symbol('beta', f'β = {number(beta, digits)}')}"


@movable
def undo(amount=0.0, batch=1):
    """Go from full normalization to full undo of batch 1, then look at other batches with the same gamma and beta."""
    return Explorer("Sliders for the amount of undo and the number of the batch", figures.undo, _undo,
                    {"amount": slider("undo amount", amount, 0, 1, 0.05),
                     "batch": stops("batch number", batch, BATCHES)},
                    {"Undo batch 1": {"amount": 1.0, "batch": 1},
                     "Next batch": lambda amount, batch: {"batch": batch % len(BATCHES) + 1}})


def _undo(amount, batch):
    first, x = _small_batches()[0], _small_batches()[batch - 1]
    gamma = 1 + amount * (np.sqrt(batch_variance(first) + EPS) - 1)
    beta = amount * batch_mean(first)
    y = batch_norm(x, gamma, beta, EPS)
    readout = (f"{_pair(gamma, beta, 3)}; batch {batch} has "
               f"√(σ² + ε) = {symbol('std', number(np.sqrt(batch_variance(x) + EPS), 3))}, "
               f"μ = {symbol('mean', number(batch_mean(x), 3))}<br>"
               f"largest |{symbol('y', 'y')} − x| = {number(np.abs(y - x).max(), 3)}; "
               f"standard deviation of {symbol('y', 'y')} = {number(y.std(), 3)}")
    return {"x": x, "y": y}, readout


@lru_cache
def _small_batches():
    """Eight mini-batches of 16 digits, none twice: ``(8, 16)``."""
    return np.random.default_rng(4).permutation(digit_feature())[:128].reshape(8, 16)


@movable
def activation(gamma=1.0, beta=0.0):
    """Put a sigmoid and a ReLU behind scale and shift: gamma and beta decide how much of the bend the batch meets."""
    return Explorer("Sliders for scale and shift in front of a sigmoid and a ReLU", figures.activation, _activation,
                    _sliders(gamma, beta, 0, 3, 3))


def _activation(gamma, beta):
    y = batch_norm(digit_feature()[:256], gamma, beta)
    sigmoid, relu = 1 / (1 + np.exp(-y)), np.maximum(y, 0)
    same = np.ptp(sigmoid) < 1e-12
    bend = "all outputs are the same" if same else f"{100 * _straightness(y, sigmoid):.1f} % straight"
    readout = (f"{_formula(gamma, beta)}<br>sigmoid: {bend}, outputs from {number(sigmoid.min())} to "
               f"{number(sigmoid.max())}; ReLU: {(relu == 0).sum()} of {len(relu)} switched off")
    return {"y": y, "sigmoid": sigmoid, "relu": relu}, readout


def _straightness(y, outputs):
    """The share of the outputs' variance that the best straight line explains: their squared correlation with y."""
    return np.corrcoef(y, outputs)[0, 1] ** 2


@movable
def descent(step=0, target=TARGETS[0], rate=0.1):
    """Let gradient descent find gamma and beta, one step at a time, from gamma = 1 and beta = 0."""
    return Explorer("Sliders for the steps of gradient descent on gamma and beta", figures.descent, _descent,
                    {"step": slider("step", step, 0, 50, 1), "target": choice("target", target, TARGETS),
                     "rate": stops("learning rate", rate, RATES)},
                    {"Step 0": {"step": 0}, "One step": lambda step, **_: {"step": min(step + 1, 50)}},
                    drag={"step": lambda step, now: _path(now["target"], now["rate"])[step].T})


def _descent(step, target, rate):
    x, wanted = _task(target)
    var = batch_variance(x)
    x_hat = normalize(x, batch_mean(x), var, EPS)
    *path, ahead = descend(x_hat, wanted, rate, int(step) + 1)
    gamma, beta = path[-1]
    y = batchnorm.scale_and_shift(x_hat, gamma, beta)
    goal = np.array([(wanted * x_hat).mean() / (x_hat ** 2).mean(), wanted.mean()])
    away = np.hypot(*(path[-1] - goal))
    readout = (f"step {step:.0f}: {_pair(gamma, beta, 6)}, loss = {number(((y - wanted) ** 2).mean(), 6)}, "
               f"distance to the cross {number(away, 4)}<br>least loss at {_pair(*goal, 6)}")
    return {"path": np.array(path), "goal": goal, "y": y, "target": wanted, "ahead": ahead}, readout


@lru_cache(maxsize=32)
def _path(target, rate):
    """All the places that the slider for the step leads to: ``(51, 2)``."""
    x, wanted = _task(target)
    return descend(normalize(x, batch_mean(x), batch_variance(x), EPS), wanted, rate, 50)


def descend(x_hat, target, rate, steps):
    """Gradient descent on the mean of (y − target)², from gamma = 1, beta = 0: gamma and beta, ``(steps + 1, 2)``."""
    path = [(1.0, 0.0)]
    for _ in range(steps):
        gamma, beta = path[-1]
        error = gamma * x_hat + beta - target
        path.append((gamma - rate * 2 * (error * x_hat).mean(), beta - rate * 2 * error.mean()))
    return np.array(path)


@lru_cache
def _task(target):
    """The batch x and the values that y should reach, both ``(m,)``."""
    x = digit_feature()[:256]
    return (x, x) if target == TARGETS[0] else (x, (x + batch_norm(x)) / 2)
