"""The command dimension: its report, its folder, and what it refuses."""

import json

import pytest

from explorer.__main__ import main

FEW = ["--dimensions", "2,4", "--seeds", "1", "--n", "500", "--steps", "100", "--width", "16"]


def test_it_reports_every_network_and_goes_on_in_its_folder(tmp_path, capsys):
    folder = str(tmp_path / "made")
    assert main(["dimension", *FEW, "--out", folder, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {row["dimensions"] for row in report["rows"]} == {2, 4}
    assert [one["equal_tail_radius"] for one in report["dimensions"]] == pytest.approx(
        [5.361, 5.878], abs=1e-3
    )
    assert report["dimensions"][1]["honest_beyond_equal_tails"] == pytest.approx(5.733e-7, rel=1e-3)
    lines = (tmp_path / "made" / "table.csv").read_text().splitlines()
    assert len(lines) == 1 + len(report["rows"])
    assert main(["dimension", *FEW, "--resume", folder]) == 0
    assert "late guidance" in capsys.readouterr().out
    assert main(["dimension", *FEW, "--out", folder]) == 2
    assert "use --resume" in capsys.readouterr().err
    assert main(["dimension", *FEW, "--sigma", "0.03", "--resume", folder]) == 2
    assert "another specification" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("--dimensions 1,2", "dimension 1 is outside [2, 64]"),
        ("--dimensions 2,65", "dimension 65 is outside [2, 64]"),
        ("--sigma 0.5", "sigma 0.5 is outside [0.01, 0.03]"),
        ("--seeds 99", "seeds 99 is outside [1, 10]"),
        ("--n 5", "samples 5 is outside [500, 20,000]"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(asked, told, capsys):
    assert main(["dimension", *asked.split()]) == 2
    assert told in capsys.readouterr().err
