"""How far a sweep is: the rows so far, the cells that they make, and the share of the work that is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.compute.progress import seconds_left
from explorer.experiments.experiment import Experiment
from explorer.sweeps import store
from explorer.sweeps.spec import Member, SweepSpec
from explorer.sweeps.table import Cell, Row, summary


@dataclass(frozen=True, slots=True)
class SweepUpdate:
    """How far a sweep is.

    share           of the whole that is done, 0 to 1; a part of it may have been done before this start
    seconds         of work since this start
    seconds_left    estimated from the pace since this start; None until something is done
    rows            all finished ones, by number
    cells           those of which every network is finished
    """

    share: float
    seconds: float
    seconds_left: float | None
    rows: tuple[Row, ...]
    cells: tuple[Cell, ...]
    done: bool = False


class Progress:
    """The rows of a sweep, beginning with those that its folder holds already.

    Raises CheckpointError for a folder that holds anything but this sweep.
    """

    def __init__(self, spec: SweepSpec, folder: Path | None) -> None:
        self.spec, self.folder, self.seconds = spec, folder, 0.0
        self.whole = sum(work(member.experiment) for member in spec.members)
        self._take({row.number: row for row in (() if folder is None else store.begin(folder, spec))})
        self.begun = self.done

    def missing(self, members: Iterable[Member]) -> list[Member]:
        """Those that have no row yet."""
        return [member for member in members if member.number not in self.rows]

    def add(self, rows: Iterable[Row], seconds: float = 0.0) -> None:
        """Take rows in that took so many seconds, and write the table."""
        self._take(self.rows | {row.number: row for row in rows})
        self.seconds += seconds
        self._write()

    def told(self, more: float = 0.0, since: float = 0.0) -> SweepUpdate:
        """Where it stands; `more` work and `since` seconds belong to what is under way."""
        done, spent = self.done + more, self.seconds + since
        share, begun = done / self.whole, self.begun / self.whole
        left = seconds_left(spent, share, begun) if share > begun else None
        return SweepUpdate(share, spent, left, tuple(self.rows.values()), self.cells)

    def end(self, since: float = 0.0) -> SweepUpdate:
        """The last update."""
        self._write()  # a kill may have come before it
        rows = tuple(self.rows.values())
        return SweepUpdate(1.0, self.seconds + since, 0.0, rows, self.cells, done=True)

    def _take(self, rows: dict[int, Row]) -> None:
        self.rows = dict(sorted(rows.items()))
        self.cells = summary(self.spec, self.rows.values())
        self.done = sum(work(self.spec.members[number].experiment) for number in self.rows)

    def _write(self) -> None:
        if self.folder is not None:
            store.save_table(self.folder, self.spec, self.rows.values())


def work(experiment: Experiment) -> float:
    """About how long a network takes beside others: samples seen in training, times weights."""
    network, training = experiment.network, experiment.training
    return training.steps * training.batch * network.width * (network.depth * network.width + 64)
