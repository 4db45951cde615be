"""Batch normalization in NumPy: the four steps of Algorithm 1, and the four composed.

Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", 2015, arXiv:1502.03167, Algorithm 1.

Everywhere below, ``x`` is a mini-batch: ``(m,)`` for one feature of m examples, ``(m, C)`` for C features,
``(N, C, L)`` or ``(N, C, H, W)`` for C channels. Statistics are taken over every axis but axis 1, over
axis 0 for ``(m,)``: one number for ``(m,)``, an array ``(C,)`` otherwise. Numbers carry no unit. float32
stays float32; integers and lists become float64. Wrong input raises a ValueError or a TypeError that names
the argument; nothing is broadcast silently.
"""
from numbers import Integral

import numpy as np

LARGEST = 1e150  # the square of 1e155 is infinite in float64


def batch_mean(x):
    """Step 1, the mean of each feature over the mini-batch: a number for ``(m,)``, else ``(C,)``.

    Sums are kept in float64, because 1,000 float32 values near 10,000 lose their decimals when added up.
    Raises TypeError or ValueError when x is not a mini-batch of finite numbers.
    Source: arXiv:1502.03167, Algorithm 1, line 1.
    """
    x = _mini_batch(x)
    return x.mean(axis=_batch_axes(x), dtype=np.float64).astype(x.dtype)


def batch_variance(x):
    """Step 2, the variance of each feature over the mini-batch, with 1/m: a number for ``(m,)``, else ``(C,)``.

    The mean is subtracted before anything is squared: E[x²] − E[x]² would subtract two huge numbers that
    agree in every digit a float32 has. Unit: that of x, squared.
    Raises TypeError or ValueError when x is not a mini-batch of finite numbers.
    Source: arXiv:1502.03167, Algorithm 1, line 2.
    """
    x = _mini_batch(x)
    deviations = x - _per_feature(x.mean(axis=_batch_axes(x), dtype=np.float64), x)
    return (deviations ** 2).mean(axis=_batch_axes(x)).astype(x.dtype)


def normalize(x, mean, var, eps=1e-5):
    """Step 3, x_hat = (x − mean) / sqrt(var + eps): the shape and dtype of x, no unit.

    mean and var have one value per feature, as batch_mean and batch_variance return them. eps is added to
    the variance, inside the root; 1e-5 is PyTorch's default (Keras: 1e-3).
    Raises TypeError or ValueError for wrong input, a negative var or a negative eps, and for eps = 0 where var is 0:
    0/0 is no number. (Where var is the rounding noise of equal values, that noise is what eps = 0 enlarges.)
    Source: arXiv:1502.03167, Algorithm 1, line 3; torch.nn.BatchNorm1d for the default.
    """
    x = _mini_batch(x)
    mean = _statistic(mean, x, "mean")
    var = _statistic(var, x, "var")
    if (var < 0).any():
        raise ValueError(f"var must not be negative, got {var.min():g}; a variance is an average of squares")
    eps = _checked_eps(eps)
    if (var + eps == 0).any():
        raise ValueError("eps must be above 0 for a feature whose values are all equal: its variance is 0, and 0/0 is "
                         "no number")
    return ((x - mean) / np.sqrt(var + eps)).astype(x.dtype)


def scale_and_shift(x_hat, gamma, beta):
    """Step 4, y = gamma · x_hat + beta: the shape and dtype of x_hat, no unit.

    gamma and beta are numbers, or arrays ``(C,)`` with one value per feature.
    Raises TypeError or ValueError for wrong input.
    Source: arXiv:1502.03167, Algorithm 1, line 4.
    """
    x_hat = _mini_batch(x_hat, "x_hat")
    gamma = _parameter(gamma, x_hat, "gamma")
    beta = _parameter(beta, x_hat, "beta")
    return (gamma * x_hat + beta).astype(x_hat.dtype)


def batch_norm(x, gamma=1.0, beta=0.0, eps=1e-5):
    """The four steps composed: y, with the shape and dtype of x.

    The steps run in float64 and y alone is rounded to the dtype of x: a mean of 10,000 rounded to float32
    would already be off by 0.0005.
    A batch of one is allowed: its deviation is 0, so the output is beta whatever x is.
    Raises TypeError or ValueError for wrong input, as the four steps do.
    Source: arXiv:1502.03167, Algorithm 1.
    """
    x = _mini_batch(x)
    exact = x.astype(np.float64)
    mean = batch_mean(exact)
    var = batch_variance(exact)
    x_hat = normalize(exact, mean, var, eps)
    return scale_and_shift(x_hat, gamma, beta).astype(x.dtype)


def batch_norm_forward(x, gamma, beta, eps=1e-5):
    """The forward pass, and what the backward pass needs of it: y, cache. y has the shape and dtype of x.

    cache is ``(x_hat, gamma, std)`` with std = sqrt(var + eps), all in float64. x_hat has the shape of x,
    std one value per feature, gamma too or it is a single number.
    Raises TypeError or ValueError for wrong input, as the four steps do.
    Source: arXiv:1502.03167, Algorithm 1.
    """
    x = _mini_batch(x)
    exact = x.astype(np.float64)
    mean = batch_mean(exact)
    var = batch_variance(exact)
    x_hat = normalize(exact, mean, var, eps)
    y = scale_and_shift(x_hat, gamma, beta)
    return y.astype(x.dtype), (x_hat, np.asarray(gamma, np.float64), np.sqrt(var + eps))


def batch_norm_backward(dy, cache):
    """The gradients dx, dgamma, dbeta of a loss whose gradient with respect to y is dy.

    cache comes from batch_norm_forward. dy has the shape of y, and so has dx; dgamma and dbeta have one
    value per feature, a number for ``(m,)``. (One gamma shared by all features has the sum of dgamma as
    its gradient.) All three have the dtype of dy. Unit: that of the loss, per unit of x, gamma or beta.
    The formula for dx is the paper's six lines, multiplied out: the mean and the variance depend on every
    x, so the mean of the gradient and its part along x_hat are taken away.
    Raises TypeError or ValueError for a dy of another shape, or for a cache from somewhere else.
    Source: arXiv:1502.03167, section 3, the chain rule after Algorithm 1.
    """
    x_hat, gamma, std = _checked_cache(cache)
    dy = _mini_batch(dy, "dy")
    if dy.shape != x_hat.shape:
        raise ValueError(f"dy must have the shape of y, {x_hat.shape}, got {dy.shape}")
    axes = _batch_axes(x_hat)
    m = x_hat.size // std.size
    exact = dy.astype(np.float64)
    dbeta = exact.sum(axis=axes)
    dgamma = (exact * x_hat).sum(axis=axes)
    dx = gamma / std * (exact - _per_feature(dbeta / m, x_hat) - x_hat * _per_feature(dgamma / m, x_hat))
    return dx.astype(dy.dtype), dgamma.astype(dy.dtype), dbeta.astype(dy.dtype)


class BatchNorm:
    """Batch norm as a layer of a network: it learns gamma and beta, and keeps running statistics for single examples.

    num_features: C, the length of axis 1 of its input, or 1 for an input ``(m,)``.
    momentum: the weight of the newest batch in the running statistics. (Keras gives the weight of the old ones.)
    gamma, beta: what is learned, float64 ``(C,)``, at first 1 and 0.
    running_mean, running_var: float64 ``(C,)``, at first 0 and 1; each batch in training moves them a little, the
    variance with m/(m − 1), because it is to estimate that of all the data.
    training: True normalizes each batch with its own statistics, False with the running ones.
    Raises TypeError or ValueError for a num_features that counts nothing, a negative eps, a momentum outside 0 to 1.
    Source: arXiv:1502.03167, Algorithms 1 and 2; the conventions and the defaults are those of torch.nn.BatchNorm1d.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        if not isinstance(num_features, Integral) or isinstance(num_features, bool):
            raise TypeError(f"num_features must be a whole number, got {num_features!r:.60}")
        if not 1 <= num_features <= 1e9:
            raise ValueError(f"num_features must lie between 1 and 1,000,000,000, got {num_features!r:.60}")
        self.num_features, self.training, self._cache = num_features, True, None
        self.eps, self.momentum = float(_checked_eps(eps)), float(_single(momentum, "momentum"))
        if not 0 <= self.momentum <= 1:
            raise ValueError(f"momentum must lie between 0 and 1, got {momentum:g}: it is the weight of the new value")
        self.gamma, self.beta = np.ones(num_features), np.zeros(num_features)
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def forward(self, x):
        """y, with the shape and dtype of x ``(m, C)``, ``(m,)``, ``(N, C, L)`` or ``(N, C, H, W)``.

        Raises TypeError or ValueError for wrong input, and in training for a single value per feature: its variance
        is 0, so every y would be beta, whatever x is.
        """
        x = _mini_batch(x)
        features = x.shape[1] if x.ndim > 1 else 1
        if features != self.num_features:
            raise ValueError(f"x must have {self.num_features} features, got {features} in the shape {x.shape}")
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
        if m == 1:
            raise ValueError(f"x has one value per feature, shape {x.shape}: its variance is 0, and every output would "
                             "be beta. In training a batch needs two or more; for a single example set training = "
                             "False, and the running statistics are used")
        mean = x.sum(axis=axes) / m  # half the time of mean(), and the same number
        deviations = x - _per_feature(mean, x)
        var = (deviations ** 2).sum(axis=axes) / m
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_var += self.momentum * (var * (m / (m - 1)) - self.running_var)
        return deviations, var

    def backward(self, dy):
        """dx, dgamma, dbeta for the last forward pass; dy and dx have its shape, the others ``(C,)``; its dtype.

        In training the mean and the variance depend on x, as in batch_norm_backward; in evaluation they do not.
        Raises ValueError before any forward pass, TypeError or ValueError for a dy of another shape or no numbers.
        """
        if self._cache is None:
            raise ValueError("backward needs a forward pass first: call forward(x)")
        x_hat, std, training, dtype = self._cache
        dx = any_numbers(dy, "dy").astype(np.float64, copy=False)  # NaN and all: what overflowed before is to be seen
        if dx.shape != x_hat.shape:
            raise ValueError(f"dy must have the shape of y, {x_hat.shape}, got {dx.shape}")
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


def _mini_batch(x, name="x"):
    """x as a float array, or an error that says what is wrong with it."""
    x = finite_numbers(x, name)
    if not 1 <= x.ndim <= 4:
        raise ValueError(f"{name} must have shape (m,), (m, C), (N, C, L) or (N, C, H, W), got {x.shape}")
    if x.size == 0:
        raise ValueError(f"{name} is empty, its shape is {x.shape}; a mini-batch needs at least one example")
    if not -LARGEST < float(x.min()) <= float(x.max()) < LARGEST:
        raise ValueError(f"{name} must lie between -{LARGEST:g} and {LARGEST:g}, so that its squares are numbers too")
    return x


def _statistic(values, x, name):
    """mean or var: exactly one value per feature of x, ready to line up with axis 1."""
    values = finite_numbers(values, name)
    needed = x.shape[1:2]
    if values.shape != needed:
        raise ValueError(f"{name} must have one value per feature, shape {needed} for x of shape {x.shape}, "
                         f"got shape {values.shape}")
    return _per_feature(values, x)


def _parameter(values, x, name):
    """gamma or beta: one number for all features, or one per feature."""
    values = finite_numbers(values, name)
    if values.ndim == 0:
        return values
    return _statistic(values, x, name)


def _checked_cache(cache):
    """x_hat, and gamma and std lined up with it, if cache is what batch_norm_forward returned."""
    if not isinstance(cache, tuple) or len(cache) != 3:
        raise TypeError("cache must be the second result of batch_norm_forward, the tuple (x_hat, gamma, std)")
    x_hat, gamma, std = cache
    x_hat = _mini_batch(x_hat, "cache, in x_hat,")
    return x_hat, _parameter(gamma, x_hat, "cache, in gamma,"), _statistic(std, x_hat, "cache, in std,")


def _single(value, name):
    """value as one finite number."""
    value = finite_numbers(value, name)
    if value.ndim:
        raise ValueError(f"{name} must be a single number, got an array of shape {value.shape}")
    return value


def _checked_eps(eps):
    """eps as one number that is not negative."""
    eps = _single(eps, "eps")
    if eps < 0:
        raise ValueError(f"eps must not be negative, got {eps:g}")
    return eps


def finite_numbers(values, name):
    """values as an array of finite floats: float types stay, integers become float64."""
    values = any_numbers(values, name)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, but {_first_bad(values)}")
    return values


def any_numbers(values, name):
    """values as an array of floats, NaN and infinity among them: float types stay, integers become float64."""
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain array, got a masked one, whose mask would be ignored")
    try:
        values = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be a regular array, got rows of different lengths") from None
    except (TypeError, RuntimeError) as problem:  # a tensor that belongs to a graph or to another device
        raise TypeError(f"{name} must be an array of numbers, and cannot become one: {problem}") from None
    if values.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {values.dtype} values")
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def _first_bad(values):
    """Where the first NaN or infinite value stands, in words."""
    if values.ndim == 0:
        return f"it is {values}"
    where = tuple(int(i) for i in np.argwhere(~np.isfinite(values))[0])
    return f"the value at index {where[0] if len(where) == 1 else where} is {values[where]}"
