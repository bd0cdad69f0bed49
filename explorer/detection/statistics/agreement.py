"""How far two people, or two passes of one, agree about the same samples; and how many labels more it takes.

Verdicts are (n,) bool, True for what is called hallucinated. Every function that takes two of them raises
ValueError unless they are one-dimensional, of one length of at least 1, and bool.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.rates import Z_95, Rate
from explorer.detection.statistics.thresholds import checked_flags


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two verdicts on each of n samples, as counts.

    both        both call it hallucinated       neither     neither does
    first       only the first does             second      only the second does
    """

    both: int
    first: int
    second: int
    neither: int

    def __post_init__(self) -> None:
        if min(self.both, self.first, self.second, self.neither) < 0 or self.n < 1:
            raise ValueError(
                f"Agreement needs counts of 0 or more, and one sample at least; these are {self}."
            )

    @property
    def n(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def alike(self) -> Rate:
        """The share on which the two agree."""
        return Rate(self.both + self.neither, self.n)

    @property
    def by_chance(self) -> float:
        """The share on which two would agree who call as many hallucinated, but know nothing of the
        samples."""
        first, second = self.both + self.first, self.both + self.second
        return (first * second + (self.n - first) * (self.n - second)) / self.n**2

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa (1960), (alike - by chance) / (1 - by chance): 1 is full agreement, 0 is chance.

        None where both call all samples the same, so that chance alone agrees on all of them.
        """
        if self.by_chance == 1:
            return None
        return (self.alike.value - self.by_chance) / (1 - self.by_chance)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of kappa, inside [-1, 1] and never a point; None where kappa is.

        Each end is the further out of two. The one has the large-sample variance of Fleiss, Cohen and Everitt
        (1969, equation 13), which is zero where all agree. The other is Cohen's own (1960), which takes the
        agreement by chance as known, with Wilson's interval of the share that agrees in the place of the
        normal one.
        """
        kappa, chance = self.kappa, self.by_chance
        if kappa is None:
            return None
        half = Z_95 * math.sqrt(self._variance())
        scored = [(end - chance) / (1 - chance) for end in self.alike.interval]
        return max(-1.0, min(kappa - half, scored[0])), min(1.0, max(kappa + half, scored[1]))

    def _variance(self) -> float:
        """Fleiss, Cohen and Everitt's, of kappa."""
        n, alike, chance = self.n, self.alike.value, self.by_chance
        first, second = (self.both + self.first) / n, (self.both + self.second) / n
        agreed = ((self.both / n, first + second), (self.neither / n, 2 - first - second))
        apart = ((self.first / n, 1 + second - first), (self.second / n, 1 + first - second))
        total = sum(share * ((1 - chance) - ends * (1 - alike)) ** 2 for share, ends in agreed)
        total += (1 - alike) ** 2 * sum(share * ends**2 for share, ends in apart)
        total -= (alike * chance - 2 * chance + alike) ** 2
        return max(total, 0.0) / (n * (1 - chance) ** 4)


def agreement(first: np.ndarray, second: np.ndarray) -> Agreement:
    """The counts of two verdicts (n,) bool on the same samples."""
    one, other = checked_flags(first), checked_flags(second)
    if one.shape != other.shape:
        raise ValueError(f"{one.size:,} verdicts cannot be compared with {other.size:,}.")
    return Agreement(
        int((one & other).sum()),
        int((one & ~other).sum()),
        int((~one & other).sum()),
        int((~one & ~other).sum()),
    )


def labels_to_halve(recall: Rate, labels: int) -> int:
    """How many labels more would halve the width of the interval of the recall.

    It is assumed that the recall stays what it is, and so does the share of the labels that are hallucinated:
    the recall is of these alone. Without a label of that kind there is no recall to ask about.

    recall   of the hallucinated among the labels
    labels   how many there are, of both kinds
    Raises ValueError if there are fewer labels than hallucinated ones.
    """
    if labels < recall.n:
        raise ValueError(f"Of {labels:,} labels {recall.n:,} cannot be hallucinated.")
    wanted = wilson_width(recall.value, recall.n) / 2
    low, high = recall.n, 2 * recall.n
    while wilson_width(recall.value, high) > wanted:
        low, high = high, 2 * high
    while high - low > 1:  # the width falls as n rises
        middle = (low + high) // 2
        low, high = (middle, high) if wilson_width(recall.value, middle) > wanted else (low, middle)
    return math.ceil((high - recall.n) * labels / recall.n)


def wilson_width(share: float, n: int) -> float:
    """The width of the interval of a Rate for a share that need not be a count of n."""
    z2 = Z_95**2
    return 2 * Z_95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
