"""Jobs in processes of their own: each has one, forked from a template, for as long as it lives.

What one does to its process (takes its memory, kills it, never yields) is felt by none of the others.
Linux only: elsewhere a process with its threads and libraries cannot be forked safely.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from explorer.server import worker
from explorer.server.execution import Ended, Task, Turn
from explorer.server.messages import Incoming

U = TypeVar("U")
AVAILABLE = sys.platform == "linux"
LEFT_SECONDS = 0.5  # that a worker may go on without a yield when nobody has its job any more
LOOK_SECONDS = 0.05  # between two looks at whether somebody has
CLOSING_SECONDS = 0.5  # for what a generator does at its end
KILLED = (
    "The computation was ended from outside, as happens when the machine runs out of memory; "
    "make it smaller or try again."
)


class WorkerError(ValueError):
    """What went wrong in a worker, as a sentence; `details` is where, for a log."""

    def __init__(self, sentence: str, details: str = "") -> None:
        super().__init__(sentence)
        self.details = details


class WorkerProcesses:
    """Starts a process for each job. Any thread may call.

    prepare     "module:function", called once in the template: it imports what jobs need
    """

    def __init__(self, prepare: str) -> None:
        self._prepare = prepare
        self._lock = threading.Lock()  # guards all that follows
        self._template: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False
        with self._lock:
            self._start_template()

    def execution(self, task: Task[U]) -> InProcess[U]:
        """The execution of a job in a process of its own. The task has to be a function that is found by its
        name, or a functools.partial of one, with arguments that can be pickled."""
        return InProcess(task, self)

    def fork(self) -> tuple[int, Connection]:
        """A new worker: its process and the connection to it. Raises OSError if none can be started."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            if self._closed:
                raise OSError("the workers have been closed")
            for _ in range(2):
                if self._template is None or self._template.poll() is not None:
                    self._start_template()
                try:
                    pid = self._ask_template(theirs.fileno())
                except OSError:
                    self._end_template()
                else:
                    return pid, Connection(ours.detach())
        ours.close()
        raise OSError("no process for the computation could be started")

    def _ask_template(self, descriptor: int) -> int:
        assert self._control is not None
        socket.send_fds(self._control, [b"f"], [descriptor])
        answer = self._control.recv(8, socket.MSG_WAITALL)
        if len(answer) < 8:
            raise OSError("the template of the workers has ended")
        return int.from_bytes(answer, "big")

    def _start_template(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._template = subprocess.Popen(
                [sys.executable, "-m", worker.__name__, str(theirs.fileno()), self._prepare],
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C is the server's; of one session, so that niceness counts
                stdin=subprocess.DEVNULL,
            )

    def _end_template(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._template is not None:
            self._template.kill()
            self._template.wait()
        self._template = self._control = None

    def close(self) -> None:
        """Start no more; those that work end with their connections."""
        with self._lock:
            self._closed = True
            self._end_template()


@dataclass(eq=False)
class InProcess(Generic[U]):
    """A generator in a process of its own, which is forked for its first turn."""

    task: Task[U]
    processes: WorkerProcesses
    _process: int | None = None  # a file descriptor of it: its number might be another's by now
    _connection: Connection | None = None
    _incoming: Incoming = field(init=False)

    def advance(self, seconds: float, turn: Turn) -> Ended | None:
        """As Execution has it. A worker that does not come back from a turn is killed half a second after
        the last who had the job has left. Raises WorkerError."""
        try:
            if self._connection is None:
                self._begin()
            assert self._connection is not None
            self._connection.send_bytes(str(seconds).encode())
            if not self._wait(turn):
                self._end(kill=True)
                return None
            kind, updates, last = self._incoming.receive()
        except (EOFError, ConnectionError):
            self._end(kill=True)
            raise WorkerError(KILLED) from None
        for update in updates:
            turn.show(update)
        if kind == worker.MORE:
            return None
        self._end()
        if kind == worker.FAILED:
            raise WorkerError(*last)
        return Ended(last)

    def close(self) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(EOFError, ConnectionError):
            self._connection.send_bytes(worker.CLOSE)
            if self._connection.poll(CLOSING_SECONDS):  # the end of the connection: it sends nothing more
                self._connection.recv_bytes()
        self._end(kill=True)

    def _begin(self) -> None:
        task = pickle.dumps(self.task, pickle.HIGHEST_PROTOCOL)
        pid, self._connection = self.processes.fork()
        with contextlib.suppress(ProcessLookupError):
            self._process = os.pidfd_open(pid)
        self._incoming = Incoming(self._connection)
        self._connection.send_bytes(task)

    def _wait(self, turn: Turn) -> bool:
        """Until the worker answers; False if it does not while nobody has the job any more."""
        assert self._connection is not None
        left_at = None
        while not self._connection.poll(LOOK_SECONDS):
            now = time.monotonic()
            left_at = (left_at or now) if turn.left() else None
            if left_at is not None and now - left_at > LEFT_SECONDS:
                return False
        return True

    def _end(self, *, kill: bool = False) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                if kill:
                    signal.pidfd_send_signal(self._process, signal.SIGKILL)
            os.close(self._process)
            self._process = None
