"""Modes are found among training points without being told how many there are."""

import numpy as np
import pytest

from explorer.experiments.presets import preset
from explorer.experiments.run import training_points
from explorer.remedies.guidance import found_modes


@pytest.mark.parametrize("name", ["three-modes", "four-modes", "grid-25", "imbalanced-25", "ring-8"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_true_modes_are_found(name, seed):
    experiment = preset(name).experiment.replace(seed=seed)
    mixture = experiment.mixture
    found = found_modes(training_points(experiment).numpy())
    assert found.modes == mixture.modes
    means = np.array(found.means)
    nearest = np.linalg.norm(means[:, None] - np.array(mixture.means), axis=-1).argmin(1)
    assert sorted(nearest) == list(range(mixture.modes))
    sigma = np.array(mixture.sigmas)[nearest]
    n = experiment.points * np.array(mixture.weights)[nearest]
    away = np.linalg.norm(means - np.array(mixture.means)[nearest], axis=1)
    assert (away < 5 * sigma / np.sqrt(n)).all()
    assert found.sigmas == pytest.approx(sigma, rel=0.1)
    assert np.array(found.weights) == pytest.approx(np.array(mixture.weights)[nearest], abs=0.005)


def test_nothing_is_drawn_at_random():
    points = training_points(preset("grid-25").experiment).numpy()
    assert found_modes(points) == found_modes(points)


def test_points_without_clusters_are_one_mode_and_few_points_are_refused():
    rng = np.random.default_rng(0)
    found = found_modes(rng.uniform(-1, 1, (1000, 2)).astype(np.float32))
    assert found.modes == 1
    assert found.means[0] == pytest.approx((0, 0), abs=0.1)
    with pytest.raises(ValueError, match="at least 100 points, not 99"):
        found_modes(np.zeros((99, 1)))
