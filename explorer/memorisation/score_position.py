"""Where a network's score lies between that of the truth and that of who knows its training points by
heart."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.diffusion.denoiser import Denoiser, EmpiricalDenoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule

LEVELS = 12  # noise levels at which scores are compared
COMPARED = 1_000  # noisy points of each
NAMES = ("sigma", "along", "aside", "apart")


@dataclass(frozen=True, eq=False)
class ScorePosition:
    """Where a network's prediction lies between that of the truth and that of the empirical denoiser.

    sigma   of the noise levels, noisiest first, (L,)
    along   (L,) of the way from the truth (0) to the empirical denoiser (1): the projection of the network's
            deviation from the truth on theirs, over noisy draws of the truth
    aside   (L,) the rest of that deviation, over the root mean square distance of the two
    apart   (L,) that distance: mean over draws, in units of the noise
    """

    sigma: np.ndarray
    along: np.ndarray
    aside: np.ndarray
    apart: np.ndarray

    def to_json(self) -> dict[str, list[float]]:
        return {name: [float(f"{value:.6g}") for value in getattr(self, name)] for name in NAMES}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> ScorePosition:
        """What to_json wrote. Raises ValueError for columns of another length."""
        columns = [np.array(values[name], np.float64) for name in NAMES]
        if any(column.shape != columns[0].shape or column.ndim != 1 for column in columns):
            raise ValueError("its columns differ in length")
        return cls(*columns)


def noise_steps(schedule: NoiseSchedule) -> Sequence[int]:
    """The steps t at which scores are compared, noisiest first."""
    return schedule.timesteps(LEVELS, schedule.first_informative_step())


def score_position(
    network: Denoiser,
    empirical: EmpiricalDenoiser,
    truth: TrueDenoiser,
    generator: torch.Generator,
) -> Generator[float, None, ScorePosition]:
    """Compare the three at noisy draws of the truth; yields the share that is done."""
    schedule = truth.schedule
    steps = noise_steps(schedule)
    clean = truth.distribution.sample(COMPARED, generator)
    noise = torch.randn(clean.shape, generator=generator, device=clean.device)
    found = []
    for place, t in enumerate(steps):
        level = schedule.alpha_bar(t)
        x_t = level**0.5 * clean + (1 - level) ** 0.5 * noise
        learned, by_heart, true = (
            each.predict_noise(x_t, t).double() for each in (network, empirical, truth)
        )
        way, gone = by_heart - true, learned - true
        apart = float(way.square().sum(1).mean()) ** 0.5
        along = float((gone * way).sum() / way.square().sum().clamp(min=1e-30))
        aside = float((gone - along * way).square().sum(1).mean()) ** 0.5 / max(apart, 1e-15)
        found.append((float(schedule.sigmas[t]), along, aside, apart))
        yield (place + 1) / len(steps)
    return ScorePosition(*(np.array(column) for column in zip(*found, strict=True)))
