"""What people take away of a detector's trial: the figure, every sample's score, and code that repeats it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from explorer.compute.progress import finish
from explorer.data.mixture import GaussianMixture
from explorer.detection.judged_trial import RETENTION, JudgedTrial
from explorer.detection.scores.ensemble import EnsembleVariance
from explorer.detection.trajectory_variance import KnownWindows
from explorer.experiments import trials
from explorer.experiments.experiment import Experiment
from explorer.page_figures.detect_findings import compare_windows, describe_counts, describe_threshold
from explorer.page_figures.detector_comparison import auroc_and_interval
from explorer.page_figures.views.detect import View
from explorer.ui.detect.figure import DetectionState
from explorer.ui.shared import training
from explorer.ui.shared.downloads import IMPORTS, experiment_button, file_button, npz, train_anew
from explorer.ui.shared.snippet import experiment_code, sampler_code, snippet
from explorer.ui.shared.view_controls import chosen_sampler
from explorer.ui.shell import session


def downloads(state: DetectionState) -> None:
    """Downloads of the scores of a trial, and code that prints the numbers on screen."""
    judged, experiment = state.judged, session.experiment()
    with st.container(horizontal=True):
        experiment_button()
        if judged is not None:
            file_button(
                "Scores (CSV)",
                "scores",
                "csv",
                lambda: scores_csv(judged),
                "Every sample: where, how far out, its variance.",
            )
            file_button(
                "Scores (NPZ)",
                "scores",
                "npz",
                lambda: scores_npz(_with_every_window(judged), experiment),
                "The same, and what gives every window.",
            )
    if judged is not None and not state.drawing:
        judging_code(judged, state)


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


def judging_code(judged: JudgedTrial, state: DetectionState) -> None:
    """Code that prints what is said of the threshold on screen, of the map of windows, or of the detectors;
    nothing while that is still being computed."""
    if session.view(View).judge == "rivals":
        code = _of_the_detectors(state)
    elif session.view(View).judge == "windows":
        code = _of_the_windows(judged, state)
    else:
        code = _of_the_threshold(judged)
    if code is None:
        return
    n, spec = judged.trial.n, sampler_code()
    drawn = f'with_bar(trial(run, {n}, spec), "drawing", lambda update: update.share, always=True)'
    takes = f"as long as {n:,} samples are drawn and judged: seconds to a minute"
    if not isinstance(judged.known, GaussianMixture):
        drawn = "run.final.measurement.trial"  # pictures keep theirs, since drawing them takes minutes
        takes = "some seconds"
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f"spec = {spec}",
            f"drawn = {drawn}",
            f"judged = JudgedTrial(drawn, experiment.distribution, {judged.k!r}, {judged.window})",
            *code.lines,
        ],
        [
            *IMPORTS,
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.detection.judged_trial import JudgedTrial",
            "from explorer.experiments.trials import sampler, trial",
            *code.imports,
        ],
        takes=takes,
        prints=code.prints,
        anew=train_anew(session.experiment()),
    )


@dataclass(frozen=True)
class _Code:
    """Lines of code about a judged trial, what they import, and what they print."""

    lines: tuple[str, ...]
    imports: tuple[str, ...]
    prints: str


def _of_the_threshold(judged: JudgedTrial) -> _Code:
    cut = session.view(View).cut
    frame = judged.frame_of(cut)
    return _Code(
        (
            f"frame = judged.frame_of({cut!r})",
            "print(describe_counts(judged, frame))",
            "print(describe_threshold(judged, frame))",
        ),
        ("from explorer.page_figures.detect_findings import describe_counts, describe_threshold",),
        f"{describe_counts(judged, frame)}\n{describe_threshold(judged, frame)}",
    )


def _of_the_windows(judged: JudgedTrial, state: DetectionState) -> _Code | None:
    found = None if state.scanned is None else compare_windows(judged, state.scanned.scan)
    if found is None:
        return None
    return _Code(
        (
            f"work = scan_windows(drawn.windows, judged.hallucinated, {RETENTION})",
            'scan = with_bar(work, "scanning", always=True)',
            "print(compare_windows(judged, scan))",
        ),
        (
            "from explorer.detection.statistics.window_scan import scan_windows",
            "from explorer.page_figures.detect_findings import compare_windows",
        ),
        found,
    )


def _of_the_detectors(state: DetectionState) -> _Code | None:
    """Of those that need no ensemble: its members are not stored."""
    found = None if state.comparison is None else state.comparison.comparison
    if found is None or any(one.detector.name == EnsembleVariance().name for one in found.results):
        return None
    areas = [(one.detector.title, *(auroc_and_interval(one) or ("undefined",))) for one in found.results]
    return _Code(
        (
            "detectors = (WindowVariance(judged.window), *OTHER_DETECTORS)",
            'scores = with_bar(detector_scores(detectors, run, drawn, spec), "scoring", always=True)',
            f"found = compare_detectors(scores, judged.hallucinated, {found.retention})",
            "for one in found.results:",
            '    print(one.detector.title, *(auroc_and_interval(one) or ("undefined",)))',
        ),
        (
            "from explorer.detection.detector_comparison import compare_detectors",
            "from explorer.detection.scores.table import OTHER_DETECTORS",
            "from explorer.detection.scores.window_variance import WindowVariance",
            "from explorer.experiments.trials import detector_scores",
            "from explorer.page_figures.detector_comparison import auroc_and_interval",
        ),
        "\n".join(map(" ".join, areas)),
    )
