"""The lessons as documents: each cell's role, what a lesson says of itself, and what the editions leave out."""
import ast
import re

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell

from batchnorm_lesson import lessons
from batchnorm_lesson.editions import app, graded, slides
from batchnorm_lesson.exercises.judging import found_by_a_check
from lessons import ROOT

ALL = lessons.lessons(ROOT)


@pytest.fixture(params=ALL, ids=lambda lesson: lesson.number)
def lesson(request):
    return request.param


def test_every_tag_is_known(lesson):
    assert {role for cell in lesson.notebook.cells for role in lessons.roles_of(cell)} >= lessons.ROLES - {"typing"}


def test_an_unknown_tag_is_an_error_that_names_the_cell():
    for tags in (["exercize"], ["exercise", "slow"]):
        with pytest.raises(ValueError, match=f"^cell a: tags must be among exercise, .*, got {tags[-1]}$"):
            lessons.roles_of(new_markdown_cell("", id="a", metadata={"tags": tags}))
    assert lessons.roles_of(new_markdown_cell("", metadata={"tags": ["raises-exception", "typing"]})) == {"typing"}


def test_a_heading_begins_its_cell(lesson):
    prose = [cell.source for cell in lesson.notebook.cells if cell.cell_type == "markdown"]
    assert not [source for source in prose if re.search(r"\n#+ ", re.sub(r"(?s)```.*?```", "", source))]


def test_a_lesson_says_its_title_goal_and_minutes(lesson):
    assert lesson.title.startswith(f"{int(lesson.number)} · ") and "\n" not in lesson.title
    assert re.fullmatch(r"[A-Z][^*\n]+\.", lesson.goal)
    assert re.fullmatch(r"about \d+ minutes( in class, \d+ alone)?", lesson.minutes)


def test_links_are_rewritten_with_their_places_and_others_stay():
    text = "[a](01_a.ipynb#One) [b](notebooks/02_b.ipynb) [c](../README.md) [d](teaching.md#2) [e](#f) [g](https://h/README.md)"
    assert lessons.relinked(text, str.upper) == (
        "[a](01_A.IPYNB#One) [b](02_B.IPYNB) [c](README.MD) [d](TEACHING.MD#2) [e](#f) [g](https://h/README.md)")


# The editions

def cells_of_the_app(lesson, folder):
    app.write_copies(ROOT, folder)
    return nbformat.read(folder / lesson.path.name, as_version=4).cells


def cells_of_the_pages(lesson, _):
    pytest.importorskip("latex2mathml", reason="latex2mathml is not installed (pip install -r tests/requirements.txt)")
    from batchnorm_lesson.editions import pages
    assert pages.LEFT_OUT == slides.LEFT_OUT
    return pages.for_reading(lesson).cells


EDITIONS = {"app": (app.LEFT_OUT, cells_of_the_app), "pages": (slides.LEFT_OUT, cells_of_the_pages),
            "graded": (graded.LEFT_OUT, lambda lesson, _: graded.graded(lesson).cells),
            "slides": (slides.LEFT_OUT, lambda lesson, _: slides.as_show(lesson.without(*slides.LEFT_OUT)).cells)}


@pytest.mark.parametrize("left_out, cells", EDITIONS.values(), ids=EDITIONS)
def test_an_edition_has_the_cells_without_the_roles_that_it_leaves_out(lesson, left_out, cells, tmp_path):
    made = {cell.id.partition("_")[0] for cell in cells(lesson, tmp_path)}  # a quiz is three cells of the slides
    out = {cell.id for cell in lesson.notebook.cells if lessons.roles_of(cell) & set(left_out)}
    assert out and not out & made and {cell.id for cell in lesson.notebook.cells} - out <= made


CODE = {"import", "from", "explorers", "questions", "figures", "exercises", "details", "result", "color", "mathrm",
        "operatorname", "sum", "limits", "span", "class", "pre", "esc", "nop", "quiz", "html", "https", "maintainers",
        "everybody", "lesson"}


def test_no_edition_reads_english():
    """What a pattern of theirs holds is code, a tag of HTML or a mark; a sentence may be written anew at any time."""
    read = set()
    for path in (ROOT / "batchnorm_lesson" / "editions").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ast.unparse(call.func) if isinstance(call, ast.Call) and call.args else ""
            if name.startswith("re.") or name.endswith(("match", "search", "startswith", "endswith")):
                texts = [part.value for part in ast.walk(call.args[0]) if isinstance(part, ast.Constant)]
                read |= set(re.findall("[A-Za-z]{3,}", re.sub(r"(?<!\\)\\[a-zA-Z]", " ", " ".join(map(str, texts)))))
    assert "explorers" in read and sorted(read - CODE) == []


def test_what_a_check_found_is_saved_as_metadata(lesson):
    checked = [(lessons.exercise_of(cell), cell) for cell in lesson.notebook.cells]
    checked = [(found[0], [found_by_a_check(output) for output in cell.outputs]) for found, cell in checked if found]
    assert checked and all(said == [{"exercise": name, "status": "not attempted", "mistake": None}]
                           for name, said in checked)


FOLD = re.compile("(?s)<details.*?</details>")
MOST_WORDS = {"00": 800, "08": 1200, "09": 1200}


def test_lessons_are_short():
    """Outside folds at most 1,000 words a lesson, and 10,000 in all; in folds 3,000."""
    prose = {lesson.number: "\n".join(cell.source for cell in lesson.without().cells if cell.cell_type == "markdown")
             for lesson in ALL}
    shown = {number: len(FOLD.sub("", text).split()) for number, text in prose.items()}
    assert not {number: count for number, count in shown.items() if count > MOST_WORDS.get(number, 1000)}
    assert sum(shown.values()) <= 10_000
    assert sum(len(fold.split()) for text in prose.values() for fold in FOLD.findall(text)) <= 3_000
