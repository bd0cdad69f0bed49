"""What a class does not lose: a server that is killed, a connection that is cut."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.browser.conftest import ROOT, free_port, started
from tests.browser.test_app import button, wait_until
from tests.browser.test_room import has

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


def reloaded(page, settled) -> None:
    page.reload()
    settled(page)


def test_a_killed_server_loses_no_answer_and_no_result(mortal, open_page, settled):
    worker = open_page(f"{mortal.url}/?preset=two-modes&seed=21&training.steps=600")
    button(worker, "Train").click()
    worker.get_by_text("trained here").wait_for(timeout=40_000)
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
    worker.get_by_text("trained here").wait_for()


def test_a_connection_that_is_cut_keeps_its_place(mortal, open_page, settled):
    page = open_page(f"{mortal.url}/score?preset=three-modes&t=40")
    page.get_by_test_id("stTopNavLink").filter(has_text="Detect").click()
    has(page, "Can we catch it?")
    settled(page)
    page.get_by_role("radio", name="windows").click()
    wait_until(page, lambda: "judge=windows" in page.url)
    settled(page)
    connected = "[data-testid=stApp][data-test-connection-state=CONNECTED]"
    # A cut on the way, not by the browser: the socket dies, and the page dials again by itself.
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    session.send("Network.emulateNetworkConditions", offline)
    page.evaluate("window.dispatchEvent(new Event('offline'))")
    page.wait_for_timeout(3000)
    session.send(
        "Network.emulateNetworkConditions",
        offline | {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector(connected, timeout=60_000)
    has(page, "Can we catch it?")
    assert "judge=windows" in page.url
    page.get_by_role("radio", name="threshold").click()
    wait_until(page, lambda: "judge=windows" not in page.url)
