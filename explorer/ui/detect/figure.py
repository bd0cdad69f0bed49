"""The Detect page's figure: samples are drawn while one looks, and judged by a threshold, by every window, or
by several detectors."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial

import streamlit as st

from explorer.data.distribution import KnownDistribution
from explorer.detection.judged_trial import KEEP, JudgedTrial, cleaner_half, fitting_window
from explorer.detection.scanned_windows import ScannedWindows, scan_trial
from explorer.detection.statistics.rates import Rate
from explorer.detection.streamed_counts import StreamedCounts
from explorer.detection.trajectory_variance import WINDOW_STEPS, KnownWindows
from explorer.detection.trial import Trial, TrialUpdate
from explorer.experiments import large_counts, trials
from explorer.experiments.run import Result
from explorer.experiments.shipped_trials import ShippedTrial, shipped_trial
from explorer.figures.film.film import Film
from explorer.figures.words import format_rate
from explorer.lessons.goals import Filtered, Windowed
from explorer.page_figures import detect as figures
from explorer.page_figures import detect_findings as findings
from explorer.page_figures.views.detect import (
    View,
    cell_of_window,
    said_of_threshold,
    said_of_windows,
    window_of_cell,
)
from explorer.page_tasks.trials import count_on_spare_processors
from explorer.server.cache import MAX_BYTES, Cache, cached
from explorer.ui.detect import comparison
from explorer.ui.detect.controls import set_window, threshold
from explorer.ui.lesson import answers, tasks
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.drawn_trial import drawn_trial, trial_key
from explorer.ui.shared.view_controls import chosen_sampler
from explorer.ui.shell import server, session

MILLION = 1_000_000

Counting = server.Work[StreamedCounts | None, StreamedCounts]

FILMS = {  # for all who look at the same judged trial
    "threshold": cached(figures.threshold_film),
    "curves": cached(figures.curves_film),
}
_JUDGED: Cache[tuple[str, float, tuple[int, int]], JudgedTrial] = Cache(MAX_BYTES // 4)
_LAST = "detect-last"  # the state that was on screen last with a picture, and of which run


@dataclass(frozen=True)
class DetectionState:
    """What has been computed of what the page shows: the samples drawn so far, the scan of all windows or the
    comparison of detectors if they are on show, and whether more is coming."""

    judged: JudgedTrial | None
    scanned: ScannedWindows | None
    progress: str
    under_way: bool
    error: str | None
    comparison: comparison.ComparisonState | None = None

    @property
    def drawing(self) -> bool:
        """Whether samples are still being drawn."""
        return self.under_way and self.scanned is None and self.comparison is None


def detection_state(result: Result | None, identity: str, k: float, n: int) -> DetectionState:
    """Draw n samples, or find them drawn; scan their windows or compare the detectors if that is on show.

    k is the bound on the distance beyond which a sample is hallucinated; n = 0 means the default number.
    """
    if result is None or result.experiment.distribution is None:
        return DetectionState(None, None, "", False, None)
    experiment, known = result.experiment, result.experiment.distribution
    spec = chosen_sampler()
    n = n or trials.default_count(experiment)
    key, shipped = trial_key(identity, n, spec), shipped_trial(result, n, spec)
    wanted = [] if shipped is None else [fitting_window(session.view(View).window, shipped.windows.steps)]
    if session.view(View).judge == "windows":
        wanted += [cleaner_half(window) for window in wanted]
    drawn = drawn_trial(result, identity, n, spec, windows=wanted)
    trial = drawn.value or (drawn.update.trial if drawn.update is not None else None)
    if drawn.value is None and shipped is not None:
        return _while_drawn(shipped, key, known, k, drawn)
    if drawn.error is not None or trial is None:
        share = 0.0 if drawn.update is None else drawn.update.share
        progress = f"drawing {n:,} samples: {share:.0%} · "
        return DetectionState(None, None, progress, drawn.under_way, drawn.error)
    window = fitting_window(session.view(View).window, trial.windows.steps)
    if drawn.value is None and drawn.update is not None:
        left = f"{drawn.update.seconds_left:.0f} s left"
        progress = f"{trial.n:,} of {n:,} samples so far, {left} · "
        return DetectionState(JudgedTrial(trial, known, k, window), None, progress, True, None)
    judged = _judged(trial, key, known, k, window)
    if session.view(View).judge == "rivals":
        found = comparison.comparison_state(result, key, judged, spec)
        return DetectionState(judged, None, "", found.under_way, found.error, found)
    if session.view(View).judge != "windows":
        return DetectionState(judged, None, "", False, None)
    if shipped is not None:
        return DetectionState(judged, shipped.scanned[int(k)], "", False, None)
    scanned = server.computed(
        "scan",
        f"scan {key} {k}",
        partial(scan_trial, judged),
        patience=1.5,
    )
    share = scanned.update or 0.0
    progress = f"scanning every window: {share:.0%} · " if scanned.under_way else ""
    return DetectionState(judged, scanned.value, progress, scanned.under_way, scanned.error)


def _while_drawn(
    shipped: ShippedTrial,
    key: str,
    known: KnownDistribution,
    k: float,
    drawn: server.Work[TrialUpdate, Trial],
) -> DetectionState:
    """What is shown while the samples are drawn anew for a window that does not ship: the one that does."""
    here, wanted = (fitting_window(text, shipped.windows.steps) for text in ("", session.view(View).window))
    judged = _judged(shipped.trial, f"{key} shipped", known, k, here)
    share = 0.0 if drawn.update is None else drawn.update.share
    drawing = f"drawing the samples for {wanted[0]} to {wanted[1]}: {share:.0%}"
    progress = f"still t = {here[0]} to {here[1]}; {drawing} · "
    scanned = shipped.scanned[int(k)] if session.view(View).judge == "windows" else None
    return DetectionState(judged, scanned, progress, drawn.under_way, drawn.error)


def _judged(
    trial: Trial, key: str, known: KnownDistribution, k: float, window: tuple[int, int]
) -> JudgedTrial:
    """A trial that `key` names, judged once for all who look."""
    return _JUDGED.get_or_compute((key, k, window), lambda: JudgedTrial(trial, known, k, window))


def show_detection(result: Result, identity: str, origin: str, k: float, n: int, height: int) -> None:
    """The detector at work on n samples of a run; they grow while they are drawn."""

    known = result.experiment.distribution
    assert known is not None  # the page says what else there is

    def states() -> tuple[DetectionState, Counting | None]:
        now = detection_state(result, identity, k, n)
        return now, None if now.under_way else _counting(result, identity, now.judged)

    def under_way(now: DetectionState, counted: Counting | None) -> bool:
        return now.under_way or (counted is not None and counted.under_way)

    polled = under_way(*states())

    @st.fragment(run_every=0.5 if polled else None, key="detect")
    @figure_downloads.drawn_together(live=polled)
    def detection() -> None:
        now, counted = states()
        key = trial_key(identity, n, chosen_sampler())
        shown = _with_last_picture(now, f"{identity} {k} {session.view(View).judge}")
        _show(shown, known, height, None if counted is None else counted.value, key)
        if (cut := threshold(now.judged)) is not None and counted is not None:
            st.caption(_describe_count(counted, cut))
        st.caption(f"{shown.progress}{chosen_sampler().name} · {origin}")
        session.write_link()
        if polled and not under_way(now, counted):
            st.rerun()

    detection()


def _show(
    now: DetectionState, known: KnownDistribution, height: int, many: StreamedCounts | None, key: str
) -> None:
    """The figure of the view, and what it says; its axes alone as long as there is nothing to draw.

    many    the count of a million, of which the large numbers are then
    key     names the samples
    """
    if now.judged is not None and not now.under_way:
        _report(now.judged)
    if now.error is not None:
        st.warning(now.error)
    judged, judge = now.judged, session.view(View).judge
    if now.comparison is not None and judged is not None:
        comparison.show(now.comparison, judged, height)
        _warn(judged)
    elif judged is None:
        steps = chosen_sampler().timesteps(session.experiment().schedule)[::-1][:WINDOW_STEPS]
        window = fitting_window(session.view(View).window, tuple(steps))
        film = figures.axes_film(known, judge, window, steps)
        player(film, key="windows" if judge == "windows" else "threshold", height=height)
    elif judge == "windows":
        _show_windows(now.scanned, judged, height)
    else:
        film = FILMS.get(judge, FILMS["threshold"])(judged)
        if many is not None:
            film = _film_of_many(film, judged, many, f"{key} {judge} {judged.k} {judged.window}")
        _show_threshold(judged, height, film)
        _warn(judged)


def _report(judged: JudgedTrial) -> None:
    """Tell a task what the threshold of the view does, and the one that keeps 96 % through its window."""
    for seen, cut in ((Filtered, session.view(View).cut), (partial(Windowed, window=judged.window), KEEP)):
        counts = judged.judged(judged.frame_of(cut))
        hallucinated, honest = counts.caught + counts.missed, counts.kept + counts.lost
        tasks.report(seen(counts.caught, hallucinated, counts.kept, honest))


def _with_last_picture(now: DetectionState, key: str) -> DetectionState:
    """A state, in which the last picture of what `key` names stays as long as there is no newer one."""
    kept: tuple[str, DetectionState] | None = st.session_state.get(_LAST)
    if now.judged is not None:
        st.session_state[_LAST] = key, now
    elif kept is not None and kept[0] == key:
        return dataclasses.replace(
            kept[1], progress=f"still the last picture; {now.progress}", error=now.error
        )
    return now


def _show_threshold(judged: JudgedTrial, height: int, film: Film) -> None:
    """A film of thresholds; the one that it rests on goes into the link."""
    wanted = judged.frame_of(session.view(View).cut)
    shown = player(film, key="threshold", height=height, frame=wanted, on_frame=True, on_zoom=True)
    figure_downloads.register_film(film, shown, caption=findings.file_caption(judged))
    if shown.frame != wanted:
        session.set_view(View, cut=judged.cut_of(shown.frame))
    answers.finding(findings.describe_variance(judged))
    if answers.is_open():
        return
    for line in said_of_threshold(session.view(View), judged, shown.frame):
        st.caption(line)


def _show_windows(found: ScannedWindows | None, judged: JudgedTrial, height: int) -> None:
    """The map of all windows, empty until they are scanned; a click on a cell looks through it."""
    scan = figures.unscanned(judged) if found is None else found.scan
    steps = figures.mapped_steps(scan)
    wanted = fitting_window(session.view(View).window, judged.trial.windows.steps)
    cell = cell_of_window(steps, wanted)
    film = figures.window_film(judged, scan, best=not answers.is_open())
    shown = player(film, key="windows", height=height, picked=cell, on_pick=True, on_zoom=True)
    caption = findings.windows_caption(judged, scan)
    figure_downloads.register_film(film, shown, caption=lambda frame: caption)
    clicked = None if shown.picked in (None, cell) else window_of_cell(steps, shown.picked or 0)
    if clicked is not None:
        set_window(clicked)
        st.rerun()
    if found is None:
        return
    answers.finding(findings.describe_windows(judged, scan))
    if answers.is_open():
        return
    for line in said_of_windows(judged, found):
        st.caption(line)


def _warn(judged: JudgedTrial) -> None:
    if (warning := findings.warning(judged)) is not None:
        st.caption(f":material/info: {warning}")


def describe_method(result: Result | None, judged: JudgedTrial | None) -> str:
    """How the samples on view were computed, and what the sums behind all windows take."""
    if result is None or result.experiment.distribution is None:
        return ""
    text = f"**Here**: {trials.evaluation_method(result, chosen_sampler())}"
    if judged is not None and isinstance(judged.trial.windows, KnownWindows):
        text += f"; {judged.trial.n:,} samples that ship with the run"
    elif judged is not None:
        windows = judged.trial.windows
        text += (
            f"; sums for every window of the last {len(windows.steps)} steps, {windows.nbytes / 1e6:.0f} MB"
        )
    if session.view(View).million and result.experiment.mixture is not None:
        text += f"; a million are counted with the {large_counts.evaluation_method(result, chosen_sampler())}"
    return f"{text}."


# ---- a million samples, counted as they pass -----------------------------------------------------


def _counting(result: Result, identity: str, judged: JudgedTrial | None) -> Counting | None:
    """The count that belongs to the judged trial, begun if nobody has it; None where none is wanted."""
    if not session.view(View).million or judged is None or result.experiment.mixture is None:
        return None
    spec = large_counts.CountSpec(
        MILLION, chosen_sampler(), judged.window, int(judged.k), result.experiment.seed
    )

    return server.computed(
        "million", f"count {identity} {spec}", partial(count_on_spare_processors, result, spec)
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _film_of_many(_film: Film, _judged: JudgedTrial, _many: StreamedCounts, key: str) -> Film:
    return dataclasses.replace(_film, readings=findings.counted_readings(_judged, _many))


def _describe_count(work: Counting, threshold: float) -> str:
    """What a million came to, at a threshold."""
    found = work.value or work.update
    if work.error is not None or found is None:
        return work.error or "making the tables of the network"
    judged, auroc = found.confusion(threshold), found.auroc()
    parts = [f"**of {found.n:,}**: {_share(found.rate(found.judged))} beyond {found.judged} σ"]
    parts += [f"recall {_share(judged.recall)}", f"retention {_share(judged.retention)}"]
    parts += [f"AUROC {auroc:.4f}"] if auroc is not None else []
    return " · ".join(parts)


def _share(rate: Rate | None) -> str:
    return "undefined" if rate is None else format_rate(rate.value, *rate.interval)
