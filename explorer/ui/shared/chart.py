"""A chart that does not move, or is drawn anew where it stands: Vega-Lite, with a text alternative."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
import streamlit as st

from explorer.ui.shell import projector


def chart(
    data: pd.DataFrame,
    spec: dict[str, Any],
    *,
    key: str,
    height: int,
    grows: bool = False,
    alt: str,
    numbers: str = "",
    live: bool = False,
    **asked: Any,
) -> Any:
    """Draw data by a specification, `height` pixels high.

    alt         what it shows
    grows       fill the height of what stands beside it, if that is more
    numbers     the most important ones, for who cannot see it; left out while the data are live, since a
                new text makes Streamlit draw a new element
    asked       goes to st.vega_lite_chart, whose answer is returned
    """
    alt = f"{alt} {numbers}" if numbers and not live else alt
    tall: int | Literal["stretch"] = "stretch" if grows else height
    return st.vega_lite_chart(data, projector.larger(spec), key=key, height=tall, alt=alt, **asked)
