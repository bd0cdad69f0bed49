"""How far a model's samples have drifted from a known mixture: mode shares, width of the modes, distance.

Samples are (n, D) arrays, and `modes` (n,) is the index of the mode nearest to each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture

ALIVE_SHARE = 0.1  # of its true share, below which a mode counts as lost
DIRECTIONS = 16  # of the plane, along which distances are measured
HAL_EDGES = np.logspace(-10, 2, 97)  # eight bins a decade
FLOOR_DRAWS, FLOOR_SAMPLES = 20, 5_000  # of the data, by which the floor of distances is found
REACH, POINTS_A_MODE = 8.0, 257  # a distribution function is tabulated to 8 sigma around every mode


@dataclass(frozen=True, eq=False)
class HalHistogram:
    """Samples by their trajectory variance: counts (B,) int64 in the bins of HAL_EDGES (B + 1,).

    What lies beyond an end is counted in the last bin there, so that every sample is counted once.
    """

    in_support: np.ndarray
    hallucinated: np.ndarray

    @property
    def edges(self) -> np.ndarray:
        return HAL_EDGES

    @property
    def counts(self) -> np.ndarray:
        """Of all samples."""
        return self.in_support + self.hallucinated

    @staticmethod
    def of(hal: np.ndarray, hallucinated: np.ndarray) -> HalHistogram:
        """Of n scores (n,) and the truth about them (n,) bool."""
        bin_of = np.searchsorted(HAL_EDGES[1:-1], hal, "right")
        bins = len(HAL_EDGES) - 1
        return HalHistogram(
            np.bincount(bin_of[~hallucinated], minlength=bins),
            np.bincount(bin_of[hallucinated], minlength=bins),
        )


def mode_shares(modes: np.ndarray, mixture: GaussianMixture) -> np.ndarray:
    """Share of the samples nearest to each mode, (K,); all 0 if there is no sample."""
    return np.bincount(modes, minlength=mixture.modes) / max(len(modes), 1)


def modes_alive(shares: np.ndarray, mixture: GaussianMixture) -> np.ndarray:
    """Which modes still have at least a tenth of their true share, (K,) bool."""
    return shares >= ALIVE_SHARE * np.array(mixture.weights)


def mode_width(samples: np.ndarray, modes: np.ndarray, mixture: GaussianMixture) -> float | None:
    """Standard deviation of the samples about their mode's own mean, over its sigma: 1 if nothing drifted.

    The root mean square over the coordinates, averaged over the modes that are alive; None if none of them
    has two samples.
    """
    counts = np.bincount(modes, minlength=mixture.modes)
    alive = modes_alive(mode_shares(modes, mixture), mixture) & (counts > 1)
    if not alive.any():
        return None
    squares = np.zeros(mixture.modes)
    for x in samples.astype(np.float64).T:
        mean = np.bincount(modes, x, mixture.modes) / np.maximum(counts, 1)
        squares += np.bincount(modes, (x - mean[modes]) ** 2, mixture.modes)
    variance = squares[alive] / (counts[alive] - 1) / mixture.dimensions
    return float((np.sqrt(variance) / np.array(mixture.sigmas)[alive]).mean())


def wasserstein(samples: np.ndarray, mixture: GaussianMixture) -> Iterator[float]:
    """Wasserstein-1 distance of samples (n, D) from the mixture along each of the fixed directions, one by
    one.

    In 1-D there is one direction, and this is the distance; in the plane there are sixteen, evenly spaced,
    and their mean is the sliced distance (Bonneel et al. 2015). Along a direction the mixture is one of 1-D
    Gaussians, so that its side is exact: only the samples are random.
    """
    for direction in directions(mixture.dimensions):
        points, cumulative = _distribution_function(mixture, tuple(direction.tolist()))
        yield _area_between(np.sort(samples.astype(np.float64) @ direction), points, cumulative)


@dataclass(frozen=True)
class DistanceFloor:
    """How far n samples of the mixture itself are from it: median, lowest and highest of several draws.

    A distance below `high` is one that true samples have as well.
    """

    median: float
    low: float
    high: float
    n: int
    draws: int = FLOOR_DRAWS


@lru_cache(maxsize=32)
def distance_floor(mixture: GaussianMixture, n: int) -> DistanceFloor:
    """The floor of `wasserstein`, the mean over its directions, at n samples; the same every time.

    It is found with at most 5,000 samples a draw: from there on the distance falls as 1 / sqrt(n), since
    sqrt(n) W1 converges in law (del Barrio, Gine and Matran 1999), so that the draws are scaled.
    """
    fewer = min(n, FLOOR_SAMPLES)
    generator = seeded(0, f"distance floor {fewer}")
    draws = [
        float(np.mean(list(wasserstein(mixture.sample(fewer, generator).numpy(), mixture))))
        for _ in range(FLOOR_DRAWS)
    ]
    median, low, high = (float(of(draws)) * (fewer / n) ** 0.5 for of in (np.median, min, max))
    return DistanceFloor(median, low, high, n)


def directions(dimensions: int) -> np.ndarray:
    """Unit vectors (S, D): 1 in 1-D; in the plane half a turn, evenly."""
    if dimensions == 1:
        return np.ones((1, 1))
    angle = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    return np.stack([np.cos(angle), np.sin(angle)], 1)


@lru_cache(maxsize=64)
def _distribution_function(
    mixture: GaussianMixture, direction: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Points (G,), ascending, and the chance of a projection up to each, (G,); dense around every mode."""
    means, sigmas, weights = (
        torch.tensor(values, dtype=torch.float64)
        for values in (np.array(mixture.means) @ np.array(direction), mixture.sigmas, mixture.weights)
    )
    offset = torch.linspace(-REACH, REACH, POINTS_A_MODE, dtype=torch.float64)
    points = (means[:, None] + sigmas[:, None] * offset).flatten().unique()
    cumulative = torch.zeros_like(points)
    for mean, sigma, weight in zip(means, sigmas, weights, strict=True):
        cumulative += weight * torch.special.ndtr((points - mean) / sigma)
    return points.numpy(), cumulative.numpy()


def _area_between(samples: np.ndarray, points: np.ndarray, cumulative: np.ndarray) -> float:
    """Integral of |F_n - F|: of the step function of sorted samples (n,), and F linear between the points."""
    x = np.sort(np.concatenate([samples, points]))
    wanted = np.interp(x, points, cumulative, left=0.0, right=1.0)
    reached = np.searchsorted(samples, x[:-1], "right") / len(samples)
    start, end = reached - wanted[:-1], reached - wanted[1:]
    size = np.abs(start) + np.abs(end)
    # Where the difference changes its sign within a piece there are two triangles, else a trapezium.
    crossed = (start**2 + end**2) / (2 * np.maximum(size, 1e-300))
    area = np.where(start * end < 0, crossed, size / 2)
    return float(area @ np.diff(x))
