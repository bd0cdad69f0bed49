"""The truth and a model evaluated side by side on a grid, over many steps t: what the score figures draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule

SHOWN_SIGNAL = 0.05


@dataclass(frozen=True)
class NoiseCurves:
    """Predicted noise of a 1-D truth and model, (F, n) each, at steps (F,) and points x (n,); no truth:
    None."""

    steps: np.ndarray
    alpha_bars: np.ndarray
    x: np.ndarray
    truth: np.ndarray | None
    model: np.ndarray

    def score(self, noise: np.ndarray) -> np.ndarray:
        """The score that predicted noise (F, n) stands for: -noise / sqrt(1 - alpha_bar)."""
        return -noise / np.sqrt(1 - self.alpha_bars)[:, None]


@dataclass(frozen=True)
class NoiseFields:
    """Predicted noise of a 2-D truth and model at points xy (n, 2): (F, n, 2) each; and, on a square grid,

    log_density     of the true marginal p_t, (F, rows, columns), row 0 at the low end of y
    error           length of (model - truth) there
    near            whether a mode of p_t is within three quarters of the nearest gap, (F, rows, columns) bool
    """

    steps: np.ndarray
    alpha_bars: np.ndarray
    xy: np.ndarray
    truth: np.ndarray
    model: np.ndarray
    log_density: np.ndarray
    error: np.ndarray
    near: np.ndarray


def shown_steps(schedule: NoiseSchedule, count: int) -> list[int]:
    """Steps for a film of the score, noisiest first: evenly in log-SNR, so that the hard ones get most
    frames.

    Steps of which less than 5 % of the signal is left look alike and are represented by the first.
    """
    start = schedule.first_informative_step(SHOWN_SIGNAL)
    return schedule.timesteps(min(count, start + 1), start)


def noise_curves(
    model: Denoiser, truth: Denoiser | None, steps: list[int], low: float, high: float, points: int = 512
) -> NoiseCurves:
    """The noise that model and truth predict on [low, high] at each step."""
    x = np.linspace(low, high, points)
    x_t = torch.from_numpy(x).float()[:, None]

    def predicted(denoiser: Denoiser) -> np.ndarray:
        return np.stack([denoiser.predict_noise(x_t, t)[:, 0].numpy() for t in steps])

    return NoiseCurves(
        np.array(steps),
        np.array([model.schedule.alpha_bar(t) for t in steps]),
        x,
        None if truth is None else predicted(truth),
        predicted(model),
    )


def noise_fields(
    model: Denoiser,
    truth: TrueDenoiser,
    steps: list[int],
    region: tuple[float, float, float, float],
    *,
    arrows: int = 21,
    cells: int = 72,
) -> NoiseFields:
    """Arrows and heat maps on the region (x low, x high, y low, y high) at each step."""
    mixture = truth.distribution
    if not isinstance(mixture, GaussianMixture):
        raise ValueError("The fields of the score need a mixture as the truth.")
    xy, grid = _lattice(region, arrows), _lattice(region, cells)
    arrow_truth, arrow_model, log_density, error, near = [], [], [], [], []
    means, reach = torch.tensor(mixture.means), 0.75 * mixture.nearest_gap()
    for t in steps:
        alpha_bar = truth.schedule.alpha_bar(t)
        arrow_truth.append(truth.predict_noise(xy, t).numpy())
        arrow_model.append(model.predict_noise(xy, t).numpy())
        log_density.append(mixture.log_density(grid, alpha_bar).numpy().reshape(cells, cells))
        difference = model.predict_noise(grid, t) - truth.predict_noise(grid, t)
        error.append(difference.norm(dim=1).numpy().reshape(cells, cells))
        signal = alpha_bar**0.5
        nearest = torch.cdist(grid, signal * means).amin(1)
        near.append((nearest <= signal * reach).numpy().reshape(cells, cells))
    alpha_bars = np.array([truth.schedule.alpha_bar(t) for t in steps])
    return NoiseFields(
        np.array(steps),
        alpha_bars,
        xy.numpy(),
        np.stack(arrow_truth),
        np.stack(arrow_model),
        np.stack(log_density),
        np.stack(error),
        np.stack(near),
    )


def _lattice(region: tuple[float, float, float, float], count: int) -> torch.Tensor:
    """Centres of count x count cells, (count^2, 2), rows of constant y, the lowest first."""
    x_low, x_high, y_low, y_high = region
    middle = (torch.arange(count) + 0.5) / count
    y, x = torch.meshgrid(y_low + (y_high - y_low) * middle, x_low + (x_high - x_low) * middle, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], 1).float()
