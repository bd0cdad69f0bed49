"""Layers of M networks side by side: every weight has a leading dimension M."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


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
