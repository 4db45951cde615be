"""The facts of lesson 06, computed here in plain NumPy or plain Python."""
import math
import re

import numpy as np
import pytest

from batchnorm_lesson import batch_norm, exercises, explorers, figures, load_digits, questions, reference
from batchnorm_lesson.explorers import lesson_06 as lesson
from lessons import Notebook, right_choice

TABLE = np.array([[1.0, 150.0], [2.0, 100.0], [3.0, 400.0], [4.0, 350.0]])
EPS = 1e-5
NOTEBOOK = Notebook(6)


def quiz_choice(number):
    return right_choice(questions.quiz(6).questions[number - 1].choices)


def plain_batch_norm(values, gamma=1.0, beta=0.0, eps=EPS):
    """The four steps on a list of numbers, with math.fsum."""
    mean = math.fsum(values) / len(values)
    var = math.fsum((value - mean) ** 2 for value in values) / len(values)
    return [gamma * (value - mean) / math.sqrt(var + eps) + beta for value in values]


def numbers_in(text):
    return [float(found.replace("−", "-").replace(",", "")) for found in re.findall(r"[−-]?\d[\d,]*(?:\.\d+)?", text)]


# Tables

def test_every_row_becomes_minus_one_and_one():
    prediction = questions.predict("row-by-itself")
    assert "[3, 400]" in prediction.as_text and "[−1, 1]" in right_choice(prediction.choices)
    for row in TABLE:
        np.testing.assert_allclose(plain_batch_norm(row, eps=0), [-1, 1], rtol=1e-12)
    rooms, price = (plain_batch_norm(column)[2] for column in TABLE.T)
    assert f"[{rooms:.2f}, {price:.2f}]: above the average" in prediction.as_text
    assert NOTEBOOK.printed("%%result row-by-itself").count("[-1, 1]") == 4


def test_the_task_has_its_answers_and_the_rooms_drown():
    unit = explorers.shared_cells().controls["k"]
    steps = np.arange(unit.min, unit.max + 1)
    rows = {k: lesson._shared_cells("axis 1: each example", k)[0]["x_hat"] for k in steps}
    assert [k for k in steps if not np.allclose(rows[k], [-1, 1], atol=1e-4)] == [1, 2]
    np.testing.assert_allclose(rows[2], [[-1, 1], [0, 0], [-1, 1], [-1, 1]], atol=1e-4)
    np.testing.assert_allclose(rows[1], [[-1, 1], [1, -1], [-1, 1], [1, -1]], atol=1e-3)
    assert "At k = 2 the second flat has 2 rooms and the price 2: no spread, and x̂ is 0." in NOTEBOOK.prose
    assert "At k = 1 the price of two flats is below their rooms, so −1 and 1 change places." in NOTEBOOK.prose
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


def test_layer_normalization_leaves_the_units_off_centre():
    images, _ = load_digits()
    layer = images[:256] @ np.random.default_rng(0).normal(scale=1 / 8, size=(64, 16))
    by_image = (layer - layer.mean(1, keepdims=True)) / layer.std(1, keepdims=True)
    farthest = abs(by_image.mean(axis=0)).max()
    assert abs(by_image.mean(axis=1)).max() < 1e-12 and farthest > 1.5
    assert f"axis 1: the means of the units are up to {farthest:.2f} away" in NOTEBOOK.printed("for axis in (0, 1)")
    assert abs(batch_norm(layer).mean(axis=0)).max() < 1e-12


# Parameters

def test_parameters_of_512_features():
    assert f"2 · 512 = {2 * 512:,}, beside {512 * 512:,} weights." in NOTEBOOK.prose
    assert 512 in explorers.parameters().controls["C"].options
    assert numbers_in(quiz_choice(3)) == [256 / 4]


def test_from_256_features_on_it_is_less_than_one_percent():
    options = explorers.parameters().controls["C"].options
    assert [C for C in options if 2 * C < 0.01 * C * C][0] == 256
    assert [C for C in range(1, 1025) if 2 / C < 0.01] == list(range(201, 1025))
    assert [C for C in options if 2 * C == C * C] == [2]
    assert "below 1 % for every C above 200; on the slider that is 256. At C = 2 they are even." in NOTEBOOK.prose


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
    entry = questions.predict("means-of-maps").entry
    assert "(4, 3, 6, 6), which is 432 numbers" in entry["question"] and lesson.digit_maps().shape == (4, 3, 6, 6)
    assert entry["answer"] == lesson.digit_maps().mean(axis=(0, 2, 3)).size and "144" in entry["because"]
    assert "(32, 16, 14, 14)" in questions.quiz(6).as_text and quiz_choice(1).startswith("16,")
    assert any(choice["text"].startswith(f"{16 * 14 * 14:,}") for choice in questions.quiz(6).questions[0].choices)


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


def test_more_images_do_not_help_one_pair_for_each_pixel():
    x = plain_maps(digits(256))
    moved = x.copy()
    moved[1] = np.roll(x[1], 1, axis=-1)
    by_pixel = [batch_norm(maps.reshape(len(x), -1)).reshape(maps.shape)[1] for maps in (x, moved)]
    off = abs(by_pixel[1] - np.roll(by_pixel[0], 1, axis=-1)).max()
    assert f"with 256 of them it is off by up to {off:.1f}" in NOTEBOOK.prose


def test_a_digit_moved_in_its_image_is_a_little_off_at_the_edge():
    images = digits()
    moved = images.copy()
    moved[1] = np.pad(images[1], ((0, 0), (1, 0)))[:, :-1]
    off = {}
    for name, normalized in [("channel", batch_norm),
                             ("pixel", lambda x: batch_norm(x.reshape(len(x), -1)).reshape(x.shape))]:
        before, after = normalized(plain_maps(images)), normalized(plain_maps(moved))
        off[name] = abs(after[1, :, :, 1:] - before[1, :, :, :-1]).max()
    assert f"x̂ is off by {off['channel']:.2f}, by pixel by {off['pixel']:.1f}.)" in NOTEBOOK.prose


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
