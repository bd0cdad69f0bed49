"""Fixtures of the browser tests: one Chromium, a served script, a page that has come to rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.benchmarks.served import free_port, wait_for
from tests.browser.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
WINDOW = {"viewport": {"width": 1280, "height": 720}}
MEDIA = {"color_scheme", "reduced_motion"}  # what a page of any context can be told
STORED = "cookies,local_storage,indexeddb,cache_storage"  # what a page leaves behind, but for its own files
AT_REST = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
# window.awaited: a run of the script has been asked for, by a visit or by a hand, and has not come to its
# end. Streamlit's own attribute says "notRunning" for as long as the question is on its way to the server.
# The numbers are those of the fields of Streamlit's messages.
WATCH_RUNS = """() => {
  const [RERUN_SCRIPT, NEW_SESSION, SCRIPT_FINISHED, EARLY_FOR_RERUN] = [11, 4, 6, 2];
  window.awaited = true;
  let begun = false;
  const varint = (bytes, at) => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      value += (bytes[at] & 127) * shift;
      if (bytes[at++] < 128) return [value, at];
    }
  };
  const fields = function* (bytes) {
    for (let at = 0, tag, value; at < bytes.length; yield [Math.floor(tag / 8), value]) {
      [tag, at] = varint(bytes, at);
      if (tag % 8 === 0 || tag % 8 === 2) [value, at] = varint(bytes, at);
      else return;
      if (tag % 8 === 2) at += value;
    }
  };
  const heard = (bytes) => {
    for (const [field, value] of fields(bytes)) {
      if (field === NEW_SESSION) begun = true;
      if (field !== SCRIPT_FINISHED || value === EARLY_FOR_RERUN || !begun) continue;
      begun = false;
      const asked = window.asked;
      setTimeout(() => { if (asked === window.asked) window.awaited = false; }, 50); // drawn by then
    }
  };
  window.asked = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...where) {
      super(...where);
      if (!this.url.includes("_stcore/stream")) return;
      this.addEventListener("message", async ({ data }) => {
        heard(new Uint8Array(data instanceof Blob ? await data.arrayBuffer() : data));
      });
      this.addEventListener("close", () => { window.awaited = begun = false; });
    }
    send(data) {
      if (data instanceof Uint8Array && Math.floor(varint(data, 0)[0] / 8) === RERUN_SCRIPT) {
        window.awaited = true;
        begun = false;
        window.asked += 1;
      }
      super.send(data);
    }
  };
}"""


@pytest.fixture(scope="session")
def chromium():
    """The one browser of the session; each test opens its own context in it."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=QUIET.split())
        expect.set_options(timeout=PATIENCE * 1000)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[Path, tuple[str, subprocess.Popen[bytes]]]]:
    """The servers that this process of tests has started, by their scripts; they end with it."""
    running: dict[Path, tuple[str, subprocess.Popen[bytes]]] = {}
    yield running
    for _, server in running.values():
        server.terminate()
    for _, server in running.values():
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="session")
def serve(servers) -> Callable[..., str]:
    """serve(script) starts `streamlit run script` from the repository root and returns its address."""

    def start(script: Path) -> str:
        if script not in servers:
            port = free_port()
            servers[script] = (f"http://127.0.0.1:{port}", started(script, port))
            if script == ROOT / "app.py":
                wait_until_warm(servers[script][0])
        return servers[script][0]

    return start


@pytest.fixture
def app(serve) -> str:
    """The address of the explorer, which all tests of a process share."""
    return serve(ROOT / "app.py")


@pytest.fixture
def idle_app(app) -> str:
    """The same once nothing is computed there, for tests that count what is: closed pages leave a grace."""
    deadline = time.monotonic() + PATIENCE
    while (told := status(app))["running"]:
        assert time.monotonic() < deadline, told
        time.sleep(0.2)
    return app


@pytest.fixture
def settled():
    """settled(page) waits until the app is connected and its script has run to the end, and for the run that
    the page has just asked for. What a player reports only after a pause has to be waited for by itself."""

    def wait(page):
        at_rest = f"() => !window.awaited && document.querySelector({AT_REST!r}) !== null"
        page.wait_for_function(at_rest, timeout=PATIENCE * 1000)
        return page

    return wait


@pytest.fixture(scope="session")
def cached(chromium, tmp_path_factory):
    """A browser as people have it, with its cache on disk: a page comes with two thirds of the work that it
    takes in a context of its own. What a test leaves in it is forgotten after the test."""
    folder = tmp_path_factory.mktemp("profile")
    context = chromium.browser_type.launch_persistent_context(
        folder, executable_path=str(CHROMIUM), args=QUIET.split(), **WINDOW
    )
    yield watched(context)
    context.close()


def watched(context):
    """A context whose pages tell when their script has run."""
    context.set_default_timeout(PATIENCE * 1000)
    context.add_init_script(f"({WATCH_RUNS})()")
    return context


@pytest.fixture
def open_page(chromium, cached, settled):
    """open_page(url, **context) is a settled page of a person of its own; its errors are in page.errors.

    The first person of a test has the cached browser, unless they need what only a new context can be told.
    """
    contexts, visited = [], set()
    blank = cached.pages[0]

    def open_(url: str, **options):
        if visited or not {*options} <= {"viewport", *MEDIA}:
            contexts.append(watched(chromium.new_context(**WINDOW | options)))
            page = contexts[-1].new_page()
        else:
            page = cached.new_page()
            page.set_viewport_size(options.get("viewport", WINDOW["viewport"]))
            page.emulate_media(**{name: options[name] for name in MEDIA & {*options}})
        visited.add("/".join(url.split("/")[:3]))
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda said: page.errors.append(said.text) if said.type == "error" else None)
        page.goto(url)
        return settled(page)

    yield open_
    for context in contexts:
        context.close()
    for page in cached.pages:
        if page != blank:
            page.close()
    devtools = cached.new_cdp_session(blank)
    for origin in visited:
        devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
    devtools.detach()
    cached.clear_cookies()


def wait_until_warm(address: str) -> None:
    """Until every page has been opened once and nothing is computed for them any more."""
    deadline = time.monotonic() + PATIENCE
    while (told := status(address)) != {"running": 0, "warm": True}:
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def status(address: str) -> dict[str, object]:
    """What the server says of itself."""
    with urllib.request.urlopen(f"{address}/api/status", timeout=PATIENCE) as answer:
        return json.load(answer)


def started(script: Path, port: int, **environment: str) -> subprocess.Popen[bytes]:
    """A server of a script that answers at 127.0.0.1:port; one that does not answer is ended."""
    options = [f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true"]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}", server, PATIENCE)
    except RuntimeError:
        server.kill()
        server.wait()
        raise
    return server
