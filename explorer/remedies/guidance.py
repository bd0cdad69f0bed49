"""Dynamic Guidance: at every step commit to the likeliest mode (arXiv 2510.05356), of a known mixture or of
one that was found in training points."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from torch import Tensor

from explorer.data.mixture import MAX_MODES, SIGMA_RANGE, GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

CLUSTERED = 4_000  # points, of which the clusters are found; all points then say where they lie
NEIGHBOURS = 10
CROWDED = 0.99  # share of the points that have so many neighbours within a third of the radius


@runtime_checkable
class Labelled(Protocol):
    """A distribution whose samples carry a label: the mode of a mixture, the shapes of a picture."""

    def label_gradient(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """grad log p(y | x_t) of the likeliest label y, which is held: (n, *shape) -> (n, *shape)."""
        ...


class GuidedDenoiser(RemedyDenoiser):
    """noise - strength sqrt(1 - alpha_bar) grad log p(y | x_t), y the likeliest label at this very step.

    Half way between two equal modes the prediction jumps, as the true score does where noise is low. In x0 it
    moves the prediction by strength (E[x_0 | x_t, y] - E[x_0 | x_t]) where modes have no width.

    below   the noisiest step at which it pulls; None for every one. While the modes still overlap a mode
            between others is the likeliest only in a narrow strip: who pulls then starves it
    """

    def __init__(
        self, denoiser: Denoiser, strength: float, labelled: Labelled, *, below: int | None = None
    ) -> None:
        super().__init__(denoiser, strength)
        self.labelled, self.below = labelled, below

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        if self.below is not None and t > self.below:
            return self.denoiser.predict_noise(x_t, t)
        gradient = self.labelled.label_gradient(x_t, self.schedule.alpha_bar(t))
        return self.denoiser.predict_noise(x_t, t) - self.dial * self.noise_std(t) * gradient


def found_modes(points: np.ndarray) -> GaussianMixture:
    """The mixture that points (n, D) seem to come from; nothing is drawn at random.

    The first points are clustered by density (DBSCAN, Ester et al. 1996), within a radius of three times
    what nearly all of them need to meet ten others; that finds how many clusters there are. Then every point
    goes to the nearest centre, and each cluster's mean, spread and share are those of its points. Modes that
    touch count as one; points without any cluster are one mode. Raises ValueError for fewer than 100 points.
    """
    if len(points) < 100:
        raise ValueError(f"Modes are found among at least 100 points, not {len(points)}.")
    # Here, because the import takes seconds and nothing else here needs it.
    from sklearn.cluster import DBSCAN
    from sklearn.neighbors import NearestNeighbors

    some = points[:CLUSTERED].astype(np.float64)
    away = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(some).kneighbors()[0][:, -1]
    radius = max(3 * float(np.quantile(away, CROWDED)), 1e-9)
    labels = DBSCAN(eps=radius, min_samples=NEIGHBOURS).fit_predict(some)
    count = min(int(labels.max()) + 1, MAX_MODES)
    if count < 1:
        labels, count = np.zeros(len(some), int), 1
    centres = np.stack([np.median(some[labels == label], axis=0) for label in range(count)])
    nearest = np.linalg.norm(points[:, None] - centres, axis=-1).argmin(1)
    means, sigmas = [], []
    for label in range(count):
        own = points[nearest == label].astype(np.float64)
        means.append(tuple(own.mean(0).tolist()))
        sigmas.append(float(np.clip(own.std(0).mean(), *SIGMA_RANGE)))
    shares = np.bincount(nearest, minlength=count) / len(points)
    return GaussianMixture(tuple(means), tuple(sigmas), tuple(shares.tolist()))
