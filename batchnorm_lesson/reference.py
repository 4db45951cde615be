"""What lessons look at together: the running example, one unit's values over all the digits, and records."""
from functools import lru_cache
from importlib.resources import files

import numpy as np

from .network import load_digits, pre_activations

RUNNING_EXAMPLE = (3, 9, 11, 17)
EPS = 1e-5  # PyTorch's default
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@lru_cache
def digit_feature():
    """Unit 11 of a freshly initialized layer, over all the digits: ``(1797,)``, no unit."""
    images, _ = load_digits()
    return pre_activations(images)[:, 11]


def load():
    """PyTorch's BatchNorm1d on ``(8, 3)`` and BatchNorm2d on ``(4, 3, 5, 5)``, in training, float64.

    A dict for each of the two names, with the arrays x, gamma, beta, eps and y. Provenance in data/SOURCE.md.
    """
    with (files(__package__) / "data" / "pytorch.npz").open("rb") as stream:
        stored = np.load(stream)
        return {name: {key: stored[f"{name}_{key}"] for key in ("x", "gamma", "beta", "eps", "y")}
                for name in ("BatchNorm1d", "BatchNorm2d")}


@lru_cache
def trainings():
    """The accuracies of 1,020 networks on 297 held-out digits, after 400 steps: shares, or NaN for a loss of NaN.

    A dict. ``by_scale`` has the axes activation, weight scale, depth, without or with batch norm, random start;
    ``by_rate`` learning rate, depth, without or with, start (tanh, Xavier's weights). ``activations``, ``scales``,
    ``rates`` and ``depths`` say what stands along the axes. Provenance in data/SOURCE.md.
    """
    with (files(__package__) / "data" / "training.npz").open("rb") as stream:
        return dict(np.load(stream))


@lru_cache
def curves():
    """What longer trainings of lesson 08 gave, recorded: a dict of arrays, by the names of data/SOURCE.md."""
    with (files(__package__) / "data" / "curves.npz").open("rb") as stream:
        return dict(np.load(stream))
