"""Verdicts worked out by hand."""

import numpy as np
import pytest

from explorer.data.mixture import GaussianMixture
from explorer.data.mixtures import grid, line
from explorer.detection.decision import decision, decision_steps

LINE = line(1, 2, 3)
STEPS = np.array([9, 7, 5, 3, 1, 0])


def path(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


def test_a_sample_that_settles():
    found = decision(LINE, STEPS, path(2.1, 1.4, 2.6, 2.6, 2.9, 3.1), 5)
    assert (found.hallucinated, found.mode, found.neighbour, found.decided_at) == (False, 2, 1, 5)
    assert found.distance == pytest.approx(2.0, abs=1e-4)


def test_a_sample_between_two_modes():
    found = decision(LINE, STEPS, path(2.1, 1.4, 1.2, 1.6, 1.4, 1.45), 5)
    assert (found.hallucinated, found.mode, found.neighbour, found.decided_at) == (True, 0, 1, 1)
    assert found.distance == pytest.approx(9.0, abs=1e-4)


def test_beyond_the_outermost_mode_the_next_one_is_still_a_neighbour():
    found = decision(LINE, STEPS, path(3.4, 3.4, 3.4, 3.4, 3.4, 3.4), 5)
    assert (found.hallucinated, found.mode, found.neighbour, found.decided_at) == (True, 2, 1, None)


def test_a_single_mode_has_no_neighbour():
    found = decision(GaussianMixture(((0.0,),), (0.1,)), STEPS, path(0, 0, 0, 0, 0, 2), 5)
    assert found.hallucinated
    assert found.neighbour is None


def test_in_the_plane_the_neighbour_lies_in_the_direction_of_the_sample():
    mixture = grid()
    gap = mixture.nearest_gap()
    end = np.array([[0.3 * gap, 0.0]], np.float32)
    found = decision(mixture, np.array([0]), end, 5)
    assert mixture.means[found.mode] == pytest.approx((0, 0), abs=1e-9)
    assert mixture.means[found.neighbour] == pytest.approx((gap, 0), abs=1e-6)


def test_decision_steps_of_many_are_those_of_each():
    rng = np.random.default_rng(0)
    paths = rng.uniform(0.5, 3.5, (len(STEPS), 40, 1)).astype(np.float32)
    together = decision_steps(LINE, STEPS, paths)
    for i, step in enumerate(together):
        assert decision(LINE, STEPS, paths[:, i], 5).decided_at == (None if step < 0 else step)
    assert decision_steps(LINE, STEPS, np.full((6, 2, 1), 2.0, np.float32)).tolist() == [-1, -1]
