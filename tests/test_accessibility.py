"""What access.js mends in the page: names and texts for a screen reader, what it is told, keys and typed numbers."""
import nbformat
import pytest

BALANCE, KNEE, STOPS, PREDICTION, QUIZ, CHECK = range(1, 7)
CELLS = ["from batchnorm_lesson import exercises, explorers, questions", "explorers.balance()", "explorers.knee()",
         "explorers.estimates()", "questions.predict('pair')", "questions.quiz(1)",
         "exercises.batch_mean.check(lambda x: x.mean() + 1)"]
PATIENCE = 0.7  # seconds: longer than access.js waits


@pytest.fixture(scope="module")
def lab():
    return pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")


@pytest.fixture(scope="module")
def server(lab, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("access")
    (scratch / "files").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS)), metadata=kernel),
                   scratch / "files" / "access.ipynb")
    with lab.server(scratch / "files", scratch, "--JupyterNotebookApp.expose_app_in_browser=True") as address:
        yield address


@pytest.fixture(scope="module")
def page(lab, server, browser):
    with lab.browser_page(browser, server) as page:
        lab.open_notebook(page, "access.ipynb")
        lab.run_all(page)
        page.wait_for_function("() => document.querySelectorAll('.mended').length == 8")  # a quiz is four boxes
        yield page
        assert not page.errors
        lab.close_notebook(page)


def place(page, cell):
    return page.locator(".jp-Notebook .jp-Cell").nth(cell)


LISTEN = """() => {
    const region = document.querySelector('.lesson-heard');
    window.heard = [];
    window.listener ??= new MutationObserver(() => region.textContent && heard.push(region.textContent));
    listener.observe(region, {childList: true});
}"""


def heard(page, act):
    """All that a screen reader is told after an act, until nothing more is to come."""
    page.wait_for_timeout(1000 * PATIENCE)  # nothing of before
    page.evaluate(LISTEN)
    act()
    page.wait_for_function("() => heard.length > 0")
    page.wait_for_timeout(1000 * PATIENCE)
    return page.evaluate("() => heard")


def words(page, cell):
    return " ".join(place(page, cell).locator(".spoken").first.inner_text().split())


def said_and_shown(page, cell):
    """Name and value of each slider as a screen reader says them, and label and number as the page shows them."""
    sliders = place(page, cell).locator(".widget-slider").all()
    handles = [slider.get_by_role("slider") for slider in sliders]
    said = [(handle.get_attribute("aria-label"), handle.get_attribute("aria-valuetext")) for handle in handles]
    return said, [(slider.locator(".widget-label").inner_text(), slider.locator(".widget-readout").text_content())
                  for slider in sliders]


@pytest.mark.parametrize("cell", [BALANCE, KNEE, STOPS, PREDICTION])
def test_a_slider_says_its_name_and_the_number_that_is_shown(page, cell):
    for key in (None, "End", "ArrowLeft", "Home"):
        if key:
            place(page, cell).get_by_role("slider").first.press(key)
            page.wait_for_timeout(200)
        said, shown = said_and_shown(page, cell)
        assert said == shown and all(name and number for name, number in said)


def test_a_picture_says_what_it_shows_after_a_move_too(page):
    image, sentence = place(page, KNEE).locator(".widget-image"), place(page, KNEE).locator(".explorer-sentence")
    for key in ("Home", "End"):
        place(page, KNEE).get_by_role("slider").first.press(key)
        page.wait_for_timeout(1000 * PATIENCE + 300)
        assert image.get_attribute("alt") == sentence.inner_text() and len(sentence.inner_text()) > 40


def test_a_drag_is_told_once_when_it_rests(page):
    def drag():
        knob = place(page, BALANCE).get_by_role("slider").first
        knob.scroll_into_view_if_needed()
        box = knob.bounding_box()
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + 60, box["y"] + 5, steps=20)
        page.mouse.up()

    before = words(page, BALANCE)
    assert heard(page, drag) == [words(page, BALANCE)] != [before]
    assert place(page, BALANCE).locator("[role=status]").count() == 0, "it would be told at every move as well"


def test_the_answer_to_a_question_is_told(page):
    for cell, button in [(PREDICTION, "Reveal"), (QUIZ, "Answer B")]:
        press = place(page, cell).get_by_role("button", name=button).first.click
        told = heard(page, press)
        assert len(told) == 1 and told[0] in " ".join(place(page, cell).inner_text().split()) and len(told[0]) > 40


def test_the_result_of_a_check_is_told(page):
    told = heard(page, lambda: page.evaluate("""async index => {
        jupyterapp.shell.currentWidget.content.activeCellIndex = index;
        await jupyterapp.commands.execute('notebook:run-cell');
    }""", CHECK))
    assert len(told) == 1 and told[0].startswith("✗ Not right yet.")


@pytest.mark.parametrize("leave", ["Tab", "click", "Enter"])
def test_a_typed_number_counts_when_it_is_left(page, leave):
    slider = place(page, BALANCE).locator(".widget-slider").nth(1)
    number, handle = slider.get_by_role("textbox"), slider.get_by_role("slider")
    wanted = {"Tab": "4.5", "click": "21.0", "Enter": "7.5"}[leave]
    number.click()
    page.keyboard.type(wanted)
    if leave == "click":
        place(page, BALANCE).locator(".widget-image").click()
    else:
        page.keyboard.press(leave)
    page.wait_for_function("([handle, wanted]) => handle.ariaValueNow == wanted", arg=[handle.element_handle(), wanted])
    page.wait_for_function("([words, wanted]) => words.innerText.includes(wanted)",
                           arg=[place(page, BALANCE).locator(".spoken").element_handle(), f"{float(wanted):g}"])


def test_a_power_of_ten_is_shown_as_it_is_typed(page):
    slider = place(page, KNEE).locator(".widget-slider").first
    slider.get_by_role("slider").press("Home")
    slider.get_by_role("slider").press("Tab")  # selects the number as a click does
    page.keyboard.type("1e-5")
    page.keyboard.press("Enter")
    page.wait_for_function("handle => handle.ariaValueNow == '-5.0'",
                           arg=slider.get_by_role("slider").element_handle())
    assert slider.get_by_role("textbox").inner_text() == "1e-5"


def test_a_second_click_into_a_number_sets_the_caret(page):
    number = place(page, BALANCE).locator(".widget-slider").first.get_by_role("textbox")
    selected = []
    for _ in range(2):
        number.click()
        selected.append(page.evaluate("() => getSelection().toString()"))
    assert selected == [number.inner_text(), ""]


def test_the_sentence_takes_no_room_beside_a_picture_that_is_seen(page):
    sentence = place(page, BALANCE).locator(".explorer-sentence")
    rooms = sentence.evaluate("""sentence => {
        const explorer = sentence.closest('.explorer'), without = explorer.cloneNode(true);
        without.classList.remove('mended');  // the page of somebody who has no anywidget
        explorer.after(without);
        const rooms = [explorer, without].map(box => {
            const words = box.querySelector('.explorer-sentence').parentElement;
            return [words.offsetHeight, box.offsetHeight];
        });
        without.remove();
        return rooms;
    }""")
    (hidden, less), (shown, more) = rooms
    assert hidden <= 1 and shown > 40 and more - less == shown
    assert sentence.inner_text() in words(page, BALANCE)


def test_no_key_leads_to_a_number_that_cannot_be_typed(page):
    slider = place(page, STOPS).locator(".widget-slider")
    slider.get_by_role("slider").press("Tab")
    assert page.evaluate("() => document.activeElement.innerText") == "Reset"


def test_notebook_7_leaves_the_arrow_keys_to_a_slider(lab, page, server):
    other = page.context.browser.new_page()
    other.goto(server.replace("/lab?", "/notebooks/access.ipynb?"))
    lab.wait_for_kernel(other, "access.ipynb")
    lab.run_all(other)
    other.locator(".mended").nth(1).wait_for()
    handle = other.locator(".jp-Cell").nth(BALANCE).get_by_role("slider").first
    before = float(handle.get_attribute("aria-valuenow"))
    for key, step in [("ArrowRight", 0.5), ("ArrowUp", 1.0), ("ArrowLeft", 0.5), ("ArrowDown", 0.0)]:
        handle.press(key)
        other.wait_for_function("([handle, now]) => handle.ariaValueNow == now",
                                arg=[handle.element_handle(), f"{before + step:.1f}"])
    other.close()
