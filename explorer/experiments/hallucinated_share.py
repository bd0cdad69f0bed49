"""The share of hallucinations as every command and table reports it: one record, with one name and one
unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from explorer.data.pictures import support_bound, support_unit
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.seed_range import SeedRange
from explorer.experiments.measurement import Counted
from explorer.figures.words import exact_rate, format_rate

SIGMA = "sigma"


class Measured(Counted, Protocol):
    """What has a rate beside its shares: a Measurement, a RunSummary."""

    def rate(self, k: int) -> Rate | None: ...

    def numerical_error(self, k: int) -> float | None: ...


@dataclass(frozen=True, slots=True)
class HallucinatedShare:
    """The share of what a model draws that lies farther than k from the support, a fraction in [0, 1].

    k       in units of `unit`: sigma of the nearest mode, differing pixels, fingers, or the judge's score
    rate    the count that it is, with its interval; None if it is exact
    error   numerical error of an exact share; None if it is counted, or if its error was not stored
    seed    of the network, where networks of several seeds are reported
    """

    value: float
    k: float
    unit: str = SIGMA
    rate: Rate | None = None
    error: float | None = None
    seed: int | None = None

    @classmethod
    def counted(cls, rate: Rate, k: float, unit: str = SIGMA, seed: int | None = None) -> HallucinatedShare:
        return cls(rate.value, k, unit, rate, None, seed)

    @property
    def kind(self) -> str:
        return "exact" if self.rate is None else "counted"

    def to_json(self) -> dict[str, Any]:
        """Plain values, flat: k, unit, kind and hallucinated_share; low, high, count and n of a counted share
        (the 95 % Wilson interval), error of an exact one; the seed, if there is one."""
        values: dict[str, Any] = {"k": self.k, "unit": self.unit, "kind": self.kind}
        values["hallucinated_share"] = self.value
        if self.rate is None:
            values["error"] = self.error
        else:
            low, high = self.rate.interval
            values |= {"low": low, "high": high, "count": self.rate.count, "n": self.rate.n}
        return values if self.seed is None else values | {"seed": self.seed}

    def __str__(self) -> str:
        """The share and what it is uncertain by, as a line of text."""
        if self.rate is None:
            within = "" if self.error is None else f", error {self.error:.1g}"
            return f"{self.value:.4g} (exact{within})"
        return str(self.rate)


def rate_of(found: Measured, k: int) -> float:
    """The share beyond k sigma; of pictures the share that cannot exist, at any k. Raises ValueError where
    the truth is unknown."""
    if found.beyond is not None:
        return found.beyond[k]
    counted = found.rate(k)
    if counted is None:
        raise ValueError("Where the truth is unknown, no share is hallucinated.")
    return counted.value


def rate_in_words(found: Measured, k: int) -> str:
    """The same in percent, with its interval, or with its numerical error where it is exact."""
    counted = found.rate(k)
    if counted is None:
        return exact_rate(rate_of(found, k), found.numerical_error(k))
    return format_rate(counted.value, *counted.interval)


def hallucinated_shares(
    found: Measured, pictures: str = "", seed: int | None = None
) -> tuple[HallucinatedShare, ...]:
    """The shares of what was measured, by k; of pictures the one share that cannot exist; () where the truth
    is unknown."""
    if found.n is None:
        return exact_shares(found.beyond, found.error, seed)
    counted = pictures and found.kinds is not None
    ks = found.beyond if found.beyond is not None else (support_bound(pictures),) if counted else ()
    unit = share_unit(pictures) if ks else SIGMA
    rates = {k: found.rate(int(k)) for k in ks}
    return tuple(HallucinatedShare.counted(rate, k, unit, seed) for k, rate in rates.items() if rate)


def exact_shares(
    beyond: Mapping[int, float] | None, error: Mapping[int, float] | None, seed: int | None = None
) -> tuple[HallucinatedShare, ...]:
    """Exact shares beyond k sigma with their numerical errors, both by k; () without any."""
    return tuple(
        HallucinatedShare(share, k, error=None if error is None else error[k], seed=seed)
        for k, share in (beyond or {}).items()
    )


def share_unit(pictures: str) -> str:
    """What k is counted in: sigma of points, or the unit of the pictures of that name."""
    return support_unit(pictures) if pictures else SIGMA


def over_seeds(shares: Iterable[HallucinatedShare]) -> list[dict[str, Any]]:
    """Shares of several networks together, for each k and kind: median, lowest and highest, and how many
    networks they are of, as plain values."""
    together: dict[tuple[float, str, str], list[float]] = {}
    for one in shares:
        together.setdefault((one.k, one.unit, one.kind), []).append(one.value)
    ranges = {key: SeedRange(tuple(values)) for key, values in together.items()}
    return [
        {
            **dict(zip(("k", "unit", "kind"), key, strict=True)),
            "median": found.median,
            "lowest": found.low,
            "highest": found.high,
            "networks": len(found.values),
        }
        for key, found in ranges.items()
    ]
