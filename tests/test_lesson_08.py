"""The facts of lesson 08: what its prose, its questions and its folded answers say, computed again or looked up."""
import re
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex

import recomputed
from batchnorm_lesson import exercises, explorers, figures, questions, reference
from batchnorm_lesson.explorers import lesson_08 as lesson
from batchnorm_lesson.figures.lesson_08 import _squares as drawn_squares
from batchnorm_lesson.network import Network, train, training_and_test
from conftest import ROUNDINGS, THOROUGH
from lessons import ROOT, Notebook, contrast, right_choice

sys.path.append(str(ROOT / "tests" / "reference"))
import curves as recorder  # noqa: E402

NOTEBOOK = Notebook(8)
LEARN, TEST = training_and_test(recomputed.standardized_digits(), recomputed.LABELS)
TRAININGS, CURVES = reference.trainings(), reference.curves()
DEPTHS = list(TRAININGS["depths"])
MISCONCEPTIONS = {
    "gradient-of-layer-1": "Only the first layers get nothing: the gradient fades on its way back to them.",
    "weights-times-ten": "Where batch norm takes the size of the weights out, it takes it out of their gradient, too.",
    "noisy-network": "Batch norm helps because it keeps the means of the units in place.",
    "gamma-and-beta": "A network that learns gamma and beta uses them, to take back a good part of the normalization.",
}


def test_every_prediction_catches_a_misconception():
    asked = [name for cell in NOTEBOOK._code for name in re.findall(r'questions\.predict\("([\w-]+)"\)', cell.source)]
    assert asked == list(MISCONCEPTIONS)


def trained(steps=400, rate=0.1, **how):
    """A trained network, and its losses."""
    network = Network(**how)
    return network, list(train(network, *LEARN, steps=steps, rate=rate))


def right(activation, kind):
    """Recorded percentages, scales × depths, the mean of three starts; kind 1 is with batch norm."""
    accuracies = TRAININGS["by_scale"][list(TRAININGS["activations"]).index(activation)]
    return 100 * accuracies.mean(axis=-1)[:, :, kind]


def where(values, scale, depth):
    return values[list(TRAININGS["scales"]).index(scale), DEPTHS.index(depth)]


# What the issue of this lesson is about

def test_twenty_sigmoid_layers_are_stuck_without_and_learn_with_batch_norm():
    stuck = where(TRAININGS["by_scale"][0][..., 0, :], 0.125, 20)
    learned = where(TRAININGS["by_scale"][0][..., 1, :], 0.125, 20)
    assert len(stuck) == len(learned) == 3 and stuck.max() < 0.15 and learned.min() >= 0.92
    network, _ = trained(depth=20, activation="sigmoid", scale=0.125, batch_norm=True, seed=1)
    assert network.accuracy(*TEST) == pytest.approx(learned[1], abs=0.02)
    assert network.accuracy(*TEST) >= 0.92


@pytest.mark.parametrize("map_, row, depth, kind, seed", [
    ("by_scale", (1, 5), 10, 0, 2), ("by_scale", (2, 4), 5, 1, 0), ("by_rate", (4,), 10, 0, 0)])
def test_the_recorded_trainings_can_be_done_again(map_, row, depth, kind, seed):
    """Within the points by which another machine's rounding moves a run."""
    found = TRAININGS[map_][row][DEPTHS.index(depth), kind, seed]
    how = {"activation": "tanh", "scale": "xavier"}
    if map_ == "by_scale":
        how = {"activation": str(TRAININGS["activations"][row[0]]), "scale": TRAININGS["scales"][row[1]]}
    network, losses = trained(depth=depth, batch_norm=bool(kind), seed=seed, **how,
                              rate=0.1 if map_ == "by_scale" else TRAININGS["rates"][row[0]])
    if np.isnan(found):
        assert np.isnan(losses[-1])
    else:
        assert network.accuracy(*TEST) == pytest.approx(found, abs=0.08)


def test_the_record_is_as_long_as_it_is_said_to_be():
    assert TRAININGS["by_scale"].size == 810 and "810 such trainings" in NOTEBOOK.prose
    assert TRAININGS["by_scale"].size + TRAININGS["by_rate"].size == 1020
    assert TRAININGS["by_scale"].shape == (3, 9, 5, 2, 3)


# Predictions and quiz

def test_the_gradient_of_layer_1():
    values = {"weight scale": 0.05, "depth layers": 20, "activation": "tanh"}
    images, labels = LEARN[0][:64], LEARN[1][:64]
    prediction = questions.predict("gradient-of-layer-1")
    _, norms = recomputed.deep(values, False, images, labels)
    assert f"{norms[19]:.1e}" == "1.4e-08" and "1.4 · 10⁻⁸" in prediction.as_text
    assert 1e-8 < min(norms[:20]) < max(norms[:20]) < 2e-8 and right_choice(prediction.choices) == "about 10⁻⁸"
    assert round(np.log10(norms[19] * 0.4 ** 19)) == -15 and f"{0.4 ** 19:.0e}" == "3e-08"
    network = Network(20, scale=0.05)
    network.forward(images)
    sizes = [np.linalg.norm(h) for h in network.activations[1:]]
    assert np.median(np.divide(sizes[1:], sizes[:-1])) == pytest.approx(0.4, abs=0.02)
    normed = recomputed.deep(values, True, images, labels)[1][:20]
    assert max(normed) < 5 and "4.95 in layer 1, 0.785 in layer 20" in NOTEBOOK.printed("%%result gradient-of-layer-1")


def test_the_explorer_of_gradients_does_not_open_on_an_answer():
    assert [cell.source for cell in NOTEBOOK._code if "explorers.gradients" in cell.source] == [
        "explorers.gradients(scale=0.4)"]


def test_ten_times_the_weights():
    lines = NOTEBOOK.printed("%%result weights-times-ten").splitlines()
    found = [re.search(r"times +(\d+): scores of one image (.*) …, gradient ([\d.]+)", line).groups() for line in lines]
    assert [k for k, _, _ in found] == ["1", "10", "100"] and len({scores for _, scores, _ in found}) == 1
    sizes = [float(size) for _, _, size in found]
    assert sizes[0] / sizes[1] == pytest.approx(10, rel=0.001) and sizes[0] / sizes[2] == pytest.approx(100, rel=0.005)
    assert "gradient becomes a tenth" in right_choice(questions.predict("weights-times-ten").choices)


def test_the_noisy_network():
    plain, normed, noisy = CURVES["drift_right"]
    prediction = questions.predict("noisy-network")
    assert f"without batch norm {plain:.0%} of" in prediction.as_text.replace(" %", "%")
    assert f"with batch norm {normed:.0%}." in prediction.as_text.replace(" %", "%")
    assert right_choice(prediction.choices) == f"about {100 * noisy:.0f} %"
    assert re.findall(r"moves by ([\d.]+) spreads a step, (\d+)%", NOTEBOOK.printed("%%result noisy-network")) == [
        ("0.00", "8"), ("0.00", "95"), ("0.32", "94")]


def test_gamma_and_beta_stay_where_they_began():
    moved = np.abs(CURVES["gammas"] - 1).mean(axis=1)
    assert max(moved[:-1]) < 0.03 < 0.2 < moved[-1]
    prediction = questions.predict("gamma-and-beta")
    assert right_choice(prediction.choices) == f"about {moved.mean():.2f}"
    assert [f"{100 * right:.0f} %" for right in CURVES["gammas_right"]] == ["97 %", "97 %"]
    assert "97 % of the held-out digits are right" in prediction.as_text
    assert NOTEBOOK.printed("%%result gamma-and-beta").splitlines() == [
        "a gamma is 0.02 from 1 on average, in layer 20 0.24", "right: 97% and 97%"]


def test_quiz():
    first, second, third = questions.quiz(8).questions
    assert right_choice(first.choices) == "between the weights and the activation"
    assert right_choice(second.choices) == "they move less, in relation to their size"
    assert right_choice(third.choices) == "Less drift is not what makes it learn."


# Folded answers, and what stands between the cells

@pytest.mark.parametrize("activation, plain, normed", [("tanh", "3.93", "4.96"), ("relu", "12.6", "30.9")])
def test_the_scale_with_about_the_same_gradient(activation, plain, normed):
    ratios = {}
    for scale in lesson.SCALES:
        first = [norms[0] for norms in lesson._gradients(scale, 20, activation)[0].values()]
        ratios[scale] = max(first) / min(first)
    assert min(ratios, key=ratios.get) == 0.2
    readout = lesson._gradients(0.2, 20, activation)[1]
    assert plain in readout and normed in readout and f" {plain} and {normed}" in NOTEBOOK.prose


def test_no_scale_for_the_sigmoid_and_a_climb_for_relu():
    largest = lesson._gradients(max(lesson.SCALES), 20, "sigmoid")[0]
    assert round(largest["normed"][0] / largest["plain"][0]) == 19 and "19 times too small" in NOTEBOOK.prose
    for scale in lesson.SCALES:
        squares = lesson._gradients(scale, 40, "relu")[0]["normed"]
        assert 2000 < squares[0] / squares[-1] < 4500
    assert "some 3,000 times" in NOTEBOOK.prose


def run(*settings, steps):
    race = lesson.Race(*settings)
    for _ in range(steps):
        if not race.step():
            break
    return race


def smooth(losses):
    return np.convolve(losses, np.ones(20) / 20, "valid")


def test_the_tasks_of_live_training_can_be_solved():
    answers = re.findall(r"^\d\. (\w+), (\d+) layers, scale ([\d.]+), rate ([\d.]+)\.$", NOTEBOOK.prose, re.MULTILINE)
    both, soon, never = [(name, int(depth), float(scale), float(rate)) for name, depth, scale, rate in answers]
    assert all(smooth(losses)[-1] < 0.5 for losses in run(*both, steps=120).losses)
    assert len(run(*soon, steps=20).losses[0]) < 10
    assert len(CURVES["never_losses"]) == lesson.STEPS and min(smooth(CURVES["never_losses"])) > 1
    assert np.allclose(run(*never, steps=6).losses[1], CURVES["never_losses"][:6], rtol=1e-3)
    for name, depth, scale, rate in (both, soon, never):
        explorers.live(name, depth, scale, rate).close()  # the sliders reach it


def test_what_the_live_explorer_says_of_a_training():
    race = run("tanh", 5, 0.125, 0.1, steps=20)
    assert race.state(False)[1:] == ("step 20 of 1,000", 20)
    right = [100 * np.mean(np.concatenate([network.forward(images).argmax(axis=1) for images in
                                           np.array_split(TEST[0], 5)]) == TEST[1]) for network in race.networks]
    assert right[0] != right[1]
    assert re.sub("<[^>]+>", "", race.state(True)[1]) == (
        f"step 20 of 1,000. Of 297 held-out digits right: without batch norm {right[0]:.0f} %, with batch norm "
        f"{right[1]:.0f} %")


def test_the_answers_to_the_map_of_scales():
    plain, normed = (right("tanh", kind) for kind in (0, 1))
    scales = TRAININGS["scales"]
    assert list(scales[plain[:, DEPTHS.index(20)] >= 85]) == [0.125, 0.2]
    starts = TRAININGS["by_scale"][list(TRAININGS["activations"]).index("tanh")][list(scales).index(0.125)]
    assert np.sort(100 * starts[DEPTHS.index(20), 0]).round().tolist()[:2] == [73, 95]
    assert "(At 0.125 one start of the three gets 73 %.)" in NOTEBOOK.prose
    assert min(scales[normed[:, DEPTHS.index(40)] > 50]) == 0.08 and "Below 0.08." in NOTEBOOK.prose
    assert f"{np.sqrt(1 / 64):g}" == "0.125" and f"{np.sqrt(2 / 64):.2f}" == "0.18"
    relu = right("relu", 1)
    assert list(scales[relu[:, DEPTHS.index(20)] >= 85]) == [0.03, 0.05, 0.08, 0.125, 0.2, 0.3, 0.5]
    assert list(scales[relu[:, DEPTHS.index(30)] >= 85]) == [0.08, 0.125]
    assert round(relu[:, DEPTHS.index(40)].max()) == 54 and "At 40 the best mean is 54 %" in NOTEBOOK.prose


@pytest.mark.parametrize("line, gains", [(90, [10, 10, 3, 3.3, 1]), (85, [10, 10, 3, 3.3, 3.3])])
def test_the_gain_depends_on_the_line_at_forty_layers_only(line, gains):
    share = 100 * np.nan_to_num(TRAININGS["by_rate"]).mean(axis=-1)
    highest = [[max(TRAININGS["rates"][share[:, j, kind] > line]) for kind in (0, 1)] for j in range(len(DEPTHS))]
    assert [round(normed / plain, 1) for plain, normed in highest] == gains
    assert not (np.abs(share - 85) < 1).any()  # so the rounded numbers of the map say the same


def test_the_answers_to_the_map_of_rates():
    share = 100 * np.nan_to_num(TRAININGS["by_rate"]).mean(axis=-1)
    rates = list(TRAININGS["rates"])
    assert tuple(np.round(share[rates.index(0.1), DEPTHS.index(40)])) == (12, 89)
    assert "at rate 0.1 it is 12 % without, 89 % with" in NOTEBOOK.prose
    twenty = share[:, DEPTHS.index(20)]
    better = {rate: tuple(np.round(row)) for rate, row in zip(rates, twenty) if row[1] - row[0] > 60}
    assert better == {0.3: (18, 94)} and "18 % without, 94 % with" in NOTEBOOK.prose


def test_half_the_steps():
    steps = [exercises.steps_until.answer(losses, 0.5, 20) for losses in CURVES["xavier_losses"]]
    assert steps == [89, 49] and "89 steps without, 49 with batch norm" in NOTEBOOK.prose


# What is recorded: it comes from this code, and says what the lesson says

@pytest.mark.parametrize("part", [
    lambda: recorder.drift(steps=12), lambda: recorder.walks(depths=(10,), probed=range(5, 15, 5)),
    lambda: recorder.sixty(("plain", "residual"), steps=10), lambda: recorder.sooner(steps=15)])
def test_the_record_begins_as_the_networks_train(part):
    for name, values in part().items():
        found = CURVES[name]
        if "right" in name or name in ("drift_steps", "walk_steps"):  # these are of the whole training
            continue
        first = found[tuple(map(slice, values.shape))] if name != "walks" else found[:1, :, :2]
        assert np.allclose(first, values, rtol=1e-3, atol=1e-5), name


def test_the_recorded_run_of_the_live_explorer():
    race = run(*lesson.START.values(), steps=10)
    assert np.allclose(np.array(race.losses), CURVES["live_losses"][:, :10], rtol=1e-3)
    assert [f"{100 * right:.0f} %" for right in CURVES["live_right"]] == ["10 %", "95 %"]
    saved = NOTEBOOK.printed("explorers.live()")
    assert "without batch norm 10 %, with batch norm 95 %" in saved and "of 1000 steps" in saved
    plain, normed = CURVES["live_outputs"]
    alike, digits = np.corrcoef(normed), np.repeat(range(5), 3)
    of_one_digit = digits == digits[:, None]
    assert alike[of_one_digit].min() > 0.7 > 0.3 > alike[~of_one_digit].max()  # 0.85 and 0.15
    assert np.abs(plain).max() < 1e-9 and "without batch norm all near 0, with batch norm from −0." in saved


def test_the_images_of_the_live_explorer_stand_in_the_columns_of_their_digits():
    images, labels = lesson._first_batch()
    assert list(labels[lesson._shown()]) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    outputs = np.zeros((15, 64))
    outputs[4, 10], outputs[14] = 0.5, np.nan  # the second 1, its unit 10; a loss that is no number leaves nan
    table = drawn_squares(outputs)
    assert table[9 + 1, 9 + 2, 0] == 255 and set(np.unique(table[table[..., 3] > 0][:, 0])) == {127, 255}
    assert (table[..., 3] > 0).sum() == 15 * 64


def test_the_sum_and_not_batch_norm_trains_sixty_layers():
    right = {name: CURVES[f"sixty_{name}_right"] for name in recorder.SIXTY}
    assert right["plain"] < 0.2 and right["batch_norm"] < 0.2 and right["both"] > 0.9 and right["residual"] > 0.9
    without = {key: value for key, value in recorder.SIXTY["both"].items() if key != "residual"}
    assert without == recorder.SIXTY["batch_norm"]  # one thing changes in each pair
    assert recorder.SIXTY["residual"] == recorder.SIXTY["plain"] | {"residual": True}


def test_without_batch_norm_the_sum_needs_small_weights():
    outputs = {}
    for scale in (0.02, "he"):
        network = Network(60, activation="relu", scale=scale, residual=True)
        network.forward(LEARN[0][:64])
        outputs[scale] = np.linalg.norm(network.activations[-1]) / np.linalg.norm(LEARN[0][:64])
    assert outputs[0.02] < 100 and outputs["he"] > 1e13
    assert "with He's the values grow more than 10¹³ times" in NOTEBOOK.prose


def widths(walks):
    """How wide the bands are, without and with batch norm, on average: early and later, by two yardsticks."""
    found = {}
    for words, part in (("early", slice(0, 11)), ("later", slice(11, None))):
        band, squares = walks[:, part, 1] - walks[:, part, 0], walks[:, part, 2]
        found[words] = band.mean(axis=1), (band / squares).mean(axis=1)
    return found


def assert_bands(ten, twenty, within):
    for words, (lowest, highest) in {"early": (0.7, 1.25), "later": (0, 0.9)}.items():
        band, per_square = widths(twenty)[words]
        within(lowest, band[1] / band[0], highest, f"band of 20 layers with batch norm, {words}, as a ratio")
        within(0, per_square[1] / per_square[0], 0.85, f"the same by the squared norm, 20 layers, {words}")
        band, per_square = widths(ten)[words]
        within(0, band[1] / band[0], 0.5, f"band of 10 layers with batch norm, {words}, as a ratio")
        within(0, per_square[1] / per_square[0], 0.5, f"the same by the squared norm, 10 layers, {words}")


def test_the_recorded_bands_say_what_the_lesson_says_of_them():
    def recorded_within(low, value, high, what):
        assert low < value < high, what

    assert recorder.PROBED[11] == 60  # where the pictures are split
    assert_bands(*CURVES["walks"], recorded_within)


def test_bars_that_begin_at_equal_losses():
    """20 layers, seven starts without and with: 1.46 and 1.13, 0.95 and 1.04, 1.43 and 0.45, 1.32 and 1.40, …"""
    lengths = re.findall(r"bars from 0.1 … 0.3: ([\d.]+) long without, ([\d.]+) with", NOTEBOOK.printed("equal ="))
    for told, kinds in zip(lengths, CURVES["walks"], strict=True):
        equal = [[most - least for least, most, _ in steps if 0.1 < least < 0.3] for steps in kinds]
        assert min(map(len, equal)) >= 3 and told == tuple(f"{np.mean(lengths):.2f}" for lengths in equal)
    (plain, normed), _ = lengths
    assert float(normed) < 0.6 * float(plain)


long = pytest.mark.skipif(not (THOROUGH or ROUNDINGS), reason="trains for long what is recorded: THOROUGH=1")


@long
@pytest.mark.parametrize("seed", range(2))
def test_drift_trained_again(within, seed):
    found = recorder.drift(seed=seed)
    within(-1, found["drift_right"][0], 0.2, "right without batch norm, scale 0.05")
    within(0.8, found["drift_right"][1], 1.1, "right with batch norm")
    within(0.8, found["drift_right"][2], 1.1, "right with noise behind batch norm")
    within(-1, found["drift_steps"][:2].max(), 0.01, "a mean's way in a step, without noise")
    within(0.25, found["drift_steps"][2], 0.4, "a mean's way in a step, with noise")


@long
@pytest.mark.parametrize("seed", range(2))
def test_what_not_even_batch_norm_trains_trained_again(within, seed):
    within(1, min(smooth(recorder.never(seed=seed)["never_losses"])), 2.6, "lowest mean loss of 20 steps")


@long
def test_walks_trained_again(within):
    assert_bands(*recorder.walks()["walks"], within)


@long
def test_gammas_trained_again(within):
    found = recorder.gammas()
    within(0, np.abs(found["gammas"] - 1).mean(), 0.04, "how far gammas move")
    within(0.9, min(found["gammas_right"]), 1.1, "right with learned and with frozen gammas")


@long
@pytest.mark.parametrize("ways, low, high", [(("plain", "batch_norm"), -1, 0.4), (("both", "residual"), 0.5, 1.5)])
def test_sixty_layers_trained_again(within, ways, low, high):
    for name, right in recorder.sixty(ways).items():
        if name.endswith("right"):
            within(low, right, high, name)


# Pictures

def test_the_pictures_say_what_they_show():
    falling = np.linspace(3, 0.1, 60)
    assert "a ends at 0.567; b ends at 2.3." in figures.ways(a=falling, b=np.full(80, 2.3)).sentence
    layers = np.stack([np.full((2, 4), 1.0), np.full((2, 4), 2.0)])
    sentence = figures.walks(layers, layers + [[[0.5], [0.25]]], np.arange(4.0), 2).sentence
    assert "10 layers, early: 0.5 without, 0.25 with batch norm" in sentence
    sentence = figures.wandering(np.stack([falling] * 3), np.stack([0 * falling, falling / 9, -falling])).sentence
    assert "the unit's mean between 0 and 0.3" in sentence and "between −1 and −0.1" in sentence
    dots = np.array([-9.0, 1.0])
    assert figures.one_layer(dots, dots, dots, dots / 10).sentence.endswith("h from −0.9 to 0.1.")


def test_the_numbers_of_a_map_can_be_read_on_their_squares():
    shares = np.linspace(0.2, 1, 81)
    picture = figures.maps(shares, [5], shares[:, None], shares[:, None], 0.2, 5)
    for side in picture._canvas.figure.axes:
        table = next(part for part in side.collections if part.get_array() is not None)
        numbers = [text for text in side.texts if text.get_animated()]
        for label, square in zip(numbers, table.to_rgba(table.get_array().ravel()), strict=True):
            assert contrast(to_hex(square), to_hex(label.get_color())) >= 4.5, label.get_text()


def test_the_map_shows_nan_as_such():
    picture = figures.maps([0.1, 0.2], [5, 10], np.array([[0.9, np.nan], [0.1, 0.6]]), np.ones((2, 2)), 0.1, 10)
    assert "in 2 squares without batch norm, in 4 with it" in picture.sentence
    assert "0.1, 10 layers: nan without, 100 with" in picture.sentence
