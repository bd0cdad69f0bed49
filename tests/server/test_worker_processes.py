"""Jobs in processes of their own: the manager's rules hold, and what befalls one befalls no other."""

import os
import signal
import time
from functools import partial

import pytest

from explorer.server.jobs import JobManager
from explorer.server.tickets import State
from explorer.server.worker_processes import AVAILABLE, KILLED, WorkerProcesses
from tests.server import worker_tasks as tasks

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="processes are forked on Linux only")
PATIENCE = 30.0


@pytest.fixture(scope="module")
def processes():
    processes = WorkerProcesses("gc:collect")
    yield processes
    processes.close()


@pytest.fixture
def jobs(processes):
    with JobManager(slice_seconds=0.02, execution=processes.execution) as manager:
        yield manager


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.005)


def ended(ticket):
    eventually(lambda: not ticket.active)
    return ticket


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has collected does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_job_runs_to_its_end_elsewhere_and_its_value_comes_back(jobs):
    values = []
    ticket = ended(jobs.submit("ann", "count", partial(tasks.counting, 7), finished=values.append))
    assert (ticket.state, ticket.update, ticket.error) == (State.DONE, 7, None)
    assert values == ["counted"]
    ticket = ended(jobs.submit("ann", "process", tasks.process))
    assert ticket.update != os.getpid()
    eventually(lambda: not alive(ticket.update))


def test_what_was_sent_once_is_the_same_object_afterwards(jobs):
    values, seen = [], []
    ticket = jobs.submit("ann", "grow", partial(tasks.growing, 40), finished=values.append)
    while ticket.active:
        if ticket.update is not None:
            seen.append(ticket.update)
        time.sleep(0.01)
    first = seen[0].parts[0]
    assert first.numbers.tolist() == [0] * 1_000
    assert len({update.step for update in seen}) > 3
    assert all(update.parts[0] is first for update in seen)
    assert values[0][0] is first
    assert [part.numbers[0] for part in values[0]] == list(range(40))


def test_jobs_take_turns_and_pause_and_resume(jobs):
    tickets = [jobs.submit(name, name, partial(tasks.counting, 10**9, 0.001)) for name in ("ann", "bob")]
    for ticket in tickets:
        eventually(lambda ticket=ticket: (ticket.update or 0) > 5)
    jobs.pause(tickets[0])
    frozen, other = tickets[0].update, tickets[1].update
    eventually(lambda: tickets[1].update > other + 20)
    assert tickets[0].update == frozen
    jobs.resume(tickets[0])
    eventually(lambda: tickets[0].update > frozen + 5)
    assert tickets[0].update < frozen + 10**6


def test_stop_closes_the_generator_and_ends_the_process(jobs, tmp_path):
    started, closed = tmp_path / "started", tmp_path / "closed"
    ticket = jobs.submit("ann", "closing", partial(tasks.closing, started, closed))
    eventually(lambda: ticket.update == 1)
    jobs.stop(ticket, wait=PATIENCE)
    assert ticket.state is State.STOPPED
    assert closed.read_text() == "closed"
    eventually(lambda: not alive(int(started.read_text())))


def test_stop_works_on_what_never_yields_and_others_go_on(jobs, tmp_path):
    started = tmp_path / "started"
    ticket = jobs.submit("ann", "stuck", partial(tasks.never_yielding, started))
    eventually(lambda: started.exists() and started.read_text())
    other = jobs.submit("bob", "count", partial(tasks.counting, 5))
    jobs.stop(ticket, wait=PATIENCE)
    assert ticket._job.ended.is_set()
    eventually(lambda: not alive(int(started.read_text())))
    assert ended(other).state is State.DONE


def test_a_job_that_is_kept_goes_on_where_it_was(jobs):
    task = partial(tasks.counting, 10**9, 0.001)
    ticket = jobs.submit("ann", "kept", task)
    eventually(lambda: (ticket.update or 0) > 10)
    jobs.stop(ticket, keep=True)
    reached = ticket.update
    again = jobs.submit("ann", "kept", task)
    eventually(lambda: again.update > reached)
    assert again.update < reached + 10**6
    jobs.discard(again)


def test_a_worker_that_is_killed_ends_its_job_with_a_sentence_and_nobody_else_notices(jobs, tmp_path):
    started = tmp_path / "started"
    ticket = jobs.submit("ann", "killed", partial(tasks.closing, started, tmp_path / "closed"))
    other = jobs.submit("bob", "count", partial(tasks.counting, 10**9, 0.001))
    eventually(lambda: started.exists() and started.read_text() and (other.update or 0) > 2)
    before = other.update
    os.kill(int(started.read_text()), signal.SIGKILL)
    assert (ended(ticket).state, ticket.error) == (State.FAILED, KILLED)
    eventually(lambda: other.update > before + 20)
    assert ended(jobs.submit("ann", "killed", partial(tasks.counting, 3))).update == 3


def test_without_a_template_another_one_is_started(jobs, processes):
    processes._template.kill()
    processes._template.wait()
    assert ended(jobs.submit("ann", "count", partial(tasks.counting, 3))).state is State.DONE


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (tasks.failing, "The width 0 is outside [1, 4096]."),
        (tasks.taking_memory, "The computation ran out of memory; make it smaller and try again."),
        (
            tasks.returning_what_cannot_be_sent,
            "The computation failed: TypeError: cannot pickle '_thread.lock' object.",
        ),
        (lambda: iter([1]), "The computation failed: "),
    ],
)
def test_a_failure_is_one_sentence(jobs, task, sentence):
    ticket = ended(jobs.submit("ann", "fails", task))
    assert ticket.state is State.FAILED
    assert ticket.error.startswith(sentence)


def test_what_finished_raises_fails_the_job(jobs):
    def refuse(value):
        raise ValueError(f"The result {value} is too large.")

    ticket = ended(jobs.submit("ann", "count", partial(tasks.counting, 2), finished=refuse))
    assert (ticket.state, ticket.error) == (State.FAILED, "The result counted is too large.")


def test_who_leaves_while_all_threads_wait_is_noticed(processes, tmp_path):
    settings = {"slice_seconds": 0.02, "grace_seconds": 0.1, "execution": processes.execution}
    with JobManager(**settings) as manager:
        manager.attach("ann")
        ticket = manager.submit("ann", "stuck", partial(tasks.never_yielding, tmp_path / "started"))
        eventually(lambda: (tmp_path / "started").exists())
        manager.detach("ann")
        assert ended(ticket).state is State.STOPPED
        assert ticket._job.ended.wait(PATIENCE)


def test_workers_end_with_the_process_that_started_them(tmp_path):
    import subprocess
    import sys

    started = tmp_path / "started"
    code = (
        "from functools import partial; from pathlib import Path; import time\n"
        "from explorer.server.jobs import JobManager\n"
        "from explorer.server.worker_processes import WorkerProcesses\n"
        "from tests.server import worker_tasks as tasks\n"
        "jobs = JobManager(execution=WorkerProcesses('gc:collect').execution)\n"
        f"task = partial(tasks.closing, Path({str(started)!r}), Path({str(tmp_path / 'closed')!r}))\n"
        "jobs.submit('ann', 'a', task)\n"
        "time.sleep(600)\n"
    )
    server = subprocess.Popen([sys.executable, "-c", code])
    try:
        eventually(lambda: started.exists() and started.read_text())
    finally:
        server.kill()
        server.wait()
    eventually(lambda: not alive(int(started.read_text())))
