"""One interface for truth and network, and the identities between noise, score and x0."""

import math

import pytest
import torch

from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line
from explorer.diffusion.denoiser import (
    LearnedDenoiser,
    TrueDenoiser,
    predict_score,
    predict_x0,
    x0_from_noise,
)
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()


def noised(mixture, t, n=100):
    generator = seeded(0, "points")
    clean = mixture.sample(n, generator).double()
    noise = torch.randn(clean.shape, generator=generator, dtype=torch.float64)
    alpha_bar = SCHEDULE.alpha_bar(t)
    return alpha_bar**0.5 * clean + (1 - alpha_bar) ** 0.5 * noise, clean, noise


@pytest.mark.parametrize("mixture", [line(1, 2, 3), grid()], ids=["1-D", "2-D"])
@pytest.mark.parametrize("t", [0, 40, 200, 343])
def test_the_true_denoiser_says_what_the_mixture_knows(mixture, t):
    x_t, alpha_bar = noised(mixture, t)[0], SCHEDULE.alpha_bar(t)
    truth = TrueDenoiser(mixture, SCHEDULE)
    assert truth.shape == mixture.shape
    torch.testing.assert_close(predict_score(truth, x_t, t), mixture.score(x_t, alpha_bar))
    torch.testing.assert_close(
        predict_x0(truth, x_t, t), mixture.posterior_mean(x_t, alpha_bar), rtol=1e-7, atol=1e-7
    )


def test_one_narrow_mode_leaves_no_doubt_about_the_noise():
    # With a single mode, E[x_0 | x_t] is (near) its mean, so that the noise is (x_t - a mu) / sqrt(1 - abar).
    mixture = line(1.5, sigma=0.005)
    for t in (50, 200):
        x_t, alpha_bar = noised(mixture, t)[0], SCHEDULE.alpha_bar(t)
        expected = (x_t - 1.5 * math.sqrt(alpha_bar)) / math.sqrt(1 - alpha_bar)
        noise = TrueDenoiser(mixture, SCHEDULE).predict_noise(x_t, t)
        torch.testing.assert_close(noise, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("t", [0, 100, 343])
def test_x0_from_the_noise_that_was_added_is_the_sample(t):
    x_t, clean, noise = noised(grid(), t)
    torch.testing.assert_close(x0_from_noise(x_t, noise, SCHEDULE.alpha_bar(t)), clean, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_each_member_of_a_stack_speaks_for_itself(kind):
    spec, seeds = NetworkSpec(kind=kind, width=16, depth=2), [4, 5, 6]
    stack = build_network(spec, SCHEDULE, 2, seeds)
    x = torch.randn(7, 2, generator=seeded(0, "points"))
    answers = []
    for member, seed in enumerate(seeds):
        alone = LearnedDenoiser(build_network(spec, SCHEDULE, 2, [seed]), SCHEDULE)
        answers.append(LearnedDenoiser(stack, SCHEDULE, member).predict_noise(x, 30))
        torch.testing.assert_close(answers[-1], alone.predict_noise(x, 30), rtol=0, atol=1e-5)
        assert alone.shape == (2,)
        assert answers[-1].shape == (7, 2)
    assert not torch.allclose(answers[0], answers[1])
    for number in (-1, 3):
        with pytest.raises(ValueError, match=f"has 3 networks; there is no number {number}"):
            LearnedDenoiser(stack, SCHEDULE, number)


def test_predictions_carry_no_gradient():
    denoiser = LearnedDenoiser(build_network(NetworkSpec(width=8), SCHEDULE, 1, [0]), SCHEDULE)
    assert not denoiser.predict_noise(torch.zeros(3, 1), 5).requires_grad
