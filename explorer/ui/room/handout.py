"""The handout of a lesson at the teacher's desk: made by a worker when it is asked for, then saved."""

from __future__ import annotations

from functools import partial

import streamlit as st

from explorer.lessons.lesson import Lesson
from explorer.page_tasks.files import handout_in_file
from explorer.server.tickets import State
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import server, session

PURPOSE = "handout"
POLL_SECONDS = 0.5
HELP = "To print: two pages and the quiz for the class, and for you minutes, answers and usual wrong ideas."


def handout(lesson: Lesson) -> None:
    """The button that has the handout made, how far it is, and the button that saves it."""
    begun = _under_way()

    @st.fragment(run_every=POLL_SECONDS if begun else None, key=PURPOSE)
    def shown() -> None:
        if _under_way() != begun:
            st.rerun()
        made: bytes | None = server.results().get(_key(lesson))
        if made is not None:
            name = f"handout-{lesson.name}.pdf"
            st.download_button(
                "Save the handout (PDF)", made, name, "application/pdf", on_click="ignore", key="save_handout"
            )
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "Handout (PDF)", key="handout", on_click=_make, args=(lesson,), disabled=begun, help=HELP
            )
            ticket = server.latest_ticket(PURPOSE)
            if ticket is None:
                return
            if begun:
                waits = "" if ticket.state is State.RUNNING else state_in_words(ticket)
                said = ("drawing the handout", waits, time_left(ticket))
                st.progress(share_done(ticket), " · ".join(filter(None, said)))
            elif ticket.error is not None:
                st.caption(f":material/info: {ticket.error}")

    shown()


def _make(lesson: Lesson) -> None:
    about = server.About(f"Handout: {lesson.title}", session.page(), session.link(), keeps=False)
    work = server.computed(PURPOSE, _key(lesson), partial(handout_in_file, lesson.name), about=about)
    if work.error is not None:
        session.report_problem(work.error)


def _key(lesson: Lesson) -> str:
    return f"handout {lesson.name}"


def _under_way() -> bool:
    ticket = server.latest_ticket(PURPOSE)
    return ticket is not None and ticket.active
