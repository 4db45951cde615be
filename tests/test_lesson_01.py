"""The facts of lesson 01, computed here in plain NumPy."""
import math

import numpy as np
import pytest

from batchnorm_lesson import explorers, figures, load_digits, questions
from batchnorm_lesson.explorers import lesson_01 as lesson
from batchnorm_lesson.network import pre_activations
from lessons import Notebook, right_choice

NOTEBOOK = Notebook(1)


def test_balance_point_prediction_is_the_mean_of_its_weights():
    prediction = questions.predict("balance-point")
    assert "3, 9, 11 and 17" in prediction.as_text
    assert prediction.entry["answer"] == math.fsum([3, 9, 11, 17]) / 4


def means_of_batches(seed):
    """The means of 4,000 mini-batches of 4 and of 64."""
    feature, rng = lesson.digit_feature(), np.random.default_rng(seed)
    return {m: rng.choice(feature, size=(4000, m)).mean(axis=1) for m in (4, 64)}


def test_sixteen_times_as_many_examples_bring_the_mean_four_times_closer():
    prediction = questions.predict("sixteen-times")
    sigma = lesson.digit_feature().std()
    assert f"typically off by about {sigma / 2:.1f}:" in prediction.as_text
    texts = [choice["text"] for choice in prediction.choices]
    for text, off in zip(texts, (sigma / 2, sigma / 8, sigma / 2 / 16)):
        assert text.startswith(f"about {off:.1f}" if off > 1 else f"about {off:.2f}")
    means = means_of_batches(3)
    assert means[4].std() / means[64].std() == pytest.approx(4, rel=0.05)
    assert "four times closer" in right_choice(prediction.choices)


def test_the_layer_of_the_notebook_is_the_layer_of_the_explorer():
    images, _ = load_digits()
    layer = images @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))
    np.testing.assert_array_equal(layer, pre_activations(images))
    np.testing.assert_array_equal(layer[:, 11], lesson.digit_feature())


def test_two_thirds_lie_within_the_spread():
    feature = lesson.digit_feature()
    assert "about two thirds lie no farther than the spread from their middle" in NOTEBOOK.prose
    for values in (feature, *means_of_batches(5).values()):
        assert np.mean(np.abs(values - values.mean()) <= values.std()) == pytest.approx(2 / 3, abs=0.03)


@pytest.mark.parametrize("pivot, side, tilt", [
    (0, "below", "right"), (9, "below", "right"), (11, "above", "left"), (20, "above", "left")])
def test_the_hint_of_the_balance_point_is_what_the_beam_does(pivot, side, tilt):
    assert f"tip to the {tilt}" in questions.predict("balance-point").entry[side]
    assert f"tips to the {tilt}" in figures.balance([3, 9, 11, 17], pivot).sentence


def test_arrows_to_both_sides_have_the_same_total_length():
    deviations = np.array([3, 9, 11, 17]) - 10
    left, right = -deviations[deviations < 0].sum(), deviations[deviations > 0].sum()
    assert left == right and f"The arrows to the left have the same *total* length ({left}) as" in NOTEBOOK.prose


def test_estimates_keep_the_first_batch_size_as_an_outline_and_name_it():
    explorer = explorers.estimates()
    names = [text.get_text() for text in explorer.picture._labels]
    explorer.set(m=64)
    assert names == [""] and [text.get_text() for text in explorer.picture._labels] == ["grey: m = 4"]


def test_the_batch_size_of_the_task_is_within_the_slider():
    sigma = lesson.digit_feature().std()
    sizes = [m for m in explorers.estimates().controls["m"].options if sigma / math.sqrt(m) < 0.5]
    assert sizes[0] == 128 and "on do the means spread by less than 0.5" in NOTEBOOK.prose
    at_128 = lesson._means_of_batches(128).std()
    assert f"From 128 on: {at_128:.2f}." in NOTEBOOK.prose and sigma / math.sqrt(512) < 0.5 / 2


@pytest.mark.parametrize("pivot, tilt", [(10, "is level"), (10.25, "tips to the left"), (0, "tips to the right")])
def test_the_beam_is_level_at_the_mean_and_nowhere_else(pivot, tilt):
    assert tilt in figures.balance([3, 9, 11, 17], pivot).sentence
