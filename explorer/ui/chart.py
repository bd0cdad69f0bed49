"""A chart that does not move, or is drawn anew where it stands: Vega-Lite, with a text alternative."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from explorer.ui import projector


def chart(data: pd.DataFrame, spec: dict[str, Any], *, key: str, height: int, alt: str, **asked: Any) -> Any:
    """Draw data by a specification, `height` pixels high; `alt` says what it shows.

    While a chart is live, `alt` has to stay the same: a new one makes Streamlit draw it as a new element.
    `asked` goes to st.vega_lite_chart, whose answer is returned.
    """
    return st.vega_lite_chart(data, projector.larger(spec), key=key, height=height, alt=alt, **asked)
