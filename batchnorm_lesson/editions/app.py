"""``python -m batchnorm_lesson.app`` shows the lessons without code, for a tablet or a public screen.

Explorers, predictions and quizzes are live; exercises, which ask for code, are left out. A visitor cannot run code.
Options go to Voila: ``python -m batchnorm_lesson.app --port=8080 --Voila.ip=0.0.0.0`` lets other machines in.
"""
import json
import os
import re
import sys
import tempfile
from pathlib import Path

from .. import files
from ..__main__ import SETTINGS, lessons

HEADING = re.compile(r"(?m)^(?=#+ )")
RUN_ALL = re.compile(r"\n\n\*\*First of all:\*\*.*")
EXERCISE = re.compile(r"\bexercises\.|\bmy_\w")
TO_WRITE = re.compile(r"(^|(?<=[.?!:] ))[^.?!:]*\b[Ww]rite\b.*")  # from the sentence that asks for code to the end
# A sentence that asks to type, or speaks of lines that are not shown.
ORDER = r"(Try it\.|(Write|Print) `.*?\.(?= |$)|To test your own .*?\.(?= |$)|\([Yy]ou need not read its lines\.?\))"
TO_TYPE = re.compile(rf"(?m)^{ORDER} ?| {ORDER}")
GOAL = re.compile(r"\*\*You'll do:\*\* (.)(.*)")
MINUTES = 10  # that a kernel waits for a page whose connection is lost, and a page for a lesson that is still running
WIDGETS = ["anywidget", "@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager7",
           "@voila-dashboards/widgets-manager8"]  # Voila chooses between the last two by the version of ipywidgets


def sections(cells):
    """The cells of a lesson, a list for each heading; a prose cell with a heading in its middle becomes two."""
    found = [[]]
    for cell in cells:
        prose = cell["cell_type"] == "markdown"
        for source in HEADING.split(cell["source"]) if prose else [cell["source"]]:
            if prose and HEADING.match(source):
                found.append([])
            if source.strip():
                found[-1].append({**cell, "source": source.strip()})
    return found


def is_exercise(cell):
    """Whether a cell's code belongs to an exercise: it names one, or the cell is tagged ``exercise``."""
    tagged = "exercise" in cell["metadata"].get("tags", [])
    return cell["cell_type"] == "code" and (tagged or bool(EXERCISE.search(cell["source"])))


def without_exercises(section):
    """What is left of a section: nothing, when all its code belongs to exercises, for then its prose does too.

    To an exercise belong its code, the paragraphs that name it, and what asks to write it: the end of the prose before,
    from the sentence with the word "write".
    """
    asks = [is_exercise(cell) for cell in section]
    rest = []
    for cell, asked, asks_next in zip(section, asks, [*asks[1:], False]):
        if cell["cell_type"] == "markdown":
            paragraphs = [words for words in cell["source"].split("\n\n") if not EXERCISE.search(words)]
            if asks_next and paragraphs:
                paragraphs[-1] = TO_WRITE.sub("", paragraphs[-1]).rstrip()
            cell = {**cell, "source": "\n\n".join(filter(None, paragraphs))}
        if cell["source"] and not asked:
            rest.append(cell)
    return [] if any(asks) and not any(cell["cell_type"] == "code" for cell in rest) else rest


def for_the_app(cells):
    """The cells of a lesson as the app shows them: no exercises, no word of running it, links to the app's pages."""
    kept = [cell for section in sections(cells) for cell in without_exercises(section)]
    for number, cell in enumerate(kept):
        if cell["cell_type"] == "markdown":
            words = TO_TYPE.sub("", RUN_ALL.sub("", cell["source"]))
            cell["source"] = words.replace("](../README.md)", "](../..)")
        cell["id"] = f"cell-{number}"  # the parts of a cell need names of their own
    return kept


def write_copies(source, target):
    """Write the lessons of one folder, as the app shows them, into another: what the start page says of each."""
    contents = []
    for path in sorted(source.glob("[0-9]*.ipynb")):
        notebook = files.notebook(path)
        cells = [{**cell, "source": "".join(cell["source"])} for cell in notebook["cells"]]
        prose = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
        goal = GOAL.search(prose)
        contents.append({"file": path.name, "title": prose.splitlines()[0].strip("# "),
                         "goal": goal[1].upper() + goal[2]})
        metadata = {**notebook["metadata"], "title": contents[-1]["title"]}
        copy = {**notebook, "metadata": metadata, "cells": for_the_app(cells)}
        (target / path.name).write_text(json.dumps(copy, ensure_ascii=False), encoding="utf-8")
    return contents


def let_end_its_kernel(request, **_):
    """A page that is closed tells Voila to end its kernel, and is believed if it has the cookie that this line sets."""
    _ = request.xsrf_token


def settings(contents):
    """Voila's settings: a page comes at once and fills while its lesson runs; nothing is fetched from elsewhere."""
    return {
        "VoilaConfiguration": {"template": "lesson", "progressive_rendering": True, "extension_allowlist": WIDGETS,
                               "page_config_hook": lambda page, **_: page.update(lessons=contents) or page,
                               "prelaunch_hook": let_end_its_kernel,
                               "multi_kernel_manager_class": "batchnorm_lesson.editions.kernels.SpareKernelManager"},
        # Voila hears no sign of life from a page before its lesson has run, and by default gives it up after 90 s.
        "Voila": {"tornado_settings": {"ws_ping_timeout": 60_000 * MINUTES},
                  "kernel_websocket_connection_class": "batchnorm_lesson.server.NoDelayConnection"},
        "MappingKernelManager": {"cull_idle_timeout": 60 * MINUTES, "cull_interval": 60},
    }


def begin_with_the_imports(folder):
    """Every kernel imports what the lessons need, and draws for the first time, as it starts. ``folder`` is IPython's.

    Source: IPython's ``IPYTHONDIR`` and ``IPKernelApp.exec_lines``.
    """
    profile = folder / "profile_default"
    profile.mkdir()
    lines = ["import batchnorm_lesson.exercises, batchnorm_lesson.explorers",
             "batchnorm_lesson.figures.balance([3, 9, 11, 17], 10)", "del batchnorm_lesson"]
    (profile / "ipython_kernel_config.py").write_text(f"c.IPKernelApp.exec_lines = {lines}\n", encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(folder)


def main():
    """Start Voila; it ends with Ctrl+C."""
    try:
        from traitlets.config import Config
        from voila.app import Voila
    except ImportError:
        sys.exit("Voila is not installed here: python -m pip install -e .[app]")
    # Voila looks for its templates where Jupyter keeps data.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_PATH")]))
    os.environ.pop("MPLBACKEND", None)  # the lessons choose their own back end
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as ipython:
        contents = write_copies(lessons() / "notebooks", Path(folder))
        begin_with_the_imports(Path(ipython))
        Voila.launch_instance([folder, *sys.argv[1:]], config=Config(settings(contents)))


if __name__ == "__main__":
    main()
