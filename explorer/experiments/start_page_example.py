"""What the start page shows: the default run that ships, and two of its samples, followed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from explorer.compute.progress import finish
from explorer.detection.trajectory_variance import AUTHORS_WINDOW, WINDOW_STEPS
from explorer.experiments import checkpoints
from explorer.experiments.presets import DEFAULT
from explorer.experiments.run import Result
from explorer.experiments.trials import follow_pairs, trial

DRAWN = 16_384  # samples, of which two are shown
K = 5.0  # sigma beyond which a sample is a hallucination


@dataclass(frozen=True)
class StartExample:
    """An in-support sample and a hallucinated one: those of median variance among the first 16,384.

    steps       the last steps t (F,), noisiest first
    rows        the numbers of the two among the samples, the in-support one first
    x0_hat      what was predicted of each, (F, 2)
    """

    result: Result
    steps: np.ndarray
    rows: tuple[int, int]
    x0_hat: np.ndarray


@cache
def start_example() -> StartExample:
    """Drawn once a process, in a second."""
    result = checkpoints.shipped().load_preset(DEFAULT).result
    spec = result.experiment.sampler
    drawn = finish(trial(result, DRAWN, spec))
    wrong, hal = drawn.hallucinated(K), drawn.hal(AUTHORS_WINDOW)
    rows = tuple(_median(np.flatnonzero(which), hal) for which in (~wrong, wrong))
    found = finish(follow_pairs(result, rows, DRAWN, spec))
    places = [int(np.flatnonzero(found.rows == row)[0]) for row in rows]
    last = slice(-WINDOW_STEPS, None)
    return StartExample(result, found.steps[last], (rows[0], rows[1]), found.x0_hat[0][last][:, places, 0])


def _median(rows: np.ndarray, hal: np.ndarray) -> int:
    """The one of some rows whose variance is their median."""
    return int(rows[np.argsort(hal[rows])[len(rows) // 2]])
