"""The source of a graded course: what nbgrader asks of its cells, the answers and tests in them, the command."""
import json
import re

import nbformat
import numpy as np
import pytest

from batchnorm_lesson import exercises
from batchnorm_lesson.editions import graded
from lessons import NOTEBOOKS

PLACES = {path.stem: path for path in NOTEBOOKS}
# Source: "Metadata" of nbgrader's documentation, version 3 of its schema.
FIELDS = {"schema_version": int, "grade_id": str, "grade": bool, "solution": bool, "locked": bool, "task": bool}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The folder of a course, as the command makes it."""
    folder = tmp_path_factory.mktemp("course")
    graded.main([str(folder)])
    return folder


@pytest.fixture(params=PLACES)
def lesson(request, course):
    """A lesson's source in the course: the notebook and the cells that nbgrader knows, in pairs."""
    notebook = nbformat.read(course / "source" / request.param / f"{request.param}.ipynb", as_version=4)
    known = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return notebook, list(zip(known[::2], known[1::2]))


def test_cells_are_as_nbgrader_asks(lesson):
    notebook, pairs = lesson
    nbformat.validate(notebook)
    names = [cell.metadata.nbgrader.grade_id for pair in pairs for cell in pair]
    assert names and len(set(names)) == len(names) and all(re.fullmatch(r"[\w-]+", name, re.ASCII) for name in names)
    for answer, test in pairs:
        assert {key: type(value) for key, value in answer.metadata.nbgrader.items()} == FIELDS
        assert {key: type(value) for key, value in test.metadata.nbgrader.items()} == FIELDS | {"points": int}
        assert [cell.metadata.nbgrader.schema_version for cell in (answer, test)] == [3, 3]
        assert [cell.metadata.nbgrader.solution for cell in (answer, test)] == [True, False]
        assert [cell.metadata.nbgrader.grade for cell in (answer, test)] == [False, True]
        assert test.metadata.nbgrader.locked and test.metadata.nbgrader.points == 1
        assert notebook.cells.index(test) == notebook.cells.index(answer) + 1


def test_answers_pass_and_stubs_do_not(lesson):
    for answer, test in lesson[1]:
        names = {"np": np, "exercises": exercises}
        exec(answer.source, names)
        exec(test.source, names)
        exec(as_released(answer.source), names)
        with pytest.raises(AssertionError, match="your own lines"):
            exec(test.source, names)


def as_released(source):
    """What students get: nbgrader puts the stub in the solution's place, and drops hidden tests."""
    source = re.sub(r"( *)### BEGIN SOLUTION.*?### END SOLUTION", r"\1...  # your code", source, flags=re.DOTALL)
    return re.sub(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", "", source, flags=re.DOTALL)


@pytest.mark.parametrize("name", PLACES)
def test_students_get_the_cells_of_the_lesson(name, course):
    ours = [cell for cell in nbformat.read(PLACES[name], as_version=4).cells if cell.cell_type == "code"]
    notebook = nbformat.read(course / "source" / name / f"{name}.ipynb", as_version=4)
    released = [as_released(cell.source) for cell in notebook.cells
                if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")]
    assert released == [cell.source for cell in ours]


def test_nothing_stops_the_students_run(lesson):
    for _, test in lesson[1]:
        assert not as_released(test.source).strip().partition("\n")[2]


def test_every_exercise_is_graded(course):
    found = [cell.metadata.nbgrader.grade_id for name in PLACES
             for cell in nbformat.read(course / "source" / name / f"{name}.ipynb", as_version=4).cells
             if cell.metadata.get("nbgrader", {}).get("solution")]
    assert sorted(found) == sorted(exercises.__all__)


@pytest.mark.parametrize("name", PLACES)
def test_links_lead_to_the_other_assignments(name, course):
    path = course / "source" / name / f"{name}.ipynb"
    prose = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"[a-z]+:|#", target)]
    assert targets and not [target for target in targets if not (path.parent / target).exists()]


def test_a_changed_file_is_kept_and_told(tmp_path, capsys):
    graded.main([str(tmp_path)])
    first, second = (tmp_path / "source" / name / f"{name}.ipynb" for name in list(PLACES)[:2])
    original = first.read_bytes()
    first.write_text(json.dumps({"cells": "the teacher's"}), encoding="utf-8")
    second.unlink()
    capsys.readouterr()
    graded.main([str(tmp_path)])
    said = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert said.pop(first.relative_to(tmp_path).as_posix()) == "KEPT, not written: it is there and differs"
    assert said.pop(second.relative_to(tmp_path).as_posix()) == "written" and set(said.values()) == {"unchanged"}
    assert "the teacher's" in first.read_text(encoding="utf-8")
    (tmp_path / "nbgrader_config.py").write_bytes(b"name = '\xe9'")  # a teacher's own, in Latin-1
    graded.main([str(tmp_path)])
    assert "nbgrader_config.py: KEPT" in capsys.readouterr().out
    graded.main([str(tmp_path), "--overwrite"])
    assert first.read_bytes() == original and "overwritten" in capsys.readouterr().out


def test_what_a_later_version_makes_replaces_only_what_nobody_has_changed(tmp_path, capsys, monkeypatch):
    graded.main([str(tmp_path)])
    names = list(PLACES)
    changed, removed = (tmp_path / "source" / name / f"{name}.ipynb" for name in (names[1], names[-1]))
    changed.write_text("the teacher's", encoding="utf-8")
    later = {place: text + "\n" for place, text in graded.files(graded.folder()).items()
             if names[-1] not in place}
    monkeypatch.setattr(graded, "files", lambda folder: later)
    capsys.readouterr()
    graded.main([str(tmp_path)])
    said = capsys.readouterr().out
    assert said.count(".ipynb: renewed\n") == len(names) - 2 and said.count("KEPT") == 1
    assert changed.read_text(encoding="utf-8") == "the teacher's" and removed.exists()


def test_a_course_or_a_file_of_somebody_elses_is_refused(tmp_path):
    config = tmp_path / "nbgrader_config.py"
    config.write_bytes(b"name = '\xe9'")
    for place in (tmp_path, config):
        with pytest.raises(SystemExit, match=f"^FOLDER: {re.escape(str(place))} .*Name a new or an empty folder"):
            graded.main([str(place)])
    assert list(tmp_path.iterdir()) == [config] and config.read_bytes() == b"name = '\xe9'"
