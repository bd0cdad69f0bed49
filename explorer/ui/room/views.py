"""The room's page: the teacher's desk, and the door for those who come in."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.lesson import Lesson, Step, lessons
from explorer.server.classroom.room import Room
from explorer.server.classroom.rooms import NoRoom
from explorer.ui.lesson import card
from explorer.ui.lesson.votes import votes
from explorer.ui.room import membership
from explorer.ui.room.view import View
from explorer.ui.shell import server, session

KEPT = (
    "A nickname, if one is given, and the answers are kept on this machine until the room is ended, twelve "
    "hours at most. Nothing else is."
)


def door() -> None:
    """Open a room, or come into one."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("#### Come in")
        with st.form("join", border=False):
            code = st.text_input(
                "Code", value=session.view(View).code, max_chars=12, help="Six letters and digits."
            )
            name = st.text_input("Nickname", max_chars=24, help="Or none.")
            if st.form_submit_button("Join", type="primary"):
                membership.join(code, name)
                st.rerun()
        st.caption(KEPT)
    with right:
        st.markdown("#### Teach")
        chosen = st.selectbox(
            "Lesson", list(lessons()), format_func=lambda name: lessons()[name].title, key="room_lesson"
        )
        st.button("Open a room", key="open_room", on_click=membership.open_room, args=(chosen,))
        st.caption("A code and a link for the class; you see its predictions as they arrive.")


def seated(held: membership.Membership) -> None:
    """What a student who has come in sees here: the way to the lesson."""
    room = held.room
    lesson = lessons().get(room.lesson)
    st.markdown(f"#### You are in room {room.code}")
    if lesson is None:
        st.info("The room's lesson is not on this server.")
        return
    st.markdown(f"{lesson.title}, step {room.step + 1}: **{_step(lesson, room).title}**")
    with st.container(horizontal=True):
        if st.button("To the lesson", key="to_lesson", type="primary"):
            card.go(lesson, min(room.step, len(lesson.steps) - 1))
        st.button("Leave the room", key="leave_room", on_click=membership.leave)


def desk(held: membership.Membership) -> None:
    """What the teacher sees: the way in, who is here, the predictions; and what the teacher does."""
    room, lesson = held.room, lessons()[held.room.lesson]
    left, right = st.columns([1, 2], gap="large")
    with left:
        st.html(
            f'<div style="font-size:3rem;font-weight:700;letter-spacing:.12em" '
            f'aria-label="Room code">{room.code}</div>'
        )
        st.code(membership.link(room), language=None, wrap_lines=True)
        st.html(membership.picture(membership.link(room)))
    with right:
        _class(room, lesson)
        _hands(room, lesson)


def _class(room: Room, lesson: Lesson) -> None:
    @st.fragment(run_every=membership.POLL_SECONDS, key="class")
    def now() -> None:
        held = membership.seat()
        if held is None:
            st.rerun()
            return
        step = _step(lesson, held.room)
        there = membership.rooms().presence(room.code)
        counts = membership.rooms().histogram(room.code, held.room.step)
        st.markdown(f"#### Step {held.room.step + 1} of {len(lesson.steps)}: {step.title}")
        elsewhere = there.here - there.at.get(held.room.step, 0)
        st.caption(
            f"{there.here} here · {sum(counts.values())} have predicted"
            + (f" · {elsewhere} at another step" if elsewhere else "")
        )
        if step.ask:
            st.markdown(step.ask)
            right = card.right_option(step) if held.room.revealed else None
            votes(step.options, counts, right)

    now()


def _hands(room: Room, lesson: Lesson) -> None:
    """Steer the room."""
    secret, held = server.owner(), membership.rooms()
    last = len(lesson.steps) - 1

    def steered(change: str, *values: int) -> None:
        try:
            getattr(held, change)(room.code, secret, *values)
        except NoRoom as error:
            session.report_problem(str(error))

    with st.container(horizontal=True, gap="small"):
        st.button(
            "Back", key="room_back", disabled=room.step == 0, on_click=steered, args=("bring", room.step - 1)
        )
        st.button(
            "Hide predictions" if room.revealed else "Show predictions",
            key="room_reveal",
            on_click=steered,
            args=("reveal", int(not room.revealed)),
            help="Beside the truth; nobody can change a prediction after that.",
        )
        st.button(
            "Bring all to the next step",
            key="room_next",
            type="primary",
            disabled=room.step >= last,
            on_click=steered,
            args=("bring", room.step + 1),
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.toggle(
            "The class follows",
            value=room.locked,
            key="room_lock",
            on_change=lambda: steered("lock", int(st.session_state["room_lock"])),
            help="Students stay at your step and cannot go on alone.",
        )
        if st.button("Open this step here", key="room_here", help="The page that the step sets, to project."):
            card.go(lesson, min(room.step, last))
        st.download_button(
            "Answers (CSV)",
            lambda: held.answers(room.code, secret),
            f"room-{room.code}.csv",
            mime="text/csv",
            on_click="ignore",
            key="room_answers",
        )
        st.button("End the room", key="room_end", on_click=_end, args=(room,), help="Take the answers first.")


def _end(room: Room) -> None:
    try:
        membership.rooms().end(room.code, server.owner())
        membership.leave()
    except NoRoom as error:
        session.report_problem(str(error))


def _step(lesson: Lesson, room: Room) -> Step:
    return lesson.steps[min(room.step, len(lesson.steps) - 1)]
