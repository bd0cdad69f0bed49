"""The networks of one dimension: trained as a stack, then each sampled by every method, beside the truth."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from explorer.compute.progress import rescaled
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.roc import roc
from explorer.detection.trajectory_variance import TrajectoryVariance
from explorer.diffusion.denoiser import Denoiser, LearnedDenoiser, TrueDenoiser
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights, member_weights
from explorer.diffusion.sampling import SamplingRun, sample_chunks
from explorer.diffusion.training import train, warm_up
from explorer.dimension.methods import METHODS, SAMPLERS, splitting_step
from explorer.dimension.plane import SHOWN, Plane, PlanePicture, kinds_of, scores_in_plane
from explorer.dimension.rows import Counted, DimensionRow, K, Who
from explorer.dimension.spec import SAMPLER_STEPS, SCHEDULE, DimensionSpec

TRAINING_SHARE = 0.6  # of the time, about


@dataclass(frozen=True, eq=False)
class DimensionPart:
    """What was found in one dimension: a row a network, method and `who`, and a picture of the first seed."""

    dimensions: int
    rows: tuple[DimensionRow, ...]
    picture: PlanePicture


def evaluate_dimension(
    spec: DimensionSpec, dimensions: int, device: torch.device
) -> Generator[float, None, DimensionPart]:
    """Train the networks of a dimension and sample each: yields the share that is done.

    All methods of a seed, and the true score, begin from the same noise. Raises Diverged when a loss stops
    being a number.
    """
    mixture = spec.mixture(dimensions)
    networks = yield from rescaled(train_networks(spec, dimensions, device), 0.0, TRAINING_SHARE)
    truth = TrueDenoiser(mixture, SCHEDULE)
    work: list[tuple[int, Who, Denoiser, str]] = []
    for seed, network in enumerate(networks):
        work += [(seed, "network", network, name) for name in METHODS]
        work += [(seed, "truth", truth, name) for name in SAMPLERS]
    rows: list[DimensionRow] = []
    samples: dict[str, np.ndarray] = {}
    kinds: dict[str, np.ndarray] = {}
    for place, (seed, who, denoiser, name) in enumerate(work):
        judged = who == "network" and not METHODS[name].cure
        drawing = draw(METHODS[name].run(denoiser, mixture), spec.n, mixture, seed, device, judged=judged)
        ends = (TRAINING_SHARE + (1 - TRAINING_SHARE) * at / len(work) for at in (place, place + 1))
        drawn, hal = yield from rescaled(drawing, *ends)
        counted = Counted.of(drawn, mixture)
        auroc = None if hal is None else _auroc(hal, drawn, mixture)
        rows.append(DimensionRow(dimensions, seed, who, name, counted, auroc))
        if seed == 0 and who == "network" and name in SAMPLERS:
            kinds[name] = kinds_of(mixture, drawn[:SHOWN], K)
            samples[name] = Plane.through(mixture).project(drawn[:SHOWN]).numpy()
    scores = partial(scores_in_plane, mixture=mixture, plane=Plane.through(mixture))
    picture = PlanePicture(
        samples, kinds, scores(LearnedDenoiser(networks[0].network.cpu(), SCHEDULE)), scores(truth)
    )
    return DimensionPart(dimensions, tuple(rows), picture)


def train_networks(
    spec: DimensionSpec, dimensions: int, device: torch.device
) -> Generator[float, None, list[LearnedDenoiser]]:
    """A network a seed, trained as one stack, each on its own points: yields the share done."""
    warm_up()
    mixture, seeds = spec.mixture(dimensions), range(spec.seeds)
    points = [mixture.sample(spec.points, seeded(seed, "points"), balanced=True) for seed in seeds]
    means = torch.stack([one.mean(0) for one in points])
    stds = [float((one - mean).square().mean().sqrt()) for one, mean in zip(points, means, strict=True)]
    make = partial(build_network, spec.network, SCHEDULE, dimensions, device=device)
    stack = make(list(seeds), data_mean=means, data_std=stds)
    generators = [seeded(seed, "training", device) for seed in seeds]
    weights = torch.empty(0)
    for update in train(stack, [one.to(device) for one in points], SCHEDULE, spec.training, generators):
        weights = weights if update.weights is None else update.weights
        yield update.step / spec.steps
    load_weights(stack, weights)
    found = []
    for seed, each in enumerate(member_weights(stack, weights)):
        alone = make([seed], data_mean=means[seed], data_std=stds[seed])
        load_weights(alone, each)
        found.append(LearnedDenoiser(alone, SCHEDULE))
    return found


def draw(
    run: SamplingRun, n: int, mixture: GaussianMixture, seed: int, device: torch.device, *, judged: bool
) -> Generator[float, None, tuple[Tensor, np.ndarray | None]]:
    """n samples (n, D) on the CPU and, if they are judged, Hal of each over the steps from the splitting step
    down, (n,): yields the share done."""
    window = (0, splitting_step(mixture, SCHEDULE))
    chunks, scores = [], []
    variance = TrajectoryVariance(SAMPLER_STEPS)
    for moment in sample_chunks([run], n, seeded(seed, "sampling", device)):
        (step,) = moment.steps
        if judged and step.t <= window[1]:
            variance.add(step)
        if moment.due:
            yield moment.share
        if moment.last:
            chunks.append(step.x0_hat.cpu())
            if judged:
                sums = variance.sums()
                scores.append(sums.hal((sums.steps[0], sums.steps[-1])))
                variance = TrajectoryVariance(SAMPLER_STEPS)
    return torch.cat(chunks), np.concatenate(scores) if judged else None


def _auroc(hal: np.ndarray, samples: Tensor, mixture: GaussianMixture) -> float | None:
    """Of Hal for being beyond r_D(5); what is not finite counts as highest."""
    return roc(np.nan_to_num(hal, nan=np.inf), kinds_of(mixture, samples, K) > 0).auroc
