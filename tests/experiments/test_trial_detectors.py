"""Detectors on the trials of a run: ensembles come out of a stack, and the seed decides every score."""

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.detection.scores.table import DETECTORS
from explorer.diffusion.sampling import sample
from explorer.experiments import checkpoints
from explorer.experiments.presets import preset
from explorer.experiments.run import learn
from explorer.experiments.trials import detector_scores, train_members, trial, trial_chunk, trial_noise

TINY = preset("two-modes").experiment.replace(
    **{"training.steps": 120, "training.batch": 64, "network.width": 16, "sampler.steps": 30}
)


@pytest.fixture(scope="module")
def run():
    *_, last = learn(TINY)
    return last.result


@pytest.fixture(scope="module")
def members(run):
    return finish(train_members(run, 3))


def test_members_are_the_runs_of_the_next_seeds(run, members):
    assert len(members) == 2
    for number, member in enumerate(members, 1):
        *_, last = learn(TINY.replace(seed=number))
        mine, its = (
            finish(sample(one, 50, TINY.sampler, trial_noise(run, None))).numpy()
            for one in (member, last.result.sampled)
        )
        assert mine == pytest.approx(its, abs=0.02)
        own = finish(sample(run.sampled, 50, TINY.sampler, trial_noise(run, None))).numpy()
        assert np.abs(mine - own).max() > 0.05


def test_an_ensemble_scores_where_its_members_end(run, members):
    drawn = finish(trial(run, 200, TINY.sampler))
    scores = finish(detector_scores(DETECTORS, run, drawn, TINY.sampler, members=members))
    found = {one.detector.name: one for one in scores}
    chunk = trial_chunk(run)
    ends = [drawn.samples] + [
        finish(sample(one, 200, TINY.sampler, trial_noise(run, None), chunk=chunk)).numpy() for one in members
    ]
    assert found["ensemble"].values == pytest.approx(np.var(ends, axis=0, ddof=1)[:, 0], rel=1e-5)
    assert found["ensemble"].calls == 2 * 30


def test_the_seed_decides_every_score():
    run = checkpoints.shipped().load("three-modes").result
    spec = run.experiment.sampler

    def values(seed):
        drawn = finish(trial(run, 300, spec, seed=seed))
        return [one.values for one in finish(detector_scores(DETECTORS, run, drawn, spec, seed=seed))]

    for one, same, own, other in zip(values(0), values(0), values(None), values(1), strict=True):
        assert np.array_equal(one, same)
        assert np.array_equal(one, own)  # the run's own seed is 0
        assert not np.array_equal(one, other)


@pytest.mark.parametrize("size", [1, 21])
def test_an_ensemble_out_of_bounds_is_refused(run, size):
    with pytest.raises(ValueError, match=f"2 to 20 networks, not {size}"):
        finish(train_members(run, size))


def test_pictures_have_no_ensemble():
    run = checkpoints.shipped().load("shapes-32").result
    with pytest.raises(ValueError, match="learns mixtures only"):
        finish(train_members(run))
