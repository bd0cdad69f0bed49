"""Training as a generator: the caller shows, pauses, stops and records; nothing here knows a screen.

One code trains one network or a stack of M at once. Data are tensors in memory, randomness is drawn for a
block of steps at a time, the parameters lie in one flat tensor, and nothing waits for a loss to be read
before the block ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import numpy as np
import torch
from torch import Tensor, nn

from explorer.diffusion.networks import NoiseNetwork
from explorer.diffusion.schedule import NoiseSchedule

StepDraw = Literal["log-snr", "uniform"]

STEPS_RANGE = (1, 200_000)
BATCH_RANGE = (1, 20_000)
BLOCK_SAMPLES = 15_000  # samples whose randomness is drawn together: a block of 30 steps at batch 500
BLOCK_NUMBERS = 30_000  # coordinates or pixels of them
UNIFORM_SHARE = 0.02
LOWEST_LOG_SNR = -12.0


@dataclass(frozen=True)
class TrainingSpec:
    """How a network is trained to predict the noise (mean squared error, Ho et al. 2020, eq. 14).

    step_draw       log-snr draws t evenly in log-SNR, stratified over the batch; uniform is the authors' draw
    decay           cosine lets the learning rate fall to zero over the budget; constant keeps it
    ema             decay of the averaged weights that are used for sampling; 0 uses the weights as they are
    """

    steps: int = 8_000
    batch: int = 500
    learning_rate: float = 1e-2
    step_draw: StepDraw = "log-snr"
    decay: Literal["cosine", "constant"] = "cosine"
    ema: float = 0.999

    def __post_init__(self) -> None:
        for name, value, (low, high) in (
            ("steps", self.steps, STEPS_RANGE),
            ("batch", self.batch, BATCH_RANGE),
        ):
            if not (isinstance(value, int) and low <= value <= high):
                raise ValueError(f"The training's {name} {value} is outside [{low:,}, {high:,}].")
        if not 1e-6 <= self.learning_rate <= 0.1:
            raise ValueError(f"The learning rate {self.learning_rate:g} is outside [1e-06, 0.1].")
        if self.step_draw not in ("log-snr", "uniform"):
            raise ValueError(f"Steps are drawn log-snr or uniform, not {self.step_draw!r}.")
        if self.decay not in ("cosine", "constant"):
            raise ValueError(f"The learning rate's decay is cosine or constant, not {self.decay!r}.")
        if not 0 <= self.ema < 1:
            raise ValueError(f"The averaging decay {self.ema:g} is outside [0, 1).")

    @property
    def block(self) -> int:
        """Steps between two updates: small enough to stop at once, large enough to cost nothing."""
        return max(1, min(50, BLOCK_SAMPLES // self.batch))


@dataclass(frozen=True, slots=True)
class TrainingUpdate:
    """What happened since the update before.

    step        steps done so far
    losses      (steps since the last update, M) float32
    weights     at the steps asked for: a copy of the averaged flat parameters, (P,); else None
    """

    step: int
    losses: np.ndarray
    weights: Tensor | None


def snapshot_steps(steps: int, count: int = 12, first: int = 100) -> list[int]:
    """About `count` steps along a training of `steps`, evenly spaced in their logarithm, the last one
    included."""
    first = min(first, steps)
    return sorted({round(s) for s in np.geomspace(first, steps, count)} | {steps})


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


def train(
    network: NoiseNetwork,
    points: Tensor,
    schedule: NoiseSchedule,
    spec: TrainingSpec,
    generator: torch.Generator,
    *,
    snapshots: list[int] | None = None,
) -> Iterator[TrainingUpdate]:
    """Train a stack of M networks, yielding after every block of steps.

    points      training data, (N, *shape) for all members or (M, N, *shape), on the generator's device
    snapshots   steps at which the update carries the averaged weights; the last step always does

    Raises ValueError for points that are not finite, FloatingPointError when the loss stops being a number.
    """
    if points.ndim == 1 + len(network.shape):
        points = points.expand(network.members, *points.shape)
    if not bool(torch.isfinite(points).all()):
        raise ValueError("The training points hold values that are not finite numbers.")
    flat = FlatParameters(network)
    average = flat.vector.detach().clone()
    optimizer = torch.optim.Adam([flat.vector], lr=spec.learning_rate, fused=True)
    source = _Batches(points, schedule, spec, generator)
    wanted = sorted({s for s in snapshots or [] if 0 < s < spec.steps} | {spec.steps})
    longest = max(1, BLOCK_NUMBERS // (spec.batch * math.prod(network.shape)))
    done = 0
    while done < spec.steps:
        size = min(spec.block, longest, wanted[0] - done)
        x_t, t, noise = source.draw(size)
        losses = torch.empty(size, network.members, device=points.device)
        with torch.enable_grad():
            for i in range(size):
                optimizer.param_groups[0]["lr"] = _learning_rate(spec, done + i)
                cast(Tensor, flat.vector.grad).zero_()
                member_losses = (network(x_t[i], t[i]) - noise[i]).square().flatten(1).mean(1)
                member_losses.sum().backward()
                optimizer.step()
                losses[i] = member_losses.detach()
                decay = min(spec.ema, (1 + done + i) / (10 + done + i)) if spec.ema else 0.0
                average.lerp_(flat.vector.detach(), 1 - decay)
        done += size
        read = losses.cpu().numpy()
        if not np.isfinite(read).all():
            raise FloatingPointError(
                f"The loss stopped being a number at step {done:,}; lower the learning rate."
            )
        weights = None
        if done == wanted[0]:
            weights = average.clone()
            wanted.pop(0)
        yield TrainingUpdate(done, read, weights)


@cache
def warm_up() -> None:
    """Have PyTorch import what its optimisers need, once a process: two seconds that are not training."""
    parameter = nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    torch.optim.Adam([parameter], fused=True).step()


def _learning_rate(spec: TrainingSpec, step: int) -> float:
    if spec.decay == "constant":
        return spec.learning_rate
    return spec.learning_rate * 0.5 * (1 + math.cos(math.pi * step / spec.steps))


class _Batches:
    """Noisy batches, drawn for a block of steps at once: data by shuffled epochs, t by the spec, Gaussian
    noise."""

    def __init__(
        self, points: Tensor, schedule: NoiseSchedule, spec: TrainingSpec, generator: torch.Generator
    ) -> None:
        self.points, self.spec, self.generator = points, spec, generator
        self.device = generator.device
        self.cumulative = _step_distribution(schedule, spec.step_draw).to(self.device)  # (T,)
        self.signal = schedule.alpha_bars.sqrt().float().to(self.device)[:, None]
        self.noise = (1 - schedule.alpha_bars).sqrt().float().to(self.device)[:, None]
        self.order = torch.empty(0, dtype=torch.int64, device=self.device)

    def draw(self, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """x_t (size, M, B, *shape), t (size, M, B) and the noise in x_t (size, M, B, *shape)."""
        members, _, *shape = self.points.shape
        batch = self.spec.batch
        t = self._steps((size, members, batch))
        noise = torch.randn(size, members, batch, *shape, generator=self.generator, device=self.device)
        index = self._next(size * members * batch).view(size, members, batch)
        member = torch.arange(members, device=self.device)[:, None]
        signal, spread = (level[t].view(*t.shape, *[1] * len(shape)) for level in (self.signal, self.noise))
        x_t = signal * self.points[member, index] + spread * noise
        return x_t, t, noise

    def _steps(self, shape: tuple[int, int, int]) -> Tensor:
        """t by inverse CDF, stratified: the i-th of a batch of B falls into the i-th of B equal slots."""
        slot = torch.arange(shape[-1], device=self.device)
        level = (slot + torch.rand(shape, generator=self.generator, device=self.device)) / shape[-1]
        return torch.searchsorted(self.cumulative, level).clamp(max=len(self.cumulative) - 1)

    def _next(self, count: int) -> Tensor:
        """The next `count` indices of the data in shuffled epochs."""
        while len(self.order) < count:
            epoch = torch.randperm(self.points.shape[1], generator=self.generator, device=self.device)
            self.order = torch.cat([self.order, epoch])
        index, self.order = self.order[:count], self.order[count:]
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
