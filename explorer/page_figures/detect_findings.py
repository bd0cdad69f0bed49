"""The findings on a judged trial: its threshold, its windows and its samples, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import kind_names, picture_distribution, picture_name, verdict
from explorer.detection.judged_trial import (
    CHOICES,
    KEEP,
    YOUDEN,
    JudgedTrial,
    authors_window,
    late_decider,
)
from explorer.detection.scanned_windows import BestWindow
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import rule_of_three
from explorer.detection.statistics.thresholds import Confusion, random_drop
from explorer.detection.statistics.window_scan import WindowScan
from explorer.detection.streamed_counts import StreamedCounts
from explorer.figures.film.film import Reading
from explorer.figures.palette import Role
from explorer.figures.words import format_rate, number, percent, rate_and_interval

RARE = 0.01  # share of hallucinations below which a ROC looks better than a filter is
FEW = 30  # hallucinated samples below which the figures are rough
CHANCE = 0.5  # AUROC of a detector that guesses
UNDERTRAINED = 0.05  # share of hallucinations above which they mean little
COMMON_NAMES = {YOUDEN: "balanced"}  # a rule that people know by another name
ANSWERS = ("less than half", "half to 95 %", "over 95 %")


def window_name(window: tuple[int, int]) -> str:
    return f"t = {window[0]} to {window[1]}"


def describe_counts(judged: JudgedTrial, frame: int) -> str:
    """How many a threshold catches, misses, loses and keeps, and the rates that follow, as under the film."""

    def beside(note: str) -> str:
        return note if note.startswith("[") else f"({note})"

    counts = count_readings([judged.judged(frame)])
    parts = (f"{one.name} {one.texts[0]} {beside(one.notes[0])}" for one in counts)
    return " · ".join(parts)


def file_caption(judged: JudgedTrial) -> Callable[[int], str]:
    """The caption in the file of a threshold."""

    def caption(frame: int) -> str:
        threshold = number(float(judged.thresholds[frame]))
        about = (describe_threshold(judged, frame), _hallucinated_from(judged))
        return " · ".join((f"threshold {threshold}", f"variance over {window_name(judged.window)}", *about))

    return caption


def windows_caption(judged: JudgedTrial, scan: WindowScan) -> str:
    """The caption in the file of the map of windows."""
    found = compare_windows(judged, scan)
    rate = f"{_with_interval(judged.rate)} of n = {judged.trial.n:,} hallucinated"
    return " · ".join(filter(None, (found, rate, _hallucinated_from(judged))))


def _hallucinated_from(judged: JudgedTrial) -> str:
    """From where on a sample is called hallucinated."""
    if isinstance(judged.known, GaussianMixture):
        return f"hallucinated: beyond {judged.k:g} σ of every mode"
    return f"hallucinated: {verdict(picture_name(judged.known))}"


def describe_threshold(judged: JudgedTrial, frame: int) -> str:
    """What holds at a threshold, with n and intervals, and what a random drop of as many would leave."""
    counts = judged.judged(frame)
    dropped = counts.caught + counts.lost
    control = random_drop(judged.hallucinated, dropped)
    parts = [f"base rate {_with_interval(judged.rate)}, n = {judged.trial.n:,}"]
    if judged.roc.auroc is not None and judged.roc.interval is not None:
        low, high = judged.roc.interval
        parts.append(f"AUROC {judged.roc.auroc:.3f} [{low:.3f}, {high:.3f}]")
    precisions = judged.precision_recall
    if precisions.average_precision is not None and precisions.interval is not None:
        parts.append(f"average precision {format_rate(precisions.average_precision, *precisions.interval)}")
    if counts.rate_after is not None:
        parts.append(f"after the filter {_with_interval(counts.rate_after)}")
    if control is not None:
        parts.append(
            f"expected after dropping {dropped:,} at random {format_rate(control.value, *control.interval)}"
        )
    return " · ".join(parts)


def describe_choice(judged: JudgedTrial, frame: int) -> str | None:
    """On which samples the threshold was chosen and on which it is judged; None of a single sample."""
    name, parts = judged.cut_of(frame), judged.halves
    if parts is None:
        return None
    if name not in CHOICES:
        return f"The threshold was set by hand, not by a rule: all {judged.trial.n:,} samples judge it."
    if name not in judged.held_out:
        return parts.too_few
    rule = COMMON_NAMES.get(name, name)
    return f"The threshold “{rule}”, {_chosen_on(judged)} {_held_out(judged.held_out[name].judged)}"


def describe_flattery(judged: JudgedTrial) -> str | None:
    """That a ROC looks better than the filter is, where few samples are hallucinated; None elsewhere."""
    if judged.roc.auroc is None or judged.rate.value >= RARE:
        return None
    return (
        f"Only {percent(judged.rate.value)} are hallucinated, and a ROC flatters: see precision in “curves”."
    )


def _chosen_on(judged: JudgedTrial) -> str:
    parts = judged.halves
    assert parts is not None
    return f"chosen on {parts.chosen_on.n:,} samples and judged on the other {parts.judged_on.n:,}:"


def _held_out(found: Confusion) -> str:
    """What a threshold does to the half that did not choose it."""
    recall, retention = found.recall, found.retention
    assert recall is not None
    assert retention is not None
    text = f"catches {recall.count:,} of {recall.n:,}, recall {_with_interval(recall)}, "
    text += f"retention {_with_interval(retention)}"
    if (precision := found.precision) is not None:
        text += f", precision {_with_interval(precision)}"
    return text + "."


def describe_kinds_caught(judged: JudgedTrial, frame: int) -> str | None:
    """Which kinds of hallucinated pictures a threshold catches and which it misses; None for points."""
    if isinstance(judged.known, GaussianMixture):
        return None
    kinds, names = trial_kinds(judged)
    removed = judged.hal > judged.thresholds[frame]
    parts = []
    for kind, name in enumerate(names[1:], 1):
        wrong = (kinds == kind) & judged.hallucinated
        if wrong.any():
            rate = Rate(int(removed[wrong].sum()), int(wrong.sum()))
            low, high = rate.interval
            parts.append(f"{name} {rate.count} of {rate.n} [{low:.0%}, {high:.0%}]")
    return "caught by kind: " + " · ".join(parts) if parts else None


def describe_variance(judged: JudgedTrial) -> str:
    """Whether the variance over this window tells hallucinated samples from honest ones."""
    low, high = judged.roc.interval or (1.0, 1.0)  # with one class alone nothing speaks against it
    if low > CHANCE:
        return (
            "{hallucinated:Hallucinated:} samples still move in their last steps; {kept:honest:} ones have "
            "settled. Drag the line in the histogram."
        )
    if high < CHANCE:
        return (
            "Through this window {hallucinated:hallucinated:} samples move *less* than {kept:honest:} ones: "
            "removing what moves removes the wrong ones."
        )
    return (
        "Through this window the variance does not tell {hallucinated:hallucinated:} samples from "
        "{kept:honest:} ones. Try others: see “windows”."
    )


def warning(judged: JudgedTrial) -> str | None:
    """Why the figures on screen mean little, if they do."""
    rate = judged.rate
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


def recall_answer(judged: JudgedTrial) -> str | None:
    """Which of ANSWERS the recall at 96 % retention is; None without a hallucinated or an honest sample."""
    if KEEP not in judged.rules or not judged.hallucinated.any():
        return None
    recall = judged.judged(judged.frame_of(KEEP)).recall
    assert recall is not None
    return ANSWERS[0] if recall.value < 0.5 else ANSWERS[1] if recall.value <= 0.95 else ANSWERS[2]


@lru_cache(maxsize=2)  # fingers take a second to count
def trial_kinds(judged: JudgedTrial) -> tuple[np.ndarray, tuple[str, ...]]:
    """The kind of every picture of a trial, and what the kinds are called."""
    name = picture_name(judged.known)
    return picture_distribution(name).kinds(torch.from_numpy(judged.trial.samples)).numpy(), kind_names(name)


def counted_readings(judged: JudgedTrial, counted: StreamedCounts) -> tuple[Reading, ...]:
    """The numbers under the film, of many more samples, counted at each of the trial's thresholds."""
    counts = [counted.confusion(float(threshold)) for threshold in judged.thresholds]
    return tuple(count_readings(counts, f"caught, of {counted.n:,}"))


def count_readings(counts: Sequence[Confusion], first: str = "caught") -> list[Reading]:
    """The numbers under the film, one text a threshold; a second line gives the interval."""

    def each(name: str, rate: Callable[[Confusion], Rate | None], role: Role = "text") -> Reading:
        rates = [rate(one) for one in counts]
        texts = [("–", "of none") if r is None else rate_and_interval(r.value, *r.interval) for r in rates]
        return Reading(name, tuple(value for value, _ in texts), role, tuple(note for _, note in texts))

    return [
        Reading(
            first,
            tuple(f"{c.caught:,}" for c in counts),
            "hallucinated",
            tuple(f"{c.missed:,} missed, {c.lost:,} lost" for c in counts),
        ),
        each("recall", lambda c: c.recall, "hallucinated"),
        each("retention", lambda c: c.retention, "kept"),
        each("precision", lambda c: c.precision),
        each("rate before", lambda c: c.rate_before),
        each("rate after", lambda c: c.rate_after),
    ]


def _with_interval(rate: Rate) -> str:
    return format_rate(rate.value, *rate.interval)


def describe_windows(judged: JudgedTrial, scan: WindowScan) -> str:
    """That no window helps, or whether the honest sample that chose late would be removed at the threshold
    that keeps 96 %."""
    best = np.nanmax(scan.auroc) if np.isfinite(scan.auroc).any() else 1.0
    if best <= CHANCE:
        return (
            f"No window of steps finds these {{hallucinated:hallucinated:}} samples: the AUROC is at most "
            f"{best:.2f}."
        )
    row = late_decider(judged)
    times = 0.0 if row is None or KEEP not in judged.rules else judged.hal[row] / judged.rules[KEEP]
    if times <= 1:
        return "Each cell is a window. Click one to look through it."
    return (
        f"This window is too wide for an {{kept:honest:}} sample that chose late: "
        f"it scores {times:.2g} times the 96 % threshold."
    )


def compare_windows(judged: JudgedTrial, scan: WindowScan) -> str | None:
    """Recall and AUROC of the chosen window, the authors' and the best; None if no window has a recall."""
    if np.isnan(scan.recall).all():
        return None
    authors, best = authors_window(judged.trial.windows.steps), scan.best()
    named = [("this window", judged.window), ("the authors'", authors), ("the best", best)]
    return " · ".join(f"{name} {_scanned(scan, window)}" for name, window in named if window is not None)


def describe_best_window(judged: JudgedTrial, best: BestWindow | None) -> str | None:
    """What the best window on one half of the samples does on the other, at the threshold that keeps 96 %
    there; None where a class is empty.

    best    None where a half has too few of a class
    """
    parts = judged.halves
    if parts is None or judged.roc.auroc is None:
        return None
    if best is None:
        return parts.too_few
    first, last = best.window
    return f"The best window {first}:{last}, {_chosen_on(judged)} {_held_out(best.judged)}"


def _scanned(scan: WindowScan, window: tuple[int, int]) -> str:
    try:
        auroc, recall = scan.at(*window)
    except ValueError:
        return f"{window[0]}:{window[1]} is no window here"
    return f"{window[0]}:{window[1]} recall {recall:.2f}, AUROC {auroc:.3f}"
