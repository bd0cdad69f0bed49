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
        pictures = pictures[:, 0]
        offset = torch.arange(self.shape[1]) - torch.arange(self.shape[1])[:, None]  # from a pixel's own row
        before = (patch - 1) // 2
        band = ((offset >= -before) & (offset < patch - before)).to(pictures.dtype)
        energy = _summed(pictures.square(), band)  # of each patch, (N, s, s)
        self._tensors = {pictures.device: (pictures, band, energy)}

    @torch.no_grad()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        alpha_bar, tensors = self.schedule.alpha_bar(t), self._tensors_on(x_t.device)
        mean = torch.stack([_posterior_mean(y, alpha_bar, *tensors) for y in x_t[:, 0]])[:, None]
        return (x_t - alpha_bar**0.5 * mean) / (1 - alpha_bar) ** 0.5

    def _tensors_on(self, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures, band and energy on the device of what is asked about."""
        if device not in self._tensors:
            pictures, band, energy = (one.to(device) for one in next(iter(self._tensors.values())))
            self._tensors[device] = pictures, band, energy
        return self._tensors[device]


def _posterior_mean(y: Tensor, alpha_bar: float, pictures: Tensor, band: Tensor, energy: Tensor) -> Tensor:
    """E[x_0 | patches] of one noisy picture (s, s)."""
    signal = alpha_bar**0.5
    fit = _summed(pictures * y, band).sub_(energy, alpha=signal / 2)
    fit *= signal / (1 - alpha_bar)  # log-likelihoods, up to what all pictures share
    weights = fit.sub_(fit.amax(0)).exp_()
    return (weights * pictures).sum(0) / weights.sum(0)


def _summed(values: Tensor, band: Tensor) -> Tensor:
    """Sums over the patch around each pixel, (N, s, s) -> (N, s, s)."""
    return band @ values @ band.T
