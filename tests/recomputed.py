"""What the explorers show, computed a second time in plain NumPy: units, slopes, whole trainings."""
import functools
import math
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent.parent / "batchnorm_lesson" / "data" / "digits.npz"
TRAINED = DATA.with_name("training.npz")
DIGITS, LABELS = np.load(DATA)["images"].reshape(-1, 64), np.load(DATA)["labels"].astype(int)


def unit_11():
    return DIGITS.astype(float) @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))[:, 11]


def standardized(x):
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + 1e-5)


def slopes(f, at, h=1e-4):
    """The slopes of f, a number or an array, in each value of at: differences of four points, off by about h⁴."""
    at = np.asarray(at, dtype=float)
    steps = h * np.eye(at.size).reshape(-1, *at.shape)
    found = np.array([(8 * (f(at + step) - f(at - step)) - (f(at + 2 * step) - f(at - 2 * step))) / (12 * h)
                      for step in steps])
    return found.reshape(at.shape + found.shape[1:])


def standardized_digits():
    return (DIGITS - DIGITS.mean()) / DIGITS.std()


def standardized_digits_to_learn():
    """All the digits but 297, in the order in which the networks of lesson 08 have them, and their labels."""
    order = np.random.default_rng(0).permutation(len(DIGITS))[297:]
    return standardized_digits()[order], LABELS[order]


def held_out_digits():
    order = np.random.default_rng(0).permutation(len(DIGITS))[:297]
    return standardized_digits()[order], LABELS[order]


@functools.lru_cache
def training():
    """20 tanh layers in 200 steps of gradient descent: 128 images' values before tanh, every 10 steps; the losses."""
    images, rng = standardized_digits(), np.random.default_rng(0)
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
        losses.append(-np.log(p[range(64), LABELS[batch]]).mean())
        p[range(64), LABELS[batch]] -= 1
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


def scores_of(h, parameters, statistics=None):
    """The scores of a network, with the batch's own statistics or with those of each layer that are given."""
    W, gamma, beta, b = parameters
    for i in range(5):
        z = h @ W[i]
        mean, variance = statistics[i] if statistics else (z.mean(axis=0), z.var(axis=0))
        h = np.tanh(gamma[i] * (z - mean) / np.sqrt(variance + 1e-5) + beta[i])
    return h @ W[-1] + b


def probabilities(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def followed(momentum, start, values):
    """Running statistics after each step: what is left of the start, and each value with the weight that it has."""
    steps = np.arange(1, len(values) + 1)
    late = steps[:, None] - steps[None, :]
    weights = np.where(late >= 0, momentum * (1 - momentum) ** np.maximum(late, 0), 0)
    return (start * (1 - momentum) ** steps).reshape(-1, *[1] * (values.ndim - 1)) + np.tensordot(weights, values, 1)
