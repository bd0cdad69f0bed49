"""Drift against closed forms: distances of shifted samples, widths and shares of samples that are exact."""

import math

import numpy as np
import pytest
import torch

from explorer.data.mixture import GaussianMixture
from explorer.detection.statistics.drift import (
    HAL_EDGES,
    HalHistogram,
    directions,
    distance_floor,
    mode_shares,
    mode_width,
    modes_alive,
    wasserstein,
)

NORMAL = GaussianMixture(((0.0,),), (1.0,))
THREE = GaussianMixture(((1.0,), (2.0,), (3.0,)), (0.05,), (0.5, 0.3, 0.2))
PLANE = GaussianMixture(((-1.0, 0.0), (1.0, 0.5)), (0.1, 0.2))


def drawn(mixture, n, seed=0):
    x = mixture.sample(n, torch.Generator().manual_seed(seed))
    return x.numpy(), mixture.nearest_mode(x).numpy()


def quantiles(n):
    """Of the standard normal, at the middles of n equal parts, (n, 1): its best n samples."""
    u = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    return torch.special.ndtri(u)[:, None].numpy()


def distance(samples, mixture):
    return float(np.mean(list(wasserstein(samples, mixture))))


@pytest.mark.parametrize("shift", [0.3, -1.0, 5.0, 40.0])
def test_samples_that_are_shifted_by_d_are_d_away(shift):
    assert distance(quantiles(20_000) + shift, NORMAL) == pytest.approx(abs(shift), rel=1e-3)


@pytest.mark.parametrize("scale", [0.5, 1.5])
def test_a_normal_of_another_width_is_the_difference_times_the_mean_of_abs_z_away(scale):
    expected = abs(scale - 1) * math.sqrt(2 / math.pi)
    assert distance(quantiles(20_000) * scale, NORMAL) == pytest.approx(expected, rel=2e-3)


def test_a_mode_that_lost_its_mass_to_the_next_costs_its_share_times_the_gap():
    samples, modes = drawn(THREE, 100_000)
    samples[modes == 2] -= 1  # a share of 0.2 is now one unit from where it belongs
    assert distance(samples, THREE) == pytest.approx(0.2, abs=0.005)


def test_one_sample_is_its_mean_absolute_distance_away():
    # E|x - 2| of the three modes: all mass at 1 and 3 is one away, that at 2 sigma E|z|.
    expected = 0.7 + 0.3 * 0.05 * math.sqrt(2 / math.pi)
    assert distance(np.array([[2.0]]), THREE) == pytest.approx(expected, rel=1e-4)


def test_exact_samples_come_nearer_as_one_over_the_root_of_their_number():
    few, many = (
        np.mean([distance(drawn(THREE, n, seed)[0], THREE) for seed in range(20)]) for n in (500, 50_000)
    )
    assert few / many == pytest.approx(10, rel=0.4)
    assert many < 0.006


@pytest.mark.parametrize("mixture", [NORMAL, THREE])
@pytest.mark.parametrize("n", [2_000, 40_000])
def test_the_floor_is_the_mean_distance_of_true_samples(mixture, n):
    # E|F_n(x) - F(x)| is sqrt(2 F (1 - F) / (pi n)) as n grows; its integral is the mean of W1.
    x = torch.linspace(-8, 8, 40_001, dtype=torch.float64)
    parts = zip(mixture.means, mixture.sigmas, mixture.weights, strict=True)
    chance = sum(weight * torch.special.ndtr((x - mean[0]) / sigma) for mean, sigma, weight in parts)
    inside = (2 * chance * (1 - chance) / (math.pi * n)).clamp(min=0).sqrt()
    expected = float(torch.trapezoid(inside, x))
    floor = distance_floor(mixture, n)
    assert floor.median == pytest.approx(expected, rel=0.35)
    assert 0 < floor.low < floor.median < floor.high < 4 * expected
    assert (floor.n, floor.draws) == (n, 20)


def test_the_floor_holds_for_samples_that_were_drawn_elsewhere_and_is_the_same_every_time():
    floor = distance_floor(PLANE, 50_000)  # found with 5,000 and scaled
    others = [distance(drawn(PLANE, 50_000, 100 + seed)[0], PLANE) for seed in range(20)]
    assert np.median(others) == pytest.approx(floor.median, rel=0.4)
    assert sum(floor.low / 2 < other < 1.5 * floor.high for other in others) == 20
    distance_floor.cache_clear()
    assert distance_floor(PLANE, 50_000) == floor
    assert distance(drawn(PLANE, 50_000, 7)[0] + 0.05, PLANE) > floor.high  # what has drifted lies above


def test_in_the_plane_a_shift_counts_by_its_component_along_each_direction():
    shift = np.array([0.7, -0.4])
    samples = drawn(PLANE, 100_000)[0] + shift
    along = np.abs(directions(2) @ shift)
    assert list(wasserstein(samples, PLANE)) == pytest.approx(along, abs=0.01)
    assert directions(2).shape == (16, 2)
    assert np.linalg.norm(directions(2), axis=1) == pytest.approx(np.ones(16))
    assert distance(drawn(PLANE, 100_000)[0], PLANE) < 0.006


@pytest.mark.parametrize("mixture", [THREE, PLANE])
def test_exact_samples_have_the_width_and_the_shares_of_the_mixture(mixture):
    samples, modes = drawn(mixture, 50_000)
    assert mode_width(samples, modes, mixture) == pytest.approx(1, abs=0.02)
    shares = mode_shares(modes, mixture)
    assert shares.sum() == pytest.approx(1)
    assert shares == pytest.approx(mixture.weights, abs=4 * math.sqrt(0.25 / 50_000))
    assert modes_alive(shares, mixture).all()


@pytest.mark.parametrize("factor", [0.6, 1.3])
def test_modes_that_shrank_say_by_how_much_wherever_they_moved(factor):
    samples, modes = drawn(PLANE, 50_000)
    centres = np.array(PLANE.means)[modes]
    assert mode_width(centres + 0.05 + factor * (samples - centres), modes, PLANE) == pytest.approx(
        factor, abs=0.02
    )


def test_a_width_is_of_the_modes_that_are_alive():
    samples, modes = drawn(THREE, 20_000)
    left = modes != 2
    left[np.flatnonzero(modes == 2)[:30]] = True  # of a true share of 0.2, less than a tenth
    samples[modes == 2] *= 100
    shares = mode_shares(modes[left], THREE)
    assert modes_alive(shares, THREE).tolist() == [True, True, False]
    assert mode_width(samples[left], modes[left], THREE) == pytest.approx(1, abs=0.03)


def test_no_sample_has_no_width_and_no_shares():
    none = np.empty((0, 1)), np.empty(0, np.int64)
    assert mode_width(*none, THREE) is None
    assert mode_shares(none[1], THREE).tolist() == [0, 0, 0]
    assert mode_width(np.array([[1.0]]), np.array([0]), THREE) is None


def test_every_sample_is_in_one_bin_of_its_class():
    hal = np.array([0.0, 1e-10, 2e-5, 2e-5, 0.5, 99.0, 1e9, np.inf])
    flags = np.array([False, False, False, True, True, True, True, True])
    found = HalHistogram.of(hal, flags)
    assert found.in_support.sum() == 3
    assert found.hallucinated.sum() == 5
    assert found.in_support[0] == 2
    assert found.hallucinated[-1] == 3
    place = int(np.flatnonzero(found.in_support)[-1])
    assert HAL_EDGES[place] <= 2e-5 < HAL_EDGES[place + 1]
    assert found.counts.tolist() == (found.in_support + found.hallucinated).tolist()
    assert len(found.edges) == len(found.counts) + 1
    assert np.diff(np.log10(found.edges)) == pytest.approx(np.full(96, 1 / 8))
