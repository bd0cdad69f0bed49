"""A recursion of several seeds, each seed as a task of its own: processes of this machine, or a cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.compute.cluster import ClusterConfig, map_tasks
from explorer.compute.device import prepare
from explorer.compute.progress import seconds_left
from explorer.recursion import store
from explorer.recursion.run import RecursionUpdate, recursive_training, share_done
from explorer.recursion.spec import Generation, RecursionSpec, missing


def recursive_training_apart(
    spec: RecursionSpec, folder: Path, place: ClusterConfig
) -> Iterator[RecursionUpdate]:
    """As `recursive_training`, with every seed as a task of its own, on this machine's processes or on a
    cluster.

    The folder has to be visible to all of them; what the executor writes goes to `tasks` in it. Tells twice a
    second how many generations are finished. Raises TaskFailed, besides what `recursive_training` raises; the
    generations that are finished stay, and a new start goes on after them.
    """
    finished, start = store.begin(folder, spec), time.perf_counter()
    begun = _share(spec, finished)
    planned = [member for member in spec.members if missing(member, finished)]
    arguments = [
        (member.to_json(), str(store.seed_folder(folder, spec, member).resolve()), place.threads)
        for member in planned
    ]
    stored = -1
    for _ in map_tasks(seed_task, arguments, folder / store.TASKS, place):
        if (now := store.generations_stored(folder)) != stored:
            stored, (_, finished) = now, store.load_run(folder)
        share, seconds = _share(spec, finished), time.perf_counter() - start
        left = seconds_left(seconds, share, begun) if share > begun else None
        yield _update(finished, share, seconds, left)
    _, finished = store.load_run(folder)
    yield _update(finished, 1.0, time.perf_counter() - start, 0.0, done=True)


def seed_task(values: dict[str, Any], folder: str, threads: int) -> None:
    """Run the recursion of one seed in its folder, or go on with it."""
    prepare(threads)
    for _ in recursive_training(RecursionSpec.from_json(values), folder=Path(folder)):
        pass


def _share(spec: RecursionSpec, finished: tuple[Generation, ...]) -> float:
    return sum(share_done(member, finished) for member in spec.members) / spec.seeds


def _update(
    finished: tuple[Generation, ...], share: float, seconds: float, left: float | None, done: bool = False
) -> RecursionUpdate:
    """Where it stands; the last of the generations that are finished is named."""
    seed, arm, number = (finished[-1].seed, finished[-1].arm, finished[-1].number) if finished else (0, "", 0)
    return RecursionUpdate(seed, arm, number, "measuring", share, seconds, left, finished, done)
