"""The line before a server's places: in which order jobs get one, and roughly when."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from explorer.server.tickets import Job

J = TypeVar("J", bound=Job[Any])


@dataclass(frozen=True)
class Place:
    """Where a job waits: 1 is next. seconds: roughly, until it gets a place; None if that is not known."""

    position: int
    seconds: float | None


def waiting_order(waiting: Iterable[J], placed: Collection[J]) -> list[J]:
    """The jobs that wait, in the order in which they get a place.

    An owner's first job goes before everybody's second, that before all third ones, and so on, where the jobs
    that have a place count; among equals who came first goes first. A job of several owners goes with the
    one who has fewest.
    """
    held = Counter(owner for job in placed for owner in job.owners)
    rounds: dict[int, int] = {}
    waiting = sorted(waiting, key=lambda job: job.number)
    for job in waiting:
        rounds[job.number] = min((held[owner] for owner in job.owners), default=0)
        held.update(job.owners)
    return sorted(waiting, key=lambda job: (rounds[job.number], job.number))


def forecast(
    running: Sequence[float | None], waiting: Sequence[float | None], places: int, workers: int
) -> list[tuple[float | None, float | None]]:
    """When each job gets its place and when it ends, in seconds from now, None where nobody knows: first
    those that run, then those that wait.

    running, waiting    worker time that each still takes, in seconds; None if nobody knows
    places              how many take turns at once
    workers             threads that they share equally

    The jobs that run share the workers; whenever one ends, the first in line takes its place.
    """
    seconds = [math.inf if one is None else one for one in (*running, *waiting)]
    left = dict(enumerate(seconds[: len(running)]))
    begun, ended = dict.fromkeys(left, 0.0), dict[int, float]()
    line = list(enumerate(seconds[len(running) :], len(running)))
    now = 0.0
    while left or line:
        while line and len(left) < places:
            number, work = line.pop(0)
            left[number], begun[number] = work, now
        least = min(left.values())
        if math.isinf(least):
            break
        pace = min(1.0, workers / len(left))  # of each
        now += least / pace
        left = {number: work - least for number, work in left.items()}
        for number in [number for number, work in left.items() if work <= 1e-9]:
            del left[number]
            ended[number] = now
    return [(begun.get(number), ended.get(number)) for number in range(len(seconds))]
