"""Rates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Rate:
    """count of n, with the 95 % Wilson score interval (Wilson 1927)."""

    count: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.n or self.n < 1:
            raise ValueError(f"A rate needs 0 <= count <= n and n >= 1; {self.count} of {self.n} is not so.")

    def __str__(self) -> str:
        """The share, its count and its interval, as a line of text."""
        low, high = self.interval
        return f"{self.value:.4g} ({self.count:,} of {self.n:,}) [{low:.4g}, {high:.4g}]"

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


def rate_values(name: str, rate: Rate | None) -> dict[str, Any]:
    """A rate as plain values: its share under `name`, name_count, name_n, name_interval; all None without."""
    if rate is None:
        return dict.fromkeys((name, f"{name}_count", f"{name}_n", f"{name}_interval"))
    return {
        name: rate.value,
        f"{name}_count": rate.count,
        f"{name}_n": rate.n,
        f"{name}_interval": list(rate.interval),
    }


def hallucination_values(rate: Rate) -> dict[str, Any]:
    """A rate of hallucinations as plain values, under the names that all commands have for it."""
    names = ("hallucination_rate", "hallucination_count", "hallucination_n", "hallucination_interval")
    return dict(zip(names, rate_values("", rate).values(), strict=True))
