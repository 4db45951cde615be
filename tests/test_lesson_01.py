"""The facts of lesson 01, computed here in plain NumPy."""
import math
import re

import numpy as np
import pytest

from batchnorm_lesson import explorers, figures, load_digits, questions
from batchnorm_lesson.explorers import lesson_01 as lesson
from batchnorm_lesson.network import pre_activations
from lessons import Notebook, right_choice

NOTEBOOK = Notebook(1)
MISCONCEPTIONS = {
    "balance-point": "The balance point has as many coins on each side, or is halfway between the ends.",
    "sixteen-times": "Sixteen times as many examples make an estimate sixteen times as good.",
}


def test_every_prediction_is_there_for_a_misconception():
    assert set(re.findall(r'questions\.predict\("([\w-]+)"\)', NOTEBOOK.code)) == set(MISCONCEPTIONS)


def test_balance_point_prediction_tells_the_mean_from_the_median_and_the_middle():
    entry = questions.predict("balance-point").entry
    coins = [3, 9, 11, 21]
    assert "3, 9, 11 and 21" in entry["question"] and entry["answer"] == np.mean(coins) == 11
    tempting = [np.median(coins), (min(coins) + max(coins)) / 2, 15]
    assert [each["guess"] for each in entry["tempting"]] == tempting == [10, 12, 15]
    assert "8 and 2 away, together 10, and the coin on the right is 10 away" in entry["because"]
    for guess in tempting:
        tips = "tips to the right" if guess < 11 else "tips to the left"
        assert tips in figures.balance(coins, guess).sentence
    assert "held at 11. The beam is level." in NOTEBOOK.printed("%%result balance-point")


def test_one_huge_value_moves_the_mean_and_not_the_median():
    printed = NOTEBOOK.printed("np.median").splitlines()
    for line, last in zip(printed, (17, 30, 1000), strict=True):
        four = [3, 9, 11, last]
        assert line == f"{four}: mean {math.fsum(four) / 4:g}, median 10" and sorted(four)[1:3] == [9, 11]


def means_of_batches(seed):
    """The means of 4,000 mini-batches of 4 and of 64."""
    feature, rng = lesson.digit_feature(), np.random.default_rng(seed)
    return {m: rng.choice(feature, size=(4000, m)).mean(axis=1) for m in (4, 64)}


def test_sixteen_times_as_many_examples_bring_the_mean_four_times_closer():
    prediction = questions.predict("sixteen-times")
    sigma = lesson.digit_feature().std()
    assert f"typically off by about {sigma / 2:.1f}:" in prediction.as_text
    texts = [choice["text"] for choice in prediction.choices]
    for text, off in zip(texts, (sigma / 2, sigma / 4, sigma / 8, sigma / 2 / 16), strict=True):
        assert text.startswith(f"about {off:.1f}:" if off > 1 else f"about {off:.2f}:")
    means = means_of_batches(3)
    assert means[4].std() / means[64].std() == pytest.approx(4, rel=0.05)
    assert "a quarter as far" in right_choice(prediction.choices)


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
    (0, "below", "right"), (9, "below", "right"), (13, "above", "left"), (20, "above", "left")])
def test_the_hint_of_the_balance_point_is_what_the_beam_does(pivot, side, tilt):
    assert f"tip to the {tilt}" in questions.predict("balance-point").entry[side]
    assert f"tips to the {tilt}" in figures.balance([3, 9, 11, 21], pivot).sentence


def test_arrows_to_both_sides_have_the_same_total_length():
    deviations = np.array([3, 9, 11, 17]) - 10
    left, right = -deviations[deviations < 0].sum(), deviations[deviations > 0].sum()
    assert left == right and f"the arrows to the left are as long together ({left}) as" in NOTEBOOK.prose


def test_estimates_keep_the_first_batch_size_as_an_outline_and_name_it():
    explorer = explorers.estimates()
    names = [text.get_text() for text in explorer.picture._labels]
    explorer.set(m=64)
    assert names == [""] and [text.get_text() for text in explorer.picture._labels] == ["grey: m = 4"]


def test_the_batch_size_of_the_task_is_within_the_slider():
    sigma = lesson.digit_feature().std()
    sizes = [m for m in explorers.estimates().controls["m"].options if sigma / math.sqrt(m) < 0.5]
    assert sizes[0] == 128 and lesson._means_of_batches(64).std() > 0.5
    assert f"2. 128, with {lesson._means_of_batches(128).std():.2f}." in NOTEBOOK.prose
    first = next(m for m in range(1, 257) if sigma / math.sqrt(m) < 0.5)
    assert f"here {sigma:.2f}, is" in NOTEBOOK.prose and f"That is below 0.5 from m = {first} on." in NOTEBOOK.prose


def test_the_explorer_shows_that_the_spread_halves():
    spreads = [lesson._means_of_batches(m).std() for m in (1, 4, 16, 64)]
    assert np.divide(spreads[:-1], spreads[1:]) == pytest.approx([2, 2, 2], abs=0.1)


def test_what_is_to_be_found_is_not_shown_before():
    balance, estimates = explorers.balance(), explorers.estimates()
    assert "μ" not in balance.text and "mean" not in balance.text and "√" not in estimates.text
    balance.set(pivot=10)
    assert balance.text.endswith("The mean is marked at 10.") and "/ 4 = 10" in balance.text
    balance.set(pivot=10.25)
    assert "mean" not in balance.text


@pytest.mark.parametrize("pivot, tilt", [(10, "is level"), (10.25, "tips to the left"), (0, "tips to the right")])
def test_the_beam_is_level_at_the_mean_and_nowhere_else(pivot, tilt):
    assert tilt in figures.balance([3, 9, 11, 17], pivot).sentence


def test_one_value_owns_a_quarter_of_the_mean():
    explorer = explorers.balance(pivot=10)
    assert "is level" in explorer.text
    explorer.set(x4=29, pivot=10 + (29 - 17) / 4)
    assert "is level" in explorer.text and "2. By 3, to 13:" in NOTEBOOK.prose
