"""train: any field of an experiment, an experiment from a file, points of one's own, and what contradicts."""

import json

import numpy as np
import pytest

from explorer.data.points import read_csv, standardise
from explorer.experiments import checkpoints
from explorer.experiments.experiment import Experiment
from explorer.experiments.presets import preset, recipe
from tests.commands.test_command_line import refusal, run  # noqa: F401

TINY = ["--steps", 60, "--batch", 50]
THREE = preset("three-modes").experiment


@pytest.fixture
def points(tmp_path):
    """A CSV of 200 numbers around 10 and 30."""
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(10, 0.5, 100), rng.normal(30, 0.5, 100)])
    path = tmp_path / "mine.csv"
    path.write_text("length\n" + "\n".join(f"{value:.4f}" for value in values))
    return path


def test_settings_change_the_run_that_is_stored_and_are_reported(run, tmp_path):  # noqa: F811
    settings = ["network.width=16", "mixture=1;2;3~0.07", "schedule.kind=cosine"]
    asked = [part for setting in settings for part in ("--set", setting)]
    report = run("train", "three-modes", *asked, *TINY, "--seed", 5, "--out", tmp_path / "mine")
    stored = checkpoints.load_folder(tmp_path / "mine").result.experiment
    assert stored.mixture.sigmas == (0.07,) * 3
    assert (stored.schedule.kind, stored.network.width, stored.seed) == ("cosine", 16, 5)
    assert report["preset"] == report["differences_from"] == "three-modes"
    assert report["digest"] == stored.digest
    assert THREE.with_differences(report["differences"]) == stored
    assert set(report["differences"]) == {
        *("network.width", "mixture", "schedule.kind", "training.steps", "training.batch", "seed")
    }


def test_a_recipe_fits_the_data_that_are_set_and_settings_change_it(run, tmp_path):  # noqa: F811
    plane = ["--set", "mixture=0,0;1,1~0.1", "--recipe", "fast", "--set", "network.width=8"]
    run("train", "three-modes", *plane, *TINY, "--out", tmp_path / "mine")
    stored = checkpoints.load_folder(tmp_path / "mine").result.experiment
    assert stored.network == recipe("fast", 2)[0].__class__(width=8, depth=4)


def test_an_experiment_from_a_file_is_trained_as_it_is_or_changed(run, tmp_path):  # noqa: F811
    first = run("train", "two-modes", *TINY, "--seed", 2, "--out", tmp_path / "first")
    file = tmp_path / "first" / "experiment.json"
    again = run("train", "--experiment", file, "--out", tmp_path / "again")
    assert (again["digest"], again["beyond"]) == (first["digest"], first["beyond"])
    assert (again["preset"], again["differences"]) == ("two-modes", first["differences"])
    other = run(
        "train", "--experiment", file, "--set", "network.width=8", "--seed", 3, "--out", tmp_path / "o"
    )
    mine = checkpoints.load_folder(tmp_path / "o").result.experiment
    base = checkpoints.load_folder(tmp_path / "first").result.experiment
    assert mine == base.replace(seed=3, **{"network.width": 8})
    assert other["digest"] == mine.digest != first["digest"]


def test_own_points_are_learned_by_the_recipe_of_their_dimensions(run, points, own_cache):  # noqa: F811
    report = run("train", "--points", points, *TINY, "--set", "network.width=16")
    known = standardise(read_csv(points.read_bytes()))
    network, training = recipe("fast", 1)
    expected = Experiment(upload=known.digest, network=network, training=training).replace(
        **{"network.width": 16, "training.steps": 60, "training.batch": 50}
    )
    stored = checkpoints.load_folder(own_cache / expected.digest).result
    assert report["digest"] == stored.experiment.digest == expected.digest
    assert report["beyond"] is None  # the truth is unknown
    assert stored.data_mean == pytest.approx(known.points.mean(0), abs=1e-6)
    kept = checkpoints.own().load_points(known.digest)
    assert np.array_equal(kept.points, known.points)
    # Once they are kept, the experiment alone finds them again.
    again = run("train", "--experiment", own_cache / expected.digest / "experiment.json")
    assert again["final_noise_error"] == report["final_noise_error"]


def test_a_preset_lends_its_settings_to_points(run, points, tmp_path):  # noqa: F811
    run(
        "train", "three-modes-paper", "--points", points, "--steps", 2, "--batch", 20, "--out", tmp_path / "p"
    )
    stored = checkpoints.load_folder(tmp_path / "p").result.experiment
    assert stored.network == preset("three-modes-paper").experiment.network
    assert stored.mixture is None


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "The file given is empty"),
        (" \n\n", "The file given is empty"),
        (b"\xff\xfe1\n2", "not UTF-8"),
        ("1\n" * 2_600_000, "has more than 5,000,000 bytes"),
        ("1\n2\nnan\n" + "4\n" * 20, "Row 3 holds a value that is not a finite number"),
        ("1\n2\ninf\n" + "4\n" * 20, "Row 3 holds"),
        ("1,2,3\n" * 20, "3 columns"),
        ("1\n2\n3", "between 10 and 200,000 points, not 3"),
        ("1\n" * 20, "All the points are the same"),
        ("1\n2\nthree\n", "Line 3 ('three') is not one or two numbers"),
        ("1,2\n3," + "9" * 200_000, "Line 2 ('3,999"),
    ],
)
def test_points_that_cannot_be_read_are_refused_in_a_sentence(content, named, tmp_path, capsys):
    assert named in refusal(capsys, "train", "--points", write(tmp_path / "given", content))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "The file given is empty"),
        (b"\xff\xfe{}", "is not UTF-8 text"),
        ("[" * 5_000_001, "has more than 5,000,000 bytes"),
        ("[" * 100_000, "cannot be read"),
        ("[1, 2]", "should be an object"),
        ("{", "cannot be read"),
        ('{"flavour": 3}', "no field 'flavour'"),
        ('{"seed": NaN, "pictures": "shapes-32"}', "experiment.seed = nan is not a whole number"),
        ('{"pictures": "shapes-32", "training": {"ema": NaN}}', "not a number between"),
        ('{"pictures": "shapes-32", "training": {"steps": 300000}}', "steps 300000 is outside [1, 200,000]"),
        ("{}", "needs one of a mixture"),
    ],
)
def test_experiments_that_cannot_be_read_are_refused_in_a_sentence(content, named, tmp_path, capsys):
    assert named in refusal(capsys, "train", "--experiment", write(tmp_path / "given", content))


def test_what_contradicts_itself_is_refused(points, tmp_path, capsys):
    def refused(*arguments):
        return refusal(capsys, "train", *arguments)

    file = write(tmp_path / "e.json", json.dumps(THREE.to_json()))
    assert "PRESET three-modes or --experiment e.json, not both" in refused(
        "three-modes", "--experiment", file
    )
    assert "other data than the points mine.csv" in refused("--experiment", file, "--points", points)
    assert "learns pictures" in refused("shapes-32", "--points", points)
    assert "mine.csv are the data" in refused("--points", points, "--set", "mixture=1;2")
    assert "mine.csv are the data" in refused("--points", points, "--set", "points=500")
    assert "seed is given twice, as 1 and as 2" in refused("three-modes", "--seed", 1, "--set", "seed=2")
    assert "give a PRESET, --experiment FILE or --points FILE" in refused()
    assert "no longer here" in refused("three-modes", "--set", "upload=" + "0" * 16)
    assert "takes points" in refused("three-modes", "--set", "pictures=shapes-32")
    assert "No such file or directory" in refused("--points", tmp_path / "nowhere.csv")
    assert "Is a directory" in refused("--experiment", tmp_path)
