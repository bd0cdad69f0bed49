"""What a detector of one's own may look at: the samples, their way, and who predicted the noise on it."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from explorer.detection.scores.detector import Evidence
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplingRun, sample_chunks
from explorer.diffusion.schedule import NoiseSchedule

MOST_STEPS = 50
MOST_NUMBERS = 20_000_000  # of all predictions that are kept: 80 MB


@dataclass(frozen=True, eq=False)
class Walk:
    """n finished samples, and the last S steps on their way.

    samples     (n, *shape)
    steps       (S,) the steps t, noisiest first; t = 0 is the cleanest
    x0_hat      (S, n, *shape), the clean samples that were predicted at these steps; the last are the samples
    denoiser    predict_noise(x_t, t), with the schedule's alpha_bar(t)
    generator   for all that is random: the same in every run
    """

    samples: Tensor
    steps: tuple[int, ...]
    x0_hat: Tensor
    denoiser: Denoiser
    generator: torch.Generator

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    @property
    def n(self) -> int:
        return len(self.samples)


def walked_again(evidence: Evidence) -> Generator[float, None, tuple[tuple[int, ...], Tensor]]:
    """The last steps t (S,) of the samples of a trial and what was predicted at them, (S, n, *shape), by
    walking them once more with the same noise; yields the share done."""
    denoiser, n = evidence.denoiser, evidence.trial.n
    numbers = n * math.prod(denoiser.shape)
    visited = evidence.spec.timesteps(denoiser.schedule)
    kept = tuple(visited[-max(2, min(MOST_STEPS, MOST_NUMBERS // numbers)) :])
    parts: list[Tensor] = []
    steps: list[Tensor] = []
    run = SamplingRun(denoiser, evidence.spec)
    for moment in sample_chunks([run], n, evidence.noise(), chunk=evidence.chunk):
        if moment.steps[0].t in kept:
            steps.append(moment.steps[0].x0_hat.cpu())
        if moment.due:
            yield moment.share
        if moment.last:
            parts.append(torch.stack(steps))
            steps = []
    return kept, torch.cat(parts, 1)
