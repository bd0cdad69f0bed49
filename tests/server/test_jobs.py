"""Jobs are shared, fair, paused, stopped, resumed and never left behind.

Two kinds of time: a Clock that only the jobs under test move, where the order of things is asserted; and the
real one, where a thing must happen and is awaited (never longer than PATIENCE, on a machine of any speed).
"""

import errno
import logging
import threading
import time

import pytest

from explorer.server.jobs import (
    KEPT_BY_OWNER,
    KEPT_JOBS,
    REMEMBERED_SECONDS,
    REMEMBERED_TICKETS,
    Busy,
    JobManager,
)
from explorer.server.tickets import State

PATIENCE = 20.0


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Steps:
    """Counts 1, 2, ... up to `count`, and knows how often it was made and whether it was closed."""

    def __init__(self, count=10**9, on_step=lambda: time.sleep(0.001)):
        self.count, self.on_step = count, on_step
        self.made = self.done = 0
        self.closed = threading.Event()
        self.closed_on = None

    def __call__(self):
        self.made += 1
        try:
            for _ in range(self.count):
                self.on_step()
                self.done += 1
                yield self.done
        finally:
            self.closed_on = threading.current_thread().name
            self.closed.set()


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "did not happen"
        time.sleep(0.001)


def more_steps(steps, count=5):
    goal = steps.done + count
    eventually(lambda: steps.done >= goal)


def ended(ticket):
    eventually(lambda: not ticket.active)
    return ticket


def let_the_worker_fall_asleep():
    time.sleep(0.03)  # were it too short, the test would pass without having tried the waking


@pytest.fixture
def jobs():
    with JobManager(slice_seconds=0.005) as manager:
        yield manager


@pytest.fixture
def make_manager():
    managers = []

    def make(**settings):
        managers.append(JobManager(**settings))
        return managers[-1]

    yield make
    for manager in managers:
        manager.close()


# Turns


def test_a_job_runs_to_its_end_and_keeps_its_last_update(jobs):
    ticket = ended(jobs.submit("ann", "three steps", Steps(3)))
    assert (ticket.state, ticket.update, ticket.error) == (State.DONE, 3, None)
    assert (ticket.owner, ticket.key) == ("ann", "three steps")
    assert ticket.busy_seconds > 0
    assert (ticket.sharers, jobs.running()) == (0, 0)


def test_before_its_first_turn_a_job_is_queued_without_an_update(jobs):
    gate = threading.Event()
    jobs.submit("ann", "a", Steps(1, on_step=lambda: gate.wait(PATIENCE)))
    ticket = jobs.submit("bob", "b", Steps(1))
    assert (ticket.state, ticket.update, ticket.active) == (State.QUEUED, None, True)
    assert jobs.running() == 2
    gate.set()
    assert ended(ticket).update == 1


def test_jobs_take_turns_of_equal_time_whatever_their_steps_cost(make_manager):
    clock, trace, gate = Clock(), [], threading.Event()
    manager = make_manager(slice_seconds=1.0, clock=clock)

    def costing(name, seconds):
        def step():
            gate.wait(PATIENCE)
            trace.append(name)
            clock.now += seconds

        return step

    manager.submit("ann", "a", Steps(10, on_step=costing("a", 1.0)))
    manager.submit("bob", "b", Steps(40, on_step=costing("b", 0.25)))
    last = manager.submit("eve", "c", Steps(10, on_step=costing("c", 1.0)))
    gate.set()
    ended(last)
    assert "".join(trace) == "abbbbc" * 10


def test_a_newcomer_waits_for_one_turn_of_each_other_job_at_most(make_manager):
    clock, trace = Clock(), []
    manager = make_manager(slice_seconds=1.0, budget_seconds=1e9, clock=clock)

    def step(name):
        def on_step():
            time.sleep(0.001)
            trace.append(name)
            clock.now += 1.0

        return on_step

    first = Steps(on_step=step("a"))
    manager.submit("ann", "a", first)
    more_steps(first, 20)
    ended(manager.submit("bob", "b", Steps(10, on_step=step("b"))))
    assert "".join(trace).strip("a") == "ba" * 9 + "b"


def test_several_workers_never_run_one_job_twice_at_once(make_manager):
    manager = make_manager(workers=3, slice_seconds=0.002)
    inside, overlaps = threading.Lock(), []

    def step():
        if not inside.acquire(blocking=False):
            overlaps.append(1)
            return
        time.sleep(0.001)
        inside.release()

    ticket = manager.submit("ann", "a", Steps(50, on_step=step))
    other = manager.submit("bob", "b", Steps(50))
    assert (ended(ticket).update, ended(other).update, overlaps) == (50, 50, [])


# Sharing


def test_equal_work_is_computed_once_and_seen_by_all(jobs):
    work, never = Steps(), Steps()
    ann = jobs.submit("ann", "same", work)
    more_steps(work)
    bob = jobs.submit("bob", "same", never)
    assert bob is not ann
    assert bob.update >= 4, "who joins sees at once how far it is"
    assert ann.sharers == bob.sharers == 2
    assert jobs.running() == 1
    assert (work.made, never.made) == (1, 0)


def test_work_that_has_ended_is_computed_again(jobs):
    first, second = Steps(2), Steps(3)
    ended(jobs.submit("ann", "same", first))
    assert ended(jobs.submit("bob", "same", second)).update == 3


def test_a_new_job_withdraws_the_owners_earlier_one(jobs):
    old, new = Steps(), Steps()
    earlier = jobs.submit("ann", "old", old)
    more_steps(old)
    ticket = jobs.submit("ann", "new", new)
    assert earlier.state is State.STOPPED
    assert old.closed.wait(PATIENCE)
    more_steps(new)
    assert jobs.find("ann") is ticket
    assert jobs.running() == 1


def test_submitting_the_same_work_again_goes_on_with_it(jobs):
    work = Steps()
    earlier = jobs.submit("ann", "same", work)
    more_steps(work)
    jobs.pause(earlier)
    ticket = jobs.submit("ann", "same", work)
    more_steps(work)
    assert (earlier.state, ticket.state, ticket.sharers, work.made) == (State.STOPPED, State.RUNNING, 1, 1)


# Pausing


def test_a_paused_job_makes_no_progress_and_resumes_where_it_was(jobs):
    work, other = Steps(), Steps()
    ticket = jobs.submit("ann", "a", work)
    jobs.submit("bob", "b", other)
    more_steps(work)
    jobs.pause(ticket)
    assert (ticket.state, ticket.active, jobs.running()) == (State.PAUSED, True, 1)
    seen = ticket.update
    more_steps(other)  # a step that was under way has ended by now
    done = work.done
    more_steps(other, 30)
    assert work.done == done
    assert ticket.update == seen
    assert not work.closed.is_set()
    jobs.resume(ticket)
    assert ticket.state is State.RUNNING
    more_steps(work)
    eventually(lambda: ticket.update > done)
    assert work.made == 1


def test_resuming_wakes_an_idle_worker(jobs):
    work = Steps()
    ticket = jobs.submit("ann", "a", work)
    more_steps(work)
    jobs.pause(ticket)
    let_the_worker_fall_asleep()
    jobs.resume(ticket)
    more_steps(work)


def test_pausing_freezes_ones_own_view_while_a_sharer_goes_on(jobs):
    work = Steps()
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    more_steps(work)
    jobs.pause(ann)
    seen = ann.update
    more_steps(work, 20)
    assert (ann.state, ann.update) == (State.PAUSED, seen)
    eventually(lambda: bob.update >= seen + 20)
    assert bob.state is State.RUNNING
    jobs.pause(ann)  # pausing twice does not move the picture
    assert ann.update == seen
    jobs.resume(ann)
    assert ann.update >= seen + 20


def test_a_shared_job_rests_once_all_have_paused_and_wakes_for_anyone(jobs):
    work, other = Steps(), Steps()
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    jobs.submit("eve", "other", other)
    more_steps(work)
    jobs.pause(ann)
    jobs.pause(bob)
    more_steps(other)
    done = work.done
    more_steps(other, 20)
    assert work.done == done
    cat = jobs.submit("cat", "same", work)  # who joins wants it to go on
    more_steps(work)
    assert (ann.state, bob.state, cat.state) == (State.PAUSED, State.PAUSED, State.RUNNING)


def test_a_paused_picture_stands_still_also_when_the_shared_job_ends(jobs):
    gate = threading.Event()
    work = Steps(3, on_step=lambda: gate.wait(PATIENCE))
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    jobs.pause(ann)
    gate.set()
    assert ended(bob).update == 3
    assert (ann.state, ann.update) == (State.PAUSED, None)
    jobs.resume(ann)
    assert (ann.state, ann.update) == (State.DONE, 3)


def test_a_failure_of_the_shared_job_shows_on_resuming(jobs):
    gate = threading.Event()

    def steps():
        gate.wait(PATIENCE)
        yield 1
        raise ValueError("Too wide.")

    ann, bob = jobs.submit("ann", "same", steps), jobs.submit("bob", "same", steps)
    jobs.pause(ann)
    gate.set()
    assert ended(bob).error == "Too wide."
    assert (ann.state, ann.error) == (State.PAUSED, None)
    jobs.resume(ann)
    assert (ann.state, ann.error, ann.update) == (State.FAILED, "Too wide.", 1)


def test_pause_and_resume_after_the_end_change_nothing(jobs):
    ticket = ended(jobs.submit("ann", "a", Steps(2)))
    jobs.pause(ticket)
    assert ticket.state is State.DONE
    jobs.resume(ticket)
    jobs.stop(ticket)
    assert (ticket.state, ticket.update) == (State.DONE, 2)


# Stopping


def test_stop_closes_the_generator_on_the_worker_and_keeps_the_picture(jobs):
    work = Steps()
    ticket = jobs.submit("ann", "a", work)
    more_steps(work)
    jobs.stop(ticket, wait=PATIENCE)
    assert work.closed.is_set(), "stop returns after the finally"
    assert work.closed_on.startswith("jobs-")
    assert (ticket.state, ticket.active, ticket.error) == (State.STOPPED, False, None)
    assert 4 <= ticket.update <= work.done
    jobs.resume(ticket)
    assert ticket.state is State.STOPPED
    assert jobs.running() == 0


def test_a_paused_job_can_be_stopped_and_keeps_the_picture_it_was_paused_at(jobs):
    work = Steps()
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    more_steps(work)
    jobs.pause(ann)
    seen = ann.update
    more_steps(work)
    jobs.stop(ann)
    assert (ann.state, ann.update) == (State.STOPPED, seen)
    jobs.pause(bob)
    jobs.stop(bob, wait=PATIENCE)
    assert work.closed.is_set()


def test_stop_says_so_at_once_and_does_not_wait_for_a_long_step(jobs):
    inside, gate = threading.Event(), threading.Event()

    def step():
        inside.set()
        gate.wait(PATIENCE)

    work = Steps(on_step=step)
    ticket = jobs.submit("ann", "a", work)
    assert inside.wait(PATIENCE)
    jobs.stop(ticket, wait=0.01)
    assert ticket.state is State.STOPPED
    assert not work.closed.is_set(), "the step is still under way"
    gate.set()
    assert work.closed.wait(PATIENCE)


def test_who_submits_while_the_stopped_job_is_closing_gets_a_fresh_one(jobs):
    inside, gate = threading.Event(), threading.Event()

    def step():
        inside.set()
        gate.wait(PATIENCE)

    old, new = Steps(on_step=step), Steps(2)
    jobs.submit("ann", "same", old)
    assert inside.wait(PATIENCE)
    jobs.stop(jobs.find("ann"), wait=0.0)
    ticket = jobs.submit("ann", "same", new)
    gate.set()
    assert ended(ticket).update == 2
    assert (new.made, ticket.state) == (1, State.DONE)


def test_stopping_before_the_first_turn_never_makes_the_generator(jobs):
    gate = threading.Event()
    first, work = Steps(1, on_step=lambda: gate.wait(PATIENCE)), Steps()
    jobs.submit("ann", "a", first)
    ticket = jobs.submit("bob", "b", work)
    jobs.stop(ticket, wait=0.0)
    gate.set()
    assert ended(jobs.submit("eve", "c", Steps(1))).state is State.DONE
    assert work.made == 0


def test_a_sharer_who_stops_leaves_the_job_to_the_other(jobs):
    work = Steps()
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    more_steps(work)
    jobs.stop(ann, wait=PATIENCE)  # returns at once: the job goes on
    seen = ann.update
    more_steps(work, 20)
    jobs.resume(ann)  # an end is an end
    assert (ann.state, ann.update, bob.state, bob.sharers) == (State.STOPPED, seen, State.RUNNING, 1)
    jobs.stop(bob, wait=PATIENCE)
    assert work.closed.is_set()


def test_the_sharer_who_stays_has_paused_so_the_job_rests(jobs):
    work, other = Steps(), Steps()
    ann, bob = jobs.submit("ann", "same", work), jobs.submit("bob", "same", work)
    jobs.submit("eve", "other", other)
    jobs.pause(bob)
    jobs.stop(ann)
    more_steps(other)
    done = work.done
    more_steps(other, 20)
    assert (work.done, bob.state) == (done, State.PAUSED)
    assert not work.closed.is_set()


# Limits


def test_busy_says_why_and_leaves_the_refused_owners_job_as_it_was(make_manager):
    manager = make_manager(slice_seconds=0.005, max_jobs=2)
    work, refused = Steps(), Steps()
    ann, bob = manager.submit("ann", "same", work), manager.submit("bob", "same", work)
    manager.pause(manager.submit("eve", "other", Steps()))  # paused jobs count as well
    more_steps(work)
    with pytest.raises(Busy, match=r"^2 computations are under way on this server, the most it takes\.$"):
        manager.submit("ann", "new", refused)  # bob stays on the old job, so this would be a third
    assert manager.find("ann") is ann
    assert (ann.state, ann.sharers, bob.sharers, refused.made) == (State.RUNNING, 2, 2, 0)
    more_steps(work)


def test_at_the_limit_one_may_still_join_or_replace_ones_own_job(make_manager):
    manager = make_manager(slice_seconds=0.005, max_jobs=1)
    work, new = Steps(), Steps()
    manager.submit("ann", "same", work)
    bob = manager.submit("bob", "same", work)
    assert bob.sharers == 2
    more_steps(work)
    manager.stop(bob)
    manager.submit("ann", "new", new)
    assert work.closed.wait(PATIENCE)
    more_steps(new)


def test_a_job_over_its_budget_is_stopped_and_told_the_bound(make_manager):
    clock = Clock()
    manager = make_manager(slice_seconds=1.0, budget_seconds=10.0, clock=clock)

    def step():
        clock.now += 1.0

    work = Steps(on_step=step)
    ticket = ended(manager.submit("ann", "a", work))
    assert (ticket.state, ticket.update, ticket.busy_seconds) == (State.STOPPED, 11, 11.0)
    assert ticket.error == "The computation was stopped at its limit of 10 seconds of computing time."
    assert work.closed.is_set()


# Owners


def test_turns_are_fair_between_owners_however_many_jobs_they_have(make_manager):
    clock, trace, gate = Clock(), [], threading.Event()
    manager = make_manager(slice_seconds=1.0, clock=clock)

    def step(name):
        def on_step():
            gate.wait(PATIENCE)
            trace.append(name)
            clock.now += 1.0

        return on_step

    for tab in ("one", "two"):
        manager.attach(tab, "ann")
    manager.attach("bob's", "bob")
    manager.submit("one", "a", Steps(6, on_step=step("a")), purpose="training")
    manager.submit("one", "b", Steps(6, on_step=step("b")), purpose="trial")
    manager.submit("two", "c", Steps(6, on_step=step("c")), purpose="training")
    last = manager.submit("bob's", "x", Steps(18, on_step=step("x")))
    gate.set()
    ended(last)
    ann = "".join(trace)[1::2] if trace[0] == "x" else "".join(trace)[::2]
    assert "".join(trace).count("x") == 18
    assert set(ann) <= set("abc"), "every other turn is bob's, who has one job against three"
    assert sorted(ann[:6]) == list("aabbcc"), "ann's jobs take her turns one after the other"


def test_two_tabs_of_one_browser_have_two_jobs_of_one_purpose(jobs):
    for tab in ("one", "two"):
        jobs.attach(tab, "ann")
    work, other = Steps(50), Steps(50)
    one = jobs.submit("one", "a", work, purpose="training")
    two = jobs.submit("two", "b", other, purpose="training")
    for _ in range(20):  # each tab looks for its own, again and again
        assert jobs.find("one", "training") is one
        assert jobs.find("two", "training") is two
    assert (ended(one).update, ended(two).update, work.made, other.made) == (50, 50, 1, 1)


def test_one_session_has_a_ticket_of_each_purpose(jobs):
    training = jobs.submit("ann", "a", Steps(), purpose="training", about="a training")
    trial = jobs.submit("ann", "b", Steps(), purpose="trial")
    assert jobs.find("ann", "training") is training
    assert jobs.tickets("ann") == [training, trial]
    assert (training.about, trial.about) == ("a training", None)
    assert jobs.tickets("bob") == []


# The line


def test_beyond_the_places_jobs_wait_in_line_after_a_first_short_turn(make_manager):
    clock = Clock()
    manager = make_manager(slice_seconds=1.0, places=1, first_seconds=1.0, clock=clock)
    pace, gate = threading.Semaphore(0), threading.Event()

    def counting_down(seconds):
        def make():
            for done in range(seconds):
                gate.wait(PATIENCE)
                pace.acquire(timeout=PATIENCE)
                clock.now += 1.0
                yield Left(seconds - done - 1)

        return make

    names = ("ann", "bob", "eve")
    ann, bob, eve = (manager.submit(name, name, counting_down(5)) for name in names)
    gate.set()
    for _ in range(3):
        pace.release()
    eventually(lambda: eve.update is not None)
    eventually(lambda: bob.state is State.QUEUED and eve.state is State.QUEUED)
    assert manager.place(ann) is None
    assert (manager.place(bob).position, manager.place(bob).seconds) == (1, 4)
    assert (manager.place(eve).position, manager.place(eve).seconds) == (2, 8)
    assert [manager.seconds_left(ticket) for ticket in (ann, bob, eve)] == [4, 8, 12]
    assert manager.expected_seconds(3) == 15
    for _ in range(4):
        pace.release()
    assert ended(ann).state is State.DONE
    assert (bob.update.seconds_left, eve.update.seconds_left) == (4, 4), "they have waited"
    eventually(lambda: manager.place(bob) is None)
    for _ in range(8):
        pace.release()
    assert ended(bob).state is ended(eve).state is State.DONE


class Left:
    def __init__(self, seconds_left):
        self.seconds_left = seconds_left


def test_what_is_short_does_not_wait_in_line(make_manager):
    manager = make_manager(slice_seconds=0.005, places=1, first_seconds=60.0)
    manager.submit("ann", "long", Steps())
    assert ended(manager.submit("bob", "short", Steps(5))).state is State.DONE


def test_the_line_is_fair_between_owners_and_pausing_gives_the_place_away(make_manager):
    manager = make_manager(slice_seconds=0.002, places=1, first_seconds=0.0)
    first, second, third = Steps(), Steps(), Steps()
    for tab in ("one", "two"):
        manager.attach(tab, "ann")
    ann = manager.submit("one", "a", first)
    more_steps(first)
    again, bob = manager.submit("two", "b", second), manager.submit("bob", "c", third)
    assert (manager.place(bob).position, manager.place(again).position) == (1, 2), "ann has a place already"
    assert manager.place(bob).seconds is None, "nobody knows how long ann takes"
    manager.pause(ann)  # now ann has none, and her other job came before bob's
    more_steps(second)
    assert (third.made, manager.place(bob).position) == (0, 1)
    manager.resume(ann)
    more_steps(second)
    assert (manager.place(bob).position, manager.place(ann).position) == (1, 2)
    manager.stop(again)  # now she has none again, and this one came first
    more_steps(first)
    assert third.made == 0
    manager.stop(ann)
    more_steps(third)


def test_one_owner_may_have_only_so_many_jobs(make_manager):
    manager = make_manager(slice_seconds=0.005, max_owned=2)
    for tab in ("one", "two", "three"):
        manager.attach(tab, "ann")
    manager.submit("one", "a", Steps())
    manager.submit("two", "b", Steps())
    with pytest.raises(
        Busy, match=r"^2 computations of yours are under way on this server, the most one may"
    ):
        manager.submit("three", "c", Steps())
    manager.submit("two", "d", Steps())  # in the place of one's own
    manager.submit("three", "d", Steps())  # the same one is no other job
    manager.submit("bob", "c", Steps())


# Resuming what was stopped


def test_a_stopped_job_that_is_kept_goes_on_where_it_was(jobs):
    work = Steps()
    ticket = jobs.submit("ann", "a", work)
    more_steps(work)
    jobs.stop(ticket, keep=True)
    assert (ticket.state, ticket.resumable, jobs.running()) == (State.STOPPED, True, 0)
    eventually(lambda: not ticket._job.in_worker)
    done, seen = work.done, ticket.update
    let_the_worker_fall_asleep()
    assert (work.done, work.closed.is_set(), ticket.update) == (done, False, seen)
    again = jobs.submit("ann", "a", Steps())
    assert again.update == done
    more_steps(work)
    assert (work.made, again.state, ticket.state) == (1, State.RUNNING, State.STOPPED)
    jobs.stop(again, wait=PATIENCE)
    assert work.closed.is_set()


def test_who_asks_for_the_same_work_resumes_it_and_who_stopped_it_can_join(jobs):
    work = Steps()
    ann = jobs.submit("ann", "a", work)
    more_steps(work)
    jobs.stop(ann, keep=True)
    bob = jobs.submit("bob", "a", Steps())
    more_steps(work)
    assert ann.resumable
    assert jobs.submit("ann", "a", Steps()).sharers == 2
    jobs.stop(bob, keep=True)
    more_steps(work)  # for ann


def test_what_is_discarded_is_closed_and_begins_anew(jobs):
    work, fresh = Steps(), Steps(3)
    ticket = jobs.submit("ann", "a", work)
    more_steps(work)
    jobs.stop(ticket, keep=True)
    jobs.discard(ticket)
    assert work.closed.wait(PATIENCE)
    assert not ticket.resumable
    assert jobs.find("ann") is None
    assert ended(jobs.submit("ann", "a", fresh)).update == 3


def test_only_so_many_are_kept_and_of_one_owner_fewer(make_manager):
    manager = make_manager(slice_seconds=0.005)
    works = {}

    def stop_one(tab):
        works[tab] = Steps()
        ticket = manager.submit(tab, tab, works[tab])
        more_steps(works[tab])
        manager.stop(ticket, keep=True)
        return ticket

    for number in range(KEPT_BY_OWNER + 1):
        manager.attach(f"ann {number}", "ann")
    mine = [stop_one(f"ann {number}") for number in range(KEPT_BY_OWNER + 1)]
    assert works["ann 0"].closed.wait(PATIENCE)
    assert [ticket.resumable for ticket in mine] == [False] + [True] * KEPT_BY_OWNER
    others = [stop_one(str(number)) for number in range(KEPT_JOBS)]
    assert not any(ticket.resumable for ticket in mine)
    assert all(ticket.resumable for ticket in others)


def test_what_is_kept_is_closed_after_a_while_and_when_its_session_is_gone(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    works = [Steps(), Steps()]
    tickets = []
    for name, work in zip(("ann", "bob"), works, strict=True):
        manager.attach(name)
        tickets.append(manager.submit(name, name, work))
        more_steps(work)
        manager.stop(tickets[-1], keep=True)
    manager.detach("bob")
    clock.now += 21
    manager.find("ann")
    assert works[1].closed.wait(PATIENCE)
    assert [ticket.resumable for ticket in tickets] == [True, False]
    clock.now += REMEMBERED_SECONDS
    manager.find("ann")
    assert works[0].closed.wait(PATIENCE)


# Failures


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("not even a text")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ValueError("width must be 1 to 512, not 0."), "width must be 1 to 512, not 0."),
        (ValueError(), "The computation failed: ValueError."),
        (MemoryError(), "The computation ran out of memory; make it smaller and try again."),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."),
            "The computation ran out of memory; make it smaller and try again.",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "The disk is full, and nothing of the result was kept; make room and try again.",
        ),
        (
            ZeroDivisionError("division by zero"),
            "The computation failed: ZeroDivisionError: division by zero.",
        ),
        (RuntimeError("two\n  lines."), "The computation failed: RuntimeError: two lines."),
        (GeneratorExit(), "The computation failed: GeneratorExit."),
        (SystemExit(3), "The computation failed: SystemExit: 3."),
        (KeyboardInterrupt(), "The computation failed: KeyboardInterrupt."),
        (Unspeakable(), "The computation failed: Unspeakable."),
    ],
)
def test_a_failure_is_said_logged_and_disturbs_nobody(jobs, caplog, error, sentence):
    other = Steps()
    jobs.submit("bob", "other", other)

    def steps():
        yield 1
        raise error

    def no_steps():
        raise error

    with caplog.at_level(logging.ERROR, logger="explorer.server.jobs"):
        ticket = ended(jobs.submit("ann", "in a step", steps))
        assert (ticket.state, ticket.update, ticket.error) == (State.FAILED, 1, sentence)
        ticket = ended(jobs.submit("ann", "in make", no_steps))
        assert (ticket.state, ticket.update, ticket.error) == (State.FAILED, None, sentence)
    assert [record.exc_info[1] for record in caplog.records] == [error, error]
    more_steps(other)


def test_what_is_no_generator_fails_like_any_other_error(jobs):
    def stops():
        raise StopIteration

    for make in (lambda: 7, stops):
        ticket = ended(jobs.submit("ann", "odd", make))
        assert ticket.state is State.FAILED
        assert ticket.error.startswith("The computation failed: ")
    assert ended(jobs.submit("ann", "list", lambda: iter([1, 2]))).update == 2


def test_the_worker_survives_generators_that_will_not_close(jobs, caplog):
    def fails_in_finally():
        try:
            while True:
                yield 1
        finally:
            raise SystemExit("in finally")

    def goes_on_in_finally():
        try:
            while True:
                yield 1
        finally:
            yield 2

    for make in (fails_in_finally, goes_on_in_finally):
        ticket = jobs.submit("ann", make.__name__, make)
        eventually(lambda ticket=ticket: ticket.update is not None)
        jobs.stop(ticket, wait=PATIENCE)
        assert (ticket.state, ticket.error) == (State.STOPPED, None)
    assert caplog.text.count("closing failed") == 2
    assert ended(jobs.submit("ann", "next", Steps(2))).state is State.DONE


# Presence


def test_a_job_is_withdrawn_when_the_last_tab_has_been_away_for_the_grace(make_manager):
    clock = Clock()
    manager = make_manager(grace_seconds=20.0, clock=clock)
    work = Steps()
    manager.attach("ann")
    manager.attach("ann")
    ticket = manager.submit("ann", "a", work)
    manager.pause(ticket)  # being paused is no way to live for ever
    manager.detach("ann")
    clock.now += 100
    assert manager.find("ann").active, "the other tab is still there"
    manager.detach("ann")
    clock.now += 19
    assert manager.find("ann").active, "within the grace"
    manager.attach("ann")
    manager.attach("ann")
    clock.now += 100
    assert manager.find("ann").active, "come back in time"
    manager.detach("ann")
    manager.detach("ann")
    clock.now += 21
    assert manager.find("ann") is ticket
    assert ticket.state is State.STOPPED
    eventually(lambda: work.closed.is_set() or not work.made)


@pytest.mark.parametrize("paused", [False, True])
def test_the_lease_ends_without_anybody_asking(make_manager, paused):
    manager = make_manager(slice_seconds=0.005, grace_seconds=0.02)
    work = Steps()
    manager.attach("ann")
    ticket = manager.submit("ann", "a", work)
    more_steps(work)
    if paused:
        manager.pause(ticket)
        let_the_worker_fall_asleep()
    manager.detach("ann")
    assert work.closed.wait(PATIENCE)
    assert ticket.state is State.STOPPED


def test_a_job_with_another_owner_outlives_the_lease(make_manager):
    manager = make_manager(slice_seconds=0.005, grace_seconds=0.02)
    work = Steps()
    manager.attach("ann")
    ann, bob = manager.submit("ann", "same", work), manager.submit("bob", "same", work)
    manager.detach("ann")
    ended(ann)
    more_steps(work)
    assert (ann.state, bob.state, bob.sharers) == (State.STOPPED, State.RUNNING, 1)


def test_who_was_never_attached_has_no_lease(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    ticket = manager.submit("command line", "a", Steps())
    manager.detach("command line")  # a stray one counts for nothing
    manager.pause(ticket)
    clock.now += 1e6
    assert manager.find("command line").state is State.PAUSED
    assert manager.find("nobody") is None


@pytest.mark.parametrize("late", [False, True])
def test_a_reloaded_tab_finds_its_job_also_when_its_old_connection_ends_late(make_manager, late):
    clock = Clock()
    manager = make_manager(grace_seconds=20.0, clock=clock)
    work = Steps()
    manager.attach("before", "ann")
    ticket = manager.submit("before", "a", work, purpose="training")
    more_steps(work)
    manager.pause(ticket)
    clock.now += 60
    if not late:
        manager.detach("before")
    manager.attach("after", "ann")
    if late:
        assert manager.find("after", "training") is None
        assert manager.may_inherit("after")
        clock.now += 2
        manager.detach("before")
    assert manager.find("after", "training") is ticket
    assert (ticket.session, ticket.state, work.made) == ("after", State.PAUSED, 1)
    assert not manager.may_inherit("after")
    clock.now += 100  # the grace of what it continues is no longer its own
    assert manager.find("after", "training").active
    manager.detach("after")
    clock.now += 21
    manager.find("nobody")
    assert ticket.state is State.STOPPED


def test_a_reload_does_not_take_the_job_of_another_tab(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    manager.attach("other", "ann")
    theirs = manager.submit("other", "b", Steps(), purpose="training")
    manager.attach("before", "ann")
    clock.now += 60
    manager.detach("before")
    manager.attach("after", "ann")
    assert manager.find("after", "training") is None
    assert manager.find("other", "training") is theirs
    manager.detach("other")  # a connection that breaks off for a moment
    assert manager.find("before", "training") is None
    manager.attach("other", "ann")
    assert manager.find("other", "training") is theirs


def test_a_new_training_after_a_reload_replaces_the_one_before(jobs):
    work = Steps()
    jobs.attach("before", "ann")
    ticket = jobs.submit("before", "a", work)
    more_steps(work)
    jobs.detach("before")
    jobs.attach("after", "ann")
    jobs.submit("after", "b", Steps())
    assert ticket.state is State.STOPPED
    assert work.closed.wait(PATIENCE)


# Memory


def test_an_ended_ticket_is_found_for_ten_minutes(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    ticket = ended(manager.submit("ann", "a", Steps(3)))
    clock.now += REMEMBERED_SECONDS - 1
    assert manager.find("ann") is ticket
    assert manager.find("ann").update == 3
    clock.now += 2
    assert manager.find("ann") is None
    assert ticket.update == 3, "who holds it can still read it"


def test_an_earlier_end_does_not_make_the_next_ticket_forgotten(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    ended(manager.submit("ann", "a", Steps(3)))
    ticket = manager.submit("ann", "b", Steps())
    clock.now += REMEMBERED_SECONDS + 1
    assert manager.find("ann") is ticket


def test_ended_tickets_are_bounded_and_the_oldest_is_forgotten(make_manager):
    manager = make_manager()
    alive = manager.submit("alive", "alive", Steps())
    for i in range(REMEMBERED_TICKETS + 3):
        manager.stop(manager.submit(str(i), "same", Steps()), wait=0.0)
    assert [manager.find(str(i)) is None for i in range(5)] == [True, True, True, False, False]
    assert manager.find("alive") is alive


def test_stopping_a_forgotten_ticket_does_not_touch_the_owners_next(make_manager):
    clock = Clock()
    manager = make_manager(clock=clock)
    gate = threading.Event()
    work = Steps(2, on_step=lambda: gate.wait(PATIENCE))
    ann, bob = manager.submit("ann", "same", work), manager.submit("bob", "same", work)
    manager.pause(ann)
    gate.set()
    ended(bob)  # ann is still paused at a job that has ended
    clock.now += REMEMBERED_SECONDS + 1
    assert manager.find("ann") is None
    ticket = manager.submit("ann", "next", Steps())
    manager.stop(ann)
    clock.now += REMEMBERED_SECONDS + 1
    assert (ann.state, manager.find("ann")) == (State.STOPPED, ticket)


# Closing


def test_close_ends_every_job_and_every_thread():
    before = set(threading.enumerate())
    works = [Steps() for _ in range(3)]
    with JobManager(workers=2, slice_seconds=0.005) as manager:
        tickets = [manager.submit(str(i), str(i), work) for i, work in enumerate(works)]
        for work in works:
            more_steps(work)
        manager.pause(tickets[0])
    assert all(work.closed.is_set() for work in works)
    assert [ticket.state for ticket in tickets] == [State.STOPPED] * 3
    assert set(threading.enumerate()) <= before
    manager.close()  # twice is fine
    with pytest.raises(RuntimeError, match="shutting down"):
        manager.submit("ann", "late", Steps())
