"""Answers to the exercises of lesson 06: batch norm of a table, and of feature maps."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

BACK = "return gamma * (x - mean) / np.sqrt(var + eps) + beta"
MAPS = "mean = x.mean(axis={a}, keepdims=True)\nvar = x.var(axis={a}, keepdims=True)\n"
PUT = "gamma, beta = gamma.reshape(1, -1, 1, 1), beta.reshape(1, -1, 1, 1)\n"
CHANNELS = MAPS.replace("{a}", "(0, 2, 3)") + PUT
TABLE = "{} * (x - x.mean(axis={a})) / np.sqrt(x.var(axis={a}) + eps) + {}"
COLUMNS = TABLE.replace("{a}", "0")

RIGHT["batch_norm_features"] = [
    "return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + beta",
    "mean = x.mean(axis=0)\nvar = ((x - mean) ** 2).mean(axis=0)\nx_hat = (x - mean) / np.sqrt(var + eps)\n"
    "return gamma * x_hat + beta",
    "m = len(x)\nmean = sum(x) / m\nvar = sum((row - mean) ** 2 for row in x) / m\n"
    "return [gamma * (row - mean) / (var + eps) ** 0.5 + beta for row in x]",
    "return batch_norm(x, gamma, beta, eps)",
    "return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)",
    "return np.transpose([batch_norm(x[:, j], gamma[j], beta[j], eps) for j in range(x.shape[1])])",
    "y = np.zeros(x.shape)\nfor j in range(x.shape[1]):\n    column = x[:, j]\n"
    "    y[:, j] = gamma[j] * (column - column.mean()) / np.sqrt(column.var() + eps) + beta[j]\nreturn y",
    "columns = []\nfor column, g, b in zip(x.T, gamma, beta):\n    mean = statistics.fmean(column)\n"
    "    std = math.sqrt(statistics.fmean((column - mean) ** 2) + eps)\n"
    "    columns.append([g * (v - mean) / std + b for v in column])\nreturn list(zip(*columns))",
    "x = x.T\nx = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)\n"
    "return x.T * gamma + beta",
    "return (gamma * (x - np.average(x, axis=0)) * (np.var(x, axis=0) + eps) ** -0.5 + beta).astype(np.float32)",
    "scale = gamma / np.sqrt(x.var(0) + eps)\nreturn x * scale + (beta - x.mean(0) * scale)",
]
WRONG["batch_norm_features"] = [
    ("return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta", "one statistic for the whole table"),
    ("return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var() + eps) + beta", "one variance for the whole table"),
    ("return gamma * (x - x.mean(axis=0)) / np.sqrt(x.std(axis=0) + eps) + beta", "variance: standard deviation"),
    (f"return {COLUMNS.format('gamma[0]', 'beta[0]')}", "one gamma and beta for all features"),
    (f"return ({COLUMNS.format('gamma', 'beta')}).T", "transposed"),
    (f"gamma = np.where(gamma == 0, 1, gamma)\nreturn {COLUMNS.format('gamma', 'beta')}",
     "gamma = 0 treated as missing"),
    ("var = (x ** 2).mean(axis=0) - x.mean(axis=0) ** 2\n"
     "return gamma * (x - x.mean(axis=0)) / np.sqrt(var + eps) + beta", "digits lost far from zero"),
    ("return x", "returned the batch"),
]
ARGUMENTS["batch_norm_features"] = lambda rng, m, C: [batch(rng, m, C), rng.normal(0, 2, C), rng.normal(0, 2, C),
                                                      rng.uniform(0.1, 3)]

RIGHT["batch_norm_conv"] = [
    "mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = x.var(axis=(0, 2, 3), keepdims=True)\n"
    "return gamma.reshape(1, -1, 1, 1) * (x - mean) / np.sqrt(var + eps) + beta.reshape(1, -1, 1, 1)",
    "return batch_norm(x, gamma, beta, eps)",
    "return scale_and_shift(normalize(x, batch_mean(x), batch_variance(x), eps), gamma, beta)",
    "y = np.zeros(x.shape)\nfor c in range(x.shape[1]):\n    one = x[:, c]\n"
    "    y[:, c] = gamma[c] * (one - one.mean()) / np.sqrt(one.var() + eps) + beta[c]\nreturn y",
    "table = np.moveaxis(x, 1, -1)\nflat = table.reshape(-1, x.shape[1])\n"
    "return np.moveaxis(batch_norm(flat, gamma, beta, eps).reshape(table.shape), -1, 1)",
    "x = x.transpose(0, 2, 3, 1)\nmean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))\n"
    "return (gamma * (x - mean) / np.sqrt(var + eps) + beta).transpose(0, 3, 1, 2)",
    "mean = x.mean(axis=(0, 2, 3))[:, None, None]\nvar = x.var(axis=(0, 2, 3))[:, None, None]\n"
    "return gamma[:, None, None] * (x - mean) / np.sqrt(var + eps) + beta[:, None, None]",
    "channels = [g * (one - one.mean()) / math.sqrt(one.var() + eps) + b\n"
    "            for one, g, b in zip(x.swapaxes(0, 1), gamma, beta)]\nreturn np.stack(channels, axis=1)",
    "x = x - x.mean((0, 2, 3), keepdims=True)\nx = x / ((x ** 2).mean((0, 2, 3), keepdims=True) + eps) ** 0.5\n"
    "return (x * np.expand_dims(gamma, (1, 2)) + np.expand_dims(beta, (1, 2))).tolist()",
    "scale = gamma / np.sqrt(x.var((0, 2, 3)) + eps)\nshift = beta - x.mean((0, 2, 3)) * scale\n"
    "return np.einsum('nchw,c->nchw', x, scale) + shift.reshape(-1, 1, 1)",
]
WRONG["batch_norm_conv"] = [
    (MAPS.replace("{a}", "(1, 2, 3)") + PUT + BACK, "each image by itself"),
    (MAPS.replace("{a}", "(0, 1, 2)") + PUT + BACK, "channels taken to be last"),
    (MAPS.replace("{a}", "(0, 2)") + PUT + BACK, "columns left out"),
    (MAPS.replace("{a}", "(0, 3)") + PUT + BACK, "rows left out"),
    (MAPS.replace("{a}", "(0, 1)") + PUT + BACK, "pixels left out, channels mixed"),
    (MAPS.replace("{a}", "1") + PUT + BACK, "statistics over the channels"),
    ("mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = x.var()\n" + PUT + BACK, "one variance for the whole tensor"),
    ("mean = x.mean()\nvar = x.var(axis=(0, 2, 3), keepdims=True)\n" + PUT + BACK, "one mean for the whole tensor"),
    ("N, C, H, W = x.shape\nflat = x.reshape(-1, C)\n"
     "y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta\nreturn y.reshape(x.shape)",
     "reshaped without the transpose"),
    ("N, C, H, W = x.shape\nflat = x.transpose(0, 2, 3, 1).reshape(-1, C)\n"
     "y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta\nreturn y.reshape(x.shape)",
     "not transposed back"),
    ("N, C, H, W = x.shape\nflat = x.transpose(0, 2, 3, 1).reshape(-1, C)\n"
     "y = gamma * (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps) + beta\nreturn y.reshape(N, H, W, C)",
     "channels left last"),
    ("N, C, H, W = x.shape\nflat = x.transpose(1, 0, 2, 3).reshape(C, -1)\n"
     "y = ((flat.T - flat.mean(axis=1)) / np.sqrt(flat.var(axis=1) + eps) * gamma + beta).T\nreturn y.reshape(x.shape)",
     "not swapped back"),
    ("N = len(x)\nmean = x.sum(axis=(0, 2, 3), keepdims=True) / N\n"
     "var = ((x - mean) ** 2).sum(axis=(0, 2, 3), keepdims=True) / N\n" + PUT + BACK, "divided by N only"),
    ("N, C, H, W = x.shape\nmean = x.mean(axis=(0, 2, 3), keepdims=True)\n"
     "var = ((x - mean) ** 2).sum(axis=(0, 2, 3), keepdims=True) / N\n" + PUT + BACK, "variance divided by N only"),
    ("N, C, H, W = x.shape\nmean = x.mean(axis=(0, 2, 3), keepdims=True)\n"
     "var = ((x - mean) ** 2).sum(axis=(0, 2, 3), keepdims=True) / (H * W)\n" + PUT + BACK,
     "variance divided by H·W only"),
    ("mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = x.var(axis=(2, 3), keepdims=True).mean(axis=0)\n" + PUT
     + BACK, "average of the maps' variances"),
    (CHANNELS.replace("keepdims=True)\ng", "keepdims=True, ddof=1)\ng") + BACK, "1/(N·H·W − 1)"),
    ("mean = x.mean(axis=(0, 2, 3), keepdims=True)\nvar = (x ** 2).mean(axis=(0, 2, 3), keepdims=True) - mean ** 2\n"
     + PUT + BACK, "digits lost far from zero"),
    ("return x", "returned the batch"),
    ("mean = x.mean(axis=(2, 3), keepdims=True)\nvar = x.var(axis=(0, 2, 3), keepdims=True)\n" + PUT + BACK,
     "mean of each map by itself"),
    ("return gamma[:, None, None] * (x - x.mean()) / np.sqrt(x.var() + eps) + beta[:, None, None]",
     "one statistic for the whole tensor"),
    ("g, b = np.reshape(gamma, (-1, 1, 1)), np.reshape(beta, (-1, 1, 1))\n"
     "return g * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + b", "per-pixel statistics"),
    ("return np.stack([batch_norm(image[None], gamma, beta, eps)[0] for image in x])", "each map by itself"),
    ("return gamma * (x - x.mean(axis=(0, 2, 3), keepdims=True)) + beta", "raised an error"),
]
ARGUMENTS["batch_norm_conv"] = lambda rng, m, C: [batch(rng, m, C, 2, 3), rng.normal(0, 2, C), rng.normal(0, 2, C),
                                                  rng.uniform(0.1, 3)]
