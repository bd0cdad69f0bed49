"""A job, and the tickets of those who asked for it."""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

U = TypeVar("U")


class State(StrEnum):
    """QUEUED until the first slice, then RUNNING (also between slices); the last three are ends."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(eq=False)
class Job(Generic[U]):
    """One computation; changed under the manager's lock, except for update and busy_seconds (the worker)."""

    key: str
    steps: Generator[U, None, None]
    tickets: tuple[Ticket[U], ...] = ()  # empty: nobody is left, or it has ended
    in_worker: bool = False
    state: State = State.QUEUED
    error: str | None = None
    update: U | None = None
    busy_seconds: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def wanted(self) -> bool:
        """Whether somebody on it has not paused."""
        return any(ticket._own is None for ticket in self.tickets)


class Ticket(Generic[U]):
    """One owner's share in a job that others may share. Read it from any thread; no lock is taken.

    A paused ticket does not change, whatever its job does meanwhile for another owner. If the job ends, its
    end, last update and error show on resuming.
    """

    def __init__(self, owner: str, job: Job[U]) -> None:
        self.owner, self.key = owner, job.key
        self._job = job
        self._own: State | None = None  # PAUSED or STOPPED by this owner; None: as the job
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
    def error(self) -> str | None:
        """Why the job failed, or was stopped by the server: one sentence for the screen."""
        return None if self._own else self._job.error

    def wait(self, seconds: float) -> bool:
        """Wait until the job has ended, at most so long; whether it has."""
        return self._job.ended.wait(seconds)

    @property
    def busy_seconds(self) -> float:
        """Worker time spent on the job so far, for all its owners together."""
        return self._job.busy_seconds

    @property
    def sharers(self) -> int:
        """Owners now on the job, this one included; 0 once it has ended."""
        return len(self._job.tickets)
