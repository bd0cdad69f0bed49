"""Trials of an experiment: its run sampled, followed, its samplers and its detectors compared; the same for
pages and command line."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence

import torch

from explorer.compute.progress import returning_last
from explorer.compute.seeds import seeded
from explorer.detection.detector_comparison import Scores, score_all
from explorer.detection.paired_trajectories import Followed, follow
from explorer.detection.scores.detector import Detector, Evidence
from explorer.detection.trial import Trial, TrialUpdate, run_trial
from explorer.diffusion.denoiser import Denoiser, TrueDenoiser
from explorer.diffusion.sampler_spec import skipped_steps
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, chunk_size
from explorer.diffusion.tables import TABLE_CELLS
from explorer.experiments.experiment import MAX_SEED, Experiment
from explorer.experiments.measurement import REPORTED_PICTURES
from explorer.experiments.run import Result
from explorer.experiments.stack import StackUpdate, learn_stack

SAMPLERS = ("DDPM", "DDIM", "late noise")
DEFAULT_SWITCH = 10
ENSEMBLE = 5
ENSEMBLE_RANGE = (2, 20)


def sampler(experiment: Experiment, name: str, switch: int = DEFAULT_SWITCH) -> SamplerSpec:
    """The experiment's sampler turned into DDPM, DDIM, or DDIM with noise from step `switch` down.

    Raises ValueError for another name, or a switch that is no step of the schedule.
    """
    if name not in SAMPLERS:
        raise ValueError(f"There is no sampler {name[:40]!r}; there are {', '.join(SAMPLERS)}.")
    if not 0 <= switch < experiment.schedule.steps:
        raise ValueError(f"The switch t = {switch} is outside [0, {experiment.schedule.steps - 1}].")
    late = switch if name == "late noise" else None
    return dataclasses.replace(
        experiment.sampler,
        eta=float(name != "DDIM"),
        stochastic_below=late,
        solver="first-order",
        churn=0.0,
    )


def default_count(experiment: Experiment) -> int:
    """How many samples a trial takes unless another number is asked for: seconds, for pictures minutes."""
    if experiment.pictures:
        return REPORTED_PICTURES
    return 100_000 if experiment.mixture is not None and experiment.mixture.dimensions == 1 else 20_000


def evaluation_method(result: Result, spec: SamplerSpec) -> str:
    """How the trials of a run compute its network, in words, and what steps they skip."""
    network = f"network tabulated on {TABLE_CELLS:,} cells" if result.dimensions == 1 else "network itself"
    empty = skipped_steps(result.experiment.schedule, spec)
    return network + (f", {empty:,} empty steps skipped" if empty else "")


def trial(
    result: Result, n: int, spec: SamplerSpec, *, seed: int | None = None
) -> Generator[TrialUpdate, None, Trial]:
    """n samples of a run, and what the detector knows of them; the seed of the noise is the run's own.

    Raises ValueError for a run of uploaded points, whose truth is unknown.
    """
    truth, generator = known_truth(result), trial_noise(result, seed)
    return run_trial(result.sampled, truth.distribution, n, spec, generator, chunk=trial_chunk(result))


def stored_trial(result: Result, n: int, spec: SamplerSpec, seed: int | None = None) -> Trial | None:
    """The trial that came with a run of pictures, if it is of so many and of that sampler and seed."""
    kept = result.final.measurement.trial
    same = seed in (None, result.experiment.seed) and spec == result.experiment.sampler
    return kept if kept is not None and kept.n == n and same else None


def follow_pairs(
    result: Result,
    rows: Sequence[int],
    n: int,
    spec: SamplerSpec,
    *,
    seed: int | None = None,
) -> Generator[float, None, Followed]:
    """The given samples of `trial`, followed through the model and, with the same noise, the truth."""
    runs = [SamplingRun(result.sampled, spec), SamplingRun(known_truth(result), spec)]
    return follow(runs, rows, n, trial_noise(result, seed), chunk=trial_chunk(result))


def known_truth(result: Result) -> TrueDenoiser:
    """The perfect denoiser of a run's data. Raises ValueError for a run of uploaded points,
    and of a user's own pictures."""
    truth = result.truth()
    if truth is None:
        raise ValueError(f"{result.experiment.unknown_truth}, so nothing can be called a hallucination.")
    return truth


def trial_noise(result: Result, seed: int | None) -> torch.Generator:
    """The noise of the trials of a run; the seed is the run's own unless another is given."""
    return seeded(result.experiment.seed if seed is None else seed, "sampling", result.device)


def trial_chunk(result: Result) -> int:
    """How many samples of a trial are drawn at once."""
    return chunk_size(result.device, result.sampled.shape, tabulated=result.dimensions == 1)


# ---- detectors on a trial, and the ensemble that one of them needs -----------------------------------------


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


def detector_scores(
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

    def noise_of(name: str) -> torch.Generator:
        return seeded(chosen, f"detector {name}", result.device)

    evidence = trial_evidence(result, drawn, spec, seed=seed, members=members)
    return (yield from score_all(detectors, evidence, noise_of))


def trial_evidence(
    result: Result,
    drawn: Trial,
    spec: SamplerSpec,
    *,
    seed: int | None = None,
    members: Sequence[Denoiser] = (),
) -> Evidence:
    """What detectors may look at of a trial of a run, which `trial` drew with that sampler and seed."""
    return Evidence(
        drawn, result.sampled, spec, lambda: trial_noise(result, seed), trial_chunk(result), members
    )
