"""What the explorers of lesson 00 must say."""
import numpy as np

from recomputed import standardized_digits, training

from . import reach


def layers(values):
    rng, depth = np.random.default_rng(0), int(values["depth layers"])
    images = standardized_digits()[:63]
    twin = images[3] + np.random.default_rng(2).normal(scale=1e-6, size=64)
    outputs = [np.vstack([images[:4], twin, images[4:]])]
    for _ in range(depth):
        z = outputs[-1] @ (values["weight scale"] * rng.normal(size=(64, 64)))
        if values["batch norm"] == "yes":
            z = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
        outputs.append(np.tanh(z))
    spreads = [size(h.std(axis=0).mean()) for h in outputs]
    shown = [spreads[round(share * depth)] for share in (1 / 6, 1 / 3, 2 / 3, 1)]
    (early, late), (early_digits, late_digits) = ([size(abs(outputs[i][3] - outputs[i][other]).mean())
                                                   for i in (1, -1)] for other in (4, 9))
    enlarged = ", enlarged" if values["enlarge"] == "yes" else ""
    return (f"weight scale {values['weight scale']}: spread of a unit {spreads[1]} after layer 1, {spreads[-1]} after "
            f"layer {depth}",
            f"on average 3 and 3′ differ by {early} in layer 1, by {late} in layer {depth}; 3 and 8 by {early_digits} "
            f"and {late_digits}",
            f"Rows of 11 squares with 64 values each{enlarged}: ... The spread beside them: "
            f"{', '.join([*spreads[:2], *shown])}.")


def size(value):
    return f"{value}~.2" if 0.01 <= value < 1000 else f"{value}~1d"


def drift(values):
    step, unit = int(values["step of training"]), int(values["unit number"]) - 1
    snapshots, losses = training()
    changes, reaches, ratios = [], [], []
    for layer, *pair in zip((1, 10, 20), snapshots[0], snapshots[step]):
        before, now = (outputs[:, unit] for outputs in pair)
        shown = [reach(outputs.clip(-4.9, 4.9), 0.2) for outputs in (now, before)]  # the bars end at −5 and 5
        changes.append(f"layer {layer}: {before.mean()} ± {before.std()} → {now.mean()} ± {now.std()}")
        reaches.append(f"layer {layer} from {shown[0]}, at the start from {shown[1]}")
        ratios.append(f"layer {layer} {now.std() / before.std()}")
    return (f"loss in step {step}: {losses[max(step, 1) - 1]}~.1",
            f"mean ± spread, at the start → now: {'; '.join(changes)}",
            f"Filled histograms: now; outlines: before training. Values in {'; '.join(reaches)}. Beside them lines for "
            f"the spread as a multiple of the one at the start, from step 0 to now, step {step} of 200: "
            f"{'; '.join(ratios)}.")
