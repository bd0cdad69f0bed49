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
    Handle(page, "picked-True")
    # The history plays from pictures of noise to pictures of shapes.
    first = player.frame
    player.button("Step back").click()
    wait_until(page, lambda: player.frame == first - 1)
    assert faults(page) == []


def test_pictures_on_their_way_are_followed_by_model_and_truth(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32&gallery=on+their+way")
    wait_until(
        page, lambda: page.locator(".st-key-gallery-on-their-way .player[data-frames='32']").count(), 90
    )
    player = Handle(page, "gallery-on-their-way")
    player.button("Play").click()
    wait_until(page, lambda: 3 < player.frame < 30)
    assert faults(page) == []


def test_a_network_is_trained_live_and_stopped(open_page, app, settled):
    page = open_page(f"{app}/shapes?preset=shapes-32&seed=5")
    ready(page, settled, "not trained yet")
    page.get_by_role("button", name="Train", exact=True).click()
    wait_until(page, lambda: "steps/s" in page.inner_text("body"), 60)
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_until(page, lambda: "steps/s" not in page.inner_text("body"))
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()
    assert faults(page) == []
