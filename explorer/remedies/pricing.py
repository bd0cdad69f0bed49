"""A treatment measured: the rate that is left, what happens to the modes, and how often the network is
asked."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass

from torch import Tensor

from explorer.compute.device import pick_device
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.density import REPORTED_CELLS
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, initial_noise, reverse_process
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.experiments.measurement import Measurement, density_span, measure
from explorer.experiments.run import Result
from explorer.remedies.price import Price, price
from explorer.remedies.treatment import Treatment, treated
from explorer.remedies.wrapped import Around

FOLLOWED = 2  # samples on whose way the calls of the network are counted


@dataclass(frozen=True, eq=False)
class Treated:
    """A treatment of a run, its price, and the density or the samples that the price is read from."""

    treatment: Treatment
    price: Price
    measurement: Measurement


class CountedDenoiser(Around):
    """A denoiser that counts for how many samples it was asked."""

    def __init__(self, denoiser: Denoiser) -> None:
        super().__init__(denoiser)
        self.asked = 0

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        self.asked += len(x_t)
        return self.denoiser.predict_noise(x_t, t)


def priced(
    result: Result,
    treatment: Treatment,
    *,
    reported: bool = True,
    n: int | None = None,
    sampler: SamplerSpec | None = None,
) -> Generator[float, None, Treated]:
    """What a treatment of a run does: yields the share done, returns the Treated.

    reported    with the accuracy of a number that is quoted, in 1-D on a table and cells four times as fine;
                else within a second or two
    n           points or pictures that are drawn, the usual number unless another is given; in 1-D none is
    sampler     that is treated; the usual one unless another is given

    All treatments of a run are measured with the same noise. Raises ValueError for a treatment that does not
    fit the run's data.
    """
    started, experiment, device = time.perf_counter(), result.experiment, pick_device()
    network = result.denoiser(device=device)
    base: Denoiser = network
    if result.dimensions == 1:
        fine = TabulatedDenoiser(network, span=density_span(experiment), cells=REPORTED_CELLS)
        base = fine if reported else result.sampled
    lane = treated(result, treatment, sampler=sampler, denoiser=base)
    work = measure(
        experiment.replace(sampler=lane.spec), lane.denoiser, reported=reported, n=n, device=device
    )
    measured = yield from work
    counted = CountedDenoiser(network)
    calls = _calls(treated(result, treatment, sampler=sampler, denoiser=counted), counted)
    found = price(measured, experiment.mixture, calls, time.perf_counter() - started)
    return Treated(treatment, found, measured)


def _calls(lane: SamplingRun, counted: CountedDenoiser) -> float:
    """How often the network is asked for one sample, counted on the way of a few."""
    generator = seeded(0, "calls", pick_device())
    for _ in reverse_process(
        lane.denoiser, initial_noise(FOLLOWED, lane.denoiser.shape, generator), lane.spec, generator
    ):
        pass
    return counted.asked / FOLLOWED
