"""The pictures of the lessons: a function each, from quantities to a Picture; a module for each lesson.

Every function sets up what stays, then an inner ``draw`` that moves what moves and words the sentence from the
artists themselves, so that a picture with the wrong numbers says so. Axis limits are fixed and cover the whole
range of the sliders. Arguments are arrays ``(m,)`` or numbers, without a unit.
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
