"""A recursion on disk: it goes on where it was stopped or killed, and what was changed is named."""

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save

from explorer.experiments.presets import preset
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import ARMS, RecursionSpec, missing
from explorer.recursion.store import FORMAT, compact, load_kept, load_run, save_generation
from explorer.storage.files import CheckpointError, write_sealed
from tests.recursion.test_recursion import TINY_PICTURES, comparable, completed, tiny

TENSORS = (".safetensors", ".kept.safetensors")
ROOT = Path(__file__).parents[2]
SHORT = {"training.steps": 40}
SPEC = tiny(("none", "variance"), 3, 400, changes=SHORT)
# A process that computes the run until a moment, and then is killed as by kill -9.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from explorer.compute.device import prepare
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import RecursionSpec
prepare()
spec = RecursionSpec.from_json(json.loads(sys.argv[1]))
for update in recursive_training(spec, folder=Path(sys.argv[2])):
    if (update.generation, update.arm, update.stage) == (1, "variance", "sampling"):
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The generations of a run that nobody stopped, and its folder."""
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    return completed(SPEC, folder), folder


@pytest.fixture
def copied(undisturbed, tmp_path):
    """A copy of its folder, to be changed."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in undisturbed[1].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def curves(generations):
    return [comparable(one) for one in generations]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# ---- it comes back -------------------------------------------------------------------------------------


def test_a_finished_run_comes_back_as_it_was(undisturbed):
    generations, folder = undisturbed
    spec, back = load_run(folder)
    assert spec == SPEC
    assert curves(back) == curves(generations)
    assert [one.seconds for one in back] == [one.seconds for one in generations]
    for one, was in zip(back, generations, strict=True):
        assert one.density.x == pytest.approx(was.density.x)
        kept = load_kept(folder, SPEC, one)
        assert hashlib.sha256(kept.tobytes()).hexdigest() == one.kept_digest
    expected = [f"{arm}-{g}{end}" for arm in SPEC.arms for g in range(3) for end in (".json", *TENSORS)]
    assert names(folder) == sorted([*expected, "spec.json"])


def test_a_finished_run_has_nothing_left_to_do(undisturbed, monkeypatch):
    monkeypatch.setattr("explorer.recursion.run.train_on", lambda *_, **__: pytest.fail("trained again"))
    (update,) = recursive_training(SPEC, folder=undisturbed[1])
    assert (update.done, update.share, update.seconds_left) == (True, 1, 0)
    assert curves(update.generations) == curves(undisturbed[0])


def test_exact_rates_come_back_with_their_errors_and_without_where_none_were_stored(undisturbed, copied):
    for one in undisturbed[0]:
        assert one.exact_error.keys() == one.exact.keys()
        assert all(0 <= error < 0.1 * one.exact[k] + 1e-9 for k, error in one.exact_error.items())
    path = copied / "none-1.json"
    values = json.loads(path.read_bytes())
    del values["exact_error"], values["seal"]
    write_sealed(path, FORMAT, values)
    spec, back = load_run(copied)
    assert spec == SPEC
    old = next(one for one in back if (one.arm, one.number) == ("none", 1))
    assert old.exact_error is None
    assert old.exact == undisturbed[0][2].exact


# ---- it goes on ----------------------------------------------------------------------------------------


def test_a_run_that_was_killed_ends_with_the_numbers_of_one_that_was_not(undisturbed, tmp_path):
    folder = tmp_path / "killed"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(SPEC.to_json()), str(folder)],
        env=environment,
        timeout=100,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    left = [one for one in undisturbed[0] if (one.number, one.arm) <= (1, "none")]
    assert curves(load_run(folder)[1]) == curves(sorted(left, key=lambda one: (one.number, one.arm)))
    updates = list(recursive_training(SPEC, folder=folder))
    assert updates[0].generation == 1
    assert updates[0].arm == "variance"
    assert 2 / 5 < updates[0].share < 3 / 5  # two of the five networks were there
    assert updates[0].seconds_left is None
    assert curves(updates[-1].generations) == curves(undisturbed[0])
    assert names(folder) == names(undisturbed[1])


@pytest.mark.parametrize("moment", [(0, "", "training"), (0, "", "measuring"), (2, "none", "measuring")])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(moment, undisturbed, tmp_path):
    folder = tmp_path / "stopped"
    work = recursive_training(SPEC, folder=folder)
    next(update for update in work if (update.generation, update.arm, update.stage) == moment)
    work.close()
    assert curves(completed(SPEC, folder)) == curves(undisturbed[0])


def test_a_generation_whose_numbers_were_not_written_is_made_again(undisturbed, copied):
    (copied / "variance-1.json").unlink()  # as if it was killed between two files
    (copied / "variance-1.safetensors").write_bytes(b"half of a fi")
    (copied / ".variance-1.json.12ab.tmp").write_bytes(b"{")
    for number in (0, 2):
        (copied / f"none-{number}.json").unlink()
    assert len(load_run(copied)[1]) == 3
    assert missing(SPEC, load_run(copied)[1]) == [(0, "none"), (1, "variance"), (2, "none")]
    assert curves(completed(SPEC, copied)) == curves(undisturbed[0])


# ---- what is refused -----------------------------------------------------------------------------------


def test_a_folder_of_another_run_is_refused(undisturbed):
    other = dataclasses.replace(SPEC, drop=0.1)
    with pytest.raises(CheckpointError, match="folder run holds the recursion of another specification"):
        next(recursive_training(other, folder=undisturbed[1]))


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_recursion_is_left_as_it_is(kind, tmp_path):
    precious = tmp_path / "thesis"
    text = precious / "chapter.txt" if kind == "folder" else precious
    text.parent.mkdir(exist_ok=True)
    text.write_text("years of work")
    with pytest.raises(CheckpointError, match="thesis is there already and is no recursion"):
        next(recursive_training(SPEC, folder=precious))
    assert text.read_text() == "years of work"
    with pytest.raises(CheckpointError, match="There is no run in the folder"):
        load_run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("variance-1.safetensors", lambda blob: blob[:-1], "variance-1.safetensors .* bytes"),
        ("variance-1.safetensors", lambda blob: blob[:-1] + b"?", "variance-1.safetensors .* was changed"),
        ("none-2.safetensors", None, "none-2.safetensors .* is missing"),
        ("none-2.json", lambda blob: blob.replace(b'"kept": 400', b'"kept": 399'), "none-2.json .* changed"),
        ("none-2.json", lambda blob: blob[:30], "none-2.json .* is damaged"),
        ("none-2.json", lambda _: b"[]", "none-2.json .* is damaged"),
        ("none-2.json", lambda _: b"{}", "none-2.json .* has format None"),
        (
            "spec.json",
            lambda blob: blob.replace(b'"drop": 0.05', b'"drop": 0.04'),
            "spec.json .* was changed",
        ),
    ],
)
def test_a_damaged_file_is_named(name, change, words, copied):
    path = copied / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CheckpointError, match=words):
        load_run(copied)
    with pytest.raises(CheckpointError, match=words):
        next(recursive_training(SPEC, folder=copied))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda _: b"", "variance-1.kept.safetensors .* missing or damaged"),
        (lambda _: save({"samples": np.zeros((400, 1), np.float32)}), "variance-1.kept.* was changed"),
        (None, "variance-1.kept.safetensors .* missing or damaged"),
    ],
)
def test_damaged_samples_are_named_before_anything_learns_from_them(change, words, copied):
    (copied / "variance-2.json").unlink()
    path = copied / "variance-1.kept.safetensors"
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CheckpointError, match=words):
        next(recursive_training(SPEC, folder=copied))


def test_a_generation_of_another_chain_is_named(copied, tmp_path):
    other = completed(tiny(("none",), 2, 400, changes=SHORT | {"seed": 3}), tmp_path / "other")
    assert len(other) == 2
    for end in (".json", *TENSORS):
        (copied / f"none-1{end}").write_bytes((tmp_path / "other" / f"none-1{end}").read_bytes())
    with pytest.raises(CheckpointError, match="generation none-1 .* was not trained on what the one before"):
        load_run(copied)


# ---- it is made small ----------------------------------------------------------------------------------


def test_a_compacted_run_is_shown_as_before_and_is_still_finished(undisturbed, copied):
    (copied / ".none-1.json.12ab.tmp").write_bytes(b"{")
    compact(copied)
    assert names(copied) == [n for n in names(undisturbed[1]) if ".kept." not in n]
    assert curves(load_run(copied)[1]) == curves(undisturbed[0])
    (update,) = recursive_training(SPEC, folder=copied)
    assert update.done
    compact(copied)  # twice is once


def test_a_run_that_is_not_finished_keeps_its_samples(copied):
    (copied / "none-2.json").unlink()
    before = names(copied)
    with pytest.raises(CheckpointError, match="lacks 1 of its generations"):
        compact(copied)
    assert names(copied) == before


def test_a_shipped_run_is_small(undisturbed, tmp_path):
    # Eight generations of five arms, with 4,096 cells and 2,000 points each.
    one = undisturbed[0][0]
    cells = np.linspace(-7, 7, 4096)
    density = dataclasses.replace(one.density, x=cells, p=np.exp(-(cells**2)))
    big = dataclasses.replace(one, density=density, samples=np.random.default_rng(0).normal(size=(2000, 1)))
    save_generation(tmp_path, big, np.zeros((20_000, 1), np.float32))
    size = sum(path.stat().st_size for path in tmp_path.iterdir() if ".kept." not in path.name)
    assert 40 * size < 1_500_000


def test_pictures_come_back_from_disk(tmp_path):
    experiment = preset("shapes-32").experiment.replace(**TINY_PICTURES)
    spec = RecursionSpec(experiment, ("none", "oracle"), 2)
    made = completed(spec, tmp_path / "pictures")
    back, generations = load_run(tmp_path / "pictures")
    assert back == spec
    assert curves(generations) == curves(made)
    assert load_file(tmp_path / "pictures" / "none-0.kept.safetensors")["samples"].shape == (100, 1, 32, 32)
    (update,) = recursive_training(spec, folder=tmp_path / "pictures")  # the oracle has ended
    assert update.done
    compact(tmp_path / "pictures")
    assert curves(load_run(tmp_path / "pictures")[1]) == curves(made)
    assert set(ARMS) > {one.arm for one in made}
