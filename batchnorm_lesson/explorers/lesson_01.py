"""The explorers of lesson 01: the balance point, and the mean of a small batch as an estimate."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..batchnorm import batch_mean
from ..reference import BATCH_SIZES, RUNNING_EXAMPLE, digit_feature
from ..checks import movable
from ..figures.style import number, symbol
from .base import Explorer, batch_sliders, slider, stops, terms

__all__ = ["balance", "estimates"]


@movable
def balance(x=RUNNING_EXAMPLE, pivot=15):
    """Move four values and the place where their beam is held: it is level at the mean and nowhere else."""
    return Explorer("Sliders for four values and the support of their beam", figures.balance, _balance,
                    batch_sliders(x) | {"pivot": slider("support", pivot, 0, 30, 0.25)},
                    {"Hold it at the mean": _hold_at_the_mean})


def _balance(pivot, **values):
    x = np.array(list(values.values()))
    mean = batch_mean(x)
    total = number((x - pivot).sum())
    readout = (f"{symbol('mean', 'μ')} = ({terms(x)}) / {len(x)} = {symbol('mean', number(mean))}<br>"
               f"arrows from {number(pivot)}: ({terms(x - pivot, ') + (')}) = {total}")
    return {"x": x, "pivot": pivot, "mean": mean}, readout


def _hold_at_the_mean(pivot, **values):
    return {"pivot": float(batch_mean(list(values.values())))}


@movable
def estimates(m=4):
    """Change the batch size: the means of 1,000 mini-batches gather around the data set's mean like 1/√m."""
    return Explorer("A slider for the batch size", figures.estimates, _estimates,
                    {"m": stops("m batch size", m, BATCH_SIZES)})


def _estimates(m):
    feature = digit_feature()
    std = feature.std()
    means = _means_of_batches(m)
    readout = (f"{symbol('std', 'σ / √m')} = {number(std)} / √{m} = {symbol('std', number(std / np.sqrt(m)))}; "
               f"measured over {len(means):,} mini-batches: {number(means.std())}")
    return {"means": means, "mean": feature.mean(), "std": std, "m": m}, readout


@lru_cache
def _means_of_batches(m):
    batches = np.random.default_rng(m).choice(digit_feature(), size=(1000, m))
    return batches.mean(axis=1)
