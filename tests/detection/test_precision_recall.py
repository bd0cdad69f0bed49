"""Average precision against sums by hand, scikit-learn and closed forms, and its interval in simulation."""

import numpy as np
import pytest
from scipy.stats import beta, norm
from sklearn.metrics import average_precision_score

from explorer.detection.statistics.precision_recall import precision_recall

# In-support 1 2 2 4, hallucinated 2 3 5.
HAL = np.array([4.0, 3.0, 2.0, 1.0, 5.0, 2.0, 2.0])
BAD = np.array([False, True, True, False, True, False, False])


def test_the_curve_of_a_small_case():
    found = precision_recall(HAL, BAD)
    # From 5 on: 1 of 1; from 3 on: 2 of 3; from 2 on: 3 of 6, as both honest 2 go with the hallucinated one.
    assert found.recall == pytest.approx([1 / 3, 2 / 3, 1])
    assert found.precision == pytest.approx([1, 2 / 3, 1 / 2])
    assert found.base_rate == pytest.approx(3 / 7)
    assert found.average_precision == pytest.approx((1 + 2 / 3 + 1 / 2) / 3)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "share"), [(2_000, 0.006), (400, 0.5), (1_500, 0.97)])
def test_it_is_that_of_scikit_learn(ties, n, share):
    generator = np.random.default_rng(7)
    bad = generator.random(n) < share
    hal = generator.gamma(2.0, 1.0, n) * np.where(bad, 2.0, 1.0)
    hal = np.round(hal) if ties else hal
    assert precision_recall(hal, bad).average_precision == pytest.approx(average_precision_score(bad, hal))


def test_a_perfect_score_a_reversed_one_and_one_that_is_all_equal():
    bad = np.arange(50) < 5
    perfect, turned, equal = (precision_recall(hal, bad) for hal in (bad * 1.0, bad * -1.0, bad * 0.0))
    assert perfect.average_precision == 1
    assert turned.average_precision == equal.average_precision == pytest.approx(0.1)
    assert perfect.interval == (pytest.approx(0.025 ** (1 / 5)), 1)  # so many are all won by chance
    for one in (turned, equal):
        low, high = one.interval
        assert 0 < low < 0.1 < high < 1


def test_the_interval_is_clopper_and_pearsons_where_the_share_is_a_count():
    # Two of four hallucinated stand above all honest, two below 6 and 8: 1, 1, 3 / 9, 4 / 12.
    hal = np.concatenate([[9.0, 8.0, 2.0, 1.0], np.full(6, 3.0), np.full(2, 1.5)])
    found = precision_recall(hal, np.arange(12) < 4)
    assert found.average_precision == pytest.approx((1 + 1 + 3 / 9 + 4 / 12) / 4)
    won = 4 * found.average_precision
    assert found.interval == pytest.approx((beta.ppf(0.025, won, 5 - won), beta.ppf(0.975, won + 1, 4 - won)))


def truth_of(shift: float, base_rate: float) -> float:
    """Average precision of normal scores, the hallucinated ones shifted, by its integral over the recall."""
    x = np.linspace(-9, shift + 9, 100_001)
    caught, lost = base_rate * norm.sf(x, shift), (1 - base_rate) * norm.sf(x)
    return float(np.trapezoid(norm.pdf(x, shift) * caught / np.maximum(caught + lost, 1e-300), x))


@pytest.mark.parametrize(("m", "n"), [(8, 1_000), (27, 10_000), (80, 950)])
@pytest.mark.parametrize("shift", [0.0, 1.5, 3.0, 4.2])
def test_the_interval_covers_the_truth(m, n, shift):
    generator, bad = np.random.default_rng(23), np.arange(m + n) < m
    truth, covered = truth_of(shift, m / (m + n)), []
    for _ in range(200):
        low, high = precision_recall(generator.normal(size=m + n) + shift * bad, bad).interval
        covered.append(low <= truth <= high)
    assert np.mean(covered) >= 0.93


def test_without_a_class_there_is_none():
    for flags in (np.zeros(7, bool), np.ones(7, bool)):
        found = precision_recall(HAL, flags)
        assert (found.average_precision, found.interval) == (None, None)
        assert found.recall.shape == found.precision.shape == (0,)
        assert found.base_rate == flags.mean()
