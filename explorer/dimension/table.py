"""Results over the dimension as series, a value a dimension with its range over seeds, and as CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from explorer.detection.statistics.seed_range import SeedRange
from explorer.dimension.evaluation import DimensionPart
from explorer.dimension.rows import DimensionRow, Who
from explorer.experiments.measurement import THRESHOLDS

Value = Callable[[DimensionRow], float | None]


@dataclass(frozen=True)
class Place:
    """A value in a dimension, over seeds."""

    dimensions: int
    over: SeedRange


def rate(k: int, *, plain: bool = False) -> Value:
    """The share beyond equal tails, or beyond plain k sigma."""
    return lambda row: (row.counted.plain if plain else row.counted.beyond)[k]


def bridge(k: int) -> Value:
    """The share of all samples that lies on a bridge."""
    return lambda row: row.counted.bridge[k]


def tail(k: int) -> Value:
    """The share of all samples that lies beyond equal tails and on no bridge."""
    return lambda row: row.counted.tail(k)


def width(row: DimensionRow) -> float | None:
    """The width of the modes across an axis, over that of the truth."""
    return row.counted.width


def auroc(row: DimensionRow) -> float | None:
    """Of Hal."""
    return row.auroc


def series(parts: Sequence[DimensionPart], who: Who, method: str, value: Value) -> tuple[Place, ...]:
    """A value of a method in every finished dimension in which it has one."""
    found = []
    for part in parts:
        rows = (row for row in part.rows if row.who == who and row.method == method)
        values = tuple(number for row in rows if (number := value(row)) is not None)
        if values:
            found.append(Place(part.dimensions, SeedRange(values)))
    return tuple(found)


def as_csv(parts: Sequence[DimensionPart]) -> str:
    """A line for each network, method and `who`: shares with counts and 95 % Wilson intervals by k."""
    lines = []
    for row in (row for part in parts for row in part.rows):
        counted = row.counted
        line: dict[str, object] = {
            "dimensions": row.dimensions,
            "seed": row.seed,
            "who": row.who,
            "method": row.method,
            "n": counted.n,
            "width": counted.width,
            "mode_shares_off": counted.off,
            "auroc_hal": row.auroc,
        }
        for k in THRESHOLDS:
            for name, found in counted.rates(k).items():
                line[f"{name}_{k}"] = found.value
                line[f"{name}_{k}_low"], line[f"{name}_{k}_high"] = found.interval
        lines.append(line)
    return pd.DataFrame(lines).to_csv(index=False)
