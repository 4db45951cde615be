"""The facts of lesson 09: what its prose, its questions and its folded answers say, computed again."""
import copy
import re

import numpy as np
import pytest

import recomputed
from batchnorm_lesson import BatchNorm, exercises, explorers, questions
from batchnorm_lesson.explorers import lesson_09 as lesson
from batchnorm_lesson.network import Network, standardize, train, training_and_test
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(9)
LEARN, TEST = training_and_test(recomputed.standardized_digits(), recomputed.LABELS)
IMAGES, TRUTH = TEST
LEARNED, MEANS, VARIANCES = recomputed.five_layers()
FINISHED = LEARNED[400]  # the weights, gammas, betas and last bias, trained in plain NumPy
KEPT = list(zip(recomputed.followed(0.1, 0, MEANS)[-1], recomputed.followed(0.1, 1, VARIANCES)[-1]))


MISCONCEPTIONS = {
    "one-image": "A trained network reads a single image as well in training mode as it reads one of many.",
    "batch-of-four": "How well a network reads depends on its weights, hardly on the size of the batch.",
    "only-threes": "A batch of one kind makes reading easier, or changes nothing.",
    "ten-batches": "After ten steps with the weight 0.1 for the new value, the running mean has arrived.",
    "forgotten-mode": "Without a step of training nothing in a network changes, and the order is no matter.",
}


def test_every_prediction_is_to_catch_a_misconception():
    assert set(re.findall(r'questions\.predict\("([\w-]+)', NOTEBOOK.code)) == set(MISCONCEPTIONS)


def read(images, statistics=None):
    """The digits that the finished network reads: with the batch's own statistics, or with those that are given."""
    return recomputed.scores_of(images, FINISHED, statistics).argmax(axis=1)


def share(images, labels, statistics=None):
    return 100 * (read(images, statistics) == labels).mean()


def statistics_of(images):
    """The mean and the variance with 1/m of what arrives at each batch norm, the images being one batch."""
    W, gamma, beta, _ = FINISHED
    h, found = images, []
    for i in range(5):
        z = h @ W[i]
        found.append((z.mean(axis=0), z.var(axis=0)))
        h = np.tanh(gamma[i] * (z - found[-1][0]) / np.sqrt(found[-1][1] + 1e-5) + beta[i])
    return found


def percents(words):
    return [int(value) for value in re.findall(r"(\d+)% right", words)]


# The network of the lesson

def test_the_network_is_the_one_that_plain_numpy_trains():
    network = Network(5, scale=0.05, batch_norm=True)
    loss = list(train(network, *LEARN, steps=400, rate=0.1))[-1]
    for norm, (mean, variance) in zip(network.norms, KEPT):
        np.testing.assert_allclose(norm.running_mean, mean, atol=1e-8)
        np.testing.assert_allclose(norm.running_var, variance, atol=1e-8)
    said = NOTEBOOK.printed("losses = list(train(network")
    assert said == f"1500 digits learned, 297 held out; loss of the last mini-batch {loss:.1f}\n"
    assert (len(LEARN[0]), len(IMAGES)) == (1500, 297)
    together = percents(NOTEBOOK.printed("def scores("))
    assert together == [round(share(IMAGES, TRUTH))] == [97]


def test_the_picture_shows_the_same_image_as_the_explorer():
    own = recomputed.probabilities(recomputed.scores_of(IMAGES, FINISHED))[7]
    assert TRUTH[7] == 2 and f"2: {own[2]:.2f}, 3: {own[3]:.2f}" in NOTEBOOK.printed("figures.one_digit")
    assert standardize(recomputed.DIGITS).max() < 2


# Predictions and quiz

def test_one_image():
    alone = np.array([recomputed.scores_of(IMAGES[i:i + 1], FINISHED)[0] for i in range(50)])
    assert np.ptp(alone, axis=0).max() == 0.0, "to the last bit"
    together = recomputed.scores_of(IMAGES, FINISHED)
    shown = [[float(score) for score in line.split(":")[1].split()]
             for line in NOTEBOOK.printed("%%result one-image").splitlines()]
    for i, beside, one in zip((7, 0, 4), shown[::2], shown[1::2]):
        np.testing.assert_allclose([beside, one], [together[i], alone[i]], atol=0.0051)
    assert len(set(TRUTH[[7, 0, 4]])) == 3, "three kinds of digits"
    choices = questions.predict("one-image").choices
    assert right_choice(choices) == "those of any other image"
    assert f"from {alone.min():.2f} to {alone.max():.2f}".replace("-", "−") in choices[3]["because"]
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match="training = False"):
        layer.forward(np.ones((1, 3)))
    assert (exercises.evaluate.answer(np.ones((1, 3)), np.ones(3), np.zeros(3), 2.0, 5.0, 1e-5) == 5).all()


def test_one_image_gets_through_a_convolutions_batch_norm():
    image = IMAGES[7].reshape(1, 1, 8, 8)
    y = BatchNorm(1).forward(image)
    assert np.corrcoef(y.ravel(), image.ravel())[0, 1] > 0.999


def in_batches(m):
    """How many percent are right in random batches of m, and of how many images the answers change.

    The images left over after the last full batch are read beside others of the same round.
    """
    rng, found = np.random.default_rng(7), np.zeros((10, 297), int)
    for row in found:
        order = rng.permutation(297)
        for start in range(0, 297, m):
            batch = np.take(order, range(start, start + m), mode="wrap")
            row[batch] = read(IMAGES[batch])
    return 100 * (found == TRUTH).mean(), 100 * np.mean([len(set(answers)) > 1 for answers in found.T])


@pytest.mark.parametrize("m", [2, 4, 8, 32, 64, 256])
def test_a_few_at_a_time(m):
    """Other batches than those of the notebook: what it says does not hang on their luck."""
    line = re.search(rf"batches of +{m}: +(\d+)% right, +(\d+)% of", NOTEBOOK.printed("%%result batch-of-four"))
    right, changing = in_batches(m)
    assert right == pytest.approx(int(line[1]), abs=2) and changing == pytest.approx(int(line[2]), abs=5)
    if m == 4:
        entry = QUESTIONS["predict"]["batch-of-four"]
        assert entry["answer"] == int(line[1]) and abs(right - entry["answer"]) < entry["near"]
        assert "at 4, three in four images" in NOTEBOOK.prose and changing == pytest.approx(75, abs=4)
    said = {each["guess"]: each["because"] for each in QUESTIONS["predict"]["batch-of-four"]["tempting"]}
    if m in (2, 8):
        assert f"batches of {m}" in said[{2: 50, 8: 90}[m]] and right == pytest.approx({2: 50, 8: 90}[m], abs=4)
    if m == 64:
        assert "Even at 64, as in training, some do." in NOTEBOOK.prose and changing > 2
        assert "with batches of 64, that does little harm" in NOTEBOOK.prose and right > share(IMAGES, TRUTH) - 1


def test_only_threes():
    scores = recomputed.scores_of(IMAGES[TRUTH == 3], FINISHED)
    threes = scores.argmax(axis=1)
    assert len(threes) == 31 and (threes == 3).sum() == 5
    said = re.search(r"31 images of a 3, taken for ([\d ;]+); 26 are misread", NOTEBOOK.printed("%%result only-threes"))
    assert re.findall(r"\d", said[1]) == [*map(str, threes)]
    choices = questions.predict("only-threes").choices
    assert right_choice(choices) == "5 of them" and "The 31 threes" in QUESTIONS["predict"]["only-threes"]["question"]
    assert round(share(IMAGES, TRUTH)) == round(100 * 30 / 31) == 97 and "usual 97 %" in choices[2]["because"]


def test_ten_batches():
    entry, missing = QUESTIONS["predict"]["ten-batches"], 10 * 0.9 ** 10
    assert entry["answer"] == round(10 - missing, 1) == 6.5 and f"= {missing:.1f} is missing" in entry["because"]
    assert NOTEBOOK.printed("%%result ten-batches").splitlines() == [
        f"after {n:2} batches: {10 - 10 * 0.9 ** n:.2f}, missing {10 * 0.9 ** n:.2f}" for n in range(1, 11)]
    said = {each["guess"]: each["because"] for each in entry["tempting"]}
    assert [round(10 * 0.1 * 0.9 ** n, 2) for n in range(3)] == [1, 0.9, 0.81] and "1, then 0.9, then 0.81" in said[10]
    assert round(missing, 1) == 3.5 and said[3.5] and round(0.9 ** 7, 2) == 0.48 and "0.9⁷ = 0.48" in said[5]
    assert (1 - 0.9) * 0 + 0.9 * 10 == 9 and "0.9 for the new value" in said[9]


def test_two_modes():
    order, right, kept = np.argsort(TRUTH, kind="stable"), 0, KEPT
    for four in order[:296].reshape(-1, 4):
        new = statistics_of(IMAGES[four])
        right += (read(IMAGES[four]) == TRUTH[four]).sum()
        kept = [(0.9 * mean + 0.1 * a, 0.9 * var + 0.1 * b * 4 / 3) for (mean, var), (a, b) in zip(kept, new)]
    wrong = TRUTH[read(IMAGES, kept) != TRUTH]
    during, after = round(100 * right / 296), round(share(IMAGES, TRUTH, kept))
    assert f"Of the {len(wrong)} errors after the switch, {(wrong >= 8).sum()} are eights and nines" in NOTEBOOK.prose
    assert set(TRUTH[order[-60:]]) == {8, 9}, "an old statistic has less than 0.9^15 of the weight by then"
    said = [re.findall(r"(\d+)%", line) for line in NOTEBOOK.printed("%%result forgotten-mode").splitlines()]
    assert said[0] == [str(during), str(after)] and int(said[1][1]) >= round(share(IMAGES, TRUTH, KEPT))
    choices = questions.predict("forgotten-mode").choices
    assert right_choice(choices) == f"{during} % during the pass, {after} % after it"
    assert {tuple(re.findall(r"(\d+) %", choice["text"])) for choice in choices} == {
        (first, second) for first in ("97", f"{during}") for second in ("97", f"{after}")}


def test_quiz():
    first, second, third = questions.quiz(9).questions
    layer = BatchNorm(10)
    layer.forward(np.random.default_rng(0).normal(size=(64, 10)))
    assert right_choice(first.choices) == "10, one for each feature, in evaluation"
    assert layer.running_mean.shape == (10,)
    assert right_choice(second.choices) == f"{1 - 0.99:.2g}"
    assert "ten times as fast" in second.choices[1]["because"] and 0.1 / 0.01 == pytest.approx(10)
    assert "eps to 10⁻³" in second.choices[2]["because"]
    assert "eps is 10⁻⁵ in PyTorch, 10⁻³ in Keras" in Notebook(3).prose
    assert right_choice(third.choices) == "a batch norm that is in training mode"
    together, alone = read(IMAGES, KEPT), [read(IMAGES[i:i + 1], KEPT)[0] for i in range(297)]
    assert list(together) == alone, "in evaluation each image is read by itself"


# Tasks and their answers

def test_the_task_with_others_beside_a_digit_can_be_solved():
    def right(image, m):
        return int(re.search(r"right (\d+) times", lesson._mates(image, m, 1)[1])[1])

    sizes = explorers.mates().controls["m"].options
    counts = {m: right(8, m) for m in sizes}
    assert counts[8] == 11 and "With 8: 11 of 20" in NOTEBOOK.prose
    assert [m for m in sizes if all(counts[larger] == 20 for larger in sizes if larger >= m)] == [128, 256]
    assert explorers.mates().controls["m"].value != 8, "the picture at the start does not answer the first question"
    assert explorers.mates().controls["image"].value == 8 and TRUTH[7] == 2, "the 2 from above"


def test_the_task_with_the_crowd_can_be_solved():
    stops = explorers.crowd().controls["others"].options
    right = {others: int((lesson._among(others).argmax(axis=1) == 3).sum()) for others in stops}
    assert min(others for others in right if right[others] / 31 > 0.8) == 62
    assert all(right[others] / 31 > 0.8 for others in right if others >= 62)
    assert (right[62], right[45], right[20]) == (27, 24, 15) and 31 / (31 + 62) == pytest.approx(1 / 3)
    assert ("clearly from 62 others down: a third of the batch are threes, and 27 of the 31 are read right. "
            "With 45 it is 24, with 20 it is 15.") in NOTEBOOK.prose


def test_the_statistics_of_all():
    everyone, threes = statistics_of(LEARN[0]), IMAGES[TRUTH == 3]
    said = NOTEBOOK.printed("one at a time: {")
    assert percents(said) == [round(share(IMAGES, TRUTH, everyone))] == [97] and "; 0 are misread" in said
    assert share(threes, 3, everyone) == 100
    before = recomputed.probabilities(recomputed.scores_of(threes, FINISHED))[0]
    assert f"Before, they were 0: {before[0]:.2f}, 1: {before[1]:.2f}" in said


def test_the_two_lines_are_worth_what_the_package_keeps():
    said = percents(NOTEBOOK.printed("def watched"))
    assert said == [97, round(share(IMAGES, TRUTH, KEPT))] and watched(64, 0.1, 100) == pytest.approx(97, abs=2)


def test_the_answers_about_running_statistics():
    def told(momentum, step):
        readout = lesson._running(momentum, step)[1]
        return [int(value) for value in re.search(r": (\d+) % right with running statistics, (\d+)", readout).groups()]

    behind = {step: told(0.1, step)[1] - told(0.1, step)[0] for step in lesson.STEPS}
    assert all(behind[step] >= 5 for step in (1, 2, 3, 5)) and max(behind[step] for step in (8, 10, 15)) < 5
    assert max(behind[step] for step in lesson.STEPS if step >= 20) <= 1
    assert VARIANCES[:5, 2, 0].max() < 0.1
    assert round(100 * 0.999 ** 400) == 67 and "= 67 % of it" in NOTEBOOK.prose
    assert told(0.001, 400)[0] < 90
    follows, batch = lesson._followed(0.999)[0], VARIANCES[:, 2, 0]
    assert np.abs(follows - batch)[1:].max() < 0.01 < np.abs(np.diff(batch)).max() / 5


# What stands between the cells

def test_the_two_conventions():
    assert "as in Keras (0.99), momentum is the weight of the *old*; in PyTorch and here (0.1)" in NOTEBOOK.prose
    layer = BatchNorm(1)
    layer.forward(np.full((2, 1), 10.0))
    assert layer.momentum == 0.1 and layer.running_mean == pytest.approx([1])


def test_the_exchanged_momentum_hardly_shows_with_64_and_shows_with_8():
    said = re.findall(r"batches of +(\d+), momentum ([\d.]+): ([\d.]+)% right, at worst (\d+)%",
                      NOTEBOOK.printed("shares = [share_right("))
    average = {(int(m), float(t)): float(right) for m, t, right, _ in said}
    assert abs(average[64, 0.9] - average[64, 0.1]) < 0.5 < 3 < average[8, 0.1] - average[8, 0.9]
    for (m, t), told in average.items():
        assert np.mean([watched(m, t, seed) for seed in range(100, 105)]) == pytest.approx(told, abs=2.5)


def watched(m, t, seed):
    """Like the notebook's, with other mini-batches."""
    rng, kept = np.random.default_rng(seed), [(0.0, 1.0)] * 5
    for _ in range(100 if t < 0.5 else 20):
        new = statistics_of(LEARN[0][rng.choice(1500, m, replace=False)])
        kept = [((1 - t) * mean + t * a, (1 - t) * var + t * b * m / (m - 1)) for (mean, var), (a, b) in zip(kept, new)]
    return share(IMAGES, TRUTH, kept)


def test_the_fan_closes_but_not_on_the_line():
    def shown(m, unit=1):
        return lesson._fan(m, unit)[0]

    for unit in (1, 17, 64):
        wide, narrow = (np.ptp(np.log(shown(m, unit)["slopes"])) for m in (2, 256))
        assert wide > 10 * narrow
    assert "with m = 256 its thick line is outside in 40 of 64 units" in NOTEBOOK.prose
    assert shown(256)["outside"].sum() == 40 and max(shown(m)["outside"].sum() for m in (4, 8, 16, 32)) < 5
    x, gamma = IMAGES @ FINISHED[0][0], FINISHED[1][0]
    own = gamma / np.sqrt(x.var(axis=0) + 1e-5)  # of all 297 in one batch
    assert sum(shown(256, unit)["slopes"].min() < own[unit - 1] < shown(256, unit)["slopes"].max()
               for unit in range(1, 65)) == 64, "they close around the line of all held-out images"


def test_folding():
    W, gamma, beta, b = FINISHED
    h = IMAGES
    for i, (mean, variance) in enumerate(KEPT):
        weights, bias = exercises.fold.answer(W[i], np.zeros(64), gamma[i], beta[i], mean, variance, 1e-5)
        h = np.tanh(h @ weights + bias)
    difference = np.abs(h @ W[-1] + b - recomputed.scores_of(IMAGES, FINISHED, KEPT)).max()
    assert not re.search(r"\(b\s*[-−]\s*(\\mu|mean)", NOTEBOOK.prose), "the exercise's line is left to the learner"
    assert difference < 5e-11 and NOTEBOOK.printed("folded = []").endswith(f"{difference:.10f}\n")


# At work

def test_what_the_first_cell_shows():
    left, *_, gamma, mean = NOTEBOOK.printed("frozen = ").splitlines()
    assert left == f"297 images in batches of 8: the last batch has {len(IMAGES) % 8}" and len(IMAGES) % 8 == 1
    new = statistics_of(IMAGES[TRUTH == 3])[0][0]
    moved = np.abs(0.1 * (new - KEPT[0][0])).max()
    assert gamma.endswith("0.00") and mean.endswith(f"{moved:.2f}") and moved > 0.05


def test_which_images_change_others():
    """With BatchNorm of the package, and with a mean for each image in plain NumPy."""
    said = dict(re.findall(r"(\w+) +norm: .* changes by (\d\.\d\d)", NOTEBOOK.printed("def normalized(")))
    maps = np.random.default_rng(0).normal(size=(2, 6, 4, 4))
    brighter = np.array([maps[0], 10 * maps[1]])
    one, other = (BatchNorm(6).forward(each)[0] for each in (maps, brighter))
    assert said == {"batch": f"{np.abs(one - other).max():.2f}", "layer": "0.00", "instance": "0.00", "group": "0.00"}
    means = re.findall(r"(\d+) means", NOTEBOOK.printed("def normalized("))
    assert means == ["6", "2", "12", "6"], "C; N; N · C; N · 3 groups"


def test_evaluation_can_be_better_than_training(within):
    """A network that has only seen batches of 4, with more and smaller steps, and a longer memory."""
    small = Network(depth=5, scale=0.05, batch_norm=True, momentum=0.01)
    list(train(small, *LEARN, steps=3200, batch_size=4, rate=0.1 / 16))
    fours = np.random.default_rng(1).permutation(297)[:296].reshape(-1, 4)
    beside = 100 * np.mean([copy.deepcopy(small).accuracy(IMAGES[four], TRUTH[four]) for four in fours])
    small.training = False
    # In 20 roundings 80.4, sd 1.2, and 95.5, sd 0.9.
    within(75, beside, 90, "right in batches of 4")
    within(90, 100 * small.accuracy(*TEST), 100, "right in evaluation")
    assert "| Evaluation beats training |" in NOTEBOOK.prose


def test_statistics_of_other_data_are_told_by_one_large_batch_and_computed_anew():
    """Images a third as bright are "other data": the kept statistics fail on them, those of a large batch do not."""
    other, everyone = IMAGES / 3, statistics_of(LEARN[0] / 3)
    assert share(other, TRUTH, KEPT) < 80 and share(other, TRUTH) > 95 and share(other, TRUTH, everyone) > 95
    assert ("better in training mode, in one large batch? Then compute them [anew](#The-statistics-of-all)"
            in NOTEBOOK.prose)
