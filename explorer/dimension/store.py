"""Where results over the dimension are stored: a folder that grows by two files for every dimension.

    spec.json       what is compared
    rows-D.json     the rows of a dimension, how they were computed, size and SHA-256 of the other file
    plane-D.npz     the picture of its first network in the plane through three modes

Every file is written to a temporary name and renamed, so that work that was killed goes on after its last
finished dimension. Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from explorer.compute.provenance import Provenance
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.methods import METHODS
from explorer.dimension.plane import PlanePicture
from explorer.dimension.rows import DimensionRow
from explorer.dimension.spec import DimensionSpec
from explorer.storage import folders
from explorer.storage.arrays import load_npz, save_npz
from explorer.storage.files import listing, read_sealed, readable, verified, write_file, write_sealed
from explorer.storage.folders import check_engine, read_spec, take_folder

FORMAT = 1
WHAT = "comparison of dimensions"


def begin(folder: Path, spec: DimensionSpec) -> tuple[DimensionPart, ...]:
    """Take a folder for a specification, and return what of it is there already.

    Raises CheckpointError if the folder holds anything else.
    """
    return take_folder(folder, FORMAT, spec, WHAT, load_dimensions)


def save_part(folder: Path, part: DimensionPart, computed: Provenance) -> None:
    """Add what was found in a dimension."""
    blob = save_npz(part.picture.arrays())
    write_file(folder / f"plane-{part.dimensions:02}.npz", blob)
    values = {
        "rows": [row.to_json() for row in part.rows],
        "computed": dataclasses.asdict(computed),
        "plane": listing(blob),
    }
    write_sealed(_rows_file(folder, part.dimensions), FORMAT, values)


def load_dimensions(folder: Path) -> tuple[DimensionSpec, tuple[DimensionPart, ...]]:
    """The specification and all finished dimensions, in their order.

    Raises CheckpointError, naming the file, if one is damaged or is of another specification, and for work
    that another engine has not finished.
    """
    spec = read_spec(folder, FORMAT, WHAT, DimensionSpec.from_json)
    parts = tuple(
        _read_part(folder, spec, one) for one in spec.dimensions if _rows_file(folder, one).is_file()
    )
    if len(parts) < len(spec.dimensions):
        check_engine(folder, WHAT, computed_by(folder))
    return spec, parts


def computed_by(folder: Path) -> set[Provenance | None]:
    """How the finished dimensions were computed. Raises CheckpointError for a file that cannot be read."""
    return folders.computed_by(folder, "rows-*.json", FORMAT, WHAT)


def _rows_file(folder: Path, dimensions: int) -> Path:
    return folder / f"rows-{dimensions:02}.json"


def _read_part(folder: Path, spec: DimensionSpec, dimensions: int) -> DimensionPart:
    path = _rows_file(folder, dimensions)
    values = read_sealed(path, FORMAT, WHAT)
    with readable(f"The file {path.name} of the {WHAT} {folder.name}"):
        rows = tuple(DimensionRow.from_json(row) for row in values["rows"])
        known = {(row.seed, row.method) for row in rows if row.who == "network"}
        if {row.dimensions for row in rows} != {dimensions} or known != {
            (seed, name) for seed in range(spec.seeds) for name in METHODS
        }:
            raise ValueError("its rows are of another comparison")
        blob = verified(folder / f"plane-{dimensions:02}.npz", values["plane"])
        return DimensionPart(dimensions, rows, PlanePicture.of(load_npz(blob)))
