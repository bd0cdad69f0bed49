"""How near samples lie to the points that a model was trained on: whether it repeats them.

A sample is called a repetition if its nearest training point is much nearer than the second nearest, d1 / d2
< c. The usual c = 1/3 needs a baseline: where training points lie at random, a fresh sample in D dimensions
has P(d1 / d2 < c) = c^D, so that a third of all fresh draws on a line would be called repetitions. Here
c = p^(1 / D), which a share p of fresh draws falls below, and fresh draws are counted beside: where points
lie so densely that d1 comes near the spacing of float32, both shares are a little above p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.rates import Rate

FRESH_SHARE = 0.01  # of fresh draws that the ratio calls repetitions


@dataclass(frozen=True, eq=False)
class TrainingDistance:
    """Distances (n,) of samples to the nearest training point and to the second nearest.

    dimensions      of the space, D
    """

    nearest: np.ndarray
    second: np.ndarray
    dimensions: int

    @property
    def ratio(self) -> np.ndarray:
        """d1 / d2, (n,), between 0 and 1; 1 where two training points are at the sample's very place."""
        return np.divide(self.nearest, self.second, out=np.ones(len(self.nearest)), where=self.second > 0)

    @property
    def median(self) -> float:
        """The median distance to the nearest training point."""
        return float(np.median(self.nearest))

    def repeated(self, fresh_share: float = FRESH_SHARE) -> Rate:
        """The share of samples with d1 / d2 below the bound that so many fresh draws fall below."""
        return Rate(int((self.ratio < ratio_bound(fresh_share, self.dimensions)).sum()), len(self.nearest))


def ratio_bound(fresh_share: float, dimensions: int) -> float:
    """The c for which d1 / d2 < c for that share of fresh draws: fresh_share^(1 / D)."""
    if not 0 < fresh_share < 1:
        raise ValueError(f"The share of fresh draws {fresh_share:g} is outside (0, 1).")
    return fresh_share ** (1 / dimensions)


def training_distance(samples: np.ndarray, training: np.ndarray) -> TrainingDistance:
    """Of samples (n, D) to training points (N, D). Raises ValueError for fewer than 2 of these, no sample, or
    values that are not finite."""
    from scipy.spatial import cKDTree

    if len(training) < 2 or len(samples) < 1:
        raise ValueError(
            f"It takes a sample and two training points, not {len(samples):,} and {len(training):,}."
        )
    if not (np.isfinite(samples).all() and np.isfinite(training).all()):
        raise ValueError("Only points whose coordinates are finite numbers have a distance.")
    distance, _ = cKDTree(training.astype(np.float64)).query(samples.astype(np.float64), 2)
    return TrainingDistance(distance[:, 0], distance[:, 1], samples.shape[1])
