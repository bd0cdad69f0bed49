"""The figure on a page as a file: this frame as PNG or SVG, the animation as GIF or WebP."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.figures.export import gif, png, svg, webp
from explorer.figures.film.film import Film
from explorer.figures.palette import Mode
from explorer.ui.shell import session, theme

_ON_SHOW = "on_show"


def shows(film: Film, at: int) -> None:
    """Note what the page's large figure shows, so that this is what people take away."""
    st.session_state.setdefault(_ON_SHOW, {})["film"] = (film, at)


def shows_none() -> None:
    """Note that the page shows no film."""
    st.session_state.setdefault(_ON_SHOW, {}).pop("film", None)


def downloads() -> None:
    """Buttons for the figure as it is when they are pressed; the files are made then."""
    held = st.session_state.setdefault(_ON_SHOW, {})
    mode, name = theme.mode(), f"{session.preset_name()}-{session.experiment().digest}"
    makers: dict[str, tuple[str, Callable[[Film, int, Mode], bytes | str], str]] = {
        "PNG": ("image/png", lambda film, at, mode: png(film, at, mode=mode), "The figure as it stands."),
        "SVG": ("image/svg+xml", lambda film, at, mode: svg(film, at, mode=mode), "The same, to be edited."),
        "GIF": ("image/gif", lambda film, at, mode: gif(film, mode=mode), "The whole animation."),
        "WebP": (
            "image/webp",
            lambda film, at, mode: webp(film, mode=mode),
            "The animation, in all colours.",
        ),
    }
    still = "film" not in held
    with st.container(horizontal=True):
        for kind, (mime, make, text) in makers.items():
            moves = kind in ("GIF", "WebP")

            def made(make: Callable[[Film, int, Mode], bytes | str] = make) -> bytes | str:
                film, at = held["film"]
                return make(film, at, mode)

            st.download_button(
                kind,
                made,
                f"{name}.{kind.lower()}",
                mime,
                key=f"figure-{kind}",
                help=text,
                on_click="ignore",
                disabled=still or (moves and len(held["film"][0].captions) < 2),
            )
