"""A chart that does not move, or is drawn anew where it stands: Vega-Lite, with a text alternative."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import streamlit as st

from explorer.ui import figures, frame, projector


def chart(
    data: pd.DataFrame | pa.Table,
    spec: figures.Spec,
    *,
    key: str,
    height: int,
    name: str,
    y_title: str = "",
    explained: str = "",
    grows: bool = False,
    alt: str,
    numbers: str = "",
    live: bool = False,
    **asked: Any,
) -> Any:
    """Draw data by a specification, `height` pixels high; it can be taken away under its name.

    spec        where it depends on the theme, what makes it for light or dark
    y_title, explained      what its file says besides, as chart_file takes them
    alt         what it shows
    grows       fill the height of what stands beside it, if that is more
    numbers     the telling ones, for who cannot see it; left out while the data are live, since a new text
                makes Streamlit draw a new element
    asked       goes to st.vega_lite_chart, whose answer is returned
    """
    drawn = figures.Drawn(data, spec, f"{alt} {numbers}".strip(), y_title, explained)
    figures.draws(name, drawn)
    alt = f"{alt} {numbers}" if numbers and not live else alt
    tall: int | Literal["stretch"] = "stretch" if grows else height
    shown = projector.larger(drawn.spec_in(frame.mode()))
    return st.vega_lite_chart(data, shown, key=key, height=tall, alt=alt, **asked)
