"""What the explorers of lesson 02 must say."""
import numpy as np

from recomputed import unit_11

from . import batch_of, several, terms


def squares(values):
    x = batch_of(values)
    areas, sides = (x - x.mean()) ** 2, abs(x - x.mean())
    mean, root = areas.mean(), np.sqrt(areas.mean())
    shares = "all values are equal: there is no variance to share"
    if mean:
        each = [f"{i} {100 * area / areas.sum()}~.1%" for i, area in zip(("x₁", "x₂", "x₃", "x₄"), areas)]
        shares = f"shares of the variance: {', '.join(each)}"
    return (f"σ² = ({terms(areas, ' + ')}) / 4 = {mean}, σ = {root}", shares,
            f"Squares stand between the mean at {x.mean()} and the values {several(x)}: sides {several(sides)}, areas "
            f"{several(areas)}. The average square beside them has the side {root} and the area {mean}.")


def divisors(values):
    m = int(values["m batch size"])
    shares = np.random.default_rng(m).choice(unit_11(), size=(256_000 // m, m)).var(axis=1) / unit_11().var()
    low, high = np.quantile(shares, [0.1, 0.9])
    ratio = (m - 1) / m
    return (f"1/m against 1/(m − 1): (m − 1) / m = {m - 1}/{m} = {ratio}~3",
            f"between the two σ: √{ratio}~3 = {np.sqrt(ratio)}~3",
            f"Mini-batches of m = {m}: on average, as a share of the variance of all the digits, 1/m gives "
            f"{shares.mean()}~3 and 1/(m − 1) gives {shares.mean() / ratio}~3. For eight in ten of them 1/m lies "
            f"between {low} and {high}.")
