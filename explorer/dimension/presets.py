"""The comparisons over the dimension that come with the explorer, by the name of their layout."""

from __future__ import annotations

from pathlib import Path

from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.spec import DimensionSpec
from explorer.dimension.store import load_dimensions
from explorer.experiments import checkpoints
from explorer.storage.folders import check_same, own_or_shipped

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
    return own_or_shipped(own_folder(spec), spec, load_dimensions, _shipped, "comparison")


def _shipped(spec: DimensionSpec) -> tuple[DimensionPart, ...] | None:
    name = next((name for name, one in COMPARISONS.items() if one == spec), None)
    return None if name is None else shipped_dimensions(name)
