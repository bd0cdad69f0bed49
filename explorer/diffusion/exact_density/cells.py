"""Equal cells on an interval, and how mass is spread over them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

REACH = 7.0  # standard deviations to which a Gaussian is spread: 3e-12 of it lies farther out
NUMBERS_AT_ONCE = 2**20  # weights that are computed together


class Cells:
    """G cells on [-span, span] for each of M members, which may have different spans.

    x       centres (M, G), ascending
    cell    widths of a cell (M,)
    """

    def __init__(self, count: int, spans: Sequence[float]) -> None:
        span = np.array(spans)
        self.members, self.count, self.cell = len(spans), count, 2 * span / count
        self.x = self.cell[:, None] * (np.arange(count) + 0.5) - span[:, None]
        self.low = -span

    @property
    def edges(self) -> np.ndarray:
        """Both ends of every cell, (M, G + 1)."""
        return self.low[:, None] + self.cell[:, None] * np.arange(self.count + 1)

    def spread(self, member: np.ndarray, x: np.ndarray, mass: np.ndarray, std: np.ndarray) -> np.ndarray:
        """Mass (n,) of members (n,) at points x (n,), each spread as N(x, std^2), std (n,): (M, G).

        The Gaussian is read at the centres of the cells (Gaussian gridding: Greengard and Lee 2004). Over
        cells no wider than std its mean and variance are right to 3e-8 wherever in its cell x lies. What lies
        beyond the ends is kept in the end cells.
        """
        result = np.zeros(self.members * self.count)
        position = (x - self.low[member]) / self.cell[member] - 0.5
        width = std / self.cell[member]
        size = np.ceil(np.log2(np.maximum(width, 1.0))).astype(np.int64)
        for octave in np.unique(size):
            (rows,) = np.nonzero(size == octave)
            reach = int(np.ceil(REACH * width[rows].max()))
            offsets = np.arange(-reach, reach + 1)
            at_once = max(1, NUMBERS_AT_ONCE // len(offsets))
            for start in range(0, len(rows), at_once):
                some = rows[start : start + at_once]
                place = np.clip(position[some], -reach - 1.0, self.count + reach)
                nearest = np.rint(place)
                distance = (offsets - (place - nearest)[:, None]) / width[some, None]
                weights = np.exp(-0.5 * distance * distance)
                weights *= (mass[some] / weights.sum(1))[:, None]
                index = np.clip(nearest.astype(np.int64)[:, None] + offsets, 0, self.count - 1)
                index += member[some, None] * self.count
                result += np.bincount(index.ravel(), weights.ravel(), len(result))
        return result.reshape(self.members, self.count)

    def spread_evenly(
        self, member: np.ndarray, start: np.ndarray, end: np.ndarray, mass: np.ndarray
    ) -> np.ndarray:
        """Mass (n,) of members (n,) spread evenly between start and end (n,), which are at most a cell apart:
        (M, G)."""
        ends = [np.clip((x - self.low[member]) / self.cell[member], 0, self.count) for x in (start, end)]
        low, high = np.minimum(*ends), np.maximum(*ends)
        left = np.minimum(low.astype(np.int64), self.count - 1)
        right = np.minimum(left + 1, self.count - 1)
        width = high - low
        share = np.where(width > 0, (np.minimum(high, left + 1) - low) / np.maximum(width, 1e-300), 1.0)
        row, size = member * self.count, self.members * self.count
        total = np.bincount(left + row, share * mass, size) + np.bincount(
            right + row, (1 - share) * mass, size
        )
        return total.reshape(self.members, self.count)
