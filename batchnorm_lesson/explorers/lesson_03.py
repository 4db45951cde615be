"""The explorers of lesson 03: shift and squeeze, the examples tied to each other, and eps."""
import numpy as np

from .. import figures
from ..batchnorm import batch_mean, batch_variance, normalize
from ..reference import EPS, RUNNING_EXAMPLE, digit_feature
from ..checks import movable
from ..figures.style import number, share_number, three_digits, symbol
from .base import Explorer, batch_points, batch_sliders, log_slider, slider, terms

__all__ = ["shift_and_squeeze", "leash", "knee"]


@movable
def shift_and_squeeze(step=0):
    """Move a mini-batch of 256 digits to its deviations, and on to its normalized values."""
    return Explorer("A slider from x over x − μ to x̂", figures.shift_and_squeeze, _shift_and_squeeze,
                    {"step": slider("x → x̂ step", step, 0, 2, 0.05)},
                    {"x": {"step": 0}, "x − μ": {"step": 1}, "x̂": {"step": 2}}, drag={"step": _dots()})


def _dots():
    """Where those of the five examples are that go one way all the time: above the mean, to the left."""
    x = digit_feature()[:256]
    mean, std = batch_mean(x), np.sqrt(batch_variance(x) + EPS)
    height = 1.42 * np.histogram(x, 24)[0].max()
    return [lambda step, now, value=value: (
        (value - np.minimum(step, 1) * mean) / std ** np.maximum(step - 1, 0), height)
        for value in np.sort(x)[np.linspace(0, len(x) - 1, 5).astype(int)] if value > mean]


def _shift_and_squeeze(step):
    x = digit_feature()[:256]
    mean, std = batch_mean(x), np.sqrt(batch_variance(x) + EPS)
    shift, divisor = min(step, 1) * mean, std ** max(step - 1, 0)
    goal, width = symbol("mean", f"μ = {number(mean)}"), symbol("std", f"√(σ² + eps) = {number(std)}")
    readout = (f"shift: x − {symbol('mean', number(shift))}, {min(step, 1):.0%} of {goal}<br>"
               f"squeeze: ÷ {symbol('std', number(divisor))} on the way to {width}")
    return {"x": x, "shown": (x - shift) / divisor}, readout


@movable
def leash(x=RUNNING_EXAMPLE):
    """Move one of four values, and watch what becomes of all four."""
    return Explorer("Sliders for four values, joined to their normalized values", figures.leash, _leash,
                    batch_sliders(x), {"Three equal": {"x1": 0, "x2": 0, "x3": 0, "x4": 30}},
                    drag=batch_points(x, lambda x, now: ((x - 15) / 7.5, 1)))


def _leash(**values):
    x = np.array(list(values.values()))
    mean, var = batch_mean(x), batch_variance(x)
    x_hat = normalize(x, mean, var, EPS)
    readout = (f"{symbol('mean', f'μ = {number(mean)}')}, {symbol('std', f'σ = {number(np.sqrt(var))}')}<br>"
               f"{symbol('x_hat', 'x̂')} = {symbol('x_hat', terms(x_hat, ',  '))}")
    return {"x": x, "x_hat": x_hat}, readout


@movable
def knee(eps=EPS, var=1.0):
    """Change eps and the batch's variance: the variance of x_hat falls from 1 to 0, and is one half at eps = σ²."""
    return Explorer("Sliders for eps and the variance of the batch", figures.knee, _knee,
                    {"eps": log_slider("ε eps", eps, -8, 4), "var": log_slider("σ² variance", var, -6, 2)},
                    {"eps = σ²": lambda eps, var: {"eps": var}},
                    drag={"eps": lambda eps, now: (eps, now["var"] / (now["var"] + eps)),
                          "var": lambda var, now: (var, (0, 1.08))})


def _knee(eps, var):
    x = 10 + (np.array(RUNNING_EXAMPLE) - 10) * np.sqrt(var) / 5
    out = batch_variance(normalize(x, batch_mean(x), batch_variance(x), eps))
    readout = (f"variance of {symbol('x_hat', 'x̂')} = {symbol('var', 'σ²')} / ({symbol('var', 'σ²')} + eps) = "
               f"{three_digits(var)} / ({three_digits(var)} + {three_digits(eps)}) = "
               f"{symbol('x_hat', share_number(var / (var + eps)))}<br>"
               f"measured on four values: {share_number(out)}")
    return {"eps": eps, "var": var, "out": out}, readout
