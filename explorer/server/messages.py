"""Messages from a worker process over a connection; each may refer to the objects of those before it."""

from __future__ import annotations

import io
import pickle
from multiprocessing.connection import Connection
from typing import Any

MOST_REMEMBERED = 64_000_000  # bytes of messages whose objects both sides keep


class Outgoing:
    """Messages of a process that works. An object that was sent once is not sent again, and is the same
    object on the other side: what is kept there for it stays found. So what is sent may not change later."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._forget()

    def _forget(self) -> None:
        self._buffer = io.BytesIO()
        self._pickler, self._sent = pickle.Pickler(self._buffer, pickle.HIGHEST_PROTOCOL), 0

    def send(self, message: Any) -> None:
        """Raises what pickling raises; then nothing was sent."""
        if self._sent > MOST_REMEMBERED:
            self._forget()
        first = not self._sent
        self._buffer.seek(0)
        self._buffer.truncate()
        try:
            self._pickler.dump(message)
        except BaseException:
            self._forget()
            raise
        with self._buffer.getbuffer() as held:
            self._sent += len(held)
            self._connection.send_bytes(b"first" if first else b"next")
            self._connection.send_bytes(held)


class Incoming:
    """The other side of Outgoing, in the process that started the worker."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def receive(self) -> Any:
        """Wait for a message. Raises EOFError or OSError if the process has ended."""
        if self._connection.recv_bytes() == b"first":
            self._buffer = io.BytesIO()
            self._unpickler = pickle.Unpickler(self._buffer)
        self._buffer.seek(0)
        self._buffer.truncate()
        self._buffer.write(self._connection.recv_bytes())
        self._buffer.seek(0)
        return self._unpickler.load()
