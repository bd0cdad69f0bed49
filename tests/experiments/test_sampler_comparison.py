"""Samplers compared from the same noise: the counts of paired sampling, exact shares, and what each costs."""

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.diffusion import sampling
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.sampling import SamplingRun, reverse_process, sample_chunks
from explorer.experiments import checkpoints
from explorer.experiments.measurement import THRESHOLDS, density_span
from explorer.experiments.sampler_comparison import AskedSampler, compare_samplers
from explorer.experiments.trials import sampler, trial, trial_noise


@pytest.fixture(scope="module")
def run():
    """The shipped three modes."""
    return checkpoints.shipped().load("three-modes").result


@pytest.fixture
def small_chunks(monkeypatch):
    """Samples are walked 256 at a time, so that a comparison has several chunks."""
    monkeypatch.setattr(sampling, "TABLE_CHUNK", 256)


def test_comparing_samplers_counts_each_from_the_same_noise(run):
    all_compared = finish(compare_samplers(run, 4_000, 10))
    assert [(compared.asked.who, compared.asked.sampler) for compared in all_compared] == [
        ("model", "DDPM"),
        ("model", "DDIM"),
        ("model", "late noise"),
        ("truth", "DDPM"),
        ("truth", "DDIM"),
    ]
    drawn = finish(trial(run, 4_000, run.experiment.sampler))
    for compared in all_compared:
        assert set(compared.rates) == set(compared.exact) == set(THRESHOLDS)
        low, high = compared.rates[4].interval
        assert low <= compared.exact[4] * 1.5 + 1e-4
        assert high >= compared.exact[4] / 1.5
        assert compared.network_calls == 344
        assert compared.seconds > 0
    # Alone or side by side, DDPM walks the same noise.
    assert all_compared[0].rates[5].count == drawn.hallucinated(5).sum()
    # More noise, fewer bridges: the finding, exactly.
    assert all_compared[1].exact[5] > 2 * all_compared[0].exact[5]
    assert all_compared[0].exact[5] > 100 * all_compared[3].exact[5]


def test_one_after_the_other_they_draw_what_paired_sampling_draws(run, small_chunks):
    names, n = ("DDIM", "late noise", "DDPM"), 700
    specs = [sampler(run.experiment, name) for name in names]
    samples = [[], [], []]
    for moment in sample_chunks(
        [SamplingRun(run.sampled, spec) for spec in specs], n, trial_noise(run, None), chunk=256
    ):
        if moment.last:
            for part, step in zip(samples, moment.steps, strict=True):
                part.append(step.x0_hat)
    mixture, flags = run.experiment.mixture, []
    found = finish(compare_samplers(run, n, asked=[AskedSampler("model", name) for name in names], k=3))
    for one, part in zip(found, samples, strict=True):
        x = torch.cat(part)
        flags.append(mixture.is_hallucination(x, 3).numpy())
        for k in THRESHOLDS:
            assert one.rates[k].count == int(mixture.is_hallucination(x, k).sum())
        nearest = mixture.nearest_mode(x)[~mixture.is_hallucination(x, 5)]
        assert one.summary.mode_counts == tuple(torch.bincount(nearest, minlength=3).tolist())
    assert found[0].difference is None
    for one, mine in zip(found[1:], flags[1:], strict=True):
        assert one.difference.only_first == int((flags[0] & ~mine).sum())
        assert one.difference.only_second == int((mine & ~flags[0]).sum())
    assert flags[0].sum() != flags[2].sum()


def test_other_steps_start_from_the_same_noise(run, small_chunks):
    asked, n = [AskedSampler("model", "DDPM"), AskedSampler("model", "DDIM", 20)], 600
    found = finish(compare_samplers(run, n, asked=asked))
    ended, spec = [], sampler(run.experiment, "DDIM")
    spec = spec.__class__(eta=0.0, steps=20)
    for moment in sample_chunks(
        [SamplingRun(run.sampled, sampler(run.experiment, "DDPM"))], n, trial_noise(run, None), chunk=256
    ):
        if moment.steps[0].t == 343:
            *_, last = reverse_process(run.sampled, moment.steps[0].x_t, spec)
            ended.append(last.x0_hat)
    expected = run.experiment.mixture.distance_to_support(torch.cat(ended))
    assert len(expected) == n
    for k in THRESHOLDS:
        assert found[1].rates[k].count == int((expected > k).sum())
    assert found[1].rates[4].count > 3
    assert found[1].network_calls == 20


def test_reported_shares_are_the_networks_and_carry_their_error(run):
    asked = [AskedSampler("model", "DDIM", 50), AskedSampler("truth", "DDIM", 50)]
    model, truth = finish(compare_samplers(run, 10, asked=asked, reported=True))
    for one, denoiser in ((model, run.denoiser()), (truth, run.truth())):
        spec = sampler(run.experiment, "DDIM").__class__(eta=0.0, steps=50)
        span = density_span(run.experiment)
        fine = finish(exact_density(denoiser, spec, sigma=0.05, span=span, resolution=16.0))
        for k in (4, 5):
            exact = fine.mass_beyond(run.experiment.mixture, k)
            assert one.exact[k] == pytest.approx(exact, rel=0.03)
            assert abs(one.exact[k] - exact) <= 2 * one.exact_error[k] + 1e-9
    assert model.exact[5] > 20 * truth.exact[5]


@pytest.mark.parametrize(
    ("asked", "n", "named"),
    [
        ([], 10, "no sampler to compare"),
        ([AskedSampler("model", "PLMS")], 10, "no sampler 'PLMS'"),
        ([AskedSampler("model", "DDPM", 5_000)], 10, "not 5000"),
        ([AskedSampler("model", "DDPM", 1)], 10, "at least 2 steps, not 1"),
        ([AskedSampler("model", "DDPM")], 0, "samples 0 is outside"),
        ([AskedSampler("model", "DDPM")], 2_000_001, "samples 2,000,001 is outside"),
    ],
)
def test_what_cannot_be_compared_is_refused(run, asked, n, named):
    with pytest.raises(ValueError, match=named):
        finish(compare_samplers(run, n, asked=asked))


def test_shares_of_modes_and_widths_are_those_of_the_samples(run):
    (one,) = finish(compare_samplers(run, 3_000, asked=[AskedSampler("truth", "DDPM", 200)]))
    assert sum(one.summary.mode_shares) == pytest.approx(1, abs=2e-3)
    assert np.allclose(one.summary.mode_shares, 1 / 3, atol=0.04)
    assert one.summary.width == pytest.approx(1, abs=0.06)
