"""Equal work is done once by all who share a database, and goes on elsewhere when who did it is gone."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from functools import partial

import pytest

from explorer.server import leases as module
from explorer.server.database import Database, DatabaseError
from explorer.server.execution import Elsewhere
from explorer.server.jobs import JobManager
from explorer.server.leases import LEASE_SECONDS, LOOK_SECONDS, RENEW_SECONDS, Lease, computed_once
from explorer.server.tickets import State
from explorer.server.worker_processes import AVAILABLE, WorkerProcesses
from tests.server import worker_tasks as tasks
from tests.server.test_jobs import Clock, ended, eventually


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/leases.sqlite")
    yield database
    database.close()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lease(database, clock):
    """lease(key) is a new holder's."""
    return lambda key="training a": Lease(database, key, clock)


def test_one_has_it_and_the_other_learns_how_far_that_is(lease, clock):
    one, other = lease(), lease()
    assert one.hold() is None
    assert other.hold() == Elsewhere(0.0, None, LOOK_SECONDS)
    clock.now += RENEW_SECONDS
    assert one.hold(0.25, 30.0) is None
    assert other.hold() == Elsewhere(0.25, 30.0, LOOK_SECONDS)
    assert lease("training b").hold() is None
    one.release()
    assert other.hold() is None
    assert one.hold() is not None


def test_it_outlives_its_time_only_if_it_is_renewed(lease, clock):
    one, other = lease(), lease()
    one.hold()
    for _ in range(10):
        clock.now += LEASE_SECONDS - 1
        assert one.hold() is None
        assert other.hold() is not None
    clock.now += LEASE_SECONDS
    assert other.hold() is None  # the first one is taken for dead
    assert one.hold() is not None
    one.release()
    assert lease().hold() is not None  # what another holds stays


def test_it_is_written_once_in_a_while(lease, clock, monkeypatch):
    one, written = lease(), []
    write = one._write
    monkeypatch.setattr(one, "_write", lambda *values: written.append(values) or write(*values))
    for _ in range(100):
        one.hold()
        clock.now += RENEW_SECONDS / 10
    assert len(written) == 10


def test_without_the_database_everybody_works(tmp_path, clock, monkeypatch):
    (tmp_path / "file").write_text("x")
    nowhere = Database(f"sqlite:///{tmp_path}/file/leases.sqlite")
    with pytest.raises(DatabaseError):
        nowhere.create(module.TABLES)
    held = Lease(nowhere, "a", clock)
    assert held.hold() is None
    held.release()


@dataclass(frozen=True)
class Step:
    number: int
    share: float = 0.0
    seconds_left: float | None = None


def counted(made: list[int], stored: set[str], count: int = 3):
    """What is stored is not computed again."""
    if stored:
        return "found"
    made.append(1)
    for number in range(1, count + 1):
        yield Step(number, number / count, count - number)
    stored.add("result")
    return "computed"


def test_who_comes_second_waits_and_finds_what_is_stored(database, clock, monkeypatch):
    monkeypatch.setattr(module, "shared", lambda: database)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.0)
    made, stored = [], set()
    first, second = (computed_once("a", partial(counted, made, stored)) for _ in range(2))
    assert next(first) == Step(1, 1 / 3, 2)
    assert isinstance(next(second), Elsewhere)
    assert next(first).number == 2
    assert next(second) == Elsewhere(1 / 3, 2, LOOK_SECONDS)
    assert [step.number for step in first] == [3]
    with pytest.raises(StopIteration) as end:
        next(second)
    assert end.value.value == "found"
    assert made == [1]


def test_who_stops_leaves_it_to_the_other(database, monkeypatch):
    monkeypatch.setattr(module, "shared", lambda: database)
    made, stored = [], set()
    first, second = (computed_once("a", partial(counted, made, stored)) for _ in range(2))
    next(first)
    assert isinstance(next(second), Elsewhere)
    first.close()
    assert next(second).number == 1
    assert made == [1, 1]


def test_who_was_paused_for_long_waits_for_who_took_it_over(database, clock, monkeypatch):
    monkeypatch.setattr(module, "shared", lambda: database)
    monkeypatch.setattr(module, "Lease", partial(Lease, clock=clock))
    made, stored = [], set()
    first, second = (computed_once("a", partial(counted, made, stored)) for _ in range(2))
    next(first)
    clock.now += LEASE_SECONDS
    assert next(second).number == 1
    assert isinstance(next(first), Elsewhere)
    assert [step.number for step in second] == [2, 3]
    with pytest.raises(StopIteration):
        next(first)
    assert made == [1, 1]


# Jobs that are done elsewhere


def test_a_job_that_is_done_elsewhere_takes_no_turns_and_no_place():
    clock, looks, waiting = Clock(), itertools.count(), [True]

    def elsewhere():
        while waiting:
            next(looks)
            yield Elsewhere(0.5, 12.0, 0.5)
        yield 0.75

    with JobManager(clock=clock, places=1, first_seconds=0.0) as jobs:
        ticket = jobs.submit("ann", "a", elsewhere)
        eventually(lambda: ticket.elsewhere is not None)
        assert (ticket.update, ticket.active, jobs.seconds_left(ticket)) == (None, True, 12.0)
        assert ended(jobs.submit("bob", "b", lambda: iter([1]))).state is State.DONE  # in the only place
        assert next(looks) == 1  # for all that time nobody looked again
        waiting.clear()
        clock.now += 0.5
        with jobs._changed:
            jobs._changed.notify_all()
        assert ended(ticket).update == 0.75
        assert ticket.elsewhere is None


@pytest.mark.skipif(not AVAILABLE, reason="processes are forked on Linux only")
def test_two_servers_compute_it_once_and_a_kill_of_one_passes_it_on(tmp_path):
    result, processes = tmp_path / "result", WorkerProcesses("gc:collect")
    managers = [JobManager(slice_seconds=0.02, execution=processes.execution) for _ in range(2)]
    try:
        work = partial(tasks.stored_once, result)
        one, two = (jobs.submit("ann", "a", work) for jobs in managers)
        eventually(lambda: {one.elsewhere is None, two.elsewhere is None} == {False, True})
        mine, other = (one, two) if two.elsewhere else (two, one)
        eventually(lambda: other.elsewhere.share > 0)
        assert not mine.elsewhere
        assert ended(mine).state is ended(other).state is State.DONE
        assert result.read_text() == "computed\n"
        assert other.update is None

        result.unlink()
        one, two = (jobs.submit("ann", "b", work) for jobs in managers)
        eventually(lambda: {one.elsewhere is None, two.elsewhere is None} == {False, True})
        mine, other = (one, two) if two.elsewhere else (two, one)
        eventually(lambda: mine.update is not None)
        tasks.kill(mine.update.process)
        assert ended(mine).state is State.FAILED
        started = time.monotonic()
        assert ended(other).state is State.DONE
        assert time.monotonic() - started < 2 * LEASE_SECONDS
        assert result.read_text() == "computed\n"
    finally:
        for jobs in managers:
            jobs.close()
        processes.close()
