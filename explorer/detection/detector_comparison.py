"""Detectors side by side: all of them score the same samples, and are judged by the same measure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from explorer.compute.progress import WorkClock, rescaled, timed
from explorer.detection.scores.detector import Detector, Evidence
from explorer.detection.scores.table import BOUNDS
from explorer.detection.scores.window_variance import WindowVariance
from explorer.detection.statistics.held_out import Halves, HeldOut, area_values, halves, held_out
from explorer.detection.statistics.paired_test import SIGNIFICANCE, AurocDifference, auroc_difference, holm
from explorer.detection.statistics.precision_recall import PrecisionRecall, precision_recall
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import Roc, roc
from explorer.detection.statistics.thresholds import (
    Confusion,
    RandomDrop,
    confusion,
    random_drop,
    threshold_at_retention,
)


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

    roc                 over all thresholds, with the AUROC and its 95 % interval
    precision_recall    over all thresholds, with the average precision and its 95 % interval
    judged              what its lowest threshold does that keeps the wanted share of the in-support
    control             what is left after dropping as many samples at random; None if all are dropped
    difference          its AUROC less the variance's on the same samples; None of the variance itself,
                        without it, and where a class is empty
    p_value             of that difference, corrected for being one of several; None of a bound, too
    """

    scores: Scores
    roc: Roc
    precision_recall: PrecisionRecall
    judged: Confusion
    control: RandomDrop | None
    difference: AurocDifference | None
    p_value: float | None

    @property
    def detector(self) -> Detector:
        return self.scores.detector

    @property
    def differs(self) -> bool:
        """Whether the samples tell its AUROC from the variance's."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE

    def to_json(self) -> dict[str, Any]:
        """Everything about it as plain values; what is undefined is None."""
        values: dict[str, Any] = {"detector": self.detector.name, "source": self.detector.source}
        values["reading"] = self.detector.origin.reading
        values |= area_values(self.roc, self.precision_recall)
        values |= self.judged.to_json()
        drop, apart = self.control, self.difference
        values["rate_after_random_drop"] = None if drop is None else drop.value
        values["rate_after_random_drop_interval"] = None if drop is None else list(drop.interval)
        values["auroc_difference"] = None if apart is None else apart.value
        interval = None if apart is None else apart.interval
        values["auroc_difference_interval"] = None if interval is None else list(interval)
        values |= {"p_value": None if apart is None else apart.p_value, "p_value_holm": self.p_value}
        return values | {"calls": self.scores.calls, "seconds": round(self.scores.seconds, 3)}


@dataclass(frozen=True, eq=False)
class ChosenDetector:
    """The detector with the highest AUROC on one half of the samples, and how it did on the other."""

    detector: Detector
    held_out: HeldOut


@dataclass(frozen=True, eq=False)
class DetectorComparison:
    """n samples, `rate` of them hallucinated, and how every detector did on them while it kept `retention` of
    the in-support.

    halves      the samples that choose a detector and those that judge it; None of a single sample
    chosen      the chosen one; None where a half has too few of a class, or where only bounds take part
    """

    rate: Rate
    retention: float
    results: tuple[DetectorResult, ...]
    halves: Halves | None
    chosen: ChosenDetector | None

    @property
    def n(self) -> int:
        return self.rate.n

    def __getitem__(self, name: str) -> DetectorResult:
        """The result of a detector by its name. Raises KeyError if it did not take part."""
        for one in self.results:
            if one.detector.name == name:
                return one
        raise KeyError(name)


def is_able(detector: Detector, evidence: Evidence) -> bool:
    """Whether a detector takes part: without members none that needs an ensemble, and of pictures none that
    is for points only."""
    if detector.needs_ensemble and not evidence.members:
        return False
    return not (detector.points_only and len(evidence.denoiser.shape) == 3)


def score_all(
    detectors: Sequence[Detector], evidence: Evidence, draws: Callable[[str], torch.Generator]
) -> Generator[float, None, tuple[Scores, ...]]:
    """The scores of all detectors for the same samples; those that are not able to are left out.

    draws   a fresh generator for the name of a detector, so that no score depends on who else takes part

    Yields the share done: each counts as much as its network calls.
    """
    able = [one for one in detectors if is_able(one, evidence)]
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
    scores: Sequence[Scores], hallucinated: np.ndarray, retention: float = 0.96
) -> DetectorComparison:
    """Every detector judged on the same flags (n,) bool, beside a random drop of as many samples and tested
    against the variance if that takes part.

    Each removes what lies above its lowest threshold that keeps `retention` of the in-support; where there
    are none, nothing is removed. Raises ValueError for a retention outside [0, 1], and for scores that are
    not numbers.
    """
    apart = _differences(scores, hallucinated)
    corrected = _corrected(scores, apart)
    results = []
    for one, difference, p_value in zip(scores, apart, corrected, strict=True):
        threshold = threshold_at_retention(one.values, hallucinated, retention)
        judged = confusion(one.values, hallucinated, np.inf if threshold is None else threshold)
        curves = roc(one.values, hallucinated), precision_recall(one.values, hallucinated)
        control = random_drop(hallucinated, judged.caught + judged.lost)
        results.append(DetectorResult(one, *curves, judged, control, difference, p_value))
    rate, parts = Rate(int(hallucinated.sum()), len(hallucinated)), halves(hallucinated)
    chosen = _chosen(scores, hallucinated, parts, retention)
    return DetectorComparison(rate, retention, tuple(results), parts, chosen)


def _differences(scores: Sequence[Scores], hallucinated: np.ndarray) -> list[AurocDifference | None]:
    """The AUROC of each less that of the variance; None of the variance, and without it."""
    own = next((one for one in scores if one.detector.name == WindowVariance.name), None)
    return [
        None if own is None or one is own else auroc_difference(one.values, own.values, hallucinated)
        for one in scores
    ]


def _corrected(scores: Sequence[Scores], differences: Sequence[AurocDifference | None]) -> list[float | None]:
    """The p-values of those that are no bounds, corrected for each other; None of the rest."""
    tested = [
        number
        for number, (one, apart) in enumerate(zip(scores, differences, strict=True))
        if apart is not None and one.detector.name not in BOUNDS
    ]
    found: list[float | None] = [None] * len(scores)
    for number, value in zip(tested, holm([_p_value(differences[i]) for i in tested]), strict=True):
        found[number] = value
    return found


def _p_value(apart: AurocDifference | None) -> float | None:
    return None if apart is None else apart.p_value


def _chosen(
    scores: Sequence[Scores], hallucinated: np.ndarray, parts: Halves | None, retention: float
) -> ChosenDetector | None:
    able = [one for one in scores if one.detector.name not in BOUNDS]
    if parts is None or parts.too_few is not None or not able:
        return None
    rows = parts.choosing
    best = max(able, key=lambda one: roc(one.values[rows], hallucinated[rows]).auroc or 0.0)
    found = held_out(best.values, hallucinated, partial(threshold_at_retention, retention=retention))
    return None if found is None else ChosenDetector(best.detector, found)
