"""The facts of lesson 07, computed here in plain NumPy, gradients by finite differences."""
import re

import numpy as np
import pytest

from batchnorm_lesson import BatchNorm, batch_norm_backward, batch_norm_forward
from batchnorm_lesson import exercises, explorers, figures, network as deep, questions
from batchnorm_lesson.explorers import lesson_07 as lesson
from batchnorm_lesson.reference import BATCH_SIZES, digit_feature
from lessons import Notebook, right_choice
from recomputed import slopes
from test_explorers import press

X, GAMMA, BETA, EPS = np.array([3.0, 9.0, 11.0, 17.0]), 2.0, 1.0, 1e-5
NOTEBOOK = Notebook(7)


def plain(x, gamma=GAMMA, beta=BETA, eps=EPS):
    return gamma * (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + eps) + beta


def gradient(dy, x=X):
    """The gradient in x of the loss Σ dy·y."""
    return slopes(lambda x: (dy * plain(x)).sum(), x)


# Predictions and quiz

def test_some_outputs_move_forwards_and_some_backwards():
    moves = plain(X + [1, 0, 0, 0]) - plain(X)
    assert np.abs(moves).min() > 0.05 and sorted(np.sign(moves)) == [-1, -1, 1, 1]
    choices = questions.predict("outputs-that-move").choices
    assert right_choice(choices) == "all four, some forwards and some backwards"


def test_the_sum_of_the_outputs_has_no_gradient():
    assert np.abs(slopes(lambda x: plain(x).sum(), X)).max() < 1e-8
    question = questions.predict("all-ones")
    assert right_choice(question.choices) == "0 for each input"
    assert f"{GAMMA / np.sqrt(X.var()):.1f} for each input" in question.choices[0]["text"]


def test_quiz():
    first, second, third = questions.quiz(7).questions
    for wrong in (lambda dy: 0 * dy, lambda dy: GAMMA / X.std() * (dy - dy.mean())):
        dy = np.array([1.0, 0.0, 2.0, -1.0])
        assert np.abs(wrong(np.ones(4))).max() < 1e-12
        assert np.abs(wrong(dy) - gradient(dy)).max() > 0.1
    assert "random upstream" in right_choice(first.choices)

    x, dy = np.random.default_rng(1).normal(size=(2, 32))
    _, cache = batch_norm_forward(x, GAMMA, BETA)
    once, twice = batch_norm_backward(dy, cache)[1:], batch_norm_backward(2 * dy, cache)[1:]
    np.testing.assert_allclose(twice, 2 * np.array(once), rtol=1e-12)
    assert right_choice(second.choices) == "both double"

    dy = 1 + 0.05 * dy
    wrong, right = GAMMA / x.std() * dy, gradient(dy, x)
    assert np.linalg.norm(wrong) > 10 * np.linalg.norm(right) and wrong.std() < 0.1 * wrong.mean()
    assert right_choice(third.choices).startswith("far too large, and nearly the same for all")


# The claims of the prose

def test_sixteen_slopes_none_zero_and_symmetric():
    table = slopes(plain, X)
    np.testing.assert_allclose(table, table.T, atol=1e-8)
    both, = {f"{table[0, 1]:.3f}", f"{table[1, 0]:.3f}"}
    assert f"Both are {both}.".replace("-", "−") in NOTEBOOK.prose
    assert np.abs(table).min() > 0.05 and "sixteen slopes. Here none of them is 0." in NOTEBOOK.prose
    pair = slopes(plain, np.array([3.0, 9.0]))
    assert np.abs(pair).max() < 1e-5 and "In a batch of two all four are 0, but for eps" in NOTEBOOK.prose


def test_the_nudge_makes_the_batch_narrower_and_moves_the_mean():
    nudged = X + [1, 0, 0, 0]
    assert nudged.mean() == X.mean() + 0.25 and nudged.std() < X.std()
    assert "It also makes the batch narrower, so σ shrinks" in NOTEBOOK.prose
    moves = plain(nudged) - plain(X)
    assert moves[3] > 0 and "For $x_4$ the second wins: it moves forwards." in NOTEBOOK.prose
    assert " ".join(f"{move:+.4f}" for move in moves) in NOTEBOOK.printed("y_nudged =")


def test_the_road_from_the_mean_through_the_variance_is_flat():
    around = [((X - X.mean() - off) ** 2).mean() for off in (-1e-4, 1e-4)]
    assert around[0] == pytest.approx(around[1], abs=1e-12)
    assert min(around) > X.var() and "the squares are smallest around the mean" in NOTEBOOK.prose


def test_shift_and_stretch_are_not_noticed():
    assert np.abs(plain(X + 7) - plain(X)).max() < 1e-12
    assert np.abs(plain(X.mean() + 3 * (X - X.mean())) - plain(X)).max() < 1e-5
    assert "Shift all inputs, or stretch them around their mean: the outputs do not notice" in NOTEBOOK.prose


def test_the_answers_to_what_never_gets_through_are_on_the_sliders():
    for dy in ((0, 0.3, 0.4, 0.7), (-1.4, -0.2, 0.2, 1.4)):
        explorer = explorers.upstream()
        explorer.set(**{f"dy{i}": value for i, value in enumerate(dy, 1)})
        assert explorer.picture.sentence.endswith("Right: dx = 0, 0, 0 and 0.")
    assert "Try, for example, 0, 0.3, 0.4, 0.7, or x̂ itself." in NOTEBOOK.prose


def test_a_line_over_x_hat_does_not_get_through():
    x_hat = plain(X, 1, 0)
    for dy in (np.ones(4), x_hat, 3 - 2 * x_hat):
        assert np.abs(gradient(dy)).max() < 1e-5
    assert np.abs(gradient(x_hat ** 2)).max() > 0.01
    assert "If dy lies on a line, nothing is left." in NOTEBOOK.prose


def test_the_constants_promise_too_much():
    """The notebook's upstream: the same fall of the loss, a larger promise, and the mean of x drifts."""
    dy = np.random.default_rng(0).normal(size=4)
    right, wrong = gradient(dy), GAMMA / np.sqrt(X.var() + EPS) * dy
    fell = [(dy * plain(X)).sum() - (dy * plain(X - 0.1 * dx)).sum() for dx in (right, wrong)]
    promised = [0.1 * (dx ** 2).sum() for dx in (right, wrong)]
    assert promised[0] == pytest.approx(fell[0], rel=0.01) and promised[1] > 1.3 * fell[1]
    assert abs(right.mean()) < 1e-9 and abs(wrong.mean()) > 0.05
    printed = NOTEBOOK.printed("constants =")
    for name, said, kept, dx in zip(("right", "constants"), promised, fell, (right, wrong)):
        moved = f"mean of x moved by {abs(0.1 * dx.mean()):.4f}"
        assert f"{name:9}  promised {said:.4f}, fell by {kept:.4f}, {moved}" in printed
    error = np.linalg.norm(wrong - right) / np.linalg.norm(right)
    assert error > 0.5 and f"error of the constants: {error:.0%} of dx" in printed
    assert "The wrong gradient promises more than it keeps." in NOTEBOOK.prose


def test_descent_is_that_of_lesson_04():
    x = digit_feature()[:256]
    target = 5 + np.sqrt(0.1) * (x - x.mean()) / x.std()
    gamma, beta, at = 1.0, 0.0, {}
    for step in range(1, 51):
        y, cache = batch_norm_forward(target, gamma, beta, EPS)
        _, dgamma, dbeta = batch_norm_backward(2 * (y - target) / 256, cache)
        gamma, beta = gamma - 0.1 * dgamma, beta - 0.1 * dbeta
        at[step] = (gamma, beta)
    for step in (10, 50):
        gamma, beta = at[step]
        assert f"step {step}: gamma {gamma:.5f}, beta {beta:.5f}" in NOTEBOOK.printed("path.append")
        assert f"step {step:3}: gamma = {gamma:.6f}, beta = {beta:.6f}" in Notebook(4).printed("range(1, 101)")
    assert "The same path as in lesson 4, step for step." in NOTEBOOK.prose


def test_the_notebook_prints_what_is_claimed():
    printed = NOTEBOOK.all_printed()
    assert printed.count("approximate: True") == 11 and "approximate: False" not in printed
    assert "dx for dy = 1, 1, 1, 1: 0.0000 0.0000 0.0000 0.0000" in printed


# The explorers

def test_the_button_of_upstream_lets_nothing_through():
    explorer = explorers.upstream()
    explorer.set(dy1=0.3)
    press(explorer, "All ones")
    assert explorer.picture.sentence.endswith("Right: dx = 0, 0, 0 and 0.")
    explorer.set(dy2=1.7)
    assert not explorer.picture.sentence.endswith("Right: dx = 0, 0, 0 and 0.")


def test_a_large_batch_hides_the_mistake_only_without_a_common_part():
    def error(m, common):
        quantities, _ = lesson._detached(m, common)
        return np.linalg.norm(quantities["wrong"] - quantities["dx"]) / np.linalg.norm(quantities["dx"])

    assert error(256, 0) < 0.1 < 0.8 < error(4, 0)
    assert min(error(m, 3) for m in BATCH_SIZES[2:]) > 2
    assert f"{error(4, 1):.0%} at m = 4, and still {error(256, 1):.0%} at m = 256".replace("%", " %") in NOTEBOOK.prose


def test_what_an_upstream_of_ones_misses():
    ones = (np.ones(4), plain(X, 1, 0), 2.0, 5.0)
    catalogue = exercises.input_gradient.catalogue
    missed = [mistake.name for mistake in catalogue if np.allclose(mistake.wrong(*ones), 0, atol=1e-5)]
    assert 0.5 < len(missed) / len(catalogue) < 0.7
    assert "and so do more than half of the mistakes that the exercise below knows" in NOTEBOOK.prose
    assert {"sign of dx", "gamma forgotten"} <= set(missed)


def test_a_bias_runs_away_with_the_constants_and_only_then():
    """Each step adds the same: the mean of dy stays, because the outputs do not notice b."""
    x = digit_feature()[:256]
    a_step = 6 / np.sqrt(x.var() + EPS)
    loss = ((plain(x, 1, 0) - 3) ** 2).mean()
    assert np.abs(slopes(lambda b: ((plain(x + b[0], 1, 0) - 3) ** 2).mean(), np.zeros(1))).max() < 1e-8
    right, wrong = NOTEBOOK.printed("for constants in").splitlines()
    assert re.findall(r"b = +(-?[\d.]+), loss ([\d.]+)", right) == [("0.0", f"{loss:.3f}")] * 2
    assert re.findall(r"b = +(-?[\d.]+), loss ([\d.]+)", wrong) == [
        (f"{steps * a_step:.1f}", f"{loss:.3f}") for steps in (100, 200)]


def test_the_bias_stops_when_beta_learns_too():
    x, b, beta, walked = digit_feature()[:256], 0.0, 0.0, []
    for _ in range(200):
        y, cache = batch_norm_forward(x + b, 1.0, beta, EPS)
        upstream = 2 * (y - 3) / 256
        b, beta = b - 0.1 * (upstream / cache[2]).sum(), beta - 0.1 * upstream.sum()
        walked.append(b)
    assert beta == pytest.approx(3) and walked[99] == pytest.approx(walked[-1], abs=1e-6) and walked[-1] < 1
    assert "It stops when beta learns too" in NOTEBOOK.prose


def final_loss(monkeypatch, constants, **network):
    """The mean loss of the last 20 of 200 steps, with the backward pass right or with the statistics as constants."""
    class Detached(BatchNorm):
        def backward(self, dy):
            x_hat, std, _, dtype = self._cache
            self._cache = x_hat, std, False, dtype  # as in evaluation, where the statistics are constants
            return super().backward(dy)

    monkeypatch.setattr(deep, "BatchNorm", Detached if constants else BatchNorm)
    images, labels = deep.load_digits()
    losses = deep.train(deep.Network(batch_norm=True, **network), deep.standardize(images), labels, steps=200)
    return np.mean(list(losses)[-20:])


def test_the_constants_harm_ten_layers_of_relu_and_hardly_ten_of_tanh(monkeypatch):
    """The same to 14 digits in 12 roundings. With 20 layers of ReLU it was 1.3 to 1.6 against 0.4 to 0.5."""
    right, wrong = (final_loss(monkeypatch, constants, depth=10, activation="relu", scale="he")
                    for constants in (False, True))
    assert wrong == pytest.approx(1.4, abs=0.1) and right == pytest.approx(0.1, abs=0.02)
    assert "With 10 layers of ReLU the loss is above 1 after 200 steps" in NOTEBOOK.prose
    assert "with the right gradient about 0.1" in NOTEBOOK.prose
    right, wrong = (final_loss(monkeypatch, constants, depth=10) for constants in (False, True))
    assert max(right, wrong) < 0.2 and "In 10 layers of tanh it hardly matters" in NOTEBOOK.prose


def test_with_running_statistics_the_constants_are_right():
    norm, x = BatchNorm(1), np.array([[3.0], [9.0], [11.0], [17.0]])
    norm.forward(x)
    norm.training = False
    upstream = np.array([[0.3], [1.0], [-2.0], [0.5]])
    norm.forward(x)
    dx = norm.backward(upstream)[0]
    np.testing.assert_allclose(dx, norm.gamma / np.sqrt(norm.running_var + norm.eps) * upstream, rtol=1e-12)
    assert "then they *are* constants" in NOTEBOOK.prose


# The pictures

def test_a_picture_with_the_wrong_quantities_says_so():
    said = figures.nudged(X, X + [1, 0, 0, 0], plain(X), plain(X), plain(X)).sentence
    assert said != figures.nudged(X, X + [1, 0, 0, 0], plain(X), plain(X + [1, 0, 0, 0]), plain(X)).sentence
    x_hat, dy = plain(X, 1, 0), np.array([1.0, 0, 0, 0])
    assert figures.upstream(x_hat, dy, dy).sentence != figures.upstream(x_hat, dy, 0 * dy).sentence
    assert figures.upstream(x_hat, dy, dy).sentence != figures.upstream(x_hat[::-1], dy, dy).sentence
    assert "the average difference is 0." in figures.detached(dy / 2, dy / 2).sentence


# The exercises

def test_the_exercises_are_the_package_for_one_feature():
    rng = np.random.default_rng(3)
    for m in (2, 5, 30):
        x, dy = rng.normal(3, 2, m), rng.normal(size=m)
        _, cache = batch_norm_forward(x, -1.5, 0.5, 0.1)
        dx, dgamma, dbeta = batch_norm_backward(dy, cache)
        x_hat, gamma, std = cache
        np.testing.assert_allclose(exercises.input_gradient.answer(dy, x_hat, gamma, std), dx, atol=1e-12)
        np.testing.assert_allclose(exercises.parameter_gradients.answer(dy, x_hat), (dgamma, dbeta), atol=1e-12)
        for got, right in zip(exercises.batch_norm_backward.answer(dy, x, -1.5, 0.1), (dx, dgamma, dbeta), strict=True):
            np.testing.assert_allclose(got, right, atol=1e-12)


@pytest.mark.parametrize("case", exercises.batch_norm_backward.cases, ids=lambda case: f"m={len(case.args[0])}")
def test_the_whole_way_back_is_what_nudges_measure(case):
    dy, x, gamma, eps = case.args
    dx, dgamma, dbeta = exercises.batch_norm_backward.answer(*case.args)

    def loss(x=x, gamma=gamma, beta=0.0):
        return (dy * plain(x, gamma, beta, eps)).sum()

    step = 1e-3 * (x.std() or 1)  # far from 0 a smaller one would be lost in the rounding of x
    np.testing.assert_allclose(dx, slopes(loss, x, step), rtol=1e-5, atol=max(1e-5 * np.abs(dx).max(), 1e-12))
    assert dgamma == pytest.approx(slopes(lambda at: loss(gamma=at[0]), [gamma])[0], abs=1e-7)
    assert dbeta == pytest.approx(slopes(lambda at: loss(beta=at[0]), [0.0])[0], abs=1e-7)


def test_the_whole_way_back_can_be_put_together_from_the_two_exercises_before_it():
    my_parameter_gradients, my_input_gradient = exercises.parameter_gradients.answer, exercises.input_gradient.answer

    def my_batch_norm_backward(dy, x, gamma, eps):
        std = np.sqrt(x.var() + eps)
        x_hat = (x - x.mean()) / std
        dgamma, dbeta = my_parameter_gradients(dy, x_hat)
        return my_input_gradient(dy, x_hat, gamma, std), dgamma, dbeta

    assert exercises.batch_norm_backward.check(my_batch_norm_backward).status == "right"


def test_names_from_the_cells_above_are_noticed():
    """In the notebook x_hat, std and m are already there, for the batch of four."""
    std, m = np.sqrt(X.var() + EPS), 4
    x_hat = (X - X.mean()) / std

    def all_from_above(dy, x, gamma, eps):
        return gamma / std * (dy - dy.mean() - x_hat * (dy * x_hat).mean()), (dy * x_hat).sum(), dy.sum()

    def m_from_above(dy, x, gamma, eps):
        mean = x.sum() / m
        std = np.sqrt(((x - mean) ** 2).sum() / m + eps)
        x_hat = (x - mean) / std
        return gamma / std * (dy - dy.sum() / m - x_hat * (dy * x_hat).sum() / m), (dy * x_hat).sum(), dy.sum()

    for answer in (all_from_above, m_from_above):
        result = exercises.batch_norm_backward.check(answer)
        assert result.status == "not right" and "come from a cell above?" in result.message
