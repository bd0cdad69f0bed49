"""The browser's history: one entry for each page that was opened, however often its view was changed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_REPLACING = st.components.v2.component(
    "explorer_history",
    html="<span hidden></span>",
    js=Path(__file__).with_name("history.js").read_text("utf-8"),
)


def begin() -> None:
    """Have changes of a page's address replace each other; Streamlit by itself adds an entry for each."""
    _REPLACING(key="history", height=0)
