"""A method of one's own at work in a process of its own: what it does to that process, or that it never
ends, is felt by nobody else. Not on Windows, where no connection is handed to a process.

python -m explorer.leaderboard.own_process FD is that process: it says when it is ready, takes one function
with its arguments over the connection, and sends back what it returns.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from explorer.compute.device import prepare
from explorer.leaderboard.own_method import MethodError, OwnMethod, in_words

SECONDS = 120.0  # that a method may take, unless another number is given
SECONDS_RANGE = (1, 86_400)
STARTING = 300.0  # seconds that the process may take to begin: it imports all that it needs
LATE = 2.0  # seconds after which a process whose time is over is ended from outside
ENDING = 20.0  # seconds that a process may take to end by itself
READY, BEGUN, DONE, FAILED = "ready", "begun", "done", "failed"
ROOT = Path(__file__).resolve().parents[2]
STANDARD_ERROR = 2


def in_own_process(
    method: OwnMethod, function: Callable[..., Any], *arguments: Any, seconds: float = SECONDS
) -> Generator[float, None, Any]:
    """What function(method, *arguments) returns in a new process: yields the share of its time that is over.

    function    found by its name, with arguments and a value that can be pickled

    What the method prints goes to standard error. The process is ended when the generator is closed. Raises
    MethodError for whatever goes wrong, with the line of the method at which it happened.
    """
    if not SECONDS_RANGE[0] <= seconds <= SECONDS_RANGE[1]:
        raise ValueError(f"The time of {seconds:g} s is outside [{SECONDS_RANGE[0]}, {SECONDS_RANGE[1]:,}].")
    if sys.platform == "win32":
        raise method.complaint("methods of your own work on Linux and macOS only.")
    with tempfile.NamedTemporaryFile("r", prefix="own-method-") as place:
        process, connection = _started()
        try:
            yield from _message(connection, STARTING)
            _send(connection, (method, seconds, place.name, function, arguments))
            yield from _message(connection, STARTING)
            what, value = yield from _message(connection, seconds + LATE)
        except TimeoutError:
            line = _last_line(place.read(), method)
            raise method.complaint(f"it was ended after {seconds:g} s.", line) from None
        except (EOFError, OSError):
            code = _exit_code(process)
            raise method.complaint(f"its process ended by itself (exit code {code}).") from None
        finally:
            connection.close()
            process.kill()
            process.wait()
    if what == FAILED:
        raise MethodError(value)
    return value


def _started() -> tuple[subprocess.Popen[bytes], Connection]:
    """A new process and the connection to it."""
    ours, theirs = socket.socketpair()
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=os.environ | {"PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=STANDARD_ERROR,
        )
    return process, Connection(ours.detach())


def _exit_code(process: subprocess.Popen[bytes]) -> int | None:
    """With what a process ended that has closed its connection; None if it is still about to."""
    try:
        return process.wait(ENDING)
    except subprocess.TimeoutExpired:
        return None


def _message(connection: Connection, seconds: float) -> Generator[float, None, tuple[str, Any]]:
    """The next message of the process. Raises TimeoutError if there is none within so many seconds."""
    started = time.monotonic()
    while not connection.poll(0.05):
        spent = time.monotonic() - started
        if spent > seconds:
            raise TimeoutError
        yield min(spent / seconds, 1.0)
    message: tuple[str, Any] = pickle.loads(connection.recv_bytes())
    return message


def _send(connection: Connection, value: Any) -> None:
    """Send a value by its bytes alone: multiprocessing would share the memory of tensors, with processes of
    its own only."""
    connection.send_bytes(pickle.dumps(value))


def work(connection: Connection) -> None:
    """What the process does. When its time is over it writes where it is into the file that it was told."""
    prepare()
    _send(connection, (READY, None))
    method, seconds, place, function, arguments = pickle.loads(connection.recv_bytes())
    _send(connection, (BEGUN, None))
    with open(place, "w", encoding="utf-8") as traces:
        faulthandler.dump_traceback_later(seconds, file=traces)
        try:
            message = DONE, function(method, *arguments)
        except BaseException as error:
            message = FAILED, in_words(error, method)
        faulthandler.cancel_dump_traceback_later()
    _send(connection, message)


def _last_line(traces: str, method: OwnMethod) -> int | None:
    """The innermost line of the method in a trace that names the innermost call first."""
    found = re.search(rf'File "{re.escape(method.file)}", line (\d+)', traces)
    return None if found is None else int(found[1])


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
