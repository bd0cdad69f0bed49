"""Sweep: how does it depend?"""

import streamlit as st

from explorer.page_figures.sweep import evaluation_method, open_question
from explorer.sweeps.run import SweepUpdate
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Row, finished_cells
from explorer.ui.shared import folds, view_controls
from explorer.ui.shared.long_work import Found
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session
from explorer.ui.sweep import controls, download, figure, help
from explorer.ui.sweep.controls import SWEEP

session.switch_data(pictures=False)
spec = controls.chosen()
found = SWEEP.look(spec) if spec is not None else None

takes = SWEEP.takes(spec)
header.header(
    "How does it depend?",
    "Many small networks at once: each cell trains its own, on its own data.",
    run=SWEEP.run,
    takes=takes,
)
if spec is not None and found is not None:
    figure.predict(spec, finished_cells(spec, found.parts))

left, main = header.columns()
with left:
    controls.named_choice()
    SWEEP.buttons(found, takes)
    controls.measure_choice(spec)
    view_controls.threshold()
    if spec is not None:
        controls.cell_choice(spec)
    with st.expander("Change the sweep"):
        controls.axes_choice()
        controls.numbers()


def draw(spec: SweepSpec, now: Found[SweepUpdate, Row], live: bool) -> None:
    """The cells so far; new ones appear as their stack is finished."""
    figure.show(spec, finished_cells(spec, now.parts), live=live)


with main:
    SWEEP.show(spec, found, draw, evaluation_method)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.SWEEP + open_question(), "sweep")
with away:
    parts, running = (found.parts, found.active) if found is not None else ((), False)
    take_away(lambda: download.table(spec, parts, stored=not running), live=running)
