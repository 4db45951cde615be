"""``python -m batchnorm_lesson graded FOLDER`` makes the source of a graded course for nbgrader from the lessons.

Each lesson becomes an assignment, each exercise in it one point: ``nbgrader generate_assignment NAME`` takes it from
there. The notebooks of FOLDER/source are the teacher's from then on: one that was changed is left as it is. The lessons
offer hints and solutions, so what is graded is practice, not an exam.
"""
import argparse
import re
from pathlib import Path

import nbformat

from .. import exercises
from ..files import OwnFolder, say
from ..lessons import exercise_of, folder, lessons

LEFT_OUT = ("navigation",)
STUB = "    ...  # your code\n"
SOLUTION = "    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n"
# The students' copies lose the hidden lines: a test that fails would end their Run All.
TEST = """# One point if the check above says "right". The line that counts it is added when the notebook is graded.
### BEGIN HIDDEN TESTS
from batchnorm_lesson import exercises
judged = exercises.{name}.check({function})
assert judged.status == "right", judged.message
### END HIDDEN TESTS"""
HELP = "help.md"
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "batch_normalization"
c.ClearSolutions.code_stub = {"python": "...  # your code"}  # what the lessons' checks take for "not attempted yet"
"""


def graded(lesson):
    """A lesson as nbgrader's source, a notebook: with answers, and a test after each."""
    made = lesson.without(*LEFT_OUT, link=lambda name: name if name == HELP else f"../{Path(name).stem}/{name}")
    made.cells = [part for cell in made.cells for part in with_test(cell)]
    return made


def with_test(cell):
    """The cell; of an exercise with its answer written into the stub, and the cell that grades it."""
    if not exercise_of(cell):
        return [cell]
    name, function = exercise_of(cell)
    body = getattr(exercises, name).written.partition("\n")[2]
    answer = {**cell, "source": cell.source.replace(STUB, SOLUTION.format(body=body)), "outputs": [],
              "execution_count": None, "metadata": marked(name, solution=True)}
    test = {**answer, "id": f"{cell.id}-test", "source": TEST.format(name=name, function=function),
            "metadata": marked(f"{name}-test", grade=True, locked=True, points=1)}
    return list(map(nbformat.from_dict, (answer, test)))


def marked(name, **what):
    """The metadata by which nbgrader knows a cell. Source: its schema, version 3."""
    cell = {"schema_version": 3, "grade_id": name, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**cell, **what}}


def files(source):
    """What a course's folder gets from the lessons of a folder: the text of each file, by its place."""
    made = {"nbgrader_config.py": CONFIG}
    for lesson in lessons(source):
        path = lesson.path
        made[f"source/{path.stem}/{path.name}"] = nbformat.writes(graded(lesson)).rstrip("\n") + "\n"
        # It goes along with each assignment, without what it leads to.
        words = (path.parent / HELP).read_text(encoding="utf-8")
        made[f"source/{path.stem}/{HELP}"] = re.sub(r"\[([^]]+)\]\((?!https?:)[^)]+\)", r"\1", words)
    return made


def main(given):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson graded", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the course's: new, empty or made by this command")
    parser.add_argument("--overwrite", action="store_true", help="write into any folder, replace changed files too")
    options = parser.parse_args(given)
    course = OwnFolder(options.folder, "graded", "FOLDER", options.overwrite)
    became = course.write(files(folder()))
    say(*(f"{place}: {word}" for place, word in became.items()))

