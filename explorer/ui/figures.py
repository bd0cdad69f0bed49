"""The figures of a page as files: this frame as PNG, SVG or PDF, the animation as GIF or WebP, the charts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import streamlit as st

from explorer.charts.film import Film
from explorer.charts.palette import Mode
from explorer.figures.print.animations import animation
from explorer.figures.print.stills import still
from explorer.figures.print.vega import chart_file
from explorer.ui import frame, state

Spec = dict[str, Any] | Callable[[Mode], dict[str, Any]]

WIDTHS = {"one column, 85 mm": 85.0, "two columns, 180 mm": 180.0}
FILES = {
    "PNG": ("image/png", "The figure as it stands."),
    "SVG": ("image/svg+xml", "The same, to be edited."),
    "PDF": ("application/pdf", "The same for a paper, on a light ground."),
    "GIF": ("image/gif", "The whole animation; it takes some seconds."),
    "WebP": ("image/webp", "The animation, in all colours."),
}
MOVING = ("GIF", "WebP")
MAIN = "figure"  # what the page's large player shows
_ON_SHOW = "on_show"


@dataclass(frozen=True)
class Shown:
    """A film on a page, and the frame that it stands at."""

    film: Film
    at: int

    @property
    def moves(self) -> bool:
        return len(self.film.captions) > 1

    def file(self, kind: str, mode: Mode, width_mm: float) -> bytes:
        if kind in MOVING:
            return animation(self.film, kind.lower(), mode=mode, width_mm=width_mm)  # type: ignore[arg-type]
        return still(self.film, self.at, kind.lower(), mode=mode, width_mm=width_mm)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Drawn:
    """A Vega-Lite chart on a page: its data, its specification, and what its file says besides.

    spec                    where it depends on the theme, what makes it for light or dark
    y_title, explained      as chart_file takes them
    """

    data: pd.DataFrame | pa.Table
    spec: Spec
    alt: str
    y_title: str = ""
    explained: str = ""

    moves = False

    def spec_in(self, mode: Mode) -> dict[str, Any]:
        return self.spec(mode) if callable(self.spec) else self.spec

    def file(self, kind: str, mode: Mode, width_mm: float) -> bytes:
        words = {"alt": self.alt, "y_title": self.y_title, "explained": self.explained}
        return chart_file(self.data, self.spec_in(mode), kind.lower(), mode=mode, width_mm=width_mm, **words)  # type: ignore[arg-type]


def begin() -> None:
    """Forget what the page before showed."""
    st.session_state[_ON_SHOW] = {}


def shows(film: Film, at: int, name: str = MAIN) -> None:
    """Note what a player of the page shows, so that this is what people take away."""
    _on_show()[name] = Shown(film, at)


def draws(name: str, chart: Drawn) -> None:
    """Note a chart of the page, by the name that people find it under."""
    _on_show()[name] = chart


@st.fragment(key="figures")
def downloads() -> None:
    """Buttons for a figure of the page as it is when they are pressed; the files are made then."""
    held = _on_show()
    names = sorted(held, key=lambda name: name != MAIN)
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
            _button(held, name, kind, mime, text, WIDTHS[width])


def _button(
    held: dict[str, Shown | Drawn], name: str, kind: str, mime: str, text: str, width_mm: float
) -> None:
    mode: Mode = "light" if kind == "PDF" else frame.mode()
    figure = held.get(name)
    file = f"{state.preset_name()}-{state.experiment().digest}"
    file += "" if name in ("", MAIN) else "-" + re.sub(r"[^\w]+", "-", name).strip("-")
    st.download_button(
        kind,
        lambda: held[name].file(kind, mode, width_mm),
        f"{file}.{kind.lower()}",
        mime,
        key=f"figure-{kind}",
        help=text,
        on_click="ignore",
        disabled=figure is None or (kind in MOVING and not figure.moves),
    )


def _on_show() -> dict[str, Shown | Drawn]:
    return st.session_state.setdefault(_ON_SHOW, {})
