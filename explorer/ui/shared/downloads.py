"""The numbers of a run as files, and code that prints what is on screen of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.share_columns import share_columns
from explorer.figures.words import about_seconds
from explorer.page_figures.learn import describe_rate
from explorer.page_figures.shapes_findings import describe_share
from explorer.page_figures.views.parameter import SigmaView
from explorer.ui.shared.file_names import file_name
from explorer.ui.shared.snippet import experiment_code, snippet
from explorer.ui.shell import server, session

NOT_RECORDED = "not recorded"
IMPORTS = (
    "from explorer.experiments.presets import preset",
    "from explorer.experiments.stored_run import stored_run",
)


def run_downloads(run: Result | None, snapshot: int = -1) -> None:
    """What was recorded of a stored run, and code that prints the rate of a snapshot of it; before there is a
    run, the experiment alone."""
    k = session.view(SigmaView).k
    with st.container(horizontal=True):
        experiment_button()
        if run is None:
            return
        file_button(
            "Numbers (NPZ)",
            "numbers",
            "npz",
            lambda: run_npz(run),
            "What was recorded of every training step, what every snapshot produces, and what "
            "computed it: version, device, precision.",
        )
        file_button(
            "Rates (CSV)",
            "rates",
            "csv",
            lambda: rates_csv(run, k),
            "What was counted at every snapshot of the training, with its interval, or its numerical error "
            "where it is exact.",
        )
    rate_code(run, snapshot, k)


def rate_code(run: Result, snapshot: int, k: int) -> None:
    """Code that prints the rate of a snapshot of a run."""
    which, measured = "final", run.final.measurement
    if not run.experiment.pictures and -len(run.snapshots) <= snapshot < len(run.snapshots):
        measured = run.snapshots[snapshot].measurement
        which = "final" if snapshot in (-1, len(run.snapshots) - 1) else f"snapshots[{snapshot}]"
    pictures = bool(run.experiment.pictures)
    room, asked = ("shapes", "describe_share") if pictures else ("learn", "describe_rate")
    snippet(
        [
            f"experiment = {experiment_code()}",
            "run = stored_run(experiment, train_anew=TRAIN_ANEW)",
            f"measured = run.{which}.measurement",
            f"print({asked}(measured{'' if pictures else f', {k}'}))",
        ],
        [*IMPORTS, f"from explorer.page_figures.{room} import {asked}"],
        takes="about two seconds",
        prints=describe_share(measured) if pictures else describe_rate(measured, k),
        anew=train_anew(run.experiment),
    )


def train_anew(experiment: Experiment) -> str:
    """The flag of code that loads a run: to train it again, and how long that took or would take here."""
    seconds = server.costs().seconds(experiment)
    takes = "" if seconds is None else f", {about_seconds(seconds)} here"
    return f"TRAIN_ANEW = False  # True trains the network again{takes}"


def file_button(label: str, what: str, ending: str, make: Callable[[], bytes | str], text: str) -> None:
    """A button for a file that is made when it is pressed; `what` is in its name."""
    mime = {"csv": "text/csv", "json": "application/json"}.get(ending, "application/octet-stream")
    st.download_button(label, make, file_name(what, ending), mime, help=text, on_click="ignore")


def experiment_button() -> None:
    """The experiment on screen as JSON."""
    text = json.dumps(session.experiment().to_json(), indent=1)
    file_button("Experiment (JSON)", "experiment", "json", lambda: text, "Everything that decides the run.")


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


def rates_csv(run: Result, k: int) -> str:
    """A line for each snapshot: the share beyond k sigma under the names of share_columns, those beyond each
    number of sigmas as `beyond_4` and so on, with interval or error, and how many pictures are of each
    kind."""
    rows = []
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        row = {"step": snapshot.step, "seconds": round(snapshot.seconds, 3), **share_columns(measured, k)}
        for each in THRESHOLDS if measured.beyond is not None else ():
            _, share, low, high, error, _, _ = share_columns(measured, each).values()
            row |= {f"beyond_{each}": share, f"beyond_{each}_low": low, f"beyond_{each}_high": high}
            row[f"beyond_{each}_error"] = error
        row |= {kind.replace(" ", "_"): count for kind, count in (measured.kinds or {}).items()}
        rows.append(row)
    return pd.DataFrame(rows, dtype=object).to_csv(index=False)
