"""The Fréchet distance of Gaussians, against closed forms."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from explorer.detection.statistics.frechet import frechet_distance

DRAW = np.random.default_rng(0)


def test_of_a_set_and_itself_it_is_0_and_of_a_shifted_one_the_square_of_the_shift():
    x = DRAW.normal(size=(200, 5))
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    shift = np.array([3.0, 0, -4.0, 0, 0])
    assert frechet_distance(x, x + shift) == pytest.approx(25)
    assert frechet_distance(x, 3 * (x - x.mean(0)) + x.mean(0)) == pytest.approx(4 * np.cov(x.T).trace())


def test_of_two_sets_it_is_that_of_the_root_of_the_product():
    x, y = DRAW.normal(size=(80, 4)) @ DRAW.normal(size=(4, 4)), DRAW.normal(size=(60, 4)) + 0.5
    a, b = np.cov(x.T), np.cov(y.T)
    due = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * sqrtm(a @ b).real)
    assert frechet_distance(x, y) == pytest.approx(due)
    assert frechet_distance(y, x) == pytest.approx(due)


def test_fewer_samples_than_features_are_taken_and_one_is_not():
    x, y = DRAW.normal(size=(5, 9)), DRAW.normal(size=(400, 9))
    assert frechet_distance(x, y) > frechet_distance(y[:200], y[200:])
    with pytest.raises(ValueError, match="at least 2 samples, not 1"):
        frechet_distance(x[:1], y)
    with pytest.raises(ValueError, match="shapes"):
        frechet_distance(x, y[:, :3])
