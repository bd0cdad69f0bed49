"""--set beside recurse, sweep and remedies: it changes what is run, and the report says how."""

import json

import pytest

from explorer.experiments.presets import preset
from explorer.sweeps.store import load_sweep
from tests.commands.test_command_line import refusal, run  # noqa: F401

DIFFERENCES = {"training.steps": "40", "training.batch": "40", "network.width": "8", "sampler.steps": "30"}
TINY = [word for name, value in DIFFERENCES.items() for word in ("--set", f"{name}={value}")]


def test_a_recursion_of_a_changed_preset(run):  # noqa: F811
    asked = ["--arm", "none", "--generations", 2, "--samples", 200, "--set", "mixture=1;3~0.1"]
    report = run("recurse", "three-modes", *asked, *TINY)
    assert report["differences"] == DIFFERENCES | {"mixture": "1;3~0.1"}
    assert report["differences_from"] == "three-modes"
    assert report["experiment"]["network"]["width"] == 8
    assert len(report["arms"]["none"][0]["mode_shares"]) == 2


def test_a_sweep_of_a_changed_preset(run, tmp_path):  # noqa: F811
    axes = {"x": {"axis": "modes", "values": [2]}, "y": {"axis": "spacing", "values": [8]}}
    file = tmp_path / "sweep.json"
    file.write_text(json.dumps({"preset": "three-modes", "seeds": 1} | axes))
    report = run("sweep", file, *TINY, "--out", tmp_path / "out")
    assert (report["differences_from"], report["differences"]) == ("three-modes", DIFFERENCES)
    stored = load_sweep(tmp_path / "out")[0].experiment
    assert stored.differences(preset("three-modes").experiment) == DIFFERENCES


def test_remedies_of_a_run_that_was_trained_with_settings(run, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr("explorer.remedies.evaluation.FINE_TABLE", 512)
    asked = ["remedies", "two-modes", "--remedy", "late=10", *TINY]
    said = refusal(capsys, *asked)
    assert "python -m explorer train two-modes --set training.steps=40 --set training.batch=40" in said
    trained = run("train", "two-modes", *TINY)
    report = run(*asked)
    assert report["digest"] == trained["digest"] != preset("two-modes").experiment.digest
    assert (report["preset"], report["differences"]) == ("two-modes", DIFFERENCES)
    assert "--set changes a preset" in refusal(capsys, "remedies", trained["path"], *TINY)
    assert run("remedies", trained["path"], "--remedy", "late=10")["differences"] == DIFFERENCES


@pytest.mark.parametrize("command", ["recurse three-modes", "remedies three-modes"])
def test_what_is_no_setting_is_refused(command, capsys):
    assert "do you mean network.width?" in refusal(capsys, *command.split(), "--set", "network.wide=3")
