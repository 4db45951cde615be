"""The lessons as documents: where they are, what each says of itself, and the role of every cell.

All editions read them here, and nowhere else. A role is a tag of the cell (in JupyterLab: Property Inspector → Cell
Tags); a cell without one is for everybody:

``navigation``  links to the neighbours, and the minutes that the lesson takes
``how-to-run``  for who has the notebook in JupyterLab
``exercise``    belongs to an exercise: its text, its code, where to find hints
``typing``      asks to change code, or speaks of its lines
"""
import copy
import re
import sys
from functools import cached_property
from pathlib import Path

from . import files

ROLES = {"navigation", "how-to-run", "exercise", "typing"}
OTHERS_TAGS = {"raises-exception"}  # nbval's
LINK = re.compile(r"(?<=\]\()(?:\.\./|notebooks/)?(README\.md|teaching\.md|help\.md|\d\d_\w+\.ipynb)(?=[#)])")
PREDICTION = re.compile(r'^questions\.predict\("([\w-]+)"\)$', re.MULTILINE)
EXPLORER = re.compile(r"^explorers\.(\w+)\(.*\)$", re.MULTILINE)
CHECK = re.compile(r"^exercises\.(\w+)\.check\((\w+)\)$", re.MULTILINE)


def folder():
    """The folder of README and lessons: beside the package, or where the command is given. Raises SystemExit."""
    for place in (Path(__file__).parent.parent, Path.cwd(), Path.cwd().parent):
        if list(place.glob("notebooks/[0-9]*.ipynb")):
            return place
    sys.exit("There is no folder named notebooks here. Go to the folder of the lessons and give the command again.")


def lessons(place=None):
    """All lessons of a folder, by default of ``folder()``, in their order."""
    return [Lesson(path) for path in sorted((place or folder()).glob("notebooks/[0-9]*.ipynb"))]


def chosen(words):
    """The lesson that a command's words name, by number or file, by default the first, and the other words.

    A name is what stands first or ends in .ipynb, and a number of two digits or one; other words may be options.
    Raises SystemExit for a lesson that is not there.
    """
    known = lessons()
    named = [word for place, word in enumerate(words) if not word.startswith("-") and (
        place == 0 or word.endswith(".ipynb") or word.isdecimal() and len(word) <= 2)]
    if not named:
        return known[0], words
    found = [lesson for lesson in known if Path(named[0]).name in lesson.names]
    if not found:
        sys.exit(f"There is no lesson {named[0]}. The lessons are: {', '.join(lesson.number for lesson in known)}")
    return found[0], [word for word in words if word not in named]


class Lesson:
    """A notebook in its folder. Its first cell is the title, and its text begins with what you will do.

    What is read of the file raises ``files.Unreadable`` where that is not a whole notebook.
    """

    def __init__(self, path):
        self.path, self.number = path, path.name[:2]
        self.names = {path.name, path.stem, self.number, self.number.lstrip("0") or "0"}

    @cached_property
    def notebook(self):
        """The notebook as nbformat's object; not to be changed."""
        return files.lesson(self.path)

    @property
    def title(self):
        """The title, with the lesson's number before it."""
        return self.notebook.cells[0].source.removeprefix("# ")

    @property
    def goal(self):
        """What the reader will do, in a sentence: what stands behind the bold label of the first text for all."""
        text = next(cell.source for cell in self.notebook.cells[1:] if not roles_of(cell))
        goal = text.partition("\n")[0].partition("** ")[2]
        return goal[:1].upper() + goal[1:]

    @property
    def minutes(self):
        """How long it takes, in words: what stands behind the links to the neighbours."""
        return next(cell.source for cell in self.notebook.cells if "navigation" in roles_of(cell)).rpartition(" · ")[2]

    def without(self, *roles, link=None):
        """A copy of the notebook without the cells of these roles; for ``link`` see ``relinked``."""
        made = copy.deepcopy(self.notebook)
        made.cells = [cell for cell in made.cells if not roles_of(cell) & set(roles)]
        for cell in made.cells if link else ():
            if cell.cell_type == "markdown":
                cell.source = relinked(cell.source, link)
        return made


def relinked(text, link):
    """Markdown whose links to lessons, README.md, teaching.md and help.md lead to ``link(name of the file)``."""
    return LINK.sub(lambda found: link(found[1]), text)


def roles_of(cell):
    """The roles of a cell. Raises ValueError for a tag that is none: an error of the author's."""
    tags = set(cell.metadata.get("tags", []))
    unknown = tags - ROLES - OTHERS_TAGS
    if unknown:
        raise ValueError(f"cell {cell.get('id')}: tags must be among {', '.join(sorted(ROLES))}, got "
                         f"{', '.join(sorted(unknown))}")
    return tags & ROLES


def prediction_of(cell):
    """The name of the prediction that a cell asks for; None for every other cell."""
    found = PREDICTION.search(cell.source) if cell.cell_type == "code" else None
    return found and found[1]


def explorer_of(cell):
    """The name of the explorer that a cell shows; None for every other cell."""
    found = EXPLORER.search(cell.source) if cell.cell_type == "code" else None
    return found and found[1]


def exercise_of(cell):
    """The exercise that a cell checks, and the name of the learner's function; None for every other cell."""
    found = CHECK.search(cell.source) if cell.cell_type == "code" else None
    return found and found.groups()
