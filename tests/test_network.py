"""The deep network: its gradients, its training, and the accuracies that the lessons build on."""
import math

import numpy as np
import pytest

from batchnorm_lesson import load_digits
from batchnorm_lesson.network import ACTIVATIONS, Network, cross_entropy, standardize, train, training_and_test

IMAGES, LABELS = load_digits()
IMAGES = standardize(IMAGES)
LEARN, TEST = training_and_test(IMAGES, LABELS)


def test_standardized_images_have_mean_0_and_variance_1():
    assert IMAGES.mean() == pytest.approx(0, abs=1e-12) and IMAGES.var() == pytest.approx(1)


def test_training_and_test_images_are_all_of_them_and_none_twice():
    assert len(LEARN[0]) == 1500 and len(TEST[0]) == 297
    both = np.column_stack([np.concatenate([LEARN[0], TEST[0]]), np.concatenate([LEARN[1], TEST[1]])])
    everything = np.column_stack([IMAGES, LABELS])
    np.testing.assert_array_equal(both[np.lexsort(both.T)], everything[np.lexsort(everything.T)])


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_agree_with_finite_differences(activation, batch_norm):
    network = Network(3, width=6, activation=activation, batch_norm=batch_norm, seed=1)
    rng = np.random.default_rng(2)
    for parameter in network.gammas + network.betas:
        parameter += rng.normal(scale=0.2, size=parameter.shape)
    images, labels = IMAGES[:12], LABELS[:12]
    gradients = network.backward(cross_entropy(network.forward(images), labels)[1])
    groups = (network.weights, network.gammas, network.betas)
    assert [len(group) for group in groups] == [len(group) for group in gradients] == [4, 3 * batch_norm, 4]
    for parameters, found in zip(groups, gradients):
        for parameter, gradient in zip(parameters, found):
            assert parameter.shape == gradient.shape
            for index in rng.integers(parameter.shape, size=(8, parameter.ndim)):
                slope = finite_difference(network, parameter, tuple(index), images, labels)
                assert gradient[tuple(index)] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def finite_difference(network, parameter, index, images, labels):
    start, h, losses = parameter[index], 1e-5, []
    for value in (start + h, start - h):
        parameter[index] = value
        losses.append(cross_entropy(network.forward(images), labels)[0])
    parameter[index] = start
    return (losses[0] - losses[1]) / (2 * h)


def test_cross_entropy_of_equal_scores_is_ln_10():
    loss, gradient = cross_entropy(np.full((3, 10), 7.0), np.array([0, 4, 9]))
    assert loss == pytest.approx(math.log(10))
    assert gradient[1] * 3 == pytest.approx([0.1] * 4 + [-0.9] + [0.1] * 5)


def test_cross_entropy_does_not_overflow():
    loss, gradient = cross_entropy(np.array([[1e4, 0.0], [1e4, 0.0]]), np.array([0, 1]))
    assert loss == pytest.approx(5000) and np.isfinite(gradient).all()


@pytest.mark.parametrize("batch_norm", [False, True])
def test_forward_is_the_plain_chain(batch_norm):
    network = Network(2, width=5, activation="relu", scale=0.3, batch_norm=batch_norm)
    scores = network.forward(IMAGES[:20])
    h = IMAGES[:20]
    assert network.activations[0] is h or np.array_equal(network.activations[0], h)
    for weights, recorded in zip(network.weights[:2], network.activations[1:]):
        z = h @ weights
        if batch_norm:
            z = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
        h = np.where(z > 0, z, 0)
        np.testing.assert_allclose(recorded, h, atol=1e-12)
    np.testing.assert_allclose(scores, h @ network.weights[2], atol=1e-12)


@pytest.mark.parametrize("scale, first, last", [(0.3, 0.3, 0.3), ("xavier", math.sqrt(2 / 164), math.sqrt(2 / 110)),
                                                ("he", math.sqrt(2 / 64), math.sqrt(2 / 100))])
def test_weight_scale_is_the_standard_deviation(scale, first, last):
    weights = Network(5, width=100, scale=scale).weights
    assert [w.shape for w in weights] == [(64, 100)] + [(100, 100)] * 4 + [(100, 10)]
    assert weights[0].std() == pytest.approx(first, rel=0.05) and weights[-1].std() == pytest.approx(last, rel=0.08)


def test_same_seed_same_training_and_another_seed_another():
    runs = [list(train(Network(3, seed=seed), *LEARN, steps=5)) for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2] and len(runs[0]) == 5


@pytest.mark.parametrize("wrong", [{"activation": "softplus"}, {"scale": "lecun"}])
def test_wrong_names_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must be"):
        Network(2, **wrong)


def test_overflow_ends_the_training_with_nan_and_no_warning(recwarn):
    network = Network(20, activation="relu", scale=0.5)
    losses = list(train(network, *LEARN, steps=400))
    assert len(losses) < 20 and math.isnan(losses[-1])
    network.accuracy(*TEST)
    assert not recwarn.list


def test_gradients_of_a_residual_network_agree_with_finite_differences():
    network = Network(3, activation="tanh", batch_norm=True, residual=True, seed=1)
    images, labels = IMAGES[:12], LABELS[:12]
    dweights, dgammas, dbetas = network.backward(cross_entropy(network.forward(images), labels)[1])
    for parameter, gradient in ((network.weights[0], dweights[0]), (network.gammas[1], dgammas[1]),
                                (network.betas[2], dbetas[2])):
        index = (0,) * parameter.ndim
        slope = finite_difference(network, parameter, index, images, labels)
        assert gradient[index] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_a_residual_layer_adds_its_output_to_its_input():
    plain, residual = Network(1), Network(1, residual=True)
    plain.forward(IMAGES[:5])
    residual.forward(IMAGES[:5])
    np.testing.assert_allclose(residual.activations[1], IMAGES[:5] + plain.activations[1])
    with pytest.raises(ValueError, match="^width must be 64"):
        Network(2, width=6, residual=True)


def test_in_evaluation_each_image_is_answered_by_itself():
    network = Network(2, batch_norm=True)
    list(train(network, IMAGES, LABELS, steps=5))
    network.training = False
    together = network.forward(IMAGES[:20])
    alone = np.concatenate([network.forward(IMAGES[i:i + 1]) for i in range(20)])
    np.testing.assert_allclose(together, alone, rtol=1e-10)
    network.training = True
    assert not np.allclose(network.forward(IMAGES[:20]), together)
