"""The quiz of a lesson: before its first step and after its last, alone and with a class in a room."""

from __future__ import annotations

import csv
import io

import pytest

from explorer.lessons.claims import filled
from explorer.lessons.lesson import Lesson, Question, Step, lessons
from explorer.lessons.quiz_results import count_right, quiz_results
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE, QuizAnswer
from explorer.ui.room.answers_table import LEFT_OPEN, answers_table
from tests.ui.test_pages import PAGES, opened, told
from tests.ui.test_room_page import browser, pressed, rooms

__all__ = ["browser", "rooms"]

WHY = lessons()["why"]
FIRST, LAST = WHY.steps[0], WHY.steps[-1]
RIGHT = [right_option(asked) for asked in WHY.quiz]
WRONG = [(right + 1) % len(asked.options) for right, asked in zip(RIGHT, WHY.quiz, strict=True)]


def quiz(which: str, **link: str):
    """The page at which a quiz of the lesson stands."""
    step, number = (FIRST, 0) if which == "before" else (LAST, len(WHY.steps) - 1)
    return opened(step.page, lesson="why", step=str(number), quiz=which, **step.link, **link)


def answer(app, which: str, choices) -> None:
    for number, choice in enumerate(choices):
        if choice is not None:
            app.radio(key=f"quiz-answer-why-{which}-{number}").set_value(choice)
    pressed(app, "Hand in")
    assert not app.exception


def test_a_lesson_begins_with_its_quiz_which_may_be_skipped():
    app = opened("start")
    app.button(key="take-why").click().run()
    app.switch_page(str(PAGES / f"{FIRST.page}.py")).run()
    assert all(filled(asked.ask) in " ".join(radio.label for radio in app.radio) for asked in WHY.quiz)
    assert FIRST.title not in told(app)
    assert not app.get("explorer_player")
    app.button(key="quiz_skip").click().run()
    assert FIRST.title in told(app)
    assert app.session_state["view"]["before"] == ""


def test_nothing_says_what_is_right_before_the_lesson():
    app = quiz("before")
    answer(app, "before", WRONG)
    assert FIRST.title in told(app)
    shown = told(quiz("before")) + told(app)
    for asked in WHY.quiz:
        assert not any(filled(reason) in shown for reason in asked.reasons)
    assert " right" not in told(quiz("before", before="11111"))


def test_after_the_lesson_a_person_sees_the_own_change_and_why():
    app = quiz("before")
    answer(app, "before", [*RIGHT[:2], *WRONG[2:4], None])
    link = {"before": app.session_state["view"]["before"]}
    app = quiz("after", **link)  # after a reload
    answer(app, "after", [*RIGHT[:4], WRONG[4]])
    assert "2 of 5 before, 4 of 5 now." in told(app)
    for asked, right in zip(WHY.quiz[:4], RIGHT, strict=False):
        assert filled(asked.reasons[right]) in told(app)
    assert filled(WHY.quiz[4].reasons[WRONG[4]]) in told(app)
    assert f"You said: {WHY.quiz[4].options[WRONG[4]]}." in told(app)
    assert app.button(key="lesson_following")


def test_who_skipped_the_first_quiz_sees_the_second_alone():
    app = quiz("after")
    answer(app, "after", RIGHT)
    assert "5 of 5 are right." in told(app)


@pytest.mark.parametrize("link", [{"before": "99999"}, {"before": "abc"}, {"after": "1"}, {"quiz": "never"}])
def test_a_forged_link_to_a_quiz_is_harmless(link):
    app = opened("learn", **{"preset": "three-modes", "lesson": "why", "quiz": "before"} | link)
    assert not app.exception


# ---- in a room -------------------------------------------------------------------------------------------


def student_at(rooms, browser, room, name: str, which: str, choices):
    browser(name)
    rooms.join(room.code, name, name)
    app = quiz(which)
    answer(app, which, choices)
    return app


def test_a_class_takes_the_quiz_and_the_desk_shows_the_change(rooms, browser):
    room = rooms.open("why", "teacher")
    browser("teacher")
    desk = opened("room")
    desk.button(key="room_quiz_before").click().run()
    assert not desk.exception
    assert rooms.mine("teacher").step == QUIZ_BEFORE
    student_at(rooms, browser, room, "Ada", "before", WRONG)
    student_at(rooms, browser, room, "Ben", "before", RIGHT)
    browser("teacher")
    desk.run()
    assert "2 have handed it in" in told(desk)
    desk.button(key="room_quiz_after").click().run()
    app = student_at(rooms, browser, room, "Ada", "after", RIGHT)
    assert "shown when the class has answered" in told(app)
    assert filled(WHY.quiz[0].reasons[RIGHT[0]]) not in told(app)
    browser("teacher")
    desk.run()
    desk.button(key="room_reveal").click().run()
    table = " ".join(html.proto.body for html in desk.get("html"))
    assert "1 of 2, 50%" in table
    assert "1 of 1, 100%" in table
    assert "+100 [" in table
    browser("Ada")
    app.run()
    assert "5 of 5 are right." in told(app)  # this session did not take the first quiz
    assert filled(WHY.quiz[0].reasons[RIGHT[0]]) in told(app)
    browser("teacher")
    desk.button(key="room_back").click().run()
    assert rooms.mine("teacher").step == len(WHY.steps) - 1
    rows = list(csv.DictReader(io.StringIO(answers_table(rooms.answers(room.code, "teacher"), WHY))))
    assert len(rows) == 15
    first = [row for row in rows if row["title"] == "Quiz before, question 1"]
    assert [(row["nickname"], row["quiz"], row["right"]) for row in first] == [
        ("Ada", "before", "no"),
        ("Ben", "before", "yes"),
    ]
    assert first[1]["answer"] == WHY.quiz[0].options[RIGHT[0]]


def test_a_student_is_brought_to_the_quiz(rooms, browser):
    room = rooms.open("why", "teacher")
    rooms.join(room.code, "student")
    browser("student")
    app = opened(FIRST.page, lesson="why", **FIRST.link)
    assert "the class is here" in told(app)
    rooms.bring(room.code, "teacher", QUIZ_AFTER)
    app.run()
    assert app.session_state["view"]["quiz"] == "after"
    assert app.session_state["page"] == LAST.page
    rooms.bring(room.code, "teacher", 2)
    app.switch_page(str(PAGES / f"{LAST.page}.py")).run()
    assert (app.session_state["view"]["quiz"], app.session_state["view"]["step"]) == ("", 2)


# ---- what a class knew -----------------------------------------------------------------------------------

SMALL = Lesson(
    "small",
    "Small",
    1,
    "One question.",
    (Step("A", "b", "learn", "c", "d", {}, done="seen"),),
    quiz=(Question("Which?", ("this", "that"), "2", ("no", "yes")),),
)


def said(member: int, after: bool, choice: int | None, question: int = 0) -> QuizAnswer:
    return QuizAnswer(member, "", after, question, choice, 1.0)


def test_the_change_is_of_those_who_answered_both_times():
    before = [said(1, False, 0), said(2, False, 1), said(3, False, None), said(4, False, 0)]
    after = [said(1, True, 1), said(2, True, 1), said(3, True, 1), said(5, True, 0)]
    (found,) = quiz_results(SMALL, before + after)
    assert (found.before.count, found.before.n) == (1, 4)
    assert (found.after.count, found.after.n) == (3, 4)
    assert (found.change.only_first, found.change.only_second, found.change.n) == (0, 2, 3)
    assert found.change.value == pytest.approx(2 / 3)


def test_forged_answers_are_left_out():
    (found,) = quiz_results(SMALL, [said(1, False, 7), said(1, True, 0, question=9), said(2, True, 1)])
    assert found.before is None
    assert found.change is None
    assert (found.after.count, found.after.n) == (1, 1)


def test_what_was_left_open_is_no_right_answer():
    assert count_right(SMALL, (None,)) == 0
    assert count_right(SMALL, (1,)) == 1
    stored = (
        "student,nickname,step,choice,seconds,quiz\n1,,1,,3.0,before\n2,,1,9,3.0,after\n3,,9,1,3.0,after\n"
    )
    rows = list(csv.DictReader(io.StringIO(answers_table(stored, SMALL))))
    assert [(row["answer"], row["right"]) for row in rows] == [(LEFT_OPEN, "no"), ("", ""), ("", "")]
