"""The samplers and cures that are compared over the dimension, and what each makes of a denoiser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampling import SamplerSpec, SamplingRun
from explorer.diffusion.schedule import NoiseSchedule
from explorer.dimension.spec import SAMPLER_STEPS
from explorer.remedies.critical_steps import gap_step
from explorer.remedies.guidance import GuidedDenoiser
from explorer.remedies.sharpening import SharpenedDenoiser

SHARPENING = 0.2  # its dial
GUIDANCE = 1.0


@dataclass(frozen=True)
class Method:
    """A sampler, or a cure on DDIM: its name for people, and what it makes of a denoiser.

    cure    whether it is one; a sampler is drawn by the true score, too, and Hal judges its samples
    """

    title: str
    cure: bool
    run: Callable[[Denoiser, GaussianMixture], SamplingRun]


def splitting_step(mixture: GaussianMixture, schedule: NoiseSchedule) -> int:
    """The noisiest step at which the marginal of two nearest modes along their axis has two peaks. Since
    their weights depend on that one coordinate alone, it is the same in every dimension."""
    found = gap_step(mixture, schedule, kappa=1 / mixture.dimensions)
    assert found is not None  # of layouts, whose gap is 30 sigma at least
    return found


def _sampler(eta: float, below: int | None = None) -> SamplerSpec:
    return SamplerSpec(eta=eta, steps=SAMPLER_STEPS, stochastic_below=below)


def _ddpm(denoiser: Denoiser, mixture: GaussianMixture) -> SamplingRun:
    return SamplingRun(denoiser, _sampler(1.0))


def _ddim(denoiser: Denoiser, mixture: GaussianMixture) -> SamplingRun:
    return SamplingRun(denoiser, _sampler(0.0))


def _guided(denoiser: Denoiser, mixture: GaussianMixture) -> SamplingRun:
    below = splitting_step(mixture, denoiser.schedule)
    return SamplingRun(GuidedDenoiser(denoiser, GUIDANCE, mixture, below=below), _sampler(0.0))


def _late(denoiser: Denoiser, mixture: GaussianMixture) -> SamplingRun:
    return SamplingRun(denoiser, _sampler(1.0, splitting_step(mixture, denoiser.schedule)))


def _sharpened(denoiser: Denoiser, mixture: GaussianMixture) -> SamplingRun:
    return SamplingRun(SharpenedDenoiser(denoiser, SHARPENING), _sampler(0.0))


METHODS: dict[str, Method] = {
    "ddpm": Method("DDPM", False, _ddpm),
    "ddim": Method("DDIM", False, _ddim),
    "guided": Method("late guidance", True, _guided),
    "late": Method("late noise", True, _late),
    "sharpened": Method("sharpening", True, _sharpened),
}
SAMPLERS = tuple(name for name, method in METHODS.items() if not method.cure)
CURES = tuple(name for name, method in METHODS.items() if method.cure)
