"""What people take away: the figure, the experiment, its numbers, and code that reproduces them."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable

import numpy as np
import streamlit as st

from explorer.data.mixture import GaussianMixture
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.presets import preset
from explorer.experiments.run import Result
from explorer.experiments.trials import SAMPLERS, default_count
from explorer.ui.detect.judged_trial import JudgedTrial
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import session
from explorer.ui.shell.view import SamplerView
from explorer.ui.trajectories.story import Story
from explorer.ui.trajectories.view import View as TrajectoriesView


def result(run: Result | None) -> None:
    """Downloads of a stored run, and a snippet that trains it again."""
    figure_downloads.downloads()
    with st.container(horizontal=True):
        _experiment()
        if run is not None:
            file("Numbers (NPZ)", "npz", lambda: _npz(run), "Loss history, and what every snapshot produces.")
            file(
                "Rates (CSV)", "csv", lambda: _csv(run), "What was counted at every snapshot of the training."
            )
    st.code(snippet(), language="python")


def followed(told: Story | None) -> None:
    """Downloads of the samples that are followed, and a snippet that follows them again."""
    figure_downloads.downloads()
    with st.container(horizontal=True):
        _experiment()
        if told is not None:
            file("Trajectories (NPZ)", "npz", lambda: _trajectories(told), "x_t and x0 of model and truth.")
    if told is not None:
        st.code(_following(told), language="python")


def detection(bench: JudgedTrial | None, threshold: float | None) -> None:
    """Downloads of the scores on the bench, and a snippet that reproduces the numbers on screen."""
    figure_downloads.downloads()
    experiment = session.experiment()
    with st.container(horizontal=True):
        _experiment()
        if bench is not None:
            file(
                "Scores (CSV)",
                "csv",
                lambda: _scores(bench),
                "Every sample: where, how far out, its variance.",
            )
            file(
                "Scores (NPZ)",
                "npz",
                lambda: _bench(bench, experiment),
                "The same, and what gives every window.",
            )
    if bench is not None and threshold is not None:
        st.code(_detecting(bench, threshold), language="python")


def file(label: str, ending: str, make: Callable[[], bytes | str], text: str) -> None:
    """A button for a file that is made when it is pressed."""
    name = f"{session.preset_name()}-{session.experiment().digest}.{ending}"
    mime = {"csv": "text/csv", "json": "application/json"}.get(ending, "application/octet-stream")
    st.download_button(label, make, name, mime, help=text, on_click="ignore")


def _experiment() -> None:
    text = json.dumps(session.experiment().to_json(), indent=1)
    file("Experiment (JSON)", "json", lambda: text, "Everything that decides the run.")


def experiment_in_python() -> str:
    """The experiment on screen, as an expression."""
    changes = session.experiment().differences(preset(session.preset_name()).experiment)
    tail = f".with_differences({changes!r})" if changes else ""
    return f'preset("{session.preset_name()}").experiment{tail}'


def _sampler_in_python() -> str:
    name, switch = session.view(SamplerView).sampler, session.view(SamplerView).switch
    return f'sampler(experiment, "{name}"' + (f", {switch})" if name == SAMPLERS[2] else ")")


def _following(told: Story) -> str:
    """Python that follows the sample on screen again."""
    row = int(told.followed.rows[told.place(session.view(TrajectoriesView).sample)])
    n = default_count(told.result.experiment)
    return "\n".join(
        [
            "from explorer.experiments.checkpoints import load_folder, locate",
            "from explorer.compute.progress import finish",
            "from explorer.experiments.presets import preset",
            "from explorer.experiments.trials import sampler, twins",
            "",
            f"experiment = {experiment_in_python()}",
            "result = load_folder(locate(experiment)).result",
            f"found = finish(twins(result, [{row}], {n}, {_sampler_in_python()}))",
            "model, truth = found.x0_hat[:, :, 0]  # at the steps found.steps",
            "print(model[-1], truth[-1])",
        ]
    )


def _detecting(bench: JudgedTrial, threshold: float) -> str:
    """Python that reproduces the numbers on screen."""
    drawn = f"finish(trial(result, {bench.trial.n}, {_sampler_in_python()}))"
    if not isinstance(bench.known, GaussianMixture):
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
            f"experiment = {experiment_in_python()}",
            "result = load_folder(locate(experiment)).result",
            f"drawn = {drawn}",
            f"hal, hallucinated = drawn.hal({bench.window}), drawn.hallucinated({bench.k})",
            f"judged = confusion(hal, hallucinated, {threshold!r})",
            "print(roc(hal, hallucinated).auroc, judged.recall, judged.retention, judged.rate_after)",
        ]
    )


def snippet() -> str:
    """Python that runs the experiment on screen again."""
    counted = "kinds" if session.experiment().pictures else "beyond"
    return "\n".join(
        [
            "from explorer.experiments.run import learn",
            "from explorer.experiments.presets import preset",
            "",
            f"experiment = {experiment_in_python()}",
            "for update in learn(experiment):",
            "    pass",
            f"print(update.result.final.measurement.{counted})",
        ]
    )


def _npz(run: Result) -> bytes:
    arrays: dict[str, np.ndarray] = {"losses": run.losses, "steps": np.array([s.step for s in run.snapshots])}
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        if measured.density is not None:
            arrays[f"x_{snapshot.step}"] = measured.density.x
            arrays[f"density_{snapshot.step}"] = measured.density.p
        if measured.samples is not None:
            arrays[f"samples_{snapshot.step}"] = measured.samples
    return packed(run.experiment, arrays)


def _trajectories(told: Story) -> bytes:
    found = told.followed
    return packed(
        told.result.experiment,
        {
            "rows": found.rows,
            "steps": found.steps,
            "x_t": found.x_t,
            "x0_hat": found.x0_hat,
            "lanes": np.array(["model", "truth"]),
            "hallucinated": told.hallucinated,
        },
    )


def _bench(bench: JudgedTrial, experiment: Experiment) -> bytes:
    windows = bench.trial.windows
    kept = {f.name: np.asarray(getattr(windows, f.name)) for f in dataclasses.fields(windows)}
    return packed(
        experiment,
        {
            "samples": bench.trial.samples,
            "distance": bench.trial.distance,
            "hallucinated": bench.hallucinated,
            "hal": bench.hal,
            "window": np.array(bench.window),
            "k": np.array(bench.k),
            **kept,
        },
    )


def packed(experiment: Experiment, arrays: dict[str, np.ndarray]) -> bytes:
    """The arrays as one NPZ file, with the experiment's JSON."""
    blob = io.BytesIO()
    text = np.array(json.dumps(experiment.to_json()))
    np.savez_compressed(blob, experiment=text, **arrays)  # type: ignore[arg-type]
    return blob.getvalue()


def _scores(bench: JudgedTrial) -> str:
    shape = bench.known.shape
    names = ["x", "y"][: shape[0]] if len(shape) == 1 else []
    places = bench.trial.samples if names else np.empty((bench.trial.n, 0))
    lines = [",".join(["sample", *names, "distance_to_support", "hallucinated", "variance"])]
    for row, (place, distance, wrong, hal) in enumerate(
        zip(places, bench.trial.distance, bench.hallucinated, bench.hal, strict=True)
    ):
        values = [f"{value:.6g}" for value in (*place, distance)]
        lines.append(",".join([str(row), *values, str(int(wrong)), f"{hal:.8g}"]))
    return "\n".join(lines) + "\n"


def _csv(run: Result) -> str:
    counted = run.final.measurement.kinds
    columns = (
        [f"beyond_{k}" for k in THRESHOLDS] if counted is None else [k.replace(" ", "_") for k in counted]
    )
    lines = [",".join(["step", "seconds", "n", *columns])]
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        found = measured.kinds or measured.beyond or {}
        start = [str(snapshot.step), f"{snapshot.seconds:.3f}", str(measured.n or "exact")]
        lines.append(",".join([*start, *(f"{value:.6g}" for value in found.values())]))
    return "\n".join(lines) + "\n"
