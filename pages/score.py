"""Score: where does the learned score go wrong?"""

import streamlit as st

from explorer.page_figures.score import (
    ANSWERS,
    FINDING,
    Scores,
    describe_errors_shown,
    describe_largest,
    file_caption,
    regions,
)
from explorer.page_figures.views.score import View, asked_region, asked_snapshot, asked_step, is_scaled
from explorer.ui.learn import controls
from explorer.ui.lesson import answers
from explorer.ui.player import Shown, player
from explorer.ui.score import download, help
from explorer.ui.score.figure import error_chart, errors_over_t, score_map, scores
from explorer.ui.shared import figure_downloads, folds, prediction, training, view_controls
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session, theme

FIGURE_HEIGHT = 410

session.switch_data(pictures=False)
result, origin, identity = training.stored_result()
experiment = session.experiment()
places = regions(experiment.mixture)
region = asked_region(session.view(View), experiment.mixture)
scaled = is_scaled(session.view(View))
flat = experiment.upload != "" and result is not None and result.dimensions == 2
snapshot = asked_snapshot(session.view(View), len(result.snapshots)) if result is not None else -1
found = scores(result, identity, snapshot, region, scaled) if result is not None and not flat else None
errors = errors_over_t(result, identity, snapshot) if result is not None else None

header.header(
    "Where does the learned score go wrong?",
    "The score points uphill. Between two modes the true one flips at once.",
)
prediction.predict(
    "score",
    "At which t is the error between the modes largest?",
    ANSWERS,
    found.word if found is not None else None,
    f"It is {found.largest[0]:.3g} at t = {found.largest[1]}." if found is not None and found.word else "",
)

left, main = header.columns()
with left:
    view_controls.view_choice(
        View,
        "show",
        ("scaled score", "score"),
        "Show",
        "The scaled score keeps its size at every t; the score itself grows as t falls to 0.",
    )
    if len(places) > 1:
        titles = {r.name: r.title for r in places}
        view_controls.view_choice(
            View, "region", tuple(titles), "Zoom", "Which part of the space to look at.", titles.__getitem__
        )
    if result is not None and result.dimensions == 1 and experiment.mixture is not None:
        view_controls.view_choice(
            View, "figure", ("curves", "map"), "Figure", "Curves at one t, or the error over every t at once."
        )
    if result is not None:
        controls.snapshot_choice(result)


def below_the_figure(shown: Scores, t: int | None) -> None:
    """What the figure shows in words, and the error over all t, with the step on view."""
    answers.finding(FINDING)
    if answers.is_open():
        st.caption(origin)
        return
    frame = shown.frame_of(t) if t is not None else None
    st.caption(" · ".join(filter(None, (describe_errors_shown(shown, frame), origin))))
    if errors is not None:
        error_chart(errors, scaled, t)


with main:
    if flat:
        st.info("The truth of your 2-D points is unknown, so there is no score to compare with.")
    elif found is None or result is None:
        training.say_untrained(origin)
    elif session.view(View).figure == "map" and result.dimensions == 1 and experiment.mixture is not None:
        figure, printed = score_map(result, identity, snapshot, region, scaled, theme.mode(), FIGURE_HEIGHT)
        alt, largest = "Error of the score over t and x.", describe_largest(found)
        if found.word:
            alt += f" The largest is {found.largest[0]:.3g}, at t = {found.largest[1]}."
        st.plotly_chart(figure, key="map", config={"displaylogo": False}, alt=alt)
        figure_downloads.register_film(printed, Shown(0), caption=lambda frame: largest)
        below_the_figure(found, None)
    else:
        film_of_scores = found

        @st.fragment(key="score")
        @figure_downloads.drawn_together(live=False)
        def film() -> None:
            """The film, and the step t it rests on, for the link."""
            shown = film_of_scores
            nearest = shown.frame_of(asked_step(session.view(View), experiment.schedule))
            resting = player(
                shown.film, key="score", height=FIGURE_HEIGHT, frame=nearest, on_frame=True, on_zoom=True
            )
            figure_downloads.register_film(shown.film, resting, caption=file_caption(shown))
            if resting.frame != nearest:
                session.set_view(View, t=int(shown.steps[resting.frame]))
            session.write_link()
            below_the_figure(shown, int(shown.steps[resting.frame]))

        film()

about, away = st.columns(2)
with about:
    folds.about(lambda: help.ABOUT, "score")
with away:
    at = asked_step(session.view(View), experiment.schedule)
    on_line = experiment.mixture is not None and experiment.mixture.dimensions == 1
    step = None if on_line and session.view(View).figure == "map" else at
    take_away(
        lambda: download.downloads(
            result, found, errors, region=region, snapshot=snapshot, scaled=scaled, t=step
        )
    )
