"""LMI: does the sampler end elsewhere when the initial noise is nudged (arXiv 2605.05026)?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import has_float64
from explorer.detection.origin import NOTE_AND_CODE, Origin
from explorer.detection.scores.detector import Evidence
from explorer.detection.scores.lid import antithetic
from explorer.diffusion.sampling import (
    SamplingRun,
    initial_noise,
    paired_reverse_process,
    steps_between_yields,
)

DRAWS = 4
NUDGE = 0.01


@dataclass(frozen=True)
class NudgedEnds:
    """Variance of where the sampler ends from x_T + nudge z over draws of z in pairs z and -z, summed over
    the coordinates: about nudge^2 |dG/dx_T|^2, with G the map from noise to sample.

    Every walk has the noise at its steps that the sample's own had. All samples share the draws. Of three
    equal modes and a perfect score G is steepest where two basins meet, and seeds that lie there are honest,
    too: some 2.9 % of all seeds have a border within two nudges of 0.01. The variance is the unbiased one.
    Raises ValueError for an odd number of draws, or none.
    """

    draws: int = DRAWS
    nudge: float = NUDGE
    name = "lmi"
    title = "LMI"
    sentence = "How far apart the sampler ends when the initial noise is nudged a little."
    source = "arXiv 2605.05026"
    origin = Origin(
        "second-hand", NOTE_AND_CODE, f"{DRAWS} draws where the paper takes 32, and a nudge of {NUDGE:g}."
    )
    needs_ensemble, points_only = False, True

    def __post_init__(self) -> None:
        if self.draws < 2 or self.draws % 2:
            raise ValueError(
                f"Draws come in pairs, so their number is even and at least 2, not {self.draws}."
            )

    def calls(self, evidence: Evidence) -> int:
        return self.draws * evidence.spec.calls(evidence.denoiser.schedule)

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser, spec, n = evidence.denoiser, evidence.spec, evidence.trial.n
        shape = tuple(denoiser.shape)
        nudges = self.nudge * antithetic(self.draws, shape, generator)
        noise, run = evidence.noise(), SamplingRun(denoiser, spec)
        found, steps = [], len(spec.timesteps(denoiser.schedule))
        for start in range(0, n, evidence.chunk):
            size = min(evidence.chunk, n - start)

            def again(size: int = size) -> Tensor:
                """The next noise of these samples, once for each draw."""
                drawn = initial_noise(size, shape, noise)
                return drawn.expand(self.draws, *drawn.shape).flatten(0, 1)

            x_T = (again().unflatten(0, (self.draws, size)) + nudges[:, None]).flatten(0, 1)
            often = steps_between_yields(len(x_T), shape)
            ends = x_T
            for number, (step,) in enumerate(paired_reverse_process([run], x_T, again), 1):
                ends = step.x0_hat
                if number % often == 0:
                    yield (start + size * number / steps) / n
            ends = ends.unflatten(0, (self.draws, size))
            # Without float64 the draws' differences from the first keep the digits of a small variance.
            ends = ends.double() if has_float64(ends.device) else ends - ends[0]
            found.append(ends.var(0, correction=1).flatten(1).sum(1))
        scores = torch.cat(found).cpu().double().numpy()
        yield 1.0
        return scores
