"""The sweep in a real browser: shipped at once, a cell clicked and opened, a small one filling in."""

from __future__ import annotations

import pytest

from tests.browser.test_detection import faults
from tests.browser.waiting import has, ready, rests, wait_until

pytestmark = pytest.mark.browser
SMALL = "preset=two-modes&network.width=16&training.batch=64&sampler.steps=100&xs=2+3+4&ys=8+16&repeats=2"


def test_a_cell_is_picked_with_a_click_and_with_the_keyboard_and_opens(open_page, app, settled):
    page = open_page(f"{app}/sweep", viewport={"width": 1280, "height": 900})
    ready(page, settled, "shipped")
    box = rests(page, page.locator(".st-key-heat .marks").first.bounding_box)
    page.mouse.click(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.2)
    wait_until(page, lambda: "cell=8" in page.url)
    page.locator(".st-key-cell-modes input").first.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    wait_until(page, lambda: "cell=" in page.url and "cell=8" not in page.url)
    page.locator(".st-key-open_learn button").first.click()
    has(page, "What does a model learn")
    has(page, "trained here")
    page.get_by_role("link", name="Sweep").click()
    has(page, "shipped")
    assert faults(page) == []


def test_a_small_sweep_fills_in_without_a_flicker(open_page, app, settled):
    page = open_page(f"{app}/sweep?{SMALL}&budget=4000", viewport={"width": 1280, "height": 900})
    ready(page, settled, "not computed yet")
    page.evaluate(
        """() => {
            window.gone = 0;
            const drawn = (node) => node.matches && (node.matches('canvas') || node.querySelector('canvas'));
            new MutationObserver((all) => {
                for (const one of all) for (const node of one.removedNodes) if (drawn(node)) window.gone++;
            }).observe(document.querySelector('.st-key-heat'), { childList: true, subtree: true });
        }"""
    )
    page.locator(".st-key-run_sweep button").first.click()
    has(page, " left")
    has(page, "computed here")
    has(page, "the median goes from")
    assert page.evaluate("window.gone") == 0
    assert faults(page) == []
