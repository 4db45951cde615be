"""The class at a glance: read from saved outputs, whatever a student's file holds; nothing of it is run."""
import csv
import io
import json

import nbformat
import pytest

from batchnorm_lesson import exercises, report


def notebook(**answers):
    """A notebook in which exercises were checked with these functions; None leaves the cell without an output."""
    cells = []
    for name, answer in answers.items():
        outputs = []
        if answer is not None:
            data = getattr(exercises, name).check(answer)._repr_mimebundle_()
            outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
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
    ("batch_mean", lambda x: 1 / 0, "an error was raised"), ("batch_mean", lambda x: 17.123, None),
])
def test_general_mistakes_have_names_too(school, name, answer, mistake):
    school("ann.ipynb", notebook(**{name: answer}))
    found = next(iter(report.read(school.folder)[1][name]))
    assert found == (mistake or found) and found


BROKEN = {"empty": "", "no notebook": "[]", "no cells": "{}", "half": '{"cells": [{"cell_type": "code", ',
          "null": "null", "bytes": b"\xff\xfe\x00", "odd cells": '{"cells": [1, null, "x"]}',
          "odd outputs":
          '{"cells": [{"cell_type": "code", "source": "exercises.batch_mean.check(f)", "outputs": [1]}]}',
          "deep": "[" * 100_000}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_and_the_others_are_read(school, text):
    school("broken/01.ipynb", text)
    school("whole/01.ipynb", notebook(batch_mean=lambda x: x.mean()))
    table, _, unread = report.read(school.folder)
    assert table == {"broken": {}, "whole": {"batch_mean": "✓"}} and unread == [("broken", "broken/01.ipynb")]
    text = shown(school.folder)
    assert "broken  ·" in text and "ask for it again: broken/01.ipynb" in text and "2 students." in text
    assert spreadsheet(school.folder) == [["student", "batch_mean", "could not be read"],
                                          ["broken", "", "broken/01.ipynb"], ["whole", "right", ""]]


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
    assert ["'=2+2", "", "'=2+2/x.ipynb"] in spreadsheet(school.folder)


def test_the_command_prints_writes_a_picture_and_refuses_what_is_no_folder(school, capsys, tmp_path):
    school("ann.ipynb", notebook(batch_mean=lambda x: x.mean()))
    report.main([str(school.folder), "--picture", str(tmp_path / "all.png")])
    assert "ann  ✓" in capsys.readouterr().out and (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")
    report.main([str(school.folder), "--csv"])
    assert capsys.readouterr().out == "student,batch_mean\nann,right\n"
    with pytest.raises(SystemExit):
        report.main([str(tmp_path / "nowhere")])
    assert "is not a folder" in capsys.readouterr().err


def test_the_picture_says_what_it_shows(school):
    school("ann.ipynb", notebook(batch_mean=lambda x: x.mean(), batch_variance=lambda x: x.std()))
    school("bob.ipynb", notebook(batch_mean=lambda x: x.sum()))
    sentence = report.picture(report.read(school.folder)[0]).sentence
    assert sentence == ("Of 2 students: batch_mean: 1 right, 1 not right, 0 not attempted; "
                        "batch_variance: 0 right, 1 not right, 0 not attempted.")


def test_an_empty_folder_says_so(school):
    assert shown(school.folder).strip().endswith("No notebook was found.")
