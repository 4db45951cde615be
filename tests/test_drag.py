"""Points that can be dragged in a picture: each is declared where it is drawn, and follows mouse and finger."""
import sys
import types

import nbformat
import numpy as np
import pytest

from batchnorm_lesson import explorers
from batchnorm_lesson.explorers.base import stops_of
from batchnorm_lesson.figures.style import SHARPNESS
from batchnorm_lesson.widgets import access
from test_explorers import figure_of, moving_parts, points

DRAGGED = [name for name in explorers.__all__ if getattr(explorers, name)()._drag]
every_dragged = pytest.mark.parametrize("name", DRAGGED)


# Without a browser: where the points are declared

def grips(explorer):
    """For each point the names of its sliders, and what the page is told of it."""
    names = {control.model_id: name for name, control in explorer.controls.items()}
    return [(tuple(names[slider["model"]] for slider in grip["sliders"]), grip) for grip in explorer._grips()]


def places(explorer):
    """Each setting to look at: every slider with a point at either end, all others as at the start."""
    start, names = explorer.values, {name for names, _ in grips(explorer) for name in names}
    for setting in [{}, *({name: stops_of(explorer.controls[name])[end].item()} for name in names for end in (0, -1))]:
        explorer.set(**start)
        explorer.set(**setting)
        yield setting
    explorer.set(**start)


def drawn(explorer):
    """The places of all moving marks, in pixels of the page from the upper left corner: ``(n, 2)``."""
    found = np.concatenate([points(part) for part in moving_parts(explorer) if not hasattr(part, "get_text")])
    height = figure_of(explorer).bbox.height
    return np.column_stack([found[:, 0], height - found[:, 1]]) / SHARPNESS


@every_dragged
def test_a_point_is_declared_where_it_is_drawn(name):
    """At both ends of its slider. A redesigned picture that leaves ``drag`` as it was is found here."""
    explorer = getattr(explorers, name)()
    for setting in places(explorer):
        marks, size = drawn(explorer), explorer.picture.size
        for names, grip in grips(explorer):
            ends = np.reshape(grip["frame"], (2, 2)) * size
            # Along a line through all the axes no mark need stand.
            along = [slider["along"] for slider in grip["sliders"]] if (np.ptp(ends, axis=0) > 100).any() else [0, 1]
            for end in ends:
                assert np.abs(marks - end)[:, along].max(axis=1).min() < 1, f"{names}: nothing at {end}, {setting}"
                assert (0 <= end).all() and (end <= size).all(), f"{names} cannot be reached, {setting}"


@every_dragged
def test_the_page_knows_where_a_point_is_at_each_stop(name):
    explorer = getattr(explorers, name)()
    for setting in places(explorer):
        for names, grip in grips(explorer):
            for slider, which in zip(grip["sliders"], names):
                control, at = explorer.controls[which], np.mean(np.reshape(grip["frame"], (2, 2)), axis=0)
                stop = np.abs(stops_of(control) - control.value).argmin()
                assert len(slider["track"]) == len(stops_of(control))
                assert slider["track"][stop] == pytest.approx(at[slider["along"]], abs=2e-4), (which, setting)


def test_a_slider_that_cannot_be_moved_has_no_point():
    explorer = explorers.batch_of_four()
    explorer.controls["m"].value = 2
    assert [names for names, _ in grips(explorer)] == [("x1",), ("x2",), ("gamma",), ("beta",)]


def test_without_anywidget_the_page_is_told_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.setattr(access, "_mender", None)
    assert explorers.scale_and_shift()._grips() == []


# In the browser

SCALE, UPSTREAM = 1, 2
CELLS = ["from batchnorm_lesson import explorers", "explorers.scale_and_shift()", "explorers.upstream()"]
FAR_AWAY = 3000  # pixels


@pytest.fixture(scope="module")
def lab():
    return pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")


@pytest.fixture(scope="module")
def server(lab, browser, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("drag")
    (scratch / "files").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS)), metadata=kernel),
                   scratch / "files" / "drag.ipynb")
    with lab.server(scratch / "files", scratch / "own") as address, lab.browser_page(browser, address) as page:
        yield page, address


SCREENS = {"mouse": {}, "fine screen, zoomed": {"device_scale_factor": 2},
           "touch": {"has_touch": True, "is_mobile": False, "device_scale_factor": 2}}


@pytest.fixture(scope="module", params=SCREENS)
def page(lab, server, request):
    first, address = server
    context = first.context.browser.new_context(viewport=lab.SCREEN, **SCREENS[request.param])
    page = context.new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(error.stack or str(error)))
    page.goto(address.replace("lab?", "lab?reset&"))
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    lab.open_notebook(page, "drag.ipynb")
    lab.run_all(page)
    page.wait_for_function("() => document.querySelectorAll('.mended').length == 2")
    if "zoomed" in request.param:
        page.add_style_tag(content=".jp-OutputArea-output > .jupyter-widgets { zoom: 1.5 }")
    page.hand = Finger(page) if request.param == "touch" else page.mouse
    yield page
    assert not page.errors
    lab.close_notebook(page)
    context.close()


class Finger:
    """A finger that is used like Playwright's mouse."""

    def __init__(self, page):
        self._send, self._down, self._at = page.context.new_cdp_session(page).send, False, (0, 0)

    def _touch(self, kind, *points):
        self._send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def move(self, x, y, steps=1):
        (x0, y0), self._at = self._at, (x, y)
        for step in range(1, steps + 1) if self._down else ():
            self._touch("touchMove", (x0 + (x - x0) * step / steps, y0 + (y - y0) * step / steps))

    def down(self):
        self._down = True
        self._touch("touchStart", self._at)

    def up(self):
        self._down = False
        self._touch("touchEnd")


LOOK = """cell => {
    const words = cell.querySelector('[data-grips]'), picture = cell.querySelector('.widget-image');
    const frame = picture.getBoundingClientRect();
    return {
        points: JSON.parse(words.dataset.grips).map(({frame: [left, top, right, bottom]}) => [
            frame.left + frame.width * (left + right) / 2, frame.top + frame.height * (top + bottom) / 2]),
        values: [...cell.querySelectorAll('.widget-slider .noUi-target')].map(track =>
            Math.round(1e6 * track.noUiSlider.get(true)) / 1e6),
        words: words.innerText, width: frame.width, pixels: picture.naturalWidth / picture.getAttribute('width'),
        cursor: picture.style.cursor,
        focus: document.activeElement.getAttribute('aria-label'),
    };
}"""


def place(page, cell):
    return page.locator(".jp-Notebook .jp-Cell").nth(cell)


def look(page, cell):
    return types.SimpleNamespace(**place(page, cell).evaluate(LOOK))


def settled(page, cell):
    """The explorer when it does not change any more, and its picture is sharp."""
    seen = look(page, cell)
    while True:
        page.wait_for_timeout(700)
        before, seen = seen, look(page, cell)
        if before == seen:
            return seen


def start(page, cell):
    """Reset, in the middle of the page, with the pointer elsewhere."""
    place(page, cell).get_by_role("button", name="Reset").click()
    place(page, cell).locator(".widget-image").evaluate("image => image.scrollIntoView({block: 'center'})")
    page.hand.move(5, 5)
    return settled(page, cell)


def drag(page, point, dx, dy, steps=10):
    x, y = point
    page.hand.move(x, y)
    page.hand.down()
    page.hand.move(x + dx, y + dy, steps=steps)
    page.hand.up()


def test_a_point_follows_the_pointer_and_takes_its_slider_along(page):
    before = start(page, SCALE)
    _, (x, y) = before.points  # the dashed line beta
    drag(page, (x + 3, y - 20), before.width / 8, 11)
    after = settled(page, SCALE)
    assert after.points[1][0] - x == pytest.approx(before.width / 8, abs=before.width * 0.012)
    assert after.values[0] == before.values[0] and after.values[1] > 1 and f"{after.values[1]:g}" in after.words
    assert after.focus == "β beta"
    drag(page, after.points[0], -before.width / 16, 0)  # the tip of the arrow gamma, which beta has carried along
    last = settled(page, SCALE)
    assert last.values[1] == after.values[1] and last.values[0] < 0 and last.focus == "γ gamma"
    page.keyboard.press("ArrowRight")
    assert settled(page, SCALE).values == [last.values[0] + 0.25, last.values[1]]


def test_a_slider_has_the_focus_from_the_press_on_and_keeps_it(page):
    """A point's slider, and a slider whose track is pressed; until the release and behind it."""
    before = start(page, SCALE)
    frame = place(page, SCALE).locator(".noUi-base").nth(0).bounding_box()
    track = frame["x"] + frame["width"] - 5, frame["y"] + frame["height"] / 2
    for at, name in ((before.points[1], "β beta"), (track, "γ gamma")):
        page.hand.move(*at)
        page.hand.down()
        assert look(page, SCALE).focus == name
        page.hand.move(at[0] - 40, at[1], steps=5)
        page.hand.up()
        after = settled(page, SCALE)
        assert after.focus == name and after.values != before.values
        before = after


def test_a_pen_moves_a_point_and_the_focus(page):
    x, y = start(page, SCALE).points[1]
    send = page.context.new_cdp_session(page).send
    for kind, away in (("mousePressed", 0), ("mouseMoved", 30), ("mouseMoved", 60), ("mouseReleased", 60)):
        send("Input.dispatchMouseEvent", {"type": kind, "x": x + away, "y": y, "button": "left", "buttons": 1,
                                          "clickCount": 1, "pointerType": "pen"})
    after = settled(page, SCALE)
    assert after.values[1] > 0 and after.focus == "β beta"


def test_a_point_that_moves_upright_follows_too(page):
    before = start(page, UPSTREAM)
    drag(page, before.points[2], 40, before.points[2][1] - before.points[0][1] or -30)
    after = settled(page, UPSTREAM)
    changed = [i for i in range(4) if after.values[i] != before.values[i]]
    assert changed == [2] and after.points[2][0] == pytest.approx(before.points[2][0], abs=1)


def test_a_drag_over_the_end_stays_at_the_end_and_nothing_is_left_pressed(page):
    before = start(page, SCALE)
    for way, end in ((1, 4), (-1, -4)):
        drag(page, look(page, SCALE).points[1], way * FAR_AWAY, way * 200, steps=30)
        after = settled(page, SCALE)
        assert after.values == [before.values[0], end]
        page.hand.move(*before.points[1], steps=5)  # no button is pressed any more
        page.hand.move(before.points[1][0] + 60, before.points[1][1], steps=5)
        assert settled(page, SCALE).values == after.values


def test_the_last_of_many_moves_counts(page):
    """More moves than pictures: the kernel is still drawing when the next ones come."""
    x, y = start(page, SCALE).points[1]
    drag(page, (x, y), FAR_AWAY, 0, steps=30)
    reach = settled(page, SCALE).points[1][0] - x  # from 0 to 4
    x, y = start(page, SCALE).points[1]
    page.hand.move(x, y)
    page.hand.down()
    for there in (300, -300, 250, -200, 0, 3 / 4 * reach):
        page.hand.move(x + there, y, steps=15)
    page.hand.up()
    after = settled(page, SCALE)
    assert after.values == [1, 3] and "marks β at 3;" in place(page, SCALE).locator(".explorer-sentence").inner_text()


def test_the_picture_is_soft_in_motion_and_sharp_at_rest(page):
    x, y = start(page, SCALE).points[1]
    page.hand.move(x, y)
    page.hand.down()
    page.hand.move(x + 50, y, steps=10)
    page.wait_for_function("""cell => {
        const picture = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.widget-image');
        return picture.naturalWidth == picture.getAttribute('width');
    }""", arg=SCALE)
    page.hand.up()
    assert settled(page, SCALE).pixels == 2


def test_elsewhere_in_the_picture_nothing_is_dragged_and_a_finger_scrolls(page):
    before = start(page, SCALE)
    x, y = before.points[1]
    scrolled = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    was = page.evaluate(scrolled)
    drag(page, (x + before.width / 4, y), 0, -120)
    after = settled(page, SCALE)
    assert after.values == before.values
    finger = isinstance(page.hand, Finger)
    assert (page.evaluate(scrolled) != was) == finger
    again = start(page, SCALE)
    was = page.evaluate(scrolled)
    drag(page, again.points[1], 60, -120)
    assert settled(page, SCALE).values != before.values and page.evaluate(scrolled) == was


def test_the_cursor_says_what_can_be_dragged(page):
    if isinstance(page.hand, Finger):
        return
    seen = []
    for cell, (dx, dy) in ((SCALE, (0, 0)), (SCALE, (150, 0)), (UPSTREAM, (0, 0)), (UPSTREAM, (30, 0))):
        x, y = start(page, cell).points[-1]
        page.hand.move(x + dx, y + dy)
        seen.append(look(page, cell).cursor)
    assert seen == ["ew-resize", "", "ns-resize", ""]
