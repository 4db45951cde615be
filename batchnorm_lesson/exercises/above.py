"""The numbers that the learner's function reads from outside of itself: in a notebook, from a cell above."""
import dis
import types

import numpy as np

from .calling import as_numbers, quiet, run, same, show, too_long

NUMBERS = (int, float, list, tuple, np.ndarray, np.number)


def read_above(answer):
    """Those numbers by their names; of a plain function only."""
    if not isinstance(answer, types.FunctionType):
        return {}
    cells, codes = zip(answer.__code__.co_freevars, answer.__closure__ or ()), [answer.__code__]
    read = {name: cell.cell_contents for name, cell in cells if cell != types.CellType()}
    for code in codes:  # it grows: the functions and comprehensions inside
        codes += [inside for inside in code.co_consts if isinstance(inside, types.CodeType)]
        read |= {step.argval: answer.__globals__.get(step.argval)
                 for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"}
    return {name: value for name, value in read.items()
            if isinstance(value, NUMBERS) and not too_long(value) and as_numbers(value) is not None}


def named(read):
    """Such numbers in words."""
    return " and ".join(f"{name} = {show(value)}" for name, value in read.items())


def decisive(answer, exercise, case, outcome):
    """In words, those on which the result depends: another number in their place makes another result."""
    def gives_the_same(function):
        return same(run(function, case, exercise.parts), outcome, 0)

    read = read_above(answer)
    with quiet():
        if not read or not gives_the_same(answer):  # it may be drawn at random
            return ""
        return named({name: read[name] for name in read if not gives_the_same(_changed(answer, name, read[name]))})


def _changed(answer, name, value):
    """The function with another number in the place of that name's; nothing of the learner's is touched."""
    code, other = answer.__code__, _moved(value)
    cells = tuple(types.CellType(other) if free == name else cell
                  for free, cell in zip(code.co_freevars, answer.__closure__ or ()))
    function = types.FunctionType(code, answer.__globals__ | {name: other}, code.co_name, answer.__defaults__, cells)
    function.__kwdefaults__ = answer.__kwdefaults__
    return function


def _moved(value):
    if isinstance(value, (list, tuple)):
        return (list if isinstance(value, list) else tuple)(map(_moved, value))
    return value + 1
