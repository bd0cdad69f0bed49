"""The stored run of an experiment, or the same trained anew: what code that is taken away begins with."""

from __future__ import annotations

from explorer.compute.progress import returning_last
from explorer.compute.progress_bar import with_bar
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result, learn
from explorer.storage.files import CheckpointError


def stored_run(experiment: Experiment, *, train_anew: bool = False) -> Result:
    """The run of an experiment that is stored on this machine: a user's own, else the shipped one.

    train_anew      train it again instead, with a bar; nothing is stored
    Raises CheckpointError if no run is stored or its files are damaged, and ValueError for uploaded points
    that are not here.
    """
    if train_anew:
        points = checkpoints.own().load_points(experiment.upload) if experiment.upload else None
        updates = returning_last(learn(experiment, points))
        last = with_bar(updates, "training", lambda update: update.step / update.steps, always=True)
        assert last.result is not None  # the last update has it
        return last.result
    folder = checkpoints.locate(experiment)
    if folder is None:
        raise CheckpointError(
            "No run of this experiment is stored on this machine; it can be trained anew here."
        )
    return checkpoints.load_folder(folder).result
