"""The slides: the rule on small notebooks and on every lesson, what was typed into them, and the command."""
import re
import sys
import types

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from batchnorm_lesson import lessons
from batchnorm_lesson.editions import slides
from batchnorm_lesson.lessons import Lesson
from batchnorm_lesson.server import SETTINGS
from lessons import NOTEBOOKS

every_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])


def lesson(*cells):
    """A notebook: a string is Markdown, a tuple is code and what it printed."""
    return new_notebook(cells=[
        new_markdown_cell(cell) if isinstance(cell, str) else
        new_code_cell(cell[0], outputs=[new_output("stream", text=cell[1])]) for cell in cells])


def texts(made):
    return [[cell.source for cell in slide] for slide in slides.slides(made)]


# The rule

def test_a_heading_a_prediction_and_a_task_begin_a_slide():
    made = lesson("# 1 · Title", "**You'll do:** something.", "Text.\n\n## A heading\n\nMore.", ("print(1)", "1\n"),
                  "**Predict.** What?", "**Your task:** move.\n\nAnd then?", "The end.")
    assert texts(made) == [["# 1 · Title", "**You'll do:** something.", "Text."], ["## A heading\n\nMore.", "print(1)"],
                           ["**Predict.** What?"], ["**Your task:** move.\n\nAnd then?"], ["The end."]]


def test_a_prediction_stands_under_its_heading_and_a_heading_never_under_another():
    assert texts(lesson("## A", "**Predict.** What?", "## B", "### C", "The end.")) == [
        ["## A", "**Predict.** What?"], ["## B"], ["### C"], ["The end."]]


def test_an_answer_is_cut_out_of_its_cell_and_stays_folded():
    answer = "<details><summary>Answer</summary>\n\nAll of it.\n\n</details>"
    assert texts(lesson(f"**Your task:** find it.\n\n{answer}\n\nGo on.", "The end.")) == [
        ["**Your task:** find it.", answer, "Go on."], ["The end."]]
    assert slides.prose_height(answer) < slides.prose_height("All of it.\n\n" * 3)


def test_what_has_no_room_begins_the_next_slide():
    long = ("\n".join(["x = 1"] * 12), "1\n" * 4)
    assert [len(slide) for slide in texts(lesson("## A", long, long, "Text.", "The end."))] == [2, 2, 1]


def test_what_is_said_of_a_picture_is_cut_from_what_follows():
    assert texts(lesson("In the picture: a line.\n\nAnother thought.")) == [
        ["In the picture: a line."], ["Another thought."]]


def test_the_cells_say_how_they_are_shown():
    made = slides.as_show(lesson("## A", ("import numpy as np", ""), ("figures.rows([1], bands=True)", "1"),
                                 ("x = 1\nfigures.rows(x)", "1"), "The end.")).cells
    assert [cell.metadata["slideshow"]["slide_type"] for cell in made] == ["slide", "-", "-", "-", "slide"]
    assert [cell.metadata.get("jupyterlab-slideshow") for cell in made] == [None, *[{"layer": "slide"}] * 3, None]
    assert [cell.metadata.get("jupyter") for cell in made[1:4]] == [{"source_hidden": True}] * 2 + [None]
    assert all("raises-exception" in cell.metadata["tags"] for cell in made[1:4])


@every_lesson
def test_every_cell_is_on_one_slide_and_has_a_name_of_its_own(path):
    notebook = Lesson(path).without(*slides.LEFT_OUT)
    shown = [cell for slide in slides.slides(notebook) for cell in slide]
    assert [cell for cell in shown if cell.cell_type == "code"] == [
        cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "".join("".join(cell.source for cell in shown).split()) == "".join(
        "".join(cell.source for cell in notebook.cells).split())
    assert len({cell.id for cell in shown}) == len(shown)


@every_lesson
def test_no_slide_has_two_headings_and_the_last_has_one_cell(path):
    made = slides.slides(Lesson(path).without(*slides.LEFT_OUT))
    headings = [sum(bool(re.match("#+ ", cell.source)) for cell in slide if cell.cell_type == "markdown")
                for slide in made]
    inside = [len(re.findall(r"(?m)^#+ ", cell.source)) for slide in made for cell in slide
              if cell.cell_type == "markdown"]
    assert max(headings) == 1 and max(inside) == 1 and len(made[-1]) == 1


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
    made = slides.as_show(lesson("## A", ("x = 1", ""), "The end."))
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
    assert slides.renew(path, slides.as_show(lesson("## A", ("x = 2", ""), "The end."))) is None
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
        changed = slides.as_show(lesson("## A", (f"x = {number}", ""), "The end."))
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
