"""A remedy at a dial of zero is the denoiser that it wraps, bit for bit; formulas against closed forms."""

import math
from typing import get_args

import numpy as np
import pytest
import torch
from scipy import integrate

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import grid, line
from explorer.data.shapes.simple_shapes import SimpleShapes
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser, predict_score, predict_x0
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.sampler_spec import Solver
from explorer.diffusion.sampling import SamplerSpec, SamplingRun, reverse_process
from explorer.diffusion.schedule import NoiseSchedule
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.remedies.catalogue import REMEDIES, late_noise
from explorer.remedies.displacement import DisplacedDenoiser
from explorer.remedies.guidance import GuidedDenoiser
from explorer.remedies.quenching import QuenchedDenoiser
from explorer.remedies.rods import RodsDenoiser
from explorer.remedies.sharpening import SharpenedDenoiser
from explorer.remedies.smoothing import SmoothedDenoiser

SCHEDULE = NoiseSchedule()
UNEQUAL = GaussianMixture(((-0.5, 0.0), (0.6, 0.2), (0.1, 1.0)), (0.05, 0.2, 0.4), (1.0, 2.0, 3.0))
SHORT = SamplerSpec(steps=25)


def learned(dimensions):
    return LearnedDenoiser(build_network(NetworkSpec(width=16), SCHEDULE, dimensions, [3]), SCHEDULE)


def wrappers(denoiser, mixture, dial):
    return [
        GuidedDenoiser(denoiser, dial, mixture),
        SharpenedDenoiser(denoiser, dial),
        DisplacedDenoiser(denoiser, dial),
        SmoothedDenoiser(denoiser, dial),
        RodsDenoiser(SamplingRun(denoiser, SHORT), dial, "cas", quantile=0),
        RodsDenoiser(SamplingRun(denoiser, SHORT), dial, "sas", quantile=0),
        QuenchedDenoiser(SamplingRun(denoiser, SHORT), dial, below=60, quantile=0),
    ]


def end(denoiser, spec=SHORT):
    x_T = torch.randn(50, *denoiser.shape, generator=torch.Generator().manual_seed(1))
    *_, last = reverse_process(denoiser, x_T, spec, torch.Generator().manual_seed(2))
    return last.x0_hat


@pytest.mark.parametrize(("dimensions", "mixture"), [(1, line(1, 2, 3)), (2, grid())])
def test_at_zero_a_wrapper_is_its_denoiser_bit_for_bit_and_otherwise_it_is_not(dimensions, mixture):
    denoiser = learned(dimensions)
    x = torch.randn(200, dimensions, generator=torch.Generator().manual_seed(0))
    for off, on in zip(wrappers(denoiser, mixture, 0.0), wrappers(denoiser, mixture, 0.3), strict=True):
        assert torch.equal(off.predict_noise(x, 20), denoiser.predict_noise(x, 20))
        assert torch.equal(end(off), end(denoiser))
        assert not torch.equal(on.predict_noise(x, 20), denoiser.predict_noise(x, 20))
        assert not torch.equal(end(on), end(denoiser))
        assert (off.schedule, off.shape) == (SCHEDULE, (dimensions,))


@pytest.mark.parametrize("name", REMEDIES)
def test_at_zero_a_remedy_leaves_the_run_as_it_is(name):
    run = SamplingRun(learned(1), SamplerSpec())
    assert REMEDIES[name].applied(run, 0, preset("three-modes").experiment) is run
    assert REMEDIES[name].bounds[0] <= 0 <= REMEDIES[name].bounds[1]


# ---- guidance ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mixture", [UNEQUAL, GaussianMixture(((1.0,), (2.0,)), (0.05, 0.3), (3.0, 1.0))])
@pytest.mark.parametrize("t", [2, 30, 120])
def test_guidance_follows_the_gradient_of_the_log_responsibility(mixture, t):
    alpha_bar = SCHEDULE.alpha_bar(t)
    x = torch.randn(60, *mixture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(t))
    x.requires_grad_()
    means, sigmas, weights = (
        torch.tensor(values, dtype=torch.float64)
        for values in (mixture.means, mixture.sigmas, mixture.weights)
    )
    variance = alpha_bar * sigmas**2 + 1 - alpha_bar
    squares = (x[:, None] - alpha_bar**0.5 * means).square().sum(2)
    logits = weights.log() - squares / (2 * variance) - means.shape[1] / 2 * variance.log()  # (n, K)
    log_w = logits.log_softmax(1).amax(1)  # the likeliest mode, held
    (gradient,) = torch.autograd.grad(log_w.sum(), x)
    assert mixture.label_gradient(x.detach(), alpha_bar) == pytest.approx(gradient, rel=1e-6, abs=1e-9)
    truth = TrueDenoiser(mixture, SCHEDULE)
    guided = GuidedDenoiser(truth, 0.7, mixture).predict_noise(x.detach(), t)
    wanted = truth.predict_noise(x.detach(), t) - 0.7 * (1 - alpha_bar) ** 0.5 * gradient
    assert guided == pytest.approx(wanted, rel=1e-6, abs=1e-9)


def test_with_the_true_score_and_full_strength_a_picture_is_taken_to_be_its_likeliest():
    shapes = SimpleShapes(32)
    truth = TrueDenoiser(shapes, SCHEDULE)
    x0 = shapes.sample(40, torch.Generator().manual_seed(0))
    for t in (5, 60):
        alpha_bar = SCHEDULE.alpha_bar(t)
        z = torch.randn(x0.shape, generator=torch.Generator().manual_seed(t))
        x_t = alpha_bar**0.5 * x0 + (1 - alpha_bar) ** 0.5 * z
        found = predict_x0(GuidedDenoiser(truth, 1.0, shapes), x_t, t)
        assert found == pytest.approx(shapes.nearest_valid(found), abs=2e-3)
        if t == 5:
            assert found == pytest.approx(x0, abs=2e-3)
    assert bool(GuidedDenoiser(truth, 1.0, shapes).predict_noise(x0, 0).isfinite().all())


# ---- sharpening ----------------------------------------------------------------------------------------


def laplacian_of_the_score(mixture, x, alpha_bar):
    """By automatic differentiation, (n, D)."""
    x = x.clone().requires_grad_()
    found = []
    for component in mixture.score(x, alpha_bar).T:
        total = torch.zeros(len(x), dtype=x.dtype)
        (first,) = torch.autograd.grad(component.sum(), x, create_graph=True)
        for axis in range(x.shape[1]):
            (second,) = torch.autograd.grad(first[:, axis].sum(), x, retain_graph=True)
            total = total + second[:, axis]
        found.append(total)
    return torch.stack(found, 1)


@pytest.mark.parametrize(("mixture", "calls"), [(line(1, 2, 3), 3), (UNEQUAL, 5)])
def test_sharpening_takes_the_laplacian_off_the_score(mixture, calls):
    class Counted(TrueDenoiser):
        asked = 0

        def predict_noise(self, x_t, t):
            Counted.asked += 1
            return super().predict_noise(x_t, t)

    denoiser, t = Counted(mixture, SCHEDULE), 60
    alpha_bar = SCHEDULE.alpha_bar(t)
    x = torch.randn(80, *mixture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    laplacian = laplacian_of_the_score(mixture, x, alpha_bar)
    score = predict_score(SharpenedDenoiser(denoiser, 0.2, reach=1e-3), x, t)
    assert Counted.asked == calls
    wanted = mixture.score(x, alpha_bar) - 0.2 * (1 - alpha_bar) * laplacian
    assert score == pytest.approx(wanted, rel=1e-4, abs=1e-4)
    assert float(laplacian.abs().max()) > 1


def test_probes_are_the_same_every_time_and_change_with_the_seed_and_the_step():
    shapes = TrueDenoiser(SimpleShapes(32), SCHEDULE)
    x = torch.randn(2, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    first, again, other = (SharpenedDenoiser(shapes, 0.2, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first.predict_noise(x, 50), again.predict_noise(x, 50))
    assert not torch.equal(first.predict_noise(x, 50), other.predict_noise(x, 50))
    assert set(first._probes(50).unique().tolist()) == {-1, 1}
    assert not torch.equal(first._probes(50), first._probes(51))


# ---- the others ----------------------------------------------------------------------------------------


# A wide blur meets a step that is narrower than the distance of two nodes: within 2 % of its height, 25.
@pytest.mark.parametrize(("width", "error"), [(0.3, 2e-3), (1.0, 0.5)])
def test_smoothing_is_the_mean_over_a_gaussian(width, error):
    mixture, t = line(1, 2, 3), 8
    alpha_bar = SCHEDULE.alpha_bar(t)
    x = np.linspace(0.9, 2.1, 7)

    def score(place):
        return float(mixture.score(torch.tensor([[place]], dtype=torch.float64), alpha_bar))

    def blurred(place):
        delta = width * (1 - alpha_bar) ** 0.5

        def integrand(z):
            return score(place + delta * z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return integrate.quad(integrand, -8, 8, limit=400, epsabs=1e-7)[0]

    smoothed = SmoothedDenoiser(TrueDenoiser(mixture, SCHEDULE), width)
    found = predict_score(smoothed, torch.from_numpy(x)[:, None], t)[:, 0]
    assert found.numpy() == pytest.approx([blurred(place) for place in x], rel=2e-3, abs=error)


def test_smoothing_of_the_plane_keeps_what_is_linear_and_blurs_what_bends():
    one = TrueDenoiser(GaussianMixture(((0.3, -0.2),), (0.5,)), SCHEDULE)
    x = torch.randn(30, 2, generator=torch.Generator().manual_seed(0))
    assert SmoothedDenoiser(one, 0.8).predict_noise(x, 40) == pytest.approx(
        one.predict_noise(x, 40), abs=1e-5
    )
    t = 40
    alpha_bar = SCHEDULE.alpha_bar(t)
    truth = TrueDenoiser(UNEQUAL, SCHEDULE)
    z = torch.randn(200_000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for place in torch.tensor([[0.0, 0.0], [0.2, 0.4]], dtype=torch.float64):
        drawn = truth.predict_noise(place + 0.5 * (1 - alpha_bar) ** 0.5 * torch.cat([z, -z]), t)
        error = 4 * drawn.std(0) / len(z) ** 0.5
        found = SmoothedDenoiser(truth, 0.5).predict_noise(place[None], t)[0]
        assert bool(((found - drawn.mean(0)).abs() < error).all())
    with pytest.raises(ValueError, match=r"not of \(1, 32, 32\)"):
        SmoothedDenoiser(TrueDenoiser(SimpleShapes(32), SCHEDULE), 0.5)


def test_a_step_looks_along_the_score():
    one = GaussianMixture(((0.0, 0.0),), (0.5,))
    truth, t = TrueDenoiser(one, SCHEDULE), 40
    spread = (1 - SCHEDULE.alpha_bar(t)) ** 0.5
    x = torch.tensor([[3.0, 4.0], [0.0, 0.0]])
    found = DisplacedDenoiser(truth, 0.2).predict_noise(x, t)
    moved = x[:1] * (5 - 0.2 * spread) / 5  # the score of one mode points to its middle
    assert found[:1] == pytest.approx(truth.predict_noise(moved, t), rel=1e-5)
    assert found[1].tolist() == [0, 0]


def test_late_noise_is_ddim_above_the_switch_and_ddpm_below():
    late = late_noise(SamplerSpec(eta=0.0), 10)
    assert [late.eta_at(t) for t in (11, 10, 0)] == [0, 1, 1]
    assert late_noise(SamplerSpec(eta=0.0), 0) == SamplerSpec(eta=0.0)


def test_experiments_name_their_new_fields_only_when_they_are_used():
    plain = Experiment(line(1, 2, 3))
    assert (
        plain.digest == plain.replace(**{"network.activation": "silu", "network.prediction": "noise"}).digest
    )
    assert plain.digest != plain.replace(**{"network.activation": "tanh"}).digest
    with pytest.raises(ValueError, match="Only the plain network's prediction"):
        NetworkSpec(kind="residual", prediction="x0")
    with pytest.raises(ValueError, match="There is no activation 'gelu'; take silu, relu, tanh"):
        NetworkSpec(activation="gelu")


@pytest.mark.parametrize("prediction", ["x0", "velocity", "flow"])
def test_the_last_layer_says_x0_or_a_velocity_and_the_noise_follows(prediction):
    network = build_network(NetworkSpec(width=8, prediction=prediction), SCHEDULE, 1, [0])
    same = build_network(NetworkSpec(width=8), SCHEDULE, 1, [0])
    x = torch.randn(1, 20, 1, generator=torch.Generator().manual_seed(0))
    for t in (3, 80):
        said = same(x, t)  # the last layer of the same weights
        a, spread = SCHEDULE.alpha_bar(t) ** 0.5, (1 - SCHEDULE.alpha_bar(t)) ** 0.5
        noise = network(x, t)
        x0 = (x - spread * noise) / a
        meant = {"x0": x0, "velocity": a * noise - spread * x0, "flow": x0 - noise}[prediction]
        assert meant.detach() == pytest.approx(said.detach(), abs=1e-4)
        each = torch.full((1, 20), t)
        assert torch.equal(network(x, each), noise)


@pytest.mark.parametrize("solver", get_args(Solver))
def test_every_solver_walks_a_remedy(solver):
    """The score of a Gaussian is a straight line, which smoothing leaves as it is."""
    mixture = line(0.7, sigma=0.3)
    truth, spec = TrueDenoiser(mixture, SCHEDULE), SamplerSpec(0.0, steps=8, solver=solver)
    x_T = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    one, other = (
        list(reverse_process(denoiser, x_T, spec))[-1].x0_hat
        for denoiser in (truth, SmoothedDenoiser(truth, 0.5))
    )
    assert float((one - other).abs().max()) < 1e-9
    assert float(one.std()) > 0.1


def test_shipped_weights_still_predict_what_they_did():
    result = checkpoints.shipped().load("three-modes").result
    assert result.experiment.network == NetworkSpec()
    assert result.experiment == preset("three-modes").experiment
