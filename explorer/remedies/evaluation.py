"""A treatment evaluated: the rate that is left, what happens to the modes, and how often the network is
asked."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, WrappedDenoiser
from explorer.diffusion.exact_density.density import Density
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, initial_noise, reverse_process
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.measurement import Measurement, density_span, measure
from explorer.experiments.run import Result
from explorer.experiments.summary import RunSummary, share_distance, summarize
from explorer.remedies.treatment import Treatment, treated

FINE_TABLE = 4_096  # cells of the table that a rate is reported with
FOLLOWED = 2  # samples on whose way the calls of the network are counted


@dataclass(frozen=True, kw_only=True)
class RemedyResult(RunSummary):
    """What a treatment of a model, or a variant of its training, comes to: its summary, and what it costs.

    share_distance  total variation between the shares of the modes, made to add up to one, and the true
                    weights: 0 to 1; None for pictures, and where nothing lies within 5 sigma. Counted, it is
                    above 0 by chance alone: for 25 equal modes about 0.06 of 1,000 samples and 0.014 of
                    20,000
    distance        total variation between the density and the true one, in 1-D; None elsewhere
    network_calls   how often a sample asks the network, counted on the way; none with the true score
    seconds         that it took to evaluate a treatment, or to train a variant
    """

    share_distance: float | None
    distance: float | None
    network_calls: float
    seconds: float

    STORED: ClassVar[tuple[str, ...]] = (
        *("beyond", "error", "n", "mode_shares", "share_distance", "width", "distance", "kinds"),
        *("network_calls", "seconds"),
    )


@dataclass(frozen=True, eq=False)
class EvaluatedTreatment:
    """A treatment of a run, its result, and the density or the samples that the result is read from."""

    treatment: Treatment
    result: RemedyResult
    measurement: Measurement


class CountedDenoiser(WrappedDenoiser):
    """A denoiser that counts for how many samples it was asked."""

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__(denoiser)
        self.asked = 0

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        self.asked += len(x_t)
        return self.denoiser.predict_noise(x_t, t)


def evaluate_remedy(
    result: Result,
    treatment: Treatment,
    *,
    reported: bool = True,
    n: int | None = None,
    sampler: SamplerSpec | None = None,
) -> Generator[float, None, EvaluatedTreatment]:
    """What a treatment of a run does: yields the share done, returns the EvaluatedTreatment.

    reported    with the accuracy of a number that is quoted, in 1-D on a finer table and on finer cells;
                else within a second or two
    n           points or pictures that are drawn, the default number unless another is given; in 1-D none is
    sampler     that is treated; the default one unless another is given

    All treatments of a run are measured with the same noise. Raises ValueError for a treatment that does not
    fit the run's data.
    """
    work = evaluate_change(
        result,
        lambda denoiser: treated(result, treatment, sampler=sampler, denoiser=denoiser),
        reported=reported,
        n=n,
    )
    found, measured = yield from work
    return EvaluatedTreatment(treatment, found, measured)


def evaluate_change(
    result: Result, change: Callable[[Denoiser], SamplingRun], *, reported: bool = True, n: int | None = None
) -> Generator[float, None, tuple[RemedyResult, Measurement]]:
    """What any change of a run's sampling does: as `evaluate_remedy`, of the sampling run that `change` makes
    of the network as a denoiser."""
    started, experiment = time.perf_counter(), result.experiment
    device = result.device
    network = result.denoiser(device=device)
    base: Denoiser = network
    if result.dimensions == 1:
        fine = TabulatedDenoiser(network, span=density_span(experiment), cells=FINE_TABLE)
        base = fine if reported else result.sampled
    run = change(base)
    work = measure(experiment.replace(sampler=run.spec), run.denoiser, reported=reported, n=n, device=device)
    measured = yield from work
    calls = network_calls(network, change, device)
    seconds = time.perf_counter() - started
    return remedy_result(measured, experiment.mixture, calls, seconds), measured


def remedy_result(
    measured: Measurement, mixture: GaussianMixture | None, network_calls: float, seconds: float
) -> RemedyResult:
    """The result that was measured of a model of a mixture; of pictures, if it is None."""
    summary, density = summarize(measured, mixture), measured.density
    return RemedyResult(
        **dataclasses.asdict(summary),
        share_distance=None if mixture is None else share_distance(summary, mixture),
        distance=None if mixture is None or density is None else distance_to_truth(density, mixture),
        network_calls=network_calls,
        seconds=seconds,
    )


def distance_to_truth(density: Density, mixture: GaussianMixture) -> float:
    """Total variation between a density and the mixture's own: half the integral of |p - q|."""
    truth = mixture.log_density(torch.from_numpy(density.x)[:, None]).exp().numpy()
    return float(0.5 * np.abs(density.p - truth).sum() * density.cell)


def network_calls(
    network: Denoiser, change: Callable[[Denoiser], SamplingRun], device: torch.device
) -> float:
    """How often the network is asked for one sample, counted on the way of a few; what a remedy asks once,
    before its first step, is not counted."""
    counted = CountedDenoiser(network)
    run, generator = change(counted), seeded(0, "calls", device)
    x_T = initial_noise(FOLLOWED, run.denoiser.shape, generator)
    run.denoiser.predict_noise(x_T, run.spec.timesteps(run.denoiser.schedule)[0])
    counted.asked = 0
    for _ in reverse_process(run.denoiser, x_T, run.spec, generator):
        pass
    return counted.asked / FOLLOWED
