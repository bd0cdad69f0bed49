"""The Sweep page's charts and sentences, on screen."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.figures.vega.sweeps import CELL
from explorer.figures.words import GROWTHS
from explorer.page_figures import sweep as figures
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Cell
from explorer.ui.shared import prediction
from explorer.ui.shared.chart import chart
from explorer.ui.shell import theme
from explorer.ui.sweep.controls import open_buttons, pick, shown

HEIGHT = figures.HEIGHT


def predict(spec: SweepSpec, cells: Sequence[Cell]) -> None:
    """Ask what the rate does from one end of the row of the picked cell to the other."""
    prediction.predict("sweep", figures.question(spec), GROWTHS, figures.answer(shown(spec, cells)), "")


def show(spec: SweepSpec, cells: Sequence[Cell], *, live: bool) -> None:
    """The map, the slices beside it, what came of it, and the cell that is picked."""
    now = shown(spec, cells)
    big, small = st.columns([2.2, 1], gap="small")
    with big:
        _heat_map(now, live)
    with small:
        height = HEIGHT // 2 - 8
        for axis, figure in zip((spec.y, spec.x), figures.slices(now, height), strict=True):
            chart(
                figure.data, figure.spec, key=f"slice-{axis.axis}", height=height, alt=figure.alt, live=live
            )
    theme.sentence(figures.describe_findings(now))
    with st.container(horizontal=True, vertical_alignment="center", gap=10):
        st.markdown(figures.describe_cell(now), width="content")
        open_buttons(now)


def _heat_map(now: figures.ShownSweep, live: bool) -> None:
    """The whole sweep; a click on a cell picks it."""
    figure = figures.heat_map(now, theme.mode())
    event = chart(
        figure.data,
        figure.spec,
        key="heat",
        height=HEIGHT,
        on_select="rerun",
        selection_mode=CELL,
        alt=figure.alt,
        numbers=figure.numbers,
        live=live,
    )
    chosen = event.selection.get(CELL) if event else None
    if chosen and chosen != st.session_state.get("heat-click"):
        st.session_state["heat-click"] = chosen
        pick(float(chosen[0]["x"]), float(chosen[0]["y"]))
        st.rerun(scope="fragment")
