"""The three buttons of everything that takes long: start, hold or go on, and stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.server.tickets import State, Ticket
from explorer.ui.shell import server


def job_buttons(
    label: str,
    start: Callable[[], None],
    ticket: Ticket[Any] | None,
    texts: tuple[str, str, str],
    *,
    keys: tuple[str, str, str],
    startable: bool = True,
) -> None:
    """Start, Pause and Stop for a job that this browser may hold a ticket of; texts and keys of the three."""
    active = ticket is not None and ticket.active
    paused = ticket is not None and ticket.state is State.PAUSED
    with st.container(horizontal=True, gap="small"):
        st.button(
            label,
            key=keys[0],
            type="primary",
            on_click=start,
            disabled=active or not startable,
            help=texts[0],
        )
        st.button(
            "Resume" if paused else "Pause",
            key=keys[1],
            on_click=_toggle,
            args=(ticket,),
            disabled=not active,
            help=texts[1],
        )
        st.button("Stop", key=keys[2], on_click=_stop, args=(ticket,), disabled=not active, help=texts[2])


def _toggle(ticket: Ticket[Any]) -> None:
    if ticket.state is State.PAUSED:
        server.manager().resume(ticket)
    else:
        server.manager().pause(ticket)


def _stop(ticket: Ticket[Any]) -> None:
    server.manager().stop(ticket)
