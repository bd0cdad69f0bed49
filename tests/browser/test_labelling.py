"""Labels by hand in a browser: keys, undo, and a reload that goes on where it was."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def picture(page):
    return page.locator(".label canvas").first


def test_keys_label_undo_and_a_reload_resumes(app, open_page, settled):
    who = f"k{secrets.token_hex(4)}"  # the app of all tests keeps what they label
    page = open_page(f"{app}/label?labelled=60")
    page.get_by_role("textbox", name="A short name").fill(who)
    page.get_by_role("button", name="Begin").click()
    count = page.locator(".label .count")
    expect(count).to_have_text("0 of 60")
    expect(picture(page)).to_have_attribute("aria-label", "Picture 1 of 60")
    first = picture(page).evaluate("canvas => canvas.toDataURL()")
    for key in "1211s0":  # as fast as they come
        page.keyboard.press(key)
    expect(count).to_have_text("6 of 60")
    page.keyboard.press("z")
    expect(count).to_have_text("5 of 60")
    expect(picture(page)).to_have_attribute("aria-label", "Picture 6 of 60")
    settled(page)
    page.wait_for_timeout(400)
    page.reload()
    settled(page)
    expect(count).to_have_text("5 of 60")
    expect(picture(page)).to_have_attribute("aria-label", "Picture 6 of 60")
    for _ in range(5):
        page.keyboard.press("z")
    expect(picture(page)).to_have_attribute("aria-label", "Picture 1 of 60")
    assert picture(page).evaluate("canvas => canvas.toDataURL()") == first
    assert not [error for error in page.errors if "404" not in error]


def test_twelve_at_once_and_what_they_say(app, open_page, settled):
    who = f"g{secrets.token_hex(4)}"
    page = open_page(f"{app}/label?labelled=60&layout=twelve&preset=hands-48&labeller={who}")
    tiles = page.locator(".label .tile")
    expect(tiles).to_have_count(12)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    expect(tiles.nth(1)).to_have_attribute("aria-label", "Picture 2 of 60, not possible")
    for block in range(5):
        page.locator(".label").get_by_role("button", name="The others are possible").click()
        if block < 4:
            expect(page.locator(".label .count")).to_have_text(f"{12 * (block + 1)} of 60")
    expect(page.get_by_text("Of 60 pictures you call")).to_be_visible()  # after the last one
    expect(page.get_by_text("You and the exact judge agree on")).to_be_visible()
    assert not [error for error in page.errors if "404" not in error]
