"""The plain reference that the engine is measured against: diffusion as the papers' pseudo-code has it.

Training is algorithm 1 of Ho et al. 2020 and sampling is algorithm 2, in PyTorch as one writes it down first:
a Dataset and a DataLoader, Adam as it comes, the loss read at every step, time embedded for every row, all T
steps of the chain with tensors of coefficients at each. Nothing of the explorer is used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

NoiseFunction = Callable[[Tensor, Tensor], Tensor]  # x_t (n, *shape) and t (n,) -> noise (n, *shape)


class SmallNetwork(nn.Module):
    """An MLP with SiLU on [x of unit variance, sines and cosines of the log-SNR of t].

    betas (T,), mean (D,) and std are those of the schedule and of the data; the generator draws the weights.
    """

    OCTAVES = 8

    def __init__(
        self,
        betas: Tensor,
        mean: Tensor,
        std: float,
        generator: torch.Generator,
        width: int = 64,
        depth: int = 3,
    ) -> None:
        super().__init__()
        alpha_bars = torch.cumprod(1 - betas, 0).clamp(min=1e-300)
        self.alpha_bars, self.mean, self.std = alpha_bars, mean, std
        level = (torch.log(alpha_bars) - torch.log1p(-alpha_bars)).clamp(min=-12)
        self.level = 2 * (level - level.min()) / (level.max() - level.min()) - 1
        widths = [len(mean) + 2 * self.OCTAVES] + [width] * depth
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:], strict=False))
        self.out = nn.Linear(width, len(mean))
        for layer in [*self.hidden, self.out]:
            for parameter in layer.parameters():
                bound = layer.in_features**-0.5
                nn.init.uniform_(parameter, -bound, bound, generator=generator)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        alpha_bar = extract(self.alpha_bars, t, x)
        x = (x - alpha_bar.sqrt() * self.mean) / (alpha_bar * self.std**2 + 1 - alpha_bar).sqrt()
        octaves = 2.0 ** torch.arange(self.OCTAVES)
        angles = extract(self.level, t, x) * math.pi / 2 * octaves
        h = torch.cat([x, angles.sin(), angles.cos()], 1)
        for layer in self.hidden:
            h = functional.silu(layer(h))
        return self.out(h)


class AuthorsBlock(nn.Module):
    """x + linear(act(norm(linear(act(norm(x))) + linear(time)))), act = LeakyReLU with slope 0.02."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm_in, self.norm_mid = nn.LayerNorm(width), nn.LayerNorm(width)
        self.first, self.second = (nn.Linear(width, width, bias=False) for _ in range(2))
        self.project = nn.Linear(width, width)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.first(functional.leaky_relu(self.norm_in(x), 0.02)) + self.project(time)
        return x + self.second(functional.leaky_relu(self.norm_mid(h), 0.02))


class AuthorsNetwork(nn.Module):
    """The network of arXiv 2406.09358: one residual block, passed three times, and a sinusoidal embedding of
    time; Xavier's uniform weights."""

    PASSES = 3

    def __init__(self, dimensions: int, generator: torch.Generator, width: int = 128) -> None:
        super().__init__()
        self.width = width
        self.inward = nn.Linear(dimensions, width, bias=False)
        self.embed = nn.Linear(width, width)
        self.block = AuthorsBlock(width)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, dimensions)
        for layer in self.modules():
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight, generator=generator)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        time = functional.leaky_relu(self.embed(sinusoidal(t, self.width)), 0.02)
        h = self.inward(x)
        for _ in range(self.PASSES):
            h = self.block(h, time)
        return self.out(functional.leaky_relu(self.norm(h), 0.02))


def sinusoidal(t: Tensor, width: int) -> Tensor:
    """Sines and cosines of t at wavelengths from 2 pi to 20,000 pi (Vaswani et al. 2017), (n, width)."""
    half = width // 2
    rates = torch.exp(-math.log(10_000) * torch.arange(half) / (half - 1))
    angles = t[:, None].float() * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def extract(table: Tensor, t: Tensor, like: Tensor) -> Tensor:
    """The entries of a table (T,) at t (n,), shaped to multiply `like` (n, *shape)."""
    return table[t].to(like.dtype).reshape(-1, *[1] * (like.ndim - 1))


def train(
    network: nn.Module,
    points: Tensor,
    betas: Tensor,
    *,
    batch: int,
    learning_rate: float,
    generator: torch.Generator,
) -> Iterator[float]:
    """Algorithm 1: train for as long as it is asked to, yielding the loss of every step."""
    alpha_bars = torch.cumprod(1 - betas, 0)
    signals, spreads = alpha_bars.sqrt(), (1 - alpha_bars).sqrt()
    loader = DataLoader(TensorDataset(points), batch, shuffle=True, drop_last=True, generator=generator)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    while True:
        for (x_0,) in loader:
            t = torch.randint(len(betas), (len(x_0),), generator=generator)
            noise = torch.randn(x_0.shape, generator=generator)
            x_t = extract(signals, t, x_0) * x_0 + extract(spreads, t, x_0) * noise
            loss = functional.mse_loss(network(x_t, t), noise)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            yield loss.item()


def sample(
    network: NoiseFunction, n: int, shape: tuple[int, ...], betas: Tensor, generator: torch.Generator
) -> Iterator[Tensor]:
    """Algorithm 2 with sigma_t^2 = beta_t: yields x (n, *shape) after each of T steps, the sample at last."""
    alphas = 1 - betas
    keeps, pulls = alphas.rsqrt(), betas / (1 - torch.cumprod(alphas, 0)).sqrt()
    spreads = betas.sqrt()
    x = torch.randn(n, *shape, generator=generator)
    for step in reversed(range(len(betas))):
        t = torch.full((n,), step)
        with torch.no_grad():
            noise = network(x, t)
        x = extract(keeps, t, x) * (x - extract(pulls, t, x) * noise)
        if step > 0:
            x = x + extract(spreads, t, x) * torch.randn(x.shape, generator=generator)
        yield x
