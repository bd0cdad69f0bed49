"""Hal from prefix sums is the variance of the stored trajectory, over every window."""

import numpy as np
import pytest
import torch

from explorer.detection.trajectory_variance import PrefixSums, TrajectoryVariance, VarianceTable, joined
from explorer.diffusion.sampling import Step


def walked(trajectory: np.ndarray, window_steps: int = 60) -> PrefixSums:
    """The sums of predictions (T, n, ...), noisiest first, the last at t = 0."""
    variance = TrajectoryVariance(window_steps)
    for t, x0_hat in zip(range(len(trajectory) - 1, -1, -1), torch.from_numpy(trajectory), strict=True):
        variance.add(Step(t, torch.zeros_like(x0_hat), x0_hat))
    return variance.sums()


def settling(n: int, shape: tuple[int, ...], steps: int = 80) -> np.ndarray:
    """Predictions that wander and then settle, as those of a real walk do, far from 0."""
    draws = np.random.default_rng(0).normal(size=(steps, n, *shape))
    return (3 + draws * np.linspace(1, 0.01, steps).reshape(-1, *[1] * (1 + len(shape)))).astype(np.float32)


@pytest.mark.parametrize("shape", [(1,), (2,), (3, 4)])
def test_every_window_is_the_variance_of_the_stored_trajectory(shape):
    trajectory = settling(7, shape)
    sums = walked(trajectory)
    for first in range(59):
        for last in range(first + 1, 60):
            stored = trajectory[::-1][first : last + 1].astype(np.float64)
            wanted = stored.var(0).reshape(7, -1).mean(1)
            assert sums.hal((first, last)) == pytest.approx(wanted, rel=1e-4, abs=1e-6)


def test_a_settled_sample_keeps_its_digits():
    """A variance of 1e-9 around 3, behind a walk of size 1: plain float32 sums would lose it."""
    trajectory = settling(4, (2,))
    trajectory[-10:] = 3 + 3e-5 * np.random.default_rng(1).normal(size=(10, 4, 2))
    wanted = trajectory[-10:].astype(np.float64).var(0).mean(1)
    assert walked(trajectory).hal((0, 9)) == pytest.approx(wanted, rel=1e-3)


def test_only_the_last_steps_are_kept_and_said():
    sums = walked(settling(5, (2,)), window_steps=12)
    assert sums.steps == tuple(range(12))
    assert sums.sums.shape == sums.squares.shape == (5, 13, 2)
    assert sums.nbytes == PrefixSums.size(5, 12, 2) == 5 * 13 * 2 * 2 * 4


def test_a_window_of_a_respaced_walk_takes_the_steps_in_it():
    trajectory = settling(6, (1,), steps=5)
    variance = TrajectoryVariance()
    for t, x0_hat in zip((40, 20, 9, 3, 0), torch.from_numpy(trajectory), strict=True):
        variance.add(Step(t, x0_hat, x0_hat))
    wanted = trajectory[2:].astype(np.float64).var(0).mean(1)
    assert variance.sums().hal((0, 10)) == pytest.approx(wanted, rel=1e-4)
    with pytest.raises(ValueError, match="1:8"):
        variance.sums().hal((1, 8))


@pytest.mark.parametrize("window", [(3, 3), (-1, 4), (5, 2), (0, 60), (0, 999)])
def test_windows_out_of_bounds_are_named(window):
    with pytest.raises(ValueError, match=f"{window[0]}:{window[1]}"):
        walked(settling(2, (1,))).hal(window)


def test_joined_sums_are_those_of_all_samples():
    whole = settling(9, (2,))
    parts = [walked(whole[:, :4]), walked(whole[:, 4:])]
    assert np.array_equal(joined(parts).hal((0, 20)), walked(whole).hal((0, 20)))


def test_the_way_still_to_go_ends_at_nothing():
    trajectory = settling(3, (2,))
    away = np.linalg.norm(trajectory[::-1][:60, 1] - trajectory[-1, 1], axis=1)
    for windows in (walked(trajectory), tabulated(trajectory)):
        assert windows.away(1) == pytest.approx(away, abs=1e-5)
        assert windows.away(1)[0] == 0


def tabulated(trajectory: np.ndarray) -> VarianceTable:
    last = trajectory[::-1][:60]
    return VarianceTable.of(tuple(range(len(last))), last.reshape(len(last), len(last[0]), -1))


@pytest.mark.parametrize("shape", [(1,), (3, 4)])
def test_a_table_holds_what_the_sums_give(shape):
    trajectory = settling(7, shape)
    sums, table = walked(trajectory), tabulated(trajectory)
    for window in ((0, 1), (0, 9), (3, 40), (58, 59), (0, 59)):
        stored = trajectory[::-1][window[0] : window[1] + 1].astype(np.float64)
        wanted = stored.var(0).reshape(7, -1).mean(1)
        assert table.hal(window) == pytest.approx(wanted, rel=1e-5)
        assert table.hal(window) == pytest.approx(sums.hal(window), rel=1e-3, abs=1e-6)
    parts = [tabulated(trajectory[:, :3]), tabulated(trajectory[:, 3:])]
    assert np.array_equal(joined(parts).hal((0, 9)), table.hal((0, 9)))
    assert table.nbytes == 7 * 60 * 61 * 4 == VarianceTable.size(7, 60)


def test_the_smaller_of_sums_and_table_is_kept():
    def kept(shape):
        variance = TrajectoryVariance(20)
        for t in range(19, -1, -1):
            variance.add(Step(t, torch.zeros(2, *shape), torch.full((2, *shape), float(t))))
        return variance.windows()

    assert isinstance(kept((2,)), PrefixSums)
    assert isinstance(kept((1, 8, 8)), VarianceTable)
    assert kept((1, 8, 8)).hal((0, 9)) == pytest.approx(np.arange(10).var())
    assert kept((2,)).hal((0, 9)) == pytest.approx(np.arange(10).var())


def test_one_sample_and_no_step():
    assert walked(settling(1, (1,))).hal((0, 9)).shape == (1,)
    with pytest.raises(ValueError, match="no step"):
        TrajectoryVariance().sums()
    with pytest.raises(ValueError, match="not 1"):
        TrajectoryVariance(1)
