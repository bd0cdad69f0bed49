"""Loops and sweeps, whose finished parts are kept in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from explorer.recursion.run import RecursionUpdate, recursive_training
from explorer.recursion.spec import RecursionSpec
from explorer.recursion.store import compact
from explorer.storage.folders import forget_oldest
from explorer.sweeps.run import SweepUpdate, sweep
from explorer.sweeps.spec import SweepSpec


def loop_in_folder(spec: RecursionSpec, folder: Path) -> Iterator[RecursionUpdate]:
    """A loop, or the rest of one; when it is done, what only its continuation needed goes."""
    for update in recursive_training(spec, folder=folder):
        if update.done:
            compact(folder)
            forget_oldest(folder.parent)
        yield update


def sweep_in_folder(spec: SweepSpec, folder: Path) -> Iterator[SweepUpdate]:
    """A sweep, or the rest of one."""
    for update in sweep(spec, folder=folder):
        if update.done:
            forget_oldest(folder.parent)
        yield update
