"""What is on screen is what the page, the link and the server hold: after a return, a reload, and Back."""

from __future__ import annotations

import pytest

from tests.browser.conftest import ROOT
from tests.browser.test_app import frames, rest, wait_until

pytestmark = pytest.mark.browser

MOVE = """(slider, frame) => {
  slider.value = frame;
  for (const kind of ["input", "change"]) slider.dispatchEvent(new Event(kind));
}"""


@pytest.fixture
def app(serve) -> str:
    return serve(ROOT / "app.py")


def go(page, settled, name: str) -> None:
    page.get_by_test_id("stTopNavLink").filter(has_text=name).click()
    wait_until(page, lambda: page.url.split("?")[0].endswith(f"/{name.lower()}"))
    rest(page, settled)


def move_to(page, settled, frame: int) -> None:
    """Drag the page's player to a frame, and let it report."""
    slider = page.locator("section.player input[type=range]").first
    slider.evaluate(MOVE, frame)
    page.wait_for_timeout(400)
    rest(page, settled)


def test_a_snapshot_stays_on_screen_on_every_page_and_back(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=two-modes")
    rest(page, settled)
    _, count = frames(page)
    assert count > 4
    move_to(page, settled, 2)
    wait_until(page, lambda: "snapshot=2" in page.url)
    go(page, settled, "Score")
    assert "snapshot=2" in page.url
    go(page, settled, "Learn")
    assert frames(page) == (2, count)
    assert "snapshot=2" in page.url


def test_the_step_of_the_score_survives_leaving_and_a_reload(app, open_page, settled):
    page = open_page(f"{app}/score?preset=two-modes")
    rest(page, settled)
    move_to(page, settled, 3)
    wait_until(page, lambda: "t=" in page.url)
    step = page.url.split("t=")[-1].split("&")[0]
    go(page, settled, "Learn")
    go(page, settled, "Score")
    assert frames(page)[0] == 3
    page.reload()
    settled(page)
    rest(page, settled)
    assert frames(page)[0] == 3
    assert f"t={step}" in page.url


def test_the_threshold_stays_after_a_return(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=two-modes&n=5000")
    rest(page, settled)
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    move_to(page, settled, 20)
    wait_until(page, lambda: "cut=" in page.url)
    go(page, settled, "Score")
    go(page, settled, "Detect")
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    assert frames(page)[0] == 20
    page.get_by_role("button", name="Keep 96 %").click()
    rest(page, settled)
    wait_until(page, lambda: frames(page)[0] != 20)
    assert "cut=" not in page.url


def test_a_reload_stays_on_the_start_page_and_an_old_link_leads_to_learn(app, open_page, settled):
    page = open_page(app)
    rest(page, settled)
    page.reload()
    settled(page)
    rest(page, settled)
    assert page.url.split("?")[0].rstrip("/") == app
    assert "/learn" in open_page(f"{app}/?preset=two-modes").url


def test_changes_of_a_view_add_nothing_to_the_history_and_back_leads_to_the_page_before(
    app, open_page, settled
):
    page = open_page(f"{app}/learn?preset=two-modes")
    rest(page, settled)
    go(page, settled, "Score")
    before = page.evaluate("history.length")
    for frame in (3, 5, 8):
        shown = page.url
        move_to(page, settled, frame)
        wait_until(page, lambda shown=shown: "t=" in page.url and page.url != shown)
    rest(page, settled)
    assert page.evaluate("history.length") == before
    page.evaluate("history.back()")
    wait_until(page, lambda: page.evaluate("location.pathname") == "/learn")
    rest(page, settled)
    assert page.get_by_role("heading", level=1).inner_text() == "What does a model learn from these points?"


def test_a_link_that_asks_for_a_step_beyond_all_numbers_is_a_sentence(app, open_page, settled):
    page = open_page(f"{app}/score?preset=two-modes&t=99999999999999999999")
    rest(page, settled)
    assert "outside [-1, 3999]" in page.inner_text("body")
    assert page.locator("section.player canvas").count() >= 1
    page = open_page(f"{app}/learn?preset=[click](http://example.org)")
    rest(page, settled)
    assert "[click](http" in page.inner_text("body").replace("\u2060", "")
    assert page.locator("a[href*='example.org']").count() == 0


@pytest.mark.parametrize("name", ["learn", "score", "detect", "recursive"])
def test_on_a_phone_the_figure_comes_before_the_controls(app, open_page, settled, name):
    page = open_page(f"{app}/{name}?preset=three-modes", viewport={"width": 390, "height": 844})
    rest(page, settled)
    figure = page.locator("section.player canvas").first
    figure.wait_for(timeout=60_000)
    controls = page.locator(".st-key-page [data-testid=stColumn]").first
    assert figure.bounding_box()["y"] < 600
    assert figure.bounding_box()["y"] < controls.bounding_box()["y"]


def test_on_a_phone_all_options_of_a_prediction_can_be_seen(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes", viewport={"width": 390, "height": 844})
    rest(page, settled)
    last = page.get_by_role("radio", name="hundreds or more").bounding_box()
    assert last["x"] + last["width"] <= 390
