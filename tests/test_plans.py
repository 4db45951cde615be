"""The plans as data, and the shows that are made of them: what they refuse, and that nothing of a plan is missing."""
import math
import re
import types

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from batchnorm_lesson import lessons, plans
from batchnorm_lesson.editions import namespaces, plan_show, slides
from batchnorm_lesson.lessons import Lesson
from lessons import NOTEBOOKS, ROOT, Notebook

LESSONS = [Lesson(path) for path in NOTEBOOKS]
NAMED = re.compile(r"(?:questions\.predict\(\"|explorers\.|exercises\.)([\w-]+)(?:\((\d)\))?")
every_plan = pytest.mark.parametrize("name", plans.plans())


@pytest.fixture(scope="module")
def shows():
    return {name: plan_show.show(name, LESSONS) for name in plans.plans()}


def kind(cell):
    return cell.metadata["slideshow"]["slide_type"]


def slides_of(show):
    """The slides: each with its part's number, its cells, and the notes to it."""
    found, unseen = [], []
    for cell in show.cells:
        if kind(cell) == "slide":
            found.append((cell.metadata["plan"]["part"], [], []))
        (unseen if kind(cell) == "skip" else found[-1][2] if kind(cell) == "notes" else found[-1][1]).append(cell)
    return found


# The data

@every_plan
def test_the_minutes_add_up(name):
    assert sum(part.minutes for part in plans.plans()[name]) == int(name)


PART = '[[9]]\nminutes = 9\nwhat = "w"\n'
REFUSED = {
    "minutes must be a whole number above 0, got 0": PART.replace("minutes = 9", "minutes = 0"),
    "step must be one of mean, variance, normalize, scale and shift, all, or empty, got 'median'":
        PART + 'step = "median"',
    "cells must be those of a lesson, got lesson None and 1 cells": PART + 'cells = ["cell-01"]',
    "cells must be those of a lesson, got lesson 3 and 0 cells": PART + "lesson = 3",
    "notes must be for the text or for cells of the part, got cell-02, text":
        PART + 'lesson = 3\ncells = ["cell-01"]\n[9.notes]\ncell-01 = "a"\ncell-02 = "b"\ntext = "c"',
    "a part has no lessons": PART + "lessons = 3",
    "missing 1 required positional argument: 'what'": "[[9]]\nminutes = 9",
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_does_not_fit_together_is_refused(why):
    with pytest.raises(ValueError, match=rf"^plan 9, part 1: .*{re.escape(why)}$"):
        plans.read(REFUSED[why])


def test_slides_of_both_plans_that_begin_alike_are_alike():
    first = {}
    for part in [part for parts in plans.plans().values() for part in parts if part.lesson is not None and part.text]:
        heading = part.text.strip().splitlines()[0]
        if part.lesson:  # the title says what is needed on that day
            assert first.setdefault(heading, (part.text, part.notes["text"])) == (part.text, part.notes["text"])
    assert first


def test_it_is_said_what_the_four_numbers_are_in_the_first_minutes():
    four = [f"{value:g}" for value in (3, 9, 11, 17)]
    assert f"np.array([{', '.join(f'{value}.0' for value in four)}])" in Notebook(1).code
    for first, *others in plans.plans().values():
        for words in (first.text, first.notes["text"]):
            assert "one unit" in words.replace("*", "").lower() and "four images" in words.replace("*", "")
        beam = next(part for part in others if part.lesson == 1)
        assert re.findall(r"\*\*(\d+)\*\*", beam.text) == four
        assert beam.text.strip().startswith("## One unit, four images")



def test_what_is_said_of_a_number_is_so():
    said = " ".join(words for part in plans.plans()["50"] for words in part.notes.values())
    guessing, = re.findall(r"ln 10 = (\d\.\d+)", said)
    assert guessing == f"{math.log(10):.2f}" and f"{guessing} in the last" in Notebook(0).all_printed()


# The shows

@every_plan
def test_a_show_is_a_notebook_in_the_plans_order(shows, name):
    identifiers = [cell.id for cell in shows[name].cells]
    assert len(set(identifiers)) == len(identifiers)  # nbformat would change them
    nbformat.validate(shows[name])
    found = slides_of(shows[name])
    assert [part for part, *_ in found] == sorted(part for part, *_ in found)
    assert {part for part, *_ in found} == set(range(len(plans.plans()[name])))
    assert len(found[-1][1]) == 1  # jupyterlab-slideshow shows no other cell of the last slide


@every_plan
def test_the_slides_of_a_part_hold_what_its_row_names(shows, name):
    """And no prediction, explorer or exercise besides."""
    for number, part in enumerate(plans.plans()[name]):
        cells = [cell for place, slide, _ in slides_of(shows[name]) if place == number for cell in slide]
        shown = {identifier for cell in cells if cell.cell_type == "code"
                 for identifier in NAMED.findall(cell.source) if not cell.source.startswith("%%")}
        shown = {f"challenge {given}" if given else identifier for identifier, given in shown}
        assert shown == set(re.findall(r"`([\w-]+)`", part.what)) | (
            set(re.findall(r"challenge \d", part.what)) if part.lesson is not None else set())
        assert {f"lesson{part.lesson}-{identifier}" for identifier in part.cells} <= {cell.id for cell in cells}


@every_plan
def test_every_slide_has_its_own_lessons_heading_on_it_or_before_it(shows, name):
    heading = None
    for cell in shows[name].cells:
        if cell.cell_type == "markdown" and (found := re.match("#+ (.+)", cell.source)):
            heading = found[1], cell.id.partition("-")[0]
        if kind(cell) == "slide":
            assert cell.metadata["plan"]["title"].startswith(heading[0]) and cell.id.startswith(heading[1])


@every_plan
def test_what_the_plan_and_the_page_for_teachers_say_stands_in_the_notes_and_nowhere_else(shows, name):
    page = (ROOT / "notebooks" / "teaching.md").read_text(encoding="utf-8")
    for number, part in enumerate(plans.plans()[name]):
        slides_here = [(slide, notes) for place, slide, notes in slides_of(shows[name]) if place == number]
        notes = "\n\n".join(cell.source for _, found in slides_here for cell in found)
        assert all(words.strip() in notes for words in part.notes.values())
        for identifier in re.findall(r"`([\w-]+)`", part.what):
            line, = re.findall(rf"^(?:- |\| )`{identifier}`(.+)$", page, re.MULTILINE) or [""]  # none for an exercise
            assert all(words.strip(" :*") in notes for words in re.split(r"[|→]|\*\*:", line)), line
        seen = "\n".join(cell.source for slide, _ in slides_here for cell in slide)
        assert not re.search(r"\*\*(Say|Right|Ask)", seen)


@every_plan
def test_the_code_of_a_lesson_comes_in_its_order_and_only_once(shows, name):
    for lesson in LESSONS:
        wanted = [cell.id for cell in lesson.notebook.cells if cell.cell_type == "code"]
        come = [cell.id.partition("-")[2] for cell in shows[name].cells
                if cell.cell_type == "code" and cell.id.startswith(f"lesson{int(lesson.number)}-")]
        assert come == [identifier for identifier in wanted if identifier in come]
        needed = [cell.id for cell in lesson.notebook.cells[:wanted.index(come[-1]) if come else 0]
                  if cell.cell_type == "code" and not slides.SHOWN_ALONE.match(cell.source)]
        assert set(needed) <= set(come)


def one_part(monkeypatch, **entry):
    """The show of a plan whose parts these are."""
    entries = [plans.Part(minutes=1, what="w", text="# Title"), plans.Part(minutes=8, what="w", **entry)]
    monkeypatch.setattr(plan_show, "plans", lambda: {"9": entries + entries[1:]})
    return plan_show.show("9", LESSONS)


def test_a_cell_that_is_not_there_and_a_slide_that_comes_twice_are_named(monkeypatch):
    with pytest.raises(ValueError, match="^plan 9, part 2: lesson 3 has no cell cell-999 that is shown"):
        one_part(monkeypatch, lesson=3, cells=["cell-999"])
    with pytest.raises(ValueError, match="^plan 9: there is no lesson 11$"):
        one_part(monkeypatch, lesson=11, cells=["cell-01"])
    with pytest.raises(ValueError, match="^plan 9, part 3: the slide with cell-[0-9-]+ of lesson 3 has come already"):
        one_part(monkeypatch, lesson=3, cells=["cell-16"])


@every_plan
def test_the_page_to_print_has_every_note_and_slide_with_the_minutes(shows, name):
    page = plan_show.on_paper(shows[name])
    words = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))
    assert page.count("<h3") == len(slides_of(shows[name]))
    begins = [int(value) for value in re.findall(r"<h2[^>]*>(\d+) to \d+ min: ", page)]
    assert begins == [sum(part.minutes for part in plans.plans()[name][:i]) for i in range(len(begins))]
    for cell in shows[name].cells:
        if kind(cell) == "notes":
            assert re.sub(r"\W+", "", cell.source)[:60] in re.sub(r"\W+|quot", "", words), cell.source


# One kernel, a namespace for each lesson

@pytest.fixture
def shell(monkeypatch):
    shell = InteractiveShell(user_module=types.ModuleType("show"))
    for name, value in {"get_ipython": lambda: shell, "_kept": {}, "_now": None}.items():
        monkeypatch.setattr(namespaces, name, value)
    for _ in range(2):  # as when the cell is run again
        namespaces.separate()
    return lambda code, cell=None: shell.run_cell(code, cell_id=cell).raise_error()


def test_each_lesson_has_its_own_variables_and_finds_them_again(shell):
    shell("import math\nx = 1\ndef square():\n    return x ** 2", "lesson0-cell-05")
    shell("x = 2", "lesson3-cell-08")
    with pytest.raises(NameError):
        shell("math", "lesson3-cell-09")
    shell("assert square() == x == 1 and math", "lesson0-cell-47")
    shell("assert x == 1", "a-cell-that-somebody-added")
    shell("assert x == 1")  # as %%result runs it
    shell("assert x == 2 and 'square' not in globals()", "lesson3-cell-11")


# The command

def test_a_plan_is_named_in_both_ways_and_its_name_is_checked(capsys):
    assert plan_show.taken(["--plan", "50", "--no-browser"]) == ("50", ["--no-browser"])
    assert plan_show.taken(["03", "--plan=90"]) == ("90", ["03"])
    assert plan_show.taken(["03", "--port=1"]) == (None, ["03", "--port=1"])
    with pytest.raises(SystemExit):
        plan_show.taken(["--plan", "45"])
    assert "invalid choice: '45'" in capsys.readouterr().err


def test_the_command_writes_the_show_and_the_page_and_keeps_what_somebody_changed(tmp_path, monkeypatch, capsys):
    (tmp_path / "notebooks").mkdir()
    for path in [*NOTEBOOKS, ROOT / "notebooks" / "teaching.md"]:
        (tmp_path / "notebooks" / path.name).write_bytes(path.read_bytes())
    for module in (lessons, plan_show):
        monkeypatch.setattr(module, "folder", lambda: tmp_path)
    place, page = tmp_path / "build" / "slides", tmp_path / "build" / "notes" / "plan-50.html"
    place.mkdir(parents=True)
    assert plan_show.make("50", place) == "plan-50.ipynb"
    assert "To print: build/notes/plan-50.html\n" in capsys.readouterr().out
    assert nbformat.read(place / "plan-50.ipynb", as_version=4).metadata["plan"]["name"] == "50"
    page.write_text("mine")
    plan_show.make("50", place)
    assert "build/notes/plan-50.html (KEPT" in capsys.readouterr().out and page.read_text() == "mine"
