"""Equal trainings and loops, asked of two servers at once, are computed by one of them."""

from __future__ import annotations

import pytest

from explorer.compute.progress import finish
from explorer.experiments import checkpoints
from explorer.experiments.presets import DEFAULT, preset
from explorer.experiments.run import LearningUpdate
from explorer.page_tasks.stored import loop_in_folder
from explorer.page_tasks.training import train_and_store
from explorer.recursion.spec import RecursionSpec
from explorer.server import leases
from explorer.server.execution import Elsewhere

TINY = preset(DEFAULT).experiment.replace(**{"training.steps": 20, "training.batch": 16, "points": 200})


@pytest.fixture(autouse=True)
def always_renewed(monkeypatch):
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.0)
    monkeypatch.setattr(leases, "LEASE_SECONDS", 600.0)  # on a machine of any speed


def test_an_equal_training_elsewhere_is_waited_for_and_its_run_is_found():
    here, there = train_and_store(TINY), train_and_store(TINY)
    assert isinstance(next(here), LearningUpdate)
    assert isinstance(next(there), Elsewhere)
    updates = list(here)
    assert updates[-1].result is not None
    written = checkpoints.own().written(TINY.digest)
    assert finish(there) is None
    assert checkpoints.own().written(TINY.digest) == written is not None
    assert checkpoints.own().load(TINY.digest).result.experiment == TINY


def test_what_is_stored_can_be_trained_again():
    assert finish(train_and_store(TINY)) > 0
    assert finish(train_and_store(TINY)) > 0


def test_a_training_that_is_stopped_elsewhere_begins_here():
    here, there = train_and_store(TINY), train_and_store(TINY)
    next(there)
    other = next(here)
    assert isinstance(other, Elsewhere)
    there.close()
    assert isinstance(next(here), LearningUpdate)
    *_, last = here
    assert last.result is not None


def test_a_loop_elsewhere_leaves_its_generations_and_nothing_is_made_twice(own_cache):
    spec = RecursionSpec(TINY, arms=("none",), generations=2, samples=200)
    folder = own_cache / "loops" / spec.digest
    folder.parent.mkdir()
    here, there = loop_in_folder(spec, folder), loop_in_folder(spec, folder)
    next(here)
    assert isinstance(next(there), Elsewhere)
    made = list(here)[-1]
    assert made.done
    written = {path: path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}
    *_, found = there
    assert found.done
    assert len(found.generations) == len(made.generations) == 2
    assert written == {path: path.stat().st_mtime_ns for path in folder.rglob("*.safetensors")}
