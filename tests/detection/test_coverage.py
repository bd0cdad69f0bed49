"""Density and coverage in closed cases: equal and disjoint sets, known expectations, and brute force."""

import math

import numpy as np
import pytest

from explorer.detection.statistics.coverage import density_and_coverage


def test_equal_sets_are_covered_with_density_one():
    data = np.random.default_rng(0).normal(size=(500, 2))
    found = density_and_coverage(data, data)
    # A ball holds its own point and the k - 1 neighbours within it.
    assert (found.coverage, found.coverage_interval[1]) == (1, 1)
    assert found.density == pytest.approx(1)


def test_disjoint_sets_have_neither():
    rng = np.random.default_rng(1)
    found = density_and_coverage(rng.normal(size=(200, 1)), 100 + rng.normal(size=(300, 1)))
    assert (found.coverage, found.density) == (0, 0)
    assert found.density_interval == (0, 0)


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize(("n", "m"), [(400, 400), (400, 100)])
def test_samples_of_the_data_have_the_known_expectations(dimensions, n, m):
    rng = np.random.default_rng(2)
    runs = [
        density_and_coverage(rng.normal(size=(n, dimensions)), rng.normal(size=(m, dimensions)), 3)
        for _ in range(60)
    ]
    # Around a data point the n - 1 + m others are alike: the 3 nearest are all data with this chance.
    missed = math.comb(n - 1, 3) / math.comb(n - 1 + m, 3)
    assert runs[0].expected == pytest.approx(1 - missed, rel=1e-9)
    assert np.mean([run.coverage for run in runs]) == pytest.approx(1 - missed, abs=0.008)
    assert np.mean([run.density for run in runs]) == pytest.approx(1, abs=0.03)
    for value, interval in ((1, "density_interval"), (1 - missed, "coverage_interval")):
        inside = sum(getattr(run, interval)[0] <= value <= getattr(run, interval)[1] for run in runs)
        assert inside >= 52  # of 60 at 95 %: fewer once in a hundred times


def test_half_of_the_data_is_half_covered():
    rng = np.random.default_rng(3)
    left, right = rng.normal(-5, 1, (1000, 1)), rng.normal(5, 1, (1000, 1))
    found = density_and_coverage(np.concatenate([left, right]), rng.normal(-5, 1, (2000, 1)))
    low, high = found.coverage_interval
    assert low < 0.5 * (1 - (1 / 3) ** 5) < high  # twice as many samples as data there
    assert found.density == pytest.approx(1, abs=0.1)


def test_brute_force_finds_the_same():
    rng = np.random.default_rng(4)
    data, samples = rng.normal(size=(60, 2)), rng.normal(0.4, 1, size=(45, 2))
    among = np.sort(np.linalg.norm(data[:, None] - data, axis=-1), axis=1)[:, 4]
    inside = np.linalg.norm(data[:, None] - samples, axis=-1) < among[:, None]
    found = density_and_coverage(data, samples, 4)
    assert found.coverage == pytest.approx(inside.any(1).mean())
    assert found.density == pytest.approx(inside.sum() / (4 * 45))


@pytest.mark.parametrize(
    ("n", "m", "k", "named"), [(5, 9, 5, "no 5 neighbours"), (9, 0, 5, "no samples"), (9, 9, 0, "no 0")]
)
def test_too_few_points_are_refused(n, m, k, named):
    with pytest.raises(ValueError, match=named):
        density_and_coverage(np.arange(n)[:, None], np.arange(m)[:, None], k)
    with pytest.raises(ValueError, match="finite"):
        density_and_coverage(np.arange(9.0)[:, None], np.array([[np.nan]]))
