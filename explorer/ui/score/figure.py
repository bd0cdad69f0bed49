"""The Score page's figures, made once for all who look at the same run."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from explorer.detection.statistics.score_error import ScoreErrors
from explorer.experiments.run import Result
from explorer.figures.film.film import Film
from explorer.figures.palette import Mode
from explorer.page_figures import score
from explorer.page_figures.score import Region, Scores
from explorer.ui.shared.chart import chart


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


@st.cache_resource(max_entries=48, show_spinner=False)
def errors_over_t(_result: Result, identity: str, snapshot: int) -> ScoreErrors | None:
    """The errors of a run's score at one snapshot over t; None where the truth is unknown."""
    return score.errors_over_t(_result, snapshot)


def error_chart(errors: ScoreErrors, scaled: bool, t: int | None) -> None:
    """The error over t, with the step on view, and a sentence on where it is largest."""
    chart(
        lambda mode: score.error_chart(errors, scaled, t, mode),
        key="score-error",
        height=score.ERROR_HEIGHT,
        name="error over t",
    )
    st.caption(score.describe_errors(errors, scaled))
