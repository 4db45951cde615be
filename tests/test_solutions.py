"""With the solution in the place of each stub, every check of the lessons says that it is right."""
import re

import nbformat
import pytest
from nbclient import NotebookClient

from batchnorm_lesson import exercises
from batchnorm_lesson.exercises.exercise import Exercise
from lessons import NOTEBOOKS, text

CHECK = re.compile(r"^exercises\.(\w+)\.check\((\w+)\)$", re.MULTILINE)


def checks(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if CHECK.search(cell.source)]


def solved(source):
    """The source of a cell, with an exercise's solution in the place of the stub."""
    check = CHECK.search(source)
    return f"{check[2]} = exercises.{check[1]}.answer\n{check[0]}"


def test_every_check_says_right_to_the_solution():
    sources = [solved(cell.source) for path in NOTEBOOKS for cell in checks(path)]
    cells = map(nbformat.v4.new_code_cell, ["from batchnorm_lesson import exercises", *sources])
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    said = {cell.source: text(cell) for cell in notebook.cells[1:]}
    assert [source for source, words in said.items() if not words.startswith("✓ Right")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_check_waits_for_the_learner_in_the_saved_notebook(path):
    said = [cell.outputs[-1].data["text/plain"] for cell in checks(path)]
    assert [words for words in said if not words.startswith("○ Not attempted yet.")] == []


def test_every_exercise_has_its_place_in_a_lesson():
    sources = [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    checked = {name for source in sources for name, _ in CHECK.findall(source)}
    known = {name for name, value in vars(exercises).items() if isinstance(value, Exercise)}
    assert checked == known
