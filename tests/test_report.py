"""The class at a glance: read from saved outputs, whatever a student's file holds; nothing of it is run."""
import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from batchnorm_lesson import exercises, files, report


def notebook(**answers):
    """A notebook in which exercises were checked with these functions; None leaves the cell without an output."""
    cells = []
    for name, answer in answers.items():
        outputs = []
        if answer is not None:
            data, metadata = getattr(exercises, name).check(answer)._repr_mimebundle_()
            outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1, metadata=metadata)]
        cells.append(nbformat.v4.new_code_cell(f"exercises.{name}.check(my_{name})", outputs=outputs))
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


@pytest.fixture
def school(tmp_path):
    def write(name, text):
        path = tmp_path / "class" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    (tmp_path / "class").mkdir()
    write.folder = tmp_path / "class"
    return write


def shown(folder):
    return "\n".join(report.as_text(*report.read(folder)))


def spreadsheet(folder):
    table, _, unread = report.read(folder)
    out = io.StringIO()
    report.as_csv(table, unread, out)
    return list(csv.reader(io.StringIO(out.getvalue())))


def test_who_has_solved_what(school):
    school("ann/01.ipynb", notebook(batch_mean=lambda x: x.mean(), batch_variance=lambda x: x.var(ddof=1)))
    school("bob/notebooks/01.ipynb", notebook(batch_mean=lambda x: x.sum(), batch_variance=lambda x: ...))
    school("cy.ipynb", notebook(batch_mean=lambda x: x.sum(), batch_variance=None))
    table, mistakes, unread = report.read(school.folder)
    assert table == {"ann": {"batch_mean": "✓", "batch_variance": "✗"},
                     "bob": {"batch_mean": "✗", "batch_variance": "○"}, "cy": {"batch_mean": "✗"}}
    assert mistakes["batch_mean"] == {"sum instead of mean": 2} and mistakes["batch_variance"] == {"1/(m − 1)": 1}
    assert not unread
    text = shown(school.folder)
    assert "2 × sum instead of mean" in text and "ann  ✓ ✗" in text and "cy   ✗ ·" in text
    assert "3 students. " + report.CAUTION in text


def test_a_right_copy_counts_most(school):
    school("ann/a.ipynb", notebook(batch_mean=lambda x: x.mean()))
    school("ann/b.ipynb", notebook(batch_mean=lambda x: x.sum()))
    assert report.read(school.folder)[0]["ann"]["batch_mean"] == "✓"


@pytest.mark.parametrize("name, answer, mistake", [
    ("batch_mean", lambda x: print(end=""), "no return"), ("batch_mean", lambda: 1, "wrong arguments"),
    ("batch_mean", lambda x: 1 / 0, "raised an error"), ("batch_mean", lambda x: 17.123, None),
])
def test_general_mistakes_have_names_too(school, name, answer, mistake):
    school("ann.ipynb", notebook(**{name: answer}))
    found = next(iter(report.read(school.folder)[1][name]))
    assert found == (mistake or found) and found


def odd(**parts):
    """A notebook with parts of a cell that no notebook has."""
    cell = {"cell_type": "code", "source": "exercises.batch_mean.check(f)", "outputs": [], **parts}
    return json.dumps({"cells": [cell]})


BROKEN = {"empty": "", "no notebook": "[]", "no cells": "{}", "half": '{"cells": [{"cell_type": "code", ',
          "null": "null", "bytes": b"\xff\xfe\x00", "odd cells": '{"cells": [1, null, "x"]}',
          "odd outputs":
          '{"cells": [{"cell_type": "code", "source": "exercises.batch_mean.check(f)", "outputs": [1]}]}',
          "deep": "[" * 100_000, "cells no list": '{"cells": {"a": 1}}', "outputs null": odd(outputs=None),
          "output null": odd(outputs=[None]), "source a number": odd(source=5), "source mixed": odd(source=["a", 1]),
          "type a number": odd(cell_type=1), "data a text": odd(outputs=[{"data": "✓ Right."}]),
          "text a number": odd(outputs=[{"data": {"text/plain": 1}}]), "latin": '{"cells": ["é"]}'.encode("latin-1"),
          "zeros": bytes(1000), "a picture": b"\x89PNG\r\n\x1a\n", "huge": '{"cells": []}' + " " * files.MOST,
          "a long number": f'{{"cells": [{"1" * 5000}]}}'}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_and_the_others_are_read(school, text):
    school("broken/01.ipynb", text)
    school("whole/01.ipynb", notebook(batch_mean=lambda x: x.mean()))
    table, _, unread = report.read(school.folder)
    assert table == {"broken": {}, "whole": {"batch_mean": "✓"}} and [who for who, _ in unread] == ["broken"]
    (_, said), = unread
    assert re.match("broken/01.ipynb: it is ", said)
    text = shown(school.folder)
    assert "broken  ·" in text and f"ask for it again: {said}" in text and "2 students." in text
    assert spreadsheet(school.folder) == [["student", "batch_mean", "could not be read"],
                                          ["broken", "", said], ["whole", "right", ""]]


def test_what_a_file_says_is_never_run_nor_obeyed(school):
    forged = {"cells": [{"cell_type": "code", "source": "exercises.batch_mean.check(open('/x','w'))\nraise SystemExit",
                         "outputs": [{"data": {"text/plain": ["✗ Not right yet. \x1b[2J{got}%s", "\x07"]}}]},
                        {"cell_type": "code", "source": "exercises.__class__.check(f)",
                         "outputs": [{"data": {"text/plain": "✓ Right. "}}]},
                        {"cell_type": "code", "source": "exercises.no_such.check(f)",
                         "outputs": [{"data": {"text/plain": "✓ Right. "}}]}]}
    school("\x1b[31mred.ipynb", json.dumps(forged))
    text = shown(school.folder)
    assert "\x1b" not in text and "\x07" not in text and "no_such" not in text and "1 × another mistake" in text


def test_a_spreadsheet_takes_no_name_for_a_formula(school):
    for name in ("=1+1", "+cmd", "-x", "@sum", "ann, b\"c"):
        school(f"{name}.ipynb", notebook(batch_mean=lambda x: x.mean()))
    rows = spreadsheet(school.folder)
    assert rows[0] == ["student", "batch_mean"]
    assert sorted(row[0] for row in rows[1:]) == ["'+cmd", "'-x", "'=1+1", "'@sum", "ann, b\"c"]
    school("=2+2/x.ipynb", "half")
    assert ["'=2+2", "", "'=2+2/x.ipynb: it is cut off or damaged in line 1"] in spreadsheet(school.folder)


def test_the_command_prints_writes_a_picture_and_refuses_what_is_no_folder(school, capsys, tmp_path):
    school("ann.ipynb", notebook(batch_mean=lambda x: x.mean()))
    report.main([str(school.folder), "--picture", str(tmp_path / "all.png")])
    assert "ann  ✓" in capsys.readouterr().out and (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")
    report.main([str(school.folder), "--csv"])
    assert capsys.readouterr().out == "student,batch_mean\nann,right\n"
    with pytest.raises(SystemExit):
        report.main([str(tmp_path / "nowhere")])
    assert re.search(r"FOLDER: .*nowhere is not a folder. Name ", capsys.readouterr().err)


def test_the_picture_says_what_it_shows(school):
    school("ann.ipynb", notebook(batch_mean=lambda x: x.mean(), batch_variance=lambda x: x.std()))
    school("bob.ipynb", notebook(batch_mean=lambda x: x.sum()))
    sentence = report.picture(report.read(school.folder)[0]).sentence
    assert sentence == ("Of 2 students: batch_mean: 1 right, 1 not right, 0 not attempted; "
                        "batch_variance: 0 right, 1 not right, 0 not attempted.")


def test_an_empty_folder_says_so(school):
    assert shown(school.folder).strip().endswith("No notebook was found.")


# Nobody is left out

by_links = pytest.mark.skipif(os.name == "nt", reason="Windows makes links for administrators only, and no pipes")
RIGHT = notebook(batch_mean=lambda x: x.mean())
SOLVED = {"batch_mean": "✓"}


def test_who_has_handed_in_nothing_to_read_is_in_the_class(school):
    school("whole/01.IPYNB", RIGHT)
    school("Upper.IPYNB", RIGHT)
    school("zip/homework.zip", "")
    school("grades.csv", "")
    (school.folder / "empty").mkdir()
    table, _, unread = report.read(school.folder)
    assert table == {"empty": {}, "Upper": SOLVED, "whole": SOLVED, "zip": {}}
    assert unread == [("empty", "empty: there is no notebook in it"), (None, "grades.csv"),
                      ("zip", "zip: there is no notebook in it")]
    text = shown(school.folder)
    assert "Left out, not a notebook: grades.csv" in text and "ask for it again: empty: there is no" in text
    assert ["empty", "", "empty: there is no notebook in it"] in spreadsheet(school.folder)


def test_what_is_hidden_is_not_looked_at(school):
    for name in (".git/a.ipynb", ".a.ipynb", "__MACOSX/ann/._01.ipynb", "ann/.ipynb_checkpoints/01-checkpoint.ipynb",
                 "ann/.venv/a.ipynb", "ann/._01.ipynb", "ann/__MACOSX/a.ipynb"):
        school(name, RIGHT)
    school("ann/01.ipynb", notebook(batch_mean=lambda x: x.sum()))
    assert report.read(school.folder) == ({"ann": {"batch_mean": "✗"}}, {"batch_mean": {"sum instead of mean": 1}}, [])


def test_a_class_below_a_hidden_folder_is_read(school):
    school(".classes/ann.ipynb", RIGHT)
    assert report.read(school.folder / ".classes")[0] == {"ann": SOLVED}


@by_links
def test_links_are_followed_and_never_in_a_circle(school, tmp_path):
    for name in ("elsewhere/01.ipynb", "elsewhere/deep/02.ipynb"):
        school(f"../{name}", RIGHT)
    school("bob/01.ipynb", notebook(batch_mean=lambda x: x.sum()))
    for link, target in {"ann": tmp_path / "elsewhere", "file.ipynb": tmp_path / "elsewhere" / "01.ipynb",
                         "bob/round": school.folder / "bob", "bob/up": school.folder, "me": school.folder,
                         "self": school.folder / "self", "gone": tmp_path / "gone", "gone.ipynb": tmp_path / "gone",
                         "bob/lost.ipynb": tmp_path / "gone", "bob/more": tmp_path / "elsewhere" / "deep"}.items():
        (school.folder / link).symlink_to(target)
    table, mistakes, unread = report.read(school.folder)
    assert table == {"ann": SOLVED, "bob": SOLVED, "file": SOLVED, "gone": {}, "me": {}, "self": {}}
    assert not mistakes  # bob's other copy is right
    assert [words.partition(":")[0] for _, words in unread] == ["bob/lost.ipynb", "gone", "gone.ipynb", "me", "self"]


@by_links
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: os.symlink("/dev/zero", path)], ids=["pipe", "device"])
@pytest.mark.parametrize("name", ["odd", "odd.ipynb", "odd/01.ipynb"])
def test_a_pipe_or_a_device_is_named(school, make, name):
    school("ann.ipynb", RIGHT)
    (school.folder / name).parent.mkdir(exist_ok=True)
    make(school.folder / name)
    table, _, unread = report.read(school.folder)
    assert table == {"ann": SOLVED, "odd": {}}
    assert unread == [("odd", f"{name}: it is not a file, but a folder, a pipe or a device")]


@by_links
def test_a_link_that_leads_astray_is_given_up(school, monkeypatch, tmp_path):
    monkeypatch.setattr(report, "MOST_FOLDERS", 5)
    school("ann/01.ipynb", RIGHT)
    for number in range(20):
        (tmp_path / "large" / f"{number}").mkdir(parents=True)
    (school.folder / "ann" / "all").symlink_to(tmp_path / "large")
    table, _, unread = report.read(school.folder)
    assert table == {"ann": SOLVED} and [who for who, words in unread if "more than 5 folders" in words] == ["ann"]


def test_a_folder_that_cannot_be_looked_into_is_named(school, monkeypatch):
    for name in ("ann/01.ipynb", "bob/01.ipynb"):
        school(name, RIGHT)
    listed, locked = os.listdir, ["ann"]

    def locked_out(place):
        if Path(place).name in locked:
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)
    monkeypatch.setattr(os, "listdir", locked_out)
    table, _, unread = report.read(school.folder)
    assert table == {"ann": {}, "bob": SOLVED} and unread == [("ann", "ann: Permission denied")]
    locked.append("class")
    assert re.match("FOLDER: .*class cannot be used: Permission denied", refused(school.folder))


def test_names_are_sorted_as_people_do(school):
    names = ["anna", "Bob", "Édith", "emil", "student 2", "student 10", "Zoë"]
    for name in reversed(names):
        school(f"{name}/a.ipynb", RIGHT)
    assert list(report.read(school.folder)[0]) == names
    assert [line.split("  ")[0] for line in shown(school.folder).splitlines()[1:8]] == names


def test_names_that_cannot_be_printed_stay_apart(school):
    for name in ("a\x1b", "a\x07"):
        school(f"{name}.ipynb", RIGHT)
    assert report.read(school.folder)[0] == {r"a\x07": SOLVED, r"a\x1b": SOLVED}


def test_a_mistake_counts_once_for_a_student(school):
    for name in ("ann/01.ipynb", "ann/01 copy.ipynb", "bob.ipynb"):
        school(name, notebook(batch_mean=lambda x: x.sum()))
    assert report.read(school.folder)[1] == {"batch_mean": {"sum instead of mean": 2}}


def test_a_forged_message_is_not_searched_for_hours():
    said = "Your function takes {}. The check calls it with f(x), in this order."
    assert report.mistake_in_words("batch_mean", said.format("x")) == "wrong arguments"
    assert report.mistake_in_words("batch_mean", said.format("x" * 100_000)) == "another mistake"


# What is written

def refused(*given):
    with pytest.raises(SystemExit) as end:
        report.main(list(map(str, given)))
    return str(end.value)


def test_the_table_comes_even_when_the_picture_fails(school, tmp_path, capsys, monkeypatch):
    school("ann.ipynb", RIGHT)
    homework, there = tmp_path / "class" / "ann.ipynb", tmp_path / "there.png"
    there.write_bytes(b"old")
    for path, why in ((homework, "ends in .png"), (there, "--overwrite"),
                      (tmp_path / "no" / "all.png", "cannot be used"), (there / "all.png", "cannot be used")):
        assert re.match(rf"--picture: {re.escape(str(path))} .*{why}", refused(school.folder, "--picture", path))
        assert "ann  ✓" in capsys.readouterr().out
    assert homework.read_text(encoding="utf-8") == RIGHT and there.read_bytes() == b"old"
    report.main([str(school.folder), "--picture", str(there), "--overwrite"])
    assert there.read_bytes().startswith(b"\x89PNG")
    monkeypatch.setattr(report, "picture", lambda table: 1 / 0)
    capsys.readouterr()
    words = refused(school.folder, "--csv", "--picture", tmp_path / "new.png")
    assert words == "--picture: it could not be drawn (ZeroDivisionError: division by zero)."
    assert capsys.readouterr().out == "student,batch_mean\nann,right\n"


@pytest.mark.parametrize("how", [[], ["--csv"]])
def test_it_ends_quietly_in_a_pipe_that_nobody_reads(school, how):
    for number in range(2000):
        (school.folder / f"{number}").mkdir()
    command = [sys.executable, "-m", "batchnorm_lesson", "report", str(school.folder), *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.readline()
        run.stdout.close()
        said = run.stderr.read().decode()
    assert said.strip() == (report.CAUTION if how else "") and run.returncode == 0


# What an output's metadata say, and what it says in words

def test_both_are_read_alike(school):
    answers = {"right": lambda x: x.mean(), "sum": lambda x: x.sum(), "none": lambda x: print(end=""),
               "half": lambda x: x.mean() / 2, "odd": lambda x: 17.123 * x[0], "error": lambda x: 1 / 0, "open": ...}
    for name, answer in answers.items():
        text = notebook(batch_mean=answer)
        school(f"{name}.ipynb", text)
        words = json.loads(text)
        words["cells"][0]["outputs"][0]["metadata"] = {}  # as some programs save it
        school(f"{name}-words.ipynb", json.dumps(words))
        only = json.loads(text)
        only["cells"][0]["outputs"][0]["data"] = {}
        school(f"{name}-only.ipynb", json.dumps(only))
    table, mistakes, _ = report.read(school.folder)
    assert all(table[name] == table[f"{name}-words"] == table[f"{name}-only"] for name in answers)
    assert [table[name]["batch_mean"] for name in answers] == list("✓✗✗✗✗✗○")
    assert mistakes["batch_mean"] == dict.fromkeys(
        ["sum instead of mean", "no return", "half as large", "another mistake", "raised an error"], 3)


@pytest.mark.parametrize("found", [None, [], "right", {}, {"exercise": ["batch_mean"], "status": {}},
                                   {"exercise": "no_such", "status": "right"},
                                   {"exercise": "__all__", "status": "right"},
                                   {"exercise": "batch_mean", "status": "perfect", "other": 1}])
def test_odd_metadata_say_nothing(school, found):
    odd_one = json.loads(notebook(batch_mean=lambda x: x.sum()))
    odd_one["cells"][0]["outputs"][0]["metadata"] = {"batchnorm_lesson": found}
    school("ann.ipynb", json.dumps(odd_one))
    assert report.read(school.folder)[:2] == ({"ann": {"batch_mean": "✗"}}, {"batch_mean": {"sum instead of mean": 1}})


def test_a_forged_mistake_is_not_repeated(school):
    for number, mistake in enumerate(["Bob is lazy \x1b[2J", ["a"], {"a": 1}, 5]):
        forged = json.loads(notebook(batch_mean=lambda x: x.sum()))
        forged["cells"][0]["outputs"][0]["metadata"]["batchnorm_lesson"]["mistake"] = mistake
        school(f"{number}.ipynb", json.dumps(forged))
    assert report.read(school.folder)[1] == {"batch_mean": {"another mistake": 4}}
