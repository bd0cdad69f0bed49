"""Where samples crowd: whether one lies nearer to another than draws of the truth lie to each other.

Let r be the distance from a sample to the nearest of m others, and P the truth's mass within r of it. If
all are draws of the truth, some other one is as near with the chance 1 - (1 - P)^m, which is even in [0,
1], whatever the truth is. A sample crowds if that chance is below p0: so does a share p0 of fresh draws, in
every dimension and at every density, and of samples that lie f times as densely as the truth's about 1 - (1
- p0)^f.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.detection.statistics.training_distance import FRESH_SHARE

MassWithin = Callable[[np.ndarray, np.ndarray], np.ndarray]


def crowded(samples: np.ndarray, mass_within: MassWithin, fresh_share: float = FRESH_SHARE) -> np.ndarray:
    """Which of samples (n, D) crowd, (n,) bool.

    mass_within     the truth's mass within radii (n,) of points (n, D), (n,)
    fresh_share     of fresh draws that crowd, too

    Raises ValueError for fewer than 2 samples.
    """
    from scipy.spatial import cKDTree

    if len(samples) < 2:
        raise ValueError(f"It takes two samples to crowd, not {len(samples)}.")
    points = samples.astype(np.float64)
    distance, _ = cKDTree(points).query(points, 2)  # the nearest is the sample itself
    mass = np.minimum(mass_within(points, distance[:, 1]), 1.0)
    with np.errstate(divide="ignore"):  # all of the mass: a chance of 1
        chance = -np.expm1((len(points) - 1) * np.log1p(-mass))
    crowds: np.ndarray = chance < fresh_share
    return crowds
