"""The radius of equal tails, against tables, closed forms and sampling."""

import math

import pytest
import torch

from explorer.data.equal_tails import equal_tail_radius, honest_share, median_radius, tail_share

# Chi quantiles of the same tails, from an independent table.
TABLE = {
    5: {1: 5.000, 2: 5.361, 3: 5.640, 4: 5.878, 8: 6.632, 16: 7.731, 32: 9.323, 64: 11.611},
    4: {1: 4.000, 2: 4.397, 3: 4.697, 4: 4.950, 8: 5.739, 16: 6.870, 32: 8.491, 64: 10.804},
}


@pytest.mark.parametrize(("k", "dimensions"), [(k, d) for k in TABLE for d in TABLE[k]])
def test_radii_are_those_of_the_table(k, dimensions):
    assert equal_tail_radius(dimensions, k) == pytest.approx(TABLE[k][dimensions], abs=6e-4)


@pytest.mark.parametrize("k", [1, 3, 5, 8])
def test_in_the_plane_the_radius_has_a_closed_form(k):
    """P(distance > r) = exp(-r^2 / 2) in two dimensions."""
    assert equal_tail_radius(2, k) == pytest.approx(math.sqrt(-2 * math.log(honest_share(k))), rel=1e-10)


@pytest.mark.parametrize(
    ("dimensions", "share"), [(1, 5.7e-7), (4, 5.0e-5), (8, 1.6e-3), (16, 0.070), (32, 0.81)]
)
def test_a_plain_bound_is_exceeded_ever_more_often(dimensions, share):
    assert tail_share(dimensions, 5) == pytest.approx(share, rel=0.04)


@pytest.mark.parametrize("dimensions", [2, 8, 64])
def test_fresh_samples_lie_beyond_it_as_often_in_every_dimension(dimensions):
    n, k = 200_000, 2.0
    x = torch.randn(n, dimensions, generator=torch.Generator().manual_seed(dimensions))
    distance = torch.linalg.vector_norm(x, dim=1)
    expected = honest_share(k)
    spread = math.sqrt(expected * (1 - expected) / n)
    beyond = float((distance > equal_tail_radius(dimensions, k)).double().mean())
    assert beyond == pytest.approx(expected, abs=4 * spread)
    assert float((distance > median_radius(dimensions)).double().mean()) == pytest.approx(0.5, abs=5e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: equal_tail_radius(3, 9), r"k = 9 sigma is outside \[0.1, 8\]"),
        (lambda: equal_tail_radius(65, 5), r"dimension 65 is outside \[1, 64\]"),
        (lambda: tail_share(2, -1), r"radius -1 is below 0"),
        (lambda: tail_share(2, math.nan), r"radius nan is below 0"),
    ],
)
def test_what_has_no_radius_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
