"""The room's page and the lesson in it: a teacher and a student, each in a session of their own."""

from __future__ import annotations

import csv
import io

import pytest
import streamlit as st

from explorer.lessons.lesson import lessons
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
from explorer.ui.room import membership
from explorer.ui.room.answers_table import answers_table
from explorer.ui.room.class_link import class_link
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
    assert rooms.presence(room.code).here == 1
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
    assert "The room is over; everything else goes on without it." in told(student)
    student.run()
    assert "lesson_next" in [button.key for button in student.button]

    browser("teacher")
    teacher.button(key="room_again").click().run()
    assert rooms.mine("teacher").code == room.code
    assert not teacher.exception


@pytest.fixture
def student(rooms, browser):
    """A student of a room of the lesson, who is at none of its pages, and the room."""
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "student")
    browser("student")
    return opened("sweep"), room


@pytest.mark.parametrize("page", ["start", "sweep"])
def test_a_student_who_has_gone_to_another_page_is_brought_along(student, rooms, page):
    app, room = student
    app.switch_page(str(PAGES / f"{page}.py")).run()
    assert f"Room {room.code} · the class is at step 1" in told(app)
    assert app.session_state["view"]["lesson"] == ""
    rooms.bring(room.code, "teacher", 2)
    app.run()
    assert (app.session_state["view"]["lesson"], app.session_state["view"]["step"]) == ("why", 2)
    assert app.session_state["page"] == WHY.steps[2].page
    assert not app.exception


def test_beside_another_page_the_card_brings_along_too(student, rooms):
    app, room = student
    app.button(key="room_there").click().run()
    app.switch_page(str(PAGES / f"{WHY.steps[0].page}.py")).run()
    assert "the class is here" in told(app)
    app.switch_page(str(PAGES / "sweep.py")).run()
    assert "Back to" in " ".join(button.label for button in app.button)
    assert "the class is at step 1" in told(app)
    rooms.bring(room.code, "teacher", 1)
    app.run()
    assert app.session_state["view"]["step"] == 1


def test_where_the_class_follows_a_student_is_at_the_teachers_step_and_nowhere_else(
    student, rooms, monkeypatch
):
    app, room = student
    asked, draw = [], st.navigation
    monkeypatch.setattr(st, "navigation", lambda *p, **o: asked.append(o["position"]) or draw(*p, **o))
    app.run()
    assert app.session_state["view"]["lesson"] == ""
    rooms.lock(room.code, "teacher")
    app.run()
    assert (app.session_state["view"]["lesson"], app.session_state["page"]) == ("why", WHY.steps[0].page)
    rooms.lock(room.code, "teacher", False)
    app.switch_page(str(PAGES / "sweep.py")).run()
    assert app.session_state["page"] == "sweep"
    assert asked[0] == asked[-1] == "top"
    assert "hidden" in asked


def test_the_teacher_takes_the_answers_away_in_words(rooms, browser, monkeypatch):
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "student", "Ada")
    right = right_option(WHY.steps[0])
    rooms.answer(room.code, "student", 0, right)
    rooms.answer(room.code, "student", 1, 0 if right_option(WHY.steps[1]) else 1)
    files, draw = [], st.download_button
    monkeypatch.setattr(
        st, "download_button", lambda label, data, *p, **o: files.append(data) or draw(label, data, *p, **o)
    )
    browser("teacher")
    assert not opened("room").exception
    rows = list(csv.DictReader(io.StringIO(files[0]())))
    assert [(row["nickname"], row["step"], row["right"]) for row in rows] == [
        ("Ada", "1", "yes"),
        ("Ada", "2", "no"),
    ]
    assert rows[0]["answer"] == WHY.steps[0].options[right]
    assert rows[0]["question"] == WHY.steps[0].ask
    assert rows[0]["choice"] == str(right + 1)


def test_an_answer_that_is_none_of_the_lessons_stays_a_number():
    stored = "student,nickname,step,choice,seconds\n1,,99,1,3.0\n2,,1,50,4.0\n"
    rows = list(csv.DictReader(io.StringIO(answers_table(stored, WHY))))
    assert [(row["choice"], row["answer"], row["right"]) for row in rows] == [("1", "", ""), ("50", "", "")]


@pytest.mark.parametrize(
    ("url", "listens", "network", "address", "warned"),
    [
        ("http://lab.example:8501/room", "", "10.0.0.7", "http://lab.example:8501/room?code=ABC234", ""),
        ("https://lab.example/some/path/room", "127.0.0.1", None, "https://lab.example/some/path/room?", ""),
        (
            "http://localhost:8501/room",
            "",
            "10.0.0.7",
            "http://10.0.0.7:8501/room?",
            "network, 10.0.0.7:",
        ),
        ("http://127.0.0.1:80/x/room", "0.0.0.0", "10.0.0.7", "http://10.0.0.7:80/x/room?", "10.0.0.7"),
        (
            "http://[::1]:8501/room",
            "::",
            "10.0.0.7",
            "http://10.0.0.7:8501/room?",
            "::1, which is this",
        ),
        ("http://localhost:8501/room", "127.0.0.1", "10.0.0.7", "http://localhost:8501/room?", "0.0.0.0"),
        ("http://localhost:8501/room", "", None, "http://localhost:8501/room?", "in no network now"),
    ],
)
def test_the_link_for_the_class_names_a_machine_that_others_reach(url, listens, network, address, warned):
    link = class_link(url, "ABC234", listens, network)
    assert link.address.startswith(address)
    assert link.address.endswith("room?code=ABC234")
    assert bool(link.warning) == bool(warned)
    assert warned in link.warning


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
