"""Tries the lessons as a graded course, with made-up students: generate, submit, autograde, export.

Use: python tests/try_nbgrader.py, where nbgrader and the lessons are installed. Prints the scores; fails where one is
not what it should be.
"""
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from batchnorm_lesson import exercises
from batchnorm_lesson.editions import graded
from batchnorm_lesson.lessons import exercise_of

ANSWERED_BY_ALL = "01_compute_the_batch_mean"  # two exercises; the other lessons are solved by the best student only
WRONG = "    return 42\n"
STUDENTS = {  # what each makes of the first exercise and of the others; points for the two
    "all-right": (None, None, 2),
    "all-wrong": (WRONG, WRONG, 0),
    "half": (None, WRONG, 1),
    "crash": ("    return (\n", None, 1),  # a syntax error: the cell defines nothing
    "untouched": (graded.STUB, graded.STUB, 0),
}


def nbgrader(course, *words):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by its name
    run = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course, capture_output=True, text=True,
                         env={**os.environ, "PATH": path})
    if run.returncode:
        sys.exit(f"nbgrader {' '.join(words)}\n{run.stderr}")


def submit(course, student, assignment):
    """Fill in the released notebook and put it where nbgrader collects: how many exercises it has."""
    notebook = nbformat.read(course / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    checks = [(cell, exercise_of(cell)[0]) for cell in notebook.cells if exercise_of(cell)]
    for number, (cell, name) in enumerate(checks):
        assert graded.STUB in cell.source and "SOLUTION" not in cell.source, "the answer was given away"
        body = STUDENTS[student][min(number, 1)]
        cell.source = cell.source.replace(graded.STUB, body or getattr(exercises, name).written.partition("\n")[2])
    target = course / "submitted" / student / assignment
    target.mkdir(parents=True)
    nbformat.write(notebook, target / f"{assignment}.ipynb")
    return len(checks)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        course, expected = Path(scratch), {}
        graded.main([scratch])
        for assignment in sorted(path.name for path in (course / "source").iterdir()):
            nbgrader(course, "generate_assignment", assignment, "--create")
            for student in STUDENTS if assignment == ANSWERED_BY_ALL else ["all-right"]:
                points = submit(course, student, assignment)
                expected[assignment, student] = STUDENTS[student][2] if assignment == ANSWERED_BY_ALL else points
            nbgrader(course, "autograde", assignment, "--create")
        nbgrader(course, "export")
        with (course / "grades.csv").open(newline="") as file:
            rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    scores = {key: float(rows[key]["score"]) for key in expected}
    for (assignment, student), score in scores.items():
        print(f"{assignment:34} {student:10} {score:g} of {rows[assignment, student]['max_score']}")
    wrong = {key: score for key, score in scores.items() if score != expected[key]}
    sys.exit(f"Not as expected: {wrong}" if wrong else 0)


if __name__ == "__main__":
    main()
