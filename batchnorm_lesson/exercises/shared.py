"""What the exercises of several lessons share: the batches of the checks, and how a step's mistakes are carried on."""
import numpy as np

from .exercise import Mistake

EXAMPLE = np.array([3.0, 9.0, 11.0, 17.0])
PAIR = np.array([2.5, 7.0])
TRIPLE = np.array([-6.5, 1.0, -2.2])
FOUR = np.array([0.5, -3.0, 4.5, 8.2])
LONG = np.random.default_rng(1502).integers(-60, 140, 32) / 10
WHOLE = np.array([2, 3, 7, 8, 9])
EQUAL = np.array([5.0, 5.0, 5.0])
TINY = np.array([0.00123456, 0.00412349, 0.00731217])  # small, with many decimals: a rounded result is far off
MIXED = np.array([0.0, 1.234567, -2.718282, 0.0, 1.234567, 0.0, 3.141593])  # zeros, and values that come twice
OUTLIER = np.append(np.resize([-1.0, 0.5, 2.0, -1.5], 127), 1000.0)
ALONE = np.array([4.5])
# float32 holds its mean, so that a result in float32 is right as well.
NEAR_1E8 = 1e8 + np.array([-7.0, -1.0, 1.0, 7.0])

# Inputs of a special kind: if an answer is wrong on one kind only, it says more than the numbers do.
WHOLE_NUMBERS = {"note": "whole numbers were given", "blames": "integer result"}
ONE_OUTLIER = {"note": "one value lay far out", "blames": "outlier clipped or left out"}
LARGE_OFFSET = {"note": "x lay near 100,000,000", "blames": "digits lost far from zero"}
ONE_EXAMPLE = {"note": "the batch held one example", "blames": "one kind of input"}
GAMMA_ZERO = {"note": "gamma was 0", "blames": "gamma = 0 treated as missing"}


def of_step(catalogue, whole, step="", without=()):
    """A step's mistakes, made inside a longer calculation: whole makes a wrong whole of a wrong step.

    step is its name, if the learner has to be told; without names the mistakes that stay behind.
    """
    return tuple(Mistake(f"{step}: {name}" if step else name, whole(wrong),
                         f"The mistake is in your {step}. {says}" if step else says)
                 for name, wrong, says in catalogue if name not in without)


def normalized(x, eps):
    """The normalized batch, which many wrong functions start from."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)
