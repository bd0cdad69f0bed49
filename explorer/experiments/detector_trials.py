"""Detectors compared on the trials of a run, and the ensemble that one of them needs: the same for page and
command line."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import torch

from explorer.compute.device import pick_device
from explorer.compute.progress import returning_last
from explorer.compute.seeds import seeded
from explorer.detection.detector_comparison import Scores, score_all
from explorer.detection.scores.detector import Detector, Evidence
from explorer.detection.trial import Trial
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec
from explorer.experiments.experiment import MAX_SEED
from explorer.experiments.run import Result
from explorer.experiments.stack import StackUpdate, learn_stack
from explorer.experiments.trials import trial_chunk, trial_noise

ENSEMBLE = 5
ENSEMBLE_RANGE = (2, 20)


def train_members(result: Result, size: int = ENSEMBLE) -> Generator[StackUpdate, None, tuple[Denoiser, ...]]:
    """Train the rest of an ensemble of so many networks: the run's own experiment with the next seeds, as one
    stack. Returns the size - 1 denoisers, ready to be sampled.

    Every seed draws its own training points, so that members differ as repetitions of the run would. Raises
    ValueError for a size outside [2, 20], for a run that is not of a mixture, and when seeds run out.
    """
    experiment = result.experiment
    if not ENSEMBLE_RANGE[0] <= size <= ENSEMBLE_RANGE[1]:
        raise ValueError(f"An ensemble has {ENSEMBLE_RANGE[0]} to {ENSEMBLE_RANGE[1]} networks, not {size}.")
    if experiment.mixture is None:
        raise ValueError("An ensemble is trained as a stack, and a stack learns mixtures only.")
    if experiment.seed + size - 1 > MAX_SEED:
        raise ValueError(f"There are no {size - 1} seeds above {experiment.seed:,}.")
    others = [experiment.replace(seed=experiment.seed + number) for number in range(1, size)]
    update = yield from returning_last(learn_stack(others))
    assert update.results is not None  # the last one has them
    return tuple(one.sampled for one in update.results)


def rival_scores(
    detectors: Sequence[Detector],
    result: Result,
    drawn: Trial,
    spec: SamplerSpec,
    *,
    seed: int | None = None,
    members: Sequence[Denoiser] = (),
) -> Generator[float, None, tuple[Scores, ...]]:
    """What the detectors make of a trial of a run, which `trial` drew with that sampler and seed.

    The same seed gives the same scores. Yields the share done.
    """
    chosen = result.experiment.seed if seed is None else seed
    evidence = Evidence(
        drawn,
        result.sampled,
        spec,
        lambda: trial_noise(result, seed),
        trial_chunk(result),
        members,
    )

    def draws(name: str) -> torch.Generator:
        return seeded(chosen, f"detector {name}", pick_device())

    return (yield from score_all(detectors, evidence, draws))
