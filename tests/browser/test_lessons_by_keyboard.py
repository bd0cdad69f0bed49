"""Lessons taken without a mouse, from the start page to their last step."""

from __future__ import annotations

import pytest

from explorer.lessons.lesson import lessons
from tests.browser.test_detection import faults
from tests.browser.waiting import becomes, has, wait_until

pytestmark = pytest.mark.browser

# The longest always; the others are made of the same kinds of steps.
LESSONS = [pytest.param(name, marks=[pytest.mark.slow] if name != "why" else []) for name in lessons()]
MOST_TABS = 120  # twice round a page: Learn beside its card has 56 stops
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const label = at?.getAttribute("aria-label") ?? at?.innerText ?? "";
  return [at?.tagName ?? "", at?.type ?? "", label.trim()];
}"""


def tab_to(page, wanted) -> None:
    """Press Tab until what has the focus is what is wanted."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted(*page.evaluate(FOCUSED)):
            return
    raise AssertionError(f"{MOST_TABS} tabs lead nowhere; the focus is on {page.evaluate(FOCUSED)}")


def press_button(page, name: str, settled) -> None:
    tab_to(page, lambda tag, _, text: tag == "BUTTON" and text.startswith(name))
    page.keyboard.press("Enter")
    settled(page)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_from_end_to_end(app, open_page, settled, lesson):
    name = "Take the lesson" if lesson == "why" else lessons()[lesson].title
    lesson = lessons()[lesson]
    page = open_page(app)
    tab_to(page, lambda tag, _, text: tag == "BUTTON" and text.startswith(name))
    page.keyboard.press("Enter")
    if lesson.quiz:
        has(page, "What do you think now?")
        settled(page)
        press_button(page, "Skip the quiz", settled)
    for number, step in enumerate(lesson.steps):
        has(page, step.title)
        settled(page)
        card = page.locator(".st-key-lesson")
        told = f"{number + 1} of {len(lesson.steps)}"
        wait_until(page, lambda card=card, told=told: told in card.inner_text())
        if step.ask:
            options = card.locator("input[type=radio]")
            wait_until(page, lambda options=options, step=step: options.count() == len(step.options))
            tab_to(page, lambda _, kind, __: kind == "radio")
            page.keyboard.press("Space")
            wait_until(page, lambda card=card: card.locator("[data-testid=stAlert]").count() == 1)
            settled(page)
        press_button(page, "End" if step is lesson.steps[-1] else "Next", settled)
    becomes(page, lambda: page.locator(".st-key-lesson").count(), 0)
    assert faults(page) == []
