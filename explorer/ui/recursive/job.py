"""The recursive loop that a browser looks at: what there is of it so far, and the job that makes more."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from explorer.figures.vega.generations import ARM_TITLES
from explorer.figures.words import ago, seconds
from explorer.recursion.presets import LOOPS, SHIPPED_LOOPS
from explorer.recursion.run import RecursionUpdate, recursive_training
from explorer.recursion.spec import Generation, RecursionSpec
from explorer.recursion.store import compact, load_run
from explorer.server.jobs import Busy
from explorer.server.tickets import Ticket
from explorer.storage import checkpoints
from explorer.storage.files import CheckpointError, forget_oldest
from explorer.ui.recursive.controls import chosen
from explorer.ui.shared.job_buttons import job_buttons
from explorer.ui.shell import server, session

PURPOSE = "recursion"
OWN = "recursions"


@dataclass(frozen=True)
class Loop:
    """What there is of a loop: its generations so far, where they come from, and the job that makes more."""

    spec: RecursionSpec
    generations: tuple[Generation, ...]
    origin: str
    ticket: Ticket[RecursionUpdate] | None

    @property
    def active(self) -> bool:
        return self.ticket is not None and self.ticket.active


def look(spec: RecursionSpec) -> Loop:
    """The loop as far as it is: running, stored here, or shipped."""
    ticket = server.held(PURPOSE)
    if ticket is not None and ticket.key == _key(spec) and ticket.update is not None and ticket.active:
        return Loop(spec, ticket.update.generations, "running", ticket)
    mine = ticket if ticket is not None and ticket.key == _key(spec) else None
    own = _own(spec)
    if (own / "spec.json").is_file():
        found = _loaded(own, len(list(own.glob("*.json"))), (own / "spec.json").stat().st_mtime_ns)
        if isinstance(found, str):
            return Loop(spec, (), f"{found} Run to replace it.", mine)
        ended = ago(time.time() - max(f.stat().st_mtime for f in own.glob("*.json")))
        done = "" if len(found) == len(spec.arms) * spec.generations else ", not finished: Run goes on"
        return Loop(spec, found, f"computed here {ended}{done}, seed {spec.experiment.seed}", mine)
    for name in LOOPS:
        stored = _shipped(SHIPPED_LOOPS / name)
        if stored is not None and _same_loop(stored[0], spec):
            wanted = (one for one in stored[1] if one.arm in spec.arms and one.number < spec.generations)
            return Loop(spec, tuple(wanted), f"shipped, seed {spec.experiment.seed}", mine)
    return Loop(spec, (), "not computed yet", mine)


def run() -> None:
    """Start the loop of the controls, or go on with it after the last generation that is stored."""
    spec = chosen()
    if spec is None:
        return
    folder = _own(spec)

    def work() -> Iterator[RecursionUpdate]:
        for update in recursive_training(spec, folder=folder):
            if update.done:
                compact(folder)
                forget_oldest(folder.parent)
            yield update

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server.begin(PURPOSE, _key(spec), work)
    except (Busy, ValueError, OSError) as error:
        session.report_problem(str(error))


def buttons(loop: Loop | None) -> None:
    """Run, Pause, Stop."""
    job_buttons(
        "Run",
        run,
        None if loop is None else loop.ticket,
        (
            "Compute the loop here, generation by generation; each is kept as it is finished.",
            "Hold the loop; it goes on where it was.",
            "End it. The generations that are finished stay, and Run goes on after them.",
        ),
        keys=("run_loop", "pause_loop", "stop_loop"),
        startable=loop is not None,
    )


def progress_line(ticket: Ticket[RecursionUpdate]) -> str:
    """Where a loop stands, in one line."""
    update = ticket.update
    if update is None:
        return str(ticket.state)
    left = "" if update.seconds_left is None else f" · {seconds(update.seconds_left)} left"
    arm = ARM_TITLES.get(update.arm, "all arms")
    place = f"{arm}, generation {update.generation}: {update.stage}"
    return f"{ticket.state} · {place} · {update.share:.0%}{left}"


def _key(spec: RecursionSpec) -> str:
    return f"recursion {spec.digest}"


def _own(spec: RecursionSpec) -> Path:
    return checkpoints.own().root / OWN / spec.digest


def _same_loop(stored: RecursionSpec, wanted: RecursionSpec) -> bool:
    """Whether a stored loop holds all that is wanted: an arm does not depend on the others, nor a generation
    on later ones."""
    fewer = dataclasses.replace(stored, arms=wanted.arms, generations=wanted.generations)
    enough = set(wanted.arms) <= set(stored.arms) and wanted.generations <= stored.generations
    return enough and fewer == wanted


@st.cache_resource(max_entries=8, show_spinner=False)
def _loaded(folder: Path, files: int, changed: int) -> tuple[Generation, ...] | str:
    """The generations in a folder, or why they cannot be read."""
    try:
        return load_run(folder)[1]
    except CheckpointError as error:
        return str(error)


@st.cache_resource(max_entries=8, show_spinner=False)
def _shipped(folder: Path) -> tuple[RecursionSpec, tuple[Generation, ...]] | None:
    try:
        return load_run(folder)
    except CheckpointError:
        return None
