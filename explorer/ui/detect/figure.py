"""The Detect page's rooms: a trial judged by a threshold through a window, and the films made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import PICTURES, kind_names, world
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import rule_of_three
from explorer.detection.statistics.thresholds import Confusion, random_drop
from explorer.detection.statistics.window_scan import WindowScan
from explorer.figures.film.detection import threshold_film, window_film
from explorer.figures.film.film import Film, Reading
from explorer.figures.palette import Role
from explorer.figures.words import format_rate, number, percent, rate_and_interval
from explorer.page_figures.extents import shown_interval, shown_square
from explorer.server.compute_once import Once
from explorer.ui.detect.judged_trial import KEEP, JudgedTrial, authors_window, late_decider, usual, wandering

SHOWN_STEPS = 30  # of the scan, unless a wider window is the best
FEW = 30  # hallucinated samples below which the figures are rough
CHANCE = 0.5  # AUROC of a detector that guesses
UNDERTRAINED = 0.05  # share of hallucinations above which they mean little
ANSWERS = ("less than half", "half to 95 %", "over 95 %")


def _threshold_view(bench: JudgedTrial) -> Film:
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


threshold_view = Once(_threshold_view)  # for all who look at that bench


def _stage(
    bench: JudgedTrial,
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
    kinds, names = _kinds(bench)
    spread = np.random.default_rng(0).uniform(-0.3, 0.3, len(kinds))
    region = (-0.5, len(names) - 0.5, 0.0, 1.0)
    return (kinds + spread)[:, None], region, np.empty((0, 1)), names


def _kinds(bench: JudgedTrial) -> tuple[np.ndarray, tuple[str, ...]]:
    """The kind of every picture on the bench, and what the kinds are called."""
    name = next(name for name in PICTURES if world(name) == bench.known)
    return world(name).kinds(torch.from_numpy(bench.trial.samples)).numpy(), kind_names(name)


def caught_by_kind(bench: JudgedTrial, frame: int) -> str | None:
    """Which kinds of hallucinated pictures a threshold catches and which it misses; None for points."""
    if isinstance(bench.known, GaussianMixture):
        return None
    kinds, names = _kinds(bench)
    removed = bench.hal > bench.thresholds[frame]
    told = []
    for kind, name in enumerate(names[1:], 1):
        mine = (kinds == kind) & bench.hallucinated
        if mine.any():
            rate = Rate(int(removed[mine].sum()), int(mine.sum()))
            low, high = rate.interval
            told.append(f"{name} {rate.count} of {rate.n} [{low:.0%}, {high:.0%}]")
    return "caught by kind: " + " · ".join(told) if told else None


def window_view(bench: JudgedTrial, scan: WindowScan) -> Film:
    """Every window of the last steps at once, and a few samples that show what a window sees."""
    steps, found = mapped_steps(scan), scan.best()
    marks = [
        (name, window)
        for name, window in (("authors", authors_window(bench.trial.windows.steps)), ("best", found))
        if window is not None and window[1] <= steps[-1]
    ]
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


def seen_through(bench: JudgedTrial, scan: WindowScan) -> str:
    """What the windows tell: that none helps, or whether the honest sample that chose late would be removed
    at the paper's threshold."""
    best = np.nanmax(scan.auroc) if np.isfinite(scan.auroc).any() else 1.0
    if best <= CHANCE:
        return (
            f"No window of steps finds these {{hallucinated:hallucinated:}} samples: the AUROC is at most "
            f"{best:.2f}."
        )
    row = late_decider(bench)
    times = 0.0 if row is None or KEEP not in bench.rules else bench.hal[row] / bench.rules[KEEP]
    if times <= 1:
        return "Each cell is a window. Click one to look through it."
    return (
        f"This window is too wide for an {{kept:honest:}} sample that chose late: "
        f"it scores {times:.2g} times the 96 % threshold."
    )


def answer(bench: JudgedTrial) -> str | None:
    """What share the window catches at the paper's retention, as an answer to the page's question."""
    if KEEP not in bench.rules or not bench.hallucinated.any():
        return None
    recall = bench.judged(bench.frame_of(KEEP)).recall
    assert recall is not None
    return ANSWERS[0] if recall.value < 0.5 else ANSWERS[1] if recall.value <= 0.95 else ANSWERS[2]


def spoken(bench: JudgedTrial, frame: int) -> str:
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


def verdict_on(bench: JudgedTrial) -> str:
    """What the variance tells through this window, as measured."""
    low, high = bench.roc.interval or (
        1.0,
        1.0,
    )  # without one of the classes there is nothing to say against it
    if low > 0.5:
        return (
            "{hallucinated:Hallucinated:} samples still move in their last steps; {kept:honest:} ones have "
            "settled. Drag the line in the histogram."
        )
    if high < 0.5:
        return (
            "Through this window {hallucinated:hallucinated:} samples move *less* than {kept:honest:} ones: "
            "removing what moves removes the wrong ones."
        )
    return (
        "Through this window the variance does not tell {hallucinated:hallucinated:} samples from "
        "{kept:honest:} ones. Try others: see “windows”."
    )


def doubt(bench: JudgedTrial) -> str | None:
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
    return format_rate(rate.value, *rate.interval)


def _readings(bench: JudgedTrial) -> list[Reading]:
    """The numbers under the film, one text a threshold; a second line gives the interval."""
    judged = [bench.judged(frame) for frame in range(len(bench.thresholds))]

    def each(name: str, rate: Callable[[Confusion], Rate | None], role: Role = "text") -> Reading:
        rates = [rate(one) for one in judged]
        texts = [("–", "of none") if r is None else rate_and_interval(r.value, *r.interval) for r in rates]
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
