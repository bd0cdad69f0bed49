"""The radius around a mode beyond which a fresh sample lies as rarely in every dimension.

The distance of a sample from the centre of an isotropic Gaussian in D coordinates, over its sigma, follows
the chi distribution with D degrees of freedom: P(distance > r) = Q(D / 2, r^2 / 2), the regularised upper
incomplete gamma function. A fixed bound of k sigma, which a share 2 (1 - Phi(k)) of samples exceeds in one
dimension, is exceeded by nearly all of them in 64. The radius of equal tails r_D(k) is the one beyond which
that share lies whatever D is.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch

from explorer.data.mixture import MAX_DIMENSIONS

SIGMA_RANGE = (0.1, 8.0)  # of k; beyond 8 sigma double precision has few digits of the share left
BISECTIONS = 200  # of an interval of 100 sigma: to the last digit of a float


def tail_share(dimensions: int, radius: float) -> float:
    """P(distance > radius sigma) of a Gaussian in so many dimensions. Raises ValueError for a radius below 0
    and for dimensions outside [1, 64]."""
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise ValueError(f"The dimension {dimensions} is outside [1, {MAX_DIMENSIONS}].")
    if not radius >= 0:
        raise ValueError(f"The radius {radius:g} is below 0.")
    half = torch.tensor([dimensions / 2, radius**2 / 2], dtype=torch.float64)
    return float(torch.special.gammaincc(half[0], half[1]))


def honest_share(k: float) -> float:
    """2 (1 - Phi(k)): the share of fresh samples beyond k sigma in one dimension, beyond r_D(k) in all."""
    return math.erfc(k / math.sqrt(2))


@lru_cache(maxsize=1024)
def equal_tail_radius(dimensions: int, k: float) -> float:
    """r_D(k) in units of sigma, so that tail_share(D, r_D(k)) = 2 (1 - Phi(k)), to 10 digits.

    Raises ValueError for k outside [0.1, 8], and as tail_share.
    """
    if not SIGMA_RANGE[0] <= k <= SIGMA_RANGE[1]:
        raise ValueError(
            f"The threshold k = {k:g} sigma is outside [{SIGMA_RANGE[0]:g}, {SIGMA_RANGE[1]:g}]."
        )
    return _radius(dimensions, honest_share(k))


@lru_cache(maxsize=1024)
def median_radius(dimensions: int) -> float:
    """The radius in units of sigma beyond which half of the samples lie. Raises ValueError as tail_share."""
    return _radius(dimensions, 0.5)


def _radius(dimensions: int, share: float) -> float:
    low, high = 0.0, 100.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if tail_share(dimensions, middle) > share else (low, middle)
    return (low + high) / 2
