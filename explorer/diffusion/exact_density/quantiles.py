"""What a deterministic 1-D sampler produces, by the quantiles of the normal that it starts from.

Such a sampler is a map of its initial noise, whether a step uses one prediction or several and whether the
map rises or folds. The quantiles x_T = Phi^-1((i + 1/2) / N) and the tails beyond them are carried to the
end; between two neighbours lies the mass Phi(x_T') - Phi(x_T). Where neighbours end in different modes, on
different sides of a bound, or far apart near the modes, more points are put between them and carried from the
start: a border then holds some 1e-13 of the mass, and where a narrow interval is stretched over a gap, the
gap gets the mass that it has, and no more.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from scipy.special import ndtr, ndtri

from explorer.compute.progress import rescaled
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.cells import Cells
from explorer.diffusion.exact_density.density import Density
from explorer.diffusion.sampler_map import InDoublePrecision, carried
from explorer.diffusion.sampling import SamplerSpec

QUANTILES, QUANTILES_RANGE = 10_001, (101, 2_000_001)
TAIL, TAIL_STEP = 8.2, 0.02  # standard deviations to which the tails are carried: 2e-16 lie farther out
PARTS, ROUNDS = 8, 24  # into which an interval is cut, and how often at most
MODES_REACH = 10.0  # sigma beyond the outer modes, from where a long interval has no mode to miss
BORDER_MASS = 1e-13  # of an interval that holds a border and is not cut any more
STRETCHED_MASS, LONGEST = 1e-12, 0.2  # of an interval that is long; longer than so many sigma is long


@dataclass(frozen=True, eq=False)
class CarriedQuantiles:
    """Initial noise z (n,), ascending, and where a sampler carries it, x (n,); float64.

    What lies between two neighbours is taken to end evenly between their ends.
    """

    z: np.ndarray
    x: np.ndarray

    @cached_property
    def mass(self) -> np.ndarray:
        """Of the normal between neighbours, (n - 1,); exact in both tails."""
        low, high = self.z[:-1], self.z[1:]
        right = low > 0
        return np.where(right, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))

    def mass_beyond(self, mixture: GaussianMixture, k: float) -> float:
        """The share that ends farther than k sigma from every mode."""
        return float(self._shared(_beyond(mixture, self.x, k)))

    def error_beyond(self, mixture: GaussianMixture, k: float) -> float:
        """How much of that share is undecided: half the mass of the intervals that hold a border. What begins
        and ends between two of the first quantiles, in the same mode, is not in it."""
        beyond = _beyond(mixture, self.x, k)
        return float(self.mass[beyond[:-1] != beyond[1:]].sum() / 2)

    def mode_shares(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """The share that ends within k sigma of a mode, given to the nearest in units of its sigma, (K,)."""
        nearest, within = _nearest(mixture, self.x), ~_beyond(mixture, self.x, k)
        return np.array([self._shared(within & (nearest == mode)) for mode in range(mixture.modes)])

    def mode_widths(self, mixture: GaussianMixture, k: float = 5.0) -> np.ndarray:
        """Standard deviation of what ends within k sigma of a mode and nearest to it, over its sigma, (K,);
        NaN for a mode at which nothing ends."""
        nearest, within = _nearest(mixture, self.x), ~_beyond(mixture, self.x, k)
        low, high = self.x[:-1], self.x[1:]
        widths = []
        for mode, sigma in enumerate(mixture.sigmas):
            here = within & (nearest == mode)
            mass = np.where(here[:-1] & here[1:], self.mass, 0.0)
            total = mass.sum()
            if not total:
                widths.append(np.nan)
                continue
            centre = (mass * (low + high)).sum() / (2 * total)
            a, b = low - centre, high - centre
            widths.append(np.sqrt((mass * (a * a + a * b + b * b)).sum() / (3 * total)) / sigma)
        return np.array(widths)

    def density(self, *, span: float, cells: int) -> Density:
        """The density of where the noise ends, on so many cells of [-span, span]; what leaves the interval is
        kept in its end cells."""
        grid = Cells(cells, [span])
        pieces = np.maximum(np.ceil(np.abs(np.diff(self.x)) / grid.cell[0]), 1).astype(np.int64)
        owner = np.repeat(np.arange(len(pieces)), pieces)
        number = np.arange(len(owner)) - np.repeat(pieces.cumsum() - pieces, pieces)
        step = (np.diff(self.x) / pieces)[owner]
        start = self.x[:-1][owner] + number * step
        mass = (self.mass / pieces)[owner]
        spread = grid.spread_evenly(np.zeros(len(owner), np.int64), start, start + step, mass)
        return Density(grid.x[0], spread[0] / (spread.sum() * grid.cell[0]))

    def _shared(self, chosen: np.ndarray) -> np.float64:
        """Mass of the points that are chosen (n,) bool: each has half of the intervals beside it."""
        return (self.mass * (chosen[:-1].astype(float) + chosen[1:]) / 2).sum()


def carried_quantiles(
    denoiser: Denoiser,
    spec: SamplerSpec,
    mixture: GaussianMixture,
    thresholds: Sequence[float],
    *,
    quantiles: int = QUANTILES,
    noise_seed: int | None = None,
    device: torch.device | str = "cpu",
) -> Generator[float, None, CarriedQuantiles]:
    """The normal carried to the end by a sampler, finer where it matters: yields the share done.

    thresholds  k, in sigma, whose borders are found to 1e-13 of the mass
    quantiles   N, of the first pass; what begins and ends between two of them, in the same mode, is not
                seen. Of the shipped networks 10,001 give the rates of 100,001 to 5e-7 of the whole.
    noise_seed  of a stochastic sampler's noise, held fixed (see sampler_map.py)
    device      where the denoiser computes; positions are kept in float64

    Raises ValueError for a denoiser that is not 1-D, a number of quantiles outside [101, 2,000,001], a
    threshold outside (0, 100], and a stochastic sampler without a seed.
    """
    if tuple(denoiser.shape) != (1,):
        raise ValueError(f"Quantiles need a 1-D denoiser; this one has the shape {tuple(denoiser.shape)}.")
    least, most = QUANTILES_RANGE
    if not least <= quantiles <= most:
        raise ValueError(f"The number of quantiles {quantiles:,} is outside [{least}, {most:,}].")
    for k in thresholds:
        check_threshold(k)
    exact = InDoublePrecision(denoiser, device)

    def ends_of(z: np.ndarray) -> Generator[float, None, np.ndarray]:
        x_T = torch.from_numpy(z)[:, None]
        return (yield from carried(exact, x_T, spec, noise_seed=noise_seed))[:, 0].numpy()

    z = _first_points(quantiles)
    x = yield from rescaled(ends_of(z), 0.0, 0.8)
    longest = LONGEST * min(mixture.sigmas)
    reach = MODES_REACH * max(mixture.sigmas)
    means = np.array(mixture.means)[:, 0]
    done = 0.8
    for _ in range(ROUNDS):
        so_far = CarriedQuantiles(z, x)
        label = _label(mixture, x, thresholds)
        cut = (label[:-1] != label[1:]) & (so_far.mass > BORDER_MASS)
        near = (np.minimum(x[:-1], x[1:]) < means.max() + reach) & (
            np.maximum(x[:-1], x[1:]) > means.min() - reach
        )
        cut |= near & (np.abs(np.diff(x)) > longest) & (so_far.mass > STRETCHED_MASS)
        (places,) = np.nonzero(cut)
        inner = z[places, None] + (z[places + 1] - z[places])[:, None] * np.arange(1, PARTS) / PARTS
        new = np.setdiff1d(inner, z)
        if not len(new):
            break
        at = rescaled(ends_of(new), done, done + 0.5 * (1 - done))
        x = np.concatenate([x, (yield from at)])
        z = np.concatenate([z, new])
        order = np.argsort(z)
        z, x, done = z[order], x[order], done + 0.5 * (1 - done)
    yield 1.0
    return CarriedQuantiles(z, x)


def _first_points(quantiles: int) -> np.ndarray:
    """The quantiles of the normal, and beyond them its tails."""
    middle = ndtri((np.arange(quantiles) + 0.5) / quantiles)
    tail = np.arange(middle[-1] + TAIL_STEP, TAIL, TAIL_STEP)
    return np.concatenate([[-TAIL], -tail[::-1], middle, tail, [TAIL]])


def check_threshold(k: float) -> None:
    if not 0 < k <= 100:
        raise ValueError(f"The threshold k = {k:g} sigma is outside (0, 100].")


def _distances(mixture: GaussianMixture, x: np.ndarray) -> np.ndarray:
    """Distances of x (n,) to the modes in units of their sigmas, (n, K)."""
    return np.abs(x[:, None] - np.array(mixture.means)[:, 0]) / np.array(mixture.sigmas)


def _nearest(mixture: GaussianMixture, x: np.ndarray) -> np.ndarray:
    return _distances(mixture, x).argmin(1)


def _beyond(mixture: GaussianMixture, x: np.ndarray, k: float) -> np.ndarray:
    """Whether each x lies more than k sigma from every mode; NaN counts as outside."""
    check_threshold(k)
    return ~(_distances(mixture, x).min(1) <= k)


def _label(mixture: GaussianMixture, x: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """A number for the nearest mode and for the thresholds that lie below the distance to it, (n,)."""
    distances = _distances(mixture, x)
    exceeded = (~(distances.min(1)[:, None] <= np.asarray(thresholds, float))).sum(1)
    return distances.argmin(1) * (len(thresholds) + 1) + exceeded
