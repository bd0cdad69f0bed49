"""What is said of one trained model of a mixture, in a few numbers: the row of a table."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.drift import mode_width, modes_alive
from explorer.detection.statistics.rates import Rate
from explorer.experiments.measurement import Measurement
from explorer.experiments.run import Result

INSIDE = 5.0  # sigma: what lies nearer to a mode belongs to it
LAST_LOSSES = 50  # training steps over which the final loss is averaged


@dataclass(frozen=True)
class RunSummary:
    """What a model produces, and how well it learned.

    beyond          share farther than k sigma from every mode, by k
    n               how many samples all shares were counted on; None means that they are exact
    mode_shares     share within 5 sigma of each mode, (K,)
    middle_share    their mean over the modes that are nearest to the centre of all modes
    extreme_share   and over those that are farthest from it
    width           standard deviation of what lies within 5 sigma of a mode, over its sigma, averaged over
                    the modes that have at least a tenth of their true share; None if there is none
    loss            mean of the last 50 training losses
    """

    beyond: dict[int, float]
    n: int | None
    mode_shares: tuple[float, ...]
    middle_share: float
    extreme_share: float
    width: float | None
    loss: float

    def rate(self, k: int) -> Rate | None:
        """The counted share beyond k sigma with its interval; None where it is exact."""
        return None if self.n is None else Rate(round(self.beyond[k] * self.n), self.n)


def outcome(result: Result) -> RunSummary:
    """Raises ValueError for a run whose data are no mixture."""
    mixture, measured = result.experiment.mixture, result.final.measurement
    if mixture is None or measured.beyond is None:
        raise ValueError("Only a model of a mixture has an outcome: its rates need a truth.")
    shares, width = shares_and_width(measured, mixture)
    middle, extreme = _ends(mixture)
    return RunSummary(
        beyond=dict(measured.beyond),
        n=measured.n,
        mode_shares=tuple(shares.tolist()),
        middle_share=float(shares[middle].mean()),
        extreme_share=float(shares[extreme].mean()),
        width=width,
        loss=float(result.losses[-LAST_LOSSES:].mean()),
    )


def shares_and_width(measured: Measurement, mixture: GaussianMixture) -> tuple[np.ndarray, float | None]:
    """The mode_shares (K,) and the width of an RunSummary, of what a model of a mixture produces."""
    if measured.density is not None:
        shares = measured.density.mode_shares(mixture, INSIDE)
        alive = modes_alive(shares, mixture)
        widths = measured.density.mode_widths(mixture, INSIDE)[alive]
        return shares, float(widths.mean()) if len(widths) else None
    assert measured.samples is not None  # a measurement has a density or samples
    x = torch.from_numpy(measured.samples)
    inside = ~mixture.is_hallucination(x, INSIDE).numpy()
    modes = mixture.nearest_mode(x).numpy()[inside]
    shares = np.bincount(modes, minlength=mixture.modes) / len(x)
    return shares, mode_width(measured.samples[inside], modes, mixture)


def _ends(mixture: GaussianMixture) -> tuple[np.ndarray, np.ndarray]:
    """Which modes are nearest to the centre of all, and which are farthest, (K,) bool each."""
    centre = [math.fsum(axis) / mixture.modes for axis in zip(*mixture.means, strict=True)]
    distance = np.array([math.dist(mean, centre) for mean in mixture.means])
    near = 1e-6 * (1 + distance.max())  # means are rounded: modes as far as each other may differ by so much
    return distance <= distance.min() + near, distance >= distance.max() - near
