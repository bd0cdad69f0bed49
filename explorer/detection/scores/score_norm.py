"""The norm of the score: the simplest detector, which every other has to beat."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.origin import Origin
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.detection.scores.perturbation import CLEANEST
from explorer.diffusion.denoiser import predict_score


@dataclass(frozen=True)
class ScoreNorm:
    """|s(a x_0, t)| at t = 0, with a = sqrt(alpha_bar_0).

    Far from every mode the score is large, |a (x_0 - mu)| / v for a Gaussian of variance v: in one and two
    dimensions that alone finds what lies far out. Of pictures, which differ in many pixels at once, it says
    less.
    """

    name = "score-norm"
    title = "score norm"
    sentence = "How large the score is at the finished sample: far from the data it is."
    source = "a baseline"
    origin = Origin("ours")
    needs_ensemble = points_only = False

    def calls(self, evidence: Evidence) -> int:
        return 1

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser = evidence.denoiser
        signal = denoiser.schedule.alpha_bar(CLEANEST) ** 0.5

        def norm(x_0: Tensor) -> Tensor:
            return predict_score(denoiser, signal * x_0, CLEANEST).flatten(1).norm(dim=1)

        return (yield from in_slices(evidence.trial.samples, 1, norm, generator.device))
