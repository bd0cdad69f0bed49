"""One's own work in a real browser: two tabs, a reload, another page, a closed tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_app import button, running
from tests.browser.waiting import becomes, choose, has, rests, wait_until

pytestmark = pytest.mark.browser

ENDLESS = "training.steps=200000"


@pytest.fixture
def app(idle_app) -> str:
    return idle_app


def strip(page) -> str:
    return " ".join(page.locator(".work").all_inner_texts())


def test_two_tabs_of_one_browser_have_two_trainings_and_both_finish(app, open_page, settled):
    one = open_page(f"{app}/learn?preset=two-modes&seed=41&training.steps=1500")
    two = one.context.new_page()
    two.goto(f"{app}/learn?preset=two-modes&seed=42&training.steps=1500")
    settled(two)
    button(one, "Train").click()
    one.get_by_text("steps/s").wait_for()
    button(two, "Train").click()
    two.get_by_text("steps/s").wait_for()
    becomes(two, lambda: running(app), 2)
    has(one, "trained here")
    has(two, "trained here")
    expect(one.get_by_text("trained here")).to_contain_text("seed 41", use_inner_text=True)
    expect(two.get_by_text("trained here")).to_contain_text("seed 42", use_inner_text=True)
    becomes(one, lambda: (strip(one), strip(two)), ("", ""))


def test_a_reload_finds_the_training_on_any_page(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=two-modes&seed=43&{ENDLESS}")
    button(page, "Train").click()
    page.get_by_text("steps/s").wait_for()
    page.reload()
    settled(page)
    page.get_by_text("steps/s").wait_for()
    page.get_by_test_id("stTopNavLink").filter(has_text="Score").click()
    wait_until(page, lambda: "seed 43" in strip(page) and "/score" in page.url)
    page.reload()
    settled(page)
    wait_until(page, lambda: "seed 43" in strip(page))
    becomes(page, lambda: running(app), 1)
    page.locator(".st-key-work_stop button:visible").click()
    wait_until(page, lambda: running(app) == 0 and not strip(page))


def test_the_strip_stops_and_leads_there_from_another_page_and_nothing_jumps(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=two-modes&seed=44&{ENDLESS}")
    place = rests(page, lambda: page.locator("h1").bounding_box()["y"])
    button(page, "Train").click()
    page.get_by_text("steps/s").wait_for()
    wait_until(page, lambda: "Training Two modes, edited, seed 44" in strip(page))
    assert rests(page, lambda: page.locator("h1").bounding_box()["y"]) == place
    below = page.locator(".st-key-work").bounding_box()
    assert below["y"] + below["height"] <= place
    assert below["height"] <= 30
    page.get_by_test_id("stTopNavLink").filter(has_text="Remedies").click()
    button(page, "Go there").wait_for()
    assert rests(page, lambda: page.locator(".st-key-work").bounding_box()["y"]) == below["y"]
    choose(page, page.locator(".stSelectbox").first, "Grid")
    wait_until(page, lambda: "preset=grid-25" in page.url)
    settled(page)
    button(page, "Go there").click()
    wait_until(
        page, lambda: "/learn" in page.url and "preset=two-modes" in page.url and "seed=44" in page.url
    )
    page.get_by_text("steps/s").wait_for()
    page.get_by_test_id("stTopNavLink").filter(has_text="Score").click()
    button(page, "Go there").wait_for()
    page.locator(".st-key-work_stop button:visible").click()
    becomes(page, lambda: running(app), 0)
    wait_until(page, lambda: not strip(page))
    page.get_by_test_id("stTopNavLink").filter(has_text="Learn").click()
    page.get_by_text("stopped at step").wait_for()
    button(page, "Resume").click()
    becomes(page, lambda: running(app), 1)
    page.get_by_text("steps/s").wait_for()
    button(page, "Stop").click()
    button(page, "Discard").click()
    page.get_by_text("not trained yet").first.wait_for()


def test_a_closed_tabs_training_ends_after_the_grace_and_the_other_tabs_goes_on(app, open_page, settled):
    one = open_page(f"{app}/learn?preset=two-modes&seed=45&{ENDLESS}")
    two = one.context.new_page()
    two.goto(f"{app}/learn?preset=two-modes&seed=46&{ENDLESS}")
    settled(two)
    for page in (one, two):
        button(page, "Train").click()
        page.get_by_text("steps/s").wait_for()
    two.wait_for_timeout(10_500)  # a tab that was open for so long continues no other
    one.close()
    two.wait_for_timeout(3_000)
    becomes(two, lambda: running(app), 2)
    becomes(two, lambda: running(app), 1)
    wait_until(two, lambda: "seed 46" in strip(two))
    button(two, "Stop").click()
    becomes(two, lambda: running(app), 0)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_strip_fits_its_window_in_a_lesson_and_on_a_projector(app, open_page, settled, width):
    size = {"width": width, "height": 720}
    page = open_page(f"{app}/learn?preset=two-modes&seed=47&{ENDLESS}&lesson=why", viewport=size)
    page.locator(".st-key-controls_unfolded label").click()  # beside a card they are folded
    settled(page)
    page.wait_for_timeout(700)  # what was folded is gone
    button(page, "Train").click()
    page.get_by_text("steps/s").wait_for()
    for query in ("lesson=why&step=2", "projector=1"):
        page.goto(f"{app}/score?preset=two-modes&{query}")
        settled(page)
        wait_until(page, lambda: "seed 47" in strip(page))
        line = rests(page, page.locator(".st-key-work").bounding_box)
        assert line["x"] >= 0
        assert line["x"] + line["width"] <= width
        below = page.locator("h1, .st-key-lesson").first.bounding_box()["y"]
        assert line["y"] + line["height"] <= below + 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        go = button(page, "Go there").bounding_box()
        assert line["x"] <= go["x"]
        assert go["x"] + go["width"] <= line["x"] + line["width"]
    page.locator(".st-key-work_stop button:visible").click()
    becomes(page, lambda: running(app), 0)
