"""Memorise, then generalise: what networks draw that learned from few points, beside the denoiser that knows
these by heart and beside the truth.

A sample is one of three. *Hallucinated* lies beyond k sigma of every mode. *Memorised* is not, and repeats a
training point: it lies so near to one that its distance is less than `RATIO` times that to the second nearest
(see statistics/training_distance.py). *Generalised* is the rest. Where training points lie at random, a share
RATIO^D of fresh draws of the truth repeats one, too: fresh draws are counted beside.

How clean the cleanest step is decides what can be memorised at all: a sampler that stops at a noise wider
than the spacing of the points cannot tell them apart. Hence a geometric schedule, whose end is asked for.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from explorer.compute.device import choose_device
from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Rate, rate_values
from explorer.detection.statistics.training_distance import training_distance
from explorer.diffusion.denoiser import Denoiser, EmpiricalDenoiser, TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.experiments.experiment import MAX_SEED, Experiment
from explorer.experiments.run import Result, training_points
from explorer.experiments.stack import learn_stack

RATIO = 0.1  # of the distances to the nearest and to the second nearest training point
SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
SIZES_RANGE = (10, 10_000)
SEEDS_RANGE = (1, 10)
SAMPLES_RANGE = (100, 20_000)
NOISE_RANGE = (1e-4, 0.1)
SAMPLER_STEPS = 60
LEVELS = 12  # noise levels at which scores are compared
COMPARED = 1_000  # noisy points of each
MOST_NETWORKS = 60
BOUND = 5.0  # sigma


@dataclass(frozen=True)
class MemorisationSpec:
    """Networks of an experiment that differ only in how many points they learn from, and in their seed.

    experiment      of a mixture; its schedule and its sampler are replaced: see `members`
    sizes           numbers of training points, rising, 10 to 10,000
    seeds           networks of each size, with the experiment's seed, the next one, and so on
    n               samples that each denoiser draws
    smallest_noise  sigma = sqrt((1 - alpha_bar) / alpha_bar) of the cleanest step, 1e-4 to 0.1

    Raises ValueError for what does not fit.
    """

    experiment: Experiment
    sizes: tuple[int, ...] = SIZES
    seeds: int = 3
    n: int = 2_000
    smallest_noise: float = 3e-3

    def __post_init__(self) -> None:
        if self.experiment.mixture is None:
            raise ValueError("Only of a mixture it is known what a network should have generalised to.")
        low, high = SIZES_RANGE
        if not self.sizes or any(not low <= size <= high for size in self.sizes):
            raise ValueError(f"Numbers of training points lie in [{low}, {high:,}], not all of {self.sizes}.")
        if list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"Numbers of training points are named once each and rise, unlike {self.sizes}.")
        for name, value, (low, high) in (
            ("seeds", self.seeds, SEEDS_RANGE),
            ("samples", self.n, SAMPLES_RANGE),
            ("networks", self.seeds * len(self.sizes), (1, MOST_NETWORKS)),
        ):
            if not low <= value <= high:
                raise ValueError(f"The number of {name} {value:,} is outside [{low}, {high:,}].")
        if not NOISE_RANGE[0] <= self.smallest_noise <= NOISE_RANGE[1]:
            raise ValueError(
                f"The smallest noise {self.smallest_noise:g} is outside [{NOISE_RANGE[0]:g}, "
                f"{NOISE_RANGE[1]:g}]."
            )
        if self.experiment.seed + self.seeds - 1 > MAX_SEED:
            raise ValueError(f"The last seed is above {MAX_SEED}.")

    @property
    def members(self) -> tuple[Experiment, ...]:
        """The experiment of each network, seed by seed within a size."""
        variance = self.smallest_noise**2 / (1 + self.smallest_noise**2)
        common = self.experiment.replace(
            **{"schedule.kind": "geometric", "schedule.beta_first": variance},
            sampler=SamplerSpec(eta=0.0, steps=SAMPLER_STEPS),
        )
        return tuple(
            common.replace(points=size, seed=common.seed + place)
            for size in self.sizes
            for place in range(self.seeds)
        )


@dataclass(frozen=True)
class Shares:
    """Of n samples, how many are hallucinated, memorised and generalised; the three are all."""

    hallucinated: Rate
    memorised: Rate
    generalised: Rate

    @classmethod
    def of(cls, samples: np.ndarray, training: np.ndarray, mixture: GaussianMixture) -> Shares:
        """Of samples (n, D) that were drawn after training on (N, D)."""
        n = len(samples)
        wrong = mixture.is_hallucination(torch.from_numpy(samples), BOUND).numpy()
        repeated = training_distance(samples, training).ratio < RATIO
        counts = wrong.sum(), (repeated & ~wrong).sum(), (~repeated & ~wrong).sum()
        return cls(*(Rate(int(count), n) for count in counts))

    def to_json(self) -> dict[str, Any]:
        names = ("hallucinated", "memorised", "generalised")
        return {key: value for name in names for key, value in rate_values(name, getattr(self, name)).items()}


@dataclass(frozen=True, eq=False)
class ScorePosition:
    """Where a network's prediction lies between that of the truth and that of the empirical denoiser.

    sigma   of the noise levels, noisiest first, (L,)
    along   (L,) of the way from the truth (0) to the empirical denoiser (1): the projection of the network's
            deviation from the truth on theirs, over noisy draws of the truth
    aside   (L,) the rest of that deviation, over the root mean square distance of the two
    apart   (L,) that distance: mean over draws, in units of the noise
    """

    sigma: np.ndarray
    along: np.ndarray
    aside: np.ndarray
    apart: np.ndarray


@dataclass(frozen=True, eq=False)
class MemorisationRow:
    """One network: what it draws, what the empirical denoiser of its training points draws from the same
    noise, and fresh draws of the truth, as many; `exact`, on a line, its share beyond 5 sigma without
    sampling."""

    size: int
    seed: int
    network: Shares
    empirical: Shares
    fresh: Shares
    exact: float | None
    position: ScorePosition


def memorisation(
    spec: MemorisationSpec, *, device: torch.device | None = None
) -> Generator[float, None, tuple[MemorisationRow, ...]]:
    """Train the networks as one stack, and measure each: yields the share that is done, returns a row for
    each network, by size and seed."""
    members = spec.members
    if device is None:
        device = choose_device(members[0].network.kind, members=len(members)).device
    results: tuple[Result, ...] = ()
    for update in learn_stack(members, device=device):
        results = update.results or results
        yield 0.6 * update.share
    rows = []
    for place, result in enumerate(results):
        ends = 0.6 + 0.4 * place / len(results), 0.6 + 0.4 * (place + 1) / len(results)
        rows.append((yield from rescaled(_row(spec, result, device), *ends)))
    return tuple(rows)


def _row(
    spec: MemorisationSpec, result: Result, device: torch.device
) -> Generator[float, None, MemorisationRow]:
    experiment, mixture = result.experiment, result.experiment.mixture
    assert mixture is not None  # the spec has refused others
    training = training_points(experiment)
    truth = TrueDenoiser(mixture, experiment.schedule)
    empirical = EmpiricalDenoiser(training.to(device), experiment.schedule)
    network = result.denoiser(device=device)
    shares = []
    for start, denoiser in ((0.0, network), (0.4, empirical)):
        same_noise = seeded(experiment.seed, "sampling", device)
        drawing = sample(denoiser, spec.n, experiment.sampler, same_noise)
        drawn = yield from rescaled(drawing, start, start + 0.4)
        shares.append(Shares.of(drawn.cpu().numpy(), training.numpy(), mixture))
    fresh = mixture.sample(spec.n, seeded(experiment.seed, "fresh"))
    position = yield from rescaled(
        _position(network, empirical, truth, seeded(experiment.seed, "score position", device)), 0.8, 1.0
    )
    exact = result.final.measurement.beyond if mixture.dimensions == 1 else None
    return MemorisationRow(
        experiment.points,
        experiment.seed,
        shares[0],
        shares[1],
        Shares.of(fresh.numpy(), training.numpy(), mixture),
        None if exact is None else exact[round(BOUND)],
        position,
    )


def _position(
    network: Denoiser,
    empirical: EmpiricalDenoiser,
    truth: TrueDenoiser,
    generator: torch.Generator,
) -> Generator[float, None, ScorePosition]:
    schedule = truth.schedule
    steps = schedule.timesteps(LEVELS, schedule.first_informative_step())
    clean = truth.distribution.sample(COMPARED, generator)
    noise = torch.randn(clean.shape, generator=generator, device=clean.device)
    found = []
    for place, t in enumerate(steps):
        level = schedule.alpha_bar(t)
        x_t = level**0.5 * clean + (1 - level) ** 0.5 * noise
        learned, by_heart, true = (
            each.predict_noise(x_t, t).double() for each in (network, empirical, truth)
        )
        way, gone = by_heart - true, learned - true
        apart = float(way.square().sum(1).mean()) ** 0.5
        along = float((gone * way).sum() / way.square().sum().clamp(min=1e-30))
        aside = float((gone - along * way).square().sum(1).mean()) ** 0.5 / max(apart, 1e-15)
        found.append((((1 - level) / level) ** 0.5, along, aside, apart))
        yield (place + 1) / len(steps)
    return ScorePosition(*(np.array(column) for column in zip(*found, strict=True)))
