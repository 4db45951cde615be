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
SIZES = BATCH_SIZES[2:]


@movable
def nudge(which=1, by=1.0):
    """Nudge one of four values: all four outputs move, because the mean and the variance move."""
    return Explorer("Sliders for which value is nudged, and by how much", figures.nudged, _nudge,
                    {"which": stops("which x", which, (1, 2, 3, 4)), "by": slider("nudge", by, -4, 4, 0.25)},
                    drag={"by": lambda by, now: (RUNNING_EXAMPLE[now["which"] - 1] + by, 3.1, 1)})


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
    outputs = symbol("y", "y₁ … y₄")
    moves = f"no nudge, and {outputs} stay" if by == 0 else (
        f"moves of {outputs} for each unit of nudge: {symbol('y', _row((y_moved - y) / by))}; "
        f"for a tiny nudge: {symbol('y', _row(slopes))}")
    readout = (f"x{subscript(which)} = {number(x[which - 1])} → {number(moved[which - 1])}: "
               f"{symbol('mean', f'μ = {number(mean)} → {number(moved.mean())}')}, "
               f"{symbol('std', f'σ = {number(np.sqrt(var))} → {number(moved.std())}')}<br>"
               f"{moves}")
    return {"x": x, "moved": moved, "y": y, "y_moved": y_moved, "y_held": held, "which": which}, readout


def _row(values):
    return ", ".join(number(value, 3) for value in values)


@movable
def upstream(dy=(1.0, 0.6, -0.4, 0.0), height=0.0, slope=0.0):
    """Choose the upstream gradient of the running example, and lay a straight line: what is left of dy reaches x."""
    controls = {f"dy{i}": slider(f"dy{subscript(i)} upstream", value, -1, 1, 0.1) for i, value in enumerate(dy, 1)}
    line = {"height": slider("height of the line", height, -1, 1, 0.05),
            "slope": slider("slope of the line", slope, -0.8, 0.8, 0.05)}
    return Explorer("Sliders for the upstream gradient of four outputs, and a line", figures.upstream, _upstream,
                    controls | line, {"All ones": dict.fromkeys(controls, 1.0)},
                    drag={name: lambda dy, now, at=at: (at, dy) for name, at in zip(controls, _forward()[1][0])} | {
                        "height": lambda height, now: (0, height),
                        "slope": lambda slope, now: (1.4, now["height"] + 1.4 * slope)})


@lru_cache
def _forward():
    """The outputs of the running example, and the cache for the backward pass."""
    return batch_norm_forward(RUNNING_EXAMPLE, GAMMA, BETA, EPS)


def _upstream(height, slope, **values):
    dy = np.array(list(values.values()))
    _, cache = _forward()
    x_hat, gamma, std = cache
    dx, _, _ = batch_norm_backward(dy, cache)
    left = dy - height - slope * x_hat
    hat = symbol("x_hat", "x̂")
    readout = (f"left = dy − height − slope·{hat}: Σ left = {number(left.sum())}, Σ left·{hat} = "
               f"{number(left @ x_hat)}<br>"
               f"{symbol('gamma', 'γ')}/{symbol('std', 'σ')}·left = {_row(gamma / std * left)}; "
               f"dx = {_row(dx)}")
    return {"x_hat": x_hat, "dy": dy, "dx": dx, "height": height, "slope": slope, "stretch": gamma / std}, readout


@movable
def detached(m=4, common=0.0):
    """The gradient with the mean and the variance treated as constants, beside the right one, on real mini-batches."""
    return Explorer("Sliders for the batch size and the common part of the upstream gradient", figures.detached,
                    _detached, {"m": stops("m batch size", m, SIZES),
                                "common": slider("common part", common, 0, 2, 0.25)})


def _detached(m, common):
    dy = _random_upstream()[:m]
    dy = dy - dy.mean() + common  # so that the common part is the mean
    _, cache = batch_norm_forward(digit_feature()[:m], 1.0, 0.0, EPS)
    dx, _, _ = batch_norm_backward(dy, cache)
    x_hat, gamma, std = cache
    wrong = gamma / std * dy
    error = np.linalg.norm(wrong - dx) / np.linalg.norm(dx)
    typical = _typical_errors(common)
    said = f"‖wrong − dx‖ / ‖dx‖ = {error:.0%}, typically {typical[SIZES.index(m)]:.0f}%"
    readout = (f"dy = random {'+' if common >= 0 else '−'} {number(abs(common))}, m = {m}: mean of dy "
               f"{number(dy.mean())}<br>{symbol('mean', said)}")
    return {"x_hat": x_hat, "dx": std * dx, "wrong": std * wrong, "sizes": np.array(SIZES), "m": m,
            "usual": _typical_errors(0.0), "errors": typical}, readout


@lru_cache
def _random_upstream():
    """An upstream gradient for 256 examples, standard normal: ``(256,)``."""
    return np.random.default_rng(2).normal(size=256)  # the seed whose errors are the typical ones


def _typical_errors(common):
    """How far the wrong gradient is off at each batch size, in per cent of dx: the median of 1,000 random upstreams."""
    return np.array([100 * np.median(np.sqrt((m * common ** 2 + along) / left)) for m, along, left in _parts()])


@lru_cache
def _parts():
    """For each batch size: m, then of 1,000 random upstreams with mean 0 the squared part along x_hat, and the rest."""
    rng, found = np.random.default_rng(1), []
    for m in SIZES:
        _, (x_hat, _, _) = batch_norm_forward(digit_feature()[:m], 1.0, 0.0, EPS)
        dy = rng.normal(size=(1000, m))
        dy -= dy.mean(axis=1, keepdims=True)
        along = np.outer(dy @ x_hat / m, x_hat)
        found.append((m, (along ** 2).sum(axis=1), ((dy - along) ** 2).sum(axis=1)))
    return found
