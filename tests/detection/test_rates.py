"""The Wilson interval against its defining equation, tabled values, its coverage, and refusals."""

import math

import numpy as np
import pytest

from explorer.detection.statistics.rates import Rate

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("count", "n"),
    [(1, 10), (5, 10), (9, 10), (3, 7), (1, 2), (1, 20_000), (137, 20_000), (999_999, 10**6)],
)
def test_the_ends_are_the_rates_from_which_the_count_is_z_deviations_away(count, n):
    # (count - n p)^2 = z^2 n p (1 - p), a quadratic in p: (n^2 + z^2 n) p^2 - (2 n c + z^2 n) p + c^2 = 0.
    a, b, c = n * n + Z * Z * n, -(2 * n * count + Z * Z * n), count * count
    q = (-b + math.sqrt(b * b - 4 * a * c)) / 2
    low, high = Rate(count, n).interval
    assert high == pytest.approx(q / a, rel=1e-9)
    assert low == pytest.approx(c / q, rel=1e-7)  # the small root, without the cancellation
    assert 0 < low < Rate(count, n).value < high < 1


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # The score method of Newcombe 1998, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_published_values(count, n, low, high):
    assert Rate(count, n).interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("n", [1, 7, 20_000, 2_000_000])
def test_none_and_all_have_an_end_of_exactly_zero_and_one(n):
    # With no count the quadratic factorises: its other root is z^2 / (n + z^2).
    assert Rate(0, n).interval[0] == 0
    assert Rate(0, n).interval[1] == pytest.approx(Z * Z / (n + Z * Z), rel=1e-9)
    assert Rate(n, n).interval[1] == 1
    assert Rate(n, n).interval[0] == pytest.approx(n / (n + Z * Z), rel=1e-9)
    assert (Rate(0, n).value, Rate(n, n).value) == (0, 1)


@pytest.mark.parametrize(("n", "p"), [(200, 0.05), (2_000, 0.01), (50, 0.5), (20_000, 5e-4)])
def test_the_interval_covers_the_truth_95_times_in_100(n, p):
    counts = np.random.default_rng(0).binomial(n, p, 10_000)
    covered = {
        count: low <= p <= high for count in set(counts.tolist()) for low, high in [Rate(count, n).interval]
    }
    assert np.mean([covered[count] for count in counts.tolist()]) == pytest.approx(0.95, abs=0.025)


@pytest.mark.parametrize(("count", "n"), [(-1, 10), (11, 10), (0, 0), (1, 0), (0, -3), (math.nan, 10)])
def test_what_is_no_rate_is_refused(count, n):
    with pytest.raises(ValueError, match=rf"needs 0 <= count <= n and n >= 1; {count} of {n}"):
        Rate(count, n)
