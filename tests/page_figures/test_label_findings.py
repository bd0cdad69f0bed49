"""What labels by hand say, against counts by hand."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from explorer.detection.judged_trial import RETENTION
from explorer.detection.statistics.thresholds import confusion, threshold_at_retention
from explorer.experiments.checkpoints import shipped
from explorer.experiments.labels import IMPOSSIBLE, POSSIBLE, SKIPPED, Hand, LabelStore, Mark, labelling_of
from explorer.page_figures import label_findings as findings
from explorer.page_figures.label_findings import YOURS, JudgedLabels
from explorer.page_figures.labelled_pictures import RunPictures

N = 400


@pytest.fixture(scope="module")
def result():
    return shipped().load("hands-48").result


@pytest.fixture
def judged(result, tmp_path) -> JudgedLabels:
    """Labels as the exact judge's but for every tenth picture, the first five skipped; and a second pass that
    is the exact judge's."""
    store, labelling = LabelStore(tmp_path), labelling_of(result, N)
    wrong = result.final.measurement.trial.hallucinated(0.5)
    passes = []
    for number in (1, 2):
        order = labelling.order(number)
        labels = [IMPOSSIBLE if bad else POSSIBLE for bad in wrong[order]]
        if number == 1:
            labels = [1 - label if place % 10 == 9 else label for place, label in enumerate(labels)]
            labels[:5] = [SKIPPED] * 5
        marks = [Mark(place, label) for place, label in enumerate(labels)]
        passes.append(store.add(labelling, Hand("Anna", number), marks, 0))
    return JudgedLabels(RunPictures(result), *passes)


def test_the_labels_and_the_judge_are_of_the_same_pictures(judged, result):
    wrong = result.final.measurement.trial.hallucinated(0.5)
    assert len(judged.asked) == N - 5
    assert judged.skipped == 5
    assert (judged.hallucinated == wrong[judged.asked]).all()
    assert (judged.impossible != judged.hallucinated).sum() == 40
    for found in (judged.with_judge, judged.with_other):
        assert found.alike.count == N - 5 - 40
        assert found.both + found.second == wrong[judged.asked].sum()


def test_recall_is_at_96_per_cent_of_what_each_verdict_keeps(judged):
    for name, flags in ((YOURS, judged.impossible), ("by the exact judge", judged.hallucinated)):
        threshold = threshold_at_retention(judged.hal, flags, RETENTION)
        assert judged.recall(name) == confusion(judged.hal, flags, threshold).recall
        assert (judged.hal[~flags] <= threshold).mean() >= RETENTION
        pairs = judged.hal[flags][:, None] - judged.hal[~flags]
        assert judged.roc(name).auroc == pytest.approx(((pairs > 0) + 0.5 * (pairs == 0)).mean())


def test_the_window_is_chosen_on_pictures_that_nobody_is_asked_about(judged, result):
    trial = result.final.measurement.trial
    wrong = trial.hallucinated(0.5)
    order = judged.labels.order
    others, chosen = judged.pictures.others(order), judged.pictures.window(order)
    assert not set(others) & set(order)
    assert len(others) == trial.n - N
    assert (judged.score.values == trial.hal(chosen)).all()
    assert f"t = {chosen[0]} to {chosen[1]}" in judged.score.in_words

    def recall(window):
        scores, flags = trial.hal(window)[others], wrong[others]
        return confusion(scores, flags, threshold_at_retention(scores, flags, RETENTION)).recall.value

    steps = trial.windows.steps
    windows = [(a, b) for i, a in enumerate(steps) for b in steps[i + 1 :]]
    assert recall(chosen) == max(map(recall, windows[:: max(1, len(windows) // 60)] + [chosen]))


def test_the_table_has_every_labelled_picture_and_what_is_said_is_counted(judged):
    table = pd.read_csv(io.StringIO(findings.labels_table(judged)))
    assert len(table) == N
    assert (table["label"] == "skipped").sum() == 5
    kept = table[table["label"] != "skipped"]
    assert (kept["label"] != kept["judge"]).sum() == 40
    assert (kept["other_label"] == kept["judge"]).all()
    count = int(judged.impossible.sum())
    assert f"Of 395 pictures you call **{count} not possible**" in findings.describe_labels(judged)
    assert "agree on 89.9 %" in findings.describe_agreement(judged.with_judge, "You and the exact judge")
    chart = findings.roc_chart(judged, 300, "light")
    ends = chart.data.groupby("name")[["removed", "recall"]].agg(["min", "max"])
    assert np.allclose(ends.to_numpy(), [[0, 1, 0, 1]] * 2)
