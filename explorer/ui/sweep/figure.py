"""The Sweep page's charts and sentences, on screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from explorer.figures.palette import Mode
from explorer.figures.vega.sweeps import CELL
from explorer.figures.words import GROWTHS
from explorer.page_figures import sweep as figures
from explorer.page_figures.main_figure import ChartFigure
from explorer.sweeps.axes import AXES
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Cell
from explorer.ui.shared import prediction
from explorer.ui.shared.chart import beside, chart, clicked_row
from explorer.ui.shell import theme
from explorer.ui.sweep.controls import open_buttons, pick, shown

HEIGHT = figures.HEIGHT


def predict(spec: SweepSpec, cells: Sequence[Cell]) -> None:
    """Ask what the rate does from one end of the row of the picked cell to the other."""
    now = shown(spec, cells)
    prediction.predict("sweep", figures.question(now), GROWTHS, figures.answer(now), "")


def show(spec: SweepSpec, cells: Sequence[Cell], *, live: bool) -> None:
    """The map, the slices beside it, what came of it, and the cell that is picked."""
    now = shown(spec, cells)
    big, small = st.columns([2.2, 1], gap="small")
    with big:
        _heat_map(now, live)
    height = HEIGHT // 2 - 8
    with small, beside(height):
        for axis, figure in zip((spec.y, spec.x), figures.slices(now, height), strict=True):
            name = f"by {AXES[axis.axis].title}"
            chart(
                partial(_same, figure),
                key=f"slice-{axis.axis}",
                height=height,
                name=name,
                grows=True,
                live=live,
            )
    theme.sentence(figures.describe_findings(now))
    with st.container(horizontal=True, vertical_alignment="center", gap=10):
        st.markdown(figures.describe_cell(now), width="content")
        open_buttons(now)


def _same(figure: ChartFigure, mode: Mode) -> ChartFigure:
    """A chart that looks alike in light and dark."""
    return figure


def _heat_map(now: figures.ShownSweep, live: bool) -> None:
    """The whole sweep; a click on a cell picks it."""
    event = chart(
        partial(figures.heat_map, now),
        key="heat",
        height=HEIGHT,
        name="map of the sweep",
        on_select="rerun",
        selection_mode=CELL,
        live=live,
    )
    if clicked := clicked_row(event, CELL, "heat"):
        pick(float(clicked["x"]), float(clicked["y"]))
        st.rerun(scope="fragment")
