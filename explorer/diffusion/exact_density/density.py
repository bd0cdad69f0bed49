"""The exact density of what a 1-D sampler produces, without drawing a sample.

The density lives on a grid of cells. A reverse step moves every cell to
x_coefficient x + noise_coefficient noise_hat(x), by a linear splat that conserves mass, and blurs the result
with the step's Gaussian by a fast Fourier transform.
What is left is the error of the grid, which the number of cells controls; there is no Monte Carlo noise, so
rates of 1e-9 show.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.transport import Cells, Transport
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.sampling import SamplerSpec, transitions
from explorer.diffusion.schedule import NoiseSchedule

CELLS_RANGE = (256, 65_536)
LIVE_CELLS = 1024
REPORTED_CELLS = 4096


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
    def _cumulative(self) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(self.p) * self.cell])

    def mass(self, low: float, high: float) -> float:
        """Probability of [low, high]."""
        return float(np.diff(np.interp([low, high], self._edges, self._cumulative))[0])

    def mass_beyond(self, mixture: GaussianMixture, k: float) -> float:
        """Probability of landing more than k sigma from every mode: the exact hallucination rate."""
        gaps = gaps_beyond(mixture, k, float(self._edges[0]), float(self._edges[-1]))
        return math.fsum(self.mass(low, high) for low, high in gaps)

    def mode_shares(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """Probability of landing within k sigma of each mode, (K,)."""
        return np.array(
            [self.mass(m - k * s, m + k * s) for (m,), s in zip(mixture.means, mixture.sigmas, strict=True)]
        )

    def mode_widths(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """Standard deviation of what lands within k sigma of each mode, over that mode's sigma, (K,)."""
        widths = []
        for (mean,), sigma in zip(mixture.means, mixture.sigmas, strict=True):
            inside = np.abs(self.x - mean) <= k * sigma
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


def exact_density(
    denoiser: Denoiser,
    spec: SamplerSpec,
    *,
    cells: int = REPORTED_CELLS,
    span: float = 7.0,
    device: torch.device | str = "cpu",
) -> Generator[float, None, Density]:
    """Density of the sampler's output on [-span, span]: yields the share done and returns the Density.

    cells   converged to about 3 % of the rate beyond 4 sigma at 2,048 and to 1 % at 4,096 (three-modes)
    span    mass that leaves the interval is kept in its end cells
    device  where the denoiser computes

    Between steps the splat widens the density by cell^2 / 6 on average; the blur is narrowed by as much.
    Where steps add no noise (all of DDIM, the last step of DDPM) nothing smooths the splat, so there the
    cells are first cut finely and carried along by the composed map: a coarse splat would leave a comb where
    the map stretches.

    Raises ValueError for a denoiser that is not 1-D and for cells outside [256, 65,536].
    """

    def predict(x_t: Tensor, t: int) -> Tensor:
        return denoiser.predict_noise(x_t[0], t)[None]

    _check(tuple(denoiser.shape), cells, [span])
    carrying = Transport(predict, Cells(cells, [span]), device)
    (density,) = _densities(carrying.grid, (yield from carrying.down(transitions(denoiser.schedule, spec))))
    return density


def exact_densities(
    network: NoiseNetwork,
    schedule: NoiseSchedule,
    spec: SamplerSpec,
    *,
    spans: Sequence[float],
    cells: int = REPORTED_CELLS,
) -> Generator[float, None, list[Density]]:
    """As exact_density, of all M members of a stack at once, each on an interval of its own; spans (M)."""
    if len(spans) != network.members:
        raise ValueError(f"A stack of {network.members} networks needs as many spans, not {len(spans)}.")
    _check(network.shape, cells, spans)
    carrying = Transport(torch.inference_mode()(network.forward), Cells(cells, spans), network.device)
    return _densities(carrying.grid, (yield from carrying.down(transitions(schedule, spec))))


def _densities(grid: Cells, mass: np.ndarray) -> list[Density]:
    return [Density(x, p) for x, p in zip(grid.x, mass / grid.cell, strict=True)]


def _check(shape: tuple[int, ...], cells: int, spans: Sequence[float]) -> None:
    if shape != (1,):
        raise ValueError(f"The exact density needs a 1-D denoiser; this one has the shape {shape}.")
    if not CELLS_RANGE[0] <= cells <= CELLS_RANGE[1]:
        raise ValueError(f"The number of cells {cells:,} is outside [{CELLS_RANGE[0]}, {CELLS_RANGE[1]:,}].")
    for span in spans:
        if not 6 <= span <= 100:
            raise ValueError(
                f"The span {span:g} is outside [6, 100]: the sampler starts from a standard normal."
            )
