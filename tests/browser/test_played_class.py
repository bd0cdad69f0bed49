"""A class that is played against a real server, under a path and at a port of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from explorer.server.classroom.rooms import Rooms
from explorer.server.database import Database
from explorer.ui.rehearsal import rehearsal
from tests.benchmarks.served import free_port, wait_for
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture
def address(own_cache):
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.baseUrlPath=some/path"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    quiet, place = subprocess.DEVNULL, os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=place, stdout=quiet, stderr=quiet)
    try:
        wait_for(f"http://127.0.0.1:{port}/some/path", process)
        yield f"http://127.0.0.1:{port}/some/path"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_two_students_take_a_lesson_and_their_room_is_gone_afterwards(address, own_cache, monkeypatch):
    codes = []
    student = rehearsal.Student
    monkeypatch.setattr(rehearsal, "Student", lambda *asked: codes.append(asked[-1]) or student(*asked))
    *_, last = rehearsal.rehearse(address, "why", students=2, seconds=6.0)
    assert last.found.errors == ()
    assert len(last.found.took) >= 2
    assert 0 < last.found.took[0] <= last.found.within(0.95)
    (file,) = own_cache.glob("*.sqlite")
    database = Database(f"sqlite:///{file}")
    assert Rooms(database).look(codes[0], "anybody", 0) is None
    database.close()
