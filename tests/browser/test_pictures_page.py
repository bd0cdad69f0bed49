"""Pictures in a real browser: a gallery, a picture singled out, and live training."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ROOT
from tests.browser.test_app import wait_until
from tests.browser.test_detection import faults, ready
from tests.browser.test_player import Handle

pytestmark = pytest.mark.browser


@pytest.fixture
def app(serve) -> str:
    return serve(ROOT / "app.py")


def test_a_picture_is_singled_out_and_named(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32", viewport={"width": 1280, "height": 1100})
    ready(page, settled, "shipped, seed 0")
    player = Handle(page, "gallery-samples")
    player.canvas.focus()
    page.keyboard.press(".")
    wait_until(page, lambda: "nearest valid picture" in page.inner_text("body"))
    Handle(page, "picked")
    # The history plays from pictures of noise to pictures of shapes.
    first = player.frame
    player.button("Step back").click()
    wait_until(page, lambda: player.frame == first - 1)
    assert faults(page) == []


def test_one_kind_alone_is_chosen_and_the_link_keeps_it(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=hands-48")
    ready(page, settled, "shipped, seed 0")
    page.get_by_label("Pictures", exact=True).click()
    page.get_by_role("option", name="more", exact=True).click()
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
    wait_until(page, lambda: "decided by t =" in page.inner_text("body"))
    decided = Handle(page, "decided")
    wait_until(page, lambda: 0 < decided.frame < 26)  # it opens where the picture was decided
    decided.button("Play").click()
    player.button("Play").click()
    wait_until(page, lambda: 3 < player.frame < 26)
    assert faults(page) == []


def test_the_detector_judges_the_shipped_pictures_at_once(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=hands-48&gallery=detector")
    ready(page, settled, "n = 1,024")
    assert "caught by kind: fewer" in page.inner_text("body")
    page.goto(f"{app}/shapes?preset=hands-48&gallery=detector&judge=windows")
    wait_until(page, lambda: "the authors' 0:8 recall" in page.inner_text("body"))
    assert faults(page) == []


def test_a_network_is_trained_live_and_stopped(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32&seed=5")
    ready(page, settled, "not trained yet")
    page.get_by_role("button", name="Train", exact=True).click()
    wait_until(page, lambda: "steps/s" in page.inner_text("body"), 60)
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until(page, lambda: "steps/s" not in page.inner_text("body"))
    page.get_by_text("stopped at step").wait_for()
    assert page.get_by_role("button", name="Resume", exact=True).is_enabled()
    page.get_by_role("button", name="Discard", exact=True).click()
    wait_until(page, lambda: "not trained yet" in page.inner_text("body"))
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()
    assert faults(page) == []
