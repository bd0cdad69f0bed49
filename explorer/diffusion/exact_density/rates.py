"""Exact rates of hallucination, each with its own numerical error."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import torch

from explorer.compute.progress import rescaled
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, LearnedDenoiser
from explorer.diffusion.exact_density.density import Density, exact_densities, exact_density
from explorer.diffusion.exact_density.quantiles import CarriedQuantiles, carried_quantiles
from explorer.diffusion.exact_density.transport import MOST_CELLS
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

RESOLUTION, FINEST_RESOLUTION = 4.0, 32.0  # with which a rate is told at first, and at last
TOLERANCE = 0.01  # of a rate that is reported: above it the cells are halved
NO_RATE = 1e-10  # an error that is below it is none to be mended
LIVE_QUANTILES, REPORTED_QUANTILES = 2_001, 10_001
CELLS_OF_QUANTILES = 16  # of a density that is made of them, in the smallest sigma


@dataclass(frozen=True)
class ExactRates:
    """What a sampler produces in 1-D.

    density     on the finest cells that were taken
    beyond      mass farther than k sigma from every mode, by k
    error       what the rate is uncertain by, by k: how far it lies from that of half as many cells; where
                quantiles were carried, what of it was left undecided
    """

    density: Density
    beyond: dict[int, float]
    error: dict[int, float]


def exact_rates(
    denoiser: Denoiser,
    spec: SamplerSpec,
    mixture: GaussianMixture,
    thresholds: Sequence[int],
    *,
    span: float,
    reported: bool = True,
    device: torch.device | str = "cpu",
) -> Generator[float, None, ExactRates]:
    """Density and rates of the sampler's output, with the errors of the rates: yields the share done.

    A solver with more than one prediction in a step has no density on cells: quantiles are carried instead.

    reported    whether cells are halved again until every error is below 1 % of its rate, or as small as
                1e-10; of quantiles whether there are many

    Raises ValueError for such a solver that adds noise.
    """
    if not spec.is_single_evaluation:
        return (
            yield from _rates_of_quantiles(
                denoiser, spec, mixture, thresholds, span=span, reported=reported, device=device
            )
        )

    def densities(resolution: float) -> Generator[float, None, list[Density]]:
        sigma = min(mixture.sigmas)
        return [
            (
                yield from exact_density(
                    denoiser, spec, sigma=sigma, span=span, resolution=resolution, device=device
                )
            )
        ]

    (rates,) = yield from _refined(densities, [mixture], thresholds, reported)
    return rates


def exact_rates_of_stack(
    network: NoiseNetwork,
    schedule: NoiseSchedule,
    spec: SamplerSpec,
    mixtures: Sequence[GaussianMixture],
    thresholds: Sequence[int],
    *,
    spans: Sequence[float],
) -> Generator[float, None, list[ExactRates]]:
    """As exact_rates, reported, of all M members of a stack at once; mixtures and spans (M)."""
    if not spec.is_single_evaluation:
        found = []
        for member, (mixture, span) in enumerate(zip(mixtures, spans, strict=True)):
            one = _rates_of_quantiles(
                LearnedDenoiser(network, schedule, member), spec, mixture, thresholds, span=span
            )
            found.append((yield from rescaled(one, member / len(mixtures), (member + 1) / len(mixtures))))
        return found
    sigmas = [min(mixture.sigmas) for mixture in mixtures]

    def densities(resolution: float) -> Generator[float, None, list[Density]]:
        return exact_densities(network, schedule, spec, sigmas=sigmas, spans=spans, resolution=resolution)

    return (yield from _refined(densities, mixtures, thresholds, True))


def _rates_of_quantiles(
    denoiser: Denoiser,
    spec: SamplerSpec,
    mixture: GaussianMixture,
    thresholds: Sequence[int],
    *,
    span: float,
    reported: bool = True,
    device: torch.device | str = "cpu",
) -> Generator[float, None, ExactRates]:
    quantiles = REPORTED_QUANTILES if reported else LIVE_QUANTILES
    carried: CarriedQuantiles = yield from carried_quantiles(
        denoiser, spec, mixture, thresholds, quantiles=quantiles, device=device
    )
    cells = min(round(2 * span / min(mixture.sigmas) * CELLS_OF_QUANTILES), MOST_CELLS)
    return ExactRates(
        carried.density(span=span, cells=cells),
        {k: carried.mass_beyond(mixture, k) for k in thresholds},
        {k: carried.error_beyond(mixture, k) for k in thresholds},
    )


def _refined(
    densities: Callable[[float], Generator[float, None, list[Density]]],
    mixtures: Sequence[GaussianMixture],
    thresholds: Sequence[int],
    reported: bool,
) -> Generator[float, None, list[ExactRates]]:
    """The rates on cells that are halved once, to know the errors, and until these are small if the rates
    are reported."""
    resolution = RESOLUTION / 2
    done, size = 0.0, 0.2  # shares of the work: of what is known to come 1/5 and 2/5, then half of the rest
    coarse = yield from rescaled(densities(resolution), done, size)
    done, size = size, 0.4
    while True:
        resolution *= 2
        fine = yield from rescaled(densities(resolution), done, done + size)
        found = [_compared(*pair, thresholds) for pair in zip(fine, coarse, mixtures, strict=True)]
        if not reported or resolution >= FINEST_RESOLUTION or all(map(_settled, found)):
            yield 1.0
            return found
        coarse, done = fine, done + size
        size = (1 - done) / 2


def _compared(
    fine: Density, coarse: Density, mixture: GaussianMixture, thresholds: Sequence[int]
) -> ExactRates:
    beyond, less = ({k: one.mass_beyond(mixture, k) for k in thresholds} for one in (fine, coarse))
    return ExactRates(fine, beyond, {k: abs(beyond[k] - less[k]) for k in thresholds})


def _settled(rates: ExactRates) -> bool:
    return all(rates.error[k] <= TOLERANCE * rate + NO_RATE for k, rate in rates.beyond.items())
