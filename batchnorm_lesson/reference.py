"""Mini-batches and what PyTorch makes of them, recorded: nobody needs PyTorch to compare."""
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
