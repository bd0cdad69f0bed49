"""What intervals say: who is among the best, who cannot be told from nothing."""

from __future__ import annotations

import pytest

from explorer.leaderboard.standings import (
    Measured,
    Standing,
    nothing_of,
    standing,
    verdicts,
)


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
        "": at(0.01, 0.008, 0.012),
        "cure": at(0.001, 0.0009, 0.0011),
        "same": at(0.009, 0.007, 0.013),
        "harm": at(0.1, 0.09, 0.11),
    }
    said = verdicts(known, nothing_of(known, "rate"), [""], higher=False)
    assert said == {"": "none", "cure": "best", "same": "none", "harm": "worse"}


def test_nobody_is_best_where_nobody_is_told_from_nothing():
    known = {"a": at(0.6, 0.4, 0.8), "b": at(0.7, 0.45, 0.9)}
    assert set(verdicts(known, nothing_of(known, "auroc"), (), higher=True).values()) == {"none"}
