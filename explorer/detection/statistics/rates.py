"""Rates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """count of n, with the 95 % Wilson score interval (Wilson 1927)."""

    count: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n or self.n < 1:
            raise ValueError(f"A rate needs 0 <= count <= n and n >= 1; {self.count} of {self.n} is not so.")

    @property
    def value(self) -> float:
        return self.count / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end; a count of 0 or n gives an end of exactly 0 or 1."""
        n, p, z2 = self.n, self.value, Z_95**2
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = Z_95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        low = 0.0 if self.count == 0 else centre - half
        high = 1.0 if self.count == n else centre + half
        return low, high
