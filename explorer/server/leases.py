"""Leases: which process is at which computation, so that equal ones are computed once by all servers that
share a database."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Double, MetaData, String, Table, delete, insert, or_, select

from explorer.server.database import Database, DatabaseError, shared
from explorer.server.execution import Elsewhere, Task, lazily

LEASE_SECONDS = 10.0  # after which a process that has not renewed its lease is taken for dead
RENEW_SECONDS = 1.5
LOOK_SECONDS = 0.5  # between two looks at how far another process is

TABLES = MetaData()
leases = Table(
    "leases",
    TABLES,
    Column("key", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Double, nullable=False),
    Column("share", Double, nullable=False),
    Column("seconds_left", Double),
)

log = logging.getLogger(__name__)
U = TypeVar("U")


class Lease:
    """The right to do the work that a key names, as long as it is renewed; and how far it is, for others.

    clock   gives seconds since the epoch; those of several machines should agree to a second
    """

    def __init__(self, database: Database, key: str, clock: Callable[[], float] = time.time) -> None:
        self.key, self._database, self._clock = key, database, clock
        self._holder = f"{socket.gethostname()} {secrets.token_hex(8)}"
        self._renew_at = 0.0

    def hold(self, share: float = 0.0, seconds_left: float | None = None) -> Elsewhere | None:
        """Take the lease, or keep it; how far the other process is, if another has it.

        It is written once in RENEW_SECONDS. Without the database everybody has it: work that is done twice is
        better than none.
        """
        now = self._clock()
        if now < self._renew_at:
            return None
        try:
            self._database.create(TABLES)
            with self._database.reading() as connection:
                other = self._other(connection, now)
            if other is None:
                with self._database.writing() as connection:
                    other = self._other(connection, now)
                    if other is None:
                        self._write(connection, now + LEASE_SECONDS, share, seconds_left)
        except DatabaseError as error:
            log.warning("no lease of %s: %s", self.key, error)
            other = None
        self._renew_at = 0.0 if other is not None else now + RENEW_SECONDS
        return other

    def release(self) -> None:
        """Let others have it at once; what another holds stays."""
        self._renew_at = 0.0
        try:
            with self._database.writing() as connection:
                connection.execute(delete(leases).where(leases.c.holder == self._holder))
        except DatabaseError as error:
            log.warning("the lease of %s was not released: %s", self.key, error)

    def _other(self, connection: Connection, now: float) -> Elsewhere | None:
        held = select(leases.c.share, leases.c.seconds_left).where(
            leases.c.key == self.key, leases.c.holder != self._holder, leases.c.until > now
        )
        row = connection.execute(held).first()
        return None if row is None else Elsewhere(*row, rest_seconds=LOOK_SECONDS)

    def _write(self, connection: Connection, until: float, share: float, seconds_left: float | None) -> None:
        expired = leases.c.until <= self._clock()
        connection.execute(delete(leases).where(or_(expired, leases.c.holder == self._holder)))
        values: dict[str, Any] = {"key": self.key, "holder": self._holder, "until": until}
        values |= {"share": share, "seconds_left": seconds_left}
        connection.execute(insert(leases).values(values))


def computed_once(key: str, make: Task[U]) -> Generator[U | Elsewhere, None, Any]:
    """The updates of a computation and what it returns; as long as another process is at the one that `key`
    names, how far that is.

    make    makes the generator: anew, when another process had the lease meanwhile, so that it begins with
            looking at what was stored
    """
    lease = Lease(shared(), key)
    try:
        while True:
            while (other := lease.hold()) is not None:
                yield other
            steps = lazily(make)
            try:
                while other is None:
                    update: Any = next(steps)
                    yield update
                    other = lease.hold(update.share, update.seconds_left)
            except StopIteration as end:
                return end.value
            finally:
                steps.close()
    finally:
        lease.release()
