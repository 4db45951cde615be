"""Every lesson in JupyterLab, in a real browser: every cell run, every slider moved, every question answered."""
import re
import shutil
import time

import nbformat
import pytest

import axe
import expected
from conftest import THOROUGH
from lessons import NOTEBOOKS, QUESTIONS

lab = pytest.importorskip("lab", reason="Playwright is not installed (pip install -r tests/requirements.txt)")

PATIENCE = 5  # seconds until a change must have arrived; reached only when something is wrong
SMALL = "small.ipynb"  # no lesson: opened a few times without being looked at

EXPLORER, EXERCISE = r"^explorers\.(\w+)\(", r"^exercises\.(\w+)\.check\("
PREDICTION, QUIZ = r"^questions\.predict\([\"']([\w-]+)", r"^questions\.quiz\((\d+)\)"
RESULT = r"^%%result ([\w-]+)"

PARTS = ".jp-Notebook :is(.jp-OutputArea-output, .jp-MarkdownOutput)"
THEIRS = {
    # A picture's metadata has the text; JupyterLab and Notebook do not hand it on to the page.
    r"image-alt: .*<img src=\"data:image/png;base6": "https://github.com/jupyter/enhancement-proposals/issues/120",
    # Links in the prose differ from the words around them by their colour alone: JupyterLab's themes underline none.
    r"link-in-text-block: .*<a href=": "https://github.com/jupyterlab/jupyterlab/issues/9399",
}

# The lessons that train for long are only looked at, as they were saved, unless THOROUGH: their cells are run and their
# explorers moved without a browser as well.
RUN = [path for path in NOTEBOOKS if THOROUGH or path.stem[:2] not in ("00", "08", "09")]
every_notebook, every_run = (pytest.mark.parametrize("notebook", paths, indirect=True, ids=lambda path: path.stem[:2])
                             for paths in (NOTEBOOKS, RUN))


# Looking at the page

LOOK = """async ([index, old, patience]) => {
    const cells = [...document.querySelectorAll('.jp-Notebook .jp-Cell')], cell = cells[index];
    const words = () => cell.querySelector('.jp-OutputArea-output').innerText.replaceAll('\u00a0', ' ');
    if (words() === old) await new Promise(resolve => {
        const observer = new MutationObserver(() => words() !== old && finish()), timer = setTimeout(finish, patience);
        observer.observe(cell, {subtree: true, childList: true, characterData: true});
        function finish() { observer.disconnect(); clearTimeout(timer); resolve(); }
    });
    const place = element => {
        const box = element.getBoundingClientRect(), first = cells[0].getBoundingClientRect();
        return [box.left - first.left, box.top - first.top, box.width, box.height].map(Math.round);
    };
    const image = cell.querySelector('.widget-image');
    for (let tries = 1; ; tries++) {  // a decoding ends early when the next picture arrives
        try { await image.decode(); break; } catch (error) { if (tries == 20) throw error; }
    }
    return {
        picture: image.src,  // a new address for new bytes, and only for new bytes
        size: [image.naturalWidth, image.naturalHeight],
        // The attributes: in Firefox the properties count the zoom of a slide.
        asked_size: ['width', 'height'].map(side => Number(image.getAttribute(side))),
        words: words(),
        places: [cell, image, ...cells.slice(index + 1, index + 2)].map(place),
        controls: [...cell.querySelectorAll('.widget-slider, .widget-dropdown')].map(control => {
            const handle = control.querySelector('.noUi-handle'), list = control.querySelector('select');
            return {
                label: control.querySelector('.widget-label').innerText,
                text: (list ? list.selectedOptions[0] : control.querySelector('.widget-readout'))
                    .innerText.replaceAll('\u00a0', ' '),
                value: handle?.closest('.noUi-target').noUiSlider.get(), now: handle?.ariaValueNow,
                low: handle?.ariaValueMin, high: handle?.ariaValueMax,
            };
        }),
    };
}"""

CUT = """place => [...place.querySelectorAll('.widget-label')].filter(label => label.scrollWidth > label.clientWidth)
    .map(label => label.innerText)"""

# What can be pressed, dragged or typed into, and something else lies over it.
COVERED = """places => places.flatMap(place => {
    place.scrollIntoView({block: 'center'});
    const controls = '.noUi-handle, .widget-slider:not(.stops) .widget-readout, button, select';
    return [...place.querySelectorAll(controls)].filter(part => {
        const box = part.getBoundingClientRect();
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return !part.contains(top);
    }).map(part => `${part.className}: ${part.innerText}`);
})"""

SAID = """(place, [old, patience]) => new Promise(resolve => {
    const said = () => [...place.querySelectorAll('.spoken')].map(part => part.innerText);
    const observer = new MutationObserver(() => String(said()) != String(old) && finish());
    const timer = setTimeout(finish, String(said()) == String(old) ? patience : 0);
    observer.observe(place, {subtree: true, childList: true, characterData: true});
    function finish() { observer.disconnect(); clearTimeout(timer); resolve(said()); }
})"""


# Fixtures: one server and one page for the module, one run of each notebook

@pytest.fixture(scope="module")
def jupyter(browser, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("lab")
    shutil.copytree(lab.ROOT / "notebooks", scratch / "notebooks", ignore=shutil.ignore_patterns(".*"))
    nbformat.write(nbformat.v4.new_notebook(metadata=nbformat.read(NOTEBOOKS[0], as_version=4).metadata),
                   scratch / "notebooks" / SMALL)
    with lab.server(scratch / "notebooks", scratch / "own") as address, lab.browser_page(browser, address) as page:
        page.requested = []
        page.on("request", lambda request: page.requested.append(request.url))
        yield page


@pytest.fixture(scope="module")
def notebook(jupyter, request):
    """The page with a notebook in it, all cells of one of RUN are run; the sources of its cells are attached."""
    jupyter.errors.clear()
    jupyter.requested.clear()
    lab.open_notebook(jupyter, request.param.name)
    if request.param in RUN:
        lab.run_all(jupyter)
    jupyter.sources = [cell.source for cell in nbformat.read(request.param, as_version=4).cells]
    yield jupyter
    lab.close_notebook(jupyter)


def cells_with(notebook, pattern):
    """(index, name that the pattern catches, place in the page) of every cell that matches a pattern."""
    for index, source in enumerate(notebook.sources):
        match = re.search(pattern, source, re.MULTILINE)
        if match:
            yield index, match[1], notebook.locator(".jp-Notebook .jp-Cell").nth(index)


# Looking at an explorer

def look(notebook, cell, old=None):
    """What an explorer shows; if it still says the old words, wait a fifth of a second for others."""
    return notebook.evaluate(LOOK, [cell, old, 200])


def value_of(control):
    """What a control is set to, as a person reads it: a number where it is one."""
    # A power of ten is shown in two digits; its slider knows the exponent.
    if re.fullmatch(r"[\d.]+e[+−-]\d+", control["text"]):
        return 10 ** float(control["value"])
    number = control["text"].replace("−", "-")
    return float(number) if re.fullmatch(r"-?[\d.]+", number) else control["text"]


def wrong_numbers(name, seen):
    values = {control["label"]: value_of(control) for control in seen["controls"]}
    return expected.wrong_numbers(name, values, seen["words"])


def settled(notebook, cell, name, before, arrived):
    """The explorer as soon as it has left the state before, has arrived and says the right numbers, or late."""
    deadline, seen = time.monotonic() + PATIENCE, before
    while True:
        seen = look(notebook, cell, seen["words"])
        if arrived(seen) and not wrong_numbers(name, seen) or time.monotonic() > deadline:
            return seen


def problems_of(name, before, after):
    """What is wrong after a move."""
    return wrong_numbers(name, after) + [words for words, wrong in [
        (f"something moved on the page: {before['places']} → {after['places']}", before["places"] != after["places"]),
        ("the picture has another size", before["asked_size"] != after["asked_size"]),
        ("the picture could not be drawn", "⚠" in after["words"]),
    ] if wrong]


def reset(notebook, cell, name, start):
    """Press Reset; says what did not come back."""
    before = look(notebook, cell)
    press_button(notebook, cell, "Reset")
    after = settled(notebook, cell, name, before,
                    lambda seen: (seen["controls"], seen["words"]) == (start["controls"], start["words"]))
    return [f"Reset does not restore the {part}" for part in ("controls", "words") if after[part] != start[part]]


def press_button(notebook, cell, caption):
    notebook.locator(".jp-Notebook .jp-Cell").nth(cell).get_by_role("button", name=caption, exact=True).click()


# Moves of a slider by the mouse; each returns the end that it leads to

GRIP = """handle => {
    handle.scrollIntoView({block: 'nearest'});
    const box = handle.getBoundingClientRect(), track = handle.closest('.noUi-base').getBoundingClientRect();
    return {x: box.left + box.width / 2, y: box.top + box.height / 2, left: track.left, width: track.width};
}"""


def drag_to_the_right(notebook, handle, direction=1):
    grip = handle.evaluate(GRIP)
    notebook.mouse.move(grip["x"], grip["y"])
    notebook.mouse.down()
    end = grip["left"] + grip["width"] * (0.5 + 0.7 * direction)
    notebook.mouse.move(end, grip["y"], steps=2)  # one picture on the way
    notebook.mouse.up()
    return "high" if direction > 0 else "low"


def drag_to_the_left(notebook, handle):
    return drag_to_the_right(notebook, handle, -1)


# The tests

@every_run
def test_run_all_shows_no_error(notebook):
    seen = notebook.evaluate("""() => ({
        runs: [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.innerText),
        red: [...document.querySelectorAll('[data-mime-type*=stderr], [data-mime-type*=error]')]
            .map(area => area.innerText),
    })""")
    assert not seen["red"]
    assert seen["runs"] and seen["runs"] == [f"[{count}]:" for count in range(1, len(seen["runs"]) + 1)]


@every_notebook
def test_formulas_are_rendered(notebook):
    formulas = len(re.findall(r"[$]{2}[^$]+[$]{2}|[$][^$]+[$]", "\n".join(
        source for source, kind in zip(notebook.sources, lab.cell_kinds(notebook)) if kind == "markdown")))
    assert formulas > 0
    notebook.wait_for_function("count => document.querySelectorAll('mjx-container').length >= count", arg=formulas)
    prose = " ".join(notebook.locator(".jp-MarkdownOutput").all_inner_texts())
    assert "$$" not in prose and "\\" not in prose
    assert notebook.locator("mjx-merror, [data-mjx-error], .MathJax_Error").count() == 0


@every_notebook
def test_nothing_is_wider_than_its_place(notebook):
    """On a screen of 1366 × 768 neither the page nor anything in the notebook needs to be scrolled sideways."""
    wide = notebook.evaluate("""() => [document.documentElement, ...document.querySelectorAll(
        '.jp-WindowedPanel-outer, .jp-MarkdownOutput, .jp-OutputArea-output, .jp-OutputArea-output .widget-box')]
        .filter(part => part.scrollWidth > part.clientWidth + 1)
        .map(part => `${part.className} ${part.scrollWidth} > ${part.clientWidth}: ${part.innerText.slice(0, 60)}`)""")
    assert not wide


@every_notebook
def test_there_is_room_below_a_fold(notebook):
    tight = notebook.evaluate("""() => [...document.querySelectorAll('.jp-MarkdownOutput details + *')]
        .filter(next => next.getBoundingClientRect().top
                        < next.previousElementSibling.getBoundingClientRect().bottom + 10)
        .map(next => next.innerText)""")
    assert not tight


@every_run
def test_explorers_are_painted(notebook):
    problems = []
    for cell, name, place in cells_with(notebook, EXPLORER):
        seen = look(notebook, cell)
        (width, height), (across, down) = seen["size"], seen["asked_size"]
        assert width >= 2 * across and min(across, down) >= 100, "not sharp at two pixels a point"
        assert abs(width / across - height / down) < 0.02, "stretched"
        problems += [f"{name}: {problem}" for problem in problems_of(name, seen, seen)]
        problems += [f"{name}: the label {label} is cut" for label in place.evaluate(CUT)]
        problems += [f"{name}: it is judged before it is moved"] * ("✗ Not" in seen["words"])
    assert not problems, "\n".join(problems)


@every_run
def test_sliders_follow_keys_to_both_ends(notebook):
    """All the sliders of an explorer go to one end, then to the other; test_explorers.py moves them one by one."""
    problems = []
    for cell, name, place in cells_with(notebook, EXPLORER):
        start = before = look(notebook, cell)
        handles = place.locator(".noUi-handle").all()
        for key, end in [("End", "high"), ("Home", "low")]:
            for handle in handles:
                handle.press(key)
            after = settled(notebook, cell, name, before, lambda seen: not missing(before, seen, end))  # noqa: B023
            problems += [f"{name}, {key}: {problem}"
                         for problem in missing(before, after, end) + problems_of(name, before, after)]
            before = after
        problems += [f"{name}: {problem}" for problem in reset(notebook, cell, name, start)]
    assert not problems, "\n".join(problems)


def sliders_of(seen):
    return [control for control in seen["controls"] if control["now"] is not None]


def missing(before, after, end, number=None):
    """What a move to an end, of all sliders or of one, has left undone."""
    which = slice(number, None if number is None else number + 1)
    moved = list(zip(sliders_of(before), sliders_of(after)))[which]
    short = [f"{now['label']} stops at {now['now']}" for _, now in moved if now["now"] != now[end]]
    if short or all(was["now"] == now["now"] for was, now in moved):
        return short
    return [f"the {part} stay the same" for part in ("words", "picture") if after[part] == before[part]]


@every_run
def test_nothing_lies_over_a_control(notebook):
    for _, name, place in cells_with(notebook, EXPLORER):
        assert not place.evaluate_all(COVERED), name


@every_run
def test_a_slider_follows_mouse_and_arrow_keys(notebook):
    """The first of the lesson's first explorer, unless THOROUGH that of each: all sliders are made alike."""
    problems = []
    for cell, name, place in list(cells_with(notebook, EXPLORER))[:None if THOROUGH else 1]:
        start = before = look(notebook, cell)
        handle = place.locator(".noUi-handle").first
        for move in (drag_to_the_right, drag_to_the_left):
            end = move(notebook, handle)
            after = settled(notebook, cell, name, before,
                            lambda seen: not missing(before, seen, end, 0))  # noqa: B023
            problems += [f"{name}, {move.__name__}: {problem}"
                         for problem in missing(before, after, end, 0) + problems_of(name, before, after)]
            before = after
        for key in ("ArrowRight", "ArrowLeft"):  # the mouse has made them the slider's
            notebook.keyboard.press(key)
            # A single step may be too small for a pixel, but the words name it.
            after = settled(notebook, cell, name, before, lambda seen: seen["words"] != before["words"])  # noqa: B023
            problems += [f"{name}, {key}: {problem}" for problem in problems_of(name, before, after)]
            problems += [f"{name}, {key}: the words stay the same"] * (after["words"] == before["words"])
            before = after
        problems += [f"{name}: {problem}" for problem in reset(notebook, cell, name, start)]
    assert not problems, "\n".join(problems)


@every_run
def test_text_box_takes_numbers_and_ignores_words(notebook):
    """The first of each explorer: the others are made alike."""
    problems, count = [], len(lab.cell_kinds(notebook))
    boxes = [(cell, name, slider) for cell, name, place in cells_with(notebook, EXPLORER)
             for slider in place.locator(".widget-slider:not(.stops)").all()[:1]]
    for cell, name, slider in boxes:
        start, text, handle = look(notebook, cell), slider.locator(".widget-readout"), slider.locator(".noUi-handle")
        before = text.inner_text()
        # In the notebook's command mode, d d would delete the cell and b would add one.
        type_into(notebook, text, "ddb")
        at_low_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemin")
        handle.press("End" if at_low_end else "Home")
        away = settled(notebook, cell, name, start, lambda seen: seen["words"] != start["words"])  # noqa: B023
        type_into(notebook, text, before)
        after = settled(notebook, cell, name, away, lambda seen: seen["words"] == start["words"])  # noqa: B023
        problems += [f"{name}: {problem}" for problem in problems_of(name, start, after)]
        problems += [f"{name}: {before!r} is not taken"] * (after["words"] != start["words"])
    assert not problems, "\n".join(problems)
    assert len(lab.cell_kinds(notebook)) == count


def type_into(notebook, text, words):
    text.click()
    notebook.keyboard.type(words)
    notebook.keyboard.press("Enter")


@every_run
def test_buttons_and_lists(notebook):
    """The last button and the last entry of each list lead to right words; test_explorers.py tries all the others."""
    problems = []
    for cell, name, place in cells_with(notebook, EXPLORER):
        start = look(notebook, cell)
        captions = [caption for caption in place.locator(".widget-button").all_inner_texts()
                    if caption not in ("Reset", "Train", "Stop")]  # test_live.py
        for caption in captions[-1:]:
            before = look(notebook, cell)
            press_button(notebook, cell, caption)
            problems += [f"{name}, {caption}: {problem}"
                         for problem in problems_after(notebook, cell, name, start, before)]
        for entries in place.locator("select").all():
            entry, before = entries.locator("option").all_inner_texts()[-1], look(notebook, cell)
            entries.select_option(entry)
            problems += [f"{name}, {entry}: {problem}"
                         for problem in problems_after(notebook, cell, name, start, before)]
        if captions or place.locator("select").count():
            problems += [f"{name}: {problem}" for problem in reset(notebook, cell, name, start)]
    assert not problems, "\n".join(problems)


def problems_after(notebook, cell, name, start, before):
    """What is wrong after a press that may, rightly, change nothing, so that there may be no change to wait for."""
    return problems_of(name, start, settled(notebook, cell, name, before, lambda seen: True))


@every_run
def test_no_result_is_seen_before_it_is_asked_for(notebook):
    """After Run All the page says nothing of what the predictions are about; Enter shows it, Space hides it again."""
    results = list(cells_with(notebook, RESULT))
    assert {name for _, name, _ in results} == {name for _, name, _ in cells_with(notebook, PREDICTION)}
    page = notebook.locator(".jp-Notebook").inner_text()
    for _, name, place in results:
        lines = [line for line in place.locator("details").first.text_content().splitlines()[1:] if line.strip()]
        assert not [line for line in lines if line in page], name
        block, summary = place.locator("details"), place.locator("summary")
        assert block.get_attribute("open") is None, name
        summary.press("Enter")
        assert block.get_attribute("open") is not None, name
        summary.press("Space")
        assert block.get_attribute("open") is None, name


@every_run
def test_predictions_say_how_far_off(notebook):
    for _, name, place in cells_with(notebook, PREDICTION):
        entry = QUESTIONS["predict"][name]
        assert place.locator(".spoken").inner_text() == "", "the answer is there before it is asked for"
        if "choices" in entry:
            check_choice(place, entry["choices"], place.locator(".widget-button").all())
            continue
        place.locator(".noUi-handle").press("End")
        said = answer_after(place, place.get_by_role("button", name="Reveal").click)
        off = entry["high"] - entry["answer"]
        assert f"You said {entry['high']:g}".replace("-", "−") in said and plain(entry["because"]) in said
        assert off <= entry.get("near", entry["step"] / 2) or f"{off:g} too high" in said
        typed = place.locator("input[type=text]")
        typed.fill("9,25")
        assert "You said 9.25" in answer_after(place, place.get_by_role("button", name="Reveal").click)
        typed.fill("7.75")
        assert "You said 7.75" in answer_after(place, lambda: typed.press("Enter"))  # noqa: B023


@every_run
def test_an_answer_opens_the_result(notebook):
    for *_, place in cells_with(notebook, RESULT):
        place.locator("details[open]").wait_for(timeout=1000 * PATIENCE)


@every_run
def test_a_quiz_answers_in_the_words_of_the_choice(notebook):
    for _, lesson, place in cells_with(notebook, QUIZ):
        buttons = place.locator(".widget-button").all()
        for question in QUESTIONS["quiz"][f"{int(lesson):02}"]:
            own, buttons = buttons[:len(question["choices"])], buttons[len(question["choices"]):]
            check_choice(place, question["choices"], own)
        assert not buttons


def check_choice(place, choices, buttons):
    """The right one is pressed; test_questions.py presses all the others."""
    assert len(buttons) == len(choices)
    number, right = next((number, choice) for number, choice in enumerate(choices) if choice.get("right"))
    said = answer_after(place, buttons[number].click)
    assert plain(right["because"]) in said and "Right." in said


def answer_after(place, act):
    """What the feedback says once it differs from what it said before the act."""
    before = place.evaluate(SAID, [None, 0])
    act()
    return " ".join(set(place.evaluate(SAID, [before, 1000 * PATIENCE])) - set(before))


def plain(words):
    return words.replace("`", "")


PALE = """parts => {
    for (const part of [parts[0], parts.at(-1)]) {
        const words = Object.assign(document.createElement('p'), {className: 'pale', innerText: 'pale words'});
        words.style = 'color: #aaa; background: #fff';
        part.append(words);
    }
}"""


@every_notebook
def test_axe_finds_nothing_of_ours(notebook):
    """The outputs and the prose; what is another project's is in THEIRS, with the place where it is discussed."""
    found = []
    # Two words that are too pale, at the top and at the end: axe-core passes over what it takes for hidden.
    notebook.locator(PARTS).evaluate_all(PALE)
    with lab.nothing_scrolled_away(notebook):
        now = lab.theme(notebook)
        other, = set(lab.THEMES) - {now}  # changes nothing but colours
        for theme, rules in [(now, None), (other, ["color-contrast"])][:1 + THOROUGH]:
            lab.set_theme(notebook, theme)
            found += [f"{theme}: {problem}" for problem in axe.violations(notebook, PARTS, rules)
                      if not any(re.match(theirs, problem) for theirs in THEIRS)]
    notebook.locator(".pale").evaluate_all("words => words.forEach(word => word.remove())")
    pale = [problem for problem in found if 'class="pale"' in problem]
    assert len(pale) == 2 * (1 + THOROUGH)
    assert found == pale, "\n".join(found)


@every_run
def test_exercises_wait_for_an_answer(notebook):
    for _, name, place in cells_with(notebook, EXERCISE):
        assert "Not attempted" in place.locator(".jp-OutputArea").inner_text(), name


@every_notebook
def test_nothing_was_logged_as_an_error(notebook):
    assert not notebook.errors


@every_notebook
def test_the_tabs_icon_was_not_fetched_again(notebook):
    """Nor was anybody asked for news: the lessons' settings switch both off."""
    assert not [url for url in notebook.requested if "favicon" in url or "/lab/api/news" in url]


# What stays when a student goes on

RUNNING = "() => jupyterapp.serviceManager.kernels.refreshRunning().then(" \
          "() => [...jupyterapp.serviceManager.kernels.running()].map(kernel => kernel.id))"


def running(page):
    """The kernels that the server has now."""
    return page.evaluate(RUNNING)


def test_a_closed_tab_ends_its_kernel_and_a_page_loaded_anew_does_not(jupyter):
    """Each open lesson costs some 120 MB: it goes with the tab, and not with a browser that is closed by mistake."""
    before = running(jupyter)
    lab.open_notebook(jupyter, SMALL)
    kernel, = set(running(jupyter)) - set(before)
    jupyter.reload()
    jupyter.wait_for_function("() => window.jupyterapp?.restored.then(() => true)")
    lab.open_notebook(jupyter, SMALL)
    assert kernel in running(jupyter)
    jupyter.evaluate("() => jupyterapp.commands.execute('docmanager:save')")  # else it asks whether to
    jupyter.locator("#jp-main-dock-panel .lm-mod-current .lm-TabBar-tabCloseIcon").click()
    deadline = time.monotonic() + PATIENCE
    while kernel in running(jupyter) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert kernel not in running(jupyter)
