"""Solvers against the exact flow of a Gaussian, their papers' steps, and an independent computation."""

import itertools
import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.detection.streamed_counts import draw_with_variance
from explorer.detection.trajectory_variance import TrajectoryVariance
from explorer.detection.trial import run_trial
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.sampler_spec import SamplerSpec
from explorer.diffusion.sampling import SamplingRun, initial_noise, reverse_process, sample, sample_chunks
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import evaluated_steps, solver_steps, transitions
from explorer.diffusion.tables import TabulatedDenoiser, TabulatedPlaneDenoiser
from explorer.experiments import checkpoints

SCHEDULE = NoiseSchedule()
FINE = NoiseSchedule(steps=4000, beta_first=2e-4, beta_last=0.04)
SOLVERS = ("first-order", "heun", "dpm-solver++", "rk4", "flow-euler", "flow-heun")
EACH = [SamplerSpec(0.0, steps=12, solver=solver) for solver in SOLVERS]
CHURNED = SamplerSpec(0.0, steps=12, solver="heun", churn=6.0)
every_solver = pytest.mark.parametrize("spec", [*EACH, CHURNED], ids=lambda spec: spec.name)


@pytest.fixture(scope="module")
def shipped():
    return checkpoints.shipped().load("three-modes").result


def ends(denoiser, x_T, spec, generator=None):
    return list(reverse_process(denoiser, x_T, spec, generator))[-1].x0_hat


def quantiles(n):
    """Of the standard normal, (n, 1) float64."""
    return torch.special.ndtri((torch.arange(n, dtype=torch.float64) + 0.5) / n)[:, None]


class Counting:
    """A denoiser that keeps what it was asked."""

    def __init__(self, denoiser):
        self.denoiser, self.asked = denoiser, []

    @property
    def schedule(self):
        return self.denoiser.schedule

    @property
    def shape(self):
        return self.denoiser.shape

    def predict_noise(self, x_t, t):
        self.asked.append(t)
        return self.denoiser.predict_noise(x_t, t)


# ---- order of convergence ------------------------------------------------------------------------------


def worst_error(solver, steps):
    """Of the probability flow of a Gaussian N(mu, s^2), y = x / a keeps (y - mu) / sqrt(s^2 + sigma^2): the
    largest error at the visited steps from t = 100 up, and the widest of them in log-SNR. Below, two
    neighbouring steps of a schedule are as far apart as ln 2, however fine it is."""
    mu, s = 0.7, 0.6
    truth = TrueDenoiser(GaussianMixture(((mu,),), (s,)), FINE)
    spec = SamplerSpec(0.0, steps=steps, solver=solver)
    x_T = torch.tensor([[-1.5], [0.4], [2.0]], dtype=torch.float64)
    walk = [step for step in reverse_process(truth, x_T, spec) if step.t >= 100]
    a = [FINE.alpha_bar(step.t) ** 0.5 for step in walk]
    std = [(s**2 + 1 / signal**2 - 1) ** 0.5 for signal in a]
    error = max(
        float((step.x_t - signal * (mu + (x_T / a[0] - mu) * wide / std[0])).abs().max())
        for step, signal, wide in zip(walk, a, std, strict=True)
    )
    levels = [float(FINE.log_snr[step.t]) for step in walk]
    return error, max(b - a for a, b in itertools.pairwise(levels))


@pytest.mark.parametrize(
    ("solver", "order"),
    [
        ("first-order", 1),
        ("heun", 2),
        ("dpm-solver++", 2),
        ("rk4", 4),
        ("flow-euler", 1),
        ("flow-heun", 2),
    ],
)
def test_the_error_falls_with_the_order_of_the_solver(solver, order):
    (coarse, wide), (fine, narrow) = (worst_error(solver, steps) for steps in (20, 80))
    assert math.log(coarse / fine) / math.log(wide / narrow) == pytest.approx(order, rel=0.1)


# ---- single steps against other ways of writing them ---------------------------------------------------


def first_two_steps(solver):
    """Two steps of a walk and the noise that was asked for, with all that a formula by hand needs."""
    truth = Counting(TrueDenoiser(line(1, 2, 3, sigma=0.3), SCHEDULE))
    spec = SamplerSpec(0.0, steps=9, solver=solver)
    walk = list(reverse_process(truth, quantiles(7), spec))[2:5]
    a, b = (
        [f(SCHEDULE.alpha_bar(step.t)) ** 0.5 for step in walk] for f in (lambda ab: ab, lambda ab: 1 - ab)
    )
    return truth.denoiser, walk, a, b


def test_heun_is_the_trapezoid_in_sigma():
    """Karras et al. (2022), algorithm 1, in y = x / a with the slope (y - D(y)) / sigma."""
    truth, (here, there, _), a, b = first_two_steps("heun")
    sigma = [noise / signal for signal, noise in zip(a, b, strict=True)]
    y = here.x_t / a[0]
    slope = (y - here.x0_hat) / sigma[0]
    euler = y + (sigma[1] - sigma[0]) * slope
    denoised = truth.distribution.posterior_mean(a[1] * euler, SCHEDULE.alpha_bar(there.t))
    corrected = y + (sigma[1] - sigma[0]) * (slope + (euler - denoised) / sigma[1]) / 2
    torch.testing.assert_close(there.x_t, a[1] * corrected, rtol=1e-10, atol=1e-12)


def test_dpm_solver_is_its_papers_algorithm_2():
    """Lu et al. (2022): x_s = (b_s / b_t) x_t - a_s (e^-h - 1) D, D = (1 + 1 / 2r) x0_t - x0_before / 2r."""
    _, (before, here, there), a, b = first_two_steps("dpm-solver++")
    level = [math.log(signal / noise) for signal, noise in zip(a, b, strict=True)]
    h = level[2] - level[1]
    r = (level[1] - level[0]) / h
    data = (1 + 1 / (2 * r)) * here.x0_hat - before.x0_hat / (2 * r)
    expected = b[2] / b[1] * here.x_t - a[2] * math.expm1(-h) * data
    torch.testing.assert_close(there.x_t, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("solver", ["flow-euler", "flow-heun"])
def test_flow_solvers_step_along_the_velocity_in_flow_time(solver):
    truth, (here, there, _), a, b = first_two_steps(solver)
    tau = [signal / (signal + noise) for signal, noise in zip(a, b, strict=True)]

    def velocity(x, place):
        """In the path's own coordinate, mode by mode (Lipman et al. 2023), without alpha_bar or noise."""
        means = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
        late, s = tau[place], 0.3
        variance = late**2 * s**2 + (1 - late) ** 2
        weight = torch.softmax(-((x - late * means) ** 2) / (2 * variance), 1)
        drift = means + (late * s**2 - (1 - late)) * (x - late * means) / variance
        return (weight * drift).sum(1, keepdim=True)

    x, h = here.x_t / (a[0] + b[0]), tau[1] - tau[0]
    u = velocity(x, 0)
    expected = x + h * (u if solver == "flow-euler" else (u + velocity(x + h * u, 1)) / 2)
    torch.testing.assert_close(there.x_t / (a[1] + b[1]), expected, rtol=1e-10, atol=1e-12)


def test_euler_in_flow_time_is_ddim_on_the_same_steps():
    """Gao et al. (2024): only the spacing of the steps can tell the two apart."""
    ddim, flow = (solver_steps(SCHEDULE, SamplerSpec(0.0, steps=20, solver=s)) for s in SOLVERS[::4])
    assert flow == ddim
    even = SamplerSpec(0.0, steps=20, solver="flow-euler", spacing="uniform").timesteps(SCHEDULE)
    assert even != [move.t for move in ddim]


def test_churn_raises_the_noise_to_the_trained_level_of_its_paper():
    """Karras et al. (2022), algorithm 2: sigma (1 + gamma), gamma = min(S_churn / N, sqrt(2) - 1)."""
    sigma = ((1 - SCHEDULE.alpha_bars) / SCHEDULE.alpha_bars).sqrt().tolist()
    for churn, gamma in ((3.0, 0.25), (60.0, math.sqrt(2) - 1)):
        for step in solver_steps(SCHEDULE, SamplerSpec(0.0, steps=12, solver="heun", churn=churn)):
            wanted = sigma[step.t] * (1 + gamma)
            noisier = range(step.t + 1, SCHEDULE.steps)
            assert step.raised.t == min(noisier, key=lambda t: abs(sigma[t] - wanted))  # noqa: B023
            # Of data of variance 1 the noisy samples keep variance 1, and the signal is the raised step's.
            kept = SCHEDULE.alpha_bar(step.raised.t) / SCHEDULE.alpha_bar(step.t)
            assert step.raised.x_coefficient**2 == pytest.approx(kept)
            assert step.raised.x_coefficient**2 + step.raised.noise_std**2 == pytest.approx(1)


def test_churn_spreads_a_gaussian_as_its_recursion_says():
    """In y = x / a the slope of a Gaussian N(mu, s^2) is g (y - mu), g = sigma / (s^2 + sigma^2): each step
    of algorithm 2 multiplies y - mu by a number, and adds the variance of its noise before."""
    mu, s, steps = 0.5, 0.4, 15
    spec = SamplerSpec(0.0, steps=steps, solver="heun", churn=4.0)
    sigma = ((1 - SCHEDULE.alpha_bars) / SCHEDULE.alpha_bars).sqrt().tolist()

    def slope(level):
        return level / (s**2 + level**2)

    mean, variance = -mu, 0.0
    walked = solver_steps(SCHEDULE, spec)
    for step, after in zip(walked, [*walked[1:], None], strict=True):
        raised = sigma[step.raised.t]
        variance += raised**2 - sigma[step.t] ** 2
        to = 0.0 if after is None else sigma[after.t]
        euler = 1 + (to - raised) * slope(raised)
        factor = euler if after is None else (1 + euler + (to - raised) * slope(to) * euler) / 2
        mean, variance = mean * factor, variance * factor**2
    n = 20_000
    truth = TrueDenoiser(GaussianMixture(((mu,),), (s,)), SCHEDULE)
    x = ends(truth, torch.zeros(n, 1, dtype=torch.float64), spec, seeded(0, "sampling"))
    assert float(x.mean()) == pytest.approx(mu + mean, abs=4 * math.sqrt(variance / n))
    assert float(x.std()) == pytest.approx(math.sqrt(variance), rel=4 / math.sqrt(2 * n))


# ---- the toy of three modes, with the true score -------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "beyond", "middle"),
    [
        (SamplerSpec(0.0, steps=10), 9.4e-3, 0.459),
        (SamplerSpec(0.0, steps=10, solver="dpm-solver++"), 3.8e-3, 0.356),
        (SamplerSpec(0.0, steps=10, solver="heun"), 7e-5, 0.294),
        (SamplerSpec(0.0, steps=20, spacing="karras"), 5.3e-3, 0.410),
        (SamplerSpec(0.0, steps=20, solver="dpm-solver++", spacing="karras"), 1.8e-3, 0.331),
    ],
    ids=lambda value: value.name if isinstance(value, SamplerSpec) else None,
)
def test_few_steps_invent_as_much_as_an_independent_computation_found(spec, beyond, middle):
    """Shares beyond 5 sigma and in the middle mode, computed elsewhere by carrying the noise's quantiles. The
    levels there were not rounded to trained steps: hence the tolerance."""
    mixture = line(1, 2, 3)
    x = ends(TrueDenoiser(mixture, SCHEDULE), quantiles(20_001), spec)
    assert float(mixture.is_hallucination(x, 5).double().mean()) == pytest.approx(beyond, rel=0.1, abs=4e-5)
    assert float((mixture.nearest_mode(x) == 1).double().mean()) == pytest.approx(middle, abs=0.005)


@pytest.mark.parametrize(
    ("solver", "steps", "beyond"),
    [
        ("first-order", 20, 1.2e-2),
        ("dpm-solver++", 10, 2.0e-2),
        ("dpm-solver++", 20, 4.5e-3),
        ("heun", 10, 3.1e-3),
        ("heun", 20, 1.1e-3),
    ],
)
def test_the_shipped_network_invents_as_much_as_an_independent_loop_found(solver, steps, beyond, shipped):
    """By another loop over the same network, with 100,001 quantiles, steps even in log-SNR from t = 343."""
    x = ends(shipped.denoiser(), quantiles(20_001).float(), SamplerSpec(0.0, steps=steps, solver=solver))
    found = float(shipped.experiment.mixture.is_hallucination(x, 5).double().mean())
    assert found == pytest.approx(beyond, rel=0.05)


# ---- all the rest of the house with every solver -------------------------------------------------------


@every_solver
def test_the_denoiser_is_called_as_often_as_the_spec_says(spec):
    truth = Counting(TrueDenoiser(line(1, 2), SCHEDULE))
    walk = list(reverse_process(truth, torch.zeros(3, 1), spec, seeded(0, "sampling")))
    assert len(truth.asked) == spec.calls(SCHEDULE)
    assert sorted(set(truth.asked), reverse=True) == evaluated_steps(SCHEDULE, spec)
    assert [step.t for step in walk] == spec.timesteps(SCHEDULE)
    assert len(walk) == 12


@every_solver
def test_in_single_precision_and_from_pure_noise_the_walk_stays_what_it_is(spec):
    """The factors 1 / a, up to e^54, cancel before they meet a float32."""
    spec = SamplerSpec(0.0, steps=40, skip_noise=False, solver=spec.solver)
    truth, x_T = TrueDenoiser(line(1, 2, 3, sigma=0.2), SCHEDULE), quantiles(400)
    exact = ends(truth, x_T, spec)
    away = (ends(truth, x_T.float(), spec) - exact).abs()
    assert float(away.median()) < 1e-4
    assert float(away.quantile(0.95)) < 1e-2  # beside the edge of a basin a last digit grows


@every_solver
def test_pairs_share_their_noise_and_wanted_rows_are_those_of_all(spec):
    truth = TrueDenoiser(line(1, 2, 3), SCHEDULE)
    runs = [SamplingRun(truth, spec), SamplingRun(truth, spec)]
    whole = list(sample_chunks(runs, 10, seeded(0, "sampling"), chunk=4))
    for moment in whole:
        one, other = moment.steps
        assert torch.equal(one.x_t, other.x_t)
        assert torch.equal(one.x0_hat, other.x0_hat)
    all_ends = torch.cat([moment.steps[0].x0_hat for moment in whole if moment.last])
    some = list(sample_chunks(runs, 10, seeded(0, "sampling"), chunk=4, rows=[1, 9]))
    found = torch.cat([moment.steps[1].x0_hat for moment in some if moment.last and moment.steps])
    assert torch.equal(found, all_ends[[1, 9]])
    assert torch.equal(finish(sample(truth, 10, spec, seeded(0, "sampling"), chunk=4)), all_ends)


@every_solver
def test_hal_is_the_variance_of_what_the_walk_predicted(spec):
    mixture = line(1, 2, 3, sigma=0.2)
    truth, window = TrueDenoiser(mixture, SCHEDULE), (0, 60)
    generator = seeded(1, "sampling")
    x_T = initial_noise(50, (1,), generator)
    walk = list(reverse_process(truth, x_T, spec, generator))
    predicted = np.stack([step.x0_hat.double().numpy() for step in walk if step.t <= 60])
    assert len(predicted) >= 3
    expected = predicted.var(0).mean(1)
    trial = finish(run_trial(truth, mixture, 50, spec, seeded(1, "sampling")))
    assert trial.windows.hal(window) == pytest.approx(expected, rel=1e-3, abs=1e-9)
    x, hal = draw_with_variance(truth, 50, spec, seeded(1, "sampling"), window)
    assert torch.allclose(x, walk[-1].x0_hat, atol=1e-5)
    assert hal.double().numpy() == pytest.approx(expected, rel=1e-3, abs=1e-7)
    variance = TrajectoryVariance(60)
    for step in walk:
        variance.add(step)
    assert variance.windows().hal(window) == pytest.approx(expected, rel=1e-3, abs=1e-9)


@every_solver
@pytest.mark.parametrize("dimensions", [1, 2])
def test_tables_walk_as_the_denoiser_that_they_tabulate(spec, dimensions):
    """A wide Gaussian's noise is linear in x, which a table holds exactly."""
    mixture = GaussianMixture(((0.3,) * dimensions,), (0.8,))
    truth = TrueDenoiser(mixture, SCHEDULE)
    table = TabulatedDenoiser(truth, span=9.0) if dimensions == 1 else TabulatedPlaneDenoiser(truth, reach=6)
    generators = [seeded(0, "sampling") for _ in range(2)]
    x_T = [initial_noise(200, mixture.shape, generator) for generator in generators][0]
    one, other = (
        ends(denoiser, x_T, spec, generator)
        for denoiser, generator in zip((truth, table), generators, strict=True)
    )
    assert float((one - other).abs().max()) < 2e-3
    assert float(one.std()) > 0.5


# ---- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["heun", "dpm-solver++", "rk4", "flow-heun"])
def test_densities_are_carried_through_single_evaluations_only(solver):
    spec = SamplerSpec(0.0, steps=12, solver=solver)
    with pytest.raises(ValueError, match="needs more than one prediction, so no density is carried"):
        transitions(SCHEDULE, spec)
    with pytest.raises(ValueError, match="take first-order or flow-euler"):
        finish(exact_density(TrueDenoiser(line(1, 2), SCHEDULE), spec, sigma=0.05))


def test_the_exact_density_of_flow_steps_is_that_of_their_quantiles():
    spec = SamplerSpec(0.0, steps=12, solver="flow-euler", spacing="uniform")
    mixture = line(1, 2, 3)
    truth = TrueDenoiser(mixture, SCHEDULE)
    x = ends(truth, quantiles(20_001), spec)
    density = finish(exact_density(truth, spec, sigma=0.05, resolution=16.0))
    counted = float(mixture.is_hallucination(x, 5).double().mean())
    assert counted > 1e-3
    assert density.mass_beyond(mixture, 5) == pytest.approx(counted, rel=0.03)


def test_churn_without_a_generator_is_refused():
    truth = TrueDenoiser(line(1, 2), SCHEDULE)
    with pytest.raises(ValueError, match="needs a generator"):
        next(reverse_process(truth, torch.zeros(5, 1), CHURNED))
