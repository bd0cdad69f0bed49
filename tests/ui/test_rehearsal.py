"""A class that is played: what is said of what it waited for, that it goes home, and who may play it."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
import streamlit as st

from explorer.lessons.lesson import lessons
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
from explorer.ui.rehearsal import rehearsal
from explorer.ui.rehearsal.protocol import BrowserError
from explorer.ui.rehearsal.rehearsal import Rehearsal, RehearsalUpdate, rehearse
from explorer.ui.room import membership
from explorer.ui.room import rehearsal as room_rehearsal
from explorer.ui.shell import server
from tests.ui.test_pages import opened, told

SOME = tuple(i / 1000 for i in range(1, 101))  # 1 to 100 ms


@pytest.fixture
def rooms(tmp_path, monkeypatch):
    database = Database(f"sqlite:///{tmp_path}/rooms.sqlite")
    held = Rooms(database)
    monkeypatch.setattr(membership, "rooms", lambda: held)
    monkeypatch.setattr(rehearsal, "shared", lambda: database)
    yield held
    database.close()


class FakeStudent:
    """One who needs no server: it takes 50 ms for a look."""

    fails = ""
    codes: list[str] = []
    home = 0

    def __init__(self, address, seed, code):
        self.took, self.browser = [], self
        self.errors = []
        self.codes.append(code)

    async def take_the_lesson(self):
        if self.fails:
            raise BrowserError(self.fails)

    async def keep_looking(self, until):
        while time.monotonic() < until:
            await asyncio.sleep(0.01)
            self.took.append(0.05)

    async def close(self):
        type(self).home += 1


@pytest.fixture
def students(monkeypatch):
    class Mine(FakeStudent):
        codes: list[str] = []

    monkeypatch.setattr(rehearsal, "Student", Mine)
    return Mine


def test_what_is_said_of_a_class_are_its_median_and_its_95th_percentile():
    told = Rehearsal(30, 20.0, SOME)
    assert (told.within(0.5), told.within(0.95), told.bears) == (0.050, 0.095, True)
    assert told.sentence == (
        "30 students looked for 20 s: half of all 100 answers came within 50 ms, 19 of 20 within 95 ms: "
        "a class of 30 will not wait."
    )


@pytest.mark.parametrize(
    ("took", "errors", "said"),
    [
        ((*SOME[:90], *(10 * [0.5])), (), "19 of 20 within 500 ms: a class of 30 will wait; close other"),
        (
            tuple(5 * second for second in SOME),
            (),
            "within 250 ms, 19 of 20 within 475 ms: a class of 30 will wait",
        ),
        ((*SOME[:90], *(10 * [2.04])), (), "19 of 20 within 2.0 s: a class of 30 will wait"),
        (
            SOME,
            ("A rerun did not end.", "Lost."),
            "and 2 went wrong (A rerun did not end): a class",
        ),
        ((), ("Lost.",), "No answer came in 20 s: a class of 30 will wait; close other programs"),
    ],
)
def test_a_class_that_waits_is_told_what_to_do(took, errors, said):
    found = Rehearsal(30, 20.0, took, errors)
    assert said in found.sentence
    assert not found.bears
    assert found.sentence.endswith("take two processes: README, *For a lecture*.")


def test_a_class_plays_in_a_room_of_its_own_that_is_gone_afterwards(rooms, students):
    mine = rooms.open("why", "teacher")
    *some, last = rehearse("http://nowhere", "why", students=3, seconds=0.3)
    (code,) = set(students.codes)
    assert code != mine.code
    assert rooms.look(code, "anybody", 0) is None
    assert rooms.mine("teacher") == mine
    shares = [update.share for update in some]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= last.share == 1
    assert (last.found.students, last.found.within(0.95), last.found.errors) == (3, 0.05, ())
    assert students.home == 3


def test_a_class_that_is_stopped_goes_home_and_leaves_no_room(rooms, students):
    before = threading.active_count()
    playing = rehearse("http://nowhere", "why", students=2, seconds=60.0)
    next(playing)
    next(playing)
    playing.close()
    assert students.home == 2
    assert threading.active_count() == before
    assert rooms.look(students.codes[0], "anybody", 0) is None


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("fails", "There is no widget 'Join' on the page.", "could not be played: There is no widget 'Join'"),
        ("budget", 0.1, "was not done within 0 s: 2 are too many here"),
    ],
)
def test_a_class_that_cannot_be_played_says_so(rooms, students, monkeypatch, name, value, said):
    if name == "budget":
        monkeypatch.setattr(rehearsal, "BUDGET_SECONDS", value)
    else:
        monkeypatch.setattr(students, name, value)
    with pytest.raises(ValueError, match=said):
        list(rehearse("http://nowhere", "why", students=2, seconds=30.0))
    assert students.home == 2


@pytest.mark.parametrize(
    ("address", "path", "expected"),
    [
        ("", "", "http://127.0.0.1:8765"),
        ("0.0.0.0", "/some/base/", "http://127.0.0.1:8765/some/base"),
        ("10.0.0.7", "", "http://10.0.0.7:8765"),
        ("::1", "x", "http://[::1]:8765/x"),
    ],
)
def test_the_server_is_asked_where_it_listens(monkeypatch, address, path, expected):
    options = {"server.address": address, "server.baseUrlPath": path, "server.port": 8765}
    monkeypatch.setattr(st, "get_option", options.__getitem__)
    assert room_rehearsal.own_address() == expected


def test_a_teacher_has_a_class_played_and_reads_what_it_waited_for(rooms, monkeypatch):
    asked = []

    def play(address, lesson):
        asked.append(lesson)
        yield RehearsalUpdate(0.5, 10.0)
        yield RehearsalUpdate(1.0, 0.0, Rehearsal(30, 20.0, SOME))

    monkeypatch.setattr(room_rehearsal, "rehearse", play)
    monkeypatch.setattr(server, "owner", lambda: "teacher")
    teacher = opened("room")
    assert not [button for button in teacher.button if button.key == "rehearse"]
    teacher.button(key="open_room").click().run()
    teacher.button(key="rehearse").click().run()
    deadline = time.monotonic() + 20
    while "a class of 30 will not wait." not in told(teacher):
        assert time.monotonic() < deadline
        time.sleep(0.05)
        teacher.run()
    assert asked == [next(iter(lessons()))]
    assert not teacher.button(key="rehearse").disabled


def test_nobody_but_a_teacher_has_a_class_played(rooms, monkeypatch):
    monkeypatch.setattr(server, "owner", lambda: "student")
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "student")
    monkeypatch.setattr(membership, "current", lambda: membership.Membership(room, teacher=False))
    monkeypatch.setattr(server, "submit", lambda *_: pytest.fail("it was started"))
    room_rehearsal.start()
    assert "Only the teacher" in st.session_state.problem
