"""Answers to the exercises of lesson 01: the mean of a mini-batch, of one feature and of a table."""
from . import batch

RIGHT, WRONG, ARGUMENTS = {}, {}, {}

ROWS = "total = 0\nfor i in range({}):\n    total += x[i]\nreturn total / len(x)"

RIGHT["batch_mean"] = [
    "return x.mean()", "return np.mean(x)", "return sum(x) / len(x)", "return math.fsum(x) / len(x)",
    "return np.average(x)", "return statistics.fmean(x)", "return x.sum() / x.size", "return np.float32(np.mean(x))",
    "return np.array(x.mean())", "return x @ np.ones(len(x)) / len(x)", "return float(np.add.reduce(x) / x.shape[0])",
    "total = 0\nfor value in x:\n    total = total + value\nreturn total / len(x)",
    "total = 0\ni = 0\nwhile i < len(x):\n    total += x[i]\n    i += 1\nreturn total / i",
    "mean = 0.0\nfor i, value in enumerate(x):\n    mean = mean + (value - mean) / (i + 1)\nreturn mean",
]
WRONG["batch_mean"] = [
    ("return x.sum() / (len(x) - 1)", "divided by m − 1"),
    ("return sum(x) / 4", "divided by 4 whatever m is"),
    ("return (max(x) + min(x)) / 2", "midpoint instead of mean"),
    ("return (x[0] + x[-1]) / 2", "first and last only"),
    ("return abs(x).mean()", "mean of absolute values"),
    ("return abs(x.mean())", "signs lost"),
    ("return np.sqrt(np.mean(x ** 2))", "root of the mean square"),
    ("return np.mean(x ** 2)", "mean of the squares"),
    ("total = 0\nfor v in x:\n    total += v\n    return total / len(x)", "return inside the loop"),
    ("return sum(x) // len(x)", "cut to whole numbers"),
    ("return int(sum(x) / len(x))", "cut to whole numbers"),
    ("return round(x.mean())", "rounded"),
    (ROWS.format("len(x) - 1"), "last example skipped, divided by m"),
    (ROWS.format("1, len(x)"), "first example skipped, divided by m"),
    ("return x.mean(), x.var()", "wrong number of results"),
    ("return x", "averaged each example instead of the batch"),
    ("return x / len(x)", "as many values as given"),
    ("return np.unique(x).mean()", "duplicates counted once"),
    ("return np.mean(x[x != 0])", "zeros left out"),
    ("return np.mean([v for v in x if v > 0])", "only values above 0"),
    ("return 10", "hard-coded for the example"),
    ("x.sort()\nreturn x.mean()", "changed its input"),
    ("mean = x.mean()", "no return"),
    ("return x.mean", "parentheses forgotten"),
    ("for v in x:\n    total = v\nreturn total / len(x)", "kept only the last"),
]
ARGUMENTS["batch_mean"] = lambda rng, m, C: [batch(rng, m)]

RIGHT["batch_mean_table"] = [
    "return x.mean(axis=0)", "return np.mean(x, axis=0)", "return sum(x) / len(x)", "return np.average(x, axis=0)",
    "return x.sum(axis=0) / len(x)", "return [column.mean() for column in x.T]",
    "return tuple(math.fsum(column) / len(column) for column in x.T)", "return x.mean(axis=0).astype(np.float32)",
    "return np.ones(len(x)) @ x / len(x)", "return list(map(statistics.fmean, zip(*x)))",
    "return np.einsum('ij->j', x) / len(x)", "return x.mean(axis=0, keepdims=True)[0]",
    "m, C = x.shape\nmeans = []\nfor j in range(C):\n    total = 0\n    for i in range(m):\n        total += x[i, j]\n"
    "    means.append(total / m)\nreturn means",
]
WRONG["batch_mean_table"] = [
    ("return x.sum(axis=0)", "sum instead of mean"),
    ("return x.mean(axis=1)", "wrong axis"),
    ("return x.mean()", "one mean for the whole table"),
    ("return x.sum(axis=0) / len(x[0])", "divided by the number of features"),
    ("return x[:, 0].mean()", "only the first feature"),
    ("means = []\nfor j in range(x.shape[1] - 1):\n    means.append(x[:, j].mean())\nreturn means",
     "last feature skipped"),
    ("means = []\ntotal = 0\nfor j in range(x.shape[1]):\n    for i in range(len(x)):\n        total += x[i, j]\n"
     "    means.append(total / len(x))\nreturn means", "sum not set back to 0"),
    ("return x.mean(axis=0).squeeze()", "an axis of length 1 lost"),
    ("return x - x.mean(axis=0)", "wrong shape"),
    ("return np.mean(x[x != 0])", "one value instead of all"),
    ("return x.sum(axis=1) / len(x)", "summed along the rows"),
    ("return sum(x) / x.size", "divided by m·C"),
    ("return x.mean(0)[None]", "kept the axis"),
]
ARGUMENTS["batch_mean_table"] = lambda rng, m, C: [batch(rng, m, C)]
