"""What the explorers of lesson 06 must say."""
import math

import numpy as np

from recomputed import DIGITS, standardized, unit_11

from . import reach, several, terms


def shared_cells(values):
    axes = {"axis 0: the batch": 0, "axis 1: each example": 1, "everything": None}[values["average over"]]
    x = np.array([[1, 1.5], [2, 1], [3, 4], [4, 3.5]]) * [1, values["k factor"]]
    x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    groups, block = {0: (x.T, "4 by 1"), 1: (x, "1 by 2"), None: ([x.ravel()], "4 by 2")}[axes]
    frames = "1 frame holds" if axes is None else f"{len(groups)} frames hold"
    means = (f"({terms(group, ' + ')}) / {len(group)} = {group.mean()}" for group in groups)
    return (f"μ = {', '.join(means)}", f"σ = {several([group.std() for group in groups])}",
            f"{frames} the cells that share one μ and one σ, rows by columns: {block}. "
            f"The rows of x: {'; '.join(map(terms, x))}. The rows of x̂: {'; '.join(map(terms, x_hat))}.")


def feature_maps(values):
    kernels = [np.full((3, 3), 1 / 9), [[-1 / 3, 0, 1 / 3]] * 3, np.transpose([[-0.04, 0, 0.04]] * 3)]
    windows = np.lib.stride_tricks.sliding_window_view(DIGITS[:4].reshape(-1, 8, 8).astype(float), (3, 3), axis=(1, 2))
    x = np.einsum("nhwij,cij->nchw", windows, kernels)
    axes = {"one channel: N, H, W": (0, 2, 3), "one pixel: N": (0,), "everything": (0, 1, 2, 3),
            "one image: C, H, W": (1, 2, 3), "one map: H, W": (2, 3)}[values["shared by"]]
    n, c, h, w = cell = tuple(int(values[name]) for name in ("n image", "c channel", "h row", "w column"))
    mean, var = (np.broadcast_to(statistic(axes, keepdims=True), x.shape) for statistic in (x.mean, x.var))
    x_hat = (x - mean) / np.sqrt(var + 1e-5)
    cells = math.prod(x.shape[axis] for axis in axes)
    images, channels = (range(x.shape[axis]) if axis in axes else [cell[axis]] for axis in (0, 1))
    return (f"x[{n}, {c}, {h}, {w}] = {x[cell]}, μ = {mean[cell]}, σ = {np.sqrt(var[cell])} over {cells} cells → "
            f"x̂ = {x_hat[cell]}",
            f"pairs of μ and σ in all: {x.size} / {cells} = {x.size / cells}",
            f"The marked cell is image {n}, channel {c}, row {h}, column {w}. Outlined with it are {cells} cells "
            f"(n = {several(images)}; c = {several(channels)}). x̂ reaches from {x_hat.min()} to {x_hat.max()}; by "
            f"channel it spreads by {several(x_hat.std(axis=(0, 2, 3)))}.")


def dead_bias(values):
    unit, b, beta = unit_11()[:256], values["b bias"], values["β beta"]
    mean = unit.mean()
    return (f"μ = {mean} + b = {mean + b}", f"largest change of any y by b: 0~.6; mean of y = {beta}",
            f"Before: a histogram from {reach(unit + b, 1)}, its mean marked at {mean + b}. After: a histogram from "
            f"{reach(standardized(unit) + beta, 0.25)}, with β marked at {beta}.")
