"""What a noise-predicting network is: M of them in a stack, and their parameters as one flat vector, which is
what is trained, averaged, copied and stored."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from explorer.diffusion.schedule import NoiseSchedule


class NoiseNetwork(nn.Module):
    """A stack of M networks that predict noise; training and LearnedDenoiser need no more than this.

    learns_variance     whether they also say how much noise a reverse step adds
    """

    learns_variance = False

    def __init__(self, members: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.members, self.shape = members, shape

    def forward(self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None) -> Tensor:
        """Predicted noise, (M, n, *shape); `rows` are those of `step_rows`, if they are at hand."""
        raise NotImplementedError

    def noise_and_fraction(
        self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Predicted noise as `forward` gives it, and in the same shape where the log variance of a reverse
        step lies: 0 is the posterior's, 1 that of beta_t. None where the network says nothing of it."""
        return self(x, t, rows), None

    def step_rows(self) -> list[Tensor]:
        """What depends on t alone, for all steps: worth computing once for several calls. None, usually."""
        return []

    def loss_weights(self) -> Tensor | None:
        """By which the squared error of the noise counts in a training at each step, (T,) float32; None if
        by the same at all."""
        return None

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device


def log_snr_features(schedule: NoiseSchedule, octaves: int) -> Tensor:
    """Sines and cosines of the log-SNR, scaled to [-1, 1] over the steps that carry information: (T, 2
    octaves)."""
    level = schedule.log_snr.clamp(min=-12)
    level = 2 * (level - level.min()) / (level.max() - level.min()) - 1
    angles = level[:, None] * math.pi / 2 * 2.0 ** torch.arange(octaves, dtype=torch.float64)
    return torch.cat([angles.sin(), angles.cos()], 1).float()


class FlatParameters:
    """All parameters of a network as views into one tensor, so that Adam, averaging and copying are single
    operations."""

    def __init__(self, network: NoiseNetwork) -> None:
        parameters = list(network.parameters())
        total = sum(p.numel() for p in parameters)
        like = parameters[0]
        self.vector = nn.Parameter(torch.empty(total, device=like.device, dtype=like.dtype))
        self.vector.grad = torch.zeros_like(self.vector)
        start = 0
        for parameter in parameters:
            span = slice(start, start + parameter.numel())
            self.vector.data[span] = parameter.data.flatten()
            parameter.data = self.vector.data[span].view_as(parameter)
            parameter.grad = self.vector.grad[span].view_as(parameter)
            start = span.stop


def load_weights(network: NoiseNetwork, weights: Tensor) -> None:
    """Copy a flat vector of parameters (P,) into a network. Raises ValueError if the count differs."""
    parameters = list(network.parameters())
    expected = sum(p.numel() for p in parameters)
    if weights.numel() != expected:
        raise ValueError(
            f"The weights hold {weights.numel():,} numbers; this network has {expected:,} parameters."
        )
    if not bool(torch.isfinite(weights).all()):
        raise ValueError("The weights hold values that are not finite numbers.")
    with torch.no_grad():
        for parameter, chunk in zip(parameters, weights.split([p.numel() for p in parameters]), strict=True):
            parameter.copy_(chunk.view_as(parameter))


def member_weights(network: NoiseNetwork, weights: Tensor) -> Tensor:
    """The flat parameters of a stack, (P,), as those of its members, (M, P / M): each as of a network
    alone."""
    parameters = list(network.parameters())
    chunks = weights.split([p.numel() for p in parameters])
    return torch.cat([chunk.view(network.members, -1) for chunk in chunks], 1)
