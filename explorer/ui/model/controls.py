"""The controls of the page on a model of one's own: which model, what is drawn of it, and its score."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.adapters.diffusers.model_folder import offered_model
from explorer.adapters.diffusers.samples import SAMPLES, STEPS, X0, ModelSamples
from explorer.experiments.experiment import MAX_SEED
from explorer.page_figures.views.label import SOURCES
from explorer.page_figures.views.label import View as LabelView
from explorer.page_figures.views.model import DEFAULT, View, asked_window
from explorer.ui.model import help
from explorer.ui.model.results import PURPOSE, ChosenModel
from explorer.ui.shared.long_work import about_here, memory_buttons
from explorer.ui.shared.view_controls import view_choice, view_number
from explorer.ui.shell import server, session
from explorer.ui.shell.pages import page_file

_CHANGED = "model-window-changed"


def forget_unknown(names: Sequence[str]) -> None:
    """A model that is not among those that are offered, as a link may name, is reported, and the first takes
    its place."""
    asked = session.view(View).own_model
    if not asked or asked in names:
        return
    session.set_view(View, own_model="")
    try:
        offered_model(asked)
    except ValueError as error:
        session.report_problem(str(error))


def model_choice(names: Sequence[str]) -> None:
    """Which model, of those that this server offers."""
    asked = session.view(View).own_model
    st.session_state["view.own_model"] = asked if asked in names else names[0]

    def commit() -> None:
        session.set_view(View, own_model=st.session_state["view.own_model"], snr_from=DEFAULT, snr_to=DEFAULT)

    st.selectbox("Model", names, key="view.own_model", help=help.MODEL, on_change=commit)


def draw_controls(chosen: ChosenModel | None) -> None:
    """What is drawn, and the buttons that draw it; None where it cannot be."""
    samples, steps = st.columns(2, gap="small")
    with samples:
        view_number(View, "model_samples", "Samples", SAMPLES, 4, help.SAMPLES)
    with steps:
        view_number(View, "model_steps", "Steps", STEPS, 10, help.STEPS)
    view_number(View, "model_seed", "Seed", (0, MAX_SEED), 1, help.SEED)
    if chosen is None:
        return
    here = about_here("Draw")
    memory_buttons(
        "Draw",
        PURPOSE,
        chosen.key,
        chosen.task,
        help.DRAW,
        keys=("draw_model", "pause_model", "stop_model"),
        startable=server.results().get(chosen.key) is None,
        about=server.About(f"Samples of {chosen.facts.name}", here.page, here.link),
    )


def score_choice() -> None:
    """Of which predicted x0 Hal is."""
    view_choice(View, "x0", X0, "Hal of the x̂₀", help.X0)


def window_choice(samples: ModelSamples, key: str) -> None:
    """The window, from one visited step to another, the noisy ones at the left; the page is drawn anew when
    it has changed. `key` names the samples."""
    levels = [float(level) for level in samples.log_snr[::-1]]
    ends = asked_window(session.view(View), samples)
    first, last = (min(levels, key=lambda level: abs(level - end)) for end in ends)
    key = f"snr {key}"

    def commit() -> None:
        start, end = st.session_state[key]
        if start == end:
            session.report_problem("A variance takes two steps: the window stays as it was.")
        else:
            session.set_view(View, snr_from=round(start, 4), snr_to=round(end, 4))
        st.session_state[_CHANGED] = True

    st.select_slider(
        "Window, in log-SNR (noisy to clean)",
        levels,
        (first, last),
        key=key,
        format_func=lambda level: f"{level:.1f}",
        help=help.WINDOW,
        on_change=commit,
    )
    if st.session_state.pop(_CHANGED, False):
        st.rerun()


def label_button() -> None:
    """The way to the page on which people judge these samples."""
    if st.button("Label these by hand", key="label_model", help=help.LABEL):
        session.set_view(LabelView, label_of=SOURCES[1])
        st.switch_page(page_file("label"))


def back() -> None:
    """The way back to Shapes."""
    st.page_link(page_file("shapes"), label="Back to Shapes", icon=":material/arrow_back:")
