"""The posterior of the columns of a noisy picture of shapes, in closed form.

Which columns hold a shape is a softmax over the ways in which at least one does: that leaves out the blank
picture without subtracting it, so nothing cancels where blank is nearly certain.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from explorer.compute.device import has_float64, moved


def expected_ink(pixels: Sequence[Tensor], templates: Sequence[Tensor], gain: Tensor) -> list[Tensor]:
    """The chance that each pixel of x_0 is white given x_t, in a picture of C independent columns, not all of
    them blank.

    pixels      x_t in each column, C tensors (n, P)
    templates   what may stand there, C tensors (M, P), 1 where white
    gain        2 sqrt(alpha_bar) / (1 - alpha_bar), (n | 1, 1) float64 on the CPU

    Returns C tensors (n, P) in [0, 1]. Against blank, -1 everywhere, the log-likelihood ratio of a template T
    is gain <x_t, T>.
    """
    bests, spreads, shares = [], [], []
    for x, drawn in zip(pixels, templates, strict=True):
        scores = x @ drawn.T
        best = scores.amax(1, keepdim=True)
        weights = torch.exp(moved(gain, x.device, x.dtype) * (scores - best))
        total = weights.sum(1, keepdim=True)
        bests.append(best)
        spreads.append((total / len(drawn)).log())
        shares.append(weights @ drawn / total)
    taken = ways(len(templates), pixels[0].device)
    logits = _logits_of_ways(gain, torch.cat(bests, 1), torch.cat(spreads, 1), taken)
    present = torch.softmax(logits, 1) @ taken.to(logits)  # (n, C)
    return [present[:, place : place + 1].to(share) * share for place, share in enumerate(shares)]


def likeliest_ink(pixels: Sequence[Tensor], templates: Sequence[Tensor], gain: Tensor) -> list[Tensor]:
    """The likeliest way to fill the columns, and in each that it fills the likeliest template: C tensors (n,
    P), 1 where white. Arguments as of expected_ink.

    In two stages, because one template among hundreds is less likely than blank as long as nothing is known:
    the likeliest single picture of pure noise would always hold one shape only.
    """
    bests, spreads, drawings = [], [], []
    for x, drawn in zip(pixels, templates, strict=True):
        scores = x @ drawn.T
        best, number = scores.max(1, keepdim=True)
        total = torch.exp(moved(gain, x.device, x.dtype) * (scores - best)).sum(1, keepdim=True)
        bests.append(best)
        spreads.append((total / len(drawn)).log())
        drawings.append(drawn[number[:, 0]])
    taken = ways(len(templates), pixels[0].device)
    logits = _logits_of_ways(gain, torch.cat(bests, 1), torch.cat(spreads, 1), taken)
    way = taken[logits.argmax(1)]  # (n, C)
    return [way[:, place : place + 1].to(drawing) * drawing for place, drawing in enumerate(drawings)]


def ways(places: int, device: torch.device) -> Tensor:
    """Which places are taken, in each way to take at least one: (2^places - 1, places) bool."""
    numbers = torch.arange(1, 2**places, device=device)
    return (numbers[:, None] >> torch.arange(places, device=device)) % 2 == 1


def _logits_of_ways(gain: Tensor, best: Tensor, spread: Tensor, taken: Tensor) -> Tensor:
    """Log odds of each way to take columns (W, C) against blank, (n, W), up to what all ways of a picture
    share.

    best        in each column the score of its best template, (n, C)
    spread      log of the mean weight of its templates beside the best, (n, C)

    A column's log odds are gain * best + spread. A gain of 1e4 is usual, so that is in float64. Without
    float64 the scores of the ways are subtracted from the best way's before the gain multiplies what is left:
    equal scores then differ by what they differ by, and not by the rounding of a million.
    """
    if has_float64(best.device):
        return (moved(gain, best.device) * best + spread) @ taken.double().T
    scores = best @ taken.to(best).T
    return moved(gain, best.device) * (scores - scores.amax(1, keepdim=True)) + spread @ taken.to(spread).T
