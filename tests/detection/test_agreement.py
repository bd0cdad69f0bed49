"""Agreement of two verdicts, against tables of the literature, closed forms and simulation."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from explorer.detection.statistics.agreement import Agreement, agreement, labels_to_halve, wilson_width
from explorer.detection.statistics.rates import Z_95, Rate


def test_kappa_of_a_table_by_hand():
    found = Agreement(both=20, first=5, second=10, neither=15)
    assert found.alike.value == 0.7
    assert found.by_chance == pytest.approx(0.5)  # 0.5 x 0.6 + 0.5 x 0.4
    assert found.kappa == pytest.approx(0.4)


def test_the_counts_are_those_of_the_pairs():
    pairs = list(itertools.product([False, True], repeat=2)) * 3 + [(True, True)]
    first, second = (np.array(column) for column in zip(*pairs, strict=True))
    assert agreement(first, second) == Agreement(both=4, first=3, second=3, neither=3)
    assert agreement(second, first).kappa == agreement(first, second).kappa


def test_the_variance_is_that_of_the_delta_method():
    """Fleiss, Cohen and Everitt's formula is the first-order variance of kappa of multinomial counts."""
    counts = np.array([31.0, 9.0, 4.0, 56.0])
    n = counts.sum()

    def kappa(shares):
        both, first, second, neither = shares / shares.sum()
        alike = both + neither
        chance = (both + first) * (both + second) + (neither + first) * (neither + second)
        return (alike - chance) / (1 - chance)

    shares, step = counts / n, 1e-6
    slope = np.array([(kappa(shares + step * e) - kappa(shares - step * e)) / (2 * step) for e in np.eye(4)])
    variance = (shares @ slope**2 - (shares @ slope) ** 2) / n
    found = Agreement(*map(int, counts))
    half = Z_95 * math.sqrt(variance)
    low, high = found.interval
    assert found.kappa == pytest.approx(kappa(shares), abs=1e-12)
    assert low <= found.kappa - half + 1e-9
    assert high >= found.kappa + half - 1e-9
    assert found._variance() == pytest.approx(variance, rel=1e-6)


def test_full_agreement_is_one_and_its_interval_no_point():
    found = Agreement(both=10, first=0, second=0, neither=90)
    low, high = found.interval
    assert (found.kappa, high) == (1.0, 1.0)
    missed = 1 - Rate(100, 100).interval[0]  # of the share that agrees
    assert low == pytest.approx(1 - missed / (1 - 0.82))


def test_all_alike_has_no_kappa_and_one_who_never_says_so_has_none_above_chance():
    for found in (Agreement(0, 0, 0, 50), Agreement(50, 0, 0, 0)):
        assert found.kappa is None
        assert found.interval is None
        assert found.alike.value == 1
    found = Agreement(both=0, first=12, second=0, neither=38)
    assert found.kappa == 0
    low, high = found.interval
    assert low < 0 < high


def test_opposites_are_minus_one():
    found = Agreement(both=0, first=25, second=25, neither=0)
    assert found.kappa == -1
    low, high = found.interval
    assert low == -1 < high


def test_the_interval_covers_what_it_should_in_simulations():
    random = np.random.default_rng(3)
    for n, shares in (
        (60, (0.06, 0.02, 0.02, 0.9)),
        (200, (0.06, 0.02, 0.02, 0.9)),
        (100, (0.3, 0.1, 0.1, 0.5)),
    ):
        both, first, second, neither = shares
        chance = (both + first) * (both + second) + (neither + first) * (neither + second)
        true = (both + neither - chance) / (1 - chance)
        held = [
            interval is not None and interval[0] <= true <= interval[1]
            for interval in (Agreement(*counts).interval for counts in random.multinomial(n, shares, 4_000))
        ]
        assert np.mean(held) > 0.93, (n, shares)


@pytest.mark.parametrize(("count", "n", "labels"), [(14, 16, 200), (9, 9, 60), (3, 10, 10), (0, 7, 300)])
def test_labels_to_halve_is_the_smallest_number_that_does(count, n, labels):
    recall = Rate(count, n)
    low, high = recall.interval
    assert wilson_width(recall.value, n) == pytest.approx(high - low)
    needed = next(m for m in itertools.count(n) if wilson_width(recall.value, m) <= (high - low) / 2)
    assert labels_to_halve(recall, labels) == math.ceil((needed - n) * labels / n)


@pytest.mark.parametrize(
    "wrong",
    [(np.array([True]), np.array([True, False])), (np.array([1]), np.array([1])), (np.array([], bool),) * 2],
)
def test_what_are_no_verdicts_is_refused(wrong):
    with pytest.raises(ValueError, match=r"verdicts|Flags"):
        agreement(*wrong)
    with pytest.raises(ValueError, match="cannot be hallucinated"):
        labels_to_halve(Rate(3, 10), 9)
    with pytest.raises(ValueError, match="counts of 0 or more"):
        Agreement(0, 0, 0, 0)
