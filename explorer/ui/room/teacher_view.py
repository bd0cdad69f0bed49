"""What a teacher sees of a room: its code, who is here, the predictions; and the controls of the room."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.lesson import Lesson, lessons
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.database import NoRoom
from explorer.server.classroom.rooms import Room
from explorer.ui.lesson import card
from explorer.ui.lesson.votes import votes
from explorer.ui.room import membership
from explorer.ui.room.answers_table import answers_table
from explorer.ui.room.rehearsal import rehearsal
from explorer.ui.shell import server, session
from explorer.ui.shell.plain_text import plain


def teacher_view(held: membership.Membership) -> None:
    """The way in on the left; who is here, the predictions and the controls on the right."""
    room, lesson = held.room, lessons()[held.room.lesson]
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.html(
            f'<div style="font-size:3rem;font-weight:700;letter-spacing:.12em" '
            f'aria-label="Room code">{room.code}</div>'
        )
        link = membership.link(room)
        st.code(link.address, language=None, wrap_lines=True)
        if link.warning:
            st.caption(f":material/warning: {plain(link.warning)}")
        st.html(membership.qr_code(link.address))
    with right:
        _show_class(room, lesson)
        _controls(room, lesson)
        rehearsal()


def _show_class(room: Room, lesson: Lesson) -> None:
    @st.fragment(run_every=membership.POLL_SECONDS, key="class")
    def now() -> None:
        try:
            held = membership.current()
            there = membership.rooms().presence(room.code)
            counts = {} if held is None else membership.rooms().histogram(room.code, held.room.step)
        except NoRoom as error:
            st.caption(f":material/info: {error}")  # the next look may succeed
            return
        if held is None:
            st.rerun()
            return
        step = membership.lesson_step(lesson, held.room)
        st.markdown(f"#### Step {held.room.step + 1} of {len(lesson.steps)}: {step.title}")
        elsewhere = there.here - there.at.get(held.room.step, 0)
        st.caption(
            f"{there.here} here · {sum(counts.values())} have predicted"
            + (f" · {elsewhere} at another step" if elsewhere else "")
        )
        if step.ask:
            st.markdown(step.ask)
            right = right_option(step) if held.room.revealed else None
            votes(step.options, counts, right)

    now()


def _controls(room: Room, lesson: Lesson) -> None:
    """Lead the class from step to step, show what it predicted, end the room."""
    secret, held = server.owner(), membership.rooms()
    last = len(lesson.steps) - 1

    def change_room(change: str, *values: int) -> None:
        try:
            getattr(held, change)(room.code, secret, *values)
        except NoRoom as error:
            session.report_problem(str(error))

    with st.container(horizontal=True, gap="small"):
        st.button(
            "Back",
            key="room_back",
            disabled=room.step == 0,
            on_click=change_room,
            args=("bring", room.step - 1),
        )
        st.button(
            "Hide predictions" if room.revealed else "Show predictions",
            key="room_reveal",
            on_click=change_room,
            args=("reveal", int(not room.revealed)),
            help="Beside the truth; nobody can change a prediction after that.",
        )
        st.button(
            "Bring all to the next step",
            key="room_next",
            type="primary",
            disabled=room.step >= last,
            on_click=change_room,
            args=("bring", room.step + 1),
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.toggle(
            "The class follows",
            value=room.locked,
            key="room_lock",
            on_change=lambda: change_room("lock", int(st.session_state["room_lock"])),
            help="Students stay at your step: they cannot go on alone, nor to other pages.",
        )
        if st.button("Open this step here", key="room_here", help="The page that the step sets, to project."):
            card.go(lesson, min(room.step, last))
        _answers_button(room, lesson, "room_answers")
        with st.popover("End the room", help="It asks once more."):
            st.markdown("The class leaves the room, and its answers go. Take them first.")
            _answers_button(room, lesson, "last_answers")
            st.button(
                "End it", key="room_end", type="primary", on_click=membership.end_room, args=(room.code,)
            )
            st.caption("For five minutes it can be opened again, with everything in it.")


def _answers_button(room: Room, lesson: Lesson, key: str) -> None:
    secret, held = server.owner(), membership.rooms()
    st.download_button(
        "Answers (CSV)",
        lambda: answers_table(held.answers(room.code, secret), lesson),
        f"room-{room.code}.csv",
        mime="text/csv",
        on_click="ignore",
        key=key,
    )
