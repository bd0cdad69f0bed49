"""The step of the lesson that is taken, and what was predicted at it, if anything was yet."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.lessons.lesson import Lesson, lessons
from explorer.ui.lesson.view import View
from explorer.ui.shell import session, theme

_ANSWERS = "lesson-answers"  # by lesson and step
LATER = "What the figure shows is said here when you have predicted."
CURVES_LATER = "The curves come when you have predicted."


def current() -> tuple[Lesson, int] | None:
    """The lesson that is under way, and the number of its step; None if none is."""
    lesson = lessons().get(session.view(View).lesson)
    if lesson is None:
        return None
    return lesson, min(max(session.view(View).step, 0), len(lesson.steps) - 1)


def chosen(lesson: Lesson, number: int) -> int | None:
    """The number of the option that was chosen at a step, also after a reload; None if none was."""
    kept: dict[tuple[str, int], int] = st.session_state.get(_ANSWERS, {})
    choice = kept.get((lesson.name, number))
    if choice is None and session.view(View).step == number:
        choice = session.view(View).choice
    return choice if choice is not None and 0 <= choice < len(lesson.steps[number].options) else None


def keep(lesson: Lesson, number: int, choice: int) -> None:
    """Keep what was chosen at the step on screen: for the lesson, and in the link."""
    st.session_state.setdefault(_ANSWERS, {})[lesson.name, number] = choice
    session.set_view(View, choice=choice)


def is_open() -> bool:
    """Whether the page is that of a lesson's step whose prediction has not been made yet."""
    held = current()
    if held is None:
        return False
    lesson, number = held
    step = lesson.steps[number]
    return bool(step.ask) and step.page == session.page() and chosen(lesson, number) is None


def plays() -> bool:
    """Whether the page's film is to be played, now that the prediction of the step was made."""
    held = current()
    return held is not None and held[0].steps[held[1]].plays and chosen(*held) is not None


def finding(text: str) -> None:
    """One sentence on what the figure shows; later, as long as a lesson's prediction is open."""
    if is_open():
        st.caption(LATER)
    else:
        theme.sentence(text)


def findings(sentences: Sequence[str], doubt: str) -> None:
    """What was found, folded away, and what speaks against it; later, as long as a lesson's prediction is
    open."""
    with st.expander("What was found"):
        if is_open():
            st.caption(LATER)
            return
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        st.caption(doubt)
