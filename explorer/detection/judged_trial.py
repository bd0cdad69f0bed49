"""A judged trial: which samples are hallucinated, and what a window and a threshold make of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from explorer.data.distribution import KnownDistribution
from explorer.detection.statistics.held_out import Choice, Halves, HeldOut, halves, held_out
from explorer.detection.statistics.precision_recall import PrecisionRecall, precision_recall
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import Roc, roc
from explorer.detection.statistics.thresholds import (
    Confusion,
    Confusions,
    confusions,
    threshold_at_retention,
    threshold_youden,
)
from explorer.detection.trajectory_variance import AUTHORS_WINDOW
from explorer.detection.trial import Trial

RETENTION = 0.96  # of the honest samples, as in the paper
KEEP = "keep 96 %"
YOUDEN = "Youden"
CHOICES: dict[str, Choice] = {
    KEEP: partial(threshold_at_retention, retention=RETENTION),
    YOUDEN: threshold_youden,
}
SHOWN_THRESHOLDS = 320


@dataclass(frozen=True, eq=False)
class JudgedTrial:
    """A trial whose samples are hallucinated beyond k, and their variance over a window (first, last t)."""

    trial: Trial
    known: KnownDistribution
    k: float
    window: tuple[int, int]

    @cached_property
    def hallucinated(self) -> np.ndarray:
        """(n,) bool."""
        return self.trial.hallucinated(self.k)

    @cached_property
    def hal(self) -> np.ndarray:
        """Trajectory variance over the window, (n,)."""
        return self.trial.hal(self.window)

    @cached_property
    def roc(self) -> Roc:
        return roc(self.hal, self.hallucinated)

    @cached_property
    def precision_recall(self) -> PrecisionRecall:
        return precision_recall(self.hal, self.hallucinated)

    @cached_property
    def halves(self) -> Halves | None:
        """The samples that choose and those that judge a choice; None of a single sample."""
        return halves(self.hallucinated)

    @cached_property
    def held_out(self) -> dict[str, HeldOut]:
        """The thresholds that have a name, each chosen on one half and judged on the other; none where a half
        has too few of a class."""
        found = {name: held_out(self.hal, self.hallucinated, choose) for name, choose in CHOICES.items()}
        return {name: one for name, one in found.items() if one is not None}

    @cached_property
    def rules(self) -> dict[str, float]:
        """The thresholds that have a name, those that can be had."""
        found = {name: choose(self.hal, self.hallucinated) for name, choose in CHOICES.items()}
        return {name: value for name, value in found.items() if value is not None}

    @cached_property
    def thresholds(self) -> np.ndarray:
        """The thresholds that can be dragged to, rising: evenly on a log axis, and those with a name
        exactly."""
        positive = self.hal[self.hal > 0]
        low, high = (float(positive.min()), float(positive.max())) if len(positive) else (1e-9, 1e-8)
        spaced = np.geomspace(low * 0.9, max(high, low * 1.01) * 1.0001, SHOWN_THRESHOLDS)
        return np.unique([*spaced, *self.rules.values()])

    @cached_property
    def counts(self) -> Confusions:
        return confusions(self.hal, self.hallucinated, self.thresholds)

    @property
    def rate(self) -> Rate:
        return Rate(int(self.hallucinated.sum()), self.trial.n)

    def frame_of(self, cut: str) -> int:
        """The frame of a threshold by its name or its value; the first rule's if it is neither."""
        try:
            wanted = float(cut)
        except ValueError:
            wanted = self.rules.get(cut, next(iter(self.rules.values()), self.thresholds[-1]))
        if not wanted > 0:
            return 0
        return int(np.abs(np.log(self.thresholds) - np.log(wanted)).argmin())

    def cut_of(self, frame: int) -> str:
        """The name of a frame's threshold, or its value as text."""
        value = float(self.thresholds[frame])
        return next((name for name, rule in self.rules.items() if rule == value), f"{value:.5g}")

    def judged(self, frame: int) -> Confusion:
        """What the threshold of a frame makes of the samples."""
        counts = self.counts
        parts = (counts.caught, counts.missed, counts.kept, counts.lost)
        return Confusion(*(int(part[frame]) for part in parts))


def fitting_window(text: str, steps: tuple[int, ...]) -> tuple[int, int]:
    """The window that a text like 0:9 names, both ends among the steps (the cleanest first).

    The authors' where it names none, as far as steps in it were visited; the last ten where those are fewer
    than two.
    """
    first, _, last = text.partition(":")
    if first.isdecimal() and last.isdecimal():
        named = (int(first), int(last))
        if named[0] < named[1] and set(named) <= set(steps):
            return named
    return authors_window(steps) or (steps[0], steps[min(AUTHORS_WINDOW[1], len(steps) - 1)])


def authors_window(steps: tuple[int, ...]) -> tuple[int, int] | None:
    """The authors' window between visited steps (the cleanest first); None if fewer than two lie in it."""
    inside = [t for t in steps if AUTHORS_WINDOW[0] <= t <= AUTHORS_WINDOW[1]]
    return (inside[0], inside[-1]) if len(inside) > 1 else None


def cleaner_half(window: tuple[int, int]) -> tuple[int, int]:
    """The half of a window with the cleaner steps."""
    first, last = window
    return first, (first + last) // 2


def late_decider(judged: JudgedTrial) -> int | None:
    """The honest sample that the window suspects most although it lay still in the cleaner half of it."""
    first, middle = cleaner_half(judged.window)
    if middle <= first or not {first, middle} <= set(judged.trial.windows.steps):
        return None
    narrow = judged.trial.hal((first, middle))
    in_support = ~judged.hallucinated & (narrow <= np.median(narrow))
    return int(np.where(in_support, judged.hal, -1.0).argmax()) if in_support.any() else None


def median_hallucinated(judged: JudgedTrial) -> int | None:
    """The hallucinated sample of median variance."""
    return _median(judged.hal, np.flatnonzero(judged.hallucinated))


def median_in_support(judged: JudgedTrial) -> int | None:
    """The honest sample of median variance."""
    return _median(judged.hal, np.flatnonzero(~judged.hallucinated))


def _median(hal: np.ndarray, rows: np.ndarray) -> int | None:
    return None if not len(rows) else int(rows[np.argsort(hal[rows])[len(rows) // 2]])
