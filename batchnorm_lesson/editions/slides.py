"""``python -m batchnorm_lesson slides 03`` opens a lesson as a slide show in JupyterLab, in which the sliders move.

The slides are a copy of the lesson. Where one begins, and what is left out, is said by the cells themselves, in
``slideshow``, the metadata of nbconvert and of every tool that knows it: a cell is the first of a slide ("slide"), or
is run without being shown ("skip"); one that says nothing stands on the slide before it. Only the quiz is cut here: a
question a slide.

A slide is laid out for 1280 × 720 pixels; a larger screen enlarges it as a whole. Body text is 24 pixels high, 1/30 of
the slide. Where that is too much for the slide, the browser, which measures it, takes less (show.js), and nothing is
below 17, 1/42: from six heights of the screen away, where the last row sits, 17 pixels are seen at 13 minutes of arc,
and the small letters, half as high, at more than the five that normal sight needs.
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
SHOWN_ALONE = re.compile(r"(explorers|questions|figures|exercises)\.\w+(\(.*\))?$")
QUIZ = re.compile(r"questions\.quiz\((\d+)\)")


# The slides

def slide_type(cell):
    """What a cell's metadata say of its place: "slide", "-", "skip" or another of nbconvert's words."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def slides(notebook):
    """The slides of a lesson: each a list of the cells that are seen together."""
    found = []
    for cell in notebook.cells:
        if slide_type(cell) == "slide":
            found.append([])
        if slide_type(cell) in ("slide", "-"):
            found[-1].append(cell)
    return found


def as_show(notebook):
    """A copy of a lesson as jupyterlab-slideshow takes it."""
    made = copy.deepcopy(notebook)
    made.cells = [marked(part) for cell in made.cells for part in questions_apart(cell)]
    made.metadata["slides"] = {"made_from": fingerprint(made)}
    return made


def questions_apart(cell):
    """A quiz as three cells, of which two begin slides of their own; every other cell as it is."""
    quiz = QUIZ.fullmatch(cell.source)
    if not quiz:
        return [cell]
    return [nbformat.v4.new_code_cell(
        f"questions.quiz({quiz[1]}, {number})", id=cell.id + f"_{number}" * (number > 1),  # with - it may be another's
        metadata=cell.metadata | ({"slideshow": {"slide_type": "slide"}} if number > 1 else {}))
        for number in (1, 2, 3)]


def marked(cell):
    """A cell with what the show needs besides, and its place in words.

    jupyterlab-slideshow would stop at every cell of a slide; at one of its layers it does not. It shows no layer on
    the last slide, which must be a single cell.
    """
    cell.metadata["slideshow"] = {"slide_type": slide_type(cell)}
    if slide_type(cell) == "-":
        cell.metadata["jupyterlab-slideshow"] = {"layer": "slide"}
    if cell.cell_type == "code":
        # What somebody has typed in class, and got wrong, must not keep the later cells from running.
        cell.metadata["tags"] = [*cell.metadata.get("tags", []), "raises-exception"]
        if SHOWN_ALONE.match(cell.source):
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
    """Make the slides of all lessons and open those of one, or with ``--plan`` the show of a plan."""
    from . import plan_show  # which needs this module
    import jupyterlab_slideshow  # noqa: F401  (JupyterLab loads it; here it is only asked for)

    plan, given = plan_show.taken(given)
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
        page = plan_show.make(plan, place) if plan else first.path.name
    with tempfile.TemporaryDirectory() as scratch:
        launch(options_for(f"build/slides/{page}", show_settings(scratch) + options), SHOW, SETTINGS)

