"""Pictures from a plane of initial noise: three seeds at its corners, all that lies between them, and the
picture in which each ends, by the network and by the true score."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.pictures import picture_distribution
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.sampler_map import carried
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.sampling import initial_noise
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.experiments.trials import known_truth

SIDE, SIDES = 13, (2, 64)
PLANE_STEPS = 40


@dataclass(frozen=True, eq=False)
class SeedPlane:
    """Pictures (side^2, 1, s, s), from -1 to 1, in which the seeds of a plane end: row by row, the first seed
    first, the second at the end of the first row, the third at the begin of the last."""

    sampler: SamplerSpec
    model: np.ndarray
    truth: np.ndarray

    @property
    def side(self) -> int:
        return round(len(self.model) ** 0.5)

    @property
    def step_degrees(self) -> float:
        """The angle between neighbours of a row: seeds of many pixels stand at right angles."""
        return 90 / (self.side - 1)


def plane_sampler(experiment: Experiment) -> SamplerSpec:
    """The sampler of an experiment's plane: a map of the initial noise, DPM-Solver++(2M) with 40 steps."""
    return SamplerSpec(
        0.0, steps=PLANE_STEPS, skip_noise=experiment.sampler.skip_noise, solver="dpm-solver++"
    )


def between(corners: Tensor, side: int) -> Tensor:
    """Initial noise (side^2, *shape) on the plane of three seeds (3, *shape), by spherical interpolation
    (Shoemake 1985): along the rows, and from the first row to the last. The fourth corner is the second plus
    the third less the first, as long as these are on average.

    Raises ValueError for a side outside [2, 64].
    """
    if not SIDES[0] <= side <= SIDES[1]:
        raise ValueError(f"The side {side} of a plane of seeds is outside [{SIDES[0]}, {SIDES[1]}].")
    first, second, third = corners.flatten(1).double()
    fourth = second + third - first
    fourth *= corners.double().flatten(1).norm(dim=1).mean() / fourth.norm()
    share = torch.linspace(0, 1, side, dtype=torch.float64)
    top, bottom = _on_arc(first, second, share), _on_arc(third, fourth, share)
    columns = [_on_arc(a, b, share) for a, b in zip(top, bottom, strict=True)]
    return torch.stack(columns, 1).reshape(side * side, *corners.shape[1:]).to(corners.dtype)


def _on_arc(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Points (n, D) at shares (n,) of the way from start to end (D,), at equal angles if both are as long."""
    cosine = torch.dot(start, end) / (start.norm() * end.norm())
    angle = torch.arccos(cosine.clamp(-1, 1))
    if float(angle) < 1e-6:
        return start + share[:, None] * (end - start)
    weights = torch.stack([torch.sin((1 - share) * angle), torch.sin(share * angle)], 1) / torch.sin(angle)
    return weights @ torch.stack([start, end])


def seed_plane(
    result: Result, *, side: int = SIDE, seed: int | None = None, device: torch.device | None = None
) -> Generator[float, None, SeedPlane]:
    """The pictures of the plane of the first three seeds that a generator draws: yields the share done.

    seed    of that generator, the run's own by default
    Raises ValueError for a run of points or of a user's own pictures, and as `between` does.
    """
    experiment = result.experiment
    if not experiment.pictures:
        raise ValueError("A plane of three seeds is of pictures; this run is of points.")
    device, spec = device or result.device, plane_sampler(experiment)
    shape = picture_distribution(experiment.pictures).shape
    generator = seeded(experiment.seed if seed is None else seed, "seed plane")
    noise, truth = between(initial_noise(3, shape, generator), side), known_truth(result)
    both: tuple[tuple[Denoiser, torch.device], ...] = (
        (result.denoiser(device=device), device),
        (truth, torch.device("cpu")),
    )
    made = []
    for place, (denoiser, where) in enumerate(both):
        work = carried(denoiser, noise.to(where), spec)
        ends: Tensor = yield from rescaled(work, place / 2, (place + 1) / 2)
        made.append(ends.clamp(-1, 1).cpu().numpy())
    return SeedPlane(spec, *made)
