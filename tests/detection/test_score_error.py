"""The error of the score against closed forms: models that are the truth of another Gaussian, or move it."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line, ring
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.detection.statistics.score_error import BEYOND, neighbours, score_errors
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
STEPS = [300, 120, 40, 8, 0]
OUTSIDE = math.erfc(BEYOND / math.sqrt(2))  # the share of a normal beyond 3 sigma


class Offset:
    """The truth of a distribution, its noise moved by a constant."""

    def __init__(self, distribution, by):
        self.truth, self.by = TrueDenoiser(distribution, SCHEDULE), by
        self.schedule, self.shape = SCHEDULE, distribution.shape

    def predict_noise(self, x_t, t):
        return self.truth.predict_noise(x_t, t) + self.by


def found(model, distribution, steps=STEPS, n=None, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return finish(score_errors(model, TrueDenoiser(distribution, SCHEDULE), steps, generator, n=n))


def one(mean, sigma):
    return GaussianMixture((tuple(mean),), (sigma,))


def levels(sigma):
    """alpha_bar and the variance of p_t at STEPS, for a single Gaussian."""
    alpha_bar = np.array([SCHEDULE.alpha_bar(t) for t in STEPS])
    return alpha_bar, alpha_bar * sigma**2 + 1 - alpha_bar


def test_a_shifted_gaussian_on_a_line():
    # Its score is a delta / v away everywhere, so D_t = alpha_bar delta^2 / v^2.
    delta, sigma = 0.3, 0.2
    errors = found(TrueDenoiser(one([1 + delta], sigma), SCHEDULE), one([1.0], sigma))
    alpha_bar, v = levels(sigma)
    expected = alpha_bar * delta**2 / v**2
    assert errors.fisher_divergence == pytest.approx(expected, rel=2e-4)
    assert errors.noise_error == pytest.approx((1 - alpha_bar) * expected, rel=2e-4)
    assert errors.beyond_share == pytest.approx(OUTSIDE, rel=1e-6)
    assert errors.beyond_error == pytest.approx((1 - alpha_bar) * expected * OUTSIDE, rel=1e-3)
    assert (errors.uncertainty <= 1e-3 * errors.noise_error).all()
    assert errors.n is None
    assert errors.between_error is None  # one mode has no neighbour


def test_a_widened_gaussian_on_a_line():
    # Scores -(x - a m) / v and -(x - a m) / v': D_t = v (1 / v' - 1 / v)^2, and of it from beyond k sigma the
    # share E[z^2; |z| > k] = 2 (k phi(k) + 1 - Phi(k)).
    sigma, wide = 0.2, 0.3
    errors = found(TrueDenoiser(one([1.0], wide), SCHEDULE), one([1.0], sigma))
    (alpha_bar, v), (_, w) = levels(sigma), levels(wide)
    expected = v * (1 / w - 1 / v) ** 2
    clear = expected > 1e-9  # at t = 300 both are the standard normal, and single precision shows no more
    assert clear.sum() >= 4
    assert errors.fisher_divergence[clear] == pytest.approx(expected[clear], rel=1e-3)
    phi = math.exp(-(BEYOND**2) / 2) / math.sqrt(2 * math.pi)
    part = 2 * BEYOND * phi + OUTSIDE
    assert errors.beyond_error[clear] == pytest.approx((part * (1 - alpha_bar) * expected)[clear], rel=2e-3)


def test_a_widened_gaussian_in_the_plane_lies_within_the_intervals():
    sigma, wide = 0.2, 0.3
    (alpha_bar, v), (_, w) = levels(sigma), levels(wide)
    expected = 2 * (1 - alpha_bar) * v * (1 / w - 1 / v) ** 2
    model, truth = TrueDenoiser(one([1.0, -1.0], wide), SCHEDULE), one([1.0, -1.0], sigma)
    inside = 0
    for seed in range(40):
        errors = found(model, truth, n=500, seed=seed)
        inside += int(abs(errors.noise_error[2] - expected[2]) <= errors.uncertainty[2])
        assert errors.n == 500
    assert inside >= 34  # of 40 at 95 %: fewer than that once in a thousand times
    # Beyond 3 sigma of a point in the plane lie exp(-9/2) of it.
    share = found(model, truth, n=100_000).beyond_share
    assert share == pytest.approx(math.exp(-4.5), rel=0.1)


@pytest.mark.parametrize("distribution", [line(1, 2, 3), line(-3, -2.5, 0, 4, sigma=0.2), ring()])
def test_a_constant_offset_is_its_own_error_everywhere(distribution):
    by = torch.full((distribution.dimensions,), 0.25)
    errors = found(Offset(distribution, by), distribution, n=400)
    whole = distribution.dimensions * 0.0625
    assert errors.noise_error == pytest.approx(whole, rel=1e-3)
    assert errors.between_error == pytest.approx(whole, rel=1e-3)
    assert errors.beyond_error == pytest.approx(whole * errors.beyond_share, rel=1e-3)
    assert errors.fisher_divergence == pytest.approx(whole / (1 - errors.alpha_bars), rel=1e-3)


def test_the_quadrature_agrees_with_a_fine_grid_where_the_true_score_jumps():
    mixture, model = line(1, 1.4, 3, sigma=0.05), TrueDenoiser(line(1, 2, 3, sigma=0.08), SCHEDULE)
    errors, truth = found(model, mixture), TrueDenoiser(mixture, SCHEDULE)
    x = torch.linspace(-7, 9, 400_001, dtype=torch.float64)[:, None]
    for place, t in enumerate(STEPS):
        p = mixture.log_density(x, SCHEDULE.alpha_bar(t)).exp()
        squares = (model.predict_noise(x, t) - truth.predict_noise(x, t)).square()[:, 0]
        exact = float(torch.trapezoid(p * squares, x[:, 0]))
        assert errors.noise_error[place] == pytest.approx(exact, rel=1e-4, abs=1e-9)
        assert abs(errors.noise_error[place] - exact) <= errors.uncertainty[place] + 1e-5 * exact + 1e-11


def test_between_two_modes_every_point_counts_alike():
    # The truth of one mode alone is off by the other's pull: on one side of the middle nearly nothing, on the
    # other the noise sqrt(1 - alpha_bar) a gap / v, so the mean square is half of its square.
    mixture, t = line(0, 2, sigma=0.05), 3
    errors = found(TrueDenoiser(line(0, sigma=0.05), SCHEDULE), mixture, [t])
    alpha_bar = SCHEDULE.alpha_bar(t)
    v = alpha_bar * 0.05**2 + 1 - alpha_bar
    expected = 0.5 * (1 - alpha_bar) * alpha_bar * 4 / v**2
    assert errors.between_error[0] == pytest.approx(expected, rel=0.01)
    assert abs(errors.between_error[0] - expected) <= errors.between_uncertainty[0] + 0.01 * expected


def test_neighbours_are_side_by_side_on_a_line_and_nearest_in_the_plane():
    assert neighbours(line(3, 1, 2)) == [(0, 2), (1, 2)]
    assert neighbours(ring()) == sorted([(i, i + 1) for i in range(7)] + [(0, 7)])
    corner = GaussianMixture(((0, 0), (1, 0), (0, 1), (5, 5)), (0.1,))
    assert neighbours(corner) == [(0, 1), (0, 2), (1, 3), (2, 3)]


def test_the_excess_of_the_bound_is_the_distance_of_the_means_in_nats():
    # The reverse step's mean is off by beta / sqrt(alpha) times the score, and its variance is beta: each
    # step adds |difference|^2 / (2 beta) (Ho et al. 2020, eq. 8).
    schedule = NoiseSchedule(steps=40, beta_first=0.02, beta_last=0.6)
    truth, model = one([0.5], 0.4), TrueDenoiser(one([0.8], 0.4), schedule)
    steps = list(range(39, -1, -1))
    errors = finish(
        score_errors(model, TrueDenoiser(truth, schedule), steps, torch.Generator().manual_seed(0))
    )
    expected = 0.0
    for t in steps:
        beta, alpha_bar = float(schedule.betas[t]), schedule.alpha_bar(t)
        v = alpha_bar * 0.16 + 1 - alpha_bar
        shift = beta / math.sqrt(1 - beta) * math.sqrt(alpha_bar) * 0.3 / v
        expected += shift**2 / (2 * beta)
    assert errors.bound_excess(schedule) == pytest.approx(expected, rel=1e-3)


def test_pictures_are_averaged_over_samples():
    shapes, by = SimpleShapes(32), torch.full((1, 32, 32), 0.1)
    errors = found(Offset(shapes, by), shapes, [200, 20], n=6)
    assert errors.noise_error == pytest.approx(10.24, rel=1e-3)
    assert errors.uncertainty == pytest.approx(0, abs=1e-3)
    assert (errors.n, errors.beyond_share, errors.beyond_error, errors.between_error) == (6, *[None] * 3)


@pytest.mark.parametrize("n", [1, 0, -4, 200_001])
def test_a_number_of_samples_out_of_bounds_is_refused(n):
    with pytest.raises(ValueError, match=r"outside \[2, 200,000\]"):
        found(Offset(ring(), 0.0), ring(), n=n)
