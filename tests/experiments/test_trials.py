"""Trials of a run: the same numbers whoever asks, and the samplers compared from the same noise."""

import dataclasses

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.sampling import sample
from explorer.experiments import checkpoints
from explorer.experiments.measurement import density_span
from explorer.experiments.presets import preset
from explorer.experiments.trials import (
    default_count,
    evaluation_method,
    follow_pairs,
    sampler,
    trial,
)


@pytest.fixture(scope="module")
def runs():
    """Shipped runs by preset."""
    return {name: checkpoints.shipped().load(name).result for name in ("three-modes", "grid-25")}


def test_samplers_by_name(runs):
    experiment = runs["three-modes"].experiment
    assert sampler(experiment, "DDPM") == experiment.sampler
    assert sampler(experiment, "DDIM").eta == 0
    late = sampler(experiment, "late noise", 7)
    assert (late.eta, late.stochastic_below) == (1, 7)
    other = experiment.replace(
        **{"sampler.eta": 0.0, "sampler.solver": "heun", "sampler.churn": 9.0, "sampler.steps": 20}
    )
    assert sampler(other, "DDPM") == dataclasses.replace(experiment.sampler, steps=20)
    for wrong, named in ((("PLMS",), "PLMS"), (("late noise", -1), "-1"), (("late noise", 1000), "1000")):
        with pytest.raises(ValueError, match=named):
            sampler(experiment, *wrong)


def test_in_the_plane_a_trial_draws_the_samples_that_learning_measured(runs):
    run = runs["grid-25"]
    drawn = finish(trial(run, 1024, run.experiment.sampler))
    generator = seeded(run.experiment.seed, "sampling")
    wanted = finish(sample(run.denoiser(), 1024, run.experiment.sampler, generator))
    assert np.array_equal(drawn.samples, wanted.numpy())
    assert evaluation_method(run, run.experiment.sampler) == "network itself, 656 empty steps skipped"
    line, every = runs["three-modes"], dataclasses.replace(run.experiment.sampler, skip_noise=False)
    assert evaluation_method(line, every) == "network tabulated on 1,024 cells"
    assert default_count(run.experiment) < default_count(runs["three-modes"].experiment)


def test_on_a_line_the_table_hallucinates_as_often_as_the_exact_density_says(runs):
    run = runs["three-modes"]
    n = 100_000
    drawn = finish(trial(run, n, run.experiment.sampler))
    for k in (4, 5, 6):
        expected = n * run.final.measurement.beyond[k]
        assert abs(drawn.hallucinated(k).sum() - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize("name", ["three-modes", "four-modes"])
def test_the_table_costs_less_than_two_percent_of_the_rate(name):
    run = checkpoints.shipped().load(name).result
    span = density_span(run.experiment)
    density = finish(exact_density(run.sampled, run.experiment.sampler, sigma=0.05, span=span))
    for k, share in run.final.measurement.beyond.items():
        assert density.mass_beyond(run.experiment.mixture, k) == pytest.approx(share, rel=0.02)


def test_pairs_follow_the_samples_of_the_trial(runs):
    run = runs["three-modes"]
    drawn = finish(trial(run, 20_000, run.experiment.sampler))
    rows = [0, 5, 19_999, *np.flatnonzero(drawn.hallucinated(5)).tolist()]
    found = finish(follow_pairs(run, rows, 20_000, run.experiment.sampler))
    assert found.samples[0] == pytest.approx(drawn.samples[found.rows], abs=1e-5)
    truth = run.experiment.mixture.is_hallucination(torch.from_numpy(found.samples[1]), 5)
    assert not truth.any()


def test_uploaded_points_have_no_trial(runs, monkeypatch):
    run = runs["three-modes"]
    experiment = preset("three-modes").experiment.replace(mixture=None, upload="0" * 16)
    object.__setattr__(run, "experiment", experiment)
    try:
        with pytest.raises(ValueError, match="truth of uploaded points is unknown"):
            trial(run, 10, experiment.sampler)
    finally:
        object.__setattr__(run, "experiment", preset("three-modes").experiment)
