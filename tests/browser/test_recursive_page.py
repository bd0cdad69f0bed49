"""The recursive loop in a real browser: started, left alone, found again, stopped, gone on with."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ROOT
from tests.browser.test_app import wait_until
from tests.browser.test_detection import faults, ready
from tests.browser.test_player import Handle

pytestmark = pytest.mark.browser
SLOW = "preset=two-modes&training.steps=3000&generations=6&kept=2000&arms=none+variance"


@pytest.fixture
def app(serve) -> str:
    return serve(ROOT / "app.py")


def test_a_loop_is_left_running_found_again_and_stopped(open_page, app, settled):
    page = open_page(f"{app}/recursive?{SLOW}", viewport={"width": 1280, "height": 1100})
    ready(page, settled, "not computed yet")
    page.locator(".st-key-run_loop button").first.click()
    wait_until(page, lambda: "generation 1" in page.inner_text("body"), 60)
    page.get_by_role("link", name="Detect").click()
    wait_until(page, lambda: "Can we catch it?" in page.inner_text("body"))
    page.get_by_role("link", name="Recursive").click()
    wait_until(page, lambda: "running" in page.inner_text("body"))
    wait_until(page, lambda: " left" in page.inner_text("body"), 60)
    page.locator(".st-key-stop_loop button").first.click()
    wait_until(page, lambda: "not finished: Run goes on" in page.inner_text("body"))
    assert page.locator(".st-key-run_loop button").first.is_enabled()
    assert faults(page) == []


def test_a_tile_opens_large_at_its_generation(open_page, app, settled):
    page = open_page(f"{app}/recursive?preset=three-modes", viewport={"width": 1280, "height": 1200})
    ready(page, settled, "shipped, seed")  # or seeds
    grid = Handle(page, "grid")
    grid.canvas.focus()
    for key in (".", "."):
        page.keyboard.press(key)
    wait_until(page, lambda: page.locator(".st-key-arm canvas").count())
    large = Handle(page, "arm")
    at = large.frame
    large.button("Step forward").click()
    wait_until(page, lambda: large.frame == at + 1)
    assert faults(page) == []
