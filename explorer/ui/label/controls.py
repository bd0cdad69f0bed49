"""The controls of the page on labels by hand: who labels, how many pictures, and how they are shown."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.experiment import MAX_SEED
from explorer.experiments.labels import LONGEST_NAME, Hand
from explorer.page_figures.views.label import COUNTS, LAYOUTS, HandView, View
from explorer.ui.label import help
from explorer.ui.shared.view_controls import view_choice, view_number
from explorer.ui.shell import session
from explorer.ui.shell.pages import page_file
from explorer.ui.shell.plain_text import plain


def hand() -> Hand | None:
    """Who labels here; None as long as nobody has given a name that can be one."""
    view = session.view(HandView)
    try:
        return Hand(view.labeller, view.label_pass) if view.labeller else None
    except ValueError as error:
        session.set_view(HandView, labeller="")
        session.report_problem(str(error))
        return None


def name_form() -> None:
    """Ask who labels."""
    with st.form("who_labels", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.text_input(
            "A short name", max_chars=LONGEST_NAME, key="labeller_name", help=help.NAME, width=220
        )
        given = st.form_submit_button("Begin", type="primary")
    if given:
        try:
            session.set_view(HandView, labeller=Hand(" ".join(who.split())).who)
        except ValueError as error:
            session.report_problem(str(error))
        st.rerun()


def choices(held: Hand | None, stored: int | None, *, of_model: bool) -> None:
    """How many pictures and which, how they are shown, and what the labels say.

    stored    how many there are; None if there are none
    of_model  whether they are a model's of one's own, and not the run's
    """
    if held is not None:
        view_choice(
            View,
            "labels_say",
            (0, 1),
            "Show",
            "Your labels so far, at any time.",
            ("Label", "Results").__getitem__,
        )
        view_choice(View, "layout", LAYOUTS, "Pictures at once", help.LAYOUT)
        view_choice(HandView, "label_pass", (1, 2), "Pass", help.PASS, ("", "first", "second").__getitem__)
    if of_model:
        _count_of(stored or COUNTS[0])
    else:
        view_choice(View, "labelled", COUNTS, "How many", help.COUNT)
    view_number(View, "choice_seed", "Which choice", (0, MAX_SEED), 1, help.CHOICE)
    if held is not None:
        st.button(
            f"Not {plain(held.who)}?",
            key="someone_else",
            type="tertiary",
            help="Another person labels; what is labelled stays.",
            on_click=session.set_view,
            args=(HandView,),
            kwargs={"labeller": "", "label_pass": 1},
        )
    back, title = ("model", "Back to the model") if of_model else ("shapes", "Back to Shapes")
    st.page_link(page_file(back), label=title, icon=":material/arrow_back:")


def _count_of(stored: int) -> None:
    """How many of so many pictures; the last choice is all of them."""
    fewer = tuple(count for count in COUNTS if count < stored)
    asked = session.view(View).labelled
    every = asked if asked >= stored else next(count for count in COUNTS if count >= stored)
    names = {count: str(count) for count in fewer} | {every: f"all {stored}"}
    view_choice(View, "labelled", (*fewer, every), "How many", help.COUNT_OF_MODEL, names.__getitem__)
