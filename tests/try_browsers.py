"""Lesson 3, its explorers and a slide in Firefox and in WebKit, the browser of Apple's devices: make test-browsers.

Both are driven over WebDriver with what Jupyter brings: Firefox speaks BiDi itself, WebKit over its WebKitWebDriver.
"""
import base64
import contextlib
import itertools
import json
import os
import shutil
import socket
import subprocess
import time

import pytest
import requests
import websocket

import lab
import test_browser
from batchnorm_lesson.editions import slides
from batchnorm_lesson.lessons import Lesson
from conftest import IN_CI
from lessons import NOTEBOOKS

LESSON = NOTEBOOKS[3]
SCREENSHOTS = lab.ROOT / "build" / "screenshots"
SLIDE = {"width": 1280, "height": 720}
KEYS = {"Enter": "\uE007", "End": "\uE010", "Home": "\uE011"}  # WebDriver's names
PATIENCE = 180  # seconds for what a kernel must do, on a busy computer


class Page:
    """The tab of a browser, with what these tests need of Playwright's page; a browser adds how it is asked."""

    def evaluate(self, script, arg=None):
        answer = json.loads(self.run("""(async () => {
            try { return JSON.stringify({value: await (SCRIPT)(ARGUMENT)}); }
            catch (error) { return JSON.stringify({error: `${error}`}); }
        })()""".replace("SCRIPT", script).replace("ARGUMENT", json.dumps(arg))))
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def wait_for_function(self, script, arg=None):
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(script, arg):
            assert time.monotonic() < deadline, f"it did not become true: {script}"
            time.sleep(0.05)

    def press(self, *keys):
        self.act("key", [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")])

    def drag(self, x, y, *ends):
        """Press the mouse button at a place and let it go at the last of these ends; without one it is a click."""
        moves = [{"type": "pointerMove", "x": round(place), "y": round(y), "duration": 20} for place in (x, *ends)]
        self.act("pointer", [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:],
                             {"type": "pointerUp", "button": 0}])

    def click(self, cell, selector):
        x, y = self.evaluate("""([cell, selector]) => {
            const part = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector(selector);
            part.scrollIntoView({block: 'center'});
            const box = part.getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2];
        }""", [cell, selector])
        self.drag(x, y)


def wait_for(act):
    """What an act returns as soon as the browser has got so far."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            return act()
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")


class Firefox(Page):
    """Firefox over WebDriver BiDi. Source: w3.org/TR/webdriver-bidi."""

    def __init__(self, program, folder):
        command = [program, "--headless", "--profile", folder, "--remote-debugging-port=0"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server = wait_for(lambda: json.loads((folder / "WebDriverBiDiServer.json").read_text()))
        self.socket = websocket.create_connection(f"ws://{server['ws_host']}:{server['ws_port']}/session",
                                                  suppress_origin=True, timeout=PATIENCE)
        self.numbers = itertools.count()
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.create", type="tab")["context"]  # the first one has no focus

    def ask(self, method, **params):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def go_to(self, address, size):
        self.ask("browsingContext.setViewport", context=self.tab, viewport=size)
        self.ask("browsingContext.navigate", context=self.tab, url=address, wait="complete")

    def run(self, promise):
        answer = self.ask("script.evaluate", target={"context": self.tab}, expression=promise, awaitPromise=True)
        return answer["result"]["value"]

    def act(self, kind, actions):
        self.ask("input.performActions", context=self.tab, actions=[{"type": kind, "id": kind, "actions": actions}])

    def screenshot(self):
        return self.ask("browsingContext.captureScreenshot", context=self.tab)["data"]

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)


class WebKit(Page):
    """WebKit over the older WebDriver, of which each command is a request. Source: w3.org/TR/webdriver2."""

    def __init__(self, program, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen([program, f"--port={port}"], stderr=subprocess.DEVNULL,
                                        env={**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)})
        self.address = f"http://127.0.0.1:{port}/session"
        made = wait_for(lambda: self.ask("", capabilities={"alwaysMatch": {"timeouts": {"script": 1000 * PATIENCE}}}))
        self.address += "/" + made["sessionId"]

    def ask(self, path, **params):
        answer = requests.request("POST" if params else "GET", self.address + path, json=params, timeout=2 * PATIENCE)
        assert answer.ok, answer.text
        return answer.json()["value"]

    def go_to(self, address, size):
        self.ask("/window/rect", **size)
        self.ask("/url", url=address)
        above = size["height"] - self.evaluate("() => window.innerHeight")  # the window's own bars
        self.ask("/window/rect", width=size["width"], height=size["height"] + above)

    def run(self, promise):
        return self.ask("/execute/async", script=f"{promise}.then(arguments[0])", args=[])

    def act(self, kind, actions):
        self.ask("/actions", actions=[{"type": kind, "id": kind, "actions": actions}])

    def screenshot(self):
        return self.ask("/screenshot")

    def close(self):
        requests.delete(self.address, timeout=PATIENCE)
        self.process.terminate()
        self.process.wait(20)


# JupyterLab knows its current notebook by the focus, which WebKit gives to none that a script has opened.
HAS_FOCUS = """name => {
    document.querySelector('.jp-Notebook .jp-Cell')?.focus();
    return window.jupyterapp?.shell.currentWidget?.context?.path == name;
}"""


# Fixtures: each browser with a server for the lesson and one for the show

@pytest.fixture(scope="module", params=[(Firefox, ["firefox-esr", "firefox"]), (WebKit, ["WebKitWebDriver"])],
                ids=["Firefox", "WebKit"])
def page(request, tmp_path_factory):
    browser, names = request.param
    program = next(filter(None, map(shutil.which, names)), None)
    if not program:
        (pytest.fail if IN_CI else pytest.skip)(f"there is no {' and no '.join(names)}")
    page = browser(program, tmp_path_factory.mktemp(browser.__name__))
    yield page
    page.close()


@pytest.fixture(scope="module")
def lesson(page, tmp_path_factory):
    """The lesson in JupyterLab, all of its cells run."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(LESSON, folder / "notebooks")
    with lab.server(folder / "notebooks", folder / "own") as address:
        page.go_to(address.replace("lab?", f"lab/tree/{LESSON.name}?"), lab.SCREEN)
        page.wait_for_function(HAS_FOCUS, LESSON.name)
        lab.wait_for_kernel(page, LESSON.name)
        lab.run_all(page)
        yield page


@pytest.fixture(scope="module")
def show(page, tmp_path_factory):
    """The lesson as a slide show, all of its cells run."""
    folder = tmp_path_factory.mktemp("show")
    (folder / "slides").mkdir()
    slides.renew(folder / "slides" / LESSON.name, slides.as_show(Lesson(LESSON).without(*slides.LEFT_OUT)))
    options = slides.show_settings(folder / "own" / "show")
    with lab.server(folder / "slides", folder / "own", *options, settings=[slides.SHOW]) as address:
        page.go_to(address.replace("lab?", f"lab/tree/{LESSON.name}?"), SLIDE)
        page.wait_for_function(HAS_FOCUS, LESSON.name)  # the show begins when JupyterLab knows its notebook
        page.wait_for_function("() => document.querySelector('.jp-Deck')?.dataset.run == 'done'")
        yield page


@pytest.fixture(autouse=True)
def screenshot(request, page):
    """What the browser shows at the end of a test is kept as a picture."""
    yield
    page.evaluate("() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"{request.node.name}.png").write_bytes(base64.b64decode(page.screenshot()))


def place_of(page, source):
    """The place in the page of the cell with these words."""
    return page.evaluate("""words => jupyterapp.shell.currentWidget.content.widgets.findIndex(
        cell => cell.model.sharedModel.getSource().includes(words))""", source)


# Where the first handle of an explorer is, and its track, in the pixels of the mouse. In a slide the handle is zoomed,
# and WebKit counts its pixels before the zoom, but not those of what carries it.
GRIP = """cell => {
    const slider = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.noUi-target');
    slider.scrollIntoView({block: 'nearest'});
    const track = slider.querySelector('.noUi-base').getBoundingClientRect();
    const carrier = slider.querySelector('.noUi-origin').getBoundingClientRect();
    return {x: carrier.right, y: track.top + track.height / 2, left: track.left, right: track.right};
}"""


def drag(page, cell, pixels):
    """Drag the first handle of an explorer, at most to just beyond its track; returns where it was before."""
    at = page.evaluate(GRIP, cell)
    page.drag(at["x"], at["y"], min(max(at["left"] - 10, at["x"] + pixels), at["right"] + 10))
    assert page.evaluate("""cell => document.activeElement ==
        document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.noUi-handle')""", cell)
    return at["x"]


# Where the last point of an explorer's picture is, in the pixels of the mouse, and how wide the picture is in these.
POINT = """cell => {
    const place = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell];
    const picture = place.querySelector('.widget-image');
    picture.scrollIntoView({block: 'nearest'});
    const frame = picture.getBoundingClientRect();
    let width = picture.offsetWidth;
    for (let part = picture; part; part = part.parentElement) width *= getComputedStyle(part).zoom;
    const [left, top] = JSON.parse(place.querySelector('[data-grips]').dataset.grips).at(-1).frame;
    const mouse = width / frame.width;  // not 1 in WebKit, which divides by the zoom
    return {x: mouse * (frame.left + left * frame.width), y: mouse * (frame.top + top * frame.height), width,
            focus: document.activeElement.getAttribute('aria-label')};
}"""


def drag_a_point(page, cell):
    """Drag the last point of leash, x4, to and fro; its slider has the focus afterwards."""
    before, at = test_browser.look(page, cell), page.evaluate(POINT, cell)
    for pixels in (-60, 30):
        page.drag(at["x"], at["y"], at["x"] + pixels / 2, at["x"] + pixels)
        time.sleep(1)
        was, at = at, page.evaluate(POINT, cell)
        assert at["x"] - was["x"] == pytest.approx(pixels, abs=at["width"] / 100) and at["focus"] == "x₄ value"
    after = test_browser.look(page, cell)
    assert after["words"] != before["words"] and not test_browser.wrong_numbers("leash", after)


# The tests: the lesson

def test_run_all_shows_no_error_and_nothing_too_wide(lesson):
    test_browser.test_run_all_shows_no_error(lesson)
    test_browser.test_nothing_is_wider_than_its_place(lesson)


@pytest.mark.parametrize("name", ["shift_and_squeeze", "leash", "knee"])
def test_a_slider_follows_keys_and_mouse(lesson, name):
    """The picture and the words follow it to both ends, and nothing on the page moves."""
    cell = place_of(lesson, f"explorers.{name}()")
    before = test_browser.look(lesson, cell)
    lesson.evaluate("""cell => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]
        .querySelector('.noUi-handle').focus()""", cell)
    for act, end in [(lambda: lesson.press("End"), "high"), (lambda: lesson.press("Home"), "low"),
                     (lambda: drag(lesson, cell, 2000), "high"), (lambda: drag(lesson, cell, -2000), "low")]:
        act()
        after = test_browser.settled(lesson, cell, name, before,
                                     lambda seen: not test_browser.missing(before, seen, end, 0))  # noqa: B023
        assert not test_browser.missing(before, after, end, 0) + test_browser.problems_of(name, before, after)
        before = after


def test_a_click_selects_a_sliders_number(lesson):
    cell = place_of(lesson, "explorers.leash()")
    lesson.click(cell, ".widget-readout")
    number = test_browser.look(lesson, cell)["controls"][0]["text"]
    assert number and lesson.evaluate("() => getSelection().toString()") == number
    lesson.press("7", "Enter")
    lesson.wait_for_function("""cell => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]
        .querySelector('.widget-readout').innerText == '7.0'""", cell)


def test_a_point_follows_the_mouse(lesson):
    drag_a_point(lesson, place_of(lesson, "explorers.leash()"))


def test_a_prediction_is_answered_by_enter(lesson):
    cell = place_of(lesson, 'questions.predict("pair")')
    lesson.click(cell, "input[type=text]")
    lesson.evaluate("() => document.activeElement.select()")
    lesson.press(*"7.75", "Enter")
    lesson.wait_for_function("""cell => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]
        .querySelector('.spoken').innerText.includes('You said 7.75')""", cell)


# The tests: a slide

def turn_to(show, source):
    """Show the slide with the cell with these words; returns its place. The slide's first cell is the active one."""
    cell = place_of(show, source)
    show.evaluate("""cell => {
        const notebook = jupyterapp.shell.currentWidget.content;
        while (notebook.widgets[cell].model.sharedModel.metadata.slideshow.slide_type != 'slide') cell--;
        notebook.activeCellIndex = cell;
    }""", cell)
    show.wait_for_function("cell => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].checkVisibility()", cell)
    return cell


def test_a_slides_handle_stays_under_the_mouse(show):
    """A slide is zoomed, and browsers do not agree in whose pixels they count then."""
    cell = turn_to(show, "explorers.leash()")
    before = test_browser.look(show, cell)
    assert before["size"] == [2 * pixels for pixels in before["asked_size"]]
    for pixels in (100, -60):
        start = drag(show, cell, pixels)
        assert show.evaluate(GRIP, cell)["x"] == pytest.approx(start + pixels, abs=3)
    after = test_browser.settled(show, cell, "leash", before, lambda seen: seen["picture"] != before["picture"])
    assert not test_browser.problems_of("leash", before, after)
    assert after["picture"] != before["picture"] and after["words"] != before["words"]


def test_a_slides_point_stays_under_the_mouse(show):
    drag_a_point(show, turn_to(show, "explorers.leash()"))


def test_a_slides_slider_keeps_the_focus_when_the_notebook_is_saved(show):
    """A save ends with dirty = false; with each change of it jupyterlab-slideshow gives the focus to the cell."""
    drag(show, turn_to(show, "explorers.leash()"), 30)
    assert show.evaluate("""async () => {
        const handle = document.activeElement, {model} = jupyterapp.shell.currentWidget.context;
        for (const dirty of [true, false]) {
            model.dirty = dirty;
            await new Promise(requestAnimationFrame);
            if (document.activeElement != handle) return dirty;
        }
        return handle.getAttribute('role');
    }""") == "slider"
