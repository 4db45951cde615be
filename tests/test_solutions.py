"""With the solution in the place of each stub, every check of the lessons says that it is right.

And what a check calls right works where the lesson goes on with it.
"""
import ast
import re

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from answers import ALL, RIGHT, function, parts
from answers import source as written
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


# What a lesson does with the learner's function

STUBS = {exercise.stub: exercise for exercise in ALL.values()}


def uses():
    """Each line in which a lesson calls the learner's function, in its text or its code, and the code up to there."""
    for path in NOTEBOOKS:
        code, waiting = [], []
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                code.append(re.sub("^%.*", "", cell.source))
                waiting += [] if CHECK.search(cell.source) else [cell.source] * bool(called(code[-1]))
                yield from ((code[:], line) for line in waiting)
                waiting = []
            else:  # what the text asks for is done with the names of the cell below it
                waiting = [line for line in re.findall("`([^`]+)`", cell.source) if re.search(r"my_\w+\(.*\)", line)
                           and not CHECK.search(line)]


def called(code):
    """The calls of learners' functions in a piece of code."""
    return [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name) and node.func.id in STUBS]


def needed(cells, line):
    """Those of the cells that make what the line is about, and what these rest on."""
    names, kept = {node.id for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)}, []
    for source in reversed(cells):
        nodes = list(ast.walk(ast.parse(source)))
        makes = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} | {
            node.asname or node.name for node in nodes if isinstance(node, ast.alias)} | {
            node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name not in STUBS}
        if makes & names:
            kept.insert(0, source)
            names |= {node.id for node in nodes if isinstance(node, ast.Name)}
    return "\n".join(kept)


@pytest.mark.parametrize("cells, line", list(uses()), ids=lambda value: value if isinstance(value, str) else "")
def test_what_passes_a_check_works_where_the_lesson_uses_it(cells, line):
    scope = {}
    exec(needed(cells, line), scope)
    for call in called(line):
        exercise, stub = STUBS[call.func.id], call.func.id
        right = eval(ast.unparse(call), scope | {stub: exercise.answer})
        for body in RIGHT[exercise.name]:
            scope[stub] = function(written(exercise.name, body))
            exec(line, scope)
            for got, wanted in zip(parts(exercise, eval(ast.unparse(call), scope)), parts(exercise, right)):
                np.testing.assert_allclose(got.astype(float), wanted, rtol=1e-5, atol=1e-7, err_msg=body)


def test_the_lessons_use_what_their_learners_write():
    assert {call.func.id for _, line in uses() for call in called(line)} >= {"my_steps_until", "my_batch_norm_backward"}
