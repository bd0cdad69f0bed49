"""A worker process: python -m explorer.server.worker FD MODULE:FUNCTION.

The process that is started is a template: it calls the function once, which imports what jobs need, and then
forks a worker for every job, which has all of it from the first moment on and shares its memory. A worker
advances one generator in turns, as it is told; it ends with its job, and when the process that asked for it
has ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Generator
from multiprocessing.connection import Connection
from typing import Any

from explorer.server.errors import sentence_of
from explorer.server.execution import Elsewhere, lazily
from explorer.server.messages import Outgoing

NICENESS = 10  # pages are drawn first
SENDING_SHARE = 0.05  # of a worker's time, at most, goes into sending updates
SHARE_OF_MEMORY, MOST_MEMORY = 0.5, 8_000_000_000  # bytes of data that one worker may have
CUDA_DRIVER = "/dev/nvidiactl"
CLOSE = b"close"
MORE, DONE, FAILED = "more", "done", "failed"


def main() -> None:
    """Be the template."""
    template(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])


def template(control: socket.socket, prepare: str) -> None:
    """Import, then fork a worker for every file descriptor that comes over the control, until it closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers here
    module, function = prepare.split(":")
    getattr(importlib.import_module(module), function)()
    gc.collect()
    gc.freeze()  # a collection that marks what is shared would copy it
    while True:
        message, descriptors, *_ = socket.recv_fds(control, 1, 1)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            _be_a_worker(control, descriptors[0])
        os.close(descriptors[0])
        control.sendall(pid.to_bytes(8, "big"))


def _be_a_worker(control: socket.socket, descriptor: int) -> None:
    """Work until the end; never returns."""
    try:
        control.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.nice(NICENESS)
        limit_memory()
        serve(Connection(descriptor))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def limit_memory() -> None:
    """Let this process have half of the machine's memory, and be the first to go when there is none left.
    Beside a CUDA device there is no limit: its driver reserves more than it takes."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    most = min(MOST_MEMORY, int(SHARE_OF_MEMORY * memory))
    if not os.path.exists(CUDA_DRIVER):
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("800")


def serve(connection: Connection) -> None:
    """Advance the generator of the task that comes first, for as many seconds as every later message says,
    until one says CLOSE or nobody is there any more."""
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        task = connection.recv_bytes()
        steps = lazily(lambda: pickle.loads(task)())
        try:
            _take_turns(connection, steps)
        finally:
            steps.close()


def _take_turns(connection: Connection, steps: Generator[Any, None, Any]) -> None:
    outgoing = Outgoing(connection)
    held: tuple[Any, ...] = ()  # the update that was not sent yet, if there is one
    sent, rest = 0.0, 0.0
    while (message := connection.recv_bytes()) != CLOSE:
        started = time.monotonic()
        try:
            elsewhere = False
            while not elsewhere and time.monotonic() - started < float(message):
                held = (next(steps),)
                elsewhere = isinstance(held[0], Elsewhere)
            now = time.monotonic()
            if now - sent < rest and not elsewhere:
                outgoing.send((MORE, (), None))
                continue
            outgoing.send((MORE, held, None))
            held, sent = (), time.monotonic()
            rest = (sent - now) / SENDING_SHARE
        except StopIteration as end:
            _send_end(outgoing, DONE, held, end.value)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except BaseException as error:
            _send_end(outgoing, FAILED, held, (sentence_of(error), traceback.format_exc()))


def _send_end(outgoing: Outgoing, kind: str, held: tuple[Any, ...], last: Any) -> None:
    try:
        outgoing.send((kind, held, last))
    except (pickle.PicklingError, TypeError, AttributeError, MemoryError) as error:
        outgoing.send((FAILED, (), (sentence_of(error), traceback.format_exc())))


if __name__ == "__main__":
    main()
