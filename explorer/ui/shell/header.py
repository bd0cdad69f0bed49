"""The head of every page: its question, preset, seeds and link, and what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.experiments.presets import PRESETS, Preset, preset
from explorer.ui.lesson import tasks
from explorer.ui.lesson.view import View as LessonView
from explorer.ui.shared import training
from explorer.ui.shell import projector, session
from explorer.ui.shell.plain_text import plain

_FIGURE_FIRST = """<style>
@media (max-width: 640px) {
  .st-key-page > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"] {
    flex-wrap: wrap-reverse;
  }
}
</style>"""  # on a phone the controls lie below the figure
_UNFOLDED = "controls_unfolded"  # beside the card of a lesson


def title(question: str, line: str) -> None:
    """The page's heading; beside the card of a lesson and on a projector there is less room for it."""
    brief = in_lesson() or projector.on()
    size, below = (1.3, "") if brief else (1.7, f'<p style="margin:.15rem 0 0;opacity:.75">{line}</p>')
    st.html(
        f'<h1 style="font-size:{size}rem;font-weight:700;line-height:1.2;margin:0;padding:0">{question}</h1>'
        f"{below}"
    )


def show_problem() -> None:
    """What went wrong, in one sentence, if anything did."""
    problem = session.take_problem()
    if problem:
        st.warning(plain(problem), icon=":material/info:")


def header(
    question: str,
    line: str,
    *,
    preset_box: bool = True,
    presets: Mapping[str, Preset] = PRESETS,
    run: Callable[[], None] | None = None,
    takes: str = "",
    seeds: bool = True,
) -> None:
    """The page's question and what belongs to every page: preset, seeds and link.

    seeds   whether there are the seeds' buttons
    run     what they start; a training, if it is not given
    takes   what that takes, in words
    """
    with st.container(horizontal=True, vertical_alignment="center", gap=8, key="head"):
        with st.container():
            title(question, line)
        if not projector.on():
            _what_is_shown(preset_box, presets, run, takes, seeds)
        if in_lesson() and not projector.on():
            st.toggle(
                "Controls",
                key=_UNFOLDED,
                help="Beside the figure: what is shown, and how it is made.",
                persist_state="session",
            )
        projector.switch()
    if projector.on():
        with st.sidebar:
            _what_is_shown(preset_box, presets, run, takes, seeds)
    show_problem()
    tasks.strip()


def columns() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the controls of a page go, and where its figure goes: on a projector and beside the card of a
    lesson the figure has the room, and the controls are folded away."""
    if projector.on():
        return st.sidebar, st.container()
    if in_lesson() and not st.session_state.get(_UNFOLDED):
        st.html("<style>.st-key-folded { display: none }</style>")
        return st.container(key="folded"), st.container()
    st.html(_FIGURE_FIRST)
    with st.container(key="page"):
        left, main = st.columns([1, 3.5], gap="medium")
    return left, main


def in_lesson() -> bool:
    """Whether the page stands beside the card of a lesson, and so has less room."""
    return bool(session.view(LessonView).lesson)


# ---- parts of the header -------------------------------------------------------------------------


def _what_is_shown(
    preset_box: bool,
    presets: Mapping[str, Preset],
    run: Callable[[], None] | None,
    takes: str,
    seeds: bool,
) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", width="content", gap=8):
        if preset_box:
            _preset_box(presets)
        if session.edited() and (preset_box or seeds):  # elsewhere the experiment is not on show
            _reset_button()
        if seeds:
            _seed_buttons(run, takes)
        _link_popover()


def _preset_box(presets: Mapping[str, Preset]) -> None:
    here = st.session_state["preset_box"] = session.preset_name()
    titles = {name: one.title for name, one in presets.items()} | {here: session.data_title()}
    st.selectbox(
        "Preset",
        list(titles),
        format_func=titles.__getitem__,
        key="preset_box",
        label_visibility="collapsed",
        help="The data distribution and its recipe; choosing one leaves your edits behind.",
        on_change=lambda: session.choose_preset(st.session_state.preset_box),
        width=180,
    )


def _reset_button() -> None:
    title = preset(session.preset_name()).title
    st.button(
        ":material/undo: Reset",
        key="reset",
        help=f"Reset to the preset {title}: your edits of data, network and training are left behind.",
        on_click=session.reset,
    )


def _seed_buttons(run: Callable[[], None] | None, takes: str) -> None:
    what = "Train" if run is None else "Compute it"
    same = f"{what} once more with the same seed: the same picture, bit for bit, on the same machine."
    new = f"{what} with the next seed; this is seed {session.experiment().seed}."
    refusal = "" if run is not None else training.too_long()

    def help_of(text: str) -> str:
        if refusal:
            return refusal
        if run is None:
            return training.train_help(text)
        return f"{text} Takes {takes}." if takes else text

    st.button(
        "Same seed",
        key="same_seed",
        help=help_of(same),
        on_click=run or training.train_again,
        disabled=bool(refusal),
    )
    st.button(
        "New seed",
        key="new_seed",
        help=help_of(new),
        on_click=training.new_seed,
        args=(run or training.train,),
        disabled=bool(refusal),
    )


def _link_popover() -> None:
    fold = st.popover("Link", key="link", on_change="rerun", help="A link to exactly this view.")
    if not fold.open:
        return
    with fold:
        page = urlsplit(st.context.url or "http://localhost:8501/")
        own = session.link() != session.link(personal=False)
        personal = own and st.checkbox(
            "with my lesson and projector mode", key="personal_link", help="For yourself, on another machine."
        )
        st.code(
            f"{page.scheme}://{page.netloc}{page.path}?{urlencode(session.link(personal=personal))}",
            language=None,
            wrap_lines=True,
        )
        st.caption("Whoever opens it sees this view and, if this server has computed it, this result.")
