"""A job, and the tickets of those who asked for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from explorer.server.execution import Elsewhere, Execution

U = TypeVar("U")


class State(StrEnum):
    """QUEUED before its first turn, and again while it waits for a place; RUNNING also between its turns; the
    last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(eq=False)
class Job(Generic[U]):
    """One computation; changed under the manager's lock, except for update and busy_seconds (the worker).

    number      counts jobs in the order in which they came
    finished    is told what it returned
    placed      whether it has one of the places of those that take turns
    turn        the number of its last turn; 0 before the first
    kept        whether it was stopped by its last owner and can be resumed
    elsewhere   how far another server is, as long as that does the work; rests_until: when to look again
    """

    key: str
    execution: Execution
    number: int = 0
    finished: Callable[[Any], object] | None = None
    tickets: tuple[Ticket[U], ...] = ()  # empty: nobody is left, or it has ended
    in_worker: bool = False
    placed: bool = False
    turn: int = 0
    kept: bool = False
    state: State = State.QUEUED
    error: str | None = None
    update: U | None = None
    elsewhere: Elsewhere | None = None
    rests_until: float = 0.0
    busy_seconds: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def wanted(self) -> bool:
        """Whether somebody on it has not paused."""
        return any(ticket._own is None for ticket in self.tickets)

    @property
    def owners(self) -> frozenset[str]:
        """Who waits for it to go on."""
        return frozenset(ticket.owner for ticket in self.tickets if ticket._own is None)

    @property
    def seconds_left(self) -> float | None:
        """Worker time until its end, as far as its updates tell: by `seconds_left`, or as a share done."""
        update: Any = self.update
        if isinstance(update, float):
            return self.busy_seconds * (1 - update) / update if 0 < update <= 1 else None
        left = getattr(update, "seconds_left", None)
        return float(left) if isinstance(left, (int, float)) else None


class Ticket(Generic[U]):
    """A session's share in a job that others may share. Read it from any thread; no lock is taken.

    A paused ticket does not change, whatever its job does meanwhile for another session. If the job ends, its
    end, last update and error show on resuming.

    session, owner      whose it is: a tab, and the browser that it belongs to
    purpose             what the session has the job for; it has one ticket of each purpose at a time
    about               what the session said of it when it asked; for a screen
    """

    def __init__(self, session: str, owner: str, purpose: str, job: Job[U], about: Any = None) -> None:
        self.session, self.owner, self.purpose, self.about = session, owner, purpose, about
        self.key = job.key
        self._job = job
        self._own: State | None = None  # PAUSED or STOPPED by this session; None: as the job
        self._frozen: U | None = None  # the update while _own is set

    @property
    def state(self) -> State:
        return self._own or self._job.state

    @property
    def active(self) -> bool:
        return self.state in (State.QUEUED, State.RUNNING, State.PAUSED)

    @property
    def update(self) -> U | None:
        """The latest update, None before the first; paused or stopped, the one that was latest then."""
        return self._frozen if self._own else self._job.update

    @property
    def elsewhere(self) -> Elsewhere | None:
        """How far another server is that does the work, if one does; there are no updates meanwhile."""
        return None if self._own else self._job.elsewhere

    @property
    def error(self) -> str | None:
        """Why the job failed, or was stopped by the server: one sentence for the screen."""
        return None if self._own else self._job.error

    @property
    def resumable(self) -> bool:
        """Whether it was stopped and its job can go on where it was: it is kept, or others are on it."""
        return self._own is State.STOPPED and (self._job.kept or bool(self._job.tickets))

    def wait(self, seconds: float) -> bool:
        """Wait until the job has ended, at most so long; whether it has."""
        return self._job.ended.wait(seconds)

    @property
    def busy_seconds(self) -> float:
        """Worker time spent on the job so far, for all who are on it together."""
        return self._job.busy_seconds

    @property
    def sharers(self) -> int:
        """Tickets now on the job, this one included; 0 once it has ended."""
        return len(self._job.tickets)
