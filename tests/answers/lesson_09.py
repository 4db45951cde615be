"""Answers to the exercises of lesson 09: running statistics, evaluating with them, folding them into the weights."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

EVALUATED = "x_hat = (x - running_mean) / np.sqrt(running_var + eps)\nreturn gamma * x_hat + beta"
FOLDED = "k = gamma / np.sqrt(running_var + eps)\nreturn W * k, (b - running_mean) * k + beta"
MOVED = ("mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)\n"
         "return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * var")
STEPWISE = ("running_mean = running_mean + momentum * (x.mean(axis=0) - running_mean)\n"
            "running_var = running_var + momentum * (x.var(axis=0, ddof=1) - running_var)\n"
            "return running_mean, running_var")

RIGHT["update_running"] = [
    "mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)\n"
    "return (1 - momentum) * running_mean + momentum * mean, (1 - momentum) * running_var + momentum * var",
    "m = len(x)\nvar = x.var(axis=0) * m / (m - 1)\n"
    "return [running_mean + momentum * (x.mean(axis=0) - running_mean), running_var + momentum * (var - running_var)]",
    "m, C = x.shape\nmeans, variances = [], []\nfor j in range(C):\n    mean = sum(x[:, j]) / m\n"
    "    var = sum((v - mean) ** 2 for v in x[:, j]) / (m - 1)\n"
    "    means.append((1 - momentum) * running_mean[j] + momentum * mean)\n"
    "    variances.append((1 - momentum) * running_var[j] + momentum * var)\nreturn means, variances",
    "old = np.stack([running_mean, running_var])\nnew = np.stack([x.mean(axis=0), x.var(axis=0, ddof=1)])\n"
    "return (1 - momentum) * old + momentum * new",
    "mean = np.mean(x, axis=0)\nvar = ((x - mean) ** 2).sum(axis=0) / (len(x) - 1)\nkeep = 1 - momentum\n"
    "return keep * running_mean + momentum * mean, keep * running_var + momentum * var",
    "mix = lambda old, new: old * (1 - momentum) + new * momentum\n"
    "return mix(running_mean, x.mean(0)), mix(running_var, x.std(0, ddof=1) ** 2)",
    "return tuple((1 - momentum) * old + momentum * np.array([f(list(column)) for column in x.T.astype(float)])\n"
    "             for old, f in ((running_mean, statistics.fmean), (running_var, statistics.variance)))",
    "layer = BatchNorm(x.shape[1], momentum=momentum)\nlayer.running_mean = running_mean.copy()\n"
    "layer.running_var = running_var.copy()\nlayer.forward(x)\nreturn layer.running_mean, layer.running_var",
    "m = x.shape[0]\nmean, var = batch_mean(x), batch_variance(x)\nvar = var / (1 - 1 / m)\n"
    "return running_mean - momentum * (running_mean - mean), running_var - momentum * (running_var - var)",
    "mean, var = np.average(x, axis=0), np.diag(np.atleast_2d(np.cov(x.T)))\nt = momentum\n"
    "return np.float32(t * mean + (1 - t) * running_mean), np.float32(t * var + (1 - t) * running_var)",
]
WRONG["update_running"] = [
    ("mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)\n"
     "return momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var",
     "old and new weights exchanged"),
    ("mean, var = x.mean(0), x.var(0)\n"
     "return momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var",
     "old and new weights exchanged, and 1/m"),
    (MOVED.replace(", ddof=1", ""), "1/m"),
    ("m = len(x)\n" + MOVED.replace("x.var(axis=0, ddof=1)", "x.var(axis=0) * (m - 1) / m"), "(m − 1)/m"),
    ("m = len(x)\n" + MOVED.replace("ddof=1)", "ddof=1) * m / (m - 1)"), "corrected twice"),
    (MOVED.replace("x.var(", "x.std("), "std instead of var"),
    (MOVED.replace("x.var(axis=0, ddof=1)", "x.std(axis=0)"), "std instead of var, and 1/m"),
    (MOVED.replace("(1 - momentum) * running_var + momentum * var", "running_var"),
     "running variance: nothing updated"),
    (MOVED.replace("(1 - momentum) * running_mean + momentum * mean", "running_mean"), "running mean: nothing updated"),
    ("return running_mean, running_var", "nothing updated"),
    ("return x.mean(axis=0), x.var(axis=0)", "the batch's own statistics, and 1/m"),
    ("running_mean, running_var = np.zeros(x.shape[1]), np.ones(x.shape[1])\n" + MOVED, "started again"),
    ("return momentum * x.mean(axis=0), momentum * x.var(axis=0, ddof=1)", "started from nothing"),
    (MOVED.replace("(1 - momentum) * ", ""), "old value kept whole"),
    (MOVED.replace("+ momentum * ", "+ "), "new value taken whole"),
    ("return (running_mean + x.mean(axis=0)) / 2, (running_var + x.var(axis=0, ddof=1)) / 2", "plain average"),
    ("momentum = 0.1\n" + MOVED, "momentum fixed at 0.1"),
    ("momentum = 0.9\n" + MOVED, "momentum fixed at 0.9"),
    (STEPWISE.replace("+ momentum", "- momentum"), "moved away"),
    (STEPWISE.replace("x.var(axis=0, ddof=1)", "((x - running_mean) ** 2).sum(axis=0) / (len(x) - 1)"),
     "variance around the new running mean"),
    (MOVED.replace("x.var(axis=0, ddof=1)", "((x - running_mean) ** 2).sum(axis=0) / (len(x) - 1)"),
     "variance around the running mean"),
    ("m, v = x.mean(0), x.var(0, ddof=1)\n"
     "return (1 - momentum) * running_var + momentum * v, (1 - momentum) * running_mean + momentum * m",
     "statistics in the wrong order"),
    ("mean, var = x.mean(axis=0), x.var(axis=0, ddof=1)\n"
     "return (1 - momentum) * running_mean + momentum * mean, np.sqrt((1 - momentum) * running_var + momentum * var)",
     "root of the running variance"),
    (MOVED.partition(", (1 - momentum) * running_var")[0], "wrong number of results"),
]
ARGUMENTS["update_running"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 5, C), rng.uniform(0.1, 9, C),
                                                 rng.uniform(0.05, 0.95)]

RIGHT["evaluate"] = [
    "x_hat = (x - running_mean) / np.sqrt(running_var + eps)\nreturn gamma * x_hat + beta",
    "return gamma * (x - running_mean) * (running_var + eps) ** -0.5 + beta",
    "k = gamma / np.sqrt(running_var + eps)\nreturn x * k + (beta - running_mean * k)",
    "std = np.sqrt(eps + running_var)\nreturn [gamma * (row - running_mean) / std + beta for row in x]",
    "m, C = x.shape\ny = np.zeros((m, C))\nfor i in range(m):\n    for j in range(C):\n"
    "        x_hat = (x[i, j] - running_mean[j]) / math.sqrt(running_var[j] + eps)\n"
    "        y[i, j] = gamma[j] * x_hat + beta[j]\nreturn y",
    "return scale_and_shift(normalize(x, running_mean, running_var, eps), gamma, beta)",
    "columns = [g * (c - mu) / (v + eps) ** 0.5 + b\n"
    "           for c, mu, v, g, b in zip(x.T, running_mean, running_var, gamma, beta)]\nreturn np.transpose(columns)",
    "y = x - running_mean\ny = y / np.sqrt(running_var + eps)\ny *= gamma\ny += beta\nreturn y.astype(np.float32)",
    "return np.add(np.multiply(gamma, np.divide(np.subtract(x, running_mean), np.sqrt(running_var + eps))), beta)",
    "layer = BatchNorm(x.shape[1], eps=eps)\nlayer.training = False\nlayer.gamma[:], layer.beta[:] = gamma, beta\n"
    "layer.running_mean, layer.running_var = running_mean, running_var\nreturn layer.forward(x)",
]
WRONG["evaluate"] = [
    ("return batch_norm(x, gamma, beta, eps)", "batch statistics"),
    ("mean, var = x.mean(axis=0), x.var(axis=0)\nreturn gamma * (x - running_mean) / np.sqrt(var + eps) + beta",
     "variance of the batch"),
    (EVALUATED.replace("x - running_mean", "x - x.mean(axis=0)"), "mean of the batch"),
    ("t = 0.1\nrunning_mean = (1 - t) * running_mean + t * x.mean(axis=0)\nif len(x) > 1:\n"
     "    running_var = (1 - t) * running_var + t * x.var(axis=0, ddof=1)\n"
     "else:\n    running_var = (1 - t) * running_var + t * running_var\n" + EVALUATED, "statistics updated"),
    (EVALUATED.replace("np.sqrt(running_var + eps)", "running_var"), "divided by the variance, without eps"),
    (EVALUATED.replace(" / np.sqrt(running_var + eps)", ""), "only centred"),
    (EVALUATED.replace("gamma * x_hat + beta", "x_hat"), "gamma and beta forgotten"),
    (EVALUATED.replace("gamma * ", ""), "gamma forgotten"),
    ("m = len(x)\n" + EVALUATED.replace("running_var + eps", "running_var * m / (m - 1) + eps"),
     "variance corrected again"),
    ("gamma = gamma + (gamma == 0)\n" + EVALUATED, "gamma = 0 treated as missing"),
    ("if len(x) == 1:\n    return x\n" + EVALUATED, ""),
]
ARGUMENTS["evaluate"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 5, C), rng.uniform(0.1, 9, C),
                                           rng.normal(0, 2, C), rng.normal(0, 2, C), rng.uniform(0.1, 3)]

RIGHT["fold"] = [
    "k = gamma / np.sqrt(running_var + eps)\nreturn W * k, (b - running_mean) * k + beta",
    "k = gamma * (running_var + eps) ** -0.5\nreturn [W @ np.diag(k), beta + b * k - running_mean * k]",
    "k = gamma / (running_var + eps) ** 0.5\nreturn (W.T * k[:, None]).T, beta - (running_mean - b) * k",
    "std = np.sqrt(running_var + eps)\nreturn gamma * W / std, gamma * (b - running_mean) / std + beta",
    "n, units = W.shape\nweights, bias = np.zeros((n, units)), np.zeros(units)\nfor j in range(units):\n"
    "    k = gamma[j] / math.sqrt(running_var[j] + eps)\n    weights[:, j] = W[:, j] * k\n"
    "    bias[j] = (b[j] - running_mean[j]) * k + beta[j]\nreturn weights, bias",
    "k = [g / math.sqrt(v + eps) for g, v in zip(gamma, running_var)]\n"
    "return [[w * f for w, f in zip(row, k)] for row in W], [(a - m) * f + s for a, m, f, s in "
    "zip(b, running_mean, k, beta)]",
    "f = lambda z: gamma * (z - running_mean) / np.sqrt(running_var + eps) + beta\nreturn f(W) - f(0 * W), f(b)",
    "k = gamma / np.sqrt(running_var + eps)\nboth = np.vstack([W, b - running_mean]) * k\n"
    "return both[:-1], both[-1] + beta",
    "k = np.divide(gamma, np.sqrt(np.add(running_var, eps)))\n"
    "return np.einsum('nu,u->nu', W, k), np.float32(k * b + (beta - k * running_mean))",
    "scale = gamma / np.sqrt(running_var + eps)\nnew_b = scale * (b - running_mean)\nnew_b = new_b + beta\n"
    "return np.multiply(W, scale[None, :]), new_b",
]
WRONG["fold"] = [
    (FOLDED.replace("W * k", "(W.T * k).T"), "rows for columns"),
    (FOLDED.replace("W * k", "W"), "weights left as they were"),
    (FOLDED.replace("(b - running_mean) * k + beta", "b"), "bias left as it was"),
    (FOLDED.replace(" / np.sqrt(running_var + eps)", ""), "std forgotten"),
    (FOLDED.replace("gamma / np", "gamma * np"), "multiplied by the root"),
    (FOLDED.replace("(b - running_mean) * k", "b * k"), "mean forgotten"),
    (FOLDED.replace("(b - running_mean) * k + beta", "(b + beta - running_mean) * k"), "beta multiplied by k"),
    (FOLDED.replace("(b - running_mean) * k + beta", "(beta - running_mean) * k"),
     "beta multiplied by k, bias forgotten"),
    (FOLDED.replace("(b - running_mean) * k + beta", "beta - running_mean * k"), "bias forgotten"),
    (FOLDED.replace("(b - running_mean) * k + beta", "b + beta - running_mean * k"), "bias not multiplied"),
    (FOLDED.replace("(b - running_mean) * k", "b * k - running_mean"), "mean not multiplied"),
    (FOLDED.replace("(b - running_mean) * k", "b - running_mean"), "nothing multiplied"),
    (FOLDED.replace("(b - running_mean) * k + beta", "beta"), "only beta"),
    ("k = gamma / np.sqrt(running_var + eps)\nreturn (b - running_mean) * k + beta, W * k",
     "results in the wrong order"),
    ("k = beta / np.sqrt(running_var + eps)\nreturn W * k, (b - running_mean) * k + gamma", "arguments exchanged"),
    (FOLDED.replace("return W * k, ", "return "), "wrong number of results"),
    ("gamma = np.where(gamma == 0, 1, gamma)\n" + FOLDED, "gamma = 0 treated as missing"),
]
ARGUMENTS["fold"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 2, C), rng.normal(0, 2, C), rng.normal(0, 2,
                                       C), rng.normal(0, 5, C), rng.uniform(0.1, 9, C), rng.uniform(0.1, 3)]
