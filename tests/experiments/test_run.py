"""A whole run: what its updates say along the way, what the result holds, and that it repeats to the bit."""

import itertools

import numpy as np
import pytest
import torch

from explorer.compute import progress
from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixture import GaussianMixture
from explorer.data.points import standardise
from explorer.diffusion.exact_density.density import exact_density
from explorer.diffusion.network_spec import NetworkSpec
from explorer.diffusion.sampling import SamplerSpec, sample
from explorer.diffusion.schedule import NoiseSchedule
from explorer.diffusion.training import TrainingSpec, snapshot_steps
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import (
    REPORTED_SAMPLES,
    THRESHOLDS,
    Measurement,
    density_span,
    measure,
)
from explorer.experiments.run import learn, training_points
from explorer.experiments.stack import learn_stack

STEPS = 150
LINE = GaussianMixture(((0.0,), (1.5,)), (0.2, 0.1))
PLANE = GaussianMixture(((0.0, 0.0), (1.0, 0.5)), (0.1, 0.2), (1.0, 3.0))


def tiny(mixture=None, **changes):
    """An experiment of a second: 8 units, 150 training steps of 50, 100 noise levels, 20 of them visited."""
    parts = {
        "points": 400,
        "schedule": NoiseSchedule(steps=100),
        "network": NetworkSpec(width=8, depth=1),
        "training": TrainingSpec(steps=STEPS, batch=50),
        "sampler": SamplerSpec(steps=20),
        "seed": 3,
    }
    return Experiment(mixture, **(parts | changes))


@pytest.fixture(scope="module")
def runs():
    """All updates of one run in one dimension and of one in two."""
    return {1: list(learn(tiny(LINE))), 2: list(learn(tiny(PLANE)))}


both = pytest.mark.parametrize("dimensions", [1, 2])


@both
def test_updates_grow_and_the_last_one_carries_the_result(runs, dimensions):
    updates = runs[dimensions]
    assert [u.step for u in updates] == sorted(u.step for u in updates)
    for before, now in itertools.pairwise(updates):
        assert len(now.losses) == now.step
        assert np.array_equal(now.losses[: before.step], before.losses)
        assert now.snapshots[: len(before.snapshots)] == before.snapshots
        assert now.seconds >= before.seconds > 0
        assert before.result is None
    last = updates[-1]
    assert last.result.snapshots == last.snapshots
    assert last.step == last.steps == len(last.result.losses) == STEPS
    assert last.seconds_left == 0
    assert last.result.final.seconds == pytest.approx(last.seconds)
    assert last.steps_per_second == pytest.approx(STEPS / last.seconds)


@both
def test_snapshots_come_where_the_training_takes_them(runs, dimensions):
    result = runs[dimensions][-1].result
    assert [s.step for s in result.snapshots] == snapshot_steps(STEPS)
    assert all(a.seconds < b.seconds for a, b in itertools.pairwise(result.snapshots))
    assert not np.array_equal(result.snapshots[0].weights, result.final.weights)
    assert result.dimensions == dimensions


@both
def test_time_spent_by_the_one_who_watches_is_not_counted(dimensions, monkeypatch):
    ticks = itertools.count()  # every look at the clock finds it a second later
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))
    updates = []
    for update in learn(tiny(LINE if dimensions == 1 else PLANE)):
        updates.append(update)
        for _ in range(100):
            next(ticks)
    blocks = len({u.step for u in updates})
    assert updates[-1].seconds == blocks


@both
def test_the_same_seed_gives_the_same_result_bit_for_bit(runs, dimensions):
    mixture = LINE if dimensions == 1 else PLANE
    one, two = runs[dimensions][-1].result, list(learn(tiny(mixture)))[-1].result
    other = list(learn(tiny(mixture, seed=4)))[-1].result
    assert np.array_equal(one.losses, two.losses)
    assert not np.array_equal(one.losses, other.losses)
    for a, b in zip(one.snapshots, two.snapshots, strict=True):
        assert np.array_equal(a.weights, b.weights)
        assert a.measurement.beyond == b.measurement.beyond
    if dimensions == 1:
        assert np.array_equal(one.final.measurement.density.p, two.final.measurement.density.p)
    else:
        assert np.array_equal(one.final.measurement.samples, two.final.measurement.samples)


@pytest.mark.parametrize("index", [0, -1])
def test_the_network_of_a_snapshot_gives_the_density_that_was_measured(runs, index):
    result = runs[1][-1].result
    sigma = min(result.experiment.mixture.sigmas)
    density = finish(exact_density(result.denoiser(index), SamplerSpec(steps=20), sigma=sigma, span=7.0))
    measured = result.snapshots[index].measurement
    assert measured.samples is None
    assert measured.n is None
    assert measured.density.p == pytest.approx(density.resampled(measured.density.x), rel=1e-2, abs=1e-4)
    assert all(error <= 0.01 * measured.beyond[k] + 1e-10 for k, error in measured.error.items())
    outside = (LINE.distance_to_support(torch.from_numpy(density.x)[:, None]) > 5).numpy()
    assert measured.beyond[5] == pytest.approx(density.p[outside].sum() * density.cell, rel=0.05, abs=1e-4)


def test_the_network_of_a_snapshot_gives_the_samples_that_were_measured(runs):
    result = runs[2][-1].result
    measured = result.final.measurement
    x = finish(sample(result.denoiser(), 20_000, SamplerSpec(steps=20), seeded(3, "sampling"), chunk=1024))
    assert measured.density is None
    assert np.array_equal(measured.samples, x.numpy())
    distance = np.linalg.norm(measured.samples[:, None] - np.array(PLANE.means), axis=-1) / PLANE.sigmas
    for k in THRESHOLDS:
        assert measured.beyond[k] == pytest.approx((distance.min(1) > k).mean(), abs=2e-4)
        rate = measured.rate(k)
        assert (rate.n, rate.value) == (20_000, measured.beyond[k])
    assert result.snapshots[0].measurement.n == 2_000 == len(result.snapshots[0].measurement.samples)


def test_exact_shares_have_no_count(runs):
    assert runs[1][-1].result.final.measurement.rate(5) is None
    assert Measurement(None, np.zeros((5, 2)), None, 5).rate(5) is None


# ---- the data ------------------------------------------------------------------------------------------


def test_training_points_are_balanced_when_the_weights_are_and_drawn_otherwise():
    points = training_points(tiny(LINE, seed=1))
    assert LINE.nearest_mode(points).tolist() == [i % 2 for i in range(400)]
    assert torch.equal(points, training_points(tiny(LINE, seed=1, training=TrainingSpec(steps=9))))
    assert not torch.equal(points, training_points(tiny(LINE, seed=2)))
    share = (PLANE.nearest_mode(training_points(tiny(PLANE, points=20_000))) == 1).double().mean()
    assert share.item() == pytest.approx(0.75, abs=0.013)


def test_the_result_standardises_by_the_points_it_saw(runs):
    for dimensions, mixture in ((1, LINE), (2, PLANE)):
        result, points = runs[dimensions][-1].result, training_points(tiny(mixture)).numpy().astype(float)
        assert result.data_mean == pytest.approx(points.mean(0), abs=1e-6)
        assert result.data_std**2 == pytest.approx(((points - points.mean(0)) ** 2).mean(), rel=1e-5)


@both
def test_uploaded_points_are_learned_without_a_truth(dimensions):
    points = standardise(np.random.default_rng(0).normal([3.0, -1.0][:dimensions], 0.5, (300, dimensions)))
    result = list(learn(tiny(upload=points.digest), points))[-1].result
    measured = result.final.measurement
    assert result.truth() is None
    assert measured.beyond is None
    assert measured.rate(5) is None
    assert result.data_mean == pytest.approx([0] * dimensions, abs=1e-5)
    assert result.data_std == pytest.approx(1, abs=1e-5)
    assert (measured.density is None) == (dimensions == 2)
    assert (measured.samples is None) == (dimensions == 1)


def test_uploaded_points_that_are_gone_are_asked_for():
    with pytest.raises(ValueError, match="0123456789abcdef are no longer here; upload them again"):
        next(learn(tiny(upload="0123456789abcdef")))


def test_a_truth_is_the_experiments_own(runs):
    truth = runs[1][-1].result.truth()
    x = torch.linspace(-1, 2, 7)[:, None]
    assert torch.equal(
        truth.predict_noise(x, 9), LINE.expected_noise(x, NoiseSchedule(steps=100).alpha_bar(9))
    )


# ---- measuring -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mixture", "span"),
    [
        (LINE, 7.0),
        (GaussianMixture(((9.0,),), (0.5,)), 14.0),
        (GaussianMixture(((-9.0,), (1.0,)), (0.25, 1.0)), 12.0),
        (None, 7.0),
    ],
)
def test_the_interval_of_a_density_holds_the_normal_and_every_mode(mixture, span):
    experiment = tiny(mixture) if mixture else tiny(upload="0123456789abcdef")
    assert density_span(experiment) == pytest.approx(span)


class Recorder:
    """A 1-D denoiser that answers with zeros and notes on which device it was asked."""

    schedule, shape = NoiseSchedule(steps=100), (1,)

    def __init__(self):
        self.asked_on = set()

    def predict_noise(self, x_t, t):
        self.asked_on.add(x_t.device.type)
        return torch.zeros(x_t.shape)


def test_a_denoiser_is_asked_on_the_device_it_computes_on():
    recorder = Recorder()
    finish(measure(tiny(LINE), recorder, reported=False, device=torch.device("meta")))
    assert recorder.asked_on == {"meta"}


HEUN = SamplerSpec(0.0, steps=5, solver="heun")


@pytest.mark.parametrize("solver", ["heun", "dpm-solver++", "rk4"])
def test_on_the_line_any_solver_is_measured_exactly(solver):
    spec = SamplerSpec(0.0, steps=8, solver=solver)
    run = list(learn(tiny(LINE, sampler=spec)))[-1].result
    found = run.final.measurement
    x = finish(sample(run.denoiser(), 20_000, spec, seeded(3, "sampling")))
    for k, share in found.beyond.items():
        counted = float(LINE.is_hallucination(x, k).float().mean())
        assert abs(counted - share) < 4 * np.sqrt(share * (1 - share) / len(x))
        assert found.error[k] < 1e-6
    near = x[:, 0].numpy()
    assert found.density.mass(-1.0, 0.0) == pytest.approx(((near > -1) & (near < 0)).mean(), abs=0.02)


def test_a_stack_and_points_of_ones_own_take_any_solver_too():
    experiment = tiny(LINE, sampler=HEUN)
    (alone,) = [update.result for update in learn(experiment) if update.result is not None]
    stacked = list(learn_stack([experiment]))[-1].results[0]
    for k, share in alone.final.measurement.beyond.items():
        assert stacked.final.measurement.beyond[k] == pytest.approx(share, rel=0.05, abs=1e-4)
    points = standardise(np.linspace(-1, 1, 200)[:, None])
    density = list(learn(tiny(upload=points.digest, sampler=HEUN), points))[
        -1
    ].result.final.measurement.density
    assert density.p.sum() * density.cell == pytest.approx(1)


def test_on_the_line_noise_between_predictions_is_refused_before_the_training():
    churned = SamplerSpec(0.0, steps=5, solver="heun", churn=10.0)
    for work in (learn(tiny(LINE, sampler=churned)), learn_stack([tiny(LINE, sampler=churned)])):
        with pytest.raises(ValueError, match="adds noise between its predictions: take it without churn"):
            next(work)


def test_in_the_plane_any_solver_is_measured_on_its_samples():
    experiment = tiny(PLANE, sampler=HEUN)
    run = list(learn(experiment))[-1].result
    x = finish(sample(run.denoiser(), 2_000, HEUN, seeded(3, "sampling"), chunk=1024))
    assert run.final.measurement.n == REPORTED_SAMPLES
    assert np.array_equal(run.final.measurement.samples[:1024], x[:1024].numpy())


@pytest.mark.parametrize("steps", [101, 500])
def test_a_sampler_that_cannot_walk_the_schedule_is_refused_before_the_training(steps):
    with pytest.raises(ValueError, match=f"steps, not {steps}"):
        tiny(LINE, sampler=SamplerSpec(steps=steps))
