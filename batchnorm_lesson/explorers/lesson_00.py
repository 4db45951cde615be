"""The explorers of lesson 00: thirty layers with any weight scale, and how their values drift during training."""
from functools import lru_cache

import numpy as np

from .. import figures
from ..checks import movable
from ..network import Network, load_digits, spread_over_batch, standardize, train
from ..figures.style import number, power, symbol
from .base import Explorer, choice, slider, stops

__all__ = ["layers", "drift"]

BATCH = 128
SCALES = (0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.125, 0.14, 0.16, 0.18, 0.2, 0.22,
          0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
STEPS = tuple(range(0, 201, 10))
# With 0.1, differences in the 13th digit grow until another machine shows another picture.
RATE = 0.05
DRIFTING = (1, 10, 20)


@movable
def layers(scale=0.05, depth=30, activation="tanh"):
    """Change the weights, the depth and the activation: what is left of a mini-batch of digits, layer by layer?"""
    title = "Sliders for the weight scale and the depth, and a choice of the activation"
    return Explorer(title, figures.layers, _layers,
                    {"scale": stops("weight scale", scale, SCALES), "depth": slider("depth layers", depth, 6, 40, 1),
                     "activation": choice("activation", activation, ["tanh", "sigmoid", "relu"])})


def _layers(scale, depth, activation):
    network = Network(round(depth), activation=activation, scale=scale)
    network.forward(_batch())
    outputs = network.activations[1:]
    first, last = (spread_over_batch(outputs[i]) for i in (0, -1))
    if last < 1e-13 * np.abs(outputs[-1]).max():
        change = f"{symbol('std', '0')} after layer {len(outputs)}: every image has the same outputs, to 13 digits"
    else:
        factor = (last / first) ** (1 / (len(outputs) - 1))
        change = f"{symbol('std', _size(last))} after layer {len(outputs)}, about × {factor:.2f} in each layer"
    start = f"{symbol('std', 'spread')}: {_size(first)} after layer 1"
    return {"activations": outputs}, f"{start}, {change}<br>{_verdict(outputs[-1], activation)}"


def _verdict(last, activation):
    """What has become of the mini-batch in the last layer, in words."""
    largest = f"the largest output of the last layer is {_size(last.max())}"
    if activation == "relu":
        return largest
    low, high = (-1, 1) if activation == "tanh" else (0, 1)
    near = 0.015 * (high - low)
    share = np.mean((last < low + near) | (last > high - near))
    return f"{largest}, and {100 * share:.0f} % of its outputs are within {near:g} of {number(low)} or {high}"


def _size(value):
    return f"{value:.2f}" if 0.01 <= value < 1000 else power(value, 0)


@movable
def drift(step=0, unit=64):
    """Walk through 200 steps of training: what a unit computes for the same images, in three of twenty layers."""
    return Explorer("A slider for the training step and one for the unit", figures.drift, _drift,
                    {"step": stops("step of training", step, STEPS), "unit": slider("unit number", unit, 1, 64, 1)})


def _drift(step, unit):
    values, losses = _training()
    # A slider moved by a key may say 62.9999 for 63.
    unit_values = values[:, :, :, round(unit) - 1]
    start, now = (list(map(_mean_and_spread, unit_values[i])) for i in (0, STEPS.index(step)))
    rows = "; ".join(f"layer {layer}: {before} → {after}" for layer, before, after in zip(DRIFTING, start, now))
    readout = (f"loss in step {step}: {losses[max(step, 1) - 1]:.1f}<br>{symbol('mean', 'mean')} ± "
               f"{symbol('std', 'spread')}, at the start → now: {rows}")
    return {"values": unit_values, "steps": STEPS, "step": step, "layers": DRIFTING}, readout


def _mean_and_spread(values):
    return f"{number(values.mean())} ± {number(values.std())}"


@lru_cache
def _batch():
    images, _ = load_digits()
    return standardize(images)[:BATCH]


@lru_cache
def _training():
    """A 20-layer tanh network in training: its values before tanh, ``(steps, rows, m, 64)``, and every step's loss."""
    images, labels = load_digits()
    images = standardize(images)
    network = Network(max(DRIFTING))
    values, losses = [_before_activation(network)], []
    for step, loss in enumerate(train(network, images, labels, STEPS[-1], rate=RATE), 1):
        losses.append(loss)
        if step in STEPS:
            values.append(_before_activation(network))
    return np.array(values), losses


def _before_activation(network):
    network.forward(_batch())
    return np.array([network.activations[layer - 1] @ network.weights[layer - 1] + network.betas[layer - 1]
                     for layer in DRIFTING])
