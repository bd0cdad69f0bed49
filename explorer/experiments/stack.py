"""Many small networks trained and measured as one computation; each comes out as it would alone."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from explorer.compute.device import choose_device
from explorer.compute.progress import WorkClock, rescaled, seconds_left, timed
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import LearnedDenoiser
from explorer.diffusion.exact_density.rates import exact_rates_of_stack
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights, member_weights
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec, train, warm_up
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import (
    REPORTED_SAMPLES,
    THRESHOLDS,
    Measurement,
    check_measured,
    density_span,
    measure,
)
from explorer.experiments.run import (
    Result,
    Snapshot,
    computed_by,
    data_mean_std,
    measured_steps,
    network_of,
    training_points,
)

EXACT_POINTS = 1_000  # of which an exact rate asks the noise at a step, about
PASSES = 3  # of a batch through the network in a training step: forward, and backward as long as two

Common = tuple[int, NoiseSchedule, NetworkSpec, TrainingSpec, SamplerSpec]


@dataclass(frozen=True, slots=True)
class StackUpdate:
    """How far a stack is.

    step, steps     of the training, which all members take together
    share           of training and measuring that is done, 0 to 1
    seconds         of training and measuring so far
    seconds_left    estimated from the pace so far
    results         of all members, in their order, when the stack is finished: each has its last snapshot
                    only, whose seconds are its part of the stack's
    """

    step: int
    steps: int
    share: float
    seconds: float
    seconds_left: float
    results: tuple[Result, ...] | None = None


def common(experiment: Experiment) -> Common:
    """What the members of a stack have in common: dimensions, schedule, network, training and sampler.

    Raises ValueError for an experiment that is not of a mixture.
    """
    if experiment.mixture is None:
        raise ValueError("A stack learns mixtures; pictures and uploaded points are trained alone.")
    dimensions = experiment.mixture.dimensions
    return dimensions, experiment.schedule, experiment.network, experiment.training, experiment.sampler


def learn_stack(
    experiments: Sequence[Experiment], *, device: torch.device | None = None
) -> Iterator[StackUpdate]:
    """Run experiments that differ only in mixture, points and seed; the last update has their Results.

    Every member has the data, weights and batches that `learn` would give it on the same device, and is
    measured as `learn` measures at the end: exactly in 1-D, on 20,000 samples in the plane. What differs is
    the rounding of single precision. Training can make it grow: plain networks agreed to four digits of their
    rates after 3,000 steps, residual ones to a few percent after 1,500.

    Raises ValueError for experiments that cannot share a stack, Diverged when a loss stops being a number.
    """
    _check(experiments)
    if device is None:
        device = choose_device(experiments[0].network.kind, members=len(experiments)).device
    stack = _Stack(experiments, device)
    clock = WorkClock()
    for step, share in timed(stack.work(), clock):
        yield StackUpdate(step, stack.steps, share, clock.seconds, seconds_left(clock.seconds, share))
    yield StackUpdate(stack.steps, stack.steps, 1.0, clock.seconds, 0.0, stack.results(clock.seconds))


def train_stack(
    experiments: Sequence[Experiment], *, device: torch.device
) -> Generator[float, None, tuple[LearnedDenoiser, ...]]:
    """Train experiments as `learn_stack` does, and measure nothing: yields the share done, returns the
    network of each, alone.

    Raises what `learn_stack` raises.
    """
    _check(experiments)
    warm_up()
    stack = _Stack(experiments, device)
    for step in stack.trained():
        yield step / stack.steps
    return tuple(map(stack.alone, range(len(experiments))))


def _check(experiments: Sequence[Experiment]) -> None:
    """Raise ValueError for experiments that cannot share a stack, or cannot be measured."""
    if not experiments:
        raise ValueError("A stack needs at least one experiment.")
    for one in experiments:
        if common(one) != common(experiments[0]):
            raise ValueError(
                "The experiments of a stack may differ in mixture, points and seed, and no more."
            )
        check_measured(one.mixture.shape if one.mixture else (), one.sampler)


class _Stack:
    """The state of a stack: its data, then its weights, then what its members produce."""

    def __init__(self, experiments: Sequence[Experiment], device: torch.device) -> None:
        self.experiments, self.device = experiments, device
        self.dimensions, self.schedule, self.network, self.training, self.sampler = common(experiments[0])
        self.steps = self.training.steps
        self.losses = np.empty((self.steps, len(experiments)), np.float32)
        self.measurements: list[Measurement] = []

    def work(self) -> Generator[tuple[int, float], None, None]:
        """Train all members and measure them; yields the step and the share done."""
        warm_up()
        points = EXACT_POINTS if self.dimensions == 1 else REPORTED_SAMPLES
        measured_points = points * self.sampler.calls(self.schedule)
        measuring = measured_points / (PASSES * self.training.batch)  # as long as so many training steps
        whole = self.steps + measuring
        for step in self.trained():
            yield step, step / whole
        for share in self._measure():
            yield self.steps, (self.steps + measuring * share) / whole

    def results(self, seconds: float) -> tuple[Result, ...]:
        """Of all members, after the work."""
        each = seconds / len(self.experiments)
        made = computed_by(self.experiments[0], self.device)
        rows = zip(
            self.experiments, self.means_stds, self.weights, self.measurements, self.losses.T, strict=True
        )
        return tuple(
            Result(
                one,
                mean.numpy(),
                std,
                losses,
                (Snapshot(self.steps, each, weights.numpy(), measured),),
                *made,
            )
            for one, (mean, std), weights, measured, losses in rows
        )

    def trained(self) -> Iterator[int]:
        """Train all members; yields the steps done."""
        data = [training_points(one) for one in self.experiments]
        self.means_stds = [
            data_mean_std(one, points) for one, points in zip(self.experiments, data, strict=True)
        ]
        self.stack = build_network(
            self.network,
            self.schedule,
            self.dimensions,
            [one.seed for one in self.experiments],
            data_mean=torch.stack([mean for mean, _ in self.means_stds]),
            data_std=[std for _, std in self.means_stds],
            device=self.device,
        )
        work = train(
            self.stack,
            [points.to(self.device) for points in data],
            self.schedule,
            self.training,
            [seeded(one.seed, "training", self.device) for one in self.experiments],
            snapshots=measured_steps(self.experiments[0]),
        )
        for update in work:
            self.losses[update.step - len(update.losses) : update.step] = update.losses
            if update.weights is not None:
                last = update.weights
            yield update.step
        load_weights(self.stack, last)
        self.weights: Tensor = member_weights(self.stack, last).cpu()  # (M, P)

    def _measure(self) -> Generator[float, None, None]:
        if self.dimensions == 1:
            spans = [density_span(one) for one in self.experiments]
            mixtures = [one.mixture for one in self.experiments if one.mixture is not None]  # all of them
            found = yield from exact_rates_of_stack(
                self.stack, self.schedule, self.sampler, mixtures, THRESHOLDS, spans=spans
            )
            for rates in found:
                self.measurements.append(
                    Measurement(rates.density, None, rates.beyond, None, error=rates.error)
                )
            return
        members = len(self.experiments)
        for place, one in enumerate(self.experiments):
            work = measure(one, self.alone(place), device=self.device)
            part = rescaled(work, place / members, (place + 1) / members)
            self.measurements.append((yield from part))

    def alone(self, place: int) -> LearnedDenoiser:
        """The network of a member by itself, after the training."""
        mean, std = self.means_stds[place]
        network = network_of(self.experiments[place], mean.numpy(), std, self.device)
        load_weights(network, self.weights[place].to(self.device))
        return LearnedDenoiser(network, self.schedule)
