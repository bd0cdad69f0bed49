"""What people take away of a sweep: its table, what decides it, and code that runs it again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from explorer.sweep_spec import SweepSpec
from explorer.sweep_table import Row, as_csv
from explorer.ui import figures, state, takeaway


def table(spec: SweepSpec | None, rows: Sequence[Row]) -> None:
    """Downloads of a sweep, and a snippet that runs it again."""
    figures.downloads()
    if spec is None:
        return
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        takeaway.file("Sweep (JSON)", "json", lambda: text, "Everything that decides it; `sweep` reads it.")
        if rows:
            takeaway.file("Table (CSV)", "csv", lambda: as_csv(spec, rows), "A line for each network.")
    st.code(_sweeping(spec), language="python")


def _sweeping(spec: SweepSpec) -> str:
    """Python that runs the sweep on screen again."""
    steps = spec.experiment.training.steps
    experiment = f'{takeaway.experiment_in_python()}.replace(**{{"training.steps": {steps}}})'
    return "\n".join(
        [
            "from explorer.axes import Axis",
            "from explorer.presets import preset",
            "from explorer.sweep import sweep",
            "from explorer.sweep_spec import SweepSpec",
            "",
            f"experiment = {experiment}",
            f"x = Axis({spec.x.axis!r}, {spec.x.values})",
            f"y = Axis({spec.y.axis!r}, {spec.y.values})",
            f"for update in sweep(SweepSpec(x, y, experiment, seeds={spec.seeds})):",
            "    pass",
            "for cell in update.cells:",
            f"    print(cell.x, cell.y, cell.beyond[{state.view('k')}].median)",
        ]
    )
