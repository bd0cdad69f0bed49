"""A sweep on disk: it goes on where it was stopped or killed, and what was changed is named."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.storage.files import CheckpointError, seal
from explorer.sweeps import run as sweeping
from explorer.sweeps.axes import Axis
from explorer.sweeps.run import sweep
from explorer.sweeps.store import load_sweep
from explorer.sweeps.table import as_csv
from tests.sweeps.test_sweep import SPEC, coarse, comparable, completed  # noqa: F401

ROOT = Path(__file__).parents[2]
# A process that runs the sweep in stacks of two, and is killed as by kill -9 in the middle of the third.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from explorer.compute.device import prepare
from explorer.sweeps import run
from explorer.sweeps.spec import SweepSpec
prepare()
run.LARGEST_STACK = 2
spec = SweepSpec.from_json(json.loads(sys.argv[1]))
for update in run.sweep(spec, folder=Path(sys.argv[2])):
    if len(update.rows) == 4 and update.share > 0.6:
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module", autouse=True)
def pairs():
    """Stacks of two, as in the process that is killed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweeping, "LARGEST_STACK", 2)
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, pairs, coarse):  # noqa: F811
    """The rows of a sweep that nobody stopped, and its folder."""
    folder = tmp_path_factory.mktemp("undisturbed") / "sweep"
    return completed(SPEC, folder), folder


@pytest.fixture
def copied(undisturbed, tmp_path):
    """A copy of its folder, to be changed."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in undisturbed[1].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def table(rows):
    return list(map(comparable, rows))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_finished_sweep_comes_back_as_it_was(undisturbed, monkeypatch):
    rows, folder = undisturbed
    assert load_sweep(folder) == (SPEC, rows)
    stored = [f"rows-{number:04}.json" for number in (0, 2, 4, 6)]
    assert names(folder) == sorted([*stored, "spec.json", "table.csv"])
    assert (folder / "table.csv").read_text() == as_csv(SPEC, rows)
    monkeypatch.setattr(sweeping, "learn_stack", lambda *_, **__: pytest.fail("it was trained again"))
    (update,) = sweep(SPEC, folder=folder)
    assert (update.done, update.share, update.rows, len(update.cells)) == (True, 1, rows, 4)


def test_a_sweep_that_was_killed_ends_with_the_table_of_one_that_was_not(undisturbed, tmp_path):
    folder = tmp_path / "killed"
    process = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(SPEC.to_json()), str(folder)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=100,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    assert table(load_sweep(folder)[1]) == table(undisturbed[0][:4])
    updates = list(sweep(SPEC, folder=folder))
    assert len(updates[0].rows) == 4
    assert updates[0].share >= 0.5
    assert len(updates[0].cells) == 2
    assert table(updates[-1].rows) == table(undisturbed[0])
    assert names(folder) == names(undisturbed[1])


def test_a_sweep_that_was_stopped_goes_on_as_if_it_had_not_been(undisturbed, tmp_path):
    work = sweep(SPEC, folder=tmp_path / "stopped")
    next(update for update in work if len(update.rows) == 6)
    work.close()
    assert table(completed(SPEC, tmp_path / "stopped")) == table(undisturbed[0])


def test_rows_and_a_table_that_are_missing_are_made_again(undisturbed, copied):
    (copied / "rows-0002.json").unlink()
    (copied / "table.csv").unlink()
    (copied / ".rows-0002.json.12ab.tmp").write_bytes(b"{")
    assert [row.number for row in load_sweep(copied)[1]] == [0, 1, 4, 5, 6, 7]
    assert table(completed(SPEC, copied)) == table(undisturbed[0])
    (copied / "table.csv").unlink()  # killed after the last stack
    rows = completed(SPEC, copied)
    assert (copied / "table.csv").read_text() == as_csv(SPEC, rows)


def test_a_sweep_may_go_on_in_stacks_of_another_size(undisturbed, copied, monkeypatch):
    monkeypatch.setattr(sweeping, "LARGEST_STACK", 64)
    for number in (2, 6):
        (copied / f"rows-{number:04}.json").unlink()
    rows = completed(SPEC, copied)
    assert [row.number for row in rows] == list(range(8))
    assert [row.outcome.beyond[5] for row in rows] == pytest.approx(
        [row.outcome.beyond[5] for row in undisturbed[0]], rel=1e-3
    )
    assert "rows-0002.json" in names(copied)


def test_a_loss_that_was_recorded_before_keeps_its_name(undisturbed, copied):
    path = copied / "rows-0002.json"
    values = json.loads(path.read_text())
    outcome = values["rows"][0]["outcome"]
    assert outcome["loss"] is None
    outcome["loss"] = outcome.pop("noise_error")
    path.write_text(json.dumps(values | {"seal": seal(values)}))
    old, new = load_sweep(copied)[1][2:4]
    assert (old.outcome.noise_error, old.outcome.loss) == (None, undisturbed[0][2].outcome.noise_error)
    assert new.outcome == undisturbed[0][3].outcome
    lines = as_csv(SPEC, [old, new]).splitlines()
    at = lines[0].split(",").index("noise_error")
    assert [line.split(",")[at : at + 2] for line in lines] == [
        ["noise_error", "loss"],
        ["", repr(old.outcome.loss)],
        [repr(new.outcome.noise_error), ""],
    ]


# ---- what is refused -----------------------------------------------------------------------------------


def test_a_folder_of_another_sweep_is_refused(undisturbed):
    for other in (dataclasses.replace(SPEC, seeds=1), dataclasses.replace(SPEC, x=Axis("modes", (2,)))):
        with pytest.raises(CheckpointError, match="folder sweep holds the sweep of another specification"):
            next(sweep(other, folder=undisturbed[1]))


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_sweep_is_left_as_it_is(kind, tmp_path):
    precious = tmp_path / "thesis"
    text = precious / "chapter.txt" if kind == "folder" else precious
    text.parent.mkdir(exist_ok=True)
    text.write_text("years of work")
    with pytest.raises(CheckpointError, match="thesis is there already and is no sweep"):
        next(sweep(SPEC, folder=precious))
    assert text.read_text() == "years of work"


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("rows-0002.json", lambda blob: blob[:30], "rows-0002.json .* is damaged"),
        ("rows-0002.json", lambda _: b"[]", "rows-0002.json .* is damaged"),
        ("rows-0002.json", lambda _: b"{}", "rows-0002.json .* has format None"),
        (
            "rows-0002.json",
            lambda blob: blob.replace(b'"seed": 1', b'"seed": 0'),
            "rows-0002.json .* changed",
        ),
        ("spec.json", lambda blob: blob.replace(b'"seeds": 2', b'"seeds": 1'), "spec.json .* was changed"),
    ],
)
def test_a_damaged_file_is_named(name, change, words, copied):
    path = copied / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(CheckpointError, match=words):
        load_sweep(copied)
    with pytest.raises(CheckpointError, match=words):
        next(sweep(SPEC, folder=copied))


def test_rows_of_another_sweep_are_named(copied, tmp_path):
    other = dataclasses.replace(SPEC, y=Axis("spacing", (12, 24)))
    completed(other, tmp_path / "other")
    (copied / "rows-0002.json").write_bytes((tmp_path / "other" / "rows-0002.json").read_bytes())
    with pytest.raises(CheckpointError, match="rows-0002.json .* its row 2 is of another sweep"):
        load_sweep(copied)
