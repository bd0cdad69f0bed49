"""The figures of a page as files: this frame as PNG, SVG or PDF, the animation as GIF or WebP, the charts."""

from __future__ import annotations

import re
from collections.abc import Callable

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
from explorer.ui.shell import session, theme

Registered = FilmFigure | Callable[[Mode], ChartFigure]

WIDTHS = {f"one column, {ONE_COLUMN:g} mm": ONE_COLUMN, f"two columns, {TWO_COLUMNS:g} mm": TWO_COLUMNS}
FILES = {
    "PNG": ("image/png", "The figure as it stands."),
    "SVG": ("image/svg+xml", "The same, to be edited."),
    "PDF": ("application/pdf", "The same for a paper, on a light ground."),
    "GIF": ("image/gif", "The whole animation; it takes some seconds."),
    "WebP": ("image/webp", "The animation, in all colours."),
}
MAIN = "figure"  # the name of a page's large figure
_REGISTERED = "registered_figures"


def begin() -> None:
    """Forget what the page before showed."""
    st.session_state[_REGISTERED] = {}


def register_film(film: Film, frame: int, name: str = MAIN) -> None:
    """Note what a player of the page shows, so that this is what people take away."""
    _registered()[name] = FilmFigure(film, frame)


def register_chart(name: str, make: Callable[[Mode], ChartFigure]) -> None:
    """Note a chart of the page, by the name that people find it under."""
    _registered()[name] = make


def file_of(figure: Registered, kind: str, mode: Mode, width_mm: float) -> bytes:
    """What was registered as a file, as figure_file makes it."""
    return figure_file(figure(mode) if callable(figure) else figure, kind, mode=mode, width_mm=width_mm)


@st.fragment(key="figures")
def downloads() -> None:
    """Buttons for a figure of the page as it is when they are pressed; the files are made then."""
    registered = _registered()
    names = sorted(registered, key=lambda name: name != MAIN)
    if st.session_state.get("figure-name") not in names:
        st.session_state.pop("figure-name", None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = names[0] if names else ""
        if len(names) > 1:
            name = st.selectbox("Figure", names, key="figure-name", width=260)
        width = st.segmented_control(
            "Width", list(WIDTHS), key="figure-width", default=list(WIDTHS)[1], required=True
        )
    with st.container(horizontal=True):
        for kind, (mime, text) in FILES.items():
            _button(registered, name, kind, mime, text, WIDTHS[width])


def _button(
    registered: dict[str, Registered], name: str, kind: str, mime: str, text: str, width_mm: float
) -> None:
    figure, suffix = registered.get(name), kind.lower()
    mode: Mode = "light" if kind == "PDF" else theme.mode()
    file = f"{session.preset_name()}-{session.experiment().digest}"
    file += "" if name in ("", MAIN) else "-" + re.sub(r"[^\w]+", "-", name).strip("-")

    moves = isinstance(figure, FilmFigure) and figure.moves
    st.download_button(
        kind,
        lambda: file_of(registered[name], suffix, mode, width_mm),  # it may have moved on since
        f"{file}.{suffix}",
        mime,
        key=f"figure-{kind}",
        help=text,
        on_click="ignore",
        disabled=figure is None or (suffix in ANIMATIONS and not moves),
    )


def _registered() -> dict[str, Registered]:
    return st.session_state.setdefault(_REGISTERED, {})
