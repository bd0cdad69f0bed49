"""The clock of work in slices, and generators that pass on progress and value."""

import itertools

import pytest

from explorer.compute import progress
from explorer.compute.progress import (
    WorkClock,
    finish,
    map_progress,
    rescaled,
    returning_last,
    seconds_left,
    timed,
)


def counting(to=4):
    """Shares of `to` slices; returns how many there were."""
    for number in range(1, to + 1):
        yield number / to
    return to


@pytest.fixture
def ticks(monkeypatch):
    """Every look at the clock finds it a second later."""
    counted = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(counted)))
    return counted


def test_the_clock_counts_slices_and_not_what_lies_between(ticks):
    clock, seen = WorkClock(), []
    for _ in timed(counting(), clock):
        seen.append(clock.seconds)
        next(ticks)
    assert seen == [1, 2, 3, 4]
    assert clock.seconds == 5  # what comes after the last yield is work, too


def test_a_clock_that_runs_can_be_read(ticks):
    clock = WorkClock()
    assert clock.seconds == 0
    clock.resume()
    assert (clock.seconds, clock.seconds) == (1, 2)
    clock.pause()
    assert clock.seconds == clock.seconds == 3


def test_the_clock_is_paused_when_the_work_fails():
    def failing():
        yield 0.5
        raise ValueError("broken")

    clock = WorkClock()
    with pytest.raises(ValueError, match="broken"):
        finish(timed(failing(), clock))
    assert clock.seconds == clock.seconds


def test_the_rest_is_estimated_from_the_pace_since_the_start():
    assert seconds_left(3.0, 0.25) == pytest.approx(9.0)
    assert seconds_left(3.0, 0.75, begun=0.5) == pytest.approx(3.0)
    assert seconds_left(3.0, 1.0) == 0
    assert seconds_left(3.0, 0.5, begun=0.5) > 1e6  # nothing is done yet


def test_updates_are_mapped_and_the_value_is_returned():
    seen = []
    assert finish(map_progress(counting(), seen.append)) == 4
    assert seen == [0.25, 0.5, 0.75, 1.0]
    assert list(map_progress(counting(), str)) == ["0.25", "0.5", "0.75", "1.0"]


@pytest.mark.parametrize(("start", "end"), [(0.0, 1.0), (0.9, 1.0), (1 / 3, 2 / 3), (6 / 7, 1.0)])
def test_shares_are_rescaled_and_end_where_they_should(start, end):
    shares = list(rescaled(counting(3), start, end))
    assert shares == pytest.approx([start + (end - start) * part for part in (1 / 3, 2 / 3, 1)])
    assert shares[-1] == end
    assert finish(rescaled(counting(3), start, end)) == 3


def test_the_last_update_is_returned():
    assert finish(returning_last(iter("abc"))) == "c"
    assert list(returning_last(iter("abc"))) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="without an update"):
        finish(returning_last([]))
