"""A small U-Net that predicts the noise in pictures (after Ronneberger et al. 2015 and Ho et al. 2020)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.compute.device import trains_in_bfloat16
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.noise_network import NoiseNetwork, log_snr_features
from explorer.diffusion.schedule import NoiseSchedule

TIME_OCTAVES = 8
CHANNELS = (1, 3)  # of pictures: grey, or red, green and blue
PATCH = 2  # pixels of a patch's side that become channels: a quarter of the work of every layer
WIDENING = (1, 2, 2)  # channels of each level in units of the spec's width
GROUPS = 8


class UNet(NoiseNetwork):
    """Three levels of residual blocks on 2 x 2 patches of pictures, grey or in colour; a stack of one member.

    `width` of the spec is the number of channels at the finest level, `depth` the residual blocks of a level.
    Raises ValueError for pictures that are neither (1, s, s) nor (3, s, s) with s even and at least 8, a
    width that is not a multiple of 8, or more than one member.
    """

    def __init__(
        self, spec: NetworkSpec, schedule: NoiseSchedule, shape: tuple[int, ...], members: int
    ) -> None:
        super().__init__(members, shape)
        of_picture = len(shape) == 3 and shape[0] in CHANNELS and shape[1] == shape[2]
        if not of_picture or shape[1] < 8 or shape[1] % PATCH:
            raise ValueError(
                f"The U-Net takes pictures (1, s, s) or (3, s, s) with s even and at least 8, not {shape}."
            )
        if spec.width % GROUPS:
            raise ValueError(f"The U-Net's width {spec.width} is not a multiple of {GROUPS}.")
        if members != 1:
            raise ValueError(f"The U-Net trains alone, not as a stack of {members}.")
        widths = [spec.width * factor for factor in WIDENING]
        time = 4 * spec.width
        self.register_buffer("features", log_snr_features(schedule, TIME_OCTAVES))  # (T, 16)
        self.embed = nn.Sequential(nn.Linear(2 * TIME_OCTAVES, time), nn.SiLU(), nn.Linear(time, time))
        self.inward = nn.Conv2d(shape[0] * PATCH**2, widths[0], 3, padding=1)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        for width, wider in zip(widths, [*widths[1:], widths[-1]], strict=True):
            self.down.append(nn.ModuleList(Block(width, width, time) for _ in range(spec.depth)))
            last = len(self.down) == 2 * len(widths) - 1
            self.down.append(nn.Identity() if last else nn.Conv2d(width, wider, 3, stride=2, padding=1))
        self.middle = Block(widths[-1], widths[-1], time)
        for width, narrower in zip(widths[::-1], [*widths[-2::-1], widths[0]], strict=True):
            blocks = [Block(2 * width if i == 0 else width, width, time) for i in range(spec.depth)]
            self.up.append(nn.ModuleList(blocks))
            last = len(self.up) == 2 * len(widths) - 1
            self.up.append(nn.Identity() if last else nn.Conv2d(width, narrower, 3, padding=1))
        self.norm = nn.GroupNorm(GROUPS, widths[0])
        self.out = nn.Conv2d(widths[0], shape[0] * PATCH**2, 3, padding=1)

    def forward(self, x: Tensor, t: int | Tensor, rows: Sequence[Tensor] | None = None) -> Tensor:
        """Predicted noise (1, n, c, s, s) in x of that shape; t is one step, or one a picture, (1, n)."""
        features = cast(Tensor, self.features)
        time = features[t].expand(1, -1) if isinstance(t, int) else features[t[0]]
        with _precision(x):
            time = self.embed(time)
            h = self.inward(functional.pixel_unshuffle(x[0], PATCH))
            kept = []
            for blocks, shrink in _pairs(self.down):
                for block in cast(nn.ModuleList, blocks):
                    h = block(h, time)
                kept.append(h)
                h = shrink(h)
            h = self.middle(h, time)
            for blocks, narrow in _pairs(self.up):
                h = torch.cat([h, kept.pop()], 1)
                for block in cast(nn.ModuleList, blocks):
                    h = block(h, time)
                if kept:
                    h = narrow(functional.interpolate(h, size=kept[-1].shape[2:], mode="nearest"))
            h = self.out(functional.silu(self.norm(h)))
        return functional.pixel_shuffle(h.float(), PATCH)[None]

    @torch.no_grad()
    def initialise(self, generator: torch.Generator) -> None:
        """PyTorch's default for every layer, drawn from the generator; each block's last starts at zero."""
        for layer in self.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                bound = 1 / math.sqrt(layer.weight[0].numel())
                layer.weight.uniform_(-bound, bound, generator=generator)
                assert layer.bias is not None
                layer.bias.uniform_(-bound, bound, generator=generator)
        for layer in (self.out, *(block.second for block in self.modules() if isinstance(block, Block))):
            layer.weight.zero_()
            cast(Tensor, layer.bias).zero_()


class Block(nn.Module):
    """x + conv(act(norm(conv(act(norm(x))) + time))), act = SiLU; x is projected where the width changes."""

    def __init__(self, inputs: int, outputs: int, time: int) -> None:
        super().__init__()
        self.norm_in, self.norm_mid = nn.GroupNorm(GROUPS, inputs), nn.GroupNorm(GROUPS, outputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.project = nn.Linear(time, outputs)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = (
            self.first(functional.silu(self.norm_in(x)))
            + self.project(functional.silu(time))[..., None, None]
        )
        return self.skip(x) + self.second(functional.silu(self.norm_mid(h)))


def _pairs(modules: nn.ModuleList) -> list[tuple[nn.Module, nn.Module]]:
    listed = list(modules)
    return list(zip(listed[::2], listed[1::2], strict=True))


def _precision(x: Tensor) -> AbstractContextManager[object]:
    """bfloat16 while training, where that is faster; sampling keeps all digits."""
    if torch.is_grad_enabled() and trains_in_bfloat16(x.device):
        return torch.autocast(x.device.type, torch.bfloat16)
    return nullcontext()
