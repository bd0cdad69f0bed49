"""Trials that ship beside runs: what a trial that is drawn says they say, for their run alone."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.commands.shipped import SHIPPED
from explorer.compute.progress import finish
from explorer.compute.provenance import provenance
from explorer.detection.judged_trial import (
    JudgedTrial,
    fitting_window,
    late_decider,
    median_hallucinated,
    median_in_support,
)
from explorer.detection.scanned_windows import scan_trial
from explorer.experiments import checkpoints, shipped_trials
from explorer.experiments.checkpoints import SHIPPED_ROOT, CheckpointStore
from explorer.experiments.measurement import THRESHOLDS
from explorer.experiments.presets import PRESETS, preset
from explorer.experiments.run import learn
from explorer.experiments.shipped_trials import ARRAYS, TABLE, TRIALS, build_trial, shipped_trial
from explorer.experiments.trials import default_count, sampler, trial
from explorer.page_figures.detect import threshold_film, window_film
from explorer.page_figures.detect_findings import describe_best_window, describe_threshold
from explorer.storage.files import CheckpointError

N = 3_000


@pytest.fixture(scope="module")
def run():
    """A run of two modes that has hardly begun, so that many of its samples are hallucinated."""
    experiment = preset("two-modes").experiment.replace(
        **{"training.steps": 120, "points": 1_000, "network.width": 16}
    )
    *_, last = learn(experiment)
    return last.result


@pytest.fixture
def folder(run, tmp_path, monkeypatch):
    """The folder of that run, stored in the place of the shipped ones with a trial of 3,000 samples."""
    store = CheckpointStore(tmp_path / "shipped")
    made = store.save(run, "two-modes")
    monkeypatch.setattr(checkpoints, "shipped", lambda: store)
    monkeypatch.setattr(checkpoints, "SHIPPED_ROOT", store.root)
    monkeypatch.setattr(shipped_trials, "default_count", lambda experiment: N)
    checkpoints._shipped_folders.cache_clear()
    shares = list(build_trial(run, made))
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)
    yield made
    checkpoints._shipped_folders.cache_clear()


def test_every_preset_of_points_ships_its_trial_and_all_are_small():
    sizes = 0
    for name, entry in PRESETS.items():
        result = checkpoints.shipped().load_preset(name).result
        n = default_count(entry.experiment)
        found = shipped_trial(result, n, sampler(entry.experiment, "DDPM"))
        assert found is not None, name
        assert found.trial.n == n
        assert set(found.scanned) == set(THRESHOLDS)
        sizes += sum((SHIPPED_ROOT / name / file).stat().st_size for file in (ARRAYS, TABLE))
    assert sizes < 1.2e6 * len(PRESETS)


def test_a_shipped_trial_says_what_one_that_is_drawn_says(run, folder):
    spec = run.experiment.sampler
    drawn, kept = finish(trial(run, N, spec)), shipped_trial(run, N, spec)
    window, known = fitting_window("", drawn.windows.steps), run.experiment.distribution
    assert np.array_equal(kept.trial.samples, drawn.samples)
    assert np.array_equal(kept.trial.hal(window), drawn.hal(window))
    assert kept.trial.distance == pytest.approx(drawn.distance, rel=1e-6)
    for k in THRESHOLDS:
        live, again = (JudgedTrial(one, known, k, window) for one in (drawn, kept.trial))
        assert live.hallucinated.sum() > 20
        assert np.array_equal(again.hallucinated, live.hallucinated)
        assert again.rules == live.rules
        for frame in range(len(live.thresholds)):
            assert again.judged(frame) == live.judged(frame)
        assert describe_threshold(again, 100) == describe_threshold(live, 100)
        for row in (late_decider, median_hallucinated, median_in_support):
            assert row(again) == row(live)
            assert np.array_equal(kept.trial.windows.away(row(live)), drawn.windows.away(row(live)))
        scanned = finish(scan_trial(live))
        assert np.array_equal(kept.scanned[k].scan.auroc, scanned.scan.auroc, equal_nan=True)
        assert np.array_equal(kept.scanned[k].scan.recall, scanned.scan.recall, equal_nan=True)
        assert kept.scanned[k].best.window == scanned.best.window
        assert kept.scanned[k].best.judged == scanned.best.judged
        assert describe_best_window(again, kept.scanned[k].best) == describe_best_window(live, scanned.best)
        assert window_film(again, kept.scanned[k].scan).alt == window_film(live, scanned.scan).alt
        assert threshold_film(again).readings == threshold_film(live).readings


def test_a_trial_that_ships_is_that_of_the_network_that_ships():
    """Bit for bit where it was computed by a machine of this kind, and as often hallucinated on any."""
    result = checkpoints.shipped().load_preset("three-modes").result
    n, spec = default_count(result.experiment), result.experiment.sampler
    kept, drawn = shipped_trial(result, n, spec), finish(trial(result, n, spec))
    if kept.computed == provenance("cpu"):
        assert np.array_equal(kept.trial.samples, drawn.samples)
        assert np.array_equal(kept.trial.hal((0, 9)), drawn.hal((0, 9)))
    for k in THRESHOLDS:
        assert kept.trial.hallucinated(k).sum() == pytest.approx(drawn.hallucinated(k).sum(), abs=3)


def test_what_was_not_kept_is_refused_by_name(run, folder):
    windows = shipped_trial(run, N, run.experiment.sampler).windows
    assert set(windows.variances) == {(0, 9), (0, 4)}
    with pytest.raises(ValueError, match="window 2:7 was not kept"):
        windows.hal((2, 7))
    with pytest.raises(ValueError, match=r"sample \d+ came to its end was not kept"):
        windows.away(max(windows.distances) + 1)


def test_only_the_trial_that_was_asked_for_is_loaded(run, folder):
    spec = run.experiment.sampler
    assert shipped_trial(run, N, spec) is not None
    assert shipped_trial(run, N, spec, run.experiment.seed) is not None
    assert shipped_trial(run, N + 1, spec) is None
    assert shipped_trial(run, N, spec, 5) is None
    assert shipped_trial(run, N, sampler(run.experiment, "DDIM")) is None
    other = dataclasses.replace(run.final, weights=run.final.weights * 1.5)
    retrained = dataclasses.replace(run, snapshots=(*run.snapshots[:-1], other))
    assert shipped_trial(retrained, N, spec) is None
    with pytest.raises(CheckpointError, match="another network"):
        TRIALS.load(folder, run.experiment, retrained.network_digest)
    with pytest.raises(CheckpointError, match="another experiment"):
        TRIALS.load(folder, run.experiment.replace(seed=9), run.network_digest)


@pytest.mark.parametrize("file", [ARRAYS, TABLE])
def test_a_trial_that_was_edited_or_cut_is_as_if_it_were_not_there(run, folder, file):
    blob = (folder / file).read_bytes()
    for changed in (blob[:-40], blob.replace(b"1", b"2", 1)):
        (folder / file).write_bytes(changed)
        with pytest.raises(CheckpointError):
            TRIALS.load(folder, run.experiment, run.network_digest)
        assert shipped_trial(run, N, run.experiment.sampler) is None


def test_trials_are_drawn_and_verified_by_the_command(run, folder, monkeypatch, capsys):
    entry = dataclasses.replace(PRESETS["two-modes"], experiment=run.experiment)
    monkeypatch.setitem(PRESETS, "two-modes", entry)
    monkeypatch.setitem(SHIPPED, "two-modes", entry)

    def told() -> str:
        main(["checkpoints", "verify", "--json"])
        return json.loads(capsys.readouterr().out)["two-modes"]

    assert told() == f"sound, {run.trained}"
    (folder / TABLE).unlink()
    assert told() == "There is no trial of the run two-modes."
    threads = str(run.trained.threads)
    assert main(["checkpoints", "trials", "two-modes", "--json", "--threads", threads]) == 0
    report = json.loads(capsys.readouterr().out)["two-modes"]
    assert report["n"] == N
    assert report["megabytes"] == pytest.approx((folder / ARRAYS).stat().st_size / 1e6, abs=0.01)
    assert told() == f"sound, {run.trained}"
    weights = (folder / "weights.safetensors").read_bytes()
    shutil.copy(folder / ARRAYS, folder.parent / "before")
    assert main(["checkpoints", "measure", "two-modes"]) == 0
    assert (folder / "weights.safetensors").read_bytes() == weights
    assert (folder / ARRAYS).read_bytes() == (folder.parent / "before").read_bytes()
    assert main(["checkpoints", "trials", "shapes-32"]) == 2
    assert "shapes-32 holds its trial already" in capsys.readouterr().err
