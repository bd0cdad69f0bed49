"""A lesson as files, the page that needs no server and the handout: made by a worker when they are asked for,
once for all, then saved."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

import streamlit as st

from explorer.lessons.lesson import Lesson, lessons
from explorer.page_tasks.files import handout_in_file, lesson_in_page
from explorer.server.tickets import State
from explorer.ui.shared import folds
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import server, session

POLL_SECONDS = 0.5
TITLE = "Take it with you"


@dataclass(frozen=True)
class _File:
    """A kind of file: its name in keys, the button that asks for it, what is said while it is made, its
    ending and type, what makes it of a lesson's name, and what it is good for."""

    name: str
    label: str
    doing: str
    ending: str
    media_type: str
    make: Callable[[str], Generator[float, None, bytes]]
    help: str


PAGE = _File(
    "page",
    "Page (HTML)",
    "writing the page",
    "html",
    "text/html",
    lesson_in_page,
    "The lesson in one file that opens by a double click, offline, on a phone, too: it needs no server.",
)
HANDOUT = _File(
    "handout",
    "Handout (PDF)",
    "drawing the handout",
    "pdf",
    "application/pdf",
    handout_in_file,
    "To print: two pages and the quiz for the class, and for you minutes, answers and usual wrong ideas.",
)


def take_any() -> None:
    """Both files of a lesson that is chosen, behind one button."""
    fold = folds.opened(st.popover, TITLE, "take_with_you", help="A lesson without a server, and to print.")
    if fold is None:
        return
    with fold:
        known = lessons()
        name = st.selectbox(
            "Lesson", list(known), format_func=lambda one: known[one].title, key="taken_lesson"
        )
        take(known[name])


def take_this(lesson: Lesson) -> None:
    """Both files of this lesson, folded."""
    fold = folds.opened(st.expander, TITLE, "take_with_you")
    if fold is not None:
        with fold:
            take(lesson)


def take(lesson: Lesson) -> None:
    """The buttons that have the files of a lesson made, how far they are, and the buttons that save them."""
    begun = [_under_way(kind) for kind in (PAGE, HANDOUT)]

    @st.fragment(run_every=POLL_SECONDS if any(begun) else None, key="lesson-files")
    def shown() -> None:
        if [_under_way(kind) for kind in (PAGE, HANDOUT)] != begun:
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for kind in (PAGE, HANDOUT):
                _button(lesson, kind)
        for kind in (PAGE, HANDOUT):
            _say_how_far(kind)

    shown()


def _button(lesson: Lesson, kind: _File) -> None:
    made: bytes | None = server.results().get(_key(lesson, kind))
    if made is not None:
        st.download_button(
            f"Save the {kind.label[0].lower()}{kind.label[1:]}",
            made,
            f"{lesson.name}.{kind.ending}",
            kind.media_type,
            on_click="ignore",
            key=f"save_{kind.name}",
            icon=":material/download:",
        )
        return
    st.button(
        kind.label,
        key=f"make_{kind.name}",
        on_click=_make,
        args=(lesson, kind),
        disabled=_under_way(kind),
        help=kind.help,
    )


def _say_how_far(kind: _File) -> None:
    ticket = server.latest_ticket(_purpose(kind))
    if ticket is None:
        return
    if ticket.active:
        waits = "" if ticket.state is State.RUNNING else state_in_words(ticket)
        st.progress(share_done(ticket), " · ".join(filter(None, (kind.doing, waits, time_left(ticket)))))
    elif ticket.error is not None:
        st.caption(f":material/info: {ticket.error}")


def _make(lesson: Lesson, kind: _File) -> None:
    about = server.About(f"{kind.label}: {lesson.title}", session.page(), session.link(), keeps=False)
    work = server.computed(_purpose(kind), _key(lesson, kind), partial(kind.make, lesson.name), about=about)
    if work.error is not None:
        session.report_problem(work.error)


def _key(lesson: Lesson, kind: _File) -> str:
    return f"lesson {kind.name} {lesson.name}"


def _purpose(kind: _File) -> str:
    return f"lesson {kind.name}"


def _under_way(kind: _File) -> bool:
    ticket = server.latest_ticket(_purpose(kind))
    return ticket is not None and ticket.active
