"""What a number is over several seeds: its median, lowest and highest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SeedRange:
    """A number for each of several seeds, (S,): its median, lowest and highest."""

    values: tuple[float, ...]

    def __format__(self, form: str) -> str:
        """The median and, of several seeds, the range, each number in this form: 0.12 [0.10, 0.15]."""
        ends = f" [{self.low:{form}}, {self.high:{form}}]" if len(self.values) > 1 else ""
        return f"{self.median:{form}}{ends}"

    @property
    def median(self) -> float:
        return float(np.median(self.values))

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)
