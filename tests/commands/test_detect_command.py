"""python -m explorer detect: the numbers of the page, and one sentence for what does not fit."""

import json
import math
import re
from typing import get_args

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.compute.progress import finish
from explorer.data.points import standardise
from explorer.detection.origin import Reading
from explorer.detection.scores.table import BOUNDS, DETECTORS
from explorer.detection.statistics.held_out import halves
from explorer.detection.statistics.precision_recall import precision_recall
from explorer.detection.statistics.roc import roc
from explorer.detection.statistics.thresholds import confusion, threshold_at_retention
from explorer.detection.statistics.window_scan import scan_windows
from explorer.experiments import checkpoints
from explorer.experiments.presets import PRESETS
from explorer.experiments.trials import trial
from tests.commands.test_command_line import run  # noqa: F401

SMALL = ("--n", "3000")


def test_its_numbers_are_those_of_the_library(run):  # noqa: F811
    report = run("detect", "grid-25", *SMALL, "--window", "0:4", "--k", "4", "--retention", "0.9")
    result = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(result, 3000, result.experiment.sampler))
    hal, flags = drawn.hal((0, 4)), drawn.hallucinated(4)
    threshold = threshold_at_retention(hal, flags, 0.9)
    judged = confusion(hal, flags, threshold)
    assert report["n"] == 3000
    assert report["window"] == [0, 4]
    assert report["hallucination_rate"] == flags.mean() > 0
    assert report["auroc"] == roc(hal, flags).auroc
    assert report["auroc_interval"] == list(roc(hal, flags).interval)
    assert (report["threshold"], report["recall"]) == (threshold, judged.recall.value)
    assert 0.9 <= report["retention"] == judged.retention.value < 0.901
    assert report["rate_after_filter"] == judged.rate_after.value < report["hallucination_rate"]
    assert report["rate_after_random_drop"] == report["hallucination_rate"]  # in expectation
    low, high = report["rate_after_random_drop_interval"]
    assert low < report["hallucination_rate"] < high
    assert report["seconds"] > 0
    rates = {"recall": judged.recall, "retention": judged.retention, "precision": judged.precision}
    for name, rate in (rates | {"rate_after_filter": judged.rate_after}).items():
        assert (report[f"{name}_count"], report[f"{name}_n"]) == (rate.count, rate.n)
        assert report[f"{name}_interval"] == list(rate.interval)
    assert (report["hallucination_count"], report["hallucination_n"]) == (flags.sum(), 3000)
    found = precision_recall(hal, flags)
    assert report["average_precision"] == found.average_precision
    assert report["average_precision_interval"] == list(found.interval)


def test_the_threshold_of_one_half_is_judged_on_the_other(run):  # noqa: F811
    report = run("detect", "grid-25", *SMALL, "--window", "0:4", "--k", "4", "--retention", "0.9")
    result = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(result, 3000, result.experiment.sampler))
    hal, flags = drawn.hal((0, 4)), drawn.hallucinated(4)
    bad, good = np.flatnonzero(flags), np.flatnonzero(~flags)
    choosing, judging = np.append(bad[1::2], good[::2]), np.append(bad[::2], good[1::2])
    assert report["chosen_on"] == {"n": choosing.size, "hallucinated": flags[choosing].sum()}
    assert report["judged_on"] == {"n": judging.size, "hallucinated": flags[judging].sum()}
    row = report["held_out"]
    assert row["threshold"] == threshold_at_retention(hal[choosing], flags[choosing], 0.9)
    assert row["threshold"] != report["threshold"]
    assert row["recall_count"] == (flags[judging] & (hal[judging] > row["threshold"])).sum()
    assert row["recall_n"] == flags[judging].sum()
    assert row["auroc"] == roc(hal[judging], flags[judging]).auroc
    assert row["window"] == [0, 4]


def test_the_window_of_one_half_is_judged_on_the_other(run, tmp_path):  # noqa: F811
    report = run("detect", "grid-25", *SMALL, "--k", "4", "--scan", tmp_path / "windows.csv")
    result = checkpoints.shipped().load("grid-25").result
    drawn = finish(trial(result, 3000, result.experiment.sampler))
    flags, row = drawn.hallucinated(4), report["best_held_out"]
    parts = halves(flags)
    chosen = finish(scan_windows(drawn.windows, flags, 0.96, parts.choosing)).best()
    hal = drawn.hal(chosen)
    assert row["window"] == list(chosen)
    assert row["threshold"] == threshold_at_retention(hal[parts.choosing], flags[parts.choosing], 0.96)
    judged = confusion(hal[parts.judging], flags[parts.judging], row["threshold"])
    assert (row["recall"], row["recall_n"]) == (judged.recall.value, parts.judged_on.count)


def test_too_few_hallucinations_are_not_judged(run, tmp_path):  # noqa: F811
    report = run("detect", "grid-25", "--n", "1000", "--scan", tmp_path / "windows.csv", "--rivals")
    assert 0 < report["hallucination_count"] < 10
    assert report["held_out"] is report["best_held_out"] is report["best_rival_held_out"] is None
    assert "with fewer than 5 in each a choice cannot be judged" in report["not_judged"]


@pytest.mark.parametrize("k", [2, 5, 12])
@pytest.mark.parametrize("preset", ["shapes-32", "hands-48"])
def test_the_kinds_that_are_caught_add_up_to_what_is_flagged(run, preset, k):  # noqa: F811
    k = k / 4 if preset == "hands-48" else k
    report = run("detect", preset, "--k", k)
    caught, there = np.sum(list(report["caught_by_kind"].values()), axis=0)
    assert (caught, there) == (report["recall_count"] or 0, report["hallucination_count"])


def test_pictures_refuse_a_k_at_which_a_black_one_would_be_valid(capsys):
    assert main(["detect", "shapes-32", "--k", "16"]) == 2
    assert "k = 16 differing pixels is outside [0, 16)" in capsys.readouterr().err


def test_text_has_the_counts_and_the_interval_behind_each_rate(capsys):
    assert main(["detect", "grid-25", *SMALL]) == 0
    lines = capsys.readouterr().out.splitlines()
    recall = next(line for line in lines if line.startswith("recall "))
    assert re.search(r"0\.\d+ \(\d+ of \d+\) \[0\.\d+, [01](\.\d+)?\]$", recall)
    assert not any(line.strip().startswith(("recall_", "auroc_")) for line in lines)
    assert lines.index("held_out:") > 0


def test_the_seed_decides_and_the_runs_own_is_the_default(run):  # noqa: F811
    own = run("detect", "grid-25", *SMALL)
    assert own["threshold"] == run("detect", "grid-25", *SMALL, "--seed", "0")["threshold"]
    assert own["threshold"] != run("detect", "grid-25", *SMALL, "--seed", "1")["threshold"]


def test_the_scan_writes_every_window(run, tmp_path):  # noqa: F811
    report = run("detect", "grid-25", *SMALL, "--scan", tmp_path / "windows.csv")
    rows = (tmp_path / "windows.csv").read_text().strip().split("\n")
    assert rows[0] == "from,to,auroc,recall_at_0.96"
    assert len(rows) == 1 + 60 * 59 // 2
    table = {tuple(map(int, row.split(",")[:2])): tuple(map(float, row.split(",")[2:])) for row in rows[1:]}
    auroc, recall = table[0, 9]
    assert auroc == pytest.approx(report["auroc"], abs=1e-4)
    assert recall == pytest.approx(report["recall"], abs=0.06)  # one sample of the eighteen
    assert table[tuple(report["best_window"])][1] == max(recall for _, recall in table.values())


def test_no_hallucination_is_reported_with_its_bound(run):  # noqa: F811
    report = run("detect", "two-modes", "--n", "2000", "--k", "8")
    assert report["hallucination_rate"] == 0
    assert report["auroc"] is None
    assert report["recall"] is None
    assert report["upper_bound"] == pytest.approx(3 / 2000, rel=0.01)


def test_two_samples(run):  # noqa: F811
    report = run("detect", "two-modes", "--n", "2")
    assert (report["n"], report["retention_n"] + report["hallucination_count"]) == (2, 2)


@pytest.mark.parametrize("command", ["detect", "count"])
def test_one_sample_cannot_be_judged(command, capsys):
    assert main([command, "two-modes", "--n", "1"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("explorer: One sample cannot be judged")
    assert "--n 2" in said


def test_ddim_needs_another_threshold_from_the_same_noise(run):  # noqa: F811
    ddpm, ddim = (run("detect", "three-modes", *SMALL, "--sampler", name) for name in ("DDPM", "DDIM"))
    assert ddim["sampler"] == "DDIM, every step"
    assert ddim["threshold"] < ddpm["threshold"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grid-25", "--window", "9"], "write it like 0:9"),
        (["grid-25", "--window", "9:0", *SMALL], "9:0"),
        (["grid-25", "--window", "0:60", *SMALL], "0:60"),
        (["grid-25", "--n", "0"], "number of samples 0"),
        (["grid-25", "--n", "3000000"], "3,000,000"),
        (["grid-25", "--n", "1000000"], "at most 256 MB"),
        (["grid-25", "--k", "0", *SMALL], "threshold k = 0"),
        (["grid-25", "--k", "nan", *SMALL], "threshold k = nan"),
        (["grid-25", "--retention", "1.5", *SMALL], "1.5"),
        (["grid-25", "--sampler", "late noise", "--switch", "-1"], "-1"),
        (["nothing"], "neither a preset"),
        (["grid-25", "--ensemble", "5"], "--ensemble is for --rivals"),
        (["two-modes", "--n", "500", "--rivals", "--ensemble", "1"], "2 to 20 networks, not 1"),
        (
            ["grid-25", *SMALL, "--scan", "/nowhere/windows.csv"],
            "/nowhere/windows.csv cannot be written: No such",
        ),
    ],
)
def test_what_does_not_fit_ends_with_two_and_one_sentence(arguments, words, capsys):
    try:
        code = main(["detect", *arguments])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert code == 2
    assert words in said.err
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_uploaded_points_have_no_truth(tmp_path, capsys):
    points = standardise(np.tile([0.0, 1.0], 100)[:, None])
    experiment = PRESETS["two-modes"].experiment.replace(
        mixture=None, upload=points.digest, **{"training.steps": 100, "training.batch": 20}
    )
    from explorer.experiments.run import learn

    *_, last = learn(experiment, points)
    checkpoints.CheckpointStore(tmp_path).save(last.result, "mine")
    assert main(["detect", str(tmp_path / "mine"), "--json"]) == 2
    assert "truth of uploaded points is unknown" in capsys.readouterr().err


def test_json_holds_no_number_that_json_lacks(capsys):
    assert main(["detect", "two-modes", "--n", "500", "--k", "8", "--json"]) == 0
    report = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(name))
    assert all(math.isfinite(v) for v in report.values() if isinstance(v, float))


def test_rivals_are_compared_on_the_samples_that_the_report_is_about(run):  # noqa: F811
    report = run("detect", "grid-25", *SMALL, "--window", "0:4", "--rivals")
    rows = {row["detector"]: row for row in report["rivals"]}
    assert list(rows) == [one.name for one in DETECTORS if not one.needs_ensemble]
    assert {row["reading"] for row in rows.values()} == set(get_args(Reading)) - {"your own"}
    own = rows["variance"]
    assert (own["auroc"], own["recall"]) == (report["auroc"], report["recall"])
    assert own["auroc_interval"] == report["auroc_interval"]
    assert rows["oracle"]["auroc"] == 1
    assert rows["random"]["auroc_interval"][0] < 0.5 < rows["random"]["auroc_interval"][1]
    assert rows["perturbation"]["calls"] == 8
    for row in rows.values():
        assert row["retention"] >= 0.96
        assert row["rate_after_random_drop"] == report["hallucination_rate"]
    assert own["p_value"] is None
    assert rows["curvature"]["auroc_difference"] == pytest.approx(rows["curvature"]["auroc"] - own["auroc"])
    assert rows["curvature"]["p_value"] <= rows["curvature"]["p_value_holm"] < 0.05
    areas = {name: row["auroc"] for name, row in rows.items() if name not in BOUNDS}
    assert report["best_rival_held_out"]["detector"] in sorted(areas, key=areas.get)[-2:]


def test_an_ensemble_joins_the_rivals(run, tmp_path):  # noqa: F811
    tiny = ("--steps", "110", "--batch", "50", "--out", tmp_path / "tiny")
    run("train", "two-modes", *tiny)
    report = run("detect", tmp_path / "tiny", "--n", "500", "--rivals", "--ensemble", "2")
    row = next(row for row in report["rivals"] if row["detector"] == "ensemble")
    assert row["calls"] == 344
    assert row["auroc"] is not None


def test_the_table_of_rivals_has_a_line_for_each(capsys):
    assert main(["detect", "two-modes", "--n", "2000", "--k", "4", "--rivals"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("rivals:")
    assert lines[start + 1].split()[:3] == ["detector", "source", "reading"]
    names = [one.name for one in DETECTORS if not one.needs_ensemble]
    assert [line.split()[0] for line in lines[start + 2 : start + 2 + len(names)]] == names
    assert "[" in lines[start + 2]
