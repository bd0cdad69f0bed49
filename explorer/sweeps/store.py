"""Where a sweep is stored: a folder that grows by one file for every finished stack.

    spec.json           what was run
    rows-NUMBER.json    the rows of a stack, named by the first of them, and how they were computed
    table.csv           all rows that are finished

Every file is written to a temporary name and renamed, so that a sweep that was killed goes on after its last
finished stack. Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from explorer.compute.provenance import Provenance
from explorer.storage import folders
from explorer.storage.files import read_sealed, readable, write_file, write_sealed
from explorer.storage.folders import check_engine, check_same, read_spec, take_folder
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Row, as_csv

FORMAT = 1
TABLE = "table.csv"


def begin(folder: Path, spec: SweepSpec) -> tuple[Row, ...]:
    """Take a folder for a sweep, and return the rows of it that are there already.

    Raises CheckpointError if the folder holds anything else: another sweep, or files that are none.
    """
    return take_folder(folder, FORMAT, spec, "sweep", load_sweep)


def save_rows(folder: Path, made: tuple[Row, ...], computed: Provenance | None) -> None:
    """Add the rows of a stack, and how they were computed, if that is known."""
    values = {
        "rows": [row.to_json() for row in made],
        "computed": None if computed is None else dataclasses.asdict(computed),
    }
    write_sealed(folder / f"rows-{made[0].number:04}.json", FORMAT, values)


def save_table(folder: Path, spec: SweepSpec, rows: Iterable[Row]) -> None:
    """Write all rows as CSV."""
    write_file(folder / TABLE, as_csv(spec, rows).encode())


def load_sweep(folder: Path, asked: SweepSpec | None = None) -> tuple[SweepSpec, tuple[Row, ...]]:
    """The specification and all finished rows of a sweep, by number.

    asked   the sweep that it has to be, if that is known

    Raises CheckpointError, naming the file, if one is damaged or is not of this sweep, and for a sweep that
    another engine has not finished: its table would mix two kinds of numbers.
    """
    spec = read_spec(folder, FORMAT, "sweep", SweepSpec.from_stored)
    if asked is not None:
        check_same(folder, spec, asked, "sweep")
    found: dict[int, Row] = {}
    for path in sorted(folder.glob("rows-*.json")):
        with readable(f"The file {path.name} of the sweep {folder.name}"):
            for values in read_sealed(path, FORMAT, "sweep")["rows"]:
                row = Row.from_json(values)
                member = spec.members[row.number]
                if (row.x, row.y, row.seed) != (member.x, member.y, member.experiment.seed):
                    raise ValueError(f"its row {row.number} is of another sweep")
                found[row.number] = row
    if len(found) < len(spec.members):
        check_engine(folder, "sweep", computed_by(folder))
    return spec, tuple(found[number] for number in sorted(found))


def computed_by(folder: Path) -> set[Provenance | None]:
    """How the finished rows of a sweep were computed; None among them for those of which it was not recorded.

    Raises CheckpointError for a file that cannot be read.
    """
    return folders.computed_by(folder, "rows-*.json", FORMAT, "sweep")
