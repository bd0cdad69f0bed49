"""Take away: the fold of every page with its figures as files, its numbers, and code that prints them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.ui.shared import figure_downloads

TITLE, KEY = "Take away", "take_away"


def take_away(numbers: Callable[[], None], *, live: bool = False) -> None:
    """The fold; what is in it is made while it is open, from what is on screen then.

    numbers     draws the buttons of the page's files, and its code
    live        whether the figures show work that goes on
    """
    fold = st.expander(TITLE, key=KEY, on_change="rerun")
    if fold.open:
        with fold:
            figure_downloads.downloads(live=live)
            numbers()
