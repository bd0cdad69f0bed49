"""Intrinsic quenching: the score is led towards points that the network denoises well (arXiv 2605.05026)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.compute.device import moved
from explorer.compute.seeds import seeded
from explorer.detection.scores.lid import antithetic, denoising_loss
from explorer.diffusion.denoiser import x0_from_noise
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.sampling import SamplingRun
from explorer.diffusion.schedule import NoiseSchedule
from explorer.remedies.gate import QuantileGate
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

QUANTILE = 0.4
JUDGED_AT = 0.02  # of all steps: where the loss is taken, t = 19 of 1,000
PROBE = 0.01  # of the noise's standard deviation: half the length of a central difference
NODES, FARTHEST = 33, 4.0  # of the quadrature on a line
DRAWS = 16  # in the plane
LATE = 0.3  # of the steps, the last: where the step is scaled; 20 to 40 % in the paper
TINY = 1e-8


class QuenchedDenoiser(RemedyDenoiser):
    """noise + lam b grad_x E(x0_hat(x_t)), that is the score less lam grad E, at the steps up to `below`.

    `scaled` gives the step the length lam |x0_hat - x_t / a|, a = sqrt(alpha_bar), wherever E rises at all:
    x0_hat moves by lam |x0_hat - x_t / a| Sigma grad E / (|Sigma grad E| + 1e-8), with Sigma = b^2 / a^2 and
    grad E in x_t / a. Of the noise that is lam |noise| along grad E.

    E is LID, the denoising loss of a clean sample (see lid.py), at t = 19 of 1,000, and b the noise's
    standard deviation. Only samples whose E lies above a quantile of the untreated ones at that step are led:
    without that gate all modes become narrow, since E grows towards their tails.

    On a line E is an integral over 33 evenly spaced points, in the plane a mean over 16 draws in pairs. The
    gradient is a central difference along each axis: 102 calls of the denoiser on a line and 85 in the plane
    at each of these steps, and one elsewhere.
    """

    def __init__(
        self,
        run: SamplingRun,
        lam: float,
        *,
        below: int,
        scaled: bool = False,
        quantile: float = QUANTILE,
        seed: int = 0,
    ) -> None:
        super().__init__(run.denoiser, lam)
        if len(self.shape) != 1:
            raise ValueError(f"Only points are quenched, not samples of the shape {tuple(self.shape)}.")
        self.scaled = scaled
        self.at = max(round(JUDGED_AT * self.schedule.steps) - 1, 0)
        self.places, self.weights = _nodes(tuple(self.shape), seed)
        self.gate = QuantileGate(run, self._energy, quantile, (0, below), seed=seed)

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        self.gate.calibrate(x_t)
        noise = self.denoiser.predict_noise(x_t, t)
        if not self.gate.reaches(t):
            return noise
        gradient = self._gradient(x_t, t)
        if self.scaled:
            gradient = self._scale(gradient, noise, t) * gradient
        led = noise + self.dial * self.noise_std(t) * gradient
        if not self.gate.quantile:
            return led
        energy = self._energy_of(x0_from_noise(x_t, noise, self.schedule.alpha_bar(t)))
        return self.gate.chosen(energy, t, led, noise)

    def _scale(self, gradient: Tensor, noise: Tensor, t: int) -> Tensor:
        """By which the gradient is multiplied, (n, D) -> (n, 1), for a step as long as it is to be."""
        signal, b = self.schedule.alpha_bar(t) ** 0.5, self.noise_std(t)
        length = b**2 / signal * gradient.norm(dim=1, keepdim=True)  # |Sigma grad E|
        return b / signal * noise.norm(dim=1, keepdim=True) / (length + TINY)

    def _gradient(self, x_t: Tensor, t: int) -> Tensor:
        """grad_x E(x0_hat(x_t)), (n, D) -> (n, D)."""
        step = PROBE * self.noise_std(t)
        axes = step * torch.eye(self.shape[0], device=x_t.device, dtype=x_t.dtype)
        rises = [self._energy(x_t + axis, t) - self._energy(x_t - axis, t) for axis in axes]
        return torch.stack(rises, 1) / (2 * step)

    def _energy(self, x_t: Tensor, t: int) -> Tensor:
        """E(x0_hat(x_t)), (n, D) -> (n,)."""
        noise = self.denoiser.predict_noise(x_t, t)
        return self._energy_of(x0_from_noise(x_t, noise, self.schedule.alpha_bar(t)))

    def _energy_of(self, x_0: Tensor) -> Tensor:
        places, weights = (moved(table, x_0.device, x_0.dtype) for table in (self.places, self.weights))
        return denoising_loss(self.denoiser, x_0, places, self.at, weights)


def late_step(schedule: NoiseSchedule, spec: SamplerSpec, share: float = LATE) -> int:
    """The step from which on the last share of a sampler's steps begins."""
    visited = spec.timesteps(schedule)
    return visited[min(round((1 - share) * len(visited)), len(visited) - 1)]


def _nodes(shape: tuple[int, ...], seed: int) -> tuple[Tensor, Tensor]:
    """Places (K, *shape) and weights (K,) that add up to one, over a standard normal."""
    if shape == (1,):
        places = torch.linspace(-FARTHEST, FARTHEST, NODES, dtype=torch.float64)
        weights = (-0.5 * places.square()).exp()
        return places[:, None], weights / weights.sum()
    places = antithetic(DRAWS, shape, seeded(seed, "quenching"))
    return places, torch.full((DRAWS,), 1 / DRAWS)
