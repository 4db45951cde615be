"""Every cell is run twice, with every stub replaced by its solution: it says the same again, each check says right."""
import re

import nbformat
import pytest
from nbclient import NotebookClient

from batchnorm_lesson import exercises
from batchnorm_lesson.exercises.exercise import Exercise
from lessons import NOTEBOOKS, text

CHECK = re.compile(r"^exercises\.(\w+)\.check\((\w+)\)$", re.MULTILINE)


def solved(source):
    """The source of a cell, with an exercise's solution in the place of the stub."""
    check = CHECK.search(source)
    return f"{check[2]} = exercises.{check[1]}.answer\n{check[0]}" if check else source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_solved_notebook_says_the_same_twice_and_every_check_says_right(path):
    """Learners run cells again all the time, in any order; then no number may change."""
    once = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    twice = [nbformat.v4.new_code_cell(solved(cell.source)) for cell in once for _ in range(2)]
    notebook = nbformat.v4.new_notebook(cells=twice)
    where = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, kernel_name="python3", timeout=120, resources=where).execute()
    for first, again in zip(notebook.cells[::2], notebook.cells[1::2]):
        assert text(first) == text(again), first.source
        assert text(again).startswith("✓ Right") or not CHECK.search(again.source), text(again)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_check_waits_for_the_learner_in_the_saved_notebook(path):
    checks = [cell for cell in nbformat.read(path, as_version=4).cells if CHECK.search(cell.source)]
    said = [cell.outputs[-1].data["text/plain"] for cell in checks]
    assert [words for words in said if not words.startswith("○ Not attempted yet.")] == []


def test_every_exercise_has_its_place_in_a_lesson():
    sources = [cell.source for path in NOTEBOOKS for cell in nbformat.read(path, as_version=4).cells]
    checked = {name for source in sources for name, _ in CHECK.findall(source)}
    known = {name for name, value in vars(exercises).items() if isinstance(value, Exercise)}
    assert checked == known
