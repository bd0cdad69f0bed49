"""Loops, sweeps, networks of few and many points, and comparisons over the dimension, whose finished parts
are kept in a folder; each is computed by one server at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

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


class Update(Protocol):
    """How far it is."""

    @property
    def done(self) -> bool: ...


S = TypeVar("S", contravariant=True)
U = TypeVar("U", bound=Update)
V = TypeVar("V", bound=Update, covariant=True)


class Compute(Protocol[S, V]):
    """Does the work of a specification, or the rest of it, with its parts in a folder."""

    def __call__(self, spec: S, *, folder: Path) -> Iterator[V]: ...


def loop_in_folder(spec: RecursionSpec, folder: Path) -> Iterator[RecursionUpdate | Elsewhere]:
    """A loop, or the rest of one; when it is done, what only its continuation needed goes."""
    return computed_once(
        f"loop {spec.digest}", partial(_in_folder, recursive_training, spec, folder, compact)
    )


def sweep_in_folder(spec: SweepSpec, folder: Path) -> Iterator[SweepUpdate | Elsewhere]:
    """A sweep, or the rest of one."""
    return computed_once(f"sweep {spec.digest}", partial(_in_folder, sweep, spec, folder))


def memorisation_in_folder(spec: MemorisationSpec, folder: Path) -> Iterator[MemorisationUpdate | Elsewhere]:
    """Networks that learn from few and from many points, or the rest of them."""
    return computed_once(f"memorisation {spec.digest}", partial(_in_folder, memorisation, spec, folder))


def dimensions_in_folder(spec: DimensionSpec, folder: Path) -> Iterator[DimensionUpdate | Elsewhere]:
    """A comparison over the dimension, or the rest of one."""
    return computed_once(f"dimension {spec.digest}", partial(_in_folder, compare_dimensions, spec, folder))


def _in_folder(
    compute: Compute[S, U], spec: S, folder: Path, ended: Callable[[Path], None] | None = None
) -> Iterator[U]:
    """The updates of a computation. Before the last one what is done when it has `ended` is done with its
    folder, and of the folders beside it those longest unchanged are removed."""
    for update in compute(spec, folder=folder):
        if update.done:
            if ended is not None:
                ended(folder)
            forget_oldest(folder.parent)
        yield update
