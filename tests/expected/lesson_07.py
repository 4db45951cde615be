"""What the explorers of lesson 07 must say."""
import functools

import numpy as np

from recomputed import slopes, standardized, unit_11

from . import several, terms

SIZES = (4, 8, 16, 32, 64, 128, 256)


def nudge(values):
    x, which, by = np.array([3.0, 9.0, 11.0, 17.0]), int(values["which x"]) - 1, values["nudge"]
    moved = x + by * np.eye(4)[which]
    change = 2 * (standardized(moved) - standardized(x))
    tiny = slopes(lambda x: 2 * standardized(x), x)[which]
    return (f"x{'₁₂₃₄'[which]} = {x[which]} → {moved[which]}: μ = 10 → {moved.mean()}, σ = 5 → {moved.std()}",
            f"moves of y₁ … y₄ for each unit of nudge: {terms(change / by, shown='~3')}; "
            f"for a tiny nudge: {terms(tiny, shown='~3')}" if by else "no nudge, and y₁ … y₄ stay",
            f"Input circles move by {several(moved - x)}, to {several(moved)}. A ring marks the one at {moved[which]}. "
            f"Output triangles move by {several(change)}, to {several(2 * standardized(moved) + 1)}. If the mean and σ "
            f"stood still they would move by {several(2 * (moved - x) / 5)}.")


def upstream(values):
    x, dy = np.array([3.0, 9.0, 11.0, 17.0]), np.array([values[f"dy{i} upstream"] for i in "₁₂₃₄"])
    height, slope, x_hat = values["height of the line"], values["slope of the line"], standardized(x)
    left, dx = dy - height - slope * x_hat, slopes(lambda x: 2 * (dy * standardized(x)).sum(), x)
    return (f"left = dy − height − slope·x̂: Σ left = {left.sum()}, Σ left·x̂ = {left @ x_hat}",
            f"γ/σ·left = {terms(0.4 * left, shown='~3')}; dx = {terms(dx, shown='~3')}",
            f"Left: triangles at dy = {several(dy)}, over x̂ = {several(x_hat)}; the line has the height {height} at "
            f"x̂ = 0 and the slope {slope}; arrows from it to the triangles: {several(left)}. Right: the arrows times "
            f"γ/σ, cut at 0.6: {several(np.clip(0.4 * left, -0.6, 0.6), '~3')}; dx = {several(dx, '~3')}.")


@functools.cache
def typical_errors(common):
    """In per cent: from 1,000 random upstreams with the mean ``common``, each taken apart by its best straight line."""
    rng, found = np.random.default_rng(1), []
    for m in SIZES:
        x_hat, dy = standardized(unit_11()[:m]), rng.normal(size=(1000, m))
        dy = dy - dy.mean(axis=1, keepdims=True) + common
        straight = np.array([np.ones(m), x_hat]).T
        line = (straight @ np.linalg.lstsq(straight, dy.T, rcond=None)[0]).T
        found.append(100 * np.median(np.linalg.norm(line, axis=1) / np.linalg.norm(dy - line, axis=1)))
    return found


def detached(values):
    m, common = int(values["m batch size"]), values["common part"]
    x, dy = unit_11()[:m], np.random.default_rng(2).normal(size=256)[:m]
    dy, x_hat = dy - dy.mean() + common, standardized(x)
    dx, wrong = x.std() * slopes(lambda x: (dy * standardized(x)).sum(), x), dy
    slope, height = np.polyfit(x_hat, dy, 1)
    typical, plain = typical_errors(common), typical_errors(0)
    return (f"dy = random + {common}, m = {m}: mean of dy {common}",
            f"‖wrong − dx‖ / ‖dx‖ = {100 * np.linalg.norm(wrong - dx) / np.linalg.norm(dx)}~0%, typically "
            f"{typical[SIZES.index(m)]}~0%",
            f"Left: {m} circles and diamonds; times σ the right gradient reaches from {dx.min()} to {dx.max()}, the "
            f"wrong one from {wrong.min()} to {wrong.max()}. Their difference is a line from "
            f"{height + slope * x_hat.min()} to {height + slope * x_hat.max()}. Right: the typical error goes from "
            f"{typical[0]}~0 % to {typical[-1]}~0 % as m grows; at the mark it is {typical[SIZES.index(m)]}~0 %. "
            f"Faint: without a common part, from {plain[0]}~0 % to {plain[-1]}~0 %.")
