"""The Shapes page's galleries: samples by kind through the training, the data, one picture singled out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch

from explorer.data.hands.finger_match import match_fingers
from explorer.data.pictures import kind_names, telling, world
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Snapshot, training_points
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import gallery_film, pictures_film, tile_of
from explorer.figures.words import seconds
from explorer.ui.player import player
from explorer.ui.shapes.kinds import by_kind, kinds_of, spoken_picture, spoken_share
from explorer.ui.shapes.view import ORDERS, View
from explorer.ui.shell import session, theme

SHOWN, COLUMNS = 60, 15  # pictures of a gallery
PICKED_HEIGHT = 260


def orders(experiment: Experiment) -> tuple[str, ...]:
    """The ways in which samples can be looked at: two orders, or one kind alone."""
    return (*ORDERS, *kind_names(experiment.pictures))


def order(experiment: Experiment) -> str:
    """The one of them that is on screen."""
    return session.view(View).order if session.view(View).order in orders(experiment) else ORDERS[0]


def in_order(experiment: Experiment, snapshot: Snapshot, order: str) -> np.ndarray:
    """The samples of a snapshot that are shown, (SHOWN, 1, s, s), NaN where there are no more.

    As they were drawn; or up to a row of each hallucinated kind first, the most telling on top; or those of
    the kind that `order` names.
    """
    samples = snapshot.measurement.samples
    if samples is None:
        raise ValueError("This snapshot has no samples.")
    names, kinds = kind_names(experiment.pictures), kinds_of(experiment, samples)
    if order in names:
        chosen = samples[kinds == names.index(order)]
    elif order == ORDERS[1]:
        chosen = samples
    else:
        rank = np.full(len(samples), len(names) + 1)
        rank[kinds == 0] = len(names)
        for place, kind in enumerate(telling(experiment.pictures)):
            rank[np.flatnonzero(kinds == kind)[:COLUMNS]] = place
        chosen = samples[np.argsort(rank, kind="stable")]
    shown = np.full((SHOWN, *samples.shape[1:]), np.nan, np.float32)
    shown[: len(chosen)] = chosen[:SHOWN]
    return shown


def samples_film(experiment: Experiment, snapshots: Sequence[Snapshot], order: str) -> Film:
    """Samples of every snapshot, hallucinated ones framed, the tips of surplus and missing fingers marked;
    the data while nothing is trained."""
    if not snapshots:
        return data_film(experiment)
    galleries, wrong, marks = zip(
        *(_looked_at(f"{experiment.digest} {s.step} {order}", experiment, s, order) for s in snapshots),
        strict=True,
    )
    captions = [f"step {s.step:,} · {seconds(s.seconds)} · {spoken_share(s.measurement)}" for s in snapshots]
    return gallery_film(
        [(f"samples, {order}", "model", np.stack(galleries)[:, :, 0], np.stack(wrong))],
        captions,
        columns=COLUMNS,
        slider="training step",
        ends=("start of the training", "end"),
        alt=f"{SHOWN} samples at {len(snapshots)} times of the training; at the end {captions[-1]}.",
        frame_seconds=0.6,
        marks=marks if any(len(places) for frame in marks for places in frame) else None,
        readings=by_kind([snapshot.measurement for snapshot in snapshots]),
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _looked_at(
    key: str, _experiment: Experiment, _snapshot: Snapshot, _order: str
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The pictures of one snapshot that are shown, which are hallucinated, and the tips of fingers too many
    and missing, as (tile, column, row)."""
    pictures = in_order(_experiment, _snapshot, _order)
    there = np.isfinite(pictures[:, 0, 0, 0])
    wrong = np.zeros(SHOWN, bool)
    wrong[there] = kinds_of(_experiment, pictures[there]) != 0
    marks: list[list[tuple[float, float, float]]] = [[], []]
    if not isinstance(world(_experiment.pictures), SimpleShapes) and wrong.any():
        match = match_fingers(torch.from_numpy(pictures[wrong]))
        for found, sets in zip(marks, (match.surplus, match.missing), strict=True):
            for tile, places in zip(np.flatnonzero(wrong), sets, strict=True):
                found += [(float(tile), x, y) for x, y in places.tolist()]
    surplus, missing = (np.array(found, float).reshape(-1, 3) for found in marks)
    return pictures, wrong, (surplus, missing)


def data_film(experiment: Experiment) -> Film:
    """Pictures the network is trained on."""
    pictures = data_pictures(experiment, SHOWN)
    return gallery_film(
        [("data", "truth", pictures[None, :, 0], np.zeros((1, SHOWN), bool))],
        ("the data",),
        columns=COLUMNS,
        slider="",
        ends=("", ""),
        alt=f"{SHOWN} pictures of the data.",
    )


def picked_film(experiment: Experiment, picture: np.ndarray) -> Film:
    """One sample beside the nearest valid picture and the pixels that differ; of a hand the fingers that are
    too many or missing."""
    known, one = world(experiment.pictures), torch.from_numpy(picture[None])
    marks: tuple[np.ndarray, np.ndarray] | None = None
    if isinstance(known, SimpleShapes):
        nearest, word = known.nearest_valid(one)[0].numpy(), "nearest valid"
        apart = np.sign(picture) - nearest
    else:
        match, word = match_fingers(one), "nearest of 4,000 drawings"
        nearest = match.nearest[0].numpy()
        apart, marks = np.clip(picture, -1, 1) - nearest, (match.surplus[0], match.missing[0])
    return pictures_film(
        [
            ("sample", "model", picture, "ink"),
            (word, "truth", nearest, "ink"),
            ("difference", "hallucinated", apart, "diverging"),
        ],
        ("",),
        slider="",
        ends=("", ""),
        alt=f"A sample, the {word}, and where they differ.",
        marks=marks,
    )


def show_picked(experiment: Experiment, snapshot: Snapshot, tile: int) -> None:
    """The picture of a tile, large, beside the nearest valid one; nothing for a tile that holds none."""
    if not 0 <= tile < SHOWN:
        return
    picture = in_order(experiment, snapshot, order(experiment))[tile_of(tile, SHOWN, COLUMNS)]
    if np.isfinite(picture).all():
        theme.sentence(spoken_picture(experiment, picture))
        player(picked_film(experiment, picture), key="picked", height=PICKED_HEIGHT)


@st.cache_data(max_entries=8, show_spinner=False)
def _pictures_of(digest: str, n: int, _experiment: Experiment) -> np.ndarray:
    return training_points(_experiment.replace(points=max(n, 100)))[:n].numpy()


def data_pictures(experiment: Experiment, n: int) -> np.ndarray:
    return _pictures_of(experiment.digest, n, experiment)
