"""What the tests of worker processes have them do."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np


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
        while True:
            started.write_text(str(os.getpid()))
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
