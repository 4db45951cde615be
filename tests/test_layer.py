"""The BatchNorm layer over several steps, against PyTorch, and what it refuses (one step: test_reference.py)."""
from pathlib import Path

import numpy as np
import pytest

from batchnorm_lesson import BatchNorm

HERE = Path(__file__).resolve().parent / "reference"
NEAR = {"float64": 1e-12, "float32": 2e-5}

STORED = dict(np.load(HERE / "running.npz"))
RUNS = {run: {key.split("/")[1]: value for key, value in STORED.items() if key.startswith(f"{run}/")}
        for run in sorted({key.split("/")[0] for key in STORED})}


def layer_of(run, features):
    layer = BatchNorm(features, float(run["eps"]), float(run["momentum"]))
    layer.gamma[:], layer.beta[:] = run["gamma"], run["beta"]
    return layer


def close(got, right, near):
    """Nearer than near, relative to the largest number."""
    assert np.shape(got) == right.shape
    np.testing.assert_allclose(got, right, rtol=0, atol=near * max(1, np.abs(right).max()))


# PyTorch

def test_the_record_holds_several_momenta_and_all_shapes():
    assert len(RUNS) == 16 and {float(run["momentum"]) for run in RUNS.values()} == {0, 0.01, 0.1, 0.3, 0.5, 0.9, 1}
    assert {run["x0"].ndim for run in RUNS.values()} == {2, 3, 4}
    assert (HERE / "running.npz").stat().st_size < 150_000


@pytest.mark.parametrize("name", RUNS)
def test_several_steps_of_pytorch(name):
    run, kind = RUNS[name], name.split("-")[1]
    layer, near = layer_of(run, run["x0"].shape[1]), NEAR[kind]
    for step in range(sum(key.startswith("x") for key in run)):
        y = layer.forward(run[f"x{step}"])
        assert y.dtype == kind
        close(y, run[f"y{step}"], near)
        close(layer.running_mean, run[f"running_mean{step}"], near)
        close(layer.running_var, run[f"running_var{step}"], near)
    layer.training = False
    close(layer.forward(run["alone"]), run["y_alone"], near)
    for got, result in zip(layer.backward(run["dy"]), ("dx", "dgamma", "dbeta")):
        assert got.dtype == kind
        close(got, run[f"{result}_alone"], 10 * near)


# Its own rules

def test_a_new_layer():
    layer = BatchNorm(3)
    assert layer.training and layer.eps == 1e-5 and layer.momentum == 0.1
    for value, start in ((layer.gamma, 1), (layer.beta, 0), (layer.running_mean, 0), (layer.running_var, 1)):
        assert value.tolist() == [start] * 3


def test_evaluation_changes_nothing_and_no_other_example_matters():
    layer, x = BatchNorm(2), np.random.default_rng(2).normal(5, 3, (10, 2))
    layer.forward(x)
    kept = layer.running_mean.copy(), layer.running_var.copy()
    layer.training = False
    whole = layer.forward(x)
    np.testing.assert_array_equal(np.vstack([layer.forward(row[None]) for row in x]), whole)
    np.testing.assert_array_equal((layer.running_mean, layer.running_var), kept)


def test_one_image_has_many_values_per_channel():
    assert BatchNorm(3).forward(np.ones((1, 3, 1, 2))).tolist() == np.zeros((1, 3, 1, 2)).tolist()


@pytest.mark.parametrize("wrong, error, words", [
    ({"num_features": 2.0}, TypeError, "num_features"), ({"num_features": 0}, ValueError, "num_features"),
    ({"num_features": "3"}, TypeError, "num_features"), ({"num_features": 3, "eps": -1}, ValueError, "eps"),
    ({"num_features": 3, "eps": [1, 2]}, ValueError, "eps"),
    ({"num_features": 3, "momentum": 1.5}, ValueError, "momentum"),
    ({"num_features": 3, "momentum": -0.1}, ValueError, "momentum"),
    ({"num_features": 3, "momentum": None}, TypeError, "momentum")])
def test_a_wrong_layer_is_refused_by_name(wrong, error, words):
    with pytest.raises(error, match=f"^{words} must"):
        BatchNorm(**wrong)


@pytest.mark.parametrize("x, error, words", [
    (np.ones((4, 2)), ValueError, r"3 features, got 2 in the shape \(4, 2\)"),
    (np.ones(3), ValueError, "3 features, got 1"),
    (np.ones((0, 3)), ValueError, "empty"), (np.array([[1, np.nan, 3], [4, 5, 6]]), ValueError, r"finite.*\(0, 1\)"),
    (np.array([["a", "b", "c"]] * 2), TypeError, "numbers"), (np.ones((2, 3, 1, 1, 1)), ValueError, "shape")])
def test_a_wrong_batch_is_refused_and_leaves_no_trace(x, error, words):
    layer = BatchNorm(3)
    with pytest.raises(error, match=f"^x .*{words}"):
        layer.forward(x)
    assert layer.running_mean.tolist() == [0] * 3 and layer.running_var.tolist() == [1] * 3


def test_backward_needs_a_forward_pass_and_the_shape_of_y():
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match="forward"):
        layer.backward(np.ones((2, 3)))
    layer.forward(np.eye(3))
    with pytest.raises(ValueError, match=r"^dy must have the shape of y, \(3, 3\), got \(3,\)"):
        layer.backward(np.ones(3))


def test_whole_numbers_and_lists_become_float64():
    y = BatchNorm(1).forward([[3], [9], [11], [17]])
    np.testing.assert_allclose(y[:, 0], [-1.4, -0.2, 0.2, 1.4], atol=1e-6)
    assert y.dtype == float
