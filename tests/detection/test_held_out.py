"""Halves of samples, and what a choice on the one does to the other."""

from functools import partial

import numpy as np
import pytest

from explorer.detection.statistics.held_out import FEWEST, halves, held_out
from explorer.detection.statistics.precision_recall import precision_recall
from explorer.detection.statistics.rates import Rate
from explorer.detection.statistics.roc import roc
from explorer.detection.statistics.thresholds import confusion, threshold_at_retention, threshold_youden

KEEP = partial(threshold_at_retention, retention=0.9)


@pytest.mark.parametrize(("n", "wrong"), [(1_000, 27), (1_001, 27), (1_000, 28), (999, 500), (10, 0), (7, 7)])
def test_every_sample_is_in_one_half_and_both_have_their_share(n, wrong):
    flags = np.random.default_rng(0).permutation(np.arange(n) < wrong)
    found = halves(flags)
    assert sorted([*found.choosing, *found.judging]) == list(range(n))
    for rows, rate in ((found.choosing, found.chosen_on), (found.judging, found.judged_on)):
        assert (np.diff(rows) > 0).all()
        assert rate == Rate(int(flags[rows].sum()), rows.size)
    assert found.judged_on.count - found.chosen_on.count == wrong % 2
    assert abs(found.judged_on.n - found.chosen_on.n) <= 1
    again = halves(flags)
    assert (found.choosing.tolist(), found.judging.tolist()) == (
        again.choosing.tolist(),
        again.judging.tolist(),
    )


def test_one_sample_has_no_halves():
    assert halves(np.array([True])) is None
    assert held_out(np.ones(1), np.array([True]), KEEP) is None


@pytest.mark.parametrize("choose", [KEEP, threshold_youden])
def test_the_other_half_is_judged_by_a_threshold_that_never_saw_it(choose):
    generator = np.random.default_rng(1)
    flags = generator.random(2_000) < 0.05
    hal = generator.gamma(2.0, 1.0, 2_000) * np.where(flags, 3.0, 1.0)
    parts = halves(flags)
    found = held_out(hal, flags, choose)
    assert found.threshold == choose(hal[parts.choosing], flags[parts.choosing])
    assert found.threshold != choose(hal, flags)
    scores, own = hal[parts.judging], flags[parts.judging]
    assert found.judged == confusion(scores, own, found.threshold)
    assert found.judged.n == 1_000
    assert found.roc.auroc == roc(scores, own).auroc
    assert found.precision_recall.average_precision == precision_recall(scores, own).average_precision
    changed = np.where(np.isin(np.arange(2_000), parts.judging), 0.0, hal)
    assert held_out(changed, flags, choose).threshold == found.threshold


def test_what_means_nothing_is_not_flattered():
    # Scores that know nothing: the best threshold gains on the samples that chose it, on others not.
    generator, chosen, judged = np.random.default_rng(2), [], []
    flags = np.arange(200) < 40
    for _ in range(300):
        hal = generator.random(200)
        own = confusion(hal, flags, threshold_youden(hal, flags))
        other = held_out(hal, flags, threshold_youden).judged
        chosen.append(own.recall.value + own.retention.value - 1)
        judged.append(other.recall.value + other.retention.value - 1)
    assert np.mean(chosen) > 0.1
    assert np.mean(judged) == pytest.approx(0, abs=4 * np.std(judged) / np.sqrt(300))


@pytest.mark.parametrize("wrong", [0, 1, 2 * FEWEST - 1, 100 - 2 * FEWEST + 1, 100])
def test_too_few_of_a_class_are_said_and_not_judged(wrong):
    flags = np.arange(100) < wrong
    assert held_out(np.arange(100.0), flags, KEEP) is None
    name = "hallucinated" if wrong < 50 else "honest"
    count = wrong if wrong < 50 else 100 - wrong
    said = halves(flags).too_few
    counts = (count // 2, count - count // 2)
    assert any(f"has {a} {name} samples and the other {b};" in said for a, b in (counts, counts[::-1]))
    assert "fewer than 5" in said
    enough = np.arange(100) < 2 * FEWEST
    assert halves(enough).too_few is None
    assert held_out(np.arange(100.0), enough, KEEP) is not None


def test_every_rate_has_its_count_its_n_and_its_interval():
    flags = np.arange(200) < 20
    row = held_out(np.linspace(1, 0, 200), flags, KEEP).to_json()
    for name in ("recall", "retention", "precision", "rate_after_filter"):
        rate = Rate(row[f"{name}_count"], row[f"{name}_n"])
        assert (row[name], row[f"{name}_interval"]) == (rate.value, list(rate.interval))
    assert (row["recall_n"], row["retention_n"]) == (10, 90)
    assert row["auroc"] == row["average_precision"] == 1
    assert row["auroc_interval"][0] < row["auroc_interval"][1] == 1
