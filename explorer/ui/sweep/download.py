"""What people take away of a sweep: its table, what decides it, and code that runs it again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Row, as_csv
from explorer.ui.shared import downloads, figure_downloads
from explorer.ui.shell import session
from explorer.ui.shell.view import SigmaView


def table(spec: SweepSpec | None, rows: Sequence[Row]) -> None:
    """Downloads of a sweep, and a snippet that runs it again."""
    figure_downloads.downloads()
    if spec is None:
        return
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button(
            "Sweep (JSON)", "json", lambda: text, "Everything that decides it; `sweep` reads it."
        )
        if rows:
            downloads.file_button(
                "Table (CSV)", "csv", lambda: as_csv(spec, rows), "A line for each network."
            )
    st.code(sweep_code(spec), language="python")


def sweep_code(spec: SweepSpec) -> str:
    """Python that runs the sweep on screen again."""
    steps = spec.experiment.training.steps
    experiment = f'{downloads.experiment_code()}.replace(**{{"training.steps": {steps}}})'
    return "\n".join(
        [
            "from explorer.sweeps.axes import Axis",
            "from explorer.experiments.presets import preset",
            "from explorer.sweeps.run import sweep",
            "from explorer.sweeps.spec import SweepSpec",
            "",
            f"experiment = {experiment}",
            f"x = Axis({spec.x.axis!r}, {spec.x.values})",
            f"y = Axis({spec.y.axis!r}, {spec.y.values})",
            f"for update in sweep(SweepSpec(x, y, experiment, seeds={spec.seeds})):",
            "    pass",
            "for cell in update.cells:",
            f"    print(cell.x, cell.y, cell.beyond.get({session.view(SigmaView).k}, 'no gap'))",
        ]
    )
