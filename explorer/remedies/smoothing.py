"""Score smoothing: the cause of mode interpolation as a dial, without training (arXiv 2502.19499)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import moved
from explorer.diffusion.denoiser import Denoiser
from explorer.remedies.wrapped_denoiser import RemedyDenoiser

NODES = {1: 32, 2: 10}  # of the quadrature along each axis
LEAST_WEIGHT = 1e-9  # lighter nodes are left out
AT_ONCE = 8_192  # points of which the score is asked together


class SmoothedDenoiser(RemedyDenoiser):
    """s~(x) = E[s(x + width sqrt(1 - alpha_bar) z)], z standard normal: the score blurred at every step.

    The mean is taken by Gauss-Hermite quadrature, along each axis of the plane. A true score that jumps over
    much less than the distance of two nodes, about half the blur in 1-D and one blur in the plane, comes out
    in steps: that is so in the last few steps with a wide blur. Raises ValueError for pictures.
    """

    def __init__(self, denoiser: Denoiser, width: float) -> None:
        super().__init__(denoiser, width)
        dimensions = len(denoiser.shape) and denoiser.shape[0]
        if len(denoiser.shape) != 1 or dimensions not in NODES:
            raise ValueError(f"Only a score of one or two numbers is smoothed, not of {denoiser.shape}.")
        self.places, self.weights = _nodes(dimensions)

    def changed(self, x_t: Tensor, t: int) -> Tensor:
        width, together = self.dial * self.noise_std(t), max(1, AT_ONCE // len(x_t))
        mean = torch.zeros_like(x_t)
        nodes = (moved(table, x_t.device, x_t.dtype).split(together) for table in (self.places, self.weights))
        for places, weights in zip(*nodes, strict=True):
            shifted = x_t + width * places[:, None]  # (nodes, n, D)
            noise = self.denoiser.predict_noise(shifted.flatten(0, 1), t).view_as(shifted)
            mean += (weights[:, None, None] * noise).sum(0)
        return mean


def _nodes(dimensions: int) -> tuple[Tensor, Tensor]:
    """Places (Q, D) and weights (Q,) of the quadrature of a standard normal; the weights add up to one."""
    places, weights = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(NODES[dimensions]))
    corners = torch.cartesian_prod(*[places] * dimensions).view(-1, dimensions)
    products = torch.cartesian_prod(*[weights / weights.sum()] * dimensions).view(-1, dimensions).prod(1)
    kept = products >= LEAST_WEIGHT
    return corners[kept], products[kept] / products[kept].sum()
