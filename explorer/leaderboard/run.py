"""A leaderboard computed: networks trained, then each judged; here, or as tasks of this machine or a
cluster."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.compute.cluster import ClusterConfig, map_tasks
from explorer.compute.device import prepare
from explorer.compute.progress import finish, map_progress, returning_last
from explorer.experiments.run import computed_by
from explorer.experiments.stack import learn_stack
from explorer.leaderboard import store, tables
from explorer.leaderboard.evaluation import network_rows
from explorer.leaderboard.rows import Rows
from explorer.leaderboard.spec import LeaderboardSpec, Member
from explorer.leaderboard.store import Leaderboard


@dataclass(frozen=True, slots=True)
class LeaderboardUpdate:
    """How far a leaderboard is: what is being done, the share of the whole that is, and seconds since this
    start; the table with the last one."""

    doing: str
    share: float
    seconds: float
    table: Leaderboard | None = None


def leaderboard(spec: LeaderboardSpec, folder: Path) -> Iterator[LeaderboardUpdate]:
    """Compute a leaderboard into a folder, or go on with it: training first, then network after network.

    The seeds of a preset are trained as one stack, and always all of them, so that a leaderboard that was
    stopped ends with the same numbers. Raises CheckpointError for a folder that holds anything else.
    """
    started, found = time.perf_counter(), store.begin(folder, spec)
    presets = untrained(spec, folder, found)
    missing = [one for one in spec.members if one not in found]
    done, whole = len(found), len(presets) + len(spec.members)

    def at(doing: str, share: float) -> LeaderboardUpdate:
        return LeaderboardUpdate(doing, (done + share) / whole, time.perf_counter() - started)

    for name in presets:
        for share in train_seeds(spec, name, folder):
            yield at(f"training {name}", share)
        done += 1
    for member in missing:
        for share in judge_network(spec, member, folder):
            yield at(member.name, share)
        done += 1
    yield from _finished(spec, folder, started)


def leaderboard_apart(
    spec: LeaderboardSpec, folder: Path, place: ClusterConfig
) -> Iterator[LeaderboardUpdate]:
    """As `leaderboard`, with a task for the training of each preset, and then one for each network, on this
    machine's processes or on a cluster.

    The folder has to be visible to all of them. Raises TaskFailed, besides what `leaderboard` raises; what is
    finished stays, and a new start goes on after it.
    """
    started, found = time.perf_counter(), store.begin(folder, spec)
    presets = untrained(spec, folder, found)
    whole = len(presets) + len(spec.members)
    done, where, values = len(found), str(folder.resolve()), spec.to_json()
    trainings = [(values, name, where, place.threads) for name in presets]
    members = [one for one in spec.members if one not in found]
    judgings = [(values, one.preset, one.seed, where, place.threads) for one in members]
    stages = (("training", training_task, trainings), ("judging", judging_task, judgings))
    for doing, task, arguments in stages:
        for ended in map_tasks(task, arguments, folder / store.TASKS, place):
            done += ended is not None
            yield LeaderboardUpdate(doing, done / whole, time.perf_counter() - started)
    yield from _finished(spec, folder, started)


def training_task(values: dict[str, Any], name: str, folder: str, threads: int) -> None:
    """Train the networks of a preset, and keep them in the folder."""
    prepare(threads)
    finish(train_seeds(LeaderboardSpec.from_json(values), name, Path(folder)))


def judging_task(values: dict[str, Any], name: str, seed: int, folder: str, threads: int) -> None:
    """Judge everything on one network, and keep its rows in the folder."""
    prepare(threads)
    finish(judge_network(LeaderboardSpec.from_json(values), Member(name, seed), Path(folder)))


def untrained(spec: LeaderboardSpec, folder: Path, found: dict[Member, Rows]) -> list[str]:
    """The presets of which networks have to be trained before the rest can be judged."""
    return [
        name
        for name in spec.presets
        if any(one not in found for one in spec.members_of(name))
        and any(store.network(folder, one) is None for one in spec.members_of(name))
    ]


def train_seeds(spec: LeaderboardSpec, name: str, folder: Path) -> Generator[float, None, None]:
    """Train a preset's networks but the shipped one as a stack, and keep them: yields the share done."""
    members = spec.members_of(name)[1:]
    learning = returning_last(learn_stack([one.experiment for one in members]))
    update = yield from map_progress(learning, lambda update: update.share)
    assert update.results is not None  # the last one has them
    for one, result in zip(members, update.results, strict=True):
        store.save_network(folder, one, result)


def judge_network(spec: LeaderboardSpec, member: Member, folder: Path) -> Generator[float, None, Rows]:
    """Judge everything on one network, and keep its rows: yields the share done.

    Raises ValueError for a network that was not trained.
    """
    networks = {one: store.network(folder, one) for one in spec.members_of(member.preset)}
    result = networks.pop(member)
    others = [one for one in networks.values() if one is not None]
    if result is None or len(others) < len(networks):
        raise ValueError(f"Not all networks of {member.preset} have been trained.")
    rows = yield from network_rows(spec, member, result, others)
    store.save_rows(folder, member, rows, computed_by(result.experiment, result.device)[1])
    return rows


def _finished(spec: LeaderboardSpec, folder: Path, started: float) -> Iterator[LeaderboardUpdate]:
    """Write the tables; the last update has the whole."""
    table = store.save_table(folder, spec, store.finished(folder, spec))
    tables.write_tables(folder, table)
    yield LeaderboardUpdate("done", 1.0, time.perf_counter() - started, table)
