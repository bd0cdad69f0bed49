"""Fingers counted in any picture of 48 x 48 pixels: find the palm, walk around it, count the runs of ink.

Positions are (column, row) in pixels from the upper left corner, so that the middle of the first pixel is
(0.5, 0.5); angles are radians from straight up, clockwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from explorer.data.hands.drawing import SIZE

PALM = (6.25, 12.0)  # smallest and largest radius of a palm, in pixels
MOST_INK = 0.45  # share of the picture: a hand is on dark ground
MAX_MARKED = 8  # fingers whose angles and tips are returned
ARCS = (1.42, 1.5, 1.58, 1.66, 1.74)  # palm radii: beyond the knuckles, below the tip of a thumb
STEPS = 256  # directions on an arc
CHUNK = 512  # pictures looked at together, to bound the memory
STRIDE = 0.5  # pixels between two looks on the way to a tip
LOOK_AHEAD, TURNS = 2.0, (0.0, -0.15, 0.15, -0.3, 0.3)  # pixels and radians of a look


@dataclass(frozen=True, eq=False)
class FingerCount:
    """What was counted in n pictures; NaN and 0 where there is no hand."""

    count: Tensor  # (n,) int64, fingers
    hand: Tensor  # (n,) bool: there is a blob of the size of a palm, on dark ground
    angles: Tensor  # (n, 8), clockwise from the wrist, NaN beyond the last finger
    centre: Tensor  # (n, 2), of the palm
    palm: Tensor  # (n,), its radius in pixels
    arc: Tensor  # (n,), radius in pixels of the arc that crosses the fingers at these angles


def count_fingers(x: Tensor) -> FingerCount:
    """Count the fingers of n pictures (n, 1, 48, 48) with values from -1 (ground) to 1 (ink).

    The palm is the largest disc of ink. Around it run five arcs of 1.42 to 1.74 palm radii, from the wrist,
    where the ink meets the lower edge, to the wrist again; each crosses a number of separate runs of ink, and
    the median of the five is the count. A picture with a value that is not finite holds no hand, nor does one
    that is nearly half ink. Computed on the CPU, so that every device gives the same answer; the answer is on
    x's device.

    Raises ValueError for any other shape.
    """
    check_pictures(x)
    parts = [_count(part) for part in x.detach().cpu().split(CHUNK)]
    return FingerCount(*(torch.cat(values).to(x.device) for values in zip(*parts, strict=True)))


def finger_tips(x: Tensor, counted: FingerCount) -> Tensor:
    """Where the counted fingers end, (n, 8, 2), NaN beyond the last finger.

    From its angle on the arc, each finger is followed along its ridge until the ink ends.
    """
    check_pictures(x)
    if len(x) != len(counted.count):
        raise ValueError(f"{len(x)} pictures need as many counts, not {len(counted.count)}.")
    found = counted.angles.isfinite().cpu()
    angle, arc, centre = (
        values.cpu().nan_to_num() for values in (counted.angles, counted.arc, counted.centre)
    )
    tip = centre[:, None] + arc[:, None, None] * _direction(angle)
    brightness = _brightness(x.detach().cpu())
    ridge = _blurred(brightness)
    walking, turns = found, torch.tensor(TURNS)
    for _ in range(int(SIZE / STRIDE)):
        looks = angle[..., None] + turns  # (n, 8, 5)
        ahead = _values(ridge, tip[:, :, None] + LOOK_AHEAD * _direction(looks)) - 0.02 * turns.abs()
        turned = looks.gather(2, ahead.argmax(2, keepdim=True))[..., 0]
        reached = tip + STRIDE * _direction(turned)
        inside = ((reached > 0) & (reached < SIZE)).all(2)
        walking = walking & inside & (_values(brightness, reached) > 0.5)
        angle = torch.where(walking, turned, angle)
        tip = torch.where(walking[..., None], reached, tip)
        if not walking.any():
            break
    return tip.where(found[..., None], torch.nan).to(x.device)


def check_pictures(x: Tensor) -> None:
    """Raise ValueError unless x has the shape (n, 1, 48, 48)."""
    if x.ndim != 4 or x.shape[1:] != (1, SIZE, SIZE):
        raise ValueError(f"Pictures of hands have the shape (n, 1, {SIZE}, {SIZE}), not {tuple(x.shape)}.")


def _count(x: Tensor) -> tuple[Tensor, ...]:
    """The fields of FingerCount, in their order."""
    finite = x.isfinite().all((1, 2, 3))
    brightness = _brightness(x)
    centre, palm = _largest_disc(_blurred(brightness)[:, 0] > 0.5)  # blurred, or one dark pixel halves a palm
    dark = (brightness > 0.5).float().mean((1, 2, 3)) < MOST_INK
    hand = finite & dark & (palm >= PALM[0]) & (palm <= PALM[1])
    seam = _wrist(brightness[:, 0, -1] > 0.5, centre)
    angles = seam[:, None] + torch.linspace(0, 2 * math.pi, STEPS, device=x.device)  # (n, STEPS)
    radii = palm[:, None] * torch.tensor(ARCS, device=x.device)  # (n, arcs)
    places = centre[:, None, None] + radii[:, :, None, None] * _direction(angles)[:, None]
    crossed = _without_ends(_values(brightness, places) > 0.5)  # (n, arcs, STEPS)
    runs = _starts(crossed).sum(2)
    count = runs.median(1).values
    agrees = (runs == count[:, None]).float()
    number = torch.arange(len(ARCS), device=x.device)
    middle = (agrees * number).sum(1, keepdim=True) / agrees.sum(1, keepdim=True)
    chosen = ((number - middle).abs() + 100 * (1 - agrees)).argmin(1)
    arc = radii.gather(1, chosen[:, None])[:, 0]
    found = _middles(crossed[torch.arange(len(x), device=x.device), chosen]) * (2 * math.pi / (STEPS - 1))
    found = torch.remainder(found + seam[:, None] + math.pi, 2 * math.pi) - math.pi
    nothing = ~hand
    return (
        count.masked_fill(nothing, 0),
        hand,
        found.masked_fill(nothing[:, None], torch.nan),
        centre.masked_fill(nothing[:, None], torch.nan),
        palm.masked_fill(nothing, torch.nan),
        arc.masked_fill(nothing, torch.nan),
    )


def _brightness(x: Tensor) -> Tensor:
    """The pictures from 0 (ground) to 1 (ink)."""
    return ((x.float().nan_to_num(-1) + 1) / 2).clamp(0, 1)


def _blurred(brightness: Tensor) -> Tensor:
    """Means over 3 x 3 pixels."""
    return functional.avg_pool2d(brightness, 3, stride=1, padding=1)


def _largest_disc(ink: Tensor) -> tuple[Tensor, Tensor]:
    """Centre (n, 2) and radius (n,) of the largest disc of ink (n, 48, 48); all around the picture is ground.

    The Euclidean distance of each pixel to the ground, row by row and then down the columns (Saito and
    Toriwaki 1994); distances that no palm has are cut short.
    """
    reach = math.ceil(PALM[1]) + 2
    along_rows = torch.stack([_steps_from_ground(ink), _steps_from_ground(ink.flip(2)).flip(2)]).amin(0)
    squares = functional.pad(along_rows.clamp(max=reach).square(), (0, 0, reach, reach))
    distance = torch.full_like(along_rows, reach * reach)
    for offset in range(-reach, reach + 1):
        shifted = squares[:, reach + offset : reach + offset + SIZE]
        distance = torch.minimum(distance, shifted + offset * offset)
    distance = distance.sqrt()
    radius, best = distance.flatten(1).max(1)
    row, column = best // SIZE, best % SIZE
    grid = torch.arange(SIZE, device=ink.device)
    near = (grid[None, :, None] - row[:, None, None]).abs() <= 3
    near = near & ((grid[None, None] - column[:, None, None]).abs() <= 3)
    weight = (distance - radius[:, None, None] + 1).clamp(min=0) * near  # the argmax, finer than a pixel
    total = weight.sum((1, 2))
    centre = torch.stack([(weight.sum(1) * grid).sum(1), (weight.sum(2) * grid).sum(1)], 1) / total[:, None]
    return centre + 0.5, radius


def _steps_from_ground(ink: Tensor) -> Tensor:
    """How many pixels to the left the next pixel of ground lies, (n, 48, 48); beyond the edge is ground."""
    column = torch.arange(1, SIZE + 1, device=ink.device, dtype=torch.float32)
    ground = torch.where(ink, 0.0, column).cummax(2).values
    return column - ground


def _wrist(edge: Tensor, centre: Tensor) -> Tensor:
    """Angle from the palm to the ink on the lower edge (n, 48), (n,); straight down where there is none."""
    column = (edge * (torch.arange(SIZE, device=edge.device) + 0.5)).sum(1) / edge.sum(1)
    across = torch.where(edge.any(1), column - centre[:, 0], 0.0)
    return torch.atan2(across, centre[:, 1] - SIZE)


def _direction(angle: Tensor) -> Tensor:
    """Unit vectors (..., 2), column and row, of angles clockwise from straight up."""
    return torch.stack([angle.sin(), -angle.cos()], -1)


def _values(pictures: Tensor, places: Tensor) -> Tensor:
    """Bilinear values of (n, 1, 48, 48) at (n, ..., 2): (n, ...); the edge goes on outside."""
    grid = (places / (SIZE / 2) - 1).flatten(1, -2)[:, :, None]
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False).view(
        places.shape[:-1]
    )


def _without_ends(crossed: Tensor) -> Tensor:
    """The arcs (n, arcs, STEPS) without the runs of ink at their two ends, which are the wrist."""
    start = crossed.int().cumprod(2).bool()
    end = crossed.flip(2).int().cumprod(2).flip(2).bool()
    return crossed & ~start & ~end


def _starts(crossed: Tensor) -> Tensor:
    """Where on an arc (..., STEPS) a run of ink begins; never at the first place."""
    return functional.pad(crossed[..., 1:] & ~crossed[..., :-1], (1, 0))


def _middles(crossed: Tensor) -> Tensor:
    """Middles of the first eight runs on one arc each (n, STEPS): (n, 8), in steps, NaN beyond the last."""
    place = torch.arange(STEPS, device=crossed.device)
    starts, ends = _starts(crossed), _starts(crossed.flip(1)).flip(1)
    first, last = (
        torch.where(side, place, STEPS).sort(1).values[:, :MAX_MARKED].float() for side in (starts, ends)
    )
    return ((first + last) / 2).where(first < STEPS, torch.nan)
