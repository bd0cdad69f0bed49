"""A person's own data in a lesson: they stay from step to step until a step needs other data."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.lessons.lesson import Step
from explorer.storage.files import CheckpointError
from explorer.ui.shell import server, session

_ASIDE, _NOTE = "lesson-own-data", "lesson-note"
SHOWN_TRAINED = ("score", "trajectories", "detect")  # pages that show any data, once they are trained

Own = tuple[str, Experiment]  # the preset's name, and what was made of it


def on_screen() -> Own | None:
    """The person's own data: what is on screen, or what a step of the lesson has put aside; None if neither
    differs from its preset."""
    if session.edited():
        return session.preset_name(), session.experiment()
    aside: Own | None = st.session_state.get(_ASIDE)
    return aside


def carry(own: Own | None, step: Step) -> None:
    """Keep a person's own data at a step that has just set its preset, or put them aside."""
    st.session_state[_ASIDE], st.session_state[_NOTE] = None, ""
    if own is None:
        return
    if own[0] == session.preset_name() and _can_be_shown(own[1], step):
        _open(own)
        st.session_state[_NOTE] = (
            f"These are your own data ({session.data_title()}); the numbers on this card are of the preset. "
            "Reset leads back to it."
        )
    else:
        st.session_state[_ASIDE] = own
        title = preset(session.preset_name()).title
        st.session_state[_NOTE] = f"This step needs {title} as it ships; your own data are put aside."


def show_note() -> None:
    """What became of the person's own data, in a sentence, and the way back to them."""
    if note := st.session_state.get(_NOTE):
        st.caption(f":material/info: {note}")
    aside: Own | None = st.session_state.get(_ASIDE)
    if aside is not None:
        st.button("Back to my data", key="own_data", on_click=_take_back, args=(aside,))


def _take_back(own: Own) -> None:
    _open(own)
    st.session_state[_ASIDE] = None
    st.session_state[_NOTE] = "These are your own data; Reset leads back to the preset."


def _can_be_shown(experiment: Experiment, step: Step) -> bool:
    """Whether a step shows something of other data than its preset's."""
    if step.page == "learn":
        return True
    if step.page not in SHOWN_TRAINED or experiment.upload:
        return False
    try:
        return server.stored_result(experiment) is not None
    except CheckpointError:
        return False


def _open(own: Own) -> None:
    session.choose_preset(own[0])
    session.open_experiment(own[1])
