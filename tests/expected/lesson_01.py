"""What the explorers of lesson 01 must say."""
import numpy as np

from recomputed import unit_11

from . import batch_of, several, terms


def balance(values):
    x, support = batch_of(values), values["support"]
    away = x - support
    tilt = "is level" if away.sum() == 0 else f"tips to the {'left' if away.sum() < 0 else 'right'}"
    return (f"μ = ({terms(x, ' + ')}) / 4 = {x.mean()}",
            f"arrows from {support}: ({terms(away, ') + (')}) = {away.sum()}",
            f"Equal coins at {several(x)} on a beam held at {support}. The beam {tilt}. Arrows from the support to the "
            f"coins: {several(away)}, together {away.sum()}. The mean is marked at {x.mean()}.")


def estimates(values):
    m, unit = int(values["m batch size"]), unit_11()
    spread = np.random.default_rng(m).choice(unit, size=(1000, m)).mean(axis=1).std()
    band = unit.std() / np.sqrt(m)
    return (f"σ / √m = {unit.std()} / √{m} = {band}; measured over 1,000 mini-batches: {spread}",
            f"Means of 1,000 mini-batches of {m} around the data set's mean, {unit.mean()}: they reach from ... and "
            f"spread by {spread}; the band is σ/√m = {band} to each side.")
