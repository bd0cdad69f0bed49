"""What the Shapes page shows of a user's own pictures: samples, in an order of their variance or of how near
they come to one of the pictures, and single ones. Nothing is called a hallucination."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from explorer.data.pictures import picture_shape
from explorer.detection.paired_trajectories import Strips
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import PICTURE_SNAPSHOTS, Result, Snapshot
from explorer.figures.film.film import Film
from explorer.figures.film.galleries import as_drawn, difference, fitting, gallery_film, pictures_film
from explorer.figures.words import seconds
from explorer.page_figures.main_figure import FilmFigure
from explorer.page_figures.own_findings import DRAWN, ordered_rows, world_of
from explorer.page_figures.shapes import COLUMNS, SHOWN, WAY_COLUMNS, data_film, optimum

SENTENCE = (
    "Nothing is framed and no share is told: no rule says which of these are possible. People do: label "
    "pictures by hand."
)
DATA_SENTENCE = "What it learns from: pictures of your own, small and square."
MEAN_SENTENCE = (
    "What the {model} predicts of a noisy picture, and the {truth:mean:} of those of your pictures that it "
    "could be."
)
WAY_SENTENCE = (
    "The same noise, walked by the {model} and by the {truth:best for these very pictures:}, which can only "
    "give one of them back."
)


def shown_snapshots(snapshots: Sequence[Snapshot], order: str) -> Sequence[Snapshot]:
    """The snapshots that a gallery in an order is of: only the last one can be ordered otherwise than as
    drawn, and only when it is finished."""
    ordered = order != DRAWN and snapshots and snapshots[-1].measurement.trial is not None
    return snapshots[-1:] if ordered else snapshots


def samples_film(
    experiment: Experiment, snapshots: Sequence[Snapshot], order: str = DRAWN, window: str = ""
) -> Film:
    """Samples of every snapshot, or those of the last in an order; the data while nothing is trained."""
    if not snapshots:
        return data_film(experiment)
    snapshots = shown_snapshots(snapshots, order)
    count = gallery_count(experiment)
    galleries = np.stack([_shown(snapshot, order, window, count) for snapshot in snapshots])
    captions = [f"step {s.step:,} · {seconds(s.seconds)}" for s in snapshots]
    return gallery_film(
        [(f"samples, {order}", "model", as_drawn(galleries), np.zeros((1, count), bool))],
        captions,
        columns=COLUMNS,
        slider="training step" if len(snapshots) > 1 else "",
        ends=("start of the training", "end"),
        alt=f"{count} samples, {order}, at {len(snapshots)} times of the training; the last {captions[-1]}.",
        frame_seconds=0.6,
        colormap="photo",
    )


def gallery_count(experiment: Experiment) -> int:
    """How many samples a gallery shows: fewer of large ones in colour."""
    return fitting(SHOWN, PICTURE_SNAPSHOTS, picture_shape(experiment.pictures), COLUMNS)


def _shown(snapshot: Snapshot, order: str, window: str, count: int) -> np.ndarray:
    """The samples that are shown, (count, c, s, s), NaN where there are no more."""
    samples = snapshot.measurement.samples
    if samples is None:
        raise ValueError("This snapshot has no samples.")
    chosen = samples[ordered_rows(snapshot, order, window)[:count]]
    shown = np.full((count, *samples.shape[1:]), np.nan, np.float32)
    shown[: len(chosen)] = chosen
    return shown


def main_figure(result: Result) -> FilmFigure:
    """The samples of a run as they were drawn; it opens at the end of the training."""
    film = samples_film(result.experiment, result.snapshots)
    return FilmFigure(film, len(film.captions) - 1)


def picked_film(experiment: Experiment, picture: np.ndarray) -> Film:
    """One sample (c, s, s) beside the nearest of the user's pictures, and the pixels that differ."""
    nearest = as_drawn(world_of(experiment).nearest(torch.from_numpy(picture[None]))[0].numpy())
    sample = as_drawn(picture[None])
    differ, colours = difference(np.clip(sample, -1, 1), nearest)
    return pictures_film(
        [
            ("sample", "model", sample, "photo"),
            ("nearest of yours", "truth", nearest, "photo"),
            ("difference" if colours == "diverging" else "|difference|", "hallucinated", differ, colours),
        ],
        ("",),
        slider="",
        ends=("", ""),
        alt="A sample, the nearest of your pictures, and where they differ.",
    )


# ---- pictures on their way -----------------------------------------------------------------------


def way_count(strips: Strips) -> int:
    """How many pictures on their way are shown: as many as fill their rows."""
    count = len(strips.rows)
    return count - count % WAY_COLUMNS if count > WAY_COLUMNS else count


def way_film(experiment: Experiment, strips: Strips) -> Film:
    """Predicted clean pictures at every step, by the network and by the empirical optimum."""
    count = way_count(strips)
    predicted, none = as_drawn(strips.x0_hat[:, :, :count]), np.zeros((1, count), bool)
    return gallery_film(
        [("model", "model", predicted[0], none), (optimum(experiment), "truth", predicted[1], none)],
        [f"t = {t}" for t in strips.steps],
        columns=min(WAY_COLUMNS, count),
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt=f"Predicted pictures of {count} samples from noise to t = 0, by the network and by the mean over "
        "your pictures.",
        frame_seconds=0.15,
        colormap="photo",
    )


def followed_film(experiment: Experiment, strips: Strips, place: int) -> Film:
    """One picture on its way by both, and where the model's prediction changed late."""
    model, best = as_drawn(np.clip(strips.x0_hat[:, :, place], -1, 1))
    late = model[-len(model) // 2 :].var(0)
    if late.ndim == 3:  # in colour: the mean over red, green and blue
        late = late.mean(-1)
    return pictures_film(
        [
            ("model", "model", model, "photo"),
            (optimum(experiment), "truth", best, "photo"),
            (
                "variance of the model's x̂₀",
                "hallucinated",
                late[None],
                "sequential",
            ),
        ],
        [f"t = {t}" for t in strips.steps],
        slider="step t",
        ends=("noise", "t = 0, clean"),
        alt="A predicted picture through time, by model and empirical optimum, and each pixel's variance.",
    )
