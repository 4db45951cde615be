"""The page for teachers: it names what the lessons hold, quotes them word for word, and its plans add up."""
import re

import pytest

from batchnorm_lesson import exercises
from lessons import NOTEBOOKS, QUESTIONS, ROOT

PAGE = (ROOT / "notebooks" / "teaching.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
LESSONS = [text for title, text in SECTIONS.items() if title.startswith("Lesson ")]
PLANS = {"50 minutes": 50, "90 minutes": 90, "Half a day": 180}
by_lesson = pytest.mark.parametrize("number", range(len(NOTEBOOKS)))


def source(number):
    return NOTEBOOKS[number].read_text(encoding="utf-8").replace('\\"', '"')


def named(pattern, number):
    """The names that a pattern catches in a lesson."""
    return set(re.findall(pattern, source(number)))


def row(section, name):
    """The cells of a table's row that begins with a name, without the name."""
    found, = [line for line in section.splitlines() if line.startswith(f"| `{name}` |")]
    return [cell.strip() for cell in found.strip("|").split("|")[1:]]


@by_lesson
def test_section_names_all_that_its_lesson_holds(number):
    section = LESSONS[number]
    for name in named(r'questions\.predict\("([\w-]+)', number):
        answer, reply = row(section, name)
        assert answer and reply
    for name in named(r"\bexplorers\.(\w+)\(", number):
        assert row(section, name)[0]
    for name in named(r"\bexercises\.(\w+)\.check", number):
        assert f"`{name}`" in section, name
    assert all(word in section for word in ("**Aim:**", "**Exercise", "**Stuck:**", "**Skip:**"))


@by_lesson
def test_section_takes_the_minutes_of_its_lesson_and_links_to_it(number):
    minutes, = re.findall(r"about (\d+) minutes", source(number))
    assert f"[The lesson]({NOTEBOOKS[number].name}), {minutes} minutes." in LESSONS[number]


@by_lesson
def test_quoted_answers_are_wrong_choices_of_the_lesson(number):
    for name in named(r'questions\.predict\("([\w-]+)', number):
        question = QUESTIONS["predict"][name]
        answer, _ = row(LESSONS[number], name)
        for quoted in re.findall(r'^"(.+)"$', answer) if "choices" in question else ():
            assert quoted in [choice["text"] for choice in question["choices"] if not choice.get("right")], name


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
        question = QUESTIONS["predict"][name]
        if "answer" in question and name != "balance-point":  # which is not to be said before Reveal
            assert re.search(rf"(?<![\d.]){question['answer']}(?![\d]|\.\d)", row(LESSONS[number], name)[1]), name


@pytest.mark.parametrize("title", PLANS)
def test_plan_adds_up_and_names_what_there_is(title):
    rows = re.findall(r"^\| (\d+) \| ([^|]*) \|(.*)\|$", SECTIONS[title], re.MULTILINE)
    assert sum(int(minutes) for minutes, *_ in rows) == PLANS[title]
    for _, lesson, what in rows:
        for name in re.findall(r"`([\w-]+)`", what):
            assert name in source(int(lesson)), name


def test_links_and_anchors_lead_somewhere():
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in SECTIONS}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert not file or (ROOT / "notebooks" / file).exists(), target
        assert not anchor or anchor in anchors, target


def test_an_evening_is_enough():
    assert len(PAGE.splitlines()) <= 450
