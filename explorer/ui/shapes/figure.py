"""The Shapes page's galleries and sentences, on screen."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.detection.paired_trajectories import Strips
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result, Snapshot
from explorer.figures.film.galleries import tile_of
from explorer.page_figures import shapes as figures
from explorer.page_figures import shapes_findings as findings
from explorer.page_figures.shapes import COLUMNS, SHOWN, ShownPictures
from explorer.page_figures.views.shapes import View, asked_order, gallery_sentence
from explorer.ui.lesson import answers
from explorer.ui.player import player
from explorer.ui.shapes import own
from explorer.ui.shapes.gallery_player import PICKED_HEIGHT, mean_film, play_gallery
from explorer.ui.shared import figure_downloads, training
from explorer.ui.shell import session, theme


def show(result: Result | None, origin: str, identity: str) -> None:
    """The gallery of the view: live while a network trains, else of the stored run."""
    experiment, poll = session.experiment(), training.poll_seconds()

    @st.fragment(run_every=poll, key="pictures")
    @figure_downloads.drawn_together(live=poll is not None)
    def shown() -> None:
        held = training.ticket()
        live = held.update if held is not None and held.active else None
        stopped = training.shown(held) if live is None else None
        if live is not None:
            _gallery(experiment, live.snapshots, None, identity, live=True)
        elif stopped is not None:
            _gallery(experiment, stopped.snapshots, None, identity, live=False)
        else:
            _gallery(experiment, result.snapshots if result is not None else (), result, identity, live=False)
        trained = bool(live or stopped or result)
        theme.sentence(gallery_sentence(session.view(View), experiment, trained=trained))
        if held is not None and (held.active or held.error or stopped is not None):
            st.caption(held.error or training.progress_line(held))
        elif result is not None and session.view(View).gallery == "data":
            st.caption(figures.describe_data(experiment))
        elif result is not None:
            for line in findings.describe_result(result, origin):
                st.caption(line)
        else:
            st.caption(f"{origin}: press Train")
        session.write_link()
        if poll is not None and (held is None or not held.active):
            st.rerun()

    shown()


def _gallery(
    experiment: Experiment,
    snapshots: tuple[Snapshot, ...],
    result: Result | None,
    identity: str,
    *,
    live: bool,
) -> None:
    """The film of the view, and the picture picked in it; `result` is the stored run, where it is shown."""
    if experiment.distribution is None:
        own.gallery(experiment, snapshots, result, identity, live=live)
        return
    view = session.view(View)
    show = view.gallery
    strips = None if result is None else result.final.measurement.strips
    start = None
    if show == "on their way" and strips is not None:
        film = figures.way_film(experiment, strips)
    elif show == "mean" and result is not None:
        film = mean_film(result, identity, view.picture)
        start = figures.most_apart(film)
    elif show == "data":
        film = figures.data_film(experiment)
    else:
        film = figures.samples_film(experiment, snapshots, asked_order(view, experiment), _remembered)
        film = figures.without_counts(film) if answers.is_open() else film
    picks = not live and show in ("samples", "on their way")
    seen = play_gallery(film, show, start=start, live=live, picks=picks)
    counted = snapshots if show == "samples" else ()

    def caption(frame: int) -> str:
        """The caption with the number of pictures that the shares under it were counted on."""
        n = f"n = {counted[frame].measurement.n:,}, 95 % intervals in brackets" if counted else ""
        return " · ".join(filter(None, (film.captions[frame], n)))

    figure_downloads.register_film(film, seen, caption=caption)
    if seen.picked is None or not snapshots or live:
        return
    if show == "on their way" and strips is not None:
        _show_on_its_way(experiment, strips, seen.picked)
    elif show == "samples":
        _show_sample(experiment, snapshots[min(seen.frame, len(snapshots) - 1)], seen.picked)


def _show_sample(experiment: Experiment, snapshot: Snapshot, tile: int) -> None:
    """The picture of a tile, large, beside the nearest valid one; nothing for a tile that holds none."""
    if not 0 <= tile < SHOWN:
        return
    shown = figures.ordered_samples(experiment, snapshot, asked_order(session.view(View), experiment))
    picture = shown[tile_of(tile, SHOWN, COLUMNS)]
    if np.isfinite(picture).all():
        theme.sentence(findings.describe_picture(experiment, picture))
        film = figures.picked_film(experiment, picture)
        seen = player(film, key="picked", height=PICKED_HEIGHT, on_zoom=True)
        figure_downloads.register_film(film, seen, "picked picture")


def _show_on_its_way(experiment: Experiment, strips: Strips, tile: int) -> None:
    """The picture of a tile, large, from the frame at which it was decided on."""
    place = figures.picture_at(figures.wrong_first(experiment, strips), tile)
    if place is None:
        return
    theme.sentence(findings.describe_decision(experiment, strips, place))
    start = findings.decided(experiment, strips, place)[0]
    film = figures.decided_film(experiment, strips, place)
    seen = player(
        film, key="decided", on_frame=True, free=True, height=PICKED_HEIGHT, frame=start, on_zoom=True
    )
    figure_downloads.register_film(film, seen, "way of the picked picture")


def _remembered(experiment: Experiment, snapshot: Snapshot, order: str) -> ShownPictures:
    return _shown_pictures(f"{experiment.digest} {snapshot.step} {order}", experiment, snapshot, order)


@st.cache_data(max_entries=64, show_spinner=False)
def _shown_pictures(key: str, _experiment: Experiment, _snapshot: Snapshot, _order: str) -> ShownPictures:
    return figures.shown_pictures(_experiment, _snapshot, _order)
