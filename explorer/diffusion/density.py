"""The exact density of what a 1-D sampler produces, without drawing a sample.

The density lives on a grid of cells. A reverse step moves every cell to keep x + pull noise_hat(x), by a
linear splat that conserves mass, and blurs the result with the step's Gaussian by a fast Fourier transform.
What is left is the error of the grid, which the number of cells controls; there is no Monte Carlo noise, so
rates of 1e-9 show.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import STEPS_BETWEEN_YIELDS, SamplerSpec, Transition, transitions

CELLS_RANGE = (256, 65_536)
LIVE_CELLS = 1024
REPORTED_CELLS = 4096
CHUNK = 4096
FINE_PIECES = 32  # of a cell, for one step without noise
PIECES, CUTS = 8, 8  # of a cell, and how often a piece is cut again, for many of them
NEGLIGIBLE = 1e-13


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
    if tuple(denoiser.shape) != (1,):
        raise ValueError(
            f"The exact density needs a 1-D denoiser; this one has the shape {tuple(denoiser.shape)}."
        )
    if not CELLS_RANGE[0] <= cells <= CELLS_RANGE[1]:
        raise ValueError(f"The number of cells {cells:,} is outside [{CELLS_RANGE[0]}, {CELLS_RANGE[1]:,}].")
    if not 6 <= span <= 100:
        raise ValueError(f"The span {span:g} is outside [6, 100]: the sampler starts from a standard normal.")
    grid = _Grid(cells, span)
    mass = np.exp(-0.5 * grid.x**2)
    mass /= mass.sum()
    steps = transitions(denoiser.schedule, spec)
    position = 0
    while position < len(steps):
        quiet = next((i for i in range(position, len(steps)) if steps[i].spread), len(steps)) - position
        if quiet == 1:
            # One step alone is mapped at once, from cells cut finely enough for its steepest stretch.
            x, fine = grid.refine(mass, FINE_PIECES)
            mass = grid.splat(_move(denoiser, steps[position], x, device), fine)
            position += 1
        elif quiet:
            stretch = steps[position : position + quiet]
            done = position / len(steps), quiet / len(steps)
            mass = yield from _carried(denoiser, stretch, grid, mass, done, device)
            position += quiet
        else:
            step = steps[position]
            mass = grid.blur(grid.splat(_move(denoiser, step, grid.x, device), mass), step.spread)
            position += 1
            if position % STEPS_BETWEEN_YIELDS == 0:
                yield position / len(steps)
    yield 1.0
    return Density(grid.x, mass / grid.cell)


def _move(denoiser: Denoiser, step: Transition, x: np.ndarray, device: torch.device | str) -> np.ndarray:
    """Where the mean of a reverse step carries points x (n,), float64."""
    points = torch.from_numpy(x).float()[:, None].to(device)
    noise = torch.cat([denoiser.predict_noise(chunk, step.t).cpu() for chunk in points.split(CHUNK)])
    return step.keep * x + step.pull * noise[:, 0].double().numpy()


def _carried(
    denoiser: Denoiser,
    steps: list[Transition],
    grid: _Grid,
    mass: np.ndarray,
    done: tuple[float, float],
    device: torch.device | str,
) -> Generator[float, None, np.ndarray]:
    """Mass (G,) after steps without noise: pieces of cells are carried by their ends and spread between them.

    A piece whose image is longer than a cell is cut again, so that no stretch of the map leaves empty cells.
    done is the share of the whole walk that lies before these steps, and the share that they are.
    """
    edges = np.linspace(grid.x[0] - grid.cell / 2, grid.x[-1] + grid.cell / 2, grid.cells * PIECES + 1)
    low, high = edges[:-1], edges[1:]
    _, part = grid.refine(mass, PIECES)
    image = edges
    for number, step in enumerate(steps):
        image = _move(denoiser, step, image, device)
        yield done[0] + done[1] * number / len(steps)
    start, end = image[:-1], image[1:]
    result = np.zeros(grid.cells)
    for _ in range(CUTS):
        long = (np.abs(end - start) > grid.cell) & (part > NEGLIGIBLE)
        result += grid.spread(start[~long], end[~long], part[~long])
        low, high, start, end, part = low[long], high[long], start[long], end[long], part[long]
        if not len(part):
            break
        cuts = low[:, None] + (high - low)[:, None] * np.arange(PIECES + 1) / PIECES  # (n, pieces + 1)
        inner = cuts[:, 1:-1].ravel()
        for step in steps:
            inner = _move(denoiser, step, inner, device)
            yield sum(done)
        image = np.concatenate([start[:, None], inner.reshape(len(part), -1), end[:, None]], axis=1)
        low, high, start, end = (a.ravel() for a in (cuts[:, :-1], cuts[:, 1:], image[:, :-1], image[:, 1:]))
        part = np.repeat(part / PIECES, PIECES)
    return result + grid.spread(start, end, part)


class _Grid:
    """Equal cells on [-span, span] and what a reverse step does to the mass in them."""

    def __init__(self, cells: int, span: float) -> None:
        self.cells, self.cell = cells, 2 * span / cells
        self.x = -span + self.cell * (np.arange(cells) + 0.5)

    def splat(self, x: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass (n,) at points x (n,), shared linearly between the two nearest cells: (G,)."""
        place = np.clip((x - self.x[0]) / self.cell, 0, self.cells - 1)
        left = np.minimum(place.astype(np.int64), self.cells - 2)
        share = place - left
        return np.bincount(left, (1 - share) * mass, self.cells) + np.bincount(
            left + 1, share * mass, self.cells
        )

    def spread(self, start: np.ndarray, end: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass (n,) spread evenly between start and end (n,), which are at most a cell apart: (G,)."""
        first = self.x[0] - self.cell / 2
        ends = [np.clip((x - first) / self.cell, 0, self.cells) for x in (start, end)]
        low, high = np.minimum(*ends), np.maximum(*ends)
        left = np.minimum(low.astype(np.int64), self.cells - 1)
        right = np.minimum(left + 1, self.cells - 1)
        width = high - low
        share = np.where(width > 0, (np.minimum(high, left + 1) - low) / np.maximum(width, 1e-300), 1.0)
        return np.bincount(left, share * mass, self.cells) + np.bincount(
            right, (1 - share) * mass, self.cells
        )

    def blur(self, mass: np.ndarray, spread: float) -> np.ndarray:
        """Convolution with N(0, spread^2), less the widening of the splat before it; what leaves stays in the
        ends.

        The transform is a quarter longer than the grid, so that nothing wraps round. A Gaussian narrower than
        two cells would ring; the discrete Gaussian (Lindeberg 1990) has the same variance and is never
        negative.
        """
        level = max((spread / self.cell) ** 2 - 1 / 6, 0.0)
        size = self.cells + self.cells // 4
        frequency = 2 * math.pi * np.fft.rfftfreq(size)
        exponent = 0.5 * frequency**2 if level > 4 else 1 - np.cos(frequency)
        spectrum = np.fft.rfft(mass, size) * np.exp(-level * exponent)
        blurred = np.clip(np.fft.irfft(spectrum, size), 0.0, None)
        inside, right, left = np.split(blurred, [self.cells, self.cells + self.cells // 8])
        inside[-1] += right.sum()
        inside[0] += left.sum()
        return inside * (mass.sum() / inside.sum())

    def refine(self, mass: np.ndarray, pieces: int) -> tuple[np.ndarray, np.ndarray]:
        """Every cell cut into pieces, the mass interpolated linearly between cell centres: points and
        masses."""
        offset = (np.arange(pieces) + 0.5) / pieces - 0.5
        x = (self.x[:, None] + self.cell * offset).ravel()
        fine = np.interp(x, self.x, mass)
        return x, fine * (mass.sum() / fine.sum())
