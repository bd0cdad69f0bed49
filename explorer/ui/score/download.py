"""What people take away of a score: its values at every step, its error over t, and code that prints its
largest error."""

from __future__ import annotations

import streamlit as st

from explorer.detection.statistics.score_error import ScoreErrors
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.page_figures.score import (
    Region,
    Scores,
    ScoreValues,
    describe_error_at,
    describe_largest,
    errors_csv,
    scores_csv,
)
from explorer.ui.shared.downloads import (
    IMPORTS,
    experiment_button,
    file_button,
    npz,
    train_anew,
)
from explorer.ui.shared.snippet import experiment_code, snippet

WHAT = "t, x, and the score by truth and model and their difference, in the unit that is shown."


def downloads(
    run: Result | None,
    found: Scores | None,
    errors: ScoreErrors | None,
    *,
    region: Region,
    snapshot: int,
    scaled: bool,
    t: int | None,
) -> None:
    """Downloads of the score of a run at one snapshot, and code that prints its largest error.

    t   the step on view; None where the error of all steps is shown
    """
    with st.container(horizontal=True):
        experiment_button()
        if found is not None and run is not None:
            name, values = "scaled-score" if scaled else "score", found.values
            file_button("Score (CSV)", name, "csv", lambda: scores_csv(values), WHAT)
            file_button("Score (NPZ)", name, "npz", lambda: scores_npz(values, run.experiment), WHAT)
        if errors is not None:
            text = "The mean squared error of the score at every step, and how uncertain it is."
            file_button("Error over t (CSV)", "error-over-t", "csv", lambda: errors_csv(errors), text)
    if found is None or run is None or found.word is None:
        return
    asked = f"describe_error_at(found, found.frame_of({t}))" if t is not None else "describe_largest(found)"
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f"region = next(one for one in regions(experiment.mixture) if one.name == {region.name!r})",
            f"found = scores(run, {snapshot}, region, scaled={scaled})",
            f"print({asked})",
        ],
        [
            *IMPORTS,
            f"from explorer.page_figures.score import {asked.partition('(')[0]}, regions, scores",
        ],
        takes="about five seconds",
        prints=describe_largest(found) if t is None else describe_error_at(found, found.frame_of(t)),
        anew=train_anew(run.experiment),
    )


def scores_npz(values: ScoreValues, experiment: Experiment) -> bytes:
    """The same as arrays: x (n,) and t (F,), truth, model and difference (F, n), in the plane (..., 2)."""
    arrays = {name: getattr(values, name) for name in ("x", "t", "truth", "model", "difference")}
    return npz(experiment, {name: array for name, array in arrays.items() if array is not None})
