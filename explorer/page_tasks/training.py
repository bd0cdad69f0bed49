"""The training of an experiment, whose run is kept."""

from __future__ import annotations

from collections.abc import Generator

from explorer.compute.device import on_threads, spare_processors
from explorer.compute.progress import WorkClock
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import LearningUpdate, learn

POINTS_GONE = "The uploaded points are no longer here; upload them again."


def train_and_store(experiment: Experiment) -> Generator[LearningUpdate, None, float]:
    """Train an experiment, measure and store its run; returns the seconds that it took.

    Raises ValueError for uploaded points that are no longer here.
    """
    points = checkpoints.own().load_points(experiment.upload) if experiment.upload else None
    if experiment.upload and points is None:
        raise ValueError(POINTS_GONE)
    updates, clock = learn(experiment, points), WorkClock()
    if experiment.pictures:
        updates = on_threads(updates, spare_processors())
    clock.resume()
    for update in updates:
        clock.pause()
        if update.result is not None:
            checkpoints.own().save(update.result)
            checkpoints.own().forget_oldest()
        yield update
        clock.resume()
    return clock.seconds
