"""Rooms: who may steer, what a class says, that it survives a kill, and that nothing of it stays."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from secrets import token_hex, token_urlsafe

import pytest
from sqlalchemy import event, func, select, text

from explorer.server.classroom import rooms as module
from explorer.server.classroom.database import TABLES, NoRoom
from explorer.server.classroom.rooms import HERE_SECONDS, ROOM_SECONDS, SEEN_SECONDS, UNDO_SECONDS, Rooms
from explorer.server.classroom.texts import LETTERS, MAX_NICKNAME
from explorer.server.database import Database
from tests.server.databases import postgresql

ROOT = Path(__file__).parents[2]


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def cluster():
    with postgresql() as cluster:
        yield cluster


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def url(request, tmp_path):
    """The URL of an empty database."""
    if request.param == "SQLite":
        return f"sqlite:///{tmp_path}/data/rooms.sqlite"
    cluster, name = request.getfixturevalue("cluster"), f"test_{token_hex(4)}"
    cluster.create(name)
    return cluster.url(name)


@pytest.fixture
def open_database():
    opened = []

    def open_(url):
        opened.append(Database(url))
        return opened[-1]

    yield open_
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database, url):
    return open_database(url)


@pytest.fixture
def rooms(database, clock):
    return Rooms(database, clock)


def kept(database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as connection:
        tables = TABLES.tables.items()
        return {name: connection.scalar(select(func.count()).select_from(table)) for name, table in tables}


def opened(rooms, lesson="why"):
    """A room, and a fresh secret that steers it."""
    secret = token_urlsafe(16)
    return rooms.open(lesson, secret), secret


def test_a_class_predicts_and_its_answers_are_counted(rooms):
    room, _ = opened(rooms)
    for number, choice in enumerate((0, 1, 1, 2)):
        rooms.join(room.code, f"browser {number}", "Ada" if number == 0 else "")
        rooms.answer(room.code, f"browser {number}", 0, choice)
    rooms.answer(room.code, "browser 3", 0, 1)  # thought better of it
    assert rooms.histogram(room.code, 0) == {0: 1, 1: 3}
    assert rooms.histogram(room.code, 1) == {}


def test_the_quiz_is_kept_as_it_was_handed_in_first(rooms, clock):
    room, secret = opened(rooms)
    for name in ("Ada", "Ben"):
        rooms.join(room.code, name, name)
    clock.now += 5
    rooms.hand_in(room.code, "Ben", False, (2, None))
    rooms.hand_in(room.code, "Ada", True, (0, 1))
    rooms.hand_in(room.code, "Ben", False, (0, 0))  # too late
    found = [(one.member, one.after, one.question, one.choice, one.seconds) for one in rooms.quiz(room.code)]
    assert found == [(2, False, 0, 2, 5), (2, False, 1, None, 5), (1, True, 0, 0, 5), (1, True, 1, 1, 5)]
    rows = list(csv.DictReader(io.StringIO(rooms.answers(room.code, secret))))
    assert [(row["nickname"], row["quiz"], row["step"], row["choice"]) for row in rows] == [
        ("Ben", "before", "1", "3"),
        ("Ben", "before", "2", ""),
        ("Ada", "after", "1", "1"),
        ("Ada", "after", "2", "2"),
    ]
    rooms.remove(room.code, secret)
    assert rooms.quiz(room.code) == []


@pytest.mark.parametrize("choices", [(0,) * 21, (100,), (-1,)])
def test_a_forged_quiz_is_refused(rooms, choices):
    room, _ = opened(rooms)
    rooms.join(room.code, "Ada")
    with pytest.raises(NoRoom, match="outside"):
        rooms.hand_in(room.code, "Ada", False, choices)
    with pytest.raises(NoRoom, match="not in this room"):
        rooms.hand_in(room.code, "stranger", False, (0,))
    assert rooms.quiz(room.code) == []


def test_only_the_secret_steers(rooms):
    room, secret = opened(rooms)
    other, other_secret = opened(rooms, "ddim")
    assert rooms.steers(room.code, secret)
    for forged in ("", "x", other_secret, secret[:-1], secret + "x", room.code):
        assert not rooms.steers(room.code, forged)
        for steer in (
            lambda key: rooms.bring(room.code, key, 3),
            lambda key: rooms.reveal(room.code, key),
            lambda key: rooms.lock(room.code, key),
            lambda key: rooms.end(room.code, key),
            lambda key: rooms.answers(room.code, key),
        ):
            with pytest.raises(NoRoom, match="Only the browser"):
                steer(forged)
    moved = rooms.bring(room.code, secret, 3)
    assert (moved.step, moved.revealed, moved.locked) == (3, False, False)
    assert rooms.lock(room.code, secret).locked
    assert rooms.reveal(room.code, secret).revealed
    assert not rooms.bring(room.code, secret, 4).revealed  # the next step begins hidden
    assert rooms.look(other.code, "nobody", 0) is None
    assert not rooms.steers("ZZZZZZ", secret)


def test_a_browser_finds_its_room_again_and_has_one_at_a_time(rooms):
    room, secret = opened(rooms)
    assert rooms.mine(secret) == room
    assert rooms.mine("another") is None
    later = rooms.open("ddim", secret)
    assert rooms.mine(secret) == later
    assert rooms.look(room.code, "a", 0) is None
    with pytest.raises(NoRoom, match="cookie"):
        rooms.open("why", "")


def test_the_database_knows_neither_secrets_nor_browsers_nor_addresses(rooms, database):
    room, secret = opened(rooms)
    rooms.join(room.code, "the cookie of a browser", "Ada", "10.0.0.7")
    with pytest.raises(NoRoom):
        rooms.join("AAAAAA", "the cookie of a browser", "Ada", "10.0.0.7")
    with database.reading() as connection:
        said = str([connection.execute(select(table)).all() for table in TABLES.tables.values()])
    assert "Ada" in said
    assert not any(hidden in said for hidden in (secret, "the cookie", "10.0.0.7"))


def test_codes_cannot_be_guessed(rooms, clock):
    codes = {opened(rooms)[0].code for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 6 and set(code) <= set(LETTERS) for code in codes)
    assert len(LETTERS) ** 6 / 200 > 4e6  # tries for one hit, with the most rooms there can be
    code = next(iter(codes))
    mistyped(rooms, "guesser", 10, address="10.0.0.7")
    with pytest.raises(NoRoom, match="Too many wrong codes"):
        rooms.join(code, "guesser", address="10.0.0.7")
    assert rooms.join(code, "guesser", address="10.0.0.8").code == code
    clock.now += 61
    assert rooms.join(code, "guesser", address="10.0.0.7").code == code


def test_typos_behind_one_router_lock_out_who_made_them_and_guesses_with_many_cookies_all(rooms, clock):
    code = opened(rooms)[0].code
    for number in range(10):
        mistyped(rooms, f"student {number}", 9, address="10.0.0.7")
    for number in range(10):
        assert rooms.join(code, f"student {number}", address="10.0.0.7").code == code
    mistyped(rooms, "student 0", 1, address="10.0.0.7")
    with pytest.raises(NoRoom, match="Too many wrong codes"):
        rooms.join(code, "student 0", address="10.0.0.7")
    assert rooms.join(code, "student 1", address="10.0.0.7").code == code
    for number in range(9):
        mistyped(rooms, f"cookie {number}", 1, address="10.0.0.7")  # the hundredth
    with pytest.raises(NoRoom, match="Too many wrong codes"):
        rooms.join(code, "one more cookie", address="10.0.0.7")


def test_no_code_at_all_is_asked_for_and_is_no_wrong_one(rooms):
    room, _ = opened(rooms)
    for _ in range(30):
        with pytest.raises(NoRoom, match="Type the code that the teacher shows"):
            rooms.join(" ", "a")
    assert rooms.join(room.code, "a").code == room.code


def mistyped(rooms, member: str, times: int, address: str) -> None:
    for _ in range(times):
        with pytest.raises(NoRoom, match="There is no room"):
            rooms.join("AAAAAA", member, address=address)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}\n"])
def test_a_code_may_be_typed_carelessly(rooms, typed):
    code = opened(rooms)[0].code
    assert rooms.join(typed.format(code.lower()), "a").code == code
    assert rooms.join(f"{code[:3]}-{code[3:]}", "a").code == code


def test_a_student_finds_the_room_again(rooms, clock):
    first, secret = opened(rooms)
    second, _ = opened(rooms)
    assert rooms.where("a") is None
    rooms.join(second.code, "a")
    clock.now += 1
    rooms.join(first.code, "a")
    assert rooms.where("a") == first
    rooms.end(first.code, secret)
    assert rooms.where("a") == second


def test_presence_is_who_was_seen_lately(rooms, clock):
    room, _ = opened(rooms)
    for number in range(3):
        rooms.join(room.code, f"b{number}")
    rooms.look(room.code, "b0", 2)
    assert rooms.presence(room.code).here == 3
    assert rooms.presence(room.code).at == {0: 2, 2: 1}
    clock.now += HERE_SECONDS + 1
    rooms.look(room.code, "b1", 1)
    assert rooms.presence(room.code).at == {1: 1}


def test_it_is_too_late_when_the_answers_are_shown(rooms):
    room, secret = opened(rooms)
    rooms.join(room.code, "a")
    rooms.reveal(room.code, secret)
    with pytest.raises(NoRoom, match="too late"):
        rooms.answer(room.code, "a", 0, 1)
    rooms.answer(room.code, "a", 1, 1)
    rooms.reveal(room.code, secret, shown=False)
    rooms.answer(room.code, "a", 0, 1)


@pytest.mark.parametrize(
    ("step", "choice", "words"),
    [(-1, 0, "step -1"), (1000, 0, "step 1000"), (0, -1, "choice -1"), (0, 100, "choice 100")],
)
def test_forged_answers_are_refused(rooms, step, choice, words):
    room, _ = opened(rooms)
    rooms.join(room.code, "a")
    with pytest.raises(NoRoom, match=words):
        rooms.answer(room.code, "a", step, choice)
    with pytest.raises(NoRoom, match="not in this room"):
        rooms.answer(room.code, "stranger", 0, 0)
    with pytest.raises(NoRoom, match="not in this room"):
        rooms.answer("AAAAAA", "a", 0, 0)


def test_nicknames_are_text_and_short(rooms):
    room, secret = opened(rooms)
    for member, name in (("a", "<b>Ada</b>\n\u202e"), ("b", "x" * 500), ("c", "=1+1"), ("d", "")):
        rooms.join(room.code, member, name)
        rooms.answer(room.code, member, 0, 1)
    table = list(csv.DictReader(io.StringIO(rooms.answers(room.code, secret))))
    names = [row["nickname"] for row in table]
    assert names == ["<b>Ada</b>", "x" * MAX_NICKNAME, "'=1+1", ""]
    assert [row["student"] for row in table] == ["1", "2", "3", "4"]
    assert {(row["step"], row["choice"]) for row in table} == {("1", "2")}


def test_an_ended_room_leaves_its_table_and_nothing_else(rooms, database, clock):
    room, secret = opened(rooms)
    rooms.join(room.code, "a", "Ada")
    rooms.answer(room.code, "a", 0, 1)
    assert "Ada" in rooms.end(room.code, secret)
    assert rooms.look(room.code, "a", 0) is None
    clock.now += UNDO_SECONDS + 1
    assert rooms.mine(secret) is None
    assert kept(database) == {"rooms": 0, "members": 0, "answers": 0, "quiz_answers": 0, "wrong_codes": 0}


def test_a_room_is_removed_at_once_by_its_teacher_alone(rooms, database):
    room, secret = opened(rooms)
    rooms.join(room.code, "a", "Ada")
    rooms.answer(room.code, "a", 0, 1)
    with pytest.raises(NoRoom, match="Only the browser"):
        rooms.remove(room.code, "another")
    assert rooms.mine(secret) == room
    rooms.remove(room.code, secret)
    assert kept(database) == {"rooms": 0, "members": 0, "answers": 0, "quiz_answers": 0, "wrong_codes": 0}
    with pytest.raises(NoRoom, match="5 minutes"):
        rooms.restore(secret)


def test_an_end_can_be_undone_for_five_minutes(rooms, clock, database):
    room, secret = opened(rooms)
    rooms.join(room.code, "a", "Ada")
    rooms.answer(room.code, "a", 0, 1)
    rooms.end(room.code, secret)
    for gone in (rooms.mine(secret), rooms.where("a"), rooms.look(room.code, "a", 0)):
        assert gone is None
    with pytest.raises(NoRoom, match="There is no room"):
        rooms.join(room.code, "a")
    with pytest.raises(NoRoom, match="Only the browser"):
        rooms.bring(room.code, secret, 1)
    with pytest.raises(NoRoom, match="5 minutes"):
        rooms.restore("another")
    clock.now += UNDO_SECONDS - 1
    assert rooms.restore(secret) == room == rooms.mine(secret) == rooms.where("a")
    assert rooms.histogram(room.code, 0) == {1: 1}
    later = rooms.open("ddim", secret)  # which ends it, too
    assert rooms.restore(secret) == room
    assert rooms.restore(secret) == later
    rooms.open("why", secret)
    assert kept(database)["rooms"] == 2  # of all that a browser has ended, the last can be had again
    clock.now += UNDO_SECONDS + 1
    with pytest.raises(NoRoom, match="5 minutes"):
        rooms.restore(secret)


def test_a_room_expires_with_all_that_was_said(rooms, database, clock):
    room, secret = opened(rooms)
    rooms.join(room.code, "a")
    rooms.answer(room.code, "a", 0, 1)
    clock.now += ROOM_SECONDS - 1
    assert rooms.look(room.code, "a", 0) == room
    clock.now += 2
    with pytest.raises(NoRoom, match="not in this room"):
        rooms.answer(room.code, "a", 0, 1)
    assert rooms.look(room.code, "a", 0) is None
    assert not rooms.steers(room.code, secret)
    assert rooms.histogram(room.code, 0) == {}
    assert kept(database) == {"rooms": 0, "members": 0, "answers": 0, "quiz_answers": 0, "wrong_codes": 0}


def test_what_another_server_keeps_expires_here_as_well(rooms, open_database, url, clock, database):
    other = Rooms(open_database(url), clock)
    assert rooms.mine("nobody") is None
    clock.now += 1
    room, secret = opened(other)
    assert rooms.look(room.code, "a", 0) is None
    rooms.join(room.code, "a")
    rooms.answer(room.code, "a", 0, 1)
    assert other.histogram(room.code, 0) == {1: 1}
    other.end(room.code, secret)
    assert rooms.where("a") is None
    clock.now += UNDO_SECONDS + 1
    assert rooms.where("a") is None
    assert kept(database)["rooms"] == 0


def test_a_server_holds_so_many_rooms_and_a_room_so_many(rooms, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROOMS", 2)
    monkeypatch.setattr(module, "MAX_MEMBERS", 2)
    room, _ = opened(rooms)
    opened(rooms)
    with pytest.raises(NoRoom, match="There are 2 rooms"):
        opened(rooms)
    rooms.join(room.code, "a")
    rooms.join(room.code, "b")
    rooms.join(room.code, "a")  # again
    with pytest.raises(NoRoom, match="room is full: 2"):
        rooms.join(room.code, "c")


def test_thirty_at_once_lose_nothing(rooms):
    room, _ = opened(rooms)

    def student(number):
        rooms.join(room.code, f"b{number}")
        for step in range(5):
            rooms.answer(room.code, f"b{number}", step, number % 3)
            rooms.look(room.code, f"b{number}", step)

    threads = [threading.Thread(target=student, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [rooms.histogram(room.code, step) for step in range(5)] == [{0: 10, 1: 10, 2: 10}] * 5
    assert rooms.presence(room.code).here == 30


KILLED = """
import sys
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
rooms = Rooms(Database(sys.argv[1]))
secret = "ofabrowser"
room = rooms.open("why", secret)
rooms.join(room.code, "a", "Ada")
print(room.code, secret, flush=True)
for step in range(900):
    rooms.answer(room.code, "a", step, 1)
    print(step, flush=True)
"""


def test_a_kill_loses_no_answer_that_was_taken(url, database):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    code, secret = process.stdout.readline().split()
    for _ in range(20):
        taken = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    after = Rooms(database)
    assert after.steers(code, secret)
    for step in range(taken + 1):
        assert after.histogram(code, step) == {1: 1}


def test_a_kill_of_postgresql_loses_no_answer_and_is_one_sentence(cluster, open_database):
    cluster.create("killed")
    rooms = Rooms(open_database(cluster.url("killed")))
    room, _ = opened(rooms)
    rooms.join(room.code, "a")
    for step in range(20):
        rooms.answer(room.code, "a", step, 1)
    cluster.kill()
    taken = 20

    def go_on():
        nonlocal taken
        while True:
            rooms.answer(room.code, "a", taken, 1)
            taken += 1

    with pytest.raises(NoRoom, match="could not be kept: The database could not be written"):
        go_on()
    with pytest.raises(NoRoom, match="could not be had"):
        rooms.look(room.code, "a", 0)
    cluster.start()
    for step in range(taken):
        assert rooms.histogram(room.code, step) == {1: 1}


def test_a_database_that_cannot_be_had_is_one_sentence(tmp_path, open_database):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NoRoom, match="cannot be had"):
        Rooms(open_database(f"sqlite:///{tmp_path}/file/rooms.sqlite"))
    damaged = tmp_path / "rooms.sqlite"
    damaged.write_bytes(b"this is no database at all, but it is long enough to be read as one" * 30)
    with pytest.raises(NoRoom, match="cannot be had"):
        Rooms(open_database(f"sqlite:///{damaged}"))


def test_a_full_disk_is_one_sentence_and_nothing_half_written(tmp_path, open_database):
    database = open_database(f"sqlite:///{tmp_path}/rooms.sqlite")
    rooms = Rooms(database)
    room, _ = opened(rooms)
    rooms.join(room.code, "a")
    with database.reading() as connection:  # what SQLite says of a full disk
        connection.execute(text("PRAGMA max_page_count = 1"))

    def fill():
        for number in range(150):
            rooms.join(room.code, f"b{number}", "x" * 24)
            rooms.answer(room.code, f"b{number}", 0, 0)

    with pytest.raises(NoRoom, match="could not be kept"):
        fill()
    with database.reading() as connection:
        connection.execute(text("PRAGMA max_page_count = 100000"))
    rooms.answer(room.code, "a", 0, 1)
    assert rooms.histogram(room.code, 0)[1] == 1


def test_who_looks_all_the_time_is_here_and_hardly_written_down(rooms, clock, database):
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "ann")
    written = []
    event.listen(
        database._engine,
        "before_cursor_execute",
        lambda _connection, _cursor, said, *_: said.startswith("SELECT") or written.append(said),
    )
    for _ in range(60):
        clock.now += 1
        assert rooms.look(room.code, "ann", 0) == room
        assert rooms.presence(room.code).here == 1
    assert len(written) == 60 / SEEN_SECONDS
    rooms.look(room.code, "ann", 3)
    assert rooms.presence(room.code).at == {3: 1}
    clock.now += HERE_SECONDS + 1
    assert rooms.presence(room.code).here == 0
