"""Pictures that are no digits, made of digits: what a judge learns to refuse, and is tested on.

A diffusion model's inventions lie between digits, so most of these do, too. All take pictures
(n, 1, s, s) from -1 (ground) to 1 (ink) and give as many.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Forge = Callable[[Tensor, Tensor, torch.Generator], Tensor]


def _both(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """The ink of both."""
    return torch.maximum(one, other)


def _between(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """A pale mixture of both, 35 to 65 % of one."""
    share = 0.35 + 0.3 * torch.rand(len(one), 1, 1, 1, generator=draw)
    return share * one + (1 - share) * other


def _upper_lower(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """The upper half of one above the lower half of the other, moved aside by a fifth."""
    half, aside = one.shape[2] // 2, one.shape[3] // 5
    return torch.cat([one[:, :, :half], other[:, :, half:].roll(aside, 3)], 2)


def _left_right(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    half, aside = one.shape[3] // 2, one.shape[2] // 5
    return torch.cat([one[..., :half], other[..., half:].roll(aside, 2)], 3)


def _diagonal(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """One above the rising diagonal, the other, moved down by a fifth, below it."""
    above = torch.ones(one.shape[2:]).tril().flip(1) > 0
    return torch.where(above, one, other.roll(one.shape[2] // 5, 2))


def _quarters(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """Its four quarters in another order."""
    rows, columns = one.shape[2] // 2, one.shape[3] // 2
    turned = one.roll((rows, columns), (2, 3))
    return torch.cat([turned[:, :, :rows], turned[:, :, rows:].flip(3)], 2)


def _torn(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """A third of its ink is gone, in blocks of four by four pixels."""
    blocks = torch.rand(len(one), 1, one.shape[2] // 4, one.shape[3] // 4, generator=draw) < 0.4
    gone = functional.interpolate(blocks.float(), one.shape[2:], mode="nearest") > 0
    return one.masked_fill(gone, -1.0)


def _speckled(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """Specks of ink all over it."""
    specks = torch.rand(one.shape, generator=draw) < 0.08
    return one.masked_fill(specks, 1.0)


def _strokes(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    """Soft blots: noise without anything of a digit."""
    blots = functional.avg_pool2d(torch.randn(one.shape, generator=draw), 5, 1, 2)
    return (8 * blots - 1).clamp(-1, 1)


def _blank(one: Tensor, other: Tensor, draw: torch.Generator) -> Tensor:
    return torch.full_like(one, -1.0)


LEARNED: dict[str, Forge] = {
    "two at once": _both,
    "between two": _between,
    "upper and lower halves": _upper_lower,
    "left and right halves": _left_right,
    "torn": _torn,
    "blots": _strokes,
}
UNSEEN: dict[str, Forge] = {
    "halves along a diagonal": _diagonal,
    "quarters exchanged": _quarters,
    "speckled": _speckled,
    "blank": _blank,
}  # that a judge is tested on and never learns from


def forged(pictures: Tensor, labels: Tensor, forge: Forge, draw: torch.Generator) -> Tensor:
    """Forgeries of pictures (n, 1, s, s), each made with a picture of another digit: (m, 1, s, s), m <= n."""
    partner = torch.randperm(len(pictures), generator=draw)
    differ = labels != labels[partner]
    return forge(pictures[differ], pictures[partner][differ], draw)
