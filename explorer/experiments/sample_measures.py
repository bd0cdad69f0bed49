"""A run measured beyond its rate of hallucinations: the error of its score, and whether its samples cover the
data or repeat the training points."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch

from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.points import PointSet
from explorer.detection.statistics.coverage import Coverage, density_and_coverage
from explorer.detection.statistics.drift import modes_alive
from explorer.detection.statistics.score_error import ScoreErrors, score_errors
from explorer.detection.statistics.training_distance import TrainingDistance, training_distance
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import sample
from explorer.experiments.measurement import THRESHOLDS, Measurement
from explorer.experiments.run import Result, training_points
from explorer.experiments.summary import RunSummary, summarize
from explorer.experiments.trials import trial_noise

ERROR_STEPS = 60  # at which the score's error is measured


@dataclass(frozen=True, eq=False)
class SampleMeasures:
    """Measures of n points that a denoiser of a run draws with the run's sampler.

    summary     how many are beyond k sigma and near each mode; None where the truth is unknown
    alive       which modes have at least a tenth of their true share, (K,) bool; None as before
    coverage    of as many fresh draws of the truth, or of the training points where the truth is unknown
    distance    to the training points
    fresh       the same for the fresh draws; None where the truth is unknown
    """

    n: int
    summary: RunSummary | None
    alive: np.ndarray | None
    coverage: Coverage
    distance: TrainingDistance
    fresh: TrainingDistance | None


def measure_score(
    result: Result,
    denoiser: Denoiser,
    *,
    steps: int = ERROR_STEPS,
    n: int | None = None,
    seed: int | None = None,
) -> Generator[float, None, ScoreErrors]:
    """The errors of a denoiser's score at so many of the informative steps, evenly in log-SNR.

    n           samples of the noisy data where they are drawn, as score_errors takes them
    Yields the share done. Raises ValueError for a run of uploaded points, whose true score is unknown.
    """
    truth = result.truth()
    if truth is None:
        raise ValueError(f"{result.experiment.unknown_truth}, so there is no score to compare with.")
    schedule = result.experiment.schedule
    start = schedule.first_informative_step()
    visited = schedule.timesteps(min(steps, start + 1), start)
    generator = seeded(_seed(result, seed), "score error", trial_noise(result, seed).device)
    return (yield from score_errors(denoiser, truth, visited, generator, n=n))


def measure_samples(
    result: Result,
    denoiser: Denoiser,
    n: int,
    *,
    uploaded: PointSet | None = None,
    seed: int | None = None,
) -> Generator[float, None, SampleMeasures]:
    """The measures of n samples of a denoiser of a run: yields the share done.

    uploaded    the points of a run that was trained on a user's own
    Raises ValueError for a run of pictures, a number of samples out of bounds, and uploaded points that are
    not given.
    """
    experiment, mixture = result.experiment, result.experiment.mixture
    if experiment.pictures:
        raise ValueError("Coverage and distances are measured of points, not of pictures.")
    training = training_points(experiment, uploaded).numpy()
    drawing = sample(denoiser, n, experiment.sampler, trial_noise(result, seed))
    samples = (yield from rescaled(drawing, 0.0, 0.9)).cpu().numpy()
    distance = training_distance(samples, training)
    if mixture is None:
        return SampleMeasures(n, None, None, density_and_coverage(training, samples), distance, None)
    summary = summarize(Measurement(None, samples, _beyond(mixture, samples), n), mixture)
    fresh = mixture.sample(n, seeded(_seed(result, seed), "fresh")).numpy()
    return SampleMeasures(
        n,
        summary,
        modes_alive(np.array(summary.mode_shares), mixture),
        density_and_coverage(fresh, samples),
        distance,
        training_distance(fresh, training),
    )


def _beyond(mixture: GaussianMixture, samples: np.ndarray) -> dict[int, float]:
    distance = mixture.distance_to_support(torch.from_numpy(samples))
    return {k: float((~(distance <= k)).double().mean()) for k in THRESHOLDS}


def _seed(result: Result, seed: int | None) -> int:
    return result.experiment.seed if seed is None else seed
