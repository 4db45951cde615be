"""The exercises of the lessons: ``exercises.batch_mean.check(my_batch_mean)``, ``.hint()``, ``.solution()``.

A module for each lesson holds its exercises whole: statement, right answer, the cases of the check, hints, and the
catalogue of mistakes, which is data: a name, what is wrong, and the sentence that leads the learner on. Most mistakes
are made in a step of the calculation (which divisor, where eps stands, which axes): they are written down where the
step is taught, and known in every exercise that has the step, alone or two at once. A check knows a mistake by its
results, and the tests walk through the same entries. The numbers of the cases are chosen so that every
mistake gives other results: several m, a mean below 0, an eps that is not tiny, a gamma below 0.
"""
from . import (lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05, lesson_06, lesson_07, lesson_08,
               lesson_09)
from .lesson_00 import *
from .lesson_01 import *
from .lesson_02 import *
from .lesson_03 import *
from .lesson_04 import *
from .lesson_05 import *
from .lesson_06 import *
from .lesson_07 import *
from .lesson_08 import *
from .lesson_09 import *

# Each module says in its own __all__ what it offers.
__all__ = [name for lesson in (lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05,
                                lesson_06, lesson_07, lesson_08, lesson_09) for name in lesson.__all__]
