"""Pictures with sliders: a function each, a module for each lesson.

An explorer is displayed by being the last expression of a cell. Without a kernel its picture and its sentence remain.
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
