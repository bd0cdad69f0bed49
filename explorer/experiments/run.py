"""A whole run: draw the data, train, measure along the way, and hand over the result."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import choose_device, trains_in_bfloat16
from explorer.compute.progress import WorkClock, map_progress, rescaled, seconds_left, timed
from explorer.compute.provenance import Provenance, provenance
from explorer.compute.seeds import seeded
from explorer.data.pictures import learned_pictures, picture_shape
from explorer.data.points import PointSet
from explorer.diffusion.denoiser import Denoiser, LearnedDenoiser, TrueDenoiser
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import NoiseNetwork, load_weights
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.diffusion.training import NOISE_ERROR, Recorded, snapshot_steps, train, warm_up
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import (
    LIVE_PICTURES,
    LIVE_SAMPLES,
    REPORTED_PICTURES,
    REPORTED_SAMPLES,
    Measurement,
    check_measured,
    density_span,
    measure,
)

SNAPSHOTS, PICTURE_SNAPSHOTS = 12, 7


@dataclass(frozen=True)
class Snapshot:
    """The averaged network at a step of the training, and what it produces; seconds of training so far.

    weights     (P,); None for pictures before the end of the training: a U-Net's are large
    """

    step: int
    seconds: float
    weights: np.ndarray | None
    measurement: Measurement


@dataclass(frozen=True)
class Result:
    """A finished run. losses (steps,); data_mean (D,) and data_std standardise the network's input: 0 and 1
    for pictures, which are not.

    trained, measured   how the weights and the measurements were computed; None if that was not recorded
    recorded            what the losses are
    """

    experiment: Experiment
    data_mean: np.ndarray
    data_std: float
    losses: np.ndarray
    snapshots: tuple[Snapshot, ...]
    trained: Provenance | None = None
    measured: Provenance | None = None
    recorded: Recorded = NOISE_ERROR

    def __getstate__(self) -> dict[str, Any]:
        """What another process is sent: the fields, without what was computed of them."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def final(self) -> Snapshot:
        return self.snapshots[-1]

    @property
    def dimensions(self) -> int:
        """Coordinates of a point; 0 for pictures."""
        return 0 if self.experiment.pictures else len(self.data_mean)

    @cached_property
    def network_digest(self) -> str:
        """Sixteen hexadecimal digits that name the final network: its weights, and how its input is
        standardised."""
        parts = (self.final.weights, self.data_mean, np.array([self.data_std]))
        blobs = [np.ascontiguousarray(part, "<f4").tobytes() for part in parts]
        return hashlib.sha256(b"".join(blobs)).hexdigest()[:16]

    def denoiser(self, snapshot: int = -1, device: torch.device | str = "cpu") -> LearnedDenoiser:
        """The network at a snapshot, as a denoiser. Raises ValueError if its weights were not kept."""
        weights = self.snapshots[snapshot].weights
        if weights is None:
            raise ValueError(f"The weights at step {self.snapshots[snapshot].step:,} were not kept.")
        network = network_of(self.experiment, self.data_mean, self.data_std, device)
        load_weights(network, torch.from_numpy(weights).to(device))
        return LearnedDenoiser(network, self.experiment.schedule)

    @property
    def device(self) -> torch.device:
        """Where its network computes unless another device is named."""
        return choose_device(self.experiment.network.kind).device

    @cached_property
    def sampled(self) -> Denoiser:
        """The final network as it is sampled many times, on its device: in 1-D read off a table, which is
        kept."""
        return self.sampled_on(self.device)

    def sampled_on(self, device: torch.device) -> Denoiser:
        """The same on a device."""
        network = self.denoiser(device=device)
        if self.dimensions != 1:
            return network
        return TabulatedDenoiser(network, span=density_span(self.experiment))

    def truth(self) -> TrueDenoiser | None:
        """The perfect denoiser of the run's data, None for a user's own points and pictures."""
        known = self.experiment.distribution
        return None if known is None else TrueDenoiser(known, self.experiment.schedule)


@dataclass(frozen=True, slots=True)
class LearningUpdate:
    """How far a run is.

    seconds         of training so far, measuring not counted
    losses          (step,), the noise error of every step: a growing prefix that is never rewritten
    seconds_left    of training and measuring, estimated from the pace so far
    result          when the run is finished
    """

    step: int
    steps: int
    seconds: float
    losses: np.ndarray
    snapshots: tuple[Snapshot, ...]
    seconds_left: float
    result: Result | None = None

    @property
    def share(self) -> float:
        """Of the training that is done, 0 to 1."""
        return self.step / self.steps

    @property
    def recorded(self) -> Recorded:
        """What the losses are."""
        return NOISE_ERROR

    @property
    def steps_per_second(self) -> float:
        return self.step / self.seconds if self.seconds > 0 else 0.0


def training_points(experiment: Experiment, uploaded: PointSet | None = None) -> Tensor:
    """What a network is trained on, (N, *shape) on the CPU; the same for the same experiment.

    Raises ValueError if the experiment names an upload and the points are not given, or a user's own pictures
    that are not on this machine.
    """
    known = learned_pictures(experiment.pictures) if experiment.pictures else experiment.mixture
    if known is not None:
        generator = seeded(experiment.seed, "points")
        balanced = experiment.mixture is not None and experiment.mixture.balanced
        return known.sample(experiment.points, generator, balanced=balanced)
    if uploaded is None or uploaded.digest != experiment.upload:
        raise ValueError(f"The uploaded points {experiment.upload} are no longer here; upload them again.")
    return torch.from_numpy(uploaded.points)


def learn(
    experiment: Experiment, uploaded: PointSet | None = None, *, device: torch.device | None = None
) -> Iterator[LearningUpdate]:
    """Run an experiment in slices of some 50 ms; the last update carries the Result.

    Raises ValueError as check_measured does, before the training.
    """
    device = device or choose_device(experiment.network.kind).device
    warm_up()
    data = training_points(experiment, uploaded)
    mean, std = data_mean_std(experiment, data)
    network = network_of(experiment, mean.numpy(), std, device)
    check_measured(tuple(network.shape), experiment.sampler)
    probe = LearnedDenoiser(network_of(experiment, mean.numpy(), std, device), experiment.schedule)
    generator = seeded(experiment.seed, "training", device)
    steps = experiment.training.steps
    losses = np.empty(steps, np.float32)
    snapshots: tuple[Snapshot, ...] = ()
    step, clock, measuring, longer = 0, WorkClock(), WorkClock(), _final_factor(experiment)

    def so_far(measuring_left: float, result: Result | None = None) -> LearningUpdate:
        left = seconds_left(clock.seconds, step / steps) + measuring_left
        return LearningUpdate(
            step, steps, clock.seconds, losses[:step], snapshots, 0.0 if result else left, result
        )

    def while_measuring(share: float) -> LearningUpdate:
        return so_far(seconds_left(measuring.seconds, max(share, 1e-3)))

    training = train(
        network,
        data.to(device),
        experiment.schedule,
        experiment.training,
        generator,
        snapshots=measured_steps(experiment),
    )
    for update in timed(training, clock):
        step, last = update.step, update.step == steps
        losses[step - len(update.losses) : step] = update.losses[:, 0]
        if update.weights is not None:
            load_weights(probe.network, update.weights)
            measuring = WorkClock()
            work = timed(measure(experiment, probe, reported=last, device=device), measuring)
            measurement = yield from map_progress(work, while_measuring)
            weights = None if experiment.pictures and not last else update.weights.cpu().numpy()
            snapshots = (*snapshots, Snapshot(step, clock.seconds, weights, measurement))
        result = None
        if last:
            made = computed_by(experiment, device)
            result = Result(experiment, mean.numpy(), std, losses, snapshots, *made)
        yield so_far(longer * measuring.seconds, result)


def measured_again(result: Result, *, device: torch.device | None = None) -> Generator[float, None, Result]:
    """The run with every snapshot measured anew, its training as it is; yields the share done.

    Raises ValueError for a run that has snapshots without weights, as those of pictures have.
    """
    device = device or result.device
    longer = _final_factor(result.experiment)
    whole, done = longer + len(result.snapshots) - 1, 0.0
    snapshots = []
    for number, snapshot in enumerate(result.snapshots):
        last = number == len(result.snapshots) - 1
        cost = longer if last else 1.0
        work = measure(result.experiment, result.denoiser(number, device), reported=last, device=device)
        measurement = yield from rescaled(work, done / whole, (done + cost) / whole)
        snapshots.append(dataclasses.replace(snapshot, measurement=measurement))
        done += cost
    _, measured = computed_by(result.experiment, device)
    return dataclasses.replace(result, snapshots=tuple(snapshots), measured=measured)


def train_on(
    experiment: Experiment, data: Tensor, *, device: torch.device
) -> Generator[float, None, LearnedDenoiser]:
    """Train the experiment's network from scratch on other data (N, *shape), without measuring it.

    Yields the share done and returns the averaged network; on the experiment's own data it is the one that
    `learn` ends with, number for number.
    """
    warm_up()
    mean, std = data_mean_std(experiment, data)
    network = network_of(experiment, mean.numpy(), std, device)
    training, generator = experiment.training, seeded(experiment.seed, "training", device)
    for update in train(
        network,
        data.to(device),
        experiment.schedule,
        training,
        generator,
        snapshots=measured_steps(experiment),
    ):
        if update.weights is not None:
            weights = update.weights
        yield update.step / training.steps
    load_weights(network, weights)
    return LearnedDenoiser(network, experiment.schedule)


def computed_by(experiment: Experiment, device: torch.device) -> tuple[Provenance, Provenance]:
    """How the experiment's network is trained and how it is measured on a device, here and now."""
    unet = experiment.network.kind == "unet"
    half = unet and trains_in_bfloat16(device)
    return provenance(device, convolutions=unet, bfloat16=half), provenance(device, convolutions=unet)


def measured_steps(experiment: Experiment) -> list[int]:
    """The steps at which a run is looked at; they are ends of blocks, so they are part of its randomness."""
    return snapshot_steps(experiment.training.steps, PICTURE_SNAPSHOTS if experiment.pictures else SNAPSHOTS)


def data_mean_std(experiment: Experiment, data: Tensor) -> tuple[Tensor, float]:
    """Mean (D,) and standard deviation of the points, for network_of; pictures stay as they are."""
    if experiment.pictures:
        return torch.zeros(1), 1.0
    mean = data.mean(0)
    return mean, float((data - mean).square().mean().sqrt())


def network_of(
    experiment: Experiment, mean: np.ndarray, std: float, device: torch.device | str
) -> NoiseNetwork:
    """The experiment's network, not yet trained, for data of that mean (D,) and spread."""
    pictures = experiment.pictures
    return build_network(
        experiment.network,
        experiment.schedule,
        picture_shape(pictures) if pictures else len(mean),
        [experiment.seed],
        data_mean=torch.from_numpy(mean),
        data_std=std,
        device=device,
    )


def _final_factor(experiment: Experiment) -> float:
    """How much longer the last measurement takes than those along the way."""
    if experiment.pictures:
        return REPORTED_PICTURES / LIVE_PICTURES
    flat = experiment.mixture is not None and experiment.mixture.dimensions == 2
    return REPORTED_SAMPLES / LIVE_SAMPLES if flat else 1.0
