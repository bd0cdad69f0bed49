"""python -m explorer sweep: the numbers of the library, kept in a folder, or one sentence that refuses."""

import json

import pytest

from explorer.__main__ import main
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import load_sweep
from tests.commands.test_command_line import run  # noqa: F401
from tests.sweeps.test_sweep import SMALL, coarse, completed  # noqa: F401

FILE = {
    "preset": "three-modes",
    "x": {"axis": "modes", "values": [2, 3]},
    "y": {"axis": "spacing", "values": [8.0, 24.0]},
    "seeds": 2,
    "steps": 100,
    "changes": {path: value for path, value in SMALL.items() if path != "training.steps"},
}
TOML = """
preset = "three-modes"
seeds = 2
steps = 100
[x]
axis = "modes"
values = [2, 3]
[y]
axis = "spacing"
values = [8, 24]
[changes]
points = 500
training.batch = 64
network = {width = 16, depth = 2}
sampler.steps = 40
"""


@pytest.fixture
def spec_file(tmp_path):
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(FILE))
    return path


def test_its_numbers_are_those_of_the_library(run, spec_file):  # noqa: F811
    report = run("sweep", spec_file)
    spec = SweepSpec.from_json(FILE)
    rows = completed(spec)
    assert report["axes"] == {"x": FILE["x"], "y": FILE["y"]}
    assert (report["seeds"], report["digest"]) == (2, spec.digest)
    assert report["seconds"] > 0
    assert "table" not in report
    assert [(cell["x"], cell["y"], cell["n"]) for cell in report["cells"]] == [
        *((2, 8, 2), (3, 8, 2), (2, 24, 2), (3, 24, 2))
    ]
    for place, cell in enumerate(report["cells"]):
        found = [row.outcome.beyond for row in rows[2 * place : 2 * place + 2]]
        assert cell["samples"] is None  # exact
        if cell["y"] == 8:  # no gap to count in
            assert cell["rates"] == {"4": None, "5": None, "6": None, "8": None}
            assert cell["low"] is cell["median"] is cell["high"] is None
            continue
        for k in (4, 5, 6, 8):
            assert cell["rates"][str(k)] == [rates[k] for rates in found]
            errors = zip(cell["errors"][str(k)], cell["rates"][str(k)], strict=True)
            assert all(0 <= error <= 0.01 * rate + 1e-10 for error, rate in errors)
        assert (cell["low"], cell["high"]) == (min(cell["rates"]["5"]), max(cell["rates"]["5"]))
        assert cell["median"] == pytest.approx(sum(cell["rates"]["5"]) / 2)


def test_toml_says_the_same(tmp_path, spec_file):
    from explorer.commands.sweep import _read

    path = tmp_path / "spec.toml"
    path.write_text(TOML)
    assert SweepSpec.from_json(_read(path)) == SweepSpec.from_json(_read(spec_file))


def test_a_table_is_kept_and_gone_on_with(run, spec_file, tmp_path, capsys):  # noqa: F811
    first = run("sweep", spec_file, "--out", tmp_path / "mine")
    assert first["table"] == str(tmp_path / "mine" / "table.csv")
    assert len((tmp_path / "mine" / "table.csv").read_text().splitlines()) == 9
    assert len(load_sweep(tmp_path / "mine")[1]) == 8
    (tmp_path / "mine" / "rows-0000.json").unlink()
    again = run("sweep", spec_file, "--resume", tmp_path / "mine")
    assert again["cells"] == first["cells"]
    assert main(["sweep", str(spec_file), "--out", str(tmp_path / "mine")]) == 2
    assert "mine holds a sweep already; use --resume" in capsys.readouterr().err
    spec_file.write_text(json.dumps(FILE | {"seeds": 1}))
    assert main(["sweep", str(spec_file), "--resume", str(tmp_path / "mine")]) == 2
    assert "mine holds the sweep of another specification" in capsys.readouterr().err


def test_plain_output_shows_the_rates_by_cell(spec_file, capsys):
    assert main(["sweep", str(spec_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 + 5  # the experiment, then four cells and the time
    assert lines[4].removeprefix("modes = 2, spacing = 8").strip() == "no gap beyond 5 sigma"
    first = lines[6].removeprefix("modes = 2, spacing = 24").split()
    median, low, high = float(first[0]), float(first[1][1:]), float(first[3][:-1])
    assert 0 < low <= median <= high < 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "spec.json cannot be read: Expecting value"),
        ("", "A sweep is a TOML or JSON file: preset, and x and y, each with its axis and values."),
        (json.dumps({name: FILE[name] for name in ("preset", "x")}), "sweep lacks the field 'y'"),
        ("[1]", "sweep should be an object with named fields"),
        (json.dumps(FILE | {"x": {"axis": "luck", "values": [1]}}), "There is no axis 'luck'"),
        (json.dumps(FILE | {"x": {"axis": "modes", "values": [float("nan")]}}), "is not a number between"),
        (json.dumps(FILE | {"seeds": 1000}), "number of seeds 1,000 is outside [1, 100]"),
        ("[" * 200_000, "spec.json cannot be read"),
        (" " * 1_000_001, "more than 1,000,000 bytes"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(text, words, tmp_path, capsys):
    path = tmp_path / "spec.json"
    path.write_text(text)
    assert main(["sweep", str(path)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert words in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("nowhere.json", "No such file"),
        ("", "SPEC"),
        ("nowhere.json --out a --resume b", "not allowed with"),
        ("nowhere.json --threads 0", "threads 0 is outside"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_line(arguments, words, capsys):
    try:
        code = main(["sweep", *arguments.split()])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert words in said.err


def test_a_table_is_told_what_a_sweep_is(tmp_path, capsys):
    (tmp_path / "points.csv").write_text("1.0,2.0\n3.0,4.0\n")
    assert main(["sweep", str(tmp_path / "points.csv")]) == 2
    assert capsys.readouterr().err == (
        "explorer: The file points.csv is a table of numbers. A sweep is a TOML or JSON file: preset, and x "
        "and y, each with its axis and values. To train on the points of a table use train --points FILE.\n"
    )


def test_toml_that_is_none_is_refused(tmp_path, capsys):
    (tmp_path / "spec.toml").write_text("x = ")
    assert main(["sweep", str(tmp_path / "spec.toml")]) == 2
    assert "spec.toml cannot be read" in capsys.readouterr().err


def test_help_mentions_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["sweep", "--help"])
    said = capsys.readouterr().out
    assert all(word in said for word in ("SPEC", "--threads", "--out", "--resume", "--json"))
