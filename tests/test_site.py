"""The pages for reading, in a browser without a network: what each shows, hides, links to, and how wide it is."""
import html
import io
import re
from urllib.parse import unquote, urlsplit

import nbformat
import numpy as np
import pytest
from PIL import Image

from batchnorm_lesson.figures import style
from batchnorm_lesson.files import OwnFolder
from batchnorm_lesson.lessons import Lesson
from conftest import THOROUGH
from lessons import NOTEBOOKS, QUESTIONS, ROOT, contrast

pytest.importorskip("latex2mathml", reason="latex2mathml is not installed (pip install -r tests/requirements.txt)")
from batchnorm_lesson.editions import key, markdown, pages  # noqa: E402

NAMES = ["index.html", *(path.stem + ".html" for path in NOTEBOOKS)]
PROSE = ["index.html", "teaching.html", "help.html"]
PHONE = {"width": 360, "height": 740}
SCREENS = [{"width": 1366, "height": 768}, {"width": 1280, "height": 720}]
FACTS = """() => ({
    ids: [...document.querySelectorAll('[id]')].map(element => element.id),
    links: [...document.links].map(link => link.getAttribute('href')),
    pictures: [...document.images].map(image => [image.alt, image.complete && image.naturalWidth]),
    formulas: [...document.querySelectorAll('math')].map(formula => formula.textContent),
    folded: [...document.querySelectorAll('details')].map(block => !block.open && (block.querySelector('img') ||
        block.textContent.trim().length > block.firstElementChild.textContent.trim().length)),
    scripts: document.scripts.length,
    text: document.body.innerText,
    all: document.body.textContent,
})"""
# What can be scrolled sideways, and neither takes the focus nor stands in something that does.
STUCK = """() => [...document.querySelectorAll('main *')]
    .filter(element => element.scrollWidth > element.clientWidth + 1 &&
                       getComputedStyle(element).overflowX == 'auto' && element.tabIndex < 0)
    .map(element => element.outerHTML.slice(0, 200))"""
CUT = "() => [...document.querySelectorAll('.formula')].filter(formula => formula.scrollWidth > formula.clientWidth)" \
      ".map(formula => formula.textContent)"
INKS = """() => [...document.querySelectorAll('[mathcolor]')]
    .map(part => [part.getAttribute('mathcolor'), getComputedStyle(part).color])"""


# axe-core takes most of a visit's time, and pages of one kind are alike.
ASKED = [*NAMES, *PROSE[1:]] if THOROUGH else [*PROSE, NAMES[5]]


class Visit:
    """What one page is like: its facts, requests, the widths it needs and, of those in ASKED, axe-core's findings."""

    def __init__(self, tab, address):
        from axe import violations
        tab.requests.clear()
        tab.set_viewport_size(SCREENS[0])
        tab.emulate_media(color_scheme="light")
        tab.goto(address)
        self.requests, self.facts = list(tab.requests), tab.evaluate(FACTS)
        asked = address.rpartition("/")[2] in ASKED
        self.violations = violations(tab) if asked else []
        self.inks = {tuple(ink) for ink in tab.evaluate(INKS)}
        tab.emulate_media(color_scheme="dark")
        self.violations += violations(tab, rules=["color-contrast"]) if asked else []
        self.dark_inks = {tuple(ink) for ink in tab.evaluate(INKS)}
        self.cut = tab.evaluate(CUT)
        self.too_wide = [size for size in (*SCREENS, PHONE) if self._width(tab, size) > size["width"]]
        self.stuck = tab.evaluate(STUCK)

    @staticmethod
    def _width(tab, size):
        tab.set_viewport_size(size)
        return tab.evaluate("() => document.documentElement.scrollWidth")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    OwnFolder(folder, "pages", "FOLDER").write(pages.pages(ROOT))
    return folder


@pytest.fixture(scope="module")
def tab(browser):
    """A tab in which every request that is not for a file of the site fails, and is noted down as all others are."""
    from playwright.sync_api import sync_playwright

    from lab import AS_ROOT, FLAGS
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=FLAGS + ["--no-sandbox"] * AS_ROOT)
        tab = running.new_context(offline=True).new_page()
        tab.requests = []
        tab.on("request", lambda request: tab.requests.append(request.url))
        yield tab
        running.close()


@pytest.fixture(scope="module")
def visits(site, tab):
    return {name: Visit(tab, (site / name).as_uri()) for name in [*NAMES, *PROSE[1:]]}


def problems(visits, find):
    """What a function finds wrong with the pages, by page."""
    found = {name: find(name, visit) for name, visit in visits.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def cells(name, kind):
    """The cells of a kind of the notebook behind a page."""
    if name in PROSE:
        return []
    notebook = nbformat.read(ROOT / "notebooks" / name.replace(".html", ".ipynb"), as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def plain(text):
    return re.sub(r"\s+", " ", text).strip()


def test_there_is_a_page_for_each_lesson(site):
    assert {path.name for path in site.glob("*.html")} == {*NAMES, *PROSE}
    assert sum(path.stat().st_size for path in site.rglob("*")) < 5e6


def test_axe_finds_nothing(visits):
    assert not problems(visits, lambda name, visit: visit.violations)


def test_axe_is_asked(tab):
    from axe import violations
    tab.set_content("<html lang=en><title>t</title><main><h1>h</h1><img src=''><p style='color:#999'>pale</p></main>")
    assert {found.split(":")[0] for found in violations(tab)} == {"color-contrast", "image-alt"}
    assert len(violations(tab, "p")) == len(violations(tab, rules=["image-alt"])) == 1


def test_nothing_is_fetched_and_nothing_runs(visits):
    assert not problems(visits, lambda name, visit: [url for url in visit.requests if not url.endswith(name)
                                                     and not url.startswith("data:")])
    assert not problems(visits, lambda name, visit: visit.facts["scripts"])


def test_no_page_is_wider_than_the_screen(visits):
    assert not problems(visits, lambda name, visit: visit.too_wide or visit.stuck)


def test_formulas_fit(visits):
    assert not problems(visits, lambda name, visit: visit.cut)


def edge(tab, part, side):
    """How bright the page is at an edge of a part, above its first line, from 0 to 255."""
    box = part.bounding_box()
    left = box["x"] + (4 if side == "left" else box["width"] - 6)  # behind the bar beside what was printed
    shot = tab.screenshot(clip={"x": left, "y": box["y"] + 4, "width": 2, "height": 2})
    return np.asarray(Image.open(io.BytesIO(shot)).convert("L")).mean()


@pytest.mark.parametrize("name, selector", [(NAMES[7], ".formula"), (NAMES[7], ".highlight pre"),
                                            (NAMES[7], ".output pre"), ("teaching.html", ".table")])
def test_what_scrolls_on_a_phone_is_shaded_where_it_goes_on(site, tab, name, selector):
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size(PHONE)
    tab.goto((site / name).as_uri())
    parts = tab.locator(selector)
    wide = parts.evaluate_all("parts => parts.findIndex(part => part.scrollWidth > part.clientWidth + 50)")
    part = parts.nth(wide)
    part.scroll_into_view_if_needed()
    for scrolled, shaded in [(0, ["right"]), (25, ["left", "right"]), (9999, ["left"])]:
        part.evaluate("(part, left) => part.scrollTo(left, 0)", scrolled)
        assert [side for side in ("left", "right") if edge(tab, part, side) < 225] == shaded


def test_links_lead_somewhere(site, visits):
    def broken(name, visit):
        return [link for link in visit.facts["links"] if not urlsplit(link).scheme and not resolves(name, link)]

    def resolves(name, link):
        file, _, anchor = link.partition("#")
        file = file or name
        known = visits[file].facts["ids"] if file in visits else []
        return (site / file).is_file() and (not anchor or unquote(anchor) in known)

    assert not problems(visits, broken)
    assert not problems(visits, lambda name, visit: [i for i in visit.facts["ids"] if visit.facts["ids"].count(i) > 1])


def test_lessons_are_linked_in_their_order(visits):
    assert [link for link in visits["index.html"].facts["links"] if link in NAMES[1:]] == NAMES[1:]
    for number, name in enumerate(NAMES[1:], 1):
        around = [*NAMES[max(number - 1, 1):number], "index.html", *NAMES[number + 1:number + 2]]
        links = visits[name].facts["links"]
        assert links[1:1 + len(around)] == links[-len(around):] == around


def test_pictures_have_their_sentences(visits):
    def wrong(name, visit):
        saved = [alt for cell in cells(name, "code") for output in cell.outputs for alt in alts(output)]
        shown = [alt for alt, width in visit.facts["pictures"] if alt and width]
        return shown != saved if saved else len(shown) != len(visit.facts["pictures"])

    def alts(output):
        """The sentences of an output's picture, or of those that are folded away in a result."""
        if "image/png" in output.get("data", {}):
            return [output.metadata["image/png"]["alt"]]
        return list(map(html.unescape, re.findall('<img alt="([^"]*)"', output.get("data", {}).get("text/html", ""))))

    assert not problems(visits, wrong)


def test_formulas_are_formulas(visits):
    def wrong(name, visit):
        text = "\n".join(cell.source for cell in cells(name, "markdown"))
        formulas = re.findall(r"\$\$.+?\$\$|\$.+?\$", text, re.DOTALL)
        left = [formula for formula in visit.facts["formulas"] if "\\" in formula]
        return left or "$" in visit.facts["all"] or len(visit.facts["formulas"]) != len(formulas)
    assert not problems(visits, wrong)


def test_a_sum_in_a_brace_has_its_limits_above_and_below():
    formula = markdown.mathml(r"\underbrace{\sum_{i=1}^m x_i}_{\text{all}}", "block")
    assert "<munderover><mo>&#x02211;</mo>" in formula
    assert "<mo>relu</mo>" in markdown.mathml(r"\mathrm{relu}(x)", "inline")


def test_results_and_answers_are_folded(visits):
    reasons = [entry["because"] for entry in QUESTIONS["predict"].values() if "because" in entry]
    reasons += [choice["because"] for entry in QUESTIONS["predict"].values() for choice in entry.get("choices", [])]

    def seen(name, visit):
        results = [line for cell in cells(name, "code") if cell.source.startswith("%%result")
                   for output in cell.outputs if "<img" not in output.data["text/html"]  # its words are no text
                   for line in output.data["text/plain"].splitlines() if line.strip()]
        assert all(plain(line) in plain(visit.facts["all"]) for line in results)
        text = plain(visit.facts["text"])
        return [line for line in [*results, *map(plain, reasons)] if plain(line) in text]

    assert not problems(visits, seen)
    assert not problems(visits, lambda name, visit: not all(visit.facts["folded"]))
    assert all(visits[name].facts["folded"] for name in NAMES[1:])


def test_what_is_printed_is_shown(visits):
    def missing(name, visit):
        printed = [output.text for cell in cells(name, "code") for output in cell.outputs
                   if output.output_type == "stream"]
        return [text for text in printed if plain(text) not in plain(visit.facts["text"])]
    assert not problems(visits, missing)


def test_what_needs_a_kernel_is_left_out(visits):
    for name in NAMES[1:]:
        text = visits[name].facts["all"]
        assert "%%result" not in text and "Write your own lines" not in text and "First of all" not in text
        assert "This page is for reading." in text
        assert all(cell.source in text for cell in cells(name, "code") if "# your code" in cell.source)
        statements = [output for cell in cells(name, "code") for output in cell.outputs
                      if "text/markdown" in output.get("data", {})]
        assert text.count("Exercise.") == len(statements)


@pytest.mark.parametrize("lite", [None, "lite/lab/index.html?path=notebooks/01_a.ipynb"])
def test_the_live_edition_is_linked_where_there_is_one(lite):
    note = pages.for_reading(Lesson(NOTEBOOKS[1]), lite).cells[1]
    assert (f"[Move the sliders here]({lite})" in note.source) == bool(lite)
    assert (f"[open the lessons in JupyterLite]({lite})" in pages.start(ROOT, lite)) == bool(lite)


def test_an_answer_opens_by_keyboard_and_is_printed_if_it_is_wanted(site, tab):
    tab.goto((site / NAMES[2]).as_uri())
    (answer, other), blocks = tab.locator("details p").all()[:2], tab.locator("details")
    assert not answer.is_visible()
    tab.locator("summary").first.press("Enter")
    assert answer.is_visible()
    tab.emulate_media(media="print")
    assert answer.is_visible() and not other.is_visible() and not tab.locator("nav").first.is_visible()
    assert blocks.evaluate_all("blocks => blocks.filter(block => block.checkVisibility()).length") == 1
    tab.emulate_media(media="screen")
    tab.get_by_label("Print with answers").check()
    assert not other.is_visible()
    tab.emulate_media(media="print")
    assert other.is_visible() and not tab.get_by_label("Print with answers").is_visible()
    tab.emulate_media(media="screen")


def test_the_skip_link_comes_first(site, tab):
    tab.goto((site / NAMES[2]).as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("() => document.activeElement.getAttribute('href')") == "#content"
    assert tab.evaluate("() => document.activeElement.getBoundingClientRect().left") >= 0


def test_colours_of_formulas_can_be_read(visits):
    used = set()
    for visit in visits.values():
        for inks, ground in ((visit.inks, "white"), (visit.dark_inks, "rgb(24, 24, 24)")):
            used |= {name.upper() for name, _ in inks}
            assert all(contrast(ink, ground) >= 4.5 for _, ink in inks)
    assert used <= {colour.upper() for colour in style.COLORS.values()} and len(used) > 4


# On paper

SHEETS = {"sheet.html": 1, "solution.html": 1, "homework.html": 2, "homework-solved.html": 2}
UPRIGHT, ACROSS = (595, 842), (842, 595)  # A4, in points
TYPE = """() => [...document.querySelectorAll('body *')].filter(part => part.innerText?.trim())
    .map(part => parseFloat(getComputedStyle(part).fontSize) * 72 / 96)"""
SPILLED = """() => [...document.querySelectorAll('.sheet')].filter(half =>
    half.scrollHeight > half.clientHeight + 1 || half.scrollWidth > half.clientWidth + 1).length"""


@pytest.fixture(scope="module")
def on_paper():
    return key.files(ROOT)


@pytest.mark.parametrize("name", [*SHEETS, "key.html"])
def test_paper_is_printed_on_its_sheets_in_readable_type(tab, on_paper, name):
    from axe import violations
    tab.requests.clear()
    tab.set_viewport_size(SCREENS[0])
    tab.set_content(on_paper[name])
    assert not tab.requests and not tab.evaluate("() => document.scripts.length") and not violations(tab)
    tab.emulate_media(media="print", color_scheme="light")
    assert round(min(tab.evaluate(TYPE)), 3) >= 10 and not tab.evaluate(SPILLED)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", tab.pdf(prefer_css_page_size=True))  # one a page
    assert {tuple(round(float(side)) for side in box) for box in boxes} == {ACROSS if name == "sheet.html" else UPRIGHT}
    assert len(boxes) == SHEETS.get(name, len(boxes))
    tab.emulate_media(media="screen")


def test_the_site_has_paper_and_leads_nobody_to_the_solution(site, visits):
    assert {path.name for path in (site / "paper").iterdir()} == {"sheet.html", "solution.html", "homework.html"}
    links = {link for visit in visits.values() for link in visit.facts["links"]}
    assert {link for link in links if link.startswith("paper/")} == {"paper/sheet.html", "paper/homework.html"}
    assert not re.search("href=\"(?!data:)", (site / "paper" / "sheet.html").read_text(encoding="utf-8"))
