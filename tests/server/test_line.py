"""The line before the places: who gets one next, and when."""

import pytest

from explorer.server.line import forecast, waiting_order
from explorer.server.tickets import Job, Ticket


def job(number, *owners):
    made = Job(str(number), iter(()), number)
    made.tickets = tuple(Ticket(f"{owner}'s tab", owner, "", made) for owner in owners)
    return made


def order(waiting, placed=()):
    return [one.number for one in waiting_order(waiting, placed)]


def test_who_came_first_goes_first():
    assert order([job(3, "eve"), job(1, "ann"), job(2, "bob")]) == [1, 2, 3]


def test_an_owners_second_job_waits_until_everybody_has_had_one():
    waiting = [job(1, "ann"), job(2, "ann"), job(3, "ann"), job(4, "bob"), job(5, "bob"), job(6, "eve")]
    assert order(waiting) == [1, 4, 6, 2, 5, 3]


def test_jobs_that_have_a_place_count():
    assert order([job(2, "ann"), job(3, "bob")], placed=[job(1, "ann")]) == [3, 2]


def test_a_job_of_several_goes_with_the_one_who_has_fewest():
    placed = [job(1, "ann"), job(2, "ann")]
    assert order([job(3, "bob"), job(4, "ann", "eve"), job(5, "ann")], placed) == [3, 4, 5]


def test_jobs_that_run_share_the_workers():
    # Two of 4 and 6 seconds on one worker: at half pace the first ends after 8, the second 2 later.
    assert forecast([4, 6], [], places=8, workers=1) == [(0, 8), (0, 10)]
    assert forecast([4, 6], [], places=8, workers=2) == [(0, 4), (0, 6)]
    assert forecast([4, 6], [], places=8, workers=9) == [(0, 4), (0, 6)]


def test_who_waits_begins_when_a_place_is_free():
    # One place: one after the other. Two: 3 ends at 6, then 5 beside the 7 that are left of 10.
    assert forecast([3], [5, 2], places=1, workers=1) == [(0, 3), (3, 8), (8, 10)]
    assert forecast([3, 10], [5], places=2, workers=1) == [(0, 6), (0, 18), (6, 16)]


def test_all_work_takes_as_long_as_there_is_work():
    ends = [end for _, end in forecast([1, 2, 3], [4, 5, 6], places=2, workers=1)]
    assert max(ends) == pytest.approx(21)


def test_what_nobody_knows_hides_nothing_else():
    assert forecast([None, 2], [1], places=2, workers=2) == [(0, None), (0, 2), (2, 3)]
    assert forecast([None], [1], places=1, workers=1) == [(0, None), (None, None)]
