"""The data that the lessons feed to a layer: real handwritten digits, without a network connection."""
from importlib.resources import files

import numpy as np


def load_digits():
    """The 8×8 handwritten digits: images ``(1797, 64)`` float64 from 0 to 1, labels ``(1797,)`` integers 0 to 9.

    Source: UCI "Optical Recognition of Handwritten Digits" (CC BY 4.0); provenance in data/SOURCE.md.
    """
    with (files(__package__) / "data" / "digits.npz").open("rb") as stream:
        stored = np.load(stream)
        return stored["images"] / 16, stored["labels"].astype(int)
