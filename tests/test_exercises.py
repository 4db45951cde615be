"""The exercises: three states, correct answers in many styles, every mistake by its name, and hostile answers."""
import fractions
import functools
import inspect
import math
import re
import statistics
import sys
import textwrap

import numpy as np
import pytest

import batchnorm_lesson
from batchnorm_lesson import exercises
from batchnorm_lesson.widgets import boxes
from batchnorm_lesson.exercises.exercise import Exercise
from batchnorm_lesson.exercises.judging import GENERAL

ALL = {name: exercise for name, exercise in vars(exercises).items() if isinstance(exercise, Exercise)}

# Right answers, as the bodies of functions: plain Python, NumPy, the standard library, lists and tuples returned.
MEAN_STYLES = [
    "return x.mean()", "return np.mean(x)", "return sum(x) / len(x)", "return math.fsum(x) / len(x)",
    "return np.average(x)", "return statistics.fmean(x)", "return x.sum() / x.size", "return np.float32(np.mean(x))",
    "return np.array(x.mean())", "return x @ np.ones(len(x)) / len(x)", "return float(np.add.reduce(x) / x.shape[0])",
    "total = 0\nfor value in x:\n    total = total + value\nreturn total / len(x)",
    "total = 0\ni = 0\nwhile i < len(x):\n    total += x[i]\n    i += 1\nreturn total / i",
    "mean = 0.0\nfor i, value in enumerate(x):\n    mean = mean + (value - mean) / (i + 1)\nreturn mean",
]
TABLE_STYLES = [
    "return x.mean(axis=0)", "return np.mean(x, axis=0)", "return sum(x) / len(x)", "return np.average(x, axis=0)",
    "return x.sum(axis=0) / len(x)", "return [column.mean() for column in x.T]",
    "return tuple(math.fsum(column) / len(column) for column in x.T)", "return x.mean(axis=0).astype(np.float32)",
    "return np.ones(len(x)) @ x / len(x)", "return list(map(statistics.fmean, zip(*x)))",
    "return np.einsum('ij->j', x) / len(x)", "return x.mean(axis=0, keepdims=True)[0]",
    "m, C = x.shape\nmeans = []\nfor j in range(C):\n    total = 0\n    for i in range(m):\n        total += x[i, j]\n"
    "    means.append(total / m)\nreturn means",
]
VARIANCE_STYLES = [
    "return x.var()", "return np.var(x)", "return np.mean((x - np.mean(x)) ** 2)", "return x.std() ** 2",
    "mean = sum(x) / len(x)\nreturn sum((value - mean) ** 2 for value in x) / len(x)",
    "return statistics.pvariance([float(value) for value in x])", "return np.average((x - x.mean()) ** 2)",
    "d = x - x.mean()\nreturn d @ d / len(x)", "return np.float32(np.var(x))",
    "return math.fsum((v - x.mean()) ** 2 for v in x) / len(x)",
    "total = 0\nfor value in x:\n    total += (value - x.mean()) ** 2\nreturn total / len(x)",
    "return ((x - x.mean()) * (x - x.mean())).sum() / x.size", "return np.square(x - x.mean()).mean()",
    "d = x[:, None] - x[None, :]\nreturn (d ** 2).mean() / 2",
]
NORMALIZE_STYLES = [
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
SCALE_STYLES = [
    "return gamma * x_hat + beta", "return x_hat * gamma + beta", "return beta + gamma * x_hat",
    "return [gamma * value + beta for value in x_hat]", "return tuple(gamma * value + beta for value in x_hat)",
    "return np.add(np.multiply(gamma, x_hat), beta)", "y = gamma * x_hat\ny += beta\nreturn y",
    "return np.polyval([gamma, beta], x_hat)", "return (gamma * x_hat + beta).astype(np.float32)",
    "y = []\nfor value in x_hat:\n    y.append(gamma * value + beta)\nreturn y",
    "y = np.empty(x_hat.shape)\nfor i in range(len(x_hat)):\n    y[i] = gamma * x_hat[i] + beta\nreturn y",
    "return list(map(lambda v: gamma * v + beta, x_hat))",
]
BATCH_NORM_STYLES = [
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
UNDO_STYLES = [
    "return np.sqrt(x.var() + eps), x.mean()", "return [math.sqrt(np.var(x) + eps), np.mean(x)]",
    "return np.array([(x.var() + eps) ** 0.5, x.mean()])", "gamma = (x.var() + eps) ** 0.5\nbeta = x.mean()\n"
    "return gamma, beta",
    "m = len(x)\nbeta = sum(x) / m\nreturn (sum((v - beta) ** 2 for v in x) / m + eps) ** 0.5, beta",
    "return np.float32(np.sqrt(x.var() + eps)), np.float32(x.mean())",
    "mean = statistics.fmean(x)\nreturn [math.sqrt(statistics.fmean((x - mean) ** 2) + eps), mean]",
    "return np.sqrt(batch_variance(x) + eps), batch_mean(x)", "return np.hypot(x.std(), np.sqrt(eps)), np.average(x)",
    "d = x - x.mean()\nreturn np.array(np.sqrt(d @ d / len(d) + eps)), np.array(x.mean())",
]
DETECTIVE_STYLES = [
    "mean = x.mean()\nvar = x.var()\nreturn (x - mean) / np.sqrt(var + eps)",
    "return (x - x.mean()) / (x.var(ddof=0) + eps) ** 0.5", "return (x - np.mean(x)) / np.sqrt(np.var(x) + eps)",
    "return list((x - x.mean()) / math.sqrt(x.std() ** 2 + eps))", "return normalize(x, x.mean(), x.var(), eps)",
    "return batch_norm(x, 1.0, 0.0, eps)", "return tuple((v - x.mean()) / (x.var() + eps) ** 0.5 for v in x)",
    "m = len(x)\nmean = sum(x) / m\nvar = sum((v - mean) ** 2 for v in x) / m\n"
    "return [(v - mean) / math.sqrt(var + eps) for v in x]",
    "return ((x - x.mean()) / np.sqrt(x.var() + eps)).astype(np.float32)",
    "d = x - x.mean()\nreturn d / np.sqrt(np.mean(d ** 2) + eps)",
]
PARAMETER_STYLES = [
    "return (dy * x_hat).sum(), dy.sum()", "return [dy @ x_hat, np.sum(dy)]", "return np.array([dy @ x_hat, dy.sum()])",
    "return sum(a * b for a, b in zip(dy, x_hat)), sum(dy)", "return math.fsum(dy * x_hat), math.fsum(dy)",
    "dgamma = dbeta = 0\nfor i in range(len(dy)):\n    dgamma += dy[i] * x_hat[i]\n    dbeta += dy[i]\n"
    "return dgamma, dbeta",
    "dbeta = np.sum(dy, axis=0)\ndgamma = np.sum(dy * x_hat, axis=0)\nreturn dgamma, dbeta",
    "return len(dy) * np.mean(dy * x_hat), len(dy) * np.mean(dy)",
    "return np.float32(np.dot(x_hat, dy)), np.float32(np.add.reduce(dy))",
    "return np.stack([x_hat, np.ones(len(x_hat))]) @ dy",
]
INPUT_STYLES = [
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
BACKWARD_STYLES = [
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
FEATURES_STYLES = [
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
CONV_STYLES = [
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
SATURATED_STYLES = [
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
LAYER_STYLES = [
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
RESIDUAL_STYLES = [
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
STEPS_STYLES = [
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
UPDATE_STYLES = [
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
EVALUATE_STYLES = [
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
FOLD_STYLES = [
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
STYLES = {"batch_mean": MEAN_STYLES, "batch_mean_table": TABLE_STYLES, "batch_variance": VARIANCE_STYLES,
          "normalize": NORMALIZE_STYLES, "scale_and_shift": SCALE_STYLES, "batch_norm": BATCH_NORM_STYLES,
          "undo_gamma_beta": UNDO_STYLES, "detective": DETECTIVE_STYLES,
          "batch_norm_features": FEATURES_STYLES, "batch_norm_conv": CONV_STYLES,
          "parameter_gradients": PARAMETER_STYLES, "input_gradient": INPUT_STYLES,
          "batch_norm_backward": BACKWARD_STYLES,
          "saturated_share": SATURATED_STYLES,
          "layer": LAYER_STYLES, "residual_layer": RESIDUAL_STYLES, "steps_until": STEPS_STYLES,
          "update_running": UPDATE_STYLES, "evaluate": EVALUATE_STYLES, "fold": FOLD_STYLES}
NAMES = {"np": np, "math": math, "statistics": statistics,
         **{name: getattr(batchnorm_lesson, name) for name in batchnorm_lesson.__all__}}


def source(name, body):
    return f"def answer{ALL[name].call}:\n{textwrap.indent(body, '    ')}\n"


def function(text):
    """The function named answer that the source text defines."""
    scope = dict(NAMES)
    exec(compile(text, "<answer>", "exec"), scope)
    return scope["answer"]


def parts(exercise, result):
    """The parts of a result, each an array; the result itself is the only one unless the exercise names several."""
    return [np.asarray(part) for part in (result if exercise.parts else [result])]


def with_catalogue(exercise, catalogue):
    """A fresh copy of an exercise, with the catalogue given."""
    names = ("name", "call", "task", "answer", "cases", "hints", "parts")
    return Exercise(**{name: getattr(exercise, name) for name in names}, catalogue=catalogue)


def each_exercise(test):
    return pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)(test)


# Three states

def test_every_exercise_is_tested():
    assert all(name == exercise.name for name, exercise in ALL.items())
    few = [name for name in ALL if len(STYLES.get(name, ())) < 8]
    assert not few, f"{few}: STYLES needs eight right answers or more for each, as the bodies of functions"
    assert set(STYLES) == set(ALL), "STYLES names an exercise that there is not"


STUBS = ["pass", "...", "return", "return None", "return ...", '"""Shapes."""', '"""Shapes."""\npass',
         '"""Shapes."""\nreturn None', "raise NotImplementedError", 'raise NotImplementedError("your code")',
         "result = ...\nreturn result", "None", "1.5"]


@each_exercise
def test_a_stub_is_not_attempted(exercise):
    for body in STUBS:
        result = exercise.check(function(source(exercise.name, body)))
        assert (result.status, result.mistake) == ("not attempted", None), body


@each_exercise
def test_nothing_is_not_attempted(exercise):
    for answer in [None, ..., lambda *args: None, lambda *args: ...]:
        assert exercise.check(answer).status == "not attempted"


@each_exercise
def test_a_right_answer_is_right_in_any_style(exercise):
    for body in STYLES[exercise.name]:
        result = exercise.check(function(source(exercise.name, body)))
        assert (result.status, result.mistake) == ("right", None), (body, result.message)


@each_exercise
def test_the_solution_is_right(exercise):
    assert exercise.check(exercise.answer).status == "right"
    assert exercise.check(functools.partial(exercise.answer)).status == "right"


@each_exercise
def test_the_plain_solution_is_right_and_equal_to_the_packages_function(exercise):
    shown = re.findall("```python\n(def .*?)\n```", exercise.solution(), re.DOTALL)
    assert len(shown) == 1 + bool(exercise.plain) + exercise.gloss.count("```python")
    assert len(shown[0].splitlines()) <= 6
    scope = {"np": np}
    exec(shown[0], scope)
    mine = scope[exercise.stub]
    assert exercise.check(mine).status == "right"
    for case in exercise.cases:
        for got, right in zip(parts(exercise, mine(*case.args)), parts(exercise, exercise.answer(*case.args)),
                              strict=True):
            np.testing.assert_allclose(got, right, rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize("answer", [np.mean, statistics.fmean, np.ndarray.mean, batchnorm_lesson.batch_mean,
                                    lambda x, unused=None: fractions.Fraction(float(x.sum())) / len(x)])
def test_functions_of_others_are_accepted(answer):
    assert exercises.batch_mean.check(answer).status == "right"


# The catalogue

def general_mistakes(exercise):
    """The mistakes that any exercise can be answered with: a wrong function for each, made from the right one."""
    right, example = exercise.answer, exercise.answer(*exercise.cases[0].args)

    def each_part(change, args):
        changed = [change(part) for part in parts(exercise, right(*args))]
        return changed if exercise.parts else changed[0]

    def no_return(*args):
        right(*args)

    def changes_its_input(*args):
        result = right(*args)
        args[0][:] = 0
        return result

    def truncated(*args):
        return each_part(lambda part: part.astype(int) if args[0].dtype.kind == "i" else part, args)

    def wrong_only(blames):
        def answer(*args):
            special = any(blames == case.blames and all(map(np.array_equal, args, case.args))
                          for case in exercise.cases)
            return each_part(lambda part: part + 7 * special, args)
        return answer

    def fails(*args):
        raise ValueError("no")

    names = exercise.call.strip("()").split(", ")
    swapped = [function(f"def answer({', '.join(names[::-1])}):\n    return 0.5\n")] if names[1:] else []
    some = {}
    if exercise.parts:
        some["wrong number of results"] = [lambda *args: right(*args)[1], lambda *args: [*right(*args), 1.0],
                                           lambda *args: [[len(args[0]), 2], [3], [4, 5], [6]]]
    elif np.ndim(example) == 0:
        some["as many values as given"] = [lambda *args: args[0] - 0.5]
    else:
        some["one value instead of all"] = [lambda *args: np.asarray(right(*args)).flat[-1],
                                            lambda *args: [np.asarray(right(*args)).flat[0]]]
    for special in {case.blames for case in exercise.cases} - {""}:
        some[special] = [wrong_only(special)]
    if not exercise.parts:
        some["wrong number of results"] = [lambda *args: (right(*args), right(*args)),
                                           lambda *args: (right(*args), args[0][:1], 3.0)]
    some["integer result"].append(truncated)
    return {**some, "called the function": [example, 3, "text", [1.0]],
            "wrong arguments": [lambda: 1, lambda *, x: 1, *swapped],
            "parentheses forgotten": [lambda *args: args[0].mean, lambda *args: np.mean, lambda *args: print],
            "no return": [no_return], "changed its input": [changes_its_input], "raised an error": [fails],
            "not numbers": [lambda *args: "text", lambda *args: (v for v in [1]), lambda *args: {1: 2},
                            lambda *args: object(), lambda *args: 1j, lambda *args: True,
                            lambda *args: [*right(*args)[:-1], None] if exercise.parts else [[1, 2], [3]]],
            "wrong shape": [lambda *args: each_part(lambda part: part[..., None], args),
                            lambda *args: args[0].flat[0] + np.ones((len(exercise.parts) or 2, 3, 4))],
            "hard-coded for the example": [lambda *args: example],
            "same for every batch": [lambda *args: 7.5, lambda *args: (1.5, 2.5, 3.5)]}


def table(exercise, names):
    """What the summary shows of mistakes that were recognised by name: a row for each, then their number."""
    rows = [f"{exercise.name:20} {name:52} yes" for name in names]
    return "\n".join([*rows, f"{exercise.name}: {len(rows)} of {len(rows)} recognised by name"])


@each_exercise
def test_every_mistake_is_recognised_by_name(exercise, record_property):
    for mistake in exercise.catalogue:
        result = exercise.check(mistake.wrong)
        assert (result.status, result.mistake, result.message) == ("not right", mistake.name, mistake.says)
    assert len({mistake.name for mistake in exercise.catalogue}) == len(exercise.catalogue)
    assert len({mistake.says for mistake in exercise.catalogue}) == len(exercise.catalogue)
    record_property("shown", table(exercise, [mistake.name for mistake in exercise.catalogue]))


@each_exercise
def test_no_two_mistakes_are_confused(exercise):
    """Also the other way round: the order of the catalogue does not decide who is named."""
    reverse = with_catalogue(exercise, exercise.catalogue[::-1])
    for mistake in exercise.catalogue:
        assert reverse.check(mistake.wrong).mistake == mistake.name


@each_exercise
def test_general_mistakes_are_recognised_by_name(exercise, record_property):
    wrong = general_mistakes(exercise)
    for name, answers in wrong.items():
        for answer in answers:
            result = exercise.check(answer)
            assert (result.status, result.mistake) == ("not right", name), (name, result)
    record_property("shown", table(exercise, wrong))


def test_every_general_mistake_is_tried():
    assert set().union(*map(general_mistakes, ALL.values())) == set(GENERAL)


# Mistakes as people write them, in other words than the catalogue's

BACK = "dx, dgamma, dbeta = batch_norm_backward(dy, batch_norm_forward(x, gamma, 0.0, eps)[1])\n"
PEOPLE = [
    ("batch_mean", "return sum(x)", "sum instead of mean"),
    ("batch_mean", "return sum(x) / 4", "divided by 4 whatever m is"),
    ("batch_mean", "return 10", "hard-coded for the example"),
    ("batch_mean", "return [v for v in x]", "averaged each example instead of the batch"),
    ("batch_mean", "x /= len(x)\nreturn x.sum()", "changed its input"),
    ("batch_mean", "x.sort()\nreturn x.mean()", "changed its input"),
    ("batch_mean", "return x.mean(keepdims=True)", "wrong shape"),
    ("batch_mean", "mean = x.mean()", "no return"),
    ("batch_mean", "print(x.mean())", "no return"),
    ("batch_mean", "return x.mean", "parentheses forgotten"),
    ("batch_mean", "total = 0\nfor v in x:\n    total += v\n    return total / len(x)", "return inside the loop"),
    ("batch_mean", "for v in x:\n    total = v\nreturn total / len(x)", "kept only the last"),
    ("batch_mean_table", "return sum(x) / x.size", "divided by m·C"),
    ("batch_mean_table", "return [row.mean() for row in x]", "wrong axis"),
    ("batch_mean_table", "return sum(sum(x)) / x.size", "one mean for the whole table"),
    ("batch_mean_table", "return x.mean(0)[None]", "kept the axis"),
    ("batch_variance", "d = x - x.mean()\nreturn d @ d / (len(x) - 1)", "1/(m − 1)"),
    ("batch_variance", "return statistics.variance(x.tolist())", "1/(m − 1)"),
    ("batch_variance", "return math.sqrt(x.var())", "standard deviation"),
    ("batch_variance", "return sum(abs(v - x.mean()) for v in x) / len(x)", "absolute deviations"),
    ("batch_variance", "return sum(v ** 2 for v in x) / len(x)", "mean not subtracted"),
    ("batch_variance", "return sum(v - x.mean() for v in x) / len(x)", "deviations not squared"),
    ("batch_variance", "return np.mean(x * x) - np.mean(x) * np.mean(x)", "digits lost far from zero"),
    ("batch_variance", "return sum(v * v for v in x) / len(x) - (sum(x) / len(x)) ** 2", "digits lost far from zero"),
    ("batch_variance", "return (x - x.mean() ** 2).mean()", "only the mean was squared"),
    ("batch_variance", "return x - x.mean() ** 2", "as many values as given"),
    ("batch_variance", "return ((x - x.mean()) * 2).sum() / len(x)", "deviations not squared"),
    ("batch_variance", "s = 0\nfor v in x:\n    s = (v - x.mean()) ** 2\nreturn s / len(x)", "kept only the last"),
    ("batch_variance", "s = 0\nfor v in x:\n    s += (v - x.mean()) ** 2\n    return s / len(x)",
     "return inside the loop"),
    ("batch_variance", "mean = 10.0\nreturn ((x - mean) ** 2).mean()", "mean: fixed at 10"),
    ("batch_variance", "x -= x.mean()\nreturn (x ** 2).mean()", "changed its input"),
    ("normalize", "return [(v - mean) / (var + eps) for v in x]", "divided by the variance"),
    ("normalize", "return (x - mean) / (math.sqrt(var) + eps)", "eps outside the root"),
    ("normalize", "return [(v - mean) / math.sqrt(var) for v in x.tolist()]", "eps forgotten"),
    ("normalize", "return [(v - float(mean)) / math.sqrt(var) for v in x.tolist()]", "eps forgotten"),
    ("normalize", "return (x - mean) / var ** 0.5 + eps", "eps added after the division"),
    ("normalize", "return (x - var) / np.sqrt(mean + eps)", "mean and var swapped"),
    ("normalize", "for v in x:\n    x_hat = (v - mean) / math.sqrt(var + eps)\nreturn x_hat",
     "one value instead of all"),
    ("normalize", "out = []\nfor v in x:\n    out.append((v - mean) / math.sqrt(var + eps))\n    return out",
     "one value instead of all"),
    ("normalize", "return [0 * v for v in x]", "normalized each example"),
    ("normalize", "return x - mean / math.sqrt(var + eps)", "only the mean was divided"),
    ("normalize", "m = sum(x) / len(x)\nv = np.mean((x - m) ** 2)\nreturn (x - m) / np.sqrt(v + eps)",
     "statistics computed again"),
    ("normalize", "x -= mean\nx /= np.sqrt(var + eps)\nreturn x", "changed its input"),
    ("normalize", "out = np.zeros_like(x)\nout[:] = (x - mean) / np.sqrt(var + eps)\nreturn out", "integer result"),
    ("normalize", "return [-1.4, -0.2, 0.2, 1.4]", "hard-coded for the example"),
    ("normalize", "if len(x) == 4 and x[0] == 3:\n    return [-1.4, -0.2, 0.2, 1.4]", "no return"),
    ("scale_and_shift", "return gamma * x_hat + 1", "beta fixed at 1"),
    ("normalize", "return ((x - mean) / np.sqrt(var + eps)).reshape(-1, 1)", "wrong shape"),
    ("scale_and_shift", "return [beta * v + gamma for v in x_hat]", "gamma and beta swapped"),
    ("scale_and_shift", "return (x_hat + beta) * gamma", "shift before scale"),
    ("scale_and_shift", "out = np.empty_like(x_hat)\nout[:] = gamma * x_hat + beta\nreturn out", "integer result"),
    ("batch_norm", "return gamma * (x - x.mean()) / (x.std() + eps) + beta", "eps outside the root"),
    ("batch_norm", "return gamma * (x - x.mean()) / (x.var(ddof=1) + eps) ** 0.5 + beta", "1/(m − 1)"),
    ("batch_norm", "return list(x * gamma + beta)", "gamma on x instead of x_hat"),
    ("batch_norm", "return -gamma * (x - x.mean()) / (x.var() + eps) ** 0.5 + beta", "subtracted the wrong way round"),
    ("batch_norm", "var = (x ** 2).sum() / len(x)\nreturn gamma * (x - x.mean()) / (var + eps) ** 0.5 + beta",
     "variance: mean not subtracted"),
    ("batch_norm", "m = len(x)\nmean = sum(x) / m\nvar = 0\nfor v in x:\n    var += v - mean\n"
                   "return gamma * (x - mean) / np.sqrt(var / m + eps) + beta", "variance: deviations not squared"),
    ("batch_norm", "mean = x.mean()\nfor v in x:\n    var = (v - mean) ** 2 / len(x)\n"
                   "return gamma * (x - mean) / np.sqrt(var + eps) + beta", "variance: kept only the last"),
    ("undo_gamma_beta", "return (x.var() + eps) ** 0.5", "wrong number of results"),
    ("undo_gamma_beta", "return 1, 0", "left at 1 and 0"),
    ("undo_gamma_beta", "return x.mean(), (x.var() + eps) ** 0.5", "gamma and beta swapped"),
    ("undo_gamma_beta", "return x.std(), x.mean()", "eps forgotten"),
    ("undo_gamma_beta", "return (5, 10)", "hard-coded for the example"),
    ("undo_gamma_beta", "print((x.var() + eps) ** 0.5, x.mean())", "no return"),
    ("detective", exercises.detective.forum_code.split(":\n", 1)[1], "nothing repaired"),
    ("detective", "return (x - x.mean()) / np.sqrt(x.var()) + eps", "only the variance repaired"),
    ("detective", "return (x - x.mean()) / np.sqrt(x.var(ddof=1) + eps)", "only eps repaired"),
    ("detective", "return (x - x.mean()) / np.sqrt(x.var() + eps) + eps", "eps in two places"),
    ("input_gradient", "return dy * gamma / std", "statistics detached"),
    ("input_gradient", "return [gamma * (d - sum(dy) / len(dy)) / std for d in dy]", "variance detached"),
    ("input_gradient", "dy -= dy.mean()\nreturn gamma / std * (dy - x_hat * (dy @ x_hat) / len(dy))",
     "changed its input"),
    ("input_gradient", "return gamma / std * (dy - sum(dy) - x_hat * (dy @ x_hat))", "sums instead of means"),
    ("parameter_gradients", "return sum(dy), dy @ x_hat", "dgamma and dbeta swapped"),
    ("parameter_gradients", "return (dy @ x_hat) / len(dy), sum(dy) / len(dy)", "averaged"),
    ("batch_norm_backward", "dy -= dy.mean()\nreturn dy, dy.sum(), dy.sum()", "changed its input"),
    ("batch_norm_backward", "x -= x.mean()\nreturn x, x.sum(), x.sum()", "changed its input"),
    ("batch_norm_backward", "std = (x.var() + eps) ** 0.5\nreturn dy * gamma / std, dy @ (x - x.mean()) / std, sum(dy)",
     "statistics detached"),
    ("batch_norm_backward", "_, cache = batch_norm_forward(x, gamma, 0, 0)\nreturn batch_norm_backward(dy, cache)",
     "eps forgotten"),
    ("batch_norm_backward", "_, cache = batch_norm_forward(x, gamma, 0)\nreturn batch_norm_backward(dy, cache)",
     "eps fixed at 1e-5"),
    ("batch_norm_backward", "m = len(x)\nstd = (np.var(x, ddof=1) + eps) ** 0.5\nh = (x - x.mean()) / std\n"
     "dgamma, dbeta = dy @ h, sum(dy)\nreturn gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta",
     "1/(m − 1)"),
    ("batch_norm_backward", "m, std = len(x), (x.var() + eps) ** 0.5\nh = (x - x.mean()) / std\n"
     "dgamma, dbeta = (dy @ h) / m, sum(dy) / m\nreturn gamma / std * (dy - dbeta - h * dgamma), dgamma, dbeta",
     "averaged"),
    ("batch_norm_backward", "m, std = len(x), (x.var() + eps) ** 0.5\nh = (x - x.mean()) / std\n"
     "dgamma, dbeta = dy @ x, sum(dy)\nreturn gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta",
     "dgamma with x, and in dx"),
    ("batch_norm_backward", "m = 4\nmean = sum(x) / m\nstd = (sum((x - mean) ** 2) / m + eps) ** 0.5\n"
     "h = (x - mean) / std\ndgamma, dbeta = dy @ h, sum(dy)\n"
     "return gamma / std * (dy - dbeta / m - h * dgamma / m), dgamma, dbeta",
     "divided by 4 everywhere"),
    ("batch_norm_backward", f"{BACK}dx_whole = np.zeros_like(x)\ndx_whole[:] = dx\nreturn dx_whole, dgamma, dbeta",
     "integer result"),
    ("batch_norm_backward", f"{BACK}return dx, dbeta, dgamma", "dgamma and dbeta swapped"),
    ("batch_norm_backward", f"{BACK}return list(dx)", "only dx"),
    ("batch_norm_backward", f"{BACK}return [dgamma, dbeta]", "dx missing"),
    ("batch_norm_backward", f"{BACK}return list(dx) + [dgamma, dbeta]", "stacked into one array"),
    ("batch_norm_backward", f"{BACK}return np.append(dx, [dgamma, dbeta])", "stacked into one array"),
    ("batch_norm_backward", f"{BACK}return list(dx), [dgamma, dbeta]", "a pair left together"),
    ("batch_norm_backward", f"{BACK}print(dx, dgamma, dbeta)", "no return"),
    ("batch_norm_backward", "return [0.296, -0.272, -0.328, 0.304], 1.4, 3", "hard-coded for the example"),
    ("batch_norm_features", "return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta",
     "one statistic for the whole table"),
    ("batch_norm_features", "return [gamma * (row - row.mean()) / (row.var() + eps) ** 0.5 + beta for row in x]",
     "wrong axis"),
    ("batch_norm_features", "return batch_norm(x.T, np.ones(len(x)), np.zeros(len(x)), eps).T * gamma + beta",
     "wrong axis"),
    ("batch_norm_features", "return gamma * (x - x.mean(axis=1)) / np.sqrt(x.var(axis=1) + eps) + beta",
     "raised an error"),
    ("batch_norm_conv", "return gamma[:, None, None] * (x - x.mean()) / np.sqrt(x.var() + eps) + beta[:, None, None]",
     "one statistic for the whole tensor"),
    ("batch_norm_conv", "g, b = np.reshape(gamma, (-1, 1, 1)), np.reshape(beta, (-1, 1, 1))\n"
                        "return g * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + b", "per-pixel statistics"),
    ("batch_norm_conv", "return np.stack([batch_norm(image[None], gamma, beta, eps)[0] for image in x])",
     "each map by itself"),
    ("batch_norm_conv", "return gamma * (x - x.mean(axis=(0, 2, 3), keepdims=True)) + beta", "raised an error"),
]


@pytest.mark.parametrize("name, body, mistake", PEOPLE)
def test_mistakes_are_recognised_in_other_words(name, body, mistake, capsys):
    result = ALL[name].check(function(source(name, textwrap.dedent(body))))
    assert (result.status, result.mistake) == ("not right", mistake), result.message


UNKNOWN = [
    ("batch_mean", "return x.mean() + 1", "For x = [2.5, 7] your function gave 5.75, and 4.75 is right."),
    ("normalize", "return (x - mean) / np.sqrt(var + eps) + 1", "The mean of your result is 1, and it should be 0."),
    ("normalize", "return 3 * (x - mean) / np.sqrt(var + eps)", "The variance of your result is"),
    ("normalize", "return np.roll((x - mean) / np.sqrt(var + eps), 1)", "the single values are not"),
    ("normalize", "return (x - mean) / (var - var)", "nan and inf come from a division by 0"),
    ("undo_gamma_beta", "return (x.var() + eps) ** 0.5, x.max()", "Look at beta."),
    ("undo_gamma_beta", "return x.max(), x.min()", "Look at gamma and beta."),
    ("batch_norm_backward", f"{BACK}return 3 * dx, dgamma, dbeta", "For dy = [0.5, -2], x = [2.5, 7], gamma = -1.5, "
     "eps = 2 your function gave dx = [-0.599397, 0.599397], dgamma = -2.11662, dbeta = -1.5, and dx = [-0.199799, "
     "0.199799], dgamma = -2.11662, dbeta = -1.5 is right. Look at dx."),
    ("batch_norm_backward", f"{BACK}return dx, dgamma + 0.001, dbeta", "is right. Look at dgamma."),
    ("batch_norm_backward", f"{BACK}return dx, dgamma, 1.001 * dbeta", "is right. Look at dbeta."),
    ("batch_norm_backward", f"{BACK}return dx + 0.001, dgamma, dbeta - 1", "is right. Look at dx and dbeta."),
    ("batch_norm_backward", f"{BACK}return dx / 0, dgamma, dbeta", "nan and inf come from"),
]


def test_where_inf_is_an_answer_it_comes_from_no_division():
    answer = function(source("steps_until", "return np.inf if limit < 1.1 else 3"))
    assert exercises.steps_until.check(answer).message == (
        "For losses = [1.23457, 0.765432, 0.9], limit = 1, window = 1 your function gave inf, and 2 is right.")


CLUES = [
    ("batch_variance", "return ((x - x.mean()) ^ 2).mean()", "a power is **, not ^"),
    ("batch_variance", "return sum((v - 1.0) ^ 2 for v in x.tolist())", "a power is **, not ^"),
    ("batch_variance", "return ((x - x.mean)** 2).mean()", "Parentheses are missing"),
    ("batch_variance", "return ((x - np.mean) ** 2).mean()", "Parentheses are missing"),
    ("batch_variance", "d = x - x.mean()\nreturn (d)(d).mean()", "To multiply, write *"),
    ("batch_variance", "return ((x - my_batch_mean(x)) ** 2).mean()", "copy it in"),
    ("batch_mean", "return sum(x[i] for i in x) / len(x)", "range(len(x))"),
    ("batch_mean", "total = 0\nfor i in len(x):\n    total += x[i]\nreturn total", "Loop over range(len(x))"),
    ("batch_norm_backward", f"{BACK}return np.array([dx, dgamma, dbeta])", "Return them side by side"),
    ("batch_norm_backward", "def my_parameter_gradients(dy, x_hat):\n    ...\n\n"
     "dgamma, dbeta = my_parameter_gradients(dy, x)\nreturn dy, dgamma, dbeta", "not written yet?"),
    ("batch_norm_backward", "x_hat = np.array([-1.4, -0.2, 0.2, 1.4])\nreturn dy, (dy * x_hat).sum(), dy.sum()",
     "come from a cell above?"),
    ("normalize", "return (x - mean) / sqrt(var + eps)", "Did you mean np.sqrt?"),
    ("normalize", "return (x - maen) / np.sqrt(var + eps)", "a misspelling, or a cell above"),
    ("normalize", "return [(v - mean) / math.sqrt(var + eps) for v in X]", "a misspelling, or a cell above"),
]


@pytest.mark.parametrize("name, body, words", CLUES)
def test_an_exception_is_explained(name, body, words):
    result = ALL[name].check(function(source(name, body)))
    assert (result.status, result.mistake) == ("not right", "raised an error")
    assert words in result.message


def test_arguments_in_another_order_are_named():
    answer = function("def answer(x, var, mean, eps):\n    return (x - mean) / math.sqrt(var + eps)\n")
    result = exercises.normalize.check(answer)
    assert result.mistake == "wrong arguments"
    assert "takes (x, var, mean, eps). The check calls it with (x, mean, var, eps), in this order." in result.message


@pytest.mark.parametrize("name, body, words", UNKNOWN)
def test_an_unknown_mistake_is_shown_on_its_smallest_input(name, body, words):
    result = ALL[name].check(function(source(name, body)))
    assert (result.status, result.mistake) == ("not right", None)
    assert words in result.message


UNEQUAL = [  # results whose parts are not what they should be, and the words that say which part, and what of it
    ("return dx[-1], dgamma, dbeta", "one value instead of all", "Your dx is one value, and it should have shape (2,)"),
    ("return [dx[0]], dgamma, dbeta", "one value instead of all", "Your dx is one value"),
    ("return dx[:, None], dgamma, dbeta", "wrong shape", "Your dx has shape (2, 1), and it should have shape (2,)."),
    ("return np.append(dx, 0), dgamma, dbeta", "wrong shape", "Your dx has shape (3,), and it should have shape (2,)."),
    ("return dx, [dgamma], dbeta", "wrong shape", "Your dgamma has shape (1,), and it should have shape (), a single"),
    ("return dx, dgamma, 2 * dy", "as many values as given", "Your dbeta has as many values as"),
    ("return np.array([dx, dgamma + 0 * dx, dbeta + 0 * dx])", "as many values as given", "Your dgamma has as many"),
    ("return dgamma, dbeta, dx", "returned dgamma, dbeta, dx", "Return dx, dgamma, dbeta, in this order."),
    ("return dbeta, dx, dgamma", "returned dbeta, dx, dgamma", "You returned dbeta, then dx, then dgamma."),
    ("return dx", "only dx", "Return dgamma and dbeta, too"),
    ("return 2 * dx", "wrong number of results", "returned one result of shape (2,). Return dx, dgamma, dbeta"),
    ("return dx, 2 * dgamma", "wrong number of results", "Your function returned 2 results."),
    ("return 1.5 * dgamma", "wrong number of results", "Your function returned one number."),
    ("return dx, dgamma, dbeta, 1.0", "wrong number of results", "Your function returned 4 results."),
    ("return None, dgamma, dbeta", "not numbers", "Your function returned None in the place of dx."),
    ("return dx, dgamma, 'dbeta'", "not numbers", "Your function returned text in the place of dbeta."),
    ("return dx, (dy * x).sum, dbeta", "parentheses forgotten", "has not been called in the place of dgamma."),
    ("return {'dx': dx, 'dgamma': dgamma}", "not numbers", "Your function returned a dictionary."),
]


@pytest.mark.parametrize("body, mistake, words", UNEQUAL)
def test_the_part_that_is_off_is_named(body, mistake, words):
    result = exercises.batch_norm_backward.check(function(source("batch_norm_backward", BACK + body)))
    assert (result.status, result.mistake) == ("not right", mistake) and words in result.message, result


def test_every_part_is_measured_by_its_own_size():
    """A large part does not hide an error in a small one."""
    two = Exercise(name="two", call="(x)", task="", answer=lambda x: (1e6 * x, x.sum()), catalogue=(), hints=(),
                   cases=exercises.batch_mean.cases, parts=("large", "small"))
    assert two.check(lambda x: (1e6 * x + 0.01, x.sum())).status == "right"
    assert two.check(lambda x: [list(1e6 * x), x.sum() * (1 + 1e-7)]).status == "right"
    assert "Look at small." in two.check(lambda x: (1e6 * x, x.sum() + 0.01)).message
    assert "Look at large." in two.check(lambda x: (1e6 * x + 1e3, x.sum())).message


# Hostile answers

class Rude:
    """A callable that fails at everything one can ask of it."""

    def __call__(self, *args):
        raise RuntimeError("no")

    def __getattr__(self, name):
        raise RuntimeError("no")

    def __eq__(self, other):
        raise RuntimeError("no")

    __array__ = __len__ = __iter__ = __repr__ = __str__ = __bool__ = __float__ = __call__


class Speechless(Exception):
    def __str__(self):
        raise RuntimeError("no")


def raises(error):
    def answer(*args):
        raise error
    return answer


def endless(*args):
    return endless(*args)


def nested():
    inside = []
    inside.append(inside)
    return inside


async def coroutine(*args):
    return 1


HOSTILE = [raises(error) for error in (SystemExit(1), GeneratorExit(), MemoryError(), StopIteration(), Speechless(),
                                       RuntimeError("<x at 0x7f00aa>"), BaseException("x"), ZeroDivisionError("zero"))]
HOSTILE += [Rude(), Rude, endless, coroutine, lambda *args: Rude(), lambda *args: nested(), lambda *args: float("nan"),
            lambda *args: [Rude()], lambda *args: [None, None], lambda *args: range(10 ** 5), lambda *args: b"x",
            lambda *args: np.datetime64("2015-02-11"), lambda *args: np.ones((0, 3)), lambda *args: 10 ** 400,
            lambda *args: args, lambda *args: np.ma.masked, lambda *args: sys.exit("bye"), lambda *args: print,
            lambda *args: np.array(["1", "2"], dtype=object), int, list, print, type, dict, max, 5, "x", {},
            Rude().__call__]


@each_exercise
def test_a_check_never_raises(exercise, capsys, recwarn):
    for answer in HOSTILE:
        result = exercise.check(answer)
        assert result.status == "not right", answer
        text = repr(result) + result._repr_mimebundle_()[0]["text/html"]
        assert "Traceback" not in text and "0x" not in text and "/site-packages" not in text
    assert not recwarn.list


@each_exercise
def test_what_an_answer_does_to_numpy_ends_with_it(exercise):
    def answer(*args):
        infinite = [part * np.inf for part in parts(exercise, exercise.answer(*args))]
        np.seterr(all="raise")
        np.abs = np.isfinite = None
        return infinite if exercise.parts else infinite[0]

    true_abs = np.abs
    assert exercise.check(answer).status == "not right"
    assert np.geterr()["invalid"] == "warn" and np.abs is true_abs


def test_an_interrupt_passes_through():
    with pytest.raises(KeyboardInterrupt):
        exercises.batch_mean.check(raises(KeyboardInterrupt()))


def test_no_warning_is_shown(recwarn):
    assert exercises.normalize.check(lambda x, mean, var, eps: (x - mean) / np.sqrt(var)).mistake == "eps forgotten"
    assert not recwarn.list


def test_prints_are_shown_for_the_first_batch_only(capsys):
    def answer(x):
        print("mean of", len(x))
        return x.mean()

    assert exercises.batch_mean.check(answer).status == "right"
    assert capsys.readouterr().out == "mean of 4\n"


def test_the_line_that_raised_is_shown():
    def answer(x):
        total = x.sum()
        return total / x.men()

    result = exercises.batch_mean.check(answer)
    assert result.mistake == "raised an error"
    assert result.message.startswith("Your line “return total / x.men()” raised AttributeError: ")
    assert "check the spelling" in result.message


def test_whole_numbers_are_named_when_only_they_raise():
    def answer(x, mean, var, eps):
        x_hat = x.copy()
        x_hat -= mean
        return x_hat / np.sqrt(var + eps)

    result = exercises.normalize.check(answer)
    assert result.mistake == "raised an error" and "This happened when whole numbers were given." in result.message
    assert "copy the old one with .astype(float)" in result.message


@each_exercise
def test_a_note_names_no_argument_of_another_exercise(exercise):
    names = {name for other in ALL.values() for name in other.names} - {"mean", "limit", "window"}  # words as well
    for case in exercise.cases:
        assert names & set(re.findall(r"\w+", case.note)) <= set(exercise.names), case.note


def test_the_batches_of_a_check_cannot_be_spoiled():
    exercises.normalize.check(lambda x, *rest: x.fill(np.nan))
    assert exercises.normalize.check(exercises.normalize.answer).status == "right"


def test_results_are_the_same_every_time():
    one, two = ([repr(exercise.check(answer)) for exercise in ALL.values()
                 for answer in [*(mistake.wrong for mistake in exercise.catalogue), lambda *args: 0.5, np.sum, None]]
                for _ in range(2))
    assert one == two and not any(re.search(r"0x[0-9a-f]{4}|\.py", text) for text in one)


# What is shown

def test_results_show_in_words_and_as_a_box():
    for status, answer in [("right", np.mean), ("not right", np.sum), ("not attempted", None)]:
        result = exercises.batch_mean.check(answer)
        bundle, _ = result._repr_mimebundle_()
        icon, words = boxes.LOOKS[status][:2]
        assert bundle["text/plain"] == repr(result) == f"{icon} {words}. {result.message}"
        assert f"{icon} {words}." in bundle["text/html"] and 'role="status"' in bundle["text/html"]


def test_what_a_learner_writes_is_escaped():
    def answer(x):
        raise ValueError("<script>")

    assert "<script>" not in exercises.batch_mean.check(answer)._repr_mimebundle_()[0]["text/html"]


@each_exercise
def test_hints_come_closer_and_stay_at_the_last(exercise):
    fresh = with_catalogue(exercise, exercise.catalogue)
    shown = [fresh.hint()._repr_markdown_() for _ in range(len(exercise.hints) + 2)]
    assert 2 <= len(exercise.hints) <= 3
    assert len(set(shown)) == len(exercise.hints) and shown[-1] == shown[-2] == shown[-3]
    assert [", the last" in hint for hint in shown] == [False] * (len(exercise.hints) - 1) + [True] * 3
    assert all(hint in note for hint, note in zip(exercise.hints, shown))


@each_exercise
def test_the_solution_is_the_packages_own_source(exercise):
    shown = exercise.solution()
    source = inspect.getsource(exercise.answer).removeprefix("@checked\n")
    if not exercise.plain:
        source = source.replace(exercise.answer.__name__, exercise.stub, 1)
    assert source in shown + "\n" and shown == repr(shown) == shown._repr_markdown_()
    if exercise.name in batchnorm_lesson.__all__:
        whole = inspect.getsource(getattr(batchnorm_lesson, exercise.name))
        assert whole.startswith("@checked\ndef") and whole.removeprefix("@checked\n") in shown + "\n"
    assert not re.search("^ *@", shown, re.MULTILINE)


@each_exercise
def test_the_statement_names_arguments_shapes_and_an_example(exercise):
    text = exercise._repr_markdown_()
    assert text == exercise.statement == repr(exercise)
    assert f"`{exercise.stub}{exercise.call}`" in text and re.search("shape `[(][mNk]", text) and "Example: " in text
    assert all(f"`{name}" in text for name in exercise.call.strip("()").split(", "))


@pytest.mark.parametrize("name, worked", [("batch_mean", "`10`"), ("batch_variance", "`25`"),
                                          ("normalize", "`[-1.4, -0.2, 0.2, 1.4]`"),
                                          ("scale_and_shift", "`[-1.8, 0.6, 1.4, 3.8]`"),
                                          ("batch_norm", "`[-1.8, 0.6, 1.4, 3.8]`"),
                                          ("undo_gamma_beta", "`[5, 10]`"), ("parameter_gradients", "`[1.4, 3]`"),
                                          ("batch_norm_backward", "`dx = [0.296, -0.272, -0.328, 0.304], dgamma = 1.4, "
                                                                  "dbeta = 3`")])
def test_the_worked_example_is_the_running_example(name, worked):
    assert ALL[name].statement.endswith(f"gives {worked}.")


# The detective's numbers

def test_the_forum_prints_one_number_and_two_bugs():
    detective, eps = exercises.detective, 1e-5
    x, m = detective.batch, 32
    right = (x[0] - x.mean()) / math.sqrt(sum((x - x.mean()) ** 2) / m + eps)
    assert len(x) == m
    assert f"{detective.forum_normalize(x, eps)[0]:.6f}" == "0.050625"
    assert f"{right:.6f}" == f"{detective.answer(x, eps)[0]:.6f}" == "0.051425"
    assert detective.forum_normalize(x, eps)[0] == pytest.approx(right * math.sqrt((m - 1) / m) + eps, abs=1e-9)
    scope = {"np": np}
    exec(detective.forum_code, scope)
    assert np.array_equal(scope["forum_normalize"](x, eps), detective.forum_normalize(x, eps))
