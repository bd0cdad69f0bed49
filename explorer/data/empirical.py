"""The perfect denoiser of a finite set: what a network that knows its training data by heart would predict.

    E[x_0 | x_t] = sum_i w_i x_i,  w = softmax of -|x_t - a x_i|^2 / (2 (1 - alpha_bar)),  a = sqrt(alpha_bar)

At little noise it gives back a member. Computed on x_t's device, in float64 where it has that; the answer has
x_t's precision. alpha_bar is one for all samples, or (n,).
"""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.compute.device import has_float64, host_float64, moved

CHUNK = 500  # members compared at once, to bound the memory
CLEAN = 1e-12  # the least noise variance, where the posterior is the nearest member
MOST_COPIES = 4  # of sets on a GPU


def empirical_mean(members: Tensor, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
    """E[x_0 | x_t] if x_0 is one of the members (m, *shape), each as likely: (n, *shape) -> (n, *shape).

    Raises ValueError if shapes differ, or for another number of levels than samples.
    """
    return _mean(members, x_t, alpha_bar).to(x_t.dtype)


def empirical_noise(members: Tensor, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
    """E[noise | x_t] = (x_t - a E[x_0 | x_t]) / sqrt(1 - alpha_bar). Raises ValueError as `empirical_mean`
    does."""
    level = _level(alpha_bar, x_t).reshape(-1, *[1] * (x_t.ndim - 1))
    mean = _mean(members, x_t, alpha_bar)
    signal, noise_std = (
        moved(v, x_t.device, mean.dtype) for v in (level.sqrt(), (1 - level).clamp(min=CLEAN).sqrt())
    )
    return ((x_t.detach().to(mean.dtype) - signal * mean) / noise_std).to(x_t.dtype)


def _mean(members: Tensor, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
    """E[x_0 | x_t] on x_t's device, in its widest precision."""
    if x_t.shape[1:] != members.shape[1:]:
        raise ValueError(f"Samples have the shape {tuple(members.shape[1:])}, not {tuple(x_t.shape[1:])}.")
    here = members if x_t.device.type == members.device.type else _copied(members, x_t.device)
    flat, level = here.flatten(1), _level(alpha_bar, x_t)  # (m, D), (n | 1, 1)
    if has_float64(x_t.device):
        points = x_t.detach().double().flatten(1)
        signal, variance = (moved(v, x_t.device) for v in (level.sqrt(), (1 - level).clamp(min=CLEAN)))
        parts = flat.split(CHUNK)
        logits = torch.cat([_log_weights(points, part.double(), signal, variance) for part in parts], 1)
    else:
        points = x_t.detach().float().flatten(1)
        logits = _safe_log_weights(points, flat, level)
    mean = torch.zeros_like(points)
    for share, part in zip(torch.softmax(logits, 1).split(CHUNK, 1), flat.split(CHUNK), strict=True):
        mean += share @ part.to(points.dtype)
    return mean.view(x_t.shape)


_copies: dict[tuple[int, str], tuple[Tensor, Tensor]] = {}  # by the set and the device: the set, and its copy


def _copied(members: Tensor, device: torch.device) -> Tensor:
    """The members on a GPU; not to be written to."""
    key = (id(members), str(device))
    if key not in _copies:
        while len(_copies) >= MOST_COPIES:
            _copies.pop(next(iter(_copies)), None)
        _copies[key] = members, members.to(device)
    return _copies[key][1]


def _log_weights(points: Tensor, part: Tensor, signal: Tensor, variance: Tensor) -> Tensor:
    """-|x_t - a x_i|^2 / 2 v without its term |x_t|^2, which is the same for all i: (n, m)."""
    return (signal * (points @ part.T) - signal.square() * part.square().sum(1) / 2) / variance


def _safe_log_weights(points: Tensor, members: Tensor, level: Tensor) -> Tensor:
    """The same up to what all i share, (n, m), in float32.

    With the nearest member x_b it is a <x_t - a x_b, x_i - x_b> / v - a^2 |x_i - x_b|^2 / 2 v: both terms are
    small where members compete, so that 1 / v magnifies no rounding of large numbers.
    """
    gain, over = (
        moved(v, points.device) for v in (level.sqrt() / (1 - level).clamp(min=CLEAN), level.sqrt())
    )
    norms = members.square().sum(1)
    nearest = (points @ members.T - over * norms / 2).argmax(1)
    rows = []
    for row, best in enumerate(members[nearest]):
        which = min(row, len(level) - 1)
        apart = members - best
        away = points[row] - over[which] * best
        rows.append(gain[which] * (apart @ away - over[which] * apart.square().sum(1) / 2))
    return torch.stack(rows)


def _level(alpha_bar: float | Tensor, x_t: Tensor) -> Tensor:
    """alpha_bar as (n | 1, 1) float64 on the CPU. Raises ValueError for another number of levels than
    samples."""
    level = host_float64(alpha_bar).reshape(-1, 1)
    if len(level) not in (1, len(x_t)):
        raise ValueError(f"Give one alpha_bar, or one for each of the {len(x_t)} samples, not {len(level)}.")
    return level
