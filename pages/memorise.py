"""Memorise: does it learn by heart?"""

import streamlit as st

from explorer.memorisation.records import MemorisedSize
from explorer.memorisation.run import MemorisationUpdate
from explorer.memorisation.spec import MemorisationSpec
from explorer.page_figures.memorise_findings import evaluation_method
from explorer.ui.memorise import controls, download, figure, help
from explorer.ui.memorise.controls import MEMORISE
from explorer.ui.shared import folds
from explorer.ui.shared.long_work import Found
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

session.switch_data(pictures=False)
spec = controls.chosen()
found = MEMORISE.look(spec) if spec is not None else None
now = controls.shown(spec, found) if spec is not None and found is not None else None

takes = MEMORISE.takes(spec)
header.header(
    "Does it learn by heart?",
    "One network, few training points and many.",
    run=MEMORISE.run,
    takes=takes,
)
if now is not None:
    figure.predict(now)

left, main = header.columns()
with left:
    if now is not None:
        controls.choices(now)
    with st.expander("Change what is trained"):
        controls.numbers()
    MEMORISE.buttons(found, takes)


def draw(spec: MemorisationSpec, part: Found[MemorisationUpdate, MemorisedSize], live: bool) -> None:
    """The numbers of points so far; more appear as their networks are finished."""
    figure.show(controls.shown(spec, part), live=live)


with main:
    MEMORISE.show(spec, found, draw, evaluation_method)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.MEMORISE, "memorise")
with away:
    running = found is not None and found.active
    take_away(lambda: download.table(now, stored=not running), live=running)
