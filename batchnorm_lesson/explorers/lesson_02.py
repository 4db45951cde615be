"""The explorers of lesson 02: the squares behind the variance, and what it is divided by."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..batchnorm import batch_mean, batch_variance
from ..reference import BATCH_SIZES, RUNNING_EXAMPLE, digit_feature
from ..checks import movable
from ..figures.style import number, subscript, symbol
from .base import Explorer, batch_points, batch_sliders, stops, terms

__all__ = ["squares", "divisors"]


@movable
def squares(x=RUNNING_EXAMPLE):
    """Move four values: their squared deviations are real squares, the variance is the average square."""
    return Explorer("Sliders for four values and the squares of their deviations", figures.squares, _squares,
                    batch_sliders(x), {"All equal": _all_equal, "One outlier": {"x1": 9, "x2": 10, "x3": 11, "x4": 30}},
                    drag=batch_points(x, lambda x, now: (x, 0)))


def _squares(**values):
    x = np.array(list(values.values()))
    mean, var = batch_mean(x), batch_variance(x)
    areas = (x - mean) ** 2
    readout = (f"{symbol('var', 'σ²')} = ({terms(areas)}) / {len(x)} = {symbol('var', number(var))}, "
               f"{symbol('std', 'σ')} = {symbol('std', number(np.sqrt(var)))}<br>{_shares(areas)}")
    return {"x": x, "mean": mean, "var": var}, readout


def _shares(areas):
    """Which part of the variance each value is responsible for, in words."""
    if not areas.any():
        return "all values are equal: there is no variance to share"
    shares = [f"x{subscript(i)} {share:.1%}" for i, share in enumerate(areas / areas.sum(), 1)]
    return f"shares of the variance: {', '.join(shares)}"


def _all_equal(**values):
    return dict.fromkeys(values, 10)


@movable
def divisors(m=4):
    """Change the batch size: 1/m is too small by (m − 1)/m on average, and one mini-batch is off by much more."""
    return Explorer("A slider for the batch size", figures.divisors, _divisors,
                    {"m": stops("m batch size", m, BATCH_SIZES[1:])}, drag={"m": lambda m, now: (m, None)})


def _divisors(m):
    variances = [_variances_of_batches(size) / digit_feature().var() for size in BATCH_SIZES[1:]]
    averages = np.array([(v.mean(), v.mean() * size / (size - 1)) for v, size in zip(variances, BATCH_SIZES[1:])])
    reach = np.quantile(variances[BATCH_SIZES[1:].index(m)], [0.1, 0.9])
    ratio = (m - 1) / m
    root = symbol("std", number(np.sqrt(ratio), 3))
    readout = (f"1/m against 1/(m − 1): (m − 1) / m = {m - 1}/{m} = {symbol('var', number(ratio, 3))}<br>"
               f"between the two σ: √{number(ratio, 3)} = {root}")
    return {"averages": averages, "m": m, "reach": reach}, readout


@lru_cache
def _variances_of_batches(m):
    """The variance, with 1/m, of many mini-batches of m digits, 256,000 digits in all: ``(256000 / m,)``."""
    return np.random.default_rng(m).choice(digit_feature(), size=(256_000 // m, m)).var(axis=1)
