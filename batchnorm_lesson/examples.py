"""What several lessons look at: the running example, one unit's values over all the digits, a default of eps."""
from functools import lru_cache

from .network import load_digits, pre_activations

RUNNING_EXAMPLE = (3, 9, 11, 17)
EPS = 1e-5  # PyTorch's default
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@lru_cache
def digit_feature():
    """Unit 11 of a freshly initialized layer, over all the digits: ``(1797,)``, no unit."""
    images, _ = load_digits()
    return pre_activations(images)[:, 11]
