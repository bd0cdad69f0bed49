"""Rooms: who may steer, what a class says, that it survives a kill, and that nothing of it stays."""

from __future__ import annotations

import csv
import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from secrets import token_urlsafe

import pytest

from explorer.server.classroom import rooms as module
from explorer.server.classroom.database import NoRoom
from explorer.server.classroom.rooms import HERE_SECONDS, ROOM_SECONDS, SEEN_SECONDS, Rooms
from explorer.server.classroom.texts import LETTERS, MAX_NICKNAME

ROOT = Path(__file__).parents[2]


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def rooms(tmp_path, clock):
    held = Rooms(tmp_path / "data" / "rooms.sqlite", clock)
    yield held
    held.close()


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


def test_the_file_knows_neither_secrets_nor_browsers(rooms, tmp_path):
    room, secret = opened(rooms)
    rooms.join(room.code, "the cookie of a browser", "Ada")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert secret.encode() not in kept
    assert b"the cookie" not in kept


def test_codes_cannot_be_guessed(rooms, clock):
    codes = {opened(rooms)[0].code for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 6 and set(code) <= set(LETTERS) for code in codes)
    assert len(LETTERS) ** 6 / 200 > 4e6  # tries for one hit, with the most rooms there can be
    for _ in range(10):
        with pytest.raises(NoRoom, match="There is no room"):
            rooms.join("AAAAAA", "guesser", address="10.0.0.7")
    code = next(iter(codes))
    with pytest.raises(NoRoom, match="Too many wrong codes"):
        rooms.join(code, "guesser", address="10.0.0.7")
    assert rooms.join(code, "neighbour", address="10.0.0.8").code == code
    clock.now += 61
    assert rooms.join(code, "guesser", address="10.0.0.7").code == code


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


def test_an_ended_room_leaves_its_table_and_nothing_else(rooms, tmp_path):
    room, secret = opened(rooms)
    rooms.join(room.code, "a", "Ada")
    rooms.answer(room.code, "a", 0, 1)
    assert "Ada" in rooms.end(room.code, secret)
    assert rooms.look(room.code, "a", 0) is None
    with sqlite3.connect(tmp_path / "data" / "rooms.sqlite") as file:
        for table in ("rooms", "members", "answers"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_room_expires_with_all_that_was_said(rooms, clock, tmp_path):
    room, secret = opened(rooms)
    rooms.join(room.code, "a")
    rooms.answer(room.code, "a", 0, 1)
    clock.now += ROOM_SECONDS + 1
    assert rooms.look(room.code, "a", 0) is None
    assert not rooms.steers(room.code, secret)
    assert rooms.histogram(room.code, 0) == {}


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
from pathlib import Path
from explorer.server.classroom.rooms import Rooms
rooms = Rooms(Path(sys.argv[1]))
secret = "ofabrowser"
room = rooms.open("why", secret)
rooms.join(room.code, "a", "Ada")
print(room.code, secret, flush=True)
for step in range(900):
    rooms.answer(room.code, "a", step, 1)
    print(step, flush=True)
"""


def test_a_kill_loses_no_answer_that_was_taken(tmp_path):
    path = tmp_path / "rooms.sqlite"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    code, secret = process.stdout.readline().split()
    for _ in range(20):
        taken = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    after = Rooms(path)
    assert after.steers(code, secret)
    for step in range(taken + 1):
        assert after.histogram(code, step) == {1: 1}
    after.close()


def test_a_file_that_cannot_be_had_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(NoRoom, match="cannot be had"):
        Rooms(tmp_path / "file" / "rooms.sqlite")
    damaged = tmp_path / "rooms.sqlite"
    damaged.write_bytes(b"this is no database at all, but it is long enough to be read as one" * 30)
    with pytest.raises(NoRoom, match="cannot be had"):
        Rooms(damaged)


def test_a_full_disk_is_one_sentence_and_nothing_half_written(rooms, monkeypatch):
    room, _ = opened(rooms)
    rooms.join(room.code, "a")
    rooms._file._file.execute("PRAGMA max_page_count = 1")  # what SQLite says of a full disk

    def fill():
        for number in range(150):
            rooms.join(room.code, f"b{number}", "x" * 24)
            rooms.answer(room.code, f"b{number}", 0, 0)

    with pytest.raises(NoRoom, match="could not be kept"):
        fill()
    rooms._file._file.execute("PRAGMA max_page_count = 100000")
    rooms.answer(room.code, "a", 0, 1)
    assert rooms.histogram(room.code, 0)[1] == 1


def test_who_looks_all_the_time_is_here_and_hardly_written_down(rooms, clock, monkeypatch):
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "ann")
    written, execute = [], rooms._file.execute
    monkeypatch.setattr(rooms._file, "execute", lambda *said: written.append(said[0]) or execute(*said))
    for _ in range(60):
        clock.now += 1
        assert rooms.look(room.code, "ann", 0) == room
        assert rooms.presence(room.code).here == 1
    assert len(written) == 60 / SEEN_SECONDS
    rooms.look(room.code, "ann", 3)
    assert rooms.presence(room.code).at == {3: 1}
    clock.now += HERE_SECONDS + 1
    assert rooms.presence(room.code).here == 0
