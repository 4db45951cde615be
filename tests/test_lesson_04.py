"""The facts of lesson 04, computed with plain NumPy: what the prose, the questions and the explorers say."""
import re

import numpy as np
import pytest

from batchnorm_lesson import figures, load_digits
from batchnorm_lesson.explorers import lesson_04 as lesson
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(4)
EPS = 1e-5

MISCONCEPTIONS = {
    "variance-after-gamma": "What is done to the values is done to the variance: times 2, plus 1.",
    "next-batch": "gamma and beta that undo the normalization of one batch undo that of every batch.",
}


def normalized(x, eps=EPS):
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + eps)


@pytest.fixture(scope="module")
def feature():
    images, _ = load_digits()
    return (images @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16)))[:, 11]


# The questions

def test_each_prediction_is_to_catch_a_misconception():
    assert set(MISCONCEPTIONS) == set(re.findall(r'predict\("([\w-]+)"', NOTEBOOK.code))


def test_prediction_of_the_variance():
    x = np.array([3.0, 9, 11, 17])
    y, entry = 2 * normalized(x, 0) + 1, QUESTIONS["predict"]["variance-after-gamma"]
    assert np.isclose(y.var(), entry["answer"]) and np.isclose(y.mean(), 1)
    tempting = {normalized(x, 0).var(), y.std(), y.std() + 1, y.var() + 1, (2 + 1) ** 2}
    assert sorted(each["guess"] for each in entry["tempting"]) == pytest.approx(sorted(tempting))
    assert f"mean {y.mean():.2f}, standard deviation {y.std():.2f}, variance {y.var():.2f}" in NOTEBOOK.printed(
        "%%result variance-after-gamma")


def test_prediction_of_the_next_batch():
    first, *others = lesson._small_batches()
    gamma, beta = np.sqrt(first.var() + EPS), first.mean()
    assert np.abs(gamma * normalized(first) + beta - first).max() < 1e-12
    for x in others:
        off = np.abs(gamma * normalized(x) + beta - x).max()
        assert 1 < off < 5 < np.abs(normalized(x) - x).max()
    assert right_choice(QUESTIONS["predict"]["next-batch"]["choices"]).endswith("with the place and width of the first")


def test_quiz():
    x = np.random.default_rng(1).normal(size=50)
    y = -3 * normalized(x, 0) + 2
    choices = QUESTIONS["quiz"]["04"][0]["choices"]
    assert right_choice(choices) == f"{y.mean():.0f} and {y.std():.0f}"
    shifted_first = f"{(-3 * (normalized(x, 0) + 2)).mean():.0f} and {y.var():.0f}"
    assert choices[2]["text"] == shifted_first.replace("-", "−")


# The numbers in the lesson

@pytest.mark.parametrize("name, scheme, mean, var", [
    ("gamma * x_hat + beta", lambda x, x_hat: 2 * x_hat + 1, 1, 4),
    ("gamma * (x_hat + beta)", lambda x, x_hat: 2 * (x_hat + 1), 2, 4),
    ("gamma * x_hat", lambda x, x_hat: 2 * x_hat, 0, 4),
    ("gamma * x + beta", lambda x, x_hat: 2 * x + 1, 21, 100)])
def test_order_of_scale_and_shift(name, scheme, mean, var):
    x = np.array([3.0, 9, 11, 17])
    y = scheme(x, normalized(x, 0))
    assert np.isclose(y.mean(), mean) and np.isclose(y.var(), var)
    assert f"{name:22}  mean {mean:5.2f}, variance {var:6.2f}" in NOTEBOOK.printed("gamma * (x_hat + beta)")


def test_descent_reaches_the_recorded_numbers(feature):
    x = feature[:256]
    path = lesson.descend(normalized(x), x, 0.1, 100)
    printed = NOTEBOOK.printed("for step in range(1, 101)")
    for step in (1, 10, 50, 100):
        gamma, beta = path[step]
        assert f"step {step:3}: gamma = {gamma:.4f}, beta = {beta:.4f}" in printed
    assert np.allclose(path[100], [np.sqrt(x.var() + EPS), x.mean()], atol=1e-6)
    assert f"√(σ² + ε) = {path[100][0]:.4f}, μ = {path[100][1]:.4f}" in printed


@pytest.mark.parametrize("rate, left", [(0.1, 0.8), (0.5, 0), (0.9, -0.8)])
def test_each_step_leaves_the_same_share_of_the_distance(rate, left):
    quantities, _ = lesson._descent(3, "the original x", rate)
    away = quantities["path"] - quantities["goal"]
    assert np.allclose(away[1:], left * away[:-1], atol=1e-3)
    assert np.allclose(quantities["ahead"] - quantities["goal"], left * away[-1], atol=1e-3)
    assert "At learning rate 0.1 every step leaves 0.8 of the distance; at 0.5 almost nothing" in NOTEBOOK.prose


def test_set_from_each_batch_nothing_is_normalized():
    assert "no normalization would be left" in QUESTIONS["quiz"]["04"][2]["choices"][0]["because"]
    for x in lesson._small_batches():
        assert np.allclose(np.sqrt(x.var() + EPS) * normalized(x) + x.mean(), x)


# The explorers

def test_two_answers_to_the_task():
    for gamma in (1.5, -1.5):
        y = lesson._scaled(gamma, -2)[0]["y"]
        assert np.isclose(y.mean(), -2) and np.isclose(y.std(), 1.5, atol=1e-6)
    assert "gamma = 1.5 and gamma = −1.5 both do it, with beta = −2." in NOTEBOOK.prose


def test_undo():
    quantities, readout = lesson._undo(1.0, 1)
    assert np.allclose(quantities["x"], quantities["y"]) and "− x| = 0" in readout
    assert "16 of 16 lie on it" in figures.undo(**quantities).sentence
    x, y = lesson._undo(0.0, 3)[0].values()
    assert np.allclose(y, normalized(x))
    first = lesson._small_batches()[0]
    half = lesson._undo(0.5, 1)[0]["y"]
    assert 1 < half.std() < first.std() and np.isclose(half.std(), (1 + first.std()) / 2, atol=1e-5)
    assert f"the width is neither: it is gamma, {half.std():.1f}." in NOTEBOOK.prose
    assert f"standard deviation of y = {half.std():.3f}" in re.sub("<.*?>", "", lesson._undo(0.5, 1)[1])


def test_batch_that_is_recovered_worst():
    batches = lesson._small_batches()
    gamma, beta = np.sqrt(batches[0].var() + EPS), batches[0].mean()
    off = [np.abs(gamma * normalized(x) + beta - x).max() for x in batches]
    assert f"Batch {np.argmax(off) + 1} is off most, by {max(off):.1f}." in NOTEBOOK.prose
    for x in batches:
        y = gamma * normalized(x) + beta
        assert np.isclose(y.mean(), beta) and np.isclose(y.std(), gamma, rtol=1e-5)


def straight(gamma, beta):
    """The share of the sigmoid's variance that a straight line explains, with the line fitted by NumPy."""
    y, sigmoid, _ = lesson._activation(gamma, beta)[0].values()
    return 1 - (sigmoid - np.polyval(np.polyfit(y, sigmoid, 1), y)).var() / sigmoid.var()


def test_tasks_of_the_activation_can_be_done():
    assert straight(1, 0) > 0.98 and straight(3, 0) < 0.9 and straight(1, 2) < 0.9 and straight(1, -2) < 0.9
    assert f"{100 * straight(2, 1):.1f} % straight" in lesson._activation(2, 1)[1]
    y, _, relu = lesson._activation(1, 3)[0].values()
    assert np.array_equal(relu, y)
    assert "With gamma = 1 and beta = 2.75 or more none is" in NOTEBOOK.prose
    assert "1 of 256 switched off" in lesson._activation(1, 2.5)[1]
    assert "0 of 256 switched off" in lesson._activation(1, 2.75)[1]


def test_sentences_come_from_what_is_drawn():
    x_hat = normalized(np.array([3.0, 9, 11, 17]))
    drawn = figures.scaled(x_hat, 2 * x_hat + 1, 2, 1)
    assert drawn.sentence != figures.scaled(x_hat, x_hat, 2, 1).sentence
    assert "arrow γ = 2 reaches to 3" in drawn.sentence
    curves = figures.activation(x_hat, x_hat, x_hat, quantity="x_hat")
    assert "4 squares on the sigmoid, x̂ from −1.4 to 1.4" in curves.sentence
    assert "outputs from −1.4 to 1.4" in figures.undo(np.array([3.0, 9, 11, 17]), x_hat).sentence


def test_the_ends_of_the_sliders_that_bend_the_sigmoid():
    steps = np.arange(-3, 3.25, 0.25)
    assert [gamma for gamma in steps if gamma > 0 and straight(gamma, 0) < 0.9] == [3]
    assert [beta for beta in steps if straight(1, beta) < 0.9] == [
        beta for beta in steps if beta >= 2 or beta <= -1.75]
    assert "Gamma alone: 3 reaches" in NOTEBOOK.prose and "2 or more, or −1.75 or less, reaches" in NOTEBOOK.prose


def test_gamma_takes_no_value_across_the_corner_of_the_relu():
    off = {(lesson._activation(gamma, 0)[0]["relu"] == 0).sum() for gamma in np.arange(0.25, 3.25, 0.25)}
    assert f"With a gamma above 0 alone, {off.pop()} stay switched off" in NOTEBOOK.prose and not off


def test_next_batches_come_out_with_the_statistics_of_the_first():
    first, printed = lesson._small_batches()[0], NOTEBOOK.printed("%%result next-batch").splitlines()
    for line, x in zip(printed, lesson._small_batches(), strict=True):
        y = np.sqrt(first.var() + EPS) * normalized(x) + first.mean()
        assert f"y {first.mean():.2f}, {first.std():.2f}; largest |y − x| {np.abs(y - x).max():.2f}" in line
