"""The Detect page's window: its slider, and the map of all windows."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.detection.statistics.window_scan import WindowScan
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.ui.detect.figure import mapped_steps, seen_through, window_view
from explorer.ui.detect.judged_trial import JudgedTrial, authors_window, fitting_window
from explorer.ui.detect.view import View
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads
from explorer.ui.shared.view_controls import chosen_sampler
from explorer.ui.shell import session, theme


def set_window(window: tuple[int, int]) -> None:
    session.set_view(View, window="" if window == AUTHORS_WINDOW else f"{window[0]}:{window[1]}")


def window_choice() -> None:
    """The window with two handles; the authors' is the one to begin with."""
    visited = chosen_sampler().timesteps(session.experiment().schedule)
    steps = tuple(visited[::-1][:WINDOW_STEPS])
    st.session_state["window"] = fitting_window(session.view(View).window, steps)

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


def show(scan: WindowScan, bench: JudgedTrial, height: int) -> None:
    """The map of all windows; a click on a cell looks through it."""
    steps = mapped_steps(scan)
    chosen = [min(int(np.searchsorted(steps, t)), len(steps) - 1) for t in bench.window]
    cell = chosen[1] * len(steps) + chosen[0]
    film = window_view(bench, scan)
    shown = player(film, key="windows", height=height, picked=cell, on_pick=True)
    figure_downloads.shows(film, 0)
    if shown.picked is not None and shown.picked != cell:
        last, first = divmod(shown.picked, len(steps))
        if first < last < len(steps):
            set_window((int(steps[first]), int(steps[last])))
            st.rerun()
    theme.sentence(seen_through(bench, scan))
    if not np.isnan(scan.recall).all():
        told = [f"{name} {_at(scan, window)}" for name, window in _named(scan, bench)]
        st.caption(" · ".join(told))


def _named(found: WindowScan, bench: JudgedTrial) -> list[tuple[str, tuple[int, int]]]:
    authors, best = authors_window(bench.trial.windows.steps), found.best()
    named = [("this window", bench.window), ("the authors'", authors), ("the best", best)]
    return [(name, window) for name, window in named if window is not None]


def _at(found: WindowScan, window: tuple[int, int]) -> str:
    try:
        auroc, recall = found.at(*window)
    except ValueError:
        return f"{window[0]}:{window[1]} is no window here"
    return f"{window[0]}:{window[1]} recall {recall:.2f}, AUROC {auroc:.3f}"
