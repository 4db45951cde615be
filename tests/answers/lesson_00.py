"""Answers to the exercises of lesson 00: the share of a layer that is saturated."""
import numpy as np

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

RIGHT["saturated_share"] = [
    "return np.mean(np.abs(h) > 0.97)", "return (abs(h) > 0.97).mean()", "return np.sum(np.abs(h) > 0.97) / h.size",
    "return np.count_nonzero(np.abs(h) > 0.97) / h.size", "return ((h > 0.97) | (h < -0.97)).mean()",
    "return np.mean(h > 0.97) + np.mean(h < -0.97)", "return np.mean(h ** 2 > 0.97 ** 2)",
    "return (np.abs(h) > 0.97).mean(axis=0).mean()", "return np.float32(np.average(np.abs(h) > 0.97))",
    "return len(h[np.abs(h) > 0.97]) / h.size", "return 1 - np.mean(np.abs(h) <= 0.97)",
    "return statistics.fmean(abs(value) > 0.97 for row in h for value in row)",
    "count = 0\nfor row in h:\n    for value in row:\n        if abs(value) > 0.97:\n            count += 1\n"
    "return count / (len(h) * len(h[0]))",
    "m, units = h.shape\nreturn sum(abs(value) > 0.97 for value in h.ravel()) / (m * units)",
    "return np.where(np.abs(h) > 0.97, 1.0, 0.0).sum() / (h.shape[0] * h.shape[1])",
]
WRONG["saturated_share"] = [
    ("return np.mean(h > 0.97)", "signs not removed"),
    ("return (h < -0.97).mean()", "only the negative end"),
    ("return np.sum(abs(h) > 0.97)", "count instead of share"),
    ("return np.mean(np.abs(h) > 0.97) * 100", "percent instead of share"),
    ("return np.mean(np.abs(h) < 0.97)", "the share that is not saturated"),
    ("return np.mean(np.abs(h) >= 0.97)", "exactly 0.97 counted"),
    ("return (np.abs(h) > 0.97).mean(axis=0)", "one share per unit"),
    ("return (np.abs(h) > 0.97).mean(axis=1)", "one share per image"),
    ("return (np.abs(h) > 0.97).sum() / len(h)", "divided by the number of images"),
    ("return (np.abs(h) > 0.97).sum() / h.shape[1]", "divided by the number of units"),
    ("return np.mean(np.abs(h))", "average size instead of a count"),
    ("return np.mean(np.abs(h) > 0.9)", "0.9 instead of 0.97"),
    ("return np.mean(np.abs(h) > 0.95)", "0.95 instead of 0.97"),
    ("return np.mean(np.abs(h) > 0.99)", "0.99 instead of 0.97"),
    ("return np.mean(h ** 2 > 0.97)", "the square compared with 0.97"),
    ("return np.mean(np.tanh(h) > 0.97)", "always 0"),
    ("return np.abs(h) > 0.97", "not numbers"),
    ("return h[np.abs(h) > 0.97]", "the saturated values themselves"),
    ("count = 0\nfor row in h:\n    for v in row:\n        if abs(v) > 0.97:\n            count += 1\n"
     "    return count / h.size", "only the first image"),
    ("for row in h:\n    count = 0\n    for v in row:\n        if abs(v) > 0.97:\n            count += 1\n"
     "return count / h.size", "only the last image"),
    ("s = [v for v in h.ravel() if abs(v) > 0.97]\nif s:\n    return len(s) / h.size", "no return"),
    ("n = h[np.abs(h) > 0.97].size\nreturn h.size / n if n else 0", "share turned upside down"),
    ("return np.sum(np.abs(h) > 0.97) // h.size", "all or nothing"),
    ("return np.sum(np.abs(h) > 0.97) / np.sum(np.abs(h) < 0.97)", "saturated against the rest"),
    ("return np.mean(np.any(np.abs(h) > 0.97, axis=1))", "any in an image"),
    ("return np.mean(np.all(np.abs(h) > 0.97, axis=1))", "all in an image"),
    ("return np.mean(np.any(np.abs(h) > 0.97, axis=0))", "any in a unit"),
    ("return len(np.where(np.abs(h) > 0.97)) / h.size", "length of np.where"),
    ("return np.count_nonzero(h) / h.size", "everything but 0"),
    ("return np.mean(1 - np.abs(h) > 0.97)", "close to zero instead of far"),
]
ARGUMENTS["saturated_share"] = lambda rng, m, C: [np.tanh(rng.normal(0, 2, (m, C)))]
