"""The Detect page's hands: window, rules and number of samples; and what stands on the bench."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from explorer import trials
from explorer.data.distribution import KnownDistribution
from explorer.detection.scan import WindowScan, scan_windows
from explorer.detection.tally import Tally
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.detection.trial import Trial, TrialUpdate
from explorer.learning import Result
from explorer.ui import figures, frame, million, server, state
from explorer.ui.bench import KEEP, RETENTION, YOUDEN, Bench, authors_window, fitting_window
from explorer.ui.controls import chosen_sampler
from explorer.ui.detecting import (
    caught_by_kind,
    doubt,
    mapped_steps,
    seen_through,
    spoken,
    threshold_view,
    verdict_on,
    window_view,
)
from explorer.ui.player import player

COUNTS = (0, 5_000, 20_000, 100_000)


@dataclass(frozen=True)
class Look:
    """What the page looks at: the samples drawn so far on the bench, the scan, and whether more is coming."""

    bench: Bench | None
    scan: WindowScan | None
    progress: str
    under_way: bool
    error: str | None


def look(result: Result | None, identity: str, k: float, n: int) -> Look:
    """Draw n samples, or take them off the shelf; scan their windows if that is on show.

    k is the bound on the distance beyond which a sample is hallucinated; n = 0 means the usual number.
    """
    if result is None or result.experiment.distribution is None:
        return Look(None, None, "", False, None)
    experiment, known = result.experiment, result.experiment.distribution
    spec = chosen_sampler()
    n = n or trials.usual_count(experiment)
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
    window = fitting_window(state.view("window"), trial.windows.steps)
    if drawn.value is None and drawn.update is not None:
        left = f"{drawn.update.seconds_left:.0f} s left"
        progress = f"{trial.n:,} of {n:,} samples so far, {left} · "
        return Look(Bench(trial, known, k, window), None, progress, True, None)
    bench = _bench(trial, key, known, k, window)
    if state.view("judge") != "windows":
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
def _bench(_trial: Trial, key: str, _known: KnownDistribution, k: float, window: tuple[int, int]) -> Bench:
    return Bench(_trial, _known, k, window)


def set_window(window: tuple[int, int]) -> None:
    state.set_view("window", "" if window == AUTHORS_WINDOW else f"{window[0]}:{window[1]}")


def window_choice() -> None:
    """The window with two handles; the authors' is the one to begin with."""
    visited = chosen_sampler().timesteps(state.experiment().schedule)
    steps = tuple(visited[::-1][:WINDOW_STEPS])
    st.session_state["window"] = fitting_window(state.view("window"), steps)

    def commit() -> None:
        first, last = st.session_state["window"]
        if first < last:
            set_window((first, last))

    st.select_slider(
        "Window of steps t",
        steps,
        value=fitting_window("", steps),
        key="window",
        on_change=commit,
        help="The variance is taken over these last steps. The authors' window is t = 0 to 9.",
    )


def rule_buttons(bench: Bench | None) -> None:
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
    state.set_view("cut", name)
    st.session_state["cut.edition"] = st.session_state.get("cut.edition", 0) + 1


def threshold(bench: Bench | None) -> float | None:
    """The threshold of the view."""
    return None if bench is None else float(bench.thresholds[bench.frame_of(state.view("cut"))])


def memory(bench: Bench | None) -> str:
    """What the sums behind every window take."""
    if bench is None:
        return ""
    windows = bench.trial.windows
    return f"every window of the last {len(windows.steps)} steps: {windows.nbytes / 1e6:.0f} MB · "


def count_title(n: int) -> str:
    return f"{n:,}" if n else f"{trials.usual_count(state.experiment()):,}, as usual"


def judge(result: Result, identity: str, origin: str, k: float, n: int, height: int) -> None:
    """The detector at work on n samples of a run; they grow while they are drawn."""

    def looks() -> tuple[Look, server.Work[Tally | None, Tally] | None]:
        now = look(result, identity, k, n)
        return now, None if now.under_way else million.counting(result, identity, now.bench)

    def under_way(now: Look, counted: server.Work[Tally | None, Tally] | None) -> bool:
        return now.under_way or (counted is not None and counted.under_way)

    polled = under_way(*looks())

    @st.fragment(run_every=0.5 if polled else None, key="detect")
    def judged() -> None:
        now, counted = looks()
        show(now, height)
        if (cut := threshold(now.bench)) is not None:
            million.show(result, counted, cut)
        told = f"{chosen_sampler().name} · {trials.rung(result, chosen_sampler())} · {origin}"
        st.caption(f"{now.progress}{memory(now.bench)}{told}")
        state.write_link()
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
    if state.view("judge") == "windows":
        _windows(now, bench, height)
        return
    edition = st.session_state.get("cut.edition", 0)
    drawn = (state.experiment().digest, chosen_sampler(), bench.trial.n)
    identity = (drawn, bench.k, bench.window, edition)
    start = state.kept_start("threshold", identity, bench.frame_of(state.view("cut")))
    film = threshold_view(bench)
    shown = player(film, key="threshold", height=height, start=start, edition=edition, on_frame=True)
    figures.shows(film, shown.frame)
    if shown.frame != start:
        state.set_view("cut", bench.cut_of(shown.frame))
    frame.sentence(verdict_on(bench))
    st.caption(spoken(bench, shown.frame))
    if (kinds := caught_by_kind(bench, shown.frame)) is not None:
        st.caption(kinds)
    if (warning := doubt(bench)) is not None:
        st.caption(f":material/info: {warning}")


def _windows(now: Look, bench: Bench, height: int) -> None:
    if now.scan is None:
        with st.container(height=height, border=False):
            st.caption(now.progress)
        return
    steps = mapped_steps(now.scan)
    chosen = [min(int(np.searchsorted(steps, t)), len(steps) - 1) for t in bench.window]
    cell = chosen[1] * len(steps) + chosen[0]
    film = window_view(bench, now.scan)
    shown = player(film, key="windows", height=height, picked=cell, on_pick=True)
    figures.shows(film, 0)
    if shown.picked is not None and shown.picked != cell:
        last, first = divmod(shown.picked, len(steps))
        if first < last < len(steps):
            set_window((int(steps[first]), int(steps[last])))
            st.rerun()
    frame.sentence(seen_through(bench, now.scan))
    if not np.isnan(now.scan.recall).all():
        told = [f"{name} {_at(now.scan, window)}" for name, window in _named(now.scan, bench)]
        st.caption(" · ".join(told))


def _named(found: WindowScan, bench: Bench) -> list[tuple[str, tuple[int, int]]]:
    authors, best = authors_window(bench.trial.windows.steps), found.best()
    named = [("this window", bench.window), ("the authors'", authors), ("the best", best)]
    return [(name, window) for name, window in named if window is not None]


def _at(found: WindowScan, window: tuple[int, int]) -> str:
    try:
        auroc, recall = found.at(*window)
    except ValueError:
        return f"{window[0]}:{window[1]} is no window here"
    return f"{window[0]}:{window[1]} recall {recall:.2f}, AUROC {auroc:.3f}"
