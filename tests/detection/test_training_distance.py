"""Distances to training points: by hand, the law of the ratio for fresh draws, and repetitions found."""

import numpy as np
import pytest

from explorer.detection.statistics.training_distance import ratio_bound, training_distance


def test_distances_by_hand():
    found = training_distance(np.array([[0.0, 1.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0]]))
    assert found.nearest == pytest.approx([1, 4])
    assert found.second == pytest.approx([np.sqrt(10), 5])
    assert found.ratio == pytest.approx([1 / np.sqrt(10), 0.8])
    assert found.median == pytest.approx(2.5)
    twice = training_distance(np.array([[1.0]]), np.array([[1.0], [1.0], [2.0]]))
    assert twice.ratio.tolist() == [1]


@pytest.mark.parametrize(("dimensions", "third"), [(1, 1 / 3), (2, 1 / 9)])
def test_fresh_draws_fall_below_a_ratio_c_as_often_as_c_to_the_dimensions(dimensions, third):
    rng = np.random.default_rng(0)
    training, fresh = (rng.uniform(size=(n, dimensions)) for n in (20_000, 50_000))
    found = training_distance(fresh, training)
    for share in (third, 0.01, 0.1):
        rate = found.repeated(share)
        assert rate.n == 50_000
        assert rate.value == pytest.approx(share, abs=5 * np.sqrt(share / 50_000) + 0.02 * share)
    assert ratio_bound(third, dimensions) == pytest.approx(1 / 3)


def test_repetitions_of_training_points_are_found():
    rng = np.random.default_rng(1)
    training = rng.normal(size=(2_000, 2))
    samples = np.concatenate([training[:300] + 1e-6, rng.normal(size=(700, 2))])
    low, high = training_distance(samples, training).repeated().interval
    assert low < 0.3 + 0.7 * 0.01 < high


def test_what_has_no_distance_is_refused():
    with pytest.raises(ValueError, match="not 0 and 2"):
        training_distance(np.empty((0, 1)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match="not 1 and 1"):
        training_distance(np.zeros((1, 1)), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="finite"):
        training_distance(np.array([[np.inf]]), np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"1 is outside \(0, 1\)"):
        ratio_bound(1, 2)
