"""The figures of a page as files: this frame as PNG, SVG or PDF, the animation as GIF or WebP, the charts.

An element that shows a figure registers it when it is drawn. What a page, or a part of it that is drawn again
by itself, shows no more is forgotten then, so that nothing can be taken away that is not on screen.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from explorer.figures.film.film import Film
from explorer.figures.palette import Mode
from explorer.page_figures.main_figure import (
    ANIMATIONS,
    ONE_COLUMN,
    TWO_COLUMNS,
    ChartFigure,
    FilmFigure,
    figure_file,
)
from explorer.ui.player import Shown
from explorer.ui.shared.file_names import file_name, source
from explorer.ui.shell import session, theme

Registered = FilmFigure | Callable[[Mode], ChartFigure]

WIDTHS = {f"column, {ONE_COLUMN:g} mm": ONE_COLUMN, f"page, {TWO_COLUMNS:g} mm": TWO_COLUMNS}
FILES = {
    "PNG": ("image/png", "The figure as it stands, its zoom and what is picked included."),
    "SVG": ("image/svg+xml", "The same, to be edited."),
    "PDF": ("application/pdf", "The same for a paper."),
    "GIF": ("image/gif", "The whole animation; it takes some seconds."),
    "WebP": ("image/webp", "The animation, in all colours."),
}
MAIN = "figure"  # the name of a page's large film
GROUNDS: tuple[Mode, ...] = ("light", "dark")
_REGISTERED, _TAKEN = "registered_figures", "figures_taken_away"


def begin() -> None:
    """Forget what the page before showed."""
    st.session_state[_REGISTERED], st.session_state[_TAKEN] = {}, None


def drawn_together(*, live: bool) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Decorates a fragment: what it showed before is forgotten when it is drawn again, and Take away follows
    it, if that is open.

    live    whether it shows work that goes on: then figures are taken as they are when a button is pressed
    """

    def decorated(draw: Callable[[], None]) -> Callable[[], None]:
        @functools.wraps(draw)
        def drawn() -> None:
            _registered().clear()
            draw()
            taken = st.session_state.get(_TAKEN)
            if taken is not None and taken != _signature(live):
                st.rerun()

        return drawn

    return decorated


def register_film(
    film: Film, shown: Shown, name: str = MAIN, caption: Callable[[int], str] | None = None
) -> None:
    """Note what a player of the page shows, so that this is what people take away; the first one that is
    noted is the one that is offered.

    caption     of the file at a frame: what the numbers are, before the preset and the seed
    """
    known = source()

    def said(frame: int) -> str:
        return f"{film.captions[frame] if caption is None else caption(frame)} · {known}".removeprefix(" · ")

    _registered()[name] = FilmFigure(film, shown.frame, shown.picked, shown.zoom, said)


def register_chart(name: str, make: Callable[[Mode], ChartFigure], caption: str = "") -> None:
    """Note a chart of the page, by the name that people find it under.

    caption     of its file, before the preset and the seed; without one the chart's own, or its numbers
    """
    known = source()

    def captioned(mode: Mode) -> ChartFigure:
        figure = make(mode)
        said = caption or figure.caption or figure.numbers
        return replace(figure, caption=" · ".join(filter(None, (said, known))))

    _registered()[name] = captioned


def file_of(figure: Registered, kind: str, mode: Mode, width_mm: float) -> bytes:
    """What was registered as a file, as figure_file makes it."""
    return figure_file(figure(mode) if callable(figure) else figure, kind, mode=mode, width_mm=width_mm)


def downloads(*, live: bool) -> None:
    """Buttons for a figure of the page as it is when they are pressed; the files are made then.

    live    as drawn_together takes it
    """
    st.session_state[_TAKEN] = _signature(live)
    _buttons()


@st.fragment(key="figures")
def _buttons() -> None:
    registered = _registered()
    names = list(registered)
    if not names:
        st.caption("There is no figure on this page now.")
        return
    if st.session_state.get("figure-name") not in names:
        st.session_state.pop("figure-name", None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = names[0]
        if len(names) > 1:
            name = st.selectbox("Figure", names, key="figure-name", width=260)
        width = st.segmented_control(
            "Width", list(WIDTHS), key="figure-width", default=list(WIDTHS)[1], required=True
        )
        ground: Mode = "light"
        if theme.mode() == "dark":
            ground = st.segmented_control(
                "Ground",
                GROUNDS,
                key="figure-ground",
                default=ground,
                required=True,
                help="Light for print, or as on the screen.",
            )
    with st.container(horizontal=True):
        for kind, (mime, text) in FILES.items():
            _button(registered, name, kind, mime, text, ground, WIDTHS[width])


def _button(
    registered: dict[str, Registered],
    name: str,
    kind: str,
    mime: str,
    text: str,
    mode: Mode,
    width_mm: float,
) -> None:
    figure, suffix = registered[name], kind.lower()
    moves = isinstance(figure, FilmFigure) and figure.moves
    st.download_button(
        kind,
        lambda: file_of(registered[name], suffix, mode, width_mm),  # it may have moved on since
        file_name("" if name == MAIN else name, suffix),
        mime,
        key=f"figure-{kind}",
        help=text,
        on_click="ignore",
        disabled=suffix in ANIMATIONS and not moves,
    )


def _signature(live: bool) -> tuple[object, ...]:
    """What tells whether Take away still offers what is on screen."""
    registered = _registered()
    if live:
        return (tuple(registered),)
    shown = (
        (name, each.frame, each.picked, each.zoom) if isinstance(each, FilmFigure) else (name,)
        for name, each in registered.items()
    )
    return (*shown, tuple(st.session_state.view.items()), session.experiment())


def _registered() -> dict[str, Registered]:
    return st.session_state.setdefault(_REGISTERED, {})
