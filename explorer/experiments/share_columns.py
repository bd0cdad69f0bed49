"""The share of hallucinated samples as columns of a table, under the names that all tables have for it.

k                           how many sigma from every mode a hallucination begins; none for pictures, of
                            which those are hallucinated that cannot exist
hallucinated_share          the share, 0 to 1
hallucinated_share_low      the ends of the 95 % interval of a counted share
hallucinated_share_high
hallucinated_share_error    the numerical error of an exact share
n                           how many samples a counted share was counted on
kind                        exact or counted
"""

from __future__ import annotations

from typing import Any

from explorer.detection.statistics.rates import Rate
from explorer.experiments.measurement import CountedRate

SHARE = "hallucinated_share"
COLUMNS = ("k", SHARE, f"{SHARE}_low", f"{SHARE}_high", f"{SHARE}_error", "n", "kind")


def counted_columns(rate: Rate, k: float | None) -> dict[str, Any]:
    """The columns of a counted share."""
    return dict(zip(COLUMNS, (k, rate.value, *rate.interval, None, rate.n, "counted"), strict=True))


def exact_columns(share: float, error: float | None, k: float) -> dict[str, Any]:
    """The columns of an exact share; its error is None where that was not stored."""
    return dict(zip(COLUMNS, (k, share, None, None, error, None, "exact"), strict=True))


def share_columns(measured: CountedRate, k: int) -> dict[str, Any]:
    """The columns of what was measured of a model; all are None where the truth is unknown."""
    rate, beyond = measured.rate(k), measured.beyond  # type: ignore[misc, attr-defined]
    if rate is not None:
        return counted_columns(rate, None if beyond is None else k)
    if beyond is None:
        return dict.fromkeys(COLUMNS)
    return exact_columns(beyond[k], measured.numerical_error(k), k)  # type: ignore[misc]
