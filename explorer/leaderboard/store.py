"""Where a leaderboard is stored: a folder that grows by one file for every network.

    spec.json               what is compared
    networks/PRESET-SEED/   the networks that were trained for it, as runs
    rows-PRESET-SEED.json   the rows of a network, and how they were computed
    leaderboard.json        all rows, when all are there; what ships is this file alone
    detectors.csv, remedies.csv, leaderboard.md     the same as tables

Every file is written to a temporary name and renamed, so that a leaderboard that was killed goes on after its
last finished network. README.md beside this file says what is in leaderboard.json. Nothing is ever unpickled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.compute.provenance import Provenance
from explorer.experiments import checkpoints
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.run import Result
from explorer.leaderboard.rows import DetectorRow, RemedyRow, Rows
from explorer.leaderboard.spec import LeaderboardSpec, Member
from explorer.storage.files import CheckpointError, read_sealed, readable, sealed, write_file, write_sealed
from explorer.storage.folders import check_engine, read_spec, take_folder

FORMAT = 1
TABLE = "leaderboard.json"
NETWORKS, TASKS = "networks", "tasks"
SHIPPED_LEADERBOARD: Path = checkpoints.SHIPPED_ROOT / "leaderboard"


@dataclass(frozen=True)
class Leaderboard:
    """A finished table: what is compared, its rows, and how they were computed."""

    spec: LeaderboardSpec
    rows: Rows
    computed: tuple[Provenance, ...]


def begin(folder: Path, spec: LeaderboardSpec) -> dict[Member, Rows]:
    """Take a folder for a leaderboard, and return the rows of it that are there already, by network.

    Raises CheckpointError if the folder holds anything else.
    """
    take_folder(folder, FORMAT, spec, "leaderboard", _load_all)
    return finished(folder, spec)


def finished(folder: Path, spec: LeaderboardSpec) -> dict[Member, Rows]:
    """The rows that are there, by network. Raises CheckpointError for a file that is damaged, and for rows of
    another version of the engine while others are missing."""
    found = {one: _read_rows(path) for one in spec.members if (path := _rows_file(folder, one)).is_file()}
    if len(found) < len(spec.members):
        check_engine(folder, "leaderboard", (made for _, made in found.values()))
    return {one: rows for one, (rows, _) in found.items()}


def _load_all(folder: Path) -> tuple[LeaderboardSpec, tuple[Rows, ...]]:
    spec = read_spec(folder, FORMAT, "leaderboard", LeaderboardSpec.from_json)
    return spec, tuple(finished(folder, spec).values())


def save_rows(folder: Path, member: Member, rows: Rows, computed: Provenance) -> None:
    """Add the rows of a network."""
    values = {**_plain(rows), "computed": dataclasses.asdict(computed)}
    write_sealed(_rows_file(folder, member), FORMAT, values)


def _rows_file(folder: Path, member: Member) -> Path:
    return folder / f"rows-{member.name}.json"


def _read_rows(path: Path) -> tuple[Rows, Provenance]:
    values = read_sealed(path, FORMAT, "leaderboard")
    with readable(f"The file {path.name} of the leaderboard {path.parent.name}"):
        computed = Provenance.from_json(values["computed"])
        if computed is None:
            raise ValueError("it does not say what computed it")
        return _rows(values), computed


# ---- networks --------------------------------------------------------------------------------------------


def network(folder: Path, member: Member) -> Result | None:
    """The network of a preset and seed: the shipped one, or the one that was trained for the leaderboard;
    None if it was not yet.

    Raises CheckpointError for one that is damaged, or is of another experiment.
    """
    if member.seed == 0:
        return checkpoints.shipped().load_preset(member.preset).result
    kept = CheckpointStore(folder / NETWORKS)
    if not kept.has(member.name):
        return None
    found = kept.load(member.name).result
    if found.experiment != member.experiment:
        raise CheckpointError(f"The network {member.name} of {folder.name} is of another experiment.")
    return found


def save_network(folder: Path, member: Member, result: Result) -> None:
    """Keep a network that was trained for the leaderboard."""
    CheckpointStore(folder / NETWORKS).save(result, member.name)


# ---- the whole table -------------------------------------------------------------------------------------


def table_bytes(table: Leaderboard) -> bytes:
    """A finished table as the bytes of leaderboard.json."""
    values = {
        "spec": table.spec.to_json(),
        **_plain(table.rows),
        "computed": [dataclasses.asdict(one) for one in table.computed],
    }
    return sealed(FORMAT, values)


def save_table(folder: Path, spec: LeaderboardSpec, found: Mapping[Member, Rows]) -> Leaderboard:
    """Write the rows of all networks as one table."""
    made = dict.fromkeys(_read_rows(_rows_file(folder, one))[1] for one in spec.members)
    table = Leaderboard(spec, together(found[one] for one in spec.members), tuple(made))
    write_file(folder / TABLE, table_bytes(table))
    return table


def load_leaderboard(folder: Path) -> Leaderboard:
    """The table in a folder. Raises CheckpointError if there is none, or it is damaged."""
    values = read_sealed(folder / TABLE, FORMAT, "leaderboard")
    with readable(f"The leaderboard {folder.name}"):
        made = (Provenance.from_json(one) for one in values["computed"])
        spec = LeaderboardSpec.from_json(values["spec"])
        return Leaderboard(spec, _rows(values), tuple(one for one in made if one is not None))


def together(parts: Iterable[Rows]) -> Rows:
    """The rows of several networks."""
    return sum(parts, Rows())


def _plain(rows: Rows) -> dict[str, Any]:
    return {
        "detectors": [row.to_json() for row in rows.detectors],
        "remedies": [row.to_json() for row in rows.remedies],
    }


def _rows(values: Mapping[str, Any]) -> Rows:
    return Rows(
        tuple(DetectorRow.from_json(row) for row in values["detectors"]),
        tuple(RemedyRow.from_json(row) for row in values["remedies"]),
    )
