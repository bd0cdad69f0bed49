"""One interface for the truth, for a network and for a remedy: what predicts the noise is a denoiser."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from explorer.data.distribution import KnownDistribution
from explorer.data.empirical import empirical_noise
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.schedule import NoiseSchedule


class Denoiser(Protocol):
    """Predicts the noise in x_t. Every sampler, detector and figure takes one, whichever it is."""

    @property
    def schedule(self) -> NoiseSchedule: ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one sample."""
        ...

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        """The noise in x_t at step t: (n, *shape) -> (n, *shape)."""
        ...


class WrappedDenoiser:
    """What denoisers with another inside share: they have its schedule and its shape."""

    def __init__(self, denoiser: Denoiser) -> None:
        self.denoiser = denoiser

    @property
    def schedule(self) -> NoiseSchedule:
        return self.denoiser.schedule

    @property
    def shape(self) -> tuple[int, ...]:
        return self.denoiser.shape


def variance_fraction(denoiser: Denoiser, x_t: Tensor, t: int) -> Tensor | None:
    """Where the log variance of a reverse step at x_t lies, (n, *shape) -> (n, *shape): 0 is the posterior's,
    1 that of beta_t. None of a denoiser that says nothing of it.

    It is that of the network inside: what is laid around it changes the noise alone.
    """
    inner = denoiser
    while not isinstance(inner, LearnedDenoiser):
        if not hasattr(inner, "denoiser"):
            return None
        inner = inner.denoiser
    return inner.variance_fraction(x_t, t)


def predict_x0(denoiser: Denoiser, x_t: Tensor, t: int) -> Tensor:
    """x0_hat = (x_t - sqrt(1 - alpha_bar) noise) / sqrt(alpha_bar), unclipped.

    At steps of pure noise the division magnifies every error of the prediction (up to e^54 under the authors'
    schedule): clip it for pictures and keep it out of statistics.
    """
    return x0_from_noise(x_t, denoiser.predict_noise(x_t, t), denoiser.schedule.alpha_bar(t))


def predict_score(denoiser: Denoiser, x_t: Tensor, t: int) -> Tensor:
    """The score grad log p_t(x_t) = -noise / sqrt(1 - alpha_bar)."""
    return denoiser.predict_noise(x_t, t) / -((1 - denoiser.schedule.alpha_bar(t)) ** 0.5)


def x0_from_noise(x_t: Tensor, noise: Tensor, alpha_bar: float) -> Tensor:
    """The x0 that x_t = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) noise implies."""
    return (x_t - (1 - alpha_bar) ** 0.5 * noise) * alpha_bar**-0.5


class TrueDenoiser:
    """The noise that a perfect network would predict: E[noise | x_t] of a known distribution."""

    def __init__(self, distribution: KnownDistribution, schedule: NoiseSchedule) -> None:
        self.distribution, self.schedule = distribution, schedule

    @property
    def shape(self) -> tuple[int, ...]:
        return self.distribution.shape

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        return self.distribution.expected_noise(x_t, self.schedule.alpha_bar(t))


class EmpiricalDenoiser:
    """The noise that a network would predict that knows its training points by heart: E[noise | x_t] of the
    points themselves, each as likely (data/empirical.py).

    members     (m, *shape)
    """

    def __init__(self, members: Tensor, schedule: NoiseSchedule) -> None:
        if len(members) < 1:
            raise ValueError("An empirical denoiser needs at least one training point.")
        self.members, self.schedule = members, schedule

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.members.shape[1:])

    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        return empirical_noise(self.members, x_t, self.schedule.alpha_bar(t))


class LearnedDenoiser:
    """The prediction of a trained network, or of one member of a stack of networks."""

    def __init__(self, network: NoiseNetwork, schedule: NoiseSchedule, member: int = 0) -> None:
        if not 0 <= member < network.members:
            raise ValueError(f"The stack has {network.members} networks; there is no number {member}.")
        self.network, self.schedule, self.member = network, schedule, member

    @property
    def shape(self) -> tuple[int, ...]:
        return self.network.shape

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, t: int) -> Tensor:
        return self.network(self._for_all(x_t), t)[self.member]

    @torch.inference_mode()
    def variance_fraction(self, x_t: Tensor, t: int) -> Tensor | None:
        """Where the log variance of a reverse step lies, see variance_fraction; in the precision of x_t."""
        like = next(self.network.parameters())
        _, fraction = self.network.noise_and_fraction(self._for_all(x_t.to(like)), t)
        return None if fraction is None else fraction[self.member].to(x_t)

    def _for_all(self, x_t: Tensor) -> Tensor:
        return x_t[None] if self.network.members == 1 else x_t.expand(self.network.members, *x_t.shape)
