"""Crowding: its level for draws of the truth, its power for denser ones, and the mass that it is told by."""

import numpy as np
import pytest
import torch

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.statistics.crowding import crowded

PLANE = GaussianMixture(((0.0, 0.0), (1.0, 0.5)), (0.1, 0.3), (1.0, 3.0))
N = 20_000


@pytest.mark.parametrize("mixture", [line(1, 2, 3), PLANE])
@pytest.mark.parametrize("share", [0.01, 0.1])
def test_of_draws_of_the_truth_as_many_crowd_as_are_asked_for(mixture, share):
    fresh = mixture.sample(N, torch.Generator().manual_seed(4)).numpy()
    found = crowded(fresh, mixture.mass_within, share).mean()
    assert found == pytest.approx(share, abs=5 * (share / N) ** 0.5)


def test_of_draws_that_lie_more_densely_by_a_factor_it_is_one_less_a_power():
    def mass_within(points, radii):  # of the truth, evenly over [0, 10]
        return 2 * radii / 10

    inside = np.random.default_rng(0).uniform(0, 1, (N, 1))  # ten times as dense
    found = crowded(inside, mass_within, 0.05).mean()
    assert found == pytest.approx(1 - 0.95**10, abs=0.02)


def test_copies_crowd_and_one_sample_alone_is_refused():
    assert crowded(np.array([[1.0], [1.0], [2.0]]), line(1, 2, 3).mass_within).tolist() == [True, True, False]
    with pytest.raises(ValueError, match="two samples to crowd, not 1"):
        crowded(np.zeros((1, 1)), line(1, 2, 3).mass_within)


def test_the_mass_within_a_radius_is_the_integral_of_the_density():
    mixture = line(1, 2, 3)
    x, radius = np.array([[1.0], [1.4], [2.5], [9.0]]), np.array([0.05, 0.3, 0.6, 0.5])
    for place, reach, mass in zip(x, radius, mixture.mass_within(x, radius), strict=True):
        at = torch.linspace(place[0] - reach, place[0] + reach, 20_001, dtype=torch.float64)
        whole = float(torch.trapezoid(mixture.log_density(at[:, None]).exp(), at))
        assert mass == pytest.approx(whole, rel=1e-5, abs=1e-12)


def test_in_the_plane_it_is_the_share_of_draws_there():
    drawn = PLANE.sample(400_000, torch.Generator().manual_seed(0)).numpy()
    for place, reach in (((0.0, 0.0), 0.1), ((0.8, 0.3), 0.25), ((0.5, 0.0), 0.4)):
        mass = PLANE.mass_within(np.array([place]), np.array([reach]))[0]
        share = (np.linalg.norm(drawn - np.array(place), axis=1) < reach).mean()
        assert share == pytest.approx(mass, abs=5 * (mass / 400_000) ** 0.5)
