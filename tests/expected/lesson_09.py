"""What the explorers of lesson 09 must say."""
import numpy as np

from recomputed import five_layers, followed, held_out_digits, probabilities, scores_of


def mates(values):
    images, labels = held_out_digits()
    image, m, draw = (int(values[name]) for name in ("image number", "m batch size", "others draw"))
    rng, everybody, rows = np.random.default_rng(image - 1), np.delete(np.arange(297), image - 1), []
    for _ in range(20):
        batch = images[[image - 1, *rng.choice(everybody, m - 1, replace=False)]]
        rows.append(probabilities(scores_of(batch, five_layers()[0][400]))[0])
    rows, own, truth = np.array(rows), rows[draw - 1], labels[image - 1]
    best = own.argmax()
    return (f"a {truth}, beside {m - 1} other{'s' * (m > 2)}: read as {best}, with the probability {own.max()}~.2",
            f"with 20 draws of the others it is read right {(rows.argmax(axis=1) == truth).sum()} times",
            f"A digit, and a bar for each probability: {digits(own, '~.2')}. The highest bar is at {best}. Dots: 20 "
            f"draws of the others, at {best} from {rows[:, best].min()}~.2 to {rows[:, best].max()}~.2.")


def digits(values, shown):
    return ", ".join(f"{digit}: {value}{shown}" for digit, value in enumerate(values))


def crowd(values):
    images, labels = held_out_digits()
    others, image = int(values["other digits"]), int(values["image number"])
    rest = images[labels != 3][np.random.default_rng(0).permutation((labels != 3).sum())[:others]]
    scores = scores_of(np.concatenate([images[labels == 3], rest]), five_layers()[0][400])[:31]
    taken, own = scores.argmax(axis=1), probabilities(scores)[image - 1]
    right, rows = (taken == 3).sum(), "; ".join(" ".join(map(str, taken[i:i + 8])) for i in (0, 8, 16, 24))
    return (f"31 threes and {others} others: {3100 / (31 + others)}~0 % of the batch are threes",
            f"{right} of 31 threes are read right, {right / 0.31}~0 %; the framed one is read as {own.argmax()}, "
            f"with the probability {own.max()}~.2",
            f"31 images of a 3, taken for {rows}; {31 - right} are misread and darker. The framed one is number "
            f"{image}, and its probabilities are {digits(own, '~.2')}.")


def running(values):
    momentum, step = values["momentum"], int(values["training step"])
    learned, means, variances = five_layers()
    images, labels = held_out_digits()
    kept = list(zip(followed(momentum, 0, means)[step - 1], followed(momentum, 1, variances)[step - 1]))
    right, best = (100 * (scores_of(images, learned[step], statistics).argmax(axis=1) == labels).mean()
                   for statistics in (kept, None))
    unit = variances[:, 2, 0]
    before, after = [1.0, *followed(momentum, 1, unit)][step - 1:step + 1]
    return (f"running variance = (1 − {momentum}~3) · {before}~3 + {momentum}~3 · {unit[step - 1]}~3 = {after}~3",
            f"after step {step}: {right}~0 % right with running statistics, {best}~0 % with those of the batch",
            f"Left: the variance of one unit in 400 mini-batches, from {unit.min()} to {unit.max()}; the line of the "
            f"running variance ends at step {step} and {after}. Right: {right}~0 % right with the running statistics "
            f"at that step, {best}~0 % with those of the batch.")


def fan(values):
    m, unit = int(values["m batch size"]), int(values["unit number"]) - 1
    learned, means, variances = five_layers()
    W, gamma, beta, _ = learned[400]
    x, rng = held_out_digits()[0] @ W[0], np.random.default_rng(0)
    batches = [x[rng.choice(297, m, replace=False)] for _ in range(12)]
    every = np.array([gamma[0] / np.sqrt(batch.var(axis=0) + 1e-5) for batch in batches])
    evaluation = gamma[0] / np.sqrt(followed(0.1, 1, variances[:, 0])[-1] + 1e-5)
    outside = 64 - ((every.min(axis=0) <= evaluation) & (evaluation <= every.max(axis=0))).sum()
    slopes, k = every[:, unit], evaluation[unit]
    zeros = [batch[:, unit].mean() - beta[0][unit] / slope for batch, slope in zip(batches, slopes)]
    height = beta[0][unit] - k * followed(0.1, 0, means[:, 0, unit])[-1]
    return (f"evaluation: y = {k} · x {'−' if height < 0 else '+'} {abs(height)}, for every example",
            f"batches of {m}: the slope lies between {min(slopes)} and {max(slopes)}; evaluation lies outside in "
            f"{outside} of 64 units",
            f"12 thin lines, one for each batch, with slopes from {min(slopes)} to {max(slopes)}, and a thick one for "
            f"evaluation with the slope {k}. It meets y = 0 at x = {-height / k}, the thin ones between {min(zeros)} "
            f"and {max(zeros)}. Beside them 64 units, number {unit + 1} with a ring: at {outside} a cross, the thick "
            f"line is steeper or flatter than all thin ones.")
