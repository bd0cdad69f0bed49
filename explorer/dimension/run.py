"""Networks in every dimension of a specification, trained and sampled; a folder keeps what is finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from explorer.compute.device import DeviceChoice, choose_device
from explorer.compute.progress import WorkClock, map_progress, rescaled, seconds_left, timed
from explorer.compute.provenance import provenance
from explorer.diffusion.training import Diverged
from explorer.dimension import store
from explorer.dimension.evaluation import DimensionPart, evaluate_dimension
from explorer.dimension.spec import DimensionSpec

FIXED_WIDTH = 64  # of the work of a layer, what does not grow with its width, in units


@dataclass(frozen=True, slots=True)
class DimensionUpdate:
    """How far a comparison is.

    share           of the whole that is done, 0 to 1; a part of it may have been done before this start
    seconds         of work since this start
    seconds_left    estimated from the pace since this start; None until something is done
    parts           the finished dimensions, in their order
    """

    share: float
    seconds: float
    seconds_left: float | None
    parts: tuple[DimensionPart, ...]
    done: bool = False


def compare_dimensions(
    spec: DimensionSpec, *, folder: Path | None = None, device: torch.device | None = None
) -> Iterator[DimensionUpdate]:
    """Compare networks over the dimension in slices of some 50 ms; the last update is `done` and has all
    parts.

    folder      where every finished dimension is stored, and from where work that was stopped goes on

    Raises CheckpointError for a folder that holds anything else, FloatingPointError, naming the dimension,
    when a loss stops being a number.
    """
    device = device or comparison_device(spec).device
    parts = {part.dimensions: part for part in (() if folder is None else store.begin(folder, spec))}
    clock = WorkClock()
    whole = sum(work(spec, one) for one in spec.dimensions)
    begun = sum(work(spec, one) for one in parts) / whole

    def update(more: float = 0.0, *, done: bool = False) -> DimensionUpdate:
        share = (sum(work(spec, one) for one in parts) + more) / whole
        left = seconds_left(clock.seconds, share, begun) if share > begun else None
        finished = tuple(parts[one] for one in spec.dimensions if one in parts)
        return DimensionUpdate(1.0 if done else share, clock.seconds, 0.0 if done else left, finished, done)

    for one in spec.dimensions:
        if one in parts:
            continue
        evaluating = rescaled(evaluate_dimension(spec, one, device), 0.0, work(spec, one))
        try:
            part = yield from map_progress(timed(evaluating, clock), update)
        except Diverged as error:
            raise FloatingPointError(
                f"In {one} dimensions the loss of seed {error.member} stopped being a number at step "
                f"{error.step:,}; lower the learning rate."
            ) from error
        if folder is not None:
            store.save_part(folder, part, provenance(device))
        parts[one] = part
        yield update()
    yield update(done=True)


def comparison_device(spec: DimensionSpec) -> DeviceChoice:
    """Where the networks are trained, and why."""
    return choose_device("plain", members=spec.seeds)


def work(spec: DimensionSpec, dimensions: int) -> float:
    """About how long a dimension takes beside others: weights of a network, and what each costs besides."""
    return spec.width * (spec.depth - 1) * spec.width + 2 * spec.width * (dimensions + FIXED_WIDTH)
