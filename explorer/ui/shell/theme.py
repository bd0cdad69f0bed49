"""The colours of the page's theme: light or dark, and words in the colours of the figures."""

from __future__ import annotations

import streamlit as st

from explorer.figures.coloured_words import with_colours
from explorer.figures.palette import PALETTE, Mode, legible


def mode() -> Mode:
    """Whether the page is light or dark."""
    return "dark" if st.context.theme.type == "dark" else "light"


def style_buttons() -> None:
    """In the dark the buttons' ground is light: their letters have to be dark."""
    if mode() == "dark":
        ground = PALETTE["dark"]["ground"]
        st.html(f'<style>[data-testid^="stBaseButton-primary"]:not(:disabled) {{ color: {ground} }}</style>')


def coloured(text: str) -> str:
    """Markdown in which *truth*, *model*, *hallucinated* and *kept* between braces get their colours:
    {model}."""
    return with_colours(text, lambda words, role: marked(words, PALETTE[mode()][role]))


def marked(word: str, hexadecimal: str) -> str:
    """A word in a colour of the figures: its letters in a shade that can be read, underlined in the colour
    itself."""
    style = f"color:{legible(hexadecimal, mode())};border-bottom:.13em solid {hexadecimal}"
    return f'<b style="{style}">{word}</b>'


def sentence(text: str) -> None:
    """One sentence that says what to look at, its words in the figure's colours."""
    st.markdown(coloured(text), unsafe_allow_html=True)
