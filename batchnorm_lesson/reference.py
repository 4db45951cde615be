"""What was recorded: mini-batches and what PyTorch makes of them, and which of a thousand small networks learned."""
from functools import lru_cache
from importlib.resources import files

import numpy as np


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
