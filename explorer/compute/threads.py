"""Numbered pieces of work over Python threads: PyTorch lets go of the interpreter while it computes.

What comes out does not depend on the number of threads, as long as every piece draws from a generator of its
own. One thread of PyTorch for each is faster than several for one: nothing waits at a barrier.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Value = TypeVar("Value")

WORKERS_RANGE = (1, 256)
POLL_SECONDS = 0.05


def ordered_map(
    work: Callable[[int], Value], count: int, workers: int = 1, *, poll: float = POLL_SECONDS
) -> Iterator[Value | None]:
    """work(0), work(1), ..., work(count - 1), in that order, so many at once; None after every `poll`
    seconds of waiting for the next, so that the caller can do other things.

    At most `workers` pieces are begun before they are asked for; when the generator is closed those that are
    under way come to their end and no more are begun. Raises ValueError for workers outside [1, 256], and
    what a piece raises.
    """
    if not WORKERS_RANGE[0] <= workers <= WORKERS_RANGE[1]:
        raise ValueError(f"The number of workers {workers} is outside [1, {WORKERS_RANGE[1]}].")
    begun: deque[Future[Value]] = deque()
    with ThreadPoolExecutor(workers, "chunks") as pool:
        try:
            for number in range(count):
                begun.append(pool.submit(work, number))
                if len(begun) > workers:
                    yield from _waited(begun.popleft(), poll)
            while begun:
                yield from _waited(begun.popleft(), poll)
        finally:
            for piece in begun:
                piece.cancel()


def _waited(piece: Future[Value], poll: float) -> Iterator[Value | None]:
    """None while a piece is under way, then its value."""
    while not piece.done():
        wait([piece], poll)
        if not piece.done():
            yield None
    yield piece.result()
