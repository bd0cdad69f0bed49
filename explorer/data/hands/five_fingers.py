"""Drawn hands that always have five fingers, by construction and by count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from explorer.compute.device import has_float64, host_float64, moved
from explorer.data.hands.drawing import SIZE, draw_hands
from explorer.data.hands.finger_count import check_pictures, count_fingers

FINGERS = 5
KINDS = ("five", "fewer", "more", "no hand")
NO_HAND = 5.0  # distance to the support, in fingers, of a picture without a hand
REFERENCES, REFERENCE_SEED = 4_000, 5  # drawings that stand for all drawings
CHUNK = 500  # references compared at once, to bound the memory
CLEAN = 1e-12  # the least noise variance, where the posterior is the nearest reference


@dataclass(frozen=True)
class FiveFingers:
    """Drawings of hands, (1, 48, 48) from -1 (ground) to 1 (ink), with exactly five fingers each.

    Every drawing is counted; one that does not count five is drawn again. Raises ValueError for another size.
    """

    size: int = SIZE

    def __post_init__(self) -> None:
        if self.size != SIZE:
            raise ValueError(f"Hands are drawn {SIZE} pixels wide, not {self.size}.")

    @property
    def shape(self) -> tuple[int, ...]:
        return (1, self.size, self.size)

    # ---- samples ---------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n drawings, (n, 1, 48, 48) float32, on the generator's device.

        balanced makes every second hand a left one; otherwise a coin decides.
        """
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        mirrored = torch.arange(n, device=generator.device) % 2 == 1 if balanced else None
        images = draw_hands(n, generator, FINGERS, mirrored=mirrored)
        wrong = (count_fingers(images).count != FINGERS).nonzero()[:, 0]
        while len(wrong):
            sides = None if mirrored is None else mirrored[wrong]
            again = draw_hands(len(wrong), generator, FINGERS, mirrored=sides)
            images[wrong] = again
            wrong = wrong[count_fingers(again).count != FINGERS]
        return images

    # ---- the empirical optimum -------------------------------------------------------------------

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t] over a fixed set of 4,000 drawings: (n, 1, 48, 48) -> (n, 1, 48, 48).

        All drawings have no closed form. This is the *empirical* optimum, the perfect denoiser of that finite
        set: a softmax of -|x_t - a x_i|^2 / (2 (1 - alpha_bar)) over its members x_i. At little noise it
        gives back a member, so that sampling with it would only reproduce the set. alpha_bar is one for all,
        or (n,). Computed on x_t's device, in float64 where it has that; the answer has x_t's precision.
        """
        return _posterior_mean(x_t, alpha_bar).to(x_t.dtype)

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] = (x_t - a E[x_0 | x_t]) / sqrt(1 - alpha_bar), of the same empirical optimum."""
        level = _level(alpha_bar, x_t)
        mean = _posterior_mean(x_t, alpha_bar)
        signal, noise_std = (
            moved(v, x_t.device, mean.dtype) for v in (level.sqrt(), (1 - level).clamp(min=CLEAN).sqrt())
        )
        return ((x_t.detach().to(mean.dtype) - signal * mean) / noise_std).to(x_t.dtype)

    # ---- the support -----------------------------------------------------------------------------

    def distance_to_support(self, x: Tensor) -> Tensor:
        """How many fingers too many or too few, (n, 1, 48, 48) -> (n,) float32; 5 where there is no hand."""
        counted = count_fingers(x)
        return torch.where(counted.hand, (counted.count - FINGERS).abs().float(), NO_HAND)

    def is_hallucination(self, x: Tensor, k: float = 0.5) -> Tensor:
        """Whether more than k fingers are missing or too many, (n,) bool; no hand counts as five.

        A distance is a whole number of fingers: with the usual k of a half, any count but five is one.
        """
        if not 0 < k < NO_HAND:
            raise ValueError(f"The threshold k = {k:g} fingers is outside (0, {NO_HAND:g}).")
        return self.distance_to_support(x) > k

    def kinds(self, x: Tensor) -> Tensor:
        """For each picture the index of its kind in KINDS, (n,) int64."""
        counted = count_fingers(x)
        kind = torch.where(counted.count < FINGERS, 1, torch.where(counted.count > FINGERS, 2, 0))
        return torch.where(counted.hand, kind, 3)


@lru_cache(maxsize=1)
def references() -> Tensor:
    """The drawings that stand for all drawings, (4000, 1, 48, 48), on the CPU; not to be written to."""
    return FiveFingers().sample(REFERENCES, torch.Generator().manual_seed(REFERENCE_SEED))


@lru_cache(maxsize=4)
def _copied_references(device: torch.device) -> Tensor:
    """The references on a GPU; not to be written to."""
    return references().to(device)


def _posterior_mean(x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
    """E[x_0 | x_t] if x_0 is one of the references, each as likely; on x_t's device, in its widest
    precision."""
    check_pictures(x_t)
    drawings = references() if x_t.device.type == "cpu" else _copied_references(x_t.device)
    members, level = drawings.flatten(1), _level(alpha_bar, x_t).flatten(1)  # (m, 48 * 48), (n | 1, 1)
    if has_float64(x_t.device):
        points = x_t.detach().double().flatten(1)
        signal, variance = (moved(v, x_t.device) for v in (level.sqrt(), (1 - level).clamp(min=CLEAN)))
        parts = members.split(CHUNK)
        logits = torch.cat([_log_weights(points, part.double(), signal, variance) for part in parts], 1)
    else:
        points = x_t.detach().float().flatten(1)
        logits = _safe_log_weights(points, members, level)
    mean = torch.zeros_like(points)
    for share, part in zip(torch.softmax(logits, 1).split(CHUNK, 1), members.split(CHUNK), strict=True):
        mean += share @ part.to(points.dtype)
    return mean.view(x_t.shape)


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
    """alpha_bar as (n | 1, 1, 1, 1) float64 on the CPU. Raises ValueError for another number of levels than
    pictures."""
    level = host_float64(alpha_bar).reshape(-1, 1, 1, 1)
    if len(level) not in (1, len(x_t)):
        raise ValueError(f"Give one alpha_bar, or one for each of the {len(x_t)} pictures, not {len(level)}.")
    return level
