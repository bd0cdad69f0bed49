"""What who is no teacher sees of a room: the form to join or open one, and then the way to the lesson."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.lesson import lessons
from explorer.ui.lesson import card
from explorer.ui.room import membership
from explorer.ui.room.view import View
from explorer.ui.shell import session

KEPT = (
    "A nickname, if one is given, and the answers are kept on this server until five minutes after the room "
    "is ended, twelve hours at most. Nothing else is."
)


def join_form() -> None:
    """Join a room with its code, or open one."""
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
        if (over := membership.ended()) is not None:
            st.info(f"Room {over} is over. For five minutes it can be opened again.")
            st.button(f"Open {over} again", key="room_again", on_click=membership.open_again)
        st.button("Open a room", key="open_room", on_click=membership.open_room, args=(chosen,))
        st.caption("A code and a link for the class; you see its predictions as they arrive.")


def student_view(held: membership.Membership) -> None:
    """What a student who has joined sees here: the way to the lesson."""
    room = held.room
    lesson = lessons().get(room.lesson)
    st.markdown(f"#### You are in room {room.code}")
    if lesson is None:
        st.info("The room's lesson is not on this server.")
        return

    @st.fragment(run_every=membership.POLL_SECONDS, key="waiting")
    def waiting() -> None:
        """The teacher sees who waits here, and brings them along."""
        now = membership.polled()
        if now is None:
            return
        if membership.brought(now.room):
            card.go(lesson, membership.place(lesson, now.room))
        if now.room.locked != room.locked:
            st.rerun()
        at = membership.place(lesson, now.room)
        title = f": **{lesson.steps[at].title}**" if at < len(lesson.steps) else ""
        st.markdown(f"{lesson.title}, {membership.place_in_words(at)}{title}")

    waiting()
    with st.container(horizontal=True):
        if st.button("To the lesson", key="to_lesson", type="primary"):
            card.go(lesson, membership.place(lesson, room))
        st.button("Leave the room", key="leave_room", on_click=membership.leave)
