"""Memorise in a real browser: shipped at once, a number of points picked by a click and by keys."""

from __future__ import annotations

import pytest

from tests.browser.test_detection import faults
from tests.browser.waiting import has, ready, rests, wait_until

pytestmark = pytest.mark.browser
AXIS, END = 36, 9  # pixels beside the bands


def test_a_number_of_points_is_picked_by_a_click_on_the_bands_and_with_the_keyboard(open_page, app, settled):
    page = open_page(f"{app}/memorise", viewport={"width": 1280, "height": 900})
    ready(page, settled, "shipped")
    box = rests(page, page.locator(".st-key-bands-network .marks").first.bounding_box)
    along = 0.492  # of the log axis from 10 to 10,000: 300
    page.mouse.click(box["x"] + AXIS + (box["width"] - AXIS - END) * along, box["y"] + box["height"] / 2)
    wait_until(page, lambda: "learned_from=300" in page.url)
    has(page, "that learned from 300 points")
    page.get_by_role("slider", name="Training points").focus()
    page.keyboard.press("ArrowRight")
    wait_until(page, lambda: "learned_from=1000" in page.url)
    has(page, "that learned from 1,000 points")
    assert faults(page) == []
