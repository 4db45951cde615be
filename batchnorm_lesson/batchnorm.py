"""Batch normalization in NumPy: the four steps of Algorithm 1, the backward pass, and the layer. Read it from the top.

Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift", 2015, arXiv:1502.03167, Algorithms 1 and 2. Conventions and defaults are those of torch.nn.BatchNorm1d.

Everywhere below, ``x`` is a mini-batch: ``(m,)`` for one feature of m examples, ``(m, C)`` for C features,
``(N, C, L)`` or ``(N, C, H, W)`` for C channels. Statistics are taken over every axis but axis 1, over axis 0 for
``(m,)``: one number for ``(m,)``, an array ``(C,)`` otherwise. Numbers carry no unit. Everything is computed in
float64, and results are rounded to the dtype of x: float32 stays float32, integers and lists become float64.
``@checked`` looks at the arguments (checks.py): what a function cannot use raises a TypeError or a ValueError that
names the argument, and nothing is broadcast silently.
"""
import numpy as np

from .checks import any_numbers, checked, mini_batch, refuse_one_value, refuse_zero_over_zero, same_shape


@checked
def batch_mean(x):
    """Step 1, the mean of each feature over the mini-batch: a number for ``(m,)``, else ``(C,)``. Unit: that of x."""
    return x.mean(axis=_batch_axes(x))


@checked
def batch_variance(x):
    """Step 2, the variance of each feature, with 1/m: a number for ``(m,)``, else ``(C,)``. Unit: that of x, squared.

    The mean is subtracted before anything is squared: E[x²] − E[x]² would subtract two huge numbers that agree in
    almost every digit.
    """
    deviations = x - _per_feature(batch_mean(x), x)
    return (deviations ** 2).mean(axis=_batch_axes(x))


@checked
def normalize(x, mean, var, eps=1e-5):
    """Step 3, x_hat = (x − mean) / sqrt(var + eps): the shape of x, no unit.

    mean and var have one value per feature, as batch_mean and batch_variance return them. eps is added to the
    variance, inside the root; 1e-5 is PyTorch's default (Keras: 1e-3). A negative var, a negative eps, and eps = 0
    where var is 0 raise ValueError. (Where var is the rounding noise of equal values, eps = 0 enlarges that noise.)
    """
    refuse_zero_over_zero(var, eps)
    return (x - _per_feature(mean, x)) / _per_feature(np.sqrt(var + eps), x)


@checked
def scale_and_shift(x_hat, gamma, beta):
    """Step 4, y = gamma · x_hat + beta: the shape of x_hat. gamma and beta are numbers, or arrays ``(C,)``."""
    return _per_feature(gamma, x_hat) * x_hat + _per_feature(beta, x_hat)


@checked
def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5):
    """The four steps composed: y, with the shape of x. A batch of one, whose deviation is 0, gives beta."""
    mean = batch_mean(x)
    var = batch_variance(x)
    x_hat = normalize(x, mean, var, eps)
    return scale_and_shift(x_hat, gamma, beta)


@checked
def batch_norm_forward(x, gamma, beta, eps=1e-5):
    """The forward pass, and what the backward pass needs of it: y, cache. y has the shape of x.

    cache is ``(x_hat, gamma, std)`` with std = sqrt(var + eps), all in float64. x_hat has the shape of x, std one value
    per feature, gamma too or it is a single number.
    """
    mean = batch_mean(x)
    var = batch_variance(x)
    x_hat = normalize(x, mean, var, eps)
    return scale_and_shift(x_hat, gamma, beta), (x_hat, gamma, np.sqrt(var + eps))


@checked
def batch_norm_backward(dy, cache):
    """The gradients dx, dgamma, dbeta of a loss whose gradient with respect to y is dy, in the dtype of dy.

    cache comes from batch_norm_forward. dy and dx have the shape of x; dgamma and dbeta have one value per feature.
    (One gamma shared by all features has the sum of dgamma as its gradient.) Unit: that of the loss, per unit of x,
    gamma or beta. The formula for dx is the paper's six lines (section 3), multiplied out: mean and variance depend on
    every x, so the mean of the gradient and its part along x_hat are taken away.
    """
    x_hat, gamma, std = cache
    m = x_hat.size // std.size
    dbeta = dy.sum(axis=_batch_axes(dy))
    dgamma = (dy * x_hat).sum(axis=_batch_axes(dy))
    left = dy - _per_feature(dbeta / m, x_hat) - x_hat * _per_feature(dgamma / m, x_hat)
    return _per_feature(gamma / std, x_hat) * left, dgamma, dbeta


class BatchNorm:
    """Batch norm as a layer of a network: it learns gamma and beta, and keeps running statistics for single examples.

    num_features: C, the length of axis 1 of its input, or 1 for an input ``(m,)``.
    momentum: the weight of the newest batch in the running statistics. (Keras gives the weight of the old ones.)
    gamma, beta: what is learned, float64 ``(C,)``, at first 1 and 0.
    running_mean, running_var: float64 ``(C,)``, at first 0 and 1; each batch in training moves them a little, the
    variance with m/(m − 1), because it is to estimate that of all the data.
    training: True normalizes each batch with its own statistics, False with the running ones.
    """

    @checked
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        self.num_features, self.eps, self.momentum = num_features, float(eps), float(momentum)
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)
        self.training, self._cache = True, None

    def forward(self, x):
        """y, with the shape of x. In training a single value per feature raises ValueError: its y is always beta."""
        x = mini_batch(x, "x", self.num_features)
        # From here on everything is known to fit, so the four steps are plain lines.
        if self.training:
            deviations, var = self._deviations(x.astype(np.float64, copy=False))
        else:
            deviations, var = x - _per_feature(self.running_mean, x), self.running_var
        std = _per_feature(np.sqrt(var + self.eps), x)
        x_hat = deviations / std
        self._cache = x_hat, std, self.training, x.dtype
        y = _per_feature(self.gamma, x) * x_hat + _per_feature(self.beta, x)
        return y.astype(x.dtype, copy=False)

    def _deviations(self, x):
        """x minus the mean of the batch, and its variance ``(C,)``; the running statistics move towards both."""
        axes, m = _batch_axes(x), x.size // self.num_features
        refuse_one_value(x, m)
        mean = x.sum(axis=axes) / m  # half the time of mean(), and the same number
        deviations = x - _per_feature(mean, x)
        var = (deviations ** 2).sum(axis=axes) / m
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (var * (m / (m - 1)) - self.running_var)
        return deviations, var

    def backward(self, dy):
        """dx, dgamma, dbeta for the last forward pass, in its dtype; in evaluation no mean or variance depends on x.

        Raises ValueError before any forward pass. NaN and infinity are allowed: what overflowed before is to be seen.
        """
        if self._cache is None:
            raise ValueError("backward needs a forward pass first: call forward(x)")
        x_hat, std, training, dtype = self._cache
        dx = any_numbers(dy, "dy").astype(np.float64, copy=False)
        same_shape(dx, x_hat)
        axes, m = _batch_axes(dx), dx.size // self.num_features
        dbeta, dgamma = dx.sum(axis=axes), (dx * x_hat).sum(axis=axes)
        if training:
            dx = dx - _per_feature(dbeta / m, dx) - x_hat * _per_feature(dgamma / m, dx)
        dx = _per_feature(self.gamma, dx) / std * dx
        return tuple(gradient.astype(dtype, copy=False) for gradient in (dx, dgamma, dbeta))


def _batch_axes(x):
    """Every axis but 1, which counts the features; axis 0 alone for ``(m,)``."""
    return tuple(axis for axis in range(x.ndim) if axis != 1)


def _per_feature(values, x):
    """Shape ``(C,)`` values so that they line up with axis 1 of x."""
    return values if x.ndim < 3 or not np.ndim(values) else np.reshape(values, (-1,) + (1,) * (x.ndim - 2))
