"""The variance of a reverse step as a network says it (Nichol and Dhariwal 2021), and what teaches it.

The log variance is that of the posterior, log beta_tilde, plus `fraction` times log(beta / beta_tilde): the
fraction is the network's, 0 at the one end and 1 at the other, and not bounded by them, as in their code.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from explorer.compute.device import moved
from explorer.diffusion.denoiser import Denoiser, variance_fraction
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import SolverStep, Transition


def noise_std_at(denoiser: Denoiser, move: Transition | SolverStep, x_t: Tensor) -> float | Tensor:
    """The standard deviation of the noise that a step from x_t (n, *shape) adds: the step's own number, or
    (n, *shape) where the network says it."""
    fraction = variance_fraction(denoiser, x_t, move.t) if move.log_range else None
    return move.noise_std if fraction is None else move.noise_std * (0.5 * move.log_range * fraction).exp()


class VarianceTables:
    """What the loss of a learned variance needs at each step t of a schedule, (T,) float32 each.

    lowest      beta_tilde, that of t = 1 at t = 0, where there is none
    log_range   log(beta / beta_tilde)
    gain        by which a squared error of the noise becomes one of the step's mean, over beta_tilde
    own         the posterior's own variance over beta_tilde: 1, and 0 at t = 0
    """

    def __init__(self, schedule: NoiseSchedule, device: torch.device) -> None:
        beta, here = schedule.betas, schedule.alpha_bars
        before = torch.cat([here.new_ones(1), here[:-1]])
        lowest = beta * (1 - before) / (1 - here)
        lowest[0] = lowest[1]
        gain = beta**2 / ((1 - here) * (1 - beta) * lowest)
        own = torch.ones_like(lowest)
        own[0] = 0.0
        tables = lowest, (beta / lowest).log(), gain, own
        self.lowest, self.log_range, self.gain, self.own = (
            moved(one, device, torch.float32) for one in tables
        )

    def loss(self, squares: Tensor, fraction: Tensor, t: Tensor, weight: float) -> Tensor:
        """What a learned variance adds to the loss: the bound, and the penalty times its weight."""
        bound = self.bound(squares.detach(), fraction, t)
        return bound + weight * self.penalty(fraction, t) if weight else bound

    def bound(self, squares: Tensor, fraction: Tensor, t: Tensor) -> Tensor:
        """The variational bound's term of each sample's step t (M, n), in bits for each number and up to what
        no network changes: (M, n, *shape), of squared errors of the noise and fractions in this shape.

        It is the divergence of the step from the posterior, KL(q(x_s | x_t, x_0) || p(x_s | x_t)); at t = 0
        the negative log-likelihood of x_0.
        """
        log_range, gain, own = (_at(table, t, squares) for table in (self.log_range, self.gain, self.own))
        raised = log_range * fraction
        return (raised + (own + gain * squares) * (-raised).exp() - own) / (2 * math.log(2))

    def penalty(self, fraction: Tensor, t: Tensor) -> Tensor:
        """1 / (1 + Sigma^-2) of the variances Sigma that the fractions (M, n, *shape) say, in this shape
        (variance-shaping, arXiv 2606.00377): 0 where a step adds no noise."""
        variance = _at(self.lowest, t, fraction) * (_at(self.log_range, t, fraction) * fraction).exp()
        return variance.square() / (1 + variance.square())


def _at(table: Tensor, t: Tensor, like: Tensor) -> Tensor:
    """A table (T,) at steps (M, n), in as many dimensions as `like` (M, n, *shape)."""
    return table[t].view(*t.shape, *[1] * (like.ndim - 2))
