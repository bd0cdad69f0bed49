"""Trajectory variance, Hal: how much a sample's predicted x0 still changes in the last reverse steps.

Hal of a window of steps is the population variance of x0_hat over it, averaged over the coordinates (arXiv
2406.09358, section 5). The authors' window is t = 0 to 9.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from explorer.diffusion.sampling import Step

WINDOW_STEPS = 60
AUTHORS_WINDOW = (0, 9)


@dataclass(frozen=True)
class PrefixSums:
    """Sums of x0_hat - x0 and of its square from the clean end: they give the variance of any window.

    steps       (W,) the steps t covered, the cleanest first
    sums        (n, W + 1, D) float32; sums[:, j] adds up the first j of the steps, less the sample x0 itself,
                so that small variances near t = 0 keep their digits
    squares     (n, W + 1, D) float32, the same of the squares
    """

    steps: tuple[int, ...]
    sums: np.ndarray
    squares: np.ndarray

    def __len__(self) -> int:
        return len(self.sums)

    @property
    def nbytes(self) -> int:
        """Memory they take."""
        return self.sums.nbytes + self.squares.nbytes

    def hal(self, window: tuple[int, int]) -> np.ndarray:
        """Hal of every sample over a window (from t, to t), (n,) float64. Errors as window_slice's."""
        start, stop = window_slice(self.steps, window)
        mean = (self.sums[:, stop].astype(np.float64) - self.sums[:, start]) / (stop - start)
        square = (self.squares[:, stop].astype(np.float64) - self.squares[:, start]) / (stop - start)
        return np.maximum(square - mean**2, 0.0).mean(1)

    def away(self, row: int) -> np.ndarray:
        """How far one sample's x0_hat was from where it ended, at each of the steps, (W,)."""
        return np.linalg.norm(np.diff(self.sums[row], axis=0), axis=1)

    @staticmethod
    def size(n: int, window_steps: int, coordinates: int) -> int:
        """Bytes that the sums of n samples take: n x (W + 1) x D x 2 floats."""
        return n * (window_steps + 1) * coordinates * 2 * 4


@dataclass(frozen=True)
class VarianceTable:
    """Hal of every window, for samples of so many coordinates that sums of each would not fit.

    steps       (W,) the steps t covered, the cleanest first
    table       (n, W, W) float32; table[:, i, j] is Hal from steps[i] to steps[j], NaN unless i < j
    distances   (n, W) float32, of x0_hat from the sample at each step
    """

    steps: tuple[int, ...]
    table: np.ndarray
    distances: np.ndarray

    def __len__(self) -> int:
        return len(self.table)

    @property
    def nbytes(self) -> int:
        """Memory it takes."""
        return self.table.nbytes + self.distances.nbytes

    def hal(self, window: tuple[int, int]) -> np.ndarray:
        """Hal of every sample over a window (from t, to t), (n,) float64. Errors as window_slice's."""
        start, stop = window_slice(self.steps, window)
        return self.table[:, start, stop - 1].astype(np.float64)

    def away(self, row: int) -> np.ndarray:
        """How far one sample's x0_hat was from where it ended, at each of the steps, (W,)."""
        return self.distances[row]

    @staticmethod
    def of(steps: tuple[int, ...], x0_hats: np.ndarray) -> VarianceTable:
        """From the predictions x0_hats (W, n, D), the cleanest first.

        Hal needs only the inner products of the predictions: their mean on the diagonal of a window's block
        less their mean over the whole block. Prefix sums over both indices give every block.
        """
        away = (x0_hats - x0_hats[0]).transpose(1, 0, 2).astype(np.float64)  # (n, W, D)
        n, count, coordinates = away.shape
        products = away @ away.transpose(0, 2, 1)
        blocks = np.zeros((n, count + 1, count + 1))
        blocks[:, 1:, 1:] = products.cumsum(1).cumsum(2)
        squares = np.zeros((n, count + 1))
        squares[:, 1:] = products.diagonal(axis1=1, axis2=2).cumsum(1)
        first, last = np.ogrid[:count, :count]
        stop, length = last + 1, last - first + 1
        block = (
            blocks[:, stop, stop] - blocks[:, first, stop] - blocks[:, stop, first] + blocks[:, first, first]
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (squares[:, stop] - squares[:, first]) / length - block / length**2
        table = np.where(last > first, np.maximum(variance, 0) / coordinates, np.nan)
        return VarianceTable(
            steps, table.astype(np.float32), np.sqrt(products.diagonal(axis1=1, axis2=2)).astype(np.float32)
        )

    @staticmethod
    def size(n: int, window_steps: int) -> int:
        """Bytes that the table of n samples takes."""
        return n * window_steps * (window_steps + 1) * 4


@dataclass(frozen=True)
class KnownWindows:
    """Hal over a few windows alone, of samples whose sums were not kept.

    steps       (W,) the steps t covered, the cleanest first
    variances   by window (from t, to t): Hal of every sample, (n,)
    distances   by the row of a sample, of a few: how far its x0_hat was from where it ended, at each of the
                steps, (W,)
    """

    steps: tuple[int, ...]
    variances: Mapping[tuple[int, int], np.ndarray]
    distances: Mapping[int, np.ndarray]

    def __len__(self) -> int:
        return len(next(iter(self.variances.values())))

    @property
    def nbytes(self) -> int:
        """Memory they take."""
        return sum(array.nbytes for array in (*self.variances.values(), *self.distances.values()))

    def hal(self, window: tuple[int, int]) -> np.ndarray:
        """Hal of every sample over a window (from t, to t), (n,) float64. Raises ValueError for a window that
        was not kept."""
        if window not in self.variances:
            raise ValueError(f"The variance over the window {window[0]}:{window[1]} was not kept.")
        return self.variances[window].astype(np.float64)

    def away(self, row: int) -> np.ndarray:
        """How far one sample's x0_hat was from where it ended, at each of the steps, (W,). Raises ValueError
        for a sample of which that was not kept."""
        if row not in self.distances:
            raise ValueError(f"How sample {row} came to its end was not kept.")
        return self.distances[row]


Variances = PrefixSums | VarianceTable | KnownWindows
V = TypeVar("V", PrefixSums, VarianceTable, Variances)


def joined(parts: Sequence[V]) -> V:
    """Those of several groups of samples, all sums or all tables, as one."""
    steps, *names = (field.name for field in dataclasses.fields(parts[0]))
    arrays: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return dataclasses.replace(parts[0], **arrays)


def window_slice(steps: Sequence[int], window: tuple[int, int]) -> tuple[int, int]:
    """The slice of `steps`, from and to, in which a window (from t, to t), both ends included, lies.

    Raises ValueError if fewer than two of the steps lie in it, or if it reaches beyond them.
    """
    first, last = window
    inside = [j for j, t in enumerate(steps) if first <= t <= last]
    if not 0 <= first <= last <= steps[-1] or len(inside) < 2:
        raise ValueError(
            f"The window {first}:{last} needs two visited steps between t = {steps[0]} and {steps[-1]}."
        )
    return inside[0], inside[-1] + 1


class TrajectoryVariance:
    """Consumes the Steps of a reverse process and keeps its last W predictions, however many there are: on
    their device, from where they are copied once."""

    def __init__(self, window_steps: int = WINDOW_STEPS) -> None:
        if not 2 <= window_steps <= 1000:
            raise ValueError(f"A window has 2 to 1000 steps, not {window_steps}.")
        self._last: deque[tuple[int, Tensor]] = deque(maxlen=window_steps)

    def add(self, step: Step) -> None:
        """Take the next step, noisiest first."""
        self._last.append((step.t, step.x0_hat.flatten(1)))

    def windows(self) -> Variances:
        """The variance of every window, once it is at its end: as sums or as a table, the smaller."""
        coordinates = self._last[-1][1].shape[1] if self._last else 0
        if PrefixSums.size(1, len(self._last), coordinates) <= VarianceTable.size(1, len(self._last)):
            return self.sums()
        return VarianceTable.of(*self._predictions())

    def sums(self) -> PrefixSums:
        """The prefix sums of the reverse process, once it is at its end."""
        if not self._last:
            raise ValueError("There is no step yet whose variance could be taken.")
        steps, x0_hats = self._predictions()
        sample = x0_hats[0].astype(np.float64)
        n, coordinates = sample.shape
        sums, squares = (np.zeros((n, len(steps) + 1, coordinates), np.float32) for _ in range(2))
        total, total_square = np.zeros_like(sample), np.zeros_like(sample)
        for j, x0_hat in enumerate(x0_hats, 1):
            away = x0_hat - sample
            total += away
            total_square += away**2
            sums[:, j], squares[:, j] = total, total_square
        return PrefixSums(steps, sums, squares)

    def _predictions(self) -> tuple[tuple[int, ...], np.ndarray]:
        """The steps kept (W,), the cleanest first, and their predictions (W, n, D)."""
        x0_hats = torch.stack([x0_hat for _, x0_hat in reversed(self._last)])
        return tuple(t for t, _ in reversed(self._last)), x0_hats.cpu().numpy()
