"""What a teacher sees of a room: its code, who is here, the predictions; and the controls of the room."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.lesson import Lesson, lessons
from explorer.lessons.quiz_results import quiz_results
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.database import NoRoom
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE, QuizAnswer, Room
from explorer.ui.lesson import card, files
from explorer.ui.lesson.quiz_table import quiz_table
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
        before, beside = st.columns([1.5, 2], gap="small")
        with before:
            files.take(lesson)
        with beside:
            rehearsal()


def _show_class(room: Room, lesson: Lesson) -> None:
    @st.fragment(run_every=membership.POLL_SECONDS, key="class")
    def now() -> None:
        try:
            held = membership.current()
            there = membership.rooms().presence(room.code)
            at = -1 if held is None else membership.place(lesson, held.room)
            quizzed = at in (QUIZ_BEFORE, QUIZ_AFTER)
            counts = {} if at < 0 or quizzed else membership.rooms().histogram(room.code, at)
            answered = membership.rooms().quiz(room.code) if quizzed else []
        except NoRoom as error:
            st.caption(f":material/info: {error}")  # the next look may succeed
            return
        if held is None:
            st.rerun()
            return
        elsewhere = there.here - there.at.get(at, 0)
        away = f" · {elsewhere} at another step" if elsewhere else ""
        if quizzed:
            _show_quiz(lesson, held.room, answered, f"{there.here} here", away)
            return
        step = lesson.steps[at]
        st.markdown(f"#### Step {at + 1} of {len(lesson.steps)}: {step.title}")
        st.caption(f"{there.here} here · {sum(counts.values())} have predicted{away}")
        if step.ask:
            st.markdown(step.ask)
            right = right_option(step) if held.room.revealed else None
            votes(step.options, counts, right)

    now()


def _show_quiz(lesson: Lesson, room: Room, answered: list[QuizAnswer], here: str, away: str) -> None:
    """How many have handed the quiz in, and once it is shown, what the class knew."""
    after = room.step == QUIZ_AFTER
    st.markdown(f"#### Quiz {'after' if after else 'before'} the lesson")
    handed_in = {one.member for one in answered if one.after == after}
    st.caption(f"{here} · {len(handed_in)} have handed it in{away}")
    if room.revealed:
        quiz_table(lesson, quiz_results(lesson, answered), brief=True)
    else:
        st.markdown(f"{len(lesson.quiz)} questions. “Show results” says what is right, and how many knew it.")


def _controls(room: Room, lesson: Lesson) -> None:
    """Lead the class from step to step, show what it predicted, end the room."""
    _step_buttons(room, lesson)
    _room_buttons(room, lesson)


def _change_room(code: str, change: str, *values: int) -> None:
    """Change a room by a method of Rooms."""
    try:
        getattr(membership.rooms(), change)(code, server.owner(), *values)
    except NoRoom as error:
        session.report_problem(str(error))


def _step_buttons(room: Room, lesson: Lesson) -> None:
    """The way to the steps and to the quiz, and whether what the class said is shown."""
    at, last = membership.place(lesson, room), len(lesson.steps) - 1
    back = last if at == QUIZ_AFTER else at - 1
    forward = 0 if at == QUIZ_BEFORE else at + 1

    with st.container(horizontal=True, gap="small"):
        st.button(
            "Back",
            key="room_back",
            disabled=at in (0, QUIZ_BEFORE),
            on_click=_change_room,
            args=(room.code, "bring", back),
        )
        st.button(
            f"{'Hide' if room.revealed else 'Show'} {'results' if at > last else 'predictions'}",
            key="room_reveal",
            on_click=_change_room,
            args=(room.code, "reveal", int(not room.revealed)),
            help="Beside the truth; nobody can change a prediction after that.",
        )
        st.button(
            "Bring all to the next step",
            key="room_next",
            type="primary",
            disabled=at in (last, QUIZ_AFTER),
            on_click=_change_room,
            args=(room.code, "bring", forward),
        )
        for label, place in (("Quiz before", QUIZ_BEFORE), ("Quiz after", QUIZ_AFTER)):
            if lesson.quiz:
                st.button(
                    label,
                    key=f"room_{label.lower().replace(' ', '_')}",
                    disabled=at == place,
                    on_click=_change_room,
                    args=(room.code, "bring", place),
                    help="Bring all to the quiz; the same questions before the lesson and after it.",
                )


def _room_buttons(room: Room, lesson: Lesson) -> None:
    """Whether the class follows, this step on the teacher's screen, the answers, and the end."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.toggle(
            "The class follows",
            value=room.locked,
            key="room_lock",
            on_change=lambda: _change_room(room.code, "lock", int(st.session_state["room_lock"])),
            help="Students stay at your step: they cannot go on alone, nor to other pages.",
        )
        if st.button("Open this step here", key="room_here", help="The page that the step sets, to project."):
            card.go(lesson, membership.place(lesson, room))
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
