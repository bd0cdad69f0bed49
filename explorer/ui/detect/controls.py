"""The Detect page's hands: rules and number of samples; and what stands on the bench."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from explorer.data.distribution import KnownDistribution
from explorer.detection.statistics.window_scan import WindowScan, scan_windows
from explorer.detection.streamed_counts import StreamedCounts
from explorer.detection.trial import Trial, TrialUpdate
from explorer.experiments import trials
from explorer.experiments.run import Result
from explorer.ui.detect import comparison, help, large_count, window
from explorer.ui.detect.figure import caught_by_kind, doubt, spoken, threshold_view, verdict_on
from explorer.ui.detect.judged_trial import KEEP, RETENTION, YOUDEN, JudgedTrial, fitting_window
from explorer.ui.detect.view import JUDGES, View
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.view_controls import chosen_sampler, view_choice
from explorer.ui.shell import server, session, theme


@dataclass(frozen=True)
class Look:
    """What the page looks at: the samples drawn so far on the bench, the scan or the rivals if they are on
    show, and whether more is coming."""

    bench: JudgedTrial | None
    scan: WindowScan | None
    progress: str
    under_way: bool
    error: str | None
    rivals: comparison.Rivals | None = None


def look(result: Result | None, identity: str, k: float, n: int) -> Look:
    """Draw n samples, or take them off the shelf; scan their windows if that is on show.

    k is the bound on the distance beyond which a sample is hallucinated; n = 0 means the usual number.
    """
    if result is None or result.experiment.distribution is None:
        return Look(None, None, "", False, None)
    experiment, known = result.experiment, result.experiment.distribution
    spec = chosen_sampler()
    n = n or trials.default_count(experiment)
    kept = trials.kept_trial(result, n, spec)
    key = f"trial {identity} {spec} {n}"
    if kept is not None:
        drawn: server.Work[TrialUpdate, Trial] = server.Work(kept, None, None)
    else:
        drawn = server.computed("trial", key, lambda: trials.trial(result, n, spec), patience=1.0)
    trial = drawn.value or (drawn.update.trial if drawn.update is not None else None)
    if drawn.error is not None or trial is None:
        share = 0.0 if drawn.update is None else drawn.update.share
        return Look(None, None, f"drawing {n:,} samples: {share:.0%} · ", drawn.error is None, drawn.error)
    window = fitting_window(session.view(View).window, trial.windows.steps)
    if drawn.value is None and drawn.update is not None:
        left = f"{drawn.update.seconds_left:.0f} s left"
        progress = f"{trial.n:,} of {n:,} samples so far, {left} · "
        return Look(JudgedTrial(trial, known, k, window), None, progress, True, None)
    bench = _bench(trial, key, known, k, window)
    if session.view(View).judge == "rivals":
        found = comparison.look(result, key, bench, spec)
        return Look(bench, None, "", found.under_way, found.error, found)
    if session.view(View).judge != "windows":
        return Look(bench, None, "", False, None)
    scanned = server.computed(
        "scan",
        f"scan {key} {k}",
        lambda: scan_windows(trial.windows, bench.hallucinated, RETENTION),
        patience=1.5,
    )
    share = scanned.update or 0.0
    progress = f"scanning every window: {share:.0%} · " if scanned.under_way else ""
    return Look(bench, scanned.value, progress, scanned.under_way, scanned.error)


@st.cache_resource(max_entries=8, show_spinner=False)
def _bench(
    _trial: Trial, key: str, _known: KnownDistribution, k: float, window: tuple[int, int]
) -> JudgedTrial:
    return JudgedTrial(_trial, _known, k, window)


def judge_choice(label: str) -> None:
    """What the detector is looked at by."""
    view_choice(View, "judge", JUDGES, label, help.JUDGE)


def buttons(result: Result | None, bench: JudgedTrial | None) -> None:
    """Thresholds that have a name; beside the rivals the ensemble that one of them needs."""
    if session.view(View).judge == "rivals":
        comparison.ensemble_buttons(result)
    else:
        rule_buttons(bench)


def rule_buttons(bench: JudgedTrial | None) -> None:
    """Thresholds that have a name, in one click."""
    with st.container(horizontal=True, gap="small"):
        for name, label, text in (
            (
                KEEP,
                "Keep 96 %",
                "The lowest threshold that keeps 96 % of the honest samples, like the paper.",
            ),
            (YOUDEN, "Youden", "The threshold with the largest sum of recall and retention."),
        ):
            st.button(
                label,
                key=f"rule-{name}",
                help=text,
                on_click=_take_rule,
                args=(name,),
                disabled=bench is None or name not in bench.rules,
            )


def _take_rule(name: str) -> None:
    session.set_view(View, cut=name)
    st.session_state["cut.edition"] = st.session_state.get("cut.edition", 0) + 1


def threshold(bench: JudgedTrial | None) -> float | None:
    """The threshold of the view."""
    return None if bench is None else float(bench.thresholds[bench.frame_of(session.view(View).cut)])


def memory(bench: JudgedTrial | None) -> str:
    """What the sums behind every window take."""
    if bench is None:
        return ""
    windows = bench.trial.windows
    return f"every window of the last {len(windows.steps)} steps: {windows.nbytes / 1e6:.0f} MB · "


def count_title(n: int) -> str:
    return f"{n:,}" if n else f"{trials.default_count(session.experiment()):,}, as usual"


def judge(result: Result, identity: str, origin: str, k: float, n: int, height: int) -> None:
    """The detector at work on n samples of a run; they grow while they are drawn."""

    def looks() -> tuple[Look, server.Work[StreamedCounts | None, StreamedCounts] | None]:
        now = look(result, identity, k, n)
        return now, None if now.under_way else large_count.counting(result, identity, now.bench)

    def under_way(now: Look, counted: server.Work[StreamedCounts | None, StreamedCounts] | None) -> bool:
        return now.under_way or (counted is not None and counted.under_way)

    polled = under_way(*looks())

    @st.fragment(run_every=0.5 if polled else None, key="detect")
    def judged() -> None:
        now, counted = looks()
        show(now, height)
        if (cut := threshold(now.bench)) is not None:
            large_count.show(result, counted, cut)
        told = f"{chosen_sampler().name} · {trials.evaluation_method(result, chosen_sampler())} · {origin}"
        st.caption(f"{now.progress}{memory(now.bench)}{told}")
        session.write_link()
        if polled and not under_way(now, counted):
            st.rerun()

    judged()


def show(now: Look, height: int) -> None:
    """The film of the view, and what holds in it."""
    if now.error is not None:
        st.warning(now.error)
    bench = now.bench
    if bench is None:
        with st.container(height=height, border=False):
            st.caption(now.progress)
        return
    if now.rivals is not None:
        comparison.show(now.rivals, bench, height)
        _doubt(bench)
        return
    if session.view(View).judge == "windows":
        if now.scan is None:
            with st.container(height=height, border=False):
                st.caption(now.progress)
        else:
            window.show(now.scan, bench, height)
        return
    edition = st.session_state.get("cut.edition", 0)
    drawn = (session.experiment().digest, chosen_sampler(), bench.trial.n)
    identity = (drawn, bench.k, bench.window, edition)
    start = session.opening_frame("threshold", identity, bench.frame_of(session.view(View).cut))
    film = threshold_view(bench)
    shown = player(film, key="threshold", height=height, start=start, edition=edition, on_frame=True)
    figure_downloads.shows(film, shown.frame)
    if shown.frame != start:
        session.set_view(View, cut=bench.cut_of(shown.frame))
    theme.sentence(verdict_on(bench))
    st.caption(spoken(bench, shown.frame))
    if (kinds := caught_by_kind(bench, shown.frame)) is not None:
        st.caption(kinds)
    _doubt(bench)


def _doubt(bench: JudgedTrial) -> None:
    if (warning := doubt(bench)) is not None:
        st.caption(f":material/info: {warning}")
