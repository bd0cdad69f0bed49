"""Remedies in a real browser: there at once, a dot clicked, a dial turned, twins, another run measured."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_app import button
from tests.browser.test_detection import faults
from tests.browser.waiting import lacks, ready, rests, wait_until

pytestmark = pytest.mark.browser


def click_a_dot(page) -> None:
    """Search the picture for a place where the hand shows, and click there."""
    chart = page.locator(".st-key-prices .marks").first
    box = rests(page, chart.bounding_box)
    for down in range(20, 80, 3):
        for across in range(30, 80, 2):
            x, y = box["x"] + box["width"] * across / 100, box["y"] + box["height"] * down / 100
            page.mouse.move(x, y)
            if chart.evaluate("chart => getComputedStyle(chart).cursor") == "pointer":
                page.mouse.click(x, y)
                return
    raise AssertionError("no dot was found")


def test_a_dot_is_clicked_and_a_dial_turned(open_page, app, settled):
    page = open_page(f"{app}/remedies")
    ready(page, settled, "shipped")
    assert "measured here" not in page.inner_text("body")
    click_a_dot(page)
    wait_until(page, lambda: "treatment=" in page.url)
    settled(page)
    page.goto(f"{app}/remedies?treatment=guidance%3D1")
    ready(page, settled, "Dynamic Guidance, strength λ = 1:")
    page.locator(".st-key-dial-first-guidance input").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, lambda: "guidance%3D1.5" in page.url)
    ready(page, settled, "measured here, quickly")
    assert faults(page) == []


def test_twins_and_a_run_of_ones_own(open_page, app, settled):
    page = open_page(f"{app}/remedies?treatment=guidance%3D2&beside=twins")
    player = page.locator(".st-key-treated-twins section.player")
    player.wait_for()
    wait_until(page, lambda: int(player.get_attribute("data-frames")) > 50)
    own = open_page(f"{app}/remedies?preset=two-modes")
    ready(own, settled, "untreated")
    button(own, "Measure all remedies").click()
    wait_until(own, lambda: re.search(r"measuring all remedies: [1-9]", own.inner_text("body")))
    button(own, "Stop").click()
    lacks(own, "measuring all remedies")
    assert faults(page) + faults(own) == []
