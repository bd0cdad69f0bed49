"""What is on screen is what the page, the link and the server hold: after a return, a reload, and Back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_app import frames
from tests.browser.waiting import becomes, has, rests, wait_until

pytestmark = pytest.mark.browser

# The module that has addresses replace each other comes with the page, and a busy machine starts it late.
HISTORY_IS_KEPT = "() => !history.pushState.toString().includes('native code')"
MOVE = """(slider, frame) => {
  slider.value = frame;
  for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind));
}"""


def go(page, settled, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    wait_until(page, lambda: page.url.split("?")[0].endswith(f"/{name.lower()}"))
    settled(page)


def move_to(page, settled, frame: int) -> None:
    """Drag the page's player to a frame, and let it report, which it does when it has rested for a while."""
    slider = page.locator("section.player input[type=range]").first
    slider.evaluate(MOVE, frame)
    page.wait_for_timeout(400)
    settled(page)


def test_a_snapshot_stays_on_screen_on_every_page_and_back(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=two-modes")
    settled(page)
    _, count = frames(page)
    assert count > 4
    move_to(page, settled, 2)
    wait_until(page, lambda: "snapshot=2" in page.url)
    go(page, settled, "Score")
    wait_until(page, lambda: "snapshot=2" in page.url)
    go(page, settled, "Learn")
    becomes(page, lambda: frames(page), (2, count))
    wait_until(page, lambda: "snapshot=2" in page.url)


def test_the_step_of_the_score_survives_leaving_and_a_reload(app, open_page, settled):
    page = open_page(f"{app}/score?preset=two-modes")
    settled(page)
    move_to(page, settled, 3)
    wait_until(page, lambda: "t=" in page.url)
    step = page.url.split("t=")[-1].split("&")[0]
    go(page, settled, "Learn")
    go(page, settled, "Score")
    becomes(page, lambda: frames(page)[0], 3)
    page.reload()
    settled(page)
    becomes(page, lambda: frames(page)[0], 3)
    wait_until(page, lambda: f"t={step}" in page.url)


def test_the_threshold_stays_after_a_return(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=two-modes&n=5000")
    settled(page)
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    move_to(page, settled, 20)
    wait_until(page, lambda: "cut=" in page.url)
    go(page, settled, "Score")
    go(page, settled, "Detect")
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    becomes(page, lambda: frames(page)[0], 20)
    page.get_by_role("button", name="Keep 96 %").click()
    settled(page)
    wait_until(page, lambda: frames(page)[0] != 20)
    wait_until(page, lambda: "cut=" not in page.url)


def test_a_reload_stays_on_the_start_page_and_an_old_link_leads_to_learn(app, open_page, settled):
    page = open_page(app)
    settled(page)
    page.reload()
    settled(page)
    page.get_by_role("button", name="Take the lesson").first.wait_for()
    assert page.url.split("?")[0].rstrip("/") == app
    old = open_page(f"{app}/?preset=two-modes")
    wait_until(old, lambda: "/learn" in old.url)


def test_changes_of_a_view_add_nothing_to_the_history_and_back_leads_to_the_page_before(
    app, open_page, settled
):
    page = open_page(f"{app}/learn?preset=two-modes")
    settled(page)
    page.wait_for_function(HISTORY_IS_KEPT)
    go(page, settled, "Score")
    before = page.evaluate("history.length")
    for frame in (3, 5, 8):
        shown = page.url
        move_to(page, settled, frame)
        wait_until(page, lambda shown=shown: "t=" in page.url and page.url != shown)
    settled(page)
    assert page.evaluate("history.length") == before
    page.evaluate("history.back()")
    wait_until(page, lambda: page.evaluate("location.pathname") == "/learn")
    expect(page.get_by_role("heading", level=1)).to_have_text("What does a model learn from these points?")


def test_a_link_that_asks_for_a_step_beyond_all_numbers_is_a_sentence(app, open_page, settled):
    page = open_page(f"{app}/score?preset=two-modes&t=99999999999999999999")
    settled(page)
    has(page, "outside [-1, 3999]")
    page.locator("section.player canvas").first.wait_for()
    page = open_page(f"{app}/learn?preset=[click](http://example.org)")
    settled(page)
    wait_until(page, lambda: "[click](http" in page.inner_text("body").replace("\u2060", ""))
    assert page.locator("a[href*='example.org']").count() == 0


@pytest.mark.parametrize("name", ["learn", "score", "detect", "recursive"])
def test_on_a_phone_the_figure_comes_before_the_controls(app, open_page, settled, name):
    page = open_page(f"{app}/{name}?preset=three-modes", viewport={"width": 390, "height": 844})
    settled(page)
    figure = page.locator("section.player canvas").first
    figure.wait_for()
    controls = page.locator(".st-key-page [data-testid=stColumn]").first
    controls.wait_for()
    at, below = rests(page, lambda: (figure.bounding_box()["y"], controls.bounding_box()["y"]))
    assert at < 600
    assert at < below


def test_on_a_phone_all_options_of_a_prediction_can_be_seen(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes", viewport={"width": 390, "height": 844})
    settled(page)
    last = page.get_by_role("radio", name="hundreds or more").bounding_box()
    assert last["x"] + last["width"] <= 390
