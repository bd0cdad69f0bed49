"""The plane through three modes: samples projected onto it, and the scores in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.data.between_modes import between_nearest
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.denoiser import Denoiser, predict_score
from explorer.diffusion.schedule import NoiseSchedule

SHOWN = 1_000  # samples of each sampler that are kept
SIDE = 21  # arrows along a side of the lattice
DRAWS = 16  # of the coordinates off the plane, over which the score in it is averaged
LEVELS = (1.0, 0.4, 0.2, 0.1, 0.03)  # sigma of the shown noise levels, over the gap
HONEST, BRIDGE, TAIL = 0, 1, 2
LARGEST = 6e4  # of a score that is kept
MARGIN = 0.55  # of the gap around the three modes


@dataclass(frozen=True, eq=False)
class Plane:
    """The plane through a mode, the mode nearest to it, and the nearest third one.

    origin      (D,) the centre of the three
    axes        (2, D) orthonormal
    means       (K, 2) all modes, projected
    """

    origin: Tensor
    axes: Tensor
    means: np.ndarray

    @classmethod
    def through(cls, mixture: GaussianMixture) -> Plane:
        """Of a mixture of at least three modes that lie on no line."""
        means = torch.tensor(mixture.means, dtype=torch.float64)
        near = torch.cdist(means[:1], means)[0].argsort()
        three = means[near[:3]]
        first = (three[1] - three[0]) / torch.linalg.vector_norm(three[1] - three[0])
        second = three[2] - three[0]
        second = second - (second @ first) * first
        axes = torch.stack([first, second / torch.linalg.vector_norm(second)])
        origin = three.mean(0)
        return cls(origin, axes, ((means - origin) @ axes.T).numpy())

    def project(self, x: Tensor) -> Tensor:
        """Points (n, D) as places in the plane, (n, 2) float64."""
        return (x.double() - self.origin) @ self.axes.T

    def region(self, margin: float = MARGIN) -> tuple[float, float, float, float]:
        """Low and high x, low and high y of a square around the modes that are nearest to the origin of the
        plane, four of them, with so much of the gap beside them."""
        inner = self.means[np.linalg.norm(self.means, axis=1).argsort()[:4]]
        middle = (inner.min(0) + inner.max(0)) / 2
        half = float((inner.max(0) - inner.min(0)).max()) / 2 + margin
        return middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half

    def lattice(self) -> np.ndarray:
        """Feet of the arrows in the plane, (SIDE^2, 2)."""
        left, right, low, high = self.region()
        x, y = (np.linspace(a, b, 2 * SIDE + 1)[1::2] for a, b in ((left, right), (low, high)))
        return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)


def shown_steps(schedule: NoiseSchedule) -> tuple[int, ...]:
    """The steps whose sigma = sqrt((1 - alpha_bar) / alpha_bar) is nearest to LEVELS, the noisiest first."""
    return tuple(int((schedule.log_sigma - math.log(level)).abs().argmin()) for level in LEVELS)


def scores_in_plane(denoiser: Denoiser, mixture: GaussianMixture, plane: Plane) -> np.ndarray:
    """The score at the lattice's feet, projected onto the plane, at every one of shown_steps: (L, n, 2).

    A foot y in the plane stands for x_t = a (y + what is off the plane), with a = sqrt(alpha_bar): the
    coordinates off the plane hold a mode's and the step's noise, as they do in a sample, and the score is its
    mean over DRAWS draws of them. Lengths are those of the score of x_t / a.
    """
    feet = torch.from_numpy(plane.lattice())
    places = plane.origin + feet @ plane.axes  # (n, D)
    generator, found = torch.Generator().manual_seed(0), []
    for t in shown_steps(denoiser.schedule):
        alpha_bar = denoiser.schedule.alpha_bar(t)
        signal = math.sqrt(alpha_bar)
        std = math.sqrt(alpha_bar * mixture.sigmas[0] ** 2 + 1 - alpha_bar)
        total = torch.zeros(len(feet), 2, dtype=torch.float64)
        for _ in range(DRAWS):
            noise = std * torch.randn(len(feet), mixture.dimensions, generator=generator, dtype=torch.float64)
            noise = noise - (noise @ plane.axes.T) @ plane.axes
            x_t = (signal * places + noise).float()
            total += signal * predict_score(denoiser, x_t, t).double() @ plane.axes.T
        found.append((total / DRAWS).numpy())
    return np.stack(found)


@dataclass(frozen=True, eq=False)
class PlanePicture:
    """What is seen of a network in the plane.

    samples     by sampler, (n, 2) projected samples
    kinds       by sampler, (n,) HONEST, on a BRIDGE, or in a TAIL, beyond r_D(5)
    model, truth    (L, SIDE^2, 2) scores, see scores_in_plane
    """

    samples: dict[str, np.ndarray]
    kinds: dict[str, np.ndarray]
    model: np.ndarray
    truth: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """As arrays by name, rounded to what a picture shows."""
        found = {f"samples.{name}": value.astype(np.float16) for name, value in self.samples.items()}
        found |= {f"kinds.{name}": value.astype(np.uint8) for name, value in self.kinds.items()}
        for name, scores in (("model", self.model), ("truth", self.truth)):
            found[name] = np.clip(scores, -LARGEST, LARGEST).astype(np.float16)
        return found

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> PlanePicture:
        """The picture of its arrays. Raises KeyError or ValueError for others."""

        def named(kind: str, last: tuple[int, ...]) -> dict[str, np.ndarray]:
            found = {
                name.partition(".")[2]: value for name, value in arrays.items() if name.startswith(f"{kind}.")
            }
            if any(value.shape[1:] != last for value in found.values()):
                raise ValueError(f"its {kind} have other shapes")
            return found

        model, truth = arrays["model"].astype(np.float64), arrays["truth"].astype(np.float64)
        if not model.shape == truth.shape == (len(LEVELS), SIDE**2, 2):
            raise ValueError("its scores have other shapes")
        samples = {name: value.astype(np.float64) for name, value in named("samples", (2,)).items()}
        return cls(samples, named("kinds", ()), model, truth)


def kinds_of(mixture: GaussianMixture, samples: Tensor, k: float) -> np.ndarray:
    """HONEST, BRIDGE or TAIL of samples (n, D), (n,) uint8."""
    places = between_nearest(mixture, samples)
    beyond, bridge = places.beyond(k), places.on_a_bridge(k)
    return torch.where(bridge, BRIDGE, torch.where(beyond, TAIL, HONEST)).to(torch.uint8).numpy()
