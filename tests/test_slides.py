"""The slides: where the lessons are cut, what the copies add, what was typed into them, and the command."""
import ast
import re
import sys
import types

import nbformat
import pytest
from nbconvert import SlidesExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from batchnorm_lesson import lessons
from batchnorm_lesson.editions import slides
from batchnorm_lesson.lessons import Lesson, exercise_of, roles_of
from batchnorm_lesson.server import SETTINGS
from lessons import NOTEBOOKS

every_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])


def cell(source, kind="-", printed=""):
    """Code if it printed something or says so, else Markdown."""
    metadata = {} if kind == "-" else {"slideshow": {"slide_type": kind}}
    if printed:
        return new_code_cell(source, metadata=metadata, outputs=[new_output("stream", text=printed)])
    return new_markdown_cell(source, metadata=metadata)


def lesson(source="x = 1"):
    return new_notebook(cells=[cell("## A", "slide"), cell(source, printed="1"), cell("The end.", "slide")])


# The copy

def test_the_cells_say_how_they_are_shown():
    made = slides.as_show(new_notebook(cells=[
        cell("## A", "slide"), cell("import numpy as np", "skip", "1"),
        cell("figures.rows([1], bands=True)", printed="1"), cell("x = 1\nfigures.rows(x)", printed="1"),
        cell("The end.", "slide")])).cells
    assert [each.metadata["slideshow"]["slide_type"] for each in made] == ["slide", "skip", "-", "-", "slide"]
    assert [each.metadata.get("jupyterlab-slideshow") for each in made] == [None, None, *[{"layer": "slide"}] * 2, None]
    assert [each.metadata.get("jupyter") for each in made] == [None, None, {"source_hidden": True}, None, None]
    assert all("raises-exception" in each.metadata["tags"] for each in made if each.cell_type == "code")


def test_a_quiz_is_a_question_a_slide():
    made = slides.as_show(new_notebook(cells=[cell("## Questions", "slide"), cell("questions.quiz(3)", printed="1"),
                                              cell("The end.", "slide")]))
    assert [[each.source for each in slide] for slide in slides.slides(made)] == [
        ["## Questions", "questions.quiz(3, 1)"], ["questions.quiz(3, 2)"], ["questions.quiz(3, 3)"], ["The end."]]
    assert len({each.id for each in made.cells}) == 5


# The cut: what each lesson's metadata say

@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem[:2])
def notebook(request):
    return Lesson(request.param).notebook


@pytest.fixture
def cut(notebook):
    """The slides of a lesson."""
    return slides.slides(notebook)


def is_fold(each):
    return each.cell_type == "markdown" and re.fullmatch(r"(?s)\s*(<details>.*?</details>\s*)+", each.source)


def is_heading(each):
    return each.cell_type == "markdown" and each.source.startswith("#")


def is_heading_alone(each):
    return is_heading(each) and "\n" not in each.source


def drawn(each):
    return any("image/png" in output.get("data", {}) for output in each.get("outputs", []))


def named(kind, each):
    """What a cell asks, answers or shows: the name behind questions.predict, %%result or explorers."""
    found = re.match(kind + r"\W+(\w[\w-]*)", each.source) if each.cell_type == "code" else None
    return found and found[1]


def after(notebook, each):
    """The cell behind another, among those that are shown."""
    shown = [other for other in notebook.cells if slides.slide_type(other) != "skip"]
    return shown[shown.index(each) + 1]


def test_every_cell_has_its_place(notebook):
    kinds = [slides.slide_type(each) for each in notebook.cells]
    assert set(kinds) == {"slide", "-", "skip"} and kinds[0] == "slide"


def test_what_is_skipped_is_for_readers_or_imports(notebook):
    for each in notebook.cells:
        code = ast.parse(re.sub("(?m)^%%.*", "", each.source)).body if each.cell_type == "code" else []
        only_imports = code and all(isinstance(part, ast.Import | ast.ImportFrom) for part in code)
        for_readers = roles_of(each) & set(slides.LEFT_OUT)
        assert (slides.slide_type(each) == "skip") == bool(only_imports or for_readers), each.id


def test_a_heading_begins_a_slide_and_the_last_slide_is_one_cell(notebook, cut):
    begin = [slide[0] for slide in cut]
    assert not [each.id for each in notebook.cells if is_heading(each) and each not in begin]
    assert len(cut[-1]) == 1  # as slides.marked says


def test_no_slide_is_a_heading_or_a_fold_alone(cut):
    assert not [slide[0].id for slide in cut if all(is_heading_alone(each) or is_fold(each) for each in slide)]


def test_a_fold_stands_with_what_it_answers(cut):
    assert not [slide[0].id for slide in cut if is_fold(slide[0])]


# What they speak of comes between: first the formula, then its result.
RESULTS_THAT_WAIT = {"variance-after-gamma", "largest-output"}


def test_a_prediction_has_its_question_its_choices_and_its_result(cut):
    for slide in cut:
        asked = [named("questions.predict", each) for each in slide]
        results = [named("%%result", each) for each in slide]
        for place, name in enumerate(asked):
            if name:
                assert place and slide[place - 1].cell_type == "markdown", name
                assert (name in results) != (name in RESULTS_THAT_WAIT), name
        assert len([name for name in asked if name]) <= 1


# A table of all numbers stands under its picture: for the task there is no room.
WITHOUT_ITS_TASK = {"batch_of_four"}


def test_an_explorer_has_its_task_and_its_answers(notebook, cut):
    for slide in cut:
        shown = [each for each in slide if named("explorers", each)]
        assert len(shown) <= 1
        for each in shown:
            has_task = slide.index(each) and slide[slide.index(each) - 1].cell_type == "markdown"
            assert bool(has_task) != (named("explorers", each) in WITHOUT_ITS_TASK), each.source
            following = after(notebook, each)
            assert not is_fold(following) or following in slide


# A drawing of each line of the derivation; its line stands before it, the next one after it.
BEFORE_THEIR_PICTURES = {"figures.roads"}


def test_a_picture_has_its_caption(notebook, cut):
    for slide in cut:
        for each in filter(drawn, slide):
            following = after(notebook, each)
            asks = named("questions.predict", after(notebook, following))
            alone = any(name in each.source for name in BEFORE_THEIR_PICTURES)
            assert alone or asks or is_heading(following) or following in slide, each.source


def test_an_exercise_has_its_statement_and_its_stub(cut):
    for slide in cut:
        stated = {each.source.strip().removeprefix("exercises.") for each in slide
                  if re.fullmatch(r"exercises\.\w+", each.source)}
        checked = {exercise_of(each)[0] for each in slide if exercise_of(each)}
        assert stated == checked


def test_a_quiz_has_its_heading(cut):
    assert [len(slide) for slide in cut if any(slides.QUIZ.fullmatch(each.source) for each in slide)] == [2]


def test_other_tools_make_the_same_cut(notebook, cut):
    """nbconvert's slides: a section for each, with these cells."""
    page, _ = SlidesExporter().from_notebook_node(notebook)
    sections = re.split(r"<section><section>", page)[1:]
    shown = [re.findall(r'id="cell-id=([\w-]+)"', section) for section in sections]
    assert [list(filter(None, ids)) for ids in shown] == [[each.id for each in slide] for slide in cut]


# The copy of each lesson

def test_every_cell_is_in_the_copy_and_has_a_name_of_its_own(notebook):
    made = slides.as_show(notebook).cells
    assert len({each.id for each in made}) == len(made)
    quiz = [each for each in made if each.source.startswith("questions.quiz(")]
    assert len(quiz) == 3
    assert [each.source for each in made if each not in quiz] == [
        each.source for each in notebook.cells if not slides.QUIZ.fullmatch(each.source)]


@every_lesson
def test_the_copy_is_a_notebook_whose_links_lead_to_slides(path):
    made = slides.as_show(Lesson(path).without(*slides.LEFT_OUT))
    nbformat.validate(made)
    targets = re.findall(r"\]\(([^)#]+)\)", "\n".join(
        cell.source for cell in made.cells if cell.cell_type == "markdown"))
    others = [target for target in targets if "://" not in target]
    assert set(others) <= {path.name for path in NOTEBOOKS}


# What was typed is kept

@pytest.fixture
def copies(tmp_path):
    """A file of slides, freshly made, and the notebook it was made from."""
    made = slides.as_show(lesson())
    assert slides.renew(tmp_path / "01_a.ipynb", made) is None
    return tmp_path / "01_a.ipynb", made


def typed(path, words):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = words
    nbformat.write(notebook, path)


def source(path):
    return nbformat.read(path, as_version=4).cells[1].source


def test_slides_that_were_only_run_are_made_anew(copies):
    path, _ = copies
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [new_output("stream", text="old\n")]
    nbformat.write(notebook, path)
    assert slides.renew(path, slides.as_show(lesson("x = 2"))) is None
    assert source(path) == "x = 2" and len(list(path.parent.iterdir())) == 1


def test_what_was_typed_stays_while_the_lesson_is_the_same(copies):
    path, made = copies
    typed(path, "x = 42")
    assert slides.renew(path, made) == "What was typed into the slides of 01_a.ipynb is in build/slides/01_a.ipynb"
    assert source(path) == "x = 42"


def test_what_was_typed_gets_another_name_when_the_lesson_has_changed(copies):
    path, _ = copies
    for number in (2, 3):
        typed(path, f"x = 40 + {number}")
        changed = slides.as_show(lesson(f"x = {number}"))
        assert slides.renew(path, changed).endswith(f" is in build/slides/01_a-{number}.ipynb")
        assert source(path) == f"x = {number}"
    assert [source(path.with_stem(f"01_a-{number}")) for number in (2, 3)] == ["x = 40 + 2", "x = 40 + 3"]


DAMAGED = {"empty": b"", "half": b'{"cells": [{"cell_type": "code", ', "not text": b"\xff\xfe\x00", "a list": b"[]",
           "zeros": bytes(1000), "odd cells": b'{"cells": 1}', "odd metadata": b'{"cells": [], "metadata": []}'}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_damaged_slides_are_set_aside_and_made_anew(copies, damaged):
    path, made = copies
    for number in (2, 3):
        path.write_bytes(damaged)
        said = slides.renew(path, made)
        assert re.fullmatch(r"build/slides/01_a\.ipynb could not be read: it .+\. It is made anew; what was there is "
                            rf"in build/slides/01_a-{number}\.ipynb", said)
        assert source(path) == "x = 1" and path.with_stem(f"01_a-{number}").read_bytes() == damaged


def test_somebody_elses_notebook_is_set_aside(copies):
    path, made = copies
    for metadata in ({}, {"slides": 1}, {"slides": {"made_from": 1}}):
        nbformat.write(new_notebook(cells=[new_markdown_cell("mine", id="a")], metadata=metadata), path)
        mine = path.read_bytes()
        slides.renew(path, made)
        assert mine in [other.read_bytes() for other in path.parent.iterdir()] and source(path) == "x = 1"


# The command

@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the lessons, in which the command is given."""
    (tmp_path / "notebooks").mkdir()
    for path in NOTEBOOKS:
        (tmp_path / "notebooks" / path.name).write_bytes(path.read_bytes())
    for module in (lessons, slides):
        monkeypatch.setattr(module, "folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, monkeypatch):
    """The command without JupyterLab, in the folder of the lessons: what it starts."""
    started = []
    monkeypatch.setattr(slides, "launch", lambda *what: started.append(what))
    monkeypatch.setitem(sys.modules, "jupyterlab_slideshow", types.ModuleType("jupyterlab_slideshow"))

    def give(*words):
        slides.main(list(words))
        return started[-1]
    return give


def test_the_command_makes_all_slides_and_opens_one(folder, run):
    options, *settings = run("3", "--no-browser")
    assert "--LabApp.default_url=/lab/tree/build/slides/03_normalize_the_batch.ipynb" in options
    assert "--no-browser" in options and settings == [slides.SHOW, SETTINGS]
    assert sorted(path.name for path in (folder / "build" / "slides").iterdir()) == [path.name for path in NOTEBOOKS]


def test_one_damaged_file_concerns_one_lesson(folder, run, capsys):
    lesson, others = folder / "notebooks" / NOTEBOOKS[1].name, [path.name for path in NOTEBOOKS if path != NOTEBOOKS[1]]
    whole = lesson.read_bytes()
    lesson.write_bytes(whole[:1000])
    run("3")
    assert capsys.readouterr().out.startswith(f"notebooks/{lesson.name} cannot be read, and has no new slides: it is")
    assert sorted(path.name for path in (folder / "build" / "slides").iterdir()) == others
    with pytest.raises(SystemExit, match=f"{lesson.name} cannot be read"):
        run("1")
    lesson.write_bytes(whole)
    (folder / "build" / "slides" / NOTEBOOKS[0].name).write_bytes(b"half")
    run()
    assert capsys.readouterr().out.count("\n") == 1
    assert {path.name for path in NOTEBOOKS} < {path.name for path in (folder / "build" / "slides").iterdir()}


def test_a_file_in_place_of_the_folder_is_named(folder, run):
    (folder / "build").touch()
    with pytest.raises(SystemExit, match="^build/slides: .*build.* cannot be used"):
        run()
