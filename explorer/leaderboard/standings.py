"""What methods come to over the seeds of a preset, and which of them can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from explorer.detection.judged_trial import RETENTION
from explorer.detection.statistics.rates import Rate
from explorer.leaderboard.rows import DetectorRow, RemedyRow

CHANCE = 0.5  # AUROC of a detector that guesses
CHANCE_RECALL = round(1 - RETENTION, 9)  # and its recall
UNTREATED = ""  # the name of the row of the model as it is
Verdict = Literal["best", "better", "none", "worse"]
VERDICTS: dict[Verdict, str] = {
    "best": "the best, or not told from it",
    "better": "better than nothing",
    "none": "not told from nothing",
    "worse": "worse than nothing",
}


@dataclass(frozen=True)
class Measured:
    """A number with its 95 % interval, or with its numerical error where it is exact."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Standing:
    """A number over the seeds of a preset.

    value       the median
    low, high   what it is uncertain by: from the lowest to the highest of the seeds, and no narrower than the
                interval of one of them, the median one at each end
    values      by seed
    """

    value: float
    low: float
    high: float
    values: tuple[float, ...]

    def overlaps(self, other: Standing) -> bool:
        """Whether the two cannot be told apart."""
        return self.low <= other.high and other.low <= self.high


Measure = Callable[[Any], Measured | None]


@dataclass(frozen=True)
class MeasureName:
    """How a measure is called, whether more of it is better, and how it is read off a row."""

    title: str
    higher: bool
    of: Measure
    share: bool = True


def _auroc(row: DetectorRow) -> Measured | None:
    if row.auroc is None or row.auroc_interval is None:
        return None
    return Measured(row.auroc, *row.auroc_interval)


def _rate(rate: Rate | None) -> Measured | None:
    return None if rate is None else Measured(rate.value, *rate.interval)


def remaining(k: int) -> Measure:
    """The share beyond k sigma that a remedy leaves; of pictures the share that cannot exist."""

    def measure(row: RemedyRow) -> Measured | None:
        found = row.result
        if found is None:
            return None
        counted = found.rate(k)
        if counted is not None:
            return _rate(counted)
        if found.beyond is None:
            return None
        error = found.numerical_error(k) or 0.0
        return Measured(found.beyond[k], max(0.0, found.beyond[k] - error), found.beyond[k] + error)

    return measure


def _plain(name: str) -> Measure:
    def measure(row: RemedyRow) -> Measured | None:
        value = None if row.result is None else getattr(row.result, name)
        return None if value is None else Measured(value, value, value)

    return measure


DETECTOR_MEASURES: dict[str, MeasureName] = {
    "auroc": MeasureName("AUROC", True, _auroc, share=False),
    "recall": MeasureName("recall at 96 % kept", True, lambda row: _rate(row.recall)),
    "precision": MeasureName("precision at 96 % kept", True, lambda row: _rate(row.precision)),
}
REMEDY_MEASURES: dict[str, Callable[[int], MeasureName]] = {
    "rate": lambda k: MeasureName("hallucinated", False, remaining(k)),
    "shares": lambda k: MeasureName("modes’ shares off by", False, _plain("share_distance"), share=False),
    "width": lambda k: MeasureName("width of the modes", False, _plain("width"), share=False),
    "distance": lambda k: MeasureName("distance to the truth", False, _plain("distance"), share=False),
}


def standing(rows: Iterable[Any], measure: Measure) -> Standing | None:
    """A measure over the seeds of a method on a preset; None where no row has it."""
    found = [one for row in rows if (one := measure(row)) is not None]
    if not found:
        return None
    values = tuple(one.value for one in found)
    low = min(min(values), float(np.median([one.low for one in found])))
    high = max(max(values), float(np.median([one.high for one in found])))
    return Standing(float(np.median(values)), low, high, values)


def beside_untreated(rows: Iterable[RemedyRow], before: Iterable[RemedyRow], k: int) -> Standing | None:
    """What a remedy leaves over what the untreated model of the same network has, over the seeds; None where
    no network has both, or none hallucinates.

    The networks of a preset differ more than many remedies do, so that only on the same one they compare. The
    ends of each ratio's interval take both intervals at their worst: no narrower than it is.
    """
    measure = remaining(k)
    untreated = {row.seed: measure(row) for row in before}
    ratios = []
    for row in rows:
        left, all_ = measure(row), untreated.get(row.seed)
        if left is not None and all_ is not None and all_.low > 0:
            ratio = Measured(left.value / all_.value, left.low / all_.high, left.high / all_.low)
            ratios.append(ratio)
    return standing(ratios, lambda ratio: ratio)


def by_method(rows: Sequence[Any], preset: str) -> dict[str, list[Any]]:
    """The rows of a preset by method, in their order."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row.preset == preset:
            found.setdefault(row.method, []).append(row)
    return found


def verdicts(
    known: Mapping[str, Standing], nothing: Standing | None, excluded: Iterable[str], *, higher: bool
) -> dict[str, Verdict]:
    """What the intervals say of each method: those that overlap with the best one's are the best, too.

    nothing     what is had without a method; None if that is not known
    excluded    names of bounds and references, which are not compared with methods

    A method whose interval overlaps with that of nothing is never called the best.
    """
    outside = set(excluded)

    def better(one: Standing, other: Standing) -> bool:
        return one.low > other.high if higher else one.high < other.low

    able = {
        name: one
        for name, one in known.items()
        if name not in outside and (nothing is None or better(one, nothing))
    }
    best = (max if higher else min)(able.values(), key=lambda one: one.value, default=None)
    found: dict[str, Verdict] = {}
    for name, one in known.items():
        if name in able and best is not None:
            found[name] = "best" if one.overlaps(best) else "better"
        elif nothing is None or one.overlaps(nothing):
            found[name] = "none"
        else:
            found[name] = "better" if better(one, nothing) else "worse"
    return found


def nothing_of(known: Mapping[str, Standing], name: str) -> Standing | None:
    """What is had without a method: guessing has an AUROC of one half and, where 96 % are kept, a recall of
    4 %; of the untreated model's rate all is left (see beside_untreated)."""
    if name == "precision":
        return known.get("random")
    value = {"auroc": CHANCE, "recall": CHANCE_RECALL, "rate": 1.0}.get(name)
    return None if value is None else Standing(value, value, value, (value,))
