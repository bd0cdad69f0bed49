"""python -m explorer recurse: the numbers of the library, kept in a folder, or one sentence that refuses."""

import json
import re

import pytest

from explorer.__main__ import main
from explorer.experiments.presets import preset
from explorer.recursion.spec import RecursionSpec
from explorer.recursion.store import load_run
from tests.commands.test_command_line import run  # noqa: F401
from tests.recursion.test_recursion import completed

SHORT = ("--steps", "60", "--samples", "200", "--generations", "2")


def test_its_numbers_are_those_of_the_library(run):  # noqa: F811
    asked = (
        "--arm",
        "none",
        "--arm",
        "real",
        "--drop",
        "0.2",
        "--window",
        "0:9",
        "--real",
        "0.5",
        "--seed",
        "3",
    )
    report = run("recurse", "two-modes", *SHORT, *asked)
    experiment = preset("two-modes").experiment.replace(seed=3, **{"training.steps": 60})
    spec = RecursionSpec(experiment, ("none", "real"), 2, 200, 0.2, window=(0, 9), real_share=0.5)
    settings = {
        name: value for name, value in json.loads(json.dumps(spec.to_json())).items() if name != "arms"
    }
    assert report.items() >= settings.items()
    assert (report["preset"], report["digest"], report["seed"], report["steps"]) == (
        "two-modes",
        spec.digest,
        3,
        60,
    )
    assert list(report["arms"]) == ["none", "real"]
    for one in completed(spec):
        told = report["arms"][one.arm][one.number]
        assert told["rate"] == one.rate.value > 0
        assert told["rate_interval"] == list(one.rate.interval)
        assert told["rate_after_filter"] == one.rate_after.value
        assert told["mode_shares"] == list(one.mode_shares)
        assert (told["alive"], told["width"], told["distance"]) == (one.alive, one.width, one.distance)
        assert (told["kept"], told["drawn"]) == (200, 250)
        assert told["exact"] == {str(k): mass for k, mass in one.exact.items()}
        assert told["kinds"] is None
        assert told["seconds"] > 0
    assert report["seconds"] > 0


def test_several_seeds_are_told_together_and_one_by_one(run, tmp_path, tasks_here):  # noqa: F811
    asked = (
        "recurse",
        "two-modes",
        *SHORT,
        "--seeds",
        "3",
        "--fresh-seeds",
        "--arm",
        "none",
        "--arm",
        "real",
    )
    report = run(*asked, "--out", tmp_path / "mine", "--executor", "local", "--workers", "2")
    experiment = preset("two-modes").experiment.replace(**{"training.steps": 60})
    spec = RecursionSpec(experiment, ("none", "real"), 2, 200, seeds=3, fresh_seeds=True)
    assert (report["digest"], report["seeds"], report["fresh_seeds"]) == (spec.digest, 3, True)
    assert load_run(tmp_path / "mine")[0] == spec
    assert list(report["by_seed"]) == ["0", "1", "2"]
    for arm in ("none", "real"):
        for number, told in enumerate(report["arms"][arm]):
            each = [report["by_seed"][seed][arm][number] for seed in report["by_seed"]]
            assert told["seeds"] == [0, 1, 2]
            for name in ("rate", "width", "distance", "alive"):
                low, median, high = sorted(one[name] for one in each)
                assert told[name] == {"median": median, "low": low, "high": high}
            assert told["exact"]["5"]["high"] == max(one["exact"]["5"] for one in each)
            shares = sorted(one["mode_shares"][1] for one in each)
            assert told["mode_shares"][1] == dict(zip(("low", "median", "high"), shares, strict=True))
            assert told["kinds"] is None
    alone = run(
        "recurse", "two-modes", *SHORT, "--fresh-seeds", "--seed", "2", "--arm", "none", "--arm", "real"
    )
    for one, other in zip(alone["arms"]["real"], report["by_seed"]["2"]["real"], strict=True):
        assert (one["rate"], one["width"], one["kept"]) == (other["rate"], other["width"], other["kept"])
    floor = report["distance_floor"]
    assert floor == alone["distance_floor"]
    assert 0 < floor["low"] < floor["median"] < floor["high"] < 0.3
    assert (floor["n"], floor["draws"]) == (211, 20)
    again = run(*asked, "--resume", tmp_path / "mine")
    assert again["by_seed"]["1"]["none"][0]["rate"] == report["by_seed"]["1"]["none"][0]["rate"]


def test_plain_output_of_several_seeds_shows_median_and_range(capsys):
    assert main(["recurse", "two-modes", *SHORT, "--seeds", "2", "--arm", "none"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    for word in lines["none"].split():
        median, low, high = map(float, re.fullmatch(r"(.*)\[(.*),(.*)\]", word).groups())
        assert 0 < low <= median <= high < 1


def test_a_run_is_kept_and_gone_on_with(run, tmp_path, capsys):  # noqa: F811
    asked = ("recurse", "two-modes", *SHORT, "--arm", "variance", "--rule", "threshold")
    first = run(*asked, "--out", tmp_path / "mine")
    assert first["path"] == str(tmp_path / "mine")
    spec, generations = load_run(tmp_path / "mine")
    assert (spec.rule, spec.arms, len(generations)) == ("threshold", ("variance",), 2)
    (tmp_path / "mine" / "variance-1.json").unlink()
    again = run(*asked, "--resume", tmp_path / "mine")
    for told, before in zip(again["arms"]["variance"], first["arms"]["variance"], strict=True):
        assert told | {"seconds": 0} == before | {"seconds": 0}
    assert main([*asked, "--out", str(tmp_path / "mine")]) == 2
    assert "mine holds a recursion already; use --resume" in capsys.readouterr().err
    assert main([*asked, "--seed", "1", "--resume", str(tmp_path / "mine")]) == 2
    assert "mine holds the recursion of another specification" in capsys.readouterr().err


def test_plain_output_shows_the_rates_by_arm(capsys):
    assert main(["recurse", "two-modes", *SHORT]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    for arm in ("none", "variance"):
        assert len(lines[arm].split()) == 2
        assert all(0 < float(rate) < 1 for rate in lines[arm].split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("nothing", "no preset 'nothing'; there are three-modes"),
        ("two-modes --arm best", "'best'"),
        ("two-modes --arm none --arm none", "'none' is named twice"),
        ("two-modes --generations 0", "generations 0 is outside [1, 50]"),
        ("two-modes --samples 5", "samples kept 5 is outside [10, 200,000]"),
        ("shapes-32 --samples 30000", "samples kept 30,000 is outside [10, 20,000]"),
        ("two-modes --drop 0.9", "dropped 0.9 is outside [0, 0.5]"),
        ("two-modes --rule luck", "'luck'"),
        ("two-modes --window 4", "'4' is not a window"),
        ("two-modes --window 9:9", "window 9:9 needs two visited steps"),
        ("two-modes --real 1", "real samples 1 is outside (0, 1)"),
        ("two-modes --k 0", "k = 0 is outside (0, 100]"),
        ("two-modes --steps 0", "steps 0 is outside [1, 200,000]"),
        ("two-modes --seed -1", "seed -1 is outside"),
        ("two-modes --seeds 0", "seeds 0 is outside [1, 20]"),
        ("two-modes --executor local", "give --out DIR or --resume DIR"),
        ("two-modes --executor moon", "'moon'"),
        (
            "two-modes --arm accumulate --samples 200000 --generations 9",
            "accumulate would learn from 1,620,000 samples",
        ),
        ("two-modes --out a --resume b", "not allowed with"),
        ("", "PRESET"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(arguments, words, capsys):
    try:
        code = main(["recurse", *arguments.split()])
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert words in said.err


def test_a_folder_of_other_files_is_left_as_it_is(tmp_path, capsys):
    (tmp_path / "chapter.txt").write_text("years of work")
    for option in ("--out", "--resume"):
        assert main(["recurse", "two-modes", option, str(tmp_path)]) == 2
        assert "is there already and is no recursion" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["chapter.txt"]


def test_help_mentions_every_option(capsys):
    with pytest.raises(SystemExit):
        main(["recurse", "--help"])
    words = "PRESET --arm --generations --samples --drop --rule --window --real --k --seed --steps --threads"
    words += " --seeds --fresh-seeds --executor --workers"
    said = capsys.readouterr().out
    assert all(word in said for word in [*words.split(), "--out", "--resume", "--json"])
