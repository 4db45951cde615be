"""What the explorers of lesson 05 must say."""
import numpy as np

from recomputed import standardized

from . import batch_of, several, terms


def batch_of_four(values):
    m, gamma, beta, eps = int(values["m batch size"]), values["γ gamma"], values["β beta"], values["ε eps"]
    x = batch_of(values)[:m]
    x_hat = (x - x.mean()) / np.sqrt(x.var() + eps)
    y = gamma * x_hat + beta
    table = [f"{name} {terms(row, ' ', '~4')}{' ·' * (4 - m)} {row.mean()}~4 {row.var()}~4"
             for name, row in (("x", x), ("x − μ", x - x.mean()), ("x̂", x_hat), ("y", y))]
    left = x.var() / (x.var() + eps)
    mark = "✓" if gamma == 0 or left >= 0.999 else "✗"
    return ("1 2 3 4 mean variance", *table, f"✓ mean of y = {beta}~6, β = {beta}~6",
            f"{mark} variance of y = {gamma ** 2 * left}~.8, γ² = {gamma ** 2} (✓ if within 0.1 % of it)",
            f"γ² · σ² / (σ² + ε) = {gamma ** 2} · {left}~.8 = {gamma ** 2 * left}~.8",
            number_lines(x, x_hat, gamma, beta))


def number_lines(x, x_hat, gamma, beta):
    return (f"Four number lines. x: circles at {several(x)}, mean μ at {x.mean()}. x − μ: circles at "
            f"{several(x - x.mean())}, a band of σ = {x.std()} to both sides of 0. x̂: squares at {several(x_hat)}. y: "
            f"triangles at {several(gamma * x_hat + beta)}, dashed line β at {beta}, arrow γ from there to "
            f"{beta + gamma}.")


def challenge(values):
    """The three differ in their sliders: the second has none for the batch, the third none for gamma and beta."""
    # A page sends a stop back with rounding errors of its own, which are no move.
    x = batch_of(values).round(9) if "x₁ value" in values else np.array([3.0, 9.0, 11.0, 17.0])
    gamma, beta = values.get("γ gamma", 3.0), values.get("β beta", 5.0)
    task = positive if "x₁ value" not in values else mean_and_variance if "γ gamma" in values else itself
    asked, right, words = task(x, gamma * standardized(x) + beta)
    moved = (gamma, beta, *x) not in [(2, 1, 3, 9, 11, 17), (3, 5, 3, 9, 11, 17)]
    verdict = "✓ Right" if right else "✗ Not right yet" if moved else "○ Not attempted yet"
    return (asked, f"{verdict}. {words}",
            number_lines(x, standardized(x), gamma, beta))


def moments(of):
    return f"mean {of.mean()} and variance {of.var()}"


def mean_and_variance(x, y):
    right = abs(y.mean() + 2) < 0.01 and abs(y.var() - 9) < 0.01
    hint = "" if right else " Which of your sliders move the mean, which the variance, and which move neither?"
    return "Make the output mean −2 and variance 9.", right, f"y has {moments(y)}.{hint}"


def positive(x, y):
    few = (y <= 0).sum()
    if few:
        words = f"The smallest output is {y.min()}: {few} of 4 {'is' if few == 1 else 'are'} not positive."
    elif y.min() < 0.005:
        words = f"The smallest output is {y.min()}~.7: only eps keeps it above 0. Go a step further."
    elif (y == y[0]).all():
        words = f"All are positive, and all are {y[0]}: γ = 0 has thrown the batch away. Keep it."
    else:
        words = f"The smallest output is {y.min()}, and the four still differ."
    return ("Make all outputs positive, and still different, without touching the batch.", words.endswith("differ."),
            words)


def itself(x, y):
    away = abs(y - x).max()
    words = (f"Four times {x[0]}: equal values come out as β. Now find a batch whose values differ." if not away else
             f"y = x to two decimals. The batch has {moments(x)}." if away < 0.005 else
             f"The largest |y − x| is {away}. The batch has {moments(x)}; y has {moments(y)}.")
    return "Find a batch for which γ = 3, β = 5 returns the batch itself.", away < 0.005, words
