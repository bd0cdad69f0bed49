"""The command memorise: its report, and what it refuses."""

import json

import pytest

from explorer.__main__ import main

FEW = ["--set", "training.steps=50", "--set", "network.width=16", "--n", "200"]


def test_it_reports_every_network_beside_what_knows_its_points_by_heart(capsys):
    asked = ["memorise", "three-modes", "--sizes", "10,200", "--seeds", "2", *FEW, "--json"]
    assert main(asked) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(one["size"], one["seed"]) for one in report["networks"]] == [
        (10, 0),
        (10, 1),
        (200, 0),
        (200, 1),
    ]
    first = report["networks"][0]
    for who in ("network", "empirical", "fresh"):
        shares = [first[who][kind] for kind in ("hallucinated", "memorised", "spurious", "generalised")]
        assert sum(shares) == pytest.approx(1)
        assert first[who]["memorised_n"] == 200
    assert len(first["score"]["sigma"]) == len(first["score"]["along"])
    assert report["ratio"] == pytest.approx(0.01)  # of the distances, on a line


def test_the_table_has_a_line_for_each_size(capsys):
    assert main(["memorise", "two-modes", "--sizes", "10,100", "--seeds", "2", *FEW]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith(("10 ", "100 ")) for line in lines) == 2


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("three-modes --sizes 5", "lie in [10, 10,000]"),
        ("three-modes --seeds 99", "seeds 99 is outside [1, 10]"),
        ("shapes-32", "Only of a mixture"),
        ("nowhere", "There is no preset 'nowhere'"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(asked, told, capsys):
    assert main(["memorise", *asked.split()]) == 2
    assert told in capsys.readouterr().err
