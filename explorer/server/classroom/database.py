"""The SQLite file of all rooms: one access at a time, changes whole or not at all, nothing lost by a kill."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS rooms (
    code TEXT PRIMARY KEY, secret TEXT NOT NULL, lesson TEXT NOT NULL, step INTEGER NOT NULL,
    revealed INTEGER NOT NULL, locked INTEGER NOT NULL, opened REAL NOT NULL);
CREATE TABLE IF NOT EXISTS members (
    room TEXT NOT NULL REFERENCES rooms ON DELETE CASCADE, member TEXT NOT NULL, nickname TEXT NOT NULL,
    step INTEGER NOT NULL, seen REAL NOT NULL, PRIMARY KEY (room, member));
CREATE TABLE IF NOT EXISTS answers (
    room TEXT NOT NULL REFERENCES rooms ON DELETE CASCADE, member TEXT NOT NULL, step INTEGER NOT NULL,
    choice INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (room, member, step));
"""


class NoRoom(ValueError):
    """There is no such room, no right to it, or its file fails; the message is one plain sentence."""


class RoomFile:
    """The file, made with its folder if it is not there. Raises NoRoom if it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=5.0)
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = NORMAL")  # a kill loses nothing; only a power cut may
            self._file.execute("PRAGMA foreign_keys = ON")
            self._file.executescript(TABLES)
        except (OSError, sqlite3.Error) as error:
            raise NoRoom(f"The file {path.name} of the rooms cannot be had: {error}.") from None

    def close(self) -> None:
        with self._lock:
            self._file.close()

    @contextlib.contextmanager
    def reading(self, oldest: float) -> Iterator[None]:
        """Hold the file for queries, and for changes of one statement each. Rooms that were opened before
        `oldest` are deleted first. Raises NoRoom if the file cannot be read."""
        with self._lock:
            try:
                if self.row("SELECT 1 FROM rooms WHERE opened < ? LIMIT 1", oldest) is not None:
                    self.execute("DELETE FROM rooms WHERE opened < ?", oldest)
                yield
            except sqlite3.Error as error:
                raise NoRoom(f"What was said in the room could not be had: {error}.") from None

    @contextlib.contextmanager
    def writing(self, oldest: float) -> Iterator[None]:
        """Hold the file for a transaction. Rooms that were opened before `oldest` are deleted first. Raises
        NoRoom if the file cannot be written."""
        with self._lock:
            try:
                self.execute("BEGIN IMMEDIATE")
                self.execute("DELETE FROM rooms WHERE opened < ?", oldest)
                yield
                self.execute("COMMIT")
            except sqlite3.Error as error:
                self._undo()
                raise NoRoom(f"What was said in the room could not be kept: {error}.") from None
            except BaseException:
                self._undo()
                raise

    def execute(self, query: str, *values: Any) -> int:
        """Run one statement; how many rows it changed."""
        return self._file.execute(query, values).rowcount

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._file.execute(query, values).fetchall()

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row, None if there is none."""
        return self._file.execute(query, values).fetchone()

    def first(self, query: str, *values: Any) -> tuple[Any, ...]:
        """The first row of a query that always has one."""
        return self._file.execute(query, values).fetchone()

    def _undo(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._file.execute("ROLLBACK")
