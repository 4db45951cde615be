"""Lesson 02 tells the truth: its numbers, answers and explorers against plain NumPy, not against the package."""
import re

import numpy as np
import pytest

from batchnorm_lesson import explorers, figures, load_digits
from batchnorm_lesson.reference import BATCH_SIZES
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(2)
MISCONCEPTIONS = {
    "same-width": "Every number that grows with the width notices every change of it.",
    "outlier-share": "A value's share of the variance grows like the value, and the mean stays where it was.",
}
X = np.array([3.0, 9.0, 11.0, 17.0])


def feature():
    images, _ = load_digits()
    return images @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))[:, 11]


# The running example and the predictions

def test_every_prediction_is_there_for_a_misconception():
    assert set(re.findall(r'questions\.predict\("([\w-]+)"\)', NOTEBOOK.code)) == set(MISCONCEPTIONS)


def test_running_example():
    deviations = X - X.sum() / 4
    assert list(deviations) == [-7, -1, 1, 7] and list(deviations ** 2) == [49, 1, 1, 49]
    assert "variance 25, standard deviation 5" in NOTEBOOK.printed("squares = ")


def test_prediction_of_the_number_that_is_fooled():
    wide = np.array([3, 3, 17, 17])
    assert np.ptp(X) == np.ptp(wide) and right_choice(QUESTIONS["predict"]["same-width"]["choices"]) == "the range"
    assert np.abs(X - 10).mean() != np.abs(wide - 10).mean() and X.var() != wide.var()
    assert set(np.abs(wide - 10)) == {7} and "range 14, |d| 7, d² 49" in NOTEBOOK.printed("%%result same-width")


def test_others_share_at_least_a_third_of_the_square():
    """If one deviation of four is d, the other three add up to −d: their squares are least when they are equal."""
    deviations = np.random.default_rng(0).normal(size=(1000, 4))
    deviations -= deviations.mean(axis=1, keepdims=True)
    assert (np.sum(deviations[:, 1:] ** 2, axis=1) >= deviations[:, 0] ** 2 / 3 - 1e-12).all()
    assert "their squares add up to at least d²/3" in NOTEBOOK.prose


def test_prediction_of_the_outlier():
    entry = QUESTIONS["predict"]["outlier-share"]
    squares = (np.array([3, 9, 11, 30]) - 13.25) ** 2
    assert entry["answer"] == round(100 * squares[-1] / squares.sum())
    assert squares[-1] > squares[:-1].sum() and squares[-1] == 16.75 ** 2
    stays, lengths, values, most, fixed = (each["guess"] for each in entry["tempting"])
    assert stays == 100 * 49 / (49 + 1 + 1 + 49) and most == 75
    distances = np.sqrt(squares)
    assert lengths == 100 * distances[-1] / distances.sum() and (distances[-1], distances.sum()) == (16.75, 33.5)
    assert values == round(100 * 30 / (3 + 9 + 11 + 30)) and fixed == round(100 * 400 / (49 + 1 + 1 + 400))
    assert "share of the last value 68.6%" in NOTEBOOK.printed("outlier =")


def test_one_of_four_owns_75_percent_at_most():
    batches = np.random.default_rng(0).choice(np.arange(0, 30.5, 0.5), size=(20_000, 4))
    areas = (batches - batches.mean(axis=1, keepdims=True)) ** 2
    shares = areas.max(axis=1) / np.where(areas.any(axis=1), areas.sum(axis=1), 1)
    assert shares.max() <= 0.75 + 1e-12
    alone = (np.array([0, 0, 0, 30]) - 7.5) ** 2
    assert alone[-1] / alone.sum() == 0.75 and "2. 75 %, with 0, 0, 0, 30, for example." in NOTEBOOK.prose
    for m, most in ((4, "75.0"), (256, "99.6")):
        alone = (np.append(np.zeros(m - 1), 30) - 30 / m) ** 2
        assert np.isclose(alone[-1] / alone.sum(), (m - 1) / m) and f"{100 * (m - 1) / m:.1f}" == most
    assert f"In a batch of m the most is (m − 1)/m: {most} % for {m}." in NOTEBOOK.prose


def test_sigma_doubles_when_one_value_moves_far_out():
    before, after = np.std(X), np.std([3, 9, 11, 30])
    assert f"doubles, from {before:g} to {after:.2f}." in NOTEBOOK.prose and abs(after / before - 2) < 0.05


def test_each_divisor_gives_its_share_of_the_true_variance():
    text = NOTEBOOK.printed("for m in (2, 4, 256)")
    shares = re.findall(r"m = +(\d+): 1/m gives (0\.\d{3}) .* = (0\.\d{3})$", text, re.MULTILINE)
    assert [m for m, *_ in shares] == ["2", "4", "256"]
    for m, share, expected in shares:
        assert f"{(int(m) - 1) / int(m):.3f}" == expected and abs(float(share) - float(expected)) < 0.01


def test_ddof():
    assert np.isclose(X.var(), 100 / 4) and np.isclose(X.var(ddof=1), 100 / 3)
    assert "NumPy's `x.var()` divides by m, `x.var(ddof=1)` by m − 1." in NOTEBOOK.prose


def test_quiz():
    four_times, same, a_little = (right_choice(entry["choices"]) for entry in QUESTIONS["quiz"]["02"])
    assert np.var(2 * X) == 4 * np.var(X) and "four times" in four_times
    assert np.var(X + 100) == np.var(X) and "same" in same
    assert round(100 * (256 / 255 - 1), 1) == 0.4 and "0.4 %" in a_little
    assert round(100 * (1 - np.sqrt(255 / 256)), 1) == 0.2
    assert round(100 * (4 / 3 - 1)) == 33
    assert any("33 %" in choice["text"] for choice in QUESTIONS["quiz"]["02"][2]["choices"])


# Mistakes to meet

def test_variances_of_independent_numbers_add_up_and_absolute_deviations_do_not():
    other = np.array([9, 10, 10, 11])
    sums = np.add.outer(X, other).ravel()  # every pair equally often
    assert np.var(sums) == np.var(X) + np.var(other) == 25.5
    assert "if you add independent numbers, their variances **add up**" in NOTEBOOK.prose
    found = re.findall(r"= +([\d.]+), measured on the sums +([\d.]+)", NOTEBOOK.printed("100_000"))
    digits, digits_absolute, signs, signs_absolute = [tuple(map(float, pair)) for pair in found]
    assert digits[0] == pytest.approx(digits[1], rel=0.01) and signs[0] == pytest.approx(signs[1], abs=0.1)
    # Every pair of digits equally often; of −1 and 1, the sums −2, 0, 0 and 2 are 1 from their mean on average.
    every = np.add.outer(feature(), feature()).ravel()
    exact = 2 * np.abs(feature() - feature().mean()).mean() ** 2, np.abs(every - every.mean()).mean() ** 2
    assert exact[0] > 1.03 * exact[1] and signs_absolute == (2, 1)


def test_short_formula_fails_in_float32():
    text = NOTEBOOK.printed("np.float32")
    assert re.findall(r"E\[x\]² = (-?\d+),", text) == ["0", "-8"]
    assert re.findall(r"deviations = ([\d.]+)", text) == ["0.0099", "0.0099"]
    exact = np.float32(10_000) + np.float32(0.1) * (X - 10) / 5
    assert np.isclose(np.var(exact), 0.01, rtol=1e-6)
    apart = np.spacing(np.float32(100_000_000))
    assert f"near 100,000,000, where neighbouring float32 numbers are {apart:g} apart" in NOTEBOOK.prose


def test_divisor_matters_little_for_a_large_batch():
    assert round(np.sqrt((4 - 1) / 4), 3) == 0.866
    assert f"At m = 256 the two variances differ by {100 * (1 - 255 / 256):.1f} %" in NOTEBOOK.prose
    below = [m for m in BATCH_SIZES[1:] if 1 - np.sqrt((m - 1) / m) < 0.01]
    assert below[0] == 64 and round(100 * (1 - np.sqrt(63 / 64)), 1) == 0.8
    assert next(m for m in range(2, 1000) if 1 - np.sqrt((m - 1) / m) < 0.01) == 51
    assert "1. 0.866, the root of 3/4." in NOTEBOOK.prose
    assert "2. From m = 51 on; on the slider, 64 (0.8 %)." in NOTEBOOK.prose
    variances = np.random.default_rng(1).choice(feature(), size=(2000, 256)).var(axis=1) / feature().var()
    assert np.allclose(np.quantile(variances, [0.1, 0.9]), [0.9, 1.1], atol=0.02)
    assert "eight in ten mini-batches lie within about ±10 %" in NOTEBOOK.prose


# Explorers and pictures

@pytest.mark.parametrize("values, shown", [
    ((3, 9, 11, 17), {"49", "+ 1"}), ((9, 10, 11, 30), {"36", "+ 25", "+ 16", "225"}), ((0, 0, 30, 30), {"2×225"}),
    ((0, 0, 0, 30), {"3×56.25", "506.25"}), ((10, 10, 10, 10), set())])
def test_every_square_carries_its_area(values, shown):
    picture = explorers.squares(values).picture
    assert {text.get_text() for text in picture._labels if "=" not in text.get_text()} - {""} == shown


def test_the_short_picture_shows_the_same():
    assert figures.squares(X, 10, 25, top=12).sentence == figures.squares(X, 10, 25).sentence


def test_sentences_follow_what_is_drawn():
    right = figures.squares(X, 10, 25).sentence
    assert "sides 7, 1, 1 and 7, areas 49, 1, 1 and 49" in right and "side 5 and the area 25" in right
    assert figures.squares(X, 11, 25).sentence != right and figures.squares(X, 10, 100 / 3).sentence != right
    rows = figures.rows([X, [9, 10, 10, 11]], bands=True).sentence
    assert "σ = 5 " in rows and "σ = 0.71 " in rows
    batch = feature()[:256]
    inside = np.mean(np.abs(batch - batch.mean()) < batch.std())
    assert f"holds {inside:.0%}" in figures.spread(batch, batch.mean(), batch.std()).sentence
    corner = figures.corner(np.linspace(-2, 2, 41)).sentence
    assert "jumps from −1 to 1" in corner and "passes from −0.1 to 0.1" in corner
