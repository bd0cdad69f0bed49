"""Detect: can we catch it?"""

import streamlit as st

from explorer.ui import (
    detecting,
    detection_controls,
    frame,
    million,
    state,
    takeaway,
    texts,
    training,
    view_controls,
    windows,
    words,
)

FIGURE_HEIGHT = 400

state.turn_to(pictures=False)
result, origin, identity = frame.result()
experiment = state.experiment()
known = result if experiment.mixture is not None else None
look = detection_controls.look(known, identity, state.view("k"), state.view("n"))

frame.header(
    "Can we catch it?",
    "It changes its mind to the end; the others have settled.",
)
frame.predict(
    "detect",
    "Keep 96 % of the honest: how many of the hallucinated does the window catch?",
    detecting.ANSWERS,
    detecting.answer(look.bench) if look.bench is not None else None,
    "With the window on the left; others do better or worse: see “windows”.",
)

left, main = frame.sides()
with left:
    detection_controls.judge_choice("Show")
    windows.window_choice()
    detection_controls.buttons(known, look.bench)
    view_controls.sampler_choice()
    view_controls.threshold()
    view_controls.view_choice(
        "n", detection_controls.COUNTS, "Samples", texts.COUNT, detection_controls.count_title
    )
    if known is not None:
        million.million_choice()

with main:
    if known is None:
        st.info(
            "The truth of your points is unknown, so no sample can be called a hallucination."
            if experiment.mixture is None
            else f"{origin}: train it on the Learn page or with “Same seed”."
        )
    else:
        detection_controls.judge(known, identity, origin, state.view("k"), state.view("n"), FIGURE_HEIGHT)
    training.training_strip()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.DETECT, "detect")
with away, st.expander("Take away"):
    takeaway.detection(look.bench, detection_controls.threshold(look.bench))
