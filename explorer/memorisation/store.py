"""Where it is stored: a folder that grows by two files for every finished size.

    spec.json                   what was run
    size-00010.json             its rows, how they were computed, size and SHA-256 of the other file
    size-00010.safetensors      what the first seed's denoisers drew, and its network's weights

Every file is written to a temporary name and renamed, so that work that was killed goes on after its last
finished size. Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from explorer.compute.provenance import Provenance
from explorer.memorisation.records import MemorisationRow, MemorisedSize
from explorer.memorisation.sample_kinds import KINDS
from explorer.memorisation.spec import MemorisationSpec
from explorer.storage import folders
from explorer.storage.arrays import load_arrays, save_arrays
from explorer.storage.files import listing, read_sealed, readable, verified, write_file, write_sealed
from explorer.storage.folders import check_engine, check_same, read_spec, take_folder

FORMAT = 1
WHAT = "memorisation"


def begin(folder: Path, spec: MemorisationSpec) -> tuple[MemorisedSize, ...]:
    """Take a folder, and return the sizes that are there already.

    Raises CheckpointError if the folder holds anything else.
    """
    return take_folder(folder, FORMAT, spec, WHAT, load_memorisation)


def save_size(folder: Path, made: MemorisedSize, computed: Provenance) -> None:
    """Add the networks of a size, and how they were computed."""
    blob = save_arrays({"samples": made.samples, "kinds": made.kinds, "weights": made.weights})
    write_file(folder / f"{_name(made.size)}.safetensors", blob)
    values = {
        "size": made.size,
        "rows": [row.to_json() for row in made.rows],
        "computed": dataclasses.asdict(computed),
        "file": listing(blob),
    }
    write_sealed(folder / f"{_name(made.size)}.json", FORMAT, values)


def load_memorisation(
    folder: Path, asked: MemorisationSpec | None = None
) -> tuple[MemorisationSpec, tuple[MemorisedSize, ...]]:
    """The specification and all finished sizes, the smallest first.

    asked   what it has to be, if that is known

    Raises CheckpointError, naming the file, if one is damaged or of another specification, and for work that
    another engine has not finished: it would mix two kinds of numbers.
    """
    spec = read_spec(folder, FORMAT, WHAT, MemorisationSpec.from_stored)
    if asked is not None:
        check_same(folder, spec, asked, WHAT)
    found = []
    for size in spec.sizes:
        path = folder / f"{_name(size)}.json"
        if not path.is_file():
            continue
        with readable(f"The file {path.name} of the {WHAT} {folder.name}"):
            values = read_sealed(path, FORMAT, WHAT)
            arrays = load_arrays(verified(path.with_suffix(".safetensors"), values["file"]))
            found.append(_size(spec, size, values, arrays))
    if len(found) < len(spec.sizes):
        check_engine(folder, WHAT, computed_by(folder))
    return spec, tuple(found)


def computed_by(folder: Path) -> set[Provenance | None]:
    """How the finished sizes were computed. Raises CheckpointError for a file that cannot be read."""
    return folders.computed_by(folder, "size-*.json", FORMAT, WHAT)


def _size(
    spec: MemorisationSpec, size: int, values: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> MemorisedSize:
    rows = tuple(MemorisationRow.from_json(row) for row in values["rows"])
    asked = [(size, one.seed) for one in spec.members_of(size)]
    if values["size"] != size or [(row.size, row.seed) for row in rows] != asked:
        raise ValueError("its rows are of other networks")
    samples, kinds, weights = (arrays[name] for name in ("samples", "kinds", "weights"))
    if samples.shape[:2] != (2, spec.n) or kinds.shape != (2, spec.n) or kinds.max() >= len(KINDS):
        raise ValueError("its arrays are of another form")
    return MemorisedSize(size, rows, samples, kinds, weights)


def _name(size: int) -> str:
    return f"size-{size:05}"
