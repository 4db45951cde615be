"""The slides in a real browser: all of them measured, and one show operated as a teacher does it."""
import re

import nbformat
import pytest
from nbformat.v4 import new_notebook

from batchnorm_lesson.editions import slides
from batchnorm_lesson.lessons import Lesson
from conftest import THOROUGH, thorough
from lessons import NOTEBOOKS

lab = pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")

SMALL, LARGE = {"width": 1280, "height": 720}, {"width": 1366, "height": 768}
LEAST_LETTERS = 17  # pixels, on a slide of 720
LETTERS_OF_A_PICTURE = 11 / 72 * 100  # pixels: tests of the pictures see that none has smaller ones

MEASURED = NOTEBOOKS if THOROUGH else NOTEBOOKS[4:6]
every_lesson = pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem[:2])


# In the browser: what every slide measures

# All cells are shown at once and measured in one go; LIVE measures the slides of one lesson one by one.
MEASURE = """async () => {
    const notebook = jupyterapp.shell.currentWidget.content;
    const letters = node => {
        const sizes = [], walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const words = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
            if (!words || !element.checkVisibility({visibilityProperty: true})) continue;
            // Indices, and the words for screen readers alone.
            if (element.closest('mjx-container, sub, sup, style, .explorer-readout + div')) continue;
            sizes.push([parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom, words.slice(0, 30)]);
        }
        for (const image of node.querySelectorAll('.widget-image, .jp-RenderedImage img')) {
            // The attribute: in Firefox the property counts the zoom.
            const own = image.matches('.widget-image') ? image.naturalWidth / 2 : image.getAttribute('width');
            sizes.push([LETTERS * image.getBoundingClientRect().width / own, 'picture']);
        }
        return sizes.sort((a, b) => a[0] - b[0])[0];
    };
    for (const cell of notebook.widgets) cell.node.classList.add('jp-deck-mod-onscreen', 'jp-deck-mod-visible');
    await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 200)));
    return notebook.widgets.map(cell => {
        const all = selector => [...cell.node.querySelectorAll(selector)];
        return {
            lesson: cell.model.sharedModel.metadata.lesson, source: cell.model.sharedModel.getSource().slice(0, 50),
            begins: cell.model.sharedModel.metadata.slideshow.slide_type == 'slide',
            height: cell.node.getBoundingClientRect().height,
            wide: all('.cm-scroller, .jp-OutputArea-output').some(part => part.scrollWidth > part.clientWidth + 1),
            unfolded: all('details[open]').length, sliders: all('.widget-slider').length, smallest: letters(cell.node),
            zooms: all('.noUi-base').map(track => track.currentCSSZoom),
        };
    });
}""".replace("LETTERS", str(LETTERS_OF_A_PICTURE))

LIVE = """async () => {
    const notebook = jupyterapp.shell.currentWidget.content, found = [];
    const frame = document.querySelector('.jp-Deck .jp-WindowedPanel-outer');
    for (const [index, cell] of notebook.widgets.entries()) {
        if (cell.model.sharedModel.metadata.slideshow.slide_type != 'slide') continue;
        notebook.activeCellIndex = index;
        await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
        const shown = notebook.widgets.filter(other => other.node.getBoundingClientRect().height);
        const high = shown.reduce((sum, other) => sum + other.node.getBoundingClientRect().height, 0);
        found.push({cells: shown.map(other => other.model.sharedModel.id), height: frame.scrollHeight,
                    width: frame.scrollWidth, frame: frame.scrollHeight - high});
    }
    return found;
}"""
FRAME = 21  # pixels that a slide has above and below its cells, rounded up

CHEAP = re.compile(r"(import|from) |(explorers|questions|exercises)\.\w+|def my_(?s:.*)\.check\(")
RUN = """async places => {
    const notebook = jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 0;
    notebook.deselectAll();
    for (const place of places) notebook.select(notebook.widgets[place]);
    await jupyterapp.commands.execute('notebook:run-cell');
    notebook.deselectAll();
    await jupyterapp.commands.execute('deck:start');
}"""


def all_shows():
    """The slides of these lessons in one notebook, and the places of the cells that make sliders, questions and boxes.

    The others, which may train a network, keep the outputs that they were saved with.
    """
    made = new_notebook(metadata=nbformat.read(NOTEBOOKS[0], as_version=4).metadata)
    for path in MEASURED:
        for cell in slides.as_show(Lesson(path).without(*slides.LEFT_OUT)).cells:
            cell.id = f"{path.stem[:2]}-{cell.id}"
            cell.metadata["lesson"] = path.stem
            made.cells.append(cell)
    return made, [place for place, cell in enumerate(made.cells)
                  if cell.cell_type == "code" and CHEAP.match(cell.source)]


@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory):
    """A browser page and the address of JupyterLab with the show's settings; what it asks elsewhere fails."""
    folder = tmp_path_factory.mktemp("slides")
    (folder / "slides").mkdir()
    for path in NOTEBOOKS:
        slides.renew(folder / "slides" / path.name, slides.as_show(Lesson(path).without(*slides.LEFT_OUT)))
    made, folder_cheap = all_shows()
    nbformat.write(made, folder / "slides" / "all.ipynb")
    options = slides.show_settings(folder / "own" / "show")
    with lab.server(folder / "slides", folder / "own", *options, settings=[slides.SHOW]) as address, \
            lab.browser_page(browser, address) as page:
        page.set_viewport_size(SMALL)
        page.failed = []
        page.on("requestfailed", lambda request: page.failed.append(request.url))
        page.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), lambda route: route.abort())
        page.cheap, page.address = folder_cheap, address
        yield page


@pytest.fixture(scope="module")
def measured(jupyter):
    """What the cells of these lessons measure, for the smallest screen and for a usual one."""
    # Six hundred cells that nobody sees need not be painted whenever one of them has run: a fifth of the time.
    hidden = jupyter.add_style_tag(content=".jp-WindowedPanel-viewport { content-visibility: hidden }")
    lab.open_notebook(jupyter, "all.ipynb")
    jupyter.evaluate(RUN, jupyter.cheap)
    hidden.evaluate("style => style.remove()")
    small = jupyter.evaluate(MEASURE)
    jupyter.set_viewport_size(LARGE)
    large = jupyter.evaluate(MEASURE)
    jupyter.set_viewport_size(SMALL)
    lab.close_notebook(jupyter)
    return small, large


def of(cells, path):
    return [cell for cell in cells if cell["lesson"] == path.stem]


def heights(cells):
    """The height of each slide by its first words."""
    found = []
    for cell in cells:
        found += [[cell["source"], FRAME]] * cell["begins"]
        found[-1] = [found[-1][0], found[-1][1] + cell["height"]]
    return found


@every_lesson
def test_no_slide_is_larger_than_the_screen(measured, path):
    for screen, cells in zip([SMALL, LARGE], measured):
        slides_ = heights(of(cells, path))
        assert len(slides_) > 10 and not [slide for slide in slides_ if slide[1] > screen["height"]]
        assert not [cell["source"] for cell in of(cells, path) if cell["wide"]]


@every_lesson
def test_the_last_row_can_read_all_of_it(measured, path):
    for screen, cells in zip([SMALL, LARGE], measured):
        least = LEAST_LETTERS * screen["height"] / 720 - 0.1  # browsers round a little
        assert not [(cell["source"], cell["smallest"]) for cell in of(cells, path)
                    if cell["smallest"] and cell["smallest"][0] < least]


@every_lesson
def test_answers_and_results_are_folded(measured, path):
    assert not [cell["source"] for cell in of(measured[0], path) if cell["unfolded"]]


@every_lesson
def test_explorers_have_their_sliders(measured, path):
    assert not [cell["source"] for cell in of(measured[0], path)
                if cell["source"].startswith("explorers.") and not cell["sliders"]]


@every_lesson
def test_a_slider_is_measured_in_the_pixels_of_the_mouse(measured, path):
    """In WebKit a slider that is zoomed 1.5 times runs 1.5 times as far as the mouse."""
    for cells in measured:
        assert all(zoom == pytest.approx(1) for cell in of(cells, path) for zoom in cell["zooms"])


# In the browser: one lesson, as a teacher opens it

LESSON = NOTEBOOKS[3]


@pytest.fixture(scope="module")
def show(jupyter):
    """Lesson 3, opened at its address and nothing else done; the cells have run."""
    jupyter.goto("about:blank")
    jupyter.errors.clear()
    jupyter.failed.clear()
    jupyter.goto(jupyter.address.replace("lab?", f"lab/tree/{LESSON.name}?reset&"))
    jupyter.wait_for_selector(".jp-Deck[data-run=done]", timeout=60000)
    return jupyter


def test_the_show_begins_by_itself_on_the_first_slide(show):
    assert show.get_by_role("heading", name="3 · Normalize the batch").is_visible()
    assert not show.locator(".jp-Notebook").get_by_role("heading", name="In your head").is_visible()


def test_the_slides_are_those_of_the_rule_and_none_is_too_large(show):
    made = [[cell.id for cell in slide if not slides.SETUP.match(cell.source)]
            for slide in slides.slides(Lesson(LESSON).without(*slides.LEFT_OUT))]
    found = show.evaluate(LIVE)
    assert [slide["cells"] for slide in found] == made
    assert max(slide["height"] for slide in found) <= SMALL["height"]
    assert max(slide["width"] for slide in found) <= SMALL["width"]
    low = [slide["frame"] for slide in found if slide["height"] > 100]
    assert max(low) <= FRAME


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
