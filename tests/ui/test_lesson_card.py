"""Lessons on the screen: begun on the start page, asked, answered, gone through to the end, left."""

from __future__ import annotations

import pytest

from explorer.experiments.presets import preset
from explorer.lessons.claims import filled
from explorer.lessons.lesson import lessons
from explorer.ui.lesson.answers import LATER
from explorer.ui.shell.link import link_text
from tests.ui.test_pages import finished, opened, told

WHY = lessons()["why"]


def session_link(app) -> dict[str, str]:
    """The link to what a session looks at."""
    state = app.session_state
    return link_text(state["preset"], state["experiment"], state["view"])


def taken(app) -> None:
    """Begin the longest lesson on the start page, without its quiz."""
    app.button(key="take-why").click().run()
    app.button(key="quiz_skip").click().run()


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
    taken(app)
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


def test_a_step_is_done_when_it_says_so_and_stays_done():
    app = opened("learn", lesson="why", step="1", preset="three-modes")
    say = WHY.steps[1].say
    app.radio(key="lesson-answer-why-1").set_value(1).run()
    assert say not in told(app)  # its slider has to be moved
    app.button(key="lesson_previous").click().run()
    app.button(key="lesson_next").click().run()
    app.session_state["view"]["snapshot"] = 3
    app.run()
    assert say in told(app)
    app.session_state["view"]["snapshot"] = -1  # where the step began
    app.run()
    assert say in told(app)
    app.button(key="lesson_next").click().run()
    app.button(key="lesson_previous").click().run()
    assert say not in told(app)  # the step begins anew


def test_a_task_and_an_answer_are_still_there_after_a_reload():
    step = WHY.steps[1]
    app = opened("learn", lesson="why", step="1", preset="three-modes", snapshot="3")
    assert step.say in told(app)
    link = session_link(app)
    app.radio(key="lesson-answer-why-1").set_value(0).run()
    assert filled(step.reasons[0]) in told(app)
    link = session_link(app)
    app = opened("learn", **link)
    assert step.say in told(app)
    assert app.radio(key="lesson-answer-why-1").value == 0
    assert filled(step.reasons[0]) in told(app)


def test_a_step_that_is_shown_without_its_task_asks_for_it_until_it_is_done():
    app = opened("learn", lesson="why", step="1", preset="three-modes")
    assert "task" not in session_link(app)
    app.session_state["view"]["snapshot"] = 3
    app.run()
    assert session_link(app)["task"] == "1"


@pytest.mark.parametrize(
    ("number", "given_away"),
    [
        (0, "builds"),
        (2, "There a sample can come to rest"),
        (3, "From the same noise"),
        (4, "still move in their last steps"),
        (5, "The best window"),
        (6, "the rate goes from"),
    ],
)
def test_what_answers_a_prediction_is_said_when_it_was_made(number, given_away):
    step = WHY.steps[number]
    app = finished(opened(step.page, lesson="why", step=str(number), **step.link), LATER)
    before = told(app)
    assert given_away not in before
    charts = len(app.get("vega_lite_chart"))
    app = finished(opened(step.page, lesson="why", step=str(number), choice="0", **step.link), given_away)
    assert not app.exception
    assert LATER not in told(app)
    if step.page in ("learn", "recursive", "score"):
        assert len(app.get("vega_lite_chart")) > charts == 0


def test_outside_of_a_lesson_nothing_is_kept_back():
    assert LATER not in told(opened("learn", preset="three-modes"))
    other = opened("score", lesson="why", step="0", preset="three-modes")  # not the step's page
    assert LATER not in told(other)


def test_ones_own_data_stay_until_a_step_needs_others():
    app = opened("start")
    taken(app)
    own = preset("three-modes").experiment.replace(points=500)
    app.session_state["experiment"] = own
    app.button(key="lesson_next").click().run()
    assert app.session_state["experiment"] == own
    assert "These are your own data (Three modes, edited)" in told(app)
    app.button(key="lesson_next").click().run()  # Score, which shows no untrained network
    assert app.session_state["experiment"] == preset("three-modes").experiment
    assert "This step needs Three modes as it ships; your own data are put aside." in told(app)
    app.button(key="lesson_previous").click().run()
    assert app.session_state["experiment"] == own
    app.button(key="lesson_next").click().run()
    app.button(key="own_data").click().run()
    assert app.session_state["experiment"] == own
    app.button(key="reset").click().run()
    app.button(key="lesson_previous").click().run()
    assert app.session_state["experiment"] == preset("three-modes").experiment
    assert "your own data" not in told(app)


def test_a_lesson_ends_with_what_it_came_to_an_experiment_and_the_next_lesson():
    last = len(WHY.steps) - 1
    step = WHY.steps[last]
    app = opened(step.page, lesson="why", step=str(last), **step.link)
    assert WHY.closing not in told(app)
    app.radio(key=f"lesson-answer-why-{last}").set_value(0).run()
    assert WHY.closing in told(app)
    assert WHY.suggestion.text in told(app)
    app.button(key="lesson_following").click().run()
    assert not app.exception
    assert (app.session_state["view"]["lesson"], app.session_state["view"]["step"]) == (WHY.next, 0)
    app = opened(step.page, lesson="why", step=str(last), choice="0", **step.link)
    app.button(key="lesson_try").click().run()
    assert not app.exception
    assert app.session_state["view"]["lesson"] == ""
    assert session_link(app)["preset"] == WHY.suggestion.link["preset"]


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
