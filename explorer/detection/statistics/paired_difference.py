"""Two shares counted on the same samples, and how far apart they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.rates import Z_95


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Of n samples, flagged by two ways of making or judging them: how many the one alone flags.

    only_first, only_second     flagged by the first alone, and by the second alone; the other n agree
    """

    only_first: int
    only_second: int
    n: int

    def __post_init__(self) -> None:
        if (
            min(self.only_first, self.only_second) < 0
            or not 1 <= self.n >= self.only_first + self.only_second
        ):
            raise ValueError(
                f"{self.only_first} and {self.only_second} of {self.n} samples cannot be flagged by one."
            )

    @staticmethod
    def of(first: np.ndarray, second: np.ndarray) -> PairedDifference:
        """Of two flags for each sample, (n,) bool each."""
        return PairedDifference(int((first & ~second).sum()), int((second & ~first).sum()), len(first))

    @property
    def value(self) -> float:
        """The second share less the first."""
        return (self.only_second - self.only_first) / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval of the difference (Tango 1998), which also covers where one count is 0."""
        from scipy.optimize import brentq

        value = self.value
        low = (
            -1.0
            if self._deviations(-1.0) <= Z_95
            else brentq(lambda d: self._deviations(d) - Z_95, -1, value)
        )
        high = (
            1.0 if self._deviations(1.0) >= -Z_95 else brentq(lambda d: self._deviations(d) + Z_95, value, 1)
        )
        return float(low), float(high)

    @property
    def p_value(self) -> float:
        """Of McNemar's exact test: the chance, if both shares were equal, that the samples on which they
        disagree are split at least so unevenly; two-sided, binomial."""
        from scipy.stats import binomtest

        disagree = self.only_first + self.only_second
        return 1.0 if disagree == 0 else float(binomtest(self.only_first, disagree).pvalue)

    def _deviations(self, difference: float) -> float:
        """How many standard deviations the observed difference lies above a supposed one in [-1, 1]."""
        n, above, below = self.n, self.only_second, self.only_first
        # The likeliest share of `below` if the shares differ by `difference`: 2 n q^2 + b q + c = 0.
        b = -above - below + (2 * n - above + below) * difference
        c = -below * difference * (1 - difference)
        share = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        variance = n * (2 * share + difference * (1 - difference))
        distance = above - below - n * difference
        if variance <= 0:
            return math.copysign(math.inf, distance) if distance else 0.0
        return distance / math.sqrt(variance)
