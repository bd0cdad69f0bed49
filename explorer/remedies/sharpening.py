"""Laplacian sharpening: undo some of the network's smoothing of the score (arXiv 2511.07496)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import Denoiser
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

REACH = 0.3  # of the noise's standard deviation: how far the score is looked at on either side


class SharpenedDenoiser(RemedyDenoiser):
    """score - strength (1 - alpha_bar) Lap(score), the Laplacian taken by central differences along probes.

    Hutchinson's estimator: a probe z has a random sign for each coordinate, and [s(x + h z) - 2 s(x) +
    s(x - h z)] / h^2 is the Laplacian on average. In 1-D one probe is the second difference; in the plane
    the second probe is the first with one sign flipped, and the two together leave nothing to chance.
    Pictures take one.

    seed    of the probes, which differ from step to step and are the same for all samples
    reach   h in units of sqrt(1 - alpha_bar)

    It asks the denoiser three times in 1-D and for pictures, five times in the plane.
    """

    def __init__(self, denoiser: Denoiser, strength: float, *, seed: int = 0, reach: float = REACH) -> None:
        super().__init__(denoiser, strength)
        self.seed, self.reach = seed, reach
        self.probes = 2 if tuple(denoiser.shape) == (2,) else 1

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        noise, step = self.denoiser.predict_noise(x_t, t), self.reach * self.noise_std(t)
        bend = torch.zeros_like(noise)
        for probe in self._probes(t).to(x_t):
            for side in (-step, step):
                bend += self.denoiser.predict_noise(x_t + side * probe, t) - noise
        return noise - self.dial * self.noise_std(t) ** 2 / (self.probes * step**2) * bend

    def _probes(self, t: int) -> Tensor:
        """The probes of step t, (probes, *shape), each coordinate -1 or 1."""
        signs = torch.randint(2, self.shape, generator=seeded(self.seed, f"probes {t}")) * 2 - 1
        return torch.stack([signs, signs * torch.tensor([1, -1])]) if self.probes == 2 else signs[None]
