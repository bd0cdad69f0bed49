"""The mixtures that the paper and this explorer use, by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from explorer.data.mixture import GaussianMixture

# The authors divide their 2-D grids by 2.8289 (spacing 2 becomes 0.7070, sigma 0.05 becomes 0.01767);
# six decimals are kept, so that a mixture reads well in a file and in a link.
GRID_DIVISOR = 2.8289
GRID_SIGMA = round(0.05 / GRID_DIVISOR, 6)


def line(*means: float, sigma: float = 0.05) -> GaussianMixture:
    """Equal modes on a line."""
    return GaussianMixture(tuple((m,) for m in means), (sigma,))


def grid(weights: Iterable[float] = ()) -> GaussianMixture:
    """The authors' 25 modes at 2 {-2..2}^2 / 2.8289; index 5 i + j is column i, row j."""
    return GaussianMixture(_lattice(lambda i, j: (2 * i, 2 * j)), (GRID_SIGMA,), tuple(weights))


def diamond() -> GaussianMixture:
    """The authors' rotated grid: (i + j, i - j) / 2.8289. Its nearest gap is 0.5, smaller than the grid's
    0.707."""
    return GaussianMixture(_lattice(lambda i, j: (i + j, i - j)), (GRID_SIGMA,))


def rotated_grid() -> GaussianMixture:
    """The grid turned by 45 degrees at the same gap, so that nothing but the direction changes."""
    half = math.sqrt(2)
    return GaussianMixture(_lattice(lambda i, j: (half * (i + j), half * (i - j))), (GRID_SIGMA,))


def ring(modes: int = 8, radius: float = 1.0, sigma: float = 0.02) -> GaussianMixture:
    """Equal modes on a circle."""
    angles = [2 * math.pi * k / modes for k in range(modes)]
    return GaussianMixture(
        tuple((round(radius * math.cos(a), 6), round(radius * math.sin(a), 6)) for a in angles), (sigma,)
    )


def rings() -> GaussianMixture:
    """Six modes on a circle and twelve on another of twice its radius: neighbours are about half a unit
    apart, along the circles and between them."""
    inner, outer = ring(6, 0.5), ring(12, 1.0)
    return GaussianMixture(inner.means + outer.means, outer.sigmas[:1])


def moons(modes: int = 8, sigma: float = 0.02) -> GaussianMixture:
    """Two half circles of radius 1, each with as many modes, that reach into each other: neighbours on a moon
    are 0.445 apart, the moons half a unit."""
    angles = [math.pi * k / (modes - 1) for k in range(modes)]
    upper = [(math.cos(a) - 0.5, math.sin(a) - 0.25) for a in angles]
    means = upper + [(-x, -y) for x, y in upper]  # each is the other turned by 180 degrees
    return GaussianMixture(tuple((round(x, 6), round(y, 6)) for x, y in means), (sigma,))


def ladder(first: float = 0.3, rungs: int = 4, sigma: float = 0.03) -> GaussianMixture:
    """Equal modes on a line, each gap twice the one before it: from ten sigma of one mode upwards."""
    means = [first * (2**k - 1) for k in range(rungs + 1)]
    return line(*(round(m - means[-1] / 2, 6) for m in means), sigma=sigma)


def imbalanced_grid() -> GaussianMixture:
    """The grid with each column half as likely as the one on its left: 16 : 8 : 4 : 2 : 1."""
    return grid(weights=[2.0 ** (4 - column) for column in range(5) for _ in range(5)])


def _lattice(at: Callable[[int, int], tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    steps = range(-2, 3)
    return tuple(
        (round(x / GRID_DIVISOR, 6), round(y / GRID_DIVISOR, 6))
        for x, y in (at(i, j) for i in steps for j in steps)
    )
