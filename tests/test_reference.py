"""Forward and backward against what PyTorch recorded, and against finite differences.

How near is near: results are compared relative to the largest number of the same feature. dx is what is left when
terms of the size gamma·dy/std cancel, so it is compared relative to those. A value that happens to lie near 0 is
not expected to have more correct decimals than its neighbours.
"""
import ast
import inspect
from pathlib import Path

import numpy as np
import pytest

import batchnorm_lesson
from batchnorm_lesson import BatchNorm, batch_norm, batch_norm_backward, batch_norm_forward, batchnorm
from recomputed import slopes

FILE = Path(__file__).resolve().parent / "reference" / "pytorch.npz"
STORED = dict(np.load(FILE))
CASES = {case: {key.split("/")[1]: value for key, value in STORED.items() if key.startswith(f"{case}/")}
         for case in sorted({key.split("/")[0] for key in STORED})}
NEAR = {"float64": 1e-10, "float32": 1e-5}
RESULTS = ("y", "dx", "dgamma", "dbeta")


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


def axes_of(x):
    return tuple(axis for axis in range(x.ndim) if axis != 1)


def aligned(values, x):
    """One value per feature, so that it lines up with x."""
    return np.reshape(values, (-1,) + (1,) * (x.ndim - 2)) if x.ndim > 1 else values


def package(case):
    y, cache = batch_norm_forward(case["x"], case["gamma"], case["beta"], case["eps"])
    return dict(zip(RESULTS, (y, *batch_norm_backward(case["dy"], cache))))


def error(got, right, case, name):
    """The largest difference, relative to the largest number of the feature (for dx: to its largest term)."""
    size = np.abs(np.asarray(right, dtype=float))
    if name == "dx":
        x = case["x"].astype(float)
        slope = case["gamma"] / np.sqrt(x.var(axis=axes_of(x)) + case["eps"])
        size = np.maximum(size, np.abs(case["dy"] * aligned(slope, x)))
    if size.ndim > 1:
        size = aligned(size.max(axis=axes_of(size)), size)
    return (np.abs(np.asarray(got, dtype=float) - right) / size).max()


# PyTorch

def test_the_record_is_complete_and_small():
    assert len(CASES) == 24 and {str(case["x"].dtype) for case in CASES.values()} == set(NEAR)
    assert {case["x"].ndim for case in CASES.values()} == {2, 3, 4}
    assert max(abs(case["distance"]) for case in CASES.values()) == 10_000
    assert FILE.stat().st_size < 200_000


@pytest.mark.parametrize("name", RESULTS)
def test_agreement_with_pytorch(case, name):
    got, kind = package(case)[name], str(case["x"].dtype)
    assert got.dtype == case["x"].dtype and got.shape == case[name].shape
    assert error(got, case.get(f"exact_{name}", case[name]), case, name) < NEAR[kind]


@pytest.mark.parametrize("name", RESULTS)
def test_agreement_with_pytorch_in_float32(name):
    """The float32 of both, too; where PyTorch's is itself further from the exact result, by no more than that."""
    for case in [case for key, case in CASES.items() if key.endswith("float32")]:
        its_own = error(case[name], case[f"exact_{name}"], case, name)
        assert error(package(case)[name], case[name], case, name) < NEAR["float32"] + its_own
        assert abs(case["distance"]) >= 100 or its_own < NEAR["float32"]


def test_the_lessons_part_is_the_same_record():
    stored = dict(np.load(Path(batchnorm_lesson.__file__).parent / "data" / "pytorch.npz"))
    for layer, case in (("BatchNorm1d", CASES["01-float64"]), ("BatchNorm2d", CASES["08-float64"])):
        for name in ("x", "gamma", "beta", "eps", "y"):
            np.testing.assert_array_equal(stored.pop(f"{layer}_{name}"), case[name])
    assert not stored


# The gradients, without PyTorch

def example(shape):
    """x, gamma, beta and a random upstream gradient."""
    rng = np.random.default_rng(0)
    x, features = rng.normal(0, 2, shape), shape[1:2]
    return (x + aligned(rng.normal(0, 5, features), x), rng.normal(1, 1, features), rng.normal(0, 1, features),
            rng.normal(size=shape))


@pytest.mark.parametrize("eps", [1e-5, 0.7])
@pytest.mark.parametrize("shape", [(7,), (8, 3), (5, 2, 6), (4, 3, 2, 5)])
def test_gradients_against_finite_differences(shape, eps):
    x, gamma, beta, dy = example(shape)
    _, cache = batch_norm_forward(x, gamma, beta, eps)
    found = batch_norm_backward(dy, cache)
    wanted = (slopes(lambda x: (dy * batch_norm(x, gamma, beta, eps)).sum(), x),
              slopes(lambda gamma: (dy * batch_norm(x, gamma, beta, eps)).sum(), gamma),
              slopes(lambda beta: (dy * batch_norm(x, gamma, beta, eps)).sum(), beta))
    for got, right in zip(found, wanted):
        assert np.linalg.norm(got - right) / np.linalg.norm(right) < 1e-7


def test_what_is_not_given_is_1_and_0_and_one_eps_for_all():
    x, gamma, beta, _ = example((8, 3))
    np.testing.assert_array_equal(batch_norm_forward(x, gamma, beta)[0], batch_norm(x, gamma, beta, 1e-5))
    np.testing.assert_array_equal(batch_norm(x), batch_norm(x, 1.0, 0.0, 1e-5))


@pytest.mark.parametrize("x", [[7.0], [[7.0, -3.0]], [5.0, 5.0, 5.0]])
def test_without_any_spread_the_gradients_are_finite(x):
    _, cache = batch_norm_forward(x, 2.0, 1.0)
    dx, dgamma, dbeta = batch_norm_backward(np.ones(np.shape(x)), cache)
    assert not np.any(dx) and not np.any(dgamma) and np.sum(dbeta) == np.size(x)


def test_whole_numbers_become_float64():
    y, cache = batch_norm_forward([3, 9, 11, 17], 2, 1)
    assert {y.dtype, *(part.dtype for part in batch_norm_backward([1, 0, 0, 0], cache))} == {np.dtype(float)}


def test_nothing_given_is_changed():
    given = example((6, 3))
    copies = [part.copy() for part in given]
    x, gamma, beta, dy = given
    y, cache = batch_norm_forward(x, gamma, beta)
    kept = [part.copy() for part in cache]
    batch_norm_backward(dy, cache)
    assert all(np.array_equal(*pair) for pair in zip(given + cache, copies + kept))


TABLE = np.arange(12.0).reshape(4, 3) ** 2
CACHE = batch_norm_forward(TABLE, 1.0, 0.0)[1]
WRONG = [
    ("gamma", lambda: batch_norm_forward(TABLE, [1.0, 2.0], 0.0), ValueError),
    ("dy", lambda: batch_norm_backward(TABLE[:3], CACHE), ValueError),
    ("dy", lambda: batch_norm_backward(TABLE[0], CACHE), ValueError),
    ("dy", lambda: batch_norm_backward(1.0, CACHE), ValueError),
    ("dy", lambda: batch_norm_backward(TABLE * np.nan, CACHE), ValueError),
    ("dy", lambda: batch_norm_backward(None, CACHE), TypeError),
    ("cache", lambda: batch_norm_backward(TABLE, TABLE), TypeError),
    ("cache", lambda: batch_norm_backward(TABLE, CACHE[:2]), TypeError),
    ("cache", lambda: batch_norm_backward(TABLE, CACHE[::-1]), ValueError),
    ("cache", lambda: batch_norm_backward(TABLE, (CACHE[0], "1", CACHE[2])), TypeError),
    ("cache", lambda: batch_norm_backward(TABLE, (CACHE[0], np.ones(2), CACHE[2])), ValueError),
]


@pytest.mark.parametrize("argument, call, kind", WRONG)
def test_wrong_arguments_are_named(argument, call, kind):
    with pytest.raises(kind, match=rf"^{argument}\b"):
        call()


# Mutations: the tests above must see them

def mutants():
    """The source of batch_norm_backward with one term of dx dropped, or the sums confused."""
    text = inspect.getsource(batchnorm.batch_norm_backward)
    both = " - _per_feature(dbeta / m, x_hat) - x_hat * _per_feature(dgamma / m, x_hat)"
    changes = {"statistics detached": [(both, "")],
               "mean detached": [(" - _per_feature(dbeta / m, x_hat)", "")],
               "variance detached": [(" - x_hat * _per_feature(dgamma / m, x_hat)", "")],
               "dgamma averaged": [("left, dgamma", "left, dgamma / m")],
               "gamma forgotten": [("gamma / std", "1 / std")],
               "m − 1": [("x_hat.size // std.size", "x_hat.size // std.size - 1")]}
    for name, pairs in changes.items():
        changed = text
        for old, new in pairs:
            assert changed.count(old) == 1, f"{name}: the source has changed, and so must this test"
            changed = changed.replace(old, new)
        yield pytest.param(changed, id=name)


@pytest.mark.parametrize("text", list(mutants()))
def test_a_wrong_backward_is_seen(text):
    scope = dict(vars(batchnorm))
    exec(compile(ast.parse(text), "<mutant>", "exec"), scope)
    case = CASES["01-float64"]
    _, cache = batch_norm_forward(case["x"], case["gamma"], case["beta"], case["eps"])
    found = scope["batch_norm_backward"](case["dy"], cache)
    assert max(error(got, case[name], case, name) for name, got in zip(RESULTS[1:], found)) > 1e-3


# The layer

def layer_of(case):
    layer = BatchNorm(len(case["gamma"]), eps=case["eps"].item(), momentum=case["momentum"].item())
    layer.gamma[:], layer.beta[:] = case["gamma"], case["beta"]
    return layer


def test_the_layer_does_what_pytorchs_does(case):
    """In training, with its running statistics after one step, and in evaluation after that."""
    kind = case["x"].dtype.name
    right = {name: case[f"exact_{name}" if kind == "float32" else name]
             for name in (*RESULTS, "running_mean", "running_var", "y_eval")}
    layer = layer_of(case)
    y = layer.forward(case["x"])
    got = dict(zip(RESULTS, (y, *layer.backward(case["dy"].astype(float)))))
    assert y.dtype == case["x"].dtype
    for name in RESULTS:
        assert error(got[name], right[name], case, name) < NEAR[kind], name
    np.testing.assert_allclose(layer.running_mean, right["running_mean"], rtol=1e-10)
    np.testing.assert_allclose(layer.running_var, right["running_var"], rtol=1e-10)
    layer.training = False
    assert error(layer.forward(case["x"]), right["y_eval"], case, "y") < NEAR[kind]
    assert len({CASES[name]["momentum"].item() for name in CASES}) >= 3


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1), (1,)])
def test_one_example_in_training_is_refused_with_the_way_out(shape):
    layer = BatchNorm(shape[1] if len(shape) > 1 else 1)
    with pytest.raises(ValueError, match=r"x has one value per feature.*set training = False"):
        layer.forward(np.ones(shape))
    layer.training = False
    assert layer.forward(np.ones(shape)).shape == shape
    np.testing.assert_array_equal(layer.running_mean, 0)
