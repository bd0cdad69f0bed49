"""A mixture's closed forms agree with numerical derivatives, integrals and counts, in both precisions."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture

LINE = GaussianMixture(((1.0,), (2.0,), (3.5,)), (0.05, 0.2, 0.4), (0.2, 0.5, 0.3))
PLANE = GaussianMixture(((-1.0, 0.5), (0.4, 0.3), (1.0, -2.0)), (0.1, 0.3, 0.05), (3.0, 1.0, 2.0))
ALPHA_BARS = [1.0, 0.999, 0.9, 0.5, 1e-2, 1e-6, math.exp(-108)]
both = pytest.mark.parametrize("mixture", [LINE, PLANE], ids=["1-D", "2-D"])
every_level = pytest.mark.parametrize("alpha_bar", ALPHA_BARS)


def around(mixture, alpha_bar, n=200, seed=0):
    """Points (n, D), float64, where the marginal p_t lives: noised samples of the mixture."""
    generator = seeded(seed, "points")
    clean = mixture.sample(n, generator).double()
    noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    return alpha_bar**0.5 * clean + (1 - alpha_bar) ** 0.5 * noise


def by_hand(mixture, x, alpha_bar):
    """p_t at one point x, summed mode by mode in Python floats."""
    total = 0.0
    for mean, sigma, weight in zip(mixture.means, mixture.sigmas, mixture.weights, strict=True):
        variance = alpha_bar * sigma**2 + 1 - alpha_bar
        square = sum((a - alpha_bar**0.5 * m) ** 2 for a, m in zip(x, mean, strict=True))
        total += weight * math.exp(-square / (2 * variance)) / (2 * math.pi * variance) ** (len(x) / 2)
    return total


@both
@every_level
def test_the_log_density_is_the_sum_over_modes(mixture, alpha_bar):
    x = around(mixture, alpha_bar, n=40)
    expected = [math.log(by_hand(mixture, point, alpha_bar)) for point in x.tolist()]
    assert mixture.log_density(x, alpha_bar).numpy() == pytest.approx(expected, rel=1e-9, abs=1e-9)


@both
@every_level
def test_the_score_is_the_gradient_of_the_log_density(mixture, alpha_bar):
    x, h = around(mixture, alpha_bar), 1e-5
    for axis in range(mixture.dimensions):
        shift = torch.zeros(mixture.dimensions, dtype=torch.float64)
        shift[axis] = h
        rise = mixture.log_density(x + shift, alpha_bar) - mixture.log_density(x - shift, alpha_bar)
        score = mixture.score(x, alpha_bar)[:, axis]
        torch.testing.assert_close(score, rise / (2 * h), rtol=1e-5, atol=1e-4)


@every_level
def test_the_density_integrates_to_one(alpha_bar):
    x = torch.linspace(-12, 12, 48_001, dtype=torch.float64)[:, None]
    assert torch.trapezoid(LINE.log_density(x, alpha_bar).exp(), x[:, 0]).item() == pytest.approx(1, abs=1e-9)


def test_the_density_of_the_plane_integrates_to_one():
    axis = torch.linspace(-7, 7, 801, dtype=torch.float64)
    points = torch.cartesian_prod(axis, axis)
    total = PLANE.log_density(points, 0.9).exp().sum() * (axis[1] - axis[0]) ** 2
    assert total.item() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("alpha_bar", [0.999, 0.9, 0.5, 0.01])
def test_the_posterior_mean_is_the_integral_over_x0(alpha_bar):
    x0 = np.linspace(-2, 7, 90_001)
    prior = sum(
        w / s * np.exp(-0.5 * ((x0 - m) / s) ** 2)
        for (m,), s, w in zip(LINE.means, LINE.sigmas, LINE.weights, strict=True)
    )
    x_t = around(LINE, alpha_bar, n=25)
    expected = []
    for value in x_t[:, 0].tolist():
        posterior = prior * np.exp(-0.5 * (value - alpha_bar**0.5 * x0) ** 2 / (1 - alpha_bar))
        expected.append((posterior * x0).sum() / posterior.sum())
    assert LINE.posterior_mean(x_t, alpha_bar)[:, 0].numpy() == pytest.approx(expected, abs=1e-8)


@both
@every_level
def test_the_posterior_mean_obeys_tweedie(mixture, alpha_bar):
    x = around(mixture, alpha_bar)
    expected = x + (1 - alpha_bar) * mixture.score(x, alpha_bar)  # sqrt(alpha_bar) E[x_0 | x_t]
    torch.testing.assert_close(
        alpha_bar**0.5 * mixture.posterior_mean(x, alpha_bar), expected, rtol=1e-9, atol=1e-9
    )


@both
@every_level
def test_signal_and_expected_noise_add_up_to_the_point(mixture, alpha_bar):
    x = around(mixture, alpha_bar)
    signal = alpha_bar**0.5 * mixture.posterior_mean(x, alpha_bar)
    whole = signal + (1 - alpha_bar) ** 0.5 * mixture.expected_noise(x, alpha_bar)
    torch.testing.assert_close(whole, x, rtol=1e-9, atol=1e-9)


@both
@every_level
@pytest.mark.parametrize("truth", ["score", "expected_noise", "posterior_mean", "log_density"])
def test_float32_is_finite_and_agrees_with_float64(mixture, alpha_bar, truth):
    wide = torch.linspace(-30, 30, 4001)[:, None].expand(-1, mixture.dimensions)
    x = torch.cat([around(mixture, alpha_bar, n=500).float(), wide])
    single = getattr(mixture, truth)(x, alpha_bar)
    double = getattr(mixture, truth)(x.double(), alpha_bar)
    assert single.dtype == torch.float32
    assert torch.isfinite(single).all()
    close = torch.isclose(single.double(), double, rtol=1e-3, atol=1e-3 * double[:500].abs().mean().item())
    assert close[:500].all()
    # Far out and just between two modes, the last bit of x decides whose point it is.
    assert close.double().mean() > 0.995


def test_far_out_the_answer_is_still_finite():
    x = torch.tensor([[-1e4], [1e4]])
    for alpha_bar in ALPHA_BARS:
        assert torch.isfinite(LINE.score(x, alpha_bar)).all()
        assert LINE.posterior_mean(x, 1.0).flatten().tolist() == pytest.approx([-1e4, 1e4], rel=1e-6)


@both
@pytest.mark.parametrize("truth", ["score", "expected_noise", "posterior_mean", "log_density"])
def test_an_alpha_bar_for_each_point_gives_what_each_alone_gives(mixture, truth):
    x = around(mixture, 0.5, n=len(ALPHA_BARS))
    together = getattr(mixture, truth)(x, torch.tensor(ALPHA_BARS, dtype=torch.float64))
    alone = [getattr(mixture, truth)(x[i : i + 1], ab) for i, ab in enumerate(ALPHA_BARS)]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-12, atol=1e-12)
