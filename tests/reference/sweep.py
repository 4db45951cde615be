"""Trains some thousand small networks for the maps of lesson 08: which of them learn, without and with batch norm?

Use: python tests/reference/sweep.py. It writes batchnorm_lesson/data/training.npz, in about a quarter of an hour. On
another machine single runs end a few points elsewhere: training magnifies the rounding of the last digit.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the matrices are small, and the runs share the processors

from concurrent.futures import ProcessPoolExecutor  # noqa: E402
from itertools import product  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from batchnorm_lesson.network import Network, load_digits, standardize, train, training_and_test  # noqa: E402

FILE = Path(__file__).resolve().parent.parent.parent / "batchnorm_lesson" / "data" / "training.npz"
ACTIVATIONS = ("sigmoid", "tanh", "relu")
SCALES = (0.02, 0.03, 0.05, 0.08, 0.125, 0.2, 0.3, 0.5, 0.8)
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
DEPTHS = (5, 10, 20, 30, 40)
SEEDS = (0, 1, 2)
STEPS, RATE = 400, 0.1


def accuracy(activation, scale, rate, depth, batch_norm, seed):
    """The share of the 297 held-out digits that a trained network gets right; NaN when its loss became NaN."""
    images, labels = load_digits()
    learn, test = training_and_test(standardize(images), labels)
    network = Network(depth, activation=activation, scale=scale, batch_norm=batch_norm, seed=seed)
    *_, loss = train(network, *learn, steps=STEPS, rate=rate)
    return network.accuracy(*test) if np.isfinite(loss) else np.nan


def all_runs():
    """The arguments of every run of the two maps: of the weight scales, and of the learning rates (tanh, Xavier)."""
    yield from product(ACTIVATIONS, SCALES, [RATE], DEPTHS, [False, True], SEEDS)
    yield from product(["tanh"], ["xavier"], RATES, DEPTHS, [False, True], SEEDS)


def main():
    with ProcessPoolExecutor() as pool:
        found = np.array(list(pool.map(accuracy, *zip(*all_runs()), chunksize=8)))
    scales, rates = np.split(found, [len(ACTIVATIONS) * len(SCALES) * len(DEPTHS) * 2 * len(SEEDS)])
    shape = len(DEPTHS), 2, len(SEEDS)
    np.savez_compressed(
        FILE, activations=np.array(ACTIVATIONS), scales=np.array(SCALES), rates=np.array(RATES),
        depths=np.array(DEPTHS), by_scale=scales.reshape(len(ACTIVATIONS), len(SCALES), *shape),
        by_rate=rates.reshape(len(RATES), *shape))
    print(f"{len(found)} networks trained, {np.isnan(found).sum()} ended at NaN")


if __name__ == "__main__":
    main()
