"""The helper package of the Batch Normalization lessons.

What the lessons teach is ``batchnorm.py``, about 150 lines of NumPy to read in one sitting. All else is the classroom's
equipment: digits and a network to try it on, pictures, pictures with sliders, exercises and questions.

``import batchnorm_lesson`` loads NumPy and nothing heavier; pictures and sliders load with
``from batchnorm_lesson import figures, explorers``.
"""
from .batchnorm import (BatchNorm, batch_mean, batch_norm, batch_norm_backward, batch_norm_forward, batch_variance,
                        normalize, scale_and_shift)
from .network import load_digits

__all__ = ["BatchNorm", "batch_mean", "batch_norm", "batch_norm_backward", "batch_norm_forward", "batch_variance",
           "load_digits", "normalize", "scale_and_shift"]
