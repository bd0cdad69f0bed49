"""Equal cells on an interval for each of M densities, and what a reverse step does to the mass in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


class Cells:
    """G cells on [-span, span] for each of M members, which may have different spans.

    x       centres (M, G), ascending
    cell    widths of a cell (M, 1)
    """

    def __init__(self, count: int, spans: Sequence[float]) -> None:
        span = np.array(spans)[:, None]
        self.members, self.count, self.cell = len(spans), count, 2 * span / count
        self.x = -span + self.cell * (np.arange(count) + 0.5)
        # The transform is a quarter longer than the cells, so that nothing wraps round.
        self.size = count + count // 4
        frequency = 2 * math.pi * np.fft.rfftfreq(self.size)
        self.wide, self.narrow = 0.5 * frequency**2, 1 - np.cos(frequency)

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """The lower and the upper end of the interval, (M,) each."""
        return (self.x[:, :1] - self.cell / 2)[:, 0], (self.x[:, -1:] + self.cell / 2)[:, 0]

    def splat(self, x: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass (M, n) at points x (M, n), shared linearly between the two nearest cells: (M, G)."""
        place = np.clip((x - self.x[:, :1]) / self.cell, 0, self.count - 1)
        left = np.minimum(place.astype(np.int64), self.count - 2)
        share = place - left
        left += np.arange(self.members)[:, None] * self.count
        return self._added(left, (1 - share) * mass) + self._added(left + 1, share * mass)

    def spread(self, member: np.ndarray, start: np.ndarray, end: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass (n,) of members (n,) spread evenly between start and end (n,), which are at most a cell apart:
        (M, G)."""
        first, cell = self.edges[0][member], self.cell[member, 0]
        ends = [np.clip((x - first) / cell, 0, self.count) for x in (start, end)]
        low, high = np.minimum(*ends), np.maximum(*ends)
        left = np.minimum(low.astype(np.int64), self.count - 1)
        right = np.minimum(left + 1, self.count - 1)
        width = high - low
        share = np.where(width > 0, (np.minimum(high, left + 1) - low) / np.maximum(width, 1e-300), 1.0)
        row = member * self.count
        return self._added(left + row, share * mass) + self._added(right + row, (1 - share) * mass)

    def blur(self, mass: np.ndarray, spread: float) -> np.ndarray:
        """Mass (M, G) convolved with N(0, spread^2), less the widening of the splat before it; what leaves
        stays in the ends.

        A Gaussian narrower than two cells would ring; the discrete Gaussian (Lindeberg 1990) has the same
        variance and is never negative.
        """
        level = np.array([[max((spread / cell) ** 2 - 1 / 6, 0.0)] for cell in self.cell[:, 0].tolist()])
        exponent = np.where(level > 4, self.wide, self.narrow)
        spectrum = np.fft.rfft(mass, self.size) * np.exp(-level * exponent)
        blurred = np.clip(np.fft.irfft(spectrum, self.size), 0.0, None)
        inside, right, left = np.split(blurred, [self.count, self.count + self.count // 8], axis=1)
        inside[:, -1] += right.sum(1)
        inside[:, 0] += left.sum(1)
        return inside * (mass.sum(1) / inside.sum(1))[:, None]

    def refine(self, mass: np.ndarray, pieces: int) -> tuple[np.ndarray, np.ndarray]:
        """Every cell cut into pieces, the mass interpolated linearly between cell centres: points and masses,
        (M, G pieces) each."""
        offset = (np.arange(pieces) + 0.5) / pieces - 0.5
        x = (self.x[..., None] + self.cell[..., None] * offset).reshape(self.members, -1)
        fine = np.stack([np.interp(*row) for row in zip(x, self.x, mass, strict=True)])
        return x, fine * (mass.sum(1) / fine.sum(1))[:, None]

    def _added(self, place: np.ndarray, mass: np.ndarray) -> np.ndarray:
        """Mass added up in the cells at places counted through all members: (M, G)."""
        total = np.bincount(place.ravel(), mass.ravel(), self.members * self.count)
        return total.reshape(self.members, self.count)
