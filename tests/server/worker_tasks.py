"""What the tests of worker processes have them do."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from explorer.server.leases import computed_once


@dataclass(frozen=True, eq=False)
class Part:
    numbers: np.ndarray


@dataclass(frozen=True, eq=False)
class Parts:
    process: int
    step: int
    parts: tuple[Part, ...]


def counting(count: int, seconds: float = 0.0) -> Iterator[int]:
    for number in range(1, count + 1):
        time.sleep(seconds)
        yield number
    return "counted"


def growing(count: int) -> Iterator[Parts]:
    """A record that holds one part more at every step."""
    parts: tuple[Part, ...] = ()
    for step in range(count):
        parts += (Part(np.full(1_000, step)),)
        yield Parts(os.getpid(), step, parts)
        time.sleep(0.02)
    return parts


def never_yielding(started: Path) -> Iterator[int]:
    yield 1
    started.write_text(str(os.getpid()))
    time.sleep(600)


def closing(started: Path, closed: Path) -> Iterator[int]:
    try:
        started.write_text(str(os.getpid()))
        while True:
            yield 1
            time.sleep(0.001)
    finally:
        closed.write_text("closed")


def failing() -> Iterator[int]:
    yield 1
    raise ValueError("The width 0 is outside [1, 4096].")


def taking_memory() -> Iterator[int]:
    held = []
    while True:
        held.append(np.empty(100_000_000, np.uint8))
        yield len(held)


def returning_what_cannot_be_sent() -> Iterator[int]:
    yield 1
    return threading.Lock()


def process() -> Iterator[int]:
    yield os.getpid()
    return os.getppid()


@dataclass(frozen=True)
class Share:
    process: int
    share: float
    seconds_left: float | None


def stored_once(result: Path) -> Iterator[Share]:
    """Work of a second or two, whose result is stored and not computed again."""
    return computed_once("stored once", partial(_stored_once, result))


def _stored_once(result: Path) -> Iterator[Share]:
    if result.exists():
        return
    for number in range(1, 81):
        yield Share(os.getpid(), number / 80, None)
        time.sleep(0.03)
    with result.open("a") as file:
        file.write("computed\n")


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
