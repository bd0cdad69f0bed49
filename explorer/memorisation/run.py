"""Memorise, then generalise: what networks draw that learned from few points, beside the denoiser that knows
these by heart and beside the truth.

How clean the cleanest step is decides what can be memorised at all: a sampler that stops at a noise wider
than the spacing of the points cannot tell them apart. Hence a geometric schedule, whose end is asked for.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from explorer.compute.device import choose_device
from explorer.compute.progress import WorkClock, map_progress, rescaled, seconds_left, timed
from explorer.compute.seeds import seeded
from explorer.diffusion.denoiser import Denoiser, EmpiricalDenoiser, TrueDenoiser
from explorer.diffusion.sampling import sample
from explorer.diffusion.training import Diverged
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import computed_by, training_points
from explorer.experiments.stack import train_stack
from explorer.memorisation import store
from explorer.memorisation.records import WHO, MemorisationRow, MemorisedSize
from explorer.memorisation.sample_kinds import Shares, sample_kinds
from explorer.memorisation.score_position import score_position
from explorer.memorisation.spec import SAMPLER_STEPS, MemorisationSpec

COMPARED_WORK = 1.4e-8  # of a sample at a step with a training point, the empirical denoiser
TRAINED_WORK = 4.5e-11  # of a weight with a training sample at a step, both about seconds on a processor


@dataclass(frozen=True, slots=True)
class MemorisationUpdate:
    """How far it is.

    share           of the whole that is done, 0 to 1; a part of it may have been done before this start
    seconds         of work since this start
    seconds_left    estimated from the pace since this start; None until something is done
    sizes           all finished ones, the smallest first
    """

    share: float
    seconds: float
    seconds_left: float | None
    sizes: tuple[MemorisedSize, ...]
    done: bool = False


def memorisation(
    spec: MemorisationSpec, *, folder: Path | None = None, device: torch.device | None = None
) -> Iterator[MemorisationUpdate]:
    """Train the networks, those of a size as one stack, and measure each; the last update is `done` and
    carries every size.

    folder      where every finished size is stored, and from where one that was stopped goes on

    Raises CheckpointError for a folder that holds anything else, FloatingPointError, naming the size, when a
    loss stops being a number.
    """
    if device is None:
        device = choose_device(spec.experiment.network.kind, members=spec.seeds).device
    made = {} if folder is None else {one.size: one for one in store.begin(folder, spec)}
    costs = {size: work(spec, size) for size in spec.sizes}
    whole = sum(costs.values())
    begun = done = sum(costs[size] for size in made)
    clock = WorkClock()

    def update(share: float) -> MemorisationUpdate:
        left = seconds_left(clock.seconds, share, begun / whole) if share > begun / whole else None
        return MemorisationUpdate(share, clock.seconds, left, tuple(made[size] for size in sorted(made)))

    for size in spec.sizes:
        if size in made:
            continue
        try:
            part = rescaled(_of_size(spec, size, device), done / whole, (done + costs[size]) / whole)
            made[size] = yield from map_progress(timed(part, clock), update)
        except Diverged as error:
            raise FloatingPointError(
                f"{size:,} points: the loss stopped being a number at step {error.step:,}; lower the "
                "learning rate."
            ) from error
        if folder is not None:
            store.save_size(folder, made[size], computed_by(spec.experiment, device)[0])
        done += costs[size]
        yield update(done / whole)
    yield MemorisationUpdate(1.0, clock.seconds, 0.0, update(1.0).sizes, done=True)


def work(spec: MemorisationSpec, size: int) -> float:
    """About how many seconds the networks of a size take on one processor."""
    network, training = spec.experiment.network, spec.experiment.training
    dimensions = spec.mixture.dimensions
    weights = network.width * (network.depth * network.width + 64 + 2 * dimensions * network.x_octaves)
    trained = TRAINED_WORK * weights * (3 * training.steps * training.batch + SAMPLER_STEPS * spec.n)
    return spec.seeds * (trained + COMPARED_WORK * SAMPLER_STEPS * spec.n * size)


def _of_size(
    spec: MemorisationSpec, size: int, device: torch.device
) -> Generator[float, None, MemorisedSize]:
    """Train and measure the networks that learn from so many points; of the first, what a page draws of."""
    members = spec.members_of(size)
    networks = yield from rescaled(train_stack(members, device=device), 0.0, 0.6)
    rows, drawn, kinds = [], None, None
    for place, (experiment, network) in enumerate(zip(members, networks, strict=True)):
        ends = 0.6 + 0.4 * place / len(members), 0.6 + 0.4 * (place + 1) / len(members)
        row, samples, found = yield from rescaled(_measured(spec, experiment, network, device), *ends)
        rows.append(row)
        if place == 0:
            drawn, kinds = samples, found
    assert drawn is not None  # there is a seed at least
    assert kinds is not None
    weights = torch.nn.utils.parameters_to_vector(networks[0].network.parameters()).detach()
    return MemorisedSize(size, tuple(rows), drawn, kinds, weights.cpu().numpy())


def _measured(
    spec: MemorisationSpec, experiment: Experiment, network: Denoiser, device: torch.device
) -> Generator[float, None, tuple[MemorisationRow, np.ndarray, np.ndarray]]:
    """A network's row, and the samples (2, n, D) of the network and of the empirical denoiser with their
    kinds (2, n)."""
    mixture, training = spec.mixture, training_points(experiment)
    truth = TrueDenoiser(mixture, experiment.schedule)
    empirical = EmpiricalDenoiser(training.to(device), experiment.schedule)
    drawn = []
    for denoiser, start, end in ((network, 0.0, 0.2), (empirical, 0.2, 0.9)):
        same_noise = seeded(experiment.seed, "sampling", device)
        drawing = sample(denoiser, spec.n, experiment.sampler, same_noise)
        made = yield from rescaled(drawing, start, end)
        drawn.append(made.cpu().numpy())
    fresh = mixture.sample(spec.n, seeded(experiment.seed, "fresh")).numpy()
    position = yield from rescaled(
        score_position(network, empirical, truth, seeded(experiment.seed, "score position", device)), 0.9, 1.0
    )
    points = training.numpy()
    by_whom = dict(zip(WHO, (*drawn, fresh), strict=True))
    kinds = {who: sample_kinds(samples, points, mixture) for who, samples in by_whom.items()}
    shares = {who: Shares.counted(kinds[who], samples, points) for who, samples in by_whom.items()}
    row = MemorisationRow(size=experiment.points, seed=experiment.seed, **shares, position=position)
    return row, np.stack(drawn).astype(np.float32), np.stack([kinds[who] for who in WHO[:2]])
