"""The card of a lesson as a student sees it: with its buttons, from the top, and in step with the figure."""

from __future__ import annotations

import pytest

from explorer.lessons.lesson import lessons
from tests.browser.conftest import ROOT
from tests.browser.test_app import frames, rest, wait_until
from tests.browser.test_kept_view import move_to

pytestmark = pytest.mark.browser

WHY = lessons()["why"]


@pytest.fixture
def app(serve) -> str:
    return serve(ROOT / "app.py")


def next_button(page):
    return page.locator(".st-key-lesson_next button")


def in_sight(page, locator) -> bool:
    box = locator.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


def scrolled(page) -> float:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")


def test_after_the_answer_the_training_is_played_to_its_end(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why")
    rest(page, settled)
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    frame, count = frames(page)
    assert frame == 0
    page.locator(".st-key-lesson").get_by_text("anywhere", exact=True).click()
    wait_until(page, lambda: frames(page)[0] == count - 1, 60)
    wait_until(page, lambda: "snapshot=" not in page.url)
    rest(page, settled)
    assert frames(page)[0] == count - 1
    assert "8,000 steps" in page.inner_text("body")


def test_who_asks_for_reduced_motion_sees_the_end_at_once(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why", reduced_motion="reduce")
    rest(page, settled)
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    page.locator(".st-key-lesson").get_by_text("anywhere", exact=True).click()
    wait_until(page, lambda: frames(page)[0] == frames(page)[1] - 1, 60)


@pytest.mark.parametrize("number", range(len(WHY.steps) - 1))
def test_next_is_in_sight_before_and_after_the_answer(app, open_page, settled, number):
    step = WHY.steps[number]
    link = "&".join(f"{name}={value}" for name, value in step.link.items())
    for chosen in ("", "&choice=0"):
        page = open_page(f"{app}/{step.page}?{link}&lesson=why&step={number}{chosen}")
        rest(page, settled)
        next_button(page).wait_for(timeout=60_000)
        assert in_sight(page, next_button(page))
        page.mouse.move(900, 500)
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(500)
        assert in_sight(page, next_button(page))


def test_every_step_begins_at_the_top(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why&choice=0")
    rest(page, settled)
    page.mouse.move(900, 500)
    page.mouse.wheel(0, 2_000)
    wait_until(page, lambda: scrolled(page) > 0)
    next_button(page).click()
    wait_until(page, lambda: WHY.steps[1].title in page.inner_text("body"), 60)
    rest(page, settled)
    wait_until(page, lambda: scrolled(page) == 0)
    assert page.locator(".st-key-lesson").evaluate("card => card.scrollTop") == 0


def test_a_task_is_acknowledged_on_the_card_as_soon_as_it_is_done(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&lesson=why&step=1")
    rest(page, settled)
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    assert WHY.steps[1].say not in page.inner_text(".st-key-lesson")
    move_to(page, settled, 2)
    wait_until(page, lambda: WHY.steps[1].say in page.inner_text(".st-key-lesson"))
    wait_until(page, lambda: "task=1" in page.url)
    page.reload()
    settled(page)
    rest(page, settled)
    wait_until(page, lambda: WHY.steps[1].say in page.inner_text(".st-key-lesson"), 60)


def test_the_windows_of_the_grid_are_there_at_once(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=grid-25&judge=windows&lesson=why&step=5&choice=1")
    rest(page, settled)
    wait_until(page, lambda: "The best window 0:3, chosen on 10,000 samples" in page.inner_text("body"), 60)
    assert "drawing" not in page.inner_text("body")


def test_the_last_picture_stays_while_another_window_is_drawn(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=ring-8&window=1:6")
    wait_until(page, lambda: page.locator("section.player").count() > 0, 60)
    wait_until(page, lambda: "still t = 0 to 9" in page.inner_text("body"), 60)
    assert page.locator("section.player canvas").first.bounding_box()["height"] > 200
    readouts = page.locator(".st-key-threshold section.player").first
    before = readouts.inner_text()
    wait_until(page, lambda: "still t" not in page.inner_text("body"), 120)
    wait_until(page, lambda: readouts.inner_text() != before)
