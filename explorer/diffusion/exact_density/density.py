"""The exact density of what a 1-D sampler produces, without drawing a sample.

A reverse step moves mass to x_coefficient x + noise_coefficient noise_hat(x) and spreads it by the step's
Gaussian. The density lives on cells that are as narrow as the noise of the step and the data need. What is
left is the error of the cells, which their number controls (see rates.py); there is no Monte Carlo noise, so
rates of 1e-9 show.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.interpolate import PchipInterpolator
from torch import Tensor

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, variance_fraction
from explorer.diffusion.exact_density.cells import Cells
from explorer.diffusion.exact_density.transport import Transport
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions

RESOLUTIONS = (0.5, 64.0)
LEAST_GAP = 1e-9  # means are rounded: neighbours that touch may seem as far apart
LEAST_DENSITY = 1e-200  # that is told from 0, lest slopes overflow


@dataclass(frozen=True)
class Density:
    """A density on equal cells: centres x (G,), ascending, and density p (G,), float64, with sum(p) dx =
    1."""

    x: np.ndarray
    p: np.ndarray

    @property
    def cell(self) -> float:
        """Width of a cell."""
        return float(self.x[1] - self.x[0])

    @cached_property
    def _edges(self) -> np.ndarray:
        return np.append(self.x - self.cell / 2, self.x[-1] + self.cell / 2)

    @cached_property
    def _up_to(self) -> PchipInterpolator:
        """The mass below a point, between the edges of cells by cubics that never fall."""
        mass = np.where(self.p > LEAST_DENSITY, self.p * self.cell, 0.0)
        return PchipInterpolator(self._edges, np.concatenate([[0.0], np.cumsum(mass)]))

    def _masses(self, ends: np.ndarray) -> np.ndarray:
        """Mass between neighbouring ends (n,), ascending: (n - 1,)."""
        up_to: np.ndarray = self._up_to(np.clip(ends, self._edges[0], self._edges[-1]))
        return np.clip(np.diff(up_to), 0, None)

    def mass(self, low: float, high: float) -> float:
        """Probability of [low, high]."""
        return float(self._masses(np.array([low, high]))[0])

    def mass_beyond(self, mixture: GaussianMixture, k: float) -> float:
        """Probability of landing more than k sigma from every mode: the exact hallucination rate."""
        gaps = gaps_beyond(mixture, k, float(self._edges[0]), float(self._edges[-1]))
        return math.fsum(self.mass(low, high) for low, high in gaps)

    def mode_shares(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """Probability of landing within k sigma of a mode, given to the mode that is nearest in units of its
        sigma, (K,)."""
        ends = _borders(mixture, k)
        nearest, distance = _nearest(mixture, (ends[:-1] + ends[1:]) / 2)
        within = distance <= k
        return np.bincount(nearest[within], self._masses(ends)[within], mixture.modes)

    def mode_widths(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """Standard deviation of what lands within k sigma of a mode and nearest to it, over that mode's
        sigma, (K,)."""
        nearest, distance = _nearest(mixture, self.x)
        widths = []
        for mode, sigma in enumerate(mixture.sigmas):
            inside = (nearest == mode) & (distance <= k)
            weight = self.p[inside] / max(self.p[inside].sum(), 1e-300)
            centre = (weight * self.x[inside]).sum()
            widths.append(math.sqrt((weight * (self.x[inside] - centre) ** 2).sum()) / sigma)
        return np.array(widths)

    def resampled(self, x: np.ndarray) -> np.ndarray:
        """The density at points x, interpolated linearly."""
        return np.interp(x, self.x, self.p)


def gaps_beyond(mixture: GaussianMixture, k: float, low: float, high: float) -> list[tuple[float, float]]:
    """The intervals of [low, high] that lie more than k sigma from every mode of a 1-D mixture, ascending."""
    if mixture.dimensions != 1:
        raise ValueError(f"Intervals need a 1-D mixture; this one has {mixture.dimensions} dimensions.")
    if not 0 < k <= 100:
        raise ValueError(f"The threshold k = {k:g} sigma is outside (0, 100].")
    gaps, reached = [], low
    for start, end in sorted(
        (m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)
    ):
        if min(start, high) > reached:
            gaps.append((reached, min(start, high)))
        reached = max(reached, end)
    return [*gaps, (reached, high)] if reached < high else gaps


def has_gap(mixture: GaussianMixture, k: float) -> bool:
    """Whether anything between the outer modes of a 1-D mixture is more than k sigma from every mode."""
    means = [mean for (mean,) in mixture.means]
    gaps = gaps_beyond(mixture, k, min(means), max(means))
    return any(high - low > LEAST_GAP for low, high in gaps)


def _nearest(mixture: GaussianMixture, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which mode of a 1-D mixture is nearest to points x (n,) in units of its sigma, and how far it is, (n,)
    each."""
    means, sigmas = np.array(mixture.means)[:, 0], np.array(mixture.sigmas)
    distances = np.abs(x[:, None] - means) / sigmas
    return distances.argmin(1), distances.min(1)


def _borders(mixture: GaussianMixture, k: float) -> np.ndarray:
    """All points at which the nearest mode can change, or at which one is k sigma away, ascending."""
    means, sigmas = np.array(mixture.means)[:, 0], np.array(mixture.sigmas)
    i, j = np.triu_indices(mixture.modes, 1)
    between = (means[i] * sigmas[j] + means[j] * sigmas[i]) / (sigmas[i] + sigmas[j])
    unequal = sigmas[i] != sigmas[j]
    i, j = i[unequal], j[unequal]
    beside = (means[i] * sigmas[j] - means[j] * sigmas[i]) / (sigmas[j] - sigmas[i])
    return np.unique(np.concatenate([means - k * sigmas, means + k * sigmas, between, beside]))


def exact_density(
    denoiser: Denoiser,
    spec: SamplerSpec,
    *,
    sigma: float,
    span: float = 7.0,
    resolution: float = 4.0,
    device: torch.device | str = "cpu",
) -> Generator[float, None, Density]:
    """Density of the sampler's output on [-span, span]: yields the share done and returns the Density.

    sigma       the smallest standard deviation in the data: what the density has to show
    span        mass that leaves the interval is kept in its end cells
    resolution  cells in the standard deviation of every step's noise; the density itself has four times as
                many in sigma, but never fewer than 256 cells nor more than 65,536
    device      where the denoiser computes

    Raises ValueError for a denoiser that is not 1-D, and for values out of bounds.
    """

    def predict(x_t: Tensor, t: int) -> Tensor:
        return denoiser.predict_noise(x_t[0], t)[None]

    def fraction(x_t: Tensor, t: int) -> Tensor | None:
        found = variance_fraction(denoiser, x_t[0], t)
        return None if found is None else found[None]

    _check(tuple(denoiser.shape), [span], [sigma], resolution)
    carrying = Transport(predict, [span], [sigma], resolution, device, fraction)
    mass = yield from carrying.down(transitions(denoiser.schedule, spec))
    return _densities(carrying.result, mass)[0]


def exact_densities(
    network: NoiseNetwork,
    schedule: NoiseSchedule,
    spec: SamplerSpec,
    *,
    sigmas: Sequence[float],
    spans: Sequence[float],
    resolution: float = 4.0,
) -> Generator[float, None, list[Density]]:
    """As exact_density, of all M members of a stack at once, each with its own sigma and interval; (M)
    each."""
    if not len(spans) == len(sigmas) == network.members:
        raise ValueError(
            f"A stack of {network.members} networks needs as many spans and sigmas, "
            f"not {len(spans)} and {len(sigmas)}."
        )
    _check(network.shape, spans, sigmas, resolution)
    predict = torch.inference_mode()(network.forward)
    both = torch.inference_mode()(network.noise_and_fraction)
    carrying = Transport(predict, spans, sigmas, resolution, network.device, lambda x_t, t: both(x_t, t)[1])
    mass = yield from carrying.down(transitions(schedule, spec))
    return _densities(carrying.result, mass)


def _densities(cells: Cells, mass: np.ndarray) -> list[Density]:
    return [Density(x, p) for x, p in zip(cells.x, mass / cells.cell[:, None], strict=True)]


def _check(
    shape: tuple[int, ...], spans: Sequence[float], sigmas: Sequence[float], resolution: float
) -> None:
    if shape != (1,):
        raise ValueError(f"The exact density needs a 1-D denoiser; this one has the shape {shape}.")
    if not RESOLUTIONS[0] <= resolution <= RESOLUTIONS[1]:
        raise ValueError(
            f"The resolution {resolution:g} is outside [{RESOLUTIONS[0]:g}, {RESOLUTIONS[1]:g}]."
        )
    for span in spans:
        if not 6 <= span <= 100:
            raise ValueError(
                f"The span {span:g} is outside [6, 100]: the sampler starts from a standard normal."
            )
    for sigma in sigmas:
        if not sigma > 0:
            raise ValueError(f"The sigma {sigma:g} is not a positive number.")
