"""The recursive loop in a real browser: started, left alone, found again, stopped, gone on with."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_detection import faults
from tests.browser.test_player import Handle
from tests.browser.waiting import becomes, has, ready, wait_until

pytestmark = pytest.mark.browser
SLOW = "preset=two-modes&training.steps=3000&generations=6&kept=2000&arms=none+variance"


def test_a_loop_is_left_running_found_again_and_stopped(open_page, app, settled):
    page = open_page(f"{app}/recursive?{SLOW}", viewport={"width": 1280, "height": 1100})
    ready(page, settled, "not computed yet")
    page.locator(".st-key-run_loop button").first.click()
    has(page, "generation 1")
    page.get_by_role("link", name="Detect").click()
    has(page, "Can we catch it?")
    page.get_by_role("link", name="Recursive").click()
    has(page, "running")
    has(page, " left")
    page.locator(".st-key-stop_loop button").first.click()
    has(page, "not finished: Run goes on")
    expect(page.locator(".st-key-run_loop button").first).to_be_enabled()
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
    becomes(page, lambda: large.frame, at + 1)
    assert faults(page) == []
