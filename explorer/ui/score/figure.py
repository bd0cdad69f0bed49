"""The Score page's figures, made once for all who look at the same run."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.palette import Mode
from explorer.page_figures import score
from explorer.page_figures.score import Region, Scores


@st.cache_resource(max_entries=24, show_spinner=False)
def scores(_result: Result, identity: str, snapshot: int, region: Region, scaled: bool) -> Scores:
    """The film of a run's score at one snapshot; identity names the run in the cache."""
    return score.scores(_result, snapshot, region, scaled)


@st.cache_data(max_entries=24, show_spinner=False)
def score_map(
    _result: Result, identity: str, snapshot: int, region: Region, scaled: bool, mode: Mode, height: int
) -> tuple[go.Figure, Film]:
    """Error of a 1-D run's score over t and x, for the page and for files."""
    return score.score_map(_result, snapshot, region, scaled, mode, height)
