"""Pictures with sliders: a function each, a module for each lesson.

An explorer is displayed by being the last expression of a cell. Without a kernel its picture and its sentence remain.
"""
from .lesson_00 import *
from .lesson_01 import *
from .lesson_02 import *
from .lesson_03 import *
from .lesson_04 import *
from .lesson_05 import *
from .lesson_06 import *
from .lesson_07 import *
