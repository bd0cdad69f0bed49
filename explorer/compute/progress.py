"""Work in slices: generators that yield how far they are and return a value, and how long they take.

A slice is what happens between two yields. Who drives the generator may show, pause or stop between them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

Update = TypeVar("Update")
Mapped = TypeVar("Mapped")
Value = TypeVar("Value")


class WorkClock:
    """Seconds spent working; none pass while it is paused, as it is at first."""

    def __init__(self) -> None:
        self._before = 0.0
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._since is None else time.perf_counter() - self._since)

    def resume(self) -> None:
        self._since = time.perf_counter()

    def pause(self) -> None:
        self._before, self._since = self.seconds, None


def timed(work: Generator[Update, None, Value], clock: WorkClock) -> Generator[Update, None, Value]:
    """The same generator; the clock runs during its slices, and not between them."""
    while True:
        clock.resume()
        try:
            update = next(work)
        except StopIteration as end:
            return end.value
        finally:
            clock.pause()
        yield update


def seconds_left(seconds: float, share: float, begun: float = 0.0) -> float:
    """How long the rest of some work takes at its pace so far.

    seconds         of work so far, in which the share done rose from `begun` to `share`, both in [0, 1]
    """
    return seconds * (1 - share) / max(share - begun, 1e-9)


def finish(work: Generator[object, None, Value]) -> Value:
    """Run a generator to its end and return what it returns."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def map_progress(
    work: Generator[Update, None, Value], function: Callable[[Update], Mapped]
) -> Generator[Mapped, None, Value]:
    """Run a generator, yielding function(update) for each of its updates; returns what it returns."""
    while True:
        try:
            update = next(work)
        except StopIteration as end:
            return end.value
        yield function(update)


def rescaled(work: Generator[float, None, Value], start: float, end: float) -> Generator[float, None, Value]:
    """A generator of shares done in [0, 1] as a part of a larger one, in which it reaches from start to
    end."""
    return map_progress(work, lambda share: start + (end - start) * share)


def returning_last(updates: Iterable[Update]) -> Generator[Update, None, Update]:
    """The same updates, as a generator that returns the last of them. Raises ValueError if there is none."""
    update: Update | None = None
    for update in updates:
        yield update
    if update is None:
        raise ValueError("The work ended without an update.")
    return update
