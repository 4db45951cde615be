"""The pictures of the lessons: a function each, from quantities to a Picture; a module for each lesson.

Every function sets up what stays, then an inner ``draw`` that moves what moves and words the sentence from the
artists themselves, so that a picture with the wrong numbers says so. Axis limits are fixed and cover the whole
range of the sliders. Arguments are arrays ``(m,)`` or numbers, without a unit.
"""
from .affine import activation, descent, scaled, undo
from .features import dead_bias, feature_maps, parameters, shared_cells
from .gradients import detached, nudged, upstream
from .mean import balance, distribution, estimates
from .network import drift, layers, losses, trainable
from .normalization import humps, knee, leash, shift_and_squeeze
from .variance import corner, divisors, rows, spread, squares
from .whole import four_steps

__all__ = ["activation", "balance", "corner", "dead_bias", "descent", "detached", "distribution", "divisors", "drift",
           "estimates", "feature_maps", "four_steps", "humps", "knee", "layers", "leash", "losses", "nudged",
           "parameters", "rows", "scaled", "shared_cells", "shift_and_squeeze", "spread", "squares", "trainable",
           "undo", "upstream"]
