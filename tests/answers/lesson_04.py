"""Answers to the exercises of lesson 04: scale and shift, and what undoes the normalization."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

RIGHT["scale_and_shift"] = [
    "return gamma * x_hat + beta", "return x_hat * gamma + beta", "return beta + gamma * x_hat",
    "return [gamma * value + beta for value in x_hat]", "return tuple(gamma * value + beta for value in x_hat)",
    "return np.add(np.multiply(gamma, x_hat), beta)", "y = gamma * x_hat\ny += beta\nreturn y",
    "return np.polyval([gamma, beta], x_hat)", "return (gamma * x_hat + beta).astype(np.float32)",
    "y = []\nfor value in x_hat:\n    y.append(gamma * value + beta)\nreturn y",
    "y = np.empty(x_hat.shape)\nfor i in range(len(x_hat)):\n    y[i] = gamma * x_hat[i] + beta\nreturn y",
    "return list(map(lambda v: gamma * v + beta, x_hat))",
]
WRONG["scale_and_shift"] = [
    ("return beta * x_hat + gamma", "gamma and beta swapped"),
    ("return gamma * (x_hat + beta)", "shift before scale"),
    ("return gamma * x_hat", "beta forgotten"),
    ("return x_hat + beta", "gamma forgotten"),
    ("return gamma * x_hat - beta", "beta subtracted"),
    ("return x_hat / gamma + beta", "divided by gamma"),
    ("return abs(gamma) * x_hat + beta", "sign of gamma lost"),
    ("return gamma ** 2 * x_hat + beta", "gamma squared"),
    ("return np.sqrt(gamma) * x_hat + beta", "root of gamma"),
    ("return -gamma * x_hat + beta", "gamma with the wrong sign"),
    ("return gamma * x_hat * beta", "beta multiplied"),
    ("return gamma + x_hat + beta", "gamma added"),
    ("return (x_hat - beta) / gamma", "undone instead of done"),
    ("return gamma * (x_hat - beta)", "beta subtracted before scaling"),
    ("return x_hat ** gamma + beta", "gamma as a power"),
    ("return x_hat * x_hat.std() + x_hat.mean()", "the batch's own statistics"),
    ("return gamma * (x_hat - x_hat.mean()) / x_hat.std() + beta", "normalized again"),
    ("return gamma * x_hat + abs(beta)", "sign of beta lost"),
    ("return 2 * x_hat + beta", "gamma fixed at 2"),
    ("return gamma * x_hat + 1", "beta fixed at 1"),
    ("gamma = gamma or 1\nreturn gamma * x_hat + beta", "gamma = 0 treated as missing"),
    ("if not beta:\n    beta = x_hat.mean()\nreturn gamma * x_hat + beta", ""),
    ("y = []\nfor v in x_hat:\n    y.append(gamma * v + beta)\n    return y", "one value instead of all"),
    ("return [gamma * x_hat[i] + beta for i in range(len(x_hat) - 1)]", "one example too few"),
    ("return np.maximum(gamma * x_hat + beta, 0)", "negative values cut off"),
    ("return np.clip(gamma * x_hat + beta, -100, 100)", "outlier clipped or left out"),
    ("return sum(gamma * x_hat + beta)", "one value instead of all"),
    ("return gamma * x_hat, beta", "wrong number of results"),
    ("out = np.empty_like(x_hat)\nout[:] = gamma * x_hat + beta\nreturn out", "integer result"),
]
ARGUMENTS["scale_and_shift"] = lambda rng, m, C: [batch(rng, m), rng.normal(0, 2), rng.normal(0, 2)]

RIGHT["undo_gamma_beta"] = [
    "return np.sqrt(x.var() + eps), x.mean()", "return [math.sqrt(np.var(x) + eps), np.mean(x)]",
    "return np.array([(x.var() + eps) ** 0.5, x.mean()])", "gamma = (x.var() + eps) ** 0.5\nbeta = x.mean()\n"
    "return gamma, beta",
    "m = len(x)\nbeta = sum(x) / m\nreturn (sum((v - beta) ** 2 for v in x) / m + eps) ** 0.5, beta",
    "return np.float32(np.sqrt(x.var() + eps)), np.float32(x.mean())",
    "mean = statistics.fmean(x)\nreturn [math.sqrt(statistics.fmean((x - mean) ** 2) + eps), mean]",
    "return np.sqrt(batch_variance(x) + eps), batch_mean(x)", "return np.hypot(x.std(), np.sqrt(eps)), np.average(x)",
    "d = x - x.mean()\nreturn np.array(np.sqrt(d @ d / len(d) + eps)), np.array(x.mean())",
]
WRONG["undo_gamma_beta"] = [
    ("return x.var() + eps, x.mean()", "divided by the variance"),
    ("return x.var(), x.mean()", "divided by the variance, without eps"),
    ("return x.std() + eps, x.mean()", "eps outside the root"),
    ("return x.std(ddof=1), x.mean()", "eps forgotten, and variance: 1/(m − 1)"),
    ("return x.std(ddof=1) + eps, x.mean()", "eps outside the root, and variance: 1/(m − 1)"),
    ("return np.sqrt(x.var() + 1e-5), x.mean()", "eps fixed at 1e-5"),
    ("return x.mean(), x.std()", "gamma and beta swapped, and eps forgotten"),
    ("return 1, 0", "left at 1 and 0"),
    ("return 1 / np.sqrt(x.var() + eps), x.mean()", "gamma inverted"),
    ("return np.sqrt(x.var() + eps), -x.mean()", "mean with the wrong sign"),
    ("return 1 / np.sqrt(x.var() + eps), -x.mean() / np.sqrt(x.var() + eps)", "normalized a second time"),
    ("return 1, x.mean()", "gamma left at 1"),
    ("return np.sqrt(x.var() + eps), np.median(x)", "mean: median instead of mean"),
    ("return np.sqrt((x ** 2).mean() + eps), x.mean()", "variance: mean not subtracted"),
    ("return np.sqrt((x ** 2).mean() - x.mean() ** 2 + eps), x.mean()", "digits lost far from zero"),
    ("return np.sqrt(x.var() + eps), round(x.mean(), 2)", "mean: rounded to 2 decimals"),
    ("return np.sqrt(x.var() + eps), abs(x.mean())", "signs lost"),
    ("return np.sqrt(x.var() + eps), x.mean() / np.sqrt(x.var() + eps)", "beta divided by std"),
    ("return 5, 10", "hard-coded for the example"),
    ("return x.max() - x.min(), x.min()", "range and minimum"),
]
ARGUMENTS["undo_gamma_beta"] = lambda rng, m, C: [batch(rng, m), rng.uniform(0.1, 3)]
