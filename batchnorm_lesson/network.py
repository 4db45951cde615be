"""The data that the lessons feed to a layer: real handwritten digits, without a network connection."""
from importlib.resources import files

import numpy as np


def load_digits():
    """The 8×8 handwritten digits: images ``(1797, 64)`` float64 grey values 0 to 16, labels ``(1797,)`` 0 to 9.

    Source: UCI "Optical Recognition of Handwritten Digits" (CC BY 4.0); provenance in data/SOURCE.md.
    """
    with (files(__package__) / "data" / "digits.npz").open("rb") as stream:
        stored = np.load(stream)
        return stored["images"].astype(float), stored["labels"].astype(int)


def pre_activations(images, units=16, seed=0):
    """What a freshly initialized linear layer makes of the images: ``(N, units)`` float64, no unit.

    images is ``(N, 64)``. The weights are normal with variance 1/64, one over the number of inputs (Glorot and
    Bengio 2010 without the outputs' half), the bias is 0.
    """
    inputs = images.shape[1]
    weights = np.random.default_rng(seed).normal(scale=inputs ** -0.5, size=(inputs, units))
    return images @ weights


def zero_detector(images, labels):
    """A unit that looks for zeros: ``(N,)`` float64. Its weights are the mean zero minus the mean of all else."""
    weights = images[labels == 0].mean(axis=0) - images[labels != 0].mean(axis=0)
    return images @ weights / 100
