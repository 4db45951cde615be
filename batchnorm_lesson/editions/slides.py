"""``python -m batchnorm_lesson slides 03`` opens a lesson as a slide show in JupyterLab, in which the sliders move.

The slides are a copy of the lesson, made by one rule. A cell of prose is cut before every heading, prediction and task,
around every folded answer, and after what is said of a picture. A heading, a prediction or a task begins a slide; what
follows stands on the same slide as long as there is room for it, and else begins the next one. What only a reader needs
is left out: LEFT_OUT. Code of a single line that shows something, and the imports, run without being shown.

A slide is laid out for 1280 × 720 pixels; a larger screen enlarges it as a whole. Body text is 24 pixels high, 1/30 of
the slide, and nothing is below 17, 1/42: from six heights of the screen away, where the last row sits, 17 pixels are
seen at 13 minutes of arc, and the small letters, half as high, at more than the five that normal sight needs.
"""
import copy
import hashlib
import itertools
import json
import os
import re
import tempfile

import nbformat

from .. import files
from ..lessons import chosen, folder, lessons
from ..server import SETTINGS, launch, options_for

SHOW = SETTINGS / "slides"

LEFT_OUT = ("navigation", "how-to-run")
BEGINS = re.compile(r"#{1,6} |\*\*(?:Your task|Predict|Challenge)\b")
CUT = re.compile(rf"(?m)^(?={BEGINS.pattern}|\*\*Next\b)|(?=<details\b)|(?<=</details>)|\f")
BELOW_A_PICTURE = re.compile(r"(?m)^(In the picture: .*\n)")  # stands with it, if there is room for so much
SETUP = re.compile(r"(import|from) ")
SHOWN_ALONE = re.compile(r"(explorers|questions|figures|exercises)\.\w+(\(.*\))?$")

# Pixels, a little more than a browser needs: the test of the slides measures what it does need.
ROOM, LINE, GAP, HEADING, FORMULA, LINE_OF_CODE = 690, 34, 24, 84, 180, 25
PICTURE, EXPLORER = 1.3, 1.25  # a pixel of a saved picture, on a slide
LETTERS, LETTERS_IN_A_WIDGET = 92, 90  # in a line


# The rule

def slides(notebook):
    """The slides of a lesson: each a list of cells."""
    cells = [piece for cell in notebook.cells for piece in pieces(cell)]
    found, room = [], 0
    for cell in cells:
        needed = height(cell)
        # The last cell stands alone, because of what as_show says.
        begins = not found or BEGINS.match(cell.source) and not belongs(cell, found[-1])
        if begins or needed > room or cell is cells[-1]:
            found.append([])
            room = ROOM
        found[-1].append(cell)
        room -= needed
    return found


def belongs(cell, slide):
    """A prediction or a task stands under a heading that has no other text."""
    return len(slide) == 1 and re.fullmatch("#.*", slide[0].source) and not cell.source.startswith("#")


def pieces(cell):
    """The parts of a cell, as cells of their own."""
    if cell.cell_type != "markdown":
        return [copy.deepcopy(cell)]
    parts = [part.strip() for part in CUT.split(BELOW_A_PICTURE.sub("\\1\f", cell.source)) if part.strip()]
    return [nbformat.v4.new_markdown_cell(part, id=cell.id + f"_{number}" * (number > 1))  # with - it may be another's
            for number, part in enumerate(parts, 1)]


# How high a cell will be on its slide

def height(cell):
    """The pixels that a cell needs on a slide, from its text and the outputs that it was saved with."""
    if cell.cell_type == "markdown":
        return prose_height(cell.source)
    if SETUP.match(cell.source):
        return 0
    code = 0 if SHOWN_ALONE.match(cell.source) else 24 + LINE_OF_CODE * len(cell.source.splitlines())
    return code + sum(output_height(output, cell.source) for output in cell.outputs)


def prose_height(text):
    """The same for Markdown; a folded answer is one line."""
    text = re.sub(r"(?s)<details\b.*?</details>", "folded", text)
    text = re.sub(r"(?s)\$\$.*?\$\$", "$$", text)
    return sum(map(block_height, re.split(r"\n\n+", text))) - GAP / 2


def block_height(block):
    if block == "$$":
        return FORMULA
    if block.startswith("#"):
        return HEADING
    return GAP + LINE * sum(-(-len(words(line)) // LETTERS) for line in block.splitlines())


def words(markdown):
    """What a reader sees of it: a formula's commands, the addresses of links and tags take no room."""
    return re.sub(r"\\color\{[^}]*\}|\\[a-z]+|\]\([^)]*\)|<[^>]+>|[{}$`*]", "", markdown) or "-"


def output_height(output, source):
    data = output.get("data", {})
    if "image/png" in data:
        high = output.metadata["image/png"]["height"]
        return EXPLORER * high + readout(data) if source.startswith("explorers.") else GAP + PICTURE * high
    if "<details><summary style" in data.get("text/html", ""):
        return GAP + LINE
    if "text/markdown" in data:
        return GAP + prose_height(data["text/markdown"])
    if "text/html" in data:
        row = 46 if source.startswith("questions.quiz") else 52
        return row * (1 + sum(-(-len(line) // LETTERS_IN_A_WIDGET) for line in data["text/plain"].splitlines()))
    return GAP + LINE_OF_CODE * len(output.get("text", data.get("text/plain", "")).splitlines())


def readout(data):
    """The lines below an explorer's picture; a verdict stands in a box."""
    lines = data["text/plain"].splitlines()[1:-1]
    return 14 + LINE * sum(1 + len(line) // LETTERS_IN_A_WIDGET + line.startswith(("✗", "○")) for line in lines)


# The show

def as_show(notebook):
    """A copy of a lesson whose cells' metadata say where its slides begin.

    ``slideshow`` is nbconvert's, for every tool that knows it. jupyterlab-slideshow would stop at every cell of a
    slide; at one of its layers it does not. It shows no layer on the last slide, so that has one cell.
    """
    made = copy.deepcopy(notebook)
    made.cells = [marked(cell, place) for slide in slides(notebook) for place, cell in enumerate(slide)]
    made.metadata["slides"] = {"made_from": fingerprint(made)}
    return made


def marked(cell, place):
    """A cell with its metadata for the show; place is 0 for the first of a slide."""
    cell.metadata["slideshow"] = {"slide_type": "-" if place else "slide"}
    if place:
        cell.metadata["jupyterlab-slideshow"] = {"layer": "slide"}
    if cell.cell_type == "code":
        # What somebody has typed in class, and got wrong, must not keep the later cells from running.
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
        if SHOWN_ALONE.match(cell.source) or SETUP.match(cell.source):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def fingerprint(notebook):
    """Changes when somebody types in a cell, not when cells are run."""
    typed = [(cell.get("cell_type"), "".join(cell.get("source", ""))) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(typed).encode()).hexdigest()


def renew(path, made):
    """Write the slides to a file. What was typed into its older slides is kept: in words what became of it, or None.

    As long as the lesson is the same, older slides that were typed in stay where they are; else they get another name.
    So do those that cannot be read any more.
    """
    said = ""
    try:
        old = files.notebook(path) if os.path.lexists(path) else None
        known = old and old.get("metadata", {}).get("slides")
        if old and known != {"made_from": fingerprint(old)}:
            said = f"What was typed into the slides of {path.name}"
            if known == made.metadata["slides"]:
                return f"{said} is in build/slides/{path.name}"
    except files.Unreadable as problem:
        said = f"build/slides/{path.name} could not be read: {problem.why}. It is made anew; what was there"
    if said:
        kept = next(name for number in itertools.count(2)
                    if not os.path.lexists(name := path.with_stem(f"{path.stem}-{number}")))
        path.rename(kept)
        said += f" is in build/slides/{kept.name}"
    files.write_whole(path, nbformat.writes(made) + "\n")
    return said or None


# The command

def show_settings(scratch):
    """Options for JupyterLab: the show's own extension, and settings that begin anew, away from the teacher's own."""
    return [f"--LabApp.extra_labextensions_path={SHOW / 'labextensions'}", f"--LabApp.user_settings_dir={scratch}/user",
            f"--LabApp.workspaces_dir={scratch}/workspaces"]


def main(given):
    """Make the slides of all lessons and open those of one."""
    import jupyterlab_slideshow  # noqa: F401  (JupyterLab loads it; here it is only asked for)

    first, options = chosen(given)
    place = folder() / "build" / "slides"
    with files.refusals("build/slides"):
        place.mkdir(parents=True, exist_ok=True)
        for lesson in lessons():
            name = lesson.path.name
            try:
                said = renew(place / name, as_show(lesson.without(*LEFT_OUT)))
            except files.Unreadable as problem:  # the others have their slides all the same
                if name == first.path.name:
                    raise
                said = f"notebooks/{name} cannot be read, and has no new slides: {problem.why}."
            if said:
                files.say(said)
    with tempfile.TemporaryDirectory() as scratch:
        launch(options_for(f"build/slides/{first.path.name}", show_settings(scratch) + options), SHOW, SETTINGS)

