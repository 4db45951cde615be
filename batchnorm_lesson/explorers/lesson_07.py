"""The explorers of lesson 07: nudge one value, choose an upstream gradient, treat the statistics as constants."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..batchnorm import batch_norm, batch_norm_backward, batch_norm_forward
from ..reference import BATCH_SIZES, EPS, RUNNING_EXAMPLE, digit_feature
from ..checks import movable
from ..figures.style import number, subscript, symbol
from .base import Explorer, slider, stops

__all__ = ["nudge", "upstream", "detached"]

GAMMA, BETA = 2.0, 1.0


@movable
def nudge(which=1, by=1.0):
    """Nudge one of four values: all four outputs move, because the mean and the variance move."""
    return Explorer("Sliders for which value is nudged, and by how much", figures.nudged, _nudge,
                    {"which": stops("which x", which, (1, 2, 3, 4)), "by": slider("nudge", by, -4, 4, 0.25)})


def _nudge(which, by):
    x = np.array(RUNNING_EXAMPLE, dtype=float)
    moved = x.copy()
    moved[which - 1] += by
    y, cache = _forward()
    # The slopes are the same in both directions, so the gradient of one output is also the effect of one input.
    slopes, _, _ = batch_norm_backward(np.eye(4)[which - 1], cache)
    y_moved = batch_norm(moved, GAMMA, BETA, EPS)
    mean, var = x.mean(), x.var()
    held = GAMMA * (moved - mean) / np.sqrt(var + EPS) + BETA
    per_unit = "no nudge" if by == 0 else _row((y_moved - y) / by)
    readout = (f"x{subscript(which)} = {number(x[which - 1])} → {number(moved[which - 1])}: "
               f"{symbol('mean', f'μ = {number(mean)} → {number(moved.mean())}')}, "
               f"{symbol('std', f'σ = {number(np.sqrt(var))} → {number(moved.std())}')}<br>"
               f"moves of {symbol('y', 'y₁ … y₄')} for each unit of nudge: {symbol('y', per_unit)}; "
               f"for a tiny nudge: {symbol('y', _row(slopes))}")
    return {"x": x, "moved": moved, "y": y, "y_moved": y_moved, "y_held": held, "which": which}, readout


def _row(values):
    return ", ".join(number(value, 3) for value in values)


@movable
def upstream(dy=(1.0, 0.0, 0.0, 0.0)):
    """Choose the upstream gradient of the running example: what lies on a straight line over x_hat is lost."""
    controls = {f"dy{i}": slider(f"dy{subscript(i)} upstream", value, -2, 2, 0.1) for i, value in enumerate(dy, 1)}
    return Explorer("Sliders for the upstream gradient of four outputs", figures.upstream, _upstream, controls,
                    {"All ones": dict.fromkeys(controls, 1.0)})


@lru_cache
def _forward():
    """The outputs of the running example, and the cache for the backward pass."""
    return batch_norm_forward(RUNNING_EXAMPLE, GAMMA, BETA, EPS)


def _upstream(**values):
    dy = np.array(list(values.values()))
    _, cache = _forward()
    dx, dgamma, dbeta = batch_norm_backward(dy, cache)
    readout = (f"{symbol('beta', 'dbeta')} = Σ dy = {symbol('beta', number(dbeta))}, "
               f"{symbol('gamma', 'dgamma')} = Σ dy·{symbol('x_hat', 'x̂')} = {symbol('gamma', number(dgamma))}<br>"
               f"dx = {_row(dx)}; sum of dx = {number(dx.sum(), 3)}, sum of dx·{symbol('x_hat', 'x̂')} = "
               f"{number(dx @ cache[0], 3)}")
    return {"x_hat": cache[0], "dy": dy, "dx": dx}, readout


@movable
def detached(m=4, common=0.0):
    """The gradient with the mean and the variance treated as constants, beside the right one, on real mini-batches."""
    return Explorer("Sliders for the batch size and the common part of the upstream gradient", figures.detached,
                    _detached, {"m": stops("m batch size", m, BATCH_SIZES[2:]),
                                "common": slider("common part", common, 0, 3, 0.25)})


def _detached(m, common):
    dy = _random_upstream()[:m]
    dy = dy - dy.mean() + common  # so that the common part is the mean
    _, cache = batch_norm_forward(digit_feature()[:m], 1.0, 0.0, EPS)
    dx, _, _ = batch_norm_backward(dy, cache)
    _, gamma, std = cache
    wrong = gamma / std * dy
    error = np.linalg.norm(wrong - dx) / np.linalg.norm(dx)
    readout = (f"dy = random {'+' if common >= 0 else '−'} {number(abs(common))}, m = {m}: mean of dy "
               f"{number(dy.mean())}<br>{symbol('mean', f'‖wrong − dx‖ / ‖dx‖ = {error:.0%}')}")
    return {"dx": dx, "wrong": wrong}, readout


@lru_cache
def _random_upstream():
    """An upstream gradient for 256 examples, standard normal: ``(256,)``."""
    return np.random.default_rng(0).normal(size=256)
