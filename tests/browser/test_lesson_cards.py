"""The card of a lesson as a student sees it: with its buttons, from the top, and in step with the figure."""

from __future__ import annotations

import pytest

from explorer.lessons.lesson import lessons
from tests.browser.test_app import frames
from tests.browser.test_kept_view import move_to
from tests.browser.waiting import becomes, has, lacks, ready, rests, wait_until

pytestmark = pytest.mark.browser

WHY = lessons()["why"]


def next_button(page):
    return page.locator(".st-key-lesson_next button")


def in_sight(page, locator) -> bool:
    box = locator.bounding_box()
    return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]


def scrolled(page) -> float:
    return page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")


def test_after_the_answer_the_training_is_played_to_its_end(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why")
    settled(page)
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    becomes(page, lambda: frames(page)[0], 0)
    _, count = frames(page)
    page.locator(".st-key-lesson").get_by_text("anywhere", exact=True).click()
    becomes(page, lambda: frames(page)[0], count - 1)
    wait_until(page, lambda: "snapshot=" not in page.url)
    settled(page)
    assert frames(page)[0] == count - 1
    has(page, "8,000 steps")


def test_who_asks_for_reduced_motion_sees_the_end_at_once(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why", reduced_motion="reduce")
    settled(page)
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    page.locator(".st-key-lesson").get_by_text("anywhere", exact=True).click()
    becomes(page, lambda: frames(page)[0], frames(page)[1] - 1)


@pytest.mark.parametrize("number", range(len(WHY.steps) - 1))
def test_next_is_in_sight_before_and_after_the_answer(app, open_page, settled, number):
    step = WHY.steps[number]
    link = "&".join(f"{name}={value}" for name, value in step.link.items())
    for chosen in ("", "&choice=0"):
        page = open_page(f"{app}/{step.page}?{link}&lesson=why&step={number}{chosen}")
        settled(page)
        next_button(page).wait_for()
        wait_until(page, lambda page=page: in_sight(page, next_button(page)))
        page.mouse.move(900, 500)
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(500)
        rests(page, lambda page=page: scrolled(page))
        assert in_sight(page, next_button(page))


def test_every_step_begins_at_the_top(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&snapshot=0&lesson=why&choice=0")
    settled(page)
    page.mouse.move(900, 500)
    page.mouse.wheel(0, 2_000)
    wait_until(page, lambda: scrolled(page) > 0)
    next_button(page).click()
    has(page, WHY.steps[1].title)
    settled(page)
    wait_until(page, lambda: scrolled(page) == 0)
    becomes(page, lambda: page.locator(".st-key-lesson").evaluate("card => card.scrollTop"), 0)


def test_a_task_is_acknowledged_on_the_card_as_soon_as_it_is_done(app, open_page, settled):
    page = open_page(f"{app}/learn?preset=three-modes&lesson=why&step=1")
    settled(page)
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    has(page, WHY.steps[1].title)
    assert WHY.steps[1].say not in page.inner_text(".st-key-lesson")
    move_to(page, settled, 2)
    wait_until(page, lambda: WHY.steps[1].say in page.inner_text(".st-key-lesson"))
    wait_until(page, lambda: "task=1" in page.url)
    page.reload()
    settled(page)
    wait_until(page, lambda: WHY.steps[1].say in page.inner_text(".st-key-lesson"))


def test_the_windows_of_the_grid_are_there_at_once(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=grid-25&judge=windows&lesson=why&step=5&choice=1")
    ready(page, settled, "The best window 0:3, chosen on 10,000 samples")
    assert "drawing" not in page.inner_text("body")


def test_the_last_picture_stays_while_another_window_is_drawn(app, open_page, settled):
    page = open_page(f"{app}/detect?preset=ring-8&window=1:6")
    wait_until(page, lambda: page.locator("section.player").count() > 0)
    has(page, "still t = 0 to 9")
    readouts = page.locator(".st-key-threshold section.player").first
    before = readouts.inner_text()
    assert page.locator("section.player canvas").first.bounding_box()["height"] > 200
    lacks(page, "still t")
    wait_until(page, lambda: readouts.inner_text() != before)
