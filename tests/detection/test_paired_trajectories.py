"""Followed samples end as they did in their trial, and paired runs share every bit of noise."""

import numpy as np
import pytest

from explorer.compute.progress import finish
from explorer.compute.seeds import seeded
from explorer.data.mixtures import grid, line
from explorer.detection.paired_trajectories import follow, shown_steps
from explorer.detection.trial import run_trial
from explorer.diffusion.denoiser import TrueDenoiser
from explorer.diffusion.sampling import SamplerSpec, SamplingRun
from explorer.diffusion.schedule import NoiseSchedule

SCHEDULE, LINE, SPEC = NoiseSchedule(), line(1, 2, 3), SamplerSpec(steps=150)
TRUTH = TrueDenoiser(LINE, SCHEDULE)
OTHER = TrueDenoiser(line(1, 2, 3, sigma=0.2), SCHEDULE)


def followed(runs, rows, n=500, chunk=64, **options):
    return finish(follow(runs, rows, n, seeded(0, "sampling"), chunk=chunk, **options))


@pytest.mark.parametrize("distribution", [LINE, grid()])
@pytest.mark.parametrize(
    "spec", [SPEC, SamplerSpec(eta=0, steps=150), SamplerSpec(steps=150, stochastic_below=9)]
)
def test_truth_through_both_runs_is_identical_bit_for_bit(distribution, spec):
    truth = TrueDenoiser(distribution, SCHEDULE)
    found = followed([SamplingRun(truth, spec), SamplingRun(truth, spec)], range(0, 300, 7))
    assert np.array_equal(found.x_t[0], found.x_t[1])
    assert np.array_equal(found.x0_hat[0], found.x0_hat[1])
    assert np.ptp(found.samples[0]) > 0.5


def test_rows_end_where_they_ended_in_the_trial():
    trial = finish(run_trial(TRUTH, LINE, 500, SPEC, seeded(0, "sampling"), chunk=64))
    rows = [3, 63, 64, 200, 499]
    found = followed([SamplingRun(TRUTH, SPEC), SamplingRun(OTHER, SPEC)], rows)
    assert found.rows.tolist() == rows
    assert found.samples[0] == pytest.approx(trial.samples[rows], abs=1e-4)
    assert found.x0_hat.shape == found.x_t.shape == (2, 100, 5, 1)
    # The other run starts from the same noise and parts from it only where the predictions differ.
    assert np.array_equal(found.x_t[0][0], found.x_t[1][0])
    assert np.abs(found.samples[0] - found.samples[1]).max() > 0.01


def test_a_row_does_not_depend_on_its_company():
    alone = followed([SamplingRun(TRUTH, SPEC)], [130])
    together = followed([SamplingRun(TRUTH, SPEC)], range(200))
    assert alone.x0_hat[0, -40:, 0] == pytest.approx(together.x0_hat[0, -40:, 130], abs=1e-4)


def test_all_of_the_last_steps_are_shown():
    visited = SamplerSpec().timesteps(SCHEDULE)
    shown = shown_steps(visited)
    assert len(shown) == len(set(shown)) == 100
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == visited[0]
    assert shown[-60:] == list(range(59, -1, -1))
    gaps = -np.diff(shown[:40])
    assert gaps[0] == max(gaps) > 20
    assert shown_steps(visited[-50:]) == visited[-50:]


@pytest.mark.parametrize(("rows", "named"), [([], "0"), ([-1], "-1"), ([500], "500"), (range(4001), "4,001")])
def test_rows_out_of_bounds_are_named(rows, named):
    with pytest.raises(ValueError, match=named):
        followed([SamplingRun(TRUTH, SPEC)], rows)
