"""What a denoiser of an experiment produces: its exact density, samples and their rate, or pictures and
their kinds."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from explorer.compute.progress import map_progress, rescaled
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.pictures import hallucinated_kinds, kind_names, learned_pictures, picture_distribution
from explorer.detection.paired_trajectories import Strips, follow
from explorer.detection.statistics.rates import Rate
from explorer.detection.trial import Trial, run_trial
from explorer.diffusion.denoiser import Denoiser, TrueDenoiser
from explorer.diffusion.exact_density.density import Density
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.sampling import SamplingRun, sample
from explorer.experiments.experiment import Experiment

THRESHOLDS = (4, 5, 6, 8)
LIVE_SAMPLES = 2_000
REPORTED_SAMPLES = 20_000
LIVE_PICTURES = 64
REPORTED_PICTURES = 1_024
UNKNOWN_SIGMA = 0.05  # what the density of uploaded numbers shows: nobody knows how narrow they are
STRIPS = 24  # pictures of which the way is kept, unless there were too few of its steps
FEWEST_FRAMES = 10  # steps of a way, below which it is kept of half as many pictures
STRIP_FRAMES, STRIP_PIXELS = 32, 1_500_000  # at most: steps of a way, and levels of one sampling run


class Counted(Protocol):
    """n samples with their shares beyond k sigma or, of pictures, how many are of each kind."""

    @property
    def n(self) -> int | None: ...
    @property
    def beyond(self) -> dict[int, float] | None: ...
    @property
    def kinds(self) -> dict[str, int] | None: ...
    @property
    def error(self) -> dict[int, float] | None: ...


class CountedRate:
    """The rate of hallucinations of what is counted."""

    def rate(self: Counted, k: int) -> Rate | None:
        """The counted share beyond k sigma with its interval, of pictures the share that cannot exist at any
        k; None where it is exact or unknown."""
        if self.n is None:
            return None
        if self.beyond is not None:
            return Rate(round(self.beyond[k] * self.n), self.n)
        return None if self.kinds is None else Rate(self.n - next(iter(self.kinds.values())), self.n)

    def numerical_error(self: Counted, k: int) -> float | None:
        """Of an exact share beyond k sigma; None where it is counted, or where its error was not stored."""
        return None if self.error is None else self.error[k]


@dataclass(frozen=True)
class Measurement(CountedRate):
    """What a model produces: in 1-D its exact density, otherwise samples.

    beyond      share farther than k sigma from every mode, for each k of THRESHOLDS; None for pictures, and
                where the truth is unknown
    n           how many samples the shares were counted on; None means that they are exact
    error       numerical error of exact shares, by k; None where they are counted, and in runs stored before
                errors were
    kinds       of pictures: how many of the n are of each kind, by name; None of a user's own, which no rule
                judges
    trial       of pictures that are reported: the same samples, and their variance over every window of steps
    strips      the way of a few of these pictures, by the denoiser and, with the same noise, by the truth, or
                by what stands in for it: the perfect denoiser of the finite set that is known
    """

    density: Density | None
    samples: np.ndarray | None
    beyond: dict[int, float] | None
    n: int | None
    kinds: dict[str, int] | None = None
    trial: Trial | None = None
    strips: Strips | None = None
    error: dict[int, float] | None = None


def measure(
    experiment: Experiment,
    denoiser: Denoiser,
    *,
    reported: bool = True,
    n: int | None = None,
    device: torch.device | str = "cpu",
) -> Generator[float, None, Measurement]:
    """What a denoiser of the experiment produces with its sampler: yields the share done, returns the
    Measurement.

    reported    with the full accuracy of a number that is quoted, or quickly for a picture that changes at
                once
    n           how many points are counted, or how many pictures by their kinds alone; the default number
                unless another is given, and without a meaning in 1-D
    device      where the denoiser computes
    """
    mixture = experiment.mixture
    if tuple(denoiser.shape) == (1,):
        spec, span = experiment.sampler, density_span(experiment)
        if mixture is None:
            alone = GaussianMixture(((0.0,),), (UNKNOWN_SIGMA,))
            unknown = exact_rates(denoiser, spec, alone, (), span=span, reported=False, device=device)
            return Measurement((yield from unknown).density, None, None, None)
        found = yield from exact_rates(
            denoiser, spec, mixture, THRESHOLDS, span=span, reported=reported, device=device
        )
        return Measurement(found.density, None, found.beyond, None, error=found.error)
    if experiment.pictures:
        if reported and n is None:
            return (yield from _reported_pictures(experiment, denoiser, device))
        return (yield from _pictures(experiment, denoiser, LIVE_PICTURES if n is None else n, device))
    generator = seeded(experiment.seed, "sampling", device)
    if n is None:
        n = REPORTED_SAMPLES if reported else LIVE_SAMPLES
    samples = yield from sample(denoiser, n, experiment.sampler, generator)
    beyond = None
    if mixture is not None:
        distance = mixture.distance_to_support(samples)
        beyond = {k: int((~(distance <= k)).sum()) / n for k in THRESHOLDS}
    return Measurement(None, samples.cpu().numpy(), beyond, n)


def check_measured(shape: tuple[int, ...], spec: SamplerSpec) -> None:
    """Raise ValueError for a sampler of samples of a shape that `measure` could not measure."""
    if shape == (1,) and not spec.is_single_evaluation and spec.is_stochastic:
        raise ValueError(
            f"A run in one dimension is measured exactly, and {spec.name} adds noise between its "
            "predictions: take it without churn, or another sampler."
        )


def _pictures(
    experiment: Experiment, denoiser: Denoiser, n: int, device: torch.device | str
) -> Generator[float, None, Measurement]:
    """n pictures, counted by kind."""
    generator = seeded(experiment.seed, "sampling", device)
    pictures = yield from sample(denoiser, n, experiment.sampler, generator)
    kinds = None
    if experiment.distribution is not None:
        found = picture_distribution(experiment.pictures).kinds(pictures)
        kinds = count_kinds(experiment.pictures, found)
    return Measurement(None, pictures.cpu().numpy(), None, n, kinds)


def _reported_pictures(
    experiment: Experiment, denoiser: Denoiser, device: torch.device | str
) -> Generator[float, None, Measurement]:
    """Pictures that are reported, with their trial and the way of a few."""
    known, spec = learned_pictures(experiment.pictures), experiment.sampler
    generator = seeded(experiment.seed, "sampling", device)
    n = REPORTED_PICTURES
    drawing = run_trial(denoiser, known, n, spec, generator)
    trial = yield from map_progress(drawing, lambda update: 0.9 * update.share)
    followed = followed_count(trial.samples[0].size)
    rows, counted = list(range(min(followed, n))), None
    if experiment.distribution is not None:
        kinds = picture_distribution(experiment.pictures).kinds(torch.from_numpy(trial.samples))
        counted, order = count_kinds(experiment.pictures, kinds), hallucinated_kinds(experiment.pictures)
        rows = gallery_rows(kinds.numpy(), order, min(followed, n)).tolist()
    visited = spec.timesteps(experiment.schedule)
    count = min(STRIP_FRAMES, len(visited), STRIP_PIXELS // (followed * trial.samples[0].size))
    runs = [SamplingRun(denoiser, spec), SamplingRun(TrueDenoiser(known, experiment.schedule), spec)]
    following = follow(
        runs,
        rows,
        n,
        seeded(experiment.seed, "sampling", device),
        shown=[visited[round(i)] for i in np.linspace(0, len(visited) - 1, count)],
    )
    ways = yield from rescaled(following, 0.9, 1.0)
    strips = Strips(ways.rows, ways.steps, np.clip(ways.x0_hat, -1, 1))
    return Measurement(None, trial.samples, None, n, counted, trial, strips)


def followed_count(levels: int) -> int:
    """Of how many pictures the way is kept, by the levels of a picture: pixels, times its channels."""
    return STRIPS if STRIP_PIXELS // (STRIPS * levels) >= FEWEST_FRAMES else STRIPS // 2


def count_kinds(pictures: str, kinds: Tensor) -> dict[str, int]:
    """How many pictures are of each kind, by name."""
    names = kind_names(pictures)
    found = torch.bincount(kinds, minlength=len(names)).tolist()
    return dict(zip(names, found, strict=True))


def gallery_rows(kinds: np.ndarray, order: tuple[int, ...], n: int) -> np.ndarray:
    """n of the rows: half of them hallucinated, one of each kind in turn, and valid ones; of either what
    there is.

    order   the hallucinated kinds, the most telling first
    """
    turn = np.full(len(kinds), len(kinds) * len(order))  # the first of each kind, the second of each, ...
    for place, kind in enumerate(order):
        rows = np.flatnonzero(kinds == kind)
        turn[rows] = np.arange(len(rows)) * len(order) + place
    wrong, valid = np.flatnonzero(kinds > 0), np.flatnonzero(kinds == 0)
    wrong = wrong[np.argsort(turn[wrong], kind="stable")]
    half = min(len(wrong), max(n // 2, n - len(valid)))
    return np.sort(np.concatenate([wrong[:half], valid[: n - half]]))


def density_span(experiment: Experiment) -> float:
    """Half the interval on which a 1-D density is computed: the standard normal and all modes, with room."""
    mixture = experiment.mixture
    reach = (
        6.0
        if mixture is None
        else max(abs(m) + 8 * s for (m,), s in zip(mixture.means, mixture.sigmas, strict=True))
    )
    return max(7.0, reach + 1)
