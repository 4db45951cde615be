"""The explorers of lesson 05: every slider of batch norm at once, and three challenges judged while you move."""
import numpy as np

from .. import figures
from ..batchnorm import batch_mean, batch_variance, normalize, scale_and_shift
from ..widgets.boxes import box
from ..reference import EPS, RUNNING_EXAMPLE
from ..checks import movable, one_of
from ..figures.lesson_05 import across
from ..figures.style import number, symbol
from .base import Explorer, batch_points, batch_sliders, log_slider, slider, stops

__all__ = ["batch_of_four", "challenge"]

# Each preset starts from the same settings, whatever was moved before.
SETTINGS = {"m": 4, "gamma": 2, "beta": 1, "eps": EPS}
PRESETS = {
    "Running example": SETTINGS | {"x1": 3, "x2": 9, "x3": 11, "x4": 17},
    "Four identical": SETTINGS | {"x1": 12, "x2": 12, "x3": 12, "x4": 12},
    "One outlier": SETTINGS | {"x1": 4, "x2": 5, "x3": 6, "x4": 30},
    "Two clusters": SETTINGS | {"x1": 5, "x2": 6, "x3": 24, "x4": 25},
    "A batch of two": SETTINGS | {"x1": 8, "x2": 20, "m": 2},
}
CLOSE = 0.001  # "equal" in a check: off by less than a thousandth of gamma squared
CHALLENGES = {
    1: "Make the output mean −2 and variance 9.",
    2: "Make all outputs positive, and still different, without touching the batch.",
    3: "Find a batch for which γ = 3, β = 5 returns the batch itself.",
}


@movable
def batch_of_four(x=RUNNING_EXAMPLE, gamma=2.0, beta=1.0, eps=EPS):
    """Every slider at once: four values, how many of them count, gamma, beta and eps; all four steps live."""
    controls = batch_sliders(x) | {"m": stops("m batch size", 4, (2, 3, 4))} | _affine_sliders(gamma, beta)
    controls["eps"] = log_slider("ε eps", eps, -8, 2)
    controls["m"].observe(lambda change: _grey_out(controls, change["new"]), "value")
    return Explorer("Sliders for a batch of up to four, gamma, beta and eps", figures.four_steps, _batch_of_four,
                    controls, PRESETS, drag=_points(controls))


def _affine_sliders(gamma, beta):
    return {"gamma": slider("γ gamma", gamma, -3, 3, 0.5), "beta": slider("β beta", beta, -5, 5, 0.5)}


def _points(controls):
    """The circles of x, the tip of the arrow gamma and the dashed line beta: see ``drag`` of Explorer."""
    found = batch_points(RUNNING_EXAMPLE, lambda x, now: (across("x", x), 3)) | {
        "gamma": lambda gamma, now: (across("y", now["beta"] + gamma), 0.28),
        "beta": lambda beta, now: (across("y", beta), (0, 0.4))}
    return {name: place for name, place in found.items() if name in controls}


def _grey_out(controls, m):
    """The sliders of the values that do not belong to the batch cannot be moved."""
    for i in range(1, 5):
        controls[f"x{i}"].disabled = i > m


def _batch_of_four(m, gamma, beta, eps, **values):
    x = np.array(list(values.values()))[:m]
    steps = _four_steps(x, gamma, beta, eps)
    return steps, f"{_table(steps)}{_checks(steps['y'], batch_variance(x), gamma, beta, eps)}"


def _four_steps(x, gamma, beta, eps):
    """Everything the picture shows of the batch x ``(m,)``."""
    mean, var = batch_mean(x), batch_variance(x)
    x_hat = normalize(x, mean, var, eps)
    y = scale_and_shift(x_hat, gamma, beta)
    return {"x": x, "mean": mean, "std": np.sqrt(var), "x_hat": x_hat, "y": y, "gamma": gamma, "beta": beta}


def _table(steps):
    """The four steps as an HTML table: a row each, a column for each example, then the row's mean and variance."""
    rows = (("x", steps["x"]), ("x − μ", steps["x"] - steps["mean"]), (symbol("x_hat", "x̂"), steps["x_hat"]),
            (symbol("y", "y"), steps["y"]))
    head = ["", "1", "2", "3", "4", "mean", "variance"]
    body = [[name, *(number(value, 4) for value in row), *["·"] * (4 - len(row)),
             number(row.mean(), 4), number(row.var(), 4)] for name, row in rows]
    lines = [_row(head, "th"), *(_row(cells, "td") for cells in body)]
    return f'<table style="border-collapse:collapse">{"".join(lines)}</table>\n'


def _row(cells, tag):
    style = "text-align:right;padding:1px 8px;min-width:58px"
    cells = [(tag if cell else "td", cell) for cell in cells]  # a header without words is none
    return "<tr>" + " ".join(f'<{tag} style="{style}">{cell}</{tag}>' for tag, cell in cells) + "</tr>\n"


def _checks(y, var, gamma, beta, eps):
    """The two check marks: is the mean of y beta, is its variance gamma squared, and what eps takes away."""
    shrunk = var / (var + eps)
    mean_is_beta = abs(y.mean() - beta) < CLOSE
    variance_is_gamma_squared = abs(y.var() - gamma ** 2) <= CLOSE * gamma ** 2
    return (f"{_mark(mean_is_beta)} mean of {symbol('y', 'y')} = {number(y.mean(), 6)}, "
            f"{symbol('beta', 'β')} = {number(beta, 6)}<br>"
            f"{_mark(variance_is_gamma_squared)} variance of {symbol('y', 'y')} = {y.var():.8f}, "
            f"{symbol('gamma', 'γ')}² = {gamma ** 2:g} (✓ if within 0.1 % of it)<br>"
            f"{symbol('gamma', 'γ')}² · σ² / (σ² + ε) = {gamma ** 2:g} · {shrunk:.8f} = {gamma ** 2 * shrunk:.8f}")


def _mark(passed):
    return "✓" if passed else "✗"


@movable
def challenge(which=1):
    """One of the three challenges, judged at every move. Raises ValueError for a which that is not 1, 2 or 3."""
    one_of("which", which, CHALLENGES)
    controls = {} if which == 2 else batch_sliders(RUNNING_EXAMPLE)
    controls |= {} if which == 3 else _affine_sliders(2.0, 1.0)
    start = [control.value for control in controls.values()]

    def compute(**values):
        # The page sends a stop back with rounding errors of its own: 9.000000000000002.
        return _challenge(which, not np.allclose(list(values.values()), start), **values)

    return Explorer(f"Sliders for challenge {which}", figures.four_steps, compute, controls,
                    drag=_points(controls))


def _challenge(which, moved, gamma=3.0, beta=5.0, **values):
    """What is shown and said; nothing is judged before something was ``moved``."""
    x = np.array(list(values.values()) or RUNNING_EXAMPLE, dtype=float)
    steps = _four_steps(x, gamma, beta, EPS)
    right, words = judge(which, x, steps["y"])
    verdict = box(("right" if right else "not right") if moved else "not attempted", words)
    return steps, f'<b>{CHALLENGES[which]}</b>\n<div style="min-height:4em">{verdict}</div>'


def judge(which, x, y):
    """Whether the output y ``(m,)`` of the batch x ``(m,)`` meets the challenge of that number, and a sentence."""
    return {1: _mean_and_variance, 2: _all_positive, 3: _the_batch_itself}[which](x, y)


def _mean_and_variance(x, y):
    right = abs(y.mean() + 2) < 0.01 and abs(y.var() - 9) < 0.01
    hint = "" if right else " Which of your sliders move the mean, which the variance, and which move neither?"
    return right, f"y has mean {number(y.mean())} and variance {number(y.var())}.{hint}"


def _all_positive(x, y):
    if y.min() <= 0:
        few = (y <= 0).sum()
        verb = "is" if few == 1 else "are"
        return False, f"The smallest output is {number(y.min())}: {few} of {len(y)} {verb} not positive."
    if y.min() < 0.005:
        return False, f"The smallest output is {y.min():.7f}: only eps keeps it above 0. Go a step further."
    if np.ptp(y) == 0:
        return False, f"All are positive, and all are {number(y[0])}: γ = 0 has thrown the batch away. Keep it."
    return True, f"The smallest output is {number(y.min())}, and the four still differ."


def _the_batch_itself(x, y):
    away = np.abs(y - x).max()
    if np.ptp(x) == 0 and away == 0:
        return True, f"Four times {number(x[0])}: equal values come out as β. Now find a batch whose values differ."
    if away < 0.005:
        return True, f"y = x to two decimals. The batch has mean {number(x.mean())} and variance {number(x.var())}."
    return False, (f"The largest |y − x| is {number(away)}. The batch has mean {number(x.mean())} and variance "
                   f"{number(x.var())}; y has mean {number(y.mean())} and variance {number(y.var())}.")
