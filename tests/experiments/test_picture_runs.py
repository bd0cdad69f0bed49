"""Runs of pictures: experiment, training, kinds, storage and paired trajectories, as those of points."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.__main__ import main
from explorer.compute.progress import finish
from explorer.data.pictures import PICTURES, kind_names, picture_distribution
from explorer.experiments import checkpoints, measurement
from explorer.experiments.checkpoints import CheckpointStore
from explorer.experiments.experiment import Experiment
from explorer.experiments.measurement import gallery_rows
from explorer.experiments.presets import PICTURE_PRESETS, PRESETS, preset
from explorer.experiments.run import learn
from explorer.experiments.sampler_comparison import AskedSampler, compare_samplers
from explorer.experiments.trials import follow_pairs
from explorer.storage.files import CheckpointError

TINY = {"training.steps": 3, "training.batch": 4, "network.width": 8, "sampler.steps": 3, "points": 100}


@pytest.fixture(scope="module", params=["shapes-32", "hands-48", "digits-28"])
def run(request):
    """A run of a few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measurement, "REPORTED_PICTURES", 70)
        *_, last = learn(preset(request.param).experiment.replace(**TINY))
    return last.result


def test_worlds_by_name():
    for name in PICTURES:
        side = int(name.split("-")[1])
        assert picture_distribution(name).shape == (1, side, side)
        assert picture_distribution(name) is picture_distribution(name)
        pictures = picture_distribution(name).sample(20, torch.Generator().manual_seed(0))
        assert (picture_distribution(name).kinds(pictures) == 0).all()
        assert kind_names(name)[0] in ("valid", "five", "digit")
    with pytest.raises(ValueError, match="cats"):
        picture_distribution("cats")


def test_an_experiment_of_pictures_travels_in_json_and_in_a_link():
    experiment = preset("hands-48").experiment.replace(seed=4)
    assert Experiment.from_json(json.loads(json.dumps(experiment.to_json()))) == experiment
    base = PRESETS["three-modes"].experiment
    assert base.with_differences(experiment.differences(base)) == experiment
    assert experiment.with_differences(base.differences(experiment)) == base
    assert len({p.experiment.digest for p in (PRESETS | PICTURE_PRESETS).values()}) == len(
        PRESETS | PICTURE_PRESETS
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pictures": "cats"}, "cats"),
        ({"pictures": ""}, "needs one of"),
        ({"mixture": PRESETS["three-modes"].experiment.mixture}, "needs one of"),
        ({"points": 50_000}, "50,000"),
    ],
)
def test_what_does_not_fit_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        preset("shapes-32").experiment.replace(**changes)


def test_every_sample_is_of_one_kind(run):
    measured = run.final.measurement
    assert measured.n == len(measured.samples) == 70
    assert tuple(measured.kinds) == kind_names(run.experiment.pictures)
    assert sum(measured.kinds.values()) == 70
    kinds = picture_distribution(run.experiment.pictures).kinds(torch.from_numpy(measured.samples))
    assert [int((kinds == i).sum()) for i in range(len(measured.kinds))] == list(measured.kinds.values())
    assert measured.beyond is None
    assert run.dimensions == 0


def test_it_comes_back_from_disk_with_its_pictures(run, tmp_path):
    store = CheckpointStore(tmp_path)
    store.save(run, "mine")
    back = store.load("mine").result
    assert back.experiment == run.experiment
    assert back.final.measurement.kinds == run.final.measurement.kinds
    shown = np.clip(run.final.measurement.samples, -1, 1)
    assert np.abs(back.final.measurement.samples - shown).max() <= 1 / 255 + 1e-6
    assert back.final.weights == pytest.approx(run.final.weights, abs=1e-3)
    x = torch.zeros(1, *picture_distribution(run.experiment.pictures).shape)
    assert back.denoiser().predict_noise(x, 3) == pytest.approx(run.denoiser().predict_noise(x, 3), abs=1e-2)


def test_the_variance_of_every_picture_and_the_way_of_a_few_are_kept(run, tmp_path):
    measured = run.final.measurement
    assert measured.trial.samples is measured.samples
    rows = measured.strips.rows
    assert len(rows) == len(set(rows.tolist())) == 24
    assert measured.strips.x0_hat.shape[:3] == (2, 3, 24)
    # They end where the samples are, on the run of the model.
    assert measured.strips.samples[0] == pytest.approx(np.clip(measured.samples[rows], -1, 1), abs=1e-5)
    store = CheckpointStore(tmp_path)
    store.save(run, "mine")
    back = store.load("mine").result.final.measurement
    window = (0, measured.trial.windows.steps[-1])
    assert back.trial.hal(window) == pytest.approx(measured.trial.hal(window), rel=2e-3, abs=1e-7)
    assert back.trial.windows.steps == measured.trial.windows.steps
    assert np.array_equal(back.trial.distance, measured.trial.distance)
    assert back.strips.x0_hat == pytest.approx(measured.strips.x0_hat, abs=1 / 255 + 1e-6)
    assert np.array_equal(back.strips.steps, measured.strips.steps)


def test_only_the_last_weights_of_a_run_of_pictures_are_kept(run, tmp_path):
    assert [s.weights is None for s in run.snapshots] == [True] * (len(run.snapshots) - 1) + [False]
    if len(run.snapshots) > 1:
        with pytest.raises(ValueError, match="were not kept"):
            run.denoiser(0)


@pytest.mark.parametrize("name", ["trial.hal", "trial.away", "strips.rows"])
def test_variances_and_ways_that_do_not_fit_their_pictures_are_refused(run, monkeypatch, tmp_path, name):
    store, save = CheckpointStore(tmp_path), checkpoints.save_arrays
    monkeypatch.setattr(
        checkpoints,
        "save_arrays",
        lambda arrays: save(arrays | ({name: arrays[name][:-1]} if name in arrays else {})),
    )
    store.save(run, "mine")
    with pytest.raises(CheckpointError, match="mine cannot be read: its .* are not those of"):
        store.load("mine")


def test_half_of_the_pictures_whose_way_is_kept_are_hallucinated_one_of_each_kind_in_turn():
    kinds = np.array([0] * 20 + [1] * 9 + [2] + [4] * 9)
    rows = gallery_rows(kinds, (1, 2, 3, 4), 12)
    assert rows.tolist() == sorted([0, 1, 2, 3, 4, 5, 20, 21, 22, 29, 30, 31])
    assert gallery_rows(np.zeros(9, int), (1, 2), 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert gallery_rows(np.ones(9, int), (1, 2), 6).tolist() == [0, 1, 2, 3, 4, 5]
    assert gallery_rows(np.array([1, 0, 0]), (1,), 24).tolist() == [0, 1, 2]


def test_pictures_of_another_size_are_refused(run, monkeypatch, tmp_path):
    store = CheckpointStore(tmp_path)
    monkeypatch.setattr(checkpoints, "sheet", lambda *_: np.zeros(10, np.uint8))
    store.save(run, "mine")
    with pytest.raises(CheckpointError, match="mine cannot be read"):
        store.load("mine")


def test_pairs_share_their_noise_and_the_truth_draws_valid_pictures():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measurement, "REPORTED_PICTURES", 4)
        experiment = preset("shapes-32").experiment.replace(**{**TINY, "sampler.steps": 60})
        *_, last = learn(experiment)
    found = finish(follow_pairs(last.result, range(6), 64, experiment.sampler))
    assert found.x0_hat.shape == (2, 60, 6, 1, 32, 32)
    assert np.array_equal(found.x_t[0, 0], found.x_t[1, 0])
    assert (picture_distribution("shapes-32").kinds(torch.from_numpy(found.samples[1])) == 0).all()


def test_samplers_of_pictures_are_compared_by_kinds(run):
    asked = [AskedSampler("model", "DDPM", 6), AskedSampler("truth", "DDPM", 60)]
    model, truth = finish(compare_samplers(run, 5, asked=asked))
    for one in (model, truth):
        assert sum(one.summary.kinds.values()) == 5
        assert one.exact is None
    # A network of a few steps draws nothing that can exist, the truth nothing else.
    assert (model.rates[0].count, truth.rates[0].count) == (5, 0)
    assert (truth.difference.only_first, truth.difference.only_second) == (5, 0)


# ---- the command line --------------------------------------------------------------------------------------


def said_by(capsys, *arguments):
    assert main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_sampling_counts_kinds_and_writes_a_sheet(capsys, tmp_path):
    sheet, arrays = tmp_path / "sheet.png", tmp_path / "samples.npz"
    report = said_by(capsys, "sample", "shapes-32", "--truth", "--n", 20, "--steps", 30, "--out", sheet)
    assert report["kinds"] == {"valid": 20, "duplicate": 0, "wrong place": 0, "malformed": 0, "empty": 0}
    assert report["pixels_to_support"]["1.0"] == 0
    assert report["hallucination_interval"][0] == 0
    with Image.open(sheet) as picture:
        assert (picture.size, picture.mode) == ((16 * 32, 2 * 32), "L")
        first = np.asarray(picture)[:32, :32] > 127
    said_by(capsys, "sample", "shapes-32", "--truth", "--n", 20, "--steps", 30, "--out", arrays)
    with np.load(arrays) as file:
        assert file["samples"].shape == (20, 1, 32, 32)
        assert np.array_equal(file["samples"][0, 0] > 0, first)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sample", "shapes-32", "--out", "sheet.jpg", "--n", "1"], "sheet.jpg"),
        (["sample", "two-modes", "--out", "sheet.png", "--n", "1"], "for pictures"),
        (["train", "shapes-32", "--recipe", "fast"], "one recipe"),
        (["density", "shapes-32"], "single numbers|1-D|one number"),
    ],
)
def test_commands_that_do_not_fit_pictures_say_so(arguments, words, capsys):
    assert main(arguments) == 2
    assert re.search(words, capsys.readouterr().err)


def test_the_shipped_pictures_are_judged_at_once_kind_by_kind(capsys):
    report = said_by(capsys, "detect", "hands-48", "--window", "2:312")
    run = checkpoints.shipped().load("hands-48").result
    kinds = run.final.measurement.kinds
    assert report["n"] == 1024
    assert {name: of for name, (_, of) in report["caught_by_kind"].items()} == {
        name: count for name, count in kinds.items() if name != "five"
    }
    caught = sum(removed for removed, _ in report["caught_by_kind"].values())
    assert caught == round(report["recall"] * (1024 - kinds["five"]))
    assert report["hallucination_rate"] == pytest.approx(1 - kinds["five"] / 1024)
