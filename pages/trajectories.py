"""Trajectories: when does a sample go astray?"""

import streamlit as st

from explorer.experiments import trials
from explorer.experiments.run import Result
from explorer.page_figures.trajectories import ANSWERS, decision_answer
from explorer.page_figures.views.trajectories import View
from explorer.ui.lesson import answers
from explorer.ui.shared import figure_downloads, folds, prediction, training, view_controls
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session
from explorer.ui.trajectories import download, figure, help
from explorer.ui.trajectories.sampler_table import sampler_table

FIGURE_HEIGHT = 370
SHOWN_SIDES = {"both": "model, truth", "model": "model"}
SHOWN_DOTS = {"x̂₀": "x̂₀", "x_t": "xₜ"}

session.switch_data(pictures=False)
result, origin, identity = training.stored_result()
experiment = session.experiment()
k = session.view(View).k
spec = view_controls.chosen_sampler()
known = result if experiment.mixture is not None else None
pairs, work = figure.paired_trajectories(known, identity, spec, k) if known is not None else (None, None)

header.header(
    "When does a sample go astray?",
    "The same noise, walked by the model and by the truth.",
)
prediction.predict(
    "trajectories",
    "When have half of the samples chosen their mode?",
    ANSWERS,
    decision_answer(pairs.decided) if pairs is not None else None,
    f"Half have chosen by t = {pairs.decided:.0f}; all steps before look alike." if pairs is not None else "",
)

left, main = header.columns()
with left:
    view_controls.view_choice(View, "motion", ("many", "one step"), "Show", help.MOTION)
    view_controls.sampler_choice()
    flat = experiment.mixture is not None and experiment.mixture.dimensions == 2
    if session.view(View).motion == "many":
        view_controls.view_choice(
            View, "lanes", tuple(SHOWN_SIDES), "Samples of", help.SIDES, SHOWN_SIDES.__getitem__
        )
        view_controls.view_choice(View, "colour", ("throughout", "at the end"), "Colour", help.COLOUR)
        if flat:
            view_controls.view_choice(
                View, "dots", tuple(SHOWN_DOTS), "Dots", help.DOTS, SHOWN_DOTS.__getitem__
            )
    if pairs is not None:
        figure.sample_choice(pairs)
    view_controls.threshold()

with main:
    if experiment.mixture is None:
        st.info("The truth of your points is unknown, so no sample can be called astray.")
    elif known is None:
        training.say_untrained(origin)
    else:
        searching = work is not None and work.under_way
        followed: Result = known

        @st.fragment(run_every=0.5 if searching else None, key="trajectories")
        @figure_downloads.drawn_together(live=searching)
        def films() -> None:
            """The samples on their way; more of them appear while they are found."""
            pairs, now = figure.paired_trajectories(followed, identity, spec, k)
            if pairs is None:
                figure.show_axes(followed, spec, k, FIGURE_HEIGHT)
                st.caption(f"{figure.format_progress(now)}{origin}")
                return
            figure.show(pairs, FIGURE_HEIGHT)
            found = "" if answers.is_open() else f"{pairs.summary} · beyond {k} σ · "
            st.caption(f"{found}{spec.name} · {figure.format_progress(now)}{origin}")
            if searching and (now is None or not now.under_way):
                st.rerun()

        films()
        sampler_table(known, identity, k)

about, away = st.columns(2)
with about:
    computed = "" if known is None else f"\n\nHere: {trials.evaluation_method(known, spec)}."
    folds.about(lambda: help.ABOUT + computed, "trajectories")
with away:
    take_away(lambda: download.downloads(pairs), live=work is not None and work.under_way)
