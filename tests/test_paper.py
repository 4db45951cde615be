"""Paper and the key: every number computed again, every text that of the questions, no answer where students read."""
import html
import re

import numpy as np
import pytest

from batchnorm_lesson import batch_norm, exercises
from batchnorm_lesson.editions import key, paper
from batchnorm_lesson.files import MARKER, OwnFolder
from lessons import NOTEBOOKS, QUESTIONS, ROOT

FILES = key.files(ROOT)
BATCHES = {"sheet": (paper.BATCH, paper.GAMMA, paper.BETA),
           "homework": (paper.FIVE, paper.FIVE_GAMMA, paper.FIVE_BETA),
           "far": (paper.FAR, paper.FAR_GAMMA, paper.FAR_BETA), "farther": (paper.FARTHER, 1, 0)}
READ_BY_STUDENTS = ["sheet.html", "homework.html"]


def words(name):
    """The text of a page."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", FILES[name], flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(text))


def said(text):
    """A text of the questions as a page shows it: without the marks of code."""
    return re.sub(r"\s+", " ", text.replace("`", " "))


def cells(page):
    """The numbers in the cells of a page's tables, row by row; NaN for a cell to write in."""
    rows = [re.findall(r"<td(?: class=\"answer\")?>(.*?)</td>", row)
            for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    return [[float(cell.replace("−", "-").replace(",", "") or "nan") for cell in row] for row in rows if row]


@pytest.mark.parametrize("name", BATCHES)
def test_tables_hold_what_numpy_computes(name):
    x, gamma, beta = BATCHES[name]
    x_hat = (np.array(x) - np.mean(x)) / np.std(x)
    wanted = {"x": np.array(x), "x − μ": x - np.mean(x), "squared": (x - np.mean(x)) ** 2, "x̂": x_hat,
              "y": gamma * x_hat + beta}
    rows = paper.rows(x, gamma, beta)
    assert list(rows) == list(wanted) and rows["squared"].pop() is None
    assert all(np.allclose(row[:len(x)], wanted[step]) and np.isclose(row[len(x)], np.mean(wanted[step]))
               for step, row in rows.items())
    assert all(np.isclose(rows[step][-1], np.var(wanted[step])) for step in rows if step != "squared")


def test_homework_has_batches_of_its_own_and_whole_sigmas():
    assert not {(3, 9, 11, 17), paper.BATCH} & {tuple(sorted(x)) for x in (paper.FIVE, paper.FAR)}
    assert [np.std(x) for x in (paper.FIVE, paper.FAR)] == [4, 4]
    table = np.array(paper.TABLE)
    assert np.all(np.mean(table, axis=0) % 1 == 0) and np.shape(table) == (3, 2)
    image_2, usual = table[1], table.mean(axis=0)
    assert image_2[1] > image_2[0] and (image_2 - usual < 0).tolist() == [False, True]


def test_what_homework_says_of_batches_is_so():
    far, farther = (paper.rows(x, 1, 0)["x̂"][2] for x in (paper.FAR, paper.FARTHER))
    assert far == pytest.approx(farther) == np.sqrt(len(paper.FAR) - 1)
    x = np.array(paper.FIVE, dtype=float)
    for other in (x + 100, 2 * x):
        assert ", ".join(map(paper.number, other)) in words("homework.html")
        assert np.allclose(batch_norm(other, eps=0), batch_norm(x, eps=0))
    assert np.allclose(batch_norm(x, gamma=4, beta=8, eps=0), x)
    assert np.mean([*x[:-1], x[-1] + len(x)]) == np.mean(x) + 1
    assert "With gamma = 4 and beta = 8 , y would be x again" in words("homework-solved.html")


def test_one_line_is_wrong_and_no_other():
    x = np.array(paper.FIVE, dtype=float)
    mended = [*paper.LINES]
    mended[paper.WRONG - 1] = paper.MENDED
    assert np.allclose(paper.results(mended)["y"], batch_norm(x))
    wrong = paper.results(paper.LINES)
    assert wrong["var"] == 0 and np.allclose(wrong["y"], (x - x.mean()) / np.sqrt(1e-5))
    shown = ", ".join(map(paper.number, wrong["y"]))
    assert shown in words("homework.html") and paper.MENDED not in words("homework.html")
    assert paper.MENDED in words("homework-solved.html") and "bug is in line 2 . Its var is 0 for" in words(
        "homework-solved.html")


def test_the_sheet_asks_the_predictions_in_their_own_words_twice():
    for name in paper.ASKED:
        entry = QUESTIONS["predict"][name]
        choices = [f"{letter} {choice['text']}" for letter, choice in zip("ABCDE", entry.get("choices", ()))]
        for text in map(said, [entry["question"], *choices]):
            assert words("sheet.html").count(f" {text} ") == 2 and f" {text} " in words("solution.html"), text
    assert words("sheet.html").count("One unit, four images:") == 2


@pytest.mark.parametrize("name", READ_BY_STUDENTS)
def test_no_answer_stands_where_students_write(name):
    reasons = [entry["because"] for entry in QUESTIONS["predict"].values() if "because" in entry]
    reasons += [choice["because"] for entry in QUESTIONS["predict"].values() for choice in entry.get("choices", [])]
    assert not [reason for reason in reasons if said(reason) in words(name)]
    assert 'class="right"' not in FILES[name] and not re.findall(r'class="(?:blank">(?!&nbsp;)|line[^"]*">(?!<))',
                                                                 FILES[name])
    for row in cells(FILES[name]):  # one row of x is given; in the table of two units, two columns
        given = [not np.isnan(value) for value in row]
        assert sum(given) in (0, 2, len(row) - 2), row


@pytest.mark.parametrize("name", ["solution.html", "homework-solved.html"])
def test_nothing_is_left_open_in_a_solution(name):
    assert not np.isnan(np.concatenate(cells(FILES[name]))).any() and "&nbsp;" not in FILES[name]


def test_the_solution_marks_what_is_right():
    marked = re.findall(r'class="right"><span class="letter">(\w)</span>(.*?)</span>', FILES["solution.html"])
    entries = [QUESTIONS["predict"][name] for name in paper.ASKED]
    right = [(letter, choice["text"]) for entry in entries for letter, choice in zip("ABCDE", entry.get("choices", ()))
             if choice.get("right")]
    assert [(letter, html.unescape(text)) for letter, text in marked] == right and len(right) == 3
    assert all(said(entry["because"]) in words("solution.html") for entry in entries if "because" in entry)
    largest = max(paper.rows(paper.BATCH, paper.GAMMA, paper.BETA)["y"][:4])
    assert paper.number(largest) == f"{QUESTIONS['predict']['largest-output']['answer']}"


def test_the_key_has_every_question_and_every_exercise_with_its_answer():
    entries = {**QUESTIONS["predict"], **{f"{number} {i}": entry for number, quiz in QUESTIONS["quiz"].items()
                                          for i, entry in enumerate(quiz)}}
    for name, entry in entries.items():
        right = [(f"{letter} · {choice['text']}", choice["because"])
                 for letter, choice in zip("ABCDE", entry.get("choices", ())) if choice.get("right")]
        answer, because = right[0] if right else (f"{entry['answer']:g}", entry["because"])
        asked = said(f"{entry['question']} {answer} {because}")
        assert re.sub(r"\s", "", asked) in re.sub(r"\s", "", words("key.html")), name
    assert len(re.findall(r"<h3>", FILES["key.html"])) == len(entries) + len(exercises.__all__)
    for name in exercises.__all__:
        assert html.escape(getattr(exercises, name).written).replace("&#x27;", "&#39;").replace(
            "&quot;", "&#34;") in FILES["key.html"], name
    assert FILES["key.html"].count("<h2>") == len(NOTEBOOKS)


# The command

def test_a_key_is_made_and_made_anew(tmp_path, capsys):
    folder = tmp_path / "key"
    key.main([str(folder)])
    assert capsys.readouterr() == (f"The key: {folder / 'key.html'}\n", "")
    assert {path.name for path in folder.iterdir()} == {*FILES, MARKER}
    notes, sheet = folder / "key.html", folder / "sheet.html"
    notes.write_text("a teacher's", encoding="utf-8")
    sheet.unlink()
    key.main([str(folder)])
    assert notes.read_text(encoding="utf-8") == "a teacher's" and sheet.exists()
    assert capsys.readouterr().err.startswith(f"{notes}: KEPT, not written")
    key.main([str(folder), "--overwrite"])
    assert notes.read_text(encoding="utf-8") == FILES["key.html"]


def test_no_key_goes_where_somebody_else_is_or_into_what_is_published(tmp_path):
    OwnFolder(tmp_path / "site", "pages", "FOLDER").write({"index.html": "start"})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place, why in {"site": "holds what this command has not made (", "site/paper": "may be published",
                       "mine": "not made (thesis.txt)", "file": "cannot be a folder"}.items():
        with pytest.raises(SystemExit, match=f"^FOLDER: {re.escape(str(tmp_path / place))} .*{re.escape(why)}"):
            key.main([str(tmp_path / place)])
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {"site/index.html", f"site/{MARKER}", "mine/thesis.txt", "file"}


def test_no_workflow_publishes_a_key():
    recipe = re.search(r"^key:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert recipe.split()[-1] == "build/key"
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = workflow.read_text(encoding="utf-8")
        assert not re.search(r"\bmake\b.* key\b|batchnorm_lesson key|build/key", text), workflow.name
        published = re.findall(r"upload-pages-artifact\S*\s+with:\s+path: (\S+)", text)
        assert published == ["build/site"] * (workflow.stem == "site"), workflow.name
