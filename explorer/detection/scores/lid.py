"""LID: the denoising loss of the finished sample (arXiv 2605.05026)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.detection.origin import NOTE_AND_CODE, Origin
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.detection.scores.perturbation import CLEANEST
from explorer.diffusion.denoiser import Denoiser

DRAWS = 32
AT_ONCE = 8_192  # numbers of which the noise is predicted together, where the samples are fewer


@dataclass(frozen=True)
class DenoisingLoss:
    """Mean of |z - noise_hat(a x_0 + b z, t)|^2 over draws of z in pairs z and -z, a = sqrt(alpha_bar_t) and
    b = sqrt(1 - alpha_bar_t), at t = 0; summed over the coordinates.

    For a denoiser with the Jacobian J it is |I - b J|^2 + |noise_hat|^2: the first part is large on a bridge,
    the second far out in a tail. Of a single Gaussian of N(mu, sigma^2) it is, in each coordinate,
    (alpha_bar sigma^2 / v)^2 + (a b (x_0 - mu) / v)^2 with v = alpha_bar sigma^2 + b^2. All samples share the
    draws. Raises ValueError for an odd number of them, or none.
    """

    draws: int = DRAWS
    name = "lid"
    title = "LID"
    sentence = "How badly the network denoises the finished sample when a little noise is added to it."
    source = "arXiv 2605.05026"
    origin = Origin(
        "second-hand",
        NOTE_AND_CODE,
        "At t = 0, the least noise that was trained on; the paper's own step is not known.",
    )
    needs_ensemble = points_only = False

    def __post_init__(self) -> None:
        if self.draws < 2 or self.draws % 2:
            raise ValueError(
                f"Draws come in pairs, so their number is even and at least 2, not {self.draws}."
            )

    def calls(self, evidence: Evidence) -> int:
        return self.draws

    def scores(self, evidence: Evidence, generator: torch.Generator) -> Generator[float, None, np.ndarray]:
        denoiser = evidence.denoiser
        z = antithetic(self.draws, denoiser.shape, generator)

        def loss(x_0: Tensor) -> Tensor:
            return denoising_loss(denoiser, x_0, z, CLEANEST)

        return (yield from in_slices(evidence.trial.samples, self.draws, loss, generator.device))


def antithetic(draws: int, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Standard normal draws in pairs z and -z, (draws, *shape), on the generator's device."""
    z = torch.randn(draws // 2, *shape, generator=generator, device=generator.device)
    return torch.cat([z, -z])


def denoising_loss(
    denoiser: Denoiser, x_0: Tensor, z: Tensor, t: int, weights: Tensor | None = None
) -> Tensor:
    """The mean over z (K, *shape) of |z - noise_hat(a x_0 + b z, t)|^2, (n, *shape) -> (n,); weighted by
    (K,) if weights that add up to one are given."""
    alpha_bar = denoiser.schedule.alpha_bar(t)
    signal, noise = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
    losses = []
    for some in z.split(max(1, AT_ONCE // x_0.numel())):
        x_t = signal * x_0 + noise * some[:, None]  # (draws, n, *shape)
        found = denoiser.predict_noise(x_t.flatten(0, 1), t).view_as(x_t)
        losses.append((some[:, None] - found).square().flatten(2).sum(2))
    loss = torch.cat(losses)  # (K, n)
    return loss.mean(0) if weights is None else (weights[:, None] * loss).sum(0)
