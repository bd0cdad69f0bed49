"""Hands drawn with signed distances: a palm, a wrist, a bent thumb and tapered fingers that never touch.

The frame of a hand has its origin in the middle of the palm, x to the right, y up, the thumb on the left and
the unit of a pixel. Angles are radians from straight up, clockwise.
"""

from __future__ import annotations

import torch
from torch import Tensor

SIZE = 48  # pixels
FINGERS = (3, 7)  # fewest and most fingers of a drawing
CENTRE = (24.0, 31.0)  # of the palm: column, row
CHUNK = 256  # hands drawn at once: their distances stay in the processor's cache

# Index, middle, ring and little finger
KNUCKLES = (-0.86, -0.29, 0.27, 0.82)  # where they leave the palm, seen from its middle
KNUCKLE_RADIUS = 8.2
DIRECTIONS = (-0.42, -0.09, 0.19, 0.50)
LENGTHS = (11.7, 13.7, 12.5, 9.7)  # knuckle to the middle of the round tip
ROOT, TIP = (1.9, 1.95, 1.9, 1.7), (1.55, 1.6, 1.55, 1.4)  # half the width
# With five and six such fingers: a wider fan of knuckles and of directions, thinner fingers, a lower thumb
CROWD = {4: (1.0, 1.0, 1.0, 0.0), 5: (1.18, 1.32, 0.9, 0.12), 6: (1.34, 1.6, 0.82, 0.24)}
THUMB = -1.06  # direction of its first bone


def draw_hands(
    n: int, generator: torch.Generator, fingers: int = 5, *, mirrored: Tensor | None = None
) -> Tensor:
    """n drawings (n, 1, 48, 48), black -1 and ink +1, on the generator's device.

    With five fingers a hand has a thumb and four fingers. With more, one or two are squeezed in among the
    four; with fewer, one or two of the five, the thumb among them, are left out at random. mirrored (n,) bool
    says which hands have the thumb on the right; left out, a coin decides.
    """
    if n < 1:
        raise ValueError(f"Ask for at least one hand, not {n}.")
    if not FINGERS[0] <= fingers <= FINGERS[1]:
        raise ValueError(f"A drawn hand has between {FINGERS[0]} and {FINGERS[1]} fingers, not {fingers}.")
    roots, tips, widths = _fingers(n, generator, max(fingers - 1, 4))
    thumb = _thumb(n, generator, max(fingers - 1, 4))
    present = _present(n, generator, fingers)
    pose = _pose(n, generator, mirrored)
    images = torch.empty(n, 1, SIZE, SIZE, device=generator.device)
    for part in torch.arange(n).split(CHUNK):
        rows = slice(int(part[0]), int(part[-1]) + 1)
        x, y, scale = _hand_frame(pose[rows])
        distance = _palm(x, y)
        for i in range(2):
            segment = thumb[rows, i, :, None, None].unbind(1)
            blend = 2.5 if i == 0 else 0.5  # the ball of the thumb flows into the palm
            distance = _join(distance, _capsule(x, y, *segment), present[rows, 0], blend)
        for i in range(roots.shape[1]):
            ends = torch.cat([roots[rows, i], tips[rows, i], widths[rows, i]], 1)[:, :, None, None]
            distance = _join(distance, _capsule(x, y, *ends.unbind(1)), present[rows, i + 1], 0.6)
        images[rows, 0] = (-2 * scale * distance).clamp(-1, 1)
    return images


# ---- what a hand is like -----------------------------------------------------------------------------


def _uniform(n: int, count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(n, count, generator=generator, device=generator.device)


def _fingers(n: int, generator: torch.Generator, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Roots (n, count, 2), middles of the tips (n, count, 2) and half widths at both (n, count, 2)."""
    place, turn, thin, _ = CROWD[count]
    fan = _uniform(n, 1, 0.97, 1.2, generator)
    size = _uniform(n, 1, 0.92, 1.07, generator) * _uniform(n, count, 0.94, 1.06, generator)
    width = _uniform(n, 1, 0.9, 1.05, generator) * thin
    wobble = _uniform(n, count, -0.045, 0.045, generator)
    knuckle = place * _between(KNUCKLES, count, generator)
    angle = turn * fan * _between(DIRECTIONS, count, generator) + wobble
    length = size * _between(LENGTHS, count, generator)
    along = torch.stack([angle.sin(), angle.cos()], 2)
    roots = KNUCKLE_RADIUS * torch.stack([knuckle.sin(), knuckle.cos()], 2)
    halves = torch.stack(
        [width * _between(ROOT, count, generator), width * _between(TIP, count, generator)], 2
    )
    return roots - 2.5 * along, roots + length[..., None] * along, halves


def _between(values: tuple[float, ...], count: int, generator: torch.Generator) -> Tensor:
    """The values of index to little finger for count fingers evenly between them, (1, count)."""
    anchors = torch.tensor(values, device=generator.device)
    place = torch.linspace(0, len(values) - 1, count, device=generator.device)
    left = place.floor().long().clamp(max=len(values) - 2)
    return torch.lerp(anchors[left], anchors[left + 1], place - left)[None]


def _thumb(n: int, generator: torch.Generator, others: int) -> Tensor:
    """Two bones (n, 2, 6): x, y of both ends and half widths there."""
    lift, bend = _uniform(n, 1, -0.1, 0.1, generator)[:, 0], _uniform(n, 1, 0.05, 0.32, generator)[:, 0]
    size = _uniform(n, 1, 0.93, 1.08, generator)[:, 0]
    width = _uniform(n, 1, 0.94, 1.06, generator)[:, 0]
    first = THUMB - CROWD[others][3] + lift
    second = first + bend
    one = torch.ones_like(lift)
    base_x, base_y = -3.0 * one, -4.6 * one
    joint_x, joint_y = base_x + 6.8 * size * first.sin(), base_y + 6.8 * size * first.cos()
    tip_x, tip_y = joint_x + 8.0 * size * second.sin(), joint_y + 8.0 * size * second.cos()
    ball = [base_x, base_y, joint_x, joint_y, 3.4 * width, 2.5 * width]
    end = [joint_x, joint_y, tip_x, tip_y, 2.5 * width, 1.9 * width]
    return torch.stack([torch.stack(ball, 1), torch.stack(end, 1)], 1)


def _present(n: int, generator: torch.Generator, fingers: int) -> Tensor:
    """Which of the thumb and the fingers are drawn, (n, max(fingers, 5)) bool."""
    count = max(fingers, 5)
    if fingers == count:
        return torch.ones(n, count, dtype=torch.bool, device=generator.device)
    order = torch.rand(n, count, generator=generator, device=generator.device).argsort(1)
    return order < fingers


def _pose(n: int, generator: torch.Generator, mirrored: Tensor | None) -> Tensor:
    """Rotation, scale, column and row of the palm, and +1 or -1 for the side of the thumb, (n, 5)."""
    ranges = ((-0.3, 0.3), (0.98, 1.1), (CENTRE[0] - 1.2, CENTRE[0] + 1.2), (CENTRE[1] - 1, CENTRE[1] + 1))
    columns = [_uniform(n, 1, low, high, generator) for low, high in ranges]
    coin = torch.rand(n, generator=generator, device=generator.device) < 0.5
    thumb_right = coin if mirrored is None else mirrored.to(generator.device)
    side = torch.where(thumb_right, -1.0, 1.0)
    return torch.cat([*columns, side[:, None]], 1)


# ---- signed distances, negative inside ---------------------------------------------------------------


def _hand_frame(pose: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Coordinates x and y (n, 48, 48) of all pixels in the frames of the hands; scale (n, 1, 1)."""
    turn, scale, column, row, side = pose[:, :, None, None].unbind(1)
    grid = torch.arange(SIZE, device=pose.device, dtype=pose.dtype) + 0.5
    right, up = (grid[None, None, :] - column) / scale, (row - grid[None, :, None]) / scale
    x, y = turn.cos() * right - turn.sin() * up, turn.sin() * right + turn.cos() * up
    return side * x, y, scale


def _capsule(
    x: Tensor, y: Tensor, x0: Tensor, y0: Tensor, x1: Tensor, y1: Tensor, r0: Tensor, r1: Tensor
) -> Tensor:
    """Distance to a bone with round ends whose half width goes from r0 to r1."""
    dx, dy = x1 - x0, y1 - y0
    px, py = x - x0, y - y0
    along = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0, 1)
    return ((px - along * dx).square() + (py - along * dy).square()).sqrt() - torch.lerp(r0, r1, along)


def _palm(x: Tensor, y: Tensor) -> Tensor:
    """Distance to a palm, a trapezoid with round corners, and to the wrist below it."""
    top = y + 0.09 * x - 7.9
    right, left = 0.99 * x - 0.14 * y - 7.6, -0.99 * x - 0.14 * y - 7.6
    bottom = -y - 8.6
    sharp = 1.2
    palm = torch.logsumexp(sharp * torch.stack([top, right, left, bottom]), 0) / sharp
    wrist = (x.abs() - 4.9).maximum(y + 4)
    return _smooth_minimum(palm, wrist, 4)


def _join(whole: Tensor, part: Tensor, present: Tensor, blend: float) -> Tensor:
    """The union of both, rounded over blend pixels where they meet, if the part is present (n,)."""
    return torch.where(present[:, None, None], _smooth_minimum(whole, part, blend), whole)


def _smooth_minimum(a: Tensor, b: Tensor, blend: float) -> Tensor:
    overlap = (blend - (a - b).abs()).clamp(min=0)
    return torch.minimum(a, b) - overlap.square() / (4 * blend)
