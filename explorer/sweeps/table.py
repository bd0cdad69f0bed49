"""The result of a sweep: a row for every network, the finished cells, what they can be read for, and the
table as CSV."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.seed_range import SeedRange
from explorer.diffusion.exact_density.density import has_gap
from explorer.diffusion.training import NOISE_ERROR
from explorer.experiments import share_columns
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.run import Result
from explorer.experiments.summary import RunSummary, summarize
from explorer.sweeps.spec import SweepSpec

LAST_LOSSES = 50  # training steps over which the final error is averaged
DEFAULT_K = 5  # sigma beyond which a sample is hallucinated, unless another number is asked for


@dataclass(frozen=True, kw_only=True)
class NetworkSummary(RunSummary):
    """What a network of a sweep produces, and how well it learned.

    middle_share    share within 5 sigma of a mode, averaged over the modes that are nearest to the centre of
                    all modes
    extreme_share   and over those that are farthest from it
    noise_error     mean over the last 50 training steps, see NOISE_ERROR; None in rows that were made before
                    it was recorded
    loss            mean of what was minimised in the last 50 training steps, in those rows; None in others
    """

    middle_share: float
    extreme_share: float
    noise_error: float | None = None
    loss: float | None = None

    STORED: ClassVar[tuple[str, ...]] = (
        *("beyond", "error", "n", "mode_shares", "middle_share", "extreme_share", "width"),
        *("noise_error", "loss"),
    )

    @property
    def beyond(self) -> dict[int, float]:
        """Share farther than k sigma from every mode, by k."""
        beyond = super().beyond
        assert beyond is not None  # a sweep is of mixtures
        return beyond


def summarize_network(result: Result) -> NetworkSummary:
    """Raises ValueError for a run whose data are no mixture."""
    mixture, measured = result.experiment.mixture, result.final.measurement
    if mixture is None or measured.beyond is None:
        raise ValueError("Only a model of a mixture has an outcome: its rates need a truth.")
    found = summarize(measured, mixture)
    shares, (middle, extreme) = np.array(found.mode_shares), _middle_and_extreme(mixture)
    last, plain = float(result.losses[-LAST_LOSSES:].mean()), result.recorded == NOISE_ERROR
    return NetworkSummary(
        **dataclasses.asdict(found),
        middle_share=float(shares[middle].mean()),
        extreme_share=float(shares[extreme].mean()),
        noise_error=last if plain else None,
        loss=None if plain else last,
    )


def _middle_and_extreme(mixture: GaussianMixture) -> tuple[np.ndarray, np.ndarray]:
    """Which modes are nearest to the centre of all, and which are farthest, (K,) bool each."""
    centre = [math.fsum(axis) / mixture.modes for axis in zip(*mixture.means, strict=True)]
    distance = np.array([math.dist(mean, centre) for mean in mixture.means])
    near = 1e-6 * (1 + distance.max())  # means are rounded: modes as far as each other may differ by so much
    return distance <= distance.min() + near, distance >= distance.max() - near


@dataclass(frozen=True)
class Row:
    """A network of a sweep: its number, its cell, its seed, what it produces, and its part of the seconds of
    its stack."""

    number: int
    x: float
    y: float
    seed: int
    outcome: NetworkSummary
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Plain values that json.dumps writes and from_json reads back to an equal row."""
        fields = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return fields | {"outcome": self.outcome.to_json()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Row:
        """Raises KeyError or TypeError for fields that are missing or unknown."""
        return cls(**{**values, "outcome": NetworkSummary.from_json(values["outcome"])})


@dataclass(frozen=True)
class Cell:
    """A finished cell: its rows, by seed, and the range of their rates beyond k sigma, by k: of those k alone
    at which there is a gap to count in. Where modes on a line lie at most 2 k sigma apart, what is beyond k
    sigma lies outside all of them."""

    x: float
    y: float
    rows: tuple[Row, ...]
    beyond: dict[int, SeedRange]


def finished_cells(spec: SweepSpec, rows: Iterable[Row]) -> tuple[Cell, ...]:
    """The cells of which every network is there, in the order of the table."""
    by_cell: dict[tuple[float, float], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row.number):
        by_cell.setdefault((row.x, row.y), []).append(row)
    finished = {cell: found for cell, found in by_cell.items() if len(found) == spec.seeds}
    return tuple(Cell(*cell, tuple(found), _rates(spec, found)) for cell, found in finished.items())


def _rates(spec: SweepSpec, rows: list[Row]) -> dict[int, SeedRange]:
    ks = gap_thresholds(spec, rows[0].number)
    return {k: SeedRange(tuple(row.outcome.beyond[k] for row in rows)) for k in ks}


def gap_thresholds(spec: SweepSpec, number: int) -> tuple[int, ...]:
    """The k at which a network's data leave a gap to count in; in the plane there always is one."""
    mixture = spec.members[number].experiment.mixture
    assert mixture is not None  # a sweep is of mixtures
    return _gap_thresholds(mixture)


@lru_cache(4096)
def _gap_thresholds(mixture: GaussianMixture) -> tuple[int, ...]:
    return tuple(k for k in THRESHOLDS if mixture.dimensions > 1 or has_gap(mixture, k))


# ---- measures ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """What a sweep can be read for.

    title       for people, with {k} for the number of sigma
    log         whether it is a rate, to be shown on a log axis and in percent, where there is a gap
    read        the number of an outcome for a k; None where it has none
    """

    title: str
    log: bool
    read: Callable[[NetworkSummary, int], float | None]


def _per_gap(outcome: NetworkSummary, k: int) -> float:
    return outcome.beyond[k] / (len(outcome.mode_counts) - 1)


def _middle(outcome: NetworkSummary, k: int) -> float | None:
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


def values(cell: Cell, measure: str, k: int) -> list[tuple[int, float]]:
    """Seed and number of every row of a cell that has one; rates have none where there is no gap."""
    if MEASURES[measure].log and k not in cell.beyond:
        return []
    read = ((row.seed, MEASURES[measure].read(row.outcome, k)) for row in cell.rows)
    return [(seed, value) for seed, value in read if value is not None]


def seed_range(cell: Cell, measure: str, k: int) -> SeedRange | None:
    """Median and range over the seeds of a cell; None where no network of it has a number."""
    found = [value for _, value in values(cell, measure, k)]
    return SeedRange(tuple(found)) if found else None


# ---- CSV -----------------------------------------------------------------------------------------------


def columns(spec: SweepSpec) -> list[str]:
    """The names of the table's columns."""
    rates = [f"beyond_{k}{end}" for k in THRESHOLDS for end in ("", "_low", "_high", "_error")]
    gaps = [f"gap_beyond_{k}" for k in THRESHOLDS]
    last = ["samples", "middle_share", "extreme_share", "width", "noise_error", "loss", "seconds"]
    return [spec.x.axis, spec.y.axis, "seed", *share_columns.COLUMNS, *rates, *gaps, *last]


def as_csv(spec: SweepSpec, rows: Iterable[Row], k: int = DEFAULT_K) -> str:
    """The table, a line for every row, by number.

    The share beyond k sigma stands under the names of share_columns; as `beyond_4`, `beyond_4_low` and so on
    the shares beyond every number of sigma. A counted one has the ends of its 95 % interval beside it and its
    number of samples in the line, an exact one its numerical error. Where there is no gap to count in, the
    share is empty and `gap_beyond_4` is 0. Numbers are written without loss, what is not known is empty.
    """
    lines = [
        _line(row, gap_thresholds(spec, row.number), k) for row in sorted(rows, key=lambda row: row.number)
    ]
    # As objects, so that whole numbers stay whole in a column that has gaps.
    return pd.DataFrame(lines, columns=columns(spec), dtype=object).to_csv(index=False, lineterminator="\n")


def _line(row: Row, gaps: tuple[int, ...], k: int) -> list[Any]:
    found = row.outcome
    share = share_columns.share_columns(found, k)
    if k not in gaps:
        share |= dict.fromkeys(name for name in share if name.startswith(share_columns.SHARE))
    rates: list[float | None] = []
    for each in THRESHOLDS:
        if each not in gaps:
            rates += [None, None, None, None]
            continue
        rate = found.rate(each)
        ends = (None, None) if rate is None else rate.interval
        rates += [found.beyond[each], *ends, found.numerical_error(each)]
    shares = found.middle_share, found.extreme_share
    open_ = [int(each in gaps) for each in THRESHOLDS]
    learned = found.width, found.noise_error, found.loss, round(row.seconds, 3)
    return [row.x, row.y, row.seed, *share.values(), *rates, *open_, found.n, *shares, *learned]
