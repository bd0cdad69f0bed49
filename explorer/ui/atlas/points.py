"""The Atlas of points: the seeds of the line or of the plane, and the mode in which each ends."""

from __future__ import annotations

import streamlit as st

from explorer.experiments.atlas import NEAR, PlaneAtlas, border_share
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.figures.words import percent
from explorer.page_figures.atlas_findings import ANSWERS, birthplace
from explorer.page_figures.atlas_seeds import file_caption
from explorer.page_figures.views.atlas import View
from explorer.ui.atlas import controls, download, help
from explorer.ui.atlas.figure import Figure
from explorer.ui.lesson import answers
from explorer.ui.shared import folds, prediction, training, view_controls
from explorer.ui.shared.growing_figure import growing_figure
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session


def show(height: int) -> None:
    """The page, while points are looked at."""
    result, origin, identity = training.stored_result()
    mixture, k = session.experiment().mixture, session.view(View).k
    known = result if mixture is not None and mixture.dimensions <= 2 else None
    spec = controls.chosen_sampler()
    figure = None if known is None else Figure(known, identity, spec, k)
    atlas = None if figure is None else figure.atlas()

    header.header(
        "Where in the noise are hallucinations born?",
        "A seed of noise ends in a mode. A few end in none.",
        presets=PRESETS | PICTURE_PRESETS,
    )
    share = None if atlas is None else border_share(atlas)
    prediction.predict(
        "atlas",
        "Where do the seeds lie that hallucinate?",
        ANSWERS,
        None if atlas is None else birthplace(atlas),
        "" if share is None else f"{percent(share)} of them lie within {NEAR:g} of a border of the truth.",
    )

    left, main = header.columns()
    with left:
        flat = mixture is not None and mixture.dimensions == 2
        if flat:
            controls.figure_choice()
        controls.sampler_choice()
        if atlas is not None and mixture is not None:
            if isinstance(atlas, PlaneAtlas) and session.view(View).atlas == "across":
                controls.line_choice(atlas, mixture)
            elif not flat or session.view(View).atlas == "seeds":
                controls.seed_choice(controls.chosen_seed(atlas, mixture.dimensions))
        view_controls.threshold()

    growing = False
    with main:
        if mixture is None:
            st.info("The modes of your points are unknown, so no seed can be said to end in one.")
        elif figure is None or known is None:
            training.say_untrained(origin)
        else:
            run = known

            def seeds() -> bool:
                """The seeds; what is still computed appears when it is there."""
                drawn = Figure(run, identity, spec, k)
                found = drawn.atlas()
                answers.finding(drawn.show(found, height))
                how = "" if found is None or answers.is_open() else f"{file_caption(found)} · "
                st.caption(f"{drawn.waits}{how}{origin}")
                return drawn.under_way

            growing = growing_figure("atlas", seeds)

    about, away = st.columns(2)
    with about:
        folds.about(lambda: help.ABOUT, "atlas")
    with away:
        done = None if figure is None or figure.waits else atlas
        take_away(lambda: download.downloads(known, done), live=growing)
