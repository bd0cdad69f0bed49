"""The sweep that a browser looks at: what there is of it so far, and the job that makes more."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer.figures.words import ago, seconds
from explorer.server.jobs import Busy
from explorer.server.tickets import Ticket
from explorer.storage import checkpoints
from explorer.storage.files import CheckpointError, forget_oldest
from explorer.sweeps.presets import SHIPPED_SWEEPS, SWEEPS
from explorer.sweeps.run import SweepUpdate, sweep
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import Cell, Row, finished_cells
from explorer.ui.shared.job_buttons import job_buttons
from explorer.ui.shell import server, session
from explorer.ui.sweep.controls import chosen

PURPOSE = "sweep"
OWN = "sweeps"


@dataclass(frozen=True)
class Table:
    """What there is of a sweep: its finished cells, where they come from, and the job that makes more."""

    spec: SweepSpec
    cells: tuple[Cell, ...]
    rows: tuple[Row, ...]
    origin: str
    ticket: Ticket[SweepUpdate] | None

    @property
    def active(self) -> bool:
        return self.ticket is not None and self.ticket.active


def look(spec: SweepSpec) -> Table:
    """The sweep as far as it is: running, stored here, or shipped."""
    ticket = server.held(PURPOSE)
    mine = ticket if ticket is not None and ticket.key == _key(spec) else None
    if mine is not None and mine.active and mine.update is not None:
        return Table(spec, mine.update.cells, mine.update.rows, "running", mine)
    found = _stored(_own(spec))
    if isinstance(found, str):
        return Table(spec, (), (), f"{found} Run to replace it.", mine)
    if found is not None:
        done = "" if len(found[0]) == len(spec.members) else ", not finished: Run goes on"
        return Table(
            spec,
            finished_cells(spec, found[0]),
            found[0],
            f"computed here {ago(time.time() - found[1])}{done}",
            mine,
        )
    for name, sweep_ in SWEEPS.items():
        rows = _loaded(SHIPPED_SWEEPS / name, 0, 0) if sweep_.spec == spec else ""
        if not isinstance(rows, str):
            return Table(spec, finished_cells(spec, rows), rows, "shipped", mine)
    return Table(spec, (), (), "not computed yet", mine)


def run() -> None:
    """Start the sweep of the controls, or go on with it after the last stack that is stored."""
    spec = chosen()
    if spec is None:
        return
    folder = _own(spec)
    if isinstance(_stored(folder), str):  # damaged: nothing can go on from it
        shutil.rmtree(folder, ignore_errors=True)

    def work() -> Iterator[SweepUpdate]:
        for update in sweep(spec, folder=folder):
            if update.done:
                forget_oldest(folder.parent)
            yield update

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server.begin(PURPOSE, _key(spec), work)
    except (Busy, ValueError, OSError) as error:
        session.say(str(error))


def buttons(table: Table | None) -> None:
    """Run, Pause, Stop."""
    job_buttons(
        "Run",
        run,
        None if table is None else table.ticket,
        (
            "Train every network here, many at once; each stack is kept as it is finished.",
            "Hold the sweep; it goes on where it was.",
            "End it. The cells that are finished stay, and Run goes on after them.",
        ),
        keys=("run_sweep", "pause_sweep", "stop_sweep"),
        startable=table is not None,
    )


def progress_line(ticket: Ticket[SweepUpdate], spec: SweepSpec) -> str:
    """Where a sweep stands, in one line."""
    update = ticket.update
    if update is None:
        return str(ticket.state)
    left = "" if update.seconds_left is None else f" · {seconds(update.seconds_left)} left"
    done = f"{len(update.rows):,} of {len(spec.members):,} networks"
    return f"{ticket.state} · {done} · {update.share:.0%}{left}"


def _key(spec: SweepSpec) -> str:
    return f"sweep {spec.digest}"


def _own(spec: SweepSpec) -> Path:
    return checkpoints.own().root / OWN / spec.digest


def _stored(folder: Path) -> tuple[tuple[Row, ...], float] | str | None:
    """The rows of this server's own sweep and when the last of them was written, or why they cannot be read;
    None where there is none."""
    if not (folder / "spec.json").is_file():
        return None
    written = [file.stat().st_mtime_ns for file in folder.glob("*.json")]
    rows = _loaded(folder, len(written), max(written))
    return rows if isinstance(rows, str) else (rows, max(written) / 1e9)


@st.cache_resource(max_entries=16, show_spinner=False)
def _loaded(folder: Path, files: int, changed: int) -> tuple[Row, ...] | str:
    """The rows in a folder, or why they cannot be read."""
    try:
        return load_sweep(folder)[1]
    except CheckpointError as error:
        return str(error)
