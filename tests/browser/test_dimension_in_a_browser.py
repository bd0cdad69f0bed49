"""Dimension in a real browser: shipped at once, a dot clicked, the bound and the sampler switched."""

from __future__ import annotations

import pytest

from tests.browser.test_detection import faults
from tests.browser.waiting import has, ready, rests, wait_until

pytestmark = pytest.mark.browser


def test_a_dimension_is_picked_with_a_click_and_the_bound_is_switched(open_page, app, settled):
    page = open_page(f"{app}/dimension?d=2", viewport={"width": 1280, "height": 900})
    ready(page, settled, "shipped")
    box = rests(page, page.locator(".st-key-over-dimension .marks").first.bounding_box)
    for place in range(8, 50):  # down the column of the last dots, until one is met
        page.mouse.click(box["x"] + 0.783 * box["width"], box["y"] + place / 100 * box["height"])
        page.wait_for_timeout(300)
        if "d=64" in page.url:
            break
    wait_until(page, lambda: "d=64" in page.url)
    page.locator(".st-key-view-bound").get_by_text("plain", exact=True).click()
    wait_until(page, lambda: "bound=plain" in page.url)
    page.locator(".st-key-view-drawn").get_by_text("DDPM", exact=True).click()
    wait_until(page, lambda: "drawn=ddpm" in page.url)
    has(page, "By DDPM")
    assert faults(page) == []
