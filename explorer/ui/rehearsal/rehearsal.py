"""A class of thirty, played against a running server: how long it waits, in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from explorer.figures.words import seconds as in_seconds
from explorer.server.classroom.rooms import Rooms
from explorer.server.database import shared
from explorer.ui.rehearsal.protocol import BrowserError
from explorer.ui.rehearsal.student import Student

STUDENTS, LOOKING_SECONDS = 30, 20.0
BUDGET_SECONDS = 120.0  # for all of it, on a machine that is too slow
POLL_SECONDS, GOING_SECONDS = 0.05, 2.0
MOST_WITHIN = 0.4  # seconds; beyond it people's work begins to wait (Doherty and Thadani 1982)
REMEDY = "close other programs, or take two processes: README, *For a lecture*"


@dataclass(frozen=True)
class Rehearsal:
    """What a class that was played waited for.

    took     seconds of each look, until its answer was drawn, ascending
    errors   what went wrong, each in a sentence
    """

    students: int
    seconds: float
    took: tuple[float, ...]
    errors: tuple[str, ...] = ()

    def within(self, share: float) -> float:
        """The seconds within which that share of all answers came; the nearest rank."""
        return self.took[max(math.ceil(share * len(self.took)), 1) - 1]

    @property
    def bears(self) -> bool:
        """Whether such a class does not wait: 19 of 20 answers come in time, and nothing goes wrong."""
        return bool(self.took) and not self.errors and self.within(0.95) <= MOST_WITHIN

    @property
    def sentence(self) -> str:
        """How long the class waited, and whether it will."""
        class_of = f"a class of {self.students}"
        if not self.took:
            return f"No answer came in {self.seconds:.0f} s: {class_of} will wait; {REMEDY}."
        measured = (
            f"{self.students} students looked for {self.seconds:.0f} s: half of all {len(self.took):,} "
            f"answers came within {_milliseconds(self.within(0.5))}, 19 of 20 within "
            f"{_milliseconds(self.within(0.95))}"
        )
        if self.errors:
            count = len(self.errors)
            measured += f", and {count} went wrong ({self.errors[0].rstrip('.')})"
        return f"{measured}: {class_of} {'will not wait.' if self.bears else f'will wait; {REMEDY}.'}"


@dataclass(frozen=True)
class RehearsalUpdate:
    """How far a rehearsal is, and what it found once it is over."""

    share: float
    seconds_left: float
    found: Rehearsal | None = None


def rehearse(
    address: str, lesson: str, students: int = STUDENTS, seconds: float = LOOKING_SECONDS
) -> Generator[RehearsalUpdate, None, None]:
    """Play a class at the server of an address, in a room of its own that is removed afterwards.

    The class plays in a thread, so that it does not wait for those who ask how far it is.
    Raises ValueError if it cannot be played, or not within its budget.
    """
    rooms, secret = Rooms(shared()), secrets.token_urlsafe(16)
    room = rooms.open(lesson, secret)
    played = _Class([Student(address, seed, room.code) for seed in range(students)], seconds)
    try:
        played.start()
        begun = time.monotonic()
        while played.is_alive():
            if time.monotonic() - begun > BUDGET_SECONDS:
                raise ValueError(
                    f"The class was not done within {BUDGET_SECONDS:.0f} s: {students} are too many here."
                )
            yield RehearsalUpdate(*played.progress())
            played.join(POLL_SECONDS)
        yield RehearsalUpdate(1.0, 0.0, played.found())
    finally:
        played.stop()
        rooms.remove(room.code, secret)


class _Class(threading.Thread):
    """Students who come one after the other, look together, and leave."""

    COMING = 0.3  # of the whole, roughly: how long it takes until all are there

    def __init__(self, students: Sequence[Student], seconds: float) -> None:
        super().__init__(daemon=True)
        self._students, self._seconds = students, seconds
        self._there, self._looking_since = 0, math.inf
        self._failed: str | None = None
        self._loop = asyncio.new_event_loop()
        self._playing = self._loop.create_task(self._play())

    def run(self) -> None:
        try:
            self._loop.run_until_complete(self._playing)
        except asyncio.CancelledError:
            pass
        except (BrowserError, OSError) as error:
            self._failed = str(error)
        finally:
            self._loop.close()

    async def _play(self) -> None:
        try:
            for student in self._students:
                await student.take_the_lesson()
                self._there += 1
            self._looking_since = time.monotonic()
            until = self._looking_since + self._seconds
            await asyncio.gather(*(self._follow(student, until) for student in self._students))
        finally:
            await asyncio.gather(*(student.browser.close() for student in self._students))

    @staticmethod
    async def _follow(student: Student, until: float) -> None:
        try:
            await student.keep_looking(until)
        except BrowserError as error:
            student.browser.errors.append(str(error))

    def stop(self) -> None:
        """Send all home."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: they have gone
            self._loop.call_soon_threadsafe(self._playing.cancel)
        self.join(GOING_SECONDS)

    def progress(self) -> tuple[float, float]:
        """The share that is done, and roughly the seconds to the end."""
        looked = min(max(time.monotonic() - self._looking_since, 0.0) / self._seconds, 1.0)
        come = self._there / len(self._students)
        left = self._seconds * (1 - looked) + self._seconds * self.COMING * (1 - come)
        return self.COMING * come + (1 - self.COMING) * looked, left

    def found(self) -> Rehearsal:
        """What was measured. Raises ValueError if the class could not be played."""
        if self._failed is not None:
            raise ValueError(f"The class could not be played: {self._failed}")
        took = sorted(second for student in self._students for second in student.took)
        errors = sorted(error for student in self._students for error in student.browser.errors)
        return Rehearsal(len(self._students), self._seconds, tuple(took), tuple(errors))


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else in_seconds(seconds)
