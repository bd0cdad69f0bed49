"""A trial draws the samples that `sample` draws, grows while it runs, and refuses what is broken or big."""

import numpy as np
import pytest
import torch

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line
from explorer.detection.trial import run_trial, walk_chunks
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, reverse_process, sample
from explorer.diffusion.schedule import NoiseSchedule

SPEC = SamplerSpec(steps=40)
SCHEDULE = NoiseSchedule()
LINE = line(1, 2, 3)
TRUTH = TrueDenoiser(LINE, SCHEDULE)


def noise(seed: int = 0) -> torch.Generator:
    return seeded(seed, "sampling")


def test_its_samples_are_those_of_sample():
    trial = finish(run_trial(TRUTH, LINE, 300, SPEC, noise(), chunk=128))
    assert np.array_equal(trial.samples, finish(sample(TRUTH, 300, SPEC, noise(), chunk=128)).numpy())
    assert np.array_equal(trial.distance, LINE.distance_to_support(torch.from_numpy(trial.samples)).numpy())


def test_its_variance_is_that_of_the_stored_walk():
    trial = finish(run_trial(TRUTH, LINE, 50, SPEC, noise(), chunk=64))
    generator = noise()
    x_T = torch.randn(50, 1, generator=generator)
    walk = [step.x0_hat.numpy() for step in reverse_process(TRUTH, x_T, SPEC, generator)]
    steps = SPEC.timesteps(SCHEDULE)
    inside = [x for t, x in zip(steps, walk, strict=True) if t <= 30]
    assert trial.hal((0, 30)) == pytest.approx(np.var(np.float64(inside), axis=0).mean(1), rel=1e-4, abs=1e-9)


def test_it_grows_and_its_shares_rise_to_one():
    updates = list(run_trial(TRUTH, LINE, 1000, SPEC, noise(), chunk=100))
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    counts = [update.trial.n for update in updates if update.trial is not None]
    assert counts == sorted(counts)
    assert counts[0] == 100
    assert counts[-1] == 1000
    assert updates[0].trial is None
    first, whole = next(u.trial for u in updates if u.trial is not None), updates[-1].trial
    assert np.array_equal(whole.samples[:100], first.samples)
    assert np.array_equal(whole.windows.sums[:100], first.windows.sums)


def test_the_seed_reproduces_it_and_another_does_not():
    def hal(seed: int) -> np.ndarray:
        return finish(run_trial(TRUTH, LINE, 64, SPEC, noise(seed))).hal((0, 30))

    assert np.array_equal(hal(1), hal(1))
    assert not np.array_equal(hal(1), hal(2))


def test_one_sample_and_any_shape():
    assert finish(run_trial(TRUTH, LINE, 1, SPEC, noise())).n == 1
    plane = TrueDenoiser(grid(), SCHEDULE)
    trial = finish(run_trial(plane, grid(), 10, SPEC, noise()))
    assert trial.samples.shape == (10, 2)
    assert trial.windows.sums.shape == (10, len(trial.windows.steps) + 1, 2)


class Broken:
    """A denoiser that loses its mind for some samples at its last steps."""

    schedule, shape = SCHEDULE, (1,)

    def predict_noise(self, x_t, t):
        noise = TRUTH.predict_noise(x_t, t)
        if t == 0:
            noise[:3] = float("nan")
        return noise


def test_a_trajectory_that_is_not_finite_is_refused_by_number():
    with pytest.raises(ValueError, match="3 of 50 trajectories are not finite"):
        finish(run_trial(Broken(), LINE, 50, SPEC, noise()))


@pytest.mark.parametrize("n", [0, -5, 3_000_000])
def test_counts_out_of_bounds(n):
    with pytest.raises(ValueError, match=f"{n:,}"):
        next(walk_chunks(TRUTH, LINE, n, SPEC, noise()))


def test_more_sums_than_are_kept_are_refused_before_any_work():
    with pytest.raises(ValueError, match="at most 256 MB"):
        next(run_trial(TRUTH, LINE, 2_000_000, SPEC, noise()))


@pytest.mark.parametrize("k", [-1, float("nan"), 101])
def test_the_threshold_k_is_checked(k):
    trial = finish(run_trial(TRUTH, LINE, 4, SPEC, noise()))
    with pytest.raises(ValueError, match="outside"):
        trial.hallucinated(k)
