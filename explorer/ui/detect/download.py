"""What people take away of a detector's trial: the figure, every sample's score, and code that repeats it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import streamlit as st

from explorer.compute.progress import finish
from explorer.data.mixture import GaussianMixture
from explorer.detection.judged_trial import JudgedTrial
from explorer.detection.trajectory_variance import KnownWindows
from explorer.experiments import trials
from explorer.experiments.experiment import Experiment
from explorer.ui.shared import figure_downloads, training
from explorer.ui.shared.downloads import experiment_button, experiment_code, file_button, npz, sampler_code
from explorer.ui.shared.view_controls import chosen_sampler
from explorer.ui.shell import session


def downloads(judged: JudgedTrial | None, threshold: float | None) -> None:
    """Downloads of the scores of a trial, and code that reproduces the numbers on screen."""
    figure_downloads.downloads()
    experiment = session.experiment()
    with st.container(horizontal=True):
        experiment_button()
        if judged is not None:
            file_button(
                "Scores (CSV)",
                "csv",
                lambda: scores_csv(judged),
                "Every sample: where, how far out, its variance.",
            )
            file_button(
                "Scores (NPZ)",
                "npz",
                lambda: scores_npz(_with_every_window(judged), experiment),
                "The same, and what gives every window.",
            )
    if judged is not None and threshold is not None:
        st.code(judging_code(judged, threshold), language="python")


def _with_every_window(judged: JudgedTrial) -> JudgedTrial:
    """The trial with what gives every window: drawn again, if it shipped with a few windows alone."""
    result, _, _ = training.stored_result()
    if not isinstance(judged.trial.windows, KnownWindows) or result is None:
        return judged
    drawn = finish(trials.trial(result, judged.trial.n, chosen_sampler()))
    return dataclasses.replace(judged, trial=drawn)


def scores_csv(judged: JudgedTrial) -> str:
    """A line for each sample: its place where that is a point, its distance to the data, and its variance."""
    trial, shape = judged.trial, judged.known.shape
    names = ["x", "y"][: shape[0]] if len(shape) == 1 else []
    table = pd.DataFrame(trial.samples if names else np.empty((trial.n, 0)), columns=names)
    table["distance_to_support"] = trial.distance
    table = table.map("{:.6g}".format)
    table["hallucinated"] = judged.hallucinated.astype(int)
    table["variance"] = pd.Series(judged.hal).map("{:.8g}".format)
    return table.to_csv(index_label="sample")


def scores_npz(judged: JudgedTrial, experiment: Experiment) -> bytes:
    """The samples, their flags and variances, and the sums that give the variance over any window."""
    windows = judged.trial.windows
    sums = {f.name: np.asarray(getattr(windows, f.name)) for f in dataclasses.fields(windows)}
    return npz(
        experiment,
        {
            "samples": judged.trial.samples,
            "distance": judged.trial.distance,
            "hallucinated": judged.hallucinated,
            "hal": judged.hal,
            "window": np.array(judged.window),
            "k": np.array(judged.k),
            **sums,
        },
    )


def judging_code(judged: JudgedTrial, threshold: float) -> str:
    """Python that reproduces the numbers on screen."""
    drawn = f"finish(trial(result, {judged.trial.n}, {sampler_code()}))"
    if not isinstance(judged.known, GaussianMixture):
        drawn = "result.final.measurement.trial"  # pictures keep theirs, since drawing them takes minutes
    return "\n".join(
        [
            "from explorer.experiments.checkpoints import load_folder, locate",
            "from explorer.detection.statistics.thresholds import confusion",
            "from explorer.detection.statistics.roc import roc",
            "from explorer.compute.progress import finish",
            "from explorer.experiments.presets import preset",
            "from explorer.experiments.trials import sampler, trial",
            "",
            f"experiment = {experiment_code()}",
            "result = load_folder(locate(experiment)).result",
            f"drawn = {drawn}",
            f"hal, hallucinated = drawn.hal({judged.window}), drawn.hallucinated({judged.k})",
            f"judged = confusion(hal, hallucinated, {threshold!r})",
            "print(roc(hal, hallucinated).auroc, judged.recall, judged.retention, judged.rate_after)",
        ]
    )
