"""Learn: what does a model learn from these points?"""

import streamlit as st

from explorer.lessons.goals import Trained
from explorer.page_figures.learn import (
    ANSWERS,
    FINDING,
    describe_rate,
    describe_snapshot,
    file_caption,
    rate_answer,
)
from explorer.page_figures.views.parameter import SigmaView, SnapshotView, asked_frame
from explorer.ui.learn import controls, help
from explorer.ui.learn.data_editor import change_data
from explorer.ui.learn.figure import charts, describe_own_points, film
from explorer.ui.learn.thumbnails import preset_pictures
from explorer.ui.lesson import answers, tasks
from explorer.ui.player import player
from explorer.ui.shared import downloads, figure_downloads, folds, prediction, training
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, session, theme

FIGURE_HEIGHT = 436

session.switch_data(pictures=False)
result, origin, identity = training.stored_result()
k = session.view(SigmaView).k
measured = result.final.measurement.beyond if result is not None else None

header.header(
    "What does a model learn from these points?",
    "It is trained on the modes alone. What it draws between them, it made up.",
    preset_box=False,
)
prediction.predict(
    "learn",
    "Of 10,000 samples, how many fall where no data are?",
    ANSWERS,
    rate_answer(measured[k]) if measured is not None else None,
    "It never becomes none: the network is smooth, the true score jumps." if measured is not None else "",
)

left, main = header.columns()
with left:
    chosen = preset_pictures(session.experiment().mixture, key="presets")
    if chosen is not None:
        session.choose_preset(chosen)
        st.rerun()
    controls.train_buttons()
    change_data()
    controls.recipe()

with main:
    poll = training.poll_seconds()

    @st.fragment(run_every=poll, key="learning")
    @figure_downloads.drawn_together(live=poll is not None)
    def learning() -> None:
        """The picture of the run: live while it trains, else the stored result."""
        held, experiment = training.ticket(), session.experiment()
        live = held.update if held is not None and held.active else None
        run = training.shown(held) or result
        snapshots = run.snapshots if run is not None else ()
        newest = max(len(snapshots) - 1, 0)
        big, small = st.columns([3.1, 1], gap="small")
        with big:
            wanted = asked_frame(session.view(SnapshotView).snapshot if live is None else -1, newest + 1)
            shown_film = film(experiment, snapshots, k)
            seen = player(
                shown_film,
                key="learned",
                height=FIGURE_HEIGHT,
                frame=wanted,
                on_frame=live is None,
                on_zoom=True,
                play=answers.plays() and wanted != newest,
            )
            shown = seen.frame
            figure_downloads.register_film(shown_film, seen, caption=file_caption(snapshots, k))
            if shown != wanted:
                session.set_view(SnapshotView, snapshot=-1 if shown == newest else shown)
        with small:
            if answers.is_open():
                st.caption(answers.CURVES_LATER)
            else:
                charts(run, k, FIGURE_HEIGHT // 2 - 8, live=live is not None)
        if run is not None and snapshots and snapshots[-1].measurement.beyond is not None:
            tasks.report(Trained(snapshots[-1].measurement.beyond[5], snapshots[-1].step))
        if experiment.mixture is None:
            theme.sentence("The {model} is trained on your points. What lies between them, nobody knows.")
            st.caption(describe_own_points(experiment))
        else:
            answers.finding(FINDING)
        if held is not None and (held.active or held.error):
            st.caption(held.error or training.progress_line(held))
        elif held is not None and run is not result:
            rate = f"{describe_rate(snapshots[shown].measurement, k)} · " if snapshots else ""
            st.caption(f"{rate}{training.progress_line(held)}")
        elif result is not None:
            # what is said belongs to the frame on screen
            st.caption(f"{describe_snapshot(result.snapshots[shown], k)} · {origin}")
        else:
            st.caption(f"{origin}: press Train")
        session.write_link()
        if poll is not None and (held is None or not held.active):
            st.rerun()

    learning()

about, away = st.columns(2)
with about:
    folds.about(lambda: help.ABOUT, "learn")
with away:
    snapshot = session.view(SnapshotView).snapshot
    take_away(lambda: downloads.run_downloads(result, snapshot), live=poll is not None)
