"""One exercise: its statement, hints and solution, and the check that hands the learner's function to the judging."""
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from .any_exercise import Mistake, changes
from .judging import judge
from .calling import computed, show

__all__ = ["Case", "Exercise", "Mistake", "source"]


class Case(NamedTuple):
    """One call of the learner's function.

    A case with blames is of a special kind, which note tells in words: if only this kind goes wrong, blames names the
    mistake. A known mistake is recognised by the other cases, unless all of these are right.
    """

    args: tuple
    tolerance: float = 1e-5
    note: str = ""
    blames: str = ""


def source(function):
    """The source of a function as learners see it: without the decorator that looks at its arguments."""
    return inspect.getsource(function).removeprefix("@checked\n")


class Note(str):
    """A hint or a solution: shown as Markdown in a notebook, as its text elsewhere."""

    __repr__ = str.__str__

    def _repr_markdown_(self):
        return str(self)


@dataclass(repr=False, eq=False)
class Exercise:
    """One exercise. It is displayed as its statement.

    name: what it is called in ``exercises``.
    call: how the learner's function is called.
    task: what to write, with shapes, as Markdown.
    answer: the right function; its source is the solution.
    cases: the calls that a check makes; the first is the worked example.
    catalogue: the mistakes that are known by their results.
    hints: each closer than the one before.
    short_solution: its body in a few lines, where answer is made for more than this exercise.
    parts: the names of the result's parts, where it has several; each is compared by itself.
    gloss: what explains the answer's source.
    stub: the name of the learner's function.
    sizes: what a check was made with, in words.
    whole: the names of the arguments that every feature of the result needs whole; of the others it needs its own part.
    """

    name: str
    call: str
    task: str
    answer: Callable
    cases: tuple
    catalogue: tuple
    hints: tuple
    short_solution: str = ""
    parts: tuple = ()
    gloss: str = ""
    stub: str = ""
    sizes: str = "batches of {} to {} examples"
    whole: tuple = ()
    _hints_given: int = field(default=0, init=False)
    _mistaken: dict = field(default_factory=dict, init=False)

    def __post_init__(self):
        self.stub = self.stub or f"my_{self.name}"

    @property
    def statement(self):
        """Shapes, what to return and one worked example, as Markdown."""
        given = ", ".join(f"`{name} = {show(value)}`" for name, value in zip(self.names, self.cases[0].args))
        worked = self.shown(self.right[0].parts)
        return f"**Exercise.** Write `{self.stub}{self.call}`. {self.task}\n\nExample: {given} gives `{worked}`."

    def __repr__(self):
        return self.statement

    def _repr_markdown_(self):
        return self.statement

    def hint(self):
        """The next hint, each closer than the one before; after the last, the last again."""
        self._hints_given = min(self._hints_given + 1, len(self.hints))
        last = ", the last" if self._hints_given == len(self.hints) else ""
        return Note(f"**Hint {self._hints_given} of {len(self.hints)}{last}.** {self.hints[self._hints_given - 1]}")

    @property
    def written(self):
        """A right answer as the learner may write it: the source of a function that has the name of the learner's."""
        if self.short_solution:
            return f"def {self.stub}{self.call}:\n{textwrap.indent(self.short_solution, '    ')}\n"
        return source(self.answer).replace(f"def {self.answer.__name__}(", f"def {self.stub}(")

    def solution(self):
        """A solution in a few lines, and the package's own source, which is what the check compares with."""
        parts = [_code(self.written)]
        if self.short_solution:
            parts += ["And in the helper package, for every shape:", _code(source(self.answer))]
        return Note("\n\n".join(filter(None, [*parts, self.gloss])))

    def check(self, answer):
        """Judge the learner's function; what it prints is shown for the first batch only."""
        return judge(self, answer)

    @cached_property
    def right(self):
        """What the answer gives, for each case."""
        return [computed(self.answer, case, self.parts) for case in self.cases]

    @cached_property
    def known(self):
        """What is looked for, by its results: the catalogue, then what can be done to a right result."""
        return self.catalogue + changes(self.answer, self.cases, self.parts)

    def mistaken(self, mistake, i):
        """What a wrong function of the catalogue gives for one case; worked out once."""
        if (mistake.wrong, i) not in self._mistaken:
            self._mistaken[mistake.wrong, i] = computed(mistake.wrong, self.cases[i], self.parts)
        return self._mistaken[mistake.wrong, i]

    @property
    def names(self):
        """The names of what the function is given."""
        return self.call.strip("()").split(", ")

    def shown(self, parts):
        """A result as a person writes it, its parts by their names where they are not all single numbers."""
        if self.parts and any(part.ndim for part in parts):
            return ", ".join(f"{name} = {show(part)}" for name, part in zip(self.parts, parts))
        return show(parts if self.parts else parts[0])


def _code(source):
    return f"```python\n{source.rstrip()}\n```"
