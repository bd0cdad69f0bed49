"""Seeds of the atlas, followed by the network and by the true score: one, or all along a line across
borders."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.progress import rescaled
from explorer.detection.paired_trajectories import shown_steps
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampler_map import InDoublePrecision, carried, steps_of
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.run import Result

MAX_SEEDS = 1_001
ALONG, ROUNDS = 201, 6  # seeds of a line, and how often they are placed anew


@dataclass(frozen=True, eq=False)
class Ways:
    """Of n seeds at F steps t, noisiest first, by the network and by the true score: where they were and the
    x_0 that was predicted, (2, F, n, D) each. The last x0_hat is where they end."""

    steps: tuple[int, ...]
    x_t: np.ndarray
    x0_hat: np.ndarray

    @property
    def ends(self) -> np.ndarray:
        """Where the seeds end, by the network and by the true score, (2, n, D)."""
        return self.x0_hat[:, -1]


def ways_of_seeds(
    result: Result, seeds: Sequence[Sequence[float]], spec: SamplerSpec, noise_seed: int | None = None
) -> Generator[float, None, Ways]:
    """The ways of initial noise (n, D) through a run of a mixture: yields the share done.

    Raises ValueError for a run whose truth is unknown, and for no seeds or more than 1,001.
    """
    truth = result.truth()
    if truth is None:
        raise ValueError("The truth of uploaded points is unknown, so there is no true score to follow.")
    if not 1 <= len(seeds) <= MAX_SEEDS:
        raise ValueError(f"Between 1 and {MAX_SEEDS:,} seeds can be followed, not {len(seeds):,}.")
    x_T = torch.tensor(seeds, dtype=torch.float32)
    visited = spec.timesteps(result.experiment.schedule)
    shown = shown_steps(visited)
    both: tuple[Denoiser, Denoiser] = (result.denoiser(), truth)
    x_t, x0_hat = [], []
    for place, denoiser in enumerate(both):
        kept = []
        for number, step in enumerate(steps_of(denoiser, x_T, spec, noise_seed=noise_seed), 1):
            if step.t in shown:
                kept.append(step)
            if number % 20 == 0:
                yield (place + min(1.0, number / len(visited))) / 2
        x_t.append(torch.stack([step.x_t for step in kept]))
        x0_hat.append(torch.stack([step.x0_hat for step in kept]))
    yield 1.0
    return Ways(tuple(shown), torch.stack(x_t).numpy(), torch.stack(x0_hat).numpy())


@dataclass(frozen=True, eq=False)
class EndsAlong:
    """Seeds (n, D) along a straight line of initial noise, and where the network and the true score carry
    them, (2, n, D); float64. They lie dense where their ends lie far apart."""

    seeds: np.ndarray
    ends: np.ndarray


def ends_along(
    result: Result,
    start: Sequence[float],
    end: Sequence[float],
    spec: SamplerSpec,
    n: int = ALONG,
) -> Generator[float, None, EndsAlong]:
    """Where seeds end that lie on the line from one to another, both included: yields the share done.

    n seeds for each of network and true score, placed so that the steps from end to end are alike: a border
    that holds a thousandth of the line has as many seeds as its ends have room between two modes.
    Raises ValueError for a run whose truth is unknown, for two ends that are the same, and for fewer than 2
    or more than 500 seeds.
    """
    truth = result.truth()
    if truth is None:
        raise ValueError("The truth of uploaded points is unknown, so there is no true score to follow.")
    if not 2 <= n <= MAX_SEEDS // 2:
        raise ValueError(f"A line has 2 to {MAX_SEEDS // 2} seeds, not {n}.")
    first, last = np.array(start, np.float64), np.array(end, np.float64)
    if np.array_equal(first, last):
        raise ValueError("A line needs two ends that differ.")

    def seeds(share: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(first + share[:, None] * (last - first))

    both = (InDoublePrecision(result.denoiser()), InDoublePrecision(truth))
    placed, turns, turn = [], 2 * (ROUNDS + 1), 0
    for denoiser in both:
        share = np.linspace(0.0, 1.0, n)
        for _ in range(ROUNDS):
            work = carried(denoiser, seeds(share), spec)
            ends = yield from rescaled(work, turn / turns, (turn + 1) / turns)
            share, turn = _spread(share, ends.numpy()), turn + 1
        placed.append(share)
    every = seeds(np.unique(np.concatenate(placed)))
    found = []
    for denoiser in both:
        work = carried(denoiser, every, spec)
        found.append((yield from rescaled(work, turn / turns, (turn + 1) / turns)).numpy())
        turn += 1
    return EndsAlong(every.numpy(), np.stack(found))


def _spread(share: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """As many places (n,) on a line, of which neighbours are equally far apart when half of what counts is
    the way on the line, and half that of their ends (n, D)."""
    way = np.linalg.norm(np.diff(ends, axis=0), axis=1)
    cost = np.diff(share) + way / max(way.sum(), np.finfo(float).tiny)
    along = np.concatenate([[0.0], np.cumsum(cost)])
    spread: np.ndarray = np.interp(np.linspace(0.0, along[-1], len(share)), along, share)
    return spread
