"""What the explorers of lesson 03 must say."""
import math

import numpy as np

from recomputed import standardized, unit_11

from . import batch_of, several, short, terms


def shift_and_squeeze(values):
    x, step = unit_11()[:256], round(values["x → x̂ step"], 6)
    shifted, squeezed, root = min(step, 1), max(step - 1, 0), np.sqrt(x.var() + 1e-5)
    shown = (x - shifted * x.mean()) / root ** squeezed
    stage = {0: "x: as it came from the layer", 1: "x − μ: shifted by the mean",
             2: "x̂ = (x − μ) / √(σ² + ε): shifted, then squeezed"}.get(
        step, "on the way from x to x − μ" if step < 1 else "on the way from x − μ to x̂")
    return (f"shift: x − {shifted * x.mean()}, {100 * shifted}~0% of μ = {x.mean()}",
            f"squeeze: ÷ {root ** squeezed} on the way to √(σ² + eps) = {root}",
            f"{stage}. The histogram of 256 values reaches from {shown.min()} to {shown.max()}, with a line at the "
            f"mean, {shown.mean()}.{' An outline marks where it began.' if step else ''} Below it is enlarged "
            f"{x.std() / shown.std()} times, with a band of {shown.std()} to each side. Five examples stand at "
            f"{several(np.sort(shown)[[0, 63, 127, 191, 255]])}.")


def leash(values):
    x = batch_of(values)
    x_hat = standardized(x)
    farthest = abs(x_hat).max()
    wall = f" It stands at a wall, {np.sqrt(3)}~3 from 0." if farthest > 0.999 * np.sqrt(3) else ""
    return (f"μ = {x.mean()}, σ = {x.std()}", f"x̂ = {terms(x_hat)}",
            f"Circles above, on the scale of x: {several(x)}. Squares below, on the scale of x̂: {several(x_hat, '~3')}"
            f", joined by lines. The farthest square is {farthest}~3 from 0.{wall}")


def knee(values):
    eps, var = values["ε eps"], values["σ² variance"]
    left = var / (var + eps)
    # As many decimals as show that it is not 1.
    share = short(left) if left < 0.001 else f"{left}~{max(6, 1 - math.floor(math.log10(eps / (var + eps))))}"
    return (f"variance of x̂ = σ² / (σ² + eps) = {short(var)} / ({short(var)} + {short(eps)}) = {share}",
            f"measured on four values: {share}",
            "A falling curve over eps from ..., near 1 on the left, one half where eps = σ² = "
            f"{short(var)} (a band). The square stands at eps = {short(eps)}, variance {share}; there the curve is at "
            f"about {left}±0.001.")
