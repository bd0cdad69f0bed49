"""python -m explorer remedies: the numbers of the library, or one sentence that refuses."""

import json

import pytest

from explorer.__main__ import main
from explorer.compute.progress import finish
from explorer.detection.statistics.rates import Rate
from explorer.experiments import checkpoints
from explorer.remedies.evaluation import evaluate_remedy
from explorer.remedies.treatment import read_treatment
from tests.commands.test_command_line import run  # noqa: F401


@pytest.fixture(scope="module", autouse=True)
def coarse():
    """Tables are coarse here: no test asks how accurate they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explorer.remedies.evaluation.FINE_TABLE", 512)
        yield


FIELDS = {"rate", "mode_shares", "share_distance", "width", "network_calls", "seconds"}


def library(preset, text, **options):
    return finish(
        evaluate_remedy(checkpoints.shipped().load(preset).result, read_treatment(text), **options)
    ).result


def test_remedies_are_measured_one_by_one(run):  # noqa: F811
    report = run("remedies", "three-modes", "--remedy", "guidance=0.5", "--remedy", "late=10")
    assert (report["preset"], report["seed"]) == ("three-modes", 0)
    assert [row["remedy"] for row in report["remedies"]] == ["guidance=0.5", "late=10"]
    for row in report["remedies"]:
        assert row.keys() >= FIELDS
        expected = library("three-modes", row["remedy"])
        assert row["rate"] == {str(k): mass for k, mass in expected.beyond.items()}
        assert row["mode_shares"] == list(expected.mode_shares)
        assert row["share_distance"] == expected.share_distance
        assert (row["width"], row["distance"]) == (expected.width, expected.distance)
        assert (row["n"], row["rate_interval"]) == (None, None)
        assert row["network_calls"] == 344
        assert row["seconds"] > 0
    assert report["remedies"][0]["dials"] == [{"name": "guidance", "dial": 0.5}]


def test_they_are_combined_in_their_order(run):  # noqa: F811
    arguments = ("--remedy", "step=0.1", "--remedy", "sharpening=0.05", "--combine")
    (row,) = run("remedies", "three-modes", *arguments)["remedies"]
    assert row["remedy"] == "step=0.1+sharpening=0.05"
    assert row["network_calls"] == 6 * 344
    assert row["rate"]["5"] == library("three-modes", row["remedy"]).beyond[5]


def test_rates_that_are_counted_have_an_interval(run):  # noqa: F811
    (row,) = run("remedies", "grid-25", "--remedy", "step=-0.3", "--n", 400)["remedies"]
    expected = library("grid-25", "step=-0.3", n=400)
    assert row["rate"]["5"] == expected.beyond[5] > 0
    assert row["n"] == 400
    assert row["rate_interval"]["5"] == list(Rate(round(400 * expected.beyond[5]), 400).interval)
    assert row["distance"] is None


def test_without_a_remedy_all_are_told_in_words(capsys, monkeypatch):
    from explorer.commands import remedies

    few = [read_treatment(text) for text in ("", "truth=1", "late=0")]
    monkeypatch.setattr(remedies, "default_treatments", lambda experiment: few)
    assert main(["remedies", "three-modes"]) == 0
    untreated, truth, ddim = capsys.readouterr().out.splitlines()
    assert untreated.startswith("untreated  beyond 4 / 5 / 6 / 8 sigma ")
    assert "344 network calls" in untreated
    assert " 0 network calls" in truth
    assert ddim.startswith("late=0")


def test_pictures_are_counted_by_kind(capsys):
    assert main(["remedies", "shapes-32", "--remedy", "patch=3", "--n", "4", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["remedies"]
    assert sum(row["kinds"].values()) == row["n"] == 4
    assert row["rate"] is None
    assert row["hallucination_rate"] == 1 - row["kinds"]["valid"] / 4
    assert row["network_calls"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "neither a preset"),
        (("three-modes", "--remedy", "luck=1"), "There is no remedy 'luck'"),
        (("three-modes", "--remedy", "guidance=99"), "lies in [0, 20]; 99 does not"),
        (("three-modes", "--remedy", "patch=3"), "does not fit these data"),
        (("three-modes", "--combine"), "nothing to combine"),
        (("three-modes", *["--remedy", "guidance=1"] * 5, "--combine"), "At most 4 remedies"),
        (("grid-25", "--remedy", "late=2", "--n", "0"), "number of samples 0 is outside"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(arguments, words, capsys):
    assert main(["remedies", *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert words in said.err
