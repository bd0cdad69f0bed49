"""Exact rates of deterministic 1-D samplers by the quantiles of the normal."""

import math

import numpy as np
import pytest
import torch
from scipy.special import ndtr, ndtri

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.statistics.rates import Rate
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.quantiles import CarriedQuantiles, carried_quantiles
from explorer.diffusion.exact_density.rates import exact_rates
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions

SCHEDULE, THREE = NoiseSchedule(), line(1, 2, 3)
KS = (3, 4, 5, 6)
# Its true score, taken for that of THREE, leaves mass between the modes as a network does.
BRIDGED = GaussianMixture(((1.0,), (2.0,), (3.0,), (2.0,)), (0.05, 0.05, 0.05, 0.6), (1, 1, 1, 0.01))


def found(mixture, steps, thresholds=KS, of=THREE, **others):
    spec = SamplerSpec(eta=0.0, steps=steps)
    return finish(carried_quantiles(TrueDenoiser(mixture, SCHEDULE), spec, of, thresholds, **others))


@pytest.fixture(scope="module")
def ten():
    """The true score of three modes, carried by ten steps of DDIM."""
    return found(THREE, 10)


def test_the_true_score_invents_at_ten_steps_what_was_measured_before(ten):
    assert ten.mass_beyond(THREE, 5) == pytest.approx(0.0094, abs=5e-5)


@pytest.mark.parametrize(("mixture", "steps"), [(THREE, 10), (THREE, 20), (BRIDGED, 20)])
def test_ddim_agrees_with_the_density_on_cells(mixture, steps):
    spec = SamplerSpec(eta=0.0, steps=steps)
    grid = finish(exact_rates(TrueDenoiser(mixture, SCHEDULE), spec, THREE, KS, span=7.0))
    carried = found(mixture, steps)
    for k in KS:
        assert carried.mass_beyond(THREE, k) == pytest.approx(grid.beyond[k], rel=0.01)
    np.testing.assert_allclose(carried.mode_shares(THREE), grid.density.mode_shares(THREE), atol=1e-4)
    np.testing.assert_allclose(carried.mode_widths(THREE), grid.density.mode_widths(THREE), rtol=0.01)


def test_a_single_gaussian_has_its_closed_form():
    """DDIM with the true score of one Gaussian is linear: what it makes is a Gaussian of known width."""
    one, spec = GaussianMixture(((0.5,),), (0.1,)), SamplerSpec(eta=0.0, steps=8)
    m, std = 0.0, 1.0
    for step in transitions(SCHEDULE, spec):
        a = SCHEDULE.alpha_bar(step.t)
        slope = math.sqrt(1 - a) / (a * 0.1**2 + 1 - a)
        gain = step.x_coefficient + step.noise_coefficient * slope
        m, std = gain * m - step.noise_coefficient * slope * math.sqrt(a) * 0.5, abs(gain) * std
    carried = found(one, 8, of=one)
    for k in KS:
        ends = (0.5 + k * 0.1 - m) / std, (m - 0.5 + k * 0.1) / std
        due = sum(ndtr(-end) for end in ends)
        assert carried.mass_beyond(one, k) == pytest.approx(due, rel=1e-6, abs=1e-12)
    inside = carried.mode_widths(one, 100.0)[0]
    assert inside == pytest.approx(std / 0.1, rel=1e-3)


def test_samples_lie_as_often_beyond_as_the_quantiles_say(ten):
    spec = SamplerSpec(eta=0.0, steps=10)
    drawn = finish(sample(TrueDenoiser(THREE, SCHEDULE), 100_000, spec, seeded(0, "sampling"), chunk=16_384))
    low, high = Rate(int(THREE.is_hallucination(drawn, 5).sum()), len(drawn)).interval
    assert low <= ten.mass_beyond(THREE, 5) <= high


def test_few_quantiles_are_refined_to_the_rates_of_many(ten):
    few = found(THREE, 10, quantiles=501)
    for k in KS:
        assert few.mass_beyond(THREE, k) == pytest.approx(ten.mass_beyond(THREE, k), rel=1e-6)
        assert few.error_beyond(THREE, k) < 1e-11


def test_a_border_is_where_the_mass_below_it_says():
    """The borders between three equal modes are at Phi^-1(1/3) and Phi^-1(2/3) of the initial noise, but for
    the error of the steps."""
    carried = found(THREE, 100, thresholds=(5,), quantiles=501)
    middle = np.abs(carried.x - 2) < 0.5
    z = carried.z[middle]
    assert (z[0], z[-1]) == pytest.approx((ndtri(1 / 3), ndtri(2 / 3)), abs=0.03)


def test_no_false_mass_lies_in_a_gap():
    """A map that jumps from mode to mode within one interval of the first quantiles leaves nothing between:
    refined, the gap holds what the sampler puts there, and not the mass of the interval."""
    carried = found(THREE, 50, thresholds=(5,), quantiles=501)
    density = carried.density(span=7.0, cells=16_384)
    spec = SamplerSpec(eta=0.0, steps=50)
    grid = finish(exact_rates(TrueDenoiser(THREE, SCHEDULE), spec, THREE, (5,), span=7.0))
    assert density.mass_beyond(THREE, 5) == pytest.approx(grid.beyond[5], rel=0.01)
    first = np.isin(carried.z, ndtri((np.arange(501) + 0.5) / 501))
    unrefined = CarriedQuantiles(carried.z[first], carried.x[first]).density(span=7.0, cells=16_384)
    assert unrefined.mass_beyond(THREE, 5) > 20 * grid.beyond[5]


def test_the_density_has_the_mass_of_the_map_where_it_folds():
    """x = |z| folds the normal: its density is twice the normal's on the right, and 0 on the left."""
    z = np.linspace(-8, 8, 20_001)
    density = CarriedQuantiles(z, np.abs(z)).density(span=8.0, cells=800)
    right = density.x > 0.05
    due = 2 * np.exp(-(density.x**2) / 2) / math.sqrt(2 * math.pi)
    np.testing.assert_allclose(density.p[right], due[right], rtol=1e-3, atol=1e-7)
    assert density.mass(-8, 0) < 1e-20


@pytest.mark.parametrize(
    ("change", "said"),
    [({"quantiles": 100}, "outside \\[101"), ({"thresholds": (5, 101)}, "outside \\(0, 100\\]")],
)
def test_what_is_out_of_bounds_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        found(THREE, 5, **change)


def test_points_of_the_plane_and_noise_that_is_not_held_are_refused():
    plane = GaussianMixture(((0.0, 0.0),), (0.1,))
    with pytest.raises(ValueError, match="1-D denoiser"):
        found(plane, 5)
    with pytest.raises(ValueError, match="needs a generator"):
        finish(carried_quantiles(TrueDenoiser(THREE, SCHEDULE), SamplerSpec(steps=5), THREE, KS))


def test_noise_that_is_held_fixed_makes_the_same_map_again():
    spec = SamplerSpec(steps=5)
    one, again, other = (
        finish(
            carried_quantiles(TrueDenoiser(THREE, SCHEDULE), spec, THREE, KS, quantiles=101, noise_seed=seed)
        )
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one.x, again.x)
    assert not np.isin(other.x, one.x).any()
    assert torch.get_default_dtype() == torch.float32


def test_what_is_thrown_far_from_all_modes_is_not_cut_finer():
    """Runge-Kutta in one step from noise to data carries the normal over some 60,000, of which the modes are
    2."""
    mixture = line(1, 2, 3)
    spec = SamplerSpec(eta=0.0, solver="rk4", steps=2)
    found = finish(
        carried_quantiles(TrueDenoiser(mixture, NoiseSchedule()), spec, mixture, [5], quantiles=501)
    )
    assert np.ptp(found.x) > 10_000
    assert len(found.z) < 20_000
    assert found.error_beyond(mixture, 5) < 1e-10
