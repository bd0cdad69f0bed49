"""Exact rates where cells are hard to choose: narrow data, short moves, little noise; and their errors."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.exact_density.rates import exact_rates, exact_rates_of_stack
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.networks import build_network
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.solvers import transitions

SCHEDULE = NoiseSchedule()
FINE_STEPS = NoiseSchedule(beta_first=1e-5)
SHORT_MOVES = NoiseSchedule(kind="cosine", steps=4000)
THREE, NARROW = line(1, 2, 3), line(1, 2, 3, sigma=0.005)
# Its true score, taken for that of THREE, leaves mass between the modes as a network does.
BRIDGED = GaussianMixture(((1.0,), (2.0,), (3.0,), (2.0,)), (0.05, 0.05, 0.05, 0.6), (1, 1, 1, 0.01))
LITTLE_NOISE = [SamplerSpec(eta=eta) for eta in (0.001, 0.003, 0.01, 0.05)]


def rates_of(denoiser, spec, mixture=THREE, ks=(3, 4, 5, 6), **others):
    return finish(exact_rates(denoiser, spec, mixture, ks, span=7.0, **others))


def name_of(value):
    return value.name if isinstance(value, SamplerSpec) else None


# ---- closed forms --------------------------------------------------------------------------------------


def gaussian_end(mean, sigma, schedule, spec):
    """Mean and standard deviation of what a sampler makes of N(mean, sigma^2) under its true score."""
    m, variance = 0.0, 1.0
    for step in transitions(schedule, spec):
        alpha_bar = schedule.alpha_bar(step.t)
        slope = math.sqrt(1 - alpha_bar) / (alpha_bar * sigma**2 + 1 - alpha_bar)
        gain = step.x_coefficient + step.noise_coefficient * slope
        m = gain * m - step.noise_coefficient * slope * math.sqrt(alpha_bar) * mean
        variance = gain**2 * variance + step.noise_std**2
    return m, math.sqrt(variance)


def gaussian_beyond(k, mean, sigma, m, std):
    ends = (mean + k * sigma - m, m - mean + k * sigma)
    return sum(math.erfc(end / std / math.sqrt(2)) for end in ends) / 2


@pytest.mark.parametrize(
    ("schedule", "sigma", "spec"),
    [(SCHEDULE, 0.05, SamplerSpec()), (FINE_STEPS, 0.005, SamplerSpec())]
    + [(SCHEDULE, 0.05, spec) for spec in LITTLE_NOISE]
    + [(SCHEDULE, 0.05, SamplerSpec(eta=0.0)), (SCHEDULE, 0.05, SamplerSpec(variance="posterior"))]
    + [pytest.param(SHORT_MOVES, 0.05, SamplerSpec(), marks=pytest.mark.slow)],
    ids=name_of,
)
def test_the_tails_of_a_gaussian_are_right_to_their_error(schedule, sigma, spec):
    mixture = line(1.0, sigma=sigma)
    m, std = gaussian_end(1.0, sigma, schedule, spec)
    found = rates_of(TrueDenoiser(mixture, schedule), spec, mixture, (2, 3, 4, 5))
    for k, beyond in found.beyond.items():
        expected = gaussian_beyond(k, 1.0, sigma, m, std)
        assert abs(beyond - expected) <= 2 * found.error[k] + 1e-3 * expected + 1e-11, k
        assert found.error[k] <= 0.01 * beyond + 1e-10
    weight = found.density.p * found.density.cell
    centre = (weight * found.density.x).sum()
    assert centre == pytest.approx(m, abs=1e-4 * std)
    width = (weight * (found.density.x - centre) ** 2).sum() - found.density.cell**2 / 12
    assert math.sqrt(width) == pytest.approx(std, rel=5e-4)


def test_moves_that_are_shorter_than_a_cell_leave_the_width():
    """4,000 steps of a cosine schedule, on so few cells that most moves are a small part of one."""
    spec, mixture = SamplerSpec(), line(1.0)
    m, std = gaussian_end(1.0, 0.05, SHORT_MOVES, spec)
    density = finish(exact_density(TrueDenoiser(mixture, SHORT_MOVES), spec, sigma=0.05, resolution=1))
    for k in (3, 4, 5):
        expected = gaussian_beyond(k, 1.0, 0.05, m, std)
        assert density.mass_beyond(mixture, k) == pytest.approx(expected, rel=0.02)


# ---- other computations --------------------------------------------------------------------------------


def on_fixed_cells(denoiser, spec, cells=32_768, span=7.0):
    """Centres and mass of so many fixed cells: shared among three cells by the weights of a quadratic
    B-spline, which widen by cell^2 / 4 wherever in its cell a point lies, and blurred by what is left of the
    noise. The last step maps the centres alone."""
    cell = 2 * span / cells
    x = cell * (np.arange(cells) + 0.5) - span
    mass = np.exp(-0.5 * x**2) / np.exp(-0.5 * x**2).sum()
    frequency = 2 * math.pi * np.fft.rfftfreq(cells)
    for step in transitions(denoiser.schedule, spec):
        kept = mass > 1e-17
        noise = denoiser.predict_noise(torch.from_numpy(x[kept]).float()[:, None], step.t)[:, 0].double()
        image = step.x_coefficient * x[kept] + step.noise_coefficient * noise.numpy()
        if not step.noise_std:
            return image, mass[kept]
        place = np.clip((image + span) / cell - 0.5, 1, cells - 2)
        nearest = np.rint(place).astype(int)
        d = place - nearest
        shares = ((0.5 - d) ** 2 / 2, 0.75 - d**2, (0.5 + d) ** 2 / 2)
        moved = sum(np.bincount(nearest + i - 1, share * mass[kept], cells) for i, share in enumerate(shares))
        level = (step.noise_std / cell) ** 2 - 0.25
        assert level > 0
        blur = np.exp(-level * np.where(level > 4, frequency**2 / 2, 1 - np.cos(frequency)))
        mass = np.clip(np.fft.irfft(np.fft.rfft(moved) * blur, cells), 0, None)
    raise AssertionError("the last step adds no noise")


@pytest.mark.parametrize(
    ("denoiser", "spec", "mixture"),
    [
        (TrueDenoiser(NARROW, FINE_STEPS), SamplerSpec(), NARROW),
        (TrueDenoiser(BRIDGED, SCHEDULE), SamplerSpec(), THREE),
        (TrueDenoiser(BRIDGED, SCHEDULE), SamplerSpec(eta=0.05), THREE),
        (TrueDenoiser(BRIDGED, SCHEDULE), SamplerSpec(eta=0.01), THREE),
        pytest.param(TrueDenoiser(THREE, SHORT_MOVES), SamplerSpec(), THREE, marks=pytest.mark.slow),
    ],
    ids=["sigma 0.005, beta from 1e-5", "DDPM", "eta 0.05", "eta 0.01", "cosine, T = 4000"],
)
def test_rates_are_within_2_percent_of_32768_fixed_cells(denoiser, spec, mixture):
    image, mass = on_fixed_cells(denoiser, spec)
    distance = mixture.distance_to_support(torch.from_numpy(image)[:, None]).numpy()
    found = rates_of(denoiser, spec, mixture)
    for k, beyond in found.beyond.items():
        assert beyond == pytest.approx(mass[distance > k].sum(), rel=0.02, abs=1e-8)


@pytest.mark.parametrize("eta", [0.001, 0.01, 0.05])
def test_little_noise_gives_the_rate_of_samples_from_all_quantiles(eta):
    """400,000 samples that start from the quantiles of x_T, so that only their noise is left to chance."""
    n, spec, denoiser = 400_000, SamplerSpec(eta=eta, steps=60), TrueDenoiser(BRIDGED, SCHEDULE)
    generator = seeded(0, "quantiles")
    levels = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    x = torch.special.ndtri(levels).float()[:, None]
    for step in transitions(SCHEDULE, spec):
        x = step.x_coefficient * x + step.noise_coefficient * denoiser.predict_noise(x, step.t)
        x += step.noise_std * torch.randn(n, 1, generator=generator)
    distance = THREE.distance_to_support(x)
    found = rates_of(denoiser, spec)
    for k, beyond in found.beyond.items():
        counted = float((distance > k).double().mean())
        assert beyond > 1e-3  # there is something to compare
        assert abs(counted - beyond) < 3 * math.sqrt(beyond / n) + found.error[k]
        assert counted == pytest.approx(beyond, rel=0.02) or eta > 0.001


def test_narrow_data_agree_with_samples():
    n, spec, denoiser = 200_000, SamplerSpec(steps=100), TrueDenoiser(NARROW, FINE_STEPS)
    distance = NARROW.distance_to_support(finish(sample(denoiser, n, spec, seeded(0, "sampling"))))
    for k, beyond in rates_of(denoiser, spec, NARROW).beyond.items():
        counted = float((distance > k).double().mean())
        assert abs(counted - beyond) < 3 * math.sqrt(beyond * (1 - beyond) / n), k


# ---- errors --------------------------------------------------------------------------------------------


def test_the_truths_own_mass_is_the_same_live_and_reported():
    truth = TrueDenoiser(THREE, SCHEDULE)
    live, reported = (rates_of(truth, SamplerSpec(), reported=reported) for reported in (False, True))
    assert live.beyond[5] == pytest.approx(reported.beyond[5], rel=0.02)
    assert reported.beyond[5] == pytest.approx(3.32e-7, rel=0.005)
    assert len(reported.density.x) > len(live.density.x)
    for k in (3, 4, 5, 6):
        assert abs(live.beyond[k] - reported.beyond[k]) <= live.error[k]
        assert reported.error[k] <= 0.01 * reported.beyond[k] + 1e-10


def test_the_share_done_rises_to_one_over_all_cells():
    shares = list(exact_rates(TrueDenoiser(THREE, SCHEDULE), SamplerSpec(steps=20), THREE, (5,), span=7.0))
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_members_of_a_stack_have_their_own_rates_and_errors():
    seeds, spec, mixtures = [1, 2], SamplerSpec(steps=40), [line(-1, 1), line(0, sigma=0.2)]
    stack = build_network(NetworkSpec(width=16), SCHEDULE, 1, seeds)
    found = finish(exact_rates_of_stack(stack, SCHEDULE, spec, mixtures, (4, 5), spans=[7.0, 8.0]))
    for one, mixture in zip(found, mixtures, strict=True):
        assert set(one.beyond) == set(one.error) == {4, 5}
        for k in (4, 5):
            assert one.beyond[k] == one.density.mass_beyond(mixture, k)
            assert 0 < one.error[k] <= 0.01 * one.beyond[k] + 1e-10
