"""The comparisons over the dimension that come with the explorer, by the name of their layout."""

from __future__ import annotations

from pathlib import Path

from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.spec import DimensionSpec
from explorer.dimension.store import load_dimensions
from explorer.experiments import checkpoints
from explorer.storage.files import CheckpointError
from explorer.storage.folders import SPEC, check_same

SHIPPED_DIMENSION: Path = checkpoints.SHIPPED_ROOT / "dimension"
COMPARISONS: dict[str, DimensionSpec] = {"plane": DimensionSpec()}


def own_folder(spec: DimensionSpec) -> Path:
    """Where a user's own comparison of that specification is kept."""
    return checkpoints.own().root / "dimensions" / spec.digest


def shipped_dimensions(name: str) -> tuple[DimensionPart, ...]:
    """What ships of one of COMPARISONS. Raises CheckpointError if it is not there, damaged, or another."""
    found, parts = load_dimensions(SHIPPED_DIMENSION / name)
    check_same(SHIPPED_DIMENSION / name, found, COMPARISONS[name], "comparison of dimensions")
    return parts


def stored_dimensions(spec: DimensionSpec) -> tuple[DimensionPart, ...]:
    """What of a specification is stored on this machine: a user's own, else what ships.

    Raises CheckpointError if there is nothing, or its files are damaged.
    """
    if (own_folder(spec) / SPEC).is_file():
        found, parts = load_dimensions(own_folder(spec))
        if found == spec:
            return parts
    for name, shipped in COMPARISONS.items():
        if shipped == spec:
            return shipped_dimensions(name)
    raise CheckpointError("No such comparison is stored on this machine; it can be computed anew here.")
