"""Newcombe's interval, against the examples of his paper."""

import pytest

from explorer.detection.statistics.rate_difference import RateDifference
from explorer.detection.statistics.rates import Rate


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_is_that_of_the_paper(one, other, low, high):
    found = RateDifference(Rate(*one), Rate(*other))
    assert found.interval == pytest.approx((low, high), abs=5e-5)
    assert found.value == pytest.approx(one[0] / one[1] - other[0] / other[1])
    turned = RateDifference(Rate(*other), Rate(*one))
    assert turned.interval == pytest.approx((-high, -low), abs=5e-5)
