"""The Shapes page of a user's own pictures: its galleries, how the samples are ordered, and how such pictures
come here."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.detection.paired_trajectories import Strips
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import own_presets
from explorer.experiments.run import Result, Snapshot
from explorer.figures.film.galleries import tile_of
from explorer.page_figures import own_findings as findings
from explorer.page_figures import own_pictures as figures
from explorer.page_figures import shapes
from explorer.page_figures.views.detect import View as DetectView
from explorer.page_figures.views.shapes import View, asked_order, galleries
from explorer.ui.detect import controls as detect_controls
from explorer.ui.player import player
from explorer.ui.shapes.gallery_player import PICKED_HEIGHT, mean_film, play_gallery
from explorer.ui.shared import figure_downloads, folds
from explorer.ui.shared.downloads import experiment_button, file_button, run_npz
from explorer.ui.shell import session, theme

COMMAND = "python -m explorer pictures add NAME FOLDER --colour"
HOW = (
    "A folder of 16 to 20,000 pictures becomes data to learn from. Where the explorer runs, type this, and "
    "look here again. Without `--colour` they become grey:"
)
DIGITS_HOW = (
    "MNIST’s own IDX files become digits, which a judge judges: `python -m explorer pictures add NAME --data "
    "FOLDER`."
)
ABOUT = r"""
**Your own pictures**, each made a small square, grey unless you kept its colour. No rule says which others
would be possible, so nothing is called a hallucination here and no share is told: what needs a judge waits
for labels by hand, whose page shows the detector's ROC by them.

The **variance** of the predicted pictures over the last steps is the detector's score: the paper finds it
large where a sample went astray. Look at both ends of the ranking, then label blind.

**Is it a copy?** A picked sample stands beside the nearest of yours, at the root of the mean squared
difference of their pixels, in colour of red, green and blue: 0 is a copy, 1 is black against white. Beside it
stands how far yours lie from each other.

*On their way* and *mean* set the network beside the *empirical optimum*: the best that can be predicted if
there were no pictures but yours. It can only give one of them back, so it is no truth about what they show.
"""


def gallery(
    experiment: Experiment,
    snapshots: tuple[Snapshot, ...],
    result: Result | None,
    identity: str,
    *,
    live: bool,
) -> None:
    """The film of the view, and the picture picked in it; `result` is the stored run, where it is shown."""
    view = session.view(View)
    show = view.gallery if view.gallery in galleries(experiment) else galleries(experiment)[0]
    strips = None if result is None else result.final.measurement.strips
    order, window, start = asked_order(view, experiment), session.view(DetectView).window, None
    if show == "on their way" and strips is not None:
        film = figures.way_film(experiment, strips)
    elif show == "mean" and result is not None:
        film = mean_film(result, identity, view.picture)
        start = shapes.most_apart(film)
    elif show == "data":
        film = shapes.data_film(experiment)
    else:
        show = "samples"
        film = figures.samples_film(experiment, snapshots, order, window)
    picks = not live and result is not None and show in ("samples", "on their way")
    seen = play_gallery(film, show, start=start, live=live, picks=picks)
    figure_downloads.register_film(film, seen)
    if (
        show == "samples"
        and snapshots
        and (text := findings.describe_order(snapshots[-1], order, window, figures.gallery_count(experiment)))
    ):
        st.caption(text)
    if not picks or result is None:
        return
    if seen.picked is None:
        return
    if show == "on their way" and strips is not None:
        _show_followed(experiment, strips, seen.picked)
    elif show == "samples" and seen.frame == len(film.captions) - 1:
        _show_sample(result, seen.picked, order, window)


def _show_sample(result: Result, tile: int, order: str, window: str) -> None:
    """The picture of a tile, large, beside the nearest of the user's."""
    rows = findings.ordered_rows(result.final, order, window)
    count = figures.gallery_count(result.experiment)
    place = tile_of(tile, count, shapes.COLUMNS) if 0 <= tile < count else len(rows)
    samples = result.final.measurement.samples
    if place >= len(rows) or samples is None or not np.isfinite(samples[rows[place]]).all():
        return
    theme.sentence(findings.describe_picture(result, int(rows[place]), window))
    film = figures.picked_film(result.experiment, samples[rows[place]])
    seen = player(film, key="picked", height=PICKED_HEIGHT, on_zoom=True)
    figure_downloads.register_film(film, seen, "picked picture")


def _show_followed(experiment: Experiment, strips: Strips, tile: int) -> None:
    """The picture of a tile on its way, large."""
    count = figures.way_count(strips)
    if not 0 <= tile < count:
        return
    place = tile_of(tile, count, min(shapes.WAY_COLUMNS, count))
    film = figures.followed_film(experiment, strips, place)
    seen = player(film, key="followed", on_frame=True, free=True, height=PICKED_HEIGHT, on_zoom=True)
    figure_downloads.register_film(film, seen, "way of the picked picture")


def window_choice(experiment: Experiment) -> None:
    """Over which steps the variance is taken, where the samples are ordered by it."""
    view = session.view(View)
    if view.gallery == "samples" and asked_order(view, experiment) in (findings.LARGEST, findings.SMALLEST):
        detect_controls.window_choice()


def how_to_add() -> None:
    """How pictures of one's own come here, folded away."""
    fold = folds.opened(st.expander, "Your own pictures", "own_pictures")
    if fold is None:
        return
    with fold:
        st.caption(HOW)
        st.code(COMMAND, language=None, wrap_lines=True)
        st.caption(DIGITS_HOW)
        if own_presets():
            st.caption("Those that are here are in the list on top of the page.")


def downloads(result: Result | None) -> None:
    """The experiment, and what was recorded of its run."""
    with st.container(horizontal=True):
        experiment_button()
        if result is not None:
            text = "What was recorded of every training step, and the samples of every snapshot."
            file_button("Numbers (NPZ)", "numbers", "npz", lambda: run_npz(result), text)
