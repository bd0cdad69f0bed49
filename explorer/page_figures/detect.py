"""The Detect page's figures: a trial judged by a threshold, and the map of all windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.compute.progress import finish
from explorer.data.distribution import KnownDistribution
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import kind_names, picture_name
from explorer.detection.judged_trial import (
    KEEP,
    RETENTION,
    JudgedTrial,
    authors_window,
    fitting_window,
    late_decider,
    median_hallucinated,
    median_in_support,
)
from explorer.detection.statistics.window_scan import WindowScan
from explorer.experiments.run import Result
from explorer.experiments.shipped_trials import shipped_trial
from explorer.experiments.trials import SAMPLERS, default_count, sampler, stored_trial, trial
from explorer.figures.film import detection
from explorer.figures.film.film import Film
from explorer.figures.words import number, percent
from explorer.page_figures.detect_findings import count_readings, file_caption, trial_kinds, window_name
from explorer.page_figures.extents import shown_interval, shown_square
from explorer.page_figures.main_figure import FilmFigure, named

SHOWN_STEPS = 30  # of the scan, unless a wider window is the best


def main_figure(result: Result, k: int = 5) -> FilmFigure:
    """The default number of DDPM samples of a run, judged over the authors' window; it opens at the threshold
    that keeps 96 % of the honest ones.

    Raises ValueError if the run's truth is unknown.
    """
    experiment, known = result.experiment, result.experiment.distribution
    if known is None:
        raise ValueError(f"{experiment.unknown_truth}, so no sample is a hallucination.")
    spec, n = sampler(experiment, SAMPLERS[0]), default_count(experiment)
    shipped = shipped_trial(result, n, spec)
    drawn = stored_trial(result, n, spec) if shipped is None else shipped.trial
    drawn = drawn or finish(trial(result, n, spec))
    judged = JudgedTrial(drawn, known, k, fitting_window("", drawn.windows.steps))
    caption = file_caption(judged)
    return FilmFigure(
        threshold_film(judged), judged.frame_of(KEEP), caption=lambda frame: named(result, caption(frame))
    )


def axes_film(known: KnownDistribution, judge: str, window: tuple[int, int], steps: Sequence[int]) -> Film:
    """The empty axes of a figure whose samples are still to be drawn.

    judge   "windows" for the map of all windows of the last steps, "curves", or the threshold
    steps   the last steps, the cleanest first
    """
    alt, none = "The samples are being drawn.", np.empty(0)
    if judge == "windows":
        shown = np.array(steps[:SHOWN_STEPS])
        nothing = np.full((len(shown), len(shown)), np.nan)
        return detection.window_film(
            shown, nothing, nothing, [], marks=[], chosen=window, retention=RETENTION, alt=alt
        )
    thresholds, undefined = np.array([1e-8, 1e-1]), np.full(2, np.nan)
    separation = detection.Separation((none, none), (none, none), 0.0, undefined, undefined, undefined)
    captions, title = ("threshold",) * 2, window_name(window)
    if judge == "curves":
        return detection.curves_film(
            none, none > 0, thresholds, separation, captions, (), window=title, alt=alt
        )
    region, modes, names = _region(known)
    return detection.threshold_film(
        np.empty((0, modes.shape[1])),
        none,
        none > 0,
        thresholds,
        separation,
        captions,
        (),
        region=region,
        modes=modes,
        names=names,
        window=title,
        alt=alt,
    )


def unscanned(judged: JudgedTrial) -> WindowScan:
    """The scan of a trial before any window of it was scanned: nothing is known of any."""
    steps = np.array(judged.trial.windows.steps)
    nothing = np.full((len(steps), len(steps)), np.nan)
    return WindowScan(steps, nothing, nothing, RETENTION)


# ---- the threshold -------------------------------------------------------------------------------


def threshold_film(judged: JudgedTrial) -> Film:
    """The film whose frames are thresholds: the samples, their variance, and the ROC."""
    places, region, modes, names = _places(judged)
    return detection.threshold_film(
        places,
        judged.hal,
        judged.hallucinated,
        judged.thresholds,
        _separation(judged),
        _captions(judged),
        count_readings([judged.judged(frame) for frame in range(len(judged.thresholds))]),
        region=region,
        modes=modes,
        names=names,
        window=window_name(judged.window),
        alt=_alternative(judged),
    )


def curves_film(judged: JudgedTrial) -> Film:
    """The film whose frames are thresholds: the variance of the samples, the ROC, and the precision."""
    return detection.curves_film(
        judged.hal,
        judged.hallucinated,
        judged.thresholds,
        _separation(judged),
        _captions(judged),
        count_readings([judged.judged(frame) for frame in range(len(judged.thresholds))]),
        window=window_name(judged.window),
        alt=_alternative(judged),
    )


def _separation(judged: JudgedTrial) -> detection.Separation:
    counts, curve, precisions = judged.counts, judged.roc, judged.precision_recall
    with np.errstate(invalid="ignore"):
        return detection.Separation(
            (curve.removed, curve.recall),
            (precisions.recall, precisions.precision),
            precisions.base_rate,
            removed=counts.lost / (counts.kept + counts.lost),
            recall=counts.caught / (counts.caught + counts.missed),
            precision_at=counts.caught / (counts.caught + counts.lost),
        )


def _captions(judged: JudgedTrial) -> tuple[str, ...]:
    return tuple(f"threshold {number(float(t))}" for t in judged.thresholds)


def _alternative(judged: JudgedTrial) -> str:
    count = int(judged.hallucinated.sum())
    auroc, average = judged.roc.auroc, judged.precision_recall.average_precision
    areas = "AUROC undefined."
    if auroc is not None and average is not None:
        areas = f"AUROC {auroc:.3f}, average precision {percent(average)}."
    samples = f"{judged.trial.n} samples, {count} hallucinated"
    return f"{samples}, judged by the variance of their predicted x0. {areas}"


Region = tuple[float, float, float, float]


def _places(judged: JudgedTrial) -> tuple[np.ndarray, Region, np.ndarray, tuple[str, ...] | None]:
    """Where the samples are drawn: points where they lie, pictures by their kind; and what _region says."""
    region, modes, names = _region(judged.known)
    if names is None:
        return judged.trial.samples, region, modes, None
    kinds, _ = trial_kinds(judged)
    beside = np.random.default_rng(0).uniform(-0.3, 0.3, len(kinds))
    return (kinds + beside)[:, None], region, modes, names


def _region(known: KnownDistribution) -> tuple[Region, np.ndarray, tuple[str, ...] | None]:
    """What the axes of the samples show, the modes, and of pictures the names of their kinds."""
    if not isinstance(known, GaussianMixture):
        names = kind_names(picture_name(known))
        return (-0.5, len(names) - 0.5, 0.0, 1.0), np.empty((0, 1)), names
    modes = np.array(known.means)
    if known.dimensions == 1:
        return (*shown_interval(known), 0.0, 1.0), modes, None
    (x, y), reach = shown_square(known)
    return (x - reach, x + reach, y - reach, y + reach), modes, None


# ---- all windows ---------------------------------------------------------------------------------


def window_film(judged: JudgedTrial, scan: WindowScan, *, best: bool = True) -> Film:
    """Every window of the last steps at once, and a few samples that show what a window sees.

    best    whether the best window is marked
    """
    steps, found = mapped_steps(scan), scan.best() if best else None
    marks = [
        (name, window)
        for name, window in (("authors", authors_window(judged.trial.windows.steps)), ("best", found))
        if window is not None and window[1] <= steps[-1]
    ]
    paths = [
        (name, role, judged.trial.windows.away(row)[: len(steps)])
        for name, role, row in (
            ("honest, chose late", "kept", late_decider(judged)),
            ("hallucinated", "hallucinated", median_hallucinated(judged)),
            ("honest", "truth", median_in_support(judged)),
        )
        if row is not None
    ]
    best_window = "" if not best else " The best is undefined."
    if found is not None:
        best_window = f" The best is t = {found[0]} to {found[1]}."
    return detection.window_film(
        steps,
        scan.recall[: len(steps), : len(steps)],
        scan.auroc[: len(steps), : len(steps)],
        paths,  # type: ignore[arg-type]
        marks=marks,
        chosen=judged.window,
        retention=scan.retention,
        alt=f"Recall and AUROC of every window of the last {len(steps)} steps.{best_window}",
    )


def mapped_steps(scan: WindowScan) -> np.ndarray:
    """The steps of the map of windows: the last ones, and all if the best window reaches beyond."""
    found, last = scan.best(), scan.steps[:SHOWN_STEPS]
    return scan.steps if found is not None and found[1] > last[-1] else last
