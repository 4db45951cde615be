"""``python -m batchnorm_lesson key FOLDER`` writes what a teacher prints, and the right answers to all that is asked.

``key.html`` answers the predictions and the quizzes and solves the exercises, ``homework-solved.html`` the homework on
paper; sheet, solution and homework (``paper.py``) lie beside them. FOLDER must be new, empty or made by this command,
and not within the pages of ``make site``, which are published. With ``--overwrite`` it may hold other things.
"""
import argparse
import sys
from pathlib import Path

from .. import exercises
from ..files import KEPT, MARKER, OwnFolder, say
from ..lessons import exercise_of, folder, lessons, prediction_of
from ..questions import texts
from . import paper


def files(source):
    """What is to be printed, and the key to the lessons of a folder: text by file name."""
    answered = [{"title": lesson.title, **answers(lesson)} for lesson in lessons(source)]
    return {**paper.files(), "homework-solved.html": paper.homework(solved=True),
            "key.html": paper.page("key", lessons=answered)}


def answers(lesson):
    """What a lesson asks, in its order, with what is right: predictions and quiz questions, and exercises by name."""
    cells = lesson.notebook.cells
    asked, solved = filter(None, map(prediction_of, cells)), filter(None, map(exercise_of, cells))
    return {"predictions": {name: paper.question(texts()["predict"][name]) for name in asked},
            "quiz": [paper.question(entry) for entry in texts()["quiz"].get(lesson.number, ())],
            "exercises": {name: getattr(exercises, name).written for name, _ in solved}}


def refuse_published(place):
    """Raise SystemExit for a folder within one that a command has made: pages are published with all that is there."""
    for parent in Path(place).resolve().parents:
        if (parent / MARKER).is_file():
            sys.exit(f"FOLDER: {place} is in {parent}, which a command has made and which may be published. Nothing "
                     "was written. Name a folder elsewhere.")


def main(given):
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m batchnorm_lesson key", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the key's: new, empty or made by this command")
    parser.add_argument("--overwrite", action="store_true", help="write into any folder, replace changed files too")
    options = parser.parse_args(given)
    refuse_published(options.folder)
    became = OwnFolder(options.folder, "key", "FOLDER", options.overwrite).write(files(folder()), tidy=True)
    for name, word in became.items():
        if word == KEPT:
            print(f"{options.folder / name}: {word}; --overwrite replaces it", file=sys.stderr)
    say(f"The key: {options.folder / 'key.html'}")
