"""What a treatment buys and what it costs, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.exact_density.density import Density
from explorer.experiments.measurement import Measurement
from explorer.experiments.summary import shares_and_width


@dataclass(frozen=True)
class Price:
    """One treatment of one model.

    beyond          share farther than k sigma from every mode, by k; None for pictures
    n               how many samples were counted; None means that the shares are exact
    mode_shares     share within 5 sigma of each mode, (K,); none for pictures
    share_distance  total variation between these, made to add up to one, and the true weights: 0 to 1; None
                    for pictures, and where nothing lies within 5 sigma. Counted, it is above 0 by chance
                    alone: for 25 equal modes about 0.06 of 1,000 samples and 0.014 of 20,000
    width           standard deviation within a mode over its sigma, averaged over the modes that are alive
    distance        total variation between the density and the true one, in 1-D; None elsewhere
    kinds           how many pictures are of each kind, the valid kind first; None for points
    network_calls   how often a sample asks the network, counted on the way; none with the true score
    seconds         that it took to measure a treatment, or to train a changed network
    """

    beyond: dict[int, float] | None
    n: int | None
    mode_shares: tuple[float, ...]
    share_distance: float | None
    width: float | None
    distance: float | None
    kinds: dict[str, int] | None
    network_calls: float
    seconds: float

    def rate(self, k: int) -> Rate | None:
        """The counted share beyond k sigma with its interval, of pictures the share that cannot exist at any
        k; None where it is exact."""
        if self.n is None:
            return None
        if self.beyond is None:
            assert self.kinds is not None
            return Rate(self.n - next(iter(self.kinds.values())), self.n)
        return Rate(round(self.beyond[k] * self.n), self.n)


def price(
    measured: Measurement, mixture: GaussianMixture | None, network_calls: float, seconds: float
) -> Price:
    """The price of what was measured of a model of a mixture, or of pictures."""
    if mixture is None:
        return Price(None, measured.n, (), None, None, None, measured.kinds, network_calls, seconds)
    shares, width = shares_and_width(measured, mixture)
    return Price(
        measured.beyond,
        measured.n,
        tuple(shares.tolist()),
        _share_distance(shares, mixture),
        width,
        None if measured.density is None else distance_to_truth(measured.density, mixture),
        None,
        network_calls,
        seconds,
    )


def distance_to_truth(density: Density, mixture: GaussianMixture) -> float:
    """Total variation between a density and the mixture's own: half the integral of |p - q|."""
    truth = mixture.log_density(torch.from_numpy(density.x)[:, None]).exp().numpy()
    return float(0.5 * np.abs(density.p - truth).sum() * density.cell)


def _share_distance(shares: np.ndarray, mixture: GaussianMixture) -> float | None:
    total = shares.sum()
    return float(0.5 * np.abs(shares / total - np.array(mixture.weights)).sum()) if total > 0 else None
