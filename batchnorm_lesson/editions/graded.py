"""``python -m batchnorm_lesson.graded FOLDER`` makes the source of a graded course for nbgrader from the lessons.

Each lesson becomes an assignment, each exercise in it one point: ``nbgrader generate_assignment NAME`` takes it from
there. The notebooks of FOLDER/source are the teacher's from then on: one that was changed is left as it is. The lessons
offer hints and solutions, so what is graded is practice, not an exam.
"""
import argparse
import copy
import json
import re
from pathlib import Path

from .. import exercises
from ..__main__ import lessons
from ..files import OwnFolder, notebook, say

CHECK = re.compile(r"^exercises\.(\w+)\.check\((\w+)\)$", re.MULTILINE)
STUB = "    ...  # your code\n"
SOLUTION = "    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
# The students' copies lose the hidden lines: a test that fails would end their Run All.
TEST = """# One point if the check above says "right". The line that counts it is added when the notebook is graded.
### BEGIN HIDDEN TESTS
from batchnorm_lesson import exercises
judged = exercises.{name}.check({function})
assert judged.status == "right", judged.message
### END HIDDEN TESTS"""
ALL_LESSONS = re.compile(r"\[All lessons\]\([^)]*\) · ")
LESSON = re.compile(r"\]\((\d\d_\w+)\.ipynb")
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "batch_normalization"
c.ClearSolutions.code_stub = {"python": "...  # your code"}  # what the lessons' checks take for "not attempted yet"
"""


def graded(notebook):
    """The notebook of a lesson, a dict as in its file, as nbgrader's source: with answers, and a test after each."""
    cells = []
    for cell in copy.deepcopy(notebook["cells"]):
        source = cell["source"] = "".join(cell["source"])
        check = CHECK.search(source) if cell["cell_type"] == "code" else None
        if cell["cell_type"] == "markdown":
            cell["source"] = LESSON.sub(r"](../\1/\1.ipynb", ALL_LESSONS.sub("", source))
        cells += with_test(cell, *check.groups()) if check else [cell]
    return {**notebook, "cells": cells}


def with_test(cell, name, function):
    """The cell with an exercise's stub, its answer written into it, and the cell that grades it."""
    body = getattr(exercises, name).written.partition("\n")[2]
    answer = {**cell, "source": cell["source"].replace(STUB, SOLUTION.format(body=body)), "outputs": [],
              "execution_count": None, "metadata": marked(name, solution=True)}
    test = {**answer, "id": f"{cell['id']}-test", "source": TEST.format(name=name, function=function),
            "metadata": marked(f"{name}-test", grade=True, locked=True, points=1)}
    return [answer, test]


def marked(name, **what):
    """The metadata by which nbgrader knows a cell. Source: its schema, version 3."""
    cell = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**cell, **what}}


def files(folder):
    """What a course's folder gets from the lessons of a folder: the text of each file, by its place."""
    made = {"nbgrader_config.py": CONFIG}
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        text = json.dumps(graded(notebook(path)), indent=1, ensure_ascii=False) + "\n"
        made[f"source/{path.stem}/{path.name}"] = text
    return made


def main(given=None):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson.graded", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the course's: new, empty or made by this command")
    parser.add_argument("--overwrite", action="store_true", help="write into any folder, replace changed files too")
    options = parser.parse_args(given)
    course = OwnFolder(options.folder, "graded", "FOLDER", options.overwrite)
    became = course.write(files(lessons() / "notebooks"))
    say(*(f"{place}: {word}" for place, word in became.items()))


if __name__ == "__main__":
    main()
