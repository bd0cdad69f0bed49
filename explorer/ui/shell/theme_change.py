"""The page drawn anew when its theme changes while it is open, as at sunset."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.figures.palette import PALETTE
from explorer.ui.shell import theme

_THEME_CHANGE = st.components.v2.component(
    "explorer_theme_change",
    html="<span hidden></span>",
    js=Path(__file__).with_name("theme_change.js").read_text("utf-8"),
)


def follow() -> None:
    """Rerun the page when the ground in the browser is not the one that this run draws for."""
    ground = PALETTE[theme.mode()]["ground"]
    _THEME_CHANGE(key="theme-change", data=ground, on_turned_change=lambda: None, height=0)
