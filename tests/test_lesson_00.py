"""The facts of lesson 00, computed here in plain NumPy."""
import itertools
import re

import numpy as np
import pytest
from matplotlib.image import AxesImage

import recomputed
from batchnorm_lesson import exercises, explorers, figures, questions
from batchnorm_lesson.explorers import lesson_00 as lesson
from batchnorm_lesson.figures.style import number
from batchnorm_lesson.network import Network, cross_entropy, spread_over_batch, train
from lessons import QUESTIONS, Notebook, right_choice

NOTEBOOK = Notebook(0)
IMAGES = recomputed.standardized_digits()
SCALES = np.geomspace(0.03, 0.96, 11)
MISCONCEPTIONS = {
    "loss-of-guessing": "A loss is a percentage of right or wrong answers.",
    "thirty-layers": "Values between −1 and 1 stay there, or fade by the same amount in each layer.",
    "scales-that-work": "Large weights do no harm where the activation is bounded, and training repairs a bad scale.",
}


def test_every_prediction_has_its_misconception():
    code = "".join(cell.source for cell in NOTEBOOK._code)
    assert list(MISCONCEPTIONS) == re.findall(r'questions\.predict\("([^"]+)', code)


def chain(scale, depth=30, batch_norm=False, images=IMAGES[:64]):
    """The outputs of all layers for a mini-batch."""
    rng, outputs = np.random.default_rng(0), [images]
    for _ in range(depth):
        z = outputs[-1] @ (scale * rng.normal(size=(64, 64)))
        outputs.append(np.tanh((z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) if batch_norm else z))
    return outputs


def spread(h):
    return np.mean([np.sqrt(np.mean((unit - unit.mean()) ** 2)) for unit in h.T])


# What the layers leave

def test_guessing_costs_ln_10():
    prediction = questions.predict("loss-of-guessing")
    assert f"{np.log(10):.2f}" in prediction.as_text and "nearly the same" in right_choice(prediction.choices)
    low, high = map(float, re.findall(r"0\.\d+", NOTEBOOK.printed("%%result loss-of-guessing"))[:2])
    assert 0.09 < low < high < 0.11 and "right answers: 10%" in NOTEBOOK.printed("%%result loss-of-guessing")


def test_thirty_layers_prediction_is_what_thirty_layers_do():
    prediction, outputs = questions.predict("thirty-layers"), chain(0.05)
    spreads = [spread(h) for h in outputs]
    assert f"the spread {spreads[0]:.2f}. After layer 1 it is {spreads[1]:.2f}," in prediction.as_text
    assert all(after / before == pytest.approx(0.4, abs=0.07) for before, after in zip(spreads, spreads[1:]))
    assert spreads[10] < 1e-4 and number(np.log10(spreads[30]), 0) == "−12"
    assert 0.4 ** 10 == pytest.approx(1e-4, rel=0.1) and 0.4 ** 30 == pytest.approx(1e-12, rel=0.2)
    assert spreads[1] / 3 == pytest.approx(spreads[2], rel=0.2) and "layer 2 leaves" in prediction.choices[2]["because"]
    assert right_choice(prediction.choices) == "row B after 10 layers, row B after 30"
    assert "B all 0, an even grey; C from −0.3 to 0.3" in NOTEBOOK.printed("figures.patterns")
    shown = NOTEBOOK.printed("%%result thirty-layers")
    assert "layer 10 all 0, an even grey" in shown and shown.endswith("10⁻¹².")
    assert "about 0.4 of the spread: √64 · 0.05" in NOTEBOOK.prose and 64 ** 0.5 * 0.05 == pytest.approx(0.4)


def test_spread_is_that_of_the_lesson():
    h = chain(0.05)[1]
    assert spread_over_batch(h) == pytest.approx(spread(h))
    assert f"images {spread(IMAGES[:64]):.2f}, after layer 1 {spread(h):.2f}" in NOTEBOOK.printed("def spread")


def test_the_mini_batch_holds_ten_digits_and_a_three_that_is_a_millionth_off():
    assert list(recomputed.LABELS[:10]) == list(range(10))
    batch = lesson._batch()
    np.testing.assert_array_equal(np.delete(batch, 4, axis=0), IMAGES[:63])
    assert 0.5e-6 < np.abs(batch[4] - batch[3]).mean() < 1.5e-6 and "by about a millionth" in NOTEBOOK.prose
    assert lesson.NAMES[3:5] == ("3", "3′") and lesson.NAMES[lesson.EIGHT] == "8"


def difference(h, one, other):
    return np.abs(h[one] - h[other]).mean()


def test_at_scale_1_three_and_its_twin_part_behind_layer_20():
    outputs = chain(1.0, images=lesson._batch())
    assert difference(outputs[20], 3, 4) < 0.01 and difference(outputs[30], 3, 4) > 0.5 * difference(outputs[30], 3, 9)
    assert "1. Behind layer 20. In layer 30 they differ more than half as much as 3 and 8 do." in NOTEBOOK.prose
    assert difference(chain(0.14, images=lesson._batch())[30], 3, 4) < 1e-6
    assert "At 0.14 they stay together, less than a millionth apart." in NOTEBOOK.prose


def greys_of(picture):
    """The image in a picture that shows the squares."""
    return next(part for part in picture._moving if isinstance(part, AxesImage))


def test_enlarged_every_digit_has_its_pattern_and_twins_the_same():
    explorer = explorers.layers(scale=0.05)
    assert explorer.picture.sentence.count("an even grey") == 4
    explorer.set(enlarge="yes")
    assert "even grey" not in explorer.picture.sentence
    h = chain(0.05, images=lesson._batch())[30]
    h = (h - h.mean(axis=0)) / h.std(axis=0)
    shown = greys_of(explorer.picture).get_array()[45:53, :8, 0]  # the last row's first square
    np.testing.assert_allclose(shown, 127.5 * (1 - h[0].reshape(8, 8) / 2).clip(0, 2), atol=1)
    assert min(difference(h, *pair) for pair in itertools.combinations((0, 1, 2, 3, 5, 6, 7, 8, 9, 10), 2)) > 0.15
    assert difference(h, 3, 4) < 1e-5 and "Enlarged, every digit has its pattern again" in NOTEBOOK.prose


def test_with_batch_norm_no_row_dies_at_any_scale():
    spreads = [spread(h) for scale in lesson.SCALES for h in chain(scale, 40, True)[1:]]
    assert min(spreads) > 0.63 and max(spreads) < 0.65 and "about 0.64 in every layer" in NOTEBOOK.prose


def test_flat_slopes_shrink_to_a_quarter_and_weights_enlarge_by_eight():
    outputs = chain(1.0)[1:]
    assert all(0.24 < np.sqrt(np.mean((1 - h ** 2) ** 2)) < 0.28 for h in outputs[4:])
    assert all(np.mean(np.abs(h) > 0.97) > 0.7 for h in outputs[4:]) and "most units **saturate**" in NOTEBOOK.prose
    z = np.random.default_rng(1).normal(size=(1000, 64))
    enlarged = z @ np.random.default_rng(2).normal(size=(64, 64))
    assert enlarged.std() / z.std() == pytest.approx(8, rel=0.03) and "enlarge them by eight" in NOTEBOOK.prose
    network = Network(depth=30, scale=1.0)
    _, dscores = cross_entropy(network.forward(IMAGES[:64]), recomputed.LABELS[:64])
    sizes = [np.linalg.norm(gradient) for gradient in network.backward(dscores)[0]]
    assert sizes[0] > 1e6 * sizes[-1] and "explode likewise" in NOTEBOOK.prose


def test_tiny_values_still_tell_digits_apart():
    before, after = map(int, re.findall(r": (\d+)% right", NOTEBOOK.printed("faint / spread(faint)")))
    assert before < 15 and after > 50
    assert "not lost (numbers keep 16 digits down to 10⁻³⁰⁷)" in NOTEBOOK.prose
    assert np.finfo(float).precision >= 15 and 1e-308 < np.finfo(float).tiny < 1e-307  # below tiny digits are lost


def test_a_million_is_not_enough_and_a_million_millions_is():
    labels, deep = recomputed.LABELS, Network(depth=30, scale=0.05)
    deep.forward(IMAGES)
    right = {}
    for factor in (1e6, 1e12):
        reader, values = Network(depth=0), factor * deep.activations[-1]
        list(train(reader, values, labels, steps=400, rate=0.05))
        right[factor] = reader.accuracy(values, labels)
    assert right[1e6] < 0.15 and right[1e12] > 0.5 and "a million millions too small" in NOTEBOOK.prose


# The narrow valley and the wide one

def losses_of(scale, steps):
    """The losses of 20 tanh layers trained with plain gradient descent."""
    rng = np.random.default_rng(0)
    sizes = [64] * 21 + [10]
    W = [scale * rng.normal(size=size) for size in zip(sizes, sizes[1:])]
    b = [np.zeros(size) for size in sizes[1:]]
    labels, losses, rng = recomputed.LABELS, [], np.random.default_rng(0)
    for _ in range(steps):
        batch = rng.choice(len(IMAGES), 64, replace=False)
        h = recomputed.outputs_of(IMAGES[batch], W, b)
        scores = h[-1] @ W[-1] + b[-1]
        scores -= scores.max(axis=1, keepdims=True)
        log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        losses.append(-log_p[range(64), labels[batch]].mean())
        d = np.exp(log_p)
        d[range(64), labels[batch]] -= 1
        d /= 64
        for i in range(20, -1, -1):
            dW, db, d = h[i].T @ d, d.sum(axis=0), (d @ W[i].T) * (1 - h[i] ** 2)
            W[i] -= 0.05 * dW
            b[i] -= 0.05 * db
    return losses


def ends(scale, **kwargs):
    """The mean loss of the last 20 steps of 20 layers."""
    network = Network(depth=20, scale=scale, **kwargs)
    return np.mean(list(train(network, IMAGES, recomputed.LABELS, 200, rate=0.05))[-20:])


def test_three_of_eleven_scales_work(within):
    prediction = questions.predict("scales-that-work")
    for scale in SCALES[3:8]:  # those farther out are worse still; the notebook itself trains with all of them
        learns = f"{scale:.2f}" in ("0.12", "0.17", "0.24")
        within(0 if learns else 2.2, ends(scale), 2.2 if learns else np.inf, f"loss at scale {scale:.2f}")
    assert right_choice(prediction.choices) == "with 3 of the 11" and (SCALES > 0.1).sum() == 7
    assert "0.03 to 0.96, each about 1.4 times" in prediction.as_text
    assert f"the fifth is {SCALES[4]:.2f}" in prediction.as_text
    assert SCALES[1] / SCALES[0] == pytest.approx(1.4, abs=0.02)
    assert "below 2.2 only at 0.12, 0.17 and 0.24" in NOTEBOOK.printed("%%result scales-that-work")


def test_all_eleven_learn_with_batch_norm(within):
    for scale in SCALES[[0, 5, 10]]:
        within(0, ends(scale, batch_norm=True), 2.2, f"loss at scale {scale:.2f} with batch norm")
    assert "11 of 11 end below 2.2" in NOTEBOOK.printed("normed =")
    assert "has become wide: all 11 scales learn" in NOTEBOOK.prose


def test_the_picture_of_the_cure_stands_a_screen_below_the_question_that_it_answers():
    order = [NOTEBOOK.code.index(words) for words in ('predict("scales-that-work")', "explorers.drift()", "normed =")]
    assert order == sorted(order)


def test_without_normalization_the_loss_stays_at_ln_10():
    losses = losses_of(0.05, 400)
    assert f"loss {losses[0]:.2f} in the first step, {losses[-1]:.2f} in the last" in NOTEBOOK.printed("stuck =")
    assert f"{losses[-1]:.2f}" == f"{np.log(10):.2f}" and "a loss that stays at 2.30" in NOTEBOOK.prose


# Drift

def test_layer_20_changes_most_and_early():
    values = lesson._training()[0]
    ratio = np.log(values.std(axis=2))  # steps, layers, units
    ratio -= ratio[0]
    assert (np.abs(ratio[-1]).argmax(axis=0) == 2).all() and "In layer 20, in every unit" in NOTEBOOK.prose
    spread = values.std(axis=2)[:, 2]
    early = np.median(((spread - spread[0]) / (spread[-1] - spread[0]))[lesson.STEPS.index(50)])
    assert 0.5 < early < 0.65 and "on average half of the growth by step 50" in NOTEBOOK.prose
    assert (spread[-1] / spread[0]).min() == pytest.approx(3, abs=0.1)
    assert "about three times or more" in NOTEBOOK.prose
    assert f"that of unit 64 from {number(spread[0, 63])} to {number(spread[-1, 63])}" in NOTEBOOK.prose


def test_drift_is_saved_at_its_last_step_and_no_ratio_lies_beyond_its_axis():
    spread = lesson._training()[0].std(axis=2)
    assert explorers.drift().values["step"] == lesson.STEPS[-1]
    assert 0.4 < (spread / spread[0]).min() and (spread / spread[0]).max() < 50


# Pictures, quiz, exercise

def test_the_sentences_say_what_was_drawn():
    quantities, _ = lesson._drift(200, 64)
    backwards = quantities | {"values": quantities["values"][::-1]}
    assert figures.drift(**quantities).sentence != figures.drift(**backwards).sentence
    alive, dead = chain(0.16), chain(0.05)
    assert len({figures.layers(h).sentence for h in (alive, dead, alive[:15] + dead[15:])}) == 3
    assert figures.layers(alive, enlarge=True).sentence != figures.layers(alive).sentence
    assert "a from 0 to 0.5; b all 1, an even grey" in figures.patterns(
        a=np.linspace(0, 0.5, 64) + np.zeros((10, 1)), b=np.ones((10, 64))).sentence
    assert f"{(IMAGES[:10] > 0).sum()} of which are darker" in figures.network(IMAGES[:10]).sentence
    assert figures.network(IMAGES[10:20]).sentence != figures.network(IMAGES[:10]).sentence
    assert "below 2.2 only at 0.1 and 0.2," in figures.trainable([0.05, 0.1, 0.2, 0.4], [2.3, 0.5, 0.9, 2.3]).sentence
    assert "never below 2.2" in figures.trainable([0.1, 0.2], [2.3, np.inf]).sentence
    drawn = figures.trainable([0.1, 0.2, 0.4], [2.3, 0.5, np.nan], [0.5, 0.4, 2.3]).sentence
    assert drawn.endswith("With batch norm, drawn as squares, 2 of 3 end below 2.2.")


def test_each_square_shows_its_64_values_as_greys():
    values = np.linspace(-1, 1, 64 * 20).reshape(2, 10, 64)
    picture = figures.patterns(one=values[0], two=values[1])
    pixels = np.asarray(picture._paint()).astype(int)[:, :, 0]
    left, bottom, right, top = greys_of(picture).get_window_extent().extents
    width, height = (right - left) / (10 * 9 - 1), (top - bottom) / (2 * 9 - 1)
    for row, column, at in itertools.product(range(2), (0, 3, 9), (0, 13, 63)):
        x = left + width * (9 * column + at % 8 + 0.5)
        y = pixels.shape[0] - top + height * (9 * row + at // 8 + 0.5)
        assert abs(pixels[int(y), int(x)] - 127.5 * (1 - values[row, column, at])) < 3


def test_quiz_two_to_the_thirty_and_three_times():
    first, _, third = QUESTIONS["quiz"]["00"]
    assert "billion" in right_choice(first["choices"]) and 2 ** 30 == pytest.approx(1e9, rel=0.1)
    assert "it grows" in right_choice(third["choices"])


def test_exercise_counts_saturated_outputs():
    h = np.array([[0.99, -0.2, 0.5], [-0.98, 1.0, 0.1]])
    assert exercises.saturated_share.answer(h) == 3 / 6
