"""Samplers at budgets of calls: rates against closed forms, independent loops and the numbers that were
promised, by network and by true score."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.diffusion.sampling import initial_noise, reverse_process
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.hallucinated_share import rate_of
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.presets import preset
from explorer.experiments.sampler_output import sampler_output
from explorer.experiments.sampler_rates import (
    NAMES,
    SPACINGS,
    AskedRates,
    SamplerRow,
    asked_rates,
    default_rates,
    live_rates,
    price_of,
    sampler_at,
    sampler_rates,
)


@pytest.fixture(scope="module")
def line():
    """The shipped three modes."""
    return checkpoints.shipped().load("three-modes").result


@pytest.fixture(scope="module")
def plane():
    """The shipped ring."""
    return checkpoints.shipped().load("ring-8").result


@pytest.fixture(scope="module")
def single(line):
    """The run as if its data were one Gaussian, whose true score has a closed form everywhere."""
    return dataclasses.replace(line, experiment=Experiment(GaussianMixture(((0.4,),), (0.3,))))


@pytest.mark.parametrize(
    ("name", "calls", "model", "truth"),
    [
        ("ddim", 5, 0.2096, 0.16),
        ("ddim", 10, 0.04252, 0.0094),
        ("dpm-solver++", 10, 0.02019, 0.0038),
        ("heun", 19, 0.00309, 0.00007),
    ],
)
def test_the_table_that_was_measured_by_hand(line, name, calls, model, truth):
    asked = [AskedRates(name, sampler_at(line.experiment, name, calls))]
    (row,) = finish(sampler_rates(line, asked))
    assert row.calls == calls
    assert row.model.beyond[5] == pytest.approx(model, rel=0.02)
    assert row.truth.beyond[5] == pytest.approx(truth, rel=0.2)
    assert row.model.error[5] < 0.001 * row.model.beyond[5]
    assert row.seconds > 0


def linear_map(experiment, visited):
    """x_0 = slope x_T + offset of DDIM with the true score of one Gaussian, by the formulas of its
    posterior."""
    ((mean,),), (sigma,) = experiment.mixture.means, experiment.mixture.sigmas
    slope, offset = 1.0, 0.0
    for t, s in zip(visited, [*visited[1:], -1], strict=True):
        here, there = experiment.schedule.alpha_bar(t), experiment.schedule.alpha_bar(s)
        total = here * sigma**2 + 1 - here
        pull, noise_of_mean = (
            math.sqrt(1 - here) / total,
            -math.sqrt(here) * mean * math.sqrt(1 - here) / total,
        )
        # x_s = sqrt(there) (x - sqrt(1 - here) noise) / sqrt(here) + sqrt(1 - there) noise
        by_x = math.sqrt(there / here)
        by_noise = math.sqrt(1 - there) - by_x * math.sqrt(1 - here)
        slope, offset = (
            (by_x + by_noise * pull) * slope,
            (by_x + by_noise * pull) * offset + by_noise * noise_of_mean,
        )
    return slope, offset


def test_the_part_of_the_solver_has_a_closed_form_for_one_gaussian(single):
    spec = sampler_at(single.experiment, "ddim", 4)
    (row,) = finish(sampler_rates(single, [AskedRates("ddim", spec)], reported=False))
    slope, offset = linear_map(single.experiment, spec.timesteps(single.experiment.schedule))
    ((mean,),), (sigma,) = single.experiment.mixture.means, single.experiment.mixture.sigmas
    for k in THRESHOLDS:
        high, low = ((end - offset) / slope for end in (mean + k * sigma, mean - k * sigma))
        tails = 0.5 * math.erfc(high / math.sqrt(2)) + 0.5 * math.erfc(-low / math.sqrt(2))
        assert row.truth.beyond[k] == pytest.approx(tails, rel=0.01, abs=1e-9)
    assert row.truth.width == pytest.approx(slope / sigma, rel=0.01)


def test_what_is_counted_starts_from_the_same_noise_for_all(plane):
    n, experiment = 1_500, plane.experiment
    asked = asked_rates(experiment, ("ddim", "heun"), (8,))
    rows = finish(sampler_rates(plane, asked, n=n))
    x_T = initial_noise(1_024, (2,), (generator := seeded(experiment.seed, "sampling")))
    x_T = torch.cat([x_T, initial_noise(n - 1_024, (2,), generator)])
    for row in rows:
        for denoiser, summary in ((plane.denoiser(), row.model), (plane.truth(), row.truth)):
            for step in reverse_process(denoiser, x_T, row.spec):
                samples = step.x0_hat
            distance = experiment.mixture.distance_to_support(samples)
            assert summary.n == n
            for k in THRESHOLDS:
                assert summary.rate(k).count == pytest.approx(int((~(distance <= k)).sum()), abs=1)
            assert sum(summary.mode_counts) == n - summary.rate(5).count


def test_rows_come_one_after_the_other_and_tell_how_far_it_is(plane):
    asked = asked_rates(plane.experiment, ("ddim", "ddpm"), (3, 5))
    updates = list(sampler_rates(plane, asked, n=64))
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [len(update.rows) for update in updates] == sorted(len(update.rows) for update in updates)
    assert [(row.sampler, row.calls) for row in updates[-1].rows] == [
        ("ddim", 3),
        ("ddpm", 3),
        ("ddim", 5),
        ("ddpm", 5),
    ]


def test_a_row_is_the_same_after_it_was_stored(plane):
    for row in finish(sampler_rates(plane, asked_rates(plane.experiment, ("ddpm",), (4,)), n=200)):
        assert SamplerRow.from_json(row.to_json()) == row


def test_pictures_are_told_by_their_kinds():
    run = checkpoints.shipped().load("shapes-32").result
    (row,) = finish(sampler_rates(run, asked_rates(run.experiment, ("ddim",), (3,)), n=4))
    assert sum(row.model.kinds.values()) == sum(row.truth.kinds.values()) == 4
    assert rate_of(row.model, 5) == row.model.rate(0).value
    assert price_of(row.model, "width", 5, None) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_sampler_makes_as_many_calls_as_come_nearest(name):
    experiment = preset("three-modes").experiment
    for calls in (5, 12, 50, 300):
        for spacing in SPACINGS:
            spec = sampler_at(experiment, name, calls, spacing)
            assert spec.spacing == spacing
            assert abs(spec.calls(experiment.schedule) - calls) <= 2
    assert sampler_at(experiment, name, 100_000).steps == spec.most_steps(experiment.schedule)


def test_no_sampler_is_measured_twice():
    for name in ("three-modes", "shapes-32"):
        asked = default_rates(preset(name).experiment)
        assert len(set(asked)) == len(asked)
    few = asked_rates(preset("three-modes").experiment, ("rk4",), (5, 6, 9))
    assert [one.spec.steps for one in few] == [2, 3]
    assert {one.spec.spacing for one in live_rates(preset("grid-25").experiment, "karras")} == {"karras"}


@pytest.mark.parametrize(
    ("name", "calls", "said"),
    [("euler", 10, "There is no sampler 'euler'"), ("ddim", 0, r"calls 0 is outside \[1, 100,000\]")],
)
def test_what_is_no_sampler_is_refused(name, calls, said):
    with pytest.raises(ValueError, match=said):
        sampler_at(preset("three-modes").experiment, name, calls)


def test_no_sampler_and_too_many_samples_are_refused(plane):
    with pytest.raises(ValueError, match="no sampler to measure"):
        finish(sampler_rates(plane, []))
    with pytest.raises(ValueError, match="number of samples 0"):
        finish(sampler_rates(plane, asked_rates(plane.experiment, ("ddim",), (5,)), n=0))


@pytest.mark.parametrize("name", ["ddim", "ddpm"])
def test_the_density_of_a_sampler_has_the_mass_of_its_row(line, name):
    spec = sampler_at(line.experiment, name, 10)
    (row,) = finish(sampler_rates(line, [AskedRates(name, spec)], reported=False))
    made = finish(sampler_output(line, spec))
    for density, summary in zip(made.densities, (row.model, row.truth), strict=True):
        assert density.p.sum() * density.cell == pytest.approx(1, abs=1e-6)
        assert density.mass_beyond(line.experiment.mixture, 5) == pytest.approx(summary.beyond[5], rel=0.02)


def test_the_samples_of_a_sampler_start_from_the_same_noise(plane):
    made = finish(sampler_output(plane, sampler_at(plane.experiment, "dpm-solver++", 50), n=300))
    model, truth = made.samples
    assert model.shape == truth.shape == (300, 2)
    assert np.median(np.linalg.norm(model - truth, axis=1)) < 0.1
