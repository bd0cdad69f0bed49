"""Many treatments of one run, one after another; each is there as soon as it is measured."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial

from explorer.compute.progress import map_progress
from explorer.experiments.run import Result
from explorer.remedies.pricing import Treated, priced
from explorer.remedies.store import Prices, TreatedRow, shown
from explorer.remedies.treatment import Treatment


@dataclass(frozen=True, eq=False)
class RoundUpdate:
    """How far a round is: the treatments measured so far, and the share done."""

    rows: tuple[TreatedRow, ...]
    share: float


def price_round(result: Result, treatments: Sequence[Treatment]) -> Generator[RoundUpdate, None, Prices]:
    """Measure treatments of a run quickly, as for a picture that changes at once."""
    rows: tuple[TreatedRow, ...] = ()
    for number, treatment in enumerate(treatments):
        work = priced(result, treatment, reported=False)
        found = yield from map_progress(work, partial(_update, rows, number, len(treatments)))
        rows = (*rows, row_of(found))
        yield RoundUpdate(rows, len(rows) / len(treatments))
    return Prices(result.experiment.digest, rows, ())


def row_of(found: Treated) -> TreatedRow:
    """A measured treatment as it is kept."""
    return TreatedRow(found.treatment, found.price, shown(found.measurement))


def _update(rows: tuple[TreatedRow, ...], number: int, count: int, share: float) -> RoundUpdate:
    return RoundUpdate(rows, (number + share) / count)
