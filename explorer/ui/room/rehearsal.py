"""Rehearse with thirty: a class is played against this server, and the teacher reads whether it waits."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.server.classroom.database import NoRoom
from explorer.server.jobs import Busy
from explorer.server.tickets import State
from explorer.ui.rehearsal.rehearsal import LOOKING_SECONDS, STUDENTS, RehearsalUpdate, rehearse
from explorer.ui.room import membership
from explorer.ui.shared.job_buttons import stop
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import server, session

LABEL = "Rehearse with thirty"
HELP = (
    f"Before the class comes: {STUDENTS} students are played for {LOOKING_SECONDS:.0f} s in a room of their "
    "own, and you read whether this server bears them."
)
NAME = "rehearsal"  # of the job, of which a server has one at a time
POLL_SECONDS = 0.5
TEXT_WIDTH = 500  # pixels: beside the button, so that the desk keeps its height
ANYWHERE = ("", "0.0.0.0", "::")  # a server of these addresses answers at the loopback, too


def rehearsal() -> None:
    """The button, how far the class is, and what came of it."""
    begun = _under_way()

    @st.fragment(run_every=POLL_SECONDS if begun else None, key=NAME)
    def shown() -> None:
        if _under_way() != begun:
            st.rerun()
        ticket = server.latest_ticket(NAME)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(LABEL, key="rehearse", on_click=start, disabled=begun, help=HELP)
            if ticket is None:
                return
            update: RehearsalUpdate | None = ticket.update
            if begun:
                st.button("Stop", key="stop_rehearsal", on_click=stop, args=(ticket, False))
                waits = "" if ticket.state is State.RUNNING else state_in_words(ticket)
                parts = (f"{STUDENTS} students look", waits, time_left(ticket))
                st.progress(share_done(ticket), " · ".join(filter(None, parts)))
            elif ticket.error is not None:
                st.caption(f":material/info: {ticket.error}", width=TEXT_WIDTH)
            elif update is not None and update.found is not None:
                icon = "check_circle" if update.found.bears else "info"
                st.caption(f":material/{icon}: {update.found.sentence}", width=TEXT_WIDTH)

    shown()


def start() -> None:
    """Play the class, or join one that is played now. For the teacher of a room alone."""
    try:
        held = membership.current()
        if held is None or not held.teacher:
            raise NoRoom("Only the teacher of a room can rehearse.")
        link = server.About(LABEL, session.page(), session.link(), keeps=False)
        server.submit(NAME, NAME, partial(rehearse, own_address(), held.room.lesson), link)
    except (NoRoom, Busy) as error:
        session.report_problem(str(error))


def own_address() -> str:
    """Where this very process answers, from its own machine."""
    host, path = (str(st.get_option(f"server.{name}") or "") for name in ("address", "baseUrlPath"))
    host = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
    path = path.strip("/")
    return f"http://{host}:{st.get_option('server.port')}{'/' if path else ''}{path}"


def _under_way() -> bool:
    ticket = server.latest_ticket(NAME)
    return ticket is not None and ticket.active
