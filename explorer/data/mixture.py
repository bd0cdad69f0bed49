"""Mixtures of isotropic Gaussians in 1 to 64 dimensions, with every truth in closed form.

Forward process: x_t = sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) noise, so that the marginal p_t is again a
mixture, with means sqrt(alpha_bar) mu_k and variances v_k = alpha_bar sigma_k^2 + 1 - alpha_bar.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import host_float64, moved

MAX_MODES = 64
MAX_DIMENSIONS = 64
MAX_COORDINATE = 10.0
MAX_TEXT = 10_000  # characters; 64 modes with all their digits need some 6,000
SIGMA_RANGE = (0.005, 5.0)
MAX_WEIGHT = 1e9
FAR = 12.0  # sigma: what lies beyond of a mode is no mass in float64


@dataclass(frozen=True)
class GaussianMixture:
    """K isotropic Gaussians: means (K points of 1 to 64 coordinates), sigmas (one, or K), weights (K).

    No weights means equal weights; they are normalised to sum to one. Raises ValueError for more than 64
    modes, coordinates beyond +-10, sigmas outside [0.005, 5], weights that are not positive, and numbers that
    are not finite.
    """

    means: tuple[tuple[float, ...], ...]
    sigmas: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        means = tuple(tuple(float(c) for c in mean) for mean in self.means)
        count = len(means)
        if not 1 <= count <= MAX_MODES:
            raise ValueError(f"A mixture has between 1 and {MAX_MODES} modes, not {count}.")
        counts = {len(mean) for mean in means}
        if len(counts) != 1 or not 1 <= max(counts) <= MAX_DIMENSIONS:
            raise ValueError(f"Every mean needs the same number of coordinates, 1 to {MAX_DIMENSIONS}.")
        for coordinate in (c for mean in means for c in mean):
            if not abs(coordinate) <= MAX_COORDINATE:
                raise ValueError(
                    f"The coordinate {coordinate:g} is outside [-{MAX_COORDINATE:g}, {MAX_COORDINATE:g}]."
                )
        sigmas = tuple(float(s) for s in self.sigmas)
        if len(sigmas) not in (1, count):
            raise ValueError(f"Give one sigma, or one for each of the {count} modes, not {len(sigmas)}.")
        for sigma in sigmas:
            if not SIGMA_RANGE[0] <= sigma <= SIGMA_RANGE[1]:
                raise ValueError(f"The sigma {sigma:g} is outside [{SIGMA_RANGE[0]:g}, {SIGMA_RANGE[1]:g}].")
        weights = tuple(float(w) for w in self.weights)
        if not weights:
            weights = (1 / count,) * count
        if len(weights) != count:
            raise ValueError(f"Give one weight for each of the {count} modes, not {len(weights)}.")
        for weight in weights:
            if not (weight > 0 and math.isfinite(weight)):
                raise ValueError(f"The weight {weight:g} is not a positive number.")
            if not weight <= MAX_WEIGHT:
                raise ValueError(f"The weight {weight:g} is above {MAX_WEIGHT:g}.")
        total = math.fsum(weights)
        if len(set(weights)) == 1:
            weights = (1 / count,) * count
        elif abs(total - 1) > 1e-12:
            weights = tuple(w / total for w in weights)
        if not min(weights) > 0:
            raise ValueError(f"The weight {min(self.weights):g} is too small beside the others to count.")
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "sigmas", sigmas * count if len(sigmas) == 1 else sigmas)
        object.__setattr__(self, "weights", weights)

    @property
    def modes(self) -> int:
        return len(self.means)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.means[0]),)

    @property
    def dimensions(self) -> int:
        return self.shape[0]

    @property
    def balanced(self) -> bool:
        """Whether all modes are equally likely."""
        return len(set(self.weights)) == 1

    # ---- as text ---------------------------------------------------------------------------------

    def to_text(self) -> str:
        """Means, sigmas and weights for a link, without loss: "1;2;3~0.05", "0,0;1,1~0.1;0.2~0.25;0.75"."""
        means = ";".join(",".join(map(_shortest, mean)) for mean in self.means)
        sigmas = self.sigmas[:1] if len(set(self.sigmas)) == 1 else self.sigmas
        weights = () if self.balanced else self.weights
        return "~".join(
            [means, *(";".join(map(_shortest, values)) for values in (sigmas, weights) if values)]
        )

    @classmethod
    def from_text(cls, text: str) -> GaussianMixture:
        """The mixture of a text as to_text writes it; sigmas and weights may be left out after "~"."""
        means, sigmas, weights, *rest = [*text.split("~"), "", ""]
        try:
            if any(rest) or len(text) > MAX_TEXT:
                raise ValueError
            values = (
                tuple(tuple(float(c) for c in mean.split(",")) for mean in means.split(";")),
                tuple(float(s) for s in sigmas.split(";")) if sigmas else (0.05,),
                tuple(float(w) for w in weights.split(";")) if weights else (),
            )
        except ValueError:
            raise ValueError(f"{text[:40]!r} is not a mixture; write it like 1;2;3~0.05 .") from None
        return cls(*values)

    # ---- samples ---------------------------------------------------------------------------------

    def sample(self, n: int, generator: torch.Generator, *, balanced: bool = False) -> Tensor:
        """n samples, (n, D) float32, on the generator's device.

        balanced gives sample i the mode i mod K, as the authors' code does (only meant for equal weights);
        otherwise modes are drawn by weight.
        """
        if n < 1:
            raise ValueError(f"Ask for at least one sample, not {n}.")
        device = generator.device
        means, sigmas, weights = _parameters(self, device, torch.float32)
        if balanced:
            mode = torch.arange(n, device=device) % self.modes
        else:
            mode = torch.multinomial(weights, n, replacement=True, generator=generator)
        noise = torch.randn(n, self.dimensions, generator=generator, device=device)
        return means[mode] + sigmas[mode, None] * noise

    # ---- the diffused marginal p_t, exactly ------------------------------------------------------

    def log_density(self, x_t: Tensor, alpha_bar: float | Tensor = 1.0) -> Tensor:
        """log p_t(x_t), natural logarithm: (n, D) -> (n,)."""
        logits, *_ = self._log_joint(x_t, alpha_bar)
        return torch.logsumexp(logits, dim=1)

    def score(self, x_t: Tensor, alpha_bar: float | Tensor = 1.0) -> Tensor:
        """grad log p_t = sum_k w_k (a mu_k - x_t) / v_k: (n, D) -> (n, D)."""
        logits, offset, variance, *_ = self._log_joint(x_t, alpha_bar)
        return -(torch.softmax(logits, dim=1)[..., None] * offset / variance[..., None]).sum(1)

    def expected_noise(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[noise | x_t] = -sqrt(1 - alpha_bar) score: (n, D) -> (n, D)."""
        return -_column(alpha_bar, lambda ab: (1 - ab) ** 0.5, x_t) * self.score(x_t, alpha_bar)

    def posterior_mean(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """E[x_0 | x_t] = sum_k w_k (mu_k + (a sigma_k^2 / v_k)(x_t - a mu_k)): (n, D) -> (n, D)."""
        logits, offset, variance, means, sigmas = self._log_joint(x_t, alpha_bar)
        gain = _column(alpha_bar, lambda ab: ab**0.5, x_t) * sigmas**2 / variance  # (n | 1, K)
        return (torch.softmax(logits, dim=1)[..., None] * (means + gain[..., None] * offset)).sum(1)

    def label_gradient(self, x_t: Tensor, alpha_bar: float | Tensor) -> Tensor:
        """grad log p(y | x_t) of the likeliest mode y, which is held: the score of y alone less that of all,
        (a mu_y - x_t) / v_y - sum_k w_k (a mu_k - x_t) / v_k, (n, D) -> (n, D)."""
        logits, offset, variance, *_ = self._log_joint(x_t, alpha_bar)
        scores = -offset / variance[..., None]  # (n, K, D)
        own = scores.take_along_dim(logits.argmax(1)[:, None, None], 1)[:, 0]
        return own - (torch.softmax(logits, dim=1)[..., None] * scores).sum(1)

    def _log_joint(
        self, x_t: Tensor, alpha_bar: float | Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """log pi_k N(x_t; a mu_k, v_k) as (n, K); x_t - a mu_k (n, K, D); v_k (n | 1, K); means; sigmas."""
        means, sigmas, weights = _parameters(self, x_t.device, x_t.dtype)
        signal = _column(alpha_bar, lambda ab: ab**0.5, x_t)  # (n | 1, 1)
        noise_variance = _column(alpha_bar, lambda ab: 1 - ab, x_t)
        variance = signal**2 * sigmas**2 + noise_variance  # (n | 1, K)
        offset = x_t[:, None, :] - signal[..., None] * means  # (n, K, D)
        exponent = offset.square().sum(-1) / variance
        logits = weights.log() - 0.5 * (exponent + self.dimensions * (2 * math.pi * variance).log())
        return logits, offset, variance, means, sigmas

    # ---- the support -----------------------------------------------------------------------------

    def distance_to_support(self, x: Tensor) -> Tensor:
        """Distance to the nearest mean in units of that mode's sigma: (n, D) -> (n,)."""
        return self._scaled_distances(x).amin(1)

    def nearest_mode(self, x: Tensor) -> Tensor:
        """Index of the mode whose centre is nearest in units of its sigma: (n, D) -> (n,) int64."""
        return self._scaled_distances(x).argmin(1)

    def is_hallucination(self, x: Tensor, k: float = 5.0) -> Tensor:
        """Whether x lies more than k sigma from every mode: (n, D) -> (n,) bool. NaN counts as outside."""
        if not 0 < k <= 100:
            raise ValueError(f"The threshold k = {k:g} sigma is outside (0, 100].")
        return ~(self.distance_to_support(x) <= k)

    def nearest_gap(self) -> float:
        """Smallest distance between two modes, infinite for a single one."""
        return min(
            (math.dist(a, b) for i, a in enumerate(self.means) for b in self.means[:i]), default=math.inf
        )

    def mass_within(self, x: np.ndarray, radius: np.ndarray) -> np.ndarray:
        """The chance of a draw within a radius (n,) of points x (n, D): (n,) float64.

        On a line a difference of the normal distribution function, else the noncentral chi-squared one.
        """
        from scipy.special import chndtr, ndtr

        mass = np.zeros(len(x))
        for mean, sigma, weight in zip(self.means, self.sigmas, self.weights, strict=True):
            away = np.linalg.norm(np.asarray(x, np.float64) - np.array(mean), axis=1) / sigma
            reach = np.asarray(radius, np.float64) / sigma
            near = away - reach < FAR
            a, r = away[near], reach[near]
            part = ndtr(r - a) - ndtr(-r - a) if self.dimensions == 1 else chndtr(r**2, self.dimensions, a**2)
            mass[near] += weight * part
        return mass

    def _scaled_distances(self, x: Tensor) -> Tensor:
        means, sigmas, _ = _parameters(self, x.device, x.dtype)
        return torch.linalg.vector_norm(x[:, None, :] - means, dim=-1) / sigmas


def _shortest(value: float) -> str:
    """The shortest text that reads back as the same number."""
    return repr(value).removesuffix(".0")


@lru_cache(maxsize=64)
def _parameters(
    mixture: GaussianMixture, device: torch.device, dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Means (K, D), sigmas (K,), weights (K,) as tensors; not to be written to."""
    means, sigmas, weights = (
        torch.tensor(values, dtype=dtype, device=device)
        for values in (mixture.means, mixture.sigmas, mixture.weights)
    )
    return means, sigmas, weights


def _column(alpha_bar: float | Tensor, of: Callable[[Tensor], Tensor], like: Tensor) -> Tensor:
    """A function of alpha_bar, computed in float64 so that 1 - alpha_bar and e^-108 survive, as an (n | 1, 1)
    column. On the CPU, because not every device has float64."""
    values = host_float64(alpha_bar)
    return moved(of(values).reshape(-1, 1), like.device, like.dtype)
