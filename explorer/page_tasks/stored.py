"""Loops, sweeps and comparisons over the dimension, whose finished parts are kept in a folder; each is
computed by one server at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from explorer.dimension.run import DimensionUpdate, compare_dimensions
from explorer.dimension.spec import DimensionSpec
from explorer.recursion.run import RecursionUpdate, recursive_training
from explorer.recursion.spec import RecursionSpec
from explorer.recursion.store import compact
from explorer.server.execution import Elsewhere
from explorer.server.leases import computed_once
from explorer.storage.folders import forget_oldest
from explorer.sweeps.run import SweepUpdate, sweep
from explorer.sweeps.spec import SweepSpec


def loop_in_folder(spec: RecursionSpec, folder: Path) -> Iterator[RecursionUpdate | Elsewhere]:
    """A loop, or the rest of one; when it is done, what only its continuation needed goes."""
    return computed_once(f"loop {spec.digest}", partial(_loop, spec, folder))


def sweep_in_folder(spec: SweepSpec, folder: Path) -> Iterator[SweepUpdate | Elsewhere]:
    """A sweep, or the rest of one."""
    return computed_once(f"sweep {spec.digest}", partial(_sweep, spec, folder))


def dimensions_in_folder(spec: DimensionSpec, folder: Path) -> Iterator[DimensionUpdate | Elsewhere]:
    """A comparison over the dimension, or the rest of one."""
    return computed_once(f"dimension {spec.digest}", partial(_dimensions, spec, folder))


def _loop(spec: RecursionSpec, folder: Path) -> Iterator[RecursionUpdate]:
    for update in recursive_training(spec, folder=folder):
        if update.done:
            compact(folder)
            forget_oldest(folder.parent)
        yield update


def _sweep(spec: SweepSpec, folder: Path) -> Iterator[SweepUpdate]:
    for update in sweep(spec, folder=folder):
        if update.done:
            forget_oldest(folder.parent)
        yield update


def _dimensions(spec: DimensionSpec, folder: Path) -> Iterator[DimensionUpdate]:
    for update in compare_dimensions(spec, folder=folder):
        if update.done:
            forget_oldest(folder.parent)
        yield update
