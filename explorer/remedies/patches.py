"""A denoiser that sees patches only: the cause of hallucinated shapes without training (arXiv 2412.20292)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.diffusion.schedule import NoiseSchedule

PATCH_RANGE = (1, 127)


class PatchDenoiser:
    """The posterior mean of each pixel given only the patch around it, were the training pictures all there
    is.

    pictures    (N, 1, s, s), what may be remembered
    patch       side of the patch; at the edges it is cut off. An even one reaches one pixel farther down and
                to the right

    A pixel's value is the mean of that pixel over the pictures, weighted by a softmax of -|y - a T|^2 /
    2(1 - alpha_bar) over the patch, a = sqrt(alpha_bar). A patch that covers the picture from every pixel
    (2 s - 1) gives all pixels the same weights: the posterior mean of the pictures. A small one lets far
    pixels disagree about which picture they are in. Sums over patches are products with a banded matrix,
    whatever the size of the patch.
    """

    def __init__(self, pictures: Tensor, patch: int, schedule: NoiseSchedule) -> None:
        if not PATCH_RANGE[0] <= patch <= PATCH_RANGE[1]:
            raise ValueError(f"The patch of {patch} pixels is outside [{PATCH_RANGE[0]}, {PATCH_RANGE[1]}].")
        self.schedule, self.shape = schedule, tuple(pictures.shape[1:])
        self.pictures = pictures[:, 0]
        offset = torch.arange(self.shape[1]) - torch.arange(self.shape[1])[:, None]  # from a pixel's own row
        before = (patch - 1) // 2
        self.band = ((offset >= -before) & (offset < patch - before)).to(pictures)
        self.energy = self._summed(self.pictures.square())  # of each patch, (N, s, s)

    @torch.no_grad()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        alpha_bar = self.schedule.alpha_bar(t)
        mean = torch.stack([self._mean(y, alpha_bar) for y in x_t[:, 0]])[:, None]
        return (x_t - alpha_bar**0.5 * mean) / (1 - alpha_bar) ** 0.5

    def _mean(self, y: Tensor, alpha_bar: float) -> Tensor:
        """E[x_0 | patches] of one noisy picture (s, s)."""
        signal = alpha_bar**0.5
        fit = self._summed(self.pictures * y).sub_(self.energy, alpha=signal / 2)
        fit *= signal / (1 - alpha_bar)  # log-likelihoods, up to what all pictures share
        weights = fit.sub_(fit.amax(0)).exp_()
        return (weights * self.pictures).sum(0) / weights.sum(0)

    def _summed(self, values: Tensor) -> Tensor:
        """Sums over the patch around each pixel, (N, s, s) -> (N, s, s)."""
        return self.band @ values @ self.band.T
