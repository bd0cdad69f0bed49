"""Rooms: a teacher and a class at the same lesson, kept in one SQLite file that outlives the server.

Only who knows a room's secret can steer it; the file keeps only its hash. A room is deleted, with all answers
in it, twelve hours after it was opened, or when it is ended.
"""

from __future__ import annotations

import csv
import hmac
import io
import math
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from explorer.server.classroom.database import NoRoom, RoomFile
from explorer.server.classroom.texts import (
    CODE_LENGTH,
    LETTERS,
    bounded,
    harmless,
    hashed,
    one_line,
    plain_code,
)

ROOM_SECONDS = 12 * 3600.0
HERE_SECONDS, SEEN_SECONDS = 30.0, 5.0  # since a member was last seen; how exactly that is known
MAX_ROOMS, MAX_MEMBERS = 200, 200
MAX_LESSON, MAX_STEP, MAX_CHOICE = 64, 999, 99
WRONG_CODES, WRONG_CODE_SECONDS = 10, 60.0  # so many from one address in so much time, and no more are tried


@dataclass(frozen=True)
class Room:
    """A room as everybody in it may see it.

    step        to which the teacher has brought everyone last
    revealed    whether the answers to that step are shown beside the truth
    locked      whether the class follows the teacher and cannot go on alone
    """

    code: str
    lesson: str
    step: int
    revealed: bool
    locked: bool


@dataclass(frozen=True)
class Presence:
    """How many members were seen in the last half minute, and how many of them are at each step."""

    here: int
    at: dict[int, int]


class WrongCodes:
    """When wrong codes came from which address, so that codes cannot be guessed; needs a lock around it."""

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def too_many(self, address: str, now: float) -> bool:
        """Whether no more codes are to be tried from an address."""
        return len(self._recent(address, now)) >= WRONG_CODES

    def add(self, address: str, now: float) -> None:
        """Count a wrong code; old ones, of all addresses, are forgotten."""
        times = [*self._recent(address, now), now]
        self._times = {one: when for one, when in self._times.items() if now - when[-1] < WRONG_CODE_SECONDS}
        self._times[address] = times

    def _recent(self, address: str, now: float) -> list[float]:
        return [at for at in self._times.get(address, []) if now - at < WRONG_CODE_SECONDS]


class Rooms:
    """All rooms of a server, in a file that outlives it.

    path    of the file; its folder is made. clock gives seconds since the epoch.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.clock, self._file = clock, RoomFile(path)
        self._wrong = WrongCodes()
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # when, and at which step, that was written

    def close(self) -> None:
        self._file.close()

    def _reading(self) -> AbstractContextManager[None]:
        """Hold the file without a transaction: a class reads thirty times for every answer it gives."""
        return self._file.reading(self.clock() - ROOM_SECONDS)

    def _writing(self) -> AbstractContextManager[None]:
        """Hold the file for a transaction. Rooms whose time is over are deleted first, as for reading."""
        return self._file.writing(self.clock() - ROOM_SECONDS)

    # ---- the teacher -------------------------------------------------------------------------------------

    def open(self, lesson: str, secret: str) -> Room:
        """A new room for a lesson, steered by who knows the secret: an identity of one browser.

        The room that it had before is ended. Raises NoRoom if there are too many, or for an empty secret.
        """
        if not 1 <= len(lesson) <= MAX_LESSON:
            raise NoRoom(f"A lesson's name has 1 to {MAX_LESSON} characters, not {len(lesson)}.")
        if not secret:
            raise NoRoom("A room needs a browser that keeps its cookie; allow cookies and reload.")
        with self._writing():
            self._file.execute("DELETE FROM rooms WHERE secret = ?", hashed(secret))
            count = self._file.first("SELECT count(*) FROM rooms")[0]
            if count >= MAX_ROOMS:
                raise NoRoom(f"There are {count} rooms on this server, and no more fit; end one first.")
            while True:
                code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
                if self._file.row("SELECT 1 FROM rooms WHERE code = ?", code) is None:
                    break
            values = (code, hashed(secret), lesson, 0, 0, 0, self.clock())
            self._file.execute("INSERT INTO rooms VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
        return Room(code, lesson, 0, False, False)

    def mine(self, secret: str) -> Room | None:
        """The room that this secret steers; None if there is none."""
        with self._reading():
            row = self._file.row("SELECT code FROM rooms WHERE secret = ?", hashed(secret))
            return None if row is None else self._room(str(row[0]))

    def steers(self, code: str, secret: str) -> bool:
        """Whether a secret is that of a room."""
        with self._reading():
            row = self._file.row("SELECT secret FROM rooms WHERE code = ?", plain_code(code))
        known = hashed("") if row is None else str(row[0])
        return hmac.compare_digest(known, hashed(secret)) and row is not None

    def bring(self, code: str, secret: str, step: int) -> Room:
        """Bring everyone to a step; its answers are hidden again. Raises NoRoom without the right to."""
        return self._steered(code, secret, "step = ?, revealed = 0", bounded(step, MAX_STEP, "step"))

    def reveal(self, code: str, secret: str, shown: bool = True) -> Room:
        """Show the class's answers beside the truth, or hide them. Raises NoRoom without the right to."""
        return self._steered(code, secret, "revealed = ?", int(shown))

    def lock(self, code: str, secret: str, locked: bool = True) -> Room:
        """Let the class follow, or go on alone. Raises NoRoom without the right to."""
        return self._steered(code, secret, "locked = ?", int(locked))

    def end(self, code: str, secret: str) -> str:
        """End a room: it is deleted, and its answers are returned as CSV. Raises NoRoom."""
        self._check(code, secret)
        answers = self.answers(code, secret)
        with self._writing():
            self._file.execute("DELETE FROM rooms WHERE code = ?", plain_code(code))
        return answers

    def answers(self, code: str, secret: str) -> str:
        """All answers as CSV: who (by number and nickname), step, choice (from 1), seconds since the room was
        opened. Raises NoRoom without the right to them."""
        self._check(code, secret)
        with self._reading():
            rows = self._file.rows(
                "SELECT m.rowid, m.nickname, a.step, a.choice, a.at - r.opened FROM answers a "
                "JOIN members m ON m.room = a.room AND m.member = a.member JOIN rooms r ON r.code = a.room "
                "WHERE a.room = ? ORDER BY a.step, m.rowid",
                plain_code(code),
            )
        numbers = {row: number for number, row in enumerate(sorted({row[0] for row in rows}), 1)}
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["student", "nickname", "step", "choice", "seconds"])
        for row, nickname, step, choice, seconds in rows:
            writer.writerow([numbers[row], harmless(nickname), step + 1, choice + 1, round(seconds, 1)])
        return text.getvalue()

    # ---- the class ---------------------------------------------------------------------------------------

    def join(self, code: str, member: str, nickname: str = "", address: str = "") -> Room:
        """Enter a room as a member, known by a browser's secret identity; again it changes the nickname.

        address   from which the request comes: after ten wrong codes a minute no more are tried from there

        Raises NoRoom for a code that is none, too many tries, and a room that is full.
        """
        now = self.clock()
        with self._writing():
            if self._wrong.too_many(address, now):
                raise NoRoom("Too many wrong codes came from here; try again in a minute.")
            room = self._room(code)
            if room is None:
                self._wrong.add(address, now)
                raise NoRoom(f"There is no room {plain_code(code)[:CODE_LENGTH]!r}; look at the code again.")
            known = self._file.row(
                "SELECT 1 FROM members WHERE room = ? AND member = ?", room.code, hashed(member)
            )
            count = self._file.first("SELECT count(*) FROM members WHERE room = ?", room.code)[0]
            if known is None and count >= MAX_MEMBERS:
                raise NoRoom(f"The room is full: {count} are in it.")
            self._file.execute(
                "INSERT INTO members VALUES (?, ?, ?, ?, ?) ON CONFLICT (room, member) DO UPDATE SET "
                "nickname = excluded.nickname, seen = excluded.seen",
                *(room.code, hashed(member), one_line(nickname), room.step, now),
            )
            self._seen = {who: seen for who, seen in self._seen.items() if now - seen[0] < SEEN_SECONDS}
            self._seen[room.code, hashed(member)] = (now, room.step)
        return room

    def look(self, code: str, member: str, step: int) -> Room | None:
        """The room as it is now; None if it is gone or was never joined. That the member was seen at that
        step is written at most once in SEEN_SECONDS, a new step at once."""
        now, who = self.clock(), (plain_code(code), hashed(member))
        with self._reading():
            room = self._room(code)
            if room is None:
                self._seen.pop(who, None)
                return None
            at, before = self._seen.get(who, (-math.inf, -1))
            if step != before or not 0 <= now - at < SEEN_SECONDS:
                changed = self._file.execute(
                    "UPDATE members SET seen = ?, step = ? WHERE room = ? AND member = ?",
                    *(now, bounded(step, MAX_STEP, "step"), *who),
                )
                if not changed:
                    return None
                self._seen[who] = (now, step)
            return room

    def where(self, member: str) -> Room | None:
        """The room that a browser was seen in last, if that is still open."""
        with self._reading():
            query = "SELECT room FROM members WHERE member = ? ORDER BY seen DESC LIMIT 1"
            row = self._file.row(query, hashed(member))
            return None if row is None else self._room(str(row[0]))

    def answer(self, code: str, member: str, step: int, choice: int) -> None:
        """Store a choice at a step; a later one replaces it. Raises NoRoom for who is not a member, and once
        the answers of that step are shown."""
        bounded(step, MAX_STEP, "step")
        bounded(choice, MAX_CHOICE, "choice")
        with self._writing():
            room = self._room(code)
            inside = "SELECT 1 FROM members WHERE room = ? AND member = ?"
            if room is None or self._file.row(inside, room.code, hashed(member)) is None:
                raise NoRoom("You are not in this room; join it again.")
            if room.revealed and room.step == step:
                raise NoRoom("The answers to this step are shown; it is too late to predict.")
            self._file.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?, ?) ON CONFLICT (room, member, step) DO UPDATE SET "
                "choice = excluded.choice, at = excluded.at",
                *(room.code, hashed(member), step, choice, self.clock()),
            )

    def histogram(self, code: str, step: int) -> dict[int, int]:
        """How many members made each choice at a step."""
        with self._reading():
            rows = self._file.rows(
                "SELECT choice, count(*) FROM answers WHERE room = ? AND step = ? GROUP BY choice",
                *(plain_code(code), step),
            )
        return {int(choice): int(count) for choice, count in rows}

    def presence(self, code: str) -> Presence:
        """How many members are there now, and at which steps."""
        with self._reading():
            rows = self._file.rows(
                "SELECT step, count(*) FROM members WHERE room = ? AND seen >= ? GROUP BY step",
                *(plain_code(code), self.clock() - HERE_SECONDS),
            )
        at = {int(step): int(count) for step, count in rows}
        return Presence(sum(at.values()), at)

    # ---- shared ------------------------------------------------------------------------------------------

    def _room(self, code: str) -> Room | None:
        row = self._file.row(
            "SELECT code, lesson, step, revealed, locked FROM rooms WHERE code = ?", plain_code(code)
        )
        return None if row is None else Room(row[0], row[1], row[2], bool(row[3]), bool(row[4]))

    def _check(self, code: str, secret: str) -> None:
        if not self.steers(code, secret):
            raise NoRoom("Only the browser that opened a room can steer it.")

    def _steered(self, code: str, secret: str, change: str, value: int) -> Room:
        self._check(code, secret)
        with self._writing():
            self._file.execute(f"UPDATE rooms SET {change} WHERE code = ?", value, plain_code(code))
            room = self._room(code)
        if room is None:
            raise NoRoom("The room is over.")
        return room
