"""Loops, sweeps, networks of few and many points, and comparisons over the dimension, whose finished parts
are kept in a folder; each is computed by one server at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from explorer.dimension.run import DimensionUpdate, compare_dimensions
from explorer.dimension.spec import DimensionSpec
from explorer.memorisation.run import MemorisationUpdate, memorisation
from explorer.memorisation.spec import MemorisationSpec
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


def memorisation_in_folder(spec: MemorisationSpec, folder: Path) -> Iterator[MemorisationUpdate | Elsewhere]:
    """Networks that learn from few and from many points, or the rest of them."""
    return computed_once(f"memorisation {spec.digest}", partial(_memorisation, spec, folder))


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


def _memorisation(spec: MemorisationSpec, folder: Path) -> Iterator[MemorisationUpdate]:
    for update in memorisation(spec, folder=folder):
        if update.done:
            forget_oldest(folder.parent)
        yield update


def _dimensions(spec: DimensionSpec, folder: Path) -> Iterator[DimensionUpdate]:
    for update in compare_dimensions(spec, folder=folder):
        if update.done:
            forget_oldest(folder.parent)
        yield update
