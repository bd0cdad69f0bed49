"""Data distributions as small pictures: a curve for one dimension, dots for two. SVG text in the current
colour."""

from __future__ import annotations

import numpy as np

WIDTH, HEIGHT = 64, 44


def curve(density: np.ndarray) -> str:
    """A density at evenly spaced points, (n,), as a filled curve."""
    x = np.linspace(2, WIDTH - 2, len(density))
    y = HEIGHT - 4 - (HEIGHT - 10) * density / density.max()
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    base = HEIGHT - 4
    return _svg(f'<polygon points="2,{base} {path} {WIDTH - 2},{base}" fill="currentColor"/>')


def dots(points: np.ndarray, weights: np.ndarray) -> str:
    """Mode centres (K, 2) as dots, the likelier the larger; weights (K,) sum to one."""
    centre = (points.max(0) + points.min(0)) / 2
    reach = max(float(np.abs(points - centre).max()), 1e-9)
    scale = (HEIGHT / 2 - 5) / reach
    sizes = 2.4 * np.sqrt(weights / weights.max())
    places = np.array([WIDTH, HEIGHT]) / 2 + scale * (points - centre) * [1, -1]
    marks = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(r, 0.7):.1f}" fill="currentColor"/>'
        for (x, y), r in zip(places, sizes, strict=True)
    )
    return _svg("".join(marks))


def _svg(inside: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{inside}</svg>'
