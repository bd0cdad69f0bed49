"""The atlas of a run: where in the initial noise its hallucinations are born, by the network and by the true
score with the same sampler."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt
from scipy.special import ndtr

from explorer.compute.progress import rescaled
from explorer.data.mixture import GaussianMixture
from explorer.detection.basins import UNCUT_MASS, Basins, Square, basins
from explorer.detection.fate import Stripes, modes_on_the_way, stripes
from explorer.detection.paired_trajectories import shown_steps
from explorer.diffusion.denoiser import Denoiser
from explorer.diffusion.exact_density.quantiles import QUANTILES, TAIL, carried_quantiles
from explorer.diffusion.sampler_spec import SamplerSpec, Solver
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result

ATLAS_STEPS = 80
ATLAS_SOLVER: Solver = "dpm-solver++"
K, SIZE = 5.0, 512
NEAR = 0.05  # of a border, in initial noise
FILM_FRAMES, ROWS_AT_ONCE = 24, 16  # of the film through time, and of its seeds
FILM_SIZE, FILM_UNCUT = 128, 4e-6  # of a frame of the training, in pixels, and how finely its share is found


@dataclass(frozen=True, eq=False)
class PlaneAtlas:
    """The basins of the plane of initial noise, by the network and by the true score."""

    sampler: SamplerSpec
    model: Basins
    truth: Basins

    @property
    def misassigned(self) -> float:
        """The share of the normal in the square that the network carries to another mode than the true score
        does, the nearest to where they end; by the middles of pixels."""
        along, up = self.model.square.masses(self.model.size)
        return float((np.outer(up, along) * (self.model.mode != self.truth.mode)).sum())


@dataclass(frozen=True, eq=False)
class ModesOnTheWay:
    """The mode nearest to the x_0 that is predicted of every seed of the plane: steps t (F), noisiest first,
    and modes (F, P, P) uint8; row 0 lies at the low end of y."""

    steps: tuple[int, ...]
    modes: np.ndarray


@dataclass(frozen=True, eq=False)
class LineAtlas:
    """The stripes of the line of initial noise, by the network at each of some steps of its training, the
    last one the finished network, and by the true score; k in sigma."""

    sampler: SamplerSpec
    k: float
    steps: tuple[int, ...]
    model: tuple[Stripes, ...]
    truth: Stripes


def atlas_sampler(experiment: Experiment, steps: int = ATLAS_STEPS) -> SamplerSpec:
    """The deterministic sampler of an atlas, DPM-Solver++(2M) evenly in log-SNR, with so many steps, or as
    many as the schedule has."""
    most = experiment.schedule.first_informative_step() + 1
    return SamplerSpec(
        eta=0.0, steps=min(steps, most), skip_noise=experiment.sampler.skip_noise, solver=ATLAS_SOLVER
    )


def atlas_mixture(result: Result, dimensions: int) -> GaussianMixture:
    """The mixture whose modes an atlas is of. Raises ValueError if the run's data are no mixture of so many
    dimensions."""
    mixture = result.experiment.mixture
    if mixture is None or mixture.dimensions != dimensions:
        kind = {1: "line", 2: "plane"}[dimensions]
        raise ValueError(f"An atlas of the {kind} needs a mixture in {dimensions}-D whose modes are known.")
    return mixture


def plane_atlas(
    result: Result,
    spec: SamplerSpec,
    *,
    k: float = K,
    square: Square | None = None,
    size: int = SIZE,
    uncut: float | None = UNCUT_MASS,
    noise_seed: int | None = None,
    device: torch.device | None = None,
) -> Generator[float, None, PlaneAtlas]:
    """The atlas of a run in the plane: yields the share done. The arguments are those of `basins`.

    Raises ValueError for a run whose data are no mixture in the plane, and as basins does.
    """
    mixture, truth = atlas_mixture(result, 2), result.truth()
    assert truth is not None  # it has a mixture
    device = device or result.device
    both: tuple[tuple[Denoiser, torch.device], ...] = (
        (result.denoiser(device=device), device),
        (truth, torch.device("cpu")),
    )
    found = []
    for place, (denoiser, where) in enumerate(both):
        work = basins(
            denoiser,
            mixture,
            spec,
            k=k,
            square=square,
            size=size,
            uncut=uncut,
            noise_seed=noise_seed,
            device=where,
        )
        found.append((yield from rescaled(work, place / 2, (place + 1) / 2)))
    return PlaneAtlas(spec, *found)


def modes_through_time(
    result: Result,
    spec: SamplerSpec,
    *,
    size: int = FILM_SIZE,
    noise_seed: int | None = None,
    device: torch.device | None = None,
) -> Generator[float, None, ModesOnTheWay]:
    """The modes nearest to what the final network predicts at each of some steps, for the seeds at the
    middles of size x size pixels of the whole plane: yields the share done."""
    mixture, schedule = atlas_mixture(result, 2), result.experiment.schedule
    device = device or result.device
    shown = shown_steps(spec.timesteps(schedule), FILM_FRAMES)
    denoiser, parts = result.denoiser(device=device), []
    seeds = Square().middles(size).split(size * ROWS_AT_ONCE)
    for place, rows in enumerate(seeds):
        work = modes_on_the_way(denoiser, mixture, rows.to(device), spec, shown, noise_seed=noise_seed)
        parts.append((yield from rescaled(work, place / len(seeds), (place + 1) / len(seeds))))
    modes = np.concatenate(parts, axis=1).reshape(-1, size, size).astype(np.uint8)
    return ModesOnTheWay(tuple(shown), modes)


def training_basins(
    result: Result,
    spec: SamplerSpec,
    *,
    k: float = K,
    size: int = FILM_SIZE,
    uncut: float | None = FILM_UNCUT,
    device: torch.device | None = None,
) -> Generator[float, None, tuple[Basins, ...]]:
    """The basins of the plane by the network at every snapshot of its training, coarser than the atlas:
    yields the share done."""
    mixture = atlas_mixture(result, 2)
    device = device or result.device
    count, found = len(result.snapshots), []
    for number in range(count):
        network = result.denoiser(number, device)
        work = basins(network, mixture, spec, k=k, size=size, uncut=uncut, device=device)
        found.append((yield from rescaled(work, number / count, (number + 1) / count)))
    return tuple(found)


def line_atlas(
    result: Result,
    spec: SamplerSpec,
    *,
    k: float = K,
    quantiles: int = QUANTILES,
    noise_seed: int | None = None,
    device: torch.device | None = None,
) -> Generator[float, None, LineAtlas]:
    """The atlas of a run on the line, through its training: yields the share done.

    Raises ValueError for a run whose data are no mixture on the line, and as carried_quantiles does.
    """
    mixture, truth = atlas_mixture(result, 1), result.truth()
    assert truth is not None  # it has a mixture
    device = device or result.device
    count, found = len(result.snapshots) + 1, []
    denoisers: list[Denoiser] = [result.denoiser(number, device) for number in range(count - 1)]
    for place, denoiser in enumerate([*denoisers, truth]):
        work = carried_quantiles(
            denoiser, spec, mixture, (k,), quantiles=quantiles, noise_seed=noise_seed, device=device
        )
        carried = yield from rescaled(work, place / count, (place + 1) / count)
        found.append(stripes(carried, mixture, k))
    return LineAtlas(spec, k, tuple(one.step for one in result.snapshots), tuple(found[:-1]), found[-1])


def border_share(atlas: PlaneAtlas | LineAtlas) -> float | None:
    """Of the network's hallucinated seeds, the share that lies within NEAR of a border of the true score;
    None if there is none of them, or no border.

    Of the plane by the seeds at the middles of pixels.
    """
    if isinstance(atlas, LineAtlas):
        borders, final = atlas.truth.mode_borders, atlas.model[-1]
        if not len(borders) or not final.hallucinated_share > 0:
            return None
        cuts = np.unique(np.concatenate([final.borders, borders - NEAR, borders + NEAR]))
        edges = np.concatenate([[-np.inf], cuts, [np.inf]])
        inner = np.clip(edges, -2 * TAIL, 2 * TAIL)
        middles = (inner[1:] + inner[:-1]) / 2
        black, near = final.at(middles)[1], (np.abs(middles[:, None] - borders) <= NEAR).any(1)
        mass = np.where(edges[:-1] > 0, ndtr(-edges[:-1]) - ndtr(-edges[1:]), np.diff(ndtr(edges)))
        return float(mass[black & near].sum() / mass[black].sum())
    model, modes = atlas.model, atlas.truth.mode
    border = np.zeros(modes.shape, bool)
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        changes = modes[one] != modes[other]
        border[one] |= changes
        border[other] |= changes
    along, up = model.square.masses(model.size)
    mass = np.outer(up, along) * ~(model.distance <= model.k)
    if not border.any() or not mass.sum() > 0:
        return None
    far = distance_transform_edt(~border) * 2 * model.square.half / model.size
    return float(mass[far <= NEAR].sum() / mass.sum())
