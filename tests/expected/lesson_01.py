"""What the explorers of lesson 01 must say."""
import numpy as np

from recomputed import unit_11

from . import batch_of, several, terms


def balance(values):
    x, support = batch_of(values), values["support"]
    away = x - support
    level = away.sum() == 0
    tilt = "is level" if level else f"tips to the {'left' if away.sum() < 0 else 'right'}"
    found = f": ({terms(x, ' + ')}) / 4 = {x.mean()}" if level else ""
    return (f"arrows from {support}: ({terms(away, ') + (')}) = {away.sum()}", f"the beam {tilt}{found}",
            f"Equal coins at {several(x)} on a beam held at {support}. The beam {tilt}. Arrows from the support to the "
            f"coins: {several(away)}, together {away.sum()}.{f' The mean is marked at {x.mean()}.' if level else ''}")


def estimates(values):
    m, unit = int(values["m batch size"]), unit_11()
    spread = np.random.default_rng(m).choice(unit, size=(4000, m)).mean(axis=1).std()
    return (f"m = {m}: the means of 4,000 mini-batches spread by {spread}",
            f"single values spread by σ = {unit.std()}, {unit.std() / spread}~1 times as much",
            f"Means of 4,000 mini-batches of {m} around the data set's mean, {unit.mean()}: they reach from ... and "
            f"spread by {spread}; the band is {spread} to each side.")
