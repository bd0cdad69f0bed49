"""A learned variance of the reverse steps: its range, what it tends to, its penalty, and that samples and the
exact density have it."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.streamed_counts import draw_with_variance
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser, variance_fraction
from explorer.diffusion.exact_density.density import exact_densities, exact_density
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import load_weights
from explorer.diffusion.sampling import SamplerSpec, reverse_process, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions
from explorer.diffusion.step_variance import VarianceTables, noise_std_at
from explorer.diffusion.tables import TabulatedDenoiser
from explorer.diffusion.training import TrainingSpec, train
from explorer.experiments.experiment import Experiment
from explorer.remedies.sharpening import SharpenedDenoiser

SCHEDULE = NoiseSchedule()
SPEC = NetworkSpec(width=24, depth=2, variance="learned")
LEARNED, BETA, POSTERIOR = (SamplerSpec(variance=name, steps=60) for name in ("learned", "beta", "posterior"))


def trained(mixture, steps, penalty=0.0, step_draw="log-snr"):
    network = build_network(SPEC, SCHEDULE, 1, [0])
    points = mixture.sample(5_000, seeded(0, "points"))
    spec = TrainingSpec(steps, 250, step_draw=step_draw, variance_penalty=penalty)
    for update in train(network, points, SCHEDULE, spec, seeded(0, "training")):
        weights = update.weights
    load_weights(network, weights)
    return LearnedDenoiser(network, SCHEDULE)


def constant(raised, members=1):
    """Networks whose x0_hat is what an untrained one gives, and whose second output is one number."""
    network = build_network(dataclasses.replace(SPEC, prediction="x0"), SCHEDULE, 1, list(range(members)))
    with torch.no_grad():
        network.out.weight[..., 1] = 0.0
        network.out.bias[..., 1] = raised
    return network


def beta_tilde(t):
    """The posterior's variance (Ho et al. 2020, eq. 7)."""
    here, there = SCHEDULE.alpha_bar(t), SCHEDULE.alpha_bar(t - 1)
    return (1 - there) / (1 - here) * float(SCHEDULE.betas[t])


# ---- what is learned -----------------------------------------------------------------------------------


def test_of_one_gaussian_it_tends_to_the_variance_of_the_true_reverse_step():
    s = 0.1
    model = trained(GaussianMixture(((1.0,),), (s,)), 1_500)
    moves = {move.t: move for move in transitions(SCHEDULE, SamplerSpec(variance="learned"))}
    for t in (1, 2, 3):  # at which it falls from 0.87 of the range to 0.7
        here, there = SCHEDULE.alpha_bar(t), SCHEDULE.alpha_bar(t - 1)
        alpha = here / there
        # x_{t-1} and x_t = sqrt(alpha) x_{t-1} + sqrt(beta) z are jointly normal.
        before = there * s**2 + 1 - there
        exact = before * (1 - alpha) / (alpha * before + 1 - alpha)
        x_t = math.sqrt(here) + math.sqrt(here * s**2 + 1 - here) * torch.linspace(-1.5, 1.5, 9)[:, None]
        found = noise_std_at(model, moves[t], x_t).square().log().mean().item()
        low, high = math.log(beta_tilde(t)), math.log(float(SCHEDULE.betas[t]))
        assert (found - low) / (high - low) == pytest.approx((math.log(exact) - low) / (high - low), abs=0.06)


def test_the_bound_is_the_divergence_of_two_gaussians():
    generator = seeded(0, "bound")
    tables = VarianceTables(SCHEDULE, torch.device("cpu"))
    t = torch.tensor([[1, 5, 40, 300]])
    error, fraction = (torch.randn(1, 4, 1, generator=generator) for _ in range(2))
    found = tables.bound(error.square(), fraction, t)[0, :, 0]
    for place, step in enumerate(t[0].tolist()):
        beta, here = float(SCHEDULE.betas[step]), SCHEDULE.alpha_bar(step)
        low = beta_tilde(step)
        variance = low ** (1 - fraction[0, place].item()) * beta ** fraction[0, place].item()
        # Of the means (x_t - beta / sqrt(1 - alpha_bar) noise) / sqrt(alpha) with two noises.
        apart = beta / math.sqrt((1 - here) * (1 - beta)) * error[0, place].item()
        step_, true = (torch.distributions.Normal(m, v**0.5) for m, v in ((apart, variance), (0.0, low)))
        exact = torch.distributions.kl_divergence(true, step_).item() / math.log(2)
        assert found[place].item() == pytest.approx(exact, rel=1e-4, abs=1e-6)


def test_at_the_last_step_it_is_the_likelihood_of_the_data():
    tables = VarianceTables(SCHEDULE, torch.device("cpu"))
    t, fractions = torch.zeros(1, 2, dtype=torch.long), torch.tensor([[[0.3], [0.8]]])
    error = 0.7
    found = tables.bound(torch.full((1, 2, 1), error**2), fractions, t)[0, :, 0]
    here, beta, low = SCHEDULE.alpha_bar(0), float(SCHEDULE.betas[0]), beta_tilde(1)
    apart = torch.tensor(math.sqrt((1 - here) / here) * error)  # of x_0 and x0_hat
    stds = [math.sqrt(low ** (1 - f) * beta**f) for f in (0.3, 0.8)]
    exact = [-torch.distributions.Normal(0.0, std).log_prob(apart).item() / math.log(2) for std in stds]
    assert (found[1] - found[0]).item() == pytest.approx(exact[1] - exact[0], rel=1e-4)


def test_the_bound_does_not_reach_the_prediction_of_the_noise():
    tables = VarianceTables(SCHEDULE, torch.device("cpu"))
    error, fraction = (torch.ones(1, 3, 1, requires_grad=True) for _ in range(2))
    tables.loss(error.square(), fraction, torch.tensor([[0, 9, 90]]), 0.1).sum().backward()
    assert error.grad is None
    assert fraction.grad.abs().min() > 0


# ---- its penalty ---------------------------------------------------------------------------------------


def test_the_penalty_is_its_formula():
    tables = VarianceTables(SCHEDULE, torch.device("cpu"))
    t, fraction = torch.tensor([[1, 60, 900]]), torch.tensor([[[0.0], [0.5], [1.0]]])
    beta = [float(SCHEDULE.betas[step]) for step in t[0]]
    variances = [beta_tilde(1), math.sqrt(beta_tilde(60) * beta[1]), beta[2]]
    exact = [1 / (1 + variance**-2) for variance in variances]
    assert tables.penalty(fraction, t).flatten().tolist() == pytest.approx(exact, rel=1e-4)
    squares = torch.full((1, 3, 1), 0.2)
    without, with_it = (tables.loss(squares, fraction, t, weight) for weight in (0.0, 0.1))
    assert (with_it - without).flatten().tolist() == pytest.approx([0.1 * one for one in exact], abs=2e-7)


def test_a_heavy_penalty_lowers_the_variance():
    known = GaussianMixture(((0.0,),), (1.0,))
    free, shaped = (trained(known, 300, penalty, "uniform") for penalty in (0.0, 10.0))
    x_t = torch.linspace(-1, 1, 9)[:, None]
    for t in (200, 400):  # where the variance is large enough to be felt: beta is 0.04 and 0.08
        assert (variance_fraction(shaped, x_t, t) < variance_fraction(free, x_t, t)).all()


def test_a_penalty_needs_a_network_that_learns_the_variance():
    plain = dataclasses.replace(SPEC, variance="fixed")
    network = build_network(plain, SCHEDULE, 1, [0])
    spec = TrainingSpec(5, 8, variance_penalty=0.1)
    with pytest.raises(ValueError, match=r"penalty 0\.1 on the variance needs a network"):
        next(train(network, torch.randn(9, 1), SCHEDULE, spec, seeded(0, "training")))
    with pytest.raises(ValueError, match=r"penalty 0\.1 on the variance needs a network"):
        Experiment(line(1, 2), training=spec)
    with pytest.raises(ValueError, match="learned variance needs a network that learns it"):
        Experiment(line(1, 2), sampler=LEARNED)
    with pytest.raises(ValueError, match=r"variance's penalty 11 is outside \[0, 10\]"):
        TrainingSpec(variance_penalty=11)
    with pytest.raises(ValueError, match="Only the plain network's variance can be chosen"):
        NetworkSpec("residual", variance="learned")


# ---- how it is sampled ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("raised", "fixed"), [(-1.0, POSTERIOR), (1.0, BETA)])
@pytest.mark.parametrize("steps", [90, 12])
def test_its_ends_are_the_two_fixed_variances(raised, fixed, steps):
    said, given = (dataclasses.replace(spec, steps=steps) for spec in (LEARNED, fixed))
    model = LearnedDenoiser(constant(raised), SCHEDULE)
    drawn = [finish(sample(model, 500, spec, seeded(0, "noise"))) for spec in (said, given)]
    torch.testing.assert_close(*drawn, rtol=1e-4, atol=1e-4)
    streamed = draw_with_variance(model, 500, said, seeded(0, "noise"), (0, 50))[0]
    torch.testing.assert_close(streamed, drawn[1], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("raised", "fixed"), [(-1.0, POSTERIOR), (1.0, BETA)])
@pytest.mark.parametrize("eta", [1.0, 0.02])  # noise that cells resolve, and noise that they do not
def test_its_ends_have_the_densities_of_the_two_fixed_variances(raised, fixed, eta):
    network = constant(raised, members=2)
    said, given = (dataclasses.replace(spec, eta=eta, steps=30) for spec in (LEARNED, fixed))
    stacks = [
        finish(exact_densities(network, SCHEDULE, spec, sigmas=[0.3, 0.3], spans=[12.0, 12.0]))
        for spec in (said, given)
    ]
    for one, other in zip(*stacks, strict=True):
        far = 0.5 * np.abs(one.p - np.interp(one.x, other.x, other.p)).sum() * one.cell
        assert far < 1e-3
    alone = finish(exact_density(LearnedDenoiser(network, SCHEDULE, 1), said, sigma=0.3, span=12.0))
    np.testing.assert_allclose(alone.p, stacks[0][1].p, atol=1e-4 * alone.p.max())


def test_the_exact_density_is_that_of_samples():
    mixture = line(1, 2, 3)
    model = trained(mixture, 1_000)
    x_t = torch.linspace(0, 2, 50)[:, None]
    fraction = variance_fraction(model, x_t, 20)
    assert fraction.max() - fraction.min() > 0.3  # it depends on where the sample is
    density = finish(exact_density(model, LEARNED, sigma=0.05, span=8.0))
    n = 10_000
    drawn = finish(sample(model, n, LEARNED, seeded(0, "noise")))
    for k in (2, 5):
        exact = density.mass_beyond(mixture, k)
        counted = int(mixture.is_hallucination(drawn, k).sum())
        assert abs(counted - n * exact) < 4 * math.sqrt(n * exact * (1 - exact))
    other = finish(exact_density(model, BETA, sigma=0.05, span=8.0))
    assert 0.5 * np.abs(other.p - density.p).sum() * density.cell > 0.005


def test_what_is_laid_around_a_network_leaves_its_variance():
    model = LearnedDenoiser(constant(0.2), SCHEDULE)
    x_t = torch.linspace(-1, 1, 5)[:, None]
    for around in (TabulatedDenoiser(model, span=7.0), SharpenedDenoiser(model, 0.1)):
        torch.testing.assert_close(variance_fraction(around, x_t, 9), torch.full((5, 1), 0.6))


def test_the_truth_says_nothing_of_it_and_takes_that_of_the_posterior():
    truth = TrueDenoiser(line(1, 2, 3), SCHEDULE)
    x_T = torch.linspace(-2, 2, 9)[:, None]
    walks = (reverse_process(truth, x_T, spec, seeded(0, "noise")) for spec in (LEARNED, POSTERIOR))
    assert torch.equal(*(list(walk)[-1].x0_hat for walk in walks))


def test_without_it_the_first_weights_are_what_they_were():
    plain, learned = (
        build_network(dataclasses.replace(SPEC, variance=name), SCHEDULE, 1, [3])
        for name in ("fixed", "learned")
    )
    assert [tuple(p.shape) for p in plain.out.parameters()] == [(1, 24, 1), (1, 1, 1)]
    for one, other in zip(plain.hidden.parameters(), learned.hidden.parameters(), strict=True):
        assert torch.equal(one, other)
    x = torch.randn(1, 4, 1)
    assert plain.noise_and_fraction(x, 5)[1] is None
