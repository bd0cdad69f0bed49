"""Databases to test on: SQLite, and a PostgreSQL of one's own where its programs are."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.benchmarks.served import PATIENCE, free_port

UNPRIVILEGED = "nobody"  # PostgreSQL does not run as root


@dataclass(frozen=True)
class PostgreSQL:
    """A running cluster in a temporary folder."""

    folder: Path
    programs: Path
    port: int

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://explorer@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it; after a kill as soon as the last of its processes has ended."""
        options = f"-F -p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._control("start", "-w", "-o", options, "-l", str(self.folder / "log"))
            except RuntimeError:
                if time.monotonic() > deadline:
                    raise

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def create(self, name: str) -> None:
        """An empty database."""
        address = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "explorer")
        _run(self.programs / "createdb", *address, name)

    def kill(self) -> None:
        """kill -9 of the server, after which its processes end."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def _control(self, action: str, *arguments: str) -> None:
        _run(self.programs / "pg_ctl", action, "-D", str(self.folder / "data"), *arguments)


@contextlib.contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A cluster that goes when it is left; the test is skipped where it cannot be had."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder, programs = Path(name), found[-1].parent
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
        _run(programs / "initdb", "-D", str(folder / "data"), "-U", "explorer", "-A", "trust", "--no-sync")
        cluster = PostgreSQL(folder, programs, free_port())
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def _run(program: Path, *arguments: str) -> None:
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    done = subprocess.run(
        [program, *arguments],
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
