"""What the explorers of lesson 07 must say."""
import numpy as np

from recomputed import slopes, standardized, unit_11

from . import several, terms


def nudge(values):
    x, which, by = np.array([3.0, 9.0, 11.0, 17.0]), int(values["which x"]) - 1, values["nudge"]
    moved = x + by * np.eye(4)[which]
    change = 2 * (standardized(moved) - standardized(x))
    tiny = slopes(lambda x: 2 * standardized(x), x)[which]
    return (f"x{'₁₂₃₄'[which]} = {x[which]} → {moved[which]}: μ = 10 → {moved.mean()}, σ = 5 → {moved.std()}",
            f"moves of y₁ … y₄ for each unit of nudge: {terms(change / by, shown='~3') if by else 'no nudge'}; "
            f"for a tiny nudge: {terms(tiny, shown='~3')}",
            f"Input circles move by {several(moved - x)}, to {several(moved)}. A ring marks the one at {moved[which]}. "
            f"Output triangles move by {several(change)}, to {several(2 * standardized(moved) + 1)}. If the mean and σ "
            f"stood still they would move by {several(2 * (moved - x) / 5)}.")


def upstream(values):
    x, dy = np.array([3.0, 9.0, 11.0, 17.0]), np.array([values[f"dy{i} upstream"] for i in "₁₂₃₄"])
    x_hat = standardized(x)
    slope, height = np.polyfit(x_hat, dy, 1)
    dx = slopes(lambda x: 2 * (dy * standardized(x)).sum(), x)
    return (f"dbeta = Σ dy = {dy.sum()}, dgamma = Σ dy·x̂ = {dy @ x_hat}",
            f"dx = {terms(dx, shown='~3')}; sum of dx = {dx.sum()}~3, sum of dx·x̂ = {dx @ x_hat}~3",
            f"Left: triangles at dy = {several(dy)}, over x̂ = {several(x_hat)}; the line has the height {height} at "
            f"x̂ = 0 and the slope {slope}; arrows from it to the triangles: {several(dy - height - slope * x_hat)}. "
            f"Right: dx = {several(dx, '~3')}.")


def detached(values):
    m, common = int(values["m batch size"]), values["common part"]
    x, dy = unit_11()[:m], np.random.default_rng(0).normal(size=256)[:m]
    dy = dy - dy.mean() + common
    dx, wrong = slopes(lambda x: (dy * standardized(x)).sum(), x), dy / np.sqrt(x.var() + 1e-5)
    far = abs(wrong - dx).argmax()
    return (f"dy = random + {common}, m = {m}: mean of dy {common}",
            f"‖wrong − dx‖ / ‖dx‖ = {100 * np.linalg.norm(wrong - dx) / np.linalg.norm(dx)}~0%",
            f"{m} circles; the right gradient reaches from {dx.min()} to {dx.max()}, the wrong one from {wrong.min()} "
            f"to {wrong.max()}. The circle furthest from the diagonal is at {dx[far]} and {wrong[far]}; the average "
            f"difference is {(wrong - dx).mean()}.")
