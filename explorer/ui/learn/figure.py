"""The Learn page's figures: the film, made once for all who look at the same snapshots, and two charts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import LearningUpdate, Result, Snapshot
from explorer.figures.film.film import Film
from explorer.page_figures import learn
from explorer.page_figures.main_figure import ChartFigure
from explorer.ui.shared.chart import beside, chart

KEPT_FILMS = 48  # for all who look; the largest, of points in the plane, take a few MB


def film(experiment: Experiment, snapshots: Sequence[Snapshot], k: int) -> Film:
    """The learned distribution at every snapshot, over the truth; the truth alone if there is no snapshot."""
    last = snapshots[-1] if snapshots else None
    made_at = (
        None if last is None else (len(snapshots), last.step, last.seconds, str(last.measurement.beyond))
    )
    return _film(experiment.digest, made_at, k, experiment, snapshots)


@st.cache_resource(max_entries=KEPT_FILMS, show_spinner=False)
def _film(
    digest: str,
    made_at: tuple[int, int, float, str] | None,
    k: int,
    _experiment: Experiment,
    _snapshots: Sequence[Snapshot],
) -> Film:
    uploaded = _experiment.mixture is None
    points = checkpoints.own().load_points(_experiment.upload) if uploaded else None
    return learn.film(_experiment, _snapshots, k, points)


def describe_own_points(experiment: Experiment) -> str:
    """How a person's own points are drawn, in a sentence; "" if they are no longer here."""
    points = checkpoints.own().load_points(experiment.upload)
    return "" if points is None else learn.describe_standardised(points)


def charts(run: Result | LearningUpdate | None, k: int, height: int, *, live: bool) -> None:
    """What was recorded of the training's steps, and the share beyond k sigma against the time of training:
    two small charts of fixed size."""
    loss = learn.loss_chart(np.empty(0)) if run is None else learn.loss_chart(run.losses, run.recorded)
    rate = learn.rate_chart(() if run is None else run.snapshots, k)
    with beside(height):
        _charts(loss, rate, height, live=live)


def _charts(loss: ChartFigure, rate: ChartFigure | None, height: int, *, live: bool) -> None:
    chart(lambda mode: loss, key="loss", height=height, name="loss", grows=True, live=live)
    if rate is not None:
        chart(lambda mode: rate, key="rate", height=height, name="rate by time", grows=True, live=live)
    else:
        st.caption("The truth of your points is unknown, so nothing can be called a hallucination.")
