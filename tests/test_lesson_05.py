"""The facts of lesson 05, computed with plain NumPy: what the prose, the questions and the explorers say."""
import itertools
import re

import numpy as np
import pytest

import expected
from batchnorm_lesson import exercises, explorers, figures, questions
from batchnorm_lesson.explorers import lesson_05 as lesson
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(5)
EXAMPLE = {"x1": 3, "x2": 9, "x3": 11, "x4": 17}
PAPER = np.array([1.0, 5, 7, 11])  # the batch that is worked out by hand

MISCONCEPTIONS = {
    "largest-output": "Whoever can say what each of the four steps does can also put them together in the right order.",
    "passes-both": "Code whose outputs have the right mean and the right variance is right.",
}


def by_hand(x, gamma, beta, eps):
    x = np.asarray(x, dtype=float)
    mean = sum(x) / len(x)
    var = sum((value - mean) ** 2 for value in x) / len(x)
    return np.array([gamma * (value - mean) / (var + eps) ** 0.5 + beta for value in x])


def plain(readout):
    return lesson.Explorer.text.fget(type("Words", (), {"title": "", "_readout": readout,
                                                        "picture": type("Silent", (), {"sentence": ""})}))


# The questions

def test_each_prediction_is_to_catch_a_misconception():
    assert set(MISCONCEPTIONS) == set(re.findall(r'predict\("([\w-]+)"', NOTEBOOK.code))


def test_prediction_of_the_largest_output_knows_the_mistakes_by_their_values():
    entry = QUESTIONS["predict"]["largest-output"]
    assert round(by_hand(PAPER, 2, 1, 0).max(), 2) == entry["answer"]
    far, std = 5.0, PAPER.std()
    wrong = {"That is x̂": far / std, "by the variance": 2 * far / std ** 2 + 1, "Gamma's factor": far / std + 1,
             "beta is still to be added": 2 * far / std, "by 3. Batch": 2 * far / PAPER.std(ddof=1) + 1,
             "average of |d|": 2 * far / abs(PAPER - 6).mean() + 1, "Beta came first": 2 * (far / std + 1),
             "The mean is still": 2 * 11 / std + 1, "did not divide": 2 * far + 1, "step 4 alone": 2 * 11 + 1}
    assert np.isclose(wrong["Gamma's factor"], 2 * far / np.sqrt(52) + 1)  # the other way to it
    for words, value in wrong.items():
        guess = questions.predict("largest-output")
        guess.box.value = f"{value:.2f}"
        guess.reveal()
        assert words in guess._feedback.value, words
    assert len(wrong) == len(entry["tempting"])


def test_one_of_four_copies_passes_both_checks():
    choices = QUESTIONS["predict"]["passes-both"]["choices"]
    printed = NOTEBOOK.printed("%%result passes-both").splitlines()
    for choice, shown in zip(choices, printed, strict=False):
        line = choice["text"].strip("`")
        place = next(i for i, right in enumerate(RIGHT) if right.split(" ")[0] == line.split(" ")[0])
        passed, off, y = slips_through(RIGHT[:place] + [line] + RIGHT[place + 1:], PAPER, eps=0)
        assert passed == choice.get("right", False) and off > 1
        assert f"{''.join(f'{value:7.2f}' for value in y)}   mean {y.mean():5.2f}, variance {y.var():5.2f}" in shown
    assert right_choice(choices) == "`var = (x - mean) ** 2`"
    assert "x̂ is −1, −1, 1, 1" in choices[3]["because"] and "every x̂ is −1 or 1" in NOTEBOOK.prose


def test_quiz():
    first, second, third = (right_choice(entry["choices"]) for entry in QUESTIONS["quiz"]["05"])
    shown = ", ".join(f"{value:g}" for value in by_hand([0, 0, 10, 10], 1, 0, 0)).replace("-", "−")
    assert first == shown
    x = np.array([3.0, 9, 11, 17])
    assert second == "y stays what it was" and np.allclose(by_hand(2 * x, 2, 1, 0), by_hand(x, 2, 1, 0))
    divided_by_variance = 2 * (x - x.mean()) / x.var() + 1
    assert np.isclose(divided_by_variance.mean(), 1) and np.isclose(divided_by_variance.var(), 2 ** 2 / x.var())
    assert third == "step 3: no root"


# The numbers in the lesson

def test_the_batch_by_hand():
    printed = NOTEBOOK.printed("%%result largest-output")
    for name, row in (("x_hat", by_hand(PAPER, 1, 0, 0)), ("y", by_hand(PAPER, 2, 1, 0))):
        assert f"{name:10}{''.join(f'{value:7.2f}' for value in row)}{row.mean():z9.2f}{row.var():10.2f}" in printed
    assert "The last row has mean beta = 1 and variance gamma squared = 4." in NOTEBOOK.prose
    assert f"the squares vary themselves, {((PAPER - 6) ** 2).var():.0f}, is" in NOTEBOOK.prose
    y = by_hand(PAPER, 2, 1, 1e-5)
    assert f"mean of y {y.mean():.6f}, variance of y {y.var():.6f}" in NOTEBOOK.printed("theirs =")
    assert f"= {4 * 13 / (13 + 1e-5):.6f}" in NOTEBOOK.printed("theirs =") and np.isclose(y.var(), 4 * 13 / 13.00001)


def test_beta_needed_for_positive_outputs():
    for gamma in (-3, -1, 0.5, 3):
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


def test_each_example_has_a_thread_through_all_lines_and_gamma_stretches_it():
    explorer = explorers.batch_of_four()
    threads, = explorer.picture._canvas.figure.axes[0].collections
    for m in (4, 2):
        explorer.set(m=m, gamma=2)
        ways = np.array(threads.get_segments())
        assert ways.shape == (m, 5, 2) and (ways[:, 1:, 1] == [3, 2, 1, 0]).all()
        x, deviations, x_hat, y = np.diff(ways[:, 1:, 0], axis=0).T
        assert np.allclose(x, deviations) and np.allclose(2 * x_hat, y)
    assert len(set(map(tuple, threads.get_colors()))) == 4 and "all distances double: that is gamma" in NOTEBOOK.prose


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


def test_what_moves_x_hat_and_what_moves_only_y():
    """The answer to the first task, and the second: a negative gamma alone makes threads cross between x_hat and y."""
    start, _ = lesson._batch_of_four(4, 2, 1, 1e-5, **EXAMPLE)
    for change in ({"x2": 20}, {"m": 3}, {"eps": 1}, {"gamma": -2}, {"beta": 3}):
        steps, _ = lesson._batch_of_four(**({"m": 4, "gamma": 2, "beta": 1, "eps": 1e-5} | EXAMPLE | change))
        assert np.array_equal(steps["x_hat"], start["x_hat"]) == bool(change.keys() & {"gamma", "beta"})
        order = np.argsort(steps["x_hat"]) == np.argsort(steps["y"])
        assert order.all() == (change != {"gamma": -2}), change


# The challenges

@pytest.mark.parametrize("number, values, right", [
    (1, {}, None), (1, {"x2": 9.000000000000002}, None),
    (1, {"gamma": 3, "beta": -2}, True), (1, {"gamma": -3, "beta": -2}, True),
    (1, {"gamma": 3, "beta": 2}, False), (1, {"gamma": 2.5, "beta": -2}, False),
    (1, {"gamma": 3, "beta": -2, "x1": 9, "x2": 9, "x3": 9, "x4": 9}, False),
    (2, {}, None), (2, {"gamma": 2, "beta": 3}, True), (2, {"gamma": -3, "beta": 4.5}, True),
    (2, {"gamma": 0, "beta": 1}, False), (2, {"gamma": 3, "beta": 4}, False), (2, {"beta": 2.5}, False),
    (2, {"gamma": 2.5, "beta": 3.5}, False), (2, {"gamma": 0, "beta": 4.5}, False),
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
    sliders = np.arange(-5, 5.5, 0.5)
    for gamma, beta in itertools.product(sliders[np.abs(sliders) <= 3], sliders):
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
    named = np.array([2, 2, 8, 8])
    assert f"needs mean {named.mean():.0f} and variance {named.var():.0f} (less eps" in NOTEBOOK.prose


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

RIGHT = ["mean = x.sum() / len(x)", "var = ((x - mean) ** 2).sum() / len(x)", "x_hat = (x - mean) / np.sqrt(var + eps)",
         "return gamma * x_hat + beta"]


def slips_through(wrong, x=PAPER, eps=1e-5):
    """Whether both checks pass outputs of gamma = 2, beta = 1; how far off these are; and the outputs.

    wrong is a function, or the lines of one.
    """
    if not callable(wrong):
        names = {"np": np}
        exec("def copy(x, gamma, beta, eps):\n    " + "\n    ".join(wrong), names)
        wrong = names["copy"]
    y = np.asarray(wrong(np.array(x), 2.0, 1.0, eps))
    passed = abs(y.mean() - 1) < 0.001 and abs(y.var() - 4) < 0.004
    return bool(passed), np.abs(y - by_hand(x, 2, 1, eps)).max(), y


@pytest.mark.filterwarnings("ignore:invalid value")  # some mistakes take the root of a negative number
def test_mistakes_that_slip_through_the_two_checks():
    known = {mistake.name: mistake.wrong for mistake in exercises.batch_norm.catalogue[::-1]}
    found = [slips_through(wrong)[:2] for wrong in known.values()]
    slipped = [off for passed, off in found if passed]
    assert 0.28 < len(slipped) / len(found) < 0.42 and "about a third pass both checks" in NOTEBOOK.prose
    assert len(slipped) / 3 < sum(off < 1e-9 for off in slipped) < len(slipped)
    assert "and many of these even give the right outputs for it" in NOTEBOOK.prose


def test_a_mirrored_batch_passes_both():
    line = "return beta - gamma * x_hat"
    assert f"`{line.removeprefix('return ')}`, which mirrors the batch" in NOTEBOOK.prose
    passed, off, _ = slips_through(RIGHT[:3] + [line])
    assert passed and off > 1


def test_second_challenge_says_why_a_little_above_zero_is_not_enough():
    right, words = lesson.judge(2, None, by_hand([3, 9, 11, 17], 2.5, 3.5, 1e-5))
    assert not right and "0.0000007: only eps" in words and "gamma = 2.5 and beta = 3.5" in NOTEBOOK.prose
