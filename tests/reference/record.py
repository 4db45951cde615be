"""Records what PyTorch's BatchNorm1d and BatchNorm2d compute, for tests/test_reference.py and for lesson 06.

Use: python tests/reference/record.py, with PyTorch installed. It writes pytorch.npz and
running.npz beside itself, and batchnorm_lesson/data/pytorch.npz. Neither the lessons nor the tests need PyTorch.
"""
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
LESSON = HERE.parent.parent / "batchnorm_lesson" / "data" / "pytorch.npz"

# Shape of x, eps, momentum, distance of the means from 0 (in standard deviations, about).
CASES = [
    ((8, 1), 1e-5, 0.1, 0),
    ((8, 3), 1e-5, 0.1, 0),
    ((2, 5), 1e-5, 0.1, 0),
    ((32, 4), 1e-3, 0.01, 3),
    ((64, 2), 0.5, 0.1, -100),
    ((16, 3), 1e-5, 0.1, 10_000),
    ((4, 3, 7), 1e-5, 0.1, 1),
    ((1, 2, 9), 0.1, 0.3, -10),
    ((4, 3, 5, 5), 1e-5, 0.1, 0),
    ((1, 2, 3, 4), 1e-3, 0.1, 5),
    ((6, 4, 2, 3), 2.0, 0.5, 1000),
    ((3, 2, 4, 4), 1e-5, 0.1, -10_000),
]
# Shapes of mini-batches that one layer sees one after the other, eps, momentum.
RUNS = [
    ([(8, 3), (8, 3), (2, 3), (64, 3), (5, 3), (8, 3)], 1e-5, 0.1),
    ([(4, 2), (16, 2), (3, 2), (4, 2)], 1e-3, 0.01),
    ([(32, 1), (2, 1), (7, 1)], 1e-5, 0.9),
    ([(3, 4), (6, 4)], 1e-5, 1.0),
    ([(3, 2), (6, 2)], 1e-5, 0.0),
    ([(4, 3, 7), (1, 3, 2), (5, 3, 4)], 1e-5, 0.3),
    ([(4, 3, 5, 5), (1, 3, 2, 2), (6, 3, 1, 2), (2, 3, 8, 8)], 1e-5, 0.1),
    ([(2, 2, 3, 3), (3, 2, 2, 2)], 0.1, 0.5),
]
DTYPES = {"float64": torch.float64, "float32": torch.float32}


def inputs(number, shape, distance):
    """A mini-batch x with another mean and spread in every feature, gammas of both signs, betas, an upstream dy."""
    rng = np.random.default_rng(number)
    spread = 1 + np.arange(shape[1]).reshape(-1, *[1] * (len(shape) - 2))
    x = spread * (rng.normal(size=shape) + distance)
    gamma, beta = rng.normal(1, 1.5, shape[1]), rng.normal(0, 2, shape[1])
    return x, gamma, beta, rng.normal(size=shape)


def pytorch(x, gamma, beta, dy, eps, momentum, dtype):
    """One step of a new layer in training, in dtype, and then its answer to the same batch in evaluation."""
    kind = torch.nn.BatchNorm2d if x.ndim == 4 else torch.nn.BatchNorm1d
    layer = kind(x.shape[1], eps=eps, momentum=momentum, dtype=dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(gamma))
        layer.bias.copy_(torch.tensor(beta))
    batch = torch.tensor(x, dtype=dtype, requires_grad=True)
    y = layer(batch)
    y.backward(torch.tensor(dy, dtype=dtype))
    found = {"y": y, "dx": batch.grad, "dgamma": layer.weight.grad, "dbeta": layer.bias.grad,
             "running_mean": layer.running_mean, "running_var": layer.running_var, "y_eval": layer.eval()(batch)}
    return {name: value.detach().numpy().copy() for name, value in found.items()}


def recorded(number, shape, eps, momentum, distance, dtype):
    """All arrays of one case. In float32 also what float64 makes of the same float32 numbers: the exact results."""
    given = dict(zip(("x", "gamma", "beta", "dy"), inputs(number, shape, distance)))
    given = {name: value.astype(dtype) for name, value in given.items()}
    arrays = given | pytorch(**given, eps=eps, momentum=momentum, dtype=DTYPES[dtype])
    if dtype == "float32":
        exact = pytorch(**given, eps=eps, momentum=momentum, dtype=torch.float64)
        arrays |= {f"exact_{name}": value for name, value in exact.items()}
    return arrays | {"eps": np.array(eps), "momentum": np.array(momentum), "distance": np.array(distance)}


def running(number, shapes, eps, momentum, dtype):
    """A layer trained on several mini-batches x0, x1, …: its running statistics after each; then in evaluation.

    ``alone`` is a single example, ``y_alone`` what evaluation makes of it, ``dx_alone`` the gradient for upstream dy.
    """
    rng = np.random.default_rng(100 + number)
    kind = torch.nn.BatchNorm2d if len(shapes[0]) == 4 else torch.nn.BatchNorm1d
    layer = kind(shapes[0][1], eps=eps, momentum=momentum, dtype=DTYPES[dtype])
    arrays = {"eps": np.array(eps), "momentum": np.array(momentum)}
    for name, parameter in (("gamma", layer.weight), ("beta", layer.bias)):
        arrays[name] = rng.normal(1, 1.5, shapes[0][1]).astype(dtype)
        parameter.data.copy_(torch.tensor(arrays[name]))
    for step, shape in enumerate(shapes):
        arrays[f"x{step}"] = rng.normal(rng.normal(0, 5), 1 + step, shape).astype(dtype)
        arrays[f"y{step}"] = layer(torch.tensor(arrays[f"x{step}"])).detach().numpy()
        arrays[f"running_mean{step}"] = layer.running_mean.numpy().copy()
        arrays[f"running_var{step}"] = layer.running_var.numpy().copy()
    arrays["alone"], arrays["dy"] = rng.normal(2, 3, (2, 1, *shapes[0][1:])).astype(dtype)
    alone = torch.tensor(arrays["alone"], requires_grad=True)
    y = layer.eval()(alone)
    y.backward(torch.tensor(arrays["dy"]))
    return arrays | {"y_alone": y.detach().numpy(), "dx_alone": alone.grad.numpy(),
                     "dgamma_alone": layer.weight.grad.numpy(), "dbeta_alone": layer.bias.grad.numpy()}


def main():
    torch.set_num_threads(1)
    runs = {f"{number:02}-{dtype}/{name}": value for number, run in enumerate(RUNS) for dtype in DTYPES
            for name, value in running(number, *run, dtype).items()}
    np.savez_compressed(HERE / "running.npz", **runs)
    everything, lesson = {}, {}
    for number, (shape, eps, momentum, distance) in enumerate(CASES):
        for dtype in DTYPES:
            arrays = recorded(number, shape, eps, momentum, distance, dtype)
            everything |= {f"{number:02}-{dtype}/{name}": value for name, value in arrays.items()}
            if dtype == "float64" and shape in ((8, 3), (4, 3, 5, 5)):
                layer = "BatchNorm2d" if len(shape) == 4 else "BatchNorm1d"
                lesson |= {f"{layer}_{name}": arrays[name] for name in ("x", "gamma", "beta", "eps", "y")}
    np.savez_compressed(HERE / "pytorch.npz", **everything)
    np.savez_compressed(LESSON, **lesson)
    print(f"PyTorch {torch.__version__}, {len(everything)} arrays, {len(lesson)} of them for the lesson")


if __name__ == "__main__":
    main()
