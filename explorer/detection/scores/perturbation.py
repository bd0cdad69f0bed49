"""Perturbation instability, ours: does the prediction hold when the finished sample is nudged?"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import has_float64
from explorer.detection.origin import NOTE_AND_CODE, Origin
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.diffusion.denoiser import predict_x0

CLEANEST = 0  # the step t at which a finished sample is asked about: the least noise that was trained on
DRAWS = 8


@dataclass(frozen=True)
class PerturbationInstability:
    """Variance of x0_hat(x_t + eta z, t) over K draws of z, averaged over the coordinates. It is no detector
    of arXiv 2605.05026, but the centred part of one: LID is, up to a factor, this plus the square of the
    predicted noise (see lid.py).

    x_t is the sample scaled to the step, sqrt(alpha_bar_t) x_0, and eta the step's own noise
    sqrt(1 - alpha_bar_t): so x_t + eta z is the sample noised as in training. t = 0 is where the last
    prediction was made; farther up the noise of an in-support sample reaches the next mode. All samples share
    the draws, so that their scores differ by where they lie and not by luck. The variance is the unbiased
    one: for a single Gaussian it is (eta sqrt(alpha_bar) sigma^2 / v)^2 on average, with v = alpha_bar
    sigma^2 + eta^2.
    """

    draws: int = DRAWS
    name = "perturbation"
    title = "perturbation"
    sentence = "How much the predicted clean sample changes when a little noise is added to the sample."
    source = "after arXiv 2605.05026"
    origin = Origin(
        "ours, a variant",
        NOTE_AND_CODE,
        "The part of LID that is left when the mean over the draws is taken off: it sees bridges, and not "
        "that a sample lies far out in a tail.",
    )
    needs_ensemble = points_only = False

    def __post_init__(self) -> None:
        if self.draws < 2:
            raise ValueError(f"A variance needs at least 2 draws, not {self.draws}.")

    def calls(self, evidence: Evidence) -> int:
        return self.draws

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser = evidence.denoiser
        alpha_bar = denoiser.schedule.alpha_bar(CLEANEST)
        z = torch.randn(self.draws, *denoiser.shape, generator=generator, device=generator.device)
        nudges = (1 - alpha_bar) ** 0.5 * z

        def instability(x_0: Tensor) -> Tensor:
            x_t = alpha_bar**0.5 * x_0
            found = torch.stack([predict_x0(denoiser, x_t + nudge, CLEANEST) for nudge in nudges])
            # Without float64 the draws' differences from the first keep the digits of a small variance.
            precise = found.double() if has_float64(found.device) else found - found[0]
            return precise.var(0, correction=1).flatten(1).mean(1)

        return (yield from in_slices(evidence.trial.samples, self.draws, instability, generator.device))
