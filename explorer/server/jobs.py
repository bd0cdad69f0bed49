"""Long computations for many people at once: shared, time-sliced, paused, stopped, and ended when nobody
looks at them any more.

A job is a generator. Every `next()` does a bounded piece of work (50 ms at most) and yields an immutable
update. Other jobs use its thread between two yields: it must not hold a thread-wide setting across one.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from explorer.server.errors import sentence_of
from explorer.server.page_priority import PagePriority
from explorer.server.tickets import Job, State, Ticket

REMEMBERED_SECONDS = 600.0  # how long find() still knows a ticket after its end
PAGE_SECONDS = 0.05  # at most, before each piece of work, for pages that are being drawn
REMEMBERED_TICKETS = 256  # ended tickets known at once; beyond it the oldest is forgotten

log = logging.getLogger(__name__)
U = TypeVar("U")


class Busy(RuntimeError):
    """The server is at its limit of jobs; the message is a sentence for the screen."""


@dataclass(eq=False, repr=False)
class JobManager:
    """Runs jobs in turn on a few worker threads, and ends those that nobody looks at any more."""

    workers: int = 1  # threads; a job is on one of them at a time
    slice_seconds: float = 0.1  # a job's turn; then the one that has waited longest goes on
    grace_seconds: float = 20.0  # how long an owner's ticket outlives the owner's last detach()
    max_jobs: int = 32  # active at once, paused ones included
    budget_seconds: float = 900.0  # worker time after which a job is stopped
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._changed = threading.Condition()  # its lock guards all that follows
        self._closed = False
        self._pages = PagePriority()
        self._jobs: list[Job[Any]] = []  # not yet closed; first the one that has waited longest
        self._latest: dict[str, Ticket[Any]] = {}  # by owner, as the next three
        self._forget_at: dict[str, float] = {}  # ended tickets; first the oldest
        self._withdraw_at: dict[str, float] = {}  # owners who have detached
        self._tabs: dict[str, int] = {}
        names = [f"jobs-{i}" for i in range(self.workers)]
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def submit(self, owner: str, key: str, make: Callable[[], Iterator[U]]) -> Ticket[U]:
        """Start the job, or join the active one with this key; the owner's earlier ticket is withdrawn.

        `key` must name the work completely. `make` is called on a worker thread, and only for a new job.
        Raises Busy, leaving the owner's earlier job as it was, if a new job would be one too many.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("The server is shutting down and starts no more computations.")
            earlier = self._latest.get(owner)
            active = [job for job in self._jobs if job.tickets]
            job = next((job for job in active if job.key == key), None)
            if job is None:
                makes_room = earlier is not None and earlier._job.tickets == (earlier,)
                if len(active) - makes_room >= self.max_jobs:
                    full = f"{len(active)} of at most {self.max_jobs} computations are running"
                    raise Busy(f"{full} on this server; try again in a minute.")
                job = Job(key, _lazily(make))
                self._jobs.append(job)
            ticket = Ticket(owner, job)
            job.tickets += (ticket,)  # before withdrawing: the earlier ticket may be on the same job
            if earlier is not None:
                self._withdraw(earlier)
            self._latest[owner] = ticket
            self._forget_at.pop(owner, None)
            self._changed.notify_all()
        return ticket

    def pause(self, ticket: Ticket[Any]) -> None:
        """Freeze the ticket's update; the job itself pauses once all its owners have."""
        with self._changed:
            if ticket.active:
                self._freeze(ticket, State.PAUSED)

    def resume(self, ticket: Ticket[Any]) -> None:
        """Let a paused ticket follow its job again, where that is now."""
        with self._changed:
            if ticket._own is State.PAUSED:
                ticket._own = None
                self._changed.notify_all()

    def stop(self, ticket: Ticket[Any], wait: float = 0.5) -> None:
        """Withdraw the ticket: it is STOPPED at once. Its job is closed if nobody else is on it.

        In that case this returns when the generator has been closed, or after `wait` seconds.
        """
        with self._changed:
            self._withdraw(ticket)
            alone = not ticket._job.tickets
        if alone:
            ticket._job.ended.wait(wait)

    def find(self, owner: str) -> Ticket[Any] | None:
        """The owner's most recent ticket, if it is active or has not been forgotten since its end."""
        with self._changed:
            self._sweep()
            return self._latest.get(owner)

    def running(self) -> int:
        """The number of active jobs that are not paused; they share the workers."""
        with self._changed:
            return sum(job.wanted for job in self._jobs)

    def drawing(self) -> AbstractContextManager[None]:
        """Within the block, jobs wait for the page that is drawn."""
        return self._pages.drawing()

    def attach(self, owner: str) -> None:
        """Count one more tab of this owner; a deadline set by detach() is cancelled."""
        with self._changed:
            self._tabs[owner] = self._tabs.get(owner, 0) + 1
            self._withdraw_at.pop(owner, None)

    def detach(self, owner: str) -> None:
        """Count one tab less; after the last, the owner's ticket is withdrawn in grace_seconds."""
        with self._changed:
            tabs = self._tabs.pop(owner, 0) - 1
            if tabs > 0:
                self._tabs[owner] = tabs
            elif tabs == 0:
                self._withdraw_at[owner] = self.clock() + self.grace_seconds
                self._changed.notify_all()

    def close(self) -> None:
        """Stop every job and end the threads, waiting at most two seconds for each."""
        with self._changed:
            self._closed = True
            for ticket in self._latest.values():
                self._withdraw(ticket)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(2.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Under the lock.

    def _freeze(self, ticket: Ticket[Any], state: State) -> None:
        if ticket._own is None:
            ticket._frozen = ticket._job.update  # before _own, for readers without the lock
        ticket._own = state

    def _withdraw(self, ticket: Ticket[Any]) -> None:
        if ticket.active:
            self._freeze(ticket, State.STOPPED)
            self._remember(ticket)
            ticket._job.tickets = tuple(other for other in ticket._job.tickets if other is not ticket)
            self._changed.notify_all()

    def _remember(self, ticket: Ticket[Any]) -> None:
        if self._latest.get(ticket.owner) is ticket:
            self._forget_at.pop(ticket.owner, None)  # so that the order stays that of the ends
            self._forget_at[ticket.owner] = self.clock() + REMEMBERED_SECONDS

    def _sweep(self) -> float | None:
        """Withdraw overdue owners, forget old ends; returns the seconds until there is more to sweep."""
        now = self.clock()
        for owner in [owner for owner, due in self._withdraw_at.items() if due <= now]:
            del self._withdraw_at[owner]
            if owner in self._latest:
                self._withdraw(self._latest[owner])
        excess = len(self._forget_at) - REMEMBERED_TICKETS
        for i, (owner, due) in enumerate(list(self._forget_at.items())):
            if i < excess or due <= now:
                del self._forget_at[owner], self._latest[owner]
        dues = [*self._withdraw_at.values(), *self._forget_at.values()]
        return min(dues) - now if dues else None

    # On a worker thread, without the lock.

    def _work(self) -> None:
        while (job := self._take()) is not None:
            end, error = self._advance(job)
            if end is not None:
                try:
                    job.steps.close()
                except BaseException:
                    log.exception("job %s: closing failed", job.key)
            with self._changed:
                job.in_worker = False
                if end is not None:
                    self._jobs.remove(job)
                    for ticket in job.tickets:
                        self._remember(ticket)
                    job.tickets, job.error = (), error
                    job.state = end  # last, for readers without the lock
                    job.ended.set()

    def _take(self) -> Job[Any] | None:
        """Wait for a job to close or to advance, and mark it as in a worker; None once all is closed."""
        with self._changed:
            while True:
                idle_seconds = self._sweep()
                free = [job for job in self._jobs if not job.in_worker]
                job = next((job for job in free if not job.tickets), None)  # nobody is left: close it first
                job = job or next((job for job in free if job.wanted), None)
                if job is not None:
                    self._jobs.remove(job)
                    self._jobs.append(job)
                    job.in_worker, job.state = True, State.RUNNING
                    return job
                if self._closed:
                    return None
                self._changed.wait(idle_seconds)

    def _advance(self, job: Job[Any]) -> tuple[State | None, str | None]:
        """Give the job its slice; returns how it ended, if it did, and why."""
        started = self.clock()
        try:
            while job.wanted and self.clock() - started < self.slice_seconds:
                if len(self._jobs) > 1:
                    self._pages.wait_for_pages(PAGE_SECONDS)
                job.update = next(job.steps)
        except StopIteration:
            return State.DONE, None
        except BaseException as error:
            log.exception("job %s failed", job.key)
            return State.FAILED, sentence_of(error)
        finally:
            job.busy_seconds += self.clock() - started
        if not job.tickets:
            return State.STOPPED, None
        if job.busy_seconds > self.budget_seconds:
            bound = f"its limit of {self.budget_seconds:g} seconds of computing time"
            return State.STOPPED, f"The computation was stopped at {bound}."
        return None, None


def _lazily(make: Callable[[], Iterator[U]]) -> Generator[U, None, None]:
    """make()'s updates, with make called in the first next(), and not at all if closed before."""
    yield from make()
