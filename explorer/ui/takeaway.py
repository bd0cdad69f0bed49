"""What people take away from a run: the experiment, its numbers, and code that reproduces them."""

from __future__ import annotations

import io
import json

import numpy as np
import streamlit as st

from explorer.learning import Result
from explorer.presets import PRESETS
from explorer.ui import state


def result(run: Result | None) -> None:
    """Downloads of a stored run, and a snippet that trains it again."""
    experiment = state.experiment()
    name = f"{state.preset_name()}-{experiment.digest}"
    with st.container(horizontal=True):
        st.download_button(
            "Experiment (JSON)",
            json.dumps(experiment.to_json(), indent=1),
            f"{name}.json",
            "application/json",
            help="Everything that decides the run.",
            on_click="ignore",
        )
        if run is not None:
            st.download_button(
                "Numbers (NPZ)",
                lambda: _npz(run),
                f"{name}.npz",
                "application/octet-stream",
                help="Loss history, densities or samples at every snapshot.",
                on_click="ignore",
            )
            st.download_button(
                "Rates (CSV)",
                lambda: _csv(run),
                f"{name}.csv",
                "text/csv",
                help="Share beyond 4, 5, 6 and 8 sigma at every snapshot.",
                on_click="ignore",
            )
    st.code(snippet(), language="python")


def snippet() -> str:
    """Python that runs the experiment on screen again."""
    changes = state.experiment().differences(PRESETS[state.preset_name()].experiment)
    tail = f".with_differences({changes!r})" if changes else ""
    return "\n".join(
        [
            "from explorer.learning import learn",
            "from explorer.presets import preset",
            "",
            f'experiment = preset("{state.preset_name()}").experiment{tail}',
            "for update in learn(experiment):",
            "    pass",
            "print(update.result.final.measurement.beyond)",
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
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _csv(run: Result) -> str:
    lines = ["step,seconds,n,beyond_4,beyond_5,beyond_6,beyond_8"]
    for snapshot in run.snapshots:
        measured = snapshot.measurement
        shares = [] if measured.beyond is None else [f"{value:.6g}" for value in measured.beyond.values()]
        lines.append(
            ",".join([str(snapshot.step), f"{snapshot.seconds:.3f}", str(measured.n or "exact"), *shares])
        )
    return "\n".join(lines) + "\n"
