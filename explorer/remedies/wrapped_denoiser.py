"""Denoisers around a denoiser that change its prediction: what remedies of this kind share."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser, WrappedDenoiser


class RemedyDenoiser(WrappedDenoiser, ABC):
    """A denoiser that changes what another predicts, by as much as its dial says; with a dial of 0 it is the
    other, bit for bit."""

    def __init__(self, denoiser: Denoiser, dial: float) -> None:
        super().__init__(denoiser)
        self.dial = dial

    @torch.no_grad()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        return self.changed(x_t, t) if self.dial else self.denoiser.predict_noise(x_t, t)

    @abstractmethod
    def changed(self, x_t: Tensor, t: int) -> Tensor:
        """The noise with the change, (n, *shape) -> (n, *shape)."""

    def noise_std(self, t: int) -> float:
        """sqrt(1 - alpha_bar), the length by which every displacement is measured."""
        return (1 - self.schedule.alpha_bar(t)) ** 0.5
