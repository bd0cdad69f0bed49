"""How well a score separates hallucinated from in-support samples.

A sample is removed if its score lies above a threshold, and kept otherwise. Throughout, `hal` are n scores,
(n,), of which higher ones are more suspicious, such as the variance of a trajectory, and `hallucinated` (n,)
bool is the truth about the same samples. Every function that takes the two raises ValueError unless they are
one-dimensional, of one length of at least 1, free of NaN and bool; +inf is a score like any other. That one
of the two classes is empty is normal: what is then undefined is None.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import gammaln

from explorer.detection.statistics.rates import Rate, rate_values

FINEST_SHARE = 10_000_000  # shares are read as fractions with a denominator up to this


@dataclass(frozen=True, slots=True)
class Confusion:
    """What a threshold did to n samples, as counts.

    caught   hallucinated and removed        missed   hallucinated and kept
    kept     in-support and kept             lost     in-support and removed
    """

    caught: int
    missed: int
    kept: int
    lost: int

    @property
    def n(self) -> int:
        return self.caught + self.missed + self.kept + self.lost

    @property
    def recall(self) -> Rate | None:
        """Share of the hallucinated that was removed; None if there were none."""
        return _rate(self.caught, self.caught + self.missed)

    @property
    def retention(self) -> Rate | None:
        """Share of the in-support that was kept; None if there were none."""
        return _rate(self.kept, self.kept + self.lost)

    @property
    def precision(self) -> Rate | None:
        """Share of the removed that was hallucinated; None if nothing was removed."""
        return _rate(self.caught, self.caught + self.lost)

    @property
    def rate_before(self) -> Rate | None:
        """Share of all samples that was hallucinated."""
        return _rate(self.caught + self.missed, self.n)

    @property
    def rate_after(self) -> Rate | None:
        """Share of the kept that was hallucinated; None if nothing was kept."""
        return _rate(self.missed, self.missed + self.kept)

    def to_json(self) -> dict[str, Any]:
        """Its rates with their counts and intervals, as plain values."""
        rates = {
            "recall": self.recall,
            "retention": self.retention,
            "precision": self.precision,
            "rate_after_filter": self.rate_after,
        }
        return {key: value for name, rate in rates.items() for key, value in rate_values(name, rate).items()}


@dataclass(frozen=True, eq=False)
class Confusions:
    """The counts of a Confusion at T thresholds: four int64 arrays (T,), in the order of the thresholds."""

    caught: np.ndarray
    missed: np.ndarray
    kept: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True, slots=True)
class RandomDrop:
    """A random `kept` of n samples, of which `hallucinated` are: those among the kept are hypergeometric."""

    n: int
    hallucinated: int
    kept: int

    @property
    def value(self) -> float:
        """The expected rate among the kept, which is the rate among all."""
        return self.hallucinated / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """The rates that at least 95 % of all draws lie in: exact quantiles at 2.5 and 97.5 %."""
        fewest = max(0, self.kept + self.hallucinated - self.n)
        counts = np.arange(fewest, min(self.kept, self.hallucinated) + 1)
        weights = -gammaln(counts + 1) - gammaln(self.hallucinated - counts + 1)
        weights -= gammaln(self.kept - counts + 1)
        weights -= gammaln(self.n - self.hallucinated - self.kept + counts + 1)
        cumulated = np.cumsum(np.exp(weights - weights.max()))
        low, high = fewest + np.searchsorted(cumulated, np.array([0.025, 0.975]) * cumulated[-1])
        return float(low) / self.kept, float(high) / self.kept


# ---- counts ----------------------------------------------------------------------------------------


def confusion(hal: np.ndarray, hallucinated: np.ndarray, threshold: float) -> Confusion:
    """The counts when samples that score above the threshold are removed."""
    counts = confusions(hal, hallucinated, np.array([threshold]))
    return Confusion(*(int(c[0]) for c in (counts.caught, counts.missed, counts.kept, counts.lost)))


def confusions(hal: np.ndarray, hallucinated: np.ndarray, thresholds: np.ndarray) -> Confusions:
    """The counts at each of the thresholds (T,), in any order: one sort, then a search a threshold.

    Raises ValueError for thresholds that are NaN or not one-dimensional.
    """
    bad, good = _sorted_classes(hal, hallucinated)
    levels = np.asarray(thresholds, dtype=np.float64)
    if levels.ndim != 1 or np.isnan(levels).any():
        raise ValueError("Thresholds are numbers in one dimension.")
    missed = np.searchsorted(bad, levels, "right")
    kept = np.searchsorted(good, levels, "right")
    return Confusions(bad.size - missed, missed, kept, good.size - kept)


def random_drop(hallucinated: np.ndarray, dropped: int) -> RandomDrop | None:
    """What dropping that many of the samples at random, without replacement, leaves: the least that a
    detector has to beat.

    None if all are dropped. Raises ValueError for a number outside [0, n].
    """
    flags = checked_flags(hallucinated)
    n, bad = flags.size, int(flags.sum())
    if not 0 <= dropped <= n:
        raise ValueError(f"Of {n:,} samples, between 0 and {n:,} can be dropped, not {dropped:,}.")
    return RandomDrop(n, bad, n - dropped) if dropped < n else None


# ---- thresholds ------------------------------------------------------------------------------------


def threshold_at_retention(
    hal: np.ndarray, hallucinated: np.ndarray, retention: float = 0.96
) -> float | None:
    """The lowest score that, as a threshold, keeps at least this share of the in-support samples.

    None without in-support samples: every threshold keeps all of them, and none is the one to show. Raises
    ValueError for a retention outside [0, 1].
    """
    bad, good = _sorted_classes(hal, hallucinated)
    needed = count_needed(retention, good.size)
    if not good.size:
        return None
    return float(good[needed - 1]) if needed else float(np.concatenate([bad, good]).min())


def threshold_youden(hal: np.ndarray, hallucinated: np.ndarray) -> float | None:
    """The score that, as a threshold, maximises recall + retention - 1 (Youden 1950); of equals, the highest.

    None if a class is empty.
    """
    bad, good = _sorted_classes(hal, hallucinated)
    if not (bad.size and good.size):
        return None
    scores = np.unique(np.concatenate([bad, good]))
    caught = bad.size - np.searchsorted(bad, scores, "right")
    kept = np.searchsorted(good, scores, "right")
    gain = caught * good.size + kept * bad.size  # in integers, so that equals are equal
    return float(scores[np.flatnonzero(gain == gain.max())[-1]])


def count_needed(share: float, n: int) -> int:
    """The smallest count with count / n >= share, free of the rounding of share * n.

    The share stands for the nearest fraction with a denominator up to ten million, so that 0.07 of 100 is 7
    (the product is 7.000000000000001) and count / n reads back as the count. Raises ValueError outside
    [0, 1].
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The share {share:g} is outside [0, 1].")
    return math.ceil(Fraction(float(share)).limit_denominator(FINEST_SHARE) * n)


# ---- what comes in ---------------------------------------------------------------------------------


def checked_scores(hal: np.ndarray, hallucinated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n,) float64 and flags (n,) bool."""
    flags = checked_flags(hallucinated)
    scores = np.asarray(hal, dtype=np.float64)  # as thresholds are: a float32 is not rounded to them
    if scores.shape != flags.shape:
        raise ValueError(f"Scores of the shape {scores.shape} do not fit flags of the shape {flags.shape}.")
    strange = int(scores.size - np.count_nonzero(scores > -np.inf))
    if strange:
        raise ValueError(f"{strange:,} of {scores.size:,} scores are not numbers.")
    return scores, flags


def checked_flags(hallucinated: np.ndarray) -> np.ndarray:
    """The flags as an array (n,) bool. Raises ValueError unless they are just that, with n >= 1."""
    flags = np.asarray(hallucinated)
    if flags.ndim != 1 or flags.size < 1 or flags.dtype != np.bool_:
        raise ValueError(
            f"Flags are bool, in one dimension, at least one; these are {flags.dtype} of shape {flags.shape}."
        )
    return flags


def _sorted_classes(hal: np.ndarray, hallucinated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The scores of the hallucinated and of the in-support, each ascending."""
    scores, flags = checked_scores(hal, hallucinated)
    return np.sort(scores[flags]), np.sort(scores[~flags])


def _rate(count: int, n: int) -> Rate | None:
    return Rate(count, n) if n else None
