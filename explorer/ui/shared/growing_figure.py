"""A figure that grows while one looks: it is drawn again and again as long as more of it is to come."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.ui.shared import figure_downloads
from explorer.ui.shell import session

POLL_SECONDS = 0.5


def growing_figure(name: str, draw: Callable[[], bool], *, begins: bool = False) -> bool:
    """Draw a figure, and draw it again every half second while more is to come; returns whether it is.

    name    of the fragment that it is drawn in, one a page
    draw    draws what there is now, and returns whether more is to come
    begins  whether more is expected the first time
    """
    kept = f"{name}-more"  # whether more was to come when it was last drawn
    growing = bool(st.session_state.setdefault(kept, begins))

    @st.fragment(run_every=POLL_SECONDS if growing else None, key=name)
    @figure_downloads.drawn_together(live=growing)
    def shown() -> None:
        more = draw()
        session.write_link()
        if more != growing:
            st.session_state[kept] = more
            st.rerun()

    shown()
    return growing
