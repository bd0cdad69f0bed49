"""Networks that predict the noise in points, for a stack of M models at once (M = 1 is the usual case).

Every weight has a leading dimension M, so that many small models train as one batched computation.
Shapes: x is (M, n, D); t is one step for all, an int, or a step for each sample, (M, n) int64.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.diffusion.network_spec import NetworkSpec, Prediction
from explorer.diffusion.noise_network import NoiseNetwork, log_snr_features
from explorer.diffusion.schedule import INFORMATIVE_SIGNAL, NoiseSchedule
from explorer.diffusion.unet import UNet

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": functional.silu,
    "relu": functional.relu,
    "tanh": torch.tanh,
}


def build_network(
    spec: NetworkSpec,
    schedule: NoiseSchedule,
    shape: int | tuple[int, ...],
    seeds: list[int],
    *,
    data_mean: Tensor | None = None,
    data_std: float | Sequence[float] = 1.0,
    device: torch.device | str = "cpu",
) -> NoiseNetwork:
    """A stack of len(seeds) networks; the weights of each are drawn from its own seed, alone or in a stack.

    shape                   of one sample: the number of a point's coordinates, or a picture's (c, s, s)
    data_mean, data_std     (D,) and a number, or (M, D) and M numbers, one for each member: the plain network
                            standardises its input with them

    Raises ValueError if the kind of network does not take samples of that shape.
    """
    if spec.kind == "unet":
        picture = UNet(spec, schedule, (shape,) if isinstance(shape, int) else shape, len(seeds))
        picture.initialise(torch.Generator().manual_seed(seeds[0]))
        return picture.to(device)
    dimensions = shape if isinstance(shape, int) else shape[0]
    if not isinstance(shape, int) and len(shape) != 1:
        raise ValueError(f"A {spec.kind} network takes points, not samples of the shape {shape}.")
    network: NoiseNetwork
    if spec.kind == "plain":
        mean = torch.zeros(dimensions) if data_mean is None else data_mean.detach().cpu().float()
        stds = [data_std] * len(seeds) if isinstance(data_std, (int, float)) else list(data_std)
        network = PlainNetwork(spec, schedule, mean.expand(len(seeds), dimensions), stds)
    else:
        network = ResidualNetwork(spec, schedule, dimensions, len(seeds))
    for member, seed in enumerate(seeds):
        generator = torch.Generator().manual_seed(seed)
        for layer in network.modules():
            if isinstance(layer, StackedLinear):
                layer.initialise(member, generator, xavier=spec.kind == "residual")
    return network.to(device)


class PlainNetwork(NoiseNetwork):
    """The fast default: an MLP on [standardised x, features of the log-SNR of t].

    means (M, D) and stds (M) are those of each member's data.
    """

    TIME_OCTAVES = 8

    def __init__(
        self, spec: NetworkSpec, schedule: NoiseSchedule, means: Tensor, stds: Sequence[float]
    ) -> None:
        members, dimensions = means.shape
        super().__init__(members, (dimensions,))
        self.octaves, self.activation = spec.x_octaves, ACTIVATIONS[spec.activation]
        alpha_bars = schedule.alpha_bars
        variance = torch.tensor([std**2 for std in stds], dtype=torch.float64)[:, None]
        gain = (alpha_bars * variance + 1 - alpha_bars).rsqrt()[..., None]  # (M, T, 1)
        offset = (-gain * alpha_bars.sqrt()[:, None]).float() * means[:, None]  # (M, T, D)
        self.register_buffer("gain", gain.float())
        self.register_buffer("offset", offset)
        self.converts = spec.prediction != "noise"
        if self.converts:
            skip, scale = _from_output(spec.prediction, schedule)
            self.register_buffer("skip", skip.float()[:, None])  # (T, 1)
            self.register_buffer("scale", scale.float()[:, None])
        self.matches_flow = spec.prediction == "flow"
        if self.matches_flow:
            # An error of the noise is tau times that of the velocity. Where tau is smaller than in any step
            # that a sampler visits, float32 could not tell the two apart.
            self.register_buffer("weights", schedule.flow_time.clamp(min=INFORMATIVE_SIGNAL).pow(-2).float())
        self.register_buffer("time", log_snr_features(schedule, self.TIME_OCTAVES))  # (T, 16)
        self.register_buffer("member", torch.arange(members)[:, None])  # (M, 1)
        inputs = dimensions * (1 + 2 * spec.x_octaves) + 2 * self.TIME_OCTAVES
        widths = [inputs] + [spec.width] * spec.depth
        self.hidden = nn.ModuleList(
            StackedLinear(members, a, b) for a, b in zip(widths, widths[1:], strict=False)
        )
        self.learns_variance = spec.variance == "learned"
        self.out = StackedLinear(members, spec.width, dimensions * (1 + self.learns_variance))

    def forward(self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None) -> Tensor:
        return self.noise_and_fraction(x, t, rows)[0]

    def noise_and_fraction(
        self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None
    ) -> tuple[Tensor, Tensor | None]:
        member, time = cast(Tensor, self.member), cast(Tensor, self.time)[t]
        gain, offset = (cast(Tensor, table)[member, t] for table in (self.gain, self.offset))  # (M, n | 1, _)
        x_t = x
        x = torch.addcmul(offset, x, gain)
        if self.octaves:
            angles = torch.cat([x * (math.pi / 2 * 2**octave) for octave in range(self.octaves)], -1)
            x = torch.cat([x, angles.sin(), angles.cos()], -1)
        h = torch.cat([x, time.expand(*x.shape[:2], -1)], -1)
        for layer in self.hidden:
            h = self.activation(layer(h))
        output, fraction = self.out(h), None
        if self.learns_variance:
            output, raised = output.chunk(2, -1)
            fraction = (raised + 1) / 2
        if not self.converts:
            return output, fraction
        skip, scale = (cast(Tensor, table)[t] for table in (self.skip, self.scale))
        return skip * x_t + scale * output, fraction

    def loss_weights(self) -> Tensor | None:
        return cast(Tensor, self.weights) if self.matches_flow else None


def _from_output(prediction: Prediction, schedule: NoiseSchedule) -> tuple[Tensor, Tensor]:
    """skip and scale, (T,) float64 each, with noise = skip x_t + scale output."""
    signal, noise = schedule.alpha_bars.sqrt(), (1 - schedule.alpha_bars).sqrt()
    if prediction == "x0":
        return 1 / noise, -signal / noise
    if prediction == "flow":
        return 1 / (signal + noise), -schedule.flow_time
    return noise, signal


class ResidualNetwork(NoiseNetwork):
    """The network of the authors' code: 66,817 parameters in 1-D at width 128 with shared blocks, 166,401
    without."""

    def __init__(self, spec: NetworkSpec, schedule: NoiseSchedule, dimensions: int, members: int) -> None:
        super().__init__(members, (dimensions,))
        self.passes = spec.depth
        width = spec.width
        self.register_buffer("frequencies", _sinusoidal_features(schedule.steps, width))  # (T, W)
        self.inward = StackedLinear(members, dimensions, width, bias=False)
        self.embed = StackedLinear(members, width, width)
        distinct = 1 if spec.shared_blocks else spec.depth
        self.blocks = nn.ModuleList(ResidualBlock(members, width) for _ in range(distinct))
        self.norm = StackedLayerNorm(members, width)
        self.out = StackedLinear(members, width, dimensions)

    def forward(self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None) -> Tensor:
        # The embedding depends on t alone: one row for one t, the whole table when there are more
        # samples than steps.
        frequencies = cast(Tensor, self.frequencies)
        if rows:
            times = [_take(row, cast(Tensor, t)) for row in rows]
        elif isinstance(t, int):
            times = self._times(frequencies[t].expand(self.members, 1, -1))
        elif t.shape[1] < len(frequencies):
            times = self._times(frequencies[t])
        else:
            times = [_take(row, t) for row in self.step_rows()]
        h = self.inward(x)
        for index in range(self.passes):
            which = index % len(times)
            h = cast(ResidualBlock, self.blocks[which])(h, times[which])
        return self.out(functional.leaky_relu(self.norm(h), 0.02))

    def step_rows(self) -> list[Tensor]:
        """What each block adds for the step, (M, T, W) a block."""
        return self._times(cast(Tensor, self.frequencies).expand(self.members, -1, -1))

    def _times(self, rows: Tensor) -> list[Tensor]:
        embedding = functional.leaky_relu(self.embed(rows), 0.02)
        return [cast(ResidualBlock, block).project(embedding) for block in self.blocks]


class ResidualBlock(nn.Module):
    """x + W2 act(norm(W1 act(norm(x)) + time)), act = LeakyReLU with slope 0.02."""

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.norm_in, self.norm_mid = StackedLayerNorm(members, width), StackedLayerNorm(members, width)
        self.first = StackedLinear(members, width, width, bias=False)
        self.second = StackedLinear(members, width, width, bias=False)
        self.project = StackedLinear(members, width, width)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.first(functional.leaky_relu(self.norm_in(x), 0.02)) + time
        return x + self.second(functional.leaky_relu(self.norm_mid(h), 0.02))


class StackedLinear(nn.Module):
    """M linear layers side by side: (M, n, inputs) -> (M, n, outputs)."""

    def __init__(self, members: int, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(members, inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs)) if bias else None

    @torch.no_grad()
    def initialise(self, member: int, generator: torch.Generator, *, xavier: bool) -> None:
        """Glorot and Bengio's uniform weights and zero biases, or PyTorch's default for a linear layer."""
        inputs, outputs = self.weight.shape[1:]
        bound = math.sqrt(6 / (inputs + outputs)) if xavier else 1 / math.sqrt(inputs)
        self.weight[member].uniform_(-bound, bound, generator=generator)
        if self.bias is not None and not xavier:
            self.bias[member].uniform_(-bound, bound, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        return torch.bmm(x, self.weight) if self.bias is None else torch.baddbmm(self.bias, x, self.weight)


class StackedLayerNorm(nn.Module):
    """M layer normalisations over the last dimension, each with its own scale and shift."""

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(members, 1, width))
        self.shift = nn.Parameter(torch.zeros(members, 1, width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.addcmul(self.shift, functional.layer_norm(x, x.shape[-1:]), self.scale)


def _take(rows: Tensor, t: Tensor) -> Tensor:
    """Rows (M, T, W) for each sample's step (M, n), as (M, n, W)."""
    members, steps, width = rows.shape
    first = torch.arange(members, device=t.device)[:, None] * steps
    return rows.reshape(-1, width).index_select(0, (t + first).flatten()).view(*t.shape, width)


def _sinusoidal_features(steps: int, width: int) -> Tensor:
    """The usual sinusoidal embedding of t (Vaswani et al. 2017): (T, width)."""
    half = width // 2
    rates = torch.exp(-math.log(10_000) * torch.arange(half, dtype=torch.float64) / max(half - 1, 1))
    angles = torch.arange(steps, dtype=torch.float64)[:, None] * rates
    return functional.pad(torch.cat([angles.sin(), angles.cos()], 1), (0, width % 2)).float()
