"""Where a job's generator advances: here, in the thread that asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

U = TypeVar("U")


@dataclass(frozen=True)
class Elsewhere:
    """An update that says that another server does the work, and how far that is; until `rest_seconds` are
    over nothing is to be done here."""

    share: float
    seconds_left: float | None
    rest_seconds: float


Task = Callable[[], Iterator[U | Elsewhere]]  # makes the generator of a job


@dataclass(frozen=True)
class Ended:
    """A job has come to its end; what its generator returned."""

    value: Any


class Execution(Protocol):
    """A generator that advances in turns; nothing of it is made before the first."""

    def advance(self, seconds: float, turn: Turn) -> Ended | None:
        """Work for some seconds, or until nobody wants it or it is Elsewhere; how it ended, if it did. Raises
        what the generator raises."""

    def close(self) -> None:
        """Close the generator. Raises what that raises."""


class Turn(Protocol):
    """Who asks for a turn: told of updates, at least of the last one, and asked whether to go on.

    wanted      whether somebody waits for the job to advance
    left        whether nobody has it any more, so that all of it may be lost
    """

    def show(self, update: Any) -> None: ...
    def wanted(self) -> bool: ...
    def left(self) -> bool: ...


@dataclass(eq=False)
class InThread(Generic[U]):
    """A generator in the thread that advances it; it shares the interpreter with all other threads."""

    task: Task[U]
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._steps = lazily(self.task)

    def advance(self, seconds: float, turn: Turn) -> Ended | None:
        started = self.clock()
        while turn.wanted() and self.clock() - started < seconds:
            try:
                update = next(self._steps)
            except StopIteration as end:
                return Ended(end.value)
            turn.show(update)
            if isinstance(update, Elsewhere):
                break
        return None

    def close(self) -> None:
        self._steps.close()


def lazily(make: Task[U]) -> Generator[U | Elsewhere, None, Any]:
    """make()'s updates, with make called in the first next(), and not at all if closed before."""
    return (yield from make())
