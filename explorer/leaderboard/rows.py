"""The rows of a leaderboard: a detector, or a remedy, on one network."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from explorer.detection.statistics.rates import Rate
from explorer.remedies.evaluation import RemedyResult

Role = Literal["method", "reference", "bound", "own"]
ROLES: tuple[Role, ...] = ("method", "reference", "bound", "own")
Interval = tuple[float, float]
R = TypeVar("R", bound="Row")


@dataclass(frozen=True, kw_only=True)
class Row:
    """What rows of both kinds say.

    method      its name: of a remedy with its dial, as Remedies reads it, "" of the untreated model
    title       for people
    role        a method, a reference to compare with, a bound that none can pass, or one of one's own
    network     sixteen hexadecimal digits that name the network
    seconds     that it took here: to score the samples, or to evaluate the remedy
    problem     why there are no numbers, in a sentence; "" where there are
    """

    preset: str
    seed: int
    method: str
    title: str
    role: Role
    network: str
    k: float
    unit: str
    seconds: float
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class DetectorRow(Row):
    """How well a detector tells hallucinated samples of a network from honest ones.

    n, hallucinated     the samples that it scored, and how many of them are beyond k
    auroc               over all of them, with its 95 % interval; None where a class is empty
    recall, retention, precision    of the threshold that keeps 96 % of the honest samples of one half, on the
                        other; precision at the base rate of the samples. None where a half has too few
    calls               of the network for a sample, beyond those that drew it
    """

    n: int
    hallucinated: int
    auroc: float | None
    auroc_interval: Interval | None
    recall: Rate | None
    retention: Rate | None
    precision: Rate | None
    calls: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; a rate is its count and its n."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        for name in ("recall", "retention", "precision"):
            rate = getattr(self, name)
            values[name] = None if rate is None else [rate.count, rate.n]
        values["auroc_interval"] = None if self.auroc_interval is None else list(self.auroc_interval)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DetectorRow:
        """Raises TypeError or ValueError for values that are no such row."""
        fields = dict(values)
        for name in ("recall", "retention", "precision"):
            fields[name] = None if fields[name] is None else Rate(*fields[name])
        if fields["auroc_interval"] is not None:
            low, high = fields["auroc_interval"]
            fields["auroc_interval"] = float(low), float(high)
        return checked(cls(**fields))


@dataclass(frozen=True, kw_only=True)
class RemedyRow(Row):
    """What a remedy does to the hallucinations of a network: its result, None where there is a problem."""

    result: RemedyResult | None

    @property
    def calls(self) -> float | None:
        """Of the network for a sample."""
        return None if self.result is None else self.result.network_calls

    def to_json(self) -> dict[str, Any]:
        """Plain values; the seconds of the result are those of the row."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        result = None if self.result is None else self.result.to_json()
        if result is not None:
            result.pop("seconds")
        return values | {"result": result}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> RemedyRow:
        """Raises TypeError, KeyError or ValueError for values that are no such row."""
        fields = dict(values)
        if fields["result"] is not None:
            fields["result"] = RemedyResult.from_json(fields["result"] | {"seconds": fields["seconds"]})
        return checked(cls(**fields))


def checked(row: R) -> R:
    if row.role not in ROLES:
        raise ValueError(f"there is no role {row.role!r:.40}")
    return row


@dataclass(frozen=True)
class Rows:
    """The rows of one network, or of all."""

    detectors: tuple[DetectorRow, ...] = ()
    remedies: tuple[RemedyRow, ...] = ()

    def __add__(self, other: Rows) -> Rows:
        return Rows(self.detectors + other.detectors, self.remedies + other.remedies)

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong with methods of one's own, each once."""
        rows = (*self.detectors, *self.remedies)
        return tuple(dict.fromkeys(row.problem for row in rows if row.role == "own" and row.problem))
