"""The explorers of lesson 08: gradients layer by layer, two networks in training, and which of many networks learn."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..checks import movable
from ..network import Network, cross_entropy, load_digits, standardize, training_and_test
from ..reference import curves, trainings
from ..figures.style import power, three_digits, symbol
from .base import Explorer, choice, slider, stops
from .live import Live

__all__ = ["gradients", "live", "scales", "rates"]

SCALES = (0.02, 0.03, 0.05, 0.08, 0.1, 0.125, 0.16, 0.2, 0.25, 0.3, 0.4, 0.5, 0.8)
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
DEPTHS = (5, 10, 20, 30, 40)
ACTIVATIONS = ["sigmoid", "tanh", "relu"]
BATCH, STEPS = 64, 1000
START = {"activation": "sigmoid", "depth": 20, "scale": 0.125, "rate": 0.1}  # of the run that is recorded
LOOKED_AT = frozenset(np.geomspace(1, STEPS, 150).round().astype(int).tolist())  # even on a log axis


@movable
def gradients(scale=0.05, depth=20, activation="tanh"):
    """Change the weights before training: what is left of the gradient when it has come back to layer 1?"""
    return Explorer("Sliders for the weight scale and the depth, and a choice of the activation", figures.gradients,
                    _gradients, {"scale": stops("weight scale", scale, SCALES),
                                 "depth": slider("depth layers", depth, 5, 40, 1),
                                 "activation": choice("activation", activation, ACTIVATIONS)})


def _gradients(scale, depth, activation):
    norms = _norms(activation, round(depth), scale)
    plain, normed = (layers[0] for layers in norms)
    return ({"plain": norms[0], "normed": norms[1]},
            f"layer 1 of {depth}: without batch norm {_size(plain)}, {symbol('x_hat', f'with it {_size(normed)}')}, "
            f"{_size(normed / plain)} times as much")


@lru_cache(maxsize=2000)  # all settings: a slider goes to and fro, and most of a redraw was this
def _norms(activation, depth, scale):
    """The norm of the gradient for each layer's weights, without and with batch norm: twice ``(depth,)``."""
    images, labels = (part[:BATCH] for part in _digits()[0])
    norms = []
    for network in _pair(activation, depth, scale):
        _, dscores = cross_entropy(network.forward(images), labels)
        dweights, _, _ = network.backward(dscores)
        norms.append(np.array([np.linalg.norm(dW) for dW in dweights[:-1]]))
    return norms


def _size(value):
    """A positive number in three digits, however large or small."""
    return three_digits(value) if value < 1e4 else power(value)


def _pair(activation, depth, scale):
    """Two networks with the same weights, without and with batch norm."""
    return [Network(depth, activation=activation, scale=scale, batch_norm=batch_norm) for batch_norm in (False, True)]


@lru_cache
def _digits():
    """The digits to learn from, and those held out: (images, labels) twice."""
    images, labels = load_digits()
    return training_and_test(standardize(images), labels)


@movable
def live(activation="sigmoid", depth=20, scale=0.125, rate=0.1):
    """Train two networks side by side, which differ in batch norm alone, and watch the loss and the last layer."""
    return Recorded("Sliders for the depth, the weight scale and the learning rate, and a choice of the activation",
                    figures.live, Race, {"activation": choice("activation", activation, ACTIVATIONS),
                                         "depth": stops("depth layers", depth, DEPTHS),
                                         "scale": stops("weight scale", scale, SCALES),
                                         "rate": stops("learning rate", rate, RATES)}, STEPS)


class Recorded(Live):
    """What is saved of a fresh explorer at its first settings shows a recorded run: its end, not its empty beginning.

    Who reads a saved notebook or a web page cannot press Train.
    """

    @property
    def saved(self):
        """The picture that a notebook saves."""
        if self._bar.value or self.values != START:
            return self.picture
        return self.make(**_recorded_end()[0])

    def _repr_mimebundle_(self, include=None, exclude=None):
        data, metadata = super()._repr_mimebundle_(include, exclude)
        picture = self.saved
        if picture is self.picture:
            return data, metadata
        shown, metadata = picture._repr_mimebundle_()
        shown["text/plain"] = f"{self.title}\n{_recorded_end()[1]}\n{shown['text/plain']}"
        return data | shown, metadata


def _recorded_end():
    """The quantities and the readout of the recorded run: first settings, all steps."""
    recorded = curves()
    (plain, normed), losses, right = recorded["live_outputs"], recorded["live_losses"], recorded["live_right"]
    quantities = {"plain": plain, "normed": normed, "plain_losses": losses[0], "normed_losses": losses[1],
                  "rate": START["rate"], "steps": STEPS, "layer": START["depth"]}
    return quantities, f"a recorded run, {_result(len(losses[0]), right)}"


def _result(done, right):
    """Where a run has ended, and the shares of the held-out digits that its two networks get right."""
    shown = [f"{100 * share:.0f} %" for share in right]
    return (f"step {done:,} of {STEPS:,}. Of 297 held-out digits right: without batch norm {shown[0]}, "
            f"with batch norm {shown[1]}")


class Race:
    """Two networks with the same weights, without and with batch norm, trained on the same mini-batches."""

    def __init__(self, activation, depth, scale, rate):
        self.networks, self.rate, self.done, self.depth = _pair(activation, depth, scale), rate, 0, depth
        (self.images, self.labels), self.test = _digits()
        self.rng = np.random.default_rng(0)
        images, labels = _first_batch()
        self.losses = [[cross_entropy(network.forward(images), labels)[0]]
                       for network in self.networks]  # the loss in step 1 does not depend on the step
        self.outputs = self._outputs()

    def step(self):
        """Train both on the next mini-batch, except one whose loss is no number any more: is there another step?"""
        batch = self.rng.choice(len(self.images), BATCH, replace=False)
        for network, losses in zip(self.networks, self.losses):
            if not self.done:
                losses.clear()
            if np.isfinite(losses).all():
                losses.append(network.step(self.images[batch], self.labels[batch], self.rate))
        self.done += 1
        if self.done in LOOKED_AT:
            self._look()
        return self.done < STEPS

    def _look(self):
        """Send the first mini-batch through both networks, for the picture."""
        for network in self.networks:
            with np.errstate(over="ignore", invalid="ignore"):
                network.forward(_first_batch()[0])
        self.outputs = self._outputs()

    def _outputs(self):
        """What the last layer put out for the images that are shown, without each unit's mean over the mini-batch."""
        with np.errstate(over="ignore", invalid="ignore"):
            return [(h - h.mean(axis=0))[_shown()] for h in (network.activations[-1] for network in self.networks)]

    def state(self, over):
        """The picture's quantities, the readout and the steps so far; once it is over, how many digits are right."""
        if over:
            self._look()
        # Lists, because this is called after each step, and most of what it gives is never drawn.
        quantities = {"plain": self.outputs[0], "normed": self.outputs[1], "plain_losses": list(self.losses[0]),
                      "normed_losses": list(self.losses[1]), "rate": self.rate, "steps": STEPS, "layer": self.depth}
        if not over:
            words = f"step {self.done:,} of {STEPS:,}" if self.done else f"press Train: {STEPS:,} steps"
            return quantities, words, self.done
        words = _result(self.done, [self.right(network) for network in self.networks])
        plain, comma, normed = words.rpartition("with batch norm")
        return quantities, plain + symbol("x_hat", comma + normed), self.done

    def right(self, network):
        """The share of the held-out digits that are right, asked in five mini-batches of 59 or 60.

        All at once would be a matrix so large that NumPy starts threads of its own for it. They are slow to start when
        the processors are busy, and Stop would have to wait for them.
        """
        parts = list(zip(*(np.array_split(values, 5) for values in self.test)))
        return sum(len(labels) * network.accuracy(images, labels) for images, labels in parts) / len(self.test[1])


@lru_cache
def _first_batch():
    """The mini-batch of step 1: (images, labels)."""
    images, labels = _digits()[0]
    first = np.random.default_rng(0).choice(len(images), BATCH, replace=False)
    return images[first], labels[first]


@lru_cache
def _shown():
    """The places in the first mini-batch of the images that are shown: three 0s, three 1s, … three 4s."""
    labels = _first_batch()[1]
    return np.concatenate([np.flatnonzero(labels == digit)[:3] for digit in range(5)])


@movable
def scales(activation="sigmoid", scale=0.125, depth=20):
    """Recorded trainings: for which weight scales and depths does a network learn?"""
    recorded = trainings()
    return Explorer("Sliders for the weight scale and the depth, and a choice of the activation", figures.maps, _scales,
                    {"activation": choice("activation", activation, ACTIVATIONS),
                     "scale": stops("weight scale", scale, tuple(map(float, recorded["scales"]))),
                     "depth": stops("depth layers", depth, DEPTHS)})


def _scales(activation, scale, depth):
    recorded = trainings()
    which = list(recorded["activations"]).index(activation)
    return _map(recorded["scales"], recorded["by_scale"][which], scale, depth, "weight scale")


@movable
def rates(rate=0.1, depth=20):
    """Recorded trainings of tanh networks with Xavier's weights: which learning rates do they bear?"""
    return Explorer("Sliders for the learning rate and the depth", figures.maps, _rates,
                    {"rate": stops("learning rate", rate, tuple(map(float, trainings()["rates"]))),
                     "depth": stops("depth layers", depth, DEPTHS)})


def _rates(rate, depth):
    recorded = trainings()
    return _map(recorded["rates"], recorded["by_rate"], rate, depth, "learning rate")


def _map(rows, accuracies, row, depth, name):
    """The quantities and the readout of a map; accuracies ``(rows, depths, 2, seeds)``."""
    plain, normed = np.moveaxis(accuracies.mean(axis=-1), -1, 0)
    i, j = list(rows).index(row), DEPTHS.index(depth)
    single = [", ".join("nan" if np.isnan(share) else f"{100 * share:.0f}" for share in accuracies[i, j, kind])
              for kind in (0, 1)]
    readout = (f"right, in percent, for three random starts: without batch norm {single[0]}; "
               f"{symbol('x_hat', f'with batch norm {single[1]}')}")
    return {"rows": rows, "depths": np.array(DEPTHS), "plain": plain, "normed": normed, "row": row, "depth": depth,
            "name": name}, readout
