"""A question asked before the answer is shown."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.ui.lesson import tasks
from explorer.ui.shell import header, session


def predict(name: str, question: str, options: Sequence[str], truth: str | None, reason: str) -> None:
    """Ask before the reveal; the answer is kept, and shown beside what was measured.

    truth   the option that the measurement picks, None while there is nothing to compare with
    """
    if header.in_lesson() or tasks.under_way() is not None:  # whose card asks, or whose strip has the room
        return
    with st.container(horizontal=True, vertical_alignment="center", gap=10, key=f"predict-{name}"):
        st.markdown(f"**Predict** &nbsp;{question}", width="content")
        key = f"prediction.{name}.{session.preset_name()}"  # other data ask anew
        answer = st.segmented_control(
            question, options, key=key, label_visibility="collapsed", persist_state="session", wrap=True
        )
        if answer is not None and truth is None:
            st.markdown(":gray[kept; train to see]", width="content")
        elif answer is not None:
            st.markdown(f"measured: **{truth}**", width="content", help=reason or None)
