"""pictures add --data: MNIST's IDX files on the command line, learned from, judged, or refused."""

import gzip
import re

import numpy as np
import pytest

from explorer.data.digits.mnist import IDX_NAMES, shipped_digits
from explorer.data.own.world_file import world_path
from explorer.experiments import measurement
from explorer.page_figures.recursive_findings import describe_distances
from explorer.recursion.store import load_run
from tests.commands.test_command_line import refusal, run  # noqa: F401
from tests.data.test_mnist import idx
from tests.data.test_own_digits import ROWS

IMAGES, LABELS = IDX_NAMES
PICTURES, DIGITS = shipped_digits().pictures[ROWS], shipped_digits().labels[ROWS].astype(np.uint8)
TINY = ["--set", "network.width=8", "--set", "sampler.steps=4", "--steps", "3", "--batch", "4"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "idx").mkdir()
    (tmp_path / "idx" / f"{IMAGES}.gz").write_bytes(gzip.compress(idx(PICTURES, 2051)))
    (tmp_path / "idx" / LABELS).write_bytes(idx(DIGITS, 2049))
    return tmp_path / "idx"


def test_idx_files_are_added_and_told_with_what_the_judge_makes_of_them(run, folder):  # noqa: F811
    report = run("pictures", "add", "mnist", "--data", folder)
    assert (report["preset"], report["pictures"], report["size"]) == ("own-mnist", 245, 28)
    assert (report["of_each"], report["judged"]) == (20, 245)
    assert report["judge_names_rightly"] > 0.9
    assert report["judge_refuses"] < 0.05
    (only,) = run("pictures", "list")["own_pictures"]
    assert (only["name"], only["pictures"], only["folder"]) == ("mnist", 245, "idx")


def test_they_are_trained_on_sampled_detected_and_judged(run, folder, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr(measurement, "REPORTED_PICTURES", 20)
    run("pictures", "add", "mnist", "--data", folder)
    report = run("train", "own-mnist", *TINY)
    assert sum(report["kinds"].values()) == 20
    assert list(report["kinds"]) == ["digit", "not a digit"]
    assert "hallucinations" not in report  # which says of other pictures that none are counted
    drawn = run("sample", report["path"], "--n", 12)
    judged = drawn["judged"]
    assert judged["not_a_digit_count"] == drawn["kinds"]["not a digit"] == drawn["hallucination_count"]
    assert judged["not_a_digit_count"] > 6  # of a network that has learned next to nothing
    assert judged["held_out_not_a_digit_n"] == 750
    truth = run("sample", report["path"], "--n", 12, "--truth", "--steps", 30)["judged"]
    assert truth["not_a_digit_count"] < 3  # real digits are given back
    assert run("detect", report["path"], "--n", 20, "--window", "0:999")["n"] == 20
    run("pictures", "remove", "mnist")
    assert "no pictures own-mnist" in refusal(capsys, "sample", report["path"])


def test_a_loop_learns_from_them(run, folder, tmp_path):  # noqa: F811
    run("pictures", "add", "mnist", "--data", folder)
    tiny = [*TINY[:-2], "--set", "training.batch=4", "--window", "0:999", "--out", tmp_path / "loop"]
    run("recurse", "own-mnist", *tiny, "--generations", 2, "--samples", 12)
    spec, generations = load_run(tmp_path / "loop")
    assert {(one.arm, one.number) for one in generations} == {
        (arm, number) for arm in ("none", "variance") for number in (0, 1)
    }
    assert "of as many real digits it is" in describe_distances(spec, generations)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (IMAGES, idx(PICTURES, 2051)[:-1], "were announced"),
        (IMAGES, idx(DIGITS, 2049), "begins with the number 2049, not with 2051"),
        (LABELS, idx(PICTURES, 2051), "begins with the number 2051, not with 2049"),
        (LABELS, idx(DIGITS[:-1], 2049), "245 pictures need as many labels, not 244"),
        (LABELS, idx(DIGITS + 1, 2049), "Labels are 0 to 9"),
        (LABELS, idx(np.roll(DIGITS, 25), 2049), r"judge names only \d+ of 245 of them rightly"),
        (IMAGES, idx(np.roll(PICTURES, 100).swapaxes(1, 2), 2051), "these are no digits"),
        (IMAGES, idx(PICTURES[:, ::2, ::2], 2051), "28 x 28 pixels, not"),
        (f"{IMAGES}.gz", b"\x1f\x8b\x08broken", "cannot be read"),
    ],
    ids=["cut", "swapped", "swapped labels", "few", "beyond", "moved", "turned", "small", "no gzip"],
)
def test_broken_files_are_one_sentence(name, content, words, folder, capsys):
    (folder / name).write_bytes(content)
    assert re.search(words, refusal(capsys, "pictures", "add", "mnist", "--data", folder))
    assert not world_path("mnist").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "mnist"), "Name one folder"),
        (("add", "mnist", "{}", "--data", "{}"), "Name one folder"),
        (("add", "mnist", "--data", "{}", "--size", "32"), "28 pixels wide, not 32"),
        (("add", "mnist", "--data", "{}/nowhere"), "nowhere has no train-images-idx3-ubyte"),
        (("add", "digits-28", "--data", "{}"), "is taken"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, words, folder, capsys):
    assert words in refusal(capsys, "pictures", *(part.format(folder) for part in arguments))
    assert not world_path("mnist").exists()
