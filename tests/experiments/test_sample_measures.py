"""Measures of samples: the truth covers what it should, narrower samples do not, repeated points show."""

import dataclasses

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.data.mixtures import line
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.experiments.sample_measures import measure_samples, measure_score


@pytest.fixture(scope="module")
def run():
    """The shipped three modes, sampled with few steps."""
    result = checkpoints.shipped().load("three-modes").result
    return dataclasses.replace(result, experiment=result.experiment.replace(**{"sampler.steps": 120}))


def test_the_truth_covers_the_data_and_repeats_no_point(run):
    found = finish(measure_samples(run, run.truth(), 2_000))
    assert found.alive.tolist() == [True] * 3
    assert found.coverage.coverage == pytest.approx(found.coverage.expected, abs=0.02)
    assert found.coverage.density == pytest.approx(1, abs=0.08)
    assert found.summary.rate(5).count == 0
    low, high = found.distance.repeated().interval
    assert low <= found.fresh.repeated().value + 0.005
    assert high >= found.fresh.repeated().value - 0.005
    assert found.distance.median == pytest.approx(found.fresh.median, rel=0.15)


def test_samples_of_one_mode_alone_leave_the_others_uncovered(run):
    one = TrueDenoiser(line(2), run.experiment.schedule)
    found = finish(measure_samples(run, one, 2_000))
    assert found.alive.tolist() == [False, True, False]
    assert found.coverage.coverage == pytest.approx(1 / 3, abs=0.04)


class Repeating:
    """A denoiser that knows a few training points alone."""

    shape = (1,)

    def __init__(self, points, schedule):
        self.points, self.schedule = points, schedule

    def predict_noise(self, x_t, t):
        alpha_bar = self.schedule.alpha_bar(t)
        logits = -((x_t - alpha_bar**0.5 * self.points.T) ** 2) / (2 * (1 - alpha_bar))
        mean = torch.softmax(logits.double(), 1).float() @ self.points
        return (x_t - alpha_bar**0.5 * mean) / (1 - alpha_bar) ** 0.5


def test_repeated_training_points_show(run):
    # Sixty points, seldom enough that the last step's noise, 0.03, does not bridge them.
    few = run.experiment.replace(points=100, **{"sampler.eta": 0.0})
    rare = dataclasses.replace(run, experiment=few)
    model = Repeating(training_points(few)[:3], few.schedule)
    found = finish(measure_samples(rare, model, 1_000))
    assert found.distance.repeated().value > 0.9
    assert found.fresh.repeated().value < 0.05


def test_the_score_is_measured_at_informative_steps_and_the_truth_has_no_error(run):
    errors = finish(measure_score(run, run.truth(), steps=12))
    assert errors.steps[0] == run.experiment.schedule.first_informative_step() == 343
    assert (len(errors.steps), errors.steps[-1]) == (12, 0)
    assert errors.noise_error.max() < 1e-9
    learned = finish(measure_score(run, run.denoiser(), steps=12))
    assert learned.noise_error.min() > 1e-6


def test_pictures_and_points_of_unknown_truth_are_refused():
    pictures = checkpoints.shipped().load("shapes-32").result
    with pytest.raises(ValueError, match="of points, not of pictures"):
        finish(measure_samples(pictures, pictures.truth(), 10))
    run = checkpoints.shipped().load("three-modes").result
    unknown = preset("three-modes").experiment.replace(mixture=None, upload="0" * 16)
    with pytest.raises(ValueError, match="no score to compare with"):
        finish(measure_score(dataclasses.replace(run, experiment=unknown), run.denoiser()))
    with pytest.raises(ValueError, match="no longer here"):
        finish(measure_samples(dataclasses.replace(run, experiment=unknown), run.denoiser(), 10))
    assert np.isfinite(run.data_std)
