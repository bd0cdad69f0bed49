"""Rooms: a teacher and a class at the same lesson, kept in a database that outlives the server.

Only who knows a room's secret can steer it; the database keeps only its hash. A room is deleted, with all
answers in it, twelve hours after it was opened, or five minutes after it was ended.
"""

from __future__ import annotations

import contextlib
import csv
import hmac
import io
import math
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from explorer.server.classroom import wrong_codes
from explorer.server.classroom.database import TABLES, NoRoom, answers, members, quiz_answers, rooms
from explorer.server.classroom.room import Presence, QuizAnswer, Room
from explorer.server.classroom.texts import (
    CODE_LENGTH,
    LETTERS,
    bounded,
    harmless,
    hashed,
    one_line,
    plain_code,
)
from explorer.server.database import Database, DatabaseError

ROOM_SECONDS = 12 * 3600.0
UNDO_SECONDS = 300.0  # since a room was ended, in which it can be restored
HERE_SECONDS, SEEN_SECONDS = 30.0, 5.0  # since a member was last seen; how exactly that is known
MAX_ROOMS, MAX_MEMBERS = 200, 200
MAX_LESSON, MAX_STEP, MAX_CHOICE, MAX_QUESTIONS = 64, 999, 99, 20


_SHOWN = (rooms.c.code, rooms.c.lesson, rooms.c.step, rooms.c.revealed, rooms.c.locked)  # as Room has them
_OPEN = rooms.c.ended.is_(None)


class Rooms:
    """All rooms of a database, which several servers may share.

    clock   gives seconds since the epoch

    Raises NoRoom if the database cannot be had.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.clock, self._database = clock, database
        self._over_at = -math.inf  # no room's time is over before
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}  # when, and at which step, that was written
        with _plainly("The rooms cannot be had"):
            database.create(TABLES)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection without a transaction: a class reads thirty times for every answer it gives."""
        with _plainly("What was said in the room could not be had"):
            self._forget()
            with self._database.reading() as connection:
                yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A connection in a transaction."""
        with _plainly("What was said in the room could not be kept"):
            self._forget()
            with self._database.writing() as connection:
                yield connection

    def _forget(self) -> None:
        """Delete the rooms whose time is over."""
        now = self.clock()
        if now < self._over_at:
            return
        over = or_(rooms.c.opened < now - ROOM_SECONDS, rooms.c.ended < now - UNDO_SECONDS)
        with self._database.reading() as connection:
            connection.execute(delete(rooms).where(over))
            first = connection.execute(select(func.min(rooms.c.opened), func.min(rooms.c.ended))).one()
        opened, ended = (math.inf if at is None else at for at in first)
        # What another server opens or ends from now on is not over before UNDO_SECONDS have passed.
        self._over_at = min(opened + ROOM_SECONDS, ended + UNDO_SECONDS, now + UNDO_SECONDS)

    # ---- the teacher -------------------------------------------------------------------------------------

    def open(self, lesson: str, secret: str) -> Room:
        """A new room for a lesson, steered by who knows the secret: an identity of one browser.

        The room that it had before is ended. Raises NoRoom if there are too many, or for an empty secret.
        """
        if not 1 <= len(lesson) <= MAX_LESSON:
            raise NoRoom(f"A lesson's name has 1 to {MAX_LESSON} characters, not {len(lesson)}.")
        if not secret:
            raise NoRoom("A room needs a browser that keeps its cookie; allow cookies and reload.")
        with self._writing() as connection:
            self._end(connection, rooms.c.secret == hashed(secret))
            count = connection.scalar(select(func.count()).where(_OPEN)) or 0
            if count >= MAX_ROOMS:
                raise NoRoom(f"There are {count} rooms on this server, and no more fit; end one first.")
            while True:
                code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
                if connection.scalar(select(rooms.c.code).where(rooms.c.code == code)) is None:
                    break
            room = Room(code, lesson, 0, False, False)
            values = vars(room) | {"secret": hashed(secret), "opened": self.clock()}
            connection.execute(insert(rooms).values(values))
        return room

    def mine(self, secret: str) -> Room | None:
        """The room that this secret steers; None if there is none."""
        with self._reading() as connection:
            return _room(connection, rooms.c.secret == hashed(secret))

    def steers(self, code: str, secret: str) -> bool:
        """Whether a secret is that of a room."""
        with self._reading() as connection:
            this = and_(rooms.c.code == plain_code(code), _OPEN)
            known = connection.scalar(select(rooms.c.secret).where(this))
        return hmac.compare_digest(known or hashed(""), hashed(secret)) and known is not None

    def bring(self, code: str, secret: str, step: int) -> Room:
        """Bring everyone to a step; its answers are hidden again. Raises NoRoom without the right to."""
        return self._steered(code, secret, step=bounded(step, MAX_STEP, "step"), revealed=False)

    def reveal(self, code: str, secret: str, shown: bool = True) -> Room:
        """Show the class's answers beside the truth, or hide them. Raises NoRoom without the right to."""
        return self._steered(code, secret, revealed=bool(shown))

    def lock(self, code: str, secret: str, locked: bool = True) -> Room:
        """Let the class follow, or go on alone. Raises NoRoom without the right to."""
        return self._steered(code, secret, locked=bool(locked))

    def end(self, code: str, secret: str) -> str:
        """End a room: it is closed to all, and its answers are returned as CSV. For UNDO_SECONDS it can be
        restored, then it is deleted. Raises NoRoom."""
        said = self.answers(code, secret)
        with self._writing() as connection:
            self._end(connection, rooms.c.code == plain_code(code))
        return said

    def restore(self, secret: str) -> Room:
        """Open the room that a secret has ended last, with all that was said in it; the one that it has now
        is ended. Raises NoRoom if none was ended within UNDO_SECONDS."""
        with self._writing() as connection:
            own = rooms.c.secret == hashed(secret)
            ended = connection.scalar(select(rooms.c.code).where(own, rooms.c.ended.is_not(None)))
            if ended is None:
                raise NoRoom(f"A room can be opened again for {UNDO_SECONDS / 60:.0f} minutes after its end.")
            connection.execute(update(rooms).where(own, _OPEN).values(ended=self.clock()))
            connection.execute(update(rooms).where(rooms.c.code == ended).values(ended=None))
            room = _room(connection, rooms.c.code == ended)
        assert room is not None
        return room

    def remove(self, code: str, secret: str) -> None:
        """Delete a room at once, with all that was said in it. Raises NoRoom without the right to."""
        self._check(code, secret)
        with self._writing() as connection:
            connection.execute(delete(rooms).where(rooms.c.code == plain_code(code)))

    def answers(self, code: str, secret: str) -> str:
        """All answers as CSV: who (by number and nickname), step, choice (from 1), seconds since the room was
        opened, and of the quiz whether it was before the lesson or after it; its questions are the steps, and
        one that was left open has no choice. Raises NoRoom without the right to them."""
        wanted = (
            select(
                members.c.number,
                members.c.nickname,
                answers.c.step,
                answers.c.choice,
                answers.c.at - rooms.c.opened,
            )
            .select_from(answers)
            .join(members, and_(members.c.room == answers.c.room, members.c.member == answers.c.member))
            .join(rooms, rooms.c.code == answers.c.room)
            .where(answers.c.room == plain_code(code))
            .order_by(answers.c.step, members.c.number)
        )
        self._check(code, secret)
        with self._reading() as connection:
            said = [(*row, "") for row in connection.execute(wanted).all()]
        for one in self.quiz(code):
            when = "after" if one.after else "before"
            said.append((one.member, one.nickname, one.question, one.choice, one.seconds, when))
        numbers = {who: number for number, who in enumerate(sorted({row[0] for row in said}), 1)}
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["student", "nickname", "step", "choice", "seconds", "quiz"])
        for who, nickname, step, choice, seconds, when in said:
            chosen = "" if choice is None else choice + 1
            writer.writerow([numbers[who], harmless(nickname), step + 1, chosen, round(seconds, 1), when])
        return text.getvalue()

    def _end(self, connection: Connection, which: Any) -> None:
        """End the open ones of a browser's rooms; the one that it ended before is deleted."""
        own = select(rooms.c.secret).where(which)
        now = self.clock()
        connection.execute(delete(rooms).where(rooms.c.secret.in_(own), rooms.c.ended.is_not(None)))
        connection.execute(update(rooms).where(which, _OPEN).values(ended=now))
        self._over_at = min(self._over_at, now + UNDO_SECONDS)

    # ---- the class ---------------------------------------------------------------------------------------

    def join(self, code: str, member: str, nickname: str = "", address: str = "") -> Room:
        """Enter a room as a member, known by a browser's secret identity; again it changes the nickname.

        address   from which the request comes: after ten wrong codes of a browser in a minute, or a hundred
                  of all browsers there, no more are tried

        Raises NoRoom for a code that is none, too many tries, and a room that is full.
        """
        if not plain_code(code):
            raise NoRoom("Type the code that the teacher shows: six letters and digits.")
        now = self.clock()
        with self._writing() as connection:
            if wrong_codes.too_many(connection, member, address, now):
                raise NoRoom("Too many wrong codes came from here; try again in a minute.")
            room = _room(connection, rooms.c.code == plain_code(code))
            if room is None:
                wrong_codes.add(connection, member, address, now)
            else:
                _let_in(connection, room, member, one_line(nickname), now)
        if room is None:
            raise NoRoom(f"There is no room {plain_code(code)[:CODE_LENGTH]!r}; look at the code again.")
        self._seen = {who: seen for who, seen in self._seen.items() if now - seen[0] < SEEN_SECONDS}
        self._seen[room.code, hashed(member)] = (now, room.step)
        return room

    def look(self, code: str, member: str, step: int) -> Room | None:
        """The room as it is now; None if it is gone or was never joined. That the member was seen at that
        step is written at most once in SEEN_SECONDS, a new step at once."""
        now, who = self.clock(), (plain_code(code), hashed(member))
        with self._reading() as connection:
            room = _room(connection, rooms.c.code == who[0])
            if room is None:
                self._seen.pop(who, None)
                return None
            at, before = self._seen.get(who, (-math.inf, -1))
            if step != before or not 0 <= now - at < SEEN_SECONDS:
                seen = {"seen": now, "step": bounded(step, MAX_STEP, "step")}
                if not connection.execute(update(members).where(_is(*who)).values(seen)).rowcount:
                    return None
                self._seen[who] = (now, step)
            return room

    def where(self, member: str) -> Room | None:
        """The room that a browser was seen in last, of those that are still open."""
        with self._reading() as connection:
            there = select(*_SHOWN).join(members).where(members.c.member == hashed(member), _OPEN)
            row = connection.execute(there.order_by(members.c.seen.desc()).limit(1)).first()
            return None if row is None else Room(*row)

    def answer(self, code: str, member: str, step: int, choice: int) -> None:
        """Store a choice at a step; a later one replaces it. Raises NoRoom for who is not a member, and once
        the answers of that step are shown."""
        bounded(step, MAX_STEP, "step")
        bounded(choice, MAX_CHOICE, "choice")
        who = (plain_code(code), hashed(member))
        with self._writing() as connection:
            room = _room(connection, rooms.c.code == who[0])
            if room is None or connection.scalar(select(members.c.number).where(_is(*who))) is None:
                raise NoRoom("You are not in this room; join it again.")
            if room.revealed and room.step == step:
                raise NoRoom("The answers to this step are shown; it is too late to predict.")
            this = and_(answers.c.room == who[0], answers.c.member == who[1], answers.c.step == step)
            said = {"choice": choice, "at": self.clock()}
            if not connection.execute(update(answers).where(this).values(said)).rowcount:
                keys = {"room": who[0], "member": who[1], "step": step}
                connection.execute(insert(answers).values(keys | said))

    def histogram(self, code: str, step: int) -> dict[int, int]:
        """How many members made each choice at a step."""
        counted = select(answers.c.choice, func.count()).group_by(answers.c.choice)
        with self._reading() as connection:
            here = counted.where(answers.c.room == plain_code(code), answers.c.step == step)
            return dict(connection.execute(here).all())

    def hand_in(self, code: str, member: str, after: bool, choices: Sequence[int | None]) -> None:
        """Store what was chosen at each question of the quiz, None for one that was left open; what was
        handed in before is kept. Raises NoRoom for who is not a member, and for numbers out of bounds."""
        bounded(len(choices), MAX_QUESTIONS, "number of questions")
        for choice in choices:
            bounded(0 if choice is None else choice, MAX_CHOICE, "choice")
        who = (plain_code(code), hashed(member))
        with self._writing() as connection:
            room = _room(connection, rooms.c.code == who[0])
            if room is None or connection.scalar(select(members.c.number).where(_is(*who))) is None:
                raise NoRoom("You are not in this room; join it again.")
            mine = and_(quiz_answers.c.room == who[0], quiz_answers.c.member == who[1])
            if connection.scalar(select(func.count()).where(mine, quiz_answers.c.after == after)):
                return
            row = {"room": who[0], "member": who[1], "after": after, "at": self.clock()}
            rows = [row | {"question": i, "choice": choice} for i, choice in enumerate(choices)]
            if rows:
                connection.execute(insert(quiz_answers), rows)

    def quiz(self, code: str) -> list[QuizAnswer]:
        """All that was answered in a room's quiz, before the lesson and then after it."""
        wanted = (
            select(
                members.c.number,
                members.c.nickname,
                quiz_answers.c.after,
                quiz_answers.c.question,
                quiz_answers.c.choice,
                quiz_answers.c.at - rooms.c.opened,
            )
            .select_from(quiz_answers)
            .join(
                members,
                and_(members.c.room == quiz_answers.c.room, members.c.member == quiz_answers.c.member),
            )
            .join(rooms, rooms.c.code == quiz_answers.c.room)
            .where(quiz_answers.c.room == plain_code(code))
            .order_by(quiz_answers.c.after, quiz_answers.c.question, members.c.number)
        )
        with self._reading() as connection:
            return [QuizAnswer(*row) for row in connection.execute(wanted).all()]

    def presence(self, code: str) -> Presence:
        """How many members are there now, and at which steps."""
        counted = select(members.c.step, func.count()).group_by(members.c.step)
        with self._reading() as connection:
            lately = members.c.seen >= self.clock() - HERE_SECONDS
            here = counted.where(members.c.room == plain_code(code), lately)
            at: dict[int, int] = dict(connection.execute(here).all())
        return Presence(sum(at.values()), at)

    # ---- shared ------------------------------------------------------------------------------------------

    def _check(self, code: str, secret: str) -> None:
        if not self.steers(code, secret):
            raise NoRoom("Only the browser that opened a room can steer it.")

    def _steered(self, code: str, secret: str, **changes: Any) -> Room:
        self._check(code, secret)
        this = rooms.c.code == plain_code(code)
        with self._writing() as connection:
            connection.execute(update(rooms).where(this).values(changes))
            room = _room(connection, this)
        if room is None:
            raise NoRoom("The room is over.")
        return room


@contextlib.contextmanager
def _plainly(what: str) -> Iterator[None]:
    """Raise what the database says as a NoRoom that begins with `what`."""
    try:
        yield
    except DatabaseError as error:
        raise NoRoom(f"{what}: {error}") from None


def _room(connection: Connection, which: Any) -> Room | None:
    """The open room of which a condition holds."""
    row = connection.execute(select(*_SHOWN).where(which, _OPEN)).first()
    return None if row is None else Room(*row)


def _is(code: str, hashed_member: str) -> Any:
    """The condition of one member's row."""
    return and_(members.c.room == code, members.c.member == hashed_member)


def _let_in(connection: Connection, room: Room, member: str, nickname: str, now: float) -> None:
    """Make a browser a member of a room, or give it another nickname. Raises NoRoom if the room is full."""
    who = (room.code, hashed(member))
    if connection.execute(update(members).where(_is(*who)).values(nickname=nickname, seen=now)).rowcount:
        return
    count = connection.scalar(select(func.count()).where(members.c.room == room.code)) or 0
    if count >= MAX_MEMBERS:
        raise NoRoom(f"The room is full: {count} are in it.")
    fresh = {"room": who[0], "member": who[1], "number": count + 1}
    fresh |= {"nickname": nickname, "step": room.step, "seen": now}
    connection.execute(insert(members).values(fresh))
