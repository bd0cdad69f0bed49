"""The room that a browser is in: as its teacher, as a student, or in none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import segno
import streamlit as st

from explorer.lessons.lesson import Lesson
from explorer.server.classroom.database import NoRoom
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE, Room
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import DatabaseError, shared
from explorer.ui.lesson.view import View as LessonView
from explorer.ui.room.class_link import ClassLink, class_link, network_address
from explorer.ui.shell import server, session

POLL_SECONDS = 2.0
_CODE, _TEACHER, _SEEN, _SENT = "room-code", "room-teacher", "room-seen", "room-told"
_ENDED = "room-ended"


@dataclass(frozen=True)
class Membership:
    """A browser's place in a room."""

    room: Room
    teacher: bool


@st.cache_resource(show_spinner=False)
def rooms() -> Rooms:
    """The rooms of this server, and of those that share its database. Raises NoRoom."""
    try:
        return Rooms(shared())
    except DatabaseError as error:
        raise NoRoom(str(error)) from None


def current() -> Membership | None:
    """The room that this browser is in; None if it is in none, or its room is over. A new session takes the
    place that its browser had."""
    if _CODE not in st.session_state:
        _restore()
    code = st.session_state[_CODE]
    if code is None:
        return None
    teacher = st.session_state[_TEACHER]
    if teacher:
        room = rooms().mine(server.owner())
    else:
        room = rooms().look(code, server.owner(), session.view(LessonView).place)
    if room is None or room.code != code:
        leave()
        session.report_problem("The room is over; everything else goes on without it.")
        return None
    return Membership(room, teacher)


def polled() -> Membership | None:
    """The room that this browser is in, for a fragment that looks again and again; None where nothing can be
    shown of it. That the database is away is written there; once the room is over the page is drawn anew."""
    try:
        held = current()
    except NoRoom as error:
        st.caption(f":material/info: {error}")  # the next look may succeed
        return None
    if held is None:
        st.rerun()
    return held


def _restore() -> None:
    mine = rooms().mine(server.owner())
    room = mine or rooms().where(server.owner())
    st.session_state[_CODE] = None
    if room is not None:
        _enter(room, teacher=mine is not None)


def open_room(lesson: str) -> None:
    """Open a room as its teacher; what goes wrong is shown on the page."""
    try:
        _enter(rooms().open(lesson, server.owner()), teacher=True)
    except NoRoom as error:
        session.report_problem(str(error))


def join(code: str, nickname: str) -> None:
    """Join a room as a student; what goes wrong is shown on the page."""
    try:
        address = str(st.context.ip_address or "")
        _enter(rooms().join(code, server.owner(), nickname, address), teacher=False)
    except NoRoom as error:
        session.report_problem(str(error))


def end_room(code: str) -> None:
    """End one's room; what goes wrong is shown on the page."""
    try:
        rooms().end(code, server.owner())
    except NoRoom as error:
        session.report_problem(str(error))
        return
    leave()
    st.session_state[_ENDED] = code


def ended() -> str | None:
    """The code of the room that this session has ended last, if it has not been opened again."""
    code: str | None = st.session_state.get(_ENDED)
    return code


def open_again() -> None:
    """Open the room that was ended last, with all that was said in it."""
    st.session_state[_ENDED] = None
    try:
        _enter(rooms().restore(server.owner()), teacher=True)
    except NoRoom as error:
        session.report_problem(str(error))


def leave() -> None:
    """Leave the room; this browser can join it again."""
    st.session_state[_CODE] = None


def brought(room: Room) -> bool:
    """Whether the teacher has brought everyone to another step since this session looked last."""
    before, st.session_state[_SEEN] = st.session_state.get(_SEEN), room.step
    return before is not None and before != room.step


def predict(step: int, choice: int) -> None:
    """Store what was predicted in the room, once; that it is too late is written on the card."""
    held, sent = current(), st.session_state.setdefault(_SENT, {})
    if held is None or held.teacher or sent.get((held.room.code, step)) == choice:
        return
    try:
        rooms().answer(held.room.code, server.owner(), step, choice)
        sent[held.room.code, step] = choice
    except NoRoom as error:
        st.caption(f":material/info: {error}")


def hand_in(after: bool, choices: Sequence[int | None]) -> None:
    """Store what was answered in the quiz before the lesson, or after it; what goes wrong is shown on the
    page."""
    held = current()
    if held is None or held.teacher:
        return
    try:
        rooms().hand_in(held.room.code, server.owner(), after, choices)
    except NoRoom as error:
        session.report_problem(str(error))


def place(lesson: Lesson, room: Room) -> int:
    """Where a room is: the number of a step of its lesson, or QUIZ_BEFORE or QUIZ_AFTER if it has a quiz."""
    if lesson.quiz and room.step in (QUIZ_BEFORE, QUIZ_AFTER):
        return room.step
    return 0 if room.step == QUIZ_BEFORE else min(room.step, len(lesson.steps) - 1)


def place_in_words(number: int) -> str:
    """A place of a lesson: at step 3, or at the quiz before it."""
    quiz = {QUIZ_BEFORE: "at the quiz before the lesson", QUIZ_AFTER: "at the quiz after the lesson"}
    return quiz.get(number, f"at step {number + 1}")


def link(room: Room) -> ClassLink:
    """The link that leads the class into a room."""
    listens = str(st.get_option("server.address") or "")
    return class_link(st.context.url or "http://localhost:8501/room", room.code, listens, network_address())


def locked() -> bool:
    """Whether this browser is a student's whose class follows, so that it stays at the teacher's step."""
    try:
        held = current()
    except NoRoom:
        return False
    return held is not None and not held.teacher and held.room.locked


def qr_code(address: str) -> str:
    """An address as a QR code, drawn here: an image as HTML, black on white whatever the theme."""
    code = segno.make(address, error="m").png_data_uri(scale=6, border=3, dark="#000", light="#fff")
    return f'<img src="{code}" alt="QR code of the link" style="width:100%;max-width:230px">'


def _enter(room: Room, *, teacher: bool) -> None:
    st.session_state[_CODE] = room.code
    st.session_state[_TEACHER] = teacher
    st.session_state[_SEEN] = room.step
