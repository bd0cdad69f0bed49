"""What a noisy picture says of the columns of a distribution of shapes, in closed form.

Which columns hold a shape is a softmax over the ways in which at least one does: that leaves out the blank
picture without subtracting it, so nothing cancels where blank is nearly certain.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def expected_ink(pixels: Sequence[Tensor], templates: Sequence[Tensor], gain: Tensor) -> list[Tensor]:
    """The chance that each pixel of x_0 is white given x_t, in a picture of C independent columns, not all of
    them blank.

    pixels      x_t in each column, C tensors (n, P)
    templates   what may stand there, C tensors (M, P), 1 where white
    gain        2 sqrt(alpha_bar) / (1 - alpha_bar), (n | 1, 1) float64

    Returns C tensors (n, P) in [0, 1]. Against blank, -1 everywhere, the log-likelihood ratio of a template T
    is gain <x_t, T>.
    """
    odds, shares = [], []
    for x, drawn in zip(pixels, templates, strict=True):
        scores = x @ drawn.T
        best = scores.amax(1, keepdim=True)
        weights = torch.exp(gain.to(x) * (scores - best))
        total = weights.sum(1, keepdim=True)
        odds.append(_odds(gain, best, total, len(drawn)))
        shares.append(weights @ drawn / total)
    taken = ways(len(templates), gain.device).double()
    present = torch.softmax(torch.cat(odds, 1) @ taken.T, 1) @ taken  # (n, C)
    return [present[:, [place]].to(share) * share for place, share in enumerate(shares)]


def likeliest_ink(pixels: Sequence[Tensor], templates: Sequence[Tensor], gain: Tensor) -> list[Tensor]:
    """The likeliest way to fill the columns, and in each that it fills the likeliest template: C tensors (n,
    P), 1 where white. Arguments as of expected_ink.

    In two stages, because one template among hundreds is less likely than blank as long as nothing is known:
    the likeliest single picture of pure noise would always hold one shape only.
    """
    odds, drawings = [], []
    for x, drawn in zip(pixels, templates, strict=True):
        scores = x @ drawn.T
        best, number = scores.max(1, keepdim=True)
        total = torch.exp(gain.to(x) * (scores - best)).sum(1, keepdim=True)
        odds.append(_odds(gain, best, total, len(drawn)))
        drawings.append(drawn[number[:, 0]])
    taken = ways(len(templates), gain.device)
    way = taken[(torch.cat(odds, 1) @ taken.double().T).argmax(1)]  # (n, C)
    return [way[:, [place]].to(drawing) * drawing for place, drawing in enumerate(drawings)]


def ways(places: int, device: torch.device) -> Tensor:
    """Which places are taken, in each way to take at least one: (2^places - 1, places) bool."""
    numbers = torch.arange(1, 2**places, device=device)
    return (numbers[:, None] >> torch.arange(places, device=device)) % 2 == 1


def _odds(gain: Tensor, best: Tensor, total: Tensor, count: int) -> Tensor:
    """Log odds of a shape against blank, (n, 1), from the best of so many templates' scores and the sum of
    their weights beside it; float64: a gain of 1e4 is usual."""
    return gain * best + (total / count).log()
