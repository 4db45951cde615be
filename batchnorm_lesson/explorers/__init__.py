"""Pictures with sliders: a function each, a module for each lesson. The only part of the package that needs ipywidgets.

An explorer is displayed by being the last expression of a cell. Without a kernel its picture and its sentence remain.
"""
from .affine import activation, descent, scale_and_shift, undo
from .features import dead_bias, feature_maps, parameters, shared_cells
from .gradients import detached, nudge, upstream
from .mean import balance, estimates
from .network import drift, layers
from .normalization import knee, leash, shift_and_squeeze
from .variance import divisors, squares
from .whole import batch_of_four, challenge

__all__ = ["activation", "balance", "batch_of_four", "challenge", "dead_bias", "descent", "detached", "divisors",
           "drift", "estimates", "feature_maps", "knee", "layers", "leash", "nudge", "parameters", "scale_and_shift",
           "shared_cells", "shift_and_squeeze", "squares", "undo", "upstream"]
