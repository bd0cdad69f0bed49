"""The database that all processes of an explorer share: a file in the user's data folder, or the one that
EXPLORER_DATABASE names. Changes are whole or not at all, made by one process at a time; a kill loses none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import URL, Connection, MetaData, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, TimeoutError

FILE = "explorer.sqlite"
PATIENCE = 5  # seconds, for a connection and for others to finish writing
WRITERS = int.from_bytes(b"explorer")  # the key of PostgreSQL's advisory lock that who writes has
DRIVERS: dict[str, dict[str, Any]] = {
    "sqlite": {"connect_args": {"timeout": PATIENCE}, "pool_size": 1, "max_overflow": 0},
    "postgresql": {
        "connect_args": {
            "connect_timeout": PATIENCE,
            "tcp_user_timeout": PATIENCE * 1000,
            "options": f"-c lock_timeout={PATIENCE}s",
        },
        "pool_pre_ping": True,  # its server may have been started anew
    },
}


class DatabaseError(ValueError):
    """The database cannot be reached, read or written; the message is one plain sentence without its URL."""


class Database:
    """A database that is connected to when it is first used; any thread may use it.

    url     as SQLAlchemy has it, of SQLite or PostgreSQL. Raises DatabaseError for any other.
    """

    def __init__(self, url: str | URL) -> None:
        try:
            parsed = make_url(url)
            settings = DRIVERS[parsed.get_backend_name()]
            engine = create_engine(parsed, **settings)
        except (ArgumentError, NoSuchModuleError, KeyError):
            raise DatabaseError("The database's URL begins with sqlite:/// or postgresql://.") from None
        except ImportError as error:
            raise DatabaseError(f"The database's driver is not installed: {error}.") from None
        self._engine, self._created = engine, set[MetaData]()
        self._folder = Path(parsed.database or "").parent if engine.name == "sqlite" else None
        self._readers = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writers = engine.execution_options()
        if self._folder is not None:
            event.listen(engine, "connect", _prepare_sqlite)
        event.listen(self._writers, "begin", _be_the_writer)

    def create(self, tables: MetaData) -> None:
        """Make those tables that are not there yet, and the folder of a file. Raises DatabaseError."""
        if tables in self._created:
            return
        try:
            if self._folder is not None:
                self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"The database cannot be had: {error}.") from None
        with self.writing() as connection:
            tables.create_all(connection)
        self._created.add(tables)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection without a transaction: for queries, and for changes of one statement each.

        Raises DatabaseError.
        """
        with _plainly("read"), self._readers.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction, which no other process is in meanwhile; an error undoes it.

        Raises DatabaseError.
        """
        with _plainly("written"), self._writers.begin() as connection:
            yield connection

    def close(self) -> None:
        self._engine.dispose()


def shared() -> Database:
    """The database of this explorer, one for a process. Raises DatabaseError."""
    named = os.environ.get("EXPLORER_CACHE")
    folder = Path(named) if named else platformdirs.user_data_path("diffusion-explorer")
    return _opened(os.environ.get("EXPLORER_DATABASE") or URL.create("sqlite", database=str(folder / FILE)))


@lru_cache
def _opened(url: str | URL) -> Database:
    return Database(url)


@contextlib.contextmanager
def _plainly(done: str) -> Iterator[None]:
    """Raise what goes wrong as a DatabaseError that says what could not be done."""
    try:
        yield
    except (DBAPIError, TimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        reason = " ".join(str(cause).split()).rstrip(".")
        raise DatabaseError(f"The database could not be {done}: {reason}.") from None


def _prepare_sqlite(connection: Any, _: object) -> None:
    """Readers don't wait for who writes; a kill loses nothing, only a power cut may; rooms take all with
    them."""
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _be_the_writer(connection: Connection) -> None:
    """Wait, at the begin of a transaction, until no other process is in one."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS)))
