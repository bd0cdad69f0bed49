"""Sweeps: how often networks hallucinate over a grid of experiments, trained many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from explorer import sweep_store
from explorer.axes import AXES, Axis
from explorer.device import pick_device
from explorer.diffusion.training import Diverged
from explorer.experiment import Experiment
from explorer.learning import Result
from explorer.outcomes import outcome
from explorer.stacks import Common, StackUpdate, common, learn_stack
from explorer.sweep_spec import Member, SweepSpec
from explorer.sweep_table import Cell, Row, as_csv, summary

__all__ = ["AXES", "Axis", "Cell", "Row", "SweepSpec", "SweepUpdate", "as_csv", "summary", "sweep"]

LARGEST_STACK = 16  # networks: on a CPU more of them gain nothing, and cells come in later
STACK_NUMBERS = 2**19  # activations of a layer in a stack; there, too, more gain nothing
GPU_FACTOR = 4  # by which both are larger on a GPU: an estimate
Stack = list[Member]


@dataclass(frozen=True, slots=True)
class SweepUpdate:
    """How far a sweep is.

    share           of the whole that is done, 0 to 1; a part of it may have been done before this start
    seconds         of work since this start
    seconds_left    estimated from the pace since this start; None until something is done
    rows            all finished ones, by number
    cells           those of which every network is finished
    """

    share: float
    seconds: float
    seconds_left: float | None
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    done: bool = False


def sweep(
    spec: SweepSpec, *, folder: Path | None = None, device: torch.device | None = None
) -> Iterator[SweepUpdate]:
    """Train and measure every network of a sweep in slices; the last update is `done` and carries every row.

    Networks that differ only in mixture, points and seed share a stack. How they are stacked changes their
    rows by no more than rounding does, see learn_stack; a sweep that was stopped goes on in the same stacks.

    folder      where every finished stack is stored, and from where a sweep that was stopped goes on

    Raises CheckpointError for a folder that holds anything but this sweep, FloatingPointError, naming the
    cell, when a loss stops being a number.
    """
    device = device or pick_device()
    rows = {row.number: row for row in (() if folder is None else sweep_store.begin(folder, spec))}
    whole = sum(work(member.experiment) for member in spec.members)
    done = begun = sum(work(spec.members[number].experiment) for number in rows)
    seconds, cells = 0.0, summary(spec, rows.values())

    def told(more: float, since: float) -> SweepUpdate:
        share, spent = (done + more) / whole, seconds + since
        left = spent * (whole - done - more) / (done + more - begun) if done + more > begun else None
        return SweepUpdate(share, spent, left, tuple(rows.values()), cells)

    for planned in stacks(spec.members, device):
        stack = [member for member in planned if member.number not in rows]
        cost = sum(work(member.experiment) for member in stack)
        for update in _learned(spec, stack, device):
            if update.results is None:
                yield told(cost * update.share, update.seconds)
                continue
            made = tuple(map(_row, stack, update.results))
            rows = dict(sorted((rows | {row.number: row for row in made}).items()))
            if folder is not None:
                sweep_store.save_rows(folder, made)
                sweep_store.save_table(folder, spec, rows.values())
            done, seconds, cells = done + cost, seconds + update.seconds, summary(spec, rows.values())
            yield told(0.0, 0.0)
    if folder is not None:
        sweep_store.save_table(folder, spec, rows.values())  # a kill may have come before it
    yield SweepUpdate(1.0, seconds, 0.0, tuple(rows.values()), cells, done=True)


def stacks(members: tuple[Member, ...], device: torch.device) -> list[Stack]:
    """All networks in stacks of about equal size, no larger than is of use, in the order of the table."""
    groups: dict[Common, Stack] = {}
    for member in members:
        groups.setdefault(common(member.experiment), []).append(member)
    found = []
    factor = 1 if device.type == "cpu" else GPU_FACTOR
    for group in groups.values():
        experiment = group[0].experiment
        numbers = experiment.training.batch * experiment.network.width  # activations of a layer, of a member
        largest = min(factor * LARGEST_STACK, max(1, factor * STACK_NUMBERS // numbers))
        count = -(-len(group) // largest)
        ends = [len(group) * place // count for place in range(count + 1)]
        found += [group[start:end] for start, end in zip(ends, ends[1:], strict=False)]
    return found


def work(experiment: Experiment) -> float:
    """About how long a network takes beside others: samples seen in training, times weights."""
    network, training = experiment.network, experiment.training
    return training.steps * training.batch * network.width * (network.depth * network.width + 64)


def _learned(spec: SweepSpec, stack: Stack, device: torch.device) -> Iterator[StackUpdate]:
    """Train a stack, if there is any of it to train."""
    if not stack:
        return
    try:
        yield from learn_stack([member.experiment for member in stack], device=device)
    except Diverged as error:
        member = stack[error.member]
        raise FloatingPointError(
            f"{spec.told(member.x, member.y)}, seed {member.experiment.seed}: the loss stopped being a "
            f"number at step {error.step:,}; lower the learning rate."
        ) from error


def _row(member: Member, result: Result) -> Row:
    experiment, seconds = member.experiment, result.final.seconds
    return Row(member.number, member.x, member.y, experiment.seed, outcome(result), seconds)
