"""Trajectories: when does a sample go astray?"""

import streamlit as st

from explorer import trials
from explorer.learning import Result
from explorer.ui import (
    frame,
    state,
    stories,
    takeaway,
    texts,
    training,
    trajectories,
    view_controls,
    words,
)
from explorer.ui.comparing import sampler_table

FIGURE_HEIGHT = 370

state.turn_to(pictures=False)
result, origin, identity = frame.result()
experiment = state.experiment()
k = state.view("k")
spec = view_controls.chosen_sampler()
known = result if experiment.mixture is not None else None
told, work = stories.story(known, identity, spec, k) if known is not None else (None, None)

frame.header(
    "When does a sample go astray?",
    "The same noise, walked by the model and by the truth.",
)
frame.predict(
    "trajectories",
    "When have half of the samples chosen their mode?",
    stories.WHEN,
    stories.when(told.decided) if told is not None else None,
    f"Half have chosen by t = {told.decided:.0f}; all steps before look alike." if told is not None else "",
)

left, main = frame.sides()
with left:
    view_controls.view_choice("motion", ("many", "one step"), "Show", texts.MOTION)
    view_controls.sampler_choice()
    flat = experiment.mixture is not None and experiment.mixture.dimensions == 2
    if state.view("motion") == "many":
        view_controls.view_choice(
            "lanes", ("both", "model"), "Lanes", "Truth and model side by side, or the model."
        )
        view_controls.view_choice("colour", ("throughout", "at the end"), "Colour", texts.COLOUR)
        if flat:
            view_controls.view_choice(
                "dots", ("x̂₀", "x_t"), "Dots", "Predicted clean samples, or the noisy ones."
            )
    if told is not None:
        trajectories.sample_choice(told)
    view_controls.threshold()

with main:
    if known is None:
        st.info(
            "The truth of your points is unknown, so no sample can be called astray."
            if experiment.mixture is None
            else f"{origin}: train it on the Learn page or with “Same seed”."
        )
    else:

        @st.fragment(run_every=0.5 if work is not None and work.under_way else None, key="trajectories")
        def films(known: Result) -> None:
            """The samples on their way; more of them appear while they are found."""
            told, now = stories.story(known, identity, spec, k)
            if told is None:
                with st.container(height=FIGURE_HEIGHT, border=False):
                    st.caption(f"{stories.progress(now)}{origin}")
                return
            trajectories.show(told, FIGURE_HEIGHT)
            st.caption(
                f"{told.spoken_rate} · beyond {k} σ · {spec.name} · {stories.progress(now)}"
                f"{trials.rung(known, spec)} · {origin}"
            )
            if work is not None and work.under_way and (now is None or not now.under_way):
                st.rerun()

        films(known)
        sampler_table(known, identity, k)
    training.training_strip()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.TRAJECTORIES, "trajectories")
with away, st.expander("Take away"):
    takeaway.followed(told)
