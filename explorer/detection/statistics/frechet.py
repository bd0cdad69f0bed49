"""How far two sets of samples lie apart as Gaussians in the space of some features."""

from __future__ import annotations

import numpy as np


def frechet_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Squared Fréchet distance of the Gaussians with the means and covariances of two sets (n, F), (m, F).

        |a - b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2)        (Dowson and Landau 1982)

    It is biased upwards where n or m are small, so it is read beside that of as many samples of the truth.
    It is 0 or more. Raises ValueError for fewer than two samples, or another number of features.
    """
    if min(len(one), len(other)) < 2:
        raise ValueError(f"A covariance needs at least 2 samples, not {min(len(one), len(other))}.")
    if one.shape[1:] != other.shape[1:]:
        raise ValueError(f"The features have the shapes {one.shape[1:]} and {other.shape[1:]}.")
    (a, cov_a), (b, cov_b) = (_moments(np.asarray(x, np.float64)) for x in (one, other))
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    between = np.sqrt(np.linalg.eigvalsh(root @ cov_b @ root).clip(min=0)).sum()
    return max(float(((a - b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * between), 0.0)


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.mean(0), np.cov(x, rowvar=False).reshape(x.shape[1], x.shape[1])
