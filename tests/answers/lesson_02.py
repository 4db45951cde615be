"""Answers to the exercises of lesson 02: the variance of a mini-batch."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

RIGHT["batch_variance"] = [
    "return x.var()", "return np.var(x)", "return np.mean((x - np.mean(x)) ** 2)", "return x.std() ** 2",
    "mean = sum(x) / len(x)\nreturn sum((value - mean) ** 2 for value in x) / len(x)",
    "return statistics.pvariance([float(value) for value in x])", "return np.average((x - x.mean()) ** 2)",
    "d = x - x.mean()\nreturn d @ d / len(x)", "return np.float32(np.var(x))",
    "return math.fsum((v - x.mean()) ** 2 for v in x) / len(x)",
    "total = 0\nfor value in x:\n    total += (value - x.mean()) ** 2\nreturn total / len(x)",
    "return ((x - x.mean()) * (x - x.mean())).sum() / x.size", "return np.square(x - x.mean()).mean()",
    "d = x[:, None] - x[None, :]\nreturn (d ** 2).mean() / 2",
]
WRONG["batch_variance"] = [
    ("return np.std(x, ddof=1)", "standard deviation, and 1/(m − 1)"),
    ("return np.abs(x - x.mean()).mean()", "absolute deviations"),
    ("return (x - x.mean()).mean() ** 2", "deviations not squared"),
    ("return (x - x.mean()) ** 2", "squared deviations not averaged"),
    ("return (x - x.mean() ** 2).mean()", "only the mean was squared"),
    ("return (x ** 2 - x.mean()).mean()", "only x was squared"),
    ("return x.max() - x.min()", "range instead of variance"),
    ("return x.var() ** 2", "squared"),
    ("return x.var() / len(x)", "m times too small"),
    ("x = x.astype(float)\nreturn (x ** 2).mean() - x.mean() ** 2", "digits lost far from zero"),
    ("return x.var() + 1e-5", "1e-5 added"),
    ("return x.var() + 1e-8", "1e-8 added"),
    ("mean = int(x.mean())\nreturn ((x - mean) ** 2).mean()", "mean: cut to a whole number"),
    ("mean = sum(x) // len(x)\nreturn ((x - mean) ** 2).mean()", "mean: rounded down"),
    ("return x[:-1].var()", "last example skipped"),
    ("return (np.diff(x) ** 2).mean()", "differences of neighbours"),
    ("return ((x - 10) ** 2).mean()", "mean: fixed at 10"),
    ("return (abs(x - x.mean()).mean()) ** 2", "squared the mean deviation"),
]
ARGUMENTS["batch_variance"] = lambda rng, m, C: [batch(rng, m)]
