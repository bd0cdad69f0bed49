"""The Atlas of pictures: a plane through three seeds, and the picture in which each of its seeds ends."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from explorer.experiments.presets import PICTURE_PRESETS, PRESETS
from explorer.experiments.run import Result
from explorer.experiments.seed_plane import SeedPlane, seed_plane
from explorer.experiments.shipped_seed_planes import SEED_PLANES
from explorer.figures.film.galleries import tile_of
from explorer.page_figures.picture_kinds import picture_names
from explorer.page_figures.seed_plane import describe_ends, describe_seed_plane, seed_plane_film
from explorer.ui.atlas import help
from explorer.ui.lesson import answers
from explorer.ui.player import player
from explorer.ui.shared import figure_downloads, folds, training
from explorer.ui.shared.downloads import experiment_button, file_button, npz
from explorer.ui.shared.growing_figure import growing_figure
from explorer.ui.shared.take_away import take_away
from explorer.ui.shell import header, server, session

KINDS = "Of every seed of the plane the kind of its picture, by the network and by the true score."


def show(height: int) -> None:
    """The page, while pictures are looked at."""
    result, origin, identity = training.stored_result()
    header.header(
        "Where in the noise are hallucinations born?",
        "Three seeds in the corners; between them a picture turns into another.",
        presets=PRESETS | PICTURE_PRESETS,
    )

    def draw() -> bool:
        """The plane, as soon as it is drawn."""
        if session.experiment().distribution is None:
            st.info(f"{session.experiment().unknown_truth}, so no seed can be said to end in one.")
            return False
        if result is None:
            training.say_untrained(origin)
            return False
        plane, waits, under_way = _plane(result, identity)
        if plane is not None:
            _figure(result, plane, height)
        st.caption(f"{waits}{origin}")
        return under_way

    growing = growing_figure("seed-plane", draw)
    about, away = st.columns(2)
    with about:
        folds.about(lambda: help.OF_PICTURES, "atlas")
    with away:
        take_away(lambda: _downloads(result, identity), live=growing)


def _plane(result: Result, identity: str) -> tuple[SeedPlane | None, str, bool]:
    """The plane of a run, shipped or computed; what is still done for it, or why not; whether it may come."""
    shipped = SEED_PLANES.shipped(result)
    if shipped is not None:
        return shipped, "", False
    work = server.computed("seed-plane", f"seed-plane {identity}", partial(seed_plane, result), patience=1.0)
    if work.value is not None:
        return work.value, "", False
    waits = f"{work.error} " if work.error else f"drawing pictures: {work.update or 0.0:.0%} · "
    return None, waits, work.under_way


def _figure(result: Result, plane: SeedPlane, height: int) -> None:
    experiment = result.experiment
    film = seed_plane_film(experiment, plane)
    seen = player(film, key="seed-plane", height=height, on_pick=True)
    figure_downloads.register_film(film, seen, caption=lambda frame: describe_seed_plane(experiment, plane))
    answers.finding(describe_seed_plane(experiment, plane, coloured=True))
    if seen.picked is not None and seen.picked < len(plane.model):
        place = tile_of(seen.picked, len(plane.model), plane.side)
        st.caption(describe_ends(experiment, plane, place))


def _downloads(result: Result | None, identity: str) -> None:
    with st.container(horizontal=True):
        experiment_button()
        known = result is not None and result.experiment.distribution is not None
        plane = _plane(result, identity)[0] if result is not None and known else None
        if result is None or plane is None:
            return
        file_button("Kinds (CSV)", "kinds", "csv", lambda: kinds_csv(result, plane), KINDS)
        arrays = {"model": plane.model, "truth": plane.truth}
        text = "The pictures, from -1 to 1, row by row of the plane."
        file_button("Pictures (NPZ)", "seeds", "npz", lambda: npz(result.experiment, arrays), text)


def kinds_csv(result: Result, plane: SeedPlane) -> str:
    """A line for each seed: its row and column on the plane, and the kinds of its two pictures."""
    row, column = np.divmod(np.arange(len(plane.model)), plane.side)
    kinds = {who: picture_names(result.experiment, getattr(plane, who)) for who in ("model", "truth")}
    return pd.DataFrame({"row": row, "column": column} | kinds).to_csv(index=False)
