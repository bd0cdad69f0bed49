"""A step along the score before the score is taken: steeper where it bends (after arXiv 2507.12201)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

LEAST_NORM = 1e-12


class DisplacedDenoiser(RemedyDenoiser):
    """The prediction at x_t + rho sqrt(1 - alpha_bar) g, g = s / |s| the direction of the score at x_t.

    As in sharpness-aware minimisation the first prediction only says where to look: the noise found there is
    taken as the noise at x_t. rho > 0 looks uphill, towards more likely points, rho < 0 downhill. Where the
    score vanishes there is no direction and the place stays. It asks the denoiser twice.
    """

    def __init__(self, denoiser: Denoiser, rho: float) -> None:
        super().__init__(denoiser, rho)

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        noise = self.denoiser.predict_noise(x_t, t)
        norm = torch.linalg.vector_norm(noise.flatten(1), dim=1).clamp(min=LEAST_NORM)
        uphill = -noise / norm.view(-1, *[1] * len(self.shape))
        return self.denoiser.predict_noise(x_t + self.dial * self.noise_std(t) * uphill, t)
