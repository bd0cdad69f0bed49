"""What one sampler makes of a run by the network and by the true score: densities on the line, elsewhere
samples from the same noise."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

import numpy as np

from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.density import Density, exact_density
from explorer.diffusion.exact_density.quantiles import carried_quantiles
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.experiments.measurement import THRESHOLDS, density_span
from explorer.experiments.run import Result
from explorer.experiments.trials import known_truth, trial_chunk

SAMPLES_SHOWN = 2_000
CELLS = 4_096


@dataclass(frozen=True, eq=False)
class SamplerOutput:
    """What a sampler makes by the network and by the true score: in 1-D densities, elsewhere samples (n,
    *shape)."""

    spec: SamplerSpec
    densities: tuple[Density, Density] | None
    samples: tuple[np.ndarray, np.ndarray] | None


def sampler_output(
    result: Result, spec: SamplerSpec, *, n: int = SAMPLES_SHOWN
) -> Generator[float, None, SamplerOutput]:
    """The densities, or n samples, of a sampler: yields the share done.

    Raises ValueError for a run whose truth is unknown, and for a number of samples out of bounds.
    """
    truth, mixture = known_truth(result), result.experiment.mixture
    both: tuple[Denoiser, Denoiser] = (result.sampled, truth)
    if result.dimensions == 1:
        assert mixture is not None  # its truth is known
        make = partial(_density, result, mixture, spec)
        first = yield from rescaled(make(both[0]), 0.0, 0.5)
        second = yield from rescaled(make(both[1]), 0.5, 1.0)
        return SamplerOutput(spec, (first, second), None)
    drawn = []
    for place, denoiser in enumerate(both):
        generator = seeded(result.experiment.seed, "sampling", result.device)
        work = sample(denoiser, n, spec, generator, chunk=trial_chunk(result))
        drawn.append((yield from rescaled(work, place / 2, (place + 1) / 2)).cpu().numpy())
    return SamplerOutput(spec, None, (drawn[0], drawn[1]))


def _density(
    result: Result, mixture: GaussianMixture, spec: SamplerSpec, denoiser: Denoiser
) -> Generator[float, None, Density]:
    span, device = density_span(result.experiment), result.device
    if spec.is_stochastic:
        sigma = min(mixture.sigmas)
        return (yield from exact_density(denoiser, spec, sigma=sigma, span=span, device=device))
    carried = yield from carried_quantiles(denoiser, spec, mixture, THRESHOLDS, device=device)
    return carried.density(span=span, cells=CELLS)
