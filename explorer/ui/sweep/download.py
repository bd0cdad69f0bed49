"""What people take away of a sweep: its table, what decides it, and code that prints a cell of it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from explorer.experiments.presets import preset
from explorer.page_figures.sweep import describe_cell
from explorer.page_figures.views.sweep import View
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Row, as_csv, finished_cells
from explorer.ui.shared import downloads
from explorer.ui.shared.snippet import snippet
from explorer.ui.shell import session
from explorer.ui.sweep.controls import shown


def table(spec: SweepSpec | None, rows: Sequence[Row], *, stored: bool) -> None:
    """Downloads of a sweep, and code that prints what is said of the cell that is singled out.

    stored  whether the rows lie on disk; while they are being made there is no code that finds them
    """
    if spec is None:
        return
    k = session.view(View).k
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        downloads.file_button(
            "Sweep (JSON)", "sweep", "json", lambda: text, "Everything that decides it; `sweep` reads it."
        )
        if rows:
            downloads.file_button(
                "Table (CSV)", "table", "csv", lambda: as_csv(spec, rows, k), "A line for each network."
            )
    if rows and stored:
        cell_code(spec, rows)


def cell_code(spec: SweepSpec, rows: Sequence[Row]) -> None:
    """Code that loads the sweep on screen, or runs it again, and prints the cell that is singled out."""
    view, now = session.view(View), shown(spec, finished_cells(spec, rows))
    cell = f"{now.picked[0]:g}:{now.picked[1]:g}"
    minutes = sum(row.seconds for row in rows) / 60
    snippet(
        [
            f"experiment = {_experiment_code(spec)}",
            f"x = Axis({spec.x.axis!r}, {spec.x.values})",
            f"y = Axis({spec.y.axis!r}, {spec.y.values})",
            f"spec = SweepSpec(x, y, experiment, seeds={spec.seeds})",
            "if RUN_ANEW:",
            "    work = returning_last(sweep(spec))",
            '    rows = with_bar(work, "networks", lambda update: update.share, always=True).rows',
            "else:",
            "    rows = stored_sweep(spec)",
            f"shown = shown_sweep(spec, finished_cells(spec, rows), {view.k}, {now.measure!r}, {cell!r})",
            'print(describe_cell(shown).replace("**", ""))',
        ],
        [
            "from explorer.compute.progress import returning_last",
            "from explorer.compute.progress_bar import with_bar",
            "from explorer.experiments.presets import preset",
            "from explorer.page_figures.sweep import describe_cell, shown_sweep",
            "from explorer.sweeps.axes import Axis",
            "from explorer.sweeps.presets import stored_sweep",
            "from explorer.sweeps.run import sweep",
            "from explorer.sweeps.spec import SweepSpec",
            "from explorer.sweeps.table import finished_cells",
        ],
        takes="some seconds",
        prints=describe_cell(now).replace("**", ""),
        anew=f"RUN_ANEW = False  # True trains its networks again, about {max(minutes, 1):.0f} min",
    )


def _experiment_code(spec: SweepSpec) -> str:
    """The experiment that the axes change, as an expression in Python."""
    changes = spec.experiment.differences(preset(session.preset_name()).experiment)
    return f'preset("{session.preset_name()}").experiment.with_differences({changes!r})'
