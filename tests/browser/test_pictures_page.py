"""Pictures in a real browser: a gallery, a picture singled out, and live training."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_app import button
from tests.browser.test_detection import faults
from tests.browser.test_player import Handle
from tests.browser.waiting import becomes, choose, has, lacks, ready, wait_until

pytestmark = pytest.mark.browser


def test_a_picture_is_singled_out_and_named(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32", viewport={"width": 1280, "height": 1100})
    ready(page, settled, "shipped, seed 0")
    player = Handle(page, "gallery-samples")
    player.canvas.focus()
    page.keyboard.press(".")
    has(page, "nearest valid picture")
    Handle(page, "picked")
    # The history plays from pictures of noise to pictures of shapes.
    first = player.frame
    player.button("Step back").click()
    becomes(page, lambda: player.frame, first - 1)
    assert faults(page) == []


def test_one_kind_alone_is_chosen_and_the_link_keeps_it(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=hands-48")
    ready(page, settled, "shipped, seed 0")
    choose(page, page.get_by_label("Pictures", exact=True), "more")
    wait_until(page, lambda: "order=more" in page.url)
    assert faults(page) == []


def test_a_hand_on_its_way_is_followed_to_the_frame_that_decided_it(open_page, app, settled):
    page = open_page(
        f"{app}/shapes?preset=hands-48&gallery=on+their+way", viewport={"width": 1280, "height": 1300}
    )
    ready(page, settled, "shipped, seed 0")
    player = Handle(page, "gallery-on-their-way")
    player.canvas.focus()
    page.keyboard.press(".")
    has(page, "decided by t =")
    decided = Handle(page, "decided")
    wait_until(page, lambda: 0 < decided.frame < 26)  # it opens where the picture was decided
    decided.button("Play").click()
    player.button("Play").click()
    wait_until(page, lambda: 3 < player.frame < 26)
    assert faults(page) == []


def test_the_detector_judges_the_shipped_pictures_at_once(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=hands-48&gallery=detector")
    ready(page, settled, "n = 1,024")
    has(page, "caught by kind: fewer")
    page.goto(f"{app}/shapes?preset=hands-48&gallery=detector&judge=windows")
    has(page, "the authors' 0:8 recall")
    assert faults(page) == []


def test_a_network_is_trained_live_and_stopped(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32&seed=5")
    ready(page, settled, "not trained yet")
    button(page, "Train").click()
    has(page, "steps/s")
    button(page, "Stop").click()
    lacks(page, "steps/s")
    page.get_by_text("stopped at step").wait_for()
    expect(button(page, "Resume")).to_be_enabled()
    button(page, "Discard").click()
    has(page, "not trained yet")
    expect(button(page, "Train")).to_be_enabled()
    assert faults(page) == []
