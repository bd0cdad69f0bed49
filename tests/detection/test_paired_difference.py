"""Paired shares: the published example, coverage by enumeration, the exact test, and what is refused."""

import itertools
import math

import numpy as np
import pytest

from explorer.detection.statistics.paired_difference import PairedDifference


def test_counts_come_from_flags():
    first = np.array([True, True, True, False, False, False])
    second = np.array([True, False, False, True, False, False])
    found = PairedDifference.of(first, second)
    assert (found.only_first, found.only_second, found.n) == (2, 1, 6)
    assert found.value == pytest.approx(second.mean() - first.mean())


def supposed(above, below, n, difference):
    """Deviations of Tango's score statistic, the likeliest share found by a fine search instead."""
    q = np.linspace(max(0.0, -difference), (1 - difference) / 2, 2_000_001)[1:-1]  # of `below`
    p = q + difference
    with np.errstate(divide="ignore"):
        logs = above * np.log(p) + below * np.log(q) + (n - above - below) * np.log(1 - p - q)
    best = q[np.nanargmax(logs)]
    return (above - below - n * difference) / math.sqrt(n * (2 * best + difference * (1 - difference)))


@pytest.mark.parametrize(("above", "below", "n"), [(12, 2, 50), (30, 11, 400), (3, 9, 60)])
def test_the_ends_are_the_differences_from_which_the_counts_are_z_deviations_away(above, below, n):
    found = PairedDifference(below, above, n)
    low, high = found.interval
    assert low < found.value < high
    assert supposed(above, below, n, low) == pytest.approx(1.96, abs=2e-3)
    assert supposed(above, below, n, high) == pytest.approx(-1.96, abs=2e-3)
    assert PairedDifference(above, below, n).interval == pytest.approx((-high, -low))


def test_no_disagreement_is_no_certainty():
    # Tango 1998, for b = c = 0: the ends are +-z^2 / (n + z^2).
    z2 = 1.959963984540054**2
    assert PairedDifference(0, 0, 100).interval == pytest.approx(
        (-z2 / (100 + z2), z2 / (100 + z2)), rel=1e-6
    )
    assert PairedDifference(0, 0, 100).p_value == 1
    low, high = PairedDifference(0, 20, 1000).interval
    assert 0 < low < 0.02 < high


@pytest.mark.parametrize(("above", "below"), [(0.1, 0.02), (0.08, 0.0), (0.04, 0.04)])
def test_it_covers_what_it_is_taken_to_cover(above, below):
    n, covered, total = 60, 0.0, 0.0
    for b, c in itertools.product(range(25), repeat=2):
        if b + c > n or (below == 0 and b > 0):
            continue
        ways = math.comb(n, b) * math.comb(n - b, c)
        chance = ways * below**b * above**c * (1 - above - below) ** (n - b - c)
        total += chance
        low, high = PairedDifference(b, c, n).interval
        covered += chance * (low <= above - below <= high)
    assert total > 0.999
    assert 0.92 < covered <= 1


@pytest.mark.parametrize(("first", "second"), [(0, 5), (3, 12), (8, 8), (40, 21)])
def test_the_test_is_the_sum_of_binomial_chances(first, second):
    disagree = first + second
    tail = sum(math.comb(disagree, i) for i in range(min(first, second) + 1)) / 2**disagree
    assert PairedDifference(first, second, 1000).p_value == pytest.approx(min(1.0, 2 * tail), rel=1e-9)


@pytest.mark.parametrize("counts", [(-1, 2, 10), (6, 5, 10), (0, 0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="cannot be flagged by one"):
        PairedDifference(*counts)
