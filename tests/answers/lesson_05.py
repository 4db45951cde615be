"""Answers to the exercises of lesson 05: all four steps for one feature."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

ONE = "{} * (x - x.mean()) / np.sqrt(x.var() + eps) + {}"

RIGHT["batch_norm"] = [
    "return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta",
    "mean = x.mean()\nvar = ((x - mean) ** 2).mean()\nx_hat = (x - mean) / np.sqrt(var + eps)\n"
    "return gamma * x_hat + beta",
    "m = len(x)\nmean = sum(x) / m\nvar = sum((v - mean) ** 2 for v in x) / m\nstd = math.sqrt(var + eps)\n"
    "return [gamma * (v - mean) / std + beta for v in x]",
    "mean = statistics.fmean(x)\nvar = statistics.fmean((x - mean) ** 2)\n"
    "return tuple(gamma * (x - mean) / math.sqrt(var + eps) + beta)",
    "scale = gamma / np.sqrt(np.var(x) + eps)\nreturn scale * x + (beta - scale * np.mean(x))",
    "return batch_norm(x, gamma, beta, eps)",
    "return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)",
    "return (gamma * (x - np.average(x)) * (np.var(x) + eps) ** -0.5 + beta).astype(np.float32)",
    "x = x - x.mean()\nx = x / (x @ x / len(x) + eps) ** 0.5\nreturn x * gamma + beta",
    "y = np.zeros(len(x))\nmean, var = np.mean(x), np.var(x)\nfor i, v in enumerate(x):\n"
    "    y[i] = gamma * (v - mean) / (var + eps) ** 0.5 + beta\nreturn y",
]
WRONG["batch_norm"] = [
    ("return gamma * (x - x.mean()) / (x.std() + eps) + beta", "eps outside the root"),
    ("return gamma * (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps) + beta", "variance: 1/(m − 1)"),
    ("return gamma * (x - x.mean()) / x.std(ddof=1) + beta", "eps forgotten, and variance: 1/(m − 1)"),
    ("return gamma * x - x.mean() / np.sqrt(x.var() + eps) + beta", "brackets around x − mean missing"),
    ("return gamma * (x - x.mean()) + beta", "only centred"),
    ("return gamma * x + beta", "gamma on x instead of x_hat"),
    (f"return {ONE.format('1', '0')}", "gamma and beta forgotten"),
    (f"gamma = gamma or 1\nreturn {ONE.format('gamma', 'beta')}", "gamma = 0 treated as missing"),
    ("x_hat = np.clip((x - x.mean()) / np.sqrt(x.var() + eps), -5, 5)\nreturn gamma * x_hat + beta",
     "outlier clipped or left out"),
    ("mean = sum(x) // len(x)\nvar = ((x - mean) ** 2).mean()\nreturn gamma * (x - mean) / np.sqrt(var + eps) + beta",
     "mean: rounded down"),
    ("var = (x ** 2).mean() - x.mean() ** 2\nreturn gamma * (x - x.mean()) / np.sqrt(var + eps) + beta",
     "digits lost far from zero"),
]
ARGUMENTS["batch_norm"] = lambda rng, m, C: [batch(rng, m), rng.normal(0, 2), rng.normal(0, 2), rng.uniform(0.1, 3)]
