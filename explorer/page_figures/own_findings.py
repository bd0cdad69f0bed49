"""Samples of a user's own pictures in an order, of their variance or of how near they come to one of the
pictures, and what is known of them, in words. Nothing is called a hallucination."""

from __future__ import annotations

import numpy as np

from explorer.data.own.world import OwnPictures
from explorer.data.own.world_file import own_pictures
from explorer.detection.judged_trial import fitting_window
from explorer.detection.trial import Trial
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result, Snapshot
from explorer.figures.words import number, percent

DRAWN, LARGEST, SMALLEST, NEAREST = ORDERS = (
    "as drawn",
    "largest variance first",
    "smallest variance first",
    "nearest to yours first",
)


def world_of(experiment: Experiment) -> OwnPictures:
    """The pictures that an experiment learns from. Raises ValueError if they are not on this machine."""
    return own_pictures(experiment.pictures)


def window_of(trial: Trial, window: str = "") -> tuple[int, int]:
    """The window of steps over which the variance is taken: the one that a text like 0:9 names, else the
    authors'."""
    return fitting_window(window, trial.windows.steps)


def ordered_rows(snapshot: Snapshot, order: str, window: str = "") -> np.ndarray:
    """The numbers of the samples of a snapshot in an order, (n,) int: as they were drawn where the snapshot
    has no trial. Raises ValueError for another order than those of ORDERS."""
    if order not in ORDERS:
        raise ValueError(f"There is no order {order[:40]!r}; there are {', '.join(ORDERS)}.")
    trial, samples = snapshot.measurement.trial, snapshot.measurement.samples
    if order == DRAWN or trial is None:
        return np.arange(0 if samples is None else len(samples))
    if order == NEAREST:
        return np.argsort(trial.distance, kind="stable")
    hal = trial.hal(window_of(trial, window))
    return np.argsort(-hal if order == LARGEST else hal, kind="stable")


# ---- in words ------------------------------------------------------------------------------------


def describe_copies(result: Result) -> str:
    """How near the samples come to the pictures, beside how near these come to each other."""
    trial = result.final.measurement.trial
    if trial is None:
        return ""
    drawn, own = float(np.median(trial.distance)), float(world_of(result.experiment).spacing.median())
    return (
        f"from a sample to the nearest of yours {number(drawn)} (median; 0 is a copy, 1 black against "
        f"white); from one of yours to the nearest other {number(own)}"
    )


def describe_order(snapshot: Snapshot, order: str, window: str, shown: int) -> str:
    """What an order goes by, from the first to the last of so many samples; "" as they were drawn."""
    trial = snapshot.measurement.trial
    if order == DRAWN or trial is None:
        return ""
    rows = ordered_rows(snapshot, order, window)
    ends = rows[0], rows[min(shown, len(rows)) - 1]
    if order == NEAREST:
        return f"distance to the nearest of yours: {_ends(trial.distance, ends)}"
    first, last = window_of(trial, window)
    return f"variance over t = {first} to {last}: {_ends(trial.hal((first, last)), ends)}"


def _ends(values: np.ndarray, rows: tuple[int, int]) -> str:
    """The values of the first and the last sample that are shown."""
    return " to ".join(number(float(values[row])) for row in rows)


def describe_picture(result: Result, row: int, window: str = "") -> str:
    """What is known of the sample of a row, in a sentence: how near it comes to one of the pictures, and the
    rank of its variance."""
    trial, world = result.final.measurement.trial, world_of(result.experiment)
    if trial is None:
        return ""
    away = float(trial.distance[row])
    farther = float((world.spacing > away).float().mean())
    others = f"{percent(farther)} of yours are" if farther else "none of yours is"
    first, last = window_of(trial, window)
    hal = trial.hal((first, last))
    rank = 1 + int((hal > hal[row]).sum())
    return (
        f"**{number(away)}** from the nearest of yours; {others} farther from the "
        f"nearest other. Variance over t = {first} to {last}: {number(float(hal[row]))}, rank {rank:,} of "
        f"{trial.n:,}."
    )
