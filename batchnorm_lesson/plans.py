"""The plans of a lesson in class: plans.toml as data.

A plan is a list of parts, named by its minutes. What a part holds, all but ``minutes`` and ``what`` as needed:

``minutes``  how long it takes
``lesson``   the number of the lesson it is taken from; a part without one is slack
``step``     which of STEPS it is about, "all" of them, or "" for none
``what``     its row in the table of notebooks/teaching.md, Markdown
``text``     a slide of its own, before the others, Markdown
``cells``    ids of cells of the lesson: each brings the slide on which it stands
``notes``    what to say and to ask, Markdown, by the id of one of these cells, or "text": never seen by the class
"""
import tomllib
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib.resources import files

STEPS = ("mean", "variance", "normalize", "scale and shift")


@dataclass(frozen=True)
class Part:
    """A part of a plan. Raises ValueError for what does not fit together."""

    minutes: int
    what: str
    lesson: int | None = None
    step: str = ""
    text: str = ""
    cells: list = field(default_factory=list)
    notes: dict = field(default_factory=dict)

    def __post_init__(self):
        if not (isinstance(self.minutes, int) and self.minutes > 0):
            raise ValueError(f"minutes must be a whole number above 0, got {self.minutes!r}")
        if self.step not in ("", "all", *STEPS):
            raise ValueError(f"step must be one of {', '.join(STEPS)}, all, or empty, got {self.step!r}")
        if (self.lesson is None) != (not self.cells):
            raise ValueError(f"cells must be those of a lesson, got lesson {self.lesson} and {len(self.cells)} cells")
        if unknown := sorted(self.notes.keys() - {*self.cells, *["text"] * bool(self.text)}):
            raise ValueError(f"notes must be for the text or for cells of the part, got {', '.join(unknown)}")


@lru_cache
def plans():
    """All plans: its parts by a plan's name, for example "50". Raises ValueError that names the plan and the part."""
    return read(files(__package__).joinpath("plans.toml").read_text(encoding="utf-8"))


def read(text):
    """The plans in a text in TOML. Raises ValueError that names the plan and the part."""
    found = tomllib.loads(text)
    return {name: [_part(name, number, entry) for number, entry in enumerate(entries, 1)]
            for name, entries in found.items()}


def _part(plan, number, entry):
    try:
        if unknown := sorted(entry.keys() - {known.name for known in fields(Part)}):
            raise ValueError(f"a part has no {', '.join(unknown)}")
        return Part(**entry)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"plan {plan}, part {number}: {problem}") from None
