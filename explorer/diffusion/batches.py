"""The noisy batches a training shows its networks: each member's own data, steps and noise."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from explorer.diffusion.schedule import NoiseSchedule

StepDraw = Literal["log-snr", "uniform"]

UNIFORM_SHARE = 0.02
LOWEST_LOG_SNR = -12.0


class Batches:
    """Noisy batches of B samples, drawn for a block of steps at once: data by shuffled epochs, t by the draw,
    Gaussian noise.

    points, generators      of each of the M members, (N_m, *shape): it draws what it would draw alone
    step_draw               log-snr draws t evenly in log-SNR, uniform evenly
    weights                 (T,) float32, by which a mean over drawn steps becomes one over evenly drawn ones:
                            1 / T over the probability of the draw
    """

    def __init__(
        self,
        points: list[Tensor],
        generators: list[torch.Generator],
        schedule: NoiseSchedule,
        batch: int,
        step_draw: StepDraw,
    ) -> None:
        self.batch, self.generators = batch, generators
        self.device = generators[0].device
        self.counts = [len(one) for one in points]
        self.points = points[0] if len(points) == 1 else torch.cat(points)
        self.first = torch.tensor([0, *self.counts[:-1]], device=self.device).cumsum(0)[:, None]  # (M, 1)
        cumulative = _step_distribution(schedule, step_draw)  # (T,)
        mass = torch.diff(cumulative.double(), prepend=torch.zeros(1, dtype=torch.float64))
        self.cumulative = cumulative.to(self.device)
        self.weights = (1 / (len(mass) * mass)).float().to(self.device)
        self.signal = schedule.alpha_bars.sqrt().float().to(self.device)[:, None]
        self.noise = (1 - schedule.alpha_bars).sqrt().float().to(self.device)[:, None]
        self.orders = [torch.empty(0, dtype=torch.int64, device=self.device)] * len(points)

    def draw(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """x_t (size, M, B, *shape), t (size, M, B) and the noise in x_t (size, M, B, *shape)."""
        batch, shape = self.batch, self.points.shape[1:]
        drawn = []
        for member, generator in enumerate(self.generators):
            level = torch.rand(size, batch, generator=generator, device=self.device)
            z = torch.randn(size, batch, *shape, generator=generator, device=self.device)
            drawn.append((level, z, self._next(member, size * batch).view(size, batch)))
        levels, noise, index = (torch.stack(parts, 1) for parts in zip(*drawn, strict=True))
        t = self._steps(levels)
        signal, std = (table[t].view(*t.shape, *[1] * len(shape)) for table in (self.signal, self.noise))
        x_t = signal * self.points[index + self.first] + std * noise
        return x_t, t, noise

    def _steps(self, level: Tensor) -> Tensor:
        """t of levels (size, M, B) uniform in [0, 1), by inverse CDF, stratified: the i-th of a batch of B
        falls into the i-th of B equal slots."""
        slot = torch.arange(level.shape[-1], device=self.device)
        level = (slot + level) / level.shape[-1]
        return torch.searchsorted(self.cumulative, level).clamp(max=len(self.cumulative) - 1)

    def _next(self, member: int, count: int) -> Tensor:
        """The next `count` indices of a member's data in shuffled epochs."""
        order = self.orders[member]
        while len(order) < count:
            generator = self.generators[member]
            epoch = torch.randperm(self.counts[member], generator=generator, device=self.device)
            order = torch.cat([order, epoch])
        index, self.orders[member] = order[:count], order[count:]
        return index


def _step_distribution(schedule: NoiseSchedule, draw: StepDraw) -> Tensor:
    """Cumulative probability of the steps t = 0..T-1, (T,) float32, ending at 1."""
    uniform = torch.full((schedule.steps,), 1 / schedule.steps, dtype=torch.float64)
    if draw == "uniform":
        mass = uniform
    else:
        level = schedule.log_snr.clamp(min=LOWEST_LOG_SNR)
        width = torch.gradient(level)[0].abs()
        mass = (1 - UNIFORM_SHARE) * width / width.sum() + UNIFORM_SHARE * uniform
    return torch.cumsum(mass, 0).float()
