"""Lesson 03 tells the truth: its numbers, answers and explorers against plain NumPy, not against the package."""
import re

import numpy as np
import pytest

from batchnorm_lesson import exercises, explorers, figures, load_digits
from batchnorm_lesson.explorers import lesson_03 as lesson
from batchnorm_lesson.network import zero_detector
from batchnorm_lesson.figures.style import numbers
from lessons import QUESTIONS, Notebook, right_choice
from test_explorers import press

NOTEBOOK = Notebook(3)
MISCONCEPTIONS = {
    "other-batch": "Equal mean and variance make batches equal; or they sort the values.",
    "pair": "A value far out stays far out when it is normalized.",
    "farthest": "Variance 1 sets the same limit to every batch; or a large batch sets none to a single value.",
}
X = np.array([3.0, 9.0, 11.0, 17.0])


def standard(x, eps=0.0):
    x = np.asarray(x, dtype=float)
    return (x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + eps)


def two_clusters():
    images, labels = load_digits()
    detector = zero_detector(images, labels)
    return np.concatenate([detector[labels == 0][:128], detector[labels != 0][:128]])


# Facts, predictions, quiz

def test_every_prediction_is_there_for_a_misconception():
    assert set(re.findall(r'questions\.predict\("([\w-]+)"\)', NOTEBOOK.code)) == set(MISCONCEPTIONS)


def test_running_example():
    assert np.allclose(standard(X), [-1.4, -0.2, 0.2, 1.4])
    assert "-1.4 -0.2 0.2 1.4" in NOTEBOOK.printed("x_hat = shifted")
    assert "mean 0.0000, variance 1.0000" in NOTEBOOK.printed("x_hat = shifted")


def test_one_of_three_batches_gives_the_same():
    batches = ([1, 2, 3, 4], [3, 9, 11, 17], [10, 12, 14, 16], [16, 14, 12, 10])
    first, *others = [standard(batch) for batch in batches]
    assert [np.allclose(first, other) for other in others] == [False, True, False]
    assert np.allclose(first, others[2][::-1]) and all(np.isclose(other.var(), 1) for other in others)
    right = right_choice(QUESTIONS["predict"]["other-batch"]["choices"])
    assert right == str(batches[2]).strip("[]") and NOTEBOOK.printed("%%result other-batch") == "\n".join(
        f"{batch}: " + " ".join(f"{value:.4f}" for value in standard(batch, 1e-5)) for batch in batches)


def test_a_pair_becomes_plus_and_minus_one():
    entry = QUESTIONS["predict"]["pair"]
    assert entry["answer"] == standard([3, 1000])[1] == 1
    pair = np.array([3, 1000])
    itself, distance, deviation, apart, other_divisor = (each["guess"] for each in entry["tempting"])
    assert (itself, distance, deviation) == (1000, np.ptp(pair), 1000 - pair.mean()) and apart == np.ptp(standard(pair))
    assert other_divisor == pytest.approx(deviation / pair.std(ddof=1), abs=0.01)
    assert deviation == pair.std() and "from the mean, 501.5" in entry["tempting"][2]["because"]
    assert re.findall(r"[+-]\d\.\d+", NOTEBOOK.printed("for pair in")) == [
        "-1.000", "+1.000", "+0.998", "-0.998", "-0.156", "+0.156"]


@pytest.mark.parametrize("m", [2, 3, 4, 16, 256])
def test_no_value_gets_past_the_root_of_m_minus_1(m):
    bound = np.sqrt(m - 1)
    rng = np.random.default_rng(m)
    heavy = rng.standard_cauchy(size=(500, m))
    assert max(np.abs(standard(batch)).max() for batch in heavy) <= bound * (1 + 1e-9)
    alone = np.zeros(m)
    alone[-1] = 1
    assert np.isclose(standard(alone).max(), bound)
    assert r"However far out, no $\hat{x}$ gets past $\sqrt{m - 1}$" in NOTEBOOK.prose


def test_one_value_far_out_comes_close_to_the_bound():
    lines = re.findall(r"m = +(\d+): one value far out, x̂ = ([\d.]+)", NOTEBOOK.printed("farthest ="))
    assert [m for m, _ in lines] == ["2", "4", "256"]
    assert all(abs(float(reached) - np.sqrt(int(m) - 1)) < 0.001 for m, reached in lines)


def test_prediction_of_the_farthest_value():
    choices = QUESTIONS["predict"]["farthest"]["choices"]
    alone = {m: standard(np.append(np.zeros(m - 1), 1)).max() for m in (4, 256)}
    assert round(alone[256] / alone[4]) == 9 and right_choice(choices).startswith("9 times")
    assert f"√3 = {alone[4]:.2f} for m = 4, √255 = {alone[256]:.2f} for" in choices[2]["because"]
    assert round((alone[256] / alone[4]) ** 2) == 255 / 3 == 85 and "85 times" in choices[1]["text"]
    for m in (4, 256):
        assert np.isclose((standard(np.arange(m)) ** 2).sum(), m)


def test_every_output_moves():
    before, after = standard(X), standard([3, 9, 11, 18])
    assert (before != after).all() and np.abs(before - after).min() > 0.01
    assert "**Every** square moves, those of the others too." in NOTEBOOK.prose
    assert "those of all images" in right_choice(QUESTIONS["quiz"]["03"][2]["choices"])


def test_two_humps_stay_two_humps():
    x = two_clusters()
    before, after = (np.histogram(values, 24)[0] for values in (x, standard(x)))
    assert (before == after).all()
    assert before[:10].max() > 20 and before[14:].max() > 20 and before[15] == 0
    sentence = figures.humps(x, standard(x)).sentence
    found = re.findall(r"with (\d+) and (\d+) examples in their tallest bars, and (\d+)", sentence)
    assert found == [("21", "32", "0")] * 2
    assert "humps at −1.06 and 0.98" in sentence and figures.humps(x, x).sentence != sentence
    assert np.mean(np.abs(standard(x)) < 0.25) < 0.05  # "almost nothing near 0"


def test_eps():
    four, cured, three, cured_too = (line.partition(": ")[2] for line in NOTEBOOK.printed("np.errstate").splitlines())
    assert (four, cured) == ("nan nan nan nan", "0 0 0 0")
    assert (three, cured_too) == ("-1 -1 -1", "0 0 0")
    assert "this rounding error, divided by a σ just as small, becomes −1" in NOTEBOOK.prose
    for eps in (1e-5, 0.25, 25, 1000):
        assert np.isclose(standard(X, eps).var(), 25 / (25 + eps))
    assert np.isclose(standard(X, 25).var(), 0.5)


def test_near_misses():
    almost, eps, lines = np.array([10, 10, 10, 10.00001]), 1e-5, []
    for name, squeeze in (("right", lambda var: np.sqrt(var + eps)),
                          ("eps outside the root", lambda var: np.sqrt(var) + eps),
                          ("divided by the variance", lambda var: var + eps)):
        ours, equal = ((v - v.mean()).max() / squeeze(v.var()) for v in (X, almost))
        lines.append(f"{name:24}largest x̂: {ours:.3f} of our batch, {equal:.3f} of almost equal values\n")
    assert NOTEBOOK.printed("almost = ") == "".join(lines)
    assert "1.400 of our batch, 0.523 of" in lines[1]
    assert "with it a difference of 10⁻⁵ becomes half a standard deviation" in NOTEBOOK.prose
    assert f"about {np.sqrt(eps):.3f}." in NOTEBOOK.prose


def test_quiz():
    clusters, half, all_of_them = (right_choice(entry["choices"]) for entry in QUESTIONS["quiz"]["03"])
    assert clusters.startswith("two clusters; all values together have mean 0") and "all images" in all_of_them
    assert half == "1/2" and 0.001 / (0.001 + 0.001) == 0.5


def test_detective():
    x, m = exercises.detective.batch, 32
    assert len(x) == m
    right = standard(x, 1e-5)[0]
    forum = exercises.detective.forum_normalize(x, 1e-5)[0]
    assert (f"{right:.6f}", f"{forum:.6f}") == ("0.051425", "0.050625")
    assert np.isclose(forum, 0.051425 * np.sqrt(31 / 32) + 1e-5, atol=1e-6)
    assert "0.050625" in NOTEBOOK.printed("forum_code") and "def " in NOTEBOOK.printed("forum_code")


# Explorers and pictures

def test_below_the_batch_stays_as_wide_as_it_was_and_its_axis_says_so():
    explorer = explorers.shift_and_squeeze(1)
    x = lesson.digit_feature()[:256]
    for step in (1, 1.5, 2):
        explorer.set(step=step)
        below, above = explorer.picture._canvas.figure.axes[:2]
        enlarged, true = (next(part.get_data().edges for part in axes.patches if part.get_animated()
                               and hasattr(part.get_data(), "edges")) for axes in (below, above))
        narrow = np.sqrt(x.var() + 1e-5) ** (step - 1)
        assert np.ptp(enlarged) == pytest.approx(np.ptp(x)) and np.ptp(true) == pytest.approx(np.ptp(x) / narrow)
        # The numbers under the axis are those of x_hat: 1 stands where one sigma ends.
        numbers_below = {text.get_text(): text.get_position()[0] for text in explorer.picture._labels
                         if re.fullmatch(r"−?\d+", text.get_text())}
        assert len(numbers_below) >= 4
        for words, place in numbers_below.items():
            assert place == pytest.approx(float(words.replace("−", "-")) * narrow)


def test_the_line_of_the_mean_ends_above_the_five_dots():
    explorer = explorers.shift_and_squeeze()
    below = explorer.picture._canvas.figure.axes[0]
    line, = (part for part in below.lines if part.get_color() == figures.style.COLORS["mean"])
    dots, _ = (part for part in below.lines if part.get_marker() == "o")  # those below, then those on the axis of x
    low, high = below.get_ylim()
    assert low + np.nanmin(line.get_ydata()) * (high - low) > dots.get_ydata().max() + 0.05 * high


def test_a_wall_stands_where_a_square_can_get_no_farther():
    explorer = explorers.leash()
    for values, shown in (((3, 9, 11, 17), ["", ""]), ((0, 0, 0, 30), ["", "1.732"]), ((9, 9, 9, 3), ["1.732", ""])):
        explorer.set(**dict(zip(("x1", "x2", "x3", "x4"), values)))
        assert [text.get_text() for text in explorer.picture._labels[1:]] == shown
        assert ("It stands at a wall, 1.732 from 0." in explorer.picture.sentence) == any(shown)


def test_the_start_is_named_only_when_something_has_moved():
    explorer = explorers.leash()
    label = next(text for text in explorer.picture._labels)
    assert label.get_text() == ""
    explorer.set(x4=30)
    assert label.get_text() == "grey: where it began"
    # Nothing grey can be seen when a value is off by a rounding, or when two have changed places.
    for values in ({"x4": 17}, {"x4": 17 + 1e-9}, {"x1": 17, "x4": 3}):
        explorer.set(**values)
        assert label.get_text() == "", values


def test_the_button_finds_one_half():
    explorer = explorers.knee(var=0.01)
    press(explorer, "eps = σ²")
    assert explorer.values["eps"] == explorer.values["var"] == 0.01 and "variance 0.5;" in explorer.picture.sentence


def test_task_answers_are_within_the_sliders():
    reachable = 10.0 ** np.arange(-8, 4.25, 0.25)
    keeps = reachable[1 / (1 + reachable) >= 0.99]
    assert np.isclose(keeps.max(), 0.01) and "1. Up to 0.01, a hundredth of" in NOTEBOOK.prose
    assert standard(X / 5 * np.sqrt(1e-5), 1e-5).var() == pytest.approx(0.5)  # "One half again"
    # The browser snaps a slider to its steps: 1e-5 and every variance on offer must be steps of eps too.
    assert all(np.isclose(reachable, value).any() for value in [1e-5, *10.0 ** np.arange(-6, 2.25, 0.25)])
    explorer = explorers.knee()
    assert all(control.step == 0.25 for control in explorer.controls.values())


def test_the_third_dot_ends_nearest_to_0():
    quantities, _ = lesson._shift_and_squeeze(2)
    five = np.argsort(quantities["x"])[[0, 63, 127, 191, 255]]
    x, x_hat = quantities["x"][five], standard(quantities["x"], 1e-5)[five]
    assert f"Five examples stand at {numbers(x_hat)}." in figures.shift_and_squeeze(**quantities).sentence
    nearest = np.abs(x_hat).argmin()
    assert nearest == 2 and f"The third dot, x = {x[2]:.2f}. It ends at {x_hat[2]:.2f}." in NOTEBOOK.prose


def test_batches_of_plus_and_minus_one_are_two_pairs():
    steps = np.arange(7)
    batches = np.stack(np.meshgrid(steps, steps, steps, steps), axis=-1).reshape(-1, 4)
    for batch in batches[np.ptp(batches, axis=1) > 0]:
        low, _, _, high = ordered = sorted(batch)
        assert np.allclose(np.abs(standard(batch)), 1) == (ordered == [low, low, high, high])
    assert "3. Any with two equal low values and two equal high ones" in NOTEBOOK.prose


def test_three_equal_values_hold_the_fourth_in_its_place():
    explorer = explorers.leash()
    press(explorer, "Three equal")
    squares = {explorer.set(x4=value) or tuple(np.round(explorer.compute(**explorer.values)[0]["x_hat"], 3) + 0.0)
               for value in np.arange(0.5, 30.5, 0.5)}
    (low, _, _, high), = squares
    assert f"{low:.3f}, {low:.3f}, {low:.3f} and {high:.3f}".replace("-", "−") in NOTEBOOK.prose
    assert high < np.sqrt(3) and f"Up to a wall at {high:.3f}. *Three equal* takes it there." in NOTEBOOK.prose
    explorer.set(x4=0)
    assert not explorer.compute(**explorer.values)[0]["x_hat"].any()
