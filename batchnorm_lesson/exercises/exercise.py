"""One exercise: its statement, hints and solution, and the check that hands the learner's function to the judging."""
import inspect
import itertools
import textwrap
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from .any_exercise import Mistake, changes, exchanged, fixed
from .judging import judge
from .calling import computed, show

__all__ = ["Case", "Exercise", "Mistake", "source"]

PAIRS = 3000  # of two mistakes at once are tried: a tenth of a second


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
    made: what makes the whole function of its steps, which it takes by their names; without any, the right function.
    steps: the mistakes that can be made in each step, and under "" those in several at once.
    mistakes: those that are this exercise's own, in its own words; they come first.
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
    hints: tuple
    mistakes: tuple = ()
    made: Callable = None
    steps: dict = field(default_factory=dict)
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
    def in_steps(self):
        """The mistakes that are made in a step, in several, or in an argument: each with a dict of what is wrong."""
        return tuple(mistake.in_step(step) for step, catalogue in self.steps.items() for mistake in catalogue) + fixed(
            self.names, self.cases[0].args)

    @cached_property
    def catalogue(self):
        """Every mistake of this exercise, its own before those of its steps, each with a function that makes it."""
        return tuple(mistake if callable(mistake.wrong) else mistake._replace(wrong=self.made_with(mistake.wrong))
                     for mistake in self.mistakes + self.in_steps)

    @cached_property
    def known(self):
        """What is looked for, by its results: the catalogue, then what can be done to a right result."""
        return (self.catalogue + changes(self.answer, self.cases, self.parts)
                + tuple(exchanged(self.made_with({}), self.names, self.cases[0].args)))

    def made_with(self, wrong):
        """The function with wrong steps, and with other values in the place of its arguments."""
        given = {name: value for name, value in wrong.items() if name in self.names}
        steps = {step: of for step, of in wrong.items() if step not in given}
        function = self.made(**steps) if self.made else self.answer
        return lambda *args: function(*(given.get(name, arg) for name, arg in zip(self.names, args)))

    @cached_property
    def two_at_once(self):
        """The usual pairs of mistakes that can be made together: the first ones of each step, before the rare ones."""
        places = Counter()
        ranked = []
        for mistake in self.in_steps:
            ranked.append((places[tuple(mistake.wrong)], mistake))
            places[tuple(mistake.wrong)] += 1
        pairs = [(i + j, one, other) for (i, one), (j, other) in itertools.combinations(ranked, 2)
                 if not one.wrong.keys() & other.wrong.keys()]
        return [pair[1:] for pair in sorted(pairs, key=itemgetter(0))[:PAIRS]]

    @cached_property
    def probe(self):
        """The smallest ordinary case of two values or more: by it most pairs of mistakes are told apart."""
        return min((i for i, case in enumerate(self.cases) if not case.blames and len(case.args[0]) > 1 and i),
                   key=lambda i: self.cases[i].args[0].size)

    @cached_property
    def pair_results(self):
        """What each pair of mistakes gives for the probe, a row of numbers for each; nan where it gives no such row."""
        rows = np.full((len(self.two_at_once), sum(part.size for part in self.right[self.probe].parts)), np.nan)
        for row, (one, other) in zip(rows, self.two_at_once):
            result = computed(self.made_with(one.wrong | other.wrong), self.cases[self.probe], self.parts)
            if _shapes(result) == _shapes(self.right[self.probe]):
                row[:] = np.hstack([part.ravel() for part in result.parts])
        return rows

    def pairs_like(self, outcomes):
        """The pairs that give these results for the probe."""
        got = outcomes[self.probe]
        if _shapes(got) != _shapes(self.right[self.probe]):
            return []
        row = np.hstack([part.ravel() for part in got.parts])
        alike = np.isclose(self.pair_results, row, rtol=1e-5, atol=1e-9, equal_nan=True).all(axis=1)
        return [self.two_at_once[i] for i in np.flatnonzero(alike)]

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


def _shapes(outcome):
    return outcome.parts and [part.shape for part in outcome.parts]


def _code(source):
    return f"```python\n{source.rstrip()}\n```"
