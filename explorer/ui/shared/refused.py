"""Work for which the server had no room: it is remembered, and tried again by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from explorer.server.jobs import Busy
from explorer.ui.shell import session

_REFUSED = "refused"


@dataclass(frozen=True)
class Refused:
    """What was asked for: how to ask again, its title, and why there was no room, in a sentence."""

    start: Callable[[], object]
    title: str
    reason: str


def begin(purpose: str, start: Callable[[], object], title: str) -> None:
    """Start work of a purpose; what the server has no room for takes the place of what waited before.

    Raises what `start` raises, but for Busy.
    """
    waiting: dict[str, Refused] = st.session_state.setdefault(_REFUSED, {})
    try:
        start()
    except Busy as error:
        waiting[purpose] = Refused(start, title, str(error))
    else:
        waiting.pop(purpose, None)


def waiting() -> dict[str, Refused]:
    """What this session waits to start, by purpose."""
    return dict(st.session_state.get(_REFUSED, {}))


def try_again() -> bool:
    """Ask once more for everything that was refused; whether anything could start."""
    before = waiting()
    for purpose, one in before.items():
        try:
            begin(purpose, one.start, one.title)
        except ValueError as error:  # what it needs is gone
            forget(purpose)
            session.report_problem(str(error))
    return len(waiting()) < len(before)


def forget(purpose: str) -> None:
    """Wait for it no longer."""
    st.session_state.get(_REFUSED, {}).pop(purpose, None)
