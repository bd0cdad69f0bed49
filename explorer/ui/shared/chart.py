"""A chart that does not move, or is drawn anew where it stands: Vega-Lite, with a text alternative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import streamlit as st

from explorer.figures.palette import Mode
from explorer.figures.vega.axes import on_page
from explorer.page_figures.main_figure import ChartFigure
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import projector, theme

_SIDE = "side-charts"


@contextmanager
def beside(height: int) -> Iterator[None]:
    """A place for charts one above the other that grow together, each at least `height` pixels high."""
    charts = f'.st-key-{_SIDE} [data-testid="stVegaLiteChart"]'
    with st.container(key=_SIDE, height="stretch", gap="small"):
        st.html(f"<style>{charts} {{ contain-intrinsic-height: {height}px !important }}</style>")
        yield


def chart(
    make: Callable[[Mode], ChartFigure],
    *,
    key: str,
    height: int,
    name: str,
    grows: bool = False,
    live: bool = False,
    caption: str = "",
    **asked: Any,
) -> Any:
    """Draw what is made for the page's theme, `height` pixels high; it can be taken away under its name.

    grows       fill the height of what stands beside it, if that is more
    live        while the data are live the numbers are left out, since a new text makes Streamlit draw a new
                element
    caption     of its file, if the chart has none of its own
    asked       goes to st.vega_lite_chart, whose answer is returned
    """
    figure_downloads.register_chart(name, make, caption)
    figure = make(theme.mode())
    alt = f"{figure.alt} {figure.numbers}" if figure.numbers and not live else figure.alt
    tall: int | Literal["stretch"] = "stretch" if grows else height
    spec = projector.larger(on_page(figure.spec, theme.mode()))
    return st.vega_lite_chart(figure.data, spec, key=key, height=tall, alt=alt, **asked)


def clicked_row(event: Any, selection: str, key: str) -> dict[str, Any] | None:
    """The data of the mark that was clicked since the last look at a chart; None without a new click.

    event       what `chart` returned
    selection   the name of the selection, in the chart's specification and in its selection_mode
    key         the chart's
    """
    clicked = event.selection.get(selection) if event else None
    if not clicked or clicked == st.session_state.get(f"{key}-click"):
        return None
    st.session_state[f"{key}-click"] = clicked
    row: dict[str, Any] = clicked[0]
    return row
