"""Navigation, and what happens around every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from explorer.ui import server, state
from explorer.ui.icon import icon

PAGES = Path(__file__).resolve().parents[2] / "pages"

state.view_parameter("k", 5, (4, 5, 6, 8))
state.view_parameter("t", -1)
state.view_parameter("snapshot", -1)
state.view_parameter("show", "scaled score", ("scaled score", "score"))
state.view_parameter("figure", "curves", ("curves", "map"))
state.view_parameter("region", "all")

st.set_page_config(page_title="Why diffusion models hallucinate", page_icon=icon(), layout="wide")
server.owner()
state.restore()
page = st.navigation(
    [
        st.Page(
            PAGES / "learn.py", title="Learn", default=True, help="What does a model learn from these points?"
        ),
        st.Page(
            PAGES / "score.py", title="Score", url_path="score", help="Where does the learned score go wrong?"
        ),
    ],
    position="top",
)
page.run()
state.write_link()
