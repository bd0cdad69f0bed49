"""The paired test of two detectors against the covariance of all pairs, a bootstrap, and its size under the
null; Holm's correction against a case worked out by hand."""

import math

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score

from explorer.detection.statistics.paired_test import auroc_difference, holm


def two_scores(m, n, shifts=(1.0, 1.0), shared=0.5, seed=0, generator=None):
    """Two scores whose normal noise is correlated, of m hallucinated and n honest samples, and the flags."""
    generator = generator or np.random.default_rng(seed)
    bad, common = np.arange(m + n) < m, generator.normal(size=m + n)
    noises = (generator.normal(size=m + n) for _ in shifts)
    first, second = (
        math.sqrt(shared) * common + math.sqrt(1 - shared) * noise + shift * bad
        for noise, shift in zip(noises, shifts, strict=True)
    )
    return first, second, bad


def by_all_pairs(first, second, bad):
    """Difference, DeLong's variance and Satterthwaite's freedom from the 2 x 2 covariances of all pairs."""
    wins = [np.sign(s[bad][:, None] - s[~bad][None]) / 2 + 0.5 for s in (first, second)]
    contrast, parts = np.array([1.0, -1.0]), []
    for axis, size in ((1, bad.sum()), (0, (~bad).sum())):
        covariance = np.cov(np.stack([each.mean(axis) for each in wins]))
        parts.append((contrast @ covariance @ contrast / size, size - 1))
    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / count for part, count in parts)
    return wins[0].mean() - wins[1].mean(), variance, freedom


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("m", "n"), [(9, 300), (120, 400), (300, 40)])
def test_it_is_what_all_pairs_give(m, n, ties):
    first, second, bad = two_scores(m, n, (1.4, 0.9), seed=m)
    if ties:
        first, second = np.round(first), np.round(2 * second)
    found = auroc_difference(first, second, bad)
    value, variance, freedom = by_all_pairs(first, second, bad)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.value == pytest.approx(roc_auc_score(bad, first) - roc_auc_score(bad, second), abs=1e-12)
    assert found.p_value == pytest.approx(2 * student.sf(abs(value) / math.sqrt(variance), freedom))
    half = student.ppf(0.975, freedom) * math.sqrt(variance)
    assert found.interval == pytest.approx((value - half, value + half))
    back = auroc_difference(second, first, bad)
    assert (back.value, back.p_value) == (pytest.approx(-value), pytest.approx(found.p_value))


def test_it_agrees_with_a_bootstrap():
    first, second, bad = two_scores(150, 1_500, (1.3, 1.0), seed=4)
    generator, draws = np.random.default_rng(5), []
    rows = np.flatnonzero(bad), np.flatnonzero(~bad)
    for _ in range(1_000):
        drawn = np.concatenate([generator.choice(each, each.size) for each in rows])
        draws.append(roc_auc_score(bad[drawn], first[drawn]) - roc_auc_score(bad[drawn], second[drawn]))
    assert auroc_difference(first, second, bad).interval == pytest.approx(
        np.quantile(draws, [0.025, 0.975]), abs=0.006
    )


@pytest.mark.parametrize(("m", "n"), [(5, 500), (14, 1_000), (120, 500)])
def test_of_equal_detectors_one_in_twenty_is_told_apart(m, n):
    generator, rejected, covered = np.random.default_rng(6), 0, 0
    for _ in range(600):
        found = auroc_difference(*two_scores(m, n, generator=generator))
        rejected += found.p_value < 0.05
        covered += found.interval[0] <= 0 <= found.interval[1]
    # 0.05 of 600 has a standard deviation of 0.009; few hallucinated ones make the test careful.
    assert 0.01 < rejected / 600 < 0.075
    assert covered == 600 - rejected


def test_pairing_tells_apart_what_intervals_alone_do_not():
    first, second, bad = two_scores(120, 2_000, (1.5, 1.25), shared=0.95, seed=8)
    assert auroc_difference(first, second, bad).p_value < 0.001
    apart = np.random.default_rng(9).permutation(np.flatnonzero(~bad))
    unpaired = second.copy()
    unpaired[~bad] = second[apart]
    unpaired[bad] = np.random.default_rng(9).permutation(second[bad])
    assert auroc_difference(first, unpaired, bad).p_value > 0.05  # the same AUROCs, on other samples


def test_where_there_is_no_variance_nothing_is_told_apart():
    bad, line = np.arange(20) < 4, np.arange(20.0)
    same = auroc_difference(line, 3 * line + 1, bad)
    assert (same.value, same.interval, same.p_value) == (0, None, 1)
    single = auroc_difference(line, -line, np.arange(20) < 1)
    assert (single.value, single.interval, single.p_value) == (-1, None, None)
    opposite = auroc_difference(bad * 1.0, bad * -1.0, bad)
    assert (opposite.value, opposite.interval, opposite.p_value) == (1, None, None)
    assert auroc_difference(line, line, bad & False) is None
    with pytest.raises(ValueError, match="scores are not numbers"):
        auroc_difference(line, line * np.nan, bad)


def test_holms_correction_by_hand():
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.06, none below the one before.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1, 1]
    assert holm([None, 0.01]) == [None, 0.02]
    assert holm([0.03]) == [0.03]
    assert holm([]) == []
