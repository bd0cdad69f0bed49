"""Where a sample lies relative to the two modes that are nearest to it: how far along the segment between
them, and how far off it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.data.equal_tails import equal_tail_radius
from explorer.data.mixture import GaussianMixture


@dataclass(frozen=True, eq=False)
class BetweenModes:
    """Of n samples and a segment each, from their nearest mode to another one.

    distance    from the nearest mode, in its sigmas, (n,)
    along       from the nearest mode along the segment, in its sigmas, below 0 behind it, (n,)
    off_axis    from the line of the segment, in its sigmas, (n,)
    length      of the segment in its sigmas, (n,)
    dimensions  of the samples
    """

    distance: Tensor
    along: Tensor
    off_axis: Tensor
    length: Tensor
    dimensions: int

    def beyond(self, k: float) -> Tensor:
        """Which samples lie beyond the radius of equal tails r_D(k) of every mode, (n,) bool; those that are
        not finite do."""
        return ~(self.distance <= equal_tail_radius(self.dimensions, k))

    def on_a_bridge(self, k: float) -> Tensor:
        """Which of those lie on the bridge between two modes, (n,) bool: more than k sigma from both ends
        along the segment, and off it no farther than r_(D - 1)(k), beyond which noise alone brings as few as
        beyond k sigma. The rest lies in a tail: off the segments, or around a mode that is too wide."""
        within = (self.along > k) & (self.length - self.along > k)
        return self.beyond(k) & within & (self.off_axis <= equal_tail_radius(self.dimensions - 1, k))


def between_nearest(mixture: GaussianMixture, x: Tensor) -> BetweenModes:
    """Samples (n, D) on the segments to the second nearest of the modes, which have one sigma.

    Raises ValueError for a single mode, for one coordinate, and for modes of several sigmas.
    """
    means, sigma = _means(mixture, x)
    distances = _distances(x, means)
    near, other = distances.topk(2, largest=False).indices.unbind(1)
    return _placed(x, distances, means, near, means[other], sigma)


def along_fixed_axes(mixture: GaussianMixture, x: Tensor) -> BetweenModes:
    """Samples (n, D) on the segments from their nearest mode to the mode that is nearest to it: an axis that
    does not depend on the sample, so that of a fresh one `along` is normal and `off_axis` follows chi with
    D - 1 degrees of freedom. Raises ValueError as between_nearest."""
    means, sigma = _means(mixture, x)
    gaps = _distances(means, means).fill_diagonal_(torch.inf)
    distances = _distances(x, means)
    near = distances.argmin(1)
    return _placed(x, distances, means, near, means[gaps.argmin(1)][near], sigma)


def _means(mixture: GaussianMixture, x: Tensor) -> tuple[Tensor, float]:
    if mixture.modes < 2 or mixture.dimensions < 2:
        raise ValueError("Segments need at least two modes, and two coordinates.")
    if len(set(mixture.sigmas)) > 1:
        raise ValueError("Segments are measured between modes of one sigma.")
    return torch.tensor(mixture.means, dtype=x.dtype, device=x.device), mixture.sigmas[0]


def _placed(
    x: Tensor, distances: Tensor, means: Tensor, near: Tensor, end: Tensor, sigma: float
) -> BetweenModes:
    start = means[near]
    way = end - start
    length = torch.linalg.vector_norm(way, dim=1)
    direction = way / length[:, None]
    away = x - start
    along = (away * direction).sum(1)
    off_axis = torch.linalg.vector_norm(away - along[:, None] * direction, dim=1)
    nearest = distances.gather(1, near[:, None])[:, 0]
    return BetweenModes(nearest / sigma, along / sigma, off_axis / sigma, length / sigma, x.shape[1])


def _distances(x: Tensor, means: Tensor) -> Tensor:
    """(n, K), as differences: what cdist makes of matrix products loses digits in single precision."""
    return torch.cdist(x, means, compute_mode="donot_use_mm_for_euclid_dist")
