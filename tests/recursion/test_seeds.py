"""A recursion of several seeds: each is what it would be alone, stored, gone on with and made small."""

from __future__ import annotations

import json

import pytest

from explorer.compute.cluster import ClusterConfig
from explorer.experiments.presets import preset
from explorer.recursion.run import recursive_training
from explorer.recursion.spec import RecursionSpec, missing, of_seed
from explorer.recursion.store import compact, load_run
from explorer.recursion.tasks import recursive_training_apart
from explorer.storage.files import CheckpointError
from tests.recursion.test_recursion import comparable, completed

SHORT = {"training.steps": 100, "sampler.steps": 30, "training.batch": 100, "points": 500, "seed": 4}
SPEC = RecursionSpec(
    preset("two-modes").experiment.replace(**SHORT),
    ("none", "accumulate"),
    generations=3,
    samples=200,
    seeds=3,
)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The updates of a run of three seeds, and its folder."""
    folder = tmp_path_factory.mktemp("seeds") / "run"
    return list(recursive_training(SPEC, folder=folder)), folder


def test_each_seed_is_the_recursion_that_it_is_alone(undisturbed):
    updates, folder = undisturbed
    made = updates[-1].generations
    assert [one.seed for one in made] == [4] * 6 + [5] * 6 + [6] * 6
    assert [member.experiment.seed for member in SPEC.members] == [4, 5, 6]
    for member in SPEC.members[1:]:
        alone = completed(member)
        assert [comparable(one) for one in of_seed(made, member.experiment.seed)] == [
            comparable(one) for one in alone
        ]
        spec, stored = load_run(folder / f"seed-{member.experiment.seed}")
        assert spec == member
        assert [comparable(one) for one in stored] == [comparable(one) for one in alone]


def test_it_comes_back_from_disk(undisturbed):
    updates, folder = undisturbed
    spec, back = load_run(folder)
    assert spec == SPEC
    assert [comparable(one) for one in back] == [comparable(one) for one in updates[-1].generations]
    assert RecursionSpec.from_json(json.loads(json.dumps(SPEC.to_json()))) == SPEC


def test_updates_tell_how_far_the_whole_is(undisturbed):
    updates, _ = undisturbed
    shares = [update.share for update in updates]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [update.done for update in updates] == [False] * (len(updates) - 1) + [True]
    seconds = [update.seconds for update in updates]
    assert seconds == sorted(seconds)
    seeds = [update.seed for update in updates]
    assert seeds == sorted(seeds)
    assert set(seeds) == {4, 5, 6}
    for update in updates:
        if update.seed == 5:
            assert 1 / 3 <= update.share <= 2 / 3
    begun = next(place for place, update in enumerate(updates) if update.generations)
    assert {update.seconds_left for update in updates[:begun]} == {None}
    assert all(update.seconds_left >= 0 for update in updates[begun:])


def test_a_run_that_was_stopped_in_its_second_seed_goes_on_there(undisturbed, tmp_path):
    folder = tmp_path / "stopped"
    work = recursive_training(SPEC, folder=folder)
    next(update for update in work if (update.seed, update.generation, update.arm) == (5, 2, "accumulate"))
    work.close()
    half = load_run(folder)[1]
    assert len(half) == 6 + 5
    assert missing(SPEC, half)[0] == (2, "accumulate")
    updates = list(recursive_training(SPEC, folder=folder))
    first = next(update for update in updates if not update.done and update.seed == 5)
    assert (first.generation, first.arm) == (2, "accumulate")  # its pool was put together again
    assert 4 / 9 < first.share < 2 / 3
    assert [comparable(one) for one in updates[-1].generations] == [
        comparable(one) for one in undisturbed[0][-1].generations
    ]


def test_a_seed_that_is_damaged_or_of_another_run_is_named(undisturbed, tmp_path):
    folder = tmp_path / "copy"
    for path in undisturbed[1].rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(undisturbed[1])
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (folder / "seed-6" / "accumulate-2.json").unlink()
    with pytest.raises(CheckpointError, match="lacks 1 of its generations"):
        compact(folder)
    kept = folder / "seed-6" / "accumulate-1.kept.safetensors"
    kept.write_bytes((folder / "seed-6" / "accumulate-0.kept.safetensors").read_bytes())
    with pytest.raises(
        CheckpointError, match="accumulate-NUMBER.kept.safetensors of the run seed-6 was chan"
    ):
        list(recursive_training(SPEC, folder=folder))
    kept.unlink()
    with pytest.raises(CheckpointError, match="accumulate-1.kept.safetensors of the run seed-6 is missing"):
        list(recursive_training(SPEC, folder=folder))
    (folder / "seed-6" / "spec.json").write_bytes((folder / "seed-5" / "spec.json").read_bytes())
    with pytest.raises(
        CheckpointError, match="folder seed-6 .* holds the recursion of another specification"
    ):
        load_run(folder)


def test_tasks_of_this_machine_end_with_the_same_numbers_and_it_is_made_small(undisturbed, tmp_path):
    folder = tmp_path / "apart"
    work = recursive_training(SPEC, folder=folder)  # a part of the first seed is there already
    next(update for update in work if update.generation == 1)
    work.close()
    *updates, last = recursive_training_apart(SPEC, folder, ClusterConfig(workers=2))
    assert last.done
    assert [update.share for update in updates] == sorted(update.share for update in updates)
    assert not missing(SPEC, last.generations)
    for one, other in zip(last.generations, undisturbed[0][-1].generations, strict=True):
        assert (one.seed, one.arm, one.number) == (other.seed, other.arm, other.number)
        assert comparable(one) == comparable(other)
    assert (folder / "tasks").is_dir()
    compact(folder)
    left = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert not [name for name in left if ".kept." in name or "tasks" in name]
    assert len(left) == 1 + 3 * (1 + 2 * 6)
    (update,) = recursive_training_apart(SPEC, folder, ClusterConfig(workers=2))
    assert (update.done, update.share, len(update.generations)) == (True, 1.0, 18)


def test_a_single_seed_as_a_task_lies_where_it_always_did(tmp_path, tasks_here):
    member = SPEC.members[0]
    *_, last = recursive_training_apart(member, tmp_path / "one", ClusterConfig(workers=1))
    assert (tmp_path / "one" / "none-2.json").is_file()
    assert len(load_run(tmp_path / "one")[1]) == len(last.generations) == 6
