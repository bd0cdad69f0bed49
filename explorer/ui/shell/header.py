"""The frame that all pages share: question, preset, seeds, link, prediction, and the state of the
training."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.experiments.presets import PRESETS, Preset
from explorer.experiments.run import Result
from explorer.figures.palette import PALETTE, Mode, legible
from explorer.figures.words import ago
from explorer.storage.files import CheckpointError
from explorer.ui.lesson.view import View as LessonView
from explorer.ui.shared import training
from explorer.ui.shell import projector, server, session


def mode() -> Mode:
    """Whether the page is light or dark."""
    return "dark" if st.context.theme.type == "dark" else "light"


def readable() -> None:
    """In the dark the buttons' ground is light: their letters have to be dark."""
    if mode() == "dark":
        ground = PALETTE["dark"]["ground"]
        st.html(f'<style>[data-testid^="stBaseButton-primary"]:not(:disabled) {{ color: {ground} }}</style>')


def coloured(text: str) -> str:
    """Markdown in which *truth*, *model*, *hallucinated* and *kept* between braces get their colours:
    {model}."""
    for role, hexadecimal in PALETTE[mode()].items():
        text = text.replace(f"{{{role}}}", marked(role, hexadecimal))
        start, _, end = marked("|", hexadecimal).partition("|")
        text = text.replace(f"{{{role}:", start).replace(":}", end)
    return text


def marked(word: str, hexadecimal: str) -> str:
    """A word in a colour of the figures: its letters in a shade that can be read, underlined in the colour
    itself."""
    style = f"color:{legible(hexadecimal, mode())};border-bottom:.13em solid {hexadecimal}"
    return f'<b style="{style}">{word}</b>'


def sentence(text: str) -> None:
    """One sentence that says what to look at, its words in the figure's colours."""
    st.markdown(coloured(text), unsafe_allow_html=True)


def title(question: str, line: str) -> None:
    """The page's heading; beside the card of a lesson there is less room for it."""
    size, below = (1.3, "") if in_lesson() else (1.7, f'<p style="margin:.15rem 0 0;opacity:.75">{line}</p>')
    st.html(
        f'<h1 style="font-size:{size}rem;font-weight:700;line-height:1.2;margin:0;padding:0">{question}</h1>'
        f"{below}"
    )


def problem() -> None:
    """What went wrong, in one sentence, if anything did."""
    said = session.said()
    if said:
        st.warning(said, icon=":material/info:")


def header(
    question: str,
    line: str,
    *,
    preset_box: bool = True,
    presets: Mapping[str, Preset] = PRESETS,
    run: Callable[[], None] | None = None,
) -> None:
    """The page's question and what belongs to every page: preset, seeds and link.

    run     what the seeds' buttons start; a training, if it is not given
    """
    with st.container(horizontal=True, vertical_alignment="center", gap=8):
        with st.container():
            title(question, line)
        if not projector.on():
            _what_is_shown(preset_box, presets, run or training.train)
        projector.switch()
    if projector.on():
        with st.sidebar:
            _what_is_shown(preset_box, presets, run or training.train)
    problem()


def sides() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the controls of a page go, and where its figure goes."""
    if projector.on():
        return st.sidebar, st.container()
    left, main = st.columns([1, 3.5], gap="medium")
    return left, main


def in_lesson() -> bool:
    """Whether the page stands beside the card of a lesson, and so has less room."""
    return bool(session.view(LessonView).lesson)


def predict(name: str, question: str, options: Sequence[str], truth: str | None, reason: str) -> None:
    """Ask before the reveal; the answer is kept, and shown beside what was measured.

    truth   the option that the measurement picks, None while there is nothing to compare with
    """
    if in_lesson():  # whose card asks
        return
    with st.container(horizontal=True, vertical_alignment="center", gap=10, key=f"predict-{name}"):
        st.markdown(f"**Predict** &nbsp;{question}", width="content")
        key = f"prediction.{name}"
        answer = st.segmented_control(
            question, options, key=key, label_visibility="collapsed", persist_state="session"
        )
        if answer is not None and truth is None:
            st.markdown(":gray[kept; train to see]", width="content")
        elif answer is not None:
            st.markdown(f"measured: **{truth}**", width="content", help=reason or None)


def result() -> tuple[Result | None, str, str]:
    """The stored result of the experiment on screen, what it is in words, and a name of it for caches."""
    experiment = session.experiment()
    try:
        found = server.stored_result(experiment)
    except CheckpointError as error:
        return None, f"{error} Train to replace it.", experiment.digest
    if found is None:
        return None, "not trained yet", experiment.digest
    identity = f"{experiment.digest} {found.modified}"
    if found.shipped:
        return found.result, f"shipped, seed {experiment.seed}", identity
    ended = ago(time.time() - found.modified)
    return found.result, f"trained here {ended}, seed {experiment.seed}", identity


# ---- parts of the header -------------------------------------------------------------------------


def _what_is_shown(preset_box: bool, presets: Mapping[str, Preset], run: Callable[[], None]) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", width="content", gap=8):
        if preset_box:
            _preset_box(presets)
        _seed_buttons(run)
        _link_popover()


def _preset_box(presets: Mapping[str, Preset]) -> None:
    st.session_state["preset_box"] = session.preset_name()
    st.selectbox(
        "Preset",
        list(presets),
        format_func=lambda name: presets[name].title,
        key="preset_box",
        label_visibility="collapsed",
        help="The data distribution and its recipe; choosing one leaves your edits behind.",
        on_change=lambda: session.choose_preset(st.session_state.preset_box),
        width=180,
    )


def _seed_buttons(run: Callable[[], None]) -> None:
    st.button(
        "Same seed",
        key="same_seed",
        help="Train once more with the same seed: the same picture, bit for bit, on the same machine.",
        on_click=run,
    )
    st.button(
        "New seed",
        key="new_seed",
        help=f"Train with the next seed; this is seed {session.experiment().seed}.",
        on_click=training.new_seed,
        args=(run,),
    )


def _link_popover() -> None:
    with st.popover("Link", help="A link to exactly this view."):
        page = urlsplit(st.context.url or "http://localhost:8501/")
        st.code(
            f"{page.scheme}://{page.netloc}{page.path}?{urlencode(session.link())}",
            language=None,
            wrap_lines=True,
        )
        st.caption("Whoever opens it sees this view and, if this server has computed it, this result.")
