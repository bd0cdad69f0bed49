"""Curvature, ours: how fast does the score change along itself?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.origin import RODS_CODE, Origin
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.detection.scores.perturbation import CLEANEST
from explorer.diffusion.denoiser import predict_score

REACHES = (0.5, 1.0, 2.0)  # in units of the step's noise


@dataclass(frozen=True)
class Curvature:
    """Norm of s(x + rho g) - s(x) with g = s / |s|, averaged over a few rho. It is a first difference
    of the score, where the index of arXiv 2507.12201 is a second one (see rods_index.py).

    It is taken once, of the finished sample, at x = sqrt(alpha_bar_0) x_0
    and with rho = 1/2, 1 and 2 times sqrt(1 - alpha_bar_0). A score that is linear along g, such as a single
    Gaussian's with variance v, gives mean(rho) / v wherever the sample lies. Of a jump it sees little: the
    score leads away from it, into the nearer mode.
    """

    name = "curvature"
    title = "curvature"
    sentence = "How fast the score changes when the sample follows it a little way."
    source = "after arXiv 2507.12201"
    origin = Origin(
        "ours, a variant",
        RODS_CODE,
        "The first difference of the score where the RODS index takes the second: inside a mode it is a "
        "constant, not zero.",
    )
    needs_ensemble = points_only = False

    def calls(self, evidence: Evidence) -> int:
        return 1 + len(REACHES)

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser = evidence.denoiser
        alpha_bar = denoiser.schedule.alpha_bar(CLEANEST)
        noise = (1 - alpha_bar) ** 0.5

        def bend(x_0: Tensor) -> Tensor:
            x = alpha_bar**0.5 * x_0
            here = predict_score(denoiser, x, CLEANEST)
            along = torch.nn.functional.normalize(here.flatten(1)).view_as(here)  # 0 where the score is
            changes = [
                predict_score(denoiser, x + reach * noise * along, CLEANEST) - here for reach in REACHES
            ]
            return torch.stack([change.flatten(1).norm(dim=1) for change in changes]).mean(0)

        return (yield from in_slices(evidence.trial.samples, self.calls(evidence), bend, generator.device))
