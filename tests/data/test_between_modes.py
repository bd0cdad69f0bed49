"""Bridges and tails: where samples lie relative to the segment between their nearest modes."""

import math

import pytest
import torch

from explorer.data.between_modes import along_fixed_axes, between_nearest
from explorer.data.equal_tails import equal_tail_radius, honest_share
from explorer.data.layouts import layout
from explorer.data.mixture import GaussianMixture

SIGMA, D = 0.02, 16
MIXTURE = layout("plane", D, SIGMA)


def at(along: float, off: float) -> torch.Tensor:
    """A point on the way from the first mode to the second, so far off it, in sigmas, along the last axis."""
    first, second = (torch.tensor(MIXTURE.means[i], dtype=torch.float64) for i in (0, 1))
    x = first + SIGMA * along * (second - first) / torch.linalg.vector_norm(second - first)
    x[-1] += SIGMA * off
    return x[None]


@pytest.mark.parametrize(
    ("along", "off", "beyond", "bridge"),
    [
        (0, 0, False, False),
        (0, 7.7, False, False),  # r_16(5) = 7.731
        (0, 7.8, True, False),
        (-9, 0, True, False),  # behind the mode
        (25, 0, True, True),  # the middle of a gap of 50 sigma
        (10, 7.5, True, True),  # r_15(5) = 7.607
        (10, 7.7, True, False),
        (40, 0, True, True),
        (43, 0, False, False),  # 7 sigma from the other end
        (4.9, 7.5, True, False),
    ],
)
def test_kinds_at_known_places(along, off, beyond, bridge):
    places = between_nearest(MIXTURE, at(along, off))
    assert (bool(places.beyond(5)), bool(places.on_a_bridge(5))) == (beyond, bridge)
    assert float(places.distance) == pytest.approx(math.hypot(min(along, 50 - along), off), abs=1e-6)
    if along >= 0:  # behind a mode the nearest segment is another one
        assert float(places.off_axis) == pytest.approx(off, abs=1e-6)


def test_fresh_samples_are_normal_along_an_axis_and_chi_across_it():
    n = 100_000
    x = MIXTURE.sample(n, torch.Generator().manual_seed(0))
    places = along_fixed_axes(MIXTURE, x)
    assert float(places.along.mean()) == pytest.approx(0, abs=4 / math.sqrt(n))
    assert float(places.along.std()) == pytest.approx(1, abs=4 / math.sqrt(2 * n))
    assert float(places.off_axis.square().mean()) == pytest.approx(D - 1, rel=0.01)
    share = float((places.off_axis > equal_tail_radius(D - 1, 2.0)).double().mean())
    expected = honest_share(2.0)
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected / n))


def test_what_is_not_finite_lies_beyond_and_on_no_bridge():
    places = between_nearest(MIXTURE, torch.full((1, D), math.nan))
    assert bool(places.beyond(5))
    assert not bool(places.on_a_bridge(5))


@pytest.mark.parametrize(
    ("mixture", "message"),
    [
        (GaussianMixture(((0.0, 0.0),), (0.1,)), "at least two modes"),
        (GaussianMixture(((0.0,), (1.0,)), (0.1,)), "two coordinates"),
        (GaussianMixture(((0.0, 0.0), (1.0, 0.0)), (0.1, 0.2)), "modes of one sigma"),
    ],
)
def test_mixtures_without_segments_are_refused(mixture, message):
    with pytest.raises(ValueError, match=message):
        between_nearest(mixture, torch.zeros(1, mixture.dimensions))
