"""The slides in a real browser: all of them measured, and one show operated as a teacher does it."""
import functools
import re

import pytest

from batchnorm_lesson.editions import slides
from batchnorm_lesson.lessons import Lesson
from conftest import THOROUGH, thorough
from lessons import NOTEBOOKS

lab = pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")

SMALL, LARGE = {"width": 1280, "height": 720}, {"width": 1920, "height": 1080}
LEAST_LETTERS = 17  # pixels, on a slide of 720
LETTERS_OF_A_PICTURE = 11 / 72 * 100  # pixels: tests of the pictures see that none has smaller ones

MEASURED = NOTEBOOKS if THOROUGH else NOTEBOOKS[4:6]
every_lesson = pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem[:2])


# In the browser: what every slide measures, in the pixels of a slide of 720

MEASURE = """async () => {
    const {content: notebook, node} = jupyterapp.shell.currentWidget;
    const frame = node.querySelector('.jp-WindowedPanel-outer'), zoom = innerHeight / 720;
    const seen = element => element.checkVisibility({visibilityProperty: true});
    const all = selector => [...frame.querySelectorAll(selector)].filter(seen);
    const letters = () => {
        const sizes = [], walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const words = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
            if (!words || !seen(element)) continue;
            // Indices, and the words for screen readers alone.
            if (element.closest('mjx-container, sub, sup, style, .explorer-readout + div')) continue;
            sizes.push([parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom, words.slice(0, 30)]);
        }
        for (const image of all('.widget-image, .jp-RenderedImage img')) {
            // The attribute: in Firefox the property counts the zoom.
            const own = image.matches('.widget-image') ? image.naturalWidth / 2 : image.getAttribute('width');
            sizes.push([LETTERS * image.getBoundingClientRect().width / own, 'picture']);
        }
        const [size, words] = sizes.sort((a, b) => a[0] - b[0])[0];
        return [size / zoom, words];
    };
    const found = [];
    for (const [index, cell] of notebook.widgets.entries()) {
        if (cell.model.sharedModel.metadata.slideshow.slide_type != 'slide') continue;
        notebook.activeCellIndex = index;
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 30)));
        const shown = notebook.widgets.filter(other => other.node.getBoundingClientRect().height);
        found.push({
            cells: shown.map(other => other.model.id),
            high: frame.scrollHeight - frame.clientHeight, foot: frame.getBoundingClientRect().bottom - innerHeight,
            wide: [frame, ...all('.cm-scroller, .jp-OutputArea-output')]
                .map(part => part.scrollWidth - part.clientWidth),
            headings: all('h1, h2, h3').map(part => part.getBoundingClientRect().top / zoom),
            head: frame.dataset.heading, unfolded: all('details[open]').length,
            editors: shown.filter(other => all('.cm-content').some(editor => other.node.contains(editor)))
                .map(other => other.model.sharedModel.getSource()),
            explorers: all('.explorer').length, sliders: all('.explorer .widget-slider').length,
            letters: letters(), zooms: all('.noUi-base').map(track => track.currentCSSZoom),
        });
    }
    return found;
}""".replace("LETTERS", str(LETTERS_OF_A_PICTURE))


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory):
    """A browser page and the address of JupyterLab with the show's settings; what it asks elsewhere fails."""
    folder = tmp_path_factory.mktemp("slides")
    (folder / "slides").mkdir()
    for path in NOTEBOOKS:
        slides.renew(folder / "slides" / path.name, slides.as_show(Lesson(path).without(*slides.LEFT_OUT)))
    options = slides.show_settings(folder / "own" / "show")
    with lab.server(folder / "slides", folder / "own", *options, settings=[slides.SHOW]) as address, \
            lab.browser_page(browser, address) as page:
        page.set_viewport_size(SMALL)
        page.failed = []
        page.on("requestfailed", lambda request: page.failed.append(request.url))
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        page.address = address
        yield page


def opened(page, path):
    """The show of a lesson, opened at its address and nothing else done; the cells have run."""
    page.evaluate("() => sessionStorage.clear()")  # which slide was seen last
    page.goto("about:blank")
    page.errors.clear()
    page.failed.clear()
    page.goto(page.address.replace("lab?", f"lab/tree/{path.name}?reset&"))
    page.wait_for_selector(".jp-Deck[data-run=done]", timeout=120000)
    return page


@pytest.fixture(scope="module")
def measured(jupyter):
    """What the slides of a lesson measure, on a large screen and on the smallest one."""
    @functools.cache
    def measure(path):
        opened(jupyter, path)
        found = [jupyter.set_viewport_size(screen) or jupyter.evaluate(MEASURE) for screen in (LARGE, SMALL)]
        lab.close_notebook(jupyter)
        return found
    return measure


def those(screens, wrong):
    """The slides, on either screen, of which something is true: the name of the first cell, and what was measured."""
    return [(slide["cells"][:1], slide) for screen in screens for slide in screen if wrong(slide)]


@every_lesson
def test_the_slides_are_those_of_the_metadata(measured, path):
    made = slides.slides(slides.as_show(Lesson(path).notebook))
    for screen in measured(path):
        assert [slide["cells"] for slide in screen] == [[cell.id for cell in slide] for slide in made]
        last = ""
        for slide, (first, *_) in zip(screen, made):
            if first.cell_type == "markdown" and first.source.startswith("#"):
                last = first.source.partition("\n")[0].lstrip("# ")
            else:
                assert slide["head"] == last


@every_lesson
def test_no_slide_is_larger_than_the_screen(measured, path):
    assert not those(measured(path), lambda slide: slide["high"] > 0 or slide["foot"] > 1 or max(slide["wide"]) > 1)


@every_lesson
def test_the_last_row_can_read_all_of_it(measured, path):
    assert not those(measured(path), lambda slide: slide["letters"][0] < LEAST_LETTERS - 0.1)  # browsers round a little


@every_lesson
def test_headings_stand_at_one_height(measured, path):
    heights = {round(top) for screen in measured(path) for slide in screen for top in slide["headings"]}
    assert max(heights) - min(heights) <= 1
    assert not those(measured(path), lambda slide: len(slide["headings"]) + bool(slide["head"]) != 1)


@every_lesson
def test_answers_and_results_are_folded_and_the_code_of_results_too(measured, path):
    assert not those(measured(path), lambda slide: slide["unfolded"])
    assert not those(measured(path), lambda slide: any(code.startswith("%%result") for code in slide["editors"]))


@every_lesson
def test_explorers_have_their_sliders(measured, path):
    assert not those(measured(path), lambda slide: slide["explorers"] and not slide["sliders"])
    assert those(measured(path), lambda slide: slide["explorers"])


@every_lesson
def test_a_slider_is_measured_in_the_pixels_of_the_mouse(measured, path):
    """In WebKit a slider that is zoomed 1.5 times runs 1.5 times as far as the mouse."""
    assert not those(measured(path), lambda slide: any(abs(zoom - 1) > 1e-6 for zoom in slide["zooms"]))


# In the browser: one lesson, as a teacher opens it

LESSON = NOTEBOOKS[3]


@pytest.fixture(scope="module")
def show(jupyter):
    """Lesson 3, opened at its address and nothing else done; the cells have run."""
    return opened(jupyter, LESSON)


def test_the_show_begins_by_itself_on_the_first_slide(show):
    assert show.get_by_role("heading", name="3 · Normalize the batch").is_visible()
    assert not show.locator(".jp-Notebook").get_by_role("heading", name="In your head").is_visible()


def test_no_slide_has_a_bar_for_scrolling_sideways(show):
    """Headless Chromium hides the bars, so they are looked for by what makes them."""
    assert not show.evaluate("""() => [...document.querySelectorAll('.jp-Deck, .jp-Deck [class*=Panel]')]
        .filter(part => part.scrollWidth > part.clientWidth && part.checkVisibility()
                        && ['auto', 'scroll'].includes(getComputedStyle(part).overflowX))
        .map(part => `${part.className}: ${part.scrollWidth} > ${part.clientWidth}`)""")


def go_to(show, words):
    """Show the slide with the cell that contains these words; returns the cell's place in the page."""
    index = show.evaluate("""words => {
        const notebook = jupyterapp.shell.currentWidget.content;
        const source = cell => cell.model.sharedModel.getSource();
        const index = notebook.widgets.findIndex(cell => source(cell).includes(words));
        let first = index;
        while (notebook.widgets[first].model.sharedModel.metadata.slideshow.slide_type != 'slide') first--;
        notebook.activeCellIndex = first;
        return index;
    }""", words)
    return show.locator(".jp-Notebook .jp-Cell").nth(index)


def test_a_slider_follows_the_mouse_and_then_the_arrow_keys(show):
    cell = go_to(show, "explorers.leash()")
    handle, readout = cell.locator(".noUi-handle").first, cell.locator(".widget-readout").first
    box, before = handle.bounding_box(), readout.inner_text()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    show.mouse.move(x, y)
    show.mouse.down()
    show.mouse.move(x + 50, y)
    show.mouse.up()
    box, dragged = handle.bounding_box(), float(readout.inner_text())
    assert abs(box["x"] + box["width"] / 2 - x - 50) < 3 and dragged > float(before)
    picture = cell.locator(".widget-image").element_handle()
    old = picture.get_attribute("src")
    show.keyboard.press("ArrowRight")
    show.wait_for_function("([image, old]) => image.src != old", arg=[picture, old])
    assert cell.is_visible() and float(readout.inner_text()) > dragged
    show.keyboard.press("Space")
    cell.wait_for(state="hidden")


@pytest.mark.parametrize("on, back", [("PageDown", "PageUp"), ("Space", "Shift+Space"), ("ArrowRight", "ArrowLeft")])
def test_keys_turn_to_the_next_slide_and_back(show, on, back):
    cell, following = go_to(show, "## In your head"), show.get_by_role("heading", name="The formula")
    for key, seen, gone in [(on, following, cell), (back, cell, following)]:
        show.keyboard.press(key)
        seen.wait_for()
        assert not gone.is_visible()


def test_enter_unfolds_an_answer_and_a_remote_scrolls_to_its_end_before_it_goes_on(show):
    cell = go_to(show, "1. **Every** square moves")
    show.keyboard.press("Enter")
    answer = cell.locator("li", has_text="place and width are all that")
    answer.wait_for()
    frame = ".jp-Deck .jp-WindowedPanel-outer"
    assert show.locator(frame).evaluate("frame => frame.scrollHeight > frame.clientHeight")
    show.keyboard.press("PageDown")
    assert answer.is_visible()
    assert show.locator(frame).evaluate("frame => frame.scrollTop > 0")
    show.keyboard.press("PageUp")
    cell.locator("summary").press("Enter")
    answer.wait_for(state="hidden")


def test_a_click_gives_a_slide_no_second_heading(show):
    cell = go_to(show, "shifted = x - x.mean()")
    cell.locator(".cm-content").click()
    assert show.evaluate("() => jupyterapp.shell.currentWidget.content.activeCell.model.type") == "code"
    assert not show.locator(".jp-Deck [data-heading]").count()
    show.keyboard.press("Escape")


def test_a_result_brings_its_code_and_changes_no_size(show):
    cell = go_to(show, "%%result other-batch")
    size = "() => document.querySelector('.jp-Deck .jp-WindowedPanel-outer').style.getPropertyValue('--fit')"
    before = show.evaluate(size)
    cell.locator("summary").click()
    cell.locator(".cm-content", has_text="for values in").wait_for()
    assert show.evaluate(size) == before
    cell.locator("summary").click()
    cell.locator(".cm-content").wait_for(state="hidden")


def test_a_slide_gets_smaller_when_it_grows_and_as_large_as_it_was_when_it_is_shown_again(show):
    cell = go_to(show, "explorers.leash()")
    cell.locator(".explorer-readout").evaluate(
        "readout => readout.insertAdjacentHTML('beforeend', '<p class=grown style=\"height: 40px\">')")
    size = "() => +document.querySelector('.jp-Deck .jp-WindowedPanel-outer').style.getPropertyValue('--fit')"
    show.wait_for_function(f"size => ({size})() < size", arg=1)
    show.evaluate("() => document.querySelectorAll('.grown').forEach(each => each.remove())")
    smaller = show.evaluate(size)
    go_to(show, "## In your head")
    go_to(show, "explorers.leash()")
    cell.wait_for()
    assert show.evaluate(size) > smaller


CELLS = """() => jupyterapp.shell.currentWidget.content.widgets.map(
    cell => [cell.model.type, cell.model.sharedModel.getSource(), cell.rendered])"""


def test_what_is_pressed_by_accident_changes_no_cell(show):
    """JupyterLab's keys add, change and delete cells and restart the kernel; a double click opens the source."""
    cell = go_to(show, "## In your head")
    before = show.evaluate(CELLS)
    cell.locator("p").first.dblclick(position={"x": 12, "y": 18})
    assert show.evaluate("() => getSelection().toString().trim()")
    for key in [*"abcdd1lmrxvyzii00.", "Enter", "Backspace", "Delete", "Shift+M", "ArrowDown", "ArrowUp"]:
        show.keyboard.press(key)
    assert show.evaluate(CELLS) == before
    assert cell.is_visible() and show.locator(".jp-Dialog").count() == 0


def test_slow_saves_ask_nothing(show):
    """The file is written at once, and the answer comes late: meanwhile the next save is due."""
    saves = []

    def late(route):
        if route.request.method != "PUT":
            return route.continue_()
        saves.append(route.request.url)
        response = route.fetch()
        show.wait_for_timeout(2500)
        route.fulfill(response=response)
    show.route("**/api/contents/**", late)
    go_to(show, "def my_normalize").locator(".cm-content").click()
    for letters in "# a", "b":
        show.keyboard.type(letters)
        show.wait_for_timeout(1500)
    show.wait_for_timeout(6000)
    show.unroute("**/api/contents/**")
    assert show.locator(".jp-Dialog").count() == 0
    assert len(saves) > 1


def test_nothing_was_asked_elsewhere_and_nothing_failed(show):
    assert not show.failed
    assert not [error for error in show.errors if "Cannot go" not in error]


# Last: the cells run anew


def run_to_the_end(page):
    page.wait_for_selector(".jp-Deck[data-run=done]", timeout=60000)
    assert page.locator(".widget-slider").count() and not page.get_by_text("model not found").count()


def test_a_restarted_kernel_runs_the_cells_again(show):
    show.evaluate("""() => {
        const panel = jupyterapp.shell.currentWidget;
        panel.node.dataset.run = "";
        return panel.sessionContext.restartKernel();
    }""")
    run_to_the_end(show)


@thorough
def test_after_a_reload_and_another_window_it_is_the_same_slide_with_what_was_typed(show):
    words = "# typed in class"
    go_to(show, "def my_normalize").locator(".cm-content").click()
    show.keyboard.press("Control+End")
    show.keyboard.type("\n" + words)
    show.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    show.reload()
    show.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.node.dataset.run == 'running'")
    other = show.context.browser.new_page()  # while the cells are running
    other.goto(show.address.replace("lab?", f"lab/tree/{LESSON.name}?"))
    run_to_the_end(other)
    other.close()
    with show.expect_navigation():
        show.evaluate("() => window.dispatchEvent(new Event('focus'))")
    run_to_the_end(show)
    assert show.locator(".cm-content", has_text=words).is_visible()
