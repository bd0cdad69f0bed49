"""The Detect page's controls: what is shown, the window, the threshold, and how many samples are drawn."""

from __future__ import annotations

import streamlit as st

from explorer.detection.judged_trial import KEEP, YOUDEN, JudgedTrial, fitting_window
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.experiments.run import Result
from explorer.experiments.trials import default_count
from explorer.page_figures.views.detect import COUNTS, JUDGES, View
from explorer.ui.detect import comparison, help
from explorer.ui.shared.view_controls import chosen_sampler, view_choice
from explorer.ui.shell import session

_RULES = (
    (KEEP, "Keep 96 %", "The lowest threshold that keeps 96 % of the honest samples, like the paper."),
    (YOUDEN, "Balanced", "The threshold with the largest sum of recall and retention (Youden's index)."),
)


def judge_choice(label: str) -> None:
    """What the detector is looked at by: the threshold, all windows, or the other detectors."""
    view_choice(View, "judge", JUDGES, label, help.JUDGE)


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


def set_window(window: tuple[int, int]) -> None:
    """Look through another window of steps, (first, last)."""
    session.set_view(View, window="" if window == AUTHORS_WINDOW else f"{window[0]}:{window[1]}")


def buttons(result: Result | None, judged: JudgedTrial | None) -> None:
    """Thresholds that have a name, in one click; beside the other detectors the ensemble of one of them."""
    if session.view(View).judge == "rivals":
        comparison.ensemble_buttons(result)
        return
    with st.container(horizontal=True, gap="small"):
        for name, label, text in _RULES:
            st.button(
                label,
                key=f"rule-{name}",
                help=text,
                on_click=session.set_view,
                args=(View,),
                kwargs={"cut": name},
                disabled=judged is None or name not in judged.rules,
            )


def threshold(judged: JudgedTrial | None) -> float | None:
    """The threshold of the view."""
    return None if judged is None else float(judged.thresholds[judged.frame_of(session.view(View).cut)])


def count_choice() -> None:
    """How many samples are drawn."""
    default = default_count(session.experiment())

    def title(n: int) -> str:
        return f"{n:,}" if n else f"{default:,}, as usual"

    view_choice(View, "n", COUNTS, "Samples", help.COUNT, title)


def million_choice() -> None:
    """Whether a million are counted beside the samples that are shown."""
    st.session_state["million"] = bool(session.view(View).million)
    st.toggle(
        "Count a million",
        key="million",
        help=help.MILLION,
        on_change=lambda: session.set_view(View, million=int(st.session_state["million"])),
    )
