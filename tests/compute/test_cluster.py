"""Tasks on processes of this machine: each done once, no more at a time than allowed, failures told."""

from __future__ import annotations

import dataclasses
import operator
import sys
import time

import pytest

from explorer.compute.cluster import ClusterConfig, TaskFailed, map_tasks
from explorer.sweeps.run import sweep, sweep_apart
from explorer.sweeps.spec import SweepSpec
from explorer.sweeps.store import load_sweep
from tests.sweeps.test_sweep import SPEC, comparable

TWO = ClusterConfig(workers=2)


def test_every_task_is_done_once(tmp_path):
    files = [tmp_path / f"{i}.txt" for i in range(3)]
    told = list(map_tasks(type(files[0]).write_text, [(file, "done") for file in files], tmp_path / "t", TWO))
    assert sorted(number for number in told if number is not None) == [0, 1, 2]
    assert [file.read_text() for file in files] == ["done"] * 3
    assert list(map_tasks(operator.truediv, [], tmp_path / "none", TWO)) == []


def test_a_task_that_fails_is_named_with_its_reason(tmp_path):
    work = map_tasks(operator.truediv, [(1, 2), (1, 0)], tmp_path, ClusterConfig(workers=1))
    with pytest.raises(TaskFailed, match=r"Task 2 of 2 failed: .*division by zero"):
        list(work)


def test_closing_ends_the_tasks(tmp_path):
    work = map_tasks(time.sleep, [(60,)] * 2, tmp_path, TWO)
    assert next(work) is None
    started = time.monotonic()
    work.close()
    assert time.monotonic() - started < 10


def test_a_sweep_apart_is_the_sweep(tmp_path):
    spec = SweepSpec(SPEC.x, SPEC.y, SPEC.experiment, seeds=1)
    *_, alone = sweep(spec)
    *_, apart = sweep_apart(spec, tmp_path / "out", TWO)
    assert apart.done
    assert [comparable(row) for row in apart.rows] == [comparable(row) for row in alone.rows]
    assert load_sweep(tmp_path / "out")[1] == apart.rows
    *_, again = sweep_apart(spec, tmp_path / "out", TWO)  # nothing is left to do
    assert again.rows == apart.rows


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"executor": "cloud"}, "no executor 'cloud'; there are local, slurm"),
        ({"workers": 0}, r"workers 0 is outside \[1, 1,000\]"),
        ({"threads": 0}, "threads 0"),
        ({"minutes": 0}, "minutes 0"),
    ],
)
def test_bad_places_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(TWO, **changes)


def test_without_submitit_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(ValueError, match="pip install submitit"):
        next(map_tasks(operator.truediv, [(1, 2)], tmp_path, TWO))
