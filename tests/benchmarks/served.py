"""A server of one's own: started on a free port of the loopback, watched, and ended whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0  # seconds for a server to answer, on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server: its address and its process."""

    address: str
    pid: int

    def running(self) -> int:
        """How many computations are running, as /api/status says."""
        with urllib.request.urlopen(f"{self.address}/api/status", timeout=PATIENCE) as answer:
            return int(json.load(answer)["running"])

    def memory_mb(self) -> float:
        """What of it is in memory, in MB; nan where the system does not tell."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text()
            return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024
        with contextlib.suppress(OSError, ValueError):
            told = subprocess.run(["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True)
            return int(told.stdout) / 1024
        return float("nan")

    def processor_seconds(self) -> float:
        """What it has computed so far, over all its threads; nan where the system does not tell."""
        return _stat(self.pid).seconds

    def worker_processor_seconds(self) -> dict[int, float]:
        """What each of its worker processes that live has computed so far."""
        return {pid: _stat(pid).seconds for pid in self._workers()}

    def workers_memory_mb(self) -> float:
        """What its worker processes have in memory together, what they share counted once."""
        total = 0
        for pid in self._workers():
            with contextlib.suppress(OSError):
                told = Path(f"/proc/{pid}/smaps_rollup").read_text()
                total += int(re.findall(r"Pss:\s+(\d+)", told)[0])
        return total / 1024

    def _workers(self) -> set[int]:
        """All processes that descend from it."""
        parents = {int(path.name): _stat(int(path.name)).parent for path in Path("/proc").glob("[0-9]*")}
        found, added = {self.pid}, {self.pid}
        while added:
            added = {pid for pid, parent in parents.items() if parent in added}
            found |= added
        return found - {self.pid}


@dataclass(frozen=True)
class _Stat:
    """Of a process: its parent, and what it has computed so far, over all its threads."""

    parent: int
    seconds: float


def _stat(pid: int) -> _Stat:
    """nan where the system does not tell."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return _Stat(int(fields[1]), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"))
    return _Stat(0, float("nan"))


@contextlib.contextmanager
def served() -> Iterator[Server]:
    """The app on a free port, with a cache of its own that is empty and goes with it.

    Raises RuntimeError if it does not answer.
    """
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--client.showErrorDetails=full"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as cache:
        place = {"EXPLORER_CACHE": cache, "PYTHONPATH": str(ROOT)}
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | place, stdout=quiet, stderr=quiet)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, process)
            yield Server(address, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes], patience: float = PATIENCE) -> None:
    """Wait until a server answers; RuntimeError if its process ends, or `patience` seconds pass, before."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with code {process.returncode} before it answered.")
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2)
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError(f"The server did not answer at {address} within {patience:g} s.")
