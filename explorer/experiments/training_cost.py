"""What a training takes on this machine, before it starts.

The shipped runs say how many seconds each kind of network took where they were trained. What is measured
here, a short probe when the server starts and then every training that ends, says how much faster or slower
this machine is: the median of the last few ratios of a kind of network, or of the plain ones until one of the
kind has been trained here.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from functools import cache
from statistics import median

import torch

from explorer.data.own.world_file import is_own
from explorer.data.pictures import picture_shape, subject
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import LIVE_PICTURES, REPORTED_PICTURES
from explorer.experiments.presets import DEFAULT, Preset, preset
from explorer.experiments.run import PICTURE_SNAPSHOTS, train_on, training_points
from explorer.storage.files import read_json

REMEMBERED = 3  # ratios of each kind
PROBE_SECONDS, PROBE_POINTS = 0.3, 500
FIXED = {"plain": 0.4, "residual": 0.03, "unet": 0.05}  # share of the reference's step that no batch changes
IN_COLOUR = 1.03  # times the work of a step in grey, by the multiplications of the usual U-Net
LEAST_WORK = 0.5  # of a step of the reference, in a training on pictures that is learned from
MEASURING = {"1-D": 4_400, "2-D": 7_900}  # of a run with the usual batch, in steps of its training; measured


class TrainingCosts:
    """How long trainings take here; any thread may ask and record."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ratios: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=REMEMBERED))

    def seconds(self, experiment: Experiment) -> float | None:
        """Of training and measuring an experiment, if it has the machine to itself; None if nothing has been
        measured here."""
        with self._lock:
            ratios = self._ratios.get(experiment.network.kind) or self._ratios.get("plain")
            return None if not ratios else median(ratios) * shipped_seconds(experiment)

    def record(self, experiment: Experiment, seconds: float) -> None:
        """An experiment was trained and measured here, in so many seconds of work. On pictures a network with
        much less work in a step than a shipped one says nothing of the others: what no work changes decides.
        """
        if experiment.pictures and _work(experiment) < LEAST_WORK * _work(_reference(experiment).experiment):
            return
        with self._lock:
            self._ratios[experiment.network.kind].append(seconds / shipped_seconds(experiment))

    def probe(self, experiment: Experiment, device: torch.device) -> None:
        """Train an experiment for a moment and record its pace: that of the fastest slice, in processor time
        where a processor trains, since others may be at work beside it."""
        experiment = experiment.replace(points=PROBE_POINTS)
        clock = time.thread_time if device.type == "cpu" else time.perf_counter
        began, before, fastest = clock(), 0.0, float("inf")
        slices = train_on(experiment, training_points(experiment), device=device)
        first = next(slices)
        for share in slices:
            now = clock()
            if before:
                fastest = min(fastest, (now - before) / (share - first))
            before, first = now, share
            if now - began > PROBE_SECONDS and fastest < float("inf"):
                break
        slices.close()
        with self._lock:
            ratio = fastest / (_shipped_pace(experiment) * experiment.training.steps)
            self._ratios[experiment.network.kind].append(ratio)


def shipped_seconds(experiment: Experiment) -> float:
    """What an experiment would take where the shipped runs were trained: their seconds, scaled by the work of
    a step and the number of steps, and the measurements."""
    pace = _shipped_pace(experiment)
    if experiment.pictures:
        drawn = LIVE_PICTURES * (PICTURE_SNAPSHOTS - 1) + REPORTED_PICTURES
        passes = drawn * experiment.sampler.calls(experiment.schedule)
        measuring = pace * passes / (3 * experiment.training.batch)  # a step is three passes: there and back
    else:
        default_batch = experiment.replace(
            **{"training.batch": _reference(experiment).experiment.training.batch}
        )
        measuring = 0.0
        if experiment.network.kind == "plain":
            measuring = MEASURING["2-D" if _in_the_plane(experiment) else "1-D"] * _shipped_pace(
                default_batch
            )
    return pace * experiment.training.steps + measuring


def _shipped_pace(experiment: Experiment) -> float:
    """Seconds of a training step where the shipped runs were trained."""
    reference, fixed = _reference(experiment), FIXED[experiment.network.kind]
    seconds = _seconds_of_shipped(reference.name) / reference.experiment.training.steps
    return seconds * (fixed + (1 - fixed) * _work(experiment) / _work(reference.experiment))


def _reference(experiment: Experiment) -> Preset:
    """The shipped run that is most like an experiment."""
    if experiment.pictures:
        own = {"own": "shapes-32", "digits": "digits-28"}
        of = subject(experiment.pictures)
        return preset(own[of] if is_own(experiment.pictures) else experiment.pictures)
    if experiment.network.kind == "residual":
        return preset("three-modes-paper")
    return preset("grid-25" if _in_the_plane(experiment) else DEFAULT)


def _in_the_plane(experiment: Experiment) -> bool:
    """Whether an experiment's data are a mixture in 2-D; of a user's own points it is not known."""
    return experiment.mixture is not None and experiment.mixture.dimensions == 2


def _work(experiment: Experiment) -> float:
    """Of a training step, up to a factor that is the same for all networks of a kind."""
    network = experiment.network
    work = float(experiment.training.batch * network.width**2 * network.depth)
    if not experiment.pictures:
        return work
    channels, height, width = picture_shape(experiment.pictures)
    return work * height * width * (1 if channels == 1 else IN_COLOUR)


@cache
def _seconds_of_shipped(name: str) -> float:
    """Of training, measuring not counted."""
    manifest = read_json(checkpoints.SHIPPED_ROOT / name / checkpoints.MANIFEST)
    return float(manifest["snapshots"][-1]["seconds"])
