"""The explorers of lesson 00: ten digits on their way through thirty layers, and how values drift during training."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..checks import movable
from ..network import Network, load_digits, spread_over_batch, standardize, train
from ..figures.lesson_00 import size
from ..figures.style import number, symbol
from .base import Explorer, choice, slider, stops

__all__ = ["layers", "drift"]

BATCH, WATCHED = 64, 128
SCALES = (0.05, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2, 0.24, 0.3, 0.4, 0.5, 0.7, 1.0)
DEEPEST = 40
THREE, TWIN, EIGHT = 3, 4, 9  # where these digits stand in the mini-batch
NAMES = ("0", "1", "2", "3", "3′", "4", "5", "6", "7", "8", "9")
EPS = 1e-5
STEPS = tuple(range(0, 201, 10))
# With 0.1, differences in the 13th digit grow until another machine shows another picture.
RATE = 0.05
DRIFTING = (1, 10, 20)


@movable
def layers(scale=1.0, depth=30, enlarge="no", batch_norm="no"):
    """Follow ten digits through tanh layers: with which weights are they still told apart at the end?"""
    title = "Sliders for the weight scale and the depth, and two choices: enlarge, batch norm"
    return Explorer(title, figures.layers, _layers,
                    {"scale": stops("weight scale", scale, SCALES),
                     "depth": slider("depth layers", depth, 12, DEEPEST, 1),
                     "enlarge": choice("enlarge", enlarge, ["no", "yes"]),
                     "batch_norm": choice("batch norm", batch_norm, ["no", "yes"])})


def _layers(scale, depth, enlarge, batch_norm):
    depth = round(depth)  # a slider moved by a key may say 29.9999 for 30
    outputs = _outputs(scale, depth, batch_norm == "yes")
    first, last = (spread_over_batch(outputs[i]) for i in (1, -1))
    twins, others = ([size(np.abs(outputs[i][THREE] - outputs[i][other]).mean()) for i in (1, -1)]
                     for other in (TWIN, EIGHT))
    readout = (f"weight scale {number(scale)}: {symbol('std', 'spread of a unit')} {size(first)} after layer 1, "
               f"{size(last)} after layer {depth}<br>on average 3 and 3′ differ by {twins[0]} in layer 1, by "
               f"{twins[1]} in layer {depth}; 3 and 8 by {others[0]} and {others[1]}")
    return {"activations": outputs, "names": NAMES, "enlarge": enlarge == "yes"}, readout


def _outputs(scale, depth, batch_norm):
    """The mini-batch and what each layer puts out for it, ``(m, 64)`` each."""
    outputs = [_batch()]
    for weights in _weights()[:depth]:
        z = outputs[-1] @ (scale * weights)
        if batch_norm:
            z -= z.mean(axis=0)
            z /= np.sqrt((z * z).mean(axis=0) + EPS)
        outputs.append(np.tanh(z))
    return outputs


@lru_cache
def _weights():
    return np.random.default_rng(0).normal(size=(DEEPEST, 64, 64))


@lru_cache
def _batch():
    """A mini-batch whose first images are the ten digits; behind the three stands one that is a millionth off."""
    images = _images()[:BATCH - 1]
    twin = images[THREE] + np.random.default_rng(2).normal(scale=1e-6, size=64)
    return np.insert(images, TWIN, twin, axis=0)


@movable
def drift(step=200, unit=64):
    """Walk through 200 steps of training: what a unit computes for the same images, in three of twenty layers."""
    return Explorer("A slider for the training step and one for the unit", figures.drift, _drift,
                    {"step": stops("step of training", step, STEPS), "unit": slider("unit number", unit, 1, 64, 1)})


def _drift(step, unit):
    values, losses = _training()
    # A slider moved by a key may say 62.9999 for 63.
    unit_values = values[:, :, :, round(unit) - 1]
    start, now = (list(map(_mean_and_spread, unit_values[i])) for i in (0, STEPS.index(step)))
    rows = "; ".join(f"<span style='white-space: nowrap'>layer {layer}: {before} → {after}</span>"
                     for layer, before, after in zip(DRIFTING, start, now))
    readout = (f"loss in step {step}: {losses[max(step, 1) - 1]:.1f}<br>{symbol('mean', 'mean')} ± "
               f"{symbol('std', 'spread')}, at the start → now: {rows}")
    return {"values": unit_values, "steps": STEPS, "step": step, "layers": DRIFTING}, readout


def _mean_and_spread(values):
    return f"{number(values.mean())} ± {number(values.std())}"


@lru_cache
def _images():
    return standardize(load_digits()[0])


@lru_cache
def _training():
    """A 20-layer tanh network in training: its values before tanh, ``(steps, rows, m, 64)``, and every step's loss."""
    images, labels = _images(), load_digits()[1]
    network = Network(max(DRIFTING))
    values, losses = [_before_activation(network)], []
    for step, loss in enumerate(train(network, images, labels, STEPS[-1], rate=RATE), 1):
        losses.append(loss)
        if step in STEPS:
            values.append(_before_activation(network))
    return np.array(values), losses


def _before_activation(network):
    network.forward(_images()[:WATCHED])
    return np.array([network.activations[layer - 1] @ network.weights[layer - 1] + network.betas[layer - 1]
                     for layer in DRIFTING])
