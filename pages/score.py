"""Score: where does the learned score go wrong?"""

import numpy as np
import streamlit as st

from explorer.ui import (
    controls,
    figures,
    frame,
    state,
    takeaway,
    texts,
    training,
    view_controls,
    words,
)
from explorer.ui.player import player
from explorer.ui.scoring import Scores, regions, score_map, scores, telling_step

FIGURE_HEIGHT = 410

state.turn_to(pictures=False)
result, origin, identity = frame.result()
experiment = state.experiment()
places = regions(experiment.mixture)
region = next((r for r in places if r.name == state.view("region")), places[0])
scaled = state.view("show") == "scaled score"
flat = experiment.upload != "" and result is not None and result.dimensions == 2
snapshot = state.view("snapshot")
if result is not None and not -len(result.snapshots) <= snapshot < len(result.snapshots):
    snapshot = -1
found = scores(result, identity, snapshot, region, scaled) if result is not None and not flat else None

frame.header(
    "Where does the learned score go wrong?",
    "The score points uphill. Between two modes the true one flips at once.",
)
frame.predict(
    "score",
    "At which t is the error between the modes largest?",
    ("clean", "middle", "noisy"),
    found.word if found is not None else None,
    f"It is {found.largest[0]:.3g} at t = {found.largest[1]}." if found is not None and found.word else "",
)

left, main = frame.sides()
with left:
    view_controls.view_choice(
        "show",
        ("scaled score", "score"),
        "Show",
        "The scaled score keeps its size at every t; the score itself grows as t falls to 0.",
    )
    if len(places) > 1:
        titles = {r.name: r.title for r in places}
        view_controls.view_choice(
            "region", tuple(titles), "Zoom", "Which part of the space to look at.", titles.__getitem__
        )
    if result is not None and result.dimensions == 1 and experiment.mixture is not None:
        view_controls.view_choice(
            "figure", ("curves", "map"), "Figure", "Curves at one t, or the error over every t at once."
        )
    if result is not None:
        controls.snapshot_choice(result)

with main:
    if found is None or result is None:
        st.info(
            "The truth of your 2-D points is unknown, so there is no score to compare with."
            if flat
            else f"{origin}: train it on the Learn page or with “Again, same seed”."
        )
    elif state.view("figure") == "map" and result.dimensions == 1 and experiment.mixture is not None:
        figure, printed = score_map(result, identity, snapshot, region, scaled, frame.mode(), FIGURE_HEIGHT)
        alt = "Error of the score over t and x."
        if found.word:
            alt += f" The largest is {found.largest[0]:.3g}, at t = {found.largest[1]}."
        st.plotly_chart(figure, key="map", config={"displaylogo": False}, alt=alt)
        figures.shows(printed, 0)
    else:

        @st.fragment(key="score")
        def film(shown: Scores) -> None:
            """The film, and the step t it rests on, for the link."""
            wanted = state.view("t") if state.view("t") >= 0 else telling_step(experiment.schedule)
            nearest = int(np.abs(shown.steps - wanted).argmin())
            start = state.kept_start("score", (identity, snapshot, region, scaled), nearest)
            resting = player(shown.film, key="score", height=FIGURE_HEIGHT, start=start, on_frame=True)
            figures.shows(shown.film, resting.frame)
            if resting.frame != start or state.view("t") >= 0:
                state.set_view("t", int(shown.steps[resting.frame]))
            state.write_link()

        film(found)
    if found is not None:
        frame.sentence(
            "Between the modes the {model} bends where the {truth} jumps. There a sample can come to rest."
        )
        where = f" at x = {found.largest[2]:.2f}" if found.largest[2] is not None else ""
        told = (
            f"largest error {found.largest[0]:.3g} at t = {found.largest[1]}{where} · " if found.word else ""
        )
        st.caption(f"{told}{origin}")
    training.training_strip()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    words.explained(texts.SCORE, "score")
with away, st.expander("Take away"):
    takeaway.result(result)
