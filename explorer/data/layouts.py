"""Where modes lie in 2 to 64 dimensions: equal modes, with the same nearest gap and the same sigma in each,
so that hardly anything changes but the number of coordinates."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from explorer.data.mixture import MAX_DIMENSIONS, GaussianMixture

LayoutName = Literal["plane", "axes", "cube", "sphere", "lattice"]
LAYOUTS: tuple[LayoutName, ...] = get_args(LayoutName)
TITLES: dict[str, str] = {
    "plane": "a square in a plane",
    "axes": "one on each axis",
    "cube": "corners of a cube",
    "sphere": "random directions",
    "lattice": "25 far lattice points",
}
GAP = 1.0  # between nearest modes
DIMENSIONS_RANGE = (2, MAX_DIMENSIONS)
SIGMA_RANGE = (0.01, 0.03)  # so that balls of r_D(8) around two modes never touch
MODES, LATTICE_MODES = 4, 25
CANDIDATES = 4_096  # points among which far ones are chosen, where there are more
DIGITS = 6  # of coordinates, after the point


def layout(name: str, dimensions: int, sigma: float = 0.02) -> GaussianMixture:
    """Equal modes in so many dimensions, their nearest gap 1.

    plane    the corners of a square in the first two coordinates; the others hold noise alone. The true score
             along the square is the same in every dimension
    axes     four modes, one on each axis, on the opposite ends where there are fewer than four axes
    cube     a corner of a hypercube with its neighbours, four modes in all; in the plane the square
    sphere   four of 4,096 random directions, far from each other, at one distance from the origin
    lattice  25 points of {-2..2}^D, each as far from the others as can be: the arrangement of the code of
             arXiv 2605.06831, whose gap is 50 to 100 sigma, and grows with D; here it is 1 in each

    Raises ValueError for another name, for dimensions outside [2, 64] and for a sigma outside [0.01, 0.03].
    """
    if name not in LAYOUTS:
        raise ValueError(f"There is no layout {name[:40]!r}; there are {', '.join(LAYOUTS)}.")
    for what, value, (low, high) in (
        ("dimension", dimensions, DIMENSIONS_RANGE),
        ("sigma", sigma, SIGMA_RANGE),
    ):
        if not low <= value <= high:
            raise ValueError(f"The {what} {value:g} is outside [{low:g}, {high:g}].")
    return GaussianMixture(_means(name, dimensions), (sigma,))


@lru_cache(maxsize=256)
def _means(name: str, dimensions: int) -> tuple[tuple[float, ...], ...]:
    """The means, scaled so that the nearest gap is GAP, around the origin."""
    points = _PLACES[name](dimensions)
    points = points - points.mean(0)
    points *= GAP / min(math.dist(a, b) for a, b in itertools.combinations(points, 2))
    return tuple(tuple(row) for row in (np.round(points, DIGITS) + 0.0).tolist())


def _plane(dimensions: int) -> np.ndarray:
    points = np.zeros((MODES, dimensions))
    points[:, :2] = (1, 1), (-1, 1), (-1, -1), (1, -1)
    return points


def _axes(dimensions: int) -> np.ndarray:
    points = np.zeros((MODES, dimensions))
    for mode in range(MODES):
        points[mode, mode % dimensions] = 1 if mode < dimensions else -1
    return points


def _cube(dimensions: int) -> np.ndarray:
    points = np.zeros((MODES, dimensions))
    for mode in range(1, MODES):
        points[mode, min(mode, dimensions) - 1] = 1
    if dimensions == 2:
        points[3] = 1, 1
    return points


def _sphere(dimensions: int) -> np.ndarray:
    directions = np.random.default_rng(0).standard_normal((CANDIDATES, dimensions))
    return _far_apart(directions / np.linalg.norm(directions, axis=1, keepdims=True), MODES)


def _lattice(dimensions: int) -> np.ndarray:
    values = np.arange(-2.0, 3.0)
    if len(values) ** dimensions <= CANDIDATES:
        points = np.array(list(itertools.product(values, repeat=dimensions)))
    else:
        points = np.random.default_rng(0).choice(values, (CANDIDATES, dimensions))
    return _far_apart(points, LATTICE_MODES)


def _far_apart(points: np.ndarray, count: int) -> np.ndarray:
    """The first of the points, then again and again the one that is farthest from all that were chosen
    (Gonzalez 1985): (count, D)."""
    chosen = [0]
    distance = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return points[chosen]


_PLACES: dict[str, Callable[[int], np.ndarray]] = {
    "plane": _plane,
    "axes": _axes,
    "cube": _cube,
    "sphere": _sphere,
    "lattice": _lattice,
}
