"""What the exercises of several lessons share: the batches of the checks, and batch norm as its steps."""
import numpy as np

EXAMPLE = np.array([3.0, 9.0, 11.0, 17.0])
PAIR = np.array([2.5, 7.0])
TRIPLE = np.array([-6.5, 1.0, -2.2])
FOUR = np.array([0.5, -3.0, 4.5, 8.2])
LONG = np.random.default_rng(1502).integers(-60, 140, 32) / 10
WHOLE = np.array([2, 3, 7, 8, 9])
EQUAL = np.array([5.0, 5.0, 5.0])
TINY = np.array([0.00123456, 0.00412349, 0.00731217])  # small, with many decimals: a rounded result is far off
MIXED = np.array([0.0, 1.234567, -2.718282, 0.0, 1.234567, 0.0, 3.141593])  # zeros, and values that come twice
OUTLIER = np.append(np.resize([-1.0, 0.5, 2.0, -1.5], 127), 1000.0)
MANY = np.random.default_rng(3).integers(-60, 140, 128) / 10
ALONE = np.array([4.5])
# float32 holds its mean, so that a result in float32 is right as well.
NEAR_1E8 = 1e8 + np.array([-7.0, -1.0, 1.0, 7.0])

# Inputs of a special kind: if an answer is wrong on one kind only, it says more than the numbers do.
WHOLE_NUMBERS = {"note": "whole numbers were given", "blames": "integer result"}
ONE_OUTLIER = {"note": "one value lay far out", "blames": "outlier clipped or left out"}
LARGE_OFFSET = {"note": "x lay near 100,000,000", "blames": "digits lost far from zero"}
ONE_EXAMPLE = {"note": "the batch held one example", "blames": "one kind of input"}
GAMMA_ZERO = {"note": "gamma was 0", "blames": "gamma = 0 treated as missing"}


def normalized(x, eps):
    """The normalized batch, which many wrong functions start from."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)


# Batch norm as its steps: each can be replaced by a wrong one, wherever it occurs. A statistic is taken along axis 0 of
# a table with a column for each group of values that share it; count and n are what its sum is divided by.

def the_mean(values, n):
    return values.sum(axis=0) / n


def the_variance(values, mean, n):
    return ((values - mean) ** 2).sum(axis=0) / n


def the_root(var, eps):
    return np.sqrt(var + eps)


def the_x_hat(x, mean, std, var, eps):
    return (x - mean) / std


def the_scale(x_hat, gamma, beta):
    return gamma * x_hat + beta


def values_in_a_group(x, m):
    return m


def _per_group(statistic, x, axes, *others):
    """A statistic over some axes of x, which stay as axes of length 1; of a batch (m,) a number.

    others are taken apart in the same way.
    """
    if x.ndim == 1 or (x.ndim, axes) == (2, (0,)):
        return statistic(x, *others)
    order = [*axes, *(axis for axis in range(x.ndim) if axis not in axes)]
    kept = [1 if axis in axes else length for axis, length in enumerate(x.shape)]
    tables = (np.broadcast_to(one, x.shape).transpose(order).reshape(x.size // max(np.prod(kept), 1), -1)
              for one in (x, *others))
    result = statistic(*tables)
    return result.reshape(kept) if result.ndim == 1 else result.reshape(
        [x.shape[axis] for axis in order]).transpose(np.argsort(order))


def averaging(mean=the_mean, count=values_in_a_group, axes=None):
    """The mean of each group of values, made of its steps; axes are all but 1, or others."""
    def made(x):
        return _per_group(lambda values: mean(values, count(x, len(values))), x, _axes(x, axes))
    return made


def measuring(var=the_variance, divisor=values_in_a_group, axes=None, var_axes=None, own_mean=False, center=None,
              **steps):
    """The variance of each group, and the mean that x is centred with; both, made of their steps.

    Over other axes than the mean the variance can be taken around that mean, or around its own.
    """
    def made(x):
        mean = averaging(axes=axes, **steps)(x)
        around = averaging(axes=var_axes, **steps)(x) if own_mean else mean
        spread = _per_group(lambda values, means: var(values, means, divisor(x, len(values))), x,
                            _axes(x, var_axes or axes), around)
        return spread, averaging(center, axes=axes)(x) if center else mean
    return made


def _axes(x, axes):
    return axes or tuple(axis for axis in range(x.ndim) if axis != 1)


def normalizing(root=the_root, x_hat=the_x_hat, **steps):
    """x_hat, from x and eps; and the std that it was divided by."""
    def made(x, eps):
        var, mean = measuring(**steps)(x)
        std = root(var, eps)
        return x_hat(x, mean, std, var, eps), std
    return made


def batch_norm_of(scale=the_scale, beta_inside=False, **steps):
    """Batch norm, made of its steps, for one feature, for a table and for feature maps."""
    def made(x, gamma, beta, eps):
        along = (-1,) + (1,) * (x.ndim - 2) if x.ndim > 2 else np.shape(gamma)
        x_hat, std = normalizing(**steps)(x, eps)
        return scale(x_hat, np.reshape(gamma, along), np.reshape(beta, along) / (std if beta_inside else 1))
    return made


def in_the(quantity, catalogue):
    """A step's mistakes, made inside a longer calculation: the learner is told in which quantity."""
    return tuple(mistake._replace(name=f"{quantity}: {mistake.name}", says=f"In your {quantity}: {mistake.says}")
                 for mistake in catalogue)
