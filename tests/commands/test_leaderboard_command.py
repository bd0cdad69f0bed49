"""The command leaderboard: what it is asked for, what it tells, and its exit code where one's own fails."""

from __future__ import annotations

import json

import pytest

from explorer.__main__ import main
from explorer.commands import leaderboard as command
from explorer.leaderboard.rows import DetectorRow, Rows
from explorer.leaderboard.run import LeaderboardUpdate
from explorer.leaderboard.store import TABLE, Leaderboard, load_leaderboard
from tests.leaderboard.examples import LAST_JUMP, LOOK_AHEAD


@pytest.fixture
def asked(monkeypatch):
    """Nothing is computed: the specifications that are asked for, and a table with one row, of one's own."""
    specs = []

    def made(spec, folder):
        specs.append(spec)
        row = DetectorRow(
            preset="ring-8", seed=0, method="own.mine", title="mine", role="own", network="0", k=5.0,
            unit="sigma", seconds=1.0, problem="mine.py, line 2: no.", n=100, hallucinated=1, auroc=None,
            auroc_interval=None, recall=None, retention=None, precision=None, calls=0,
        )  # fmt: skip
        yield LeaderboardUpdate("done", 1.0, 1.0, Leaderboard(spec, Rows((row,)), ()))

    monkeypatch.setattr(command, "leaderboard", made)
    return specs


def test_what_is_asked_for_is_compared(asked, tmp_path, capsys):
    options = ["--presets", "ring-8,two-modes", "--seeds", "4", "--samples", "500", "--limit", "9"]
    own = ["--detector", str(LAST_JUMP), "--remedy", f"{LOOK_AHEAD}:treat"]
    main(["leaderboard", *options, *own, "--out", str(tmp_path / "board")])
    (spec,) = asked
    assert (spec.presets, spec.seeds, spec.samples, spec.seconds) == (("ring-8", "two-modes"), 4, 500, 9.0)
    assert [(one.name, one.kind) for one in spec.own] == [
        ("own.last_jump", "detector"),
        ("own.look_ahead", "remedy"),
    ]


def test_one_of_ones_own_that_fails_is_told_and_the_rest_is_written(asked, tmp_path, capsys):
    shipped = tmp_path / "shipped"
    folders = ["--out", str(tmp_path / "board"), "--ship", str(shipped)]
    assert main(["leaderboard", "--presets", "ring-8", "--seeds", "1", "--json", *folders]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["problems"] == ["mine.py, line 2: no."]
    assert report["detectors"][0]["method"] == "own.mine"
    assert [path.name for path in shipped.iterdir()] == [TABLE]
    assert load_leaderboard(shipped).rows.problems == ("mine.py, line 2: no.",)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--presets", "nowhere"], "There is no preset 'nowhere'"),
        (["--seeds", "99"], "The number of seeds 99 is outside [1, 20]"),
        (["--detector", "nowhere.py"], "nowhere.py cannot be read: No such file"),
        (["--remedy", f"{LAST_JUMP}"], "last_jump.py has no function treat; it has score"),
        (["--slurm", "nonsense", "--executor", "slurm"], "write it like partition=gpu"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(asked, tmp_path, capsys, options, said):
    assert main(["leaderboard", *options, "--out", str(tmp_path / "board")]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert asked == []
