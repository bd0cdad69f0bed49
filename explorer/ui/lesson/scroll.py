"""The page scrolled back to its top."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SCROLLING = st.components.v2.component(
    "explorer_scroll",
    html="<span hidden></span>",
    js=Path(__file__).with_name("scroll.js").read_text("utf-8"),
)


def to_top(step: str) -> None:
    """Scroll page and card to their top when another step than before is on screen."""
    _SCROLLING(key="lesson-scroll", data=step, height=0)
