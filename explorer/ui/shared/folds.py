"""Folded parts of a page, which are built only when they are opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.ui.shared import glossary

ABOUT = "What am I looking at?"


def opened(make: Callable[..., Any], label: str, key: str, **options: Any) -> DeltaGenerator | None:
    """An expander or a popover, to be filled; None until it has been opened for the first time. From then on
    it is filled in every run, so that what was written in it stays when it is closed.

    make    st.expander or st.popover, which takes the options
    """
    fold = make(label, key=key, on_change="rerun", **options)
    known = f"{key} was opened"
    if fold.open:
        st.session_state[known] = True
    return fold if st.session_state.get(known) else None


def about(text: Callable[[], str], page: str) -> None:
    """What a page shows, and its terms, to open."""
    fold = st.expander(ABOUT, key=f"about_{page}", on_change="rerun")
    if fold.open:
        with fold:
            glossary.explained(text(), page)
