"""The room's page and the lesson in it: a teacher and a student, each in a session of their own."""

from __future__ import annotations

import pytest

from explorer.lessons.lesson import lessons
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
from explorer.ui.room import membership
from explorer.ui.shell import server
from tests.ui.test_pages import PAGES, opened, told

WHY = lessons()["why"]


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    database = Database(f"sqlite:///{tmp_path}/rooms.sqlite")
    held = Rooms(database)
    monkeypatch.setattr(membership, "rooms", lambda: held)
    yield held
    database.close()


@pytest.fixture
def browser(monkeypatch):
    """Be this browser from now on."""

    def be(name: str) -> None:
        monkeypatch.setattr(server, "owner", lambda: name)

    return be


def pressed(app, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_a_teacher_opens_a_room_and_a_student_follows(rooms, browser):
    browser("teacher")
    teacher = opened("room")
    teacher.button(key="open_room").click().run()
    assert not teacher.exception
    room = rooms.mine("teacher")
    page = " ".join(html.proto.body for html in teacher.get("html"))
    assert room.code in page
    assert 'alt="QR code of the link"' in page
    assert f"room?code={room.code}" in teacher.code[0].value
    assert "0 here" in told(teacher)

    browser("student")
    student = opened("room", code=room.code.lower())
    student.text_input[0].set_value(room.code.lower())
    student.text_input[1].set_value("<b>Ada</b>")
    pressed(student, "Join")
    assert not student.exception
    assert f"You are in room {room.code}" in told(student)
    student.button(key="to_lesson").click().run()
    assert "the class is here" in told(student)
    student.switch_page(str(PAGES / "learn.py")).run()  # a test's session forgets where it was sent
    student.radio(key="lesson-answer-why-0").set_value(1).run()
    assert rooms.histogram(room.code, 0) == {1: 1}
    assert WHY.steps[0].reasons[1] not in told(student)  # until the class has predicted

    browser("teacher")
    teacher.run()
    assert "1 here · 1 have predicted" in told(teacher)
    teacher.button(key="room_reveal").click().run()
    browser("student")
    student.run()
    assert WHY.steps[0].reasons[1] in told(student)
    student.radio(key="lesson-answer-why-0").set_value(0).run()
    assert rooms.histogram(room.code, 0) == {1: 1}
    assert "too late" in told(student)

    browser("teacher")
    teacher.button(key="room_next").click().run()
    browser("student")
    student.run()
    assert student.session_state["view"]["step"] == 1
    assert not student.exception

    browser("teacher")
    teacher.toggle(key="room_lock").set_value(True).run()
    browser("student")
    student.run()
    assert "lesson_next" not in [button.key for button in student.button]

    browser("teacher")
    teacher.button(key="room_end").click().run()
    assert "Open a room" in [button.label for button in teacher.button]
    browser("student")
    student.run()
    assert not student.exception
    assert rooms.mine("teacher") is None


def test_after_a_reload_everybody_is_where_they_were(rooms, browser):
    room = rooms.open("ddim", "teacher")
    rooms.join(room.code, "student")
    browser("teacher")
    assert "0 have predicted" in told(opened("room"))
    browser("student")
    assert f"You are in room {room.code}" in told(opened("room"))
    browser("stranger")
    assert "Come in" in told(opened("room"))


def test_a_wrong_code_is_one_sentence(rooms, browser):
    browser("student")
    app = opened("room")
    app.text_input[0].set_value("nonsense")
    pressed(app, "Join")
    assert "There is no room 'NNSENS'" in told(app)
    assert not app.exception


def test_nobody_else_gets_the_teacher_view(rooms, browser):
    room = rooms.open("why", "teacher")
    browser("student")
    app = opened("room", code=room.code)
    keys = [button.key for button in app.button]
    assert "room_next" not in keys
    assert "room_end" not in keys
