"""The facts of lesson 05, computed with plain NumPy: what the prose, the questions and the explorers say."""
import itertools
import re

import numpy as np
import pytest

import expected
from batchnorm_lesson import exercises, explorers, figures
from batchnorm_lesson.explorers import lesson_05 as lesson
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(5)
EXAMPLE = {"x1": 3, "x2": 9, "x3": 11, "x4": 17}


def by_hand(x, gamma, beta, eps):
    x = np.asarray(x, dtype=float)
    mean = sum(x) / len(x)
    var = sum((value - mean) ** 2 for value in x) / len(x)
    return np.array([gamma * (value - mean) / (var + eps) ** 0.5 + beta for value in x])


def plain(readout):
    return lesson.Explorer.text.fget(type("Words", (), {"title": "", "_readout": readout,
                                                        "picture": type("Silent", (), {"sentence": ""})}))


# The questions

def test_predictions():
    assert np.isclose(by_hand([3, 9, 11, 17], 3, 5, 0).max(), QUESTIONS["predict"]["largest-output"]["answer"])
    identical = by_hand([12] * 4, 2, 1, 1e-5)
    shown = ", ".join(f"{value:g}" for value in identical)
    assert right_choice(QUESTIONS["predict"]["four-identical"]["choices"]) == shown


def test_the_answer_is_on_the_slider():
    entry = QUESTIONS["predict"]["largest-output"]
    steps = (entry["answer"] - entry["low"]) / entry["step"]
    assert np.isclose(steps, round(steps)) and entry["low"] < entry["answer"] < entry["high"]


def test_quiz():
    first, second, third = (right_choice(entry["choices"]) for entry in QUESTIONS["quiz"]["05"])
    shown = ", ".join(f"{value:g}" for value in by_hand([0, 0, 10, 10], 1, 0, 0)).replace("-", "−")
    assert first == shown
    x = np.array([3.0, 9, 11, 17])
    assert second == "nothing" and np.allclose(by_hand(2 * x, 2, 1, 0), by_hand(x, 2, 1, 0))
    divided_by_variance = 2 * (x - x.mean()) / x.var() + 1
    assert np.isclose(divided_by_variance.mean(), 1) and np.isclose(divided_by_variance.var(), 2 ** 2 / x.var())
    assert "divided by the variance" in third


# The numbers in the lesson

def test_running_example():
    y = by_hand([3, 9, 11, 17], 2, 1, 0)
    assert np.allclose(y, [-1.8, 0.6, 1.4, 3.8]) and np.isclose(y.mean(), 1) and np.isclose(y.var(), 4)
    y = by_hand([3, 9, 11, 17], 3, 5, 0)
    row = "".join(f"{value:7.1f}" for value in y) + f"{y.mean():9.2f}{y.var():10.2f}"
    assert f"y         {row}" in NOTEBOOK.printed("rows =")
    assert "The last row has mean beta = 5 and variance gamma squared = 9." in NOTEBOOK.prose
    assert f"variance of y {by_hand([3, 9, 11, 17], 2, 1, 1e-5).var():.8f}" in NOTEBOOK.printed("short of 4 by")


def test_seventeen_in_two_batches():
    first, second = by_hand([3, 9, 11, 17], 2, 1, 1e-5)[-1], by_hand([14, 15, 20, 17], 2, 1, 1e-5)[-1]
    results = NOTEBOOK.printed("for mates in").splitlines()
    assert [line.split("comes out as ")[1] for line in results] == [f"{first:.2f}", f"{second:.2f}"]


def test_beta_needed_for_positive_outputs():
    for gamma in (-4, -1, 0.5, 3):
        assert by_hand([3, 9, 11, 17], gamma, 1.41 * abs(gamma), 1e-5).min() > 0
        assert by_hand([3, 9, 11, 17], gamma, 1.39 * abs(gamma), 1e-5).min() < 0
    assert "Beta must be more than 1.4 times the size of gamma" in NOTEBOOK.prose


# Every slider at once

def marks(**values):
    """The two check marks in the readout, for the running example with other values put in."""
    _, readout = lesson._batch_of_four(**({"m": 4, "gamma": 2, "beta": 1, "eps": 1e-5} | EXAMPLE | values))
    return "".join(line[0] for line in plain(readout).splitlines() if line[:1] in ("✓", "✗"))


def test_check_marks():
    assert marks() == "✓✓"
    assert marks(x1=12, x2=12, x3=12, x4=12) == "✓✗"
    assert marks(eps=10 ** -1.75) == "✓✓" and marks(eps=10 ** -1.5) == "✓✗"
    stops = 10 ** np.arange(-8, 2.25, explorers.batch_of_four().controls["eps"].step)
    first = min(stop for stop in stops if marks(eps=stop) == "✓✗")
    assert f"{first:.2e}" == "3.16e-02" and "From 0.0316 on (`3.16e-2` beside the slider): the first" in NOTEBOOK.prose
    assert marks(m=2) == "✓✓"


def test_presets_undo_every_other_move():
    explorer = explorers.batch_of_four()
    for name in lesson.PRESETS:
        moved = {"m": 3, "gamma": -1, "beta": 4, "eps": 1.0}
        explorer.set(**moved)
        explorer.set(**lesson.PRESETS[name])
        left = {control: explorer.values[control] for control in ("gamma", "beta", "eps")}
        assert left == {"gamma": 2, "beta": 1, "eps": 1e-5}, name
    assert "triangles at −1 and 3, dashed" in explorer.text


def test_both_checks_pass_a_mirrored_batch():
    y = 1 - 2 * by_hand([3, 9, 11, 17], 1, 0, 1e-5)
    assert [line[:1] for line in lesson._checks(y, 25, 2, 1, 1e-5).split("<br>")[:2]] == ["✓", "✓"]


def test_names_stand_above_the_examples_of_the_batch_only():
    explorer = explorers.batch_of_four()
    for m in (4, 2, 3):
        explorer.set(m=m)
        words = [text.get_text() for text in explorer.picture._canvas.figure.axes[0].texts]
        assert [name for name in ("x₁", "x₂", "x₃", "x₄") if name in words] == ["x₁", "x₂", "x₃", "x₄"][:m]


def test_check_marks_see_a_wrong_output():
    wrong_mean = lesson._checks(np.array([0.0, 2, 4]), 25, 1.633, 1, 1e-5)
    assert wrong_mean.startswith("✗")


def test_presets():
    explorer = explorers.batch_of_four()
    for name, values in lesson.PRESETS.items():
        explorer.set(**values)
        assert explorer.values | values == explorer.values, name
        assert "could not be drawn" not in explorer._words.value
    assert [explorer.controls[name].disabled for name in EXAMPLE] == [False, False, True, True]
    assert "circles at 8 and 20" in explorer.text and "squares at −1 and 1" in explorer.text
    explorer.set(**lesson.PRESETS["Running example"])
    assert not any(explorer.controls[name].disabled for name in EXAMPLE)


def test_no_outlier_beyond_the_root_of_m_minus_one():
    grid = np.arange(0, 31, 5)
    largest = max(np.abs(by_hand(x, 1, 0, 1e-5)).max() for x in itertools.product(grid, repeat=4))
    assert f"Can you push any x̂ beyond √3 = {largest:.4f}?" in NOTEBOOK.prose and largest < np.sqrt(3)
    assert "√(m − 1) = √3 is the end." in NOTEBOOK.prose


def test_a_batch_of_two_is_always_minus_one_and_one():
    for x1 in (0, 7.5, 19.5, 20.5, 30):
        assert np.allclose(np.sort(by_hand([x1, 20], 1, 0, 1e-5)), [-1, 1], atol=1e-4)
        assert np.allclose(np.sort(by_hand([x1, 20], 2, 1, 1e-5)), [-1, 3], atol=1e-3)
    assert np.array_equal(by_hand([20, 20], 2, 1, 1e-5), [1, 1])
    assert "x̂ is −1 and +1, so y is −1 and 3. At x₁ = x₂ both become beta" in NOTEBOOK.prose


# The challenges

@pytest.mark.parametrize("number, values, right", [
    (1, {}, None), (1, {"x2": 9.000000000000002}, None),
    (1, {"gamma": 3, "beta": -2}, True), (1, {"gamma": -3, "beta": -2}, True),
    (1, {"gamma": 3, "beta": 2}, False), (1, {"gamma": 2.5, "beta": -2}, False),
    (1, {"gamma": 3, "beta": -2, "x1": 9, "x2": 9, "x3": 9, "x4": 9}, False),
    (2, {}, None), (2, {"gamma": 2, "beta": 3}, True), (2, {"gamma": -4, "beta": 6}, True),
    (2, {"gamma": 0, "beta": 1}, False), (2, {"gamma": 4, "beta": 5.5}, False), (2, {"beta": 2.5}, False),
    (2, {"gamma": 2.5, "beta": 3.5}, False), (2, {"gamma": 0, "beta": 5.5}, False),
    (3, {}, None), (3, {"x1": 1.5}, False), (3, {"x1": 2, "x2": 2, "x3": 8, "x4": 8}, True),
    (3, {"x1": 8, "x2": 2, "x3": 8, "x4": 2}, True),
    (3, {"x1": 5, "x2": 5, "x3": 5, "x4": 5}, True),
    (3, {"x1": 2, "x2": 4, "x3": 6, "x4": 8}, False), (3, {"x1": 2, "x2": 2, "x3": 8, "x4": 8.5}, False),
])
def test_challenge_is_judged(number, values, right):
    explorer = explorers.challenge(number)
    explorer.set(**values)
    verdict = {True: "✓ Right.", False: "✗ Not right yet.", None: "○ Not attempted yet."}[right]
    assert re.findall("[✓✗○] [^.]+[.]", explorer.text) == [verdict]
    named = {control.description: control.value for control in explorer.controls.values()}
    assert not expected.wrong_numbers("challenge", named, explorer.text)


def test_challenges_are_solved_exactly_by_what_they_ask():
    sliders = np.arange(-6, 6.5, 0.5)
    for gamma, beta in itertools.product(sliders[np.abs(sliders) <= 4], sliders):
        x = np.array([3.0, 9, 11, 17])
        y = by_hand(x, gamma, beta, 1e-5)
        assert lesson.judge(1, x, y)[0] == (abs(gamma) == 3 and beta == -2)
        assert lesson.judge(2, x, y)[0] == (gamma != 0 and beta > 1.4 * abs(gamma) + 1e-6)


@pytest.mark.parametrize("beta, words", [(2.5, "1 of 4 is not positive"), (-1.5, "3 of 4 are not positive")])
def test_second_challenge_counts(beta, words):
    assert words in lesson.judge(2, None, by_hand([3, 9, 11, 17], 2, beta, 1e-5))[1]


def test_third_challenge_has_solutions_on_the_sliders():
    grid = np.arange(0, 12.5, 0.5)
    solutions = 0
    for x in itertools.combinations_with_replacement(grid, 4):
        if sum(x) == 20:
            right, words = lesson.judge(3, np.array(x), by_hand(x, 3, 5, 1e-5))
            assert right == (np.var(x) == 9 or x == (5, 5, 5, 5))
            assert ("equal values" in words) == (x == (5, 5, 5, 5))
            solutions += right
    assert solutions >= 3
    named, other = np.array([2, 2, 8, 8]), np.array([2, 4, 6, 8])
    assert f"needs mean {named.mean():.0f} and variance {named.var():.0f} (less eps" in NOTEBOOK.prose
    assert f"2, 4, 6, 8 has the mean, but only the variance {other.var():.0f}." in NOTEBOOK.prose
    assert named.mean() == other.mean()


def test_a_challenge_of_another_number_is_refused():
    with pytest.raises(ValueError, match="1, 2 or 3"):
        explorers.challenge(4)


def test_sentence_comes_from_what_is_drawn():
    steps = lesson._four_steps(np.array([3.0, 9, 11, 17]), 2.0, 1.0, 1e-5)
    right = figures.four_steps(**steps).sentence
    for numbers in ("3, 9, 11 and 17", "−7, −1, 1 and 7", "−1.4, −0.2, 0.2 and 1.4", "−1.8, 0.6, 1.4 and 3.8"):
        assert numbers in right
    assert figures.four_steps(**steps | {"x_hat": steps["y"] / 2}).sentence != right
    assert figures.four_steps(**steps | {"y": steps["x_hat"]}).sentence != right
    assert figures.four_steps(**steps | {"gamma": 1.0, "beta": 2.0}).sentence != right


# The checks, broken

def slips_through(wrong, x=(3.0, 9.0, 11.0, 17.0)):
    """Whether both checks pass outputs of gamma = 2, beta = 1, and how far off these outputs are."""
    y = np.asarray(wrong(np.array(x), 2.0, 1.0, 1e-5))
    passed = abs(y.mean() - 1) < 0.001 and abs(y.var() - 4) < 0.004
    return bool(passed), np.abs(y - by_hand(x, 2, 1, 1e-5)).max()


@pytest.mark.filterwarnings("ignore:invalid value")  # some mistakes take the root of a negative number
def test_mistakes_that_slip_through_the_two_checks():
    known = {mistake.name: mistake.wrong for mistake in exercises.batch_norm.catalogue[::-1]}
    found = [slips_through(wrong) for wrong in known.values()]
    slipped = [off for passed, off in found if passed]
    assert 0.28 < len(slipped) / len(found) < 0.39 and "about a third pass both checks" in NOTEBOOK.prose
    assert 1 < sum(off < 1e-9 for off in slipped) < len(slipped)
    assert "and some of these even give the right outputs for it" in NOTEBOOK.prose


RIGHT = ["mean = x.sum() / len(x)", "var = ((x - mean) ** 2).sum() / len(x)", "x_hat = (x - mean) / np.sqrt(var + eps)",
         "return gamma * x_hat + beta"]


@pytest.mark.parametrize("line, broken, wrong_here, words", [
    (3, "return beta - gamma * x_hat", True, "`return beta - gamma * x_hat`"),
    (1, "var = (x - mean) ** 2", True, "`var = (x - mean) ** 2`"),
    (2, "x_hat = (x - mean) / np.sqrt(var)", True, "Without `+ eps`"),
    (1, "var = ((x - mean) ** 2).sum() / 4", False, "`/ 4` for `/ len(x)`")])
def test_the_answers_to_break_them(line, broken, wrong_here, words):
    """Each changes one line of the notebook's copy; the last needs another batch to be seen."""
    lines = RIGHT[:line] + [broken] + RIGHT[line + 1:]
    names = {"np": np}
    exec("def copy(x, gamma, beta, eps):\n    " + "\n    ".join(lines), names)
    passed, off = slips_through(names["copy"])
    assert passed and (off > 1e-9) == wrong_here
    assert slips_through(names["copy"], (1.0, 2.0, 4.0, 8.0, 16.0))[1] > 1e-9
    assert words in NOTEBOOK.prose


def test_second_challenge_says_why_a_hair_above_zero_is_not_enough():
    right, words = lesson.judge(2, None, by_hand([3, 9, 11, 17], 2.5, 3.5, 1e-5))
    assert not right and "0.0000007: only eps" in words and "gamma = 2.5 and beta = 3.5" in NOTEBOOK.prose
