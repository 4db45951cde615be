"""``python -m batchnorm_lesson slides --plan 50`` opens ONE show: the slides of all lessons of a plan, in its order.

The slides are those of slides.py. A plan names cells, and each brings the slide on which it stands. What its code needs
of the lesson comes before it, unseen, and is run there: so nothing that takes long is run before it is needed. All
lessons share one kernel, and each has its own variables in it: namespaces.py.

What to say and to ask are cells that the deck does not show (``slide_type`` "notes"). The page opens them in a window
of their own (key N, speaker.js), and they are written as a page to print.
"""
import argparse
import copy
import html
import re

import nbformat

from .. import files
from ..lessons import explorer_of, folder, lessons, prediction_of
from ..plans import STEPS, plans
from . import slides
from .markdown import as_on_github, to_html

SEPARATE = "from batchnorm_lesson.editions import namespaces\nnamespaces.separate()"
UNSEEN, NOTES = {"slideshow": {"slide_type": "skip"}}, {"slideshow": {"slide_type": "notes"}}


def taken(given):
    """The plan that a command's words name, or None, and the other words. Raises SystemExit for an unknown plan."""
    parser = argparse.ArgumentParser("python -m batchnorm_lesson slides", add_help=False, allow_abbrev=False)
    parser.add_argument("--plan", choices=list(plans()))
    named, others = parser.parse_known_args(given)
    return named.plan, others


# The show

def show(name, taught=None, page=None):
    """The notebook of a plan, for ``slides.renew``. ``taught``: the lessons, by default those of ``folder()``.

    ``page`` is the text of teaching.md, from which the notes take what belongs to a prediction or an explorer.
    Raises ValueError for a lesson that is not there, a cell that it does not have, or one whose slide has come already.
    """
    taught = {int(lesson.number): lesson for lesson in taught or lessons()}
    page = page if page is not None else teaching()
    taken_from, parts = {}, plans()[name]
    if missing := {part.lesson for part in parts} - {None} - taught.keys():
        raise ValueError(f"plan {name}: there is no lesson {min(missing)}")
    made = nbformat.v4.new_notebook(metadata=copy.deepcopy(next(iter(taught.values())).notebook.metadata))
    for number, part in enumerate(parts):
        if part.text:
            made.cells += _own_slide(name, number, part)
        if not number:
            made.cells.append(nbformat.v4.new_code_cell(SEPARATE, id="separate", metadata=copy.deepcopy(UNSEEN)))
        if part.lesson is not None:
            lesson = taken_from.setdefault(part.lesson, Taken(taught[part.lesson]))
            try:
                made.cells += lesson.slides(part, number, page)
            except ValueError as problem:
                raise ValueError(f"plan {name}, part {number + 1}: {problem}") from None
    made.metadata["plan"] = {"name": name, "steps": STEPS, "parts": [
        {"minutes": part.minutes, "step": part.step, "title": _title_of(part, taught)} for part in parts]}
    made.metadata["slides"] = {"made_from": slides.fingerprint(made)}
    return made


def _own_slide(plan, number, part):
    """The slide of a part's own text, and its notes."""
    cell = nbformat.v4.new_markdown_cell(part.text.strip(), id=f"plan{plan}-{number}", metadata={
        "slideshow": {"slide_type": "slide"}, "plan": {"part": number, "title": _heading(part.text)}})
    return [cell, *_note(cell.id, part.notes.get("text", ""))]


class Taken:
    """What a show takes from a lesson, and what it has taken already."""

    def __init__(self, lesson):
        self._lesson, self._slides, self._come = lesson, [], set()
        title = lesson.title
        for cell in slides.as_show(lesson.without(*slides.LEFT_OUT)).cells:
            if cell.metadata["slideshow"]["slide_type"] == "slide" or not self._slides:
                self._slides.append([])
            if cell.cell_type == "markdown":
                title = _heading(cell.source) or title
            self._slides[-1].append(cell)
            cell.metadata["plan"] = {"title": title}

    def slides(self, part, number, page):
        """The cells of the slides that a part of a plan wants, with what their code needs before them, and notes."""
        made, here = [], []
        for identifier in part.cells:
            found = [slide for slide in self._slides if identifier in [cell.id for cell in slide]]
            if not found:
                raise ValueError(f"lesson {part.lesson} has no cell {identifier} that is shown")
            if found[0] not in here:
                here.append(found[0])
        for slide in here:
            if self._come & {cell.id for cell in slide}:
                raise ValueError(f"the slide with {slide[0].id} of lesson {part.lesson} has come already")
            made += [self._named(cell) for cell in [*self._needed(slide), *self._heading(slide), *slide]]
            names = [f" · {name}" for cell in slide if (name := asked(cell))]
            heading = slide[0].metadata["plan"]["title"]
            made[-len(slide)].metadata["plan"] = {"part": number, "title": heading + "".join(names)}
            said = [part.notes.get(cell.id, "").strip() for cell in slide]
            known = [from_page(cell, page) for cell in slide]
            made += _note(made[-1].id, "\n\n".join(filter(None, said + known)))
        return made

    def _needed(self, slide):
        """The earlier code of the lesson that has not been run yet; what only shows something is not needed."""
        for earlier in self._slides[:self._slides.index(slide)]:
            for cell in earlier:
                if cell.cell_type == "code" and cell.id not in self._come and not slides.SHOWN_ALONE.match(cell.source):
                    unseen = copy.deepcopy(cell)
                    unseen.metadata |= copy.deepcopy(UNSEEN)
                    unseen.outputs = []
                    unseen.metadata.pop("jupyterlab-slideshow", None)
                    yield unseen

    def _heading(self, slide):
        """The heading under which a slide stands that begins without one; show.js looks for it in the cells before."""
        if not _heading(slide[0].source):
            yield nbformat.v4.new_markdown_cell(f"## {slide[0].metadata['plan']['title']}", id=f"{slide[0].id}_heading",
                                                metadata=copy.deepcopy(UNSEEN))

    def _named(self, cell):
        """The cell under a name that no other lesson has, and by which namespaces.py knows the lesson."""
        self._come.add(cell.id)
        cell = copy.deepcopy(cell)
        cell.id = f"lesson{int(self._lesson.number)}-{cell.id}"
        return cell


def _note(identifier, words):
    """A cell of notes, if there are words."""
    if words.strip():
        yield nbformat.v4.new_markdown_cell(words.strip(), id=f"notes-{identifier}", metadata=copy.deepcopy(NOTES))


def _heading(text):
    found = re.match(r"\s*#+ (.+)", text)
    return found and found[1]


def _title_of(part, taught):
    """A part's title for the speaker: its lesson, and which of the four steps it is about."""
    if part.lesson is None:
        return "Slack"
    steps = {"": "", "all": ": all four steps"}
    step = steps[part.step] if part.step in steps else f": step {STEPS.index(part.step) + 1} of {len(STEPS)}"
    return f"Lesson {taught[part.lesson].title}{step}"


# What teaching.md knows

def asked(cell):
    """The name of the prediction or the explorer that a cell shows; else None."""
    return prediction_of(cell) or explorer_of(cell)


def teaching():
    """The text of the page for teachers. Raises SystemExit where it cannot be read."""
    with files.refusals("notebooks/teaching.md"):
        return (folder() / "notebooks" / "teaching.md").read_text(encoding="utf-8")


def from_page(cell, page):
    """What teaching.md says of a cell's prediction or explorer in the line that begins with its name, else ""."""
    named = asked(cell)
    line = named and re.search(rf"(?m)^- `{re.escape(named)}`:? (.+)$", page)
    if not line:
        return ""
    if not prediction_of(cell):
        return f"**Ask before you move:** {line[1]}"
    answers = re.sub(r"^\*\*(.+?)\*\*: (.+?) → ", r"\1\n\n**Students say:** \2\n\n**Your reply:** ", line[1])
    return f"**Right:** {answers}"


# The notes on paper

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Plan of {plan} minutes</title><style>
@page {{ size: A4; margin: 15mm }}
body {{ font: 11pt/1.35 sans-serif; max-width: 180mm; margin: auto }}
h1 {{ font-size: 16pt }} h2 {{ font-size: 13pt; border-top: 1px solid; padding-top: 6pt; break-after: avoid }}
h3 {{ font-size: 11pt; margin: 8pt 0 0; break-after: avoid }} p {{ margin: 3pt 0 }}
</style></head><body>
<h1>Plan of {plan} minutes: what to say and to ask</h1>
{parts}
</body></html>
"""


def on_paper(made):
    """The notes of a show as a page to print: each part with its minutes, each slide with its title."""
    plan, parts, begins = made.metadata["plan"], [], 0
    numbered = iter(range(1, len(made.cells) + 1))
    for number, part in enumerate(plan["parts"]):
        parts.append(f"## {begins} to {begins + part['minutes']} min: {part['title']}")
        begins += part["minutes"]
        now = None
        for cell in made.cells:
            kind = cell.metadata["slideshow"]["slide_type"]
            if kind == "slide":
                now = cell.metadata["plan"]["part"]
                if now == number:
                    parts.append(f"### Slide {next(numbered)}: {cell.metadata['plan']['title']}")
            elif kind == "notes" and now == number:
                parts.append(cell.source)
    return PAGE.format(plan=html.escape(plan["name"]), parts=to_html("\n\n".join(parts), anchor=as_on_github))


# The command

def make(name, place):
    """Write the show of a plan and its page of notes; the name of the show's file in ``place``, build/slides."""
    made = show(name)
    if said := slides.renew(place / f"plan-{name}.ipynb", made):
        files.say(said)
    page, paper = f"plan-{name}.html", files.OwnFolder(place.parent / "notes", "notes", "build/notes")
    became = paper.write({page: on_paper(made)})[page]
    files.say(f"Key N opens your notes in a window of their own. To print: build/notes/{page}"
              + f" ({became})" * (became == files.KEPT))
    return f"plan-{name}.ipynb"
