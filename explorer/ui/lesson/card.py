"""The card of a lesson's step: it stands beside the page that the step has set, and asks."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.figures.palette import PALETTE
from explorer.lessons.claims import filled
from explorer.lessons.lesson import SEEN, Lesson, Step, lessons
from explorer.lessons.right_answer import right_option
from explorer.page_figures.views.parameter import ProjectorView
from explorer.server.classroom.database import NoRoom
from explorer.server.classroom.room import QUIZ_AFTER, QUIZ_BEFORE
from explorer.ui.lesson import answers, files, own_data, quiz, scroll, tasks
from explorer.ui.lesson.view import View
from explorer.ui.lesson.votes import votes
from explorer.ui.room import membership
from explorer.ui.shared import glossary
from explorer.ui.shell import session, theme
from explorer.ui.shell.link import read_link
from explorer.ui.shell.pages import page_file

_STYLE = """<style>
.st-key-lesson p, .st-key-lesson label { font-size: .92rem; line-height: 1.4 }
.st-key-lesson { gap: .75rem }
@media (min-width: 700px) {
  .stMainBlockContainer { padding-left: 1.5rem; padding-right: 1.5rem }
  .st-key-lesson { max-height: calc(100vh - 5.8rem); overflow-y: auto; padding-bottom: 0 }
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson) { position: sticky; top: 5.2rem }
  [data-testid="stLayoutWrapper"]:has(> .st-key-lesson-steps) {
    position: sticky; bottom: 0; padding: .5rem 0 .75rem; background: GROUND; z-index: 1
  }
}
@media (max-width: 699px) {
  .st-key-lesson > :has([class*="st-key-words-"]) { display: none }
  .st-key-head > :not(.st-key-controls_unfolded):not(:has(.st-key-controls_unfolded)) { display: none }
}
</style>"""  # beside a card a page takes the room of the margins; on a phone the figure follows the card
TASK_POLL_SECONDS = 0.5
QUIZ_AGAIN = "The quiz again"


def go(lesson: Lesson, number: int) -> None:
    """Set everything as a step asks, and turn to its page; at the number of a quiz that stands there."""
    which = {QUIZ_BEFORE: quiz.BEFORE, QUIZ_AFTER: quiz.AFTER}.get(number, "") if lesson.quiz else ""
    number = 0 if number == QUIZ_BEFORE else min(number, len(lesson.steps) - 1)
    step, shown_large = lesson.steps[number], session.view(ProjectorView).projector
    own = own_data.on_screen()
    answered = {name: quiz.written(lesson, name) for name in (quiz.BEFORE, quiz.AFTER)}
    session.follow_link(step.link)
    own_data.carry(own, step)
    session.set_view(ProjectorView, projector=shown_large)
    session.set_view(View, lesson=lesson.name, step=number, quiz=which, doing="", **answered)
    chosen = answers.chosen(lesson, number)
    session.set_view(View, choice=-1 if chosen is None else chosen)
    st.switch_page(page_file(step.page))


def take(lesson: Lesson) -> None:
    """Begin a lesson: with its quiz, as long as that was not handed in."""
    asks = bool(lesson.quiz) and quiz.choices(lesson, quiz.BEFORE) is None
    go(lesson, QUIZ_BEFORE if asks else 0)


def end() -> None:
    """Leave the lesson; the page stays as it is."""
    session.set_view(View, lesson="", step=0, choice=-1, task=0, quiz="", before="", after="")


def show_beside(page: str, run: Callable[[], None]) -> None:
    """The page alone, or beside the card of the lesson that is taken; a student in a room is brought along
    from everywhere."""
    held = answers.current()
    if held is None or page in ("start", "room"):
        if page != "room":
            _room_strip(None, page)
        run()
        return
    lesson, number = held
    if quiz.under_way(lesson) and page == lesson.steps[number].page:
        member = _room_strip(held, page)
        quiz.show(lesson, member, lambda place: go(lesson, place))
        scroll.to_top(
            f"{lesson.name} {quiz.written(lesson, quiz.under_way(lesson))} {session.view(View).place}"
        )
        if quiz.under_way(lesson) == quiz.AFTER and quiz.choices(lesson, quiz.AFTER) is not None:
            with st.container(key="lesson-after"):
                _way_on(lesson, quizzed=True)
        return
    left, right = st.columns([1.15, 3.4], gap="medium")
    with left:
        _card(held, page)
    with right:
        run()


def _card(held: tuple[Lesson, int], page: str) -> None:
    lesson, number = held
    step = lesson.steps[number]
    with st.container(border=True, key="lesson"):
        st.html(_STYLE.replace("GROUND", PALETTE[theme.mode()]["ground"]))
        st.caption(f"{lesson.title} · {number + 1} of {len(lesson.steps)}")
        st.markdown(f"##### {step.title}")
        member = _room_strip(held, page)
        if page != step.page:
            if st.button(f"Back to {step.page.capitalize()}", key="lesson_back", type="primary"):
                go(lesson, session.view(View).place)
            return
        own_data.show_note()
        st.markdown(filled(step.text))
        glossary.words(step.text, "lesson", most=3)
        chosen = _question(lesson, number, step)
        if chosen is not None and member is not None:
            membership.predict(number, chosen)
        if chosen is not None and (member is None or member.room.revealed or member.room.step != number):
            _show_reason(step, chosen)
        st.markdown(f":material/visibility: {filled(step.look)}")
        done = _done(step, chosen)
        _acknowledge(step)
        if done:
            st.markdown(f":material/check_circle: *{step.say}*")
            if number == len(lesson.steps) - 1:
                _closing(lesson)
        if member is None or member.teacher or not member.room.locked:
            _steps(lesson, number, done)
    scroll.to_top(f"{lesson.name} {number}")


def _question(lesson: Lesson, number: int, step: Step) -> int | None:
    """The number of the option that was chosen, None as long as there is none."""
    if not step.ask:
        return None
    key = f"lesson-answer-{lesson.name}-{number}"
    st.session_state.setdefault(key, answers.chosen(lesson, number))
    chosen = st.radio(
        f"**Predict** {step.ask}",
        range(len(step.options)),
        format_func=step.options.__getitem__,
        key=key,
        index=None,
    )
    if chosen is not None:
        answers.keep(lesson, number, chosen)
    return chosen


def _show_reason(step: Step, chosen: int) -> None:
    """Why the option that was chosen is right, or is not."""
    icon = ":material/check:" if chosen == right_option(step) else ":material/lightbulb:"
    st.info(filled(step.reasons[chosen]), icon=icon)


def _room_strip(held: tuple[Lesson, int] | None, page: str) -> membership.Membership | None:
    """Where the class is, and the way there. A student is brought to every step that the class is brought
    to, and to where it is as long as it follows.

    held    the lesson that is taken and the number of its step; None if none is

    Returns this browser's membership in a room of that lesson.
    """
    try:
        member = membership.current()
    except NoRoom as error:
        st.caption(f":material/info: {error}")
        return None
    lesson = None if member is None else lessons().get(member.room.lesson)
    if member is None or lesson is None:
        return None
    own = held is not None and held[0].name == lesson.name
    if member.teacher and not own:
        return None

    @st.fragment(run_every=membership.POLL_SECONDS, key="room-strip")
    def strip() -> None:
        now = membership.polled()
        if now is None:
            return
        at = membership.place(lesson, now.room)
        here = own and held is not None and session.view(View).place == at and _page_of(lesson, at) == page
        held_there = now.room.locked and not now.teacher
        if (membership.brought(now.room) or held_there) and not here:
            go(lesson, at)
        where = "here" if here else membership.place_in_words(at)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="room-line"):
            st.caption(f":material/groups: Room {now.room.code} · the class is {where}", width="content")
            if not here and st.button("Go there", key="room_there", type="tertiary"):
                go(lesson, at)
        if here and now.room.revealed != member.room.revealed or now.room.locked != member.room.locked:
            st.rerun()
        if here and now.room.revealed and at < len(lesson.steps) and lesson.steps[at].ask:
            counts = membership.rooms().histogram(now.room.code, at)
            votes(lesson.steps[at].options, counts, right_option(lesson.steps[at]))

    strip()
    return member if own else None


def _done(step: Step, chosen: int | None) -> bool:
    if step.done == SEEN:
        return True
    return chosen is not None if not step.task else _task_done(step)


def _task_done(step: Step) -> bool:
    """Whether the part of the view that the step wants changed was changed by hand; once it was, it stays
    done."""
    if not session.view(View).task and _changed(step):
        session.set_view(View, task=1)
    return bool(session.view(View).task)


def _changed(step: Step) -> bool:
    """Whether the view differs from what the step has set."""
    return bool(st.session_state.view[step.task] != read_link(step.link).parameters[step.task])


def _acknowledge(step: Step) -> None:
    """Draw the card anew as soon as the task of a step is done: the figure alone has said so."""
    if not step.task or session.view(View).task:
        return

    @st.fragment(run_every=TASK_POLL_SECONDS, key="lesson-task")
    def task() -> None:
        if _changed(step):
            st.rerun()

    task()


def _closing(lesson: Lesson) -> None:
    """What the lesson came to, and the ways on."""
    st.markdown(filled(lesson.closing))
    _way_on(lesson)


def _way_on(lesson: Lesson, *, quizzed: bool = False) -> None:
    """The quiz once more, an experiment of one's own, and the lesson after it.

    quizzed     whether the quiz is on screen
    """
    if lesson.quiz and not quizzed and st.button(QUIZ_AGAIN, key="lesson_quiz", type="primary"):
        go(lesson, QUIZ_AFTER)
    tasks.offer(lesson)
    files.take_this(lesson)
    if lesson.suggestion is not None:
        st.markdown(f"**Try it** {filled(lesson.suggestion.text)}")
        if st.button("Try it", key="lesson_try"):
            end()
            session.open_link(lesson.suggestion.link)
            st.switch_page(page_file(lesson.suggestion.page))
    following = lessons().get(lesson.next)
    if following is not None and st.button(
        f"{following.title} · {following.minutes} min", key="lesson_following", help=following.summary
    ):
        take(following)
    if quizzed:
        st.button("End", key="lesson_end", on_click=end)


def _page_of(lesson: Lesson, place: int) -> str:
    """The page at a place of a lesson; a quiz has that of the first step or the last."""
    return lesson.steps[0 if place == QUIZ_BEFORE else min(place, len(lesson.steps) - 1)].page


def _steps(lesson: Lesson, number: int, done: bool) -> None:
    last = number == len(lesson.steps) - 1
    with st.container(horizontal=True, gap="small", key="lesson-steps"):
        if st.button("Back", key="lesson_previous", disabled=number == 0):
            go(lesson, number - 1)
        if last:
            st.button("End", key="lesson_end", type="primary" if done else "secondary", on_click=end)
        elif st.button("Next", key="lesson_next", type="primary" if done else "secondary"):
            go(lesson, number + 1)
        if not last:
            st.button("Leave", key="lesson_leave", type="tertiary", on_click=end)
