"""What becomes of initial noise: the mode in which a seed ends, how far from it, and whether it is a
hallucination.

A deterministic sampler carries every seed x_T to one end, so that the space of initial noise falls into
basins, one a mode. What lies on the borders between them ends between modes: the share of such seeds under
the normal measure is the sampler's rate of hallucinations. The same holds of a stochastic sampler while its
noise is held fixed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.quantiles import CarriedQuantiles
from explorer.diffusion.sampler_map import carried, steps_of
from explorer.diffusion.sampling import SamplerSpec

SLIVER = 1e-9  # of the normal, in a stripe that is none


@dataclass(frozen=True, eq=False)
class Fates:
    """Of n seeds: the nearest mode (n,) int64, and the distance to its centre in units of its sigma (n,)."""

    mode: np.ndarray
    distance: np.ndarray

    def hallucinated(self, k: float) -> np.ndarray:
        """Which seeds end more than k sigma from every mode, (n,) bool. NaN counts as outside."""
        return ~(self.distance <= k)

    def label(self, k: float) -> np.ndarray:
        """One whole number a seed for mode and hallucination, (n,): 2 mode + 1 if it is hallucinated."""
        return 2 * self.mode + self.hallucinated(k)


def fates(
    denoiser: Denoiser,
    mixture: GaussianMixture,
    x_T: Tensor,
    spec: SamplerSpec,
    *,
    noise_seed: int | None = None,
) -> Generator[float, None, Fates]:
    """What becomes of seeds x_T (n, D): yields the share done.

    The network itself is asked, not its table (tables.py): of grid-25, with 80 steps of DDIM, a border is
    some 0.007 wide, and the table moves it by up to 0.0016.
    noise_seed  of a stochastic sampler's noise, held fixed
    """
    x_0 = yield from carried(denoiser, x_T, spec, noise_seed=noise_seed)
    return fates_of_ends(mixture, x_0)


def fates_of_ends(mixture: GaussianMixture, x_0: Tensor) -> Fates:
    """The fates of seeds that end at x_0 (n, D)."""
    return Fates(mixture.nearest_mode(x_0).cpu().numpy(), mixture.distance_to_support(x_0).cpu().numpy())


def modes_on_the_way(
    denoiser: Denoiser,
    mixture: GaussianMixture,
    x_T: Tensor,
    spec: SamplerSpec,
    shown: Sequence[int],
    *,
    noise_seed: int | None = None,
) -> Generator[float, None, np.ndarray]:
    """The mode nearest to the x_0 that is predicted of each seed x_T (n, D) at the steps t of `shown`, those
    of them that the sampler visits: yields the share done, returns (F, n) int64, noisiest first."""
    wanted, visited = set(shown), len(spec.timesteps(denoiser.schedule))
    found = []
    for number, step in enumerate(steps_of(denoiser, x_T, spec, noise_seed=noise_seed), 1):
        if step.t in wanted:
            found.append(mixture.nearest_mode(step.x0_hat).cpu().numpy())
        yield min(1.0, number / visited)
    return np.stack(found)


# ---- on the line -------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Stripes:
    """The line of initial noise, cut where the fate changes: S stripes from left to right.

    borders         (S - 1,) ascending; the outer stripes reach on without end
    mode            (S,) of the nearest mode
    hallucinated    (S,) bool
    mass            (S,) of the normal
    error           mass of the intervals within which the borders lie, and of the slivers beside them

    Where a network in single precision can't tell neighbours apart, the fate flickers: slivers that hold less
    than 1e-9 of the normal are given to the stripe on their left.
    """

    borders: np.ndarray
    mode: np.ndarray
    hallucinated: np.ndarray
    mass: np.ndarray
    error: float

    @property
    def hallucinated_share(self) -> float:
        """Of all seeds: the width of the hallucinated stripes under the normal measure."""
        return float(self.mass[self.hallucinated].sum())

    @property
    def mode_borders(self) -> np.ndarray:
        """Where the mode changes, (b,)."""
        return self.borders[self.mode[1:] != self.mode[:-1]]

    @cached_property
    def edges(self) -> np.ndarray:
        """The borders, and the two ends of the line: (S + 1,)."""
        return np.concatenate([[-np.inf], self.borders, [np.inf]])

    def at(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mode and hallucination of seeds z, in its shape."""
        place = np.searchsorted(self.borders, z)
        return self.mode[place], self.hallucinated[place]

    def touched(self, edges: np.ndarray, least: float = 0.0) -> np.ndarray:
        """Whether a hallucinated stripe that holds at least so much of the normal reaches into each of the
        cells between edges (n + 1,): (n,) bool."""
        black = self.hallucinated & (self.mass >= least)
        low, high = self.edges[:-1][black], self.edges[1:][black]
        inside = (low[:, None] < edges[1:]) & (high[:, None] > edges[:-1])
        return np.asarray(inside.any(0))


def stripes(found: CarriedQuantiles, mixture: GaussianMixture, k: float) -> Stripes:
    """The stripes of the line of initial noise. Borders are as sharp as the quantiles were refined, which
    they are for the thresholds that they were carried with."""
    fate = fates_of_ends(mixture, torch.from_numpy(found.x)[:, None])
    label, slivers = _without_slivers(fate.label(k), found.mass)
    (change,) = np.nonzero(label[1:] != label[:-1])
    borders = (found.z[change] + found.z[change + 1]) / 2
    starts = np.concatenate([[0], change + 1])
    undecided = found.mass[change]
    mass = np.add.reduceat(np.append(found.mass, 0.0), starts)
    mass[:-1] -= undecided / 2
    mass[1:] += undecided / 2
    error = float(undecided.sum()) + slivers
    return Stripes(borders, label[starts] // 2, label[starts] % 2 == 1, mass, error)


def _without_slivers(label: np.ndarray, mass: np.ndarray) -> tuple[np.ndarray, float]:
    """Labels (n,) of which runs that hold little of the mass between neighbours (n - 1,) have the label of
    the run before them, and how much all those hold."""
    starts = np.concatenate([[0], np.flatnonzero(label[1:] != label[:-1]) + 1])
    held = np.add.reduceat(np.append(mass, 0.0), starts)
    kept = held >= SLIVER
    last = np.maximum.accumulate(np.where(kept, np.arange(len(starts)), kept.argmax()))
    lengths = np.diff(np.append(starts, len(label)))
    return np.repeat(label[starts][last], lengths), float(held[~kept].sum())
