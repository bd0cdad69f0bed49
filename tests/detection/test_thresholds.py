"""Counts, thresholds and curves against sums done by hand, definitions, scikit-learn and simulation."""

import math

import numpy as np
import pytest
from scipy.stats import hypergeom
from sklearn.metrics import roc_auc_score

from explorer.detection.statistics.paired_test import auroc_difference
from explorer.detection.statistics.precision_recall import precision_recall
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import placements, roc, rule_of_three
from explorer.detection.statistics.thresholds import (
    Confusion,
    confusion,
    confusions,
    count_needed,
    random_drop,
    threshold_at_retention,
    threshold_youden,
)

Z = 1.959963984540054
# In-support 1 2 2 4, hallucinated 2 3 5.
HAL = np.array([4.0, 3.0, 2.0, 1.0, 5.0, 2.0, 2.0])
BAD = np.array([False, True, True, False, True, False, False])
NONE, ALL = np.zeros(7, bool), np.ones(7, bool)


def scores(n, share, seed, *, ties=False):
    generator = np.random.default_rng(seed)
    bad = generator.random(n) < share
    hal = generator.gamma(2.0, 1.0, n) * np.where(bad, 3.0, 1.0)
    return (np.round(hal) if ties else hal), bad


def auroc_of(hal, bad):
    """All pairs, one by one."""
    good = hal[~bad]
    return np.mean([(x > good).mean() + (x == good).mean() / 2 for x in hal[bad]])


def delong(hal, bad):
    """The interval on the logit scale from all pairs."""
    wins = np.sign(hal[bad][:, None] - hal[~bad]) / 2 + 0.5
    area = wins.mean()
    variance = wins.mean(1).var(ddof=1) / bad.sum() + wins.mean(0).var(ddof=1) / (~bad).sum()
    logits = math.log(area / (1 - area)) + np.array([-1, 1]) * Z * math.sqrt(variance) / (area * (1 - area))
    return 1 / (1 + np.exp(-logits))


def newcombe(area, m, n):
    """The ends at which |area - x| is z deviations of Hanley and McNeil's variance, by looking for them."""
    x = np.linspace(1e-6, 1 - 1e-6, 2_000_001)
    mean_size = (m + n) / 2
    first, second = x / (2 - x) - x**2, 2 * x**2 / (1 + x) - x**2
    variance = (x * (1 - x) + (mean_size - 1) * (first + second)) / (m * n)
    inside = np.flatnonzero(np.abs(area - x) <= Z * np.sqrt(variance))
    return x[inside[0]], x[inside[-1]]


# ---- counts ----------------------------------------------------------------------------------------


def test_every_number_of_a_small_case():
    # Above 2 lie 4 (in-support) and 3, 5 (hallucinated).
    counts = confusion(HAL, BAD, 2.0)
    assert counts == Confusion(caught=2, missed=1, kept=3, lost=1)
    assert counts.n == 7
    assert (counts.recall, counts.retention, counts.precision) == (Rate(2, 3), Rate(3, 4), Rate(2, 3))
    assert (counts.rate_before, counts.rate_after) == (Rate(3, 7), Rate(1, 4))


@pytest.mark.parametrize(
    ("threshold", "counts"),
    [
        (-math.inf, Confusion(3, 0, 0, 4)),
        (0.5, Confusion(3, 0, 0, 4)),
        (1, Confusion(3, 0, 1, 3)),
        (4, Confusion(1, 2, 4, 0)),
        (5, Confusion(0, 3, 4, 0)),
        (math.inf, Confusion(0, 3, 4, 0)),
    ],
)
def test_a_score_at_the_threshold_is_kept(threshold, counts):
    assert confusion(HAL, BAD, threshold) == counts


def test_rates_without_a_denominator_are_none():
    nothing_kept = confusion(HAL, BAD, 0.0)
    assert (nothing_kept.rate_after, nothing_kept.precision) == (None, Rate(3, 7))
    assert confusion(HAL, BAD, 9.0).precision is None
    no_bad = confusion(HAL, NONE, 2.0)
    assert (no_bad.recall, no_bad.retention, no_bad.rate_before) == (None, Rate(4, 7), Rate(0, 7))
    all_bad = confusion(HAL, ALL, 2.0)
    assert (all_bad.recall, all_bad.retention, all_bad.rate_after) == (Rate(3, 7), None, Rate(4, 4))


@pytest.mark.parametrize("ties", [False, True])
def test_many_thresholds_count_as_each_of_them_by_definition(ties):
    hal, bad = scores(3_000, 0.1, 1, ties=ties)
    levels = np.concatenate([[9.0, -math.inf, math.inf, -1.0, 3.0, 3.0], hal[:200], [hal.min(), hal.max()]])
    counts = confusions(hal, bad, levels)
    for i, level in enumerate(levels):
        removed = hal > level
        expected = [(removed & bad).sum(), (~removed & bad).sum(), (~removed & ~bad).sum()]
        assert [counts.caught[i], counts.missed[i], counts.kept[i]] == expected
        assert counts.lost[i] == (removed & ~bad).sum()
        assert confusion(hal, bad, level) == Confusion(*expected, counts.lost[i])


def test_single_precision_scores_meet_double_thresholds_unrounded():
    hal, bad = np.full(2, 0.1, np.float32), np.array([True, False])  # 0.1 in float32 is above 0.1
    assert confusion(hal, bad, 0.1) == Confusion(1, 0, 0, 1)
    assert confusion(hal, bad, float(np.float32(0.1))) == Confusion(0, 1, 1, 0)
    assert threshold_at_retention(hal, bad, 1.0) == float(np.float32(0.1))


def test_a_random_drop_is_expected_to_leave_the_rate_and_its_interval_holds_the_draws():
    generator = np.random.default_rng(3)
    bad = np.arange(400) % 8 == 0
    drop = random_drop(bad, 150)
    assert (drop.value, drop.kept) == (1 / 8, 250)
    # Really dropped, one draw after the other.
    counts = np.array([bad[generator.permutation(400)[150:]].sum() for _ in range(4_000)])
    assert counts.mean() / 250 == pytest.approx(drop.value, abs=4 * math.sqrt(10.28 / 4_000) / 250)
    low, high = (round(250 * end) for end in drop.interval)
    assert 0.95 <= ((counts >= low) & (counts <= high)).mean() < 0.985
    for end in ((counts > low) & (counts <= high), (counts >= low) & (counts < high)):
        assert end.mean() < 0.96  # no end lies further out than it must


def test_the_interval_of_a_random_drop_by_counting_all_ways():
    # Three of seven are hallucinated and two are kept: 6 of 21 ways keep none of the three, 3 keep two.
    assert random_drop(BAD, 5).interval == (0, 1)
    # One of 200 is hallucinated: it is among 4 that are dropped in 2 % of all ways, less than 2.5 %.
    assert random_drop(np.arange(200) < 1, 4).interval == (1 / 196, 1 / 196)
    assert random_drop(np.arange(200) < 1, 6).interval == (0, 1 / 194)


def test_a_random_drop_of_none_and_of_all_and_of_too_many():
    assert random_drop(BAD, 0).interval == (3 / 7, 3 / 7) == (random_drop(BAD, 0).value,) * 2
    assert random_drop(BAD, 7) is None
    assert (random_drop(NONE, 3).value, random_drop(NONE, 3).interval) == (0, (0, 0))
    assert (random_drop(ALL, 3).value, random_drop(ALL, 3).interval) == (1, (1, 1))
    for dropped in (-1, 8):
        with pytest.raises(ValueError, match=f"between 0 and 7 can be dropped, not {dropped}"):
            random_drop(BAD, dropped)


# ---- thresholds ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retention", "threshold"), [(0, 1), (0.25, 1), (0.26, 2), (0.75, 2), (0.76, 4), (0.96, 4), (1, 4)]
)
def test_threshold_at_a_retention(retention, threshold):
    assert threshold_at_retention(HAL, BAD, retention) == threshold


def test_youden_of_a_small_case():
    # recall + retention - 1 at 1..5: 3/12, 5/12, 1/12, 4/12, 0.
    assert threshold_youden(HAL, BAD) == 2
    # With scores that say nothing every threshold gains nothing: remove nothing.
    assert threshold_youden(np.array([1.0, 1.0, 2.0, 2.0]), np.array([True, False, True, False])) == 2


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("share", [0, 0.07, 0.5, 0.93, 0.96, 0.999, 1])
def test_thresholds_are_the_first_of_all_scores_that_do(ties, share):
    hal, bad = scores(500, 0.2, 5, ties=ties)
    levels = np.unique(hal)
    retention = np.array([(hal[~bad] <= level).mean() for level in levels])
    recall = np.array([(hal[bad] > level).mean() for level in levels])
    assert threshold_at_retention(hal, bad, share) == levels[retention >= share].min()
    assert recall[levels == threshold_youden(hal, bad)] + retention[
        levels == threshold_youden(hal, bad)
    ] == pytest.approx((recall + retention).max(), abs=1e-12)


def test_thresholds_at_the_edges():
    one = np.array([7.0])
    good = np.array([False])
    assert [threshold_at_retention(one, good, r) for r in (0, 0.5, 1)] == [7, 7, 7]
    equal = np.full(7, 3.0)
    assert [threshold_at_retention(equal, BAD, r) for r in (0, 0.5, 1)] == [3, 3, 3]
    assert threshold_youden(equal, BAD) == 3
    # The lowest score of all may be a hallucination's; retention 0 asks for nothing to be kept.
    assert threshold_at_retention(np.array([1.0, 2.0]), np.array([True, False]), 0) == 1


def test_thresholds_without_a_class_are_none():
    assert threshold_at_retention(HAL, ALL) is None
    assert threshold_at_retention(HAL, NONE, 1) == 5
    assert threshold_youden(HAL, NONE) is None
    assert threshold_youden(HAL, ALL) is None


@pytest.mark.parametrize("share", [-0.01, 1.01, math.nan])
def test_shares_outside_the_unit_interval_are_refused(share):
    with pytest.raises(ValueError, match=rf"share {share:g} is outside \[0, 1\]"):
        threshold_at_retention(HAL, BAD, share)


def test_the_count_of_a_share_is_free_of_rounding():
    assert (count_needed(0.96, 25), count_needed(0.96, 26), count_needed(0.96, 50)) == (24, 25, 48)
    assert 0.07 * 100 > 7
    assert count_needed(0.07, 100) == 7
    assert count_needed(0.1 + 0.2, 10) == 3
    for n in (1, 3, 7, 49, 20_000, 1_999_993):
        counts = {0, 1, n // 3, n // 2, n - 1, n}
        assert {count_needed(count / n, n) for count in counts} == counts
        assert count_needed(1.0, n) == n
    assert count_needed(0.960001, 1_000_000) == 960_001
    assert count_needed(1e-6, 100) == 1


# ---- the curve and its area ------------------------------------------------------------------------


def test_the_curve_of_a_small_case():
    curve = roc(HAL, BAD)
    assert curve.thresholds.tolist() == [5, 4, 3, 2, 1, -math.inf]
    assert curve.removed == pytest.approx(np.array([0, 0, 1, 1, 3, 4]) / 4)
    assert curve.recall == pytest.approx(np.array([0, 1, 1, 2, 3, 3]) / 3)
    # Above 2, 3, 5 of the in-support 1 2 2 4: 1 + 2/2, 3 and 4 of four.
    assert curve.auroc == pytest.approx((2 + 3 + 4) / 12)
    # DeLong: var(2/4, 3/4, 1) / 3 + var(1, 5/6, 5/6, 1/3) / 4 = (1/16) / 3 + (1/12) / 4 = 1/24, so that half
    # the interval is 1.96 sqrt(1/24) / (3/16) = 2.1337 about log 3: 0.262 to 0.962.
    assert delong(HAL, BAD) == pytest.approx([0.2621, 0.9620], abs=1e-4)
    low, high = newcombe(0.75, 3, 4)
    assert curve.interval == pytest.approx((min(low, 0.26210), max(high, 0.96204)), abs=1e-5)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "share"), [(1_000, 0.03), (300, 0.5), (1_000, 0.9)])
def test_each_point_of_the_curve_is_what_its_threshold_does(ties, n, share):
    hal, bad = scores(n, share, 7, ties=ties)
    curve = roc(hal, bad)
    assert curve.thresholds[-1] == -math.inf
    assert set(curve.thresholds[:-1]) <= set(hal)
    assert (np.diff(curve.thresholds) < 0).all()
    counts = confusions(hal, bad, curve.thresholds)
    assert curve.removed == pytest.approx(counts.lost / (~bad).sum())
    assert curve.recall == pytest.approx(counts.caught / bad.sum())
    assert (curve.removed[0], curve.recall[0], curve.removed[-1], curve.recall[-1]) == (0, 0, 1, 1)
    # Nothing of the curve is lost with the points left out.
    every = confusions(hal, bad, np.unique(hal)[::-1])
    line = np.interp(every.lost + every.caught, counts.lost + counts.caught, curve.recall)
    assert line == pytest.approx(every.caught / bad.sum())


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "share"), [(2_000, 0.006), (400, 0.5), (1_500, 0.97)])
def test_the_area_is_that_of_scikit_learn_and_of_all_pairs(ties, n, share):
    hal, bad = scores(n, share, 11, ties=ties)
    curve = roc(hal, bad)
    assert curve.auroc == pytest.approx(roc_auc_score(bad, hal), abs=1e-12)
    assert curve.auroc == pytest.approx(auroc_of(hal, bad), abs=1e-12)
    area = np.sum(np.diff(curve.removed) * (curve.recall[1:] + curve.recall[:-1]) / 2)
    assert curve.auroc == pytest.approx(area, abs=1e-12)
    assert roc(-hal, bad).auroc == pytest.approx(1 - curve.auroc, abs=1e-12)


def test_placements():
    assert placements(np.array([0.0, 2, 3, 5]), np.array([1.0, 2, 2, 4])).tolist() == [0, 0.5, 0.75, 1]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "share"), [(2_000, 0.02), (400, 0.5), (1_500, 0.97)])
def test_the_interval_is_the_wider_of_two_at_each_end(ties, n, share):
    hal, bad = scores(n, share, 13, ties=ties)
    curve = roc(hal, bad)
    ends = np.array([delong(hal, bad), newcombe(curve.auroc, bad.sum(), (~bad).sum())])
    assert curve.interval == pytest.approx((ends[:, 0].min(), ends[:, 1].max()), abs=2e-6)
    low, high = roc(-hal, bad).interval
    assert (1 - high, 1 - low) == pytest.approx(curve.interval, abs=1e-9)


def test_the_interval_agrees_with_a_bootstrap():
    # Four in five hallucinations stand out, one in five hides: DeLong's variance is then the larger one.
    generator = np.random.default_rng(17)
    bad = np.arange(3_000) < 300
    hal = generator.normal(size=3_000) + np.where(bad, np.where(np.arange(3_000) % 5 > 0, 4, -1), 0)
    draws = []
    for _ in range(1_500):
        a, b = generator.choice(hal[bad], 300), np.sort(generator.choice(hal[~bad], 2_700))
        draws.append(placements(a, b).mean())
    interval = roc(hal, bad).interval
    assert interval == pytest.approx(tuple(delong(hal, bad)), abs=1e-9)
    assert interval == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.008)


def exponential(generator, bad, truth):
    """Scores of which a hallucinated one is the larger with chance r / (1 + r) for means r and 1."""
    return generator.exponential(np.where(bad, truth / (1 - truth), 1.0))


def far_or_hidden(generator, bad, truth):
    """Each hallucinated score lies above all others or below all others."""
    return np.where(bad, np.where(generator.random(bad.size) < truth, 2, -1), generator.random(bad.size))


@pytest.mark.parametrize("draw", [exponential, far_or_hidden])
@pytest.mark.parametrize("truth", [0.7, 0.95, 0.99])
@pytest.mark.parametrize(("m", "n"), [(8, 150), (30, 300)])
def test_the_interval_covers_the_truth(draw, truth, m, n):
    generator = np.random.default_rng(19)
    bad = np.arange(m + n) < m
    covered = []
    for _ in range(200):
        low, high = roc(draw(generator, bad, truth), bad).interval
        covered.append(low <= truth <= high)
    assert np.mean(covered) >= 0.91


@pytest.mark.parametrize(("m", "n"), [(1, 1), (3, 4), (5, 1), (120, 2_000), (2_000, 120)])
def test_a_perfect_area_has_an_interval_all_the_same(m, n):
    bad = np.arange(m + n) < m
    smaller = min(m, n)
    perfect, reversed_ = roc(bad * 1.0, bad), roc(bad * -1.0, bad)
    assert (perfect.auroc, reversed_.auroc) == (1, 0)
    low = perfect.interval[0]
    assert low**smaller == pytest.approx(0.05)  # the chance that so many pairs are all won
    assert perfect.interval[1] == 1
    assert reversed_.interval == pytest.approx((0, 1 - low), abs=1e-12)
    assert reversed_.interval[0] == 0


def test_equal_scores_and_single_samples_have_an_interval():
    curve = roc(np.full(11, 3.0), np.arange(11) < 4)
    assert curve.auroc == 0.5
    assert curve.interval == pytest.approx(Rate(2, 4).interval, abs=1e-12)
    low, high = roc(np.arange(101.0), np.arange(101) == 90).interval  # 0.9, as one trial
    assert 0.1 < low < 0.3
    assert 0.98 < high <= 1


def test_a_curve_without_a_class_is_empty():
    for flags in (NONE, ALL):
        curve = roc(HAL, flags)
        assert (curve.auroc, curve.interval) == (None, None)
        assert curve.removed.shape == curve.recall.shape == curve.thresholds.shape == (0,)


def test_infinite_scores_are_scores():
    hal, bad = np.array([1.0, math.inf, 2.0, math.inf]), np.array([False, True, False, False])
    curve = roc(hal, bad)
    assert curve.auroc == pytest.approx(2.5 / 3)
    assert curve.thresholds.tolist() == [math.inf, 2, -math.inf]
    assert threshold_at_retention(hal, bad, 1) == math.inf
    assert confusion(hal, bad, 2.0) == Confusion(1, 0, 2, 1)


def test_the_rule_of_three():
    assert rule_of_three(1) == pytest.approx(0.95)
    assert rule_of_three(2) == pytest.approx(1 - math.sqrt(0.05))
    assert rule_of_three(10**9) == pytest.approx(-math.log(0.05) / 10**9, rel=1e-8)
    for n in (30, 20_000):
        assert (1 - rule_of_three(n)) ** n == pytest.approx(0.05)
        assert rule_of_three(n) == pytest.approx(3 / n, rel=0.06)
    with pytest.raises(ValueError, match="at least one sample, not 0"):
        rule_of_three(0)


# ---- what comes in ---------------------------------------------------------------------------------

CALLS = [
    lambda hal, bad: confusion(hal, bad, 1.0),
    lambda hal, bad: confusions(hal, bad, np.array([1.0])),
    threshold_at_retention,
    threshold_youden,
    roc,
    precision_recall,
    lambda hal, bad: auroc_difference(hal, hal, bad),
]


@pytest.mark.parametrize("call", CALLS)
def test_what_does_not_fit_is_refused(call):
    strange = np.ones(20_000)
    strange[[3, 5, 7]] = math.nan
    with pytest.raises(ValueError, match=r"^3 of 20,000 scores are not numbers\.$"):
        call(strange, np.arange(20_000) < 9)
    with pytest.raises(ValueError, match="1 of 2 scores are not numbers"):
        call(np.array([-math.inf, 1.0]), np.array([True, False]))
    with pytest.raises(ValueError, match=r"shape \(6,\) do not fit flags of the shape \(7,\)"):
        call(HAL[:6], BAD)
    with pytest.raises(ValueError, match=r"shape \(7, 1\)"):
        call(HAL[:, None], BAD)
    with pytest.raises(ValueError, match="these are int64"):
        call(HAL, BAD.astype(np.int64))
    with pytest.raises(ValueError, match=r"at least one; these are bool of shape \(0,\)"):
        call(np.empty(0), np.empty(0, bool))
    with pytest.raises(ValueError, match=r"bool of shape \(1, 7\)"):
        call(HAL[None], BAD[None])


def test_thresholds_are_numbers():
    for levels in (np.array([1.0, math.nan]), np.ones((2, 2)), np.array(1.0)):
        with pytest.raises(ValueError, match="Thresholds are numbers in one dimension"):
            confusions(HAL, BAD, levels)
    with pytest.raises(ValueError, match="Thresholds are numbers"):
        confusion(HAL, BAD, math.nan)


@pytest.mark.parametrize(
    ("n", "bad", "dropped"), [(20_000, 66, 870), (5_000, 1_000, 40), (1_000, 999, 998), (50_000, 20_000, 1)]
)
def test_the_interval_of_a_random_drop_is_that_of_the_hypergeometric_quantiles(n, bad, dropped):
    low, high = hypergeom.ppf([0.025, 0.975], n, bad, n - dropped)
    drop = random_drop(np.arange(n) < bad, dropped)
    assert drop.interval == (low / (n - dropped), high / (n - dropped))
