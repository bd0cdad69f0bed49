"""Terms that open: a row of small buttons under a text, each with a definition, a formula and a page."""

from __future__ import annotations

import streamlit as st

from explorer.lessons.glossary import terms_in
from explorer.ui.shell.pages import page_file


def explained(text: str, key: str) -> None:
    """A text, and its terms to open."""
    st.markdown(text)
    words(text, key)


def words(text: str, key: str, most: int = 6) -> None:
    """The terms of a text, to open."""
    found = terms_in(text)[:most]
    if not found:
        return
    with st.container(horizontal=True, gap="small", key=f"words-{key}"):
        for term in found:
            with st.popover(term.word, type="tertiary", help="What is this?"):
                st.markdown(f"**{term.word}**: {term.says}")
                if term.formula:
                    st.latex(term.formula)
                st.page_link(page_file(term.page), label=f"See it on {term.page.capitalize()}")
