"""By how much one share exceeds another that was counted on other samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.detection.statistics.rates import Rate


@dataclass(frozen=True, slots=True)
class RateDifference:
    """one - other, two independent shares, with Newcombe's 95 % interval.

    It joins the two Wilson intervals (Newcombe 1998, Statistics in Medicine 17:873, method 10).
    """

    one: Rate
    other: Rate

    @property
    def value(self) -> float:
        return self.one.value - self.other.value

    @property
    def interval(self) -> tuple[float, float]:
        (low, high), (other_low, other_high) = self.one.interval, self.other.interval
        p, q = self.one.value, self.other.value
        return (
            self.value - math.hypot(p - low, other_high - q),
            self.value + math.hypot(high - p, q - other_low),
        )
