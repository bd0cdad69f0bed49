"""Shapes: does it happen in pictures?"""

import streamlit as st

from explorer.data.pictures import support_bound
from explorer.experiments.presets import PICTURE_PRESETS
from explorer.ui.detect import controls as detect_controls
from explorer.ui.detect import download
from explorer.ui.detect import figure as detect_figure
from explorer.ui.learn import controls
from explorer.ui.player import player
from explorer.ui.shapes import gallery, kinds
from explorer.ui.shapes import strips as film_strips
from explorer.ui.shapes.view import COMPARED, GALLERIES, View
from explorer.ui.shared import (
    downloads,
    figure_downloads,
    glossary,
    prediction,
    texts,
    training,
    view_controls,
)
from explorer.ui.shell import header, session, theme

FIGURE_HEIGHT = 400
ANSWERS = ("almost none", "a few of 100", "one of 10", "more")

session.switch_data(pictures=True)
result, origin, identity = training.stored_result()
experiment = session.experiment()
measured = result.final.measurement if result is not None else None
hands = experiment.pictures.startswith("hands")

header.header(
    "Why do image models draw six fingers?" if hands else "Does it happen in pictures?",
    "It has only seen hands with five." if hands else "It has never seen two shapes in one column.",
    presets=PICTURE_PRESETS,
)
prediction.predict(
    "pictures",
    "How many of its hands have another number?" if hands else "How many of its pictures cannot exist?",
    ANSWERS,
    kinds.answer(measured, ANSWERS) if measured is not None else None,
    "",
)

poll = training.poll_seconds()
looked = None
if result is not None and poll is None and session.view(View).gallery == "detector":
    looked = detect_figure.detection_state(result, identity, support_bound(experiment.pictures), 0)

left, main = header.columns()
with left:
    view_controls.view_choice(View, "gallery", GALLERIES, "Show", texts.GALLERY)
    controls.train_buttons()
    controls.number("Training steps", "training.steps", (100, 20_000), texts.PICTURE_STEPS, 500)
    if session.view(View).gallery == "detector":
        detect_controls.judge_choice("Judge by")
        detect_controls.window_choice()
        detect_controls.buttons(result, looked.judged if looked is not None else None)
    if session.view(View).gallery == "samples":
        view_controls.view_choice(View, "order", gallery.orders(experiment), "Pictures", texts.ORDER)
    if session.view(View).gallery == "mean":
        view_controls.view_choice(
            View, "picture", tuple(range(COMPARED)), "Picture", "Which picture of the data."
        )

with main:
    if looked is not None and result is not None:
        detect_figure.show_detection(
            result, identity, origin, support_bound(experiment.pictures), 0, FIGURE_HEIGHT
        )

    @st.fragment(run_every=poll, key="pictures")
    def shown() -> None:
        """The gallery: live while a network trains, else of the stored run."""
        held = training.ticket()
        live = held.update if held is not None and held.active else None
        run, show = live or result, session.view(View).gallery
        snapshots = run.snapshots if run is not None else ()
        strips = measured.strips if measured is not None and live is None else None
        start = None
        if show == "on their way" and strips is not None:
            film = film_strips.way_film(experiment, strips)
        elif show == "mean" and result is not None and live is None:
            film = film_strips.posterior_film(result, identity, session.view(View).picture)
            start = 2 * len(film.captions) // 3
        elif show == "data":
            film = gallery.data_film(experiment)
        else:
            film = gallery.samples_film(experiment, snapshots, gallery.order(experiment))
        seen = player(
            film,
            key=f"gallery-{show}",
            height=FIGURE_HEIGHT,
            start=len(film.captions) - 1 if start is None else start,
            on_frame=live is None,
            on_pick=live is None and show in ("samples", "on their way"),
        )
        figure_downloads.shows(film, seen.frame)
        if seen.picked is not None and snapshots and live is None:
            if show == "on their way" and strips is not None:
                film_strips.show_picked(experiment, strips, seen.picked)
            elif show == "samples":
                snapshot = snapshots[min(seen.frame, len(snapshots) - 1)]
                gallery.show_picked(experiment, snapshot, seen.picked)
        usual = texts.HANDS_SENTENCE if hands else texts.SHAPES_SENTENCE
        theme.sentence({"on their way": texts.WAY_SENTENCE, "mean": texts.MEAN_SENTENCE}.get(show, usual))
        if held is not None and (held.active or held.error):
            st.caption(held.error or training.progress_line(held))
        elif result is not None:
            for line in kinds.spoken_result(result, origin):
                st.caption(line)
        else:
            st.caption(f"{origin}: press Train")
        session.write_link()
        if poll is not None and (held is None or not held.active):
            st.rerun()

    if looked is None:
        shown()

about, away = st.columns(2)
with about, st.expander("What am I looking at?"):
    glossary.explained(texts.PICTURES, "shapes")
with away, st.expander("Take away"):
    if looked is not None:
        download.downloads(looked.judged, detect_controls.threshold(looked.judged))
    else:
        downloads.run_downloads(result)
