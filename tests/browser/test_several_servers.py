"""Two server processes behind nginx, with one PostgreSQL: a room on both, of which one is killed."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest

from tests.benchmarks.served import free_port, wait_for
from tests.browser.conftest import ROOT, started
from tests.browser.waiting import has
from tests.server.databases import PostgreSQL, postgresql

pytestmark = pytest.mark.browser
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
COOKIE = "explorer_browser"
AROUND = """
pid {folder}/pid;
error_log {folder}/error.log;
daemon off;
events {{}}
http {{
    access_log off;
    add_header X-Server $upstream_addr;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/explorer.conf;
}}
"""


@dataclass(frozen=True)
class Behind:
    """Servers by their ports, their database, and the address of nginx before them."""

    address: str
    servers: dict[int, subprocess.Popen[bytes]]
    database: PostgreSQL

    def port_of(self, browser: str) -> int:
        """To which server a browser with that cookie comes."""
        cookie = {"Cookie": f"{COOKIE}={browser}"}
        asked = urllib.request.Request(f"{self.address}/_stcore/health", headers=cookie)
        with urllib.request.urlopen(asked) as answer:
            return int(answer.headers["X-Server"].rpartition(":")[2])


@pytest.fixture
def behind(tmp_path) -> Iterator[Behind]:
    if NGINX is None:
        pytest.skip("nginx is not installed")
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(postgresql())
        place = {"EXPLORER_DATABASE": cluster.url(), "EXPLORER_CACHE": str(tmp_path / "cache")}
        free: set[int] = set()
        while len(free) < 3:
            free.add(free_port())
        port, *ports = free
        with ThreadPoolExecutor() as pool:
            servers = dict(zip(ports, pool.map(partial(_app, **place), ports), strict=True))
        for server in servers.values():
            stack.callback(_end, server)
        nginx = tmp_path / "nginx"
        nginx.mkdir()
        site = (ROOT / ".deploy" / "nginx.conf").read_text()
        here = {"listen 80 ": f"listen 127.0.0.1:{port} "}
        here |= {f"127.0.0.1:{8501 + i}": f"127.0.0.1:{one}" for i, one in enumerate(ports)}
        for written, used in here.items():
            assert site.count(written) == 1
            site = site.replace(written, used)
        (nginx / "explorer.conf").write_text(site)
        (nginx / "nginx.conf").write_text(AROUND.format(folder=nginx))
        proxy = subprocess.Popen([NGINX, "-c", nginx / "nginx.conf"], stderr=subprocess.DEVNULL)
        stack.callback(_end, proxy)
        wait_for(f"http://127.0.0.1:{port}", proxy)
        yield Behind(f"http://127.0.0.1:{port}", servers, cluster)


def _app(port: int, **environment: str) -> subprocess.Popen[bytes]:
    return started(ROOT / "app.py", port, **environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def open_as(open_page, behind):
    """open_as(browser, path) is a page of a browser with that cookie."""

    def open_(browser: str, path: str):
        cookie = {"name": COOKIE, "value": browser, "domain": "127.0.0.1", "path": "/", "httpOnly": True}
        cookie |= {"expires": -1, "secure": False, "sameSite": "Lax"}
        return open_page(f"{behind.address}/{path}", storage_state={"cookies": [cookie], "origins": []})

    return open_


def test_a_room_outlives_one_of_its_servers_and_its_database(open_as, behind):
    killed, other = behind.servers
    at = {browser: behind.port_of(browser) for browser in map("browser-{}".format, range(40))}
    on_killed = [browser for browser, port in at.items() if port == killed]
    on_other = [browser for browser, port in at.items() if port == other]
    assert on_killed
    assert on_other
    assert at == {browser: behind.port_of(browser) for browser in at}  # each stays where it is

    teacher = open_as(on_killed[0], "room")
    has(teacher, "Open a room")
    teacher.get_by_role("button", name="Open a room").click()
    has(teacher, "0 here")
    code = teacher.locator("[aria-label='Room code']").inner_text()
    students = [open_as(browser, f"room?code={code}") for browser in (on_killed[1], on_other[0])]
    for student, option in zip(students, ("anywhere", "between neighbouring modes"), strict=True):
        has(student, "Come in")
        student.get_by_role("button", name="Join").click()
        has(student, "You are in room")
        student.get_by_role("button", name="To the lesson").click()
        has(student, "the class is here")
        student.get_by_text(option, exact=True).first.click()
    has(teacher, "2 here · 2 have predicted")

    behind.servers[killed].kill()
    behind.servers[killed].wait()
    students[0].reload()
    has(students[0], "the class is here")
    assert behind.port_of(on_killed[1]) == other
    teacher.reload()
    has(teacher, "2 here · 2 have predicted")
    teacher.get_by_role("button", name="Bring all to the next step").click()
    for student in students:
        has(student, "It learns, and it does not stop")

    behind.database.kill()
    behind.database.start()
    teacher.get_by_role("button", name="Back", exact=True).click()
    has(teacher, "2 here · 2 have predicted")
    for student in students:
        has(student, "Three modes, and nothing between")
