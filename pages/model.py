"""Model: where does your own model waver? Samples of a model of diffusers, ranked by Hal."""

import streamlit as st

from explorer.adapters.diffusers.model_folder import offered_models
from explorer.ui.model import controls, download, figure, help, results
from explorer.ui.shared import folds
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session
from explorer.ui.shell.plain_text import plain

session.switch_data(pictures=True)
names: tuple[str, ...] = ()
chosen, refusal = None, ""
try:
    names = tuple(offered_models())
    controls.forget_unknown(names)
    chosen = results.chosen_model()
except ValueError as error:
    refusal = str(error)
drawn = None if chosen is None else results.drawn(chosen)

header.header(
    "Where does your own model waver?",
    "Its samples, ranked by Hal. Nobody knows its truth: no rate.",
    preset_box=False,
    seeds=False,
)
left, main = header.columns()
with left:
    if names:
        controls.model_choice(names)
        controls.draw_controls(chosen)
        controls.score_choice()
    if drawn is not None and drawn.whole:
        controls.label_button()
    controls.back()

with main:
    if chosen is None:
        st.info(plain(refusal))
    else:
        figure.show(chosen)

about, away = st.columns(2)
with about:
    folds.about(lambda: help.MODEL_PAGE, "model")
if drawn is not None:
    samples = drawn.samples
    with away:
        take_away(lambda: download.downloads(samples), live=drawn.active)
