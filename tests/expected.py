"""What the words of an explorer must say, computed in plain NumPy from the values of its controls.

A function for each explorer, with its name. It takes the values by the controls' labels and returns a list of
(words, the number that must follow them); a third entry says how far off the number may be.
"""
import functools
import math
import re
from pathlib import Path

import numpy as np

from batchnorm_lesson.style import number

POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NUMBER = r"([−-]?\d[\d,]*(?:\.\d+)?(?: · 10)?)([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*)"  # also 10⁻⁵ and 1.75 · 10⁻⁸
ROUNDED = 0.00501  # most numbers are shown with two decimals
DATA = Path(__file__).resolve().parent.parent / "batchnorm_lesson" / "data" / "digits.npz"
TRAINED = DATA.with_name("training.npz")
DIGITS = np.load(DATA)["images"].reshape(-1, 64)


def unit_11():
    return DIGITS.astype(float) @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))[:, 11]


def balance(values):
    x = batch_of(values)
    return [("/ 4 =", x.mean()), ("together", (x - values["support"]).sum()), ("held at", values["support"]),
            ("Equal coins at", x[0]), ("marked at", x.mean())]


def estimates(values):
    m = values["m batch size"]
    spread = unit_11().std() / np.sqrt(m)
    return [("σ / √m =", unit_11().std()), (f"/ √{m:.0f} =", spread), ("band is σ/√m =", spread),
            ("mini-batches of", m), ("spread by", spread, 0.08 * spread)]


def squares(values):
    x = batch_of(values)
    areas = (x - x.mean()) ** 2
    shares = [("of the variance: x₁", 100 * areas[0] / areas.sum(), 0.51)] if areas.any() else []
    return shares + [("/ 4 =", areas.mean()), (", σ =", np.sqrt(areas.mean())), ("mean at", x.mean()), ("values", x[0]),
                     (": sides", abs(x[0] - x.mean())), ("has the side", np.sqrt(areas.mean())),
                     ("and the area", areas.mean())]


def divisors(values):
    m = values["m batch size"]
    return [(f"{m - 1:.0f}/{m:.0f} =", (m - 1) / m), (f"√{round((m - 1) / m, 3):g} =", np.sqrt((m - 1) / m)),
            ("Mini-batches of m =", m), ("1/m gives", (m - 1) / m, 0.03), ("1/(m − 1) gives", 1, 0.03)]


def standardized(x):
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + 1e-5)


def scale_and_shift(values):
    gamma, beta = values["γ gamma"], values["β beta"]
    y = gamma * standardized(unit_11()[:256]) + beta
    return [("mean of y =", beta), ("standard deviation of y =", abs(gamma)), ("marks β at", beta),
            ("an arrow γ =", gamma), ("Histogram of y from", y.min()), ("reaches to", beta + gamma)]


def undo(values):
    batches = np.random.default_rng(4).permutation(unit_11())[:128].reshape(8, 16)
    first, x = batches[0], batches[int(values["batch number"]) - 1]
    gamma = 1 + values["undo amount"] * (np.sqrt(first.var() + 1e-5) - 1)
    y = gamma * standardized(x) + values["undo amount"] * first.mean()
    return [("γ =", gamma), ("μ =", x.mean()), ("largest |y − x| =", abs(y - x).max()),
            ("standard deviation of y =", y.std()), ("inputs from", x.min()), ("outputs from", y.min())]


def activation(values):
    y = values["γ gamma"] * standardized(unit_11()[:256]) + values["β beta"]
    sigmoid = 1 / (1 + np.exp(-y))
    straight = [("sigmoid:", 100 * np.corrcoef(y, sigmoid)[0, 1] ** 2, 0.0501)] if values["γ gamma"] else []
    return straight + [("outputs from", sigmoid.min()), ("ReLU:", (y <= 0).sum(), 0.1), ("y from", y.min()),
                       ("on the ReLU, outputs from", max(y.min(), 0))]


def descent(values):
    """The path in closed form: the distance to the goal shrinks by the same factor in every step."""
    root = np.sqrt(0.1 + 1e-5)
    goal = {"the original x": (root, 5), "mean 5, variance 0.1": (root, 5), "halfway to x": ((root + 1) / 2, 2.5)}
    gamma, beta = np.array(goal[values["target"]])
    factor = 1 - 2 * values["learning rate"]
    left = factor ** values["step"]
    return [("step", values["step"]), ("γ =", gamma + (1 - gamma) * left), (", β =", beta - beta * left),
            ("least loss at γ =", gamma), ("Path of", values["step"]),
            ("next leads to γ =", gamma + (1 - gamma) * left * factor)]



def shift_and_squeeze(values):
    x, step = unit_11()[:256], values["x → x̂ step"]
    root = np.sqrt(x.var() + 1e-5)
    shown = (x - min(step, 1) * x.mean()) / root ** max(step - 1, 0)
    return [("shift: x −", min(step, 1) * x.mean()), ("squeeze: ÷", root ** max(step - 1, 0)),
            ("reaches from", shown.min()), ("line at the mean,", shown.mean()), ("a band of", shown.std())]


def leash(values):
    x = batch_of(values)
    return [("μ =", x.mean()), ("σ =", x.std()), ("x̂ =", standardized(x)[0]), ("scale of x:", x[0]),
            ("The farthest square is", abs(standardized(x)).max())]


def knee(values):
    eps, var = values["ε eps"], values["σ² variance"]
    left = var / (var + eps)
    return [(", variance", left, 0.0001), ("square stands at eps =", eps, 0.01 * eps),
            ("curve is at about", left, 0.01), ("four values:", left, 0.0001), ("where eps = σ² =", var, 0.02 * var)]


def batch_of_four(values):
    x = batch_of(values)[:int(values["m batch size"])]
    return four_steps(x, values["γ gamma"], values["β beta"], values["ε eps"])


def four_steps(x, gamma, beta, eps):
    x_hat = (x - x.mean()) / np.sqrt(x.var() + eps)
    return [("mean of y =", gamma * x_hat.mean() + beta), ("variance of y =", gamma ** 2 * x_hat.var(), 1e-6),
            ("· σ² / (σ² + ε) =", gamma ** 2)] + rows(x, x_hat, gamma, beta)


def rows(x, x_hat, gamma, beta):
    return [("x: circles at", x[0]), ("mean μ at", x.mean()), ("x − μ: circles at", x[0] - x.mean()),
            ("a band of σ =", x.std()), ("squares at", x_hat[0]), ("triangles at", gamma * x_hat[0] + beta),
            ("dashed line β at", beta), ("from there to", beta + gamma)]


def challenge(values):
    x = batch_of(values) if "x₁ value" in values else np.array([3.0, 9.0, 11.0, 17.0])
    return rows(x, standardized(x), values.get("γ gamma", 3.0), values.get("β beta", 5.0))


def standardized_digits():
    return (DIGITS - DIGITS.mean()) / DIGITS.std()


def layers(values):
    """A plain forward pass; numbers in the form 9 · 10⁻¹³ are shown with one digit."""
    curves = {"tanh": np.tanh, "relu": lambda z: z * (z > 0), "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
    curve = curves[values["activation"]]
    rng, h, spreads, depth = np.random.default_rng(0), standardized_digits()[:128], [], int(values["depth layers"])
    for _ in range(depth):
        h = curve(h @ (values["weight scale"] * rng.normal(size=(64, 64))))
        spreads.append(math.sqrt(h.var(axis=0).mean()))
    last = 0 if spreads[-1] < 1e-13 * abs(h).max() else spreads[-1]
    close = [0.00501 if 0.01 <= value < 1000 else value / 2 for value in (spreads[0], last)]
    return [("spread:", spreads[0], close[0]), ("after layer 1,", last, close[1]), ("Spread of", depth),
            ("largest output of the last layer is", h.max(), 0.00501 if 0.01 <= h.max() < 1000 else h.max() / 2)]


def drift(values):
    step, unit = int(values["step of training"]), int(values["unit number"]) - 1
    snapshots, losses = training()
    said = [("loss in step", step), (f"loss in step {step}:", losses[max(step, 1) - 1], 0.0501)]
    for layer, before, now in zip((1, 10, 20), snapshots[0], snapshots[step]):
        words = f"layer {layer}:"
        for value, sign in ((before[:, unit].mean(), "±"), (before[:, unit].std(), "→"), (now[:, unit].mean(), "±"),
                            (now[:, unit].std(), "")):
            said.append((words, value))
            words += f" {number(value)} {sign}"
        said.append((f"layer {layer} from", now[:, unit].min() - 0.1, 0.101))
    said += [("layer 20 is now", 2 * snapshots[step][2][:, unit].std()), ("to now, step", step)]
    return said


@functools.lru_cache
def training():
    """20 tanh layers in 200 steps of gradient descent: 128 images' values before tanh, every 10 steps; the losses."""
    images, rng = standardized_digits(), np.random.default_rng(0)
    labels = np.load(DATA)["labels"]
    sizes = [64] * 21 + [10]
    W = [math.sqrt(2 / (n + k)) * rng.normal(size=(n, k)) for n, k in zip(sizes, sizes[1:])]
    b = [np.zeros(k) for k in sizes[1:]]
    rng, losses, snapshots = np.random.default_rng(0), [], {}
    for step in range(201):
        if step % 10 == 0:
            h = outputs_of(images[:128], W, b)
            snapshots[step] = [h[layer - 1] @ W[layer - 1] + b[layer - 1] for layer in (1, 10, 20)]
        batch = rng.choice(len(images), 64, replace=False)
        h = outputs_of(images[batch], W, b)
        p = np.exp(h[-1] @ W[-1] + b[-1])
        p /= p.sum(axis=1, keepdims=True)
        losses.append(-np.log(p[range(64), labels[batch]]).mean())
        p[range(64), labels[batch]] -= 1
        d = p / 64
        for i in range(20, -1, -1):
            dW, db, d = h[i].T @ d, d.sum(axis=0), (d @ W[i].T) * (1 - h[i] ** 2)
            W[i] -= 0.05 * dW
            b[i] -= 0.05 * db
    return snapshots, losses


def outputs_of(images, W, b):
    h = [images]
    for weights, shift in zip(W[:-1], b):
        h.append(np.tanh(h[-1] @ weights + shift))
    return h


def nudge(values):
    x, moved = np.array([3.0, 9.0, 11.0, 17.0]), np.array([3.0, 9.0, 11.0, 17.0])
    which, by = int(values["which x"]) - 1, values["nudge"]
    moved[which] += by
    return [("μ = 10 →", moved.mean()), ("σ = 5 →", moved.std()), ("circles move by", moved[0] - 3),
            ("marks the one at", moved[which]),
            ("triangles move by", 2 * (standardized(moved) - standardized(x))[0]),
            ("they would move by", 2 * (moved - x)[0] / 5),
            ("for a tiny nudge:", slopes(lambda x: 2 * standardized(x)[0], x)[which], 0.000501)]


def upstream(values):
    x, dy = np.array([3.0, 9.0, 11.0, 17.0]), np.array([values[f"dy{i} upstream"] for i in "₁₂₃₄"])
    slope, height = np.polyfit(standardized(x), dy, 1)
    dx = slopes(lambda x: 2 * (dy * standardized(x)).sum(), x)
    return [("Σ dy =", dy.sum()), ("Σ dy·x̂ =", (dy * standardized(x)).sum()), ("Right: dx =", dx[0], 0.000501),
            ("triangles at dy =", dy[0]), ("has the height", height), ("and the slope", slope),
            ("to the triangles:", dy[0] - height - slope * standardized(x)[0])]


def detached(values):
    m = int(values["m batch size"])
    x, dy = unit_11()[:m], np.random.default_rng(0).normal(size=256)[:m]
    dy = dy - dy.mean() + values["common part"]
    dx, wrong = slopes(lambda x: (dy * standardized(x)).sum(), x), dy / np.sqrt(x.var() + 1e-5)
    return [("mean of dy", dy.mean()), ("‖dx‖ =", 100 * np.linalg.norm(wrong - dx) / np.linalg.norm(dx), 0.51),
            ("right gradient reaches from", dx.min()), ("wrong one from", wrong.min()),
            ("average difference is", (wrong - dx).mean())]


def slopes(f, at, h=1e-4):
    """The slopes of f, a number or an array, in each value of at: differences of four points, off by about h⁴."""
    at = np.asarray(at, dtype=float)
    steps = h * np.eye(at.size).reshape(-1, *at.shape)
    found = np.array([(8 * (f(at + step) - f(at - step)) - (f(at + 2 * step) - f(at - 2 * step))) / (12 * h)
                      for step in steps])
    return found.reshape(at.shape + found.shape[1:])


def shared_cells(values):
    axes = {"axis 0: the batch": 0, "axis 1: each example": 1, "everything": None}[values["average over"]]
    x = np.array([[1, 1.5], [2, 1], [3, 4], [4, 3.5]]) * [1, values["k factor"]]
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    first = {0: "(1 + 2 + 3 + 4) / 4 =", 1: f"(1 + {x[0, 1]:g}) / 2 =", None: "/ 8 ="}[axes]
    return [(first, x.mean(axes).ravel()[0]), ("σ =", x.std(axes).ravel()[0]), ("rows of x: 1,", x[0, 1]),
            ("rows of x̂:", x_hat[0, 0])]


def parameters(values):
    C = values["C features"]
    return [("γ and β, 2 · ", C), (f"2 · {C:,.0f} =", 2 * C), (f"beside {C:,.0f} · {C:,.0f} =", C * C),
            (f"summary(): 4 · {C:,.0f} =", 4 * C),
            ("A square of", C), ("columns of", C), ("C²", C * C), ("; 4C", 4 * C), ("; 2C", 2 * C)]


def feature_maps(values):
    kernels = [np.full((3, 3), 1 / 9), [[-1 / 3, 0, 1 / 3]] * 3, np.transpose([[-0.04, 0, 0.04]] * 3)]
    windows = np.lib.stride_tricks.sliding_window_view(DIGITS[:4].reshape(-1, 8, 8).astype(float), (3, 3), axis=(1, 2))
    x = np.einsum("nhwij,cij->nchw", windows, kernels)
    axes = {"one channel: N, H, W": (0, 2, 3), "one pixel: N": 0, "everything": None, "one image: C, H, W": (1, 2, 3),
            "one map: H, W": (2, 3)}[values["shared by"]]
    n, c, h, w = cell = tuple(int(values[name]) for name in ("n image", "c channel", "h row", "w column"))
    mean, var = (np.broadcast_to(statistic(axes, keepdims=True), x.shape) for statistic in (x.mean, x.var))
    x_hat = (x - mean) / np.sqrt(var + 1e-5)
    return [(f"x[{n}, {c}, {h}, {w}] =", x[cell]), ("μ =", mean[cell]), ("σ =", np.sqrt(var[cell])),
            ("→ x̂ =", x_hat[cell]), ("over", x.size / x.mean(axes, keepdims=True).size), ("cell is image", n),
            (", channel", c), (", row", h), (", column", w), ("x̂ reaches from", x_hat.min())]


def dead_bias(values):
    b, beta = values["b bias"], values["β beta"]
    x = unit_11()[:256] + b
    return [("μ =", unit_11()[:256].mean()), ("+ b =", x.mean()), ("any y by b:", 0, 1e-6), ("mean of y =", beta),
            ("its mean marked at", x.mean()), ("with β marked at", beta)]


def gradients(values):
    plain, normed = (deep(values, batch_norm, standardized_digits_to_learn()[0][:64],
                          standardized_digits_to_learn()[1][:64])[1] for batch_norm in (False, True))
    last = int(values["depth layers"])
    shown = [("layer 1 of", last), ("without batch norm", plain[0]), ("with it", normed[0]),
             (f"with it {said(normed[0])},", normed[0] / plain[0])]
    for words, norms in (("circles:", plain), ("squares:", normed)):
        if 1.01e-12 < min(norms) and max(norms) < 0.99e6:
            shown += [(words, norms[0])]
    return [(words, value, 0.01 * abs(value) + 1e-300) for words, value in shown]


def said(value):
    """A positive number in three digits, as a readout says it."""
    if value >= 1e4:
        return f"{value:.2e}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}".replace("-", "−")


def deep(values, batch_norm, images, labels):
    """The loss of a network before training, and the norms of its weights' gradients, in plain NumPy."""
    curve, slope = {"tanh": (np.tanh, lambda a: 1 - a ** 2), "relu": (lambda z: z * (z > 0), lambda a: 1.0 * (a > 0)),
                    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a))}[values["activation"]]
    rng, h, hats, stds, m = np.random.default_rng(0), [images], [], [], len(labels)
    W = [values["weight scale"] * rng.normal(size=(64, 64)) for _ in range(int(values["depth layers"]))]
    last = values["weight scale"] * rng.normal(size=(64, 10))
    for weights in W:
        z = h[-1] @ weights
        stds.append(np.sqrt(z.var(axis=0) + 1e-5) if batch_norm else 1.0)
        hats.append((z - z.mean(axis=0)) / stds[-1] if batch_norm else z)
        h.append(curve(hats[-1]))
    scores = h[-1] @ last
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = (np.log(np.exp(scores).sum(axis=1)) - scores[range(m), labels]).mean()
    p[range(m), labels] -= 1
    d, norms = p / m @ last.T, []
    for i in reversed(range(len(W))):
        d = d * slope(h[i + 1])
        if batch_norm:
            d = (d - d.mean(axis=0) - hats[i] * (d * hats[i]).mean(axis=0)) / stds[i]
        norms.insert(0, np.linalg.norm(h[i].T @ d))
        d = d @ W[i].T
    return loss, norms


def standardized_digits_to_learn():
    """All the digits but 297, in the order in which the networks of lesson 08 have them, and their labels."""
    order = np.random.default_rng(0).permutation(len(DIGITS))[297:]
    return standardized_digits()[order], np.load(DATA)["labels"][order].astype(int)


def live(values):
    images, labels = standardized_digits_to_learn()
    first = np.random.default_rng(0).choice(len(images), 64, replace=False)
    plain, normed = (deep(values, batch_norm, images[first], labels[first])[0] for batch_norm in (False, True))
    return [("press Train:", 1000), ("Loss without batch norm", plain, max(ROUNDED, 0.06 * plain)),
            (", with batch norm", normed, ROUNDED), ("steps; learning rate", values["learning rate"]),
            ("mean, in layer", values["depth layers"])]


def scales(values):
    stored = np.load(TRAINED)
    activation = list(stored["activations"]).index(values["activation"])
    return recorded(stored["by_scale"][activation], stored["scales"], "weight scale", values)


def rates(values):
    stored = np.load(TRAINED)
    return recorded(stored["by_rate"], stored["rates"], "learning rate", values)


def recorded(accuracies, rows, name, values):
    """What the words say of recorded accuracies: rows, depths, without and with batch norm, three starts."""
    i, j = list(rows).index(values[name]), [5, 10, 20, 30, 40].index(values["depth layers"])
    learned = (np.nan_to_num(accuracies.mean(axis=-1)) > 0.5).sum(axis=(0, 1))
    single = 100 * accuracies[i, j]
    found = [("digits right for", len(rows) * 5), ("right in", learned[0]), ("without batch norm, in", learned[1]),
             (f"Marked: {name}", values[name], 1e-6), (f"Marked: {name} {values[name]:g},", values["depth layers"])]
    words = ("starts: without batch norm", "; with batch norm")
    return found + [(word, three[0], 0.501) for word, three in zip(words, single) if np.isfinite(three[0])]


STOPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 400)


@functools.lru_cache
def five_layers():
    """Lesson 09's training in plain NumPy, five tanh layers with batch norm: what it has learned at the STOPS, and the
    mean and the variance with 1/(m − 1) of every layer in each mini-batch, ``(steps, layers, units)``.
    """
    images, labels = standardized_digits_to_learn()
    rng, m, rate = np.random.default_rng(0), 64, 0.1
    W = [0.05 * rng.normal(size=(64, k)) for k in (64, 64, 64, 64, 64, 10)]
    gamma, beta, b = [np.ones(64) for _ in W[:-1]], [np.zeros(64) for _ in W[:-1]], np.zeros(10)
    learned, means, variances, rng = {}, [], [], np.random.default_rng(0)
    for step in range(1, 401):
        batch = rng.choice(len(images), m, replace=False)
        h, hats, stds, seen = [images[batch]], [], [], []
        for weights, scale, shift in zip(W, gamma, beta):
            z = h[-1] @ weights
            seen.append((z.mean(axis=0), z.var(axis=0, ddof=1)))
            stds.append(np.sqrt(z.var(axis=0) + 1e-5))
            hats.append((z - z.mean(axis=0)) / stds[-1])
            h.append(np.tanh(scale * hats[-1] + shift))
        means.append([mean for mean, _ in seen])
        variances.append([variance for _, variance in seen])
        p = probabilities(h[-1] @ W[-1] + b)
        p[range(m), labels[batch]] -= 1
        d, dW, db = p / m @ W[-1].T, h[-1].T @ p / m, p.sum(axis=0) / m
        for i in reversed(range(5)):
            d = d * (1 - h[i + 1] ** 2)
            dbeta, dgamma = d.sum(axis=0), (d * hats[i]).sum(axis=0)
            d = gamma[i] / stds[i] * (d - dbeta / m - hats[i] * dgamma / m)
            d, change = d @ W[i].T, h[i].T @ d
            W[i], gamma[i], beta[i] = W[i] - rate * change, gamma[i] - rate * dgamma, beta[i] - rate * dbeta
        W[-1], b = W[-1] - rate * dW, b - rate * db
        if step in STOPS:
            learned[step] = [*W], [*gamma], [*beta], b
    return learned, np.array(means), np.array(variances)


def probabilities(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def scores_of(h, parameters, statistics=None):
    """The scores of a network, with the batch's own statistics or with those of each layer that are given."""
    W, gamma, beta, b = parameters
    for i in range(5):
        z = h @ W[i]
        mean, variance = statistics[i] if statistics else (z.mean(axis=0), z.var(axis=0))
        h = np.tanh(gamma[i] * (z - mean) / np.sqrt(variance + 1e-5) + beta[i])
    return h @ W[-1] + b


def held_out_digits():
    order = np.random.default_rng(0).permutation(len(DIGITS))[:297]
    return standardized_digits()[order], np.load(DATA)["labels"][order].astype(int)


def followed(momentum, start, values):
    """Running statistics after each step: what is left of the start, and each value with the weight that it has."""
    steps = np.arange(1, len(values) + 1)
    late = steps[:, None] - steps[None, :]
    weights = np.where(late >= 0, momentum * (1 - momentum) ** np.maximum(late, 0), 0)
    return (start * (1 - momentum) ** steps).reshape(-1, *[1] * (values.ndim - 1)) + np.tensordot(weights, values, 1)


def mates(values):
    images, labels = held_out_digits()
    image, m, draw = (int(values[name]) for name in ("image number", "m batch size", "mates draw"))
    rng, everybody, rows = np.random.default_rng(image - 1), np.delete(np.arange(297), image - 1), []
    for _ in range(20):
        company = images[[image - 1, *rng.choice(everybody, m - 1, replace=False)]]
        rows.append(probabilities(scores_of(company, five_layers()[0][400]))[0])
    rows, own = np.array(rows), rows[draw - 1]
    best = own.argmax()
    return [("a", labels[image - 1]), ("beside", m - 1), ("read as", best), ("with the probability", own.max()),
            ("it is read right", (rows.argmax(axis=1) == labels[image - 1]).sum()),
            ("for each probability: 0:", own[0]), ("The highest bar is at", best),
            (f"at {best} from", rows[:, best].min())]


def crowd(values):
    images, labels = held_out_digits()
    others = int(values["other digits"])
    rest = images[labels != 3][np.random.default_rng(0).permutation((labels != 3).sum())[:others]]
    scores = scores_of(np.concatenate([images[labels == 3], rest]), five_layers()[0][400])
    taken = list(scores[:31].argmax(axis=1))
    return [("threes and", others), ("others:", 100 * 31 / (31 + others), 0.501), ("batch are threes", taken.count(3)),
            ("threes are read right,", 100 * taken.count(3) / 31, 0.501),
            ("taken for: 0:", taken.count(0)), (", 3:", taken.count(3)), (", 9:", taken.count(9))]


def running(values):
    momentum, step = values["momentum"], int(values["training step"])
    learned, means, variances = five_layers()
    images, labels = held_out_digits()
    kept = list(zip(followed(momentum, 0, means)[step - 1], followed(momentum, 1, variances)[step - 1]))
    right, best = (100 * (scores_of(images, learned[step], statistics).argmax(axis=1) == labels).mean()
                   for statistics in (kept, None))
    unit, line = variances[:, 2, 0], followed(momentum, 1, variances[:, 2, 0])
    now = f"+ {momentum:g} · {number(unit[step - 1], 3)} ="
    return [(f"+ {momentum:g} ·", unit[step - 1], 0.000501), (now, line[step - 1], 0.000501), ("after step", step),
            (f"after step {step}:", right, 0.501), ("with running statistics,", best, 0.501),
            ("mini-batches, from", unit.min()), ("variance ends at step", step),
            (f"variance ends at step {step} and", line[step - 1]), ("Right:", right, 0.501),
            ("statistics at that step,", best, 0.501)]


def fan(values):
    m, unit = int(values["m batch size"]), int(values["unit number"]) - 1
    learned, means, variances = five_layers()
    W, gamma, beta, _ = learned[400]
    z, rng = held_out_digits()[0] @ W[0][:, unit], np.random.default_rng(0)
    batches = [z[rng.choice(297, m, replace=False)] for _ in range(12)]
    slopes = [gamma[0][unit] / np.sqrt(batch.var() + 1e-5) for batch in batches]
    zeros = [batch.mean() - beta[0][unit] / slope for batch, slope in zip(batches, slopes)]
    mean, variance = followed(0.1, 0, means[:, 0, unit])[-1], followed(0.1, 1, variances[:, 0, unit])[-1]
    k = gamma[0][unit] / np.sqrt(variance + 1e-5)
    height = beta[0][unit] - k * mean
    return [("evaluation: y =", k), (f"· z {'−' if height < 0 else '+'}", abs(height)), ("batches of", m),
            ("the slope lies between", min(slopes)), ("with slopes from", min(slopes)), ("with the slope", k),
            ("It meets y = 0 at z =", mean - beta[0][unit] / k), ("the thin ones between", min(zeros))]


def batch_of(values):
    """The four values of the sliders."""
    return np.array([values[f"x{i} value"] for i in "₁₂₃₄"])


def number_in(digits, exponent):
    """The number that a match of NUMBER means."""
    factor, _, ten = digits.replace("−", "-").replace(",", "").partition(" · ")
    if not exponent:
        return float(factor)
    return (float(factor) if ten else 1) * float(f"1e{exponent.translate(POWERS)}")


def wrong_numbers(name, values, words):
    """The promised numbers that the words of an explorer do not say."""
    assert name in globals(), f"tests/expected.py lacks a function {name}(values): see the first lines there"
    wrong = []
    for before, value, *off in globals()[name](values):
        match = re.search(re.escape(before) + r"\s*" + NUMBER, words)
        said = number_in(*match.groups()) if match else None
        if said is None or abs(said - value) > (off[0] if off else ROUNDED):
            wrong.append(f"'{before}' is followed by {said}, not by {value:.6g}, at {values}")
    return wrong
