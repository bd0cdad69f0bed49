"""Detectors on planted cases: closed forms of a Gaussian, a jump between two modes, ensembles whose members
are known."""

import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish, map_progress
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import grid, line
from explorer.detection.scores.bounds import Chance, Oracle
from explorer.detection.scores.curvature import REACHES, Curvature
from explorer.detection.scores.detector import Evidence, in_slices
from explorer.detection.scores.ensemble import EnsembleVariance
from explorer.detection.scores.perturbation import PerturbationInstability
from explorer.detection.scores.window_variance import WindowVariance
from explorer.detection.trial import Trial, run_trial
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule()
SPEC = SamplerSpec(steps=12)
SIGNAL = SCHEDULE.alpha_bar(0)
NOISE = 1 - SIGNAL


def judged(samples, denoiser, members=()) -> Evidence:
    """Samples (n, D) as if a walk had ended there."""
    samples = np.asarray(samples, np.float32)
    trial = Trial(samples, np.zeros(len(samples), np.float32), None)
    return Evidence(trial, denoiser, SPEC, lambda: seeded(0, "sampling"), 64, members)


def gaussian(mean: float, sigma: float, dimensions: int = 1) -> TrueDenoiser:
    return TrueDenoiser(GaussianMixture(((mean,) * dimensions,), (sigma,)), SCHEDULE)


def scores(detector, evidence, seed: int = 0) -> np.ndarray:
    return finish(detector.scores(evidence, seeded(seed, "detector")))


@pytest.mark.parametrize("dimensions", [1, 2])
def test_a_gaussians_perturbation_is_its_gain_times_the_nudge_squared(dimensions):
    sigma, draws = 0.3, 50
    where = np.linspace(-2, 2, 6 * dimensions).reshape(-1, dimensions)
    found = scores(PerturbationInstability(draws), judged(where, gaussian(0.7, sigma, dimensions)))
    gain = math.sqrt(SIGNAL) * sigma**2 / (SIGNAL * sigma**2 + NOISE)
    z = torch.randn(draws, dimensions, generator=seeded(0, "detector")).numpy()
    assert found == pytest.approx(gain**2 * NOISE * z.var(0, ddof=1).mean(), rel=1e-3)


def test_on_average_over_many_draws_no_seed_is_needed_to_say_what_it_is():
    sigma = 0.05
    found = scores(PerturbationInstability(2_000), judged([[0.7], [0.8]], gaussian(0.7, sigma)))
    gain = math.sqrt(SIGNAL) * sigma**2 / (SIGNAL * sigma**2 + NOISE)
    assert found == pytest.approx(gain**2 * NOISE, rel=0.16)  # five standard errors of a variance


@pytest.mark.parametrize("dimensions", [1, 2])
def test_a_gaussians_curvature_is_the_slope_of_its_score_times_the_reach_wherever_the_sample_lies(dimensions):
    sigma = 0.3
    where = 0.7 + np.linspace(0.1, 2, 6 * dimensions).reshape(-1, dimensions)
    found = scores(Curvature(), judged(where, gaussian(0.7, sigma, dimensions)))
    expected = np.mean(REACHES) * math.sqrt(NOISE) / (SIGNAL * sigma**2 + NOISE)
    assert found == pytest.approx(expected, rel=1e-3)


def test_where_the_score_is_zero_there_is_no_direction_and_no_curvature():
    assert scores(Curvature(), judged([[0.0]], gaussian(0.0, 0.3))) == 0


PAIR = TrueDenoiser(line(-0.5, 0.5, sigma=0.02), SCHEDULE)


def test_a_sample_at_a_jump_scores_far_above_those_in_the_modes():
    # Half-way between two narrow modes the truth jumps from one to the other: by 1 within a nudge.
    instability = scores(PerturbationInstability(), judged([[0.0], [0.5], [-0.5], [0.52]], PAIR))
    assert 0.1 < instability[0] <= 0.25 * 8 / 7 * 1.2  # the variance of two places 1 apart, and a little
    assert (instability[1:] < 1e-3).all()


def test_the_score_leads_away_from_a_jump_so_that_curvature_does_not_see_it():
    gap, mode = scores(Curvature(), judged([[0.01], [0.51]], PAIR))
    assert gap == pytest.approx(mode, rel=0.05)


def test_all_samples_share_the_draws_so_that_equal_places_score_equal():
    found = scores(PerturbationInstability(), judged([[1.02]] * 3000, TrueDenoiser(line(1, 2), SCHEDULE)))
    assert len(np.unique(found)) == 1


def test_the_seed_reproduces_a_score_and_another_does_not():
    evidence = judged(np.linspace(0, 4, 40)[:, None], TrueDenoiser(line(1, 2, 3), SCHEDULE))
    for detector in (PerturbationInstability(), Chance()):
        assert np.array_equal(scores(detector, evidence, 1), scores(detector, evidence, 1))
        assert not np.array_equal(scores(detector, evidence, 1), scores(detector, evidence, 2))


class Decided:
    """Predicts the same clean sample from everywhere, so that every walk ends there."""

    schedule, shape = SCHEDULE, (2,)

    def __init__(self, *end: float) -> None:
        self.end = torch.tensor(end)

    def predict_noise(self, x_t: torch.Tensor, t: int) -> torch.Tensor:
        signal = self.schedule.alpha_bar(t)
        return (x_t - signal**0.5 * self.end) / (1 - signal) ** 0.5


def test_members_that_end_at_known_places_have_the_variance_of_these():
    ends = [(0.0, 0.0), (1.0, 0.0), (2.0, 4.0)]
    first, *others = (Decided(*end) for end in ends)
    found = scores(EnsembleVariance(), judged([ends[0]] * 100, first, others))
    assert found == pytest.approx((1.0 + 16 / 3) / 2, rel=1e-3)


def test_members_that_are_the_same_network_end_at_the_same_place():
    denoiser = TrueDenoiser(grid(), SCHEDULE)
    drawn = finish(run_trial(denoiser, grid(), 150, SPEC, seeded(0, "sampling"), chunk=64))
    evidence = Evidence(drawn, denoiser, SPEC, lambda: seeded(0, "sampling"), 64, (denoiser, denoiser))
    assert (scores(EnsembleVariance(), evidence) == 0).all()
    assert EnsembleVariance().calls(evidence) == 2 * 12
    other = Evidence(drawn, denoiser, SPEC, lambda: seeded(1, "sampling"), 64, (denoiser, denoiser))
    assert (scores(EnsembleVariance(), other) > 0).any()


def test_an_ensemble_of_one_is_refused():
    with pytest.raises(ValueError, match="at least one member"):
        scores(EnsembleVariance(), judged([[0.0]], gaussian(0, 1)))


def test_a_variance_of_one_draw_is_refused():
    with pytest.raises(ValueError, match="at least 2 draws, not 1"):
        PerturbationInstability(1)


def test_the_paper_and_the_truth_are_read_off_the_trial():
    denoiser = TrueDenoiser(line(1, 2, 3), SCHEDULE)
    drawn = finish(run_trial(denoiser, line(1, 2, 3), 50, SPEC, seeded(0, "sampling")))
    evidence = Evidence(drawn, denoiser, SPEC, lambda: seeded(0, "sampling"), 64)
    window = (drawn.windows.steps[0], drawn.windows.steps[3])
    assert np.array_equal(scores(WindowVariance(window), evidence), drawn.hal(window))
    assert np.array_equal(scores(Oracle(), evidence), drawn.distance)


def test_slices_are_bounded_and_make_no_difference():
    samples = np.random.default_rng(0).normal(size=(5000, 2)).astype(np.float32)
    seen = []

    def score(part: torch.Tensor) -> torch.Tensor:
        seen.append(len(part))
        return part[:, 0] ** 2

    work, shares = in_slices(samples, 100, score, torch.device("cpu")), []
    found = finish(map_progress(work, lambda share: shares.append(share)))
    assert np.array_equal(found, samples[:, 0] ** 2)
    assert max(seen) * 100 * 2 <= 60_000
    assert sum(seen) == 5000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
