"""pictures: added, listed and removed on the command line, and what is made of them there."""

import numpy as np
import pytest
from PIL import Image

from explorer.__main__ import main
from explorer.data.own.world_file import read_world, world_path
from explorer.experiments import measurement
from explorer.recursion.store import load_run
from tests.commands.test_command_line import refusal, run  # noqa: F401


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    (tmp_path / "holidays").mkdir()
    for number in range(18):
        pixels = random.integers(0, 256, (12, 16), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "holidays" / f"{number:02}.png")
    return tmp_path / "holidays"


def test_pictures_are_added_listed_and_removed(run, folder, capsys):  # noqa: F811
    (folder / "empty.png").touch()
    (folder / "out.png").symlink_to("/etc/hostname")
    report = run("pictures", "add", "cats", folder, "--size", 8)
    assert (report["preset"], report["pictures"], report["size"]) == ("own-cats", 18, 8)
    assert report["left_out"] == 2
    assert report["why"] == "Left out: empty.png is empty; out.png is a link that leads out of the folder."
    kept = read_world(world_path("cats"))
    assert kept.digest == report["sha256"]
    assert kept.folder == "holidays"  # its name, and not where it lies
    assert str(folder.parent).encode() not in world_path("cats").read_bytes()
    (only,) = run("pictures", "list")["own_pictures"]
    assert (only["name"], only["pictures"], only["size"], only["folder"]) == ("cats", 18, 8, "holidays")
    assert "already: run python -m explorer pictures remove cats" in refusal(
        capsys, "pictures", "add", "cats", folder
    )
    run("pictures", "remove", "cats")
    assert run("pictures", "list")["own_pictures"] == []
    assert main(["pictures", "list"]) == 0
    assert "python -m explorer pictures add NAME FOLDER" in capsys.readouterr().out


def test_one_file_is_written_whole_or_not_at_all(folder, capsys, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert "No space left" in refusal(capsys, "pictures", "add", "cats", folder)
    assert list(world_path("cats").parent.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "shapes-32", "{}"), "is taken"),
        (("add", "My Cats", "{}"), "is no name"),
        (("add", "../cats", "{}"), "is no name"),
        (("add", "cats", "{}", "--size", "9"), "even number"),
        (("add", "cats", "{}/nowhere"), "no folder"),
        (("remove", "dogs"), "no pictures dogs of your own; there are none"),
        (("remove", "../../etc"), "is no name"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, words, folder, capsys):
    said = refusal(capsys, "pictures", *(part.format(folder) for part in arguments))
    assert words in said
    assert not world_path("cats").exists()


def test_they_are_trained_on_and_sampled_but_not_judged(run, folder, tmp_path, capsys, monkeypatch):  # noqa: F811
    monkeypatch.setattr(measurement, "REPORTED_PICTURES", 20)
    run("pictures", "add", "cats", folder, "--size", 8)
    tiny = ["--set", "network.width=8", "--set", "sampler.steps=3", "--steps", "3", "--batch", "4"]
    report = run("train", "own-cats", *tiny)
    assert report["hallucinated_shares"] == []
    assert report["kinds"] is None
    sheet = tmp_path / "sheet.png"
    drawn = run("sample", report["path"], "--n", 5, "--out", sheet)
    assert "not counted" in drawn["hallucinations"]
    assert 0 < drawn["distance_to_nearest_own"]["0.0"] <= drawn["distance_to_nearest_own"]["1.0"] <= 1
    assert Image.open(sheet).size == (5 * 8, 8)
    figure = tmp_path / "figure.png"
    assert main(["figure", report["path"], "shapes", "--out", str(figure)]) == 0
    assert figure.stat().st_size > 1_000
    capsys.readouterr()
    for command in ("detect", "remedies", "samplers", "compare", "measure", "sample --k 5", "sample --truth"):
        name, *more = command.split()
        assert "No rule says which of your own" in refusal(capsys, name, report["path"], *more), command
    assert "has not been trained yet" in refusal(capsys, "sample", "own-cats")
    assert "so there is no arm oracle" in refusal(capsys, "recurse", "own-cats", "--arm", "oracle")
    assert "k = 5 has no meaning" in refusal(capsys, "recurse", "own-cats", "--k", 5)
    run("pictures", "remove", "cats")
    assert "There are no pictures own-cats on this machine" in refusal(capsys, "train", "own-cats")
    assert "There are no pictures own-cats on this machine" in refusal(capsys, "sample", report["path"])


def test_a_loop_tells_distances_and_no_rate(run, folder, tmp_path, capsys):  # noqa: F811
    run("pictures", "add", "cats", folder, "--size", 8)
    tiny = [f"--set={part}" for part in ("network.width=8", "sampler.steps=3", "training.batch=4")]
    asked = ["recurse", "own-cats", *tiny, "--steps", 3, "--generations", 2, "--samples", 12, "--arm", "none"]
    report = run(*asked, "--out", tmp_path / "loop")
    assert "not counted: no rule says" in report["hallucinations"]
    real = report["real_pictures"]
    assert (real["held_out"], real["n"], real["compared_with"], real["components"]) == (False, 9, 9, 2)
    assert real["distance"]["low"] > 0
    _, generations = load_run(tmp_path / "loop")
    for told, one in zip(report["arms"]["none"], generations, strict=True):
        assert (told["hallucinated_shares"], told["rate"], told["rate_after_filter"]) == ([], None, None)
        assert (told["distance"], told["nearest"]) == (one.distance, one.nearest)
        assert told["diversity"] == one.diversity
    assert main([*map(str, asked), "--resume", str(tmp_path / "loop")]) == 0
    said = capsys.readouterr().out
    words = " ".join(f"{one.distance:.3g}" for one in generations)
    assert words in said
    assert "9 with 9; samples are compared with 9 learned from, since too few are held out" in said


def test_colour_is_kept_when_it_is_asked_for_and_missed_when_it_is_not(run, folder, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(measurement, "REPORTED_PICTURES", 20)
    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "99.png")
    assert "--colour to keep it" in run("pictures", "add", "cats", folder, "--size", 8)["colour"]
    report = run("pictures", "add", "bright", folder, "--size", 8, "--colour")
    assert "colour" not in report
    assert report["made"].startswith("in colour")
    assert np.array_equal(read_world(world_path("bright")).pixels[-1], pixels)
    told = {one["name"]: one["colour"] for one in run("pictures", "list")["own_pictures"]}
    assert told == {"bright": True, "cats": False}
    tiny = ["--set", "network.width=8", "--set", "sampler.steps=3", "--steps", "3", "--batch", "4"]
    path = run("train", "own-bright", *tiny)["path"]
    sheet = tmp_path / "sheet.png"
    run("sample", path, "--n", 5, "--out", sheet)
    with Image.open(sheet) as opened:
        assert (opened.mode, opened.size) == ("RGB", (5 * 8, 8))
    again = tmp_path / "samples.npz"
    run("sample", path, "--n", 5, "--out", again)
    samples = np.load(again)["samples"]
    assert samples.shape == (5, 3, 8, 8)
    seen = np.rint((np.clip(samples[3], -1, 1) + 1) * 127.5).transpose(1, 2, 0)
    assert np.abs(np.asarray(Image.open(sheet))[:, 24:32].astype(int) - seen).max() <= 1


def test_digits_are_grey(folder, capsys):
    assert "Digits are grey" in refusal(capsys, "pictures", "add", "mine", "--data", folder, "--colour")
