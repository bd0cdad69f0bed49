"""All windows at once against each of them by numpy's variance, scikit-learn and the single-window rules."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from explorer.compute.progress import finish
from explorer.detection.statistics import window_scan as scan_module
from explorer.detection.statistics.thresholds import confusion, threshold_at_retention
from explorer.detection.statistics.window_scan import WindowScan, scan, scan_windows
from explorer.detection.trajectory_variance import PrefixSums, VarianceTable

STEPS = 12


def walks(n=600, steps=STEPS, dimensions=2, share=0.1, seed=0):
    """x0_hat (n, W, D) by t, moving less and less towards t = 0, and flags; the hallucinated move more."""
    generator = np.random.default_rng(seed)
    bad = generator.random(n) < share
    moves = generator.normal(size=(n, steps, dimensions)) * (0.004 * np.arange(1, steps + 1) ** 0.7)[:, None]
    x = np.cumsum(moves * np.where(bad, 2.0, 1.0)[:, None, None], axis=1)
    return x + generator.choice([-1.0, 0.0, 1.0], size=(n, 1, dimensions)), bad


def prefix(x, dtype=np.float32):
    """The prefix sums of x - x[:, 0] and of its square."""
    offset = (x - x[:, :1]).astype(dtype)
    zero = np.zeros_like(offset[:, :1])
    return tuple(np.concatenate([zero, v], axis=1).cumsum(axis=1, dtype=dtype) for v in (offset, offset**2))


def hal_of(x, first, last):
    return x[:, first : last + 1].var(axis=1).mean(axis=1)


def expected(x, bad, first, last, retention):
    hal = hal_of(x, first, last)
    counts = confusion(hal, bad, threshold_at_retention(hal, bad, retention))
    return roc_auc_score(bad, hal), counts.recall.value


@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_each_window_is_what_it_is_alone(share, dimensions):
    x, bad = walks(share=share, dimensions=dimensions, seed=dimensions)
    found = finish(scan(*prefix(x, np.float64), bad, 0.9))
    assert found.steps.tolist() == list(range(STEPS))
    assert found.retention == 0.9
    for first in range(STEPS):
        for last in range(STEPS):
            if first < last:
                auroc, recall = found.at(first, last)
                assert (auroc, recall) == (found.auroc[first, last], found.recall[first, last])
                assert (auroc, recall) == pytest.approx(expected(x, bad, first, last, 0.9), abs=1e-12)
            else:
                assert np.isnan([found.auroc[first, last], found.recall[first, last]]).all()


@pytest.mark.parametrize("seed", range(4))
def test_single_precision_is_enough(seed):
    x, bad = walks(n=4_000, steps=60, share=0.03, seed=seed)
    found = finish(scan(*prefix(x), bad))
    generator = np.random.default_rng(seed)
    for _ in range(40):
        first, last = sorted(generator.choice(60, 2, replace=False).tolist())
        auroc, recall = expected(x, bad, first, last, 0.96)
        assert found.auroc[first, last] == pytest.approx(auroc, abs=1e-4)
        assert found.recall[first, last] == pytest.approx(recall, abs=1.01 / bad.sum())


def test_a_window_worked_out_by_hand():
    # Variances of t = 0..1: 0, 1, 4 in-support, 1 and 9 hallucinated; of t = 1..2: 1, 0, 0 and 0, 1.
    x = np.array([[0, 0, 2], [0, 2, 2], [0, 4, 4], [0, 2, 2], [0, 6, 8.0]])[:, :, None]
    bad = np.array([False, False, False, True, True])
    found = finish(scan(*prefix(x), bad, 2 / 3))
    # Two of three in-support are kept from the threshold 1 on, of which the 1 is not above.
    assert found.at(0, 1) == pytest.approx((4.5 / 6, 1 / 2))
    # 0 against 1 0 0: two ties; 1 against them: two wins and a tie. The threshold is 0.
    assert found.at(1, 2) == pytest.approx((3.5 / 6, 1 / 2))
    assert finish(scan(*prefix(x), bad, 1)).at(0, 1) == pytest.approx((4.5 / 6, 1 / 2))
    assert finish(scan(*prefix(x), bad, 0)).at(0, 1) == pytest.approx((4.5 / 6, 1))


@pytest.mark.parametrize("retention", [0, 0.5, 0.96, 1])
@pytest.mark.parametrize("share", [0.2, 0.7])
def test_ties_count_half_and_are_kept(retention, share):
    # A few walks, many times over in either class.
    patterns, _ = walks(n=6, seed=5)
    generator = np.random.default_rng(6)
    bad = generator.random(300) < share
    x = patterns[generator.integers(0, 5, 300) + bad]
    found = finish(scan(*prefix(x, np.float64), bad, retention))
    for first, last in [(0, 1), (0, 11), (3, 7), (10, 11)]:
        wanted = expected(x, bad, first, last, retention)
        assert found.at(first, last) == pytest.approx(wanted, abs=1e-12)


def test_walks_that_stand_still_say_nothing():
    x, bad = np.ones((50, 5, 2)), np.arange(50) < 10
    found = finish(scan(*prefix(x), bad))
    valid = np.triu_indices(5, 1)
    assert (found.auroc[valid] == 0.5).all()
    assert (found.recall[valid] == 0).all()


@pytest.mark.parametrize("flags", [np.zeros(600, bool), np.ones(600, bool)])
def test_an_empty_class_leaves_nothing_to_say(flags):
    x, _ = walks()
    work = scan(*prefix(x), flags)
    assert next(work) == 1
    found = finish(work)
    assert found.auroc.shape == found.recall.shape == (STEPS, STEPS)
    assert np.isnan(found.auroc).all()
    assert np.isnan(found.recall).all()
    assert np.isnan(found.at(0, 3)).all()
    assert found.best() is None


def test_blocks_change_nothing_and_progress_rises_to_one(monkeypatch):
    x, bad = walks()
    sums, squares = prefix(x)
    before = sums.copy(), squares.copy()
    whole = finish(scan(sums, squares, bad))
    monkeypatch.setattr(scan_module, "BLOCK", 600 * 7)
    done, work = [], scan(sums, squares, bad)
    while True:
        try:
            done.append(next(work))
        except StopIteration as end:
            pieces = end.value
            break
    assert np.array_equal(whole.auroc, pieces.auroc, equal_nan=True)
    assert np.array_equal(whole.recall, pieces.recall, equal_nan=True)
    assert done[0] > 0
    assert (np.diff(done) > 0).all()
    assert done[-1] == 1
    assert np.array_equal(sums, before[0])
    assert np.array_equal(squares, before[1])


def test_the_best_window_and_its_ties():
    nan = np.nan
    recall = np.array([[nan, 0.2, 0.9, 0.9], [nan, nan, 0.9, 0.5], [nan, nan, nan, 0.9], [nan] * 4])
    auroc = np.where(np.isnan(recall), nan, 0.8)
    steps = np.array([0, 2, 5, 9])
    # Equal in all: two windows of two steps, of which (2, 5) is closer to 0.
    assert WindowScan(steps, auroc, recall, 0.96).best() == (2, 5)
    higher = auroc.copy()
    higher[0, 3] = 0.9
    assert WindowScan(steps, higher, recall, 0.96).best() == (0, 9)
    higher[0, 1] = 0.99  # of lower recall
    assert WindowScan(steps, higher, recall, 0.96).best() == (0, 9)


def test_the_best_window_is_where_they_differ():
    # All move alike, but the hallucinated also swing from t = 4 to t = 3.
    generator = np.random.default_rng(8)
    bad = np.arange(2_000) < 400
    x = generator.normal(size=(2_000, STEPS, 2)) * 0.1
    x[bad, 3:5] += np.array([[0.2], [-0.2]])
    found = finish(scan(*prefix(x), bad))
    assert found.best() == (3, 4)
    assert found.at(3, 4)[1] > 0.9 > max(found.at(*window)[1] for window in [(2, 3), (4, 5), (0, 11)])


def test_steps_may_have_gaps():
    x, bad = walks(steps=4)
    found = finish(scan(*prefix(x), bad, steps=[0, 7, 20, 40]))
    plain = finish(scan(*prefix(x), bad))
    assert found.at(7, 40) == plain.at(1, 3)
    for first, last in [(7, 7), (20, 7), (0, 1), (0, 41), (-1, 7)]:
        with pytest.raises(
            ValueError, match=f"no window t = {first}..{last} of two or more of the steps 0 to"
        ):
            found.at(first, last)


def test_what_does_not_fit_is_refused():
    x, bad = walks(n=30)
    sums, squares = prefix(x)
    strange = sums.copy()
    strange[4, 3, 1] = np.nan
    strange[7, 2:, 0] = np.inf
    cases = [
        ((strange, squares, bad), "walks of 2 of 30 samples left the finite numbers"),
        ((sums, np.where(np.arange(30) == 2, np.float32(1e31), squares.T).T, bad), "walks of 1 of 30"),
        ((sums, squares[:, 1:], bad), "do not fit 30 flags"),
        ((sums[:29], squares[:29], bad), "do not fit 30 flags"),
        ((sums[:, :, 0], squares[:, :, 0], bad), "do not fit 30 flags"),
        ((sums[:, :, :0], squares[:, :, :0], bad), "do not fit 30 flags"),
        ((sums[:, :2], squares[:, :2], bad), "A window needs two steps"),
        ((sums.astype(np.float16), squares, bad), "float32 or float64, not float16 and float32"),
        ((sums, squares, bad * 1.0), "these are float64"),
        ((sums, squares, bad, 1.2), r"share 1.2 is outside \[0, 1\]"),
        ((sums, squares, bad, 0.96, range(STEPS - 1)), f"Give {STEPS} steps, ascending"),
        ((sums, squares, bad, 0.96, range(STEPS, 0, -1)), f"Give {STEPS} steps, ascending"),
    ]
    for arguments, message in cases:
        with pytest.raises(ValueError, match=message):
            finish(scan(*arguments))


def test_a_table_is_scanned_as_the_sums_are():
    rng = np.random.default_rng(3)
    walk = rng.normal(size=(8, 60, 2)) * np.where(np.arange(60) < 12, 3.0, 1.0)[None, :, None]
    table = VarianceTable.of(tuple(range(8)), walk)
    away = (walk - walk[0]).transpose(1, 0, 2)
    zero = np.zeros((60, 1, 2))
    sums = PrefixSums(
        tuple(range(8)),
        np.concatenate([zero, away.cumsum(1)], 1).astype(np.float32),
        np.concatenate([zero, (away**2).cumsum(1)], 1).astype(np.float32),
    )
    flags = np.arange(60) < 12
    by_table, by_sums = (finish(scan_windows(windows, flags)) for windows in (table, sums))
    assert by_table.auroc == pytest.approx(by_sums.auroc, abs=1e-3, nan_ok=True)
    assert by_table.recall == pytest.approx(by_sums.recall, abs=1 / 12 + 1e-9, nan_ok=True)
    assert np.isnan(finish(scan_windows(table, flags & False)).auroc).all()


def by_definition(scores, good, needed):
    """AUROC from all pairs and recall at the lowest score that keeps so many, of each row."""
    found = []
    for in_support, wrong in zip(scores[:, :good], scores[:, good:], strict=True):
        wins = (np.sign(wrong[:, None] - in_support) / 2 + 0.5).mean(dtype=np.float64)
        threshold = next(
            level for level in np.sort([*in_support, *wrong]) if (in_support <= level).sum() >= needed
        )
        found.append((wins, (wrong > threshold).mean()))
    return tuple(np.array(column) for column in zip(*found, strict=True))


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.96, 1.0])
@pytest.mark.parametrize(("good", "bad"), [(60, 2), (2, 60), (40, 39), (1, 1), (60, 1), (1, 60)])
def test_counting_in_the_larger_class_is_sorting_it(monkeypatch, good, bad, share, ties):
    monkeypatch.setattr(scan_module, "MANY", 20)
    scores = np.random.default_rng(good + bad).gamma(1.0, size=(30, good + bad)).astype(np.float32)
    scores = np.round(2 * scores) if ties else scores
    needed = scan_module.count_needed(share, good)
    wanted = by_definition(scores, good, needed)
    auroc, recall = scan_module._separation(scores.copy(), good, needed)
    assert np.array_equal(recall, wanted[1])
    assert auroc == pytest.approx(wanted[0], abs=1e-14)
    monkeypatch.setattr(scan_module, "MANY", 10**9)
    assert np.array_equal(recall, scan_module._separation(scores.copy(), good, needed)[1])


@pytest.mark.parametrize("dimensions", [1, 2])
def test_some_rows_are_scanned_as_if_there_were_no_others(dimensions):
    x, bad = walks(dimensions=dimensions)
    rows = np.flatnonzero(np.random.default_rng(1).random(len(x)) < 0.5)
    some = finish(scan(*prefix(x), bad, rows=rows))
    alone = finish(scan(*prefix(x[rows]), bad[rows]))
    assert np.array_equal(some.auroc, alone.auroc, equal_nan=True)
    assert np.array_equal(some.recall, alone.recall, equal_nan=True)
    table = VarianceTable.of(tuple(range(STEPS)), x.transpose(1, 0, 2))
    of_table = finish(scan_windows(table, bad, rows=rows))
    assert of_table.auroc == pytest.approx(some.auroc, abs=1e-3, nan_ok=True)
