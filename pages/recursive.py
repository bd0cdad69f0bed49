"""Recursive: what if it learns from its own output?"""

import streamlit as st

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, own_presets
from explorer.page_figures.views.recursive import FIGURES, View
from explorer.recursion.run import RecursionUpdate
from explorer.recursion.spec import Generation, RecursionSpec
from explorer.ui.recursive import controls, download, figure, help
from explorer.ui.recursive.controls import LOOP
from explorer.ui.shared import folds, view_controls
from explorer.ui.shared.long_work import Found
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session

spec = controls.chosen()
found = LOOP.look(spec) if spec is not None else None

takes = LOOP.takes(spec)
header.header(
    "What if it learns from its own output?",
    "Each generation learns only from samples of the one before.",
    presets=PRESETS | PICTURE_PRESETS | own_presets(),
    run=LOOP.run,
    takes=takes,
)
if spec is not None and found is not None:
    figure.predict(spec, found.parts)

left, main = header.columns()
with left:
    view_controls.view_choice(View, "loop", FIGURES, "Show", help.LOOP)
    if spec is not None and spec.seeds > 1 and session.view(View).loop == FIGURES[0]:
        controls.seed_choice(spec)
    LOOP.buttons(found, takes)
    controls.arms_choice(spec)
    controls.numbers(spec)


def draw(spec: RecursionSpec, now: Found[RecursionUpdate, Generation], live: bool) -> None:
    """The generations so far; new ones appear as they are finished."""
    figure.show(spec, now.parts, controls.shown_seed(spec), live=live)


with main:
    LOOP.show(spec, found, draw, controls.how)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.RECURSIVE, "recursive")
with away:
    seed = 0 if spec is None else controls.shown_seed(spec)
    parts, running = (found.parts, found.active) if found is not None else ((), False)
    take_away(lambda: download.loop(spec, parts, seed, stored=not running), live=running)
