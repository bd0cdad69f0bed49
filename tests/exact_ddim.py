"""DDIM in one dimension without drawing a sample: the normal is cut into cells, their ends are walked in
float64, and every cell keeps its mass. Independent of the engine's samplers and densities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import norm

from explorer.diffusion.denoiser import Denoiser

MEANS, S0 = np.array([1.0, 2.0, 3.0]), 0.05
FARTHEST, CELLS = 7.0, 800
LONGEST, LEAST = 0.2 * S0, 1e-11  # of the image of a cell, and its mass below which it may be longer
FIRST, STRIDE = 340, 4


@dataclass(frozen=True)
class Carried:
    """Cells by their ends z (n, 2), where these end (n, 2), and the mass of each (n,)."""

    z: np.ndarray
    x: np.ndarray
    mass: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        return self.x.mean(1)

    @property
    def beyond(self) -> np.ndarray:
        """The share of each cell's image that lies beyond 5 s0 of every mode, (n,)."""
        low, high = np.sort(self.x, axis=1).T
        length = np.maximum(high - low, 1e-300)
        inside = np.clip(
            np.minimum(high[:, None], MEANS + 5 * S0) - np.maximum(low[:, None], MEANS - 5 * S0), 0, None
        )
        return 1 - np.clip(inside.sum(1) / length, 0, 1)

    @property
    def rate(self) -> float:
        """Mass beyond 5 s0 of every mode."""
        return float((self.mass * self.beyond).sum())

    @property
    def width(self) -> float:
        """Standard deviation of what lies within 5 s0 of a mode, over s0, on average over the modes."""
        found = []
        for mean in MEANS:
            near = np.abs(self.middle - mean) <= 5 * S0
            weight = self.mass[near] / self.mass[near].sum()
            centre = (weight * self.middle[near]).sum()
            found.append(np.sqrt((weight * (self.middle[near] - centre) ** 2).sum()) / S0)
        return float(np.mean(found))

    @property
    def middle_share(self) -> float:
        """Of what ends within 5 s0 of a mode, the share of the middle one."""
        return float(self.mass[np.abs(self.middle - 2) <= 5 * S0].sum()) / (1 - self.rate)

    def auroc(self, scores: np.ndarray) -> float:
        """Of scores (n,) of the middles of all cells, for what lies beyond 5 s0."""
        order = np.argsort(scores, kind="stable")
        bad, good = (self.mass * self.beyond)[order], (self.mass * (1 - self.beyond))[order]
        below = np.cumsum(good) - good / 2
        return float((bad * below).sum() / (bad.sum() * good.sum()))


def walk(denoiser: Denoiser, x: np.ndarray) -> np.ndarray:
    """Where DDIM takes points x (n,) of t = 340 in steps of 4, down to the x0_hat of t = 0."""
    steps = list(range(FIRST, -1, -STRIDE))
    signals = [denoiser.schedule.alpha_bar(t) for t in steps] + [1.0]
    for t, here, there in zip(steps, signals[:-1], signals[1:], strict=True):
        noise = denoiser.predict_noise(torch.from_numpy(x)[:, None], t)[:, 0].numpy()
        clean = (x - (1 - here) ** 0.5 * noise) / here**0.5
        x = there**0.5 * clean + (1 - there) ** 0.5 * noise
    return x


def carried(denoiser: Denoiser) -> Carried:
    """All cells, those whose image is long cut until it is not."""
    ends = np.linspace(-FARTHEST, FARTHEST, CELLS + 1)
    z = np.stack([ends[:-1], ends[1:]], 1)
    image = walk(denoiser, ends)
    x = np.stack([image[:-1], image[1:]], 1)
    for _ in range(40):
        long = (np.abs(x[:, 1] - x[:, 0]) > LONGEST) & (_mass(z) > LEAST)
        if not long.any():
            break
        between = z[long].mean(1)
        reached = walk(denoiser, between)
        halves = [np.stack([z[long, 0], between], 1), np.stack([between, z[long, 1]], 1)]
        images = [np.stack([x[long, 0], reached], 1), np.stack([reached, x[long, 1]], 1)]
        z, x = np.concatenate([z[~long], *halves]), np.concatenate([x[~long], *images])
    return Carried(z, x, _mass(z))


def _mass(z: np.ndarray) -> np.ndarray:
    """Of the standard normal, with the tail that is the shorter one."""
    low, high = z.T
    return np.where(low > 0, norm.sf(low) - norm.sf(high), norm.cdf(high) - norm.cdf(low))
