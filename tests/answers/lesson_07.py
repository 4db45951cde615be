"""Answers to the exercises of lesson 07: the backward pass, in two halves and whole."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

BACK = "dx, dgamma, dbeta = batch_norm_backward(dy, batch_norm_forward(x, gamma, 0.0, eps)[1])\n"
DX = "gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())"
PAPER = ("m, mean, var = len(x), x.mean(), x.var()\ndx_hat = dy * gamma\n"
         "dvar = (dx_hat * (x - mean)).sum() * -0.5 * (var + eps) ** -1.5\n"
         "dmean = -dx_hat.sum() / np.sqrt(var + eps)\n"
         "dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / m + dmean / m\n"
         "x_hat = (x - mean) / np.sqrt(var + eps)\nreturn dx, (dy * x_hat).sum(), dy.sum()")
SIX = ("m = len(dy)\ndx_hat = gamma * dy\ncentred = x_hat * std\ndvar = (dx_hat * centred).sum() * -0.5 * std ** -3\n"
       "dmean = -dx_hat.sum() / std\nreturn dx_hat / std + dvar * 2 * centred / m + dmean / m")
WHOLE = ("mean, var = x.mean(), x.var()\nstd = np.sqrt(var + eps)\nx_hat = (x - mean) / std\n"
         "dgamma, dbeta = (dy * x_hat).sum(), dy.sum()\n"
         "dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())\nreturn dx, dgamma, dbeta")

RIGHT["parameter_gradients"] = [
    "return (dy * x_hat).sum(), dy.sum()", "return [dy @ x_hat, np.sum(dy)]", "return np.array([dy @ x_hat, dy.sum()])",
    "return sum(a * b for a, b in zip(dy, x_hat)), sum(dy)", "return math.fsum(dy * x_hat), math.fsum(dy)",
    "dgamma = dbeta = 0\nfor i in range(len(dy)):\n    dgamma += dy[i] * x_hat[i]\n    dbeta += dy[i]\n"
    "return dgamma, dbeta",
    "dbeta = np.sum(dy, axis=0)\ndgamma = np.sum(dy * x_hat, axis=0)\nreturn dgamma, dbeta",
    "return len(dy) * np.mean(dy * x_hat), len(dy) * np.mean(dy)",
    "return np.float32(np.dot(x_hat, dy)), np.float32(np.add.reduce(dy))",
    "return np.stack([x_hat, np.ones(len(x_hat))]) @ dy",
]
WRONG["parameter_gradients"] = [
    ("return (dy * x_hat).mean(), dy.mean()", "averaged"),
    ("return (dy * x_hat).mean(), dy.sum()", "dgamma averaged"),
    ("return (dy * x_hat).sum(), dy.mean()", "dbeta averaged"),
    ("return dy.sum(), dy.sum()", "x_hat forgotten"),
    ("return dy.sum() * x_hat.sum(), dy.sum()", "summed before multiplying"),
    ("return dy * x_hat, dy", "not summed"),
    ("return (dy * x_hat).sum(), dy", "dbeta not summed"),
    ("return dy * x_hat, dy.sum()", "dgamma not summed"),
    ("return -(dy * x_hat).sum(), -dy.sum()", "sign of the step"),
    ("return -(dy * x_hat).sum(), dy.sum()", "sign of dgamma"),
    ("return x_hat.sum(), len(x_hat)", "upstream ignored"),
    ("return (dy / x_hat).sum(), dy.sum()", "divided by x_hat"),
    ("return (dy * x_hat ** 2).sum(), dy.sum()", "x_hat squared"),
    ("return (dy * x_hat).sum(), 0", "dbeta forgotten"),
    ("return (dy * x_hat).sum(), len(dy)", "dbeta is m"),
    ("return (dy * x_hat).sum(), (dy * x_hat).sum()", "x_hat in dbeta, too"),
    ("return np.abs(dy * x_hat).sum(), np.abs(dy).sum()", "signs lost before the sum"),
    ("return (dy * np.abs(x_hat)).sum(), dy.sum()", "sign of x_hat lost"),
    ("dgamma = dbeta = 0\nfor i in range(1, len(dy)):\n    dgamma += dy[i] * x_hat[i]\n    dbeta += dy[i]\n"
     "return dgamma, dbeta", "first example skipped"),
    ("return [[(dy * x_hat).sum()], [dy.sum()]]", "wrong shape"),
    ("return sum(dy), dy @ x_hat", "dgamma and dbeta swapped"),
]
ARGUMENTS["parameter_gradients"] = lambda rng, m, C: [batch(rng, m), rng.normal(0, 1, m)]

RIGHT["input_gradient"] = [
    "return gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())",
    "m = len(dy)\nreturn gamma / (m * std) * (m * dy - dy.sum() - x_hat * (dy * x_hat).sum())",
    "m = len(dy)\ndx_hat = gamma * dy\nreturn (dx_hat - dx_hat.sum() / m - x_hat * (dx_hat @ x_hat) / m) / std",
    "m = len(dy)\na, b = sum(dy) / m, sum(dy * x_hat) / m\n"
    "return [gamma / std * (d - a - b * h) for d, h in zip(dy, x_hat)]",
    "dx = np.zeros(len(dy))\nfor i in range(len(dy)):\n"
    "    dx[i] = gamma * (dy[i] - np.mean(dy) - x_hat[i] * np.mean(dy * x_hat)) / std\nreturn dx",
    "m, centred, dx_hat = len(dy), x_hat * std, dy * gamma\ndvar = (dx_hat * centred).sum() * -0.5 * std ** -3\n"
    "dmean = -dx_hat.sum() / std\nreturn dx_hat / std + dvar * 2 * centred / m + dmean / m",
    "m = len(dy)\nslopes = gamma / std * (np.eye(m) - 1 / m - np.outer(x_hat, x_hat) / m)\nreturn slopes @ dy",
    "left = dy - np.average(dy) - x_hat * np.average(dy * x_hat)\nreturn tuple(gamma * left / std)",
    "return (gamma * (dy - np.mean(dy) - x_hat * np.dot(dy, x_hat) / dy.size) / std).astype(np.float32)",
]
WRONG["input_gradient"] = [
    ("return gamma / std * dy", "statistics detached"),
    ("return gamma / std * (dy - dy.mean())", "variance detached"),
    ("return gamma / std * (dy - x_hat * (dy * x_hat).mean())", "mean detached"),
    (f"return {DX.replace('gamma / std', 'gamma')}", "not divided by std"),
    (f"return {DX.replace('gamma / std', 'gamma * std')}", "multiplied by std"),
    (f"return {DX.replace('gamma / std', 'gamma / np.sqrt(std)')}", "divided by the root of std"),
    (f"return {DX.replace('gamma / std', 'std / gamma')}", "std / gamma in front"),
    (f"return {DX.replace('dy.mean()', 'dy.sum()')}", "sum of dy instead of its mean"),
    (f"return {DX.replace('x_hat).mean()', 'x_hat).sum()')}", "part along x_hat not divided by m"),
    (f"return {DX.replace('- dy.mean()', '+ dy.mean()')}", "mean of dy added"),
    (f"return {DX.replace('- x_hat', '+ x_hat')}", "part along x_hat added"),
    (f"return {DX.replace('- ', '+ ')}", "parts added instead of taken away"),
    ("return gamma / std * (dy - dy.mean() - (dy * x_hat).mean())", "third term without x_hat"),
    ("return gamma / std * (dy - dy.mean() - x_hat)", "third term without dy"),
    ("return gamma / std * (dy - dy.mean() - x_hat * dy.mean())", "third term with the mean of dy alone"),
    ("return gamma / std * (dy - dy.mean() - x_hat * dy * x_hat)", "third term not averaged"),
    ("return gamma / std * dy - dy.mean() - x_hat * (dy * x_hat).mean()", "gamma / std on dy only"),
    ("return (gamma * dy - dy.mean() - x_hat * (dy * x_hat).mean()) / std", "gamma on the direct road only"),
    ("return gamma * dy", "stopped at dx_hat"),
    ("m = len(dy)\nreturn gamma / std * (m * dy - dy.sum() - x_hat * (dy * x_hat).sum())", "m times too large"),
    ("m = len(dy)\nreturn gamma / (m * std) * (dy - dy.sum() - x_hat * (dy * x_hat).sum())",
     "1/m in front, m forgotten inside"),
    (SIX.replace("* -0.5", "* -1"), "part along x_hat doubled"),
    (SIX.replace("* -0.5 ", ""), "−1/2 forgotten"),
    (SIX.replace("* 2 ", ""), "part along x_hat halved"),
    (SIX.replace("-3", "-2"), "part along x_hat times std ** 1"),
    (SIX.replace("-3", "-1"), "part along x_hat times std ** 2"),
    (SIX.replace("** -3", "** -1.5"), "part along x_hat times std ** 1.5"),
    (SIX.replace("centred = x_hat * std", "centred = x_hat"), "part along x_hat times std ** -2"),
    (SIX.replace(" / std\nr", "\nr"), "dmean not divided by std"),
    (SIX.replace("dx_hat / std +", "dx_hat +"), "direct road not divided by std"),
    (SIX.replace("dvar = (dx_hat", "dvar = (dy"), "gamma forgotten in dvar"),
    (SIX.replace("-dx_hat.sum()", "-dy.sum()"), "gamma forgotten in dmean"),
    (SIX.replace("-dx_hat.sum() / std", "-dx_hat.sum() / std ** 2"), "dmean divided by the variance"),
    (SIX.replace("dx_hat / std +", "dx_hat / std ** 2 +"), "direct road divided by the variance"),
    (f"return -{DX}", "sign of dx"),
    (f"gamma = gamma or 1\nreturn {DX}", "gamma = 0 treated as missing"),
    ("return gamma / std * (dy - sum(dy) - x_hat * (dy @ x_hat))", "sums instead of means"),
]
ARGUMENTS["input_gradient"] = lambda rng, m, C: [batch(rng, m), rng.normal(0, 1, m), rng.normal(0, 2),
                                                 rng.uniform(0.3, 3)]

RIGHT["batch_norm_backward"] = [
    "std = np.sqrt(x.var() + eps)\nx_hat = (x - x.mean()) / std\ndgamma, dbeta = (dy * x_hat).sum(), dy.sum()\n"
    "dx = gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean())\nreturn dx, dgamma, dbeta",
    "_, cache = batch_norm_forward(x, gamma, 0.0, eps)\nreturn batch_norm_backward(dy, cache)",
    "y, cache = batch_norm_forward(x, gamma, 7, eps)\ndx, dgamma, dbeta = batch_norm_backward(dy, cache)\n"
    "return dx, dgamma, dbeta",
    "m = len(x)\nmean = sum(x) / m\nstd = math.sqrt(sum((v - mean) ** 2 for v in x) / m + eps)\n"
    "x_hat = [(v - mean) / std for v in x]\ndgamma = sum(d * h for d, h in zip(dy, x_hat))\ndbeta = sum(dy)\n"
    "return [gamma / std * (d - dbeta / m - h * dgamma / m) for d, h in zip(dy, x_hat)], dgamma, dbeta",
    "m = len(x)\nmean, var = x.mean(), x.var()\ndx_hat = gamma * dy\n"
    "dvar = (dx_hat * (x - mean)).sum() * -0.5 * (var + eps) ** -1.5\ndmean = -dx_hat.sum() / np.sqrt(var + eps)\n"
    "dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / m + dmean / m\n"
    "return [dx, (dy * (x - mean)).sum() / np.sqrt(var + eps), dy.sum()]",
    "mean = statistics.fmean(x)\nstd = math.sqrt(statistics.fmean((x - mean) ** 2) + eps)\nx_hat = (x - mean) / std\n"
    "dgamma, dbeta = math.fsum(dy * x_hat), math.fsum(dy)\n"
    "return tuple(gamma / std * (dy - dbeta / len(x) - x_hat * dgamma / len(x))), dgamma, dbeta",
    "x_hat = (x - np.mean(x)) / np.sqrt(np.var(x) + eps)\ndbeta, dgamma = np.sum(dy), np.dot(dy, x_hat)\n"
    "left = dy - np.mean(dy) - x_hat * np.mean(dy * x_hat)\ndx = gamma * left / np.sqrt(np.var(x) + eps)\n"
    "return dx.astype(np.float32), np.float32(dgamma), np.float32(dbeta)",
    "m, d = len(x), x - x.mean()\nstd = (d @ d / m + eps) ** 0.5\nh = d / std\n"
    "slopes = gamma / std * (np.eye(m) - 1 / m - np.outer(h, h) / m)\n"
    "return slopes @ dy, np.array(h @ dy), np.array(np.ones(m) @ dy)",
    "m = len(x)\nmean = total = dgamma = dbeta = 0\nfor v in x:\n    mean += v / m\nfor v in x:\n"
    "    total += (v - mean) ** 2\nstd = (total / m + eps) ** 0.5\nfor d, v in zip(dy, x):\n"
    "    dgamma += d * (v - mean) / std\n    dbeta += d\ndx = []\nfor d, v in zip(dy, x):\n"
    "    dx.append(gamma / std * (d - dbeta / m - (v - mean) / std * dgamma / m))\nreturn dx, dgamma, dbeta",
    "std = np.sqrt(batch_variance(x) + eps)\nx_hat = normalize(x, batch_mean(x), batch_variance(x), eps)\n"
    "dgamma, dbeta = np.stack([x_hat, np.ones(len(x))]) @ dy\ndx = np.zeros(len(x))\nfor i in range(len(x)):\n"
    "    dx[i] = gamma / std * (dy[i] - dbeta / len(x) - x_hat[i] * dgamma / len(x))\nreturn dx, dgamma, dbeta",
    "line = np.stack([np.ones(len(x)), (x - x.mean()) / np.sqrt(x.var() + eps)])\ndbeta, dgamma = line @ dy\n"
    "dx = gamma / np.sqrt(x.var() + eps) * (dy - [dbeta, dgamma] @ line / len(x))\n"
    "return np.array([dx, dgamma, dbeta], dtype=object)",
]
WRONG["batch_norm_backward"] = [
    (WHOLE.replace("np.sqrt(var + eps)", "var + eps"), "divided by the variance"),
    (WHOLE.replace("+ eps", "+ 1e-8"), "eps fixed at 1e-8"),
    (WHOLE.replace("x.var()", "x.std()"), "variance: standard deviation"),
    (WHOLE.replace("x.var()", "(x ** 2).mean() - mean ** 2")
     .replace("mean, var = x.mean(), ", "mean = x.mean()\nvar = "), "digits lost far from zero"),
    (WHOLE.replace("(x - mean) / std", "x / std"), "mean not subtracted"),
    (WHOLE.replace("(x - mean) / std", "x"), "x in the place of x_hat"),
    (WHOLE.replace("(x - mean) / std", "x - mean"), "centred x in the place of x_hat"),
    (WHOLE.replace("(dy * x_hat).sum(), dy.sum()", "(dy * x).sum(), dy.sum()"), "dgamma with x"),
    (WHOLE.replace("(dy * x_hat).sum(), dy.sum()", "gamma * (dy * x_hat).sum(), gamma * dy.sum()"),
     "gamma in dgamma and dbeta"),
    (PAPER.replace("** -1.5", "** -3"), "part along x_hat times std ** -3"),
    (PAPER.replace("(dx_hat * (x - mean))", "(dx_hat * (x - mean) / np.sqrt(var + eps))"),
     "part along x_hat times std ** -1"),
    (PAPER.replace("2 * (x - mean)", "2 * x"), "mean not subtracted in dx"),
    (PAPER.replace("(dy * x_hat).sum(), dy.sum()", "(dx_hat * x_hat).sum(), dy.sum()"), "gamma in dgamma"),
    (PAPER.replace("(dy * x_hat).sum(), dy.sum()", "(dy * x_hat).sum(), dx_hat.sum()"), "gamma in dbeta"),
    (WHOLE.replace("return dx, dgamma, dbeta", "return dgamma, dbeta, dx"), "returned dgamma, dbeta, dx"),
    ("gamma = gamma or 1\n" + WHOLE, "gamma = 0 treated as missing"),
    ("x -= x.mean()\nreturn x, x.sum(), x.sum()", "changed its input"),
    ("m = len(x)\nstd = (np.var(x, ddof=1) + eps) ** 0.5\nh = (x - x.mean()) / std\ndgamma, dbeta = dy @ h, sum(dy)\n"
     "return gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta", "variance: 1/(m − 1)"),
    ("m, std = len(x), (x.var() + eps) ** 0.5\nh = (x - x.mean()) / std\ndgamma, dbeta = dy @ x, sum(dy)\n"
     "return gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta", "dgamma with x, and in dx"),
    ("m = 4\nmean = sum(x) / m\nstd = (sum((x - mean) ** 2) / m + eps) ** 0.5\nh = (x - mean) / std\n"
     "dgamma, dbeta = dy @ h, sum(dy)\nreturn gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta",
     "divided by 4 everywhere"),
    (f"{BACK}dx_whole = np.zeros_like(x)\ndx_whole[:] = dx\nreturn dx_whole, dgamma, dbeta", "integer result"),
    (f"{BACK}return list(dx)", "only dx"),
    (f"{BACK}return [dgamma, dbeta]", "dx missing"),
    (f"{BACK}return list(dx) + [dgamma, dbeta]", "stacked into one array"),
    (f"{BACK}return list(dx), [dgamma, dbeta]", "a pair left together"),
    ("return [0.296, -0.272, -0.328, 0.304], 1.4, 3", "hard-coded for the example"),
]
ARGUMENTS["batch_norm_backward"] = lambda rng, m, C: [batch(rng, m), batch(rng, m), rng.normal(0, 2), rng.uniform(0.1,
                                                      3)]
