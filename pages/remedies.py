"""Remedies: can we cure it, and at what price?"""

from pathlib import Path

import streamlit as st

from explorer.presets import PICTURE_PRESETS, PRESETS
from explorer.remedies.treatment import treatment_text
from explorer.ui import (
    frame,
    remedy_controls,
    remedy_takeaway,
    remedy_views,
    remedy_words,
    remedying,
    state,
    texts,
    view_controls,
    words,
)

FIGURE_HEIGHT = 400

result, origin, identity = frame.result()
experiment, k = state.experiment(), state.view("k")
known_truth = experiment.distribution is not None
chosen = remedy_controls.treatment(experiment) if known_truth else ()
known = remedying.look(result, identity, chosen) if result is not None and known_truth else None

frame.header(
    "Can we cure it?",
    "What each remedy saves, and what it starves.",
    presets=PRESETS | PICTURE_PRESETS,
)
frame.predict(
    "remedies",
    "Is there a cure that leaves a tenth of it?",
    remedy_words.ANSWERS,
    remedy_words.answer(known.prices, k) if known is not None else None,
    "Of the remedies measured on this run; for nothing means that no mode loses its share.",
)

left, main = frame.sides()
with left:
    remedying.cures_choice(known)
    if known_truth:
        remedy_controls.hands(experiment, chosen)
    if not experiment.pictures:
        view_controls.threshold()
    if result is not None and known is not None:
        remedying.buttons(result, identity)

with main:
    if known is None or result is None:
        st.info(
            "The truth of your points is unknown, so no cure can be measured on them."
            if not known_truth
            else f"{origin}: train it on the Learn page or with “Same seed”."
        )
    else:
        remedy_views.show(result, identity, known, chosen, k, FIGURE_HEIGHT)
        with st.expander("What was found"):
            for sentence in remedy_words.finding(known.prices, experiment, k):
                st.markdown(f"- {sentence}")
            st.caption(texts.REMEDIES_DOUBT)
        if st.button("Compare detectors", key="to_detectors", help=texts.TO_DETECTORS):
            state.set_view("judge", "rivals")
            st.switch_page(Path(__file__).with_name("shapes.py" if experiment.pictures else "detect.py"))

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.REMEDIES, "remedies")
with away, st.expander("Take away"):
    remedy_takeaway.prices(known.prices if known is not None else None, treatment_text(chosen))
