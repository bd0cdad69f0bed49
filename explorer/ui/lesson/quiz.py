"""The quiz of a lesson: some questions before its first step, and the same ones after its last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from explorer.lessons.claims import filled
from explorer.lessons.lesson import Lesson
from explorer.lessons.quiz_results import count_right, quiz_results
from explorer.lessons.right_answer import right_option
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE
from explorer.ui.lesson.quiz_table import quiz_table
from explorer.ui.lesson.view import QUIZZES, View
from explorer.ui.room import membership
from explorer.ui.shell import session

BEFORE, AFTER = QUIZZES
_KEPT = "lesson-quiz"  # what was handed in, by lesson and quiz
_AGREED = re.compile(r"^Yes[.:,] ")  # at the beginning of a reason, to who has chosen it
OPEN = "Leave open what you do not know."
Choices = tuple[int | None, ...]  # for each question the number of the option, None where it was left open


def under_way(lesson: Lesson) -> str:
    """Which of a lesson's two quizzes is under way: "before" or "after", "" for neither."""
    return session.view(View).quiz if lesson.quiz else ""


def choices(lesson: Lesson, which: str) -> Choices | None:
    """What was handed in at a quiz of a lesson, also after a reload; None if nothing was yet."""
    kept: dict[tuple[str, str], Choices] = st.session_state.get(_KEPT, {})
    view = session.view(View)
    if (lesson.name, which) in kept or view.lesson != lesson.name:
        return kept.get((lesson.name, which))
    return _read(lesson, getattr(view, which))


def written(lesson: Lesson, which: str) -> str:
    """The same as a link has it; "" if nothing was handed in."""
    handed_in = choices(lesson, which) or ()
    return "".join(str(0 if choice is None else choice + 1) for choice in handed_in)


def show(lesson: Lesson, member: membership.Membership | None, go: Callable[[int], None]) -> None:
    """The quiz that is under way, in place of a page: its questions, or what came of them.

    member  in a room of the lesson; None outside of one
    go      leads to a place of the lesson
    """
    which = under_way(lesson)
    st.caption(f"{lesson.title} · quiz {which} the lesson")
    if member is not None and member.teacher:
        _class_view(lesson, member)
    elif choices(lesson, which) is None:
        _ask(lesson, which, member, go)
        return
    elif which == BEFORE:
        st.markdown("#### Thank you. The same questions come again after the last step.")
    elif member is not None and member.room.step == QUIZ_AFTER and not member.room.revealed:
        st.markdown("#### Thank you. What is right is shown when the class has answered.")
    else:
        _show_change(lesson)
    held_here = member is not None and member.room.locked and not member.teacher
    if which == BEFORE and not held_here and st.button("To the first step", key="quiz_on", type="primary"):
        go(0)


def _ask(lesson: Lesson, which: str, member: membership.Membership | None, go: Callable[[int], None]) -> None:
    count = len(lesson.quiz)
    title = "What do you think now?" if which == BEFORE else "And what do you think now?"
    st.markdown(f"#### {title} {count} questions, {lesson.quiz_minutes:g} minutes")
    with st.form(f"quiz-{lesson.name}-{which}", border=False):
        chosen: list[int | None] = []
        for column, numbers in zip(st.columns(2, gap="large"), _halves(count), strict=True):
            with column:
                chosen += [_question(lesson, which, number) for number in numbers]
        st.caption(OPEN if which == AFTER else f"{OPEN} What is right is not shown before the lesson.")
        held_here = member is not None and member.room.locked
        passing = {BEFORE: "Skip the quiz", AFTER: "Back to the last step"}[which]
        with st.container(horizontal=True, gap="small"):
            done = st.form_submit_button("Hand in", type="primary")
            passed = not held_here and st.form_submit_button(passing, key="quiz_skip", type="tertiary")
    if done:
        _hand_in(lesson, which, tuple(chosen), member)
        if which == BEFORE:
            go(0 if member is None or member.room.step != QUIZ_BEFORE else QUIZ_BEFORE)
        st.rerun()
    if passed:
        go(0 if which == BEFORE else len(lesson.steps) - 1)


def _question(lesson: Lesson, which: str, number: int) -> int | None:
    asked = lesson.quiz[number]
    return st.radio(
        f"**{number + 1}** {filled(asked.ask)}",
        range(len(asked.options)),
        format_func=asked.options.__getitem__,
        key=f"quiz-answer-{lesson.name}-{which}-{number}",
        index=None,
    )


def _hand_in(lesson: Lesson, which: str, chosen: Choices, member: membership.Membership | None) -> None:
    st.session_state.setdefault(_KEPT, {})[lesson.name, which] = chosen
    session.set_view(View, **{which: written(lesson, which)})
    if member is not None:
        membership.hand_in(which == AFTER, chosen)


def _show_change(lesson: Lesson) -> None:
    """How many were right before and after, and each question with its reason."""
    before, after = choices(lesson, BEFORE), choices(lesson, AFTER)
    assert after is not None  # it was handed in
    st.markdown(f"#### {describe_change(lesson, before, after)}")
    for column, numbers in zip(st.columns(2, gap="large"), _halves(len(lesson.quiz)), strict=True):
        with column:
            for number in numbers:
                _show_answer(lesson, number, None if before is None else before[number], after[number])


def describe_change(lesson: Lesson, before: Choices | None, after: Choices) -> str:
    """How many a person has right, and had before, in a sentence."""
    now = f"{count_right(lesson, after)} of {len(lesson.quiz)}"
    if before is None:
        return f"{now} are right."
    return f"{count_right(lesson, before)} of {len(lesson.quiz)} before, {now} now."


def _show_answer(lesson: Lesson, number: int, before: int | None, after: int | None) -> None:
    asked = lesson.quiz[number]
    right = right_option(asked)
    icon = ":material/check:" if after == right else ":material/lightbulb:"
    st.markdown(f"**{number + 1}** {filled(asked.ask)}")
    st.markdown(f"{icon} **{asked.options[right]}**")
    if after not in (None, right):
        st.caption(f"You said: {asked.options[after]}.")
    if before not in (None, after):
        st.caption(f"Before the lesson you said: {asked.options[before]}.")
    reason = filled(asked.reasons[right if after is None else after])
    st.markdown(_AGREED.sub("", reason) if after is None else reason)


def _class_view(lesson: Lesson, member: membership.Membership) -> None:
    """What a teacher projects: the questions, and once they are shown, what the class knew."""
    if member.room.revealed:
        quiz_table(lesson, quiz_results(lesson, membership.rooms().quiz(member.room.code)))
        return
    for column, numbers in zip(st.columns(2, gap="large"), _halves(len(lesson.quiz)), strict=True):
        with column:
            for number in numbers:
                asked = lesson.quiz[number]
                options = "\n".join(f"- {option}" for option in asked.options)
                st.markdown(f"**{number + 1}** {filled(asked.ask)}\n{options}")


def _halves(count: int) -> tuple[Sequence[int], Sequence[int]]:
    """The numbers of the questions in two columns."""
    left = (count + 1) // 2
    return range(left), range(left, count)


def _read(lesson: Lesson, text: str) -> Choices | None:
    """What a link says was handed in; None if it does not fit the quiz."""
    if len(text) != len(lesson.quiz) or not (text.isascii() and text.isdecimal()):
        return None
    found = tuple(int(digit) for digit in text)
    if any(number > len(asked.options) for number, asked in zip(found, lesson.quiz, strict=True)):
        return None
    return tuple(number - 1 if number else None for number in found)
