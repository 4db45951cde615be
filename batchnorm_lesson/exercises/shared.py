"""What the exercises of several lessons share: the batches of their checks, and a wrong function's beginnings."""
import numpy as np

EXAMPLE = np.array([3.0, 9.0, 11.0, 17.0])
PAIR = np.array([2.5, 7.0])
TRIPLE = np.array([-6.5, 1.0, -2.2])
FOUR = np.array([0.5, -3.0, 4.5, 8.2])
LONG = np.random.default_rng(1502).integers(-60, 140, 32) / 10
WHOLE = np.array([2, 3, 7, 8, 9])
EQUAL = np.array([5.0, 5.0, 5.0])
TINY = np.array([0.001, 0.004, 0.007])
WHOLE_NUMBERS = {"note": "x held whole numbers", "blames": "integer result"}


def normalized(x, eps):
    """The normalized batch, which the wrong functions above start from."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)
