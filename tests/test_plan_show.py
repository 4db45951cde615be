"""The show of a plan in a real browser, gone through as a teacher does it: with a remote and with notes beside it."""
import re

import pytest

from batchnorm_lesson.editions import plan_show, slides
from batchnorm_lesson.plans import STEPS, plans
from conftest import THOROUGH, thorough

lab = pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")

SMALL, LARGE = {"width": 1280, "height": 720}, {"width": 1920, "height": 1080}
every_show = pytest.mark.parametrize("show", list(plans()) if THOROUGH else ["50"], indirect=True)

# What there is to see of the slide that is shown, how low it reaches, and what of it the strip covers.
SLIDE = """() => {
    const panel = jupyterapp.shell.currentWidget, strip = document.querySelector('.plan-strip');
    const shown = panel.content.widgets.map(cell => cell.node).filter(node => node.getBoundingClientRect().height);
    const frame = document.querySelector('.jp-Deck .jp-WindowedPanel-outer');
    const {left, bottom} = strip.getBoundingClientRect();
    const covered = node => {
        const range = document.createRange(), found = [];
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            range.selectNodeContents(walker.currentNode);
            for (const part of range.getClientRects())  // above its letters a line is empty for a sixth of its height
                if (part.right > left && part.top + part.height / 6 < bottom) found.push(walker.currentNode.data);
        }
        return found;
    };
    return {
        cells: panel.content.widgets.filter(cell => shown.includes(cell.node)).map(cell => cell.model.id),
        words: [strip, ...shown].map(node => node.innerText).join(' '), covered: shown.flatMap(covered),
        below: Math.max(...shown.map(node => node.getBoundingClientRect().bottom)) - innerHeight,
        scrolls: frame.scrollHeight - frame.clientHeight, wide: frame.scrollWidth - frame.clientWidth,
        steps: [...strip.querySelectorAll('li')].map(item => [item.textContent, item.getAttribute('aria-current')]),
        letters: parseFloat(getComputedStyle(strip).fontSize),
    };
}"""


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory):
    """A browser page and the address of JupyterLab with the shows of all plans; what it asks elsewhere fails."""
    folder = tmp_path_factory.mktemp("plans")
    (folder / "slides").mkdir()
    for name in plans():
        slides.renew(folder / "slides" / f"plan-{name}.ipynb", plan_show.show(name))
    options = slides.show_settings(folder / "own" / "show")
    with lab.server(folder / "slides", folder / "own", *options, settings=[slides.SHOW]) as address, \
            lab.browser_page(browser, address) as page:
        page.context.set_default_timeout(120000)  # cells run, and other tests beside them
        page.failed = []
        page.on("requestfailed", lambda request: page.failed.append(request.url))
        page.context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        page.address = address
        yield page


@pytest.fixture(scope="module")
def show(jupyter, request):
    """A plan's show, opened at its address and nothing else done; with the notebook that it was made from."""
    name = getattr(request, "param", "50")
    if f"plan-{name}.ipynb" not in jupyter.url:
        jupyter.set_viewport_size(SMALL)
        jupyter.goto("about:blank")
        jupyter.errors.clear()
        jupyter.failed.clear()
        jupyter.goto(jupyter.address.replace("lab?", f"lab/tree/plan-{name}.ipynb?reset&"))
        jupyter.wait_for_selector("[data-jp-deck-mode=presenting] .plan-strip")
        jupyter.plan, jupyter.made = plans()[name], plan_show.show(name)
    return jupyter


@pytest.fixture(scope="module")
def window(jupyter):
    """The window that key N opens."""
    with jupyter.context.expect_page() as opened:
        jupyter.keyboard.press("n")
    return opened.value


@pytest.fixture
def notes(show, window):
    """The speaker's notes, beside the show."""
    window.wait_for_selector("main:not([hidden])")
    return window


def names(cells):
    return [cell.id for cell in cells]


def kind(cell):
    return cell.metadata["slideshow"]["slide_type"]


def slide(show, cells):
    """What there is to see, when these cells are there: those that have just been run were empty before."""
    show.wait_for_function(f"cells => ({SLIDE})().cells.join() == cells.join()", arg=cells)
    show.wait_for_timeout(200)
    return show.evaluate(SLIDE)


def cells_of_slides(show):
    """The cells that are to be seen on each slide, without imports, whose source is hidden."""
    found = []
    for cell in show.made.cells:
        if kind(cell) == "slide":
            found.append([])
        if kind(cell) in ("slide", "-") and not cell.source.startswith(("import ", "from ")):
            found[-1].append(cell)
    return found


def to_the_first(show):
    while not show.get_by_role("button", name="N: notes").is_visible():
        show.keyboard.press("PageUp")
        show.wait_for_timeout(150)


# The class's screen

@every_show
def test_with_a_remote_from_the_first_slide_to_the_last(show):
    """Each fits, nothing is under the strip, the present step is marked in text, and no note is to be seen."""
    notes = "\n".join(cell.source for cell in show.made.cells if kind(cell) == "notes")
    said = [line for line in notes.splitlines() if len(line) > 20]
    for cells in cells_of_slides(show):
        found, name = slide(show, names(cells)), cells[0].id
        step = show.plan[cells[0].metadata["plan"]["part"]].step
        assert found["below"] < 1 and found["scrolls"] <= 0 and found["wide"] <= 0 and not found["covered"], name
        assert not [words for words in said if words in found["words"]], name
        assert found["steps"] == [[f"▸ {i} {word}", "step"] if step in (word, "all") else [f"{i} {word}", None]
                                  for i, word in enumerate(STEPS, 1)], name
        assert found["letters"] >= 17
        show.keyboard.press("PageDown")


@every_show
@thorough
def test_on_a_large_screen_as_well(show):
    show.set_viewport_size(LARGE)
    to_the_first(show)
    for cells in cells_of_slides(show):
        found = slide(show, names(cells))
        assert found["below"] < 1 and found["scrolls"] <= 0 and found["wide"] <= 0, found["cells"]
        assert not found["covered"], found["cells"]
        assert found["letters"] >= 17 * 1.5
        show.keyboard.press("PageDown")
    show.set_viewport_size(SMALL)


def notes_of_slides(show):
    """The notes to each slide, in Markdown."""
    found = []
    for cell in show.made.cells:
        if kind(cell) == "slide":
            found.append("")
        if kind(cell) == "notes":
            found[-1] += cell.source
    return found


def turn_to(show, identifier):
    show.evaluate("""identifier => {
        const notebook = jupyterapp.shell.currentWidget.content;
        const cells = notebook.widgets.map(cell => cell.model.sharedModel);
        let place = cells.findIndex(cell => cell.id == identifier);
        while (cells[place].metadata.slideshow.slide_type != 'slide') place--;
        notebook.activeCellIndex = place;
    }""", identifier)


@every_show
def test_every_explorers_slider_moves_its_picture(show):
    shown = [cell for cells in cells_of_slides(show) for cell in cells]
    for cell in shown:
        if cell.source.startswith("explorers."):
            turn_to(show, cell.id)
            place = show.locator(".jp-Notebook .jp-Cell.jp-deck-mod-onscreen", has=show.locator(".explorer"))
            handle = place.locator(".noUi-handle").first
            handle.wait_for()
            picture = place.locator(".widget-image").first.element_handle()
            old = picture.get_attribute("src")
            at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
            handle.press("ArrowLeft" if at_the_end else "ArrowRight")
            show.wait_for_function("([image, old]) => image.src != old", arg=[picture, old])


COVERED_BUTTONS = """() => {
    const buttons = [...document.querySelectorAll('.jp-Notebook .jp-deck-mod-onscreen button')];
    return buttons.filter(button => {
        const {left, top, width, height} = button.getBoundingClientRect();
        return width && [0.1, 0.5, 0.9].some(
            share => !button.contains(document.elementFromPoint(left + share * width, top + height / 2)));
    }).map(button => button.innerText);
}"""


@every_show
def test_nothing_lies_on_a_button(show):
    """A click on an answer chooses it, wherever it meets the button."""
    found = 0
    for cell in [cell for cells in cells_of_slides(show) for cell in cells]:
        if cell.source.startswith(("questions.predict", "explorers.")):
            turn_to(show, cell.id)
            show.locator(".jp-Notebook .jp-deck-mod-onscreen button:visible").first.wait_for()
            assert not show.evaluate(COVERED_BUTTONS), cell.id
            found += 1
    assert found > 5


@every_show
@thorough
def test_in_one_kernel_every_cell_prints_what_it_prints_in_its_lesson(show):
    show.wait_for_selector(".jp-Deck[data-run=done]")
    outputs = show.evaluate("""() => Object.fromEntries(jupyterapp.shell.currentWidget.content.widgets
        .filter(cell => cell.model.type == 'code').map(cell => [cell.model.id, cell.model.outputs.toJSON()]))""")

    def text(found):
        return "".join("".join(output.get("text") or output.get("data", {}).get("text/plain") or output["ename"])
                       for output in found)
    shown = [cell for cell in show.made.cells if cell.cell_type == "code" and kind(cell) != "skip"]
    assert len(shown) > 10 and not [(cell.id, text(outputs[cell.id])) for cell in shown
                                    if text(outputs[cell.id]) != text(cell.outputs)]
    assert not [identifier for identifier, found in outputs.items() if "error" in [one["output_type"] for one in found]]


# The speaker's screen

def test_the_notes_follow_the_show_and_turn_it(show, notes):
    to_the_first(show)
    headings = [cell.metadata["plan"]["title"] for cell in show.made.cells if kind(cell) == "slide"]
    assert notes.locator("#clock").inner_text() == "0:00 of 50 min"
    for number, key in enumerate(["PageDown", " ", "ArrowRight"], 1):
        assert notes.locator("#title").inner_text() == headings[number - 1]
        assert notes.locator("#next").inner_text() == headings[number]
        notes.keyboard.press(key)
        notes.get_by_text(f"slide {number + 1} of {len(headings)}").wait_for()
    expected = notes_of_slides(show)[3]
    assert expected and notes.locator("#notes").inner_text().split() == re.sub(r"[*`]", "", expected).split()
    notes.keyboard.press("PageUp")
    notes.get_by_text("slide 3 of").wait_for()
    notes.get_by_role("button", name="Next slide").click()
    notes.get_by_text("slide 4 of").wait_for()
    slide(show, names(cells_of_slides(show)[3]))


def started(show, minutes):
    """As if the show had been started so many minutes ago."""
    show.evaluate("minutes => sessionStorage.setItem('clock of plan-50.ipynb', Date.now() - minutes * 60000)", minutes)
    show.keyboard.press("PageDown")
    show.keyboard.press("PageUp")


EARLY_AND_LATE = [(4, "3 min early"), (7.1, "in time"), (12.9, "in time"), (15, "2 min late")]


@pytest.mark.parametrize("minutes, verdict", EARLY_AND_LATE)
def test_the_clock_tells_early_from_late(show, notes, minutes, verdict):
    """Lesson 1 has the minutes 7 to 13."""
    turn_to(show, "plan50-1")
    started(show, minutes)
    notes.locator("#verdict", has_text=verdict).wait_for()
    assert notes.locator("#part").inner_text() == "7 to 13 min: Lesson 1 · Compute the batch mean: step 1 of 4"
    assert re.match(rf"{int(minutes)}:\d\d of 50 min", notes.locator("#clock").inner_text())
    line = "share => Math.abs(document.querySelector('.plan-time').offsetWidth / innerWidth - share) < 0.01"
    show.wait_for_function(line, arg=minutes / 50)


def test_nothing_was_asked_elsewhere_and_nothing_failed(show):
    assert not show.failed
    assert not [error for error in show.errors if "Cannot go" not in error]


def test_after_f5_the_place_and_the_clock_are_the_same_in_both_windows(show, notes):
    turn_to(show, "lesson3-cell-13")
    started(show, 20)
    notes.locator("#clock", has_text="20:").wait_for()
    title = notes.locator("#title").inner_text()
    notes.reload()
    notes.locator("#clock", has_text="20:").wait_for()
    assert notes.locator("#title").inner_text() == title == "The formula · shift_and_squeeze"
    show.reload()
    show.wait_for_selector("[data-jp-deck-mode=presenting] .plan-strip")
    slide(show, next(cells for cells in map(names, cells_of_slides(show)) if "lesson3-cell-13" in cells))
    assert notes.locator("#title").inner_text() == title
    assert notes.locator("#clock").inner_text().startswith(("20:", "21:"))


def test_back_on_the_first_slide_the_clock_stands_at_0_and_a_button_starts_it(show, notes):
    turn_to(show, show.made.cells[0].id)
    notes.locator("#verdict", has_text="not started").wait_for()
    assert notes.locator("#clock").inner_text().startswith("0:00")
    notes.get_by_role("button", name="Start the clock").click()
    notes.locator("#verdict", has_text="in time").wait_for()
