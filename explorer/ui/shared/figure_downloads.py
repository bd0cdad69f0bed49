"""The figures of a page as files: this frame as PNG, SVG or PDF, the animation as GIF or WebP, the charts.

An element that shows a figure registers it when it is drawn. What a page, or a part of it that is drawn again
by itself, shows no more is forgotten then, so that nothing can be taken away that is not on screen.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from explorer.figures.film.film import Film
from explorer.figures.film.message import pack
from explorer.figures.palette import Mode
from explorer.page_figures.main_figure import (
    ANIMATIONS,
    ONE_COLUMN,
    TWO_COLUMNS,
    ChartFigure,
    FilmFigure,
    figure_file,
)
from explorer.page_tasks.files import figure_in_file
from explorer.server.cache import cached
from explorer.server.tickets import State, Ticket
from explorer.ui.player import Shown
from explorer.ui.shared.file_names import file_name, source
from explorer.ui.shared.progress import share_done, state_in_words, time_left
from explorer.ui.shell import server, session, theme

Registered = FilmFigure | Callable[[Mode], ChartFigure]

WIDTHS = {f"column, {ONE_COLUMN:g} mm": ONE_COLUMN, f"page, {TWO_COLUMNS:g} mm": TWO_COLUMNS}
FILES = {
    "PNG": ("image/png", "The figure as it stands, its zoom and what is picked included."),
    "SVG": ("image/svg+xml", "The same, to be edited."),
    "PDF": ("application/pdf", "The same for a paper."),
    "GIF": ("image/gif", "Draw the whole animation; it takes some seconds, and then it can be saved."),
    "WebP": ("image/webp", "Draw the animation, in all colours."),
}
MAIN = "figure"  # the name of a page's large film
GROUNDS: tuple[Mode, ...] = ("light", "dark")
_REGISTERED, _TAKEN = "registered_figures", "figures_taken_away"
_ASKED = "animations-asked"  # the keys of those that were asked for last, by figure and kind
STILL_SECONDS = 60.0  # that a still may take, others' work included
POLL_SECONDS = 0.5


def _digest(film: Film) -> str:
    return hashlib.sha256(pack(film)).hexdigest()


_digest_of = cached(_digest)  # for all who look at that film


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

    def text(frame: int) -> str:
        return f"{film.captions[frame] if caption is None else caption(frame)} · {known}".removeprefix(" · ")

    _registered()[name] = FilmFigure(film, shown.frame, shown.picked, shown.zoom, text)


def register_chart(name: str, make: Callable[[Mode], ChartFigure], caption: str = "") -> None:
    """Note a chart of the page, by the name that people find it under.

    caption     of its file, before the preset and the seed; without one the chart's own, or its numbers
    """
    known = source()

    def captioned(mode: Mode) -> ChartFigure:
        figure = make(mode)
        text = caption or figure.caption or figure.numbers
        return replace(figure, caption=" · ".join(filter(None, (text, known))))

    _registered()[name] = captioned


def file_of(figure: Registered, kind: str, mode: Mode, width_mm: float) -> bytes:
    """What was registered as a file, as figure_file makes it."""
    return figure_file(figure(mode) if callable(figure) else figure, kind, mode=mode, width_mm=width_mm)


def downloads(*, live: bool) -> None:
    """Buttons for a figure of the page as it is when they are pressed; the files are made then, an animation
    is drawn first and then offered.

    live    as drawn_together takes it
    """
    st.session_state[_TAKEN] = _signature(live)
    polled = bool(_being_drawn())

    @st.fragment(key="figures", run_every=POLL_SECONDS if polled else None)
    def buttons() -> None:
        drawn = _being_drawn()
        if polled != bool(drawn):
            st.rerun()
        _buttons(live)
        for ticket in filter(None, map(_latest, ANIMATIONS)):
            if ticket.error is not None:
                st.warning(ticket.error)
        for ticket in drawn:
            waits = "" if ticket.state is State.RUNNING else state_in_words(ticket)
            st.progress(
                share_done(ticket), " · ".join(filter(None, (ticket.about.title, waits, time_left(ticket))))
            )

    buttons()


def _buttons(live: bool) -> None:
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
            if kind.lower() in ANIMATIONS:
                _animation_button(registered[name], name, kind, mime, text, ground, WIDTHS[width], live)
            else:
                _still_button(registered, name, kind, mime, text, ground, WIDTHS[width])


def _still_button(
    registered: dict[str, Registered],
    name: str,
    kind: str,
    mime: str,
    text: str,
    mode: Mode,
    width_mm: float,
) -> None:
    suffix, tab = kind.lower(), server.tab()

    def made() -> bytes:
        figure = registered[name]  # it may have moved on since
        if isinstance(figure, FilmFigure):
            key, sent = _key(figure, suffix, mode, width_mm), figure.in_words(suffix)
            make = partial(figure_in_file, sent, suffix, mode, width_mm)
        elif suffix == "svg":
            return file_of(figure, suffix, mode, width_mm)  # in a few milliseconds
        else:
            chart = figure(mode)
            key = _chart_key(chart, suffix, mode, width_mm)
            make = partial(figure_in_file, chart, suffix, mode, width_mm)
        return server.awaited(tab, _purpose(suffix), key, make, STILL_SECONDS)

    st.download_button(
        kind, made, _file_name(name, suffix), mime, key=f"figure-{kind}", help=text, on_click="ignore"
    )


def _animation_button(
    figure: Registered, name: str, kind: str, mime: str, text: str, mode: Mode, width_mm: float, live: bool
) -> None:
    """Have an animation drawn; once it is, by whomever, save it. A live one is as it was when it was asked
    for."""
    suffix = kind.lower()
    if not isinstance(figure, FilmFigure) or not figure.moves:
        st.button(kind, key=f"draw-{kind}", help=text, disabled=True)
        return
    asked: dict[tuple[str, str], str] = st.session_state.setdefault(_ASKED, {})
    key = asked.get((name, suffix), "") if live else _key(figure, suffix, mode, width_mm)
    if server.results().get(key) is None:
        drawn = any(ticket.purpose == _purpose(suffix) for ticket in _being_drawn())
        arguments = (figure, name, kind, mode, width_mm)
        st.button(kind, key=f"draw-{kind}", help=text, on_click=_draw, args=arguments, disabled=drawn)
        return
    st.download_button(
        f"Save {kind}",
        lambda: server.results().get(key) or b"",
        _file_name(name, suffix),
        mime,
        key=f"figure-{kind}",
        type="primary",
        help="The animation is drawn.",
        on_click="ignore",
    )


def _draw(figure: FilmFigure, name: str, kind: str, mode: Mode, width_mm: float) -> None:
    """Have a worker draw an animation."""
    suffix = kind.lower()
    key = _key(figure, suffix, mode, width_mm)
    st.session_state[_ASKED][name, suffix] = key
    title = f"{session.page().capitalize()} as {kind}"
    about = server.About(title, session.page(), session.link(), keeps=False)
    make = partial(figure_in_file, figure.in_words(suffix), suffix, mode, width_mm)
    work = server.computed(_purpose(suffix), key, make, about=about)
    if work.error is not None:
        session.report_problem(work.error)


def _key(figure: FilmFigure, suffix: str, mode: Mode, width_mm: float) -> str:
    """What names a film's file completely."""
    text = "" if figure.caption is None else figure.caption(figure.frame)
    frame = None if suffix in ANIMATIONS else figure.frame
    view = (frame, figure.picked, figure.zoom, text)
    return f"{suffix} {mode} {width_mm:g} {_digest_of(figure.film)} {view}"


def _chart_key(chart: ChartFigure, suffix: str, mode: Mode, width_mm: float) -> str:
    """What names a chart's file completely."""
    rows = chart.data if isinstance(chart.data, pd.DataFrame) else chart.data.to_pandas()
    text = [chart.spec, rows.to_json(), chart.alt, chart.numbers, chart.explained, chart.caption]
    digest = hashlib.sha256(json.dumps(text, sort_keys=True).encode()).hexdigest()
    return f"{suffix} {mode} {width_mm:g} chart {digest}"


def _purpose(suffix: str) -> str:
    return f"file {suffix}"


def _being_drawn() -> list[Ticket[Any]]:
    """What is drawn of this session's animations."""
    return [ticket for ticket in map(_latest, ANIMATIONS) if ticket is not None and ticket.active]


def _latest(suffix: str) -> Ticket[Any] | None:
    return server.latest_ticket(_purpose(suffix))


def _file_name(name: str, suffix: str) -> str:
    return file_name("" if name == MAIN else name, suffix)


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
