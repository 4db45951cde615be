"""Answers to the exercises of lesson 08: a layer with batch norm, a residual one, and how long a training takes."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

LAYER_BODY = ("z = h @ W\nmean = z.mean(axis=0)\nvar = ((z - mean) ** 2).mean(axis=0)\n"
              "z_hat = (z - mean) / np.sqrt(var + eps)\ny = gamma * z_hat + beta\n")
TANH = LAYER_BODY + "return np.tanh(y)"
WALK = ("for step in range(window, len(losses) + 1):\n    if np.mean(losses[step - window:step]) < limit:\n"
        "        return step\nreturn np.inf")

RIGHT["layer"] = [
    "z = h @ W\nz_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)\nreturn np.tanh(gamma * z_hat + beta)",
    "return np.tanh(batch_norm(h @ W, gamma, beta, eps))",
    "z = np.dot(h, W)\nz_hat = normalize(z, batch_mean(z), batch_variance(z), eps)\n"
    "return np.tanh(scale_and_shift(z_hat, gamma, beta))",
    "z = np.matmul(h, W)\nmean = sum(z) / len(z)\nvar = sum((row - mean) ** 2 for row in z) / len(z)\n"
    "return [np.tanh(gamma * (row - mean) / (var + eps) ** 0.5 + beta) for row in z]",
    "z = h @ W\nd = z - z.mean(0)\ny = gamma * d / ((d ** 2).mean(0) + eps) ** 0.5 + beta\n"
    "return (np.exp(y) - np.exp(-y)) / (np.exp(y) + np.exp(-y))",
    "z = np.einsum('mn,nu->mu', h, W)\n"
    "return np.tanh(gamma * (z - np.mean(z, 0)) / np.sqrt(np.var(z, 0) + eps) + beta)",
    "units = []\nfor j in range(W.shape[1]):\n    z = h @ W[:, j]\n"
    "    units.append(np.tanh(gamma[j] * (z - z.mean()) / np.sqrt(z.var() + eps) + beta[j]))\n"
    "return np.transpose(units)",
    "z = h @ W + 3\ny = batch_norm(z, gamma, beta, eps)\nreturn [[math.tanh(v) for v in row] for row in y]",
    "z = h @ W\nscale = gamma / np.sqrt(z.var(axis=0) + eps)\n"
    "return np.tanh(z * scale + (beta - z.mean(axis=0) * scale))",
    "y = batch_norm(h @ W, gamma, beta, eps)\nreturn np.tanh(y).astype(np.float32)",
]
WRONG["layer"] = [
    (LAYER_BODY + "return y", "activation forgotten"),
    ("a = np.tanh(h @ W)\nreturn batch_norm(a, gamma, beta, eps)", "normalized after the activation"),
    ("a = np.tanh(h @ W)\nreturn np.tanh(batch_norm(a, gamma, beta, eps))", "tanh twice"),
    ("h_hat = (h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + eps)\nreturn np.tanh(gamma * (h_hat @ W) + beta)",
     "normalized its input"),
    ("return np.tanh(h @ W)", "a plain layer"),
    ("return np.tanh(gamma * (h @ W) + beta)", "not normalized"),
    (TANH.replace("tanh(y)", "tanh(z_hat)"), "only normalized and activated"),
    (LAYER_BODY + "return gamma * np.tanh(z_hat) + beta", "scale and shift after the activation"),
    (LAYER_BODY + "return np.tanh(gamma * z_hat) + beta", "shift after the activation"),
    (LAYER_BODY + "return gamma * np.tanh(z_hat + beta)", "scale after the activation"),
    (LAYER_BODY + "return np.maximum(y, 0)", "another activation: ReLU"),
    (LAYER_BODY + "return 1 / (1 + np.exp(-y))", "another activation: the sigmoid"),
    (TANH.replace("gamma * z_hat", "z_hat"), "gamma forgotten"),
    (TANH.replace("z = h @ W", "z = h @ W.T"), "W transposed"),
]
ARGUMENTS["layer"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 1, (C, C)), rng.normal(0, 2, C), rng.normal(0,
                                        2, C), rng.uniform(0.1, 3)]

RIGHT["residual_layer"] = [
    "z = h @ W\nz_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)\n"
    "return h + np.maximum(gamma * z_hat + beta, 0)",
    "return h + np.maximum(batch_norm(h @ W, gamma, beta, eps), 0)",
    "y = batch_norm(h @ W, gamma, beta, eps)\nreturn np.maximum(y, 0) + h",
    "y = batch_norm(h @ W, gamma, beta, eps)\nreturn h + y * (y > 0)",
    "y = batch_norm(h @ W, gamma, beta, eps)\ny[y < 0] = 0\nreturn h + y",
    "y = batch_norm(np.dot(h, W), gamma, beta, eps)\nreturn np.where(y > 0, h + y, h)",
    "y = batch_norm(h @ W, gamma, beta, eps)\nreturn [[a + max(b, 0) for a, b in zip(*rows)] for rows in zip(h, y)]",
    "z = np.matmul(h, W)\nmean = sum(z) / len(z)\nvar = sum((row - mean) ** 2 for row in z) / len(z)\n"
    "return h + [np.clip(gamma * (row - mean) / (var + eps) ** 0.5 + beta, 0, None) for row in z]",
    "z = h @ W\ny = scale_and_shift(normalize(z, batch_mean(z), batch_variance(z), eps), gamma, beta)\n"
    "return h + (y + abs(y)) / 2",
    "out = h.astype(float)\nout += np.maximum(batch_norm(h @ W, gamma, beta, eps), 0)\nreturn out",
]
WRONG["residual_layer"] = [
    (LAYER_BODY + "return np.maximum(y, 0)", "input not added"),
    (LAYER_BODY + "return np.maximum(h + y, 0)", "added before the activation"),
    (LAYER_BODY + "return z + np.maximum(y, 0)", "added h @ W"),
    (LAYER_BODY + "return y + np.maximum(y, 0)", "added what was normalized"),
    (LAYER_BODY + "h = np.maximum(y, 0)\nreturn h + h", "doubled instead of added"),
    ("return np.maximum(batch_norm(h + h @ W, gamma, beta, eps), 0)", "normalized the sum"),
    ("return batch_norm(h + np.maximum(h @ W, 0), gamma, beta, eps)", "normalized the whole"),
    (LAYER_BODY + "return (h + np.maximum(y, 0)) / 2", "halved"),
    (LAYER_BODY + "return h - np.maximum(y, 0)", "subtracted"),
    (LAYER_BODY + "return np.maximum(y, 0) - h", "subtracted the input"),
    (LAYER_BODY + "return h * np.maximum(y, 0)", "multiplied"),
    ("return h + np.maximum(batch_norm(np.maximum(h @ W, 0), gamma, beta, eps), 0)", "ReLU twice"),
    (LAYER_BODY + "return np.maximum(h, 0) + np.maximum(y, 0)", "ReLU of the input, too"),
    ("return h + np.maximum(h @ W, 0)", "a plain layer"),
    (LAYER_BODY + "return h + np.tanh(y)", "another activation: tanh"),
]
ARGUMENTS["residual_layer"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 1, (C, C)), rng.normal(0, 2, C),
                                                 rng.normal(0, 2, C), rng.uniform(0.1, 3)]

RIGHT["steps_until"] = [
    "for step in range(window, len(losses) + 1):\n    if np.mean(losses[step - window:step]) < limit:\n"
    "        return step\nreturn np.inf",
    "for i in range(len(losses) - window + 1):\n    if losses[i:i + window].mean() < limit:\n"
    "        return i + window\nreturn math.inf",
    "if len(losses) < window:\n    return np.inf\nmeans = np.convolve(losses, np.ones(window) / window, 'valid')\n"
    "found = np.flatnonzero(means < limit - 1e-12)\nreturn found[0] + window if len(found) else np.inf",
    "steps = [k for k in range(window, len(losses) + 1) if sum(losses[k - window:k]) / window < limit]\n"
    "return steps[0] if steps else float('inf')",
    "return next((k for k in range(window, len(losses) + 1) if losses[k - window:k].mean() < limit), np.inf)",
    "return min((k for k in range(window, len(losses) + 1) if np.mean(losses[k - window:k]) < limit), default=np.inf)",
    "last = []\nfor step, loss in enumerate(losses, 1):\n    last = (last + [loss])[-window:]\n"
    "    if len(last) == window and sum(last) / window < limit:\n        return step\nreturn np.inf",
    "step = np.inf\nfor k in range(len(losses), window - 1, -1):\n"
    "    if math.fsum(losses[k - window:k]) / window < limit:\n        step = k\nreturn step",
    "for i in range(window - 1, len(losses)):\n"
    "    if statistics.fmean(losses[i - window + 1:i + 1]) < limit:\n        return float(i + 1)\nreturn float('inf')",
]
WRONG["steps_until"] = [
    ("window = min(window, len(losses))\nfor k in range(window, len(losses) + 1):\n"
     "    if np.mean(losses[k - window:k]) < limit:\n        return k\nreturn np.inf",
     "a window longer than the losses"),
    ("for step, loss in enumerate(losses, 1):\n    if loss < limit:\n        return step\nreturn np.inf",
     "window ignored"),
    (WALK.replace("return step", "return step - 1"), "counted from 0"),
    (WALK.replace("return step", "return step + 1"), "one step too many"),
    (WALK.replace("return step", "return step - window + 1"), "start of the window"),
    ("for i in range(len(losses) - window + 1):\n    if losses[i:i + window].mean() < limit:\n        return i\n"
     "return np.inf", "index where the window starts"),
    (WALK.replace("< limit", "<= limit"), "below or equal"),
    (WALK.replace("range(window,", "range(1,").replace("step - window:", "max(step - window, 0):"),
     "windows that are not full"),
    (WALK.replace("step - window:step", ":step"), "mean of all losses so far"),
    (WALK.replace("step - window:step", ":window"), "mean of the first losses"),
    ("for k in range(window, len(losses) + 1):\n    if all(losses[k - window:k] < limit):\n        return k\n"
     "return np.inf", "all losses of the window"),
    ("for k in range(window, len(losses) + 1):\n    if any(losses[k - window:k] < limit):\n        return k\n"
     "return np.inf", "any loss of the window"),
    (WALK.replace("< limit", "> limit"), "above instead of below"),
    ("found = np.inf\n" + WALK.replace("return step", "found = step").replace("return np.inf", "return found"),
     "the last step"),
    ("count = 0\n" + WALK.replace("return step", "count += 1").replace("return np.inf", "return count or np.inf"),
     "number of such steps"),
    (WALK.replace("len(losses) + 1", "len(losses)"), "last window forgotten"),
    (WALK.replace("len(losses) + 1", "len(losses) + window"), "window beyond the end"),
    (WALK.replace("range(window, len(losses) + 1)", "range(window, len(losses) + 1, window)"), "windows side by side"),
    (WALK.replace("return np.inf", "return len(losses)"), "never: the number of losses"),
    (WALK.replace("return np.inf", "return 0"), "never: 0"),
    (WALK.replace("return np.inf", "return -1"), "never: −1"),
    (WALK.replace("return np.inf", "return np.nan"), "never: nan"),
]
ARGUMENTS["steps_until"] = lambda rng, m, C: [losses := batch(rng, m), losses.mean() + rng.normal(),
                                              int(rng.integers(1, 4))]
