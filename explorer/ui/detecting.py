"""The Detect page's rooms: a trial judged by a threshold through a window, and the films made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from explorer.charts.detection import threshold_film, window_film
from explorer.charts.film import Film, Reading
from explorer.charts.palette import Role
from explorer.charts.words import estimate, number, percent, told
from explorer.data.distribution import KnownDistribution
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import PICTURES, kind_names, world
from explorer.detection.evaluation import (
    Confusion,
    Confusions,
    Roc,
    confusion,
    confusions,
    random_drop,
    roc,
    rule_of_three,
    threshold_at_retention,
    threshold_youden,
)
from explorer.detection.rates import Rate
from explorer.detection.scan import WindowScan
from explorer.detection.trajectory_variance import AUTHORS_WINDOW
from explorer.detection.trial import Trial
from explorer.ui.learning import shown_interval, shown_square

RETENTION = 0.96
KEEP = "keep 96 %"
YOUDEN = "Youden"
SHOWN_THRESHOLDS = 320
SHOWN_STEPS = 30  # of the scan, unless a wider window is the best
FEW = 30  # hallucinated samples below which the figures are rough
UNDERTRAINED = 0.05  # share of hallucinations above which they mean little
ANSWERS = ("less than half", "half to 95 %", "over 95 %")


@dataclass(frozen=True)
class Bench:
    """A trial on the bench: which samples count as hallucinated, and the variance over one window."""

    trial: Trial
    known: KnownDistribution
    k: float
    window: tuple[int, int]

    @cached_property
    def hallucinated(self) -> np.ndarray:
        return self.trial.hallucinated(self.k)

    @cached_property
    def hal(self) -> np.ndarray:
        return self.trial.hal(self.window)

    @cached_property
    def roc(self) -> Roc:
        return roc(self.hal, self.hallucinated)

    @cached_property
    def rules(self) -> dict[str, float]:
        """The thresholds that have a name, those that can be had."""
        found = {
            KEEP: threshold_at_retention(self.hal, self.hallucinated, RETENTION),
            YOUDEN: threshold_youden(self.hal, self.hallucinated),
        }
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
        return confusion(self.hal, self.hallucinated, float(self.thresholds[frame]))


def fitting_window(text: str, steps: tuple[int, ...]) -> tuple[int, int]:
    """The window that a text like 0:9 names, both ends among the steps (the cleanest first).

    The authors' where it names none; the last ten visited steps where even that does not fit.
    """
    first, _, last = text.partition(":")
    named = (int(first), int(last)) if first.isdecimal() and last.isdecimal() else AUTHORS_WINDOW
    for window in (named, AUTHORS_WINDOW):
        if window[0] < window[1] and set(window) <= set(steps):
            return window
    return steps[0], steps[min(AUTHORS_WINDOW[1], len(steps) - 1)]


def threshold_view(bench: Bench) -> Film:
    """The film whose frames are thresholds."""
    counts = bench.counts
    with np.errstate(invalid="ignore"):
        removed = counts.lost / (counts.kept + counts.lost)
        recall = counts.caught / (counts.caught + counts.missed)
    places, region, modes, names = _stage(bench)
    captions = tuple(f"threshold {number(float(t))}" for t in bench.thresholds)
    count = int(bench.hallucinated.sum())
    auroc = "undefined" if bench.roc.auroc is None else f"{bench.roc.auroc:.3f}"
    return threshold_film(
        places,
        bench.hal,
        bench.hallucinated,
        bench.thresholds,
        removed,
        recall,
        (bench.roc.removed, bench.roc.recall),
        captions,
        _readings(bench),
        region=region,
        modes=modes,
        names=names,
        window=f"t = {bench.window[0]} to {bench.window[1]}",
        alt=f"{bench.trial.n} samples, {count} hallucinated, judged by the variance of their predicted x0. "
        f"AUROC {auroc}.",
    )


def _stage(
    bench: Bench,
) -> tuple[np.ndarray, tuple[float, float, float, float], np.ndarray, tuple[str, ...] | None]:
    """Where the samples are drawn: points where they lie, pictures by their kind; the region, the modes, and
    the names of the kinds."""
    known = bench.known
    if isinstance(known, GaussianMixture):
        modes = np.array(known.means)
        if known.dimensions == 1:
            return bench.trial.samples, (*shown_interval(known), 0.0, 1.0), modes, None
        (x, y), reach = shown_square(known)
        return bench.trial.samples, (x - reach, x + reach, y - reach, y + reach), modes, None
    name = next(name for name in PICTURES if world(name) == known)
    kinds, names = world(name).kinds(torch.from_numpy(bench.trial.samples)).numpy(), kind_names(name)
    spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(kinds))
    region = (-0.5, len(names) - 0.5, 0.0, 1.0)
    return (kinds + spread)[:, None], region, np.empty((0, 1)), names


def window_view(bench: Bench, scan: WindowScan) -> Film:
    """Every window of the last steps at once, and a few samples that show what a window sees."""
    steps, found = mapped_steps(scan), scan.best()
    marks = [("authors", AUTHORS_WINDOW)] + ([("best", found)] if found is not None else [])
    marks = [(name, window) for name, window in marks if window[1] <= steps[-1]]
    paths = [
        (name, role, bench.trial.windows.away(row)[: len(steps)])
        for name, role, row in (
            ("honest, chose late", "kept", late_decider(bench)),
            ("hallucinated", "hallucinated", wandering(bench)),
            ("honest", "truth", usual(bench)),
        )
        if row is not None
    ]
    best = "undefined" if found is None else f"t = {found[0]} to {found[1]}"
    return window_film(
        steps,
        scan.recall[: len(steps), : len(steps)],
        scan.auroc[: len(steps), : len(steps)],
        paths,  # type: ignore[arg-type]
        marks=marks,
        chosen=bench.window,
        retention=scan.retention,
        alt=f"Recall and AUROC of every window of the last {len(steps)} steps. The best is {best}.",
    )


def mapped_steps(scan: WindowScan) -> np.ndarray:
    """The steps of the map of windows: the last ones, and all if the best window reaches beyond."""
    found, last = scan.best(), scan.steps[:SHOWN_STEPS]
    return scan.steps if found is not None and found[1] > last[-1] else last


def late_decider(bench: Bench) -> int | None:
    """The honest sample that the window suspects most although it lay still in the cleaner half of it."""
    first, last = bench.window
    middle = (first + last) // 2
    if middle <= first or not {first, middle} <= set(bench.trial.windows.steps):
        return None
    narrow = bench.trial.hal((first, middle))
    honest = ~bench.hallucinated & (narrow <= np.median(narrow))
    return int(np.where(honest, bench.hal, -1.0).argmax()) if honest.any() else None


def wrongly_flagged(bench: Bench) -> str:
    """Whether that sample would be removed at the paper's threshold, in a sentence."""
    row = late_decider(bench)
    times = 0.0 if row is None or KEEP not in bench.rules else bench.hal[row] / bench.rules[KEEP]
    if times <= 1:
        return "Each cell is a window. Click one to look through it."
    return (
        f"This window is too wide for an {{kept:honest:}} sample that chose late: "
        f"it scores {times:.2g} times the 96 % threshold."
    )


def wandering(bench: Bench) -> int | None:
    """The hallucinated sample of median variance."""
    rows = np.flatnonzero(bench.hallucinated)
    return None if not len(rows) else int(rows[np.argsort(bench.hal[rows])[len(rows) // 2]])


def usual(bench: Bench) -> int | None:
    """The honest sample of median variance."""
    rows = np.flatnonzero(~bench.hallucinated)
    return None if not len(rows) else int(rows[np.argsort(bench.hal[rows])[len(rows) // 2]])


def answer(bench: Bench) -> str | None:
    """What share the window catches at the paper's retention, as an answer to the page's question."""
    if KEEP not in bench.rules or not bench.hallucinated.any():
        return None
    recall = bench.judged(bench.frame_of(KEEP)).recall
    assert recall is not None
    return ANSWERS[0] if recall.value < 0.5 else ANSWERS[1] if recall.value <= 0.95 else ANSWERS[2]


def spoken(bench: Bench, frame: int) -> str:
    """What holds at a threshold, with n and intervals, and the control that drops at random."""
    judged = bench.judged(frame)
    dropped = judged.caught + judged.lost
    control = random_drop(bench.hallucinated, dropped, np.random.default_rng(0))
    parts = [f"base rate {_told(bench.rate)}, n = {bench.trial.n:,}"]
    if bench.roc.auroc is not None and bench.roc.interval is not None:
        low, high = bench.roc.interval
        parts.append(f"AUROC {bench.roc.auroc:.3f} [{low:.3f}, {high:.3f}]")
    if judged.rate_after is not None:
        parts.append(f"after the filter {_told(judged.rate_after)}")
    if control is not None:
        parts.append(f"after dropping {dropped:,} at random {_told(control)}")
    return " · ".join(parts)


def verdict_on(bench: Bench) -> str:
    """What the variance tells through this window, as measured."""
    low, _ = bench.roc.interval or (1.0, 1.0)  # without one of the classes there is nothing to say against it
    if low > 0.5:
        return (
            "{hallucinated:Hallucinated:} samples still move in their last steps; {kept:honest:} ones have "
            "settled. Drag the line in the histogram."
        )
    return (
        "Through this window the variance does not tell {hallucinated:hallucinated:} samples from "
        "{kept:honest:} ones. Try others: see “windows”."
    )


def doubt(bench: Bench) -> str | None:
    """Why the figures on screen mean little, if they do."""
    rate = bench.rate
    if rate.count == 0:
        bound = percent(rule_of_three(rate.n))
        return (
            f"None of the {rate.n:,} samples is hallucinated: the rate is below {bound} with 95 % confidence."
        )
    if rate.value > UNDERTRAINED:
        share = percent(rate.value)
        return f"{share} are hallucinated: the model is undertrained, and these figures mean little."
    if rate.count < FEW:
        are = "is" if rate.count == 1 else "are"
        return f"Only {rate.count} of {rate.n:,} samples {are} hallucinated: recall and AUROC are rough."
    return None


def _told(rate: Rate) -> str:
    return told(rate.value, *rate.interval)


def _readings(bench: Bench) -> list[Reading]:
    """The numbers under the film, one text a threshold; a second line gives the interval."""
    counts = bench.counts
    judged = [
        Confusion(*(int(c) for c in row))
        for row in zip(counts.caught, counts.missed, counts.kept, counts.lost, strict=True)
    ]

    def each(name: str, rate: Callable[[Confusion], Rate | None], role: Role = "text") -> Reading:
        rates = [rate(one) for one in judged]
        texts = [("–", "of none") if r is None else estimate(r.value, *r.interval) for r in rates]
        return Reading(name, tuple(value for value, _ in texts), role, tuple(note for _, note in texts))

    return [
        Reading(
            "caught",
            tuple(f"{c.caught:,}" for c in judged),
            "hallucinated",
            tuple(f"{c.missed:,} missed, {c.lost:,} lost" for c in judged),
        ),
        each("recall", lambda c: c.recall, "hallucinated"),
        each("retention", lambda c: c.retention, "kept"),
        each("precision", lambda c: c.precision),
        each("rate before", lambda c: c.rate_before),
        each("rate after", lambda c: c.rate_after),
    ]
