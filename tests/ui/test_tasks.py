"""Tasks on the pages: the strip under the header, what it says, and that done stays done."""

from __future__ import annotations

import pytest

from explorer.lessons.claims import filled
from explorer.lessons.lesson import lessons
from explorer.ui.lesson.tasks import NOTHING_YET, OTHER_DATA
from tests.ui.test_pages import finished, opened, told

CURE, DDIM, WHY = (lessons()[name].tasks for name in ("cure", "ddim", "why"))


def test_a_task_begins_at_the_end_of_its_lesson():
    lesson = lessons()["cure"]
    step = lesson.steps[-1]
    app = opened(step.page, lesson="cure", step=str(len(lesson.steps) - 1), choice="0", **step.link)
    assert filled(CURE[0].text) in told(app)
    app.button(key="task-cure-1").click().run()
    assert not app.exception
    assert app.session_state["view"]["lesson"] == ""
    assert app.session_state["view"]["doing"] == "cure-1"
    assert app.session_state["view"]["treatment"] == CURE[0].link["treatment"]
    assert "Not yet: 0.33 times the rate, the poorest mode has 81% of its share." in told(app)


def test_the_strip_says_when_a_task_is_reached_and_remembers_it():
    app = opened("remedies", doing="cure-1", **CURE[0].link)
    app.session_state["view"]["treatment"] = "sharpening=0.1"
    app.run()
    assert "Reached:** 0.22 times the rate, the poorest mode has 95% of its share." in told(app)
    app.session_state["view"]["treatment"] = "guidance=0.5"
    app.run()
    assert "Not yet: 0.33 times the rate" in told(app)
    assert "It was reached before." in told(app)
    app.button(key="task_leave").click().run()
    assert "Not yet" not in told(app)
    assert filled(CURE[0].text) not in told(app)


@pytest.mark.parametrize(
    ("link", "sign"),
    [
        ({}, "Not yet: 4.25 % beyond 5 σ with 10 calls."),
        ({"solver": "rk4", "calls": "37"}, "Reached:** 0.0898 % beyond 5 σ with 37 calls."),
    ],
)
def test_a_sampler_is_judged_by_its_rate_and_its_calls(link, sign):
    assert sign in told(opened("samplers", doing="ddim-1", **DDIM[0].link, **link))


def test_a_threshold_is_judged_as_it_is_dragged():
    app = finished(opened("detect", doing="why-2", **WHY[1].link), "Not yet: caught 27 of 27, kept 96.0 %.")
    app.session_state["view"]["cut"] = "0.0035"
    app.run()
    assert "Reached:** caught 2" in told(app)


def test_a_network_is_judged_and_other_data_are_not():
    app = opened("learn", doing="why-1", **WHY[0].link)
    assert "Not yet: 0.0329 % beyond 5 σ after 8,000 steps." in told(app)
    assert app.button(key="task_seed")
    assert OTHER_DATA in told(opened("learn", doing="why-1", preset="four-modes"))
    assert NOTHING_YET in told(opened("learn", doing="why-1", seed="7", **WHY[0].link))


@pytest.mark.parametrize("doing", ["why-99", "none-1", "why-0", "x"])
def test_a_forged_link_to_a_task_is_harmless(doing):
    app = opened("learn", doing=doing)
    assert not app.exception
    assert "Task" not in told(app)
