"""The exact density against closed forms, against samples, and against itself on finer cells."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import grid, line
from explorer.diffusion.denoiser import LearnedDenoiser, TrueDenoiser
from explorer.diffusion.exact_density.density import Density, exact_densities, exact_density, gaps_beyond
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.noise_network import NoiseNetwork
from explorer.diffusion.sampling import SamplerSpec, reverse_process, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions
from explorer.experiments.checkpoints import SHIPPED_ROOT, load_folder

SCHEDULE = NoiseSchedule()
DDPM, DDIM, LATE = SamplerSpec(), SamplerSpec(eta=0.0), SamplerSpec(stochastic_below=20)
Z_999 = 3.2905267314919255
THREE = line(1, 2, 3)


def density_of(denoiser, spec, mixture=THREE, **others):
    """The exact density, with cells that resolve the mixture."""
    return finish(exact_density(denoiser, spec, sigma=min(mixture.sigmas), **others))


def gaussian_end(mean, sigma, schedule, spec):
    """Mean and standard deviation of what a sampler makes of N(mean, sigma^2) under the true score: its noise
    is linear in x_t, so that every step maps a Gaussian to a Gaussian."""
    m, variance = 0.0, 1.0
    for step in transitions(schedule, spec):
        alpha_bar = schedule.alpha_bar(step.t)
        slope = math.sqrt(1 - alpha_bar) / (alpha_bar * sigma**2 + 1 - alpha_bar)
        gain = step.x_coefficient + step.noise_coefficient * slope
        m = gain * m - step.noise_coefficient * slope * math.sqrt(alpha_bar) * mean
        variance = gain**2 * variance + step.noise_std**2
    return m, math.sqrt(variance)


def gaussian_beyond(k, mean, sigma, m, std):
    """Share of N(m, std^2) farther than k sigma from the mean."""
    ends = (mean + k * sigma - m, m - mean + k * sigma)
    return sum(math.erfc(end / std / math.sqrt(2)) for end in ends) / 2


def shipped():
    return load_folder(SHIPPED_ROOT / "three-modes").result.denoiser()


def wilson(count, n, z=Z_999):
    """The two roots p of (count / n - p)^2 = z^2 p (1 - p) / n: the 99.9 % interval of a rate."""
    share = count / n
    return np.sort(np.roots([1 + z * z / n, -2 * share - z * z / n, share * share]).real)


class Wiggle:
    """Noise whose reverse map folds when steps are long: a mode at 1, and ripples that turn points back."""

    schedule, shape = SCHEDULE, (1,)

    def predict_noise(self, x_t, t):
        alpha_bar = SCHEDULE.alpha_bar(t)
        towards = (x_t - alpha_bar**0.5) * (1 - alpha_bar) ** 0.5 / (0.09 * alpha_bar + 1 - alpha_bar)
        return towards + torch.sin(8 * x_t)


def on_cells(mixture, cells=4096, span=7.0):
    """The density of a mixture itself, on cells."""
    cell = 2 * span / cells
    x = -span + cell * (np.arange(cells) + 0.5)
    return Density(x, mixture.log_density(torch.from_numpy(x)[:, None]).exp().numpy())


# ---- closed forms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [DDPM, DDIM, LATE, SamplerSpec(steps=20)], ids=lambda spec: spec.name)
@pytest.mark.parametrize(("resolution", "cells"), [(0.5, 560), (1, 1120)])
def test_mass_is_conserved(spec, resolution, cells):
    for denoiser in (TrueDenoiser(THREE, SCHEDULE), Wiggle()):
        density = density_of(denoiser, spec, resolution=resolution)
        assert len(density.x) == len(density.p) == cells  # four times the resolution in a sigma of 14 / 0.05
        assert density.p.min() >= 0
        assert density.p.sum() * (density.x[1] - density.x[0]) == pytest.approx(1, abs=1e-9)
        assert density.mass(-7, 7) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(
    "spec",
    [
        DDPM,
        SamplerSpec(variance="posterior"),
        DDIM,
        LATE,
        SamplerSpec(eta=0.0, steps=10),
        SamplerSpec(steps=15),
    ],
    ids=lambda spec: spec.name,
)
def test_a_single_gaussian_has_its_closed_form(spec):
    mean, sigma = -0.737, 0.15
    mixture = line(mean, sigma=sigma)
    m, std = gaussian_end(mean, sigma, SCHEDULE, spec)
    density = density_of(TrueDenoiser(mixture, SCHEDULE), spec, mixture)
    weight = density.p * density.cell
    centre = (weight * density.x).sum()
    assert centre == pytest.approx(m, abs=1e-4 * std)
    found = math.sqrt((weight * (density.x - centre) ** 2).sum() - density.cell**2 / 12)  # as wide as a cell
    assert found == pytest.approx(std, rel=5e-4)
    for k in (2, 3, 4, 5):
        tail = gaussian_beyond(k, mean, sigma, m, std)
        assert density.mass_beyond(mixture, k) == pytest.approx(tail, rel=0.01, abs=1e-11)
    gaussian = np.exp(-0.5 * ((density.x - m) / std) ** 2) / (std * math.sqrt(2 * math.pi))
    assert density.p == pytest.approx(gaussian, abs=2e-3 * gaussian.max())


def test_the_truth_hardly_hallucinates():
    density = density_of(TrueDenoiser(THREE, SCHEDULE), DDPM)
    assert density.mass_beyond(THREE, 6) < 1e-7
    assert density.mode_shares(THREE) == pytest.approx([1 / 3] * 3, abs=0.005)


@pytest.mark.parametrize("steps", [20, 50])
def test_few_deterministic_steps_of_the_truth_leave_the_mass_of_their_monotone_map(steps):
    """DDIM keeps the order of its points: what ends in a gap starts within the same two narrow intervals of
    x_T, which a fine grid around the two watersheds resolves."""
    spec, truth = SamplerSpec(eta=0.0, steps=steps), TrueDenoiser(THREE, SCHEDULE)
    x_T = torch.linspace(-4, 4, 8_001, dtype=torch.float64)[:, None]
    mode = THREE.nearest_mode(list(reverse_process(truth, x_T, spec))[-1].x0_hat)
    watersheds = x_T[:-1][mode.diff() != 0, 0].tolist()
    assert len(watersheds) == 2
    density = density_of(truth, spec)
    for k in (4, 5):
        expected = 0.0
        for watershed in watersheds:
            x = torch.linspace(watershed - 0.02, watershed + 0.02, 20_001, dtype=torch.float64)[:, None]
            ends = list(reverse_process(truth, x, spec))[-1].x0_hat
            weight = torch.exp(-0.5 * x[:, 0] ** 2) / math.sqrt(2 * math.pi) * (0.04 / 20_000)
            between = (THREE.distance_to_support(ends) > k) & (ends[:, 0] > 1) & (ends[:, 0] < 3)
            assert not between[[0, -1]].any()
            expected += float(weight[between].sum())
        assert density.mass_beyond(THREE, k) == pytest.approx(expected, rel=0.1)


# ---- samples -------------------------------------------------------------------------------------------


def assert_samples_agree(denoiser, spec, n, mixture):
    density = density_of(denoiser, spec, mixture)
    x = finish(sample(denoiser, n, spec, seeded(0, "sampling")))
    distance, nearest = mixture.distance_to_support(x), mixture.nearest_mode(x)
    for k in (4, 5):
        low, high = wilson(int((distance > k).sum()), n)
        assert low <= density.mass_beyond(mixture, k) <= high
    for mode, share in enumerate(density.mode_shares(mixture)):
        low, high = wilson(int(((distance <= 5) & (nearest == mode)).sum()), n)
        assert low <= share <= high
    return density


@pytest.mark.parametrize(
    "spec", [SamplerSpec(steps=40), SamplerSpec(eta=0.0, steps=40)], ids=lambda spec: spec.name
)
def test_a_map_that_folds_agrees_with_samples(spec):
    x = torch.linspace(-1, 3, 4001, dtype=torch.float64)[:, None]
    folds = [
        (step.x_coefficient * x + step.noise_coefficient * Wiggle().predict_noise(x, step.t))
        .diff(dim=0)
        .min()
        < 0
        for step in transitions(SCHEDULE, spec)
    ]
    assert any(folds)
    modes = GaussianMixture(((0.6,), (1.3,)), (0.08, 0.04))
    density = assert_samples_agree(Wiggle(), spec, 200_000, modes)
    assert 0.01 < density.mass_beyond(modes, 5) < 0.5  # there is something to compare


@pytest.mark.parametrize(
    "spec", [SamplerSpec(steps=40), SamplerSpec(eta=0.0, steps=25)], ids=lambda s: s.name
)
def test_the_shipped_network_agrees_with_samples(spec):
    density = assert_samples_agree(shipped(), spec, 100_000, THREE)
    assert density.mass_beyond(THREE, 5) > 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("spec", [DDPM, DDIM, LATE], ids=lambda spec: spec.name)
def test_the_shipped_network_agrees_with_samples_of_every_step(spec):
    assert_samples_agree(shipped(), spec, 100_000, THREE)


# ---- cells ---------------------------------------------------------------------------------------------


def test_the_rate_has_converged_in_the_number_of_cells():
    coarse, fine = (density_of(shipped(), DDPM, resolution=resolution) for resolution in (1, 4))
    reported = fine.mass_beyond(THREE, 5)
    assert reported > 1e-4
    assert coarse.mass_beyond(THREE, 5) == pytest.approx(reported, rel=2e-3)


@pytest.mark.parametrize("spec", [DDPM, SamplerSpec(eta=0.0, steps=100)], ids=lambda spec: spec.name)
def test_there_is_no_comb_in_the_bridges(spec):
    density = density_of(shipped(), spec)
    for low, high in ((1.3, 1.7), (2.3, 2.7)):
        bridge = np.log10(np.maximum(density.p[(density.x > low) & (density.x < high)], 1e-30))
        assert np.abs(np.diff(bridge, 2)).mean() < 0.02


def test_the_share_done_rises_to_one():
    for spec in (DDPM, DDIM, LATE):
        shares = list(exact_density(TrueDenoiser(THREE, SCHEDULE), spec, sigma=0.05, resolution=0.5))
        assert shares == sorted(shares)
        assert len(shares) > 10
        assert 0 <= shares[0] < 0.1
        assert shares[-1] == 1


# ---- many at once --------------------------------------------------------------------------------------


class Bends(NoiseNetwork):
    """A stack whose members bend their maps at different places; its arithmetic rounds every number as it
    would alone."""

    def __init__(self, places):
        super().__init__(len(places), (1,))
        self.places = torch.nn.Parameter(torch.tensor(places)[:, None, None])

    def forward(self, x, t):
        return x * 0.875 - (x - self.places).clamp(-0.125, 0.125) * 4


@pytest.mark.parametrize(
    "spec",
    [
        SamplerSpec(steps=60),
        SamplerSpec(variance="posterior", steps=30),
        SamplerSpec(eta=0.0, steps=15),
        SamplerSpec(stochastic_below=20, steps=40),
    ],
    ids=lambda spec: spec.name,
)
def test_the_densities_of_a_stack_are_those_of_its_members(spec):
    """Where steps add no noise, each member's pieces are cut again elsewhere."""
    places, sigmas = [0.25, -0.5, 1.0], [0.05] * 3
    found = finish(
        exact_densities(Bends(places), SCHEDULE, spec, spans=[9.5] * 3, sigmas=sigmas, resolution=0.5)
    )
    for density, place in zip(found, places, strict=True):
        alone = LearnedDenoiser(Bends([place]), SCHEDULE)
        expected = finish(exact_density(alone, spec, sigma=0.05, resolution=0.5, span=9.5))
        assert np.array_equal(density.x, expected.x)
        assert density.p == pytest.approx(expected.p, rel=1e-12, abs=1e-12)
    assert np.abs(found[0].p - found[1].p).max() > 0.01


@pytest.mark.parametrize(
    "spec", [SamplerSpec(steps=60), SamplerSpec(eta=0.0, steps=15)], ids=lambda s: s.name
)
def test_the_members_of_a_stack_have_intervals_of_their_own(spec):
    spans, places = [7.0, 9.5, 8.2], [0.25, -0.5, 1.0]
    sigmas = [span / 140 for span in spans]
    found = finish(exact_densities(Bends(places), SCHEDULE, spec, spans=spans, sigmas=sigmas))
    for density, place, span, sigma in zip(found, places, spans, sigmas, strict=True):
        alone = LearnedDenoiser(Bends([place]), SCHEDULE)
        expected = finish(exact_density(alone, spec, sigma=sigma, span=span))
        assert density.x == pytest.approx(expected.x)
        assert density.x[-1] + density.cell / 2 == pytest.approx(span)
        assert density.p == pytest.approx(expected.p, abs=1e-3 * expected.p.max())


def test_the_densities_of_a_stack_of_networks_are_those_of_its_members():
    network, seeds, spec = NetworkSpec(width=16), [1, 2, 3], SamplerSpec(steps=60)
    stack = build_network(network, SCHEDULE, 1, seeds)
    found = finish(exact_densities(stack, SCHEDULE, spec, spans=[7.0] * 3, sigmas=[0.05] * 3))
    for density, seed in zip(found, seeds, strict=True):
        alone = LearnedDenoiser(build_network(network, SCHEDULE, 1, [seed]), SCHEDULE)
        expected = finish(exact_density(alone, spec, sigma=0.05))
        assert density.p == pytest.approx(expected.p, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("spec", [DDPM, DDIM, LATE], ids=lambda spec: spec.name)
def test_a_stack_of_one_has_the_density_of_its_network_to_the_bit(spec):
    network = shipped().network
    alone = finish(exact_density(LearnedDenoiser(network, SCHEDULE), spec, sigma=0.05, resolution=0.5))
    (density,) = finish(exact_densities(network, SCHEDULE, spec, spans=[7.0], sigmas=[0.05], resolution=0.5))
    assert np.array_equal(density.p, alone.p)


def test_the_share_done_of_a_stack_rises_to_one_in_short_slices():
    stack = build_network(NetworkSpec(width=8), SCHEDULE, 1, list(range(8)))
    shares = list(exact_densities(stack, SCHEDULE, SamplerSpec(steps=60), spans=[7.0] * 8, sigmas=[0.05] * 8))
    assert shares == sorted(shares)
    assert len(shares) >= 30
    assert shares[-1] == 1


def test_stacks_that_have_no_density_are_refused():
    stack = build_network(NetworkSpec(width=8), SCHEDULE, 1, [0, 1])
    with pytest.raises(ValueError, match="stack of 2 networks needs as many spans and sigmas, not 1 and 2"):
        next(exact_densities(stack, SCHEDULE, DDPM, spans=[7.0], sigmas=[0.05, 0.05]))
    with pytest.raises(ValueError, match=r"span 5\.9 is outside"):
        next(exact_densities(stack, SCHEDULE, DDPM, spans=[7.0, 5.9], sigmas=[0.05, 0.05]))
    plane = build_network(NetworkSpec(width=8), SCHEDULE, 2, [0])
    with pytest.raises(ValueError, match=r"1-D denoiser; this one has the shape \(2,\)"):
        next(exact_densities(plane, SCHEDULE, DDPM, spans=[7.0], sigmas=[0.05]))


# ---- reading a density ---------------------------------------------------------------------------------


def test_mass_beyond_k_is_that_of_the_gaussian_tails():
    density = on_cells(line(-2, 2, sigma=0.3), cells=16_384)
    modes = line(-2, 2, sigma=0.3)
    for k in (0.5, 1, 2, 3, 4, 5):
        assert density.mass_beyond(modes, k) == pytest.approx(math.erfc(k / math.sqrt(2)), rel=2e-3)
    assert density.mode_shares(modes) == pytest.approx([0.5, 0.5], abs=1e-6)
    assert density.mode_shares(modes, 1) == pytest.approx([0.3413, 0.3413], abs=1e-4)


def test_mass_between_two_points():
    density = on_cells(line(0, sigma=1.0))
    assert density.mass(-1, 1) == pytest.approx(0.6826895, abs=1e-6)
    assert density.mass(0, 20) == pytest.approx(0.5, abs=1e-6)
    assert density.mass(0.1, 0.1) == 0


def test_widths_and_shares_of_unequal_modes():
    mixture = GaussianMixture(((-2.0,), (0.0,), (3.0,)), (0.1, 0.2, 0.4), (5.0, 3.0, 2.0))
    density = on_cells(mixture)
    assert density.mode_widths(mixture) == pytest.approx([1, 1, 1], abs=0.01)
    assert density.mode_shares(mixture) == pytest.approx([0.5, 0.3, 0.2], abs=1e-5)
    narrower = GaussianMixture(mixture.means, (0.05, 0.1, 0.2), mixture.weights)
    assert density.mode_widths(narrower, k=10) == pytest.approx([2, 2, 2], abs=0.02)
    empty = on_cells(line(0, sigma=0.05))
    assert empty.mode_widths(line(-3, 0, sigma=0.05))[0] == 0


def test_the_shares_of_modes_that_lie_close_add_up_to_one():
    """Eight modes 8 sigma apart, whose 5 sigma overlap: what lies between belongs to the nearer."""
    mixture = line(*(0.4 * i - 1.4 for i in range(8)))
    wide = GaussianMixture(mixture.means, (0.12,) * 8)  # so that there is mass between the modes
    for density in (on_cells(mixture, cells=16_384), on_cells(wide, cells=16_384)):
        shares = density.mode_shares(mixture)
        assert shares.sum() + density.mass_beyond(mixture, 5) == pytest.approx(1, abs=1e-9)
        assert shares.tolist() == pytest.approx(shares[::-1].tolist(), abs=1e-9)
    assert density.mode_widths(mixture).max() < 2.4  # no neighbour is counted


def test_shares_of_unequal_modes_are_those_of_the_nearest_in_sigma():
    """As nearest_mode gives samples away: a narrow mode within the reach of a wide one, and beside one."""
    mixture = GaussianMixture(((0.0,), (0.5,), (2.0,)), (0.5, 0.05, 0.1), (2.0, 1.0, 1.0))
    density = on_cells(GaussianMixture(mixture.means, (0.6, 0.2, 0.2)), cells=16_384)
    x = torch.from_numpy(np.linspace(-7, 7, 400_001))[:, None]
    weight = torch.from_numpy(density.resampled(x[:, 0].numpy())) * 14 / 400_000
    inside = ~mixture.is_hallucination(x, 2)
    expected = torch.bincount(mixture.nearest_mode(x)[inside], weight[inside], 3)
    assert density.mode_shares(mixture, 2) == pytest.approx(expected.numpy(), abs=2e-4)


def test_resampled_is_linear_between_the_centres():
    density = Density(np.array([0.0, 1.0, 2.0]), np.array([0.2, 0.6, 0.2]))
    assert density.cell == 1
    assert density.resampled(np.array([0.0, 0.25, 1.5])) == pytest.approx([0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("mixture", "k", "gaps"),
    [
        (line(1, 2, 3), 5, [(-7, 0.75), (1.25, 1.75), (2.25, 2.75), (3.25, 7)]),
        (line(3, 1, 2), 5, [(-7, 0.75), (1.25, 1.75), (2.25, 2.75), (3.25, 7)]),
        (line(0, 0.5, 3, sigma=0.125), 3, [(-7, -0.375), (0.875, 2.625), (3.375, 7)]),  # overlap
        (line(0, 1, sigma=0.125), 4, [(-7, -0.5), (1.5, 7)]),  # touch
        (GaussianMixture(((0,), (0.5,)), (1.0, 0.125)), 2, [(-7, -2), (2, 7)]),  # one within the other
        (line(-9, 6.5, 9, sigma=0.25), 4, [(-7, 5.5)]),  # beyond both ends
        (line(0, sigma=1.0), 7, []),
        (line(0, sigma=5.0), 100, []),
    ],
)
def test_gaps_are_what_no_mode_covers(mixture, k, gaps):
    found = gaps_beyond(mixture, k, -7, 7)
    assert len(found) == len(gaps)
    for gap, expected in zip(found, gaps, strict=True):
        assert gap == pytest.approx(expected)
    # The same by asking every point of a fine grid.
    x = torch.linspace(-6.9993, 6.9993, 14_007, dtype=torch.float64)
    inside = np.zeros(len(x), bool)
    for low, high in found:
        inside |= ((x > low) & (x < high)).numpy()
    assert np.array_equal(inside, (mixture.distance_to_support(x[:, None]) > k).numpy())


# ---- refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0, -1, 101, math.nan])
def test_thresholds_out_of_bounds_are_refused(k):
    with pytest.raises(ValueError, match=rf"threshold k = {k:g} sigma is outside \(0, 100\]"):
        gaps_beyond(THREE, k, -7, 7)


def test_planes_are_refused():
    with pytest.raises(ValueError, match="1-D mixture; this one has 2 dimensions"):
        gaps_beyond(grid(), 5, -7, 7)
    with pytest.raises(ValueError, match=r"1-D denoiser; this one has the shape \(2,\)"):
        next(exact_density(TrueDenoiser(grid(), SCHEDULE), DDPM, sigma=0.05))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resolution": 0.4}, r"resolution 0\.4 is outside \[0\.5, 64\]"),
        ({"resolution": math.nan}, r"resolution nan"),
        ({"sigma": 0.0}, r"sigma 0 is not a positive number"),
        ({"span": 5.9}, r"span 5\.9 is outside \[6, 100\]"),
        ({"span": 101.0}, r"span 101"),
        ({"span": math.nan}, r"span nan"),
    ],
)
def test_refusals_name_the_value_and_the_bound(changes, message):
    with pytest.raises(ValueError, match=message):
        next(exact_density(TrueDenoiser(THREE, SCHEDULE), DDPM, **{"sigma": 0.05, **changes}))


# ---- the edges of the method ---------------------------------------------------------------------------


class Push(Wiggle):
    """A network that has run away: every step carries its points far to the right."""

    def predict_noise(self, x_t, t):
        return torch.full_like(x_t, -3.0)


def test_mass_that_leaves_at_one_end_does_not_come_back_at_the_other():
    x = finish(sample(Push(), 2_000, DDPM, seeded(0, "sampling")))
    assert x.min() > 100
    density = density_of(Push(), DDPM, resolution=1)
    assert density.mass(-7, 0) < 1e-3
    assert density.mass(6.5, 7) > 0.99


def test_the_share_done_moves_through_a_walk_without_noise():
    shares = list(exact_density(TrueDenoiser(THREE, SCHEDULE), DDIM, sigma=0.05, resolution=0.5))
    assert len(set(shares)) > 10
