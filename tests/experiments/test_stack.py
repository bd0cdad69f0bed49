"""Stacks: every member comes out as it would alone, in one dimension and in two, and misfits are refused."""

import itertools

import numpy as np
import pytest

from explorer.compute import progress
from explorer.data.mixtures import grid, line, ring
from explorer.data.points import standardise
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import SamplerSpec
from explorer.diffusion.training import TrainingSpec
from explorer.experiments import measurement, stack
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset
from explorer.experiments.run import learn
from explorer.experiments.stack import learn_stack
from explorer.experiments.summary import summarize

LINES = Experiment(
    line(1, 2, 3),
    points=500,
    network=NetworkSpec(width=16, depth=2),
    training=TrainingSpec(steps=300, batch=100),
    sampler=SamplerSpec(steps=60),
)
LINE_MEMBERS = [
    LINES,
    LINES.replace(mixture=line(-1, 1, sigma=0.1), seed=4, points=301),
    LINES.replace(mixture=line(0, 2, 4, 9.5, sigma=0.04), seed=7),  # on a wider interval
]
PLANES = LINES.replace(mixture=ring(), sampler=SamplerSpec(steps=10), **{"training.steps": 100})
PLANE_MEMBERS = [PLANES, PLANES.replace(mixture=grid(), seed=2, points=777)]


@pytest.fixture(scope="module", autouse=True)
def coarse():
    """Few samples: no test asks how accurate they are."""
    with pytest.MonkeyPatch.context() as patch:
        for room in (measurement, stack):
            patch.setattr(room, "REPORTED_SAMPLES", 1_500)
        yield


@pytest.fixture(scope="module")
def updates():
    """All updates of a stack on lines and of one in the plane."""
    return {1: list(learn_stack(LINE_MEMBERS)), 2: list(learn_stack(PLANE_MEMBERS))}


def alone(experiment):
    *_, last = learn(experiment)
    return last.result


@pytest.mark.parametrize(("dimensions", "members"), [(1, LINE_MEMBERS), (2, PLANE_MEMBERS)])
def test_every_member_is_what_learn_makes_of_it(updates, dimensions, members):
    results = updates[dimensions][-1].results
    assert [one.experiment for one in results] == members
    for result, experiment in zip(results, members, strict=True):
        single = alone(experiment)
        assert result.losses == pytest.approx(single.losses, abs=1e-4)
        assert result.final.weights == pytest.approx(single.final.weights, abs=2e-4)
        assert (result.data_std, result.dimensions) == (single.data_std, dimensions)
        assert np.array_equal(result.data_mean, single.data_mean)
        found, expected = (summarize(one.final.measurement, experiment.mixture) for one in (result, single))
        assert found.beyond == pytest.approx(expected.beyond, rel=1e-3)
        assert found.mode_shares == pytest.approx(expected.mode_shares, rel=2e-3)
        assert found.width == pytest.approx(expected.width, rel=1e-3)
        assert result.losses[-50:].mean() == pytest.approx(single.losses[-50:].mean(), rel=1e-4)
        assert 0 < found.beyond[8] < found.beyond[4] < 1
    rates = [one.final.measurement.beyond[5] for one in results]
    assert len(set(np.round(rates, 3))) == len(rates)


def test_a_member_can_be_sampled_as_any_other_run(updates):
    # Its density, asked once more of the network of its weights.
    from explorer.compute.progress import finish
    from explorer.diffusion.exact_density.density import exact_density

    result = updates[1][-1].results[1]
    measured, sigma = result.final.measurement.density, min(result.experiment.mixture.sigmas)
    density = finish(exact_density(result.denoiser(), result.experiment.sampler, sigma=sigma))
    assert density.resampled(measured.x) == pytest.approx(measured.p, rel=1e-2, abs=1e-3)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_updates_move_on_and_only_the_last_has_results(updates, dimensions):
    *before, last = updates[dimensions]
    assert last.results is not None
    assert (last.share, last.seconds_left, last.step) == (1, 0, last.steps)
    assert all(one.results is None for one in before)
    for a, b in itertools.pairwise(updates[dimensions]):
        assert a.step <= b.step
        assert a.share <= b.share
        assert a.seconds <= b.seconds
    assert sum(one.step == one.steps for one in before) > 2  # measuring moves on, too
    assert sum(one.final.seconds for one in last.results) == pytest.approx(last.seconds)


def test_time_spent_by_the_one_who_watches_is_not_counted(monkeypatch):
    ticks = itertools.count()  # every look at the clock finds it a second later
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    told = [update.seconds for update in learn_stack([LINES.replace(**{"training.steps": 30})])]
    assert told == list(range(1, len(told) + 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"training.steps": 301},
        {"network.width": 17},
        {"schedule.steps": 900},
        {"sampler.eta": 0.0},
        {"mixture": ring()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_experiments_that_differ_in_more_are_refused(changes):
    with pytest.raises(ValueError, match="may differ in mixture, points and seed, and no more"):
        next(learn_stack([LINES, LINES.replace(**changes)]))


def test_what_is_no_stack_of_mixtures_is_refused():
    with pytest.raises(ValueError, match="at least one experiment"):
        next(learn_stack([]))
    uploaded = standardise(np.random.default_rng(0).normal(size=(200, 2)))
    for other in (preset("shapes-32").experiment, Experiment(upload=uploaded.digest, points=200)):
        with pytest.raises(
            ValueError, match="learns mixtures; pictures and uploaded points are trained alone"
        ):
            next(learn_stack([other]))
        with pytest.raises(ValueError, match="learns mixtures"):
            next(learn_stack([LINES, other]))
