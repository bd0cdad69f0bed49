"""The training of an experiment, whose run is kept."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from explorer.compute.device import on_threads, spare_processors
from explorer.compute.progress import WorkClock
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import LearningUpdate, learn
from explorer.server.execution import Elsewhere
from explorer.server.leases import computed_once

POINTS_GONE = "The uploaded points are no longer here; upload them again."


def train_and_store(experiment: Experiment) -> Generator[LearningUpdate | Elsewhere, None, float | None]:
    """Train an experiment, measure and store its run; returns the seconds that it took, None if another
    server did it meanwhile.

    Raises ValueError for uploaded points that are no longer here.
    """
    train = partial(_train, experiment, checkpoints.own().written(experiment.digest))
    return (yield from computed_once(f"training {experiment.digest}", train))


def _train(experiment: Experiment, before: int | None) -> Generator[LearningUpdate, None, float | None]:
    """Train and store, if what is stored is as it was `before`."""
    if checkpoints.own().written(experiment.digest) != before:
        return None
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
