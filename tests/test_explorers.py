"""Every explorer without a browser or a kernel: moved to its ends and anywhere, it stays whole and says the truth."""
import base64
import functools
import gc
import html
import io
import random
import re
import subprocess
import sys
import threading
import tracemalloc
import types
from unittest import mock

import ipywidgets as widgets
import matplotlib
import matplotlib.style
import numpy as np
import pytest
from matplotlib._pylab_helpers import Gcf
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.spines import Spine
from matplotlib.text import Text
from PIL import Image, ImageFilter

import expected
from batchnorm_lesson import explorers, figures
from batchnorm_lesson.figures import style
from batchnorm_lesson.figures.picture import coarser, png_file
from lessons import ODD_POWER

RANDOM_POSITIONS = 3
WIDEST, SMALLEST_FONT = 7.2, 11  # inches, points

pytestmark = pytest.mark.filterwarnings("error:::batchnorm_lesson")
every_explorer = pytest.mark.parametrize("name", explorers.__all__)


def positions_of(control):
    """All the positions that a person can put a control in, from the lowest to the highest."""
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    values = control.min + control.step * np.arange(round((control.max - control.min) / control.step) + 1)
    return [float(value) for value in (control.base ** values if hasattr(control, "base") else values)]


def settings(explorer):
    """Both ends of each control alone, and 0 where it lies between; then all anywhere, at random but repeatable."""
    places = {name: positions_of(control) for name, control in explorer.controls.items()}
    ends = [{name: positions[end]} for name, positions in places.items() for end in (0, -1)]
    zeros = [{name: 0} for name, positions in places.items() if 0 in positions[1:-1]]
    chance = random.Random(1)
    return ends + zeros + [{name: chance.choice(positions_of(control)) for name, control in explorer.controls.items()}
                   for _ in range(RANDOM_POSITIONS)]


@functools.cache
def shared(name):
    """One explorer of each kind for all the tests that do not need a new one; making it costs more than moving it."""
    return getattr(explorers, name)()


@functools.cache
def moves(name):
    """What an explorer shows after each of its settings, each set from the start: for all the tests below at once."""
    explorer = shared(name)
    start, found = explorer.values, []
    for setting in [{}, *settings(explorer)]:
        explorer.set(**start)
        explorer.set(**setting)
        labels = texts(explorer)
        found.append(types.SimpleNamespace(
            setting=setting, values=explorer.values, words=explorer.text, html=explorer._words.value,
            picture=shown(explorer),
            named={control.description: control.value for control in explorer.controls.values()},
            problems=[*outside(explorer, labels), *overlapping(labels), *at_the_border(explorer)],
            small=[text.get_text() for text, _ in labels if text.get_fontsize() < SMALLEST_FONT]))
    return found


def shown(explorer):
    """The file of the picture that the reader sees."""
    kind, _, written = bytes(explorer._image.value).partition(b",")
    assert kind == b"data:image/png;base64"
    return base64.b64decode(written)


def figure_of(explorer):
    if explorer.picture._canvas is None:  # only the last few pictures keep their figure; moving brings it back
        explorer.set(**explorer.values)
    return explorer.picture._canvas.figure


def moving_parts(explorer):
    moving = figure_of(explorer).findobj(lambda part: part.get_animated() and part.get_visible())
    return [part for part in moving if not isinstance(part, Spine)]


def texts(explorer):
    """Every text that is drawn, with its box in pixels: labels, titles, axes' names, tick labels within the limits."""
    figure = figure_of(explorer)
    may_move = [text for axes in figure.axes for text in (*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label)]
    return [*still_texts(figure), *boxes([text for text in may_move if text.get_animated()])]


@functools.lru_cache(maxsize=8)
def still_texts(figure):
    """Those that are drawn once, with the background."""
    found = [*figure.texts]
    with style.context():  # where the ticks are depends on the size of their labels
        for axes in figure.axes:
            found += [*axes.texts, axes.title]
            for axis, limits in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
                if axes.axison and axis.get_visible():
                    ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels())
                    found += [axis.label, *(label for place, label in ticks if limits[0] <= place <= limits[1])]
    return boxes([text for text in found if not text.get_animated()])


def boxes(found):
    return [(text, text.get_window_extent()) for text in found if text.get_visible() and text.get_text().strip()]


def points(part):
    """The points of a mark in pixels: the ends of its lines, the corners of its areas, the tips of its arrows."""
    if isinstance(part, AxesImage):
        left, right, bottom, top = part.get_extent()
        return part.axes.transData.transform([(left, bottom), (right, top)])
    if isinstance(part, Quiver):
        tails, arrows = part.get_offsets(), np.column_stack([part.U, part.V])
        return part.axes.transData.transform(np.vstack([tails, tails + arrows]))
    paths = part.get_paths() if isinstance(part, Collection) else [part.get_path()]
    corners = [part.get_transform().transform(path.vertices[path.codes != Path.CLOSEPOLY] if path.codes is not None
                                              else path.vertices) for path in paths if len(path.vertices)]
    found = np.vstack([np.empty((0, 2)), *corners])
    return found[np.isfinite(found).all(axis=1)]


def overlap(one, other):
    """How far two boxes reach into each other, in pixels, in the direction in which it is less."""
    return min(min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0))


# What every explorer offers


@every_explorer
def test_mimebundle_has_picture_sentence_and_widget(name):
    explorer = shared(name)
    bundle, metadata = explorer._repr_mimebundle_()
    saved = getattr(explorer, "saved", explorer.picture)  # live saves the end of a recorded run
    assert metadata["image/png"] == dict(zip(("width", "height"), saved.size)) | {"alt": saved.sentence}
    assert set(bundle) == {"text/plain", "image/png", "application/vnd.jupyter.widget-view+json"}
    assert bundle["text/plain"].endswith(saved.sentence) and len(saved.sentence.split()) > 5
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    width, height = Image.open(io.BytesIO(shown(explorer))).size
    assert (width / 2, height / 2) == explorer.picture.size
    assert not Gcf.figs, "a figure was left to pyplot"


@every_explorer
def test_every_control_is_labelled_with_its_range(name):
    for control in shared(name).controls.values():
        assert control.description.strip() and len(set(positions_of(control))) > 1


@every_explorer
def test_every_move_changes_picture_and_words(name):
    start, *others = moves(name)
    for move in others:
        assert "could not be drawn" not in move.html, move.setting
        assert move.values == start.values or move.words != start.words, f"{move.setting}: the words stay the same"
    # A picture may not show the way from the start to one of the ends (eps 1e-5 to 1e-8), but that from end to end.
    controls = shared(name).controls
    for control, low, high in zip(controls, others[::2], others[1::2]):
        assert low.picture != high.picture, f"the picture does not show {control}"


@every_explorer
def test_words_say_the_right_numbers(name):
    for move in moves(name):
        assert not expected.wrong_numbers(name, move.named, move.words), move.setting
        assert not ODD_POWER.search(move.words), move.setting


@every_explorer
def test_no_word_of_a_readout_may_change(name):
    move = moves(name)[-1]
    title, *readout, sentence = move.words.splitlines(keepends=True)
    for word in re.finditer(r"\S+", "".join(readout)):
        end = len(title) + word.end()
        changed = f"{move.words[:end]}1{move.words[end:]}"
        assert expected.wrong_numbers(name, move.named, changed), f"tests/expected overlooks '{word[0]}1'"


@every_explorer
def test_nothing_leaves_the_picture_and_no_labels_overlap(name):
    problems = [f"{move.setting}: {problem}" for move in moves(name) for problem in move.problems]
    assert not problems, "\n".join(problems)


@every_explorer
def test_size_and_fonts(name):
    assert figure_of(shared(name)).get_figwidth() <= WIDEST
    assert not [move for move in moves(name) if move.small]


def outside(explorer, found):
    """Labels outside the figure, and marks outside the frame of their axes."""
    figure = figure_of(explorer)
    edge = figure.bbox
    for text, box in found:
        if not (edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1):
            yield f"'{text.get_text()}' leaves the figure"
    for part in moving_parts(explorer):
        if not isinstance(part, Text):
            frame = part.axes.bbox
            away = points(part) - np.clip(points(part), frame.min - 1, frame.max + 1)
            if away.any():
                yield f"{type(part).__name__} leaves its frame by {abs(away).max():.0f} pixels"


def at_the_border(explorer):
    """Whatever is drawn, the background's marks too, leaves the outermost pixels white."""
    pixels = np.asarray(explorer.picture._paint())
    if min(edge.min() for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])) < 255:
        yield "something touches the picture's border"


def overlapping(found):
    """Pairs of labels that lie over each other by more than a pixel of the page."""
    for i, (text, box) in enumerate(found):
        for other, other_box in found[:i]:
            if overlap(box, other_box) > style.SHARPNESS:
                yield f"'{text.get_text()}' overlaps '{other.get_text()}' by {overlap(box, other_box):.0f} pixels"


# Nothing else leaves a trace

@every_explorer
def test_reset_leads_back_to_the_same_bytes(name):
    """Twice, since a picture may keep the state before the last one as a ghost."""
    explorer, start = shared(name), moves(name)[0]
    for setting in settings(explorer)[-RANDOM_POSITIONS:]:
        explorer.set(**setting)
    press(explorer, "Reset")
    press(explorer, "Reset")
    assert (explorer.values, explorer.text) == (start.values, start.words)
    assert shown(explorer) == start.picture


@every_explorer
def test_a_soft_picture_shows_what_the_sharp_one_shows(name):
    """Blurred, as an edge that lies half a pixel off counts for nothing; what is missing or moved is off by 120."""
    picture = shared(name).picture
    sharp, soft = (Image.open(io.BytesIO(picture.png(sharp=fine))) for fine in (True, False))
    assert soft.size == picture.size
    blurred = [np.asarray(image.filter(ImageFilter.BoxBlur(3)), dtype=int) for image in (sharp.resize(soft.size), soft)]
    assert np.abs(blurred[0] - blurred[1]).max() < 80


@every_explorer
def test_every_button_and_every_entry_of_a_list_leads_to_right_words(name):
    explorer, start = shared(name), moves(name)[0]
    acts = {button.description: button.click for button in _widgets(explorer) if isinstance(button, widgets.Button)}
    for control, widget in explorer.controls.items():
        if isinstance(widget, widgets.Dropdown):
            acts |= {f"{control}: {entry}": functools.partial(explorer.set, **{control: entry})
                     for entry in positions_of(widget)}
    ends = [{control: positions_of(widget)[end] for control, widget in explorer.controls.items()} for end in (0, -1)]
    for caption, act in acts.items():
        if caption in ("Train", "Stop"):  # test_live.py
            continue
        moved = []
        for values in (start.values, *ends):
            explorer.set(**values)
            before = explorer.values
            act()
            moved.append(explorer.values != before)
            named = {control.description: control.value for control in explorer.controls.values()}
            assert not expected.wrong_numbers(name, named, explorer.text), caption
            assert "could not be drawn" not in explorer._words.value, caption
        assert any(moved), f"{caption} does nothing"
    explorer.set(**start.values)


def press(explorer, caption):
    buttons = [button for button in _widgets(explorer) if getattr(button, "description", "") == caption]
    assert len(buttons) == 1
    buttons[0].click()


def _widgets(box):
    return [box, *(found for child in getattr(box, "children", ()) for found in _widgets(child))]


class Drawn(Exception):
    """A picture has looked at its arguments, and begins to draw."""


@every_explorer
def test_its_picture_can_begin_at_every_setting(monkeypatch, name):
    """What the sliders reach, an explorer may be started with, and a picture that has cooled down is made anew."""
    explorer, places = shared(name), [move.values for move in moves(name)]
    for end in (0, -1):
        explorer.set(**{name: positions_of(control)[end] for name, control in explorer.controls.items()})
        places.append(explorer.values)
    explorer.set(**places[0])
    monkeypatch.setattr(style, "figure", mock.Mock(side_effect=Drawn))
    for values in places:
        with pytest.raises(Drawn):
            explorer.make(**explorer.compute(**values)[0])


@every_explorer
def test_painting_twice_gives_the_same_bytes(name):
    explorer = shared(name)
    explorer.set(**explorer.values)
    once, twice = (png_file(np.asarray(explorer.picture._paint()), 1) for _ in range(2))
    assert once == twice == shown(explorer)


@every_explorer
def test_the_readers_own_settings_change_nothing_and_stay(name):
    plain = moves(name)[-1]
    with matplotlib.rc_context():
        matplotlib.style.use("dark_background")
        matplotlib.rcParams.update({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "figure.dpi": 30})
        odd = dict(matplotlib.rcParams)
        explorer = getattr(explorers, name)()
        explorer.set(**plain.setting)
        assert shown(explorer) == plain.picture
        assert dict(matplotlib.rcParams) == odd


@every_explorer
def test_an_error_is_shown_in_the_words(name):
    explorer = shared(name)
    control = next(iter(explorer.controls.values()))
    right, there = explorer.compute, control.value

    def fail(**values):
        raise ArithmeticError("<b>out of luck</b>")

    explorer.compute = fail
    control.value = next(value for value in positions_of(control) if value != there)
    assert "could not be drawn" in explorer._words.value and "&lt;b&gt;out of luck" in explorer._words.value
    explorer.compute = right
    control.value = there
    assert "could not be drawn" not in explorer._words.value
    assert explorer.picture.sentence in html.unescape(explorer._words.value)


def test_a_saved_picture_is_the_live_one_with_colours_a_little_coarser():
    explorer = explorers.scales()
    live, saved = (np.asarray(Image.open(io.BytesIO(file))).astype(int) for file in (
        shown(explorer), base64.b64decode(explorer._repr_mimebundle_()[0]["image/png"])))
    assert 0 < abs(live - saved).max() <= 3 and (saved[live == 255] == 255).all() and (saved[live == 0] == 0).all()
    assert list(coarser(np.array([0, 3, 4, 252, 255], np.uint8))) == [0, 0, 4, 255, 255]


def test_two_threads_can_move_the_sliders_of_one_explorer():
    explorer, fresh = explorers.balance(), explorers.balance()

    def move(control):
        for value in range(31):
            control.value = value

    threads = [threading.Thread(target=move, args=[explorer.controls[name]]) for name in ("x1", "x4")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fresh.set(x1=30, x4=30)
    assert explorer.text == fresh.text and shown(explorer) == shown(fresh)


def test_explorers_work_in_a_plain_python_process():
    """No kernel, no screen, nothing left to pyplot; the warnings that we could prevent are errors here anyway."""
    script = """
import sys
from batchnorm_lesson import explorers
for name in ("balance", "layers", "live"):
    assert getattr(explorers, name)()._repr_mimebundle_()[0]["image/png"], name
print("all", "matplotlib.pyplot" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("all False\n", "")


def bundles_while(moving, shown):
    """Bundles of a picture or an explorer, while another thread calls moving(0), moving(30), moving(0), …

    Without the locks most of them are wrong.
    """
    stop = threading.Event()

    def keep_moving():
        for i in range(10_000):
            if stop.is_set():
                return
            moving(30 * (i % 2))

    mover = threading.Thread(target=keep_moving)
    mover.start()
    try:
        return [shown._repr_mimebundle_()[0] for _ in range(15)]
    finally:
        stop.set()
        mover.join()


def pixels(bundle):
    return Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).tobytes()


@pytest.mark.parametrize("part", ["explorer", "picture"])
def test_picture_and_words_of_a_bundle_belong_together(part):
    def still(explorer, value):
        explorer.set(x1=value)
        return (explorer if part == "explorer" else explorer.picture)._repr_mimebundle_()[0]

    def moving(value):
        if part == "explorer":
            explorer.set(x1=value)
        else:
            explorer.picture.update(**explorer.compute(**explorer.values | {"x1": value})[0])

    explorer = explorers.balance()
    right = [still(explorers.balance(), end) for end in (0, 30)]
    words = {pixels(bundle): bundle["text/plain"] for bundle in right}
    still(explorer, 0)
    for bundle in bundles_while(moving, explorer if part == "explorer" else explorer.picture):
        assert bundle["text/plain"] == words.get(pixels(bundle))


# What learners hand in

FAR = np.array([-400.0, -20.0, 3.0, 9.0, 5000.0])


@pytest.mark.parametrize("draw, shown", [
    (lambda: figures.distribution(FAR), "Histogram of 5 values between −400"),
    (lambda: figures.spread(FAR, FAR.mean(), FAR.std()), "Histogram of 5 values"),
    (lambda: figures.rows([FAR, FAR[:2]]), "5000"),
    (lambda: figures.humps(FAR, FAR / 10), "in their tallest bars"),
    (lambda: figures.shift_and_squeeze(FAR, FAR), "histogram of 5 values reaches from −400 to 5000"),
    (lambda: figures.scaled(FAR / 100, FAR, 100, 0), "from −400 to 5000"),
    (lambda: figures.undo(FAR, -FAR), "inputs from −400 to 5000"),
    (lambda: figures.activation(FAR, FAR * 0, np.maximum(FAR, 0)), "outputs from 0 to 5000"),
    (lambda: figures.dead_bias(FAR, FAR, 0, 0), "histogram from −4"),
    (lambda: figures.detached(FAR / 100, FAR, -FAR, [4, 8], [9, 5], [9, 5], 4), "from −400 to 5000"),
    (lambda: figures.corner(np.linspace(-50, 50, 101)), "from −50 to 50"),
])
def test_values_far_out_are_drawn_and_counted(draw, shown):
    picture = draw()
    assert shown in picture.sentence
    for axes in picture._canvas.figure.axes:
        for line in axes.lines:
            if line.get_transform() == axes.transData and len(line.get_xdata()):
                (low, high), across = sorted(axes.get_xlim()), np.asarray(line.get_xdata(), dtype=float)
                assert low <= across.min() and across.max() <= high


@pytest.mark.parametrize("name, call", [
    ("x", lambda: figures.balance([3, 90], 5)), ("pivot", lambda: figures.balance([3, 9], 50)),
    ("x", lambda: figures.distribution([])), ("x", lambda: figures.distribution("words")),
    ("x", lambda: figures.distribution([1, np.nan])), ("x", lambda: figures.distribution([[1, 2], [3, 4]])),
    ("mean", lambda: figures.spread([1, 2], [1, 2], 1)), ("x_hat", lambda: figures.leash([1, 2], [1])),
    ("y", lambda: figures.undo([1, 2], [1, 2, 3])), ("batches", lambda: figures.rows([["a"]])),
    ("x", lambda: explorers.balance(x=(100, -7, 3, 4))), ("scale", lambda: explorers.layers(scale=0.123)),
    ("x", lambda: explorers.batch_of_four(x=(1, 2))), ("x", lambda: explorers.leash(x=(1, 2))),
    ("gamma", lambda: explorers.scale_and_shift(gamma="two")), ("unit", lambda: explorers.drift(unit=65)),
    ("rate", lambda: explorers.descent(rate=0.3)), ("eps", lambda: explorers.knee(eps=float("nan"))),
    ("which", lambda: explorers.challenge(4)), ("dy", lambda: explorers.upstream(dy=[1, 2])),
])
def test_what_cannot_be_shown_is_refused_by_its_name(name, call):
    with pytest.raises((ValueError, TypeError), match=rf"^{name} must "):
        call()


def test_whole_numbers_are_moved_on_sliders_for_whole_numbers():
    for name, control in (("descent", "step"), ("drift", "unit"), ("layers", "depth"), ("shared_cells", "k")):
        assert isinstance(getattr(explorers, name)().controls[control], widgets.IntSlider)


def test_almost_no_scale_is_no_nan():
    explorer = explorers.activation()
    explorer.set(gamma=1e-17)
    assert "nan" not in explorer.text and "all outputs are the same" in explorer.text


def test_only_the_last_pictures_keep_their_figures_and_a_cold_one_comes_back():
    """Run a notebook twenty times, and nobody sees most of what is left behind."""
    first = explorers.leash()
    first.set(x4=25)
    words, picture = first.text, shown(first)
    others = [explorers.balance() for _ in range(10)]
    assert first.picture._canvas is None and others[0].picture._canvas is None
    assert sum(explorer.picture._canvas is not None for explorer in (first, *others)) <= 6
    assert (first.text, shown(first)) == (words, picture)
    first.set(x4=17)
    fresh = explorers.leash()
    fresh.set(x4=17)
    assert first.text == fresh.text and shown(first) == shown(fresh)


@pytest.mark.parametrize("name, move", [("undo", "amount"), ("estimates", "m"), ("dead_bias", "b")])
def test_a_cold_picture_comes_back_with_its_ghosts(name, move):
    """These show where they began, or where they were before the last move."""
    cold, warm = getattr(explorers, name)(), getattr(explorers, name)()
    positions = positions_of(cold.controls[move])
    for explorer in (cold, warm):
        explorer.set(**{move: positions[1]})
        explorer.set(**{move: positions[-1]})
    cold.picture._drop_figure()
    for explorer in (cold, warm):
        explorer.set(**{move: positions[2]})
    assert cold.text == warm.text and shown(cold) == shown(warm)


def test_a_cold_still_picture_keeps_its_file_and_can_be_moved():
    picture, other = figures.squares([3, 9, 11, 17], 10, 25, top=13), figures.squares([3, 9, 11, 17], 10, 25, top=13)
    bundle = picture._repr_mimebundle_()
    picture._drop_figure()
    assert picture._repr_mimebundle_() == bundle
    for each in (picture, other):
        each.update(x=np.array([9.0, 10, 10, 11]), mean=10, var=0.5)
    assert picture.sentence == other.sentence and picture.png() == other.png()


@pytest.mark.parametrize("name", ["balance", "layers"])
def test_an_explorer_that_is_left_behind_is_small(name):
    """Notebooks are run again and again, and ipywidgets keeps every widget: figure and data must not stay with it."""
    for _ in range(3):
        getattr(explorers, name)()
    gc.collect()
    tracemalloc.start()
    left = [getattr(explorers, name)() for _ in range(3)]
    for explorer in left:
        explorer.picture._drop_figure()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0] / len(left)
    tracemalloc.stop()
    assert size < 250_000


def test_looks_are_shared():
    """Each Layout or style of its own would be 3 KiB more that a notebook never gives back."""
    explorers.balance()
    before = list(widgets.widgets.widget._instances.values())
    explorers.balance()
    new = [each for each in widgets.widgets.widget._instances.values() if each not in before]
    assert not [each for each in new if isinstance(each, widgets.Layout)] and len(new) <= 16
