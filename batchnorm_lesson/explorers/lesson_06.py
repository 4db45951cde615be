"""The explorers of lesson 06: which numbers share a mean and a sigma, in tables and in images, and the bias before."""
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .. import figures
from ..batchnorm import batch_mean, batch_norm
from ..reference import EPS, digit_feature
from ..checks import movable
from ..network import load_digits
from ..figures.style import number, numbers, symbol
from .base import Explorer, choice, slider, stops, terms

__all__ = ["shared_cells", "feature_maps", "dead_bias"]

AXES = {"axis 0: the batch": (0,), "axis 1: each example": (1,), "everything": (0, 1)}
FLATS = np.array([[1, 1.5], [2, 1], [3, 4], [4, 3.5]])  # rooms, and a price in hundred thousands
SHARED = {"one channel: N, H, W": (0, 2, 3), "one pixel: N": (0,), "everything": (0, 1, 2, 3),
          "one image: C, H, W": (1, 2, 3), "one map: H, W": (2, 3)}
FILTERS = np.array([np.full((3, 3), 1 / 9), [[-1 / 3, 0, 1 / 3]] * 3, np.transpose([[-0.04, 0, 0.04]] * 3)])


@movable
def shared_cells(over="axis 0: the batch", k=100):
    """Choose the axis of the mean, and the factor of the second feature: who shares one mean and sigma."""
    return Explorer("A switch for the axis of the statistics, and a slider for the factor of the second feature",
                    figures.shared_cells, _shared_cells,
                    {"over": choice("average over", over, list(AXES)), "k": slider("k factor", k, 1, 200, 1)})


def _shared_cells(over, k):
    axes = AXES[over]
    x = FLATS * [1, k]
    x_hat, mean, std = _normalized(x, axes)
    groups = np.broadcast_to({(0,): [[0, 1]], (1,): [[0], [1], [2], [3]], (0, 1): 0}[axes], x.shape)
    means = [f"({terms(x[groups == group])}) / {(groups == group).sum()} = {symbol('mean', number(value))}"
             for group, value in enumerate(mean.flat)]
    readout = (f"{symbol('mean', 'μ')} = {', '.join(means)}<br>"
               f"{symbol('std', 'σ')} = {symbol('std', numbers(std.ravel()))}")
    return {"x": x, "x_hat": x_hat, "groups": groups}, readout


def _normalized(x, axes):
    """x_hat with statistics over any axes, right or wrong, and the mean and sigma it took."""
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(var + EPS), mean, np.sqrt(var)


@movable
def feature_maps(shared="one channel: N, H, W", n=0, c=0, h=2, w=2):
    """Pick one cell of four images in three channels, and see which cells share its mean and sigma."""
    N, C, H, W = digit_maps().shape
    controls = {"shared": choice("shared by", shared, list(SHARED))} | {
        name: stops(f"{name} {words}", value, list(range(size))) for name, words, value, size in
        (("n", "image", n, N), ("c", "channel", c, C), ("h", "row", h, H), ("w", "column", w, W))}
    return Explorer("Sliders for the index of one cell, and a switch for the axes of the statistics",
                    figures.feature_maps, _feature_maps, controls)


def _feature_maps(shared, n, c, h, w):
    x, axes, cell = digit_maps(), SHARED[shared], (n, c, h, w)
    x_hat, mean, std = _normalized(x, axes)
    one = tuple(0 if axis in axes else place for axis, place in enumerate(cell))
    readout = (f"x[{n}, {c}, {h}, {w}] = {number(x[cell])}, {symbol('mean', f'μ = {number(mean[one])}')}, "
               f"{symbol('std', f'σ = {number(std[one])}')} over {x.size // mean.size} cells → "
               f"{symbol('x_hat', f'x̂ = {number(x_hat[cell])}')}<br>"
               f"pairs of μ and σ in all: {x.size} / {x.size // mean.size} = {mean.size}")
    return {"x": x, "x_hat": x_hat, "axes": axes, "cell": cell}, readout


@lru_cache
def digit_maps():
    """Four digits through three filters of 3×3 (blur; edge left to right; a weak edge downwards): ``(4, 3, 6, 6)``."""
    images, _ = load_digits()
    windows = sliding_window_view(images[:4].reshape(-1, 8, 8), (3, 3), axis=(1, 2))
    return np.einsum("nhwij,cij->nchw", windows, FILTERS)


@movable
def dead_bias(b=0, beta=0):
    """Slide the bias of the layer before batch norm, and beta behind it: one of them moves the output."""
    return Explorer("Sliders for the bias before batch norm and for beta", figures.dead_bias, _dead_bias,
                    {"b": slider("b bias", b, -20, 20, 0.5), "beta": slider("β beta", beta, -3, 3, 0.1)})


def _dead_bias(b, beta):
    unit = digit_feature()[:256]
    x = unit + b
    mean, y = batch_mean(x), batch_norm(x, 1.0, beta, EPS)
    moved = np.abs(y - batch_norm(unit, 1.0, beta, EPS)).max()
    readout = (f"{symbol('mean', 'μ')} = {number(unit.mean())} + b = {symbol('mean', number(mean))}<br>"
               f"largest change of any y by b: {moved:.6f}; mean of {symbol('y', 'y')} = "
               f"{symbol('beta', number(y.mean()))}")
    return {"x": x, "y": y, "mean": mean, "beta": beta}, readout
