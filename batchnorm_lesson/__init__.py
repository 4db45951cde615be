"""The helper package of the Batch Normalization lessons.

``import batchnorm_lesson`` loads NumPy and nothing heavier; pictures and sliders load with
``from batchnorm_lesson import figures, explorers``.
"""
from .batchnorm import (batch_mean, batch_norm, batch_norm_backward, batch_norm_forward, batch_variance, normalize,
                        scale_and_shift)
from .network import load_digits

__all__ = ["batch_mean", "batch_norm", "batch_norm_backward", "batch_norm_forward", "batch_variance", "load_digits",
           "normalize", "scale_and_shift"]
