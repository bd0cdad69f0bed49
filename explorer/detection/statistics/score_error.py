"""How wrong a model's score is at each step t.

The Fisher divergence at step t is D_t = E |s_model - s_true|^2 over the true noisy data x_t ~ p_t. What is
computed is its noise form (1 - alpha_bar_t) D_t = E |noise_model - noise_true|^2, which has the size of the
training loss at every t; D_t itself grows without bound as the noise goes to 0.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.rates import Z_95
from explorer.diffusion.denoiser import Denoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule

BEYOND = 3.0  # sigma of p_t's modes: farther from all of them is between the modes, or outside
SAMPLES, PICTURES = 4_096, 128
SAMPLES_RANGE = (2, 200_000)
NODES = 512  # of the quadrature on a line, at least
NODES_OF_PANEL = 8
PANEL_ENDS = (0.0, 1.5, 5.0, 8.0)  # sigma from a mode; beyond the last the density is below 1e-14
POINTS_BETWEEN = 1_024  # along all the lines between neighbours together, but
FEWEST_OF_LINE = 64  # at least so many along each
BATCH_NUMBERS = 400_000  # coordinates or pixels that a denoiser is asked for at once


@dataclass(frozen=True, eq=False)
class ScoreErrors:
    """Errors of a model at steps (F,), noisiest first; every array is (F,) float64.

    noise_error     E |noise_model - noise_true|^2 over p_t: the noise form of the Fisher divergence
    uncertainty     of it: half the 95 % interval of a mean over n samples; in 1-D, where n is None, the
                    numerical error of the quadrature, from half as many nodes
    beyond_share    the share of p_t that is farther than 3 sigma from every mode of p_t
    beyond_error    the part of noise_error that comes from there; the rest comes from near the modes
    between_error   mean of |noise_model - noise_true|^2 along the straight lines between neighbouring modes
                    of p_t, every point alike, though hardly any data lie there
    between_uncertainty     its numerical error, from half as many points
    The last four are None for pictures, the last two for a single mode, too.
    """

    steps: np.ndarray
    alpha_bars: np.ndarray
    noise_error: np.ndarray
    uncertainty: np.ndarray
    n: int | None
    beyond_share: np.ndarray | None
    beyond_error: np.ndarray | None
    between_error: np.ndarray | None
    between_uncertainty: np.ndarray | None

    @property
    def fisher_divergence(self) -> np.ndarray:
        """E |s_model - s_true|^2 over p_t, (F,)."""
        return self.noise_error / (1 - self.alpha_bars)

    def rows(self) -> list[dict[str, float | int | None]]:
        """A row for each step, in plain numbers."""
        columns = {
            "t": self.steps,
            "alpha_bar": self.alpha_bars,
            "noise_error": self.noise_error,
            "uncertainty": self.uncertainty,
            "fisher_divergence": self.fisher_divergence,
            "beyond_share": self.beyond_share,
            "beyond_error": self.beyond_error,
            "between_error": self.between_error,
            "between_uncertainty": self.between_uncertainty,
        }
        return [
            {name: None if column is None else column[place].item() for name, column in columns.items()}
            for place in range(len(self.steps))
        ]

    def bound_excess(self, schedule: NoiseSchedule) -> float:
        """By how much, in nats, the variational bound of the model's DDPM chain exceeds that of the true
        score: the sum over t, from the first of these steps to 0, of beta_t / (2 alpha_t) D_t.

        It is the sum of Ho et al. 2020, eq. 12, for the variance beta_t: mu differs by beta_t / sqrt(alpha_t)
        times the score. For small steps it is half the integral of g^2 D_t that bounds the Kullback-Leibler
        divergence of the model's samples (Song et al. 2021, arXiv 2101.09258, theorem 1). Between the
        computed steps D_t is taken as linear in t.
        """
        t = np.arange(int(self.steps.max()) + 1)
        divergence = np.interp(t, self.steps[::-1], self.fisher_divergence[::-1])
        betas = schedule.betas.numpy()[: len(t)]
        return float((betas / (2 * (1 - betas)) * divergence).sum())


@dataclass(frozen=True, slots=True)
class _Average:
    """An average over p_t at one step: of everything, and of what is beyond; share of p_t beyond."""

    mean: float
    uncertainty: float
    beyond: float
    beyond_share: float


def score_errors(
    model: Denoiser,
    truth: TrueDenoiser,
    steps: Sequence[int],
    generator: torch.Generator,
    *,
    n: int | None = None,
) -> Generator[float, None, ScoreErrors]:
    """The errors of a model at the steps, noisiest first: yields the share done, returns the ScoreErrors.

    On a line p_t is integrated by quadrature, and neither the generator nor n has a meaning. Elsewhere the
    mean over n samples is taken, by default 4,096 points or 128 pictures, with the same x_0 and noise at
    every step; they are drawn on the generator's device, where the model computes. Raises ValueError for
    fewer than 2 samples or more than 200,000.
    """
    mixture = truth.distribution if isinstance(truth.distribution, GaussianMixture) else None
    on_line = mixture is not None and mixture.dimensions == 1
    if n is None:
        n = PICTURES if mixture is None else SAMPLES
    if not SAMPLES_RANGE[0] <= n <= SAMPLES_RANGE[1]:
        raise ValueError(
            f"The number of samples {n:,} is outside [{SAMPLES_RANGE[0]}, {SAMPLES_RANGE[1]:,}]."
        )
    if not on_line:
        x_0 = truth.distribution.sample(n, generator)
        noise = torch.randn(x_0.shape, generator=generator, device=x_0.device)
    alpha_bars = [truth.schedule.alpha_bar(t) for t in steps]
    averages, between = [], []
    for number, (t, alpha_bar) in enumerate(zip(steps, alpha_bars, strict=True), 1):
        if on_line:
            assert mixture is not None
            averages.append(_quadrature(model, truth, mixture, t, generator.device))
        else:
            x_t = alpha_bar**0.5 * x_0 + (1 - alpha_bar) ** 0.5 * noise
            averages.append(_mean(_squared_error(model, truth, x_t, t), x_t, mixture, alpha_bar))
        if mixture is not None and mixture.modes > 1:
            between.append(_between(model, truth, mixture, t, generator.device))
        yield number / len(steps)
    mean, uncertainty, beyond, share = (
        np.array([getattr(one, name) for one in averages]) for name in _Average.__dataclass_fields__
    )
    along = np.array(between).T if between else (None, None)
    return ScoreErrors(
        np.array(steps),
        np.array(alpha_bars),
        mean,
        uncertainty,
        None if on_line else n,
        None if mixture is None else share,
        None if mixture is None else beyond,
        *along,
    )


def neighbours(mixture: GaussianMixture) -> list[tuple[int, int]]:
    """Pairs of modes (i < j) between which nothing lies: on a line those side by side; in the plane every
    mode and its nearest ones."""
    means = np.array(mixture.means)
    if mixture.dimensions == 1:
        order = means[:, 0].argsort(kind="stable").tolist()
        return sorted((min(pair), max(pair)) for pair in zip(order, order[1:], strict=False))
    distance = np.linalg.norm(means[:, None] - means, axis=-1)
    np.fill_diagonal(distance, np.inf)
    near = distance <= 1.01 * distance.min(1, keepdims=True)
    first, second = np.nonzero(np.triu(near | near.T))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _squared_error(model: Denoiser, truth: TrueDenoiser, x_t: Tensor, t: int) -> np.ndarray:
    """|noise_model - noise_true|^2 of each of x_t (n, *shape), (n,) float64."""
    size = max(1, BATCH_NUMBERS // math.prod(truth.shape))
    parts = []
    for part in x_t.split(size):
        difference = model.predict_noise(part.float(), t).cpu() - truth.predict_noise(part, t).cpu()
        parts.append(difference.flatten(1).double().square().sum(1))
    return torch.cat(parts).numpy()


def _mean(squares: np.ndarray, x_t: Tensor, mixture: GaussianMixture | None, alpha_bar: float) -> _Average:
    """The mean over samples x_t of p_t, whose squared errors are given."""
    half = Z_95 * float(squares.std(ddof=1)) / math.sqrt(len(squares))
    if mixture is None:
        return _Average(float(squares.mean()), half, math.nan, math.nan)
    beyond = _is_beyond(x_t.cpu().double().numpy(), mixture, alpha_bar)
    return _Average(float(squares.mean()), half, float((squares * beyond).mean()), float(beyond.mean()))


def _is_beyond(x_t: np.ndarray, mixture: GaussianMixture, alpha_bar: float) -> np.ndarray:
    """Whether x_t (n, D) is farther than 3 sigma from every mode of p_t, (n,) bool."""
    means, sigmas = _marginal(mixture, alpha_bar)
    distance = np.linalg.norm(x_t[:, None] - means, axis=-1) / sigmas
    return distance.min(1) > BEYOND


def _marginal(mixture: GaussianMixture, alpha_bar: float) -> tuple[np.ndarray, np.ndarray]:
    """Means (K, D) and standard deviations (K,) of the modes of p_t."""
    means = alpha_bar**0.5 * np.array(mixture.means)
    return means, np.sqrt(alpha_bar * np.array(mixture.sigmas) ** 2 + 1 - alpha_bar)


def _quadrature(
    model: Denoiser, truth: TrueDenoiser, mixture: GaussianMixture, t: int, device: torch.device
) -> _Average:
    """The average over p_t of a mixture on a line, and its error from half as many nodes."""
    alpha_bar = truth.schedule.alpha_bar(t)
    panels = _panels(mixture, alpha_bar)
    fine = max(NODES_OF_PANEL, math.ceil(NODES / len(panels)))
    found = []
    for nodes in (fine, fine // 2):
        x, weight = _gauss_legendre(panels, nodes)
        p = mixture.log_density(torch.from_numpy(x)[:, None], alpha_bar).exp().numpy() * weight
        squares = _squared_error_on_line(model, truth, x, t, device)
        beyond = _is_beyond(x[:, None], mixture, alpha_bar)
        found.append((float(p @ squares), float(p @ (squares * beyond)), float(p @ beyond)))
    (mean, part, share), (coarse, *_) = found
    return _Average(mean, abs(mean - coarse), part, share)


def _squared_error_on_line(
    model: Denoiser, truth: TrueDenoiser, x: np.ndarray, t: int, device: torch.device
) -> np.ndarray:
    """|noise_model - noise_true|^2 at points x (n,); the truth in double precision, on the CPU."""
    column = torch.from_numpy(x)[:, None]
    predicted = model.predict_noise(column.float().to(device), t).cpu().double()
    return (predicted - truth.predict_noise(column, t))[:, 0].square().numpy()


def _panels(mixture: GaussianMixture, alpha_bar: float) -> np.ndarray:
    """Intervals (P, 2) that cover p_t, ascending, with ends at 3 sigma of every mode and half-way between
    neighbours, where the integrands bend or jump."""
    means, sigmas = _marginal(mixture, alpha_bar)
    offsets = np.array([sign * end for end in (*PANEL_ENDS, BEYOND) for sign in (-1, 1)])
    middles = np.sort(means[:, 0])
    ends = np.unique(
        np.concatenate(
            [(means[:, 0, None] + sigmas[:, None] * offsets).ravel(), (middles[1:] + middles[:-1]) / 2]
        )
    )
    return np.stack([ends[:-1], ends[1:]], 1)


def _gauss_legendre(panels: np.ndarray, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights, (P * nodes,) each, of the Gauss-Legendre rule in every panel (P, 2)."""
    place, weight = np.polynomial.legendre.leggauss(nodes)
    middle, half = panels.mean(1, keepdims=True), np.diff(panels) / 2
    return (middle + half * place).ravel(), (half * weight).ravel()


def _between(
    model: Denoiser, truth: TrueDenoiser, mixture: GaussianMixture, t: int, device: torch.device
) -> tuple[float, float]:
    """The mean squared error along the lines between neighbouring modes of p_t, and its numerical error."""
    means, _ = _marginal(mixture, truth.schedule.alpha_bar(t))
    first, second = (means[list(ends)] for ends in zip(*neighbours(mixture), strict=True))
    length = np.linalg.norm(second - first, axis=1)
    found = []
    fine = max(FEWEST_OF_LINE, POINTS_BETWEEN // len(length))
    for points in (fine, fine // 2):
        place = (np.arange(points) + 0.5) / points
        x = (first[:, None] + place[:, None] * (second - first)[:, None]).reshape(-1, mixture.dimensions)
        if mixture.dimensions == 1:
            squares = _squared_error_on_line(model, truth, x[:, 0], t, device)
        else:
            squares = _squared_error(model, truth, torch.from_numpy(x).float().to(device), t)
        found.append(float(length @ squares.reshape(-1, points).mean(1) / length.sum()))
    return found[0], abs(found[0] - found[1])
