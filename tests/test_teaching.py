"""The page for teachers: it names what the lessons hold, quotes them word for word, and its plans add up."""
import itertools
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from batchnorm_lesson import exercises
from batchnorm_lesson.editions import key, paper
from batchnorm_lesson.plans import plans
from lessons import NOTEBOOKS, QUESTIONS, ROOT, Notebook

PAGE = (ROOT / "notebooks" / "teaching.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
LESSONS = [text for title, text in SECTIONS.items() if title.startswith("Lesson ")]
PLANS = {"50 minutes": 50, "90 minutes": 90, "Half a day": 180}
NUMBER = r"[−-]?\d[\d,]*(?:\.\d+)?"
by_lesson = pytest.mark.parametrize("number", range(len(NOTEBOOKS)))


def source(number):
    return NOTEBOOKS[number].read_text(encoding="utf-8").replace('\\"', '"')


def named(pattern, number):
    """The names that a pattern catches in a lesson."""
    return set(re.findall(pattern, source(number)))


def line(section, name):
    """What a lesson's list says of a prediction or an explorer, behind its name."""
    found = re.findall(rf"^- `{re.escape(name)}`(.+)$", section, re.MULTILINE)
    assert len(found) == 1, f"notebooks/teaching.md needs one line for {name} in its lesson's section"
    return found[0]


def prediction(section, name):
    """What its line says of a prediction: the right answer, what students say, the reply."""
    found = re.fullmatch(r" \*\*(\S+)\*\*: (.+) → (.+)", line(section, name))
    assert found, f"the line of {name} is not: right answer in bold: what students say → reply"
    return found.groups()


def question(section, name):
    """What its line says of an explorer: what to ask, the answer."""
    found = re.fullmatch(r": (.+) \(([^()]+)\)", line(section, name))
    assert found, f"the line of {name} is not: what to ask (answer)"
    return found.groups()


def plan(title):
    """The rows of a plan: minutes, the lesson or what there is instead, and what is done."""
    return re.findall(r"^\| (\d+) \| ([^|]*) \|(.*)\|$", SECTIONS[title], re.MULTILINE)


def place(name, number):
    """Where a lesson first has the prediction, explorer or exercise of that name; -1 if it has none."""
    found = re.search(rf'(?:questions\.predict\("|explorers\.|exercises\.){re.escape(name)}\b(?!-)', source(number))
    return found.start() if found else -1


def headed(number):
    """A lesson cut at its headings: each part begins with the words of its heading, without quotation marks."""
    cells = nbformat.read(NOTEBOOKS[number], as_version=4).cells
    text = "\n".join(cell.source for cell in cells)
    return [part.lstrip('"') for part in re.split(r"^##+ ", text, flags=re.MULTILINE)]


def table(section):
    """A table of numbers that begins with the row x: a row's name and its numbers."""
    rows = [line.strip("|").split("|") for line in section.splitlines() if re.match(r"\| (x|squared|y)", line)]
    return {name.strip(): [float(cell.replace("−", "-")) for cell in cells if cell.strip()] for name, *cells in rows}


def right(question):
    """What a teacher has to know of a prediction: the letter of the right choice, or the number."""
    choices = question.get("choices")
    if not choices:
        return f"{question['answer']:g}"
    return "ABCDE"[[bool(choice.get("right")) for choice in choices].index(True)]


@by_lesson
def test_section_names_all_that_its_lesson_holds(number):
    section = LESSONS[number]
    for name in named(r'questions\.predict\("([\w-]+)', number):
        assert prediction(section, name)[0] == right(QUESTIONS["predict"][name]), name
    for name in named(r"\bexplorers\.(\w+)\(", number):
        assert question(section, name)
    for name in named(r"\bexercises\.(\w+)\.check", number):
        assert f"`{name}`" in section, name
    assert all(word in section for word in ("**Aim:**", "**One sentence:**", "**Exercise", "**Stuck:**", "**Skip:**"))


@by_lesson
def test_list_is_in_the_order_of_its_lesson(number):
    places = [place(name, number) for name in re.findall(r"^- `([\w-]+)`", LESSONS[number], re.MULTILINE)]
    assert -1 not in places and places == sorted(places)


@by_lesson
def test_section_takes_the_minutes_of_its_lesson_and_links_to_it(number):
    minutes, = re.findall(r"about (\d+ minutes(?: in class, \d+ alone)?)", source(number))
    assert f"[{minutes}]({NOTEBOOKS[number].name})." in LESSONS[number]


@by_lesson
def test_quoted_answers_are_wrong_choices_of_the_lesson(number):
    for name in named(r'questions\.predict\("([\w-]+)', number):
        choices = QUESTIONS["predict"][name].get("choices")
        if choices:
            quoted = prediction(LESSONS[number], name)[1].strip('"')
            assert quoted in [choice["text"] for choice in choices if not choice.get("right")], name


@by_lesson
def test_mistakes_are_named_as_in_the_catalogue(number):
    section = LESSONS[number]
    names = {mistake.name for exercise in named(r"\bexercises\.(\w+)\.check", number)
             for mistake in getattr(exercises, exercise).catalogue}
    listed = re.findall(r"`([^`]+)`", section.partition("**Stuck:**")[2].partition("**Skip:**")[0])
    unknown = [name for name in listed if name not in names and not hasattr(exercises, name)
               and f"explorers.{name}(" not in source(number) and name not in ("dx", "(C,)")]
    assert not unknown


@by_lesson
def test_the_reply_holds_the_number_that_the_question_wants(number):
    for name in named(r'questions\.predict\("([\w-]+)', number):
        answer = QUESTIONS["predict"][name].get("answer")
        if answer and name != "balance-point":  # which is not to be said before Reveal
            assert re.search(rf"(?<![\d.]){answer}(?![\d]|\.\d)", prediction(LESSONS[number], name)[2]), name


@by_lesson
def test_answers_in_brackets_hold_the_numbers_of_the_lessons_own_answer(number):
    for name in named(r"\bexplorers\.(\w+)\(", number):
        _, said = question(LESSONS[number], name)
        behind = re.split(rf"explorers\.{name}\(", source(number))[1]
        answer = behind.partition("</details>")[0].rpartition("<summary>")[2]
        for value in re.findall(NUMBER, said):
            assert re.search(rf"(?<![\d.,]){re.escape(value)}(?!\d|[.,]\d)", answer), (name, value)


@pytest.mark.parametrize("title", PLANS)
def test_plan_adds_up_and_names_what_there_is(title):
    assert sum(int(minutes) for minutes, *_ in plan(title)) == PLANS[title]
    assert sum(int(minutes) for minutes, lesson, _ in plan(title) if lesson == "slack") >= 5
    for _, lesson, what in plan(title):
        places = [place(name, int(lesson)) for name in re.findall(r"`([\w-]+)`", what)]
        assert -1 not in places and places == sorted(places), what


def test_half_a_day_names_the_headings_to_scroll_to():
    """Each is a heading's beginning, and what is named behind it stands under it; exercises are under *Your turn*."""
    for _, lesson, what in plan("Half a day"):
        for heading, behind in re.findall(r"\*([^*]+)\*([^*]*)", what) if lesson.isdigit() else ():
            parts = headed(int(lesson))
            section, = (part for part in parts if part.startswith(heading))
            for name in re.findall(r"`([\w-]+)`", behind):
                shown = [part for part in parts if re.search(rf'(?:predict\("|explorers\.){name}\b(?!-)', part)]
                assert section in shown or not shown and name in exercises.__all__, (heading, name)


def test_half_a_day_has_a_minute_for_each_change_of_lesson():
    lessons = [lesson for _, lesson, _ in plan("Half a day") if lesson.isdigit() or lesson == "break"]
    changes = [pair for pair in itertools.pairwise(lessons) if "break" not in pair]
    (minutes, said), = ((int(minutes), what) for minutes, _, what in plan("Half a day") if "changes of lesson" in what)
    assert len(changes) == minutes == 6 and said.startswith(" six changes")


@pytest.mark.parametrize("name", plans())
def test_the_tables_are_the_plans_as_data(name):
    assert [(minutes, lesson, what.strip()) for minutes, lesson, what in plan(f"{name} minutes")] == [
        (str(part.minutes), "slack" if part.lesson is None else str(part.lesson), part.what) for part in plans()[name]]


@pytest.mark.parametrize("name", plans())
def test_the_last_slide_gives_the_homework_that_is_assigned(name):
    assigned, = re.findall(r"\*\*Assign:\*\*(.*)", SECTIONS[f"{name} minutes"])
    shown = plans()[name][-1].text
    for pattern in (r"`\w+`", r"challenges \d and \d", r"lessons? \d"):
        assert set(re.findall(pattern, assigned)) == set(re.findall(pattern, shown.lower())), pattern


@pytest.mark.parametrize("title", PLANS)
def test_homework_is_in_the_lesson_that_is_named_and_was_taught(title):
    assigned, = re.findall(r"\*\*Assign:\*\*(.*)", SECTIONS[title])
    pairs = re.findall(r"`(\w+)` in lesson (\d)", assigned)
    pairs += [(name, number) for number, name in re.findall(r"lesson (\d) with `(\w+)`", assigned)]
    assert len(pairs) == assigned.count("`") // 2 > 0
    assert all(place(name, int(number)) >= 0 and number in {lesson for _, lesson, _ in plan(title)}
               for name, number in pairs)


def test_the_sheet_asks_what_50_minutes_ask():
    named = [name for _, _, what in plan("50 minutes") for name in re.findall(r"`([\w-]+)`", what)]
    assert list(paper.ASKED) == [name for name in named if name in QUESTIONS["predict"]]
    assert set(re.findall(r"`([\w-]+\.html)`", SECTIONS["The sheet"])) == key.files(ROOT).keys()


def test_the_board_holds_what_lesson_5_prints():
    printed = {}
    for line in Notebook(5).printed("%%result largest-output").splitlines()[1:]:
        name, numbers = line[:10].strip(), [float(cell) for cell in line[10:].split()]
        printed[{"x - mean": "x − μ", "x_hat": "x̂"}.get(name, name)] = numbers
    del printed["squared"][-1]  # how much the squares vary is of no use
    on_paper = {name: [round(value, 2) for value in row if value is not None]
                for name, row in paper.rows(paper.BATCH, paper.GAMMA, paper.BETA).items()}
    assert table(SECTIONS["The board at the end"]) == printed == on_paper


def test_what_is_said_of_numbers_is_so():
    lessons = {lesson for _, lesson, _ in plan("Half a day") if lesson.isdigit()}
    run = " ".join(SECTIONS["How to run it"].split())
    one, more = map(int, re.findall(r"(\d+) MB for (?:a student with one|each further)", run))
    assert len(lessons) == 9 and "all nine lessons" in run
    assert f"about {30 * (one + 8 * more) / 1000:.0f} GB" in run and 7 < 30 * one / 1000 < 8


@pytest.mark.parametrize("keys, command, settings", [
    ("Ctrl+B", "application:toggle-left-area", "application-extension/commands.json"),
    ("Ctrl+Shift+K", "toc:show-panel", "toc-extension/registry.json")])
def test_keys_are_those_of_jupyterlab(keys, command, settings):
    schema = Path(sys.prefix, "share/jupyter/lab/schemas/@jupyterlab", settings).read_text(encoding="utf-8")
    own = keys.replace("Ctrl", "Accel").split("+")  # Accel is Ctrl, on a Mac ⌘
    assert keys in PAGE and (command, [" ".join(own)]) in [
        (shortcut["command"], shortcut["keys"]) for shortcut in json.loads(schema)["jupyter.lab.shortcuts"]]


def test_links_and_anchors_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        path = ROOT / "notebooks" / (file or "teaching.md")
        titles = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_an_evening_is_enough():
    """As `wc -w` counts, to which the bars of a table are words, too."""
    assert len(PAGE.split()) <= 4000
