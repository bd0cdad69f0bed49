"""Seeds of the atlas, followed by the network and by the true score: one, or all along a line across a
border."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from explorer.detection.paired_trajectories import shown_steps
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampler_map import steps_of
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.run import Result

MAX_SEEDS = 1_001


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


def seeds_along(start: Sequence[float], end: Sequence[float], n: int = 201) -> list[list[float]]:
    """n seeds evenly from one to another, both included, (n, D)."""
    along: list[list[float]] = np.linspace(start, end, n).tolist()
    return along
