"""Trajectory variance, Hal: how much a sample's predicted x0 still changes in the last reverse steps.

Hal of a window of steps is the population variance of x0_hat over it, averaged over the coordinates (arXiv
2406.09358, section 5). The authors' window is t = 0 to 9.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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

    def places(self, window: tuple[int, int]) -> tuple[int, int]:
        """Where in `steps` a window (from t, to t), both ends included, begins and ends.

        Raises ValueError if fewer than two of the steps lie in it, or if it reaches beyond them.
        """
        first, last = window
        inside = [j for j, t in enumerate(self.steps) if first <= t <= last]
        if not 0 <= first <= last <= self.steps[-1] or len(inside) < 2:
            raise ValueError(
                f"The window {first}:{last} needs two visited steps between t = {self.steps[0]} and "
                f"{self.steps[-1]}."
            )
        return inside[0], inside[-1] + 1

    def hal(self, window: tuple[int, int]) -> np.ndarray:
        """Hal of every sample over a window (from t, to t), (n,) float64; see places() for its errors."""
        start, stop = self.places(window)
        mean = (self.sums[:, stop].astype(np.float64) - self.sums[:, start]) / (stop - start)
        square = (self.squares[:, stop].astype(np.float64) - self.squares[:, start]) / (stop - start)
        return np.maximum(square - mean**2, 0.0).mean(1)

    def path(self, row: int) -> np.ndarray:
        """How far one sample's x0_hat was from where it ended, at each of the steps, (W, D)."""
        return np.diff(self.sums[row], axis=0)

    @staticmethod
    def joined(parts: Sequence[PrefixSums]) -> PrefixSums:
        """The sums of several groups of samples as one."""
        return PrefixSums(
            parts[0].steps,
            np.concatenate([part.sums for part in parts]),
            np.concatenate([part.squares for part in parts]),
        )

    @staticmethod
    def size(n: int, window_steps: int, coordinates: int) -> int:
        """Bytes that the sums of n samples take: n x (W + 1) x D x 2 floats."""
        return n * (window_steps + 1) * coordinates * 2 * 4


class TrajectoryVariance:
    """Consumes the Steps of a walk and keeps its last W predictions, whatever the length of the walk."""

    def __init__(self, window_steps: int = WINDOW_STEPS) -> None:
        if not 2 <= window_steps <= 1000:
            raise ValueError(f"A window has 2 to 1000 steps, not {window_steps}.")
        self._last: deque[tuple[int, np.ndarray]] = deque(maxlen=window_steps)

    def add(self, step: Step) -> None:
        """Take the next step, noisiest first."""
        self._last.append((step.t, step.x0_hat.flatten(1).cpu().numpy()))

    def sums(self) -> PrefixSums:
        """The prefix sums of the walk, once it has come to its end."""
        if not self._last:
            raise ValueError("There is no step yet whose variance could be taken.")
        steps = tuple(t for t, _ in reversed(self._last))
        sample = self._last[-1][1].astype(np.float64)
        n, coordinates = sample.shape
        sums, squares = (np.zeros((n, len(steps) + 1, coordinates), np.float32) for _ in range(2))
        total, total_square = np.zeros_like(sample), np.zeros_like(sample)
        for j, (_, x0_hat) in enumerate(reversed(self._last), 1):
            away = x0_hat - sample
            total += away
            total_square += away**2
            sums[:, j], squares[:, j] = total, total_square
        return PrefixSums(steps, sums, squares)
