"""What intervals say: who is among the best, who cannot be told from nothing."""

from __future__ import annotations

import pytest

from explorer.leaderboard.rows import RemedyRow
from explorer.leaderboard.standings import (
    Measured,
    Standing,
    beside_untreated,
    nothing_of,
    standing,
    verdicts,
)
from explorer.remedies.evaluation import RemedyResult


def at(value, low, high):
    return Standing(value, low, high, (value,))


def test_one_seed_has_the_interval_of_its_samples():
    found = standing([Measured(0.7, 0.6, 0.8)], lambda one: one)
    assert (found.value, found.low, found.high) == (0.7, 0.6, 0.8)


def test_several_seeds_have_their_range_and_no_less_than_an_interval():
    wide = [Measured(0.5, 0.49, 0.51), Measured(0.9, 0.89, 0.91), Measured(0.7, 0.69, 0.71)]
    found = standing(wide, lambda one: one)
    assert (found.value, found.low, found.high) == (0.7, 0.5, 0.9)
    close = [Measured(0.7, 0.5, 0.9), Measured(0.71, 0.55, 0.95)]
    found = standing(close, lambda one: one)
    assert (found.low, found.high) == pytest.approx((0.525, 0.925))
    assert standing([Measured(1, 1, 1)], lambda one: None) is None


def test_overlapping_intervals_are_ties():
    known = {
        "first": at(0.99, 0.95, 1.0),
        "tied": at(0.96, 0.9, 0.97),
        "good": at(0.8, 0.7, 0.85),
        "guess": at(0.55, 0.45, 0.6),
        "turned": at(0.3, 0.2, 0.4),
        "oracle": at(1.0, 1.0, 1.0),
    }
    said = verdicts(known, nothing_of(known, "auroc"), ["oracle"], higher=True)
    assert said == {
        "first": "best",
        "tied": "best",
        "good": "better",
        "guess": "none",
        "turned": "worse",
        "oracle": "better",
    }


def test_of_rates_the_lower_is_better_and_the_untreated_model_is_nothing():
    known = {
        "": at(1, 0.8, 1.2),
        "cure": at(0.1, 0.09, 0.11),
        "same": at(0.9, 0.7, 1.3),
        "harm": at(10, 9, 11),
    }
    said = verdicts(known, nothing_of(known, "rate"), [""], higher=False)
    assert said == {"": "none", "cure": "best", "same": "none", "harm": "worse"}


def test_nobody_is_best_where_nobody_is_told_from_nothing():
    known = {"a": at(0.6, 0.4, 0.8), "b": at(0.7, 0.45, 0.9)}
    assert set(verdicts(known, nothing_of(known, "auroc"), (), higher=True).values()) == {"none"}


def leaves(share, seed, n=None):
    """The row of a remedy that leaves this share, exact or counted of n."""
    result = RemedyResult(
        n=n, beyond_counts={5: share if n is None else round(share * n)}, mode_counts=(1.0,), width=1.0,
        error={5: 0.0} if n is None else None, share_distance=0.0, distance=0.0, network_calls=1.0,
        seconds=0.0,
    )  # fmt: skip
    return RemedyRow(
        preset="two-modes", seed=seed, method="mine", title="mine", role="method", network="0", k=5.0,
        unit="sigma", seconds=0.0, result=result,
    )  # fmt: skip


def test_a_remedy_is_compared_on_the_same_network():
    before = [leaves(0.01, 0), leaves(0.04, 1)]  # apart by more than the remedy, which halves both
    found = beside_untreated([leaves(0.005, 0), leaves(0.02, 1)], before, 5)
    assert found.values == (0.5, 0.5)
    assert (found.low, found.high) == (0.5, 0.5)
    assert beside_untreated([leaves(0.005, 2)], before, 5) is None  # of a network that was not measured
    counted = beside_untreated([leaves(0.01, 0, 1_000)], [leaves(0.02, 0, 1_000)], 5)
    assert counted.value == 0.5
    low, high = 10 / 1_000, 20 / 1_000
    assert counted.low < low / high < counted.high
    assert counted.high > 1  # 10 and 20 of 1,000 are not told apart
