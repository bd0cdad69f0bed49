"""Sweeps: how often networks hallucinate over a grid of experiments, trained many at once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from explorer.compute.cluster import ClusterConfig, map_tasks
from explorer.compute.device import DeviceChoice, choose_device, prepare
from explorer.compute.progress import seconds_left
from explorer.diffusion.training import Diverged
from explorer.experiments.experiment import Experiment
from explorer.experiments.run import Result
from explorer.experiments.stack import Common, StackUpdate, common, learn_stack
from explorer.sweeps import store
from explorer.sweeps.spec import Member, SweepSpec
from explorer.sweeps.table import Cell, Row, finished_cells, summarize_network

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
    device = device or sweep_device(spec).device
    progress = SweepProgress(spec, folder)
    for stack in map(progress.missing, stacks(spec.members, device)):
        cost = sum(work(member.experiment) for member in stack)
        for update in _learned(spec, stack, device):
            if update.results is None:
                yield progress.update(cost * update.share, update.seconds)
                continue
            made = _rows(stack, update.results)
            if folder is not None:
                store.save_rows(folder, made, update.results[0].trained)
            progress.add(made, update.seconds)
            yield progress.update()
    yield progress.end()


def sweep_apart(spec: SweepSpec, folder: Path, place: ClusterConfig) -> Iterator[SweepUpdate]:
    """As `sweep`, with every stack as a task of its own, on this machine's processes or on a cluster.

    The folder has to be visible to all of them; what the executor writes goes to `tasks` in it. Tells of a
    stack when it is finished, and twice a second how long it has taken. Raises TaskFailed, besides what
    `sweep` raises; the stacks that are finished stay, and a new start goes on after them.
    """
    progress, start = SweepProgress(spec, folder), time.perf_counter()
    together = stacks(spec.members, sweep_device(spec).device)
    planned = [stack for stack in map(progress.missing, together) if stack]
    arguments = [
        (spec.to_json(), [member.number for member in stack], str(folder.resolve()), place.threads)
        for stack in planned
    ]
    for ended in map_tasks(stack_task, arguments, folder / "tasks", place):
        if ended is not None:
            progress.add(store.load_sweep(folder)[1])
        yield progress.update(since=time.perf_counter() - start)
    yield progress.end(time.perf_counter() - start)


def stack_task(values: dict[str, Any], numbers: list[int], folder: str, threads: int) -> None:
    """Train and measure the members of these numbers as one stack, and store their rows."""
    prepare(threads)
    spec = SweepSpec.from_json(values)
    stack = [spec.members[number] for number in numbers]
    for update in _learned(spec, stack, sweep_device(spec).device):
        if update.results is not None:
            store.save_rows(Path(folder), _rows(stack, update.results), update.results[0].trained)


def sweep_device(spec: SweepSpec) -> DeviceChoice:
    """Where the networks of a sweep are trained, and why."""
    return choose_device(spec.members[0].experiment.network.kind, members=len(spec.members))


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


def _learned(spec: SweepSpec, stack: Stack, device: torch.device) -> Iterator[StackUpdate]:
    """Train a stack, if there is any of it to train."""
    if not stack:
        return
    try:
        yield from learn_stack([member.experiment for member in stack], device=device)
    except Diverged as error:
        member = stack[error.member]
        raise FloatingPointError(
            f"{spec.cell_in_words(member.x, member.y)}, seed {member.experiment.seed}: the loss stopped "
            f"being a number at step {error.step:,}; lower the learning rate."
        ) from error


def _rows(stack: Stack, results: Iterable[Result]) -> tuple[Row, ...]:
    return tuple(
        Row(one.number, one.x, one.y, one.experiment.seed, summarize_network(result), result.final.seconds)
        for one, result in zip(stack, results, strict=True)
    )


class SweepProgress:
    """The rows of a sweep, beginning with those that its folder holds already.

    Raises CheckpointError for a folder that holds anything but this sweep.
    """

    def __init__(self, spec: SweepSpec, folder: Path | None) -> None:
        self.spec, self.folder, self.seconds = spec, folder, 0.0
        self.whole = sum(work(member.experiment) for member in spec.members)
        self._take({row.number: row for row in (() if folder is None else store.begin(folder, spec))})
        self.begun = self.done

    def missing(self, members: Iterable[Member]) -> list[Member]:
        """Those that have no row yet."""
        return [member for member in members if member.number not in self.rows]

    def add(self, rows: Iterable[Row], seconds: float = 0.0) -> None:
        """Take rows in that took so many seconds, and write the table."""
        self._take(self.rows | {row.number: row for row in rows})
        self.seconds += seconds
        self._write()

    def update(self, more: float = 0.0, since: float = 0.0) -> SweepUpdate:
        """Where it stands; `more` work and `since` seconds belong to what is under way."""
        done, spent = self.done + more, self.seconds + since
        share, begun = done / self.whole, self.begun / self.whole
        left = seconds_left(spent, share, begun) if share > begun else None
        return SweepUpdate(share, spent, left, tuple(self.rows.values()), self.cells)

    def end(self, since: float = 0.0) -> SweepUpdate:
        """The last update."""
        self._write()  # a kill may have come before it
        rows = tuple(self.rows.values())
        return SweepUpdate(1.0, self.seconds + since, 0.0, rows, self.cells, done=True)

    def _take(self, rows: dict[int, Row]) -> None:
        self.rows = dict(sorted(rows.items()))
        self.cells = finished_cells(self.spec, self.rows.values())
        self.done = sum(work(self.spec.members[number].experiment) for number in self.rows)

    def _write(self) -> None:
        if self.folder is not None:
            store.save_table(self.folder, self.spec, self.rows.values())


def work(experiment: Experiment) -> float:
    """About how long a network takes beside others: samples seen in training, times weights."""
    network, training = experiment.network, experiment.training
    return training.steps * training.batch * network.width * (network.depth * network.width + 64)
