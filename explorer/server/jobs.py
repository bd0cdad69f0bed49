"""Long computations for many people at once: shared, time-sliced, paused, stopped, and ended when nobody
looks at them any more.

A job is a generator. Every `next()` does a bounded piece of work (50 ms at most) and yields an immutable
update. Where it advances is up to its Execution: in a process of its own, or in a thread of the manager's
that others use between two yields, so that it must not hold a thread-wide setting across one.

Who asks for a job gets a ticket. Tickets belong to sessions (tabs), of which a browser, their owner, may have
several. Turns are fair between owners. Only so many jobs take turns; others wait in line, each after a first
short turn of its own, so that what is short never waits and how long the others take is known.
"""

import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from explorer.server.errors import sentence_of
from explorer.server.execution import Elsewhere, Execution, InThread, Task
from explorer.server.line import Place
from explorer.server.sessions import Sessions
from explorer.server.tickets import Job, State, Ticket
from explorer.server.turns import Turns

REMEMBERED_SECONDS = 600.0  # how long find() still knows a ticket after its end, and a stopped job is kept
REMEMBERED_TICKETS = 256  # ended tickets known at once; beyond it the oldest is forgotten
KEPT_JOBS, KEPT_BY_OWNER = 8, 2  # stopped jobs that can be resumed; beyond it the oldest is closed

log = logging.getLogger(__name__)
U = TypeVar("U")
Name = tuple[str, str]  # of a ticket: session and purpose


class Busy(RuntimeError):
    """The server is at its limit of jobs; the message is a sentence for the screen."""


@dataclass(eq=False, repr=False)
class JobManager:
    """Gives jobs their turns, a few at once, and ends those that nobody looks at any more."""

    workers: int = 1  # jobs that have a turn at once; a thread waits for each of them
    slice_seconds: float = 0.1  # a job's turn; then the owner that has waited longest goes on
    grace_seconds: float = 20.0  # how long a session's tickets outlive its last connection
    places: int = 12  # jobs that take turns; others wait in line
    first_seconds: float = 1.0  # worker time that every job gets without a place
    max_jobs: int = 64  # active at once, those in line and paused ones included
    max_owned: int = 12  # of them, of one owner
    budget_seconds: float = 900.0  # worker time after which a job is stopped
    clock: Callable[[], float] = time.monotonic
    execution: Callable[[Task[Any]], Execution] | None = None  # of a job; in a thread, if none is given

    def __post_init__(self) -> None:
        self._changed = threading.Condition()  # its lock guards all that follows
        self._closed = False
        self._sessions = Sessions(self.grace_seconds, self.clock)
        self._jobs: list[Job[Any]] = []  # not yet closed, in the order in which they came
        self._latest: dict[Name, Ticket[Any]] = {}
        self._forget_at: dict[Name, float] = {}  # ended tickets; first the oldest
        self._kept: dict[Job[Any], tuple[str, float]] = {}  # whose, until when; first the oldest
        self._numbers = itertools.count(1)
        self._turns = Turns(self._jobs, self.places, self.workers, self.first_seconds)
        names = [f"jobs-{i}" for i in range(self.workers)]
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        session: str,
        key: str,
        make: Task[U],
        *,
        purpose: str = "",
        about: Any = None,
        finished: Callable[[Any], object] | None = None,
    ) -> Ticket[U]:
        """Start the job, join the active one with this key, or resume one that was stopped and is kept; the
        session's earlier ticket of the same purpose is withdrawn.

        key         names the work completely
        make        makes the generator, where the job is executed, and only for a new job
        finished    is told what the generator returned, on a thread of the manager's, before the job counts
                    as done; what it raises fails the job

        Raises Busy, leaving the earlier job as it was, if a new job would be one too many.
        """
        with self._changed:
            if self._closed:
                raise RuntimeError("The server is shutting down and starts no more computations.")
            earlier, owner = self._find(session, purpose), self._sessions.owner_of(session)
            job = next((job for job in self._jobs if job.key == key and (job.tickets or job.kept)), None)
            if job is None or job.kept:
                self._require_room(owner, earlier)
            if job is None:
                execution = InThread(make, self.clock) if self.execution is None else self.execution(make)
                job = Job(key, execution, next(self._numbers), finished)
                self._jobs.append(job)
            if job.kept:
                del self._kept[job]
                job.kept = False
            ticket = Ticket(session, owner, purpose, job, about)
            job.tickets += (ticket,)  # before withdrawing: the earlier ticket may be on the same job
            if earlier is not None:
                self._withdraw(earlier)
            self._latest[session, purpose] = ticket
            self._forget_at.pop((session, purpose), None)
            self._changed.notify_all()
        return ticket

    def pause(self, ticket: Ticket[Any]) -> None:
        """Freeze the ticket's update; the job itself pauses once all who are on it have."""
        with self._changed:
            if ticket.active:
                self._freeze(ticket, State.PAUSED)

    def resume(self, ticket: Ticket[Any]) -> None:
        """Let a paused ticket follow its job again, where that is now."""
        with self._changed:
            if ticket._own is State.PAUSED:
                ticket._own = None
                self._changed.notify_all()

    def stop(self, ticket: Ticket[Any], wait: float = 0.5, *, keep: bool = False) -> None:
        """Withdraw the ticket: it is STOPPED at once. Its job is closed if nobody else is on it.

        In that case this returns when the generator has been closed, or after `wait` seconds.

        keep    do not close it: submitting the same key goes on where it was, while the session lasts, for
                REMEMBERED_SECONDS, and until KEPT_JOBS, or KEPT_BY_OWNER of the owner, were stopped since
        """
        with self._changed:
            self._withdraw(ticket, keep=keep)
            closes = not ticket._job.tickets and not ticket._job.kept
        if closes:
            ticket._job.ended.wait(wait)

    def discard(self, ticket: Ticket[Any]) -> None:
        """Stop the ticket and forget it; a job that is kept for it is closed."""
        with self._changed:
            self._withdraw(ticket)
            self._let_go(ticket._job)
            if self._latest.get(name := (ticket.session, ticket.purpose)) is ticket:
                del self._latest[name]
                self._forget_at.pop(name, None)

    def find(self, session: str, purpose: str = "") -> Ticket[Any] | None:
        """The session's most recent ticket of a purpose, if it is active or has not been forgotten since its
        end; without one, that of a session that it continues (see Sessions.predecessors)."""
        with self._changed:
            return self._find(session, purpose)

    def tickets(self, session: str) -> list[Ticket[Any]]:
        """All tickets that find() knows of a session, first the oldest."""
        with self._changed:
            names = {session, *self._sessions.predecessors(session)}
            purposes = [purpose for name, purpose in self._latest if name in names]
            found = [self._find(session, purpose) for purpose in dict.fromkeys(purposes)]
            return [ticket for ticket in found if ticket is not None]

    def may_inherit(self, session: str) -> bool:
        """Whether a session has just begun, and an older one of its owner with active tickets may turn out to
        be the same tab before it was reloaded."""
        with self._changed:
            older = self._sessions.siblings(session)
            return any(ticket.active for (name, _), ticket in self._latest.items() if name in older)

    def running(self) -> int:
        """The number of active jobs that are not paused; they share the workers, or wait to."""
        with self._changed:
            return sum(job.wanted for job in self._jobs)

    def place(self, ticket: Ticket[Any]) -> Place | None:
        """Where the ticket's job waits in line; None if it does not."""
        with self._changed:
            return self._turns.place(ticket._job) if ticket.state is State.QUEUED else None

    def seconds_left(self, ticket: Ticket[Any]) -> float | None:
        """Roughly, until the ticket's job ends, others' turns and the line included; None if not known."""
        with self._changed:
            if ticket.elsewhere is not None:
                return ticket.elsewhere.seconds_left
            return None if ticket.state is State.PAUSED else self._turns.seconds_left(ticket._job)

    def expected_seconds(self, work: float) -> float | None:
        """Roughly, until a job of so many seconds of work ended if it came now; None if not known."""
        with self._changed:
            return self._turns.expected_seconds(work)

    def attach(self, session: str, owner: str | None = None) -> None:
        """Count one more connection of a session of this owner; a deadline set by detach() is cancelled."""
        with self._changed:
            self._sessions.attach(session, owner or session)

    def detach(self, session: str) -> None:
        """Count one connection less; after the last, the session's tickets are withdrawn in grace_seconds,
        unless it comes back or another session continues it."""
        with self._changed:
            self._sessions.detach(session)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop every job and end the threads, waiting at most two seconds for each."""
        with self._changed:
            self._closed = True
            for ticket in self._latest.values():
                self._withdraw(ticket)
            for job in list(self._kept):
                self._let_go(job)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(2.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Under the lock: tickets.

    def _find(self, session: str, purpose: str) -> Ticket[Any] | None:
        self._sweep()
        if (session, purpose) not in self._latest:
            for other in self._sessions.predecessors(session):
                ticket = self._latest.get((other, purpose))
                if ticket is not None and (ticket.active or ticket.resumable or ticket.error):
                    self._hand_over(ticket, session)
                    break
        return self._latest.get((session, purpose))

    def _hand_over(self, ticket: Ticket[Any], session: str) -> None:
        old, new = (ticket.session, ticket.purpose), (session, ticket.purpose)
        ticket.session = session
        self._latest[new] = self._latest.pop(old)
        if old in self._forget_at:
            self._forget_at[new] = self._forget_at.pop(old)
            self._forget_at = dict(sorted(self._forget_at.items(), key=lambda one: one[1]))

    def _require_room(self, owner: str, earlier: Ticket[Any] | None) -> None:
        active = [job for job in self._jobs if job.tickets]
        if earlier is not None and earlier._job.tickets == (earlier,):
            active.remove(earlier._job)  # it makes room
        owned = sum(any(ticket.owner == owner for ticket in job.tickets) for job in active)
        if owned >= self.max_owned:
            raise Busy(f"{owned} computations of yours are under way on this server, the most one may have.")
        if len(active) >= self.max_jobs:
            raise Busy(f"{len(active)} computations are under way on this server, the most it takes.")

    def _freeze(self, ticket: Ticket[Any], state: State) -> None:
        if ticket._own is None:
            ticket._frozen = ticket._job.update  # before _own, for readers without the lock
        ticket._own = state

    def _withdraw(self, ticket: Ticket[Any], *, keep: bool = False) -> None:
        if not ticket.active:
            return
        job = ticket._job
        if keep and job.tickets == (ticket,):  # before it has no tickets: a worker would close it
            job.kept = True
            self._kept[job] = ticket.owner, self.clock() + REMEMBERED_SECONDS
            mine = [other for other, (owner, _) in self._kept.items() if owner == ticket.owner]
            for other in [*mine[:-KEPT_BY_OWNER], *list(self._kept)[:-KEPT_JOBS]]:
                self._let_go(other)
        self._freeze(ticket, State.STOPPED)
        self._remember(ticket)
        job.tickets = tuple(other for other in job.tickets if other is not ticket)
        self._changed.notify_all()

    def _let_go(self, job: Job[Any]) -> None:
        """Have a worker close a job that was kept."""
        self._kept.pop(job, None)
        job.kept = False
        self._changed.notify_all()

    def _remember(self, ticket: Ticket[Any]) -> None:
        name = (ticket.session, ticket.purpose)
        if self._latest.get(name) is ticket:
            self._forget_at.pop(name, None)  # so that the order stays that of the ends
            self._forget_at[name] = self.clock() + REMEMBERED_SECONDS

    def _sweep(self) -> float | None:
        """Withdraw from those who are gone, forget old ends; returns the seconds until there is more to
        sweep, or a job has rested."""
        now = self.clock()
        for session in self._sessions.take_overdue():
            for (name, _), ticket in self._latest.items():
                if name == session:
                    self._withdraw(ticket)
                    if ticket._own is State.STOPPED and not ticket._job.tickets:
                        self._let_go(ticket._job)
        excess = len(self._forget_at) - REMEMBERED_TICKETS
        for i, (ended, due) in enumerate(list(self._forget_at.items())):
            if i < excess or due <= now:
                del self._forget_at[ended], self._latest[ended]
        for job, (_, due) in list(self._kept.items()):
            if due <= now:
                self._let_go(job)
        self._sessions.forget(keep={name for name, _ in self._latest})
        dues = [*self._forget_at.values(), *(due for _, due in self._kept.values())]
        dues += self._sessions.deadlines()
        dues += [job.rests_until for job in self._jobs if job.wanted and job.rests_until > now]
        return min(dues) - now if dues else None

    # On a worker thread.

    def _take(self) -> Job[Any] | None:
        """Wait for a job to close or to advance, and mark it as in a worker; None once all is closed."""
        with self._changed:
            while True:
                idle_seconds = self._sweep()
                job = self._turns.next(self.clock())
                if job is not None:
                    self._turns.begin(job)
                    return job
                if self._closed:
                    return None
                self._changed.wait(idle_seconds)

    def _work(self) -> None:
        while (job := self._take()) is not None:
            end, error = self._advance(job)
            if end is not None:
                try:
                    job.execution.close()
                except BaseException:
                    log.exception("job %s: closing failed", job.key)
            with self._changed:
                job.in_worker = False
                if end is not None:
                    self._jobs.remove(job)
                    self._let_go(job)
                    for ticket in job.tickets:
                        self._remember(ticket)
                    job.tickets, job.error, job.placed = (), error, False
                    job.state = end  # last, for readers without the lock
                    job.ended.set()

    def _advance(self, job: Job[Any]) -> tuple[State | None, str | None]:
        """Give the job its turn; returns how it ended, if it did, and why."""
        started = self.clock()
        try:
            ended = job.execution.advance(self.slice_seconds, _Turn(job, self))
            if ended is not None:
                if job.finished is not None:
                    job.finished(ended.value)
                return State.DONE, None
        except BaseException as error:
            log.exception("job %s failed", job.key)
            return State.FAILED, sentence_of(error)
        finally:
            job.busy_seconds += self.clock() - started
        if not job.tickets and not job.kept:
            return State.STOPPED, None
        if job.busy_seconds > self.budget_seconds:
            bound = f"its limit of {self.budget_seconds:g} seconds of computing time"
            return State.STOPPED, f"The computation was stopped at {bound}."
        return None, None

    def _left(self, job: Job[Any]) -> bool:
        with self._changed:
            self._sweep()  # all other threads of the manager's may be in turns as well
            return not job.tickets and not job.kept


@dataclass(frozen=True)
class _Turn:
    """As execution.Turn has it."""

    job: Job[Any]
    manager: JobManager

    def show(self, update: Any) -> None:
        if isinstance(update, Elsewhere):
            self.job.elsewhere = update
            self.job.rests_until = self.manager.clock() + update.rest_seconds
        else:
            self.job.update, self.job.elsewhere = update, None

    def wanted(self) -> bool:
        return self.job.wanted

    def left(self) -> bool:
        return self.manager._left(self.job)
