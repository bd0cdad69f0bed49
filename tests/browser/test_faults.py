"""What a class does not lose: a server that is killed, a connection that is cut."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

from explorer.server.worker_processes import KILLED
from tests.benchmarks.served import Server, free_port
from tests.browser.conftest import ROOT, started
from tests.browser.test_app import button
from tests.browser.waiting import becomes, has, wait_until

pytestmark = pytest.mark.browser


class Mortal:
    """A server that can be killed and started again at the same address, with the same files."""

    def __init__(self, cache: str) -> None:
        self.port, self.cache = free_port(), cache
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = started(ROOT / "app.py", self.port, EXPLORER_CACHE=self.cache)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@pytest.fixture
def mortal(tmp_path) -> Iterator[Mortal]:
    server = Mortal(str(tmp_path))
    server.start()
    yield server
    server.kill()


class Wire:
    """What lies between a browser and a server: it can be cut, and mended."""

    def __init__(self, address: str) -> None:
        self.target = int(address.rpartition(":")[2])
        self.whole, self.ends = True, list[socket.socket]()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole = False
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        self.whole = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed, at the end
            while True:
                near, _ = self.listener.accept()
                if not self.whole:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := one.recv(65_536):
                other.sendall(said)
            other.shutdown(socket.SHUT_WR)


@pytest.fixture
def wire(app) -> Iterator[Wire]:
    held = Wire(app)
    yield held
    held.cut()
    held.listener.close()


def reloaded(page, settled) -> None:
    page.reload()
    settled(page)


def test_a_killed_server_loses_no_answer_and_no_result(mortal, open_page, settled):
    worker = open_page(f"{mortal.url}/?preset=two-modes&seed=21&training.steps=600")
    button(worker, "Train").click()
    has(worker, "trained here")
    teacher = open_page(f"{mortal.url}/room")
    button(teacher, "Open a room").click()
    has(teacher, "0 here")
    code = teacher.locator("[aria-label='Room code']").inner_text()
    button(teacher, "Bring all to the next step").click()
    has(teacher, "Step 2 of")
    button(teacher, "Back").click()
    has(teacher, "Step 1 of")
    students = [open_page(f"{mortal.url}/room?code={code}") for _ in range(2)]
    for student in students:
        button(student, "Join").click()
        has(student, "You are in room")
        button(student, "To the lesson").click()
        has(student, "the class is here")
        student.get_by_text("between neighbouring modes", exact=True).first.click()
    has(teacher, "2 have predicted")

    mortal.kill()
    mortal.start()

    for page in (teacher, *students, worker):
        reloaded(page, settled)
    has(teacher, "2 here · 2 have predicted")
    has(teacher, code)
    for student in students:
        has(student, f"Room {code} · the class is here")
    button(teacher, "Show predictions").click()
    for student in students:
        has(student, "✓ measured")
    has(worker, "trained here")


def test_a_training_whose_process_is_killed_says_so_and_the_next_one_works(
    idle_app, servers, open_page, settled
):
    page = open_page(f"{idle_app}/?preset=two-modes&seed=22&training.steps=200000")
    served = Server(idle_app, servers[ROOT / "app.py"][1].pid)
    before = set(served.worker_processor_seconds())  # the template, from which workers are forked
    button(page, "Train").click()
    has(page, "step ")
    becomes(page, served.running, 1)
    wait_until(page, lambda: len(set(served.worker_processor_seconds()) - before) == 1)
    (worker,) = set(served.worker_processor_seconds()) - before
    os.kill(worker, signal.SIGKILL)
    has(page, KILLED)
    becomes(page, served.running, 0)
    page.goto(f"{idle_app}/?preset=two-modes&seed=22&training.steps=600")
    settled(page)
    button(page, "Train").click()
    has(page, "trained here")
    assert page.errors == []


def test_a_connection_that_is_cut_keeps_its_place(wire, open_page, settled):
    page = open_page(f"{wire.url}/learn?preset=three-modes")
    page.get_by_test_id("stTopNavLink").filter(has_text="Score").click()
    has(page, "Where does the learned score go wrong?")
    settled(page)
    page.get_by_role("radio", name="map").click()
    wait_until(page, lambda: "figure=map" in page.url)
    settled(page)
    wire.cut()
    page.wait_for_selector("[data-testid=stApp]:not([data-test-connection-state=CONNECTED])")
    wire.mend()
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    has(page, "Where does the learned score go wrong?")
    assert "figure=map" in page.url
    page.get_by_role("radio", name="curves").click()
    wait_until(page, lambda: "figure=map" not in page.url)
