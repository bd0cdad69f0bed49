"""Whether two detectors differ on the same samples: DeLong's test of two correlated AUROCs, and Holm's
correction for several of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.detection.statistics.roc import placements
from explorer.detection.statistics.thresholds import checked_scores

SIGNIFICANCE = 0.05  # of a p-value below which two detectors are said to differ


@dataclass(frozen=True, slots=True)
class AurocDifference:
    """The AUROC of one score less that of another on the same samples.

    interval    95 %, in [-1, 1]
    p_value     of the hypothesis that both have one AUROC, two-sided

    Interval and p-value are None where the samples give no variance: with one sample in a class, or where
    every sample is placed alike. Two scores that place every sample alike have the p-value 1.
    """

    value: float
    interval: tuple[float, float] | None
    p_value: float | None


def auroc_difference(
    first: np.ndarray, second: np.ndarray, hallucinated: np.ndarray
) -> AurocDifference | None:
    """AUROC of the first scores less that of the second; None if a class is empty.

    The variance is that of DeLong, DeLong and Clarke-Pearson (1988): each sample's placement in the other
    class, by the first score less by the second, in O(n log n) like the midranks of Sun and Xu (2014). The
    statistic is referred to Student's t with Satterthwaite's degrees of freedom, as Brunner and Munzel (2000)
    do for one AUROC: with 5 hallucinated samples the normal distribution rejects a true hypothesis in 10 of
    100 simulations, this one in 3. Errors as checked_scores'.
    """
    (scores, flags), (others, _) = (checked_scores(one, hallucinated) for one in (first, second))
    if flags.all() or not flags.any():
        return None
    won, lost = (a - b for a, b in zip(_placed(scores, flags), _placed(others, flags), strict=True))
    value = float(won.mean())
    if not (won.any() or lost.any()):
        return AurocDifference(0.0, None, 1.0)
    if min(won.size, lost.size) < 2:
        return AurocDifference(value, None, None)
    parts = [(float(one.var(ddof=1)) / one.size, one.size - 1) for one in (won, lost)]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return AurocDifference(value, None, None)
    from scipy.special import stdtr, stdtrit

    freedom = variance**2 / sum(part**2 / count for part, count in parts)
    deviation = math.sqrt(variance)
    half = float(stdtrit(freedom, 0.975)) * deviation
    p_value = 2 * float(stdtr(freedom, -abs(value) / deviation))
    return AurocDifference(value, (max(-1.0, value - half), min(1.0, value + half)), p_value)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values corrected for being several (Holm 1979), in their order; None stays, and counts as 1.

    Rejecting what is below 0.05 keeps the chance of any false rejection below 0.05.
    """
    known = [1.0 if p is None else p for p in p_values]
    found, least = [0.0] * len(known), 0.0
    for place, i in enumerate(sorted(range(len(known)), key=lambda i: known[i])):
        least = found[i] = max(least, min(1.0, (len(known) - place) * known[i]))
    return [None if p is None else corrected for p, corrected in zip(p_values, found, strict=True)]


def _placed(scores: np.ndarray, flags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each hallucinated sample the share of the in-support below it, of each in-support one the share of
    the hallucinated above it; in the order of the samples."""
    bad, good = scores[flags], scores[~flags]
    return placements(bad, np.sort(good)), 1 - placements(good, np.sort(bad))
