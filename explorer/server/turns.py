"""Which of a server's jobs has the next turn: fair between owners, and only so many jobs at once."""

from __future__ import annotations

import itertools
from typing import Any

from explorer.server.line import Place, forecast, waiting_order
from explorer.server.tickets import Job, State


class Turns:
    """The turns of the jobs of a list, which others add to and remove from; its user holds a lock.

    jobs            not yet closed, in the order in which they came
    places          how many of them take turns
    workers         how many have a turn at once
    first_seconds   worker time that every job gets without a place
    """

    def __init__(self, jobs: list[Job[Any]], places: int, workers: int, first_seconds: float) -> None:
        self._jobs, self._places, self._workers, self._first_seconds = jobs, places, workers, first_seconds
        self._numbers = itertools.count(1)
        self._turn_of: dict[str, int] = {}  # the number of an owner's last turn

    def next(self, now: float) -> Job[Any] | None:
        """One that nobody wants any more, to be closed, or one of the owner who has waited longest."""
        free = [job for job in self._jobs if not job.in_worker]
        left = next((job for job in free if not job.tickets and not job.kept), None)
        if left is not None:
            return left
        for job in self._jobs:
            job.placed = job.placed and job.wanted and job.elsewhere is None
        for job in self._line()[: max(0, self._places - len(self._placed()))]:
            job.placed = True
        waits = [job for job in self._line() if job.busy_seconds >= self._first_seconds]
        for job in waits:
            job.state = job.state if job.in_worker else State.QUEUED
        able = [job for job in free if job.wanted and job not in waits and job.rests_until <= now]

        def waited(job: Job[Any]) -> tuple[int, int]:
            return min(self._turn_of.get(owner, 0) for owner in job.owners), job.turn

        return min(able, key=waited, default=None)

    def begin(self, job: Job[Any]) -> None:
        """Mark a job as in a worker, and its owners as those who had a turn last."""
        job.in_worker, job.state, job.turn = True, State.RUNNING, next(self._numbers)
        present = {owner for other in self._jobs for owner in other.owners}
        self._turn_of = {owner: self._turn_of.get(owner, 0) for owner in present}
        self._turn_of |= dict.fromkeys(job.owners, job.turn)

    def place(self, job: Job[Any]) -> Place | None:
        """Where a job waits in line; None if it does not."""
        line, free = self._line(), self._places - len(self._placed())
        if job not in line[max(0, free) :]:
            return None
        position = line.index(job) + 1
        return Place(position, self._forecast(line[:position])[-1][0])

    def seconds_left(self, job: Job[Any]) -> float | None:
        """Roughly, until a job ends, others' turns and the line included; None if not known."""
        line = self._line()
        order = [*self._placed(), *line]
        return self._forecast(line)[order.index(job)][1] if job in order else None

    def expected_seconds(self, work: float) -> float | None:
        """Roughly, until a job of so many seconds of work ended if it came now; None if not known."""
        return self._forecast(self._line(), work)[-1][1]

    def _placed(self) -> list[Job[Any]]:
        return [job for job in self._jobs if job.placed]

    def _line(self) -> list[Job[Any]]:
        waiting = (job for job in self._jobs if job.wanted and not job.placed and job.elsewhere is None)
        return waiting_order(waiting, self._placed())

    def _forecast(self, line: list[Job[Any]], *more: float) -> list[tuple[float | None, float | None]]:
        running, waiting = ([job.seconds_left for job in jobs] for jobs in (self._placed(), line))
        return forecast(running, [*waiting, *more], self._places, self._workers)
