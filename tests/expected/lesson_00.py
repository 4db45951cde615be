"""What the explorers of lesson 00 must say."""
import math

import numpy as np

from recomputed import standardized_digits, training

from . import reach


def layers(values):
    curve = {"tanh": np.tanh, "relu": lambda z: z * (z > 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}[
        values["activation"]]
    rng, h, spreads, depth = np.random.default_rng(0), standardized_digits()[:128], [], int(values["depth layers"])
    for _ in range(depth):
        h = curve(h @ (values["weight scale"] * rng.normal(size=(64, 64))))
        spreads.append(math.sqrt(h.var(axis=0).mean()))
    first, last = spreads[0], spreads[-1]
    change = (f"0 after layer {depth}: every image has the same outputs, to 13 digits" if last < 1e-13 * abs(h).max()
              else f"{size(last)} after layer {depth}, about × {(last / first) ** (1 / (depth - 1))}~.2 in each layer")
    largest = f"the largest output of the last layer is {size(h.max())}"
    if values["activation"] != "relu":
        low = -1 if values["activation"] == "tanh" else 0
        near = 0.015 * (1 - low)
        share = ((h < low + near) | (h > 1 - near)).mean()
        largest += f", and {100 * share}~0 % of its outputs are within {near}~3 of {low} or 1"
    return (f"spread: {size(first)} after layer 1, {change}", largest,
            f"Histograms: ... Spread of {depth} layers on a log axis: {power(first)} in the first, {power(last)} in "
            "the last.")


def size(value):
    return f"{value}~.2" if 0.01 <= value < 1000 else f"{value}~1d"


def power(value):
    """A spread as it stands on the picture's axis, which ends at 1e-8 and 1e8."""
    if not 1e-8 < value < 1e8:
        return "1e-8~1d or less" if value < 1 else "1e8~1d or more"
    return f"{value}~2" if 0.095 < value < 1000 else f"{value}~1d"


def drift(values):
    step, unit = int(values["step of training"]), int(values["unit number"]) - 1
    snapshots, losses = training()
    changes, reaches = [], []
    for layer, *pair in zip((1, 10, 20), snapshots[0], snapshots[step]):
        before, now = (outputs[:, unit] for outputs in pair)
        shown = [reach(outputs.clip(-4.9, 4.9), 0.2) for outputs in (now, before)]  # the bars end at −5 and 5
        changes.append(f"layer {layer}: {before.mean()} ± {before.std()} → {now.mean()} ± {now.std()}")
        reaches.append(f"layer {layer} from {shown[0]}, at the start from {shown[1]}")
    return (f"loss in step {step}: {losses[max(step, 1) - 1]}~.1",
            f"mean ± spread, at the start → now: {'; '.join(changes)}",
            f"Filled histograms: now; outlines: before training. Values in {'; '.join(reaches)}. Beside them a line "
            f"for the mean and a band for the spread, from step 0 to now, step {step} of 200; the band of layer 20 is "
            f"now {2 * now.std()} high, at the start {2 * before.std()}.")
