"""The tasks of a lesson: begun at its end, carried out on the pages, and told live as they are reached."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.lessons.claims import filled
from explorer.lessons.goals import Reached, Seen, reached
from explorer.lessons.lesson import Lesson, Task, lessons
from explorer.ui.lesson.view import View
from explorer.ui.shared import training
from explorer.ui.shell import session
from explorer.ui.shell.pages import page_file

_DONE, _PLACE = "tasks-done", "task-place"
NOTHING_YET = "Nothing to judge yet."
OTHER_DATA = "These are other data than the task’s."


def offer(lesson: Lesson) -> None:
    """The tasks of a lesson, each with a button that begins it and a mark once it was reached."""
    for number, task in enumerate(lesson.tasks, 1):
        name = f"{lesson.name}-{number}"
        mark = ":material/check_circle: " if name in _done() else ""
        st.markdown(f"{mark}**Task** {filled(task.text)}")
        if st.button("Try it", key=f"task-{name}"):
            begin(name, task)


def begin(name: str, task: Task) -> None:
    """Leave the lesson and open the page of a task as the task begins."""
    session.set_view(View, lesson="", step=0, choice=-1, task=0, quiz="", before="", after="", doing=name)
    session.open_link(task.link)
    st.switch_page(page_file(task.page))


def under_way() -> Task | None:
    """The task that was begun; None if none was."""
    name, _, number = session.view(View).doing.rpartition("-")
    return lessons()[name].tasks[int(number) - 1] if name else None


def strip() -> None:
    """The task under the header of its page: what to reach, whether that is so, and the way out."""
    task = under_way()
    st.session_state[_PLACE] = None
    if task is None or session.view(View).lesson:
        return
    with st.container(key="task", gap=None):
        st.markdown(f"**Task** {filled(task.text)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if session.page() != task.page:
                if st.button(f"Back to {task.page.capitalize()}", key="task_back"):
                    st.switch_page(page_file(task.page))
            else:
                with st.container():
                    place = st.empty()
                place.markdown(f":material/radio_button_unchecked: {NOTHING_YET}")
                st.session_state[_PLACE] = place
                st.button(
                    "Again with another seed",
                    key="task_seed",
                    type="tertiary",
                    help=training.train_help("Train the network with the next seed, and reach it once more."),
                    on_click=training.new_seed,
                    args=(training.train,),
                    disabled=bool(training.too_long()),
                )
            st.button("Leave the task", key="task_leave", type="tertiary", on_click=leave)


def leave() -> None:
    """End the task; the page stays as it is."""
    session.set_view(View, doing="")


def report(seen: Seen) -> None:
    """Tell in the strip whether what a page shows reaches the task that is under way, if it is about that."""
    task, place = under_way(), st.session_state.get(_PLACE)
    if task is None or place is None or session.page() != task.page:
        return
    found = reached(task.goal, seen)
    if found is None:
        return
    if _data() != _data(preset(task.link["preset"]).experiment):
        place.markdown(f":material/radio_button_unchecked: {OTHER_DATA}")
        return
    if found.done:
        _done().add(session.view(View).doing)
    place.markdown(said(found, done_before=session.view(View).doing in _done()))


def said(found: Reached, *, done_before: bool) -> str:
    """What the strip says of what was found."""
    if found.done:
        return f":material/check_circle: **Reached:** {found.sentence}."
    before = " It was reached before." if done_before else ""
    return f":material/radio_button_unchecked: Not yet: {found.sentence}.{before}"


def _data(experiment: Experiment | None = None) -> tuple[object, ...]:
    """What decides the data of an experiment, of the one on screen if none is given."""
    shown = session.experiment() if experiment is None else experiment
    return shown.mixture, shown.pictures, shown.upload


def _done() -> set[str]:
    found: set[str] = st.session_state.setdefault(_DONE, set())
    return found
