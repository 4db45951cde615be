"""Real handwritten digits, kept in the package, and a small deep network that learns them."""
from importlib.resources import files

import numpy as np

from .batchnorm import batch_norm_backward, batch_norm_forward


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


def standardize(images):
    """The grey values with mean 0 and variance 1 over all images and pixels together: the shape of images."""
    return (images - images.mean()) / images.std()


def training_and_test(images, labels, held_out=297, seed=0):
    """Shuffle, and keep some images for the test: ``(images, labels), (test images, test labels)``."""
    order = np.random.default_rng(seed).permutation(len(images))
    learn, test = order[held_out:], order[:held_out]
    return (images[learn], labels[learn]), (images[test], labels[test])


def spread_over_batch(values):
    """How far a layer's values ``(m, units)`` spread over the mini-batch: the root of the units' average variance."""
    return np.sqrt(values.var(axis=0).mean())


def sigmoid(z):
    """1 / (1 + e^−z), between 0 and 1; written with tanh, which does not overflow."""
    return (1 + np.tanh(z / 2)) / 2


def relu(z):
    """z where it is positive, 0 elsewhere."""
    return np.maximum(z, 0)


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
    Bengio 2010) or "he" (He et al. 2015). Batch norm takes the statistics of whatever batch it is given.

    ``activations`` holds what the last forward pass left behind: the images, then the output of each layer,
    arrays ``(m, width)``. Numbers carry no unit. Raises ValueError for a name that is not there.
    """

    def __init__(self, depth, width=64, activation="tanh", scale="xavier", batch_norm=False, seed=0):
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
        if isinstance(scale, str) and scale not in INITIALIZATIONS:
            raise ValueError(f"scale must be a number or one of {', '.join(INITIALIZATIONS)}, got {scale!r}")
        self.activation, self.slope, self.batch_norm = ACTIVATIONS[activation], SLOPES[activation], batch_norm
        rng = np.random.default_rng(seed)
        sizes = [64] + [width] * depth + [10]
        self.weights = []
        for n, k in zip(sizes[:-1], sizes[1:]):
            std = INITIALIZATIONS[scale](n, k) if isinstance(scale, str) else scale
            self.weights.append(std * rng.normal(size=(n, k)))
        self.gammas = [np.ones(width) for _ in range(depth)]
        self.betas = [np.zeros(size) for size in sizes[1:]]
        self.activations, self.caches = [], []

    def forward(self, images):
        """The scores ``(m, 10)`` of images ``(m, 64)``; every layer's output is kept in ``activations``."""
        self.activations, self.caches = [images], []
        for weights, gamma, beta in zip(self.weights, self.gammas, self.betas):
            z = self.activations[-1] @ weights
            if self.batch_norm:
                z, cache = batch_norm_forward(z, gamma, beta)
                self.caches.append(cache)
            else:
                z = z + beta
            self.activations.append(self.activation(z))
        return self.activations[-1] @ self.weights[-1] + self.betas[-1]

    def backward(self, dscores):
        """From the gradient of the loss for the scores ``(m, 10)`` to those for weights, gammas and betas: three lists.

        Call forward first. Without batch norm the gammas are not used, and their gradients are 0.
        """
        da = dscores @ self.weights[-1].T
        dweights, dgammas, dbetas = [self.activations[-1].T @ dscores], [], [dscores.sum(axis=0)]
        for layer in reversed(range(len(self.gammas))):
            dz = da * self.slope(self.activations[layer + 1])
            if self.batch_norm:
                dz, dgamma, dbeta = batch_norm_backward(dz, self.caches[layer])
            else:
                dgamma, dbeta = np.zeros_like(self.gammas[layer]), dz.sum(axis=0)
            da = dz @ self.weights[layer].T
            dweights.insert(0, self.activations[layer].T @ dz)
            dgammas.insert(0, dgamma)
            dbetas.insert(0, dbeta)
        return dweights, dgammas, dbetas

    def step(self, images, labels, rate):
        """One step of gradient descent on a mini-batch: its loss before the step. A loss of NaN changes nothing."""
        # Weights that are too large overflow; the loss says so, and a warning for each layer would not say more.
        with np.errstate(over="ignore", invalid="ignore"):
            loss, dscores = cross_entropy(self.forward(images), labels)
            if np.isfinite(loss):
                for parameters, gradients in zip((self.weights, self.gammas, self.betas), self.backward(dscores)):
                    for parameter, gradient in zip(parameters, gradients):
                        parameter -= rate * gradient
        return loss

    def accuracy(self, images, labels):
        """The share of images ``(m, 64)`` whose highest score is that of their label ``(m,)``."""
        with np.errstate(over="ignore", invalid="ignore"):
            return (self.forward(images).argmax(axis=1) == labels).mean()


def cross_entropy(scores, labels):
    """The mean of −ln(probability of the right digit), and its gradient for the scores ``(m, 10)``.

    The probabilities are the softmax of the scores. Ten equal scores give ln 10 = 2.30.
    """
    rows = np.arange(len(labels))
    scores = scores - scores.max(axis=1, keepdims=True)
    log_probabilities = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    gradient = np.exp(log_probabilities)
    gradient[rows, labels] -= 1
    return -log_probabilities[rows, labels].mean(), gradient / len(labels)


def train(network, images, labels, steps=400, batch_size=64, rate=0.1, seed=0):
    """Train on random mini-batches of images ``(N, 64)``: yields the loss of each, and ends early at NaN."""
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        batch = rng.choice(len(images), batch_size, replace=False)
        loss = network.step(images[batch], labels[batch], rate)
        yield loss
        if not np.isfinite(loss):
            return
