"""What a class predicted: a bar for each option, as text that is read aloud as it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from explorer.figures.palette import colour
from explorer.ui.shell import theme


def votes(options: Sequence[str], counts: Mapping[int, int], right: int | None) -> None:
    """Every option with how many chose it, on a scale that grows by tens.

    right   the number of the option that is true, None while that is hidden; it is written, too: colour alone
            says nothing
    """
    most = 10 * max(1, -(-sum(counts.values()) // 10))
    kept, grey = colour("kept", theme.mode()), colour("neutral", theme.mode())
    lines = []
    for number, option in enumerate(options):
        count, true = counts.get(number, 0), number == right
        bar = f"flex:0 0 {55 * count / most:.1f}%;height:1.1em;border-radius:0 3px 3px 0;background:"
        lines.append(
            '<div style="margin:.35rem 0">'
            f"<div>{escape(option)}{'<b> ✓ measured</b>' if true else ''}</div>"
            '<div style="display:flex;align-items:center;gap:.5em">'
            f'<div style="{bar}{kept if true else grey}"></div><div>{count}</div></div></div>'
        )
    st.html("".join(lines))
