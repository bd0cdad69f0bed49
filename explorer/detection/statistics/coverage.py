"""Density and coverage: whether samples lie where the data are, and reach all of them (Naeem et al. 2020,
arXiv 2002.09797), by balls around the data that reach to their k-th nearest neighbour among the data."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.rates import Z_95, Rate

NEIGHBOURS = 5  # the authors' k


@dataclass(frozen=True, slots=True)
class Coverage:
    """M samples against the balls around N data points, each of which reaches to its point's k-th nearest
    neighbour.

    coverage            the share of the balls in which a sample lies
    coverage_interval   95 %, as of N / k balls: each overlaps about k others, so that all N say little more
                        (of samples of the data, 97 % of the intervals or more hold the expectation)
    density             in how many balls a sample lies, over k: 1 on average if samples are distributed as
                        the data, 0 if they are elsewhere
    density_interval    95 %, from how much balls differ in the samples they hold (97 to 99 %)
    expected            the coverage on average if the samples are distributed as the data: 1 minus the chance
                        that the k nearest of the N - 1 + M others are all data
    """

    coverage: float
    coverage_interval: tuple[float, float]
    density: float
    density_interval: tuple[float, float]
    expected: float
    k: int


def density_and_coverage(data: np.ndarray, samples: np.ndarray, k: int = NEIGHBOURS) -> Coverage:
    """Of data (N, D) and samples (M, D). Raises ValueError for N <= k, no sample, or values that are not
    finite."""
    from scipy.spatial import cKDTree

    n, m = len(data), len(samples)
    if not 1 <= k < n:
        raise ValueError(f"{n:,} data points have no {k} neighbours each.")
    if m < 1:
        raise ValueError("There are no samples to compare with the data.")
    if not (np.isfinite(data).all() and np.isfinite(samples).all()):
        raise ValueError("Only points whose coordinates are finite numbers have neighbours.")
    data, samples = data.astype(np.float64), samples.astype(np.float64)
    reach = cKDTree(data).query(data, k + 1)[0][:, k]  # the nearest of all is the point itself
    inside = cKDTree(samples).query_ball_point(data, np.nextafter(reach, 0), return_length=True)
    held = inside * (n / (m * k))  # of each ball, so that their mean is the density
    density, half = float(held.mean()), Z_95 * float(held.std(ddof=1)) / math.sqrt(n)
    reached, apart = float((inside > 0).mean()), max(round(n / k), 1)
    return Coverage(
        reached,
        Rate(round(reached * apart), apart).interval,
        density,
        (max(density - half, 0.0), density + half),
        1 - math.prod((n - i) / (n + m - i) for i in range(1, k + 1)),
        k,
    )
