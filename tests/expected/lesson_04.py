"""What the explorers of lesson 04 must say."""
import numpy as np

from recomputed import standardized, unit_11


def formula(gamma, beta):
    return f"y = {gamma} · x̂ {'−' if beta < 0 else '+'} {abs(beta)}"


def mirrored(gamma):
    return " (mirrored)" if gamma < 0 else ""


def scale_and_shift(values):
    gamma, beta = values["γ gamma"], values["β beta"]
    x_hat = standardized(unit_11()[:256])
    y = gamma * x_hat + beta
    shape = mirrored(gamma) if gamma else ", all examples in one bar, taller than the picture"
    return (formula(gamma, beta), f"mean of y = {beta} = β; standard deviation of y = {abs(gamma)}",
            f"Histogram of x̂ from {x_hat.min()} to {x_hat.max()}, tallest at ... Histogram of y from {y.min()} to "
            f"{y.max()}{shape}... A dashed line marks β at {beta}; from there an arrow γ = {gamma} reaches to "
            f"{beta + gamma}.")


def undo(values):
    number, amount = int(values["batch number"]), values["undo amount"]
    batches = np.random.default_rng(4).permutation(unit_11())[:128].reshape(8, 16)
    first, x = batches[0], batches[number - 1]
    gamma, beta = 1 + amount * (np.sqrt(first.var() + 1e-5) - 1), amount * first.mean()
    y = gamma * standardized(x) + beta
    off = abs(y - x)
    far = np.round(off, 6).argmax()
    return (f"γ = {gamma}~3, β = {beta}~3; batch {number} has √(σ² + ε) = {np.sqrt(x.var() + 1e-5)}~3, "
            f"μ = {x.mean()}~3",
            f"largest |y − x| = {off.max()}~3; standard deviation of y = {y.std()}~3",
            f"16 triangles, inputs from {x.min()} to {x.max()}, outputs from {y.min()} to {y.max()}. The one furthest "
            f"from the diagonal y = x is at x = {x[far]}, y = {y[far]}; {(off < 0.005).sum()} of 16 lie on it.")


def activation(values):
    gamma, beta = values["γ gamma"], values["β beta"]
    y = gamma * standardized(unit_11()[:256]) + beta
    sigmoid, relu = 1 / (1 + np.exp(-y)), y.clip(0)
    line = np.polyval(np.polyfit(y, sigmoid, 1), y) if gamma else sigmoid
    bend = f"{100 * line.var() / sigmoid.var()}~.1 % straight" if gamma else "all outputs are the same"
    off = (y <= 0).sum()
    return (formula(gamma, beta),
            f"sigmoid: {bend}, outputs from {sigmoid.min()} to {sigmoid.max()}; ReLU: {off} of 256 switched off",
            f"Left: 256 triangles on the sigmoid, y from {y.min()} to {y.max()}, outputs from {sigmoid.min()} to "
            f"{sigmoid.max()}, at most {abs(sigmoid - line).max()}~3 away from the dotted straight line. Right: on the "
            f"ReLU, outputs from {relu.min()} to {relu.max()}, {off} of them 0.")


def descent(values):
    """The path in closed form: the distances of gamma and beta to the goal shrink by the same factors in every step."""
    step, rate, x = int(values["step"]), values["learning rate"], unit_11()[:256]
    kept = np.array([x.var() / (x.var() + 1e-5), 1])  # the variance of x̂, and that of the ones beta is multiplied by
    goal = np.array([np.sqrt(x.var() + 1e-5), x.mean()])
    if values["target"] == "halfway to x":
        goal = (goal + [1, 0]) / 2
    now, ahead = (goal + (np.array([1, 0]) - goal) * (1 - 2 * rate * kept) ** n for n in (step, step + 1))
    loss = kept @ (now - goal) ** 2
    x_hat = standardized(x)
    y, target = (gamma * x_hat + beta for gamma, beta in (now, goal))

    def pair(place, digits):
        return f"γ = {place[0]}~{digits}, β = {place[1]}~{digits}"

    return (f"step {step}: {pair(now, 6)}, loss = {loss}~6, distance to the cross {np.hypot(*(now - goal))}~4",
            f"least loss at {pair(goal, 6)}",
            f"Path of {step} step{'s' * (step != 1)} from γ = 1, β = 0 to {pair(now, 3)}; the next leads to "
            f"{pair(ahead, 3)}; the loss is least at {pair(goal, 3)}, and circles around it mark the losses 1, 4 and "
            f"16. Histogram of y from {y.min()} to {y.max()}{mirrored(now[0])}, tallest at ...; target from "
            f"{target.min()} to {target.max()}, tallest at ...")
