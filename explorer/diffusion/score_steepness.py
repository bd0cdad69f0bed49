"""The gradient of the length of the score, and how fast it changes along itself: the curvature index of RODS
(arXiv 2507.12201)."""

from __future__ import annotations

import torch
from torch import Tensor

from explorer.diffusion.denoiser import Denoiser, predict_score

PROBE = 0.01  # of the noise's standard deviation: half the length of a central difference
CALLS_OF_GRADIENT, CALLS_OF_INDEX = 3, 6  # of the denoiser
LEAST_NORM = 1e-12


def directions(vectors: Tensor) -> Tensor:
    """Unit vectors along (n, *shape); zero where there is no direction."""
    norm = torch.linalg.vector_norm(vectors.flatten(1), dim=1).clamp(min=LEAST_NORM)
    return vectors / norm.view(-1, *[1] * (vectors.ndim - 1))


def norm_gradient(denoiser: Denoiser, x_t: Tensor, t: int) -> Tensor:
    """grad |s|, the gradient of the length of the score at step t: (n, *shape) -> (n, *shape).

    It is J^T g with g = s / |s| and J the Jacobian of s. A true score is a gradient, so that J is symmetric
    and J g, the change of the score along itself, is the same; that is taken here, by a central difference.
    It asks the denoiser three times.
    """
    uphill = directions(predict_score(denoiser, x_t, t))
    step = PROBE * (1 - denoiser.schedule.alpha_bar(t)) ** 0.5
    ahead, behind = (predict_score(denoiser, x_t + side * step * uphill, t) for side in (1, -1))
    return (ahead - behind) / (2 * step)


def curvature_index(denoiser: Denoiser, x_t: Tensor, t: int, reach: float) -> tuple[Tensor, Tensor]:
    """H = |grad|s|(x + r u) - grad|s|(x)| with u = grad|s| / |grad|s||, (n,), and u (n, *shape).

    reach   r in units of the noise's standard deviation

    Zero for a single isotropic Gaussian wherever x lies: its score grows evenly with the distance. It asks
    the denoiser six times.
    """
    here = norm_gradient(denoiser, x_t, t)
    steepest = directions(here)
    length = reach * (1 - denoiser.schedule.alpha_bar(t)) ** 0.5
    there = norm_gradient(denoiser, x_t + length * steepest, t)
    return torch.linalg.vector_norm((there - here).flatten(1), dim=1), steepest
