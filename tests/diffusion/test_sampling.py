"""Reverse steps against the papers' equations, walks against closed forms, and a perfect denoiser's rate."""

import math

import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import (
    SamplerSpec,
    SamplingRun,
    initial_noise,
    reverse_process,
    sample,
    sample_chunks,
)
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions
from explorer.experiments.presets import preset

SCHEDULE = NoiseSchedule()
DDPM, POSTERIOR, DDIM = SamplerSpec(), SamplerSpec(variance="posterior"), SamplerSpec(eta=0.0)


def authors_alpha_bars():
    """alpha_bar_{-1} = 1 first, then t = 0..999, from the authors' betas."""
    alpha_bars = [1.0]
    for t in range(1000):
        alpha_bars.append(alpha_bars[-1] * (1 - (1e-3 + (0.2 - 1e-3) * t / 999)))
    return alpha_bars


ALPHA_BARS = authors_alpha_bars()


def drawn(mixture, n, spec, seed=0):
    chunk = 20_000 if mixture.modes < 10 else 2_048
    return finish(sample(TrueDenoiser(mixture, SCHEDULE), n, spec, seeded(seed, "sampling"), chunk=chunk))


class Silent:
    """Predicts no noise, but for the first `speaks` points."""

    schedule, shape = SCHEDULE, (1,)

    def __init__(self, speaks=0):
        self.speaks = speaks

    def predict_noise(self, x_t, t):
        noise = torch.zeros_like(x_t)
        noise[: self.speaks] = 0.3
        return noise


# ---- single steps --------------------------------------------------------------------------------------


@pytest.mark.parametrize("variance", ["beta", "posterior"])
def test_ancestral_steps_follow_ho_et_al(variance):
    """Their eq. 7: mean sqrt(abar_s) beta x0 / (1 - abar_t) + sqrt(alpha) (1 - abar_s) x_t / (1 - abar_t)."""
    steps = transitions(SCHEDULE, SamplerSpec(variance=variance, skip_noise=False))
    assert [step.t for step in steps] == list(range(999, -1, -1))
    for step in steps:
        here, there = ALPHA_BARS[step.t + 1], ALPHA_BARS[step.t]
        beta = 1e-3 + (0.2 - 1e-3) * step.t / 999
        to_x0 = math.sqrt(there) * beta / (1 - here)
        to_x_t = math.sqrt(1 - beta) * (1 - there) / (1 - here)
        # x0 = (x_t - sqrt(1 - abar_t) noise) / sqrt(abar_t), put into the mean.
        assert step.x_coefficient == pytest.approx(to_x_t + to_x0 / math.sqrt(here), rel=1e-9)
        assert step.noise_coefficient == pytest.approx(
            -to_x0 * math.sqrt(1 - here) / math.sqrt(here), rel=1e-9
        )
        posterior = (1 - there) / (1 - here) * beta
        expected = 0.0 if step.t == 0 else math.sqrt(beta if variance == "beta" else posterior)
        assert step.noise_std == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("count", [None, 37])
@pytest.mark.parametrize("variance", ["beta", "posterior"])
@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_steps_follow_song_et_al(eta, variance, count):
    """Their eq. 12 and 16; with the variance beta_t the mean stays and the noise alone is larger (sigma^)."""
    steps = transitions(SCHEDULE, SamplerSpec(eta, variance, count))
    assert len(steps) == (count or 344)
    following = [*(step.t for step in steps[1:]), -1]
    for step, s in zip(steps, following, strict=True):
        here, there = ALPHA_BARS[step.t + 1], ALPHA_BARS[s + 1]
        sigma = eta * math.sqrt((1 - there) / (1 - here)) * math.sqrt(1 - here / there)
        for x_t, noise in ((0.7, 0.0), (0.0, 1.3), (-1.1, 0.4)):
            predicted_x0 = (x_t - math.sqrt(1 - here) * noise) / math.sqrt(here)
            direction = math.sqrt(1 - there - sigma**2) * noise
            expected = math.sqrt(there) * predicted_x0 + direction
            assert step.x_coefficient * x_t + step.noise_coefficient * noise == pytest.approx(
                expected, rel=1e-9, abs=1e-9
            )
        larger = eta * math.sqrt(1 - here / there)
        spread = 0.0 if s == -1 else larger if variance == "beta" else sigma
        assert step.noise_std == pytest.approx(spread, rel=1e-9)


def test_late_stochasticity_switches_eta():
    late = transitions(SCHEDULE, SamplerSpec(stochastic_below=30))
    for step, quiet, noisy in zip(
        late, transitions(SCHEDULE, DDIM), transitions(SCHEDULE, DDPM), strict=True
    ):
        assert step == (quiet if step.t > 30 else noisy)
    assert [step.t for step in late if step.noise_std] == list(range(30, 0, -1))


# ---- a perfect denoiser --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spec"),
    [("three-modes", DDPM), ("three-modes", POSTERIOR), ("grid-25", DDPM)],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_the_truth_does_not_hallucinate(name, spec):
    mixture = preset(name).experiment.mixture
    x = drawn(mixture, 20_000, spec)
    assert int(mixture.is_hallucination(x, 5.0).sum()) == 0
    counts = torch.bincount(mixture.nearest_mode(x), minlength=mixture.modes)
    share = 1 / mixture.modes
    # Six standard deviations of a fair count, and 4 % for what the schedule's steps cost.
    bound = 6 * math.sqrt(20_000 * share * (1 - share)) + 0.04 * 20_000 * share
    assert (counts - 20_000 * share).abs().max() < bound


def rate_of_the_monotone_map(mixture, spec, k):
    """Mass that a deterministic walk leaves beyond k sigma of distant 1-D modes, by no grid and no sample.

    The walk maps x_T to x_0 without changing the order, so that what ends in a gap is what starts between
    the two points that end at the gap's edges; they are found by zooming in, in float64.
    """
    denoiser = TrueDenoiser(mixture, SCHEDULE)
    edges = [
        m + side * k * s for (m,), s in zip(mixture.means, mixture.sigmas, strict=True) for side in (-1, 1)
    ]
    edge = torch.tensor(edges, dtype=torch.float64)[:, None]
    low, high = torch.full_like(edge, -9), torch.full_like(edge, 9)
    for _ in range(8):
        x = low + (high - low) * torch.linspace(0, 1, 65, dtype=torch.float64)
        ends = list(reverse_process(denoiser, x.reshape(-1, 1), spec))[-1].x0_hat.view_as(x)
        assert (ends.diff(dim=1) > -1e-9).all()
        at = (ends < edge).sum(1, keepdim=True).clamp(1, 64)
        low, high = x.gather(1, at - 1), x.gather(1, at)
    below = torch.special.ndtr(low[:, 0]).tolist()
    return below[0] + sum(b - a for a, b in zip(below[1:-1:2], below[2::2], strict=True)) + 1 - below[-1]


def test_the_truth_with_deterministic_steps_hallucinates_only_where_a_step_is_too_long():
    """Near the middle of a gap the true score turns within less than one step, and DDIM walks straight on.

    So a few points stay between the modes: an error of the solver, not of the denoiser, and smaller with more
    steps. No count of samples is certainly zero, but the share is known exactly, and samples must obey it.
    """
    mixture, rates = preset("three-modes").experiment.mixture, []
    for steps, n in ((20, 100_000), (50, 100_000), (None, 20_000)):
        spec = SamplerSpec(eta=0.0, steps=steps)
        rates.append(rate_of_the_monotone_map(mixture, spec, 5.0))
        x = drawn(mixture, n, spec)
        expected = rates[-1] * n
        count = int(mixture.is_hallucination(x).sum())
        assert abs(count - expected) < 4 * math.sqrt(expected) + 2
        # The last step returns E[x0 | x_0], which is pulled from beyond the outermost modes towards them.
        assert 1 - 5 * 0.05 < x.min() < x.max() < 3 + 5 * 0.05
    assert rates == sorted(rates, reverse=True)
    assert rates[0] > 1e-3
    assert rates[-1] < 3e-6


GAUSSIANS = [line(1.3, sigma=0.4), GaussianMixture(((-2.0, 0.5),), (0.05,))]


def closed_form(mixture, spec):
    """Mean (D,) and std of what the sampler makes of a single Gaussian, whose noise is linear in x_t:
    sqrt(1 - abar) (x_t - a mu) / v."""
    (mu,), (sigma,) = mixture.means, mixture.sigmas
    mean, variance = [0.0] * len(mu), 1.0
    for step in transitions(SCHEDULE, spec):
        alpha_bar = ALPHA_BARS[step.t + 1]
        slope = math.sqrt(1 - alpha_bar) / (alpha_bar * sigma**2 + 1 - alpha_bar)
        gain = step.x_coefficient + step.noise_coefficient * slope
        mean = [
            gain * m - step.noise_coefficient * slope * math.sqrt(alpha_bar) * c
            for m, c in zip(mean, mu, strict=True)
        ]
        variance = gain**2 * variance + step.noise_std**2
    return mean, math.sqrt(variance)


@pytest.mark.parametrize("mixture", GAUSSIANS, ids=["1-D", "2-D"])
@pytest.mark.parametrize(
    "spec",
    [
        DDPM,
        SamplerSpec(variance="posterior", steps=200),
        DDIM,
        SamplerSpec(eta=0.5, steps=50),
        SamplerSpec(steps=20),
        SamplerSpec(eta=0.0, steps=10),
        SamplerSpec(steps=100, stochastic_below=10),
        SamplerSpec(skip_noise=False, steps=200),
    ],
    ids=lambda spec: spec.name,
)
def test_samples_of_a_single_gaussian_have_its_closed_form(mixture, spec):
    n, (mean, std) = 10_000, closed_form(mixture, spec)
    x = drawn(mixture, n, spec)
    for axis, expected in enumerate(mean):
        assert abs(float(x[:, axis].mean()) - expected) < 4 * std / math.sqrt(n)
        assert abs(float(x[:, axis].std()) - std) < 4 * std / math.sqrt(2 * n)


def test_every_step_of_ddpm_brings_the_gaussian_back():
    mean, std = closed_form(GAUSSIANS[0], DDPM)
    assert mean == pytest.approx([1.3], rel=1e-3)
    assert std == pytest.approx(0.4, rel=0.01)


# ---- randomness ----------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_samples():
    mixture, spec = line(1, 2, 3), SamplerSpec(steps=30)
    x = drawn(mixture, 3_000, spec, seed=5)
    assert x.shape == (3_000, 1)
    assert torch.equal(x, drawn(mixture, 3_000, spec, seed=5))
    other = drawn(mixture, 3_000, spec, seed=6)
    assert (x == other).double().mean() < 0.01


def test_walks_with_equal_generators_share_their_noise_bit_for_bit():
    walks = []
    for denoiser in (Silent(), Silent(speaks=50)):
        generator = seeded(3, "sampling")
        walks.append(list(reverse_process(denoiser, torch.zeros(100, 1), DDPM, generator)))
    for one, two in zip(*walks, strict=True):
        assert torch.equal(one.x_t[50:], two.x_t[50:])
    moved = walks[0][-1].x_t != walks[1][-1].x_t
    assert moved[:50].all()
    assert walks[0][-1].x_t.unique().numel() == 100


def test_the_noise_of_a_walk_is_standard_normal_and_new_at_every_step():
    generator = seeded(4, "sampling")
    walk = list(reverse_process(Silent(), torch.zeros(4_000, 1), DDPM, generator))
    noises = []
    for step, now, then in zip(transitions(SCHEDULE, DDPM), walk, walk[1:], strict=False):
        noises.append((then.x_t - step.x_coefficient * now.x_t)[:, 0] / step.noise_std)
    z = torch.stack(noises[-100:])  # the first hundred keep their digits: x_t grows by 1 / sqrt(alpha)
    assert z.mean().abs() < 4 / math.sqrt(z.numel())
    assert z.std() == pytest.approx(1, abs=4 / math.sqrt(2 * z.numel()))
    assert torch.corrcoef(z).fill_diagonal_(0).abs().max() < 6 / math.sqrt(4_000)


def test_a_deterministic_walk_needs_no_generator():
    x_T = initial_noise(50, (1,), seeded(0, "sampling"))
    truth = TrueDenoiser(line(1, 2, 3), SCHEDULE)
    first, second = (list(reverse_process(truth, x_T, DDIM))[-1].x0_hat for _ in range(2))
    assert torch.equal(first, second)
    assert line(1, 2, 3).distance_to_support(first).max() < 5


def test_samples_are_the_last_prediction_and_the_share_done_rises_to_one():
    truth, shares = TrueDenoiser(line(1, 2, 3), SCHEDULE), []
    work = sample(truth, 250, DDPM, seeded(0, "sampling"), chunk=100)
    while True:
        try:
            shares.append(next(work))
        except StopIteration as end:
            x = end.value
            break
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.1
    assert shares[-1] == 1
    generator, last = seeded(0, "sampling"), []
    for size in (100, 100, 50):
        walk = reverse_process(truth, initial_noise(size, (1,), generator), DDPM, generator)
        last.append(list(walk)[-1].x0_hat)
    assert torch.equal(x, torch.cat(last))


@pytest.mark.parametrize("mixture", [line(1, 2, 3), preset("grid-25").experiment.mixture], ids=["1-D", "2-D"])
def test_a_reverse_step_stays_on_its_device(mixture):
    """On the meta device every operation that mixes in a tensor from elsewhere fails."""
    x_T = torch.empty(8, mixture.dimensions, device="meta")
    walk = reverse_process(TrueDenoiser(mixture, SCHEDULE), x_T, DDIM)
    for _ in range(2):
        step = next(walk)
        assert {step.x_t.device.type, step.x0_hat.device.type} == {"meta"}
        assert step.x_t.shape == step.x0_hat.shape == x_T.shape


# ---- names and refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        (DDPM, "DDPM, every step"),
        (POSTERIOR, "DDPM, posterior variance, every step"),
        (SamplerSpec(eta=0.0, variance="posterior", steps=50), "DDIM, 50 steps"),
        (SamplerSpec(eta=0.3), "eta 0.3, every step"),
        (SamplerSpec(stochastic_below=30), "DDIM, DDPM from t = 30, every step"),
    ],
)
def test_names_for_people(spec, name):
    assert spec.name == name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"eta": -0.1}, r"eta = -0\.1 is outside \[0, 1\]"),
        ({"eta": 1.5}, r"eta = 1\.5"),
        ({"eta": math.nan}, "eta = nan"),
        ({"variance": "fixed"}, "beta, posterior or learned, not 'fixed'"),
        ({"steps": 1}, "at least 2 steps, not 1"),
        ({"steps": 10.0}, r"not 10\.0"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        SamplerSpec(**changes)


def test_more_steps_than_there_are_are_refused():
    with pytest.raises(ValueError, match="From step 343 a sampler takes between 2 and 344 steps, not 345"):
        transitions(SCHEDULE, SamplerSpec(steps=345))
    assert len(transitions(SCHEDULE, SamplerSpec(steps=345, skip_noise=False))) == 345


@pytest.mark.parametrize("shape", [(5,), (5, 2), (5, 1, 1), (1,)])
def test_points_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"x_T has the shape"):
        next(reverse_process(Silent(), torch.zeros(shape), DDIM))


def test_noise_without_a_generator_is_refused():
    with pytest.raises(ValueError, match="needs a generator"):
        next(reverse_process(Silent(), torch.zeros(5, 1), SamplerSpec(eta=0.1)))


@pytest.mark.parametrize("n", [0, -1, 2_000_001])
def test_numbers_of_samples_out_of_bounds_are_refused(n):
    with pytest.raises(ValueError, match=rf"number of samples {n:,} is outside \[1, 2,000,000\]"):
        finish(sample(Silent(), n, DDIM, seeded(0, "sampling")))


def test_a_schedule_in_which_nothing_is_left_is_walked_or_refused():
    # The product of 1 - beta over 4,000 steps up to 0.9 is e^-2400: 0 in double precision.
    try:
        schedule = NoiseSchedule(steps=4000, beta_last=0.9)
        steps = transitions(schedule, SamplerSpec(skip_noise=False))
    except ValueError:
        return
    assert len(steps) == 4000
    # A step from noise to noise leaves a standard normal one.
    for step in steps[:1000]:
        assert (step.x_coefficient + step.noise_coefficient) ** 2 + step.noise_std**2 == pytest.approx(
            1, abs=1e-6
        )


@pytest.mark.parametrize("spec", [DDPM, DDIM, SamplerSpec(stochastic_below=9)], ids=["ddpm", "ddim", "late"])
def test_wanted_rows_have_the_noise_that_they_have_among_all(spec):
    runs = [SamplingRun(Silent(), spec), SamplingRun(Silent(), spec)]
    whole = list(sample_chunks(runs, 10, seeded(0, "sampling"), chunk=4))
    ends = torch.cat([moment.steps[0].x0_hat for moment in whole if moment.last])
    assert ends.shape == (10, 1)
    assert [moment.share for moment in whole] == sorted(moment.share for moment in whole)
    assert whole[-1].share == 1
    some = list(sample_chunks(runs, 10, seeded(0, "sampling"), chunk=4, rows=[1, 9]))
    skipped = [moment for moment in some if not moment.steps]
    assert [(moment.share, moment.due) for moment in skipped] == [(0.8, True)]  # rows 4 to 7
    found = torch.cat([moment.steps[1].x0_hat for moment in some if moment.last and moment.steps])
    assert torch.equal(found, ends[[1, 9]])
