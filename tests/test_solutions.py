"""With every stub replaced by its solution, each notebook runs to its end and each check says right."""
import ast
import re

import nbformat
import pytest

from batchnorm_lesson import exercises
from batchnorm_lesson.exercises.exercise import Exercise
from lessons import NOTEBOOKS

CHECK = re.compile(r"^exercises\.(\w+)\.check\((\w+)\)$", re.MULTILINE)


def run_cell(source, names):
    """Run a cell's source among the names, as a kernel does; return the value of its last expression."""
    tree = ast.parse(re.sub(r"^%%.*", "", source))  # what a folded result's cell does is plain Python
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None


def run_solved(path):
    """The status of every check of a notebook whose stubs are replaced by the solutions."""
    results, names = {}, {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        check = CHECK.search(cell.source)
        if check:
            names[check[2]] = getattr(exercises, check[1]).answer
            results[check[1]] = run_cell(check[0], names).status
        else:
            run_cell(cell.source, names)
    return results


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_check_says_right_to_the_solutions(path, capsys):
    assert set(run_solved(path).values()) <= {"right"}


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
