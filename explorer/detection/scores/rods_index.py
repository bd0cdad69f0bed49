"""The curvature index of RODS: how fast does the steepness of the score change (arXiv 2507.12201)?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.origin import RODS_CODE, Origin
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.diffusion.score_steepness import CALLS_OF_INDEX, curvature_index

STEP = 10  # at which a finished sample is asked about
REACH = 0.5  # in units of that step's noise


@dataclass(frozen=True)
class RodsIndex:
    """H = |grad|s|(x + rho u) - grad|s|(x)| with u along grad|s|, of the finished sample scaled to step
    t = 10, sqrt(alpha_bar) x_0, with rho half the noise's standard deviation there.

    Zero for a single isotropic Gaussian, wherever the sample lies. At t = 0 it sees only what lies within a
    hair of a jump; a step at which the noise is some seventh of the distance of two modes shows it the whole
    bridge.
    """

    name = "rods"
    title = "RODS index"
    sentence = "How fast the steepness of the score changes near the sample: not at all within one mode."
    source = "arXiv 2507.12201"
    origin = Origin(
        "read in code",
        RODS_CODE,
        "Of the finished sample at t = 10; there at many steps of the walk. Lengths in units of the noise.",
    )
    needs_ensemble = points_only = False

    def calls(self, evidence: Evidence) -> int:
        return CALLS_OF_INDEX

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser = evidence.denoiser
        t = min(STEP, denoiser.schedule.steps - 1)
        signal = denoiser.schedule.alpha_bar(t) ** 0.5

        def index(x_0: Tensor) -> Tensor:
            return curvature_index(denoiser, signal * x_0, t, REACH)[0]

        return (yield from in_slices(evidence.trial.samples, CALLS_OF_INDEX, index, generator.device))
