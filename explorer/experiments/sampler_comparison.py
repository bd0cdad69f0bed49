"""Samplers of a run at equal noise: how often each hallucinates, what it costs, and on which samples they
disagree."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from explorer.compute.progress import rescaled
from explorer.data.distribution import KnownDistribution
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import picture_distribution
from explorer.detection.statistics.paired_difference import PairedDifference
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampling import (
    SamplingRun,
    Step,
    check_count,
    initial_noise,
    paired_reverse_process,
    steps_between_yields,
)
from explorer.diffusion.solvers import evaluated_steps, solver_steps
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.measurement import THRESHOLDS, Measurement, count_kinds, density_span
from explorer.experiments.run import Result
from explorer.experiments.summary import RunSummary, summarize
from explorer.experiments.trials import (
    DEFAULT_SWITCH,
    SAMPLERS,
    known_truth,
    sampler,
    trial_chunk,
    trial_noise,
)

Who = Literal["model", "truth"]


@dataclass(frozen=True)
class AskedSampler:
    """A sampler that is compared: who predicts the noise, its name, and how many steps it visits; by default
    as many as the run's own."""

    who: Who
    sampler: str
    steps: int | None = None


DEFAULT: tuple[AskedSampler, ...] = (
    *(AskedSampler("model", name) for name in SAMPLERS),
    *(AskedSampler("truth", name) for name in ("DDPM", "DDIM")),
)


@dataclass(frozen=True, eq=False)
class SamplerComparison:
    """What a sampler makes of the noise that all of a comparison start from.

    summary         of its n samples
    difference      of its share of hallucinations from the first sampler's, sample by sample; None of the
                    first
    exact           share beyond each of THRESHOLDS by the exact density, in 1-D; None elsewhere
    exact_error     its numerical error
    network_calls   for one sample; of the true score, too
    seconds         that its samples took; tables of a network are made before
    """

    asked: AskedSampler
    summary: RunSummary
    difference: PairedDifference | None
    exact: dict[int, float] | None
    exact_error: dict[int, float] | None
    network_calls: int
    seconds: float

    @property
    def rates(self) -> dict[int, Rate]:
        """The counted share beyond each of THRESHOLDS, of pictures the share that cannot exist under 0."""
        counted = self.summary.beyond_counts or {0: 0.0}
        found = {k: self.summary.rate(k) for k in counted}
        return {k: rate for k, rate in found.items() if rate is not None}


def compare_samplers(
    result: Result,
    n: int,
    switch: int = DEFAULT_SWITCH,
    *,
    asked: Sequence[AskedSampler] = DEFAULT,
    k: float = 5.0,
    reported: bool = False,
    seed: int | None = None,
) -> Generator[float, None, list[SamplerComparison]]:
    """The samplers on the same n samples: all start from the same noise, and those that visit the same steps
    add the same noise at each.

    switch      the step from which late noise is added
    k           sigma beyond which points differ in being hallucinated
    reported    exact shares with the accuracy of a number that is quoted

    The first sampler's samples are those of `trial`. Yields the share done. Raises ValueError for a run of
    uploaded points, no sampler, a number of samples out of bounds, and samplers that do not fit the schedule.
    """
    known, experiment = known_truth(result).distribution, result.experiment
    if not asked:
        raise ValueError("There is no sampler to compare.")
    check_count(n)
    runs = [_run(result, one, switch) for one in asked]
    exactly = result.dimensions == 1
    yield from _fill_tables(runs, result.device)
    walked = yield from _walk_all(result, runs, n, seed, 0.8 if exactly else 1.0)
    found: list[SamplerComparison] = []
    first: np.ndarray | None = None
    for number, (one, run, (samples, seconds)) in enumerate(zip(asked, runs, walked, strict=True), 1):
        summary, flags = _summary(known, experiment.pictures, samples, k)
        difference = None if first is None else PairedDifference.of(first, flags)
        first = flags if first is None else first
        exact, error = None, None
        if exactly:
            start, end = (0.8 + 0.2 * place / len(runs) for place in (number - 1, number))
            exact, error = yield from rescaled(_exact(result, run, reported), start, end)
        calls = run.spec.calls(experiment.schedule)
        found.append(SamplerComparison(one, summary, difference, exact, error, calls, seconds))
    return found


def _run(result: Result, asked: AskedSampler, switch: int) -> SamplingRun:
    spec = sampler(result.experiment, asked.sampler, switch)
    if asked.steps is not None:
        spec = dataclasses.replace(spec, steps=asked.steps)
    denoiser: Denoiser = known_truth(result) if asked.who == "truth" else result.sampled
    spec.timesteps(result.experiment.schedule)  # refuses more steps than there are
    return SamplingRun(denoiser, spec)


def _fill_tables(runs: Sequence[SamplingRun], device: torch.device) -> Iterator[float]:
    """Make the tables that the runs will read, so that none of them is timed for it."""
    for run in runs:
        if isinstance(run.denoiser, TabulatedDenoiser):
            for t in evaluated_steps(run.denoiser.schedule, run.spec):
                run.denoiser.fill(t, device)
                yield 0.0


def _walk_all(
    result: Result, runs: Sequence[SamplingRun], n: int, seed: int | None, end: float
) -> Generator[float, None, list[tuple[np.ndarray, float]]]:
    """Samples of every run, or the kinds of its pictures, and the seconds that it took.

    One run after the other, so that each can be timed, chunk by chunk: for each the generator goes back to
    the noise of the chunk.
    """
    pictures = result.experiment.pictures
    generator, chunk = trial_noise(result, seed), trial_chunk(result)
    plans = [solver_steps(run.denoiser.schedule, run.spec) for run in runs]
    noisy: dict[tuple[int, ...], set[int]] = {}  # by the steps visited: those at which any run adds noise
    for plan in plans:
        noisy.setdefault(tuple(move.t for move in plan), set()).update(m.t for m in plan if m.adds_noise)
    parts: list[list[np.ndarray]] = [[] for _ in runs]
    seconds = [0.0] * len(runs)
    total, done = n * sum(len(plan) for plan in plans), 0
    for start in range(0, n, chunk):
        size = min(chunk, n - start)
        before, after = generator.get_state(), None
        often = steps_between_yields(size, tuple(runs[0].denoiser.shape))
        for place, (run, plan) in enumerate(zip(runs, plans, strict=True)):
            generator.set_state(before)
            shared = noisy[tuple(move.t for move in plan)]
            begun = time.perf_counter()
            noise = _noise(size, run, [t for t in (m.t for m in plan) if t in shared], generator)
            samples = torch.empty(0)
            for number, step in enumerate(_walk(run, next(noise), noise), 1):
                done, samples = done + size, step.x0_hat
                if number % often == 0:
                    seconds[place] += time.perf_counter() - begun
                    yield end * done / total
                    begun = time.perf_counter()
            made = picture_distribution(pictures).kinds(samples) if pictures else samples
            parts[place].append(made.cpu().numpy())
            seconds[place] += time.perf_counter() - begun
            if after is None:
                for _ in noise:  # what a run alone does not use, another of its steps would
                    pass
                after = generator.get_state()
        assert after is not None  # there is a run
        generator.set_state(after)
    return [(np.concatenate(part), spent) for part, spent in zip(parts, seconds, strict=True)]


def _noise(
    size: int, run: SamplingRun, shared: Sequence[int], generator: torch.Generator
) -> Iterator[torch.Tensor]:
    """Where a run starts, and the noise that it adds; what is drawn for others at the same steps is passed
    over."""
    shape = tuple(run.denoiser.shape)
    own = {move.t for move in solver_steps(run.denoiser.schedule, run.spec) if move.adds_noise}
    yield initial_noise(size, shape, generator)
    for t in shared:
        drawn = initial_noise(size, shape, generator)
        if t in own:
            yield drawn


def _walk(run: SamplingRun, x_T: torch.Tensor, noise: Iterator[torch.Tensor]) -> Iterator[Step]:
    for (step,) in paired_reverse_process([run], x_T, lambda: next(noise)):
        yield step


def _summary(
    known: KnownDistribution, pictures: str, samples: np.ndarray, k: float
) -> tuple[RunSummary, np.ndarray]:
    """The summary of samples (n, D), or of the kinds (n,) of pictures, and which are hallucinated, (n,)
    bool."""
    n = len(samples)
    if pictures:
        kinds = torch.from_numpy(samples)
        return summarize(Measurement(None, None, None, n, count_kinds(pictures, kinds)), None), samples > 0
    assert isinstance(known, GaussianMixture)
    distance = known.distance_to_support(torch.from_numpy(samples)).numpy()
    beyond = {threshold: float((~(distance <= threshold)).mean()) for threshold in THRESHOLDS}
    return summarize(Measurement(None, samples, beyond, n), known), ~(distance <= k)


def _exact(
    result: Result, run: SamplingRun, reported: bool
) -> Generator[float, None, tuple[dict[int, float], dict[int, float]]]:
    """The exact shares beyond each of THRESHOLDS, and their numerical errors."""
    mixture = result.experiment.mixture
    assert mixture is not None
    denoiser = run.denoiser
    if reported and isinstance(denoiser, TabulatedDenoiser):
        denoiser = denoiser.denoiser
    work = exact_rates(
        denoiser,
        run.spec,
        mixture,
        THRESHOLDS,
        span=density_span(result.experiment),
        reported=reported,
        device=result.device,
    )
    found = yield from work
    return found.beyond, found.error
