"""What people take away of a run: the figure, the experiment, its numbers, and code that trains it again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.presets import preset
from explorer.experiments.run import Result
from explorer.experiments.trials import SAMPLERS
from explorer.ui.shared import figure_downloads
from explorer.ui.shell import session
from explorer.ui.shell.view import SamplerView

NOT_RECORDED = "not recorded"


def run_downloads(run: Result | None, more: Callable[[], None] = lambda: None) -> None:
    """Downloads of a stored run, more buttons beside them, and code that trains it again."""
    figure_downloads.downloads()
    with st.container(horizontal=True):
        experiment_button()
        if run is not None:
            file_button(
                "Numbers (NPZ)",
                "npz",
                lambda: run_npz(run),
                "What was recorded of every training step, what every snapshot produces, and what "
                "computed it: version, device, precision.",
            )
            file_button(
                "Rates (CSV)",
                "csv",
                lambda: rates_csv(run),
                "What was counted at every snapshot of the training.",
            )
        more()
    st.code(training_code(), language="python")


def file_button(label: str, ending: str, make: Callable[[], bytes | str], text: str) -> None:
    """A button for a file that is made when it is pressed."""
    name = f"{session.preset_name()}-{session.experiment().digest}.{ending}"
    mime = {"csv": "text/csv", "json": "application/json"}.get(ending, "application/octet-stream")
    st.download_button(label, make, name, mime, help=text, on_click="ignore")


def experiment_button() -> None:
    """The experiment on screen as JSON."""
    text = json.dumps(session.experiment().to_json(), indent=1)
    file_button("Experiment (JSON)", "json", lambda: text, "Everything that decides the run.")


def experiment_code() -> str:
    """The experiment on screen, as an expression in Python."""
    changes = session.experiment().differences(preset(session.preset_name()).experiment)
    tail = f".with_differences({changes!r})" if changes else ""
    return f'preset("{session.preset_name()}").experiment{tail}'


def sampler_code() -> str:
    """The sampler on screen, as an expression in Python."""
    name, switch = session.view(SamplerView).sampler, session.view(SamplerView).switch
    return f'sampler(experiment, "{name}"' + (f", {switch})" if name == SAMPLERS[2] else ")")


def training_code() -> str:
    """Python that trains the experiment on screen again."""
    counted = "kinds" if session.experiment().pictures else "beyond"
    return "\n".join(
        [
            "from explorer.experiments.run import learn",
            "from explorer.experiments.presets import preset",
            "",
            f"experiment = {experiment_code()}",
            "for update in learn(experiment):",
            "    pass",
            f"print(update.result.final.measurement.{counted})",
        ]
    )


def npz(experiment: Experiment, arrays: dict[str, np.ndarray]) -> bytes:
    """The arrays as one NPZ file, with the experiment's JSON."""
    blob = io.BytesIO()
    text = np.array(json.dumps(experiment.to_json()))
    np.savez_compressed(blob, experiment=text, **arrays)  # type: ignore[arg-type]
    return blob.getvalue()


def run_npz(run: Result) -> bytes:
    """What was recorded of every training step, under its name, and the density or the samples of every
    snapshot."""
    arrays: dict[str, np.ndarray] = {
        run.recorded.replace(" ", "_"): run.losses,
        "steps": np.array([s.step for s in run.snapshots]),
        "trained_by": np.array(str(run.trained or NOT_RECORDED)),
        "measured_by": np.array(str(run.measured or NOT_RECORDED)),
    }
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        if measured.density is not None:
            arrays[f"x_{snapshot.step}"] = measured.density.x
            arrays[f"density_{snapshot.step}"] = measured.density.p
        if measured.samples is not None:
            arrays[f"samples_{snapshot.step}"] = measured.samples
    return npz(run.experiment, arrays)


def rates_csv(run: Result) -> str:
    """A line for each snapshot: the share beyond each number of sigmas, or of each kind of pictures."""
    counted = run.final.measurement.kinds
    columns = (
        [f"beyond_{k}" for k in THRESHOLDS] if counted is None else [k.replace(" ", "_") for k in counted]
    )
    rows = []
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        found = measured.kinds or measured.beyond or {}
        shares = [f"{share:.6g}" for share in found.values()]
        rows.append([snapshot.step, f"{snapshot.seconds:.3f}", measured.n or "exact", *shares])
    return pd.DataFrame(rows, columns=["step", "seconds", "n", *columns]).to_csv(index=False)
