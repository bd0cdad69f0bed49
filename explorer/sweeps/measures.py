"""What a sweep can be read for: every measure of a trained model in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from explorer.experiments.summary import RunSummary
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.table import Cell, Row, Spread


@dataclass(frozen=True)
class Measure:
    """One line of the table.

    title       for people, with {k} for the number of sigma
    log         whether it is a rate, to be shown on a log axis and in percent
    read        the number of an outcome for a k; None where it has none
    """

    title: str
    log: bool
    read: Callable[[RunSummary, int], float | None]


def _per_gap(outcome: RunSummary, k: int) -> float:
    return outcome.beyond[k] / (len(outcome.mode_shares) - 1)


def _middle(outcome: RunSummary, k: int) -> float | None:
    return outcome.middle_share / outcome.extreme_share if outcome.extreme_share > 0 else None


MEASURES: dict[str, Measure] = {
    "rate": Measure("hallucinated, beyond {k} σ", True, lambda outcome, k: outcome.beyond[k]),
    "rate per gap": Measure("hallucinated, beyond {k} σ, per gap", True, _per_gap),
    "width": Measure("width of the modes / σ", False, lambda outcome, k: outcome.width),
    "middle share": Measure("share of a middle mode / of an outer one", False, _middle),
}


def measures(spec: SweepSpec) -> tuple[str, ...]:
    """The measures that have a meaning in a sweep: gaps are those between neighbours on a line."""
    mixture = spec.experiment.mixture
    on_line = mixture is not None and mixture.dimensions == 1
    return tuple(name for name in MEASURES if on_line or name != "rate per gap")


def values(rows: Iterable[Row], measure: str, k: int) -> list[tuple[int, float]]:
    """Seed and number of every row that has one."""
    read = ((row.seed, MEASURES[measure].read(row.outcome, k)) for row in rows)
    return [(seed, value) for seed, value in read if value is not None]


def spread(cell: Cell, measure: str, k: int) -> Spread | None:
    """Median and range over the seeds of a cell; None where no network of it has a number."""
    found = [value for _, value in values(cell.rows, measure, k)]
    return Spread.of(found) if found else None
