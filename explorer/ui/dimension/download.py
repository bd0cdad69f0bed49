"""What people take away of the Dimension page: the table, what decides it, and code that prints it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.spec import DimensionSpec
from explorer.dimension.table import as_csv
from explorer.figures.coloured_words import plain
from explorer.page_figures.dimension import describe_findings
from explorer.page_figures.views.dimension import View
from explorer.ui.shared.downloads import file_button
from explorer.ui.shared.snippet import snippet
from explorer.ui.shell import session


def _asked(view: View) -> str:
    """The arguments of a view that what is said depends on."""
    differs = ("bound", "curves")
    known = {"k": view.k, "drawn": view.drawn}
    known |= {name: getattr(view, name) for name in differs if getattr(view, name) != getattr(View, name)}
    return ", ".join(f"{name}={value!r}" for name, value in known.items())


def table(spec: DimensionSpec, parts: Sequence[DimensionPart], *, stored: bool) -> None:
    """Downloads of a comparison, and code that prints what is said of it.

    stored  whether it lies on disk; while it is being made there is no code that finds it
    """
    with st.container(horizontal=True):
        text = json.dumps(spec.to_json(), indent=1)
        file_button("Comparison (JSON)", "dimension", "json", lambda: text, "Everything that decides it.")
        if parts:
            text_of_table = "A line for each network and method: counts, intervals, widths, AUROC."
            file_button("Table (CSV)", "table", "csv", lambda: as_csv(parts), text_of_table)
    if parts and stored:
        view, default = session.view(View), DimensionSpec().to_json()
        changes = {name: value for name, value in spec.to_json().items() if value != default[name]}
        snippet(
            [
                f"spec = DimensionSpec({', '.join(f'{name}={value!r}' for name, value in changes.items())})",
                "if RUN_ANEW:",
                "    work = returning_last(compare_dimensions(spec))",
                '    parts = with_bar(work, "dimension", lambda update: update.share, always=True).parts',
                "else:",
                "    parts = stored_dimensions(spec)",
                f"print(plain(describe_findings(parts, View({_asked(view)}))))",
            ],
            [
                "from explorer.compute.progress import returning_last",
                "from explorer.compute.progress_bar import with_bar",
                "from explorer.dimension.presets import stored_dimensions",
                "from explorer.dimension.run import compare_dimensions",
                "from explorer.dimension.spec import DimensionSpec",
                "from explorer.figures.coloured_words import plain",
                "from explorer.page_figures.dimension import describe_findings",
                "from explorer.page_figures.views.dimension import View",
            ],
            takes="some seconds",
            prints=plain(describe_findings(parts, view)),
            anew="RUN_ANEW = False  # True trains its networks again, many minutes",
        )
