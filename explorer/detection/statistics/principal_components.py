"""The directions in which a set of samples varies most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SMALLEST = 1e-9  # of the largest variance, below which a direction is rounding


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Orthonormal directions `axes` (F, D) about a `mean` (D,), and the variance of the set along all of them
    together."""

    mean: np.ndarray
    axes: np.ndarray
    variance: float

    def features(self, x: np.ndarray) -> np.ndarray:
        """The coordinates of samples (n, D) along the directions, (n, F)."""
        return (np.asarray(x, np.float64) - self.mean) @ self.axes.T


def principal_components(x: np.ndarray, count: int) -> PrincipalComponents:
    """The first `count` of samples (n, D), fewer where the samples vary in fewer directions.

    Raises ValueError for fewer than two samples or a count below 1.
    """
    if len(x) < 2 or count < 1:
        raise ValueError(f"Components need 2 samples and a count from 1 on, not {len(x)} and {count}.")
    mean = np.asarray(x, np.float64).mean(0)
    centred = np.asarray(x, np.float64) - mean
    # Of the two matrices with the same spectrum the smaller.
    wide = len(x) < x.shape[1]
    values, vectors = np.linalg.eigh(centred @ centred.T if wide else centred.T @ centred)
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    kept = values > SMALLEST * max(float(values[0]), np.finfo(float).tiny)
    values, vectors = values[kept], vectors[:, kept]
    axes = (vectors.T @ centred) / np.sqrt(values)[:, None] if wide else vectors.T
    return PrincipalComponents(mean, axes, float(values.sum()) / (len(x) - 1))
