"""Real handwritten digits, kept in the package, and a small deep network that learns them.

What a function cannot use raises a ValueError or a TypeError that names the argument.
"""
from importlib.resources import files

import numpy as np

from .batchnorm import BatchNorm
from .checks import any_numbers, checked, fitting, one_of

SEED = "0..1e18 whole"
YES_OR_NO = (False, True)


def load_digits():
    """The 8×8 handwritten digits: images ``(1797, 64)`` float64 grey values 0 to 16, labels ``(1797,)`` 0 to 9.

    Source: UCI "Optical Recognition of Handwritten Digits" (CC BY 4.0); provenance in data/SOURCE.md.
    """
    with (files(__package__) / "data" / "digits.npz").open("rb") as stream:
        stored = np.load(stream)
        return stored["images"].astype(float), stored["labels"].astype(int)


@checked(images="N pixels", units="1..10000 whole", seed=SEED)
def pre_activations(images, units=16, seed=0):
    """What a freshly initialized linear layer makes of the images: ``(N, units)`` float64, no unit.

    images is ``(N, 64)``. The weights are normal with variance 1/64, one over the number of inputs (Glorot and
    Bengio 2010 without the outputs' half), the bias is 0.
    """
    inputs = images.shape[1]
    weights = np.random.default_rng(seed).normal(scale=inputs ** -0.5, size=(inputs, units))
    return images @ weights


@checked(images="N pixels", labels="N 0..9 whole")
def zero_detector(images, labels):
    """A unit that looks for zeros: ``(N,)`` float64. Its weights are the mean zero minus the mean of all else."""
    if not 0 < np.count_nonzero(labels) < len(labels):
        raise ValueError(f"labels must hold a 0 and another digit, got {np.unique(labels).tolist()}")
    weights = images[labels == 0].mean(axis=0) - images[labels != 0].mean(axis=0)
    return images @ weights / 100


@checked(images="* apart")
def standardize(images):
    """The grey values with mean 0 and variance 1 over all images and pixels together: the shape of images."""
    return (images - images.mean()) / images.std()


@checked(images="N pixels", labels="N 0..9 whole", held_out="0..1e9 whole", seed=SEED)
def training_and_test(images, labels, held_out=297, seed=0):
    """Shuffle, and keep some images for the test: ``(images, labels), (test images, test labels)``."""
    fitting("held_out", held_out, f"0..{len(images)}", {})
    order = np.random.default_rng(seed).permutation(len(images))
    learn, test = order[held_out:], order[:held_out]
    return (images[learn], labels[learn]), (images[test], labels[test])


@checked(values="m units any")
def spread_over_batch(values):
    """The spread of a unit over the mini-batch ``(m, units)``: its standard deviation, averaged over the units."""
    return values.std(axis=0).mean()


def sigmoid(z):
    """1 / (1 + e^−z), between 0 and 1; written with tanh, which does not overflow."""
    return (1 + np.tanh(any_numbers(z, "z") / 2)) / 2


def relu(z):
    """z where it is positive, 0 elsewhere."""
    return np.maximum(any_numbers(z, "z"), 0)


ACTIVATIONS = {"tanh": np.tanh, "sigmoid": sigmoid, "relu": relu}
# The slope of each activation, computed from its output a.
SLOPES = {"tanh": lambda a: 1 - a ** 2, "sigmoid": lambda a: a * (1 - a), "relu": lambda a: (a > 0).astype(float)}
# The standard deviation of the weights between n inputs and k outputs.
INITIALIZATIONS = {"xavier": lambda n, k: np.sqrt(2 / (n + k)), "he": lambda n, k: np.sqrt(2 / n)}


class Network:
    """A chain of ``depth`` equal layers and a last one that gives a score to each of ten digits.

    A layer multiplies by its weights, adds beta and applies the activation ("tanh", "sigmoid" or "relu"). With
    batch norm it normalizes in between, and gamma and beta scale and shift; without, beta is the plain bias. The
    weights are normal with mean 0; ``scale`` is their standard deviation in every layer, or "xavier" (Glorot and
    Bengio 2010) or "he" (He et al. 2015). With ``residual`` each layer adds its output to what it was given (He et
    al. 2016).

    ``training`` is the mode of its batch norm: True takes the statistics of whatever batch it is given, False the
    running ones.

    ``activations`` holds what the last forward pass left behind: the images, then the output of each layer,
    arrays ``(m, width)``. Numbers carry no unit. Raises TypeError or ValueError for what makes no network.
    """

    @checked(depth="0..1000 whole", width="1..10000 whole", activation=tuple(ACTIVATIONS), batch_norm=YES_OR_NO,
             seed=SEED, residual=YES_OR_NO, momentum="0..1")
    def __init__(self, depth, width=64, activation="tanh", scale="xavier", batch_norm=False, seed=0,
                 residual=False, momentum=0.1):
        if not isinstance(scale, str):
            fitting("scale", scale, "0..1e9", {})
        elif scale not in INITIALIZATIONS:
            raise ValueError(f"scale must be a number or one of {', '.join(INITIALIZATIONS)}, got {scale!r:.60}")
        if residual and width != 64:
            raise ValueError(f"width must be 64, that of the images, where layers are residual, got {width}")
        self.activation, self.slope, self.residual = ACTIVATIONS[activation], SLOPES[activation], residual
        rng = np.random.default_rng(seed)
        sizes = [64] + [width] * depth + [10]
        self.weights = []
        for n, k in zip(sizes[:-1], sizes[1:]):
            std = INITIALIZATIONS[scale](n, k) if isinstance(scale, str) else scale
            self.weights.append(std * rng.normal(size=(n, k)))
        self.norms = [BatchNorm(width, momentum=momentum) for _ in range(depth)] if batch_norm else []
        self.gammas = [norm.gamma for norm in self.norms]
        self.betas = [norm.beta for norm in self.norms] or [np.zeros(width) for _ in range(depth)]
        self.betas.append(np.zeros(10))
        self.activations, self._outputs = [], []

    @property
    def batch_norm(self):
        """Whether there is batch norm in its layers."""
        return bool(self.norms)

    @property
    def training(self):
        """Whether batch norm uses the statistics of the batch that it is given."""
        return all(norm.training for norm in self.norms)

    @training.setter
    def training(self, training):
        one_of("training", training, YES_OR_NO)
        for norm in self.norms:
            norm.training = training

    @checked(images="m 64")
    def forward(self, images):
        """The scores ``(m, 10)`` of images ``(m, 64)``; every layer's output is kept in ``activations``."""
        self.activations, self._outputs = [images], []
        for layer, beta in enumerate(self.betas[:-1]):
            h = self.activations[-1]
            z = h @ self.weights[layer]
            z = self.norms[layer].forward(z) if self.norms else z + beta
            self._outputs.append(self.activation(z))
            self.activations.append(h + self._outputs[-1] if self.residual else self._outputs[-1])
        return self.activations[-1] @ self.weights[-1] + self.betas[-1]

    @checked(dscores="m 10 any")
    def backward(self, dscores):
        """From the gradient of the loss for the scores ``(m, 10)`` to those for weights, gammas and betas: three lists.

        Call forward first. Without batch norm there are no gammas.
        """
        if not self.activations:
            raise ValueError("backward needs a forward pass first: call forward(images)")
        if len(dscores) != len(self.activations[0]):
            raise ValueError(f"dscores must have the shape of the scores, ({len(self.activations[0])}, 10), got "
                             f"{dscores.shape}")
        da = dscores @ self.weights[-1].T
        dweights, dgammas, dbetas = [self.activations[-1].T @ dscores], [], [dscores.sum(axis=0)]
        for layer in reversed(range(len(self._outputs))):
            dz = da * self.slope(self._outputs[layer])
            if self.norms:
                dz, dgamma, dbeta = self.norms[layer].backward(dz)
                dgammas.insert(0, dgamma)
            else:
                dbeta = dz.sum(axis=0)
            dh = dz @ self.weights[layer].T
            da = da + dh if self.residual else dh
            dweights.insert(0, self.activations[layer].T @ dz)
            dbetas.insert(0, dbeta)
        return dweights, dgammas, dbetas

    @checked(images="m 64", labels="m 0..9 whole", rate="")
    def step(self, images, labels, rate):
        """One step of gradient descent on a mini-batch: its loss before the step. A loss of NaN changes nothing."""
        # Weights that are too large overflow; the loss says so, and a warning for each layer would not say more.
        with np.errstate(over="ignore", invalid="ignore"):
            loss, dscores = _cross_entropy(self.forward(images), labels)
            if np.isfinite(loss):
                for parameters, gradients in zip((self.weights, self.gammas, self.betas), self.backward(dscores)):
                    for parameter, gradient in zip(parameters, gradients):
                        parameter -= rate * gradient
        return loss

    @checked(images="m 64", labels="m 0..9 whole")
    def accuracy(self, images, labels):
        """The share of images ``(m, 64)`` whose highest score is that of their label ``(m,)``."""
        with np.errstate(over="ignore", invalid="ignore"):
            return (self.forward(images).argmax(axis=1) == labels).mean()


@checked(scores="m digits any", labels="m 0..9 whole")
def cross_entropy(scores, labels):
    """The mean of −ln(probability of the right digit), and its gradient for the scores ``(m, 10)``.

    The probabilities are the softmax of the scores. Ten equal scores give ln 10 = 2.30.
    """
    fitting("labels", labels, f"m 0..{scores.shape[1] - 1}", {})
    return _cross_entropy(scores, labels)


def _cross_entropy(scores, labels):
    rows = np.arange(len(labels))
    scores = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    gradient = np.exp(log_probabilities)
    gradient[rows, labels] -= 1
    return -log_probabilities[rows, labels].mean(), gradient / len(labels)


@checked(images="N 64", labels="N 0..9 whole", steps="0..1e9 whole", batch_size="1..1e9 whole", rate="", seed=SEED)
def train(network, images, labels, steps=400, batch_size=64, rate=0.1, seed=0):
    """Train on random mini-batches of images ``(N, 64)``: yields the loss of each, and ends early at NaN."""
    if not isinstance(network, Network):
        raise TypeError(f"network must be a Network, got {network!r:.60}")
    fitting("batch_size", batch_size, f"1..{len(images)}", {})
    return _losses(network, images, labels, steps, batch_size, rate, np.random.default_rng(seed))


def _losses(network, images, labels, steps, batch_size, rate, rng):
    for _ in range(steps):
        batch = rng.choice(len(images), batch_size, replace=False)
        loss = network.step(images[batch], labels[batch], rate)
        yield loss
        if not np.isfinite(loss):
            return
