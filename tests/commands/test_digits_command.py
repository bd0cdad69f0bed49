"""Digits on the command line: the judge's error beside the model's rate, and a judge of one's own digits."""

import struct

import numpy as np
import pytest

from explorer.__main__ import main
from explorer.commands import verification
from explorer.data.digits import judge as judge_room
from explorer.data.digits.judge_file import SHIPPED_JUDGE, read_judge
from explorer.data.digits.mnist import shipped_digits
from tests.commands.test_command_line import run  # noqa: F401


def test_a_sample_is_told_with_the_error_of_the_judge(run, tmp_path):  # noqa: F811
    file = tmp_path / "digits.npz"
    report = run("sample", "digits-28", "--n", 40, "--steps", 20, "--out", file)
    judged = report["judged"]
    assert judged["not_a_digit_count"] == report["kinds"]["not a digit"] == report["hallucination_count"]
    assert (judged["not_a_digit_n"], judged["held_out_not_a_digit_n"]) == (40, 750)
    assert sum(judged["digits"].values()) == report["kinds"]["digit"]
    low, high = judged["excess_interval"]
    assert low <= judged["excess"] <= high
    assert judged["excess"] == pytest.approx(judged["not_a_digit"] - judged["held_out_not_a_digit"])
    assert judged["frechet_in_judge_features"] > 0
    assert judged["frechet_n"] == 40
    assert np.load(file)["samples"].shape == (40, 1, 28, 28)


def test_the_empirical_optimum_gives_digits_back(run):  # noqa: F811
    judged = run("sample", "digits-28", "--truth", "--n", 30, "--steps", 30)["judged"]
    assert judged["not_a_digit"] < 0.15  # it has learned from them, and refuses few


def test_a_judge_of_own_digits_is_written_beside_the_shipped_one(run, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(judge_room, "STEPS", 5)
    data = shipped_digits()
    rows = np.flatnonzero(np.arange(5_000) % 10 < 2)
    pictures, labels = data.pictures[rows], data.labels[rows].astype(np.uint8)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(
        struct.pack(">4I", 2051, *pictures.shape) + pictures.tobytes()
    )
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(
        struct.pack(">2I", 2049, len(labels)) + labels.tobytes()
    )
    before, out = SHIPPED_JUDGE.read_bytes(), tmp_path / "judge.safetensors"
    report = run("checkpoints", "judge", "--data", tmp_path, "--out", out)
    found = read_judge(out)
    assert found.judge.threshold == report["threshold"]
    assert report["accuracy"]["share_n"] == found.judge.report.accuracy[1] == 150
    assert SHIPPED_JUDGE.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "."], "name a file by --out"),
        (["--data", "nowhere", "--out", "here.safetensors"], "nowhere has no train-images-idx3-ubyte"),
    ],
)
def test_what_is_missing_is_said(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["checkpoints", "judge", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "here.safetensors").exists()


def test_a_damaged_judge_fails_the_check(tmp_path, monkeypatch):
    path = tmp_path / "digits-28.safetensors"
    path.write_bytes(SHIPPED_JUDGE.read_bytes()[:-9])
    monkeypatch.setattr(verification, "SHIPPED_JUDGE", path)
    with pytest.raises(verification.CheckpointError, match=r"digits-28\.safetensors cannot be read"):
        verification._judge_found()
