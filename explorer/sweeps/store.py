"""Where a sweep is stored: a folder that grows by one file for every finished stack.

    spec.json           what was run
    rows-NUMBER.json    the rows of a stack, named by the first of them
    table.csv           all rows that are finished

Every file is written to a temporary name and renamed, so that a sweep that was killed goes on after its last
finished stack. Nothing is ever unpickled.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from explorer.storage.files import read_sealed, readable, write_file, write_sealed
from explorer.storage.folders import read_spec, take_folder
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Row, as_csv

FORMAT = 1
TABLE = "table.csv"


def begin(folder: Path, spec: SweepSpec) -> tuple[Row, ...]:
    """Take a folder for a sweep, and return the rows of it that are there already.

    Raises CheckpointError if the folder holds anything else: another sweep, or files that are none.
    """
    return take_folder(folder, FORMAT, spec, "sweep", load_sweep)


def save_rows(folder: Path, made: tuple[Row, ...]) -> None:
    """Add the rows of a stack."""
    write_sealed(folder / f"rows-{made[0].number:04}.json", FORMAT, {"rows": [row.to_json() for row in made]})


def save_table(folder: Path, spec: SweepSpec, rows: Iterable[Row]) -> None:
    """Write all rows as CSV."""
    write_file(folder / TABLE, as_csv(spec, rows).encode())


def load_sweep(folder: Path) -> tuple[SweepSpec, tuple[Row, ...]]:
    """The specification and all finished rows of a sweep, by number.

    Raises CheckpointError, naming the file, if one is damaged or is not of this sweep.
    """
    spec = read_spec(folder, FORMAT, "sweep", SweepSpec.from_json)
    found: dict[int, Row] = {}
    for path in sorted(folder.glob("rows-*.json")):
        with readable(f"The file {path.name} of the sweep {folder.name}"):
            for values in read_sealed(path, FORMAT, "sweep")["rows"]:
                row = Row.from_json(values)
                member = spec.members[row.number]
                if (row.x, row.y, row.seed) != (member.x, member.y, member.experiment.seed):
                    raise ValueError(f"its row {row.number} is of another sweep")
                found[row.number] = row
    return spec, tuple(found[number] for number in sorted(found))
