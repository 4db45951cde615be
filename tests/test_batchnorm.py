"""The algorithm against plain Python with math.fsum, feature by feature: no NumPy statistics in the reference."""
import math
import statistics

import numpy as np
import pytest

from batchnorm_lesson import batch_mean, batch_norm, batch_variance, normalize, scale_and_shift

RUNNING_EXAMPLE = [3, 9, 11, 17]
SHAPES = [(5,), (1,), (6, 3), (1, 3), (4, 3, 5), (4, 3, 2, 5), (1, 2, 3, 4)]


def features(x):
    """The values of every feature, one plain list each, found by walking over all indices."""
    found = {}
    for index in np.ndindex(x.shape):
        found.setdefault(index[1] if x.ndim > 1 else 0, []).append(float(x[index]))
    return [found[feature] for feature in sorted(found)]


def plain_mean(values):
    return math.fsum(values) / len(values)


def plain_variance(values):
    mean = plain_mean(values)
    return math.fsum((value - mean) ** 2 for value in values) / len(values)


def plain_batch_norm(x, gamma, beta, eps):
    """y value by value; gamma and beta are lists with one value per feature."""
    y = np.empty(x.shape)
    statistic = [(plain_mean(values), plain_variance(values)) for values in features(x)]
    for index in np.ndindex(x.shape):
        feature = index[1] if x.ndim > 1 else 0
        mean, var = statistic[feature]
        y[index] = gamma[feature] * (float(x[index]) - mean) / math.sqrt(var + eps) + beta[feature]
    return y


def batch(shape, dtype=np.float64):
    """A mini-batch in which every feature has a mean and a spread of its own."""
    x = np.random.default_rng(sum(shape)).normal(size=shape)
    per_feature = (1, -1) + (1,) * (len(shape) - 2) if len(shape) > 1 else (1,)
    count = shape[1] if len(shape) > 1 else 1
    x = x * (1 + np.arange(count)).reshape(per_feature) + 10 * np.arange(1, count + 1).reshape(per_feature)
    return x.reshape(shape).astype(dtype)


def test_running_example_is_exact():
    mean, var = batch_mean(RUNNING_EXAMPLE), batch_variance(RUNNING_EXAMPLE)
    x_hat = normalize(RUNNING_EXAMPLE, mean, var, eps=0)
    y = scale_and_shift(x_hat, gamma=2, beta=1)
    assert (mean, var) == (10, 25)
    assert x_hat.tolist() == [-1.4, -0.2, 0.2, 1.4]
    assert y.tolist() == pytest.approx([-1.8, 0.6, 1.4, 3.8], rel=1e-15)
    assert batch_norm(RUNNING_EXAMPLE, gamma=2, beta=1, eps=0).tolist() == y.tolist()


def test_default_eps_takes_a_hair_off_the_variance():
    y = batch_norm(RUNNING_EXAMPLE, gamma=2, beta=1)
    assert statistics.pvariance(y.tolist()) == pytest.approx(4 * 25 / (25 + 1e-5), rel=1e-12)
    assert statistics.pvariance(y.tolist()) < 4


@pytest.mark.parametrize("shape", SHAPES)
def test_statistics_are_those_of_each_feature(shape):
    x = batch(shape)
    count = () if len(shape) == 1 else shape[1:2]
    assert np.shape(batch_mean(x)) == np.shape(batch_variance(x)) == count
    assert np.ravel(batch_mean(x)) == pytest.approx([plain_mean(values) for values in features(x)], rel=1e-12)
    expected = [plain_variance(values) for values in features(x)]
    assert np.ravel(batch_variance(x)) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 1e-5)])
def test_batch_norm_value_by_value(shape, dtype, tolerance):
    x = batch(shape, dtype)
    count = shape[1] if len(shape) > 1 else 1
    gamma, beta = [2.0 - feature for feature in range(count)], [0.5 + feature for feature in range(count)]
    arguments = (gamma, beta) if len(shape) > 1 else (gamma[0], beta[0])
    y = batch_norm(x, *arguments, eps=0.01)
    assert y.shape == x.shape and y.dtype == dtype
    assert np.abs(y - plain_batch_norm(x, gamma, beta, 0.01)).max() < tolerance


def test_one_gamma_and_beta_serve_all_features():
    x = batch((6, 3))
    assert batch_norm(x, 2.0, -1.0).tolist() == batch_norm(x, [2.0] * 3, [-1.0] * 3).tolist()


@pytest.mark.parametrize("given, returned", [(np.float32, np.float32), (np.float64, np.float64), (np.int32, np.float64),
                                             (np.uint8, np.float64)])
def test_dtypes(given, returned):
    x = np.array(RUNNING_EXAMPLE, dtype=given)
    mean, var = batch_mean(x), batch_variance(x)
    x_hat = normalize(x, mean, var)
    results = [mean, var, x_hat, scale_and_shift(x_hat, 2, 1), batch_norm(x)]
    assert {result.dtype for result in results} == {np.dtype(returned)}


def test_input_is_not_changed():
    x = np.array([3.0, 9.0, 11.0, 17.0])
    batch_norm(x, 2, 1)
    assert x.tolist() == RUNNING_EXAMPLE


@pytest.mark.parametrize("shape", [(1000,), (64, 3), (8, 3, 6, 6)])
def test_float32_far_from_zero(shape):
    x = np.random.default_rng(1).normal(10_000, 0.1, shape).astype(np.float32)
    expected = [plain_variance(values) for values in features(x)]
    assert np.ravel(batch_variance(x)) == pytest.approx(expected, rel=0.01)
    textbook = np.mean(x * x) - np.mean(x) ** 2
    assert abs(textbook - 0.01) > 0.001, "the input is meant to be one on which E[x²] − E[x]² fails"
    assert batch_norm(x).dtype == np.float32


@pytest.mark.parametrize("x", [[7.0], [[7.0, -3.0]], [5.0, 5.0, 5.0]])
def test_without_any_spread_the_output_is_beta(x):
    assert np.unique(batch_norm(x, gamma=2, beta=1.5)).tolist() == [1.5]


FOUR = [1.0, 2.0, 3.0, 4.0]
TABLE = [[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]
NOT_A_BATCH = [
    ("empty", [], ValueError),
    ("no features", np.zeros((3, 0)), ValueError),
    ("text", ["a", "b"], TypeError),
    ("None", None, TypeError),
    ("objects", [1.0, None], TypeError),
    ("truth values", [True, False], TypeError),
    ("complex", [1 + 2j, 3.0], TypeError),
    ("NaN", [1.0, math.nan], ValueError),
    ("infinite", [1.0, -math.inf], ValueError),
    ("ragged", [[1.0], [2.0, 3.0]], ValueError),
    ("a single number", 3.0, ValueError),
    ("five axes", np.zeros((2, 1, 1, 1, 1)), ValueError),
]
FUNCTIONS = [("x", batch_mean), ("x", batch_variance), ("x", batch_norm), ("x", lambda x: normalize(x, 0.0, 1.0)),
             ("x_hat", lambda x_hat: scale_and_shift(x_hat, 1.0, 0.0))]


@pytest.mark.parametrize("what, x, error", NOT_A_BATCH, ids=[case[0] for case in NOT_A_BATCH])
@pytest.mark.parametrize("argument, function", FUNCTIONS, ids=["mean", "variance", "batch_norm", "normalize", "scale"])
def test_wrong_batch_is_named(argument, function, what, x, error):
    with pytest.raises(error, match=rf"^{argument}\b"):
        function(x)


WRONG_PARAMETERS = [
    ("gamma", lambda: batch_norm(TABLE, gamma=[1.0, 2.0]), ValueError),
    ("gamma", lambda: batch_norm(TABLE, gamma=[[1.0, 2.0, 3.0]]), ValueError),
    ("gamma", lambda: batch_norm(FOUR, gamma=[1.0]), ValueError),
    ("gamma", lambda: batch_norm(FOUR, gamma="2"), TypeError),
    ("gamma", lambda: batch_norm(FOUR, gamma=math.nan), ValueError),
    ("gamma", lambda: scale_and_shift(TABLE, [1.0] * 4, 0.0), ValueError),
    ("beta", lambda: batch_norm(TABLE, beta=[1.0, 2.0]), ValueError),
    ("beta", lambda: batch_norm(FOUR, beta=[0.0] * 4), ValueError),
    ("beta", lambda: batch_norm(FOUR, beta=None), TypeError),
    ("beta", lambda: batch_norm(FOUR, beta=math.inf), ValueError),
    ("eps", lambda: batch_norm(FOUR, eps=-1e-5), ValueError),
    ("eps", lambda: batch_norm(FOUR, eps=math.nan), ValueError),
    ("eps", lambda: batch_norm(TABLE, eps=[1e-5] * 3), ValueError),
    ("eps", lambda: batch_norm(FOUR, eps="small"), TypeError),
    ("mean", lambda: normalize(TABLE, 1.0, [1.0] * 3), ValueError),
    ("mean", lambda: normalize(TABLE, [1.0, 2.0], [1.0] * 3), ValueError),
    ("mean", lambda: normalize(FOUR, FOUR, 1.0), ValueError),
    ("var", lambda: normalize(TABLE, [1.0] * 3, [1.0]), ValueError),
    ("var", lambda: normalize(FOUR, 2.5, -1.0), ValueError),
    ("var", lambda: normalize(FOUR, 2.5, math.nan), ValueError),
]


@pytest.mark.parametrize("argument, call, error", WRONG_PARAMETERS)
def test_wrong_parameter_is_named(argument, call, error):
    with pytest.raises(error, match=rf"^{argument}\b"):
        call()


@pytest.mark.parametrize("call", [lambda: batch_norm([5, 5, 5], eps=0), lambda: normalize([5, 5], 5, 0, eps=0),
                                  lambda: batch_norm([[1, 5], [2, 5]], eps=0)])
def test_equal_values_without_eps_are_refused_by_the_name_of_eps(call):
    with pytest.raises(ValueError, match="^eps must be above 0 for a feature whose values are all equal"):
        call()


def test_a_mask_is_not_ignored():
    with pytest.raises(TypeError, match="^x must be a plain array, got a masked one"):
        batch_mean(np.ma.masked_array([1.0, 2.0, 99.0], mask=[0, 0, 1]))


def test_what_cannot_become_an_array_is_refused_by_its_name():
    class Tensor:
        def __array__(self, *args, **kwargs):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    with pytest.raises(TypeError, match="^gamma must be an array of numbers.*requires grad"):
        scale_and_shift([1.0, 2.0], Tensor(), 0)


@pytest.mark.parametrize("call", [batch_mean, batch_variance, batch_norm, lambda x: normalize(x, 0, 1)])
def test_values_whose_squares_are_no_numbers_are_refused_by_their_own_name(call):
    """Not by the name of var, which nobody passed."""
    with pytest.raises(ValueError, match="^x must lie between"):
        call([1e200, -1e200])
