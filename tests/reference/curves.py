"""Trains the networks whose curves lesson 08 shows: what takes longer than a reader waits.

Use: python tests/reference/curves.py. It writes batchnorm_lesson/data/curves.npz, in about half a minute. On another
machine single losses differ after some tens of steps: training magnifies the rounding of the last digit.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import copy  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from batchnorm_lesson import BatchNorm  # noqa: E402
from batchnorm_lesson.explorers import lesson_08  # noqa: E402
from batchnorm_lesson.network import (Network, cross_entropy, load_digits, standardize, train,  # noqa: E402
                                      training_and_test)

FILE = Path(__file__).resolve().parent.parent.parent / "batchnorm_lesson" / "data" / "curves.npz"
WITHOUT_AND_WITH = (False, True)
WALKS, PROBED = (0.05, 0.1, 0.2, 0.4), range(5, 165, 5)  # how far along the gradient; after which steps
SIXTY = {"batch_norm": {"scale": "he", "batch_norm": True}, "both": {"scale": "he", "batch_norm": True,
                                                                     "residual": True},
         "plain": {"scale": 0.02}, "residual": {"scale": 0.02, "residual": True}}
UNIT = 0


class Noisy(BatchNorm):
    """Noise behind batch norm: another stretch and another shift of every unit in every step.

    From one generator: noise seeded with what a layer is given would be another on every processor.
    """
    def forward(self, x):
        self.stretch = self.rng.uniform(0.75, 1.25, 64)
        return self.stretch * super().forward(x) + self.rng.uniform(-0.5, 0.5, 64)

    def backward(self, dy):
        return super().backward(self.stretch * dy)


class Frozen(Network):
    """A network whose gammas and betas, but for the last bias, stay where they begin."""
    def backward(self, dscores):
        dweights, dgammas, dbetas = super().backward(dscores)
        return dweights, [0 * d for d in dgammas], [0 * d for d in dbetas[:-1]] + dbetas[-1:]


def digits():
    images, labels = load_digits()
    return training_and_test(standardize(images), labels)


def live():
    """The explorer's race at its first settings, to its end."""
    race = lesson_08.Race(**lesson_08.START)
    while race.step():
        pass
    state = race.state(True)[0]
    return {"live_losses": np.array([state["plain_losses"], state["normed_losses"]]),
            "live_outputs": np.array([state["plain"], state["normed"]]),
            "live_right": np.array([race.right(network) for network in race.networks])}


def drift(steps=400, seed=0, scale=0.05, rate=0.05):
    """20 tanh layers, plain, with batch norm, and with noise behind it.

    The losses; where each unit of layer 10 has its mean in front of tanh, for 64 held-out images after every step, in
    spreads; the share of the held-out digits that are right.
    """
    learn, test = digits()
    losses, means, right = [], [], []
    for kind in (None, BatchNorm, Noisy):
        network = Network(20, scale=scale, batch_norm=kind is not None, seed=seed)
        Noisy.rng = np.random.default_rng(seed)
        for norm in network.norms:
            norm.__class__ = kind  # the same layer, with the methods of that class
        losses.append([]), means.append([])
        for loss in train(network, *learn, steps=steps, rate=rate):
            losses[-1].append(loss)
            network.forward(test[0][:64])
            z = np.arctanh(network.activations[10].clip(-0.999999, 0.999999))
            means[-1].append(z.mean(axis=0) / z.std())
        right.append(network.accuracy(*test))
    means = np.array(means)
    return {"drift_losses": np.array(losses), "drift_means": means[..., UNIT], "drift_right": np.array(right),
            "drift_steps": np.abs(np.diff(means, axis=1)).mean(axis=(1, 2))}


def along(network, images, labels):
    """The least and the greatest loss after walks along the gradient, and the gradient's squared norm."""
    found = []
    for rate in WALKS:
        probe = copy.deepcopy(network)  # a copy takes the step, and ours stays where it is
        probe.step(images, labels, rate)
        found.append(probe.step(images, labels, 0))  # a step of length 0: only the loss
    _, dscores = cross_entropy(network.forward(images), labels)
    squares = sum((np.asarray(part) ** 2).sum() for parts in network.backward(dscores) for part in parts)
    return min(found), max(found), squares


def walks(depths=(10, 20), probed=PROBED, seed=0):
    """What ``along`` finds after these steps of training at rate 0.1: depths × (without, with) × steps × 3."""
    learn, _ = digits()
    found = []
    for depth in depths:
        for used in WITHOUT_AND_WITH:
            network = Network(depth, batch_norm=used, seed=seed)
            found.append([along(network, learn[0][:64], learn[1][:64]) for step, _ in enumerate(
                train(network, *learn, steps=max(probed), rate=0.1), 1) if step in probed])
    return {"walks": np.array(found).reshape(len(depths), 2, len(probed), 3), "walk_steps": np.array(probed)}


def sixty(ways=tuple(SIXTY), steps=300, seed=0):
    """60 ReLU layers, rate 0.02: the losses, and the share of the held-out digits that are right."""
    learn, test = digits()
    found = {}
    for name in ways:
        network = Network(60, activation="relu", seed=seed, **SIXTY[name])
        found |= {f"sixty_{name}": np.array(list(train(network, *learn, steps=steps, rate=0.02))),
                  f"sixty_{name}_right": network.accuracy(*test)}
    return found


def gammas(kinds=(Network, Frozen), steps=400, seed=0):
    """The gammas of 20 sigmoid layers after training, and the share right with them and with frozen ones."""
    learn, test = digits()
    networks = [kind(20, activation="sigmoid", scale=0.125, batch_norm=True, seed=seed) for kind in kinds]
    for network in networks:
        list(train(network, *learn, steps=steps, rate=0.1))
    return {"gammas": np.array(networks[0].gammas),
            "gammas_right": np.array([network.accuracy(*test) for network in networks])}


def sooner(steps=200, seed=0):
    """20 tanh layers with Xavier's weights, rate 0.05, which learn without and with batch norm: the losses."""
    learn, _ = digits()
    return {"xavier_losses": np.array([list(train(Network(20, batch_norm=used, seed=seed), *learn, steps=steps,
                                                  rate=0.05)) for used in WITHOUT_AND_WITH])}


def never(steps=lesson_08.STEPS, seed=0):
    """A network that not even batch norm trains: the third answer to the tasks of live. The losses."""
    learn, _ = digits()
    network = Network(40, scale=0.02, batch_norm=True, seed=seed)
    return {"never_losses": np.array(list(train(network, *learn, steps=steps, rate=0.1)))}


def main():
    found = {}
    for part in (live, drift, walks, sixty, gammas, sooner, never):
        found |= part()
    np.savez_compressed(FILE, **{name: np.float32(values) for name, values in found.items()})
    print(f"{len(found)} arrays, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
