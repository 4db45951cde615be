"""The facts of lesson 06, computed here in plain NumPy or plain Python."""
import math
import re

import numpy as np
import pytest

from batchnorm_lesson import batch_norm, exercises, figures, load_digits, questions, reference
from batchnorm_lesson.explorers import lesson_06 as lesson
from lessons import Notebook, right_choice

TABLE = np.array([[1.0, 150.0], [2.0, 100.0], [3.0, 400.0], [4.0, 350.0]])
EPS = 1e-5
NOTEBOOK = Notebook(6)

MISCONCEPTIONS = {
    "row-by-itself": "What belongs to one example can be normalized together, and keeps the size that it had.",
    "means-of-maps": "Each map, or each pixel, is something of its own, and needs a mean of its own.",
}


def quiz_choice(number):
    return right_choice(questions.quiz(6).questions[number - 1].choices)


def plain_batch_norm(values, gamma=1.0, beta=0.0, eps=EPS):
    """The four steps on a list of numbers, with math.fsum."""
    mean = math.fsum(values) / len(values)
    var = math.fsum((value - mean) ** 2 for value in values) / len(values)
    return [gamma * (value - mean) / math.sqrt(var + eps) + beta for value in values]


def test_each_prediction_is_to_catch_a_misconception():
    assert set(MISCONCEPTIONS) == set(re.findall(r'predict\("([\w-]+)"', NOTEBOOK.code))


# Tables

def test_every_row_becomes_minus_one_and_one():
    prediction = questions.predict("row-by-itself")
    assert "[3, 400]" in prediction.as_text and right_choice(prediction.choices) == "[−1, 1]"
    for row in TABLE:
        np.testing.assert_allclose(plain_batch_norm(row, eps=0), [-1, 1], rtol=1e-12)
    rooms, price = (plain_batch_norm(column)[2] for column in TABLE.T)
    mean, std = TABLE[2].mean(), TABLE[2].std()
    assert f". [{rooms:.2f}, {price:.2f}]" in prediction.as_text and f". [−{std:.1f}, {std:.1f}]" in prediction.as_text
    assert f"The mean, {mean:.1f}, has been" in prediction.choices[3]["because"]
    assert NOTEBOOK.printed("%%result row-by-itself").count("[-1.00, 1.00]") == 4


def test_averaged_over_everything_the_rooms_drown():
    rooms, price = lesson._shared_cells("everything", 100)[0]["x_hat"].T
    assert "their x̂ differ by less than 0.03" in NOTEBOOK.prose
    assert np.ptp(rooms) < 0.03 and np.ptp(price) > 90 * np.ptp(rooms)


def test_the_unit_of_a_feature_does_not_matter_over_the_batch():
    start, *others = [lesson._shared_cells("axis 0: the batch", k)[0]["x_hat"] for k in (100, 1, 7, 200)]
    for x_hat in others:
        np.testing.assert_allclose(x_hat, start, atol=1e-5)
    # "as long as its variance is far above eps": not so in other units
    assert np.abs(lesson._shared_cells("axis 0: the batch", 0.001)[0]["x_hat"] - start).max() > 0.5


def test_the_table_in_the_picture_says_what_it_holds():
    x_hat = np.transpose([plain_batch_norm(column) for column in TABLE.T])
    upright = figures.shared_cells(TABLE, x_hat, [[0, 1]] * 4)
    before = upright.sentence
    assert before.startswith("2 frames") and "4 by 1" in before and "1, 150; 2, 100; 3, 400; 4, 350" in before
    assert "x̂: −1.34, −0.78; −0.45, −1.18; 0.45, 1.18; 1.34, 0.78." in before
    assert upright.update(x=TABLE, x_hat=TABLE, groups=[[0, 1]] * 4).sentence != before
    assert "4 frames" in upright.update(x=TABLE, x_hat=x_hat, groups=[[0] * 2, [1] * 2, [2] * 2, [3] * 2]).sentence
    assert "1 frame holds" in upright.update(x=TABLE, x_hat=x_hat, groups=np.zeros((4, 2))).sentence


def test_layer_normalization_does_not_look_at_the_other_examples():
    images, _ = load_digits()
    layer = images[:5] @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))
    before, after = (batch_norm(layer[[first, 1, 2, 3]], eps=0) for first in (0, 4))
    moved = abs(after - before)[1:].max()
    assert moved > 1
    assert f"batch norm, axis 0: the other three move by up to {moved:.2f}" in NOTEBOOK.printed("mini_batch, changed")
    rows = [[plain_batch_norm(row, eps=0) for row in layer[[first, 1, 2, 3]]] for first in (0, 4)]
    assert rows[0][1:] == rows[1][1:]
    assert "layer norm, axis 1: the other three move by up to 0.00" in NOTEBOOK.printed("mini_batch, changed")
    assert quiz_choice(3) == "each example gets mean 0 over its features"


# Parameters

def test_parameters_of_512_features():
    assert f"For 512 features that is {2 * 512:,} beside {512 * 512:,}." in NOTEBOOK.prose


# The bias

def test_a_bias_of_seven_moves_nothing():
    images, _ = load_digits()
    unit = images[:256] @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))[:, 11]
    moved = np.subtract(plain_batch_norm(unit + 7), plain_batch_norm(unit))
    assert abs(moved).max() < 1e-9 and "Not at all. b moves the histogram on the left" in NOTEBOOK.prose
    assert "beta = 2 does it" in NOTEBOOK.prose
    assert quiz_choice(2) == "it stays what it was"


def test_the_gradient_of_the_bias_is_zero():
    assert "the gradient of the bias is 0" in next(choice for choice in questions.quiz(6).questions[1].choices
                                       if choice.get("right"))["because"]
    rng = np.random.default_rng(3)
    x, dy = rng.normal(9, 5, 64), rng.normal(size=64)
    up, down = (np.dot(dy, plain_batch_norm(x + step)) for step in (1e-3, -1e-3))
    first, second = (np.dot(dy, plain_batch_norm(x + step * np.eye(64)[0])) for step in (1e-3, -1e-3))
    assert abs(up - down) < 1e-9 < 1e-6 < abs(first - second)


# Images

def digits(count=4):
    return load_digits()[0][:count].reshape(count, 8, 8)


def plain_maps(images):
    """Images through the three filters of the lesson, in plain loops."""
    filters = [[[1 / 9] * 3] * 3, [[-1 / 3, 0, 1 / 3]] * 3, [[-0.04] * 3, [0] * 3, [0.04] * 3]]
    return np.array([[[[sum(image[h + i, w + j] * kernel[i][j] for i in range(3) for j in range(3)) for w in range(6)]
                       for h in range(6)] for kernel in filters] for image in images])


def test_three_means_for_four_images_of_three_channels():
    entry, maps = questions.predict("means-of-maps").entry, lesson.digit_maps()
    assert f"its shape is {maps.shape}, which is {maps.size} numbers" in entry["question"]
    assert entry["answer"] == maps.mean(axis=(0, 2, 3)).size and "144" in entry["because"]
    one_map, one_pixel, one_image = maps.mean(axis=(2, 3)), maps.mean(axis=0), maps.mean(axis=(1, 2, 3))
    wrong = {"One mean for each map": one_map, "of each channel. So it would": one_pixel, "for each image": one_image,
             "for each pixel: that mixes": maps.mean(axis=(0, 1)), "for everything": maps.mean(),
             "each mean runs over": maps[:, 0]}
    for words, means in wrong.items():
        guess = questions.predict("means-of-maps")
        guess.box.value = str(means.size)
        guess.reveal()
        assert words in guess._feedback.value, words
    assert len(wrong) == len(entry["tempting"])
    assert "(32, 16, 14, 14)" in questions.quiz(6).as_text and quiz_choice(1).startswith("16,")
    assert any(choice["text"].startswith(f"{16 * 14 * 14:,}") for choice in questions.quiz(6).questions[0].choices)
    printed = NOTEBOOK.printed("%%result means-of-maps").splitlines()
    assert printed[1] == "axes (0, 2, 3)   :   3 means, each over 144 numbers" and "second line" in NOTEBOOK.prose


def test_one_statistic_for_everything_drowns_the_weak_channel():
    spread = {shared: lesson._feature_maps(shared, 0, 0, 2, 2)[0]["x_hat"][:, 2].std() for shared in lesson.SHARED}
    assert spread["everything"] < 0.1 and spread["one channel: N, H, W"] == pytest.approx(1, abs=1e-4)


def test_a_moved_digit_stays_itself_only_with_one_pair_for_each_channel():
    x = plain_maps(digits())
    moved = x.copy()
    moved[1] = np.roll(x[1], 1, axis=-1)
    by_channel = batch_norm(moved)[1] - np.roll(batch_norm(x)[1], 1, axis=-1)
    assert abs(by_channel).max() < 1e-12
    by_pixel = [batch_norm(maps.reshape(4, -1)).reshape(maps.shape)[1] for maps in (x, moved)]
    off = abs(by_pixel[1] - np.roll(by_pixel[0], 1, axis=-1)).max()
    assert off > 1 and f"x̂ is off by up to {off:.4f}" in NOTEBOOK.printed("moved = maps.copy()")


def test_x_drawn_where_x_hat_belongs_changes_the_sentence():
    quantities, _ = lesson._feature_maps("one channel: N, H, W", 0, 0, 2, 2)
    right = figures.feature_maps(**quantities).sentence
    assert figures.feature_maps(**{**quantities, "x_hat": quantities["x"]}).sentence != right


# PyTorch, and the mistakes to meet

def test_the_four_lines_of_the_lesson_are_what_pytorch_computes():
    for name, axes, shape in [("BatchNorm1d", 0, -1), ("BatchNorm2d", (0, 2, 3), (1, -1, 1, 1))]:
        x, gamma, beta, eps, right = (reference.load()[name][key] for key in ("x", "gamma", "beta", "eps", "y"))
        mean = x.mean(axis=axes, keepdims=True)
        x_hat = (x - mean) / np.sqrt(((x - mean) ** 2).mean(axis=axes, keepdims=True) + eps)
        y = gamma.reshape(shape) * x_hat + beta.reshape(shape)
        assert y.shape == right.shape and abs(y - right).max() < 1e-10 * abs(right).max()


@pytest.mark.parametrize("exercise, name, axes", [
    ("batch_norm_features", "wrong axis", 1), ("batch_norm_features", "one statistic for the whole table", (0, 1)),
    ("batch_norm_conv", "one statistic for the whole tensor", (0, 1, 2, 3)),
    ("batch_norm_conv", "per-pixel statistics", 0)])
def test_the_mistakes_to_meet_are_named(exercise, name, axes):
    def wrong(x, gamma, beta, eps):
        shape = (1, -1) + (1,) * (x.ndim - 2)
        x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
        return gamma.reshape(shape) * x_hat + beta.reshape(shape)

    assert getattr(exercises, exercise).check(wrong).mistake == name


def test_the_large_maps_say_what_they_show():
    maps = np.array([[[0.0, 1.0], [-0.5, 0.25]], [[2.0, 0.0], [0.0, -1.25]]])
    sentence = figures.large_maps(maps, ["as it was", "moved"]).sentence
    assert "2 maps" in sentence and "As it was: from −0.5 to 1, darkest in row 0, column 1." in sentence
    assert "Moved: from −1.25 to 2, darkest in row 0, column 0." in sentence
    assert figures.large_maps(maps[:, ::-1], ["as it was", "moved"]).sentence != sentence


def test_the_moved_one_is_drawn_moved_by_channel_and_as_another_by_pixel():
    x = plain_maps(digits())
    channel = batch_norm(x)[1, 0]
    row, column = np.unravel_index(channel.argmax(), channel.shape)
    shown = NOTEBOOK.printed("figures.large_maps")
    assert f"By channel: from {channel.min():.1f} to {channel.max():.2f}".replace("-", "−") in shown
    assert f"darkest in row {row}, column {column}. Moved" in shown
    assert f"darkest in row {row}, column {column + 1}. By pixel" in shown
