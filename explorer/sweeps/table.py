"""The result of a sweep: a row for every network, a summary for every cell, and the table as CSV."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.summary import RunSummary
from explorer.sweeps.spec import SweepSpec


@dataclass(frozen=True)
class Row:
    """A network of a sweep: its number, its cell, its seed, what it produces, and its part of the seconds of
    its stack."""

    number: int
    x: float
    y: float
    seed: int
    outcome: RunSummary
    seconds: float


@dataclass(frozen=True)
class Spread:
    """Of one number, over the seeds of a cell."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        return cls(statistics.median(numbers), min(numbers), max(numbers))


@dataclass(frozen=True)
class Cell:
    """A finished cell: its rows, by seed, and how their rates beyond k sigma are spread, by k."""

    x: float
    y: float
    rows: tuple[Row, ...]
    beyond: dict[int, Spread]


def summary(spec: SweepSpec, rows: Iterable[Row]) -> tuple[Cell, ...]:
    """The cells of which every network is there, in the order of the table."""
    by_cell: dict[tuple[float, float], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.number):
        by_cell.setdefault((row.x, row.y), []).append(row)
    finished = {cell: found for cell, found in by_cell.items() if len(found) == spec.seeds}
    return tuple(Cell(*cell, tuple(found), _spreads(found)) for cell, found in finished.items())


def _spreads(rows: list[Row]) -> dict[int, Spread]:
    return {k: Spread.of([row.outcome.beyond[k] for row in rows]) for k in THRESHOLDS}


def columns(spec: SweepSpec) -> list[str]:
    """The names of the table's columns."""
    rates = [f"beyond_{k}{end}" for k in THRESHOLDS for end in ("", "_low", "_high")]
    last = ["samples", "middle_share", "extreme_share", "width", "loss", "seconds"]
    return [spec.x.axis, spec.y.axis, "seed", *rates, *last]


def as_csv(spec: SweepSpec, rows: Iterable[Row]) -> str:
    """The table, a line for every row, by number.

    A counted rate has the ends of its 95 % interval beside it and the number of samples in its line; where it
    is exact the ends are empty and `samples` says so. Numbers are written without loss, what is not known is
    empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns(spec))
    for row in sorted(rows, key=lambda row: row.number):
        found = row.outcome
        rates: list[float | str] = []
        for k in THRESHOLDS:
            rate = found.rate(k)
            rates += [found.beyond[k], *(("", "") if rate is None else rate.interval)]
        samples = "exact" if found.n is None else found.n
        width = "" if found.width is None or math.isnan(found.width) else found.width
        shares = found.middle_share, found.extreme_share
        writer.writerow(
            [row.x, row.y, row.seed, *rates, samples, *shares, width, found.loss, round(row.seconds, 3)]
        )
    return text.getvalue()
