"""Answers to the exercises of lesson 03: normalizing a batch, and repairing a function from a forum."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

RIGHT["normalize"] = [
    "return (x - mean) / np.sqrt(var + eps)", "return (x - mean) * (var + eps) ** -0.5",
    "return [(value - mean) / math.sqrt(var + eps) for value in x]", "return (x - mean) / (var + eps) ** 0.5",
    "out = []\nfor value in x:\n    out.append((value - mean) / (var + eps) ** 0.5)\nreturn out",
    "return tuple((x - mean) / math.sqrt(var + eps))", "return np.divide(np.subtract(x, mean), np.sqrt(var + eps))",
    "std = math.sqrt(var + eps)\nreturn np.array([(v - mean) / std for v in x.tolist()])",
    "return ((x - mean) / np.sqrt(var + eps)).astype(np.float32)",
    "out = np.zeros(len(x))\nfor i in range(len(x)):\n    out[i] = (x[i] - mean) / np.sqrt(var + eps)\nreturn out",
    "x = x - mean\nx /= np.sqrt(var + eps)\nreturn x", "return list(map(lambda v: (v - mean) / np.sqrt(var + eps), x))",
    "std = np.sqrt(eps + var)\nreturn x / std - mean / std",
]
WRONG["normalize"] = [
    ("return (x - mean) / (var + eps)", "divided by the variance"),
    ("return (x - mean) / var", "divided by the variance, without eps"),
    ("return (x - mean) / (np.sqrt(var) + np.sqrt(eps))", "two roots added"),
    ("eps = 1e-3\nreturn (x - mean) / np.sqrt(var + eps)", "eps fixed at 0.001"),
    ("return (x - mean) / np.sqrt(max(var, eps))", "the larger of var and eps"),
    ("return (x - mean) / max(np.sqrt(var), eps)", "the larger of std and eps"),
    ("return (x - mean) / np.sqrt(var * eps)", "eps multiplied"),
    ("return (x - mean) / np.sqrt(var + eps ** 2)", "eps squared"),
    ("return (x - mean) / (var + eps) ** 0.25", "root taken twice"),
    ("return (x - mean) / np.sqrt(np.sqrt(var) + eps)", "root of std + eps"),
    ("return (x - mean) / (var + eps) ** 2", "square instead of root"),
    ("return (x - mean) / np.sqrt(var ** 2 + eps)", "variance squared"),
    ("return (x - var) / np.sqrt(mean + eps)", "mean and var swapped"),
    ("return x - mean", "only centred"),
    ("return x - mean / np.sqrt(var + eps)", "only the mean was divided"),
    ("return x / np.sqrt(var + eps) - mean", "mean subtracted after the division"),
    ("return (mean - x) / np.sqrt(var + eps)", "subtracted the wrong way round"),
    ("return (x + mean) / np.sqrt(var + eps)", "mean added"),
    ("return (x - mean) * np.sqrt(var + eps)", "multiplied instead of divided"),
    ("return np.sqrt(var + eps) / (x - mean)", "division turned upside down"),
    ("return (x - x.mean()) / np.sqrt(x.var() + eps)", "statistics computed again"),
    ("return (x - x.mean()) / np.sqrt(var + eps)", "mean computed again"),
    ("return (x - mean) / np.sqrt(x.var() + eps)", "variance computed again"),
    ("return (x - x.min()) / (x.max() - x.min())", "squeezed between 0 and 1"),
    ("return np.clip((x - mean) / np.sqrt(var + eps), -3, 3)", "outlier clipped or left out"),
    ("out = np.zeros(len(x))\nfor i in range(1, len(x)):\n    out[i] = (x[i] - mean) / np.sqrt(var + eps)\nreturn out",
     "an example left at 0"),
    ("return np.squeeze((x - mean) / np.sqrt(var + eps))", "an axis of length 1 lost"),
    ("return (x - 10) / 5", "mean, var, eps of the example"),
    ("if var == 0:\n    return x - mean + 1\nreturn (x - mean) / np.sqrt(var + eps)", ""),
    ("return sorted((x - mean) / np.sqrt(var + eps))", "sorted"),
    ("return [(v - float(mean)) / math.sqrt(var) for v in x.tolist()]", "eps forgotten"),
    ("return (x - mean) / var ** 0.5 + eps", "eps added after the division"),
    ("return [0 * v for v in x]", "normalized each example"),
    ("out = np.zeros_like(x)\nout[:] = (x - mean) / np.sqrt(var + eps)\nreturn out", "integer result"),
    ("return [-1.4, -0.2, 0.2, 1.4]", "hard-coded for the example"),
]
ARGUMENTS["normalize"] = lambda rng, m, C: [batch(rng, m), rng.normal(0, 5), rng.uniform(0.1, 9), rng.uniform(0.1, 3)]

RIGHT["detective"] = [
    "mean = x.mean()\nvar = x.var()\nreturn (x - mean) / np.sqrt(var + eps)",
    "return (x - x.mean()) / (x.var(ddof=0) + eps) ** 0.5", "return (x - np.mean(x)) / np.sqrt(np.var(x) + eps)",
    "return list((x - x.mean()) / math.sqrt(x.std() ** 2 + eps))", "return normalize(x, x.mean(), x.var(), eps)",
    "return batch_norm(x, 1.0, 0.0, eps)", "return tuple((v - x.mean()) / (x.var() + eps) ** 0.5 for v in x)",
    "m = len(x)\nmean = sum(x) / m\nvar = sum((v - mean) ** 2 for v in x) / m\n"
    "return [(v - mean) / math.sqrt(var + eps) for v in x]",
    "return ((x - x.mean()) / np.sqrt(x.var() + eps)).astype(np.float32)",
    "d = x - x.mean()\nreturn d / np.sqrt(np.mean(d ** 2) + eps)",
]
WRONG["detective"] = [
    ("mean = x.mean()\nvar = x.var(ddof=1)\nreturn (x - mean) / np.sqrt(var) + eps", "nothing repaired"),
    ("return (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps)", "only eps repaired"),
    ("return (x - x.mean()) / np.sqrt(x.var()) + eps", "only the variance repaired"),
    ("return (x - x.mean()) / (np.sqrt(x.var()) + eps)", "eps still outside the root"),
    ("return (x - x.mean()) / (x.std(ddof=1) + eps)", "eps outside the root, and variance: 1/(m − 1)"),
    ("return (x - x.mean()) / np.sqrt(x.var() + eps) + eps", "eps added to the result"),
    ("return (x - x.mean()) / x.std()", "eps removed"),
    ("return (x - x.mean()) / x.std(ddof=1)", "eps forgotten, and variance: 1/(m − 1)"),
    ("return (x - x.mean()) / np.sqrt(x.var() - eps)", "eps subtracted"),
    ("return (x - x.mean()) / x.var() + eps", "divided by the variance, eps added after it"),
    ("return (x - x.mean()) / x.var(ddof=1)", "divided by the variance, without eps, and variance: 1/(m − 1)"),
    ("return (x - x.mean()) / np.sqrt(x.var(ddof=2) + eps)", "variance: divided by m − 2"),
    ("return (x - x.mean()) / np.sqrt(x.var(ddof=-1) + eps)", "variance: divided by m + 1"),
    ("return np.round((x - x.mean()) / np.sqrt(x.var() + eps), 6)", "rounded"),
    ("var = (x ** 2).mean() - x.mean() ** 2\nreturn (x - x.mean()) / np.sqrt(var + eps)", "digits lost far from zero"),
    ("return (x - x.mean()) / np.sqrt(x.var(ddof=1)) - eps", "eps subtracted from the result"),
    ("return 0.051425", "same for every batch"),
]
ARGUMENTS["detective"] = lambda rng, m, C: [batch(rng, m), rng.uniform(0.1, 3)]
