"""Projector mode: what the back row can read. Larger type, the controls folded away, the figure as large as
the window allows."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.page_figures.views.parameter import ProjectorView
from explorer.ui.shell import session

LARGER = 1.5  # times the size of a chart's letters
_STYLE = """<style>
:root { --explorer-type: 25px; --explorer-below: 85 }
@media (min-width: 1500px) and (min-height: 850px) { :root { --explorer-type: 31px; --explorer-below: 105 } }
html { font-size: var(--explorer-type) !important }
.stMainBlockContainer { padding: 3.7rem 1.5rem 1rem }
@media (max-width: 640px) { .stMainBlockContainer { padding-top: 4.2rem } }
[data-testid="stVerticalBlock"] { gap: .6rem }
</style>"""  # the player reads the two names: the size of letters, and the pixels left for the sentence below

_ON_PHONES = "<style>@media (max-width: 640px) { .st-key-projector { display: none } }</style>"


def on() -> bool:
    """Whether the session is shown on a projector."""
    return bool(session.view(ProjectorView).projector)


def begin() -> None:
    """Set the larger type, if it is on; a phone has no use for the switch."""
    st.html(_STYLE if on() else _ON_PHONES)


def switch() -> None:
    """The button, and the key P, that turn it on and off."""
    st.button(
        ":material/close_fullscreen:" if on() else ":material/present_to_all:",
        key="projector",
        shortcut="P",
        help="Back to the desk." if on() else "For a projector: larger type, the controls folded away.",
        on_click=session.set_view,
        args=(ProjectorView,),
        kwargs={"projector": int(not on())},
    )


def larger(spec: Any) -> Any:
    """A Vega-Lite specification whose letters are as large as those around it."""
    if not on():
        return spec
    if isinstance(spec, dict):
        return {
            name: _larger_letters(value) if name.endswith("ontSize") else larger(value)
            for name, value in spec.items()
        }
    return [larger(part) for part in spec] if isinstance(spec, list) else spec


def _larger_letters(size: Any) -> Any:
    """A size of letters, a number or a Vega expression."""
    return {"expr": f"{LARGER} * ({size['expr']})"} if isinstance(size, dict) else round(size * LARGER)
