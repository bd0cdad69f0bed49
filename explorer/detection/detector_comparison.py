"""Detectors side by side: all of them score the same samples, and are judged by the same measure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.compute.progress import WorkClock, rescaled, timed
from explorer.detection.scores.detector import Detector, Evidence
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import Roc, roc
from explorer.detection.statistics.thresholds import Confusion, confusion, random_drop, threshold_at_retention


@dataclass(frozen=True, eq=False)
class Scores:
    """What a detector made of n samples, (n,) float64, and what that took: network calls a sample beyond
    those that drew it, and seconds."""

    detector: Detector
    values: np.ndarray
    calls: int
    seconds: float


@dataclass(frozen=True, eq=False)
class DetectorResult:
    """How well a detector did.

    roc         over all thresholds, with the AUROC and its 95 % interval
    judged      what its lowest threshold does that keeps the wanted share of the in-support
    control     share hallucinated after dropping as many samples at random; None if all are dropped
    """

    scores: Scores
    roc: Roc
    judged: Confusion
    control: Rate | None

    @property
    def detector(self) -> Detector:
        return self.scores.detector

    def to_json(self) -> dict[str, Any]:
        """Everything about it as plain values; what is undefined is None."""
        rates = {
            "recall": self.judged.recall,
            "retention": self.judged.retention,
            "rate_after_filter": self.judged.rate_after,
            "rate_after_random_drop": self.control,
        }
        values: dict[str, Any] = {"detector": self.detector.name, "source": self.detector.source}
        values["auroc"] = self.roc.auroc
        values["auroc_interval"] = None if self.roc.interval is None else list(self.roc.interval)
        for name, rate in rates.items():
            values[name] = None if rate is None else rate.value
            values[f"{name}_interval"] = None if rate is None else list(rate.interval)
        return values | {"calls": self.scores.calls, "seconds": round(self.scores.seconds, 3)}


@dataclass(frozen=True, eq=False)
class DetectorComparison:
    """n samples, `rate` of them hallucinated, and how every detector did on them while it kept `retention` of
    the in-support."""

    rate: Rate
    retention: float
    results: tuple[DetectorResult, ...]

    @property
    def n(self) -> int:
        return self.rate.n

    def __getitem__(self, name: str) -> DetectorResult:
        """The result of a detector by its name. Raises KeyError if it did not take part."""
        for one in self.results:
            if one.detector.name == name:
                return one
        raise KeyError(name)


def score_all(
    detectors: Sequence[Detector], evidence: Evidence, draws: Callable[[str], torch.Generator]
) -> Generator[float, None, tuple[Scores, ...]]:
    """The scores of all detectors for the same samples; those that need an ensemble are left out without one.

    draws   a fresh generator for the name of a detector, so that no score depends on who else takes part

    Yields the share done: each counts as much as its network calls.
    """
    able = [one for one in detectors if evidence.members or not one.needs_ensemble]
    costs = [1 + one.calls(evidence) for one in able]
    found = []
    for number, one in enumerate(able):
        clock = WorkClock()
        work = timed(one.scores(evidence, draws(one.name)), clock)
        start, end = sum(costs[:number]) / sum(costs), sum(costs[: number + 1]) / sum(costs)
        values = yield from rescaled(work, start, end)
        found.append(Scores(one, values, one.calls(evidence), clock.seconds))
    return tuple(found)


def compare_detectors(
    scores: Sequence[Scores],
    hallucinated: np.ndarray,
    generator: np.random.Generator,
    retention: float = 0.96,
) -> DetectorComparison:
    """Every detector judged on the same flags (n,) bool, beside a random drop of as many samples.

    Each removes what lies above its lowest threshold that keeps `retention` of the in-support; where there
    are none, nothing is removed. Raises ValueError for a retention outside [0, 1], and for scores that are
    not numbers.
    """
    results = []
    for one in scores:
        threshold = threshold_at_retention(one.values, hallucinated, retention)
        judged = confusion(one.values, hallucinated, np.inf if threshold is None else threshold)
        control = random_drop(hallucinated, judged.caught + judged.lost, generator)
        results.append(DetectorResult(one, roc(one.values, hallucinated), judged, control))
    return DetectorComparison(Rate(int(hallucinated.sum()), len(hallucinated)), retention, tuple(results))
