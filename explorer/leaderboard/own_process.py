"""A method of one's own at work in a process of its own: what it does to that process, or that it never
ends, is felt by nobody else."""

from __future__ import annotations

import faulthandler
import multiprocessing
import re
import tempfile
import time
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from typing import Any

from explorer.compute.device import prepare
from explorer.leaderboard.own_method import MethodError, OwnMethod, in_words

SECONDS = 120.0  # that a method may take, unless another number is given
SECONDS_RANGE = (1, 86_400)
STARTING = 120.0  # seconds that the process may take to begin: it imports all that it needs
LATE = 2.0  # seconds after which a process whose time is over is ended from outside
BEGUN, DONE, FAILED = "begun", "done", "failed"


def in_own_process(
    method: OwnMethod, function: Callable[..., Any], *arguments: Any, seconds: float = SECONDS
) -> Generator[float, None, Any]:
    """What function(method, *arguments) returns in a new process: yields the share of its time that is over.

    function    found by its name, with arguments and a value that can be pickled

    The process is ended when the generator is closed. Raises MethodError for whatever goes wrong, with the
    line of the method at which it happened.
    """
    if not SECONDS_RANGE[0] <= seconds <= SECONDS_RANGE[1]:
        raise ValueError(f"The time of {seconds:g} s is outside [{SECONDS_RANGE[0]}, {SECONDS_RANGE[1]:,}].")
    context = multiprocessing.get_context("spawn")  # a process with threads cannot be forked safely
    ours, theirs = context.Pipe(duplex=False)
    with tempfile.NamedTemporaryFile("r", prefix="own-method-") as place, ours:
        process = context.Process(
            target=_work, args=(theirs, method, seconds, place.name, function, arguments), daemon=True
        )
        process.start()
        theirs.close()
        try:
            _, _ = yield from _message(ours, STARTING)
            what, value = yield from _message(ours, seconds + LATE)
        except TimeoutError:
            line = _last_line(place.read(), method)
            raise method.complaint(f"it was ended after {seconds:g} s.", line) from None
        except (EOFError, OSError):
            process.join(LATE)
            raise method.complaint(f"its process ended by itself (exit code {process.exitcode}).") from None
        finally:
            process.kill()
            process.join()
    if what == FAILED:
        raise MethodError(value)
    return value


def _message(connection: Connection, seconds: float) -> Generator[float, None, tuple[str, Any]]:
    """The next message of the process. Raises TimeoutError if there is none within so many seconds."""
    started = time.monotonic()
    while not connection.poll(0.05):
        spent = time.monotonic() - started
        if spent > seconds:
            raise TimeoutError
        yield min(spent / seconds, 1.0)
    message: tuple[str, Any] = connection.recv()
    return message


def _work(
    connection: Connection,
    method: OwnMethod,
    seconds: float,
    place: str,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
) -> None:
    """What the process does. When its time is over it writes where it is into the file `place`."""
    prepare()
    connection.send((BEGUN, None))
    with open(place, "w", encoding="utf-8") as traces:
        faulthandler.dump_traceback_later(seconds, file=traces)
        try:
            message = DONE, function(method, *arguments)
        except BaseException as error:
            message = FAILED, in_words(error, method)
        faulthandler.cancel_dump_traceback_later()
    connection.send(message)


def _last_line(traces: str, method: OwnMethod) -> int | None:
    """The innermost line of the method in a trace that names the innermost call first."""
    found = re.search(rf'File "{re.escape(method.file)}", line (\d+)', traces)
    return None if found is None else int(found[1])
