"""What becomes of initial noise: seeds one by one, and the stripes of the line."""

import numpy as np
import pytest
import torch
from scipy.special import ndtr, ndtri

from explorer.compute.progress import finish
from explorer.data.mixtures import line
from explorer.detection.fate import Fates, fates, stripes
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.quantiles import CarriedQuantiles, carried_quantiles
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

THREE, TRUTH = line(1, 2, 3), TrueDenoiser(line(1, 2, 3), NoiseSchedule())
TEN = SamplerSpec(eta=0.0, steps=10)


@pytest.fixture(scope="module")
def ten():
    """The true score of three modes, carried by ten steps of DDIM."""
    return finish(carried_quantiles(TRUTH, TEN, THREE, (5,), quantiles=2_001))


def test_a_seed_has_the_mode_and_the_distance_of_its_end():
    found = finish(fates(TRUTH, THREE, torch.tensor([[-2.0], [0.0], [2.0]]), SamplerSpec(eta=0.0, steps=60)))
    assert found.mode.tolist() == [0, 1, 2]
    assert not found.hallucinated(5).any()
    assert found.distance[1] == pytest.approx(0, abs=0.02)  # by symmetry the middle seed ends in the middle


def test_hallucinated_is_what_lies_beyond_k_and_what_is_no_number():
    found = Fates(np.array([0, 1, 1]), np.array([5.0, 5.1, np.nan]))
    assert found.hallucinated(5).tolist() == [False, True, True]
    assert found.label(5).tolist() == [0, 3, 3]


def test_stripes_of_a_map_with_known_borders():
    """x = 2 + z / 2: a mode's stripe is where x is within 5 sigma, 0.25, of its centre."""
    z = np.linspace(-8, 8, 160_001)
    found = stripes(CarriedQuantiles(z, 2 + z / 2), THREE, 5)
    # nearest mode and bound: 0 beyond | 0 | 0 beyond | 1 beyond | 1 | 1 beyond | 2 beyond | 2 | 2 beyond
    assert found.mode.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert found.hallucinated.tolist() == [True, False, True] * 3
    borders = [-2.5, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.5]
    np.testing.assert_allclose(found.borders, borders, atol=1e-4)
    np.testing.assert_allclose(found.mass, np.diff([0, *ndtr(borders), 1]), atol=1e-4)
    within = ndtr(2.5) - ndtr(1.5)
    assert found.hallucinated_share == pytest.approx(1 - 2 * within - (2 * ndtr(0.5) - 1), abs=1e-4)


def test_the_width_of_the_hallucinated_stripes_is_the_rate(ten):
    found = stripes(ten, THREE, 5)
    assert found.hallucinated_share == pytest.approx(ten.mass_beyond(THREE, 5), abs=1e-9)
    assert found.hallucinated_share == pytest.approx(0.0094, abs=5e-5)
    assert found.mass.sum() == pytest.approx(1, abs=1e-12)
    assert found.error < 1e-11


def test_slivers_that_single_precision_makes_are_no_stripes():
    """Between a mode and a gap the fate flickers over 1e-10 of the normal."""
    z = np.concatenate([np.linspace(-8, 0.4, 9_000), 0.5 + 1e-11 * np.arange(40), np.linspace(0.6, 8, 9_000)])
    flicker = np.arange(40) % 2 * 0.5
    x = np.concatenate([np.full(9_000, 2.0), 2.0 + flicker, np.full(9_000, 2.5)])
    found = stripes(CarriedQuantiles(z, x), THREE, 5)
    assert found.hallucinated.tolist() == [False, True]
    assert found.borders[0] == pytest.approx(0.5, abs=0.1)
    assert 0 < found.error < ndtr(0.6) - ndtr(0.4) + 1e-8


def test_the_stripes_of_three_equal_modes_lie_between_thirds():
    spec = SamplerSpec(eta=0.0, steps=100)
    carried = finish(carried_quantiles(TRUTH, spec, THREE, (5,), quantiles=501))
    found = stripes(carried, THREE, 5)
    inner = found.borders[np.abs(found.borders) < 2]
    np.testing.assert_allclose(np.abs(inner), ndtri(2 / 3), atol=0.03)
    assert found.at(np.array([-1.0, 0.0, 1.0]))[0].tolist() == [0, 1, 2]


def test_a_cell_is_touched_by_a_stripe_that_is_thinner_than_it(ten):
    found = stripes(ten, THREE, 5)
    edges = np.linspace(-3, 3, 61)
    touched = found.touched(edges)
    middles, black = (edges[1:] + edges[:-1]) / 2, found.hallucinated
    ends = np.concatenate([[-np.inf], found.borders, [np.inf]])
    for low, high in zip(ends[:-1][black], ends[1:][black], strict=True):
        if low > -3 and high < 3:
            assert touched[np.searchsorted(edges, (low + high) / 2) - 1]
    assert touched.sum() < 12
    assert found.at(middles)[1].sum() <= touched.sum()
