"""A choice made on one half of the samples and judged on the other.

A threshold, a window or a detector that was chosen because it did well on some samples does a little less
well on others: its figures on the samples that chose it flatter it. Scores and flags are those of
explorer/detection/statistics/thresholds.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from explorer.detection.statistics.precision_recall import PrecisionRecall, precision_recall
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import Roc, roc
from explorer.detection.statistics.thresholds import Confusion, checked_flags, confusion

FEWEST = 5  # samples of each class in each half, below which a choice is not judged

Choice = Callable[[np.ndarray, np.ndarray], float | None]  # a threshold from scores and flags


@dataclass(frozen=True, eq=False)
class Halves:
    """Rows of n samples, rising: those that choose (a,) and those that judge (b,), a + b = n; and how many in
    each are hallucinated."""

    choosing: np.ndarray
    judging: np.ndarray
    chosen_on: Rate
    judged_on: Rate

    @property
    def too_few(self) -> str | None:
        """Why a choice cannot be judged: a half has fewer than five of a class. None if it can."""
        halves = (self.chosen_on, self.judged_on)
        for name, counts in (
            ("hallucinated", [half.count for half in halves]),
            ("honest", [half.n - half.count for half in halves]),
        ):
            if min(counts) < FEWEST:
                return (
                    f"One half has {counts[0]:,} {name} samples and the other {counts[1]:,}; with fewer than "
                    f"{FEWEST} in each a choice cannot be judged."
                )
        return None

    def to_json(self) -> dict[str, Any]:
        """How many samples and how many hallucinated ones choose, and how many judge."""
        pairs = (("chosen_on", self.chosen_on), ("judged_on", self.judged_on))
        return {name: {"n": rate.n, "hallucinated": rate.count} for name, rate in pairs}


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What a threshold chosen on one half does to the other, and how the score separates that other half.

    scores, hallucinated    of the other half, (m,)
    """

    threshold: float
    scores: np.ndarray
    hallucinated: np.ndarray

    @cached_property
    def judged(self) -> Confusion:
        return confusion(self.scores, self.hallucinated, self.threshold)

    @cached_property
    def roc(self) -> Roc:
        return roc(self.scores, self.hallucinated)

    @cached_property
    def precision_recall(self) -> PrecisionRecall:
        return precision_recall(self.scores, self.hallucinated)

    def to_json(self) -> dict[str, Any]:
        """Threshold, and rates and areas with their intervals, as plain values."""
        values: dict[str, Any] = {"threshold": self.threshold}
        values |= self.judged.to_json()
        return values | area_values(self.roc, self.precision_recall)


def halves(hallucinated: np.ndarray) -> Halves | None:
    """Every other sample of each class chooses and the rest judge, so that both halves have their share of
    hallucinated ones; of an odd number the judging half has one more. None with fewer than two samples.

    Samples are drawn independently, so that their order says nothing about their score.
    """
    flags = checked_flags(hallucinated)
    if flags.size < 2:
        return None
    bad, good = np.flatnonzero(flags), np.flatnonzero(~flags)
    choosing, judging = (
        np.sort(np.concatenate(rows)) for rows in ((bad[1::2], good[::2]), (bad[::2], good[1::2]))
    )
    if not (choosing.size and judging.size):
        return None
    rates = (Rate(int(flags[rows].sum()), rows.size) for rows in (choosing, judging))
    return Halves(choosing, judging, *rates)


def held_out(hal: np.ndarray, hallucinated: np.ndarray, choose: Choice) -> HeldOut | None:
    """The threshold that `choose` makes of one half's scores and flags, judged on the other half; None where
    a half has too few of a class."""
    parts = halves(hallucinated)
    if parts is None or parts.too_few is not None:
        return None
    choosing, judging = parts.choosing, parts.judging
    threshold = choose(hal[choosing], hallucinated[choosing])
    assert threshold is not None  # both classes are there
    return HeldOut(threshold, hal[judging], hallucinated[judging])


def area_values(curve: Roc, precisions: PrecisionRecall) -> dict[str, Any]:
    """AUROC and average precision with their intervals, as plain values."""
    values: dict[str, Any] = {}
    for name, area, interval in (
        ("auroc", curve.auroc, curve.interval),
        ("average_precision", precisions.average_precision, precisions.interval),
    ):
        values |= {name: area, f"{name}_interval": None if interval is None else list(interval)}
    return values
