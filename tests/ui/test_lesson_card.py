"""Lessons on the screen: begun on the start page, asked, answered, gone through to the end, left."""

from __future__ import annotations

import pytest

from explorer.lessons.claims import filled
from explorer.lessons.lesson import lessons
from tests.ui.test_pages import opened, told

WHY = lessons()["why"]


def test_the_start_page_offers_every_lesson_and_the_way_out():
    app = opened("start")
    assert not app.exception
    for lesson in lessons().values():
        assert app.button(key=f"take-{lesson.name}")
    assert "exact" in told(app)
    app.button(key="explore").click().run()
    assert not app.exception
    assert "It is trained on the modes" in " ".join(html.proto.body for html in app.get("html"))


def test_a_lesson_sets_its_pages_and_meets_answers_with_reasons():
    app = opened("start")
    app.button(key="take-why").click().run()
    assert not app.exception
    for number, step in enumerate(WHY.steps[:3]):
        assert app.session_state["view"]["step"] == number
        assert f"{number + 1} of {len(WHY.steps)}" in told(app)
        assert filled(step.text)[:40] in told(app)
        for choice in range(len(step.options)):
            app.radio(key=f"lesson-answer-why-{number}").set_value(choice).run()
            assert filled(step.reasons[choice]) in told(app)
        app.button(key="lesson_next").click().run()
        assert not app.exception
    assert app.session_state["view"]["lesson"] == "why"
    app.button(key="lesson_previous").click().run()
    assert app.radio(key="lesson-answer-why-2").value == len(WHY.steps[2].options) - 1  # kept
    app.button(key="lesson_leave").click().run()
    assert app.session_state["view"]["lesson"] == ""
    assert "of 8" not in told(app)


def test_a_step_is_done_when_it_says_so():
    app = opened("learn", lesson="why", step="1", preset="three-modes")
    say = WHY.steps[1].say
    app.radio(key="lesson-answer-why-1").set_value(1).run()
    assert say not in told(app)  # its slider has to be moved
    app.button(key="lesson_previous").click().run()
    app.button(key="lesson_next").click().run()
    app.session_state["view"]["snapshot"] = 3
    app.run()
    assert say in told(app)


def test_another_page_leads_back_to_the_step():
    app = opened("score", lesson="why", step="0")
    assert not app.exception
    app.button(key="lesson_back").click().run()
    assert not app.exception
    assert filled(WHY.steps[0].text)[:40] in told(app)


@pytest.mark.parametrize("link", [{"lesson": "none"}, {"lesson": "why", "step": "99"}, {"step": "-5"}])
def test_a_forged_link_to_a_lesson_is_harmless(link):
    app = opened("learn", **link)
    assert not app.exception


@pytest.mark.parametrize("name", lessons())
def test_every_step_of_every_lesson_can_be_shown(name):
    for number, step in enumerate(lessons()[name].steps):
        app = opened(step.page, lesson=name, step=str(number), **step.link)
        assert not app.exception, (name, number)
        assert "was not quite right" not in told(app), (name, number)
        assert step.title in told(app)


def test_beside_the_card_the_controls_are_folded_until_they_are_asked_for():
    def hidden(app) -> bool:
        return any(".st-key-folded { display: none }" in html.proto.body for html in app.get("html"))

    app = opened("score", preset="three-modes", lesson="why", step="2")
    assert hidden(app)
    app.toggle(key="controls_unfolded").set_value(True).run()
    assert not app.exception
    assert not hidden(app)
    assert app.selectbox(key="view.region").value == "all"
    assert not hidden(opened("score", preset="three-modes"))
