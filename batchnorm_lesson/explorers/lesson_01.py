"""The explorers of lesson 01: the balance point, and the mean of a small batch as an estimate."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..batchnorm import batch_mean
from ..reference import BATCH_SIZES, RUNNING_EXAMPLE, digit_feature
from ..checks import movable
from ..figures.lesson_01 import tilt
from ..figures.style import number, symbol
from .base import Explorer, batch_points, batch_sliders, slider, stops, terms

__all__ = ["balance", "estimates"]


@movable
def balance(x=RUNNING_EXAMPLE, pivot=15):
    """Move four values and the place where their beam is held; where it is level, and nowhere else, stands the mean."""
    return Explorer("Sliders for four values and the support of their beam", figures.balance, _balance,
                    batch_sliders(x) | {"pivot": slider("support", pivot, 0, 30, 0.25)},
                    {"Make it level": _level},
                    drag={"pivot": lambda pivot, now: (pivot, -0.55)} | batch_points(x, _on_the_beam))


def _on_the_beam(x, now):
    """Where a coin lies: on the beam, which is tilted as it is now."""
    values = np.array([now[name] for name in now if name != "pivot"])
    return x, tilt(values, now["pivot"]) * (x - now["pivot"]) + 0.28


def _balance(pivot, **values):
    x = np.array(list(values.values()))
    mean, total = batch_mean(x), (x - pivot).sum()
    # What is to be found is shown once it has been found.
    found = {"mean": mean} if abs(total) < 1e-9 else {}
    words = f"tips to the {'left' if total < 0 else 'right'}"
    if found:
        words = f"is level: ({terms(x)}) / {len(x)} = {symbol('mean', number(mean))}"
    readout = (f"arrows from {number(pivot)}: ({terms(x - pivot, ') + (')}) = {number(total)}<br>the beam {words}")
    return {"x": x, "pivot": pivot} | found, readout


def _level(pivot, **values):
    return {"pivot": float(batch_mean(list(values.values())))}


@movable
def estimates(m=4):
    """Change the batch size: how fast do the means of 4,000 mini-batches gather around the data set's mean?"""
    return Explorer("A slider for the batch size", figures.estimates, _estimates,
                    {"m": stops("m batch size", m, BATCH_SIZES)}, drag={"m": lambda m, now: (m, None, 1)})


def _estimates(m):
    feature = digit_feature()
    std, means = feature.std(), _means_of_batches(m)
    readout = (f"m = {m}: the means of {len(means):,} mini-batches spread by {symbol('mean', number(means.std()))}<br>"
               f"single values spread by {symbol('std', f'σ = {number(std)}')}, "
               f"{number(std / means.std(), 1)} times as much")
    return {"means": means, "mean": feature.mean(), "std": std, "m": m}, readout


@lru_cache
def _means_of_batches(m):
    batches = np.random.default_rng(m).choice(digit_feature(), size=(4000, m))
    return batches.mean(axis=1)
