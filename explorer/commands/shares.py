"""What a command's report says of the share of hallucinations: the records, and the names that it had before
them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from explorer.commands.command import Report
from explorer.data.own.world_file import is_own
from explorer.detection.statistics.rates import Rate, hallucination_values
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import SIGMA, HallucinatedShare

SHARES = "hallucinated_shares"


def shares_report(shares: Sequence[HallucinatedShare], before: Report, *, json: bool) -> Report:
    """The shares as records and, under the names of `before`, as reports named them before; as text, a line
    each."""
    if json:
        return {**before, SHARES: records(shares)}
    return {f"hallucinated_share beyond {one.k:g} {one.unit}": str(one) for one in shares}


def records(shares: Iterable[HallucinatedShare]) -> list[Report]:
    return [one.to_json() for one in shares]


def uncounted(experiment: Experiment) -> Report:
    """Why a report on a user's own pictures has no share of hallucinations; nothing on other data."""
    if not is_own(experiment.pictures):
        return {}
    why = experiment.unknown_truth
    return {"hallucinations": f"not counted: {why[0].lower()}{why[1:]}; label them on the page Label"}


def rate_report(rate: Rate | None) -> Report | None:
    """A counted share of whatever it is, with its interval."""
    return None if rate is None else {"share": rate.value, "interval": list(rate.interval)}


# ---- as they were told before there were records ---------------------------------------------------------


def by_k(shares: Iterable[HallucinatedShare]) -> dict[str, float] | None:
    """Shares in sigma by k; None if there are none."""
    return {str(one.k): one.value for one in _in_sigma(shares)} or None


def errors_by_k(shares: Iterable[HallucinatedShare]) -> dict[str, float] | None:
    """Numerical errors by k; None if there are none."""
    return {str(one.k): one.error for one in _in_sigma(shares) if one.error is not None} or None


def rates_by_k(shares: Iterable[HallucinatedShare]) -> Report | None:
    """Counted shares in sigma with their intervals, by k; None if there are none."""
    return {str(one.k): rate_report(one.rate) for one in _in_sigma(shares) if one.rate} or None


def counted_share(shares: Iterable[HallucinatedShare]) -> Report:
    """The one counted share of a report: its value, count, n and interval."""
    (share,) = shares
    assert share.rate is not None  # it is counted
    return hallucination_values(share.rate)


def _in_sigma(shares: Iterable[HallucinatedShare]) -> list[HallucinatedShare]:
    return [one for one in shares if one.unit == SIGMA]
