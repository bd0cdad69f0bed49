"""The three buttons of everything that takes long: start or go on, hold, and stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.server.tickets import State, Ticket
from explorer.ui.shell import server

GAP = 6  # pixels between them: all three stand in one row, in a fold, too
RESUME = "Go on where it was stopped; the result is the same, bit for bit, as without the stop."
DISCARD = "Drop what was computed until the stop, and show what was there before."


def job_buttons(
    label: str,
    start: Callable[[], None],
    ticket: Ticket[Any] | None,
    texts: tuple[str, str, str],
    *,
    keys: tuple[str, str, str],
    startable: bool = True,
    keeps: bool = False,
) -> None:
    """Start, Pause and Stop for a job that this session may hold a ticket of; texts and keys of the three.

    keeps   whether Stop keeps the job for a while: then the buttons become Resume and Discard
    """
    active = ticket is not None and ticket.active
    paused = ticket is not None and ticket.state is State.PAUSED
    stopped = keeps and ticket is not None and ticket.state is State.STOPPED and ticket.update is not None
    resumable = keeps and ticket is not None and ticket.resumable
    with st.container(horizontal=True, gap=GAP):
        st.button(
            "Resume" if resumable else label,
            key=keys[0],
            type="primary",
            on_click=start,
            disabled=active or not startable,
            help=RESUME if resumable else texts[0],
        )
        st.button(
            "Resume" if paused else "Pause",
            key=keys[1],
            on_click=toggle,
            args=(ticket,),
            disabled=not active,
            help=texts[1],
        )
        if stopped:
            st.button("Discard", key=f"discard_{keys[2]}", on_click=_discard, args=(ticket,), help=DISCARD)
        else:
            st.button(
                "Stop", key=keys[2], on_click=stop, args=(ticket, keeps), disabled=not active, help=texts[2]
            )


def toggle(ticket: Ticket[Any]) -> None:
    """Hold a job, or let it go on."""
    if ticket.state is State.PAUSED:
        server.manager().resume(ticket)
    else:
        server.manager().pause(ticket)


def stop(ticket: Ticket[Any], keep: bool) -> None:
    """End a job; what is kept of it can be resumed."""
    server.manager().stop(ticket, keep=keep)


def _discard(ticket: Ticket[Any]) -> None:
    server.manager().discard(ticket)
